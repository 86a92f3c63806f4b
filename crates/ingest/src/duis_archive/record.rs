//! The parts of a message that assembling needs, small enough to spill to a temporary file.

use super::archive::Entry;
use northbound_duis::{Content, DccAlert, Message, Request, Response, ResponseBody};
use northbound_types::{CommandVariant, Eui64, Leg, RequestId, text_enum};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

text_enum! {
    /// Where the time of a message comes from.
    pub enum TimeBasis("time basis") {
        /// The message says it (ResponseDateTime).
        Message = "message",
        /// The counter of the RequestID, read as milliseconds since 1970: the User's clock.
        Counter = "counter",
        /// When the file was last changed: the weakest.
        FileTime = "file-time",
        /// The time of the first answer, where the archive has no time of the file.
        Answer = "answer",
    }
}

/// First 128 bits of the SHA-256 of a message without its signature: a request that is signed
/// again and posted again is the same request.
pub(crate) type Print = [u64; 2];

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Its number in the archive, from 1, in reading order.
    pub place: i64,
    pub print: Print,
    pub what: RecordContent,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum RecordContent {
    Asked(Asked),
    Answered(Answered),
    Raised(Raised),
    /// What an alert says about a request; the alert itself is a record of its own.
    Noted(Noted),
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub id: RequestId,
    pub variant: CommandVariant,
    pub srv: String,
    /// Time of the file, µs.
    pub file_time: Option<i64>,
    /// When it is due, µs; `None` for one that cancels.
    pub due: Option<i64>,
    /// The device of a schedule.
    pub schedule_device: Option<Eui64>,
    pub devices: Vec<Eui64>,
    pub firmware: String,
}

impl Asked {
    pub fn leg(&self) -> Leg {
        self.variant.leg().unwrap_or(Leg::Send)
    }
}

