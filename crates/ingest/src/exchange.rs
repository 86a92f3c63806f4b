//! Message records: one row to one [`ExchangeRow`], borrowed.

use crate::{
    cell::{Cell, RawRow, Row},
    error::{Bad, Reason, fault},
    layout::messages as m,
    session::{Context, Load, LoadError},
    summary::Flag,
};
use northbound_ledger::{rows::ExchangeRow, sink::RowSink};
use northbound_types::{
    CommandVariant, Eui64, Generation, Kind, Leg, Mode, Region, RequestState, TestKind,
    command_variant::number_or_zero,
};

/// Loads message records.
pub(crate) struct Exchanges<'s> {
    pub(crate) sink: &'s mut dyn RowSink,
}

impl Load for Exchanges<'_> {
    #[inline]
    fn load<R: RawRow>(
        &mut self,
        row: &Row<'_, R>,
        place: i64,
        context: &mut Context<'_>,
    ) -> Result<(), LoadError> {
        let (found, derived) = exchange(row, place, context)?;
        self.sink.exchange(&found).map_err(LoadError::Sink)?;
        context.saw(found.received);
        if derived {
            context.flags.add(Flag::StateDerived);
        }
        if found.region == Region::Unknown {
            context.flags.add(Flag::RegionUnknown);
        }
        if found
            .answer_sent
            .is_some_and(|a| a < found.received.saturating_sub(context.options.clock_tolerance))
        {
            context.flags.add(Flag::AnswerBeforeReceived);
        }
        Ok(())
    }
}

/// The row, and whether its state had to be derived.
fn exchange<'a, R: RawRow>(
    row: &Row<'a, R>,
    place: i64,
    context: &Context<'a>,
) -> Result<(ExchangeRow<'a>, bool), Bad> {
    let received = row.must_time(m::RECEIVED)?;
    let (originator, target, counter) = identity(row)?;
    let cv = variant(row)?;
    let instance = row.count(m::INSTANCE)?.unwrap_or(0);
    let leg = leg(row, cv, instance)?;
    let code = row.text(m::CODE)?;
    let times = Times::read(row)?;
    let known = row.time(m::KNOWN)?.unwrap_or(context.options.known.0);
    let stated = row.word(m::STATE)?;
    let state = match stated {
        Some(s) => s,
        None => derived(code, &times, known),
    };
    Ok((
        ExchangeRow {
            namespace: or(row.text(m::NAMESPACE)?, "duis"),
            originator,
            target,
            counter,
            leg,
            instance,
            kind: row.word(m::KIND)?.unwrap_or(Kind::ServiceRequest),
            mode: row.word(m::MODE)?.unwrap_or(Mode::OnDemand),
            srv: srv(row)?,
            cv: i64::from(number_or_zero(cv)),
            role: row.text(m::ROLE)?,
            party_category: row.text(m::PARTY_CATEGORY)?,
            class: row.text(m::CLASS)?,
            generation: row.word(m::GENERATION)?.unwrap_or(Generation::None),
            device_type: row.text(m::DEVICE_TYPE)?,
            test_kind: row.word(m::TEST_KIND)?.unwrap_or(TestKind::None),
            region: row.word(m::REGION)?.unwrap_or(Region::Unknown),
            provider: row.text(m::PROVIDER)?,
            feed: or(row.text(m::FEED)?, &context.options.feed),
            state,
            code,
            user_sent: row.time(m::USER_SENT)?,
            received,
            acknowledged: row.time(m::ACKNOWLEDGED)?,
            due: row.time(m::DUE)?,
            released: row.time(m::RELEASED)?,
            queued: row.time(m::QUEUED)?,
            sent_to_wan: row.time(m::SENT_TO_WAN)?,
            delivered_to_device: row.time(m::DELIVERED_TO_DEVICE)?,
            answered_at_wan: row.time(m::ANSWERED_AT_WAN)?,
            answer_sent: times.answer_sent,
            delivered: row.time(m::DELIVERED)?,
            target_at: row.time(m::TARGET_AT)?,
            timeout_at: times.timeout_at,
            known,
            row: place,
        },
        stated.is_none(),
    ))
}

