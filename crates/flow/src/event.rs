//! What goes into the core: the journal is the ordered list of these, each with its time.

pub use northbound_types::Correlation;
use northbound_types::{
    AlertCode, CommandVariant, Eui64, Leg, RequestId, ResponseCode, Srv, TestKind, Utc,
    command_variant,
};
use serde::{Deserialize, Serialize};

use crate::{
    policy::Policy,
    vocabulary::{DeviceStatus, DeviceType, Frequency, Role},
};

/// One input of the core.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A request that was read and whose signature was good.
    Request(Box<Request>),
    /// A message that was turned away before anybody could tell what it asks: it only gets its row.
    Rejected(Box<Rejected>),
    /// An answer of a device, at the regional network's interface.
    Answer(Box<Answer>),
    /// The regional network says that there is no way to the device.
    NoRoute(Correlation),
    /// The regional network, asked after a restart, never had this Command.
    NotReceived(Correlation),
    /// An alert of a device, a hub or the service itself.
    Alert(Box<Alert>),
    /// A delivery to a User was tried.
    Attempt(Attempt),
    /// Nothing but time passes.
    Tick,
    /// The process started again: what was on its way must be asked for.
    Restarted,
    /// Somebody changed what the core knows or how it decides.
    Control(Box<Control>),
}

/// A User's request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// RequestID.
    pub id: RequestId,
    /// How its text was written.
    pub written: IdText,
    /// Whose signature it bears.
    pub signer: Eui64,
    /// The web service that it came to.
    pub service: WebService,
    /// Command Variant.
    pub cv: CommandVariant,
    /// Service Reference Variant.
    pub srv: Srv,
    /// ExecutionDateTime, where given.
    pub execution: Option<Utc>,
    /// `true` where it cancels an earlier future-dated request.
    pub cancels: bool,
    /// FirstInSequence.
    pub first_in_sequence: bool,
    /// PrecedingServiceRequestID.
    pub preceding: Option<RequestId>,
    /// The schedule that a Create Schedule asks for.
    pub schedule: Option<ScheduleAsked>,
    /// DSPScheduleID that a Read or Delete Schedule names.
    pub schedule_id: Option<u64>,
    /// The device that a Non-Device request is about.
    pub about: Option<Eui64>,
    /// The device type that a pre-notification names.
    pub about_type: Option<DeviceType>,
    /// The devices of a firmware request.
    pub devices: Vec<Eui64>,
    /// What is sent on: the Command's content, the Pre-Command to be signed (CV4), or the signed
    /// Pre-Command (CV5 to 7).
    pub content: Vec<u8>,
    /// SHA-256 of the Pre-Command without its signature (CV4 to 7), for comparing the two.
    pub pre_command: Option<[u8; 32]>,
    /// Whether it is a User's own test.
    pub test: TestKind,
    /// When the User sent it, where known.
    pub user_sent: Option<Utc>,
}

/// How a RequestID was written. It compares by value and is echoed as it came.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum IdText {
    /// In upper case throughout.
    #[default]
    Upper,
    /// In lower case throughout.
    Lower,
    /// In some other way.
    As(Box<str>),
}

impl IdText {
    /// How this text writes the id.
    #[must_use]
    pub fn of(text: &str) -> IdText {
        let letters =
            |f: fn(&char) -> bool| text.chars().filter(char::is_ascii_alphabetic).all(|c| f(&c));
        if text.contains("::") || text.trim() != text {
            return IdText::As(text.into());
        }
        if letters(char::is_ascii_uppercase) {
            IdText::Upper
        } else if letters(char::is_ascii_lowercase) {
            IdText::Lower
        } else {
            IdText::As(text.into())
        }
    }
    /// The id as it was written.
    #[must_use]
    pub fn text(&self, id: RequestId) -> String {
        match self {
            IdText::Upper => id.to_string(),
            IdText::Lower => id.to_string().to_ascii_lowercase(),
            IdText::As(t) => t.to_string(),
        }
    }
}

northbound_types::text_enum! {
    /// The three web services of the User interface.
    pub enum WebService("web service") {
        /// Send Command: Command Variants 1, 3, 5 and 7.
        Send = "send",
        /// Transform: Command Variant 4.
        Transform = "transform",
        /// Non-Device: Command Variants 2, 6 and 8.
        NonDevice = "non-device",
    }
}

impl WebService {
    /// The service that takes a Command Variant; `None` for the one that no User may send.
    #[must_use]
    pub const fn of_variant(cv: CommandVariant) -> Option<WebService> {
        match cv.leg() {
            Some(Leg::Send) => Some(WebService::Send),
            Some(Leg::Transform) => Some(WebService::Transform),
            Some(Leg::Local | Leg::NonDevice) => Some(WebService::NonDevice),
            Some(Leg::Instance) | None => None,
        }
    }
}

