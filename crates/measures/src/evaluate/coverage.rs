//! Coverage: observed ÷ expected, with the expected number from the calendar and never from what
//! arrived (`docs/measures.md`, States and nulls). A day that a fault makes unreliable is not
//! observed. Under the floor the figure is null; between floor and whole it is suspect.

use crate::inputs::{Fault, FeedCoverage, Severity};
use northbound_rules::measure::MeasureRow;
use northbound_types::{Day, Figure, FigureState, Null, NullReason, Period, Ratio, Region, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What was expected and observed behind one figure. Slices are feed × day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Slices that the calendar expected; 0 where no calendar is known.
    pub expected: u64,
    /// Slices that were observed and not faulty.
    pub observed: u64,
    /// By feed.
    pub feeds: Vec<FeedSlices>,
}

/// One feed's part of the coverage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedSlices {
    /// Feed (or provider, where a provider's fault is known and no feed is registered).
    pub feed: String,
    /// Days expected.
    pub expected: u64,
    /// Days observed and not faulty.
    pub observed: u64,
    /// Days that never came.
    pub missing: Vec<Day>,
    /// Days made unreliable by a fault.
    pub faulty: Vec<Day>,
    /// Whose job the gap is.
    pub owner: Option<String>,
}

/// A fault that touches the activity period (M9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultHit {
    /// The fault.
    pub fault: Fault,
    /// How many days of the activity period it covers.
    pub days: u32,
    /// How old it is at the as-at day (or how long it lasted), in days.
    pub age_days: i32,
}

/// Which figures a fault or feed concerns.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// Measure id.
    pub measure: &'a str,
    /// Provider of the row.
    pub provider: &'a str,
    /// `messages`, `tests`, `services` …
    pub carries: &'a str,
    /// The days of the activity.
    pub activity: Period,
    /// The row, whose first and last day bound the days that are expected; none where no row is judged.
    pub life: Option<&'a MeasureRow>,
    /// Feeds that the counted messages came from.
    pub seen: &'a BTreeSet<String>,
    /// `true` where another subject stands in for the provider's own reporting: the provider's
    /// feeds and faults say nothing about it.
    pub substituted: bool,
    /// As-at.
    pub as_at: Utc,
}

impl Scope<'_> {
    /// Is the day one of the activity and of the row's life?
    fn contains(&self, day: Day) -> bool {
        self.activity.contains(day) && self.life.is_none_or(|r| r.covers(day))
    }
    /// Does the figure rest on the feed?
    #[must_use]
    pub fn rests_on(&self, feed: &FeedCoverage) -> bool {
        if self.seen.contains(&feed.feed) || feed.measures.iter().any(|m| m == self.measure) {
            return true;
        }
        let carries = if feed.carries.is_empty() {
            feed.measures.is_empty()
        } else {
            feed.carries.iter().any(|c| c == self.carries)
        };
        let provider = match &feed.provider {
            None => true,
            Some(p) => p == self.provider && !self.substituted,
        };
        carries && provider
    }
    /// Does the fault touch the figure?
    #[must_use]
    pub fn touched_by(&self, fault: &Fault, feeds: &BTreeSet<&str>) -> bool {
        let measure = fault.measures.is_empty() || fault.measures.iter().any(|m| m == self.measure);
        let source = match (&fault.feed, &fault.provider) {
            (Some(f), _) => feeds.contains(f.as_str()),
            (None, Some(p)) => p == self.provider && !self.substituted,
            (None, None) => false,
        };
        measure && source && self.activity.each_day().any(|d| self.contains(d) && fault.covers(d))
    }
}

/// The coverage of one figure and what it means for it.
#[derive(Debug, Clone, Default)]
pub struct Assessment<'a> {
    /// Counts.
    pub coverage: Coverage,
    /// Faults with their severity, as they touch the activity.
    pub hits: Vec<FaultHit>,
    /// The faults whose days are not observed.
    pub unreliable: Vec<&'a Fault>,
    /// What the figure rests on.
    pub ground: Reliability,
}

/// How far a figure can be relied on, by whether what it counts was observed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reliability {
    /// The null to put in place of the figure, where too little was observed.
    pub null: Option<Null>,
    /// Why the figure is suspect.
    pub suspect: Vec<String>,
}

