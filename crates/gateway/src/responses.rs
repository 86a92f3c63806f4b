//! Messages to Users: acknowledgements, refusals, responses and alerts, written and signed.

use northbound_duis::{
    Breach, Services, SignError, Signer, Throttled,
    build::{
        AlertBody, BuildError, DccAlertOut, DccPayload, DeviceAlertOut, InventoryDevice, Item,
        ResponseBodyOut, ResponseOut, ScheduleRow, ServiceRef,
    },
};
use northbound_flow::{
    effect::{Body, Delivery, InventoryItem, Reply},
    vocabulary,
};
use northbound_types::{AlertCode, Eui64, RequestId, Srv, Utc};

/// Version of the schema by which answers are written.
pub const SCHEMA_VERSION: &str = "5.4";
/// The version of GBCS that a Pre-Command says it is of.
const GBCS_VERSION: &str = "4.3";
/// What is not known of a device of the emulated inventory.
const UNKNOWN: &str = "unknown";

/// Why a message could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ResponseError {
    /// Its parts.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Its signature.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// There is no way to say this in a message of the interface.
    #[error("{0}")]
    Shape(&'static str),
}

/// Writes messages.
pub struct Responses<'a> {
    /// The catalogue.
    pub services: &'a Services,
    /// The service's own EUI.
    pub service: Eui64,
    /// Who signs; none leaves messages unsigned.
    pub signer: Option<&'a Signer>,
}

type Written = Result<Vec<u8>, ResponseError>;

impl Responses<'_> {
    fn written(&self, message: &ResponseOut<'_>) -> Written {
        Ok(match self.signer {
            Some(s) => message.signed(s)?,
            None => message.to_xml()?,
        })
    }

    fn service_ref<'s>(&'s self, srv: &'s Srv) -> ServiceRef<'s> {
        ServiceRef {
            reference: self.services.get(srv.as_str()).map_or("", |e| e.service_reference.as_str()),
            srv: srv.as_str(),
        }
    }

    /// The synchronous answer to a request.
    ///
    /// # Errors
    /// What cannot be written.
    pub fn reply(&self, reply: &Reply, at: Utc) -> Written {
        let written = reply.written.text(reply.id);
        let service = self.service_ref(&reply.srv);
        let response = reply.number.map(|n| RequestId {
            originator: self.service,
            target: reply.id.originator,
            counter: n,
        });
        let parts = Parts::of(&reply.body);
        let item = parts.item(&reply.body)?;
        self.written(&ResponseOut {
            schema_version: SCHEMA_VERSION,
            request: Some(&written),
            response,
            code: reply.code.as_str(),
            at,
            body: ResponseBodyOut::Service(service, item),
        })
    }

    /// The refusal of a rejected message.
    ///
    /// # Errors
    /// What cannot be written.
    pub fn refusal(&self, written: Option<&str>, srv: Srv, code: &str, at: Utc) -> Written {
        self.written(&ResponseOut::refusal(
            SCHEMA_VERSION,
            written,
            self.service_ref(&srv),
            code,
            at,
        ))
    }

    /// A message that is delivered: an answer or an alert. The same delivery gives the same message
    /// each time, but for the signature.
    ///
    /// # Errors
    /// What cannot be written.
    pub fn delivery(&self, d: &Delivery) -> Written {
        let response = RequestId { originator: d.from, target: d.to, counter: d.number };
        let at = d.at;
        if let Some((id, text)) = &d.answers {
            let written = text.text(*id);
            let parts = Parts::of(&d.body);
            let item = parts.item(&d.body)?;
            return self.written(&ResponseOut::answer(
                SCHEMA_VERSION,
                &written,
                Some(response),
                self.service_ref(&d.srv),
                d.code.as_str(),
                at,
                item,
            ));
        }
        let request = subject(&d.body).map(|id| id.to_string()).unwrap_or_default();
        let alert = alert(&d.body, &request)?;
        self.written(&ResponseOut::alert(SCHEMA_VERSION, response, at, alert))
    }
}

/// The request that an alert is about.
fn subject(body: &Body) -> Option<RequestId> {
    match body {
        Body::Quarantined { request, .. } | Body::CommandFailure { request, .. } => Some(*request),
        _ => None,
    }
}

