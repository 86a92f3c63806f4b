//! The forecast in force at the month's start against what came (R8, R9).

use super::{
    Actual, Counts, Line, Member, Month, Submission,
    standing::{self, Standing},
    sum,
};
use crate::evaluate::coverage::Reliability;
use northbound_types::{Day, Period, Ratio, percent::percent_of, text_enum};
use num_rational::BigRational;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Decimals of a percentage in print.
pub const DECIMALS: u32 = 2;
/// Decimals that are added at most, so that a percentage never reads as on the other side of a flag.
const MORE_DECIMALS: u32 = 12;

text_enum! {
    /// Whether the actual is within the bounds of the forecast. Equality is inside the flag.
    pub enum Flag("flag of a variance") {
        /// At or below the lower share.
        Low = "low",
        /// Between the two.
        Within = "within",
        /// At or above the upper share.
        High = "high",
        /// The forecast is zero: there is no percentage, only a difference.
        NoPercentage = "no-percentage",
        /// Nothing was forecast.
        NoForecast = "no-forecast",
        /// The actual is not known.
        NoActual = "no-actual",
    }
}

/// An actual held against a forecast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// Forecast; none where there is none.
    pub forecast: Option<i64>,
    /// Actual, corrections included; none where it is not known.
    pub actual: Option<i64>,
    /// Actual less forecast.
    pub difference: Option<i64>,
    /// Actual of forecast in per cent, as printed; none where the forecast is zero or missing.
    pub percent: Option<String>,
    /// Where it stands.
    pub flag: Flag,
    /// Why there is no percentage; empty where there is one.
    pub why: String,
}

impl Compared {
    /// Nothing is compared, because a sum has no room in 64 bits.
    pub(super) fn too_large(actual: Option<i64>, what: &str) -> Compared {
        Compared {
            forecast: None,
            actual,
            difference: None,
            percent: None,
            flag: Flag::NoPercentage,
            why: format!("{what} add up to more than can be counted"),
        }
    }
}

/// Holds an actual against a forecast. Integers only; a share equal to a flag's is inside it.
#[must_use]
pub fn compare(forecast: Option<i64>, actual: Option<i64>, low: Ratio, high: Ratio) -> Compared {
    let difference = forecast.zip(actual).and_then(|(f, a)| a.checked_sub(f));
    let without = |flag, why: &str| Compared {
        forecast,
        actual,
        difference,
        percent: None,
        flag,
        why: why.to_owned(),
    };
    let (Some(f), Some(a)) = (forecast, actual) else {
        return match forecast {
            None => without(Flag::NoForecast, "no forecast to compare with"),
            Some(_) => without(Flag::NoActual, "the actual is not known"),
        };
    };
    if f == 0 {
        return without(Flag::NoPercentage, "the forecast is zero, so there is no percentage");
    }
    let (f, a) = (i128::from(f), i128::from(a));
    let flag = if a * i128::from(low.den) <= f * i128::from(low.num) {
        Flag::Low
    } else if a * i128::from(high.den) >= f * i128::from(high.num) {
        Flag::High
    } else {
        Flag::Within
    };
    Compared { percent: Some(percent(a, f, [low, high])), flag, ..without(flag, "") }
}

/// Per cent of `a` in `f` (not zero), never printed as on another side of a level than it is.
fn percent(a: i128, f: i128, levels: [Ratio; 2]) -> String {
    let exact = BigRational::new(a.into(), f.into());
    let levels = levels.map(|l| BigRational::new(l.num.into(), l.den.max(1).into()));
    let mut last = String::new();
    for more in 0..=MORE_DECIMALS {
        let Some(text) = percent_of(&exact, DECIMALS + more, &[]) else { break };
        let shown = shown(&text);
        last = text;
        if levels.iter().all(|l| shown.as_ref().is_some_and(|s| s.cmp(l) == exact.cmp(l))) {
            break;
        }
    }
    last
}

/// A printed percentage as the share that it states.
fn shown(text: &str) -> Option<BigRational> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits: num_bigint::BigInt = format!("{whole}{part}").parse().ok()?;
    let scale = num_bigint::BigInt::from(10u32).pow(u32::try_from(part.len()).ok()? + 2);
    Some(BigRational::new(digits, scale))
}

/// One line of one User.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineVariance {
    /// Service and mode.
    pub line: Line,
    /// The state of the line: `none` where the forecast in force does not name it.
    pub standing: Standing,
    /// Held against each other.
    pub compared: Compared,
}