impl Reliability {
    /// Is nothing known against it?
    #[must_use]
    pub fn is_firm(&self) -> bool {
        self.null.is_none() && self.suspect.is_empty()
    }
    /// The figure as it may be printed: as it is, suspect, or null.
    #[must_use]
    pub fn under(&self, figure: Figure) -> Figure {
        match &self.null {
            Some(null) => Figure::Null(null.clone()),
            None => self
                .suspect
                .iter()
                .fold(figure, |f, why| f.weaken(FigureState::Suspect, why.clone())),
        }
    }
    /// What it does to the actuals of a month, in words; none where it is firm.
    #[must_use]
    pub fn sentence(&self, period: Period) -> Option<String> {
        match &self.null {
            Some(n) => Some(format!(
                "The actuals of {period} cannot be relied on and are not shown: {}.",
                n.detail
            )),
            None => (!self.suspect.is_empty()).then(|| {
                format!("The actuals of {period} are suspect: {}.", self.suspect.join("; "))
            }),
        }
    }
}

/// Assesses what was observed behind one figure.
#[must_use]
pub fn assess<'a>(
    scope: Scope<'_>,
    feeds: &[FeedCoverage],
    faults: &'a [Fault],
    floor: Ratio,
) -> Assessment<'a> {
    let mine: Vec<&FeedCoverage> = feeds.iter().filter(|f| scope.rests_on(f)).collect();
    let names: BTreeSet<&str> =
        mine.iter().map(|f| f.feed.as_str()).chain(scope.seen.iter().map(String::as_str)).collect();
    let touching: Vec<&Fault> = faults.iter().filter(|f| scope.touched_by(f, &names)).collect();
    let slices = slices(scope, &mine, &touching);
    let coverage = Coverage {
        expected: slices.iter().map(|s| s.expected).sum(),
        observed: slices.iter().map(|s| s.observed).sum(),
        feeds: slices,
    };
    let mut suspect: Vec<String> = touching
        .iter()
        .filter(|f| f.severity == Severity::Suspect)
        .map(|f| fault_words(f))
        .collect();
    let mut null = None;
    let (seen, due) = (coverage.observed, coverage.expected);
    if due > 0 && seen < due {
        let enough = Ratio { num: seen, den: due }.at_least(floor).unwrap_or(false);
        let words = format!("{seen} of {due} expected feed days observed");
        if enough && seen > 0 {
            suspect.push(words)
        } else {
            null = Some(too_little(&coverage, &touching, words))
        }
    }
    Assessment {
        hits: touching.iter().map(|f| hit(f, scope)).collect(),
        unreliable: touching.into_iter().filter(|f| f.severity == Severity::Unreliable).collect(),
        coverage,
        ground: Reliability { null, suspect },
    }
}

/// Counts of Users' own messages that no measure judges: shares by process, response times,
/// volumes, the actuals of a forecast.
#[derive(Debug, Clone, Copy)]
pub struct OwnMessages<'a> {
    /// The days.
    pub activity: Period,
    /// The only region of the messages; none where they are of any.
    pub region: Option<Region>,
    /// Feeds that brought any of them.
    pub seen: &'a BTreeSet<String>,
    /// As-at.
    pub as_at: Utc,
}

/// The ground under such counts. They rest on each feed that says it brings messages of the region,
/// whoever's, and on each that brought some.
#[must_use]
pub fn own_messages(
    own: OwnMessages<'_>,
    feeds: &[FeedCoverage],
    faults: &[Fault],
    floor: Ratio,
) -> Reliability {
    let here = |f: &FeedCoverage| own.region.is_none_or(|r| f.region.is_none_or(|x| x == r));
    let mine: Vec<FeedCoverage> = feeds
        .iter()
        .filter(|f| {
            own.seen.contains(&f.feed) || (f.carries.iter().any(|c| c == "messages") && here(f))
        })
        .cloned()
        .collect();
    let rests: BTreeSet<String> =
        own.seen.iter().cloned().chain(mine.iter().map(|f| f.feed.clone())).collect();
    // A fault of all that a provider brings is one of each of its feeds.
    let faults: Vec<Fault> = faults
        .iter()
        .flat_map(|f| match (&f.feed, &f.provider) {
            (None, Some(_)) => mine
                .iter()
                .filter(|m| m.provider == f.provider)
                .map(|m| Fault { feed: Some(m.feed.clone()), ..f.clone() })
                .collect(),
            _ => vec![f.clone()],
        })
        .collect();
    assess(
        Scope {
            measure: "",
            provider: "",
            carries: "messages",
            activity: own.activity,
            life: None,
            seen: &rests,
            substituted: true,
            as_at: own.as_at,
        },
        &mine,
        &faults,
        floor,
    )
    .ground
}

