//! How a measure and a methodology are written down.

use northbound_types::{Day, Period, Ratio, Region, Selector, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How well a rule is known, strongest first.
    pub enum Mark("mark of provenance") {
        /// Read from a published schema.
        Schema = "schema",
        /// Read in a published document.
        Published = "published",
        /// Read in a document that cites another.
        SecondHand = "second-hand",
        /// Concluded from something published.
        Inferred = "inferred",
        /// Written from memory.
        Memory = "memory",
        /// Chosen here, because nothing is known.
        Assumed = "assumed",
        /// Only that the code exists is known. Tables of codes alone may say so.
        Unknown = "unknown",
    }
}

text_enum! {
    /// What the denominator of a measure counts.
    pub enum MeasureUnit("unit of a measure") {
        /// Exchanges, or whatever else happens once.
        Events = "events",
        /// Minutes of a service.
        Minutes = "minutes",
        /// Alerts.
        Alerts = "alerts",
        /// Firmware payloads.
        Payloads = "payloads",
        /// Hub installs.
        Installs = "installs",
        /// Incidents.
        Incidents = "incidents",
    }
}

text_enum! {
    /// The length of the period whose activity a measure counts.
    pub enum ActivityPeriod("period of a measure") {
        /// A calendar month.
        Month = "month",
        /// A calendar quarter.
        Quarter = "quarter",
    }
}

text_enum! {
    /// By when an installed hub must be connected.
    pub enum ConnectedBy("time of connection") {
        /// When it is installed.
        Install = "at-install",
        /// Within the days of the setting `connect-days`.
        NinetyDays = "within-90-days",
    }
}

text_enum! {
    /// How a methodology counts attempts without an answer.
    pub enum Counting("counting rule") {
        /// They leave the denominator and are shown: in time ÷ answered.
        AnsweredOnly = "answered-only",
        /// They stay in the denominator: in time ÷ attempts.
        AllAttempts = "all-attempts",
    }
}

text_enum! {
    /// Which messages a methodology counts where a measure selects test commands.
    pub enum Subject("subject of a methodology") {
        /// Those that the measure selects.
        Tests = "tests",
        /// Users' own requests instead of the test commands.
        OwnRequests = "own-requests",
    }
}

text_enum! {
    /// How a composite is made of its components.
    pub enum Aggregate("aggregation") {
        /// The mean of their shares.
        Mean = "mean",
        /// The sum of their numerators over the sum of their denominators.
        Pooled = "pooled",
        /// The product of their shares.
        Product = "product",
    }
}

text_enum! {
    /// Which side of its levels a measure should be on.
    pub enum Better("better side of a level") {
        /// At or above the target, as most shares.
        Higher = "higher",
        /// At or below the target, as shares of failures.
        Lower = "lower",
    }
}

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// How well it is known.
    pub mark: Mark,
    /// Document and place, or a web address; empty where there is none.
    pub source: String,
    /// In words.
    pub note: String,
}

impl Provenance {
    /// Does a figure that rests on it stay provisional until somebody confirms it?
    #[must_use]
    pub const fn needs_confirmation(&self) -> bool {
        !matches!(self.mark, Mark::Schema | Mark::Published)
    }
}

/// A target and a minimum, in force from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Levels {
    /// First day on which they hold.
    pub from: Day,
    /// Target, as an exact share; `None` where unknown.
    pub target: Option<Ratio>,
    /// Minimum, as an exact share; `None` where unknown.
    pub minimum: Option<Ratio>,
    /// Where they come from.
    pub provenance: Provenance,
}

