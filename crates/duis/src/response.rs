//! The fields of a response: acknowledgement, answer, device alert, alert of the service, answer
//! of a first-generation device.

use crate::message::{
    Breach, Content, DccAlert, DeviceAlert, FutureDated, IdText, Message, Quarantine, Response,
    ResponseBody, Service, Smets1, Throttled,
};
use crate::read::{Fields, MessageFields, Part, Parts, Step, Want, in_order, place, required};
use crate::refusal::{Fault, RefusalCode, quoted};
use crate::request::MOST_SCHEDULE_ID;
use crate::scan::Ns;
use crate::values::{
    date_time, dcc_code, eui, eui_list, event_ref, hex_code, number, request_id, response_code,
    trimmed,
};
use crate::{Limits, Services};
use northbound_types::Utc;

/// Header fields in the schema's order.
const HEADER: [&str; 4] = ["RequestID", "ResponseID", "ResponseCode", "ResponseDateTime"];
/// The four bodies and their fields in the schema's order; the last is the payload.
const SERVICE: [&str; 2] = ["ServiceReference", "ServiceReferenceVariant"];
const DEVICE_ALERT: [&str; 4] =
    ["AlertCode", "ThrottledAlertSequenceId", "ThrottledAlertCount", "GBCSPayload"];
const DCC_ALERT: [&str; 4] =
    ["DCCAlertCode", "ThrottledAlertSequenceId", "ThrottledAlertCount", "DCCAlert"];
const SMETS1: [&str; 6] = [
    "ServiceReference",
    "ServiceReferenceVariant",
    "DSPScheduleID",
    "ThrottledAlertSequenceId",
    "ThrottledAlertCount",
    "SMETS1SignedResponse",
];
/// What an answer may hold, at most one of them.
const CONTENT: [&str; 13] = [
    "CINMessage",
    "DSPInventory",
    "DSPOptIn",
    "DSPSchedulesRead",
    "DSPScheduledMessage",
    "DSPScheduleID",
    "DSPUpdateFirmwareWarning",
    "DSPUpdatePPMIDFirmwareWarning",
    "DSPWANMatrix",
    "FutureDatedDeviceAlertMessage",
    "GBCSPayload",
    "LocalCommand",
    "PreCommand",
];
/// The code of an acknowledgement.
const ACKNOWLEDGED: &str = "I99";

#[derive(Debug, Default)]
pub(crate) struct ResponseFields {
    version: String,
    parts: Parts,
    header_next: usize,
    request: Option<IdText>,
    response: Option<IdText>,
    code: Option<String>,
    at: Option<Utc>,
    body: Option<String>,
    body_next: usize,
    reference: Option<String>,
    srv: Option<String>,
    content: Option<String>,
    schedule_id: Option<u64>,
    future_code: Option<String>,
    instruction: Option<u16>,
    total: Option<u16>,
    alert_code: Option<String>,
    throttled: Throttled,
    payload_seen: bool,
    alert: DccAlert,
    breach: Option<Breach>,
    quarantined: Option<IdText>,
    event_ref: Option<i128>,
    signature: Option<(usize, usize)>,
}

impl ResponseFields {
    pub fn new(version: String) -> ResponseFields {
        ResponseFields { version, ..ResponseFields::default() }
    }

    /// A child of the message inside Body.
    fn open_field(&mut self, body: &str, step: &Step<'_>, limits: &Limits) -> Result<Want, Fault> {
        let text = Want::Text(limits.field_bytes);
        let sequence: &[&str] = match body {
            "ResponseMessage" => {
                if step.ns == Ns::Duis && CONTENT.contains(&step.name) {
                    return self.open_content(step, text);
                }
                &SERVICE
            }
            "DeviceAlertMessage" => &DEVICE_ALERT,
            "DCCAlertMessage" => &DCC_ALERT,
            _ => &SMETS1,
        };
        let at = place(step, sequence, body)?;
        in_order(&mut self.body_next, at, step.name)?;
        Ok(match step.name {
            "GBCSPayload" | "SMETS1SignedResponse" => {
                self.payload_seen = true;
                Want::Nothing
            }
            "DCCAlert" => Want::Children,
            _ => text,
        })
    }

