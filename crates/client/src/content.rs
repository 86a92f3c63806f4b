//! What a message of the service says: a reading, a list of devices, a schedule, a Pre-Command.

use northbound_duis::{
    Content, DEFAULT_PAYLOAD_BYTES, Limits, ResponseBody, body_fields, gbcs_payload,
};
use northbound_gbcs::{
    content::{MAGIC, ResponseContent, STATUS_FAILED},
    parse,
};
use northbound_types::Utc;

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Nothing beyond its response code.
    Nothing,
    /// A device's answer to a Command.
    Device {
        /// The schedule of which it was a run.
        schedule: Option<u64>,
        /// The answer.
        answer: DeviceAnswer,
    },
    /// A Pre-Command to sign.
    PreCommand {
        /// Bytes of the Pre-Command.
        bytes: usize,
    },
    /// A schedule was created.
    Schedule(u64),
    /// Other fields of the body in their order: names without the names of all that holds them, and texts.
    /// One list for each entry of a list, such as for each device of an inventory.
    Fields {
        /// The element, such as `DSPInventory`.
        element: String,
        /// Its entries.
        entries: Vec<Vec<(String, String)>>,
    },
}

/// A GBCS message of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceAnswer {
    /// Of the emulated network, whose content is known.
    Read {
        /// `true` where the device did it.
        done: bool,
        /// The value that was read, such as `412.250 kWh`; empty where nothing was read.
        value: String,
        /// When the device did it.
        at: Utc,
    },
    /// Of a form whose content is not known here: the message code and the bytes of the content.
    Other {
        /// Message code.
        code: u16,
        /// Bytes of the content.
        bytes: usize,
    },
    /// No GBCS message that can be read, and why.
    Unreadable(String),
}

/// Most bytes of a field's text, base64 included.
const MOST_BYTES: usize = DEFAULT_PAYLOAD_BYTES;

/// What the message of these bytes says, whose body was read before.
#[must_use]
pub fn said(xml: &[u8], body: &ResponseBody) -> Said {
    match body {
        ResponseBody::Acknowledgement(_) | ResponseBody::Service(_, Content::None) => Said::Nothing,
        ResponseBody::Service(_, Content::ScheduleId(id)) => Said::Schedule(*id),
        ResponseBody::Service(_, Content::PreCommand) => {
            Said::PreCommand { bytes: payload(xml).map_or(0, |p| p.len()) }
        }
        ResponseBody::Service(_, Content::ScheduledMessage(id)) => {
            Said::Device { schedule: Some(*id), answer: device(xml) }
        }
        ResponseBody::Service(_, Content::GbcsPayload) => {
            Said::Device { schedule: None, answer: device(xml) }
        }
        ResponseBody::Service(..)
        | ResponseBody::DeviceAlert(_)
        | ResponseBody::DccAlert(_)
        | ResponseBody::Smets1(_) => fields(xml),
    }
}

fn payload(xml: &[u8]) -> Option<Vec<u8>> {
    gbcs_payload(xml, &Limits::default(), MOST_BYTES).ok().flatten()
}

fn device(xml: &[u8]) -> DeviceAnswer {
    let bytes = match gbcs_payload(xml, &Limits::default(), MOST_BYTES) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return DeviceAnswer::Unreadable("the message has no payload".to_owned()),
        Err(e) => return DeviceAnswer::Unreadable(e.to_string()),
    };
    let message = match parse(&bytes) {
        Ok(parsed) => parsed.message,
        Err(e) => return DeviceAnswer::Unreadable(e.to_string()),
    };
    if !message.content.starts_with(&MAGIC) {
        return DeviceAnswer::Other { code: message.code, bytes: message.content.len() };
    }
    match ResponseContent::read(message.content) {
        Ok(r) => DeviceAnswer::Read {
            done: r.status != STATUS_FAILED,
            value: r.value,
            at: Utc(r.executed),
        },
        Err(e) => DeviceAnswer::Unreadable(e.to_string()),
    }
}

