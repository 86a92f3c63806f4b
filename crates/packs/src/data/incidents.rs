//! Incidents of a period, and the arrivals of registration files, as machines read them
//! (`docs/needs.md` R3).

use crate::{
    PackError,
    evidence::{Evidence, incidents::HalfTakenFile},
};
use northbound_measures::{
    incidents::{
        IncidentEvent, Life, Which,
        books::{Age, Balance, age_bands, ages, balance, by_category},
        clock::{Occasion, occasions},
        lives,
        reports::{ReportCheck, StatedCounts, check},
        response::{self, ResponseLine},
        rules::IncidentRules,
    },
    views::registration::{Arrival, ArrivalLine, lines, standings},
};
use northbound_rules::RuleSet;
use northbound_types::{Period, Utc};
use serde::{Deserialize, Serialize};

/// Incidents of a period as known at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentView {
    /// Period.
    pub period: Period,
    /// As at.
    pub as_at: Utc,
    /// Which incidents.
    pub which: Which,
    /// Stock and flow.
    pub balance: Balance,
    /// The same by category.
    pub by_category: Vec<(Option<u8>, Balance)>,
    /// Open at the as-at time, oldest first.
    pub ages: Vec<Age>,
    /// How many are of which age: first whole day, last one, count.
    pub age_bands: Vec<(i64, Option<i64>, u64)>,
    /// The incidents that lived in the period, or live now.
    pub incidents: Vec<Life>,
    /// Each against its target time.
    pub occasions: Vec<Occasion>,
    /// Initial responses by category.
    pub responses: Vec<ResponseLine>,
    /// Reports of others on the period.
    pub reports: Vec<ReportCheck>,
    /// Files of events of which most rows were rejected: the figures lack what they had.
    #[serde(default)]
    pub half_taken: Vec<HalfTakenFile>,
}

impl IncidentView {
    /// Is there anything to say?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.balance.is_empty() && self.ages.is_empty() && self.reports.is_empty()
    }
}

/// Makes the view.
#[must_use]
pub fn view(
    events: &[IncidentEvent],
    stated: &[StatedCounts],
    rules: &IncidentRules,
    period: Period,
    as_at: Utc,
    which: &Which,
) -> IncidentView {
    let all = lives(events, as_at);
    let mut mine: Vec<Life> = all.iter().filter(|l| which.takes(l)).cloned().collect();
    let (start, end) = (period.first().start(), period.after().start());
    let responses = response::by_category(&mine, rules, period, as_at);
    let books = balance(&mine, period, &Which::default());
    let split = by_category(&mine, period, &Which::default());
    let old = ages(&mine, as_at, &Which::default());
    let of_report =
        |s: &&StatedCounts| s.period == period && which.area.as_ref().is_none_or(|a| *a == s.area);
    let reports: Vec<ReportCheck> = stated
        .iter()
        .filter(of_report)
        .map(|s| {
            let before =
                stated.iter().rev().find(|b| b.area == s.area && b.period == period.previous());
            check(s, before, &all, as_at)
        })
        .collect();
    mine.retain(|l| {
        l.is_open() || l.first() < end && l.steps.last().is_some_and(|s| s.at >= start)
    });
    let occasions = mine.iter().flat_map(|l| occasions(l, rules, as_at)).collect();
    IncidentView {
        period,
        as_at,
        which: which.clone(),
        age_bands: age_bands(&old),
        ages: old,
        balance: books,
        by_category: split,
        incidents: mine,
        occasions,
        responses,
        reports,
        half_taken: Vec::new(),
    }
}

/// The view of a pack's evidence.
#[must_use]
pub fn of_evidence(e: &Evidence, which: &Which) -> IncidentView {
    let found = view(
        &e.known.registered.incidents,
        &e.known.registered.incident_reports,
        &e.known.incident_rules,
        e.period,
        e.known.as_at,
        which,
    );
    let files = e.known.registered.sources.iter();
    let half_taken = files.filter_map(|(_, file)| HalfTakenFile::of(file)).collect();
    IncidentView { half_taken, ..found }
}

/// Arrivals of registration files in a period.
///
/// # Errors
/// Where the calendar of Working Days does not reach the period.
pub fn arrivals(
    rules: &RuleSet,
    files: &[Arrival],
    period: Period,
    as_at: Utc,
) -> Result<Vec<ArrivalLine>, PackError> {
    let due = rules.due_files(period.first(), period.after())?;
    let mine: Vec<_> = files
        .iter()
        .filter(|f| f.day.map_or_else(|| period.contains(f.arrived.day()), |d| period.contains(d)))
        .cloned()
        .collect();
    Ok(lines(&standings(&due, files, as_at), &mine))
}