/// One User in one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserVariance {
    /// EUI, or its pseudonym.
    pub user: String,
    /// Party; empty in a group view.
    pub party: String,
    /// Category of the party; empty where it would tell who it is.
    pub class: String,
    /// The state of the User.
    pub standing: Standing,
    /// The forecast in force, by its id; none where there is none.
    pub submission: Option<String>,
    /// When it was submitted.
    pub submitted: Option<northbound_types::Utc>,
    /// It was made for an earlier quarter.
    pub older: bool,
    /// A forecast that came during the month and is not used.
    pub unused: Option<String>,
    /// All lines that the forecast in force names together; where there is none, all lines.
    pub total: Compared,
    /// What was sent of services that the forecast in force does not name: compared with nothing. Absent where
    /// there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unnamed: Option<i64>,
    /// Lines that an earlier forecast for the month named and the one in force does not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<Line>,
    /// By line.
    pub lines: Vec<LineVariance>,
}

/// The variance of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variance {
    /// Month.
    pub period: Period,
    /// The last day on which a forecast for it was in time.
    pub due: Day,
    /// By when each User is told.
    pub report_due: Day,
    /// Remarks on the month.
    pub annotations: Vec<String>,
    /// What its actuals rest on; absent where nothing is known against it.
    #[serde(default, skip_serializing_if = "Reliability::is_firm")]
    pub ground: Reliability,
    /// Users, in the order given.
    pub users: Vec<UserVariance>,
}

/// Makes the variance of a month. `previous_due` is the due day before the month's own.
#[must_use]
pub fn make(
    month: &Month,
    previous_due: Option<Day>,
    members: &[Member],
    submissions: &[Submission],
    actual: &Actual,
) -> Variance {
    Variance {
        period: month.period,
        due: month.due,
        report_due: month.report_due,
        annotations: month.annotations.clone(),
        ground: actual.ground.clone(),
        users: members.iter().map(|m| user(month, previous_due, m, submissions, actual)).collect(),
    }
}

fn user(
    month: &Month,
    previous_due: Option<Day>,
    m: &Member,
    submissions: &[Submission],
    actual: &Actual,
) -> UserVariance {
    let found = standing::find(month, m, submissions, previous_due);
    let forecast = found.used.and_then(|u| u.months.get(&month.period));
    let lines: BTreeSet<&Line> =
        forecast.into_iter().flat_map(|c| c.keys()).chain(actual.lines(&m.user)).collect();
    let lines = lines
        .into_iter()
        .map(|l| {
            let f = forecast.and_then(|c| c.get(l)).copied();
            // A forecast that does not name a service says nothing of it.
            let standing =
                if f.is_none() && found.used.is_some() { Standing::None } else { found.standing };
            LineVariance {
                line: l.clone(),
                standing,
                compared: compare(f, actual.of(&m.user, l), month.low, month.high),
            }
        })
        .collect();
    let forecast_total = forecast.map(|c| sum(c.values().copied()));
    let named = |c: &Counts| c.keys().map(|l| actual.of(&m.user, l)).collect::<Option<Vec<i64>>>();
    let actual_total = match forecast {
        Some(c) if actual.holds() => named(c).and_then(sum),
        _ => actual.total(&m.user),
    };
    let unnamed = actual
        .lines(&m.user)
        .filter(|l| forecast.is_some_and(|c| !c.contains_key(*l)))
        .filter_map(|l| actual.of(&m.user, l))
        .reduce(i64::saturating_add);
    let total = match (forecast_total, found.used) {
        (Some(None), Some(used)) => {
            let what = format!("the counts of forecast {} for {}", used.id, month.period);
            Compared::too_large(actual_total, &what)
        }
        (total, _) => compare(total.flatten(), actual_total, month.low, month.high),
    };
    UserVariance {
        user: m.user.clone(),
        party: m.party.clone(),
        class: m.class.clone(),
        standing: found.standing,
        submission: found.used.map(|u| u.id.clone()),
        submitted: found.used.map(|u| u.made),
        older: found.older,
        unused: found.unused.map(|u| u.id.clone()),
        total,
        unnamed,
        omitted: omitted(month, m, submissions, found.used),
        lines,
    }
}

/// Lines that a forecast made before the one in force names for the month and that one does not: the newer one
/// says nothing of them.
fn omitted(
    month: &Month,
    m: &Member,
    submissions: &[Submission],
    used: Option<&Submission>,
) -> Vec<Line> {
    let Some(used) = used else { return Vec::new() };
    let now = used.months.get(&month.period);
    let earlier = submissions.iter().filter(|s| s.user == m.user && s.made < used.made);
    let lines: BTreeSet<&Line> =
        earlier.filter_map(|s| s.months.get(&month.period)).flat_map(BTreeMap::keys).collect();
    lines.into_iter().filter(|l| now.is_none_or(|c| !c.contains_key(*l))).cloned().collect()
}