/// The leg as stated; else an instance by its number, else by the Command Variant.
fn leg<R: RawRow>(row: &Row<'_, R>, cv: Option<CommandVariant>, instance: i64) -> Result<Leg, Bad> {
    Ok(match row.word(m::LEG)? {
        Some(leg) => leg,
        None if instance > 0 => Leg::Instance,
        None => cv.and_then(CommandVariant::leg).unwrap_or(Leg::Send),
    })
}

/// The times that a state is derived from.
struct Times {
    answer_sent: Option<i64>,
    timeout_at: Option<i64>,
}

impl Times {
    fn read<R: RawRow>(row: &Row<'_, R>) -> Result<Times, Bad> {
        Ok(Times { answer_sent: row.time(m::ANSWER_SENT)?, timeout_at: row.time(m::TIMEOUT_AT)? })
    }
}

/// The state of a row that states none: from answer, code and time-out (docs/layouts.md).
fn derived(code: &str, times: &Times, known: i64) -> RequestState {
    let error = code.starts_with('E');
    match times.answer_sent {
        Some(_) if error => RequestState::AnsweredDeviceError,
        Some(_) => RequestState::AnsweredSuccess,
        None if error => RequestState::Refused,
        None if times.timeout_at.is_some_and(|t| t <= known) => RequestState::TimedOut,
        None => RequestState::InFlight,
    }
}

fn identity<R: RawRow>(row: &Row<'_, R>) -> Result<(Eui64, Eui64, u64), Bad> {
    let parts = (row.eui(m::ORIGINATOR)?, row.eui(m::TARGET)?, row.uint(m::COUNTER)?);
    if let Some(id) = row.request_id(m::REQUEST_ID)? {
        let same = parts.0.is_none_or(|o| o == id.originator)
            && parts.1.is_none_or(|t| t == id.target)
            && parts.2.is_none_or(|c| c == id.counter);
        if !same {
            return Err(fault(
                "request_id",
                Reason::Contradiction,
                "originator, target or counter say otherwise",
                &id.to_string(),
            ));
        }
        return Ok((id.originator, id.target, id.counter));
    }
    match parts {
        (Some(o), Some(t), Some(c)) => Ok((o, t, c)),
        (None, None, None) => Err(row.missing(m::REQUEST_ID)),
        (None, ..) => Err(row.missing(m::ORIGINATOR)),
        (_, None, _) => Err(row.missing(m::TARGET)),
        (.., None) => Err(row.missing(m::COUNTER)),
    }
}

fn variant<R: RawRow>(row: &Row<'_, R>) -> Result<Option<CommandVariant>, Bad> {
    let n = match row.uint(m::CV)? {
        None | Some(0) => return Ok(None),
        Some(n) => n,
    };
    match u8::try_from(n).ok().and_then(|n| CommandVariant::try_from(n).ok()) {
        Some(cv) => Ok(Some(cv)),
        None => Err(fault(
            "cv",
            Reason::UnknownWord,
            "a Command Variant is 1 to 9, or 0 where unknown",
            &n.to_string(),
        )),
    }
}

/// A Service Reference Variant is digits and points.
fn srv<'a, R: RawRow>(row: &Row<'a, R>) -> Result<&'a str, Bad> {
    let text = match row.get(m::SRV) {
        Cell::Empty => return Ok(""),
        _ => row.text(m::SRV)?,
    };
    let b = text.as_bytes();
    let shape = b.len() <= 12
        && b.iter().all(|c| c.is_ascii_digit() || *c == b'.')
        && b[0] != b'.'
        && b[b.len() - 1] != b'.'
        && !text.contains("..");
    if shape {
        Ok(text)
    } else {
        Err(fault("srv", Reason::MalformedSrv, "write it as 4.1.1 or 11.2", text))
    }
}

pub(crate) fn or<'a>(text: &'a str, default: &'a str) -> &'a str {
    if text.is_empty() { default } else { text }
}
