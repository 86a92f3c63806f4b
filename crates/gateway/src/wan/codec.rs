//! Between the core and the regional networks: Commands of the core become GBCS messages with their MACs, and
//! events of the networks become inputs of the core.

use super::{CommandStatus, Dispatch, NetworkAlert, NetworkEvent};
use northbound_emulator::Pace;
use northbound_flow::{
    effect::Command,
    event::{Alert, Answer, Event},
    vocabulary::Class,
};
use northbound_gbcs::{
    Correlation, Cra, GbcsError, Message, Signature, Supplementary, alert,
    content::{self, CommandContent, ResponseContent},
    parse,
};
use northbound_keys::Keys;
use northbound_types::{AlertCode, Eui64, Utc};

/// The content of a Command for the emulated network.
///
/// # Errors
/// A value beyond the content's limits.
pub(crate) fn command_content(
    srv: &str,
    once: bool,
    execute_at: Option<i64>,
    parameters: &[(&str, &str)],
) -> Result<Vec<u8>, GbcsError> {
    let parameters = parameters.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    CommandContent { srv: srv.to_owned(), once, execute_at, parameters }.write()
}

/// A Command in its header. Where the service sends it under a counter of its own, the User behind
/// it stands in the supplementary fields.
pub(crate) fn command<'a>(
    to: Correlation,
    content: &'a [u8],
    behind: Option<(Eui64, u64)>,
) -> Message<'a> {
    Message {
        cra: Cra::Command,
        counter: to.counter,
        originator: to.recipient,
        recipient: to.device,
        date_time: None,
        code: to.code,
        supplementary: behind.map_or(Supplementary::None, |(id, counter)| {
            Supplementary::PartyCounter { id, counter }
        }),
        content,
        signature: Signature::Empty,
        mac: None,
    }
}

/// The bytes of a Command, and how much time it has.
///
/// # Errors
/// A content that no message can be made of.
pub(crate) fn dispatch(c: &Command, keys: &Keys) -> Result<Dispatch, GbcsError> {
    let to = c.correlation;
    let pace = match c.class {
        Class::Future => Pace::Relaxed,
        Class::Bulk => Pace::Bulk,
        _ => Pace::OnDemand,
    };
    let secret = keys.shared_secret(to.device);
    let protect = |m: &Message<'_>| match &secret {
        Some(s) => northbound_gbcs::mac::with_mac(s, m),
        None => northbound_gbcs::build(m),
    };
    // A run of a schedule has no content of its own.
    if c.content.is_empty() {
        let made = command_content(c.srv.as_str(), !c.repeatable, c.execution.map(|t| t.0), &[])?;
        return Ok(Dispatch {
            correlation: to,
            bytes: protect(&command(to, &made, Some((c.originator, to.counter))))?,
            pace,
        });
    }
    let read = parse(&c.content)?;
    let own = read.message.correlation()?;
    // What a User has signed goes as it is.
    let signed = matches!(read.message.signature, Signature::Signed(_));
    let (correlation, bytes) = if own == to || signed {
        (own, protect(&read.message)?)
    } else {
        let behind = Some((own.recipient, own.counter));
        (to, protect(&command(to, read.message.content, behind))?)
    };
    Ok(Dispatch { correlation, bytes, pace })
}

/// The inputs that an event of the network makes; none where it says nothing to the core. `outage` is
/// the code by which the service tells of a hub without supply. An error is a message that cannot be
/// understood.
///
/// # Errors
/// What is wrong with the message.
pub(crate) fn received(
    event: NetworkEvent,
    service: Eui64,
    outage: AlertCode,
) -> Result<Option<Event>, String> {
    Ok(match event {
        NetworkEvent::Connected | NetworkEvent::Disconnected => None,
        NetworkEvent::Answer { correlation, delivered, at, bytes } => {
            Some(answer(correlation, delivered, at, bytes))
        }
        NetworkEvent::NoRoute { correlation, .. } => Some(Event::NoRoute(correlation)),
        NetworkEvent::Status { correlation, status } => match status {
            CommandStatus::Known { delivered, bytes } => {
                Some(answer(correlation, delivered, delivered, bytes))
            }
            CommandStatus::Executing => None,
            CommandStatus::Unknown => Some(Event::NotReceived(correlation)),
        },
        NetworkEvent::Alert { alert: NetworkAlert::PowerOutage { hub, since }, number, at } => {
            Some(Event::Alert(Box::new(Alert {
                device: hub,
                recipient: None,
                counter: number,
                code: outage,
                dcc: true,
                raised: Some(Utc(since.min(at))),
                closes: None,
                content: Vec::new(),
            })))
        }
        NetworkEvent::Alert { alert: NetworkAlert::Device(bytes), at, .. } => {
            Some(device_alert(bytes, at, service)?)
        }
    })
}

fn answer(to: Correlation, delivered: i64, at: i64, bytes: Vec<u8>) -> Event {
    // A content that is not of the emulated network's format is passed on as a success: only the User can read it.
    let success = parse(&bytes)
        .ok()
        .and_then(|p| ResponseContent::read(p.message.content).ok())
        .is_none_or(|r| r.status == 0);
    Event::Answer(Box::new(Answer {
        to,
        success,
        delivered_to_device: Some(Utc(delivered)),
        at_wan: Utc(at),
        content: bytes,
    }))
}

fn device_alert(bytes: Vec<u8>, at: i64, service: Eui64) -> Result<Event, String> {
    let read = parse(&bytes).map_err(|e| e.to_string())?;
    let m = read.message;
    if m.cra != Cra::Alert {
        return Err(format!("a {} where an alert belongs", m.cra));
    }
    let number = alert::alert_code(m.content).map_err(|e| e.to_string())?;
    let code: AlertCode = format!("{number:04X}")
        .parse()
        .map_err(|e: northbound_types::word::WordError| e.to_string())?;
    let closes = alert::closes_future_dated(number).then(|| closed(&m)).flatten();
    let recipient = Some(m.recipient).filter(|r| *r != service && r.0 != 0);
    Ok(Event::Alert(Box::new(Alert {
        device: m.originator,
        recipient,
        counter: m.counter,
        code,
        dcc: false,
        raised: Some(Utc(at)),
        closes,
        content: bytes.clone(),
    })))
}

/// Which Command an alert closes.
fn closed(m: &Message<'_>) -> Option<Correlation> {
    let (counter, code) = content::closed_command(m.content)?;
    Some(Correlation { device: m.originator, recipient: m.recipient, counter, code })
}