/// Forecast and actual of several months, for one User or for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Months in it.
    pub months: Vec<Period>,
    /// Of these, the months whose actuals cannot be relied on: nothing of them is in the sums.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_actual: Vec<Period>,
    /// Why sums of the others are suspect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspect: Vec<String>,
    /// Users with a forecast and a known actual, over the months.
    pub pairs: u64,
    /// Held against each other: only where both are known.
    pub compared: Compared,
}

/// All months, and those without a remark (R10): nothing is dropped, both are told.
#[must_use]
pub fn spans(months: &[Variance], low: Ratio, high: Ratio) -> (Span, Span) {
    let sum = |take: &dyn Fn(&Variance) -> bool| {
        let taken: Vec<&Variance> = months.iter().filter(|v| take(v)).collect();
        let both: Vec<(i64, i64)> = taken
            .iter()
            .flat_map(|v| &v.users)
            .filter_map(|u| u.total.forecast.zip(u.total.actual))
            .collect();
        let total = |pick: fn(&(i64, i64)) -> i64| sum(both.iter().map(pick));
        let compared = match (total(|p| p.0), total(|p| p.1)) {
            _ if both.is_empty() => compare(None, None, low, high),
            (Some(f), Some(a)) => compare(Some(f), Some(a), low, high),
            (_, a) => Compared::too_large(a, "the counts of these months"),
        };
        let suspect = taken
            .iter()
            .flat_map(|v| v.ground.suspect.iter().map(|why| format!("{}: {why}", v.period)))
            .collect();
        let without_actual =
            taken.iter().filter(|v| v.ground.null.is_some()).map(|v| v.period).collect();
        Span {
            months: taken.iter().map(|v| v.period).collect(),
            without_actual,
            suspect,
            pairs: both.len() as u64,
            compared,
        }
    };
    (sum(&|_| true), sum(&|v| v.annotations.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::sample::{MAY, actual, line, member, month, sent};
    use proptest::prelude::*;

    #[test]
    fn counts_beyond_sixty_four_bits_are_no_figure_and_name_their_record() {
        let mut most = sent("A", "2026-04-01T00:00:00Z", i64::MAX);
        let other = crate::forecast::Line::new("4.1.2", "on-demand");
        if let Some(counts) = most.months.get_mut(&MAY) {
            counts.insert(other.clone(), i64::MAX);
        }
        let a = actual(&[("A", line(), 95), ("A", other, 1)]);
        let v = make(&month(MAY), None, &[member("A", &[("2020-01-01", "")])], &[most], &a);
        let total = &v.users[0].total;
        assert_eq!((total.forecast, total.actual, &total.percent), (None, Some(96), &None));
        assert!(total.why.contains("forecast A-2026-04-01T00:00:00Z"), "{}", total.why);
        // Months that fit each, and not together.
        let large = |n| {
            make(
                &month(MAY),
                None,
                &[member("A", &[("2020-01-01", "")])],
                &[sent("A", "2026-04-01T00:00:00Z", n)],
                &a,
            )
        };
        let (all, _) = spans(&[large(i64::MAX), large(i64::MAX)], LOW, HIGH);
        assert_eq!(all.compared.forecast, None);
        assert!(all.compared.why.contains("more than can be counted"), "{}", all.compared.why);
        let few = [("A", line(), i64::MIN)];
        assert_eq!(compare(Some(i64::MAX), Some(i64::MIN), LOW, HIGH).difference, None);
        assert_eq!(actual(&few).total("A"), Some(i64::MIN));
    }

    const LOW: Ratio = Ratio { num: 9, den: 10 };
    const HIGH: Ratio = Ratio { num: 11, den: 10 };
    fn of(f: i64, a: i64) -> Compared {
        compare(Some(f), Some(a), LOW, HIGH)
    }

    #[test]
    fn equality_is_inside_the_flag_and_print_never_crosses_it() {
        assert_eq!(
            [
                of(1_000, 900).flag,
                of(1_000, 901).flag,
                of(1_000, 1_099).flag,
                of(1_000, 1_100).flag
            ],
            [Flag::Low, Flag::Within, Flag::Within, Flag::High]
        );
        assert_eq!(
            (of(1_000_000, 900_000).percent.unwrap(), of(1_000_000, 900_001).percent.unwrap()),
            ("90.00".into(), "90.0001".into())
        );
        assert_eq!(of(1_000_000, 1_099_999).percent.unwrap(), "109.9999");
    }

    #[test]
    fn a_forecast_of_zero_with_traffic_has_a_difference_and_no_percentage() {
        let c = of(0, 10);
        assert_eq!(
            (c.flag, c.difference, c.percent.as_deref()),
            (Flag::NoPercentage, Some(10), None)
        );
        assert!(c.why.contains("zero"));
        assert_eq!(of(0, 0).difference, Some(0));
        assert_eq!(compare(None, Some(10), LOW, HIGH).flag, Flag::NoForecast);
        assert_eq!(compare(Some(10), None, LOW, HIGH).flag, Flag::NoActual);
    }

    #[test]
    fn negative_actuals_survive() {
        let c = of(10, -5);
        assert_eq!(
            (c.actual, c.difference, c.percent.as_deref(), c.flag),
            (Some(-5), Some(-15), Some("-50.00"), Flag::Low)
        );
    }

    #[test]
    fn a_line_that_the_forecast_does_not_name_has_none() {
        let other = Line::new("8.1.1", "on-demand");
        let v = make(
            &month(MAY),
            None,
            &[member("A", &[("2020-01-01", "")])],
            &[sent("A", "2026-04-10T00:00:00Z", 100)],
            &actual(&[("A", line(), 95), ("A", other.clone(), 7)]),
        );
        let u = &v.users[0];
        assert_eq!(
            (u.standing, u.total.forecast, u.total.actual),
            (Standing::Given, Some(100), Some(95)),
            "what is not forecast is not compared with the rest"
        );
        assert_eq!((u.unnamed, u.omitted.len()), (Some(7), 0));
        let l = u.lines.iter().find(|l| l.line == other).unwrap();
        assert_eq!((l.standing, l.compared.flag), (Standing::None, Flag::NoForecast));
    }

    #[test]
    fn a_line_that_a_newer_forecast_omits_is_told() {
        let other = Line::new("8.1.1", "on-demand");
        let mut first = sent("A", "2026-04-01T00:00:00Z", 100);
        first.id = "first".into();
        first.months.get_mut(&MAY).unwrap().insert(other.clone(), 7);
        let v = make(
            &month(MAY),
            None,
            &[member("A", &[("2020-01-01", "")])],
            &[first, sent("A", "2026-04-10T00:00:00Z", 100)],
            &actual(&[("A", line(), 95)]),
        );
        let u = &v.users[0];
        assert_eq!(
            (u.omitted.as_slice(), u.total.forecast, u.unnamed),
            ([other].as_slice(), Some(100), None)
        );
    }

    #[test]
    fn annotated_months_are_told_apart_and_never_dropped() {
        let v = |annotations: Vec<String>, n| Variance {
            annotations,
            ..make(
                &month(MAY),
                None,
                &[member("A", &[("2020-01-01", "")])],
                &[sent("A", "2026-04-10T00:00:00Z", 100)],
                &actual(&[("A", line(), n)]),
            )
        };
        let (all, without) = spans(&[v(vec![], 100), v(vec!["pandemic".into()], 20)], LOW, HIGH);
        assert_eq!(
            (all.pairs, all.compared.actual, without.pairs, without.compared.actual),
            (2, Some(120), 1, Some(100))
        );
    }

    #[test]
    fn actuals_on_ground_that_does_not_hold_are_no_actuals() {
        use northbound_types::{Null, NullReason};
        let of = |ground| {
            make(
                &month(MAY),
                None,
                &[member("A", &[("2020-01-01", "")])],
                &[sent("A", "2026-04-10T00:00:00Z", 100)],
                &Actual { ground, ..actual(&[("A", line(), 95)]) },
            )
        };
        let bad = of(Reliability {
            null: Some(Null::because(NullReason::Unreliable, "20 of 31 feed days")),
            suspect: Vec::new(),
        });
        assert_eq!(
            (
                bad.users[0].total.actual,
                bad.users[0].total.flag,
                bad.users[0].lines[0].compared.flag
            ),
            (None, Flag::NoActual, Flag::NoActual)
        );
        // One day less is missing: the count stands, marked.
        let weak = of(Reliability { null: None, suspect: vec!["30 of 31 feed days".into()] });
        assert_eq!(
            (weak.users[0].total.actual, weak.users[0].total.flag),
            (Some(95), Flag::Within)
        );
        let (all, _) = spans(&[bad, weak], LOW, HIGH);
        assert_eq!(
            (all.pairs, all.compared.actual, all.without_actual.len(), all.suspect.len()),
            (1, Some(95), 1, 1),
            "nothing is dropped without a word"
        );
    }

    proptest! {
        #[test]
        fn the_printed_percentage_stands_where_the_flag_says(f in 1_i64..2_000_000, a in -1_000_000_i64..4_000_000) {
            let c = of(f, a);
            let p = shown(c.percent.as_deref().unwrap()).unwrap();
            let at = |n: i64| BigRational::new(n.into(), 10.into());
            let flag = if p <= at(9) { Flag::Low } else if p >= at(11) { Flag::High } else { Flag::Within };
            prop_assert_eq!(flag, c.flag);
        }
    }
}
