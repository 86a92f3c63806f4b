//! A message of the service in words and in JSON.

use crate::answer::Table;
use northbound_client::{
    content::{DeviceAnswer, Said, said},
    receive::Received,
};
use northbound_duis::{Content, Response, ResponseBody};
use serde_json::{Value, json};

/// What the message is and says, in JSON (`docs/cli.md`, `send`).
#[must_use]
pub fn json(r: &Received) -> Value {
    let m = r.message.as_ref();
    json!({
        "status": r.status, "refused": r.refused, "signer": r.signer, "bytes": r.body.len(), "code": m.map(|m| &m.code), "at": m.map(|m| m.at),
        "request": m.and_then(|m| m.request.as_ref()).map(|i| &i.text), "response": m.and_then(|m| m.response.as_ref()).map(|i| &i.text), "holds": m.map(|m| holds(&m.body)),
        "says": m.map(|m| says(&r.body, m)),
    })
}

/// What a message of these bytes says, in JSON; null where it says nothing beyond its code.
#[must_use]
pub fn says(xml: &[u8], m: &Response) -> Value {
    match said(xml, &m.body) {
        Said::Nothing => Value::Null,
        Said::Device { schedule, answer } => {
            let mut v = match answer {
                DeviceAnswer::Read { done, value, at } => {
                    json!({"kind": "device", "done": done, "value": value, "executed": at})
                }
                DeviceAnswer::Other { code, bytes } => {
                    json!({"kind": "device", "message_code": format!("{code:04X}"), "content_bytes": bytes})
                }
                DeviceAnswer::Unreadable(why) => json!({"kind": "device", "unreadable": why}),
            };
            v["schedule"] = json!(schedule);
            v
        }
        Said::PreCommand { bytes } => json!({"kind": "pre-command", "bytes": bytes}),
        Said::Schedule(id) => json!({"kind": "schedule", "schedule": id}),
        Said::Fields { element, entries } => {
            let entries: Vec<Value> = entries.iter().map(|e| pairs(e)).collect();
            json!({"kind": "fields", "element": element, "entries": entries})
        }
    }
}

fn pairs(entry: &[(String, String)]) -> Value {
    entry
        .iter()
        .map(|(name, text)| (name.clone(), Value::from(text.clone())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// What the message says, as a sentence; `None` where it says nothing, or only what [`table`] lists.
#[must_use]
pub fn sentence(xml: &[u8], m: &Response) -> Option<String> {
    Some(match said(xml, &m.body) {
        Said::Nothing | Said::Fields { .. } => return None,
        Said::Device { schedule, answer } => {
            let run = schedule.map(|n| format!("A run of schedule {n}. ")).unwrap_or_default();
            format!("{run}{}", device(&answer))
        }
        Said::PreCommand { bytes } => format!(
            "The service returned a Pre-Command of {bytes} bytes, which the User has to sign: send again with --sign 5."
        ),
        Said::Schedule(id) => format!("Schedule {id} was created."),
    })
}

fn device(answer: &DeviceAnswer) -> String {
    match answer {
        DeviceAnswer::Read { done: true, value, at } if value.is_empty() => {
            format!("The device carried it out at {at}.")
        }
        DeviceAnswer::Read { done: true, value, at } => {
            format!("The device answered {value} at {at} (an invented reading).")
        }
        DeviceAnswer::Read { done: false, at, .. } => {
            format!("The device could not do it; it tried at {at}.")
        }
        DeviceAnswer::Other { code, bytes } => format!(
            "The device answered with a GBCS message of code {code:04X}; its content of {bytes} bytes is of a form that Northbound does not read."
        ),
        DeviceAnswer::Unreadable(why) => format!("The device's answer cannot be read: {why}."),
    }
}

/// The entries of a list, such as the devices of an inventory; the columns are the names of the fields.
#[must_use]
pub fn table(xml: &[u8], m: &Response) -> Option<Table> {
    let Said::Fields { element, entries } = said(xml, &m.body) else { return None };
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in entries.iter().flatten() {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let mut t = Table::new(&element, &names);
    for entry in &entries {
        let text = |n: &&str| entry.iter().find(|(name, _)| name == *n).map_or("", |(_, t)| t);
        t.row(names.iter().map(text));
    }
    Some(t)
}

/// The kind of content of a message.
#[must_use]
pub fn holds(body: &ResponseBody) -> String {
    match body {
        ResponseBody::Acknowledgement(_) => "acknowledgement".to_owned(),
        ResponseBody::Service(s, content) => match content {
            Content::None => String::new(),
            Content::GbcsPayload => format!("GBCSPayload of {}", s.srv),
            Content::PreCommand => "PreCommand".to_owned(),
            Content::LocalCommand => "LocalCommand".to_owned(),
            Content::ScheduledMessage(n) => format!("run of schedule {n}"),
            Content::ScheduleId(n) => format!("schedule {n}"),
            Content::FutureDated(f) => format!("future-dated {}", f.code),
            Content::Other(what) => what.clone(),
        },
        ResponseBody::DeviceAlert(a) => format!("device alert {}", a.code),
        ResponseBody::DccAlert(a) => format!("alert {} {}", a.code, a.payload),
        ResponseBody::Smets1(_) => "SMETS1".to_owned(),
    }
}
