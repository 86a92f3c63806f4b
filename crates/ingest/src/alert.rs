//! Alerts and firmware payloads.

use crate::{
    cell::{RawRow, Row},
    error::{Bad, Reason, fault},
    exchange::or,
    layout::{alerts as a, payloads as p},
    session::{Context, Load, LoadError},
    summary::Flag,
};
use northbound_ledger::{
    rows::{AlertRow, PayloadRow},
    sink::RowSink,
};
use northbound_types::{AlertState, Region};

/// Loads alerts.
pub(crate) struct Alerts<'s> {
    pub(crate) sink: &'s mut dyn RowSink,
}

impl Load for Alerts<'_> {
    fn load<R: RawRow>(
        &mut self,
        row: &Row<'_, R>,
        place: i64,
        context: &mut Context<'_>,
    ) -> Result<(), LoadError> {
        let (mut found, derived) = alert(row, place, context)?;
        let code = found.code.to_ascii_uppercase();
        found.code = &code;
        self.sink.alert(&found).map_err(LoadError::Sink)?;
        context.saw(found.received);
        if derived {
            context.flags.add(Flag::StateDerived);
        }
        if found.region == Region::Unknown {
            context.flags.add(Flag::RegionUnknown);
        }
        Ok(())
    }
}

fn alert<'a, R: RawRow>(
    row: &Row<'a, R>,
    place: i64,
    context: &Context<'a>,
) -> Result<(AlertRow<'a>, bool), Bad> {
    let received = row.must_time(a::RECEIVED)?;
    // The same code is written 8F36, 8f36 and 0x8F36: it is stored in capitals, without the prefix.
    let code = row.text(a::CODE)?;
    let code = code.strip_prefix("0x").or_else(|| code.strip_prefix("0X")).unwrap_or(code);
    if code.is_empty() {
        return Err(row.missing(a::CODE));
    }
    let delivered = row.time(a::DELIVERED)?;
    let stated = row.word(a::STATE)?;
    let kind = match row.text(a::ALERT_KIND)? {
        // Alert codes of devices are four hexadecimal digits; those of the service begin with a letter and are shorter or longer.
        "" => {
            if code.len() == 4 && code.bytes().all(|b| b.is_ascii_hexdigit()) {
                "device"
            } else {
                "dcc"
            }
        }
        word @ ("device" | "dcc") => word,
        other => {
            return Err(fault("alert_kind", Reason::UnknownWord, "use one of: device, dcc", other));
        }
    };
    Ok((
        AlertRow {
            namespace: or(row.text(a::NAMESPACE)?, "duis"),
            device: row.eui(a::DEVICE)?.ok_or_else(|| row.missing(a::DEVICE))?,
            recipient: row.eui(a::RECIPIENT)?.ok_or_else(|| row.missing(a::RECIPIENT))?,
            counter: row.uint(a::COUNTER)?.ok_or_else(|| row.missing(a::COUNTER))?,
            code,
            alert_kind: kind,
            state: stated.unwrap_or(if delivered.is_some() {
                AlertState::Delivered
            } else {
                AlertState::Pending
            }),
            excluded: row.boolean(a::EXCLUDED)?.unwrap_or(false),
            carried: row.count(a::CARRIED)?.unwrap_or(0),
            raised: row.time(a::RAISED)?,
            received,
            delivered,
            region: row.word(a::REGION)?.unwrap_or(Region::Unknown),
            provider: row.text(a::PROVIDER)?,
            feed: or(row.text(a::FEED)?, &context.options.feed),
            known: row.time(a::KNOWN)?.unwrap_or(context.options.known.0),
            row: place,
        },
        stated.is_none(),
    ))
}

/// Loads payloads.
pub(crate) struct Payloads<'s> {
    pub(crate) sink: &'s mut dyn RowSink,
}

impl Load for Payloads<'_> {
    fn load<R: RawRow>(
        &mut self,
        row: &Row<'_, R>,
        place: i64,
        context: &mut Context<'_>,
    ) -> Result<(), LoadError> {
        let (found, derived) = payload(row, place, context)?;
        self.sink.payload(&found).map_err(LoadError::Sink)?;
        context.saw(found.received);
        if derived {
            context.flags.add(Flag::StateDerived);
        }
        if found.region == Region::Unknown {
            context.flags.add(Flag::RegionUnknown);
        }
        if found
            .completed
            .is_some_and(|c| c < found.received.saturating_sub(context.options.clock_tolerance))
        {
            context.flags.add(Flag::AnswerBeforeReceived);
        }
        Ok(())
    }
}

fn payload<'a, R: RawRow>(
    row: &Row<'a, R>,
    place: i64,
    context: &Context<'a>,
) -> Result<(PayloadRow<'a>, bool), Bad> {
    let received = row.must_time(p::RECEIVED)?;
    let completed = row.time(p::COMPLETED)?;
    let stated = row.text(p::STATE)?;
    let state = match stated {
        "" => {
            if completed.is_some() {
                "completed"
            } else {
                "pending"
            }
        }
        word @ ("completed" | "failed" | "pending") => word,
        other => {
            return Err(fault(
                "state",
                Reason::UnknownWord,
                "use one of: completed, failed, pending",
                other,
            ));
        }
    };
    if completed.is_some() != (state == "completed") {
        return Err(fault(
            "state",
            Reason::Contradiction,
            "`completed` has a time exactly where the state is completed",
            state,
        ));
    }
    Ok((
        PayloadRow {
            originator: row.eui(p::ORIGINATOR)?.ok_or_else(|| row.missing(p::ORIGINATOR))?,
            device: row.eui(p::DEVICE)?.ok_or_else(|| row.missing(p::DEVICE))?,
            counter: row.uint(p::COUNTER)?.ok_or_else(|| row.missing(p::COUNTER))?,
            firmware: row.text(p::FIRMWARE)?,
            region: row.word(p::REGION)?.unwrap_or(Region::Unknown),
            provider: row.text(p::PROVIDER)?,
            feed: or(row.text(p::FEED)?, &context.options.feed),
            received,
            completed,
            target_at: row.time(p::TARGET_AT)?,
            state,
            known: row.time(p::KNOWN)?.unwrap_or(context.options.known.0),
            row: place,
        },
        stated.is_empty(),
    ))
}
