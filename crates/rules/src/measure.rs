//! How a measure and a methodology are written down.

use northbound_types::{Day, Ratio, Region, Selector};
use serde::{Deserialize, Serialize};

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// `schema`, `published`, `second-hand`, `inferred`, `memory`, `assumed`.
    pub mark: String,
    /// Document and place, or a web address; empty where there is none.
    pub source: String,
    /// In words.
    pub note: String,
}

impl Provenance {
    /// Does a figure that rests on it stay provisional until somebody confirms it?
    #[must_use]
    pub fn needs_confirmation(&self) -> bool {
        !matches!(self.mark.as_str(), "schema" | "published")
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
        /// `at-install` or `within-90-days` (previous quarter).
        when: String,
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
}

/// A measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureDef {
    /// Id, such as `PM4.3`. Never matched by its leading number.
    pub id: String,
    /// Title in words.
    pub title: String,
    /// `events`, `minutes`, `alerts`, `payloads`, `installs`, `incidents`.
    pub unit: String,
    /// Period: `month` or `quarter`; `lag` periods back for the activity.
    pub period: String,
    /// Activity lag in periods.
    pub lag: i32,
    /// Rows.
    pub rows: Vec<MeasureRow>,
    /// What it is made of.
    pub basis: Basis,
    /// Target and minimum, by date, ascending.
    pub levels: Vec<Levels>,
    /// Decimals in print.
    pub decimals: u32,
    /// Where the definition comes from.
    pub provenance: Provenance,
}

impl MeasureDef {
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
    /// `answered-only` (in time ÷ answered; attempts without an answer are left out and shown) or
    /// `all-attempts` (in time ÷ attempts).
    pub count: String,
    /// `tests` (the measure's own selection) or `own-requests` (Users' own traffic stands in for
    /// the test commands).
    pub subject: String,
    /// `mean`, `pooled` or `product`.
    pub aggregate: String,
    /// Expected share of the calendar that must have arrived, below which a figure is null.
    pub coverage_floor: Ratio,
    /// Below this denominator a figure is `low volume`.
    pub low_volume: u64,
    /// First day on which it holds.
    pub from: Day,
    /// Where it comes from.
    pub provenance: Provenance,
}