    fn open_content(&mut self, step: &Step<'_>, text: Want) -> Result<Want, Fault> {
        if let Some(first) = &self.content {
            return Err(Fault::new(
                RefusalCode::DuplicateField,
                format!("{} beside {first}: an answer holds one thing", step.name),
            ));
        }
        // The references come first.
        in_order(&mut self.body_next, SERVICE.len(), step.name)?;
        self.content = Some(step.name.to_owned());
        Ok(match step.name {
            "DSPScheduleID" => text,
            "DSPScheduledMessage" | "FutureDatedDeviceAlertMessage" => Want::Children,
            _ => Want::Nothing,
        })
    }

    /// Inside the content of an answer, or the payload element of an alert.
    fn open_inner(&mut self, body: &str, step: &Step<'_>, limits: &Limits) -> Result<Want, Fault> {
        if body == "DCCAlertMessage" {
            if step.ns != Ns::Duis {
                return Err(Fault::new(
                    RefusalCode::WrongNamespace,
                    format!("{} is in another namespace", quoted(step.name)),
                ));
            }
            if !self.alert.payload.is_empty() {
                return Err(Fault::new(
                    RefusalCode::DuplicateField,
                    format!("{} is a second payload", quoted(step.name)),
                ));
            }
            self.alert.payload = step.name.to_owned();
            // An element of the payload may hold text of its own.
            return Ok(Want::Children);
        }
        Ok(match step.name {
            "DSPScheduleID"
            | "FutureDatedAlertCode"
            | "InstructionNumber"
            | "TotalCommandInstructions"
                if step.ns == Ns::Duis =>
            {
                Want::Text(limits.field_bytes)
            }
            _ => Want::Nothing,
        })
    }

    /// Inside the payload of an alert of the service: the ids that tell what it is about.
    fn open_payload(&mut self, step: &Step<'_>, limits: &Limits) -> Result<Want, Fault> {
        if step.ns != Ns::Duis {
            return Ok(Want::Nothing);
        }
        if let Ok(breach) = step.name.parse::<Breach>() {
            if self.breach.replace(breach).is_some() {
                return Err(Fault::new(RefusalCode::DuplicateField, "a second breach"));
            }
            return Ok(Want::Children);
        }
        Ok(match payload_field(step.name) {
            Some(Wanted::Devices) => Want::Text(limits.list_bytes()),
            Some(_) => Want::Text(limits.field_bytes),
            None => Want::Nothing,
        })
    }

    fn header(&mut self, name: &str, text: &str) -> Result<(), Fault> {
        match name {
            "RequestID" => self.request = Some(request_id(text)?),
            "ResponseID" => self.response = Some(request_id(text)?),
            "ResponseCode" => self.code = Some(response_code(text)?),
            _ => self.at = Some(date_time(text)?),
        }
        Ok(())
    }

    fn field(&mut self, name: &str, text: &str) -> Result<(), Fault> {
        let count = |most: u32| number(text, u64::from(most)).map(|n| n as u32);
        match name {
            "ServiceReference" => self.reference = Some(trimmed(text).to_owned()),
            "ServiceReferenceVariant" => self.srv = Some(trimmed(text).to_owned()),
            "DSPScheduleID" => self.schedule_id = Some(number(text, MOST_SCHEDULE_ID)?),
            "ThrottledAlertSequenceId" => self.throttled.sequence = Some(count(u32::MAX)?),
            "ThrottledAlertCount" => self.throttled.count = Some(count(u32::MAX)?),
            "AlertCode" => self.alert_code = Some(hex_code(text)?),
            "DCCAlertCode" => self.alert_code = Some(dcc_code(text)?),
            "FutureDatedAlertCode" => self.future_code = Some(closing_code(text)?),
            "InstructionNumber" => self.instruction = Some(count(u32::from(u16::MAX))? as u16),
            _ => self.total = Some(count(u32::from(u16::MAX))? as u16),
        }
        Ok(())
    }