/// A schedule to be held by the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleAsked {
    /// The service that it runs.
    pub srv: Srv,
    /// The device that it asks.
    pub device: Eui64,
    /// How often.
    pub every: Frequency,
    /// First run.
    pub first: Utc,
    /// No run after this.
    pub last: Option<Utc>,
}

/// A message that was turned away at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// RequestID, where it could be read.
    pub id: Option<RequestId>,
    /// The User whose connection it was, where known.
    pub from: Option<Eui64>,
    /// Command Variant, where it could be read.
    #[serde(with = "command_variant::or_zero")]
    pub cv: Option<CommandVariant>,
    /// Service Reference Variant, where it could be read.
    pub srv: Srv,
    /// The code that was answered.
    pub code: ResponseCode,
}

/// An answer of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Which Command it answers.
    pub to: Correlation,
    /// `false` where the device answers with an error.
    pub success: bool,
    /// When the device had the Command, where the network says so.
    pub delivered_to_device: Option<Utc>,
    /// When the answer was at the regional network's interface.
    pub at_wan: Utc,
    /// The answer, as it is passed on.
    pub content: Vec<u8>,
}

/// An alert as it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Who raised it.
    pub device: Eui64,
    /// For whom, where it says so itself.
    pub recipient: Option<Eui64>,
    /// The device's counter.
    pub counter: u64,
    /// Alert code.
    pub code: AlertCode,
    /// `true` for an alert of the service itself (`AD1` …), `false` for a Device Alert.
    pub dcc: bool,
    /// When it was raised.
    pub raised: Option<Utc>,
    /// The future-dated request that it closes (8F66, 8F67).
    pub closes: Option<Correlation>,
    /// The alert, as it is passed on.
    pub content: Vec<u8>,
}

/// One try to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Which delivery.
    pub delivery: u64,
    /// HTTP status of the endpoint; 0 where it could not be reached or did not answer in time.
    pub status: u16,
    /// What follows from it.
    pub outcome: Outcome,
}

northbound_types::text_enum! {
    /// What follows from a try to deliver.
    pub enum Outcome("outcome of a delivery") {
        /// Taken.
        Delivered = "delivered",
        /// It will be tried again.
        Again = "again",
        /// The endpoint would not take it; it is kept and not tried again.
        Parked = "parked",
    }
}

/// A change, with who made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// The Actor, in the form `person[@party][/body][+role…]`.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// What.
    pub change: Change,
}

/// What can be changed. Takes effect with its place in the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// Which services there are, and every number by which the core decides.
    Policy(Box<Policy>),
    /// A User, new or changed.
    User(UserRecord),
    /// A device of the inventory, new or changed.
    Device(DeviceRecord),
    /// Many devices at once.
    Devices(Vec<DeviceRecord>),
    /// Who is registered in which role for a device from when on.
    Registration(Registration),
    /// A held request is processed after all.
    Release(u64),
    /// A held request is deleted.
    Delete(u64),
    /// A schedule made before the service knew of it.
    Schedule(ScheduleRecord),
    /// Nothing leaves for a region from this instant until it is opened again.
    Pause {
        /// Which.
        region: northbound_types::Region,
        /// Until when; `None` until somebody says so.
        until: Option<Utc>,
    },
    /// A region is open again.
    Resume(northbound_types::Region),
}

/// A User.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRecord {
    /// EUI-64.
    pub eui: Eui64,
    /// Its party.
    pub party: Box<str>,
    /// Party category, such as `large-supplier`.
    pub category: Box<str>,
    /// Roles that it holds.
    pub roles: Vec<Role>,
    /// May it use the service now?
    pub active: bool,
    /// May storm-protection fields stand in its alerts?
    pub throttle_fields: bool,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRecord {
    /// EUI-64.
    pub eui: Eui64,
    /// Type.
    pub device_type: DeviceType,
    /// Status in the inventory.
    pub status: DeviceStatus,
    /// Region.
    pub region: northbound_types::Region,
    /// Generation.
    pub generation: northbound_types::Generation,
    /// The hub through which it is reached; its own EUI for a hub.
    pub hub: Eui64,
    /// Who is registered for it now, one per role.
    pub registered: Vec<(Role, Eui64)>,
}

/// Who holds a role for a device from when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The device.
    pub device: Eui64,
    /// The role.
    pub role: Role,
    /// Who; `None` where nobody does any more.
    pub user: Option<Eui64>,
    /// From this instant.
    pub from: Utc,
}

/// A schedule as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleRecord {
    /// The request that made it.
    pub made_by: RequestId,
    /// What it asks.
    pub asked: ScheduleAsked,
    /// In which role.
    pub role: Role,
}

/// The leg of a request: which exchange of its RequestID it is. [`Leg::NonDevice`] where the
/// variant is unknown or internal.
#[must_use]
pub const fn leg_of(cv: Option<CommandVariant>) -> Leg {
    match cv {
        Some(cv) => match cv.leg() {
            Some(leg) => leg,
            None => Leg::NonDevice,
        },
        None => Leg::NonDevice,
    }
}