fn slices(scope: Scope<'_>, mine: &[&FeedCoverage], touching: &[&Fault]) -> Vec<FeedSlices> {
    // A day that is not over at the as-at time is not yet expected.
    let over = |d: &Day| d.end() <= scope.as_at;
    let mut out: BTreeMap<String, FeedSlices> = BTreeMap::new();
    for f in mine {
        let expected =
            f.expected.iter().copied().filter(|&d| scope.contains(d)).filter(over).collect();
        out.insert(
            f.feed.clone(),
            slice(touching, &f.feed, expected, &|d| f.observed.contains(&d), f.owner.clone()),
        );
    }
    for fault in touching.iter().filter(|f| f.severity == Severity::Unreliable) {
        // A fault of a source that no feed is registered for: every day was expected of it.
        let name = fault.source();
        let known = if fault.feed.is_some() {
            out.contains_key(&name)
        } else {
            out.values().any(|s| s.expected > 0)
        };
        if !known {
            out.insert(
                name.clone(),
                slice(
                    touching,
                    &name,
                    scope.activity.each_day().filter(|&d| scope.contains(d)).filter(over).collect(),
                    &|_| true,
                    fault.owner.clone(),
                ),
            );
        }
    }
    out.into_values().collect()
}

/// The expected days of one feed by what became of them.
fn slice(
    touching: &[&Fault],
    feed: &str,
    expected: Vec<Day>,
    observed: &dyn Fn(Day) -> bool,
    owner: Option<String>,
) -> FeedSlices {
    let at_fault = |day: Day| {
        touching.iter().any(|f| {
            f.severity == Severity::Unreliable
                && f.covers(day)
                && f.feed.as_deref().is_none_or(|n| n == feed)
        })
    };
    let faulty: Vec<Day> = expected.iter().copied().filter(|&d| at_fault(d)).collect();
    let missing: Vec<Day> =
        expected.iter().copied().filter(|&d| !observed(d) && !faulty.contains(&d)).collect();
    let lost = (faulty.len() + missing.len()) as u64;
    FeedSlices {
        feed: feed.to_owned(),
        expected: expected.len() as u64,
        observed: expected.len() as u64 - lost,
        missing,
        faulty,
        owner,
    }
}

fn fault_words(f: &Fault) -> String {
    let to = f.to.map_or_else(|| "on".to_owned(), |d| format!("to {d}"));
    let repair = f.change_request.as_ref().map_or_else(String::new, |c| format!(" (repair: {c})"));
    format!("{}: {} from {} {to}{repair}", f.source(), f.what, f.from)
}

fn too_little(coverage: &Coverage, touching: &[&Fault], words: String) -> Null {
    let worst =
        touching.iter().filter(|f| f.severity == Severity::Unreliable).min_by_key(|f| f.from);
    let gap = coverage
        .feeds
        .iter()
        .filter(|f| f.observed < f.expected)
        .max_by_key(|f| f.expected - f.observed);
    let mut null = Null::because(NullReason::Unreliable, words);
    match (worst, gap) {
        (Some(f), _) => {
            null.detail = format!("{}; {}", null.detail, fault_words(f));
            (null.source, null.since, null.owner) =
                (Some(f.source()), Some(f.from), f.owner.clone());
        }
        (None, Some(g)) => {
            (null.source, null.since, null.owner) =
                (Some(g.feed.clone()), g.missing.first().copied(), g.owner.clone())
        }
        (None, None) => {}
    }
    null
}

fn hit(f: &Fault, scope: Scope<'_>) -> FaultHit {
    let days = scope.activity.each_day().filter(|&d| f.covers(d)).count() as u32;
    let until = f.to.map_or(scope.as_at.day(), |t| t.min(scope.as_at.day()));
    FaultHit { fault: f.clone(), days, age_days: until.0 - f.from.0 }
}
