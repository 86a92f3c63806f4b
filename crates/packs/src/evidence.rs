//! What a report rests on, read once and owned.
//!
//! [`gather`] goes one way: sources, then [`Known`] (rules, registers and ledger as known at the as-at
//! time), then the [`Counts`] of earlier months and of the period, then [`Evidence`]. None of these exists
//! before it is complete.

pub mod archive;
pub mod calendar;
pub mod forecasts;
pub mod history;
pub mod incidents;
pub mod known;
pub mod messages;
pub mod oversight;
pub mod registered;

use crate::PackError;
use forecasts::{ActualsFrom, ForecastSources, Forecasts};
pub(crate) use known::Detail;
pub use known::{Counts, Known, reach};
use northbound_ledger::{Ledger, Reading};
use northbound_measures::{
    Inputs, MeasureResult, evaluate,
    inputs::{FeedCoverage, HistoryPoint},
};
use northbound_registers::gate::Gate;
use northbound_rules::RuleSet;
use northbound_types::{Day, ForecastKind, Period, Utc};
use std::path::Path;

/// The methodology of a pack that names none.
pub const DEFAULT_METHODOLOGY: &str = "pmm-2018";
/// Most months before the period that are read for runs and counts. A bound for files with stray dates; a run
/// that reaches the first month read says so.
pub const MOST_MONTHS: i32 = 240;

/// Where evidence is read from.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The data folder.
    pub data: &'a Path,
    /// The ledger.
    pub ledger: &'a Ledger,
    /// The registers, as the Actor who asks may see them.
    pub gate: &'a Gate<'a>,
    /// The rules in force now.
    pub rules: &'a RuleSet,
    /// Whether the data folder records the rules used and the figures printed, so that both can be
    /// opened later. Whoever only reads leaves it as it is.
    pub record: bool,
}

/// Which evidence: of which period, known at which time, counted by which methodology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Period.
    pub period: Period,
    /// Only what was known at this time counts; `now` where `None`.
    pub as_at: Option<Utc>,
    /// Methodology; [`DEFAULT_METHODOLOGY`] where `None`.
    pub methodology: Option<String>,
    /// The clock.
    pub now: Utc,
    /// Exact versions, to make something frozen again.
    pub frozen: Option<Frozen>,
}

impl Scope {
    /// A period as known now, by the default methodology.
    #[must_use]
    pub fn of(period: Period, now: Utc) -> Scope {
        Scope { period, as_at: None, methodology: None, now, frozen: None }
    }
}

/// The versions of ledger, rules and registers that a written pack cites.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Frozen {
    /// Root manifest hash; empty for an empty ledger.
    pub manifest: String,
    /// Rule-set hash.
    pub rules: String,
    /// Revision of the registers.
    pub revision: i64,
}

/// Called with what long work is about to do, for a progress display.
pub type Progress<'a> = &'a mut dyn FnMut(&'static str);

/// The evidence of one period.
#[derive(Debug)]
pub struct Evidence {
    /// Period.
    pub period: Period,
    /// Rules, registers and ledger as known at the as-at time.
    pub known: Known,
    /// Counts of the period.
    pub counts: Counts,
    /// Earlier months.
    pub history: Vec<HistoryPoint>,
    /// Forecasts by kind, for the months that a pack shows; none for a period that is no month.
    pub forecasts: Vec<(ForecastKind, Forecasts)>,
    /// Why forecasts cannot be shown, where that is so.
    pub forecast_problem: Option<String>,
    /// While this is held, retention removes no version of the ledger.
    pub reading: Option<Reading>,
}

impl Evidence {
    /// What the measures are evaluated from.
    #[must_use]
    pub fn inputs(&self) -> Inputs<'_> {
        self.known.inputs(self.period, &self.counts, &self.history)
    }
    /// The results of every measure row.
    ///
    /// # Errors
    /// As [`evaluate()`].
    pub fn evaluate(&self) -> Result<Vec<MeasureResult>, PackError> {
        Ok(evaluate(&self.inputs())?)
    }
    /// What a pack made of this cites.
    #[must_use]
    pub fn frozen(&self) -> Frozen {
        Frozen {
            manifest: self.known.snapshot.root.hash.clone(),
            rules: self.known.rules.id().to_owned(),
            revision: self.known.registered.revision,
        }
    }
    /// All that a figure's value depends on besides what it counts, as text: the ledger's version, the
    /// rules, the registers' revision and how much of them the reader sees, the methodology, and the
    /// time as at which they are read. That time is resolved to the newest commit or revision, so that
    /// building again without a change repeats the ids. Where the period has not ended, or something
    /// recorded later is read by when it was known, the time that was asked for decides.
    #[must_use]
    pub fn cited(&self) -> String {
        let (known, frozen) = (&self.known, self.frozen());
        let root = &known.snapshot.root;
        let newest = known
            .registered
            .recorded
            .max(Some(root.manifest.committed).filter(|_| !root.hash.is_empty()));
        let open = known.as_at < self.period.after().start();
        let resolved = newest.filter(|at| !open && *at <= known.as_at).unwrap_or(known.as_at);
        let (manifest, rules, revision) = (frozen.manifest, frozen.rules, frozen.revision);
        let (seen_by, methodology) = (&known.registered.seen_by, &known.methodology.id);
        format!("{manifest}|{rules}|{revision}|{seen_by}|{methodology}|{}", resolved.0)
    }
    /// The days of the period.
    #[must_use]
    pub fn days(&self) -> (Day, Day) {
        (self.period.first(), self.period.after())
    }
}

