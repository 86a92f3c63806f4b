//! Two lists of results: every changed cell with its reason, and the statements of the first list
//! that no longer hold (M11).

use crate::result::MeasureResult;
use northbound_rules::measure::Better;
use northbound_types::{Figure, FigureState, Period, Quantity, Region, percent::percent_of};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The row and period of a cell.
pub type CellKey = (String, String, Region, Period);

/// One changed cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Period.
    pub period: Period,
    /// `figure`, `stated`, `levels`, `band`, `colour`, `coverage`, `excluded`, `streak`, `added`, `removed`.
    pub field: String,
    /// Before, in words.
    pub before: String,
    /// After, in words.
    pub after: String,
    /// Why: as given by whoever reissued, else what the results themselves show.
    pub reason: String,
}

/// A sentence that a list of results makes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Statement {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Period.
    pub period: Period,
    /// `value`, `band`, `run`, `window`.
    pub about: String,
    /// In words.
    pub text: String,
}

/// What changed and what fell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Changed cells, by row.
    pub changes: Vec<Change>,
    /// Statements of the first list that the second no longer makes, with what it says instead.
    pub fallen: Vec<(Statement, Option<String>)>,
}

/// Compares `before` with `after`. `reasons` are given by whoever reissued, by cell.
#[must_use]
pub fn diff(
    before: &[MeasureResult],
    after: &[MeasureResult],
    reasons: &BTreeMap<CellKey, String>,
) -> Difference {
    let key = |r: &MeasureResult| (r.measure.clone(), r.provider.clone(), r.region, r.period);
    let (old, new): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (before.iter().map(|r| (key(r), r)).collect(), after.iter().map(|r| (key(r), r)).collect());
    let keys: BTreeSet<&CellKey> = old.keys().chain(new.keys()).collect();
    let mut out = Difference::default();
    for k in keys {
        let given = reasons.get(k).map(String::as_str);
        let mut add = |field: &str, before: String, after: String, own: String| {
            if before != after {
                out.changes.push(Change {
                    measure: k.0.clone(),
                    provider: k.1.clone(),
                    region: k.2,
                    period: k.3,
                    field: field.to_owned(),
                    before,
                    after,
                    reason: given.map_or(own, str::to_owned),
                });
            }
        };
        match (old.get(k), new.get(k)) {
            (Some(o), Some(n)) => cells(o, n, &mut add),
            (Some(o), None) => {
                add("removed", words(o), String::new(), "the row is no longer reported".to_owned())
            }
            (None, Some(n)) => add("added", String::new(), words(n), "the row is new".to_owned()),
            (None, None) => {}
        }
    }
    let now: BTreeSet<Statement> = after.iter().flat_map(statements).collect();
    for s in before.iter().flat_map(statements).filter(|s| !now.contains(s)) {
        let instead = now.iter().find(|n| {
            (&n.measure, &n.provider, n.region, n.period, &n.about)
                == (&s.measure, &s.provider, s.region, s.period, &s.about)
        });
        out.fallen.push((s, instead.map(|n| n.text.clone())));
    }
    out
}

