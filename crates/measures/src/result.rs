//! What an evaluation returns. Every field is serialised under its own name; these names are the
//! documented keys (`docs/measures.md`) and stay.

use crate::{
    evaluate::{
        bands::{Band, LevelsUsed, Override, Rag},
        coverage::{Coverage, FaultHit},
        stated::StatedView,
        streaks::Streaks,
    },
    statistics::interval::Interval,
};
use northbound_rules::measure::{Better, MeasureUnit};
use northbound_types::{Figure, Period, Quantity, Region, Selector, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where the figure of a result comes from.
    pub enum FigureBasis("basis of a figure") {
        /// Counted from records.
        Computed = "computed",
        /// Taken from what somebody stated.
        Stated = "stated",
        /// Made of the figures of other measures.
        Composite = "composite",
    }
}

/// One row of one measure in one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureResult {
    /// Measure id.
    pub measure: String,
    /// Title in words.
    pub title: String,
    /// What the denominator counts.
    pub unit: MeasureUnit,
    /// Provider.
    pub provider: String,
    /// Region; `none` is national.
    pub region: Region,
    /// Reporting period.
    pub period: Period,
    /// The period in which the activity took place: selectors are read within its days.
    pub activity: Period,
    /// Methodology id.
    pub methodology: String,
    /// Decimals in print.
    pub decimals: u32,
    /// Which side of its levels it should be on; absent in JSON where it is the higher.
    #[serde(default = "higher", skip_serializing_if = "is_higher")]
    pub better: Better,
    /// The figure.
    pub figure: Figure,
    /// Where the figure comes from.
    pub basis: FigureBasis,
    /// What was stated by others for the same row.
    pub stated: Vec<StatedView>,
    /// Target and minimum.
    pub levels: LevelsUsed,
    /// The band of the figure against them.
    pub band: Band,
    /// Colour shown.
    pub rag: Rag,
    /// The override that changed colour or figure, where one did.
    pub overridden: Option<Override>,
    /// All messages of the measure's row: denominators, excluded and unknown region together.
    pub selection: Option<Selector>,
    /// Disjoint parts whose sums are the figure's numerator and denominator.
    pub parts: Vec<Part>,
    /// What is in the denominator and not in the numerator, by why.
    pub breakdown: Vec<Line>,
    /// What the row's messages hold beside the denominator, by why.
    pub excluded: Vec<Line>,
    /// Wilson interval of the ratio.
    pub interval: Option<Interval>,
    /// Observed ÷ expected.
    pub coverage: Coverage,
    /// Known faults in the activity period.
    pub faults: Vec<FaultHit>,
    /// The figure with and without Allowed Exceptions.
    pub exceptions: Option<Exceptions>,
    /// A composite's rows: a national figure never stands alone.
    pub components: Vec<Component>,
    /// What each row adds to the gap to the target.
    pub contributions: Contributions,
    /// Runs and counts below target.
    pub streak: Option<Streaks>,
    /// Days from the last day of the period to the as-at day; negative before it.
    pub age_days: i32,
    /// In words.
    pub notes: Vec<String>,
}

const fn higher() -> Better {
    Better::Higher
}

fn is_higher(better: &Better) -> bool {
    *better == Better::Higher
}

impl MeasureResult {
    /// The band in words: of a measure of which less is better, a miss is above its level.
    #[must_use]
    pub const fn band_words(&self) -> &'static str {
        match (self.better, self.band) {
            (Better::Lower, Band::BelowTarget) => "above target",
            (Better::Lower, Band::BelowMinimum) => "above the level that it must not pass",
            _ => self.band.words(),
        }
    }
    /// Measure, provider, region: the row.
    #[must_use]
    pub fn key(&self) -> (&str, &str, Region) {
        (&self.measure, &self.provider, self.region)
    }
    /// The row in words, such as `PM4.3 CSPN north 2026-04`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {} {} {}", self.measure, self.provider, self.region, self.period)
    }
}

/// A part of numerator and denominator. Selectors are given where the part counts exchanges: the
/// same selector finds the same messages in a drill-down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which part.
    pub label: String,
    /// Which messages met the standard.
    pub numerator: Option<Selector>,
    /// Which messages fell due.
    pub denominator: Option<Selector>,
    /// How many met the standard.
    pub num: u64,
    /// How many fell due.
    pub den: u64,
}

/// A count with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Why, in words.
    pub reason: String,
    /// Which messages, where they are exchanges.
    pub selector: Option<Selector>,
    /// How many.
    pub count: u64,
}

/// The effect of Allowed Exceptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exceptions {
    /// How many attempts were excepted.
    pub count: u64,
    /// Which exceptions, with counts.
    pub reasons: Vec<Line>,
    /// The figure with the exceptions taken out: the figure of the row.
    pub with: Figure,
    /// The figure as if there were none.
    pub without: Figure,
}

/// One row of a composite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Its figure.
    pub figure: Figure,
    /// Its own band.
    pub band: Band,
    /// `true` where it takes part in the aggregate.
    pub counted: bool,
    /// Why it does not.
    pub left_out: Option<String>,
}

/// What one row adds to the gap between target and figure. Negative where it pulls the figure up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Exact part of the gap, as a share.
    pub part: Quantity,
}

/// The contribution table of a composite.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "are", rename_all = "kebab-case")]
pub enum Contributions {
    /// Not a composite.
    #[default]
    NotAsked,
    /// The parts, which sum to the gap.
    Table {
        /// Target less figure, exact.
        gap: Quantity,
        /// By row, the greatest first.
        parts: Vec<Contribution>,
    },
    /// They cannot be computed, and why.
    Refused {
        /// Why.
        why: String,
    },
}

/// What a basis counted, before coverage, exceptions and levels.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The figure.
    pub figure: Figure,
    /// The row's messages.
    pub selection: Option<Selector>,
    /// Parts.
    pub parts: Vec<Part>,
    /// In the denominator, not in the numerator.
    pub breakdown: Vec<Line>,
    /// Not in the denominator.
    pub excluded: Vec<Line>,
    /// In words.
    pub notes: Vec<String>,
    /// All that a composite lacks was reported by nobody: a stated figure may take its place.
    pub unreported: bool,
}

impl Counted {
    /// A ratio summed over its parts.
    #[must_use]
    pub fn of_parts(parts: Vec<Part>) -> Counted {
        let (num, den) = parts.iter().fold((0, 0), |(n, d), p| (n + p.num, d + p.den));
        Counted {
            figure: Figure::ratio(num, den),
            selection: None,
            parts,
            breakdown: Vec::new(),
            excluded: Vec::new(),
            notes: Vec::new(),
            unreported: false,
        }
    }
    /// No count, only a figure.
    #[must_use]
    pub fn only(figure: Figure) -> Counted {
        Counted {
            figure,
            selection: None,
            parts: Vec::new(),
            breakdown: Vec::new(),
            excluded: Vec::new(),
            notes: Vec::new(),
            unreported: false,
        }
    }
    /// Adds an excluded line unless it counts nothing.
    pub fn leave_out(&mut self, reason: &str, count: u64) {
        if count > 0 {
            self.excluded.push(Line { reason: reason.to_owned(), selector: None, count });
        }
    }
    /// Adds a line of the denominator that missed the standard unless it counts nothing.
    pub fn missed(&mut self, reason: &str, count: u64) {
        if count > 0 {
            self.breakdown.push(Line { reason: reason.to_owned(), selector: None, count });
        }
    }
}
