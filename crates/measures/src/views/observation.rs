//! A measure before a change and after it, side by side with intervals. It is an observation: it says
//! what was seen, never why.

use crate::{
    error::MeasureError,
    statistics::{
        exact,
        interval::{Interval, wilson},
    },
};
use northbound_types::{Day, Quantity, Ratio, percent::percent_of, text_enum};
use serde::{Deserialize, Serialize};

/// One day of a measure row: numerator and denominator, or why there are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedDay {
    /// Day.
    pub day: Day,
    /// Counts; null where nothing can be said of the day.
    pub counts: Option<Ratio>,
    /// Why there are none; empty where there are.
    pub why: String,
}

/// The days on one side of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// First day.
    pub first: Day,
    /// Last day, inclusive.
    pub last: Day,
    /// Sum over the days with counts.
    pub counts: Ratio,
    /// Interval of the share; null where nothing fell due.
    pub interval: Option<Interval>,
    /// Days without counts, and why.
    pub left_out: Vec<(Day, String)>,
    /// Fewer events than count as evidence.
    pub low_volume: bool,
}

text_enum! {
    /// How two intervals stand to each other.
    pub enum Apart("standing of two intervals") {
        /// They share values.
        Overlap = "overlap",
        /// The later one lies above.
        Higher = "higher-after",
        /// The later one lies below.
        Lower = "lower-after",
        /// One side has none.
        NoComparison = "no-comparison",
    }
}

/// Both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Before.
    pub before: Side,
    /// After.
    pub after: Side,
    /// Share after less share before, exact; null where one side has none.
    pub difference: Option<Quantity>,
    /// How the intervals stand.
    pub apart: Apart,
    /// What may be said.
    pub finding: String,
}

/// Decimals of a percentage in a finding.
const DECIMALS: u32 = 2;

/// Sets the days before a change beside the days after it.
///
/// # Errors
/// [`MeasureError::Observation`] where a side has no days.
pub fn observe(
    before: &[ObservedDay],
    after: &[ObservedDay],
    z: Ratio,
    low_volume: u64,
) -> Result<Observation, MeasureError> {
    let (before, after) =
        (side(before, "before", z, low_volume)?, side(after, "after", z, low_volume)?);
    let share = |s: &Side| s.counts.rational();
    let difference = share(&after).zip(share(&before)).map(|(a, b)| a - b);
    let end = |i: &Interval| i.low.share().zip(i.high.share());
    let apart =
        match (before.interval.as_ref().and_then(end), after.interval.as_ref().and_then(end)) {
            (Some((low, high)), Some((later_low, later_high))) => {
                if later_low > high {
                    Apart::Higher
                } else if later_high < low {
                    Apart::Lower
                } else {
                    Apart::Overlap
                }
            }
            _ => Apart::NoComparison,
        };
    let finding = finding(&before, &after, apart);
    Ok(Observation {
        before,
        after,
        difference: difference.map(|d| exact::quantity(&d)),
        apart,
        finding,
    })
}

fn side(
    days: &[ObservedDay],
    which: &str,
    z: Ratio,
    low_volume: u64,
) -> Result<Side, MeasureError> {
    let (Some(first), Some(last)) =
        (days.iter().map(|d| d.day).min(), days.iter().map(|d| d.day).max())
    else {
        return Err(MeasureError::Observation(format!(
            "there are no days {which} the window; ask for at least one"
        )));
    };
    let counts = days
        .iter()
        .filter_map(|d| d.counts)
        .fold(Ratio { num: 0, den: 0 }, |a, r| Ratio { num: a.num + r.num, den: a.den + r.den });
    let left_out =
        days.iter().filter(|d| d.counts.is_none()).map(|d| (d.day, d.why.clone())).collect();
    Ok(Side {
        first,
        last,
        counts,
        interval: wilson(counts, z),
        left_out,
        low_volume: counts.den < low_volume,
    })
}

fn in_words(s: &Side) -> String {
    let percent =
        |q: &Quantity| q.share().and_then(|v| percent_of(&v, DECIMALS, &[])).unwrap_or_default();
    match &s.interval {
        None => "no events".to_owned(),
        Some(i) => format!(
            "{} % of {} (interval {} % to {} %)",
            percent(&Quantity::Ratio(s.counts)),
            s.counts.den,
            percent(&i.low),
            percent(&i.high)
        ),
    }
}

fn finding(before: &Side, after: &Side, apart: Apart) -> String {
    let how = match apart {
        Apart::Overlap => "the intervals overlap, so no difference is shown",
        Apart::Higher => "the interval afterwards is above the one before",
        Apart::Lower => "the interval afterwards is below the one before",
        Apart::NoComparison => "there is nothing to compare",
    };
    let few =
        if before.low_volume || after.low_volume { "; too few events to be evidence" } else { "" };
    format!(
        "{} in the days before, {} in the days after: {how}{few}. This is an observation and does not show a cause.",
        in_words(before),
        in_words(after)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::correlation::check_wording;

    const Z95: Ratio = Ratio { num: 196, den: 100 };
    fn days(from: i32, counts: &[Option<(u64, u64)>]) -> Vec<ObservedDay> {
        counts
            .iter()
            .enumerate()
            .map(|(i, c)| ObservedDay {
                day: Day(from + i as i32),
                counts: c.map(|(num, den)| Ratio { num, den }),
                why: if c.is_none() { "faulty".into() } else { String::new() },
            })
            .collect()
    }

    #[test]
    fn intervals_that_touch_show_no_difference() {
        let of = |a, b| {
            observe(&days(0, &[Some((a, 1_000))]), &days(10, &[Some((b, 1_000))]), Z95, 30).unwrap()
        };
        assert_eq!(
            (of(990, 950).apart, of(950, 990).apart, of(990, 985).apart),
            (Apart::Lower, Apart::Higher, Apart::Overlap)
        );
        assert_eq!(
            of(990, 950).difference.unwrap().share().unwrap(),
            num_rational::BigRational::new((-1).into(), 25.into())
        );
        for o in [of(990, 950), of(950, 990), of(990, 985)] {
            check_wording(&o.finding).unwrap();
        }
    }

    #[test]
    fn a_day_without_counts_is_named_and_adds_nothing() {
        let o =
            observe(&days(0, &[Some((9, 10)), None]), &days(10, &[Some((0, 0))]), Z95, 30).unwrap();
        assert_eq!(
            (o.before.counts, o.before.left_out.len(), o.before.low_volume, o.apart),
            (Ratio { num: 9, den: 10 }, 1, true, Apart::NoComparison)
        );
        assert!(o.finding.contains("no events") && o.finding.contains("too few"));
        assert!(observe(&[], &days(0, &[None]), Z95, 30).is_err());
        let edge = |n| {
            observe(&days(0, &[Some((n, n))]), &days(9, &[Some((30, 30))]), Z95, 30)
                .unwrap()
                .before
                .low_volume
        };
        assert_eq!((edge(29), edge(30)), (true, false));
    }
}
