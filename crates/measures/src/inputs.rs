//! Everything that an evaluation reads. The caller owns it all; nothing here opens a file or asks
//! a clock. The caller has already cut every list to what was known at `as_at`.
//!
//! Some of these types have the fields of a record of `northbound-registers`, or of a row of
//! `northbound-ledger`, once more. They stay apart on purpose: measures are pure and may not depend on crates that do
//! I/O, a record also has what no measure reads (notes, who reported it), and its numbers and periods
//! are as somebody wrote them, here they are checked. `northbound-packs` converts one into the other
//! (its `evidence`), naming every field of both, so that a field added on one side does not compile
//! before it is dealt with; its test `the_copies_of_records_have_their_keys` compares the names.

use crate::{evaluate::bands::Override, incidents::rules::IncidentInputs, settings::Settings};
use northbound_rules::measure::{MeasureDef, Methodology, Provenance};
use northbound_types::{Cells, Day, Dim, Figure, LatencyRow, Period, Ratio, Region, Utc};
pub use northbound_types::{ServiceKind, Severity};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What one evaluation reads.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The reporting period. A measure with a lag or another period derives its own from it.
    pub period: Period,
    /// What is known at this instant counts; ages are taken from it.
    pub as_at: Utc,
    /// Definitions, from the rules.
    pub measures: &'a [MeasureDef],
    /// How to count and combine.
    pub methodology: &'a Methodology,
    /// Numbers from the rules that belong to no single measure.
    pub settings: &'a Settings,
    /// Counts of exchanges, with at least [`NEEDED_DIMS`]. May hold more days than the period.
    pub cells: &'a Cells,
    /// Latency histograms.
    pub latency: Latency<'a>,
    /// Down times and planned maintenance.
    pub services: &'a [ServiceInterval],
    /// Outage alerts by window.
    pub outages: &'a [OutageWindow],
    /// Firmware payloads.
    pub payloads: &'a [PayloadCount],
    /// Communications Hub installs.
    pub hubs: &'a [HubInstall],
    /// Devices by day.
    pub population: &'a [PopulationDay],
    /// Incidents and how they are judged.
    pub incidents: IncidentInputs<'a>,
    /// Test commands and own requests by hour of the day.
    pub tests_by_hour: &'a [TestsByHour],
    /// The User whose messages are all that there are, where they are one User's, no test command of the
    /// network is among them, and no feed of the network was due.
    pub only_user: Option<&'a str>,
    /// What somebody stated.
    pub stated: &'a [StatedFigure],
    /// Feeds with their expected calendar.
    pub feeds: &'a [FeedCoverage],
    /// Known faults of feeds and providers.
    pub faults: &'a [Fault],
    /// Allowed Exceptions.
    pub exceptions: &'a [AllowedException],
    /// Overrides of colours, and figures withheld.
    pub overrides: &'a [Override],
    /// Unconfirmed rules: `measure:ID`, `levels:ID`, `methodology:ID`, `setting:NAME`.
    pub unconfirmed: &'a BTreeSet<String>,
    /// Earlier months, by measure row.
    pub history: &'a [HistoryPoint],
}

/// The dimensions that the cells must hold for every measure on exchanges.
pub const NEEDED_DIMS: &[Dim] = &[
    Dim::Day,
    Dim::Kind,
    Dim::Region,
    Dim::Provider,
    Dim::Feed,
    Dim::Srv,
    Dim::Mode,
    Dim::Generation,
    Dim::TestKind,
    Dim::State,
    Dim::Timeliness,
];

/// Histograms with the table of bucket boundaries that they were made with.
#[derive(Debug, Clone, Copy)]
pub struct Latency<'a> {
    /// The dimensions of the keys, in order.
    pub dims: &'a [Dim],
    /// Buckets with counts.
    pub rows: &'a [LatencyRow],
    /// Upper edge of each bucket in µs, ascending, steps of 1 %.
    pub edges: &'a [i64],
}

/// A stretch of time of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceInterval {
    /// The service's name in the registers.
    pub service: String,
    /// Start.
    pub from: Utc,
    /// End (half-open); `None` while it lasts.
    pub to: Option<Utc>,
    /// Down or planned.
    pub kind: ServiceKind,
}

/// The outage alerts of one fixed window of a day, in one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutageWindow {
    /// Day.
    pub day: Day,
    /// Index of the window in the day, from 0 (479 is the last of 3-minute windows).
    pub window: u16,
    /// Region.
    pub region: Region,
    /// Alert code.
    pub code: String,
    /// Distinct hubs that raised one.
    pub hubs: u64,
    /// Alerts received from hubs.
    pub received: u64,
    /// Alerts passed on.
    pub passed: u64,
}

/// Firmware payloads of one day, region, provider and feed, by what became of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayloadCount {
    /// Day received.
    pub day: Day,
    /// Region.
    pub region: Region,
    /// Provider.
    pub provider: String,
    /// Feed.
    pub feed: String,
    /// Completed, not above the target.
    pub in_time: u64,
    /// Completed, above the target.
    pub late: u64,
    /// Completed, and no target is known.
    pub no_target: u64,
    /// Failed.
    pub failed: u64,
    /// Neither completed nor failed at the cut-off.
    pub pending: u64,
}