/// The alert of a body; `request` is the text of its [`subject`].
fn alert<'b>(body: &'b Body, request: &'b str) -> Result<AlertBody<'b>, ResponseError> {
    Ok(match body {
        Body::DeviceAlert { code, payload, throttled: t } => AlertBody::Device(DeviceAlertOut {
            code: device_code(*code)?,
            throttled: throttled(*t),
            payload,
        }),
        Body::FutureDated { code, payload } => AlertBody::Device(DeviceAlertOut {
            code: device_code(*code)?,
            throttled: Throttled::default(),
            payload,
        }),
        Body::PowerOutage { code, hub, since, throttled: t } => {
            dcc(code, *t, DccPayload::PowerOutageEvent { hub: *hub, start: *since, mpxn: NO_MPXN })
        }
        Body::Quarantined { code, breach, event_ref, .. } => dcc(
            code,
            None,
            DccPayload::QuarantinedRequest {
                breach: breach_of(*breach),
                request,
                event_ref: u128::from(*event_ref),
            },
        ),
        Body::CommandFailure { code, device, .. } => {
            dcc(code, None, DccPayload::CommandFailure { request, schedule: None, device: *device })
        }
        Body::DccAlert { code, device, throttled: t } => dcc(
            code,
            *t,
            DccPayload::DeviceStatusChangeEvent {
                device: *device,
                change: northbound_duis::build::StatusChange::Restored,
            },
        ),
        _ => {
            return Err(ResponseError::Shape(
                "a response that answers no request cannot be an alert",
            ));
        }
    })
}

/// The emulated inventory has no supply numbers; the schema wants thirteen digits or ten.
const NO_MPXN: &str = "0000000000000";

fn device_code(code: AlertCode) -> Result<u16, ResponseError> {
    u16::from_str_radix(code.as_str(), 16)
        .map_err(|_| ResponseError::Shape("a device's alert code is four hexadecimal digits"))
}

fn throttled(t: Option<(u32, u32)>) -> Throttled {
    t.map_or_else(Throttled::default, |(sequence, count)| Throttled {
        sequence: Some(sequence),
        count: Some(count),
    })
}

fn dcc<'a>(code: &'a AlertCode, t: Option<(u32, u32)>, payload: DccPayload<'a>) -> AlertBody<'a> {
    AlertBody::Dcc(DccAlertOut { code: code.as_str(), throttled: throttled(t), payload })
}

fn breach_of(b: vocabulary::Breach) -> Breach {
    match b {
        vocabulary::Breach::User => Breach::UserThreshold,
        vocabulary::Breach::Dcc => Breach::DccThreshold,
        vocabulary::Breach::Value => Breach::AttributeLimits,
    }
}

/// Texts that an item borrows.
struct Parts<'b> {
    devices: Vec<InventoryDevice<'b>>,
    schedules: Vec<ScheduleRow<'b>>,
}

impl<'b> Parts<'b> {
    fn of(body: &'b Body) -> Parts<'b> {
        let devices = if let Body::Inventory(all) = body {
            all.iter().map(inventory).collect()
        } else {
            Vec::new()
        };
        Parts { devices, schedules: Vec::new() }
    }

    fn item<'p>(&'p self, body: &'p Body) -> Result<Option<Item<'p>>, ResponseError> {
        Ok(Some(match body {
            Body::Empty => return Ok(None),
            Body::Payload(p) => Item::GbcsPayload(p),
            Body::PreCommand(p) => Item::PreCommand { version: GBCS_VERSION, payload: p },
            Body::LocalCommand(p) => Item::LocalCommand(p),
            Body::Scheduled { schedule, payload } => {
                Item::ScheduledMessage { payload, schedule: *schedule }
            }
            Body::ScheduleId(n) => Item::ScheduleId(*n),
            // A device that is not known, and a device without schedules: the schema has no empty list.
            Body::Inventory(_) if self.devices.is_empty() => return Ok(None),
            Body::Inventory(_) => Item::Inventory(&self.devices),
            Body::Schedules(_) if self.schedules.is_empty() => return Ok(None),
            Body::Schedules(_) => Item::SchedulesRead(&self.schedules),
            Body::FutureDated { code, payload } => Item::FutureDated {
                success: code.as_str() == "8F66",
                payload,
                instruction: 1,
                total: 1,
            },
            Body::DeviceAlert { .. }
            | Body::PowerOutage { .. }
            | Body::Quarantined { .. }
            | Body::CommandFailure { .. }
            | Body::DccAlert { .. } => {
                return Err(ResponseError::Shape("an alert answers no request"));
            }
        }))
    }
}

fn inventory(item: &InventoryItem) -> InventoryDevice<'_> {
    InventoryDevice {
        device: item.device,
        kind: item.device_type.as_str(),
        status: Some(item.status.as_str()),
        manufacturer: UNKNOWN,
        model: UNKNOWN,
        smets_version: None,
        firmware_version: None,
        firmware_status: None,
        commissioned: None,
        import_mpxn: None,
        secondary_import_mpan: None,
        export_mpan: None,
        esme_variant: None,
        uprn: None,
        region: None,
        gbcs_version: None,
    }
}