/// Reads the evidence of a period.
///
/// # Errors
/// Where ledger, registers or rules cannot be read, or the methodology is not known.
pub fn gather(
    sources: &Sources<'_>,
    scope: &Scope,
    progress: Progress<'_>,
) -> Result<Evidence, PackError> {
    let reading = sources.ledger.reading()?;
    let known = Known::read(sources, scope, progress)?;
    progress("reading earlier months");
    let history = history::points(&known, scope.period)?;
    progress("counting the period's messages");
    let counts = known.counts(scope.period, Detail::Document)?;
    progress("reading forecasts");
    let (forecasts, forecast_problem) = match forecasts(sources.gate, &known, scope.period) {
        Ok(found) => (found, None),
        // A rule set older than forecasts, or a month beyond the calendar: the rest of the pack is unaffected.
        Err(PackError::Rules(e)) => (Vec::new(), Some(e.to_string())),
        Err(e) => return Err(e),
    };
    Ok(Evidence {
        period: scope.period,
        known,
        counts,
        history,
        forecasts,
        forecast_problem,
        reading,
    })
}

/// What each feed owed in a period and in the earlier days that its measures look at, and what came.
///
/// # Errors
/// Where ledger, registers or rules cannot be read.
pub fn feeds(sources: &Sources<'_>, scope: &Scope) -> Result<Vec<FeedCoverage>, PackError> {
    let known = Known::read(sources, scope, &mut |_| ())?;
    Ok(known.counts(scope.period, Detail::Measures)?.feeds)
}

/// Forecasts for the months up to the period: of Service Requests where there are Users, of certificates
/// where anything was forecast or counted.
fn forecasts(
    gate: &Gate<'_>,
    known: &Known,
    period: Period,
) -> Result<Vec<(ForecastKind, Forecasts)>, PackError> {
    if !matches!(period, Period::Month(..)) || known.registered.users.is_empty() {
        return Ok(Vec::new());
    }
    let sources = ForecastSources {
        rules: &known.rules,
        gate,
        state: known.registered.state,
        snapshot: &known.snapshot,
        judge: &known.judge,
        as_at: known.as_at,
        floor: known.methodology.coverage_floor,
    };
    let months: Vec<Period> = (0..forecasts::MONTHS).rev().map(|n| period.plus(-n)).collect();
    let mut out = Vec::new();
    for (kind, from) in
        [(ForecastKind::Sr, ActualsFrom::Ledger), (ForecastKind::Csr, ActualsFrom::Stated)]
    {
        let f = sources.read(kind, &months, 0, from)?;
        if kind == ForecastKind::Sr
            || !f.submissions.is_empty()
            || f.actuals.values().any(|a| a.known)
        {
            out.push((kind, f));
        }
    }
    Ok(out)
}
