//! The effects of inputs, to be carried out by the driver of the core: server, simulator or test.

use crate::{
    event::{Correlation, IdText, Outcome, Unverified},
    vocabulary::{Breach, Class, DeviceStatus, DeviceType},
};
use northbound_types::{
    AlertCode, AlertState, CommandVariant, Day, Eui64, Generation, Kind, Leg, Mode, Region,
    RequestId, RequestState, ResponseCode, Srv, TestKind, Utc, command_variant,
};
use serde::{Deserialize, Serialize};

/// One effect of one input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// The synchronous answer to the request that was just applied.
    Reply(Box<Reply>),
    /// A Command goes to a regional network.
    Dispatch(Box<Command>),
    /// The regional network is asked whether it had a Command.
    Ask(Correlation),
    /// A message goes to a User, by as many attempts as it takes.
    Deliver(Box<Delivery>),
    /// An exchange moved in the books.
    Moved(Movement),
    /// An exchange will not change any more: its row.
    Settled(Box<Record>),
    /// An alert will not change any more: its row.
    AlertSettled(Box<AlertRecord>),
    /// An attempt to deliver: its row.
    Tried(Box<DeliveryRecord>),
    /// An event that operations should see.
    Notice(Notice),
    /// Messages whose sender was not verified: their row.
    Unverified(Box<Unverified>),
}

/// The synchronous answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The request that it answers.
    pub id: RequestId,
    /// How its text was written.
    pub written: IdText,
    /// Service Reference Variant of the request.
    pub srv: Srv,
    /// `I99` accepted, `I0` done, else refused.
    pub code: ResponseCode,
    /// The number from which a final answer gets its ResponseID; none for acknowledgement and refusal.
    pub number: Option<u64>,
    /// The content.
    pub body: Body,
}

/// The content of an answer or alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// Nothing.
    Empty,
    /// The device's answer.
    Payload(Vec<u8>),
    /// A Pre-Command to be signed.
    PreCommand(Vec<u8>),
    /// A Command for local delivery.
    LocalCommand(Vec<u8>),
    /// One run of a schedule.
    Scheduled {
        /// Number of the schedule.
        schedule: u64,
        /// The device's answer.
        payload: Vec<u8>,
    },
    /// A schedule was made.
    ScheduleId(u64),
    /// The schedules of a device.
    Schedules(Vec<(u64, Srv)>),
    /// The inventory of a home, hub first.
    Inventory(Vec<InventoryItem>),
    /// The close of a future-dated Command.
    FutureDated {
        /// `8F66` or `8F67`.
        code: AlertCode,
        /// The alert.
        payload: Vec<u8>,
    },
    /// A Device Alert.
    DeviceAlert {
        /// Alert code.
        code: AlertCode,
        /// The alert.
        payload: Vec<u8>,
        /// Storm protection: number of the storm, and how many alerts the copy represents.
        throttled: Option<(u32, u32)>,
    },
    /// Supply has failed at a hub.
    PowerOutage {
        /// Alert code.
        code: AlertCode,
        /// The hub.
        hub: Eui64,
        /// When the outage began.
        since: Utc,
        /// Storm protection, as above.
        throttled: Option<(u32, u32)>,
    },
    /// A request is held by anomaly detection.
    Quarantined {
        /// Alert code, by setting.
        code: AlertCode,
        /// The kind of threshold that it exceeded.
        breach: Breach,
        /// The request.
        request: RequestId,
        /// Event reference by which it is released or deleted.
        event_ref: u64,
    },
    /// A Command has failed and is not sent again.
    CommandFailure {
        /// Alert code.
        code: AlertCode,
        /// The request.
        request: RequestId,
        /// The device.
        device: Eui64,
    },
    /// Another alert of the service about a device.
    DccAlert {
        /// Alert code.
        code: AlertCode,
        /// The device.
        device: Eui64,
        /// Storm protection, as above.
        throttled: Option<(u32, u32)>,
    },
}

impl Body {
    /// The code of an alert; none where this answers a request.
    #[must_use]
    pub const fn alert_code(&self) -> Option<AlertCode> {
        match self {
            Body::DeviceAlert { code, .. }
            | Body::PowerOutage { code, .. }
            | Body::Quarantined { code, .. }
            | Body::CommandFailure { code, .. }
            | Body::DccAlert { code, .. } => Some(*code),
            // It closes a request as its answer.
            Body::FutureDated { .. }
            | Body::Empty
            | Body::Payload(_)
            | Body::PreCommand(_)
            | Body::LocalCommand(_)
            | Body::Scheduled { .. }
            | Body::ScheduleId(_)
            | Body::Schedules(_)
            | Body::Inventory(_) => None,
        }
    }
}

/// One device of a home in an inventory answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryItem {
    /// EUI-64.
    pub device: Eui64,
    /// Type.
    pub device_type: DeviceType,
    /// Status.
    pub status: DeviceStatus,
    /// Generation.
    pub generation: Generation,
}