    fn payload(&mut self, name: &str, text: &str, limits: &Limits) -> Result<(), Fault> {
        match payload_field(name) {
            Some(Wanted::Device) => self.alert.device = Some(eui(text)?),
            Some(Wanted::Hub) => self.alert.hub = Some(eui(text)?),
            Some(Wanted::Request) => self.alert.request = Some(request_id(text)?),
            Some(Wanted::Schedule) => {
                self.alert.schedule_id = Some(number(text, MOST_SCHEDULE_ID)?)
            }
            Some(Wanted::Time) => self.alert.at = Some(date_time(text)?),
            Some(Wanted::Devices) => self.alert.devices = eui_list(text, limits.devices)?,
            Some(Wanted::Transfer) => {
                self.alert.transferred = Some(match trimmed(text) {
                    "Success" => true,
                    "Failure" => false,
                    other => {
                        return Err(Fault::new(
                            RefusalCode::BadWord,
                            format!("{} is neither Success nor Failure", quoted(other)),
                        ));
                    }
                })
            }
            None => {}
        }
        Ok(())
    }

    fn throttled_service(reference: Option<String>, srv: Option<String>) -> Option<Service> {
        match (reference, srv) {
            (None, None) => None,
            (r, s) => {
                Some(Service { reference: r.unwrap_or_default(), srv: s.unwrap_or_default() })
            }
        }
    }

    /// What an answer holds, with what must be inside it.
    fn content(&mut self) -> Result<Content, Fault> {
        let Some(name) = self.content.take() else { return Ok(Content::None) };
        Ok(match name.as_str() {
            "GBCSPayload" => Content::GbcsPayload,
            "PreCommand" => Content::PreCommand,
            "LocalCommand" => Content::LocalCommand,
            "DSPScheduledMessage" => {
                Content::ScheduledMessage(required(self.schedule_id, "DSPScheduleID")?)
            }
            "DSPScheduleID" => Content::ScheduleId(required(self.schedule_id, "DSPScheduleID")?),
            "FutureDatedDeviceAlertMessage" => Content::FutureDated(FutureDated {
                code: required(self.future_code.take(), "FutureDatedAlertCode")?,
                instruction: required(self.instruction, "InstructionNumber")?,
                total: required(self.total, "TotalCommandInstructions")?,
            }),
            _ => Content::Other(name),
        })
    }

    fn body(&mut self, code: &str) -> Result<ResponseBody, Fault> {
        let body = required(self.body.take(), "element in Body")?;
        Ok(match body.as_str() {
            "ResponseMessage" => {
                let service = Service {
                    reference: required(self.reference.take(), "ServiceReference")?,
                    srv: required(self.srv.take(), "ServiceReferenceVariant")?,
                };
                match self.content()? {
                    Content::None if code == ACKNOWLEDGED => ResponseBody::Acknowledgement(service),
                    content => ResponseBody::Service(service, content),
                }
            }
            "DeviceAlertMessage" => {
                required(self.payload_seen.then_some(()), "GBCSPayload")?;
                ResponseBody::DeviceAlert(DeviceAlert {
                    code: required(self.alert_code.take(), "AlertCode")?,
                    throttled: self.throttled,
                })
            }
            "DCCAlertMessage" => ResponseBody::DccAlert(Box::new(self.dcc_alert()?)),
            _ => {
                required(self.payload_seen.then_some(()), "SMETS1SignedResponse")?;
                ResponseBody::Smets1(Smets1 {
                    service: Self::throttled_service(self.reference.take(), self.srv.take()),
                    schedule_id: self.schedule_id,
                    throttled: self.throttled,
                })
            }
        })
    }

    fn dcc_alert(&mut self) -> Result<DccAlert, Fault> {
        let mut alert = std::mem::take(&mut self.alert);
        alert.code = required(self.alert_code.take(), "DCCAlertCode")?;
        alert.throttled = self.throttled;
        required((!alert.payload.is_empty()).then_some(()), "payload in DCCAlert")?;
        if let Some(breach) = self.breach {
            alert.quarantine = Some(Quarantine {
                breach,
                request: required(self.quarantined.take(), "RequestID of the quarantined request")?,
                event_ref: required(self.event_ref, "QuarantineEventRef")?,
            });
        }
        Ok(alert)
    }
}