fn cells(o: &MeasureResult, n: &MeasureResult, add: &mut dyn FnMut(&str, String, String, String)) {
    let why = why(o, n);
    add("figure", words(o), words(n), why.clone());
    let stated = |r: &MeasureResult| {
        r.stated
            .iter()
            .map(|s| {
                format!(
                    "{} {} v{}: {}",
                    s.source,
                    s.document,
                    s.version,
                    figure_words(&s.figure, 4)
                )
            })
            .collect::<Vec<_>>()
            .join("; ")
    };
    add("stated", stated(o), stated(n), "the stated figure changed".to_owned());
    let levels = |r: &MeasureResult| {
        format!(
            "target {:?}, minimum {:?}",
            r.levels.target.map(|t| (t.num, t.den)),
            r.levels.minimum.map(|t| (t.num, t.den))
        )
    };
    add("levels", levels(o), levels(n), "another level is in force".to_owned());
    add("band", o.band.to_string(), n.band.to_string(), why.clone());
    add(
        "colour",
        o.rag.to_string(),
        n.rag.to_string(),
        if n.overridden == o.overridden { why } else { "an override changed".to_owned() },
    );
    let coverage =
        |r: &MeasureResult| format!("{} of {}", r.coverage.observed, r.coverage.expected);
    add("coverage", coverage(o), coverage(n), "more or fewer days were observed".to_owned());
    let excluded = |r: &MeasureResult| {
        r.excluded
            .iter()
            .map(|l| format!("{}: {}", l.reason, l.count))
            .collect::<Vec<_>>()
            .join("; ")
    };
    add("excluded", excluded(o), excluded(n), "other messages are left out".to_owned());
    let streak = |r: &MeasureResult| {
        r.streak.as_ref().map_or_else(String::new, |s| {
            let (run, count) = (s.run_words(s.below_target), s.count_below_target.words());
            format!("{run}; {count} of {}", s.months)
        })
    };
    add("streak", streak(o), streak(n), "this month or an earlier one changed".to_owned());
}

/// What the results themselves show about a change.
fn why(o: &MeasureResult, n: &MeasureResult) -> String {
    if o.methodology != n.methodology {
        return format!("methodology {} became {}", o.methodology, n.methodology);
    }
    if o.overridden != n.overridden {
        return "an override changed".to_owned();
    }
    if o.basis != n.basis {
        return format!("the figure was {} and is {}", o.basis, n.basis);
    }
    if o.faults != n.faults {
        return "a fault of the source was recorded or repaired".to_owned();
    }
    if o.coverage != n.coverage {
        return "more or fewer days were observed".to_owned();
    }
    if o.levels != n.levels {
        return "another level is in force".to_owned();
    }
    let counts =
        |r: &MeasureResult| r.parts.iter().fold((0, 0), |(a, b), p| (a + p.num, b + p.den));
    let ((a, b), (c, d)) = (counts(o), counts(n));
    if (a, b) != (c, d) {
        return format!("{a} of {b} became {c} of {d}");
    }
    if o.components != n.components {
        return "a component changed".to_owned();
    }
    if o.stated != n.stated {
        return "the stated figure changed".to_owned();
    }
    "its state changed".to_owned()
}

fn words(r: &MeasureResult) -> String {
    figure_words(&r.figure, r.decimals)
}

/// A figure in words, for differences and statements. Exact counts beside every percentage, so
/// that a change below the printed decimals is seen.
#[must_use]
pub fn figure_words(f: &Figure, decimals: u32) -> String {
    match f {
        Figure::Null(n) => format!("{} {}", n.reason.mark(), n.reason.words()),
        Figure::Value(v) => {
            let percent = v.quantity.share().and_then(|s| percent_of(&s, decimals, &[]));
            let number = match (&v.quantity, percent) {
                (Quantity::Ratio(r), Some(p)) => format!("{p} % ({} of {})", r.num, r.den),
                (Quantity::Rational { num, den }, Some(p)) => format!("{p} % ({num}/{den})"),
                (Quantity::Stated(s), _) => format!("{:?} as stated", s.text),
                (Quantity::Count { count }, _) => count.to_string(),
                (Quantity::Duration { micros, .. }, _) => format!("{micros} µs"),
                (Quantity::LongerThan { micros }, _) => format!("> {micros} µs"),
                (_, None) => "no share".to_owned(),
            };
            // A sound figure needs no word: beside a share it would read as praise.
            if v.state == FigureState::Ok { number } else { format!("{number}, {}", v.state) }
        }
    }
}

/// `month` after `1` and `at least 1`, else `months`.
fn months_word(count: &str) -> &'static str {
    if count == "1" || count.ends_with(" 1") { "month" } else { "months" }
}