/// A Command to a regional network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The key by which its answer is recognised.
    pub correlation: Correlation,
    /// The region whose network takes it.
    pub region: Region,
    /// The User behind it.
    pub originator: Eui64,
    /// Service Reference Variant of the request.
    pub srv: Srv,
    /// Response class.
    pub class: Class,
    /// When the device executes it, where the device holds it until then.
    pub execution: Option<Utc>,
    /// Whether a second execution does no harm.
    pub repeatable: bool,
    /// Number of the attempt, from 1.
    pub attempt: u8,
    /// When it times out.
    pub timeout_at: Utc,
    /// The bytes sent.
    pub content: Vec<u8>,
}

/// A message to a User.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its number, the same at every attempt.
    pub number: u64,
    /// To whom.
    pub to: Eui64,
    /// The sender: the device, or the service.
    pub from: Eui64,
    /// The request that it answers; none for alerts.
    pub answers: Option<(RequestId, IdText)>,
    /// Service of the request.
    pub srv: Srv,
    /// Response code.
    pub code: ResponseCode,
    /// When it was made.
    pub at: Utc,
    /// The content.
    pub body: Body,
}

/// An exchange enters the books or moves from one state to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// The day on which it was received.
    pub day: Day,
    /// Region.
    pub region: Region,
    /// Kind of message.
    pub kind: Kind,
    /// The state before; `None` where it enters.
    pub from: Option<RequestState>,
    /// The state after.
    pub to: RequestState,
}

/// The row of an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the ledger's exchanges")]
pub struct Record {
    pub id: RequestId,
    pub leg: Leg,
    pub instance: i64,
    pub kind: Kind,
    pub mode: Mode,
    pub srv: Srv,
    #[serde(with = "command_variant::or_zero")]
    pub cv: Option<CommandVariant>,
    pub role: Option<crate::vocabulary::Role>,
    pub party_category: Box<str>,
    pub class: Class,
    pub generation: Generation,
    pub device_type: Option<DeviceType>,
    pub test: TestKind,
    pub region: Region,
    pub state: RequestState,
    pub code: ResponseCode,
    pub times: Times,
    pub timeout_at: Option<Utc>,
}

/// The times of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the ledger's exchanges")]
pub struct Times {
    pub user_sent: Option<Utc>,
    pub received: Utc,
    pub acknowledged: Option<Utc>,
    pub due: Option<Utc>,
    pub released: Option<Utc>,
    pub queued: Option<Utc>,
    pub sent_to_wan: Option<Utc>,
    pub delivered_to_device: Option<Utc>,
    pub answered_at_wan: Option<Utc>,
    pub answer_sent: Option<Utc>,
    pub delivered: Option<Utc>,
    pub ended: Option<Utc>,
}

impl Times {
    /// Received, and nothing else yet.
    #[must_use]
    pub const fn received(at: Utc) -> Times {
        Times {
            user_sent: None,
            received: at,
            acknowledged: None,
            due: None,
            released: None,
            queued: None,
            sent_to_wan: None,
            delivered_to_device: None,
            answered_at_wan: None,
            answer_sent: None,
            delivered: None,
            ended: None,
        }
    }
}

/// The row of an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRecord {
    /// The device that raised it.
    pub device: Eui64,
    /// The recipient; zero where there is none.
    pub recipient: Eui64,
    /// The device's counter.
    pub counter: u64,
    /// Alert code.
    pub code: AlertCode,
    /// An alert of the service itself.
    pub dcc: bool,
    /// Its state.
    pub state: AlertState,
    /// Whether storm protection leaves it alone.
    pub excluded: bool,
    /// Number of consolidated alerts that this copy represents.
    pub carried: i64,
    /// When it was raised.
    pub raised: Option<Utc>,
    /// When it was received.
    pub received: Utc,
    /// When the User accepted it.
    pub delivered: Option<Utc>,
    /// Region.
    pub region: Region,
}

/// The row of one attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRecord {
    /// Number of the delivery.
    pub delivery: u64,
    /// To whom.
    pub to: Eui64,
    /// The request that it answers.
    pub request: Option<RequestId>,
    /// Leg and instance of the exchange that it answers.
    pub unit: Option<(Leg, i64)>,
    /// Response code, of an answer.
    pub code: ResponseCode,
    /// Alert code, of an alert.
    pub alert: Option<AlertCode>,
    /// The sender: the device, or the service.
    pub from: Eui64,
    /// Of an alert: the device's counter; 0 of other messages.
    pub counter: u64,
    /// Which try, from 1.
    pub attempt: u32,
    /// Time of the attempt.
    pub at: Utc,
    /// HTTP status; 0 where none came.
    pub status: u16,
    /// How it ended.
    pub outcome: Outcome,
}

/// An event that operations should see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// An answer that belongs to no known Command.
    UnknownAnswer(Correlation),
    /// An answer that had arrived before.
    RepeatedAnswer(Correlation),
    /// An answer after its request had timed out.
    LateAnswer(Correlation),
    /// A change was refused, with the reason.
    ChangeRefused(String),
    /// An attempt of a delivery that is settled or never existed.
    UnknownDelivery(u64),
}
