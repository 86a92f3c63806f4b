//! A readable, signed request becomes an input of the core, with the GBCS message for the device.

use super::verify::{NO_TEST, id_text};
use crate::wan::codec;
use northbound_duis as duis;
use northbound_flow::{
    event::{Request, ScheduleAsked, WebService},
    policy::{Hold, Policy, ServiceRule},
    vocabulary::{DeviceType, Frequency},
};
use northbound_gbcs::{Correlation, Message, parse, pre_command};
use northbound_keys::Keys;
use northbound_types::{CommandVariant, Day, Eui64, Srv};
use sha2::{Digest, Sha256};

/// Why a readable message is no request after all.
pub(super) enum Unfit {
    /// A field says what cannot be.
    Unreadable(String),
    /// A signed Pre-Command bears another's signature, or none.
    Signature(String),
}

pub(super) fn request(
    m: &duis::Request,
    service: WebService,
    signer: Eui64,
    policy: &Policy,
    keys: &Keys,
) -> Result<Request, Unfit> {
    let srv: Srv = m
        .srv
        .parse()
        .map_err(|e: northbound_types::word::WordError| Unfit::Unreadable(e.to_string()))?;
    let rule = policy.service(srv);
    let (content, pre_command) = match m.variant {
        cv if cv.is_signed_pre_command() => signed_pre_command(m, keys)?,
        CommandVariant::NonDevice => (Vec::new(), None),
        cv => {
            let content = match rule.filter(|r| !r.non_device) {
                Some(rule) => command(m, rule)?,
                None => Vec::new(),
            };
            let digest = (cv == CommandVariant::Transform && !content.is_empty())
                .then(|| digest(&content))
                .transpose()?;
            (content, digest)
        }
    };
    Ok(Request {
        id: m.id.id,
        written: id_text(&m.id),
        signer,
        service,
        cv: m.variant,
        srv,
        execution: m.execution,
        cancels: m.cancels,
        first_in_sequence: m.first_in_sequence.unwrap_or(false),
        preceding: m.preceding.as_ref().map(|p| p.id),
        schedule: schedule(m)?,
        schedule_id: m.schedule_id,
        about: m.device,
        about_type: about_type(m)?,
        devices: m.devices.clone(),
        content,
        pre_command,
        test: NO_TEST,
        user_sent: None,
    })
}

/// The Command that a request makes. Its content is that of the emulated network.
fn command(m: &duis::Request, rule: &ServiceRule) -> Result<Vec<u8>, Unfit> {
    let execute_at = m.execution.filter(|_| rule.hold == Hold::Device && !m.cancels).map(|t| t.0);
    let content =
        codec::command_content(&m.srv, rule.critical, execute_at, &[("body", &m.body_element)])
            .map_err(|e| Unfit::Unreadable(e.to_string()))?;
    let id = m.id.id;
    let to = Correlation {
        device: id.target,
        recipient: id.originator,
        counter: id.counter,
        code: rule.message_code,
    };
    pre_command::issue(&codec::command(to, &content, None))
        .map_err(|e| Unfit::Unreadable(e.to_string()))
}

fn digest(pre: &[u8]) -> Result<[u8; 32], Unfit> {
    let before =
        pre_command::without_signature(pre).map_err(|e| Unfit::Unreadable(e.to_string()))?;
    Ok(Sha256::digest(before).into())
}

/// The signed Pre-Command of a request: its signature must be that of the originator's certificate
/// for Commands. Whether it was issued at all the core knows.
fn signed_pre_command(
    m: &duis::Request,
    keys: &Keys,
) -> Result<(Vec<u8>, Option<[u8; 32]>), Unfit> {
    let unreadable = |why: &str| Unfit::Unreadable(format!("SignedPreCommand/GBCSPayload: {why}"));
    let text = m.gbcs_payload.as_deref().ok_or_else(|| unreadable("missing"))?;
    if text.len() > duis::DEFAULT_PAYLOAD_BYTES {
        return Err(unreadable(&format!("more than {} bytes", duis::DEFAULT_PAYLOAD_BYTES)));
    }
    let signed = duis::payload_bytes(text).ok_or_else(|| unreadable("not base64"))?;
    let read = parse(&signed).map_err(|e| Unfit::Unreadable(e.to_string()))?;
    let Message { originator, recipient, .. } = read.message;
    if (originator, recipient) != (m.id.id.originator, m.id.id.target) {
        return Err(Unfit::Unreadable(format!(
            "the signed Pre-Command is from {originator} to {recipient}, the RequestID is not"
        )));
    }
    keys.verify_command(m.id.id.originator, &read).map_err(|e| Unfit::Signature(e.to_string()))?;
    let digest = digest(&signed)?;
    Ok((signed, Some(digest)))
}

/// The type of the device that a Pre-notification announces.
fn about_type(m: &duis::Request) -> Result<Option<DeviceType>, Unfit> {
    m.device_type
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|e: northbound_types::text_enum::UnknownWord| Unfit::Unreadable(e.to_string()))
}

/// The schedule that a request asks for.
fn schedule(m: &duis::Request) -> Result<Option<ScheduleAsked>, Unfit> {
    let Some(s) = m.schedule.as_ref() else { return Ok(None) };
    let odd = |what: &str, text: &str| Unfit::Unreadable(format!("{what} {text:?} in a schedule"));
    let day = |what: &str, text: &str| {
        text.trim_end_matches('Z').parse::<Day>().map_err(|_| odd(what, text))
    };
    Ok(Some(ScheduleAsked {
        srv: s.srv.parse().map_err(|_| odd("service", &s.srv))?,
        device: m.device.unwrap_or(m.id.id.target),
        every: s.frequency.parse::<Frequency>().map_err(|_| odd("frequency", &s.frequency))?,
        first: day("first day", &s.start)?.start(),
        last: s
            .end
            .as_deref()
            .map(|t| day("last day", t))
            .transpose()?
            .map(|d| northbound_types::Utc(d.end().0 - 1)),
    }))
}
