//! The SMETS1 registers in the shapes that the measures read, and what they say together: shared by
//! the commands and the pack, so that both say the same.

use northbound_measures::{
    MeasureError,
    smets1::{
        expectation::{Expected, MonthCount},
        exposure::{Exposure, Plan, cumulative},
    },
};
use northbound_registers::records::{
    oversight::action_standing::ActionStanding,
    smets1::{
        defects::{Defect, Expectation, Span},
        migrations::{MeterStatus, MigrationKind, MigrationWeek},
        occurrences::Occurrence,
    },
};
use northbound_types::Day;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a defect hits of one kind: the list, or that it is unknown and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HitList {
    /// Is it known?
    pub known: bool,
    /// The list, or `unknown` with why.
    pub words: String,
}

/// A list is unknown until it is given and the action that asks for it is closed (needs.md D2).
#[must_use]
pub fn hit_list(
    list: Option<&[String]>,
    asked_in: Option<&str>,
    standing: Option<&ActionStanding>,
) -> HitList {
    let unknown = |why: String| HitList { known: false, words: format!("unknown{why}") };
    match (list, asked_in.zip(standing)) {
        (_, Some((action, s))) if !s.is_closed() => unknown(format!(
            ": asked in {action} ({s}){}",
            if list.is_some() { "; a first answer is recorded" } else { "" }
        )),
        (None, Some((action, _))) => unknown(format!(": {action} is closed without saying")),
        (None, None) => unknown(String::new()),
        (Some(l), _) => HitList {
            known: true,
            words: if l.is_empty() { "none".to_owned() } else { l.join(", ") },
        },
    }
}

fn whole(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// An expectation as the measures read it.
#[must_use]
pub fn expected(e: &Expectation) -> Expected {
    Expected {
        about: whole(e.about),
        unit: e.unit.map(|u| u.to_string()),
        from: e.from,
        to: e.to,
        stated: e.on,
        whole: e.span.map(|s| s == Span::Whole),
    }
}

/// Counts by month as the measures read them.
#[must_use]
pub fn month_counts(list: &[Occurrence]) -> Vec<MonthCount> {
    list.iter()
        .map(|o| MonthCount {
            month: o.month,
            unit: o.unit.to_string(),
            count: whole(o.count),
            to: o.to,
        })
        .collect()
}

/// Whose migration: cohort, combination (empty for the whole cohort), active or dormant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stream {
    /// Cohort.
    pub cohort: String,
    /// Combination; empty for the whole cohort.
    pub combination: String,
    /// Active or dormant: never both.
    pub status: MeterStatus,
}

impl Stream {
    /// In words: `MOC, dormant`.
    #[must_use]
    pub fn words(&self) -> String {
        let combination = if self.combination.is_empty() {
            String::new()
        } else {
            format!(", {}", self.combination)
        };
        format!("{}{combination}, {}", self.cohort, self.status)
    }
}

/// Plan and actuals of one stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migrated {
    /// Plan with totals due and caps.
    pub plan: Plan,
    /// Migrated by week.
    pub actual: BTreeMap<Day, u64>,
}

/// The streams of all rows. Active and dormant never meet.
#[must_use]
pub fn streams(rows: &[MigrationWeek]) -> BTreeMap<Stream, Migrated> {
    let mut out: BTreeMap<Stream, Migrated> = BTreeMap::new();
    for r in rows {
        let m = out
            .entry(Stream {
                cohort: r.cohort.clone(),
                combination: r.combination.clone(),
                status: r.status,
            })
            .or_default();
        let to = match r.kind {
            MigrationKind::Plan => &mut m.plan.weeks,
            MigrationKind::Due => &mut m.plan.due,
            MigrationKind::Actual => &mut m.actual,
            MigrationKind::Cap => &mut m.plan.caps,
        };
        to.insert(r.week, whole(r.count));
    }
    out
}

/// One week of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekLine {
    /// Its Monday.
    pub week: Day,
    /// Planned; `None` where the plan gives no number.
    pub planned: Option<u64>,
    /// Planned so far; `None` before the first number of the plan.
    pub planned_so_far: Option<u64>,
    /// Migrated; `None` where it was not reported.
    pub actual: Option<u64>,
    /// Migrated so far; `None` before the first report.
    pub actual_so_far: Option<u64>,
    /// Due in all by then; null where no total is.
    pub due: Option<u64>,
    /// Most that may be migrated; null where nothing is capped.
    pub cap: Option<u64>,
}

/// The weeks of a stream with a plan or a report, in order.
#[must_use]
pub fn weeks(m: &Migrated) -> Vec<WeekLine> {
    let (plan, actual) = (cumulative(&m.plan.weeks), cumulative(&m.actual));
    let so_far = |sums: &BTreeMap<Day, Option<u64>>, w: &Day| {
        sums.range(..=*w).next_back().and_then(|(_, n)| *n)
    };
    let all: BTreeSet<Day> =
        m.plan.weeks.keys().chain(m.plan.due.keys()).chain(m.actual.keys()).copied().collect();
    all.iter()
        .map(|w| WeekLine {
            week: *w,
            planned: m.plan.weeks.get(w).copied(),
            planned_so_far: so_far(&plan, w),
            actual: m.actual.get(w).copied(),
            actual_so_far: so_far(&actual, w)
                .filter(|_| m.actual.last_key_value().is_some_and(|(last, _)| w <= last)),
            due: m.plan.due.get(w).copied(),
            cap: m.plan.caps.range(..=*w).next_back().map(|(_, n)| *n),
        })
        .collect()
}