/// What a measure is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Basis {
    /// Exchanges: answered in time over what fell due, for the messages selected.
    Exchanges {
        /// Which messages.
        select: Selector,
    },
    /// Minutes of a service: (period − unscheduled down) ÷ period.
    Availability {
        /// Service name in the registers. `{provider}` in it stands for the row's provider
        /// ([`Basis::service_of`]), so that one measure can have a service per row.
        service: String,
    },
    /// Outage alerts passed on ÷ received, over windows of at most `max_hubs` (or more than).
    OutageWindows {
        /// Alert code.
        code: String,
        /// The class limit in distinct hubs.
        hubs: u32,
        /// `true` for windows with more hubs than the limit.
        above: bool,
    },
    /// Firmware payloads completed by their target.
    Payloads,
    /// Hub installs connected ÷ attempted.
    Hubs {
        /// By when.
        when: ConnectedBy,
    },
    /// Hub installs whose coverage the coverage database had predicted rightly ÷ attempted.
    CoverageAccuracy,
    /// Incidents of these categories resolved within their target time ÷ relevant ones; which are
    /// relevant, and whose, are settings.
    Incidents {
        /// Categories, 1 to 5.
        categories: Vec<u8>,
    },
    /// Only ever stated by somebody; the ledger cannot compute it.
    StatedOnly,
    /// Made of other measures by a named strategy.
    Composite {
        /// Components: measure ids; each stands with all its rows.
        of: Vec<String>,
        /// How they are combined; the methodology's way where the rule chooses none, as the rules of
        /// CPM1 and CPM2 do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        aggregate: Option<Aggregate>,
    },
}

impl Basis {
    /// The service whose availability is measured in a row; `None` for every other basis.
    #[must_use]
    pub fn service_of(&self, row: &MeasureRow) -> Option<String> {
        match self {
            Basis::Availability { service } => Some(service.replace("{provider}", &row.provider)),
            _ => None,
        }
    }
}

/// One row of a measure: who reports it for which region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureRow {
    /// Provider, such as `CSPN`.
    pub provider: String,
    /// Region; `none` for national.
    pub region: Region,
    /// First day of the row, such as that on which a site opened; absent where it has always been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// Last day of the row, inclusive; absent while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
}

impl MeasureRow {
    /// Is the day between the row's first and last?
    #[must_use]
    pub fn covers(&self, day: Day) -> bool {
        self.from.is_none_or(|f| f <= day) && self.to.is_none_or(|t| day <= t)
    }
    /// Is any day of the period between the row's first and last?
    #[must_use]
    pub fn touches(&self, period: Period) -> bool {
        self.from.is_none_or(|f| f < period.after()) && self.to.is_none_or(|t| period.first() <= t)
    }
}

/// A measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureDef {
    /// Id, such as `PM4.3`. Never matched by its leading number.
    pub id: String,
    /// Title in words.
    pub title: String,
    /// What its denominator counts.
    pub unit: MeasureUnit,
    /// Length of the period of the activity.
    pub period: ActivityPeriod,
    /// How many such periods the activity lies back.
    pub lag: i32,
    /// Rows.
    pub rows: Vec<MeasureRow>,
    /// What it is made of.
    pub basis: Basis,
    /// Target and minimum, by date, ascending.
    pub levels: Vec<Levels>,
    /// Decimals in print.
    pub decimals: u32,
    /// Which side of its levels it should be on.
    pub better: Better,
    /// Does anybody report it? A measure of this platform's own is reported by none.
    pub reported: bool,
    /// Where the definition comes from.
    pub provenance: Provenance,
}

/// Composites from before a rule could choose its aggregate: the methodology's combines them.
const BY_METHODOLOGY: [&str; 2] = ["CPM1", "CPM2"];

impl MeasureDef {
    /// Is it meant to be combined by the methodology's aggregate? Any other composite has to choose its own.
    #[must_use]
    pub fn by_methodology(&self) -> bool {
        BY_METHODOLOGY.contains(&self.id.as_str())
    }
    /// The levels in force on a day.
    #[must_use]
    pub fn levels_on(&self, day: Day) -> Option<&Levels> {
        self.levels.iter().rev().find(|l| l.from <= day)
    }
}

/// How a methodology counts and combines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Methodology {
    /// Id, such as `pmm-2018`, `answered-only`, `all-attempts`, `own-requests`.
    pub id: String,
    /// Title in words.
    pub title: String,
    /// How attempts without an answer count.
    pub count: Counting,
    /// Which messages count where a measure selects test commands.
    pub subject: Subject,
    /// How composites are made.
    pub aggregate: Aggregate,
    /// Expected share of the calendar that must have arrived, below which a figure is null.
    pub coverage_floor: Ratio,
    /// Below this denominator a figure is `low volume`.
    pub low_volume: u64,
    /// First day on which it holds.
    pub from: Day,
    /// Where it comes from.
    pub provenance: Provenance,
}
