//! A reason for each miss (M1, M10): which rows need one, which block the issue of a pack, which
//! repeat last month's; and the gate of assurance (M8).

use crate::{evaluate::bands::Band, result::MeasureResult};
use northbound_types::{Period, Region, Utc, text_enum};
use serde::{Deserialize, Serialize};

/// A reason as somebody gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Period explained.
    pub period: Period,
    /// The reason.
    pub text: String,
    /// Steps against recurrence, asked for below minimum.
    pub steps: Option<String>,
    /// Who gave it.
    pub by: String,
    /// When.
    pub at: Utc,
    /// Given in the report; otherwise offline, and it stays offline.
    pub in_report: bool,
    /// The earlier period whose reason it gives again, as its register finds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Period>,
}

text_enum! {
    /// Whether a miss is explained.
    pub enum Explained("standing of an explanation") {
        /// In the report.
        InReport = "in-report",
        /// Given outside the report only.
        OfflineOnly = "offline-only",
        /// Not at all, or with an empty text.
        Missing = "missing",
    }
}

/// A row that needs an explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Period.
    pub period: Period,
    /// Its band.
    pub band: Band,
    /// Is there one?
    pub explained: Explained,
    /// Below minimum without a reason in the report: the pack cannot be issued.
    pub blocks_issue: bool,
    /// Below minimum without steps against recurrence.
    pub steps_missing: bool,
    /// The earlier period whose reason was the same.
    pub same_as: Option<Period>,
    /// The explanations of the row, in order of time.
    pub given: Vec<Explanation>,
}

/// The text without case, punctuation and spacing: what "the same reason" compares.
#[must_use]
pub fn normalised(text: &str) -> String {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

/// Every row below target, with its explanations. `explanations` may hold other periods too.
#[must_use]
pub fn required(results: &[MeasureResult], explanations: &[Explanation]) -> Vec<Requirement> {
    results
        .iter()
        .filter(|r| r.band.below_target() == Some(true))
        .map(|r| requirement(r, explanations))
        .collect()
}

fn requirement(r: &MeasureResult, all: &[Explanation]) -> Requirement {
    let of_row = |e: &&Explanation| {
        e.measure == r.measure && e.provider == r.provider && e.region == r.region
    };
    let mut given: Vec<Explanation> = all
        .iter()
        .filter(of_row)
        .filter(|e| e.period == r.period && !normalised(&e.text).is_empty())
        .cloned()
        .collect();
    given.sort_by_key(|e| e.at);
    let explained = if given.iter().any(|e| e.in_report) {
        Explained::InReport
    } else if given.is_empty() {
        Explained::Missing
    } else {
        Explained::OfflineOnly
    };
    let below_minimum = r.band == Band::BelowMinimum;
    let same_as = given.iter().find_map(|e| e.repeats);
    Requirement {
        measure: r.measure.clone(),
        provider: r.provider.clone(),
        region: r.region,
        period: r.period,
        band: r.band,
        blocks_issue: below_minimum && explained != Explained::InReport,
        steps_missing: below_minimum
            && !given.iter().any(|e| e.steps.as_deref().is_some_and(|s| !normalised(s).is_empty())),
        explained,
        same_as,
        given,
    }
}

text_enum! {
    /// How far a figure has been checked by somebody.
    pub enum Assurance("assurance status") {
        /// Nobody has confirmed it.
        Unconfirmed = "unconfirmed",
        /// Confirmed.
        Confirmed = "confirmed",
        /// Found wrong.
        Rejected = "rejected",
    }
}

/// A check of one figure: what, by whom, when (M8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssuranceRecord {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Period.
    pub period: Period,
    /// Status.
    pub status: Assurance,
    /// What was checked.
    pub what: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Utc,
}

/// The status of a row: the latest record's; `Unconfirmed` without one.
#[must_use]
pub fn assurance_of(r: &MeasureResult, records: &[AssuranceRecord]) -> Assurance {
    records
        .iter()
        .filter(|a| {
            a.measure == r.measure
                && a.provider == r.provider
                && a.region == r.region
                && a.period == r.period
        })
        .max_by_key(|a| a.at)
        .map_or(Assurance::Unconfirmed, |a| a.status)
}

/// The rows that keep a report from being accepted: a value that is not confirmed. A null claims
/// nothing that could be confirmed.
#[must_use]
pub fn acceptance_blockers<'a>(
    results: &'a [MeasureResult],
    records: &[AssuranceRecord],
) -> Vec<(&'a MeasureResult, Assurance)> {
    results
        .iter()
        .filter(|r| r.figure.as_value().is_some())
        .map(|r| (r, assurance_of(r, records)))
        .filter(|(_, a)| *a != Assurance::Confirmed)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        evaluate::evaluate,
        sample::{APRIL, cells, inputs, methodology, tests_def},
    };
    use northbound_rules::measure::{Aggregate, Counting, Subject};

    fn result(num: u64) -> MeasureResult {
        let c = cells(&[
            ("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", num),
            ("2026-04-02", "north", "f", "rtt4", "timed-out", "unanswered", 1000 - num),
        ]);
        let (defs, m) =
            ([tests_def()], methodology(Counting::AllAttempts, Subject::Tests, Aggregate::Mean));
        evaluate(&inputs(&c, &defs, &m)).unwrap().remove(0)
    }
    fn reason(period: Period, text: &str, in_report: bool) -> Explanation {
        Explanation {
            measure: "PM4.3".into(),
            provider: "CSPN".into(),
            region: Region::North,
            period,
            text: text.into(),
            steps: None,
            by: "analyst".into(),
            at: Utc(1),
            in_report,
            repeats: None,
        }
    }

    #[test]
    fn m1_below_minimum_without_a_reason_blocks() {
        let low = [result(959)];
        assert!(required(&low, &[])[0].blocks_issue);
        assert!(required(&low, &[reason(APRIL, " - ", true)])[0].blocks_issue);
        let r = &required(&low, &[reason(APRIL, "A mast failed", true)])[0];
        assert!(!r.blocks_issue && r.steps_missing);
        let between = &required(&[result(960)], &[])[0];
        assert!(!between.blocks_issue && between.explained == Explained::Missing);
        assert!(required(&[result(990)], &[]).is_empty());
    }

    #[test]
    fn m10_offline_stays_offline_and_repeats_are_shown() {
        let low = [result(959)];
        let r = &required(&low, &[reason(APRIL, "told by telephone", false)])[0];
        assert!(r.explained == Explained::OfflineOnly && r.blocks_issue);
        let again = Explanation {
            repeats: Some(APRIL.previous()),
            ..reason(APRIL, "A mast failed.", true)
        };
        assert_eq!(required(&low, &[again])[0].same_as, Some(APRIL.previous()));
        assert_eq!(required(&low, &[reason(APRIL, "Two masts failed", true)])[0].same_as, None);
    }

    #[test]
    fn m8_unconfirmed_figures_keep_a_report_from_acceptance() {
        let all = [result(1000)];
        assert_eq!(acceptance_blockers(&all, &[]).len(), 1);
        let mut record = AssuranceRecord {
            measure: "PM4.3".into(),
            provider: "CSPN".into(),
            region: Region::North,
            period: APRIL,
            status: Assurance::Confirmed,
            what: "recount".into(),
            by: "analyst".into(),
            at: Utc(1),
        };
        assert!(acceptance_blockers(&all, &[record.clone()]).is_empty());
        let first = record.clone();
        (record.status, record.at) = (Assurance::Rejected, Utc(2));
        assert_eq!(acceptance_blockers(&all, &[first, record])[0].1, Assurance::Rejected);
    }
}