impl Fields for ResponseFields {
    fn open(&mut self, path: &[Step<'_>], limits: &Limits) -> Result<Want, Fault> {
        let (depth, step) = (path.len(), &path[path.len() - 1]);
        let part = path.get(1).map(|p| p.name);
        let body = path.get(2).map_or("", |p| p.name);
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
            (3, _) => {
                if self.body.is_some() {
                    return Err(Fault::new(
                        RefusalCode::DuplicateField,
                        format!("{} is a second body", quoted(step.name)),
                    ));
                }
                place(
                    step,
                    &[
                        "ResponseMessage",
                        "DeviceAlertMessage",
                        "DCCAlertMessage",
                        "SMETS1ResponseMessage",
                    ],
                    "Body",
                )?;
                self.body = Some(step.name.to_owned());
                Ok(Want::Children)
            }
            (4, _) => self.open_field(body, step, limits),
            (5, _) => self.open_inner(body, step, limits),
            (6, _) => self.open_payload(step, limits),
            (7, _) if self.breach.is_some() && step.ns == Ns::Duis => Ok(match step.name {
                "RequestID" | "QuarantineEventRef" => Want::Text(limits.field_bytes),
                _ => Want::Nothing,
            }),
            _ => Ok(Want::Nothing),
        }
    }

    fn value(&mut self, path: &[Step<'_>], text: &str, limits: &Limits) -> Result<(), Fault> {
        let name = path[path.len() - 1].name;
        match (path.len(), name) {
            (3, _) => self.header(name, text),
            (4 | 5, _) => self.field(name, text),
            (7, "RequestID") => {
                self.quarantined = Some(request_id(text)?);
                Ok(())
            }
            (7, _) => {
                self.event_ref = Some(event_ref(text)?);
                Ok(())
            }
            _ => self.payload(name, text, limits),
        }
    }

    fn signature(&mut self, from: usize, to: usize) {
        self.signature = Some((from, to));
    }

    fn most_bytes(&self, limits: &Limits) -> Option<usize> {
        Some(limits.response_bytes)
    }
}

impl MessageFields for ResponseFields {
    fn finish(self: Box<Self>, _services: &Services) -> Result<Message, Fault> {
        let mut this = *self;
        required(this.parts.has_header().then_some(()), "Header")?;
        let code = required(this.code.take(), "ResponseCode")?;
        let at = required(this.at, "ResponseDateTime")?;
        required(this.parts.has_body().then_some(()), "Body")?;
        let body = this.body(&code)?;
        Ok(Message::Response(Box::new(Response {
            schema_version: this.version,
            request: this.request,
            response: this.response,
            code,
            at,
            body,
            has_signature: this.signature.is_some(),
            signature_bytes: this.signature,
        })))
    }
}

fn closing_code(text: &str) -> Result<String, Fault> {
    let code = hex_code(text)?;
    if matches!(code.as_str(), "8F66" | "8F67") {
        return Ok(code);
    }
    Err(Fault::new(
        RefusalCode::BadAlertCode,
        format!("{code}: a future-dated Command closes with 8F66 or 8F67"),
    ))
}

/// The meaning of a field of an alert's payload.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Device,
    Hub,
    Request,
    Schedule,
    Time,
    Devices,
    Transfer,
}

fn payload_field(name: &str) -> Option<Wanted> {
    Some(match name {
        "DeviceID" | "TargetDeviceID" | "PPMIDDeviceID" | "ESMEDeviceID" => Wanted::Device,
        "CommsHubDeviceID" | "CHFDeviceID" => Wanted::Hub,
        "CommandRequestID"
        | "UpdateFirmwareRequestID"
        | "UpdateHANDeviceLogServiceRequestID"
        | "ChangeOfSupplierServiceRequestID" => Wanted::Request,
        "DSPScheduleID" => Wanted::Schedule,
        "StartDateTime" | "TimeStamp" | "Timestamp" => Wanted::Time,
        "MeterIDs" => Wanted::Devices,
        "CommsHubTransferStatus" => Wanted::Transfer,
        _ => return None,
    })
}
