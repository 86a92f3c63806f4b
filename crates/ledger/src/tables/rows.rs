//! The rows of the ledger's tables as their writers fill them. Strings are borrowed, so that a
//! reader of a hundred million records allocates nothing per row.

use northbound_types::{Eui64, Generation, Kind, Leg, Mode, Region, RequestState, TestKind, Utc};

/// One exchange, as its source recorded it. Times in µs UTC; `None` where unknown.
///
/// For a network test command `received` is when it was put on the regional network's interface
/// and `answer_sent` when the answer came back there: what the contract measures.
#[derive(Debug, Clone, Copy)]
pub struct ExchangeRow<'a> {
    /// Whose counters these are.
    pub namespace: &'a str,
    /// Who sent it.
    pub originator: Eui64,
    /// The device, or the service.
    pub target: Eui64,
    /// The counter.
    pub counter: u64,
    /// Which exchange of the RequestID.
    pub leg: Leg,
    /// Which child of a parent; 0 otherwise.
    pub instance: i64,
    /// Kind of unit in the books.
    pub kind: Kind,
    /// On-demand, future-dated, scheduled, non-device.
    pub mode: Mode,
    /// Service Reference Variant, such as `4.1.1`; empty where unknown.
    pub srv: &'a str,
    /// Command Variant, 0 where unknown.
    pub cv: i64,
    /// User Role, empty where unknown.
    pub role: &'a str,
    /// Party category, empty where unknown.
    pub party_category: &'a str,
    /// Response class, empty where unknown.
    pub class: &'a str,
    /// Meter generation.
    pub generation: Generation,
    /// Device type, empty where unknown.
    pub device_type: &'a str,
    /// Whether it is a test.
    pub test_kind: TestKind,
    /// Region; `Unknown` never enters a regional figure.
    pub region: Region,
    /// Service provider, empty where unknown.
    pub provider: &'a str,
    /// Feed that delivered the record.
    pub feed: &'a str,
    /// End state, or live state at the source's cut-off.
    pub state: RequestState,
    /// Response code, empty where none.
    pub code: &'a str,
    /// When the User sent it.
    pub user_sent: Option<i64>,
    /// When the service received it: decides day and month.
    pub received: i64,
    /// When it was acknowledged.
    pub acknowledged: Option<i64>,
    /// When it was due to run (future-dated).
    pub due: Option<i64>,
    /// When it was released from quarantine.
    pub released: Option<i64>,
    /// When it was queued.
    pub queued: Option<i64>,
    /// When it went to the regional network.
    pub sent_to_wan: Option<i64>,
    /// When the device had it.
    pub delivered_to_device: Option<i64>,
    /// When the answer was at the regional network's interface.
    pub answered_at_wan: Option<i64>,
    /// When the answer was sent to the User: ends the measured time.
    pub answer_sent: Option<i64>,
    /// When the User's endpoint had accepted the answer.
    pub delivered: Option<i64>,
    /// The target as its source states it; a rule's target is applied when judging, not stored.
    pub target_at: Option<i64>,
    /// When it was or will be abandoned.
    pub timeout_at: Option<i64>,
    /// When its source first stated it.
    pub known: i64,
    /// Row (or byte offset) in the source file, for lineage.
    pub row: i64,
}

/// One alert.
#[derive(Debug, Clone, Copy)]
pub struct AlertRow<'a> {
    /// Whose counters these are.
    pub namespace: &'a str,
    /// The device (or hub) that raised it.
    pub device: Eui64,
    /// The User it is for.
    pub recipient: Eui64,
    /// The device's counter.
    pub counter: u64,
    /// Alert code, such as `8F20` or `AD1`.
    pub code: &'a str,
    /// `device` or `dcc`.
    pub alert_kind: &'a str,
    /// What became of it.
    pub state: northbound_types::AlertState,
    /// `true` where an exclusion list kept it out of storm protection.
    pub excluded: bool,
    /// How many consolidated alerts a forwarded copy represents beside itself.
    pub carried: i64,
    /// When the device raised it.
    pub raised: Option<i64>,
    /// When the service received it.
    pub received: i64,
    /// When the User had it.
    pub delivered: Option<i64>,
    /// Region.
    pub region: Region,
    /// Service provider.
    pub provider: &'a str,
    /// Feed.
    pub feed: &'a str,
    /// When its source first stated it.
    pub known: i64,
    /// Row in the source file.
    pub row: i64,
}