/// The sentences that a result makes: value, band, run and window.
#[must_use]
pub fn statements(r: &MeasureResult) -> Vec<Statement> {
    let say = |about: &str, text: String| Statement {
        measure: r.measure.clone(),
        provider: r.provider.clone(),
        region: r.region,
        period: r.period,
        about: about.to_owned(),
        text,
    };
    let name = format!("{} {} {}", r.measure, r.provider, r.region);
    let mut out = vec![
        say("value", format!("{name} was {} in {}", words(r), r.period)),
        say("band", format!("{name}: {} in {}", r.band_words(), r.period)),
    ];
    let side = if r.better == Better::Lower { "above" } else { "below" };
    if let Some(s) = &r.streak {
        if s.below_target.least > 0 {
            let from =
                s.unknown_from.map_or_else(String::new, |p| format!(", unknown from {p} back"));
            out.push(say(
                "run",
                format!(
                    "{name}: {side} target for {} {} in a row to {}{from}",
                    s.run_words(s.below_target),
                    months_word(&s.run_words(s.below_target)),
                    s.until
                ),
            ));
        }
        let window = say(
            "window",
            format!(
                "{name}: {side} target in {} of the last {} months to {}",
                s.count_below_target.words(),
                s.months,
                s.until
            ),
        );
        // One month is no window.
        out.extend(Some(window).filter(|_| s.months > 1));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        evaluate::evaluate,
        inputs::{HistoryPoint, Inputs},
        sample::{APRIL, cells, inputs, methodology, tests_def},
    };
    use northbound_rules::measure::{Aggregate, Counting, Subject};

    fn run(in_time: u64, march: Figure) -> Vec<MeasureResult> {
        let c = cells(&[
            ("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", in_time),
            ("2026-04-02", "north", "f", "rtt4", "timed-out", "unanswered", 1000 - in_time),
        ]);
        let (defs, m) =
            ([tests_def()], methodology(Counting::AllAttempts, Subject::Tests, Aggregate::Mean));
        let history = [HistoryPoint {
            measure: "PM4.3".into(),
            provider: "CSPN".into(),
            region: Region::North,
            period: APRIL.previous(),
            figure: march,
            target: None,
            minimum: None,
        }];
        evaluate(&Inputs { history: &history, ..inputs(&c, &defs, &m) }).unwrap()
    }

    #[test]
    fn m11_changed_cells_and_fallen_statements() {
        let (a, b) = (run(980, Figure::ratio(90, 100)), run(990, Figure::ratio(90, 100)));
        let d = diff(&a, &b, &BTreeMap::new());
        let fields: Vec<_> = d.changes.iter().map(|c| c.field.as_str()).collect();
        assert_eq!(fields, ["figure", "band", "colour", "streak"]);
        assert_eq!(d.changes[0].reason, "980 of 1000 became 990 of 1000");
        let about: Vec<_> = d.fallen.iter().map(|(s, _)| s.about.as_str()).collect();
        assert_eq!(about, ["value", "band", "run", "window"]);
        assert!(d.fallen[2].0.text.contains("below target for at least 2 months in a row"));
        assert_eq!(d.fallen[2].1, None);
        assert!(diff(&a, &a, &BTreeMap::new()) == Difference::default());
    }

    #[test]
    fn m11_a_restated_earlier_month_breaks_a_run() {
        let (a, b) = (run(980, Figure::ratio(90, 100)), run(980, Figure::ratio(99, 100)));
        let d = diff(&a, &b, &BTreeMap::new());
        assert_eq!(d.changes.iter().map(|c| c.field.as_str()).collect::<Vec<_>>(), ["streak"]);
        let key = ("PM4.3".to_owned(), "CSPN".to_owned(), Region::North, APRIL);
        let given = diff(&a, &b, &BTreeMap::from([(key, "March was recounted".to_owned())]));
        assert_eq!(given.changes[0].reason, "March was recounted");
        assert!(d.fallen.iter().any(|(s, instead)| s.about == "run"
            && instead.as_deref().is_some_and(|t| t.contains("for 1 month in a row"))));
    }
}