/// The fields of a body, less what is said of every message: the references, and payloads, which are no text.
fn fields(xml: &[u8]) -> Said {
    let all = body_fields(xml, &Limits::default(), MOST_BYTES).unwrap_or_default();
    let (mut element, mut entries): (String, Vec<Vec<(String, String)>>) = Default::default();
    for f in all {
        let mut names: Vec<&str> = f.path.split('/').skip(1).collect();
        let last = names.pop().unwrap_or_default();
        if matches!(last, "ServiceReference" | "ServiceReferenceVariant" | "GBCSPayload")
            && names.is_empty()
        {
            continue;
        }
        if let Some(first) = names.first().filter(|_| element.is_empty()) {
            element = (*first).to_owned();
        }
        if last == "GBCSPayload" {
            continue;
        }
        // An entry ends where its first field comes again.
        let begins = entries.last().and_then(|e| e.first()).is_none_or(|(name, _)| name == last);
        if begins {
            entries.push(Vec::new());
        }
        if let Some(entry) = entries.last_mut() {
            entry.push((last.to_owned(), f.text.trim().to_owned()));
        }
    }
    if entries.is_empty() { Said::Nothing } else { Said::Fields { element, entries } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_duis::{
        Message, Services,
        build::{InventoryDevice, Item, ResponseOut, ServiceRef},
        read,
    };
    use northbound_gbcs::{Cra, Message as Gbcs, Signature, Supplementary};
    use northbound_types::{Eui64, RequestId};

    const AT: Utc = Utc(1_775_044_800_000_000);
    const DEVICE: Eui64 = Eui64(0x00DB_1234_5678_90A0);
    const USER: Eui64 = Eui64(0x90B3_D51F_3001_0001);

    fn of(item: Option<Item<'_>>) -> Said {
        let services =
            Services::from_catalogue(include_str!("../../../rules/codes/srv_catalogue.csv"))
                .unwrap();
        let id = RequestId { originator: USER, target: DEVICE, counter: 7 }.to_string();
        let response = RequestId { originator: DEVICE, target: USER, counter: 8 };
        let service = ServiceRef { reference: "4.1", srv: "4.1.1" };
        let xml = ResponseOut::answer("5.4", &id, Some(response), service, "I0", AT, item)
            .to_xml()
            .unwrap();
        let Ok(Message::Response(r)) = read(&xml, &Limits::default(), &services) else {
            panic!("{}", String::from_utf8_lossy(&xml))
        };
        said(&xml, &r.body)
    }

    fn gbcs(content: &[u8]) -> Vec<u8> {
        let message = Gbcs {
            cra: Cra::Response,
            counter: 7,
            originator: DEVICE,
            recipient: USER,
            code: 0x0012,
            date_time: None,
            supplementary: Supplementary::None,
            content,
            signature: Signature::Absent,
            mac: None,
        };
        northbound_gbcs::build(&message).unwrap()
    }

    fn answer(content: &[u8]) -> DeviceAnswer {
        match of(Some(Item::GbcsPayload(&gbcs(content)))) {
            Said::Device { schedule: None, answer } => answer,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_reading_is_read_and_what_cannot_be_read_is_named() {
        let content = |status, value: &str| {
            let c = ResponseContent {
                srv: "4.1.1".into(),
                status,
                execution: 1,
                executed: AT.0,
                value: value.into(),
            };
            c.write().unwrap()
        };
        let read = |done, value: &str| DeviceAnswer::Read { done, value: value.to_owned(), at: AT };
        assert_eq!(answer(&content(0, "412.250 kWh")), read(true, "412.250 kWh"));
        assert_eq!(answer(&content(STATUS_FAILED, "")), read(false, ""));
        assert_eq!(answer(&[1, 2, 3]), DeviceAnswer::Other { code: 0x0012, bytes: 3 });
        let cut = &content(0, "412.250 kWh")[..9];
        assert!(matches!(answer(cut), DeviceAnswer::Unreadable(why) if !why.is_empty()));
        let noise = of(Some(Item::GbcsPayload(&[0xDF, 1, 2])));
        assert!(
            matches!(noise, Said::Device { answer: DeviceAnswer::Unreadable(_), .. }),
            "{noise:?}"
        );
    }

    #[test]
    fn an_inventory_has_an_entry_for_each_device() {
        let device = |eui: u64, kind: &'static str| InventoryDevice {
            device: Eui64(eui),
            kind,
            status: Some("Commissioned"),
            manufacturer: "unknown",
            model: "unknown",
            smets_version: None,
            firmware_version: None,
            firmware_status: None,
            commissioned: None,
            import_mpxn: None,
            secondary_import_mpan: None,
            export_mpan: None,
            esme_variant: None,
            uprn: None,
            region: Some("North"),
            gbcs_version: None,
        };
        let two = [device(1, "CHF"), device(2, "ESME")];
        let Said::Fields { element, entries } = of(Some(Item::Inventory(&two))) else { panic!() };
        assert_eq!((element.as_str(), entries.len()), ("DSPInventory", 2));
        assert!(entries[1].contains(&("DeviceType".to_owned(), "ESME".to_owned())), "{entries:?}");
        assert_eq!(of(Some(Item::ScheduleId(12))), Said::Schedule(12));
        assert_eq!(of(None), Said::Nothing);
    }
}