/// One attempt to deliver an answer or an alert to a User's endpoint.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryRow<'a> {
    /// The delivery; its attempts share it.
    pub delivery: u64,
    /// The User whose endpoint it is.
    pub recipient: Eui64,
    /// `response` or `alert`.
    pub kind: &'a str,
    /// Whose counters these are.
    pub namespace: &'a str,
    /// Of a response: who sent the request. Of an alert: the device that raised it.
    pub originator: Eui64,
    /// Of a response: the request's target. Of an alert: the User that it is for.
    pub target: Eui64,
    /// The request's or the alert's counter.
    pub counter: u64,
    /// The request's leg; `None` for an alert.
    pub leg: Option<Leg>,
    /// The request's instance; 0 for an alert.
    pub instance: i64,
    /// Response code or alert code.
    pub code: &'a str,
    /// Number of the attempt, from 1.
    pub attempt: i64,
    /// When it was made: decides the day.
    pub attempted: i64,
    /// HTTP status of the endpoint; 0 where there was no answer.
    pub status: i64,
    /// What became of it: `delivered`, `failed`, `parked`.
    pub outcome: &'a str,
    /// Feed.
    pub feed: &'a str,
    /// When its source first stated it.
    pub known: i64,
}

/// A step of messages between states. A unit that enters has no earlier state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Movement {
    /// The received day of the message.
    pub day: northbound_types::Day,
    /// Region.
    pub region: Region,
    /// Kind of unit in the books.
    pub kind: Kind,
    /// From which state; `None` where the unit enters.
    pub from: Option<RequestState>,
    /// Into which state.
    pub to: RequestState,
}

/// Messages to the live service whose sender was not verified. Owned: their number is limited.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct UnverifiedRow {
    /// The sending address; empty where those of several addresses are counted together.
    pub address: String,
    /// The User whose TLS client certificate was shown.
    pub user: Option<Eui64>,
    /// `unreadable` or `signature`.
    pub reason: String,
    /// Response code.
    pub code: String,
    /// The RequestID that a single message states; else empty.
    pub claimed: String,
    /// How many messages.
    pub messages: u64,
    /// When the first was received.
    pub first: Utc,
    /// When the last was received: decides the day.
    pub received: Utc,
    /// Feed.
    pub feed: String,
}

/// One firmware payload to one device.
#[derive(Debug, Clone, Copy)]
pub struct PayloadRow<'a> {
    /// The User who asked.
    pub originator: Eui64,
    /// The device.
    pub device: Eui64,
    /// The request's counter.
    pub counter: u64,
    /// Firmware version or hash.
    pub firmware: &'a str,
    /// Region.
    pub region: Region,
    /// Service provider.
    pub provider: &'a str,
    /// Feed.
    pub feed: &'a str,
    /// When the service received it.
    pub received: i64,
    /// When the payload was complete on the device.
    pub completed: Option<i64>,
    /// The target time as stated.
    pub target_at: Option<i64>,
    /// `completed`, `failed`, `pending`.
    pub state: &'a str,
    /// When its source first stated it.
    pub known: i64,
    /// Row in the source file.
    pub row: i64,
}

/// One figure as a source stated it. Owned: there are few.
///
/// `StatedFigure` of `northbound-measures` has the same fields for those whose period and numbers can
/// be used. The ledger also stores the others, and measures may not depend on a crate that does I/O;
/// `northbound-packs` converts, naming every field, and tests that the names agree.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StatedRow {
    /// Measure id as in the rules (`PM4.3`, `CPM1`) or any name.
    pub measure: String,
    /// Period text (`2026-04`).
    pub period: String,
    /// Further keys, sorted: region, provider, user, srv, mode …
    pub keys: std::collections::BTreeMap<String, String>,
    /// Numerator, where given.
    pub numerator: Option<i64>,
    /// Denominator, where given.
    pub denominator: Option<i64>,
    /// A count, where given.
    pub count: Option<i64>,
    /// A percentage or other number as text, as written.
    pub text: Option<String>,
    /// Further readings of an ambiguous text: meaning and text.
    pub readings: Vec<(String, String)>,
    /// Null reason as in `NullReason`, where the source states a null.
    pub null: Option<String>,
    /// Target stated with it, as text (`99%`).
    pub target: Option<String>,
    /// Minimum stated with it, as text.
    pub minimum: Option<String>,
    /// Who states it.
    pub source: String,
    /// In which document.
    pub document: String,
    /// Which version of it.
    pub version: String,
    /// Where on the page.
    pub place: String,
    /// When its source first stated it, µs.
    pub known: i64,
    /// Row in the source file.
    pub row: i64,
}
