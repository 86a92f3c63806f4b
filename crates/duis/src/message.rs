//! The parts of a message that are read and stored.

use northbound_types::{CommandVariant, Eui64, RequestId, Utc, text_enum};

/// An id with its text as received: it compares by value and is echoed as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdText {
    /// The value.
    pub id: RequestId,
    /// As received.
    pub text: String,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// From a User to the service.
    Request(Box<Request>),
    /// From the service to a User: acknowledgement, answer or alert.
    Response(Box<Response>),
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `schemaVersion` as received.
    pub schema_version: String,
    /// RequestID.
    pub id: IdText,
    /// FirstInSequence, where given.
    pub first_in_sequence: Option<bool>,
    /// PrecedingServiceRequestID, where given.
    pub preceding: Option<IdText>,
    /// Command Variant, 1 to 8: the internal one is refused.
    pub variant: CommandVariant,
    /// Does the catalogue list this Command Variant for the service? `false` is no refusal here:
    /// the service answers it with a code of its own.
    pub variant_listed: bool,
    /// Service Reference.
    pub service_reference: String,
    /// Service Reference Variant.
    pub srv: String,
    /// The element in the body: the service's, or `SignedPreCommand`.
    pub body_element: String,
    /// ExecutionDateTime of a future-dated request.
    pub execution: Option<Utc>,
    /// `true` where ExecutionDateTime is the date that cancels an earlier future-dated request.
    pub cancels: bool,
    /// The schedule that a Create Schedule asks for.
    pub schedule: Option<Schedule>,
    /// DSPScheduleID that a Read or Delete Schedule names.
    pub schedule_id: Option<u64>,
    /// DeviceID as the first level of the body names it.
    pub device: Option<Eui64>,
    /// FirmwareVersion as written (hexadecimal).
    pub firmware_version: Option<String>,
    /// The devices of a firmware request, in order.
    pub devices: Vec<Eui64>,
    /// Text of the GBCSPayload of a Signed Pre-Command: base64 that was not decoded.
    pub gbcs_payload: Option<String>,
    /// DeviceType of a Device Pre-notification, as written.
    pub device_type: Option<String>,
    /// Is there a signature? Whether it is good is not judged here.
    pub has_signature: bool,
    /// Bytes of the message that hold the signature, for comparing messages without it.
    pub signature_bytes: Option<(usize, usize)>,
}

/// A schedule to be held by the service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schedule {
    /// Daily, Weekly, Monthly, Quarterly, Half-Yearly, Yearly.
    pub frequency: String,
    /// First day as written.
    pub start: String,
    /// Last day as written, where given.
    pub end: Option<String>,
    /// The service that it runs.
    pub srv: String,
}

/// A message of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// `schemaVersion` as received.
    pub schema_version: String,
    /// RequestID that it answers; alerts have none.
    pub request: Option<IdText>,
    /// ResponseID; acknowledgements have none.
    pub response: Option<IdText>,
    /// ResponseCode: `I0`, `I99`, `E…`, `W…`.
    pub code: String,
    /// ResponseDateTime.
    pub at: Utc,
    /// What it says.
    pub body: ResponseBody,
    /// Is there a signature?
    pub has_signature: bool,
    /// Bytes of the message that hold the signature.
    pub signature_bytes: Option<(usize, usize)>,
}

/// What a message of the service says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseBody {
    /// Accepted (`I99`, nothing inside).
    Acknowledgement(Service),
    /// An answer, or a refusal (an `E` code, nothing inside).
    Service(Service, Content),
    /// A device's alert.
    DeviceAlert(DeviceAlert),
    /// The service's own alert.
    DccAlert(Box<DccAlert>),
    /// An answer or alert of a first-generation device.
    Smets1(Smets1),
}

/// The two references of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Service {
    /// Service Reference.
    pub reference: String,
    /// Service Reference Variant.
    pub srv: String,
}

/// What an answer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    None,
    /// The answer of a device.
    GbcsPayload,
    /// A Pre-Command to sign.
    PreCommand,
    /// A Command for local delivery.
    LocalCommand,
    /// One run of a schedule, with the schedule's id.
    ScheduledMessage(u64),
    /// The id of the schedule that was created.
    ScheduleId(u64),
    /// The close of a future-dated Command.
    FutureDated(FutureDated),
    /// Data of the service's own: the element's name.
    Other(String),
}

/// FutureDatedDeviceAlertMessage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FutureDated {
    /// `8F66` success or `8F67` failure.
    pub code: String,
    /// InstructionNumber.
    pub instruction: u16,
    /// TotalCommandInstructions.
    pub total: u16,
}

/// The fields of storm protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Throttled {
    /// ThrottledAlertSequenceId.
    pub sequence: Option<u32>,
    /// ThrottledAlertCount.
    pub count: Option<u32>,
}

/// DeviceAlertMessage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAlert {
    /// Alert code in upper case, such as `8F20`.
    pub code: String,
    /// Storm protection.
    pub throttled: Throttled,
}

/// SMETS1ResponseMessage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smets1 {
    /// The two references, where given: an alert has none.
    pub service: Option<Service>,
    /// The schedule that it is a run of.
    pub schedule_id: Option<u64>,
    /// Storm protection.
    pub throttled: Throttled,
}

/// DCCAlertMessage with the ids inside.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DccAlert {
    /// Alert code, such as `AD1` or `N12`.
    pub code: String,
    /// Storm protection.
    pub throttled: Throttled,
    /// The payload's element, such as `PowerOutageEvent`.
    pub payload: String,
    /// The device that it is about.
    pub device: Option<Eui64>,
    /// The communications hub that it is about.
    pub hub: Option<Eui64>,
    /// The request that it is about (CommandFailure, firmware, credentials …).
    pub request: Option<IdText>,
    /// The schedule that it is about.
    pub schedule_id: Option<u64>,
    /// StartDateTime of an outage, or TimeStamp.
    pub at: Option<Utc>,
    /// A request held by anomaly detection.
    pub quarantine: Option<Quarantine>,
    /// Devices that firmware did not reach.
    pub devices: Vec<Eui64>,
    /// CommsHubTransferStatus: `Some(true)` for success.
    pub transferred: Option<bool>,
}

text_enum! {
    /// What a quarantined request broke.
    pub enum Breach("breach") {
        /// The User's own threshold.
        UserThreshold = "ADUserThresholdBreach",
        /// The service's threshold.
        DccThreshold = "ADDCCThresholdBreach",
        /// The limits of an attribute.
        AttributeLimits = "ADAttributeLimitsBreach",
    }
}

/// A request held by anomaly detection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    /// Why.
    pub breach: Breach,
    /// Which request.
    pub request: IdText,
    /// QuarantineEventRef: up to 20 digits, more than 64 bits hold.
    pub event_ref: i128,
}