/// One attempted install of a Communications Hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubInstall {
    /// The hub.
    pub hub: String,
    /// Region.
    pub region: Region,
    /// Provider.
    pub provider: String,
    /// Day on which it was first installed.
    pub installed: Day,
    /// `8.14.1` (connected at install), `8.14.2` (no SM WAN), empty where unknown.
    pub srv: String,
    /// Inside the Coverage Area.
    pub in_coverage: bool,
    /// Day on which it was connected; `None` while it is not.
    pub connected: Option<Day>,
    /// The Allowed Exception that takes it out of the count.
    pub exception: Option<String>,
    /// What the coverage database promised; `None` where unknown.
    pub predicted: Option<bool>,
}

/// How many devices there were on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopulationDay {
    /// Day.
    pub day: Day,
    /// Region.
    pub region: Region,
    /// Generation.
    pub generation: String,
    /// Device type.
    pub device_type: String,
    /// Status, such as `commissioned`.
    pub status: String,
    /// How many.
    pub count: u64,
}

/// Test commands and own requests of one hour of the day over the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestsByHour {
    /// Region.
    pub region: Region,
    /// Device type; empty where unknown.
    pub device_type: String,
    /// Hour of the day in UTC, 0–23.
    pub hour: u8,
    /// Test commands.
    pub tests: u64,
    /// Users' own requests.
    pub own: u64,
}

/// A figure as somebody stated it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedFigure {
    /// Measure id.
    pub measure: String,
    /// Period.
    pub period: Period,
    /// Further keys: `region`, `provider`, `user`, `srv`, `mode` …
    pub keys: BTreeMap<String, String>,
    /// Numerator, where given.
    pub numerator: Option<u64>,
    /// Denominator, where given.
    pub denominator: Option<u64>,
    /// A count, where given.
    pub count: Option<i64>,
    /// The number as written.
    pub text: Option<String>,
    /// Meaning and text of each reading, where the text is ambiguous.
    pub readings: Vec<(String, String)>,
    /// A null reason as in `NullReason`, where the source states a null.
    pub null: Option<String>,
    /// Target stated with it, as text.
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
    /// When its source first stated it.
    pub known: Utc,
    /// Rank of the file: of contradicting statements of one document the lowest counts.
    #[serde(default)]
    pub rank: i64,
}

/// What a feed was to bring and what it brought. The expected days come from the calendar, never
/// from what arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedCoverage {
    /// Feed.
    pub feed: String,
    /// The provider that it reports for; `None` where it reports for all.
    pub provider: Option<String>,
    /// The region that it reports for; `None` where for all.
    pub region: Option<Region>,
    /// `messages`, `tests`, `services`, `alerts`, `payloads`, `hubs`, `figures`; empty: everything.
    pub carries: Vec<String>,
    /// Measures that rest on it beside those that `carries` tells.
    pub measures: Vec<String>,
    /// Days expected.
    pub expected: BTreeSet<Day>,
    /// Days observed.
    pub observed: BTreeSet<Day>,
    /// Whose job a gap is.
    pub owner: Option<String>,
}

/// A known fault of a data source (M9). At least one of `feed` and `provider` is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The feed at fault.
    pub feed: Option<String>,
    /// The provider at fault: all that it reports.
    pub provider: Option<String>,
    /// Measures hit; empty: every measure that rests on the feed or provider.
    pub measures: Vec<String>,
    /// First faulty day.
    pub from: Day,
    /// Last faulty day, inclusive; `None` while it lasts.
    pub to: Option<Day>,
    /// What is wrong.
    pub what: String,
    /// The change request that repairs it.
    pub change_request: Option<String>,
    /// Whose job the repair is.
    pub owner: Option<String>,
    /// How bad.
    pub severity: Severity,
}

impl Fault {
    /// Is the day faulty?
    #[must_use]
    pub fn covers(&self, day: Day) -> bool {
        day >= self.from && self.to.is_none_or(|t| day <= t)
    }
    /// The source at fault, in words.
    #[must_use]
    pub fn source(&self) -> String {
        self.feed
            .clone()
            .or_else(|| self.provider.clone())
            .unwrap_or_else(|| "unnamed source".to_owned())
    }
}

/// Attempts that an Allowed Exception takes out of numerator and denominator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedException {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Period of the activity.
    pub period: Period,
    /// How many attempts.
    pub count: u64,
    /// How many of them had met the standard.
    pub met: u64,
    /// Which exception.
    pub reason: String,
}

/// An earlier period of one measure row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPoint {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Period.
    pub period: Period,
    /// Its figure.
    pub figure: Figure,
    /// Target that came with it; the rule's where `None`.
    pub target: Option<Ratio>,
    /// Minimum that came with it; the rule's where `None`.
    pub minimum: Option<Ratio>,
}

/// The keys of [`Inputs::unconfirmed`] for rules whose mark needs confirming and whose key is not
/// among the confirmed ones.
#[must_use]
pub fn unconfirmed_rules(
    measures: &[MeasureDef],
    methodology: &Methodology,
    confirmed: &BTreeSet<String>,
) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut add = |key: String, p: &Provenance| {
        if p.needs_confirmation() && !confirmed.contains(&key) {
            keys.insert(key);
        }
    };
    add(format!("methodology:{}", methodology.id), &methodology.provenance);
    for m in measures {
        add(format!("measure:{}", m.id), &m.provenance);
        for l in &m.levels {
            add(format!("levels:{}", m.id), &l.provenance);
        }
    }
    keys
}
