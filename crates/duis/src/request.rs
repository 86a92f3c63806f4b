//! The fields of a request.

use crate::message::{IdText, Message, Request, Schedule};
use crate::read::{Fields, MessageFields, Part, Parts, Step, Want, in_order, place, required};
use crate::refusal::{Fault, RefusalCode, quoted};
use crate::scan::Ns;
use crate::values::{boolean, date_time, eui, eui_list, number, request_id, trimmed};
use crate::{Limits, Services};
use northbound_types::{CommandVariant, Eui64, Utc};

/// Header fields in the schema's order.
const HEADER: [&str; 6] = [
    "RequestID",
    "FirstInSequence",
    "PrecedingServiceRequestID",
    "CommandVariant",
    "ServiceReference",
    "ServiceReferenceVariant",
];
/// The body of Command Variants 5 to 7.
const SIGNED_PRE_COMMAND: &str = "SignedPreCommand";
/// The body that announces a device.
const PRE_NOTIFICATION: &str = "DevicePrenotification";
/// The highest DSPScheduleID.
pub(crate) const MOST_SCHEDULE_ID: u64 = 1_000_000_000_000;
/// ExecutionDateTime with this date cancels an earlier future-dated request, as the published
/// templates named CANCELLATION have it (inferred from them).
const CANCELLING_DATE: &str = "3000-12-31";

#[derive(Debug, Default)]
pub(crate) struct RequestFields {
    version: String,
    parts: Parts,
    header_next: usize,
    id: Option<IdText>,
    first: Option<bool>,
    preceding: Option<IdText>,
    variant: Option<CommandVariant>,
    reference: Option<String>,
    srv: Option<String>,
    body_element: Option<String>,
    execution: Option<Utc>,
    cancels: bool,
    schedule: Option<Schedule>,
    schedule_id: Option<u64>,
    device: Option<Eui64>,
    firmware_version: Option<String>,
    devices: Vec<Eui64>,
    gbcs_payload: Option<String>,
    device_type: Option<String>,
    signature: Option<(usize, usize)>,
}

impl RequestFields {
    pub fn new(version: String) -> RequestFields {
        RequestFields { version, ..RequestFields::default() }
    }

    fn header(&mut self, name: &str, text: &str) -> Result<(), Fault> {
        match name {
            "RequestID" => self.id = Some(request_id(text)?),
            "FirstInSequence" => self.first = Some(boolean(text)?),
            "PrecedingServiceRequestID" => self.preceding = Some(request_id(text)?),
            "CommandVariant" => self.variant = Some(variant(text)?),
            "ServiceReference" => self.reference = Some(trimmed(text).to_owned()),
            _ => self.srv = Some(trimmed(text).to_owned()),
        }
        Ok(())
    }

    fn body(&mut self, name: &str, text: &str, limits: &Limits) -> Result<(), Fault> {
        let text = trimmed(text);
        match name {
            // Of several the first counts.
            "GBCSPayload" => {
                self.gbcs_payload.get_or_insert_with(|| text.to_owned());
            }
            "DeviceType" => {
                self.device_type.get_or_insert_with(|| text.to_owned());
            }
            "ExecutionDateTime" => {
                self.execution = Some(date_time(text)?);
                self.cancels = text.starts_with(CANCELLING_DATE);
            }
            "DeviceID" => self.device = Some(eui(text)?),
            "DeviceIDList" => self.devices = eui_list(text, limits.devices)?,
            "DSPScheduleID" => self.schedule_id = Some(number(text, MOST_SCHEDULE_ID)?),
            "FirmwareVersion" => self.firmware_version = Some(text.to_owned()),
            _ => {
                let schedule = self.schedule.get_or_insert_default();
                match name {
                    "ScheduleFrequency" => schedule.frequency = text.to_owned(),
                    "ScheduleStartDate" => schedule.start = text.to_owned(),
                    "ScheduleEndDate" => schedule.end = Some(text.to_owned()),
                    _ => schedule.srv = text.to_owned(),
                }
            }
        }
        Ok(())
    }

    fn is_body(&self, name: &str) -> bool {
        self.body_element.as_deref() == Some(name)
    }

    /// Command Variant, Service Reference Variant and body fit each other.
    fn fits(
        &self,
        variant: CommandVariant,
        reference: &str,
        srv: &str,
        body: &str,
        services: &Services,
    ) -> Result<bool, Fault> {
        let entry = services.get(srv).ok_or_else(|| {
            Fault::new(
                RefusalCode::UnknownService,
                format!("no Service Reference Variant {}", quoted(srv)),
            )
        })?;
        if entry.service_reference != reference {
            return Err(Fault::new(
                RefusalCode::ServiceMismatch,
                format!(
                    "{srv} belongs to Service Reference {}, not {}",
                    entry.service_reference,
                    quoted(reference)
                ),
            ));
        }
        let signed = body == SIGNED_PRE_COMMAND;
        if signed != variant.is_signed_pre_command() {
            return Err(Fault::new(
                RefusalCode::VariantBody,
                format!(
                    "Command Variant {variant} with {}: SignedPreCommand belongs to 5, 6 and 7, and they to it",
                    quoted(body)
                ),
            ));
        }
        if !signed && body != entry.body_element {
            return Err(Fault::new(
                RefusalCode::BodyMismatch,
                format!("{srv} has the body {}, not {}", entry.body_element, quoted(body)),
            ));
        }
        Ok(entry.variants.contains(&variant))
    }
}