/// Why the day of a fix is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoFixDay(String);

impl From<NoFixDay> for String {
    fn from(e: NoFixDay) -> String {
        e.0
    }
}

/// The day by which a defect is to be fixed.
///
/// # Errors
/// [`NoFixDay`] where nobody gave a date, or only words without a day.
pub fn fix_day(id: &str, d: &Defect) -> Result<Day, NoFixDay> {
    let Some(f) = d.fix() else {
        return Err(NoFixDay(format!(
            "no date is given for the fix of {id}; add it with `northbound defect fix`"
        )));
    };
    f.date.ok_or_else(|| NoFixDay(format!("the fix of {id} is stated as {:?}, without a day; add it with `northbound defect fix {id} --date … --definition …`", f.stated)))
}

/// What a stream exposes before a fix.
///
/// # Errors
/// As [`Plan::exposure`].
pub fn exposed(m: &Migrated, fix: Day, start: Option<Day>) -> Result<Exposure, MeasureError> {
    m.plan.exposure(fix, start)
}

/// An exposure in words.
#[must_use]
pub fn exposure_words(e: &Exposure) -> String {
    let all = if e.before_least == e.installations && e.installations > 0 {
        "all ".to_owned()
    } else {
        String::new()
    };
    let before = if e.before_least == e.before_greatest {
        format!("{all}{}", e.before_least)
    } else {
        format!("{} to {}", e.before_least, e.before_greatest)
    };
    let days = match e.days_greatest {
        Some(g) if g == e.days_least => format!("{g}"),
        Some(g) => format!("{} to {g}", e.days_least),
        None => format!("at least {} (the ramp is not stated)", e.days_least),
    };
    let after = match (e.after_last_least, e.after_last_greatest) {
        (Some(a), Some(b)) if a >= 0 => format!(
            "; the last week is {a} to {b} days ({} to {} whole weeks) before the fix",
            a / 7,
            b / 7
        ),
        _ => String::new(),
    };
    let held = if e.held_back > 0 {
        format!("; the cap moves {} past the fix", e.held_back)
    } else {
        String::new()
    };
    format!(
        "{before} of {} before the fix on {}: {days} installation-days{after}{held}",
        e.installations, e.fix
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_registers::records::oversight::actions::ActionStatus;

    fn row(kind: MigrationKind, status: MeterStatus, week: &str, count: i64) -> MigrationWeek {
        MigrationWeek {
            kind,
            cohort: "MOC".into(),
            combination: String::new(),
            status,
            week: week.parse().unwrap(),
            count,
            source: "plan".into(),
            note: String::new(),
        }
    }

    #[test]
    fn d14_active_and_dormant_never_meet() {
        let rows = [
            row(MigrationKind::Plan, MeterStatus::Active, "2020-07-06", 5),
            row(MigrationKind::Plan, MeterStatus::Dormant, "2020-07-06", 7),
            row(MigrationKind::Actual, MeterStatus::Dormant, "2020-07-13", 3),
        ];
        let all = streams(&rows);
        let sums: Vec<_> = all
            .iter()
            .map(|(s, m)| {
                (s.status, m.plan.installations().unwrap(), m.actual.values().sum::<u64>())
            })
            .collect();
        assert_eq!(sums, [(MeterStatus::Active, 5, 0), (MeterStatus::Dormant, 7, 3)]);
    }

    #[test]
    fn a_week_of_which_nobody_spoke_is_no_nought() {
        let rows = [
            row(MigrationKind::Plan, MeterStatus::Dormant, "2020-07-06", 5),
            row(MigrationKind::Plan, MeterStatus::Dormant, "2020-07-13", 5),
            row(MigrationKind::Actual, MeterStatus::Dormant, "2020-07-06", 4),
        ];
        let (_, m) = streams(&rows).pop_first().unwrap();
        let got: Vec<_> =
            weeks(&m).iter().map(|w| (w.planned_so_far, w.actual, w.actual_so_far)).collect();
        assert_eq!(got, [(Some(5), Some(4), Some(4)), (Some(10), None, None)]);
    }

    #[test]
    fn d2_a_list_is_unknown_until_the_action_that_asks_is_closed() {
        let list = ["4.1.1".to_owned()];
        let open = ActionStanding::Registered(ActionStatus::Open);
        assert!(!hit_list(None, None, None).known);
        assert!(!hit_list(Some(&list), Some("33xx/05"), Some(&open)).known);
        assert!(
            !hit_list(Some(&list), Some("33xx/05"), Some(&ActionStanding::NotRegistered)).known
        );
        assert!(
            !hit_list(
                None,
                Some("33xx/05"),
                Some(&ActionStanding::Registered(ActionStatus::Closed))
            )
            .known
        );
        assert_eq!(
            hit_list(
                Some(&list),
                Some("33xx/05"),
                Some(&ActionStanding::Registered(ActionStatus::Closed))
            )
            .words,
            "4.1.1"
        );
    }
}
