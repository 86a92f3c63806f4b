//! The inputs of the core. The journal is the ordered list of these, each with its time.

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
    /// A request that was read and whose signature was valid.
    Request(Box<Request>),
    /// A message that the ingress rejected. It gets a row under the RequestID that it states, so since
    /// [`Event::Unverified`] exists, only a message whose signature was valid becomes this input.
    Rejected(Box<Rejected>),
    /// A device's Response, at the regional network's interface.
    Answer(Box<Answer>),
    /// The regional network reports that it has no route to the device.
    NoRoute(Correlation),
    /// The regional network, asked after a restart, never received this Command.
    NotReceived(Correlation),
    /// An alert of a device, a hub or the service itself.
    Alert(Box<Alert>),
    /// An attempt to deliver a message to a User.
    Attempt(Attempt),
    /// Time passes; nothing else happens.
    Tick,
    /// The process started again: the networks are asked about every Command in flight.
    Restarted,
    /// An Actor changed what the core knows or how it decides.
    Control(Box<Control>),
    /// Messages whose sender was not verified. They are the service's own record, not anybody's traffic.
    Unverified(Box<Unverified>),
}

/// A User's request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// RequestID.
    pub id: RequestId,
    /// How its text was written.
    pub written: IdText,
    /// The User whose signature it has.
    pub signer: Eui64,
    /// The web service that received it.
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
    /// What goes to the device: the Command's content, the Pre-Command to be signed (CV4), or the signed
    /// Pre-Command (CV5 to 7).
    pub content: Vec<u8>,
    /// SHA-256 of the Pre-Command without its signature (CV4 to 7): the signed one must match the one
    /// that was returned.
    pub pre_command: Option<[u8; 32]>,
    /// Whether it is a User's own test.
    pub test: TestKind,
    /// When the User sent it, where known.
    pub user_sent: Option<Utc>,
}

/// How a RequestID was written. It compares by value and is echoed as received.
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
    /// How a text writes its RequestID.
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

/// A schedule that the service is asked to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleAsked {
    /// The service that it runs.
    pub srv: Srv,
    /// The device that it asks.
    pub device: Eui64,
    /// Interval of the runs.
    pub every: Frequency,
    /// First run.
    pub first: Utc,
    /// No run after this.
    pub last: Option<Utc>,
}

/// A message that the ingress rejected.
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
    /// The response code of the rejection.
    pub code: ResponseCode,
}

northbound_types::text_enum! {
    /// Why the sender of a message was not verified. Journaled by index: new ones come last.
    pub enum UnverifiedReason("reason") {
        /// It is not a readable request.
        Unreadable = "unreadable",
        /// It has no signature, or not that of a known sender.
        Signature = "signature",
    }
}

/// Messages whose sender was not verified: one of them, or several that are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unverified {
    /// The address that sent them, of IPv6 the first of its network of 64 bits; empty where those of
    /// several addresses, or of a User, are counted together.
    pub address: Box<str>,
    /// The User whose TLS client certificate the connections showed.
    pub user: Option<Eui64>,
    /// Why.
    pub reason: UnverifiedReason,
    /// The response code with which they were answered.
    pub code: ResponseCode,
    /// The RequestID that a single message states. Anybody can state any.
    pub claimed: Option<RequestId>,
    /// How many messages.
    pub messages: u64,
    /// When the first was received.
    pub first: Utc,
    /// When the last was received.
    pub last: Utc,
}

/// A device's Response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The key of the Command that it answers.
    pub to: Correlation,
    /// `false` where the device answers with an error.
    pub success: bool,
    /// When the device received the Command, where the network reports it.
    pub delivered_to_device: Option<Utc>,
    /// When the Response reached the regional network's interface.
    pub at_wan: Utc,
    /// The Response, as it is passed on to the User.
    pub content: Vec<u8>,
}

/// An alert as received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// The device that raised it.
    pub device: Eui64,
    /// The recipient that it names, if any.
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
    /// The alert, as it is passed on to the User.
    pub content: Vec<u8>,
}

/// One attempt to deliver a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Number of the delivery.
    pub delivery: u64,
    /// HTTP status of the endpoint; 0 where it could not be reached or did not answer in time.
    pub status: u16,
    /// What follows from the status.
    pub outcome: Outcome,
}

northbound_types::text_enum! {
    /// What follows from an attempt to deliver.
    pub enum Outcome("outcome of a delivery") {
        /// The User's endpoint accepted it.
        Delivered = "delivered",
        /// It will be attempted again.
        Again = "again",
        /// Dead-lettered: the endpoint refused it, and it is not attempted again.
        Parked = "parked",
    }
}

/// A change with the Actor who made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// The Actor, in the form `person[@party][/body][+role…]`.
    pub actor: String,
    /// The Actor's reason.
    pub reason: String,
    /// The change itself.
    pub change: Change,
}

/// A change of what the core knows. It takes effect at its position in the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// The catalogue of services and every limit by which the core decides.
    Policy(Box<Policy>),
    /// Adds or changes a User.
    User(UserRecord),
    /// Adds or changes a device of the inventory.
    Device(DeviceRecord),
    /// Adds or changes many devices.
    Devices(Vec<DeviceRecord>),
    /// Registers a User for a device in a role from a time on.
    Registration(Registration),
    /// Releases the request held under this event reference.
    Release(u64),
    /// Deletes the request held under this event reference.
    Delete(u64),
    /// Adds a schedule that was made before this service ran.
    Schedule(ScheduleRecord),
    /// Pauses sending to a region.
    Pause {
        /// The region.
        region: northbound_types::Region,
        /// When sending resumes; `None`: not before [`Change::Resume`].
        until: Option<Utc>,
    },
    /// Resumes sending to a region.
    Resume(northbound_types::Region),
}

/// A User.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRecord {
    /// EUI-64.
    pub eui: Eui64,
    /// The party that it belongs to.
    pub party: Box<str>,
    /// Party category, such as `large-supplier`.
    pub category: Box<str>,
    /// Roles that it holds.
    pub roles: Vec<Role>,
    /// Whether it may use the service now.
    pub active: bool,
    /// Whether its alerts may have the fields of storm protection.
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
    /// The Users registered for it now, one for each role.
    pub registered: Vec<(Role, Eui64)>,
}

/// A User's registration for a device in a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The device.
    pub device: Eui64,
    /// The role.
    pub role: Role,
    /// The User; `None` ends the registration.
    pub user: Option<Eui64>,
    /// From this instant.
    pub from: Utc,
}

/// A schedule that the service holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleRecord {
    /// The request that made it.
    pub made_by: RequestId,
    /// What it runs, and when.
    pub asked: ScheduleAsked,
    /// The role in which the User asked.
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