impl Fields for RequestFields {
    fn open(&mut self, path: &[Step<'_>], limits: &Limits) -> Result<Want, Fault> {
        let (depth, step) = (path.len(), &path[path.len() - 1]);
        let part = path.get(1).map(|p| p.name);
        match (depth, part) {
            (1, _) => Ok(Want::Children),
            (2, _) => Ok(if self.parts.open(step)? == Part::Signature {
                Want::Nothing
            } else {
                Want::Children
            }),
            (3, Some("Header")) => {
                in_order(&mut self.header_next, place(step, &HEADER, "Header")?, step.name)?;
                Ok(Want::Text(limits.field_bytes))
            }
            (3, Some("Body")) => {
                if self.body_element.is_some() {
                    return Err(Fault::new(
                        RefusalCode::DuplicateField,
                        format!("{} is a second body", quoted(step.name)),
                    ));
                }
                if step.ns != Ns::Duis {
                    return Err(Fault::new(
                        RefusalCode::WrongNamespace,
                        format!("body {} is in another namespace", quoted(step.name)),
                    ));
                }
                self.body_element = Some(step.name.to_owned());
                Ok(Want::Children)
            }
            (4, Some("Body")) if step.ns == Ns::Duis => Ok(match step.name {
                "DeviceIDList" => Want::Text(limits.list_bytes()),
                "ExecutionDateTime"
                | "DeviceID"
                | "DSPScheduleID"
                | "FirmwareVersion"
                | "ScheduleFrequency"
                | "ScheduleStartDate"
                | "ScheduleEndDate"
                | "DSPScheduledServiceReferenceVariant" => Want::Text(limits.field_bytes),
                // The message has a limit of its own, so its payload needs none here.
                "GBCSPayload" if self.is_body(SIGNED_PRE_COMMAND) => Want::Text(usize::MAX),
                "DeviceType" if self.is_body(PRE_NOTIFICATION) => Want::Text(limits.field_bytes),
                _ => Want::Nothing,
            }),
            _ => Ok(Want::Nothing),
        }
    }

    fn value(&mut self, path: &[Step<'_>], text: &str, limits: &Limits) -> Result<(), Fault> {
        let name = path[path.len() - 1].name;
        if path.len() == 3 { self.header(name, text) } else { self.body(name, text, limits) }
    }

    fn signature(&mut self, from: usize, to: usize) {
        self.signature = Some((from, to));
    }

    fn most_bytes(&self, limits: &Limits) -> Option<usize> {
        self.reference.as_deref().map(|r| limits.request_bytes(r))
    }
}

impl MessageFields for RequestFields {
    fn finish(self: Box<Self>, services: &Services) -> Result<Message, Fault> {
        let mut this = *self;
        required(this.parts.has_header().then_some(()), "Header")?;
        let id = required(this.id.take(), "RequestID")?;
        let variant = required(this.variant, "CommandVariant")?;
        let reference = required(this.reference.take(), "ServiceReference")?;
        let srv = required(this.srv.take(), "ServiceReferenceVariant")?;
        required(this.parts.has_body().then_some(()), "Body")?;
        let body = required(this.body_element.take(), "element in Body")?;
        let variant_listed = this.fits(variant, &reference, &srv, &body, services)?;
        Ok(Message::Request(Box::new(Request {
            schema_version: this.version,
            id,
            first_in_sequence: this.first,
            preceding: this.preceding,
            variant,
            variant_listed,
            service_reference: reference,
            srv,
            body_element: body,
            execution: this.execution,
            cancels: this.cancels,
            schedule: this.schedule,
            schedule_id: this.schedule_id,
            device: this.device,
            firmware_version: this.firmware_version,
            devices: this.devices,
            gbcs_payload: this.gbcs_payload,
            device_type: this.device_type,
            has_signature: this.signature.is_some(),
            signature_bytes: this.signature,
        })))
    }
}

fn variant(text: &str) -> Result<CommandVariant, Fault> {
    let text = trimmed(text);
    let number = match text.as_bytes() {
        [digit @ b'1'..=b'9'] => CommandVariant::try_from(digit - b'0').ok(),
        _ => None,
    };
    match number {
        Some(CommandVariant::Internal) => Err(Fault::new(
            RefusalCode::VariantNine,
            "Command Variant 9 is internal to the service",
        )),
        Some(variant) => Ok(variant),
        None => Err(Fault::new(
            RefusalCode::BadVariant,
            format!("Command Variant {}: write 1 to 8", quoted(text)),
        )),
    }
}