/// A message that answers a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Answered {
    pub at: i64,
    pub request: Option<RequestId>,
    pub response: Option<RequestId>,
    pub code: String,
    pub srv: String,
    pub says: AnswerContent,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum AnswerContent {
    /// Nothing: an acknowledgement, a refusal, or done without data.
    Nothing,
    PreCommand,
    LocalCommand,
    /// One run of a schedule.
    Run(u64),
    /// The close of a future-dated Command.
    Close {
        success: bool,
        instruction: u16,
        total: u16,
    },
    /// Data.
    Data,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Raised {
    pub at: i64,
    pub id: RequestId,
    pub code: String,
    /// `device` or `dcc`.
    pub kind: String,
    /// The device that the payload names.
    pub device: Option<Eui64>,
    pub raised: Option<i64>,
    pub throttled: Option<u32>,
}

/// What an alert says about a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Noted {
    pub about: RequestId,
    pub at: i64,
    pub note: Note,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Note {
    Quarantined,
    /// CommandFailure, with the alert's code; the schedule's runs fail one by one and say nothing
    /// about the request that created the schedule.
    Failed(String),
    Firmware {
        devices: Vec<Eui64>,
        at: Option<i64>,
        done: bool,
    },
}

/// The records of one message: itself, and what it says about a request.
pub(crate) fn records(entry: &Entry<'_>, place: i64) -> Vec<Record> {
    match &entry.message {
        Message::Request(r) => {
            let print = print_of(entry.bytes, r.signature_bytes);
            vec![Record {
                place,
                print,
                what: RecordContent::Asked(asked(r, entry.modified.map(|t| t.0))),
            }]
        }
        Message::Response(r) => {
            let print = print_of(entry.bytes, r.signature_bytes);
            answered(r).into_iter().map(|what| Record { place, print, what }).collect()
        }
    }
}

/// A message of the service that has neither a RequestID nor a ResponseID cannot be distinguished from
/// another: it is no record, and the caller rejects it.
fn answered(r: &Response) -> Vec<RecordContent> {
    let (request, response) = (r.request.as_ref().map(|i| i.id), r.response.as_ref().map(|i| i.id));
    let raised = |code: &str, kind: &str, device, at: Option<i64>, throttled| {
        response.or(request).map(|id| {
            RecordContent::Raised(Raised {
                at: r.at.0,
                id,
                code: code.to_owned(),
                kind: kind.to_owned(),
                device,
                raised: at,
                throttled,
            })
        })
    };
    let answer = |srv: &str, says| {
        (request.is_some() || response.is_some()).then(|| {
            RecordContent::Answered(Answered {
                at: r.at.0,
                request,
                response,
                code: r.code.clone(),
                srv: srv.to_owned(),
                says,
            })
        })
    };
    match &r.body {
        ResponseBody::Acknowledgement(s) => {
            answer(&s.srv, AnswerContent::Nothing).into_iter().collect()
        }
        ResponseBody::Service(s, content) => answer(&s.srv, says(content)).into_iter().collect(),
        ResponseBody::Smets1(s) => match (&s.service, request) {
            (None, None) => {
                raised("", "device", None, None, s.throttled.count).into_iter().collect()
            }
            (service, _) => {
                let srv = service.as_ref().map_or("", |s| s.srv.as_str());
                answer(srv, s.schedule_id.map_or(AnswerContent::Data, AnswerContent::Run))
                    .into_iter()
                    .collect()
            }
        },
        ResponseBody::DeviceAlert(a) => {
            raised(&a.code, "device", None, None, a.throttled.count).into_iter().collect()
        }
        ResponseBody::DccAlert(a) => {
            let at = a.at.map(|t| t.0);
            let outage = (a.payload == "PowerOutageEvent").then_some(at).flatten();
            raised(&a.code, "dcc", a.device.or(a.hub), outage, a.throttled.count)
                .into_iter()
                .chain(noted(a, r.at.0).map(RecordContent::Noted))
                .collect()
        }
    }
}

fn says(content: &Content) -> AnswerContent {
    match content {
        Content::None => AnswerContent::Nothing,
        Content::PreCommand => AnswerContent::PreCommand,
        Content::LocalCommand => AnswerContent::LocalCommand,
        Content::ScheduledMessage(id) => AnswerContent::Run(*id),
        Content::FutureDated(f) => AnswerContent::Close {
            success: f.code == "8F66",
            instruction: f.instruction,
            total: f.total,
        },
        Content::GbcsPayload | Content::ScheduleId(_) | Content::Other(_) => AnswerContent::Data,
    }
}

fn noted(a: &DccAlert, at: i64) -> Option<Noted> {
    if let Some(q) = &a.quarantine {
        return Some(Noted { about: q.request.id, at, note: Note::Quarantined });
    }
    let about = a.request.as_ref()?.id;
    let note = match a.payload.as_str() {
        "CommandFailure" if a.schedule_id.is_none() => Note::Failed(a.code.clone()),
        "CSPFirmwareDeliveryStatus" => Note::Firmware {
            devices: a.device.into_iter().collect(),
            at: a.at.map(|t| t.0),
            done: a.transferred == Some(true),
        },
        "FirmwareDistributionFailure" => {
            Note::Firmware { devices: a.devices.clone(), at: None, done: false }
        }
        _ => return None,
    };
    Some(Noted { about, at, note })
}

fn asked(r: &Request, file_time: Option<i64>) -> Asked {
    Asked {
        id: r.id.id,
        variant: r.variant,
        srv: r.srv.clone(),
        file_time,
        due: r.execution.filter(|_| !r.cancels).map(|t| t.0),
        schedule_device: r.schedule.as_ref().and(r.device),
        devices: r.devices.clone(),
        firmware: r.firmware_version.clone().unwrap_or_default(),
    }
}

fn print_of(bytes: &[u8], signature: Option<(usize, usize)>) -> Print {
    let mut hash = Sha256::new();
    let (from, to) = signature.unwrap_or((bytes.len(), bytes.len()));
    hash.update(bytes.get(..from).unwrap_or(bytes));
    hash.update(bytes.get(to..).unwrap_or(b""));
    let digest = hash.finalize();
    let word = |at: usize| digest.iter().skip(at).take(8).fold(0u64, |w, &b| w << 8 | u64::from(b));
    [word(0), word(8)]
}

impl Record {
    /// What this record belongs to: all that concern one RequestID meet in one group.
    pub fn group(&self) -> Option<RequestId> {
        match &self.what {
            RecordContent::Asked(a) => Some(a.id),
            RecordContent::Answered(a) => a.request.or(a.response),
            RecordContent::Raised(a) => Some(a.id),
            RecordContent::Noted(n) => Some(n.about),
        }
    }

    /// Bytes in memory, about: what the bound on memory counts.
    pub fn weight(&self) -> usize {
        const FIXED: usize = 320;
        let list = match &self.what {
            RecordContent::Asked(a) => a.devices.len(),
            RecordContent::Noted(Noted { note: Note::Firmware { devices, .. }, .. }) => {
                devices.len()
            }
            _ => 0,
        };
        FIXED + list * size_of::<Eui64>()
    }
}
