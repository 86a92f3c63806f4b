//! Invented forecasts for the tests of this room.

use super::{Actual, Counts, Line, Member, Month, Submission};
use northbound_types::{Day, Period, Ratio};
use std::collections::BTreeMap;

pub(crate) const MAY: Period = Period::month(2026, 5);

pub(crate) fn line() -> Line {
    Line::new("4.1.1", "on-demand")
}

/// The terms of a month with 23 April 2026 (Working Day 15) as its due day.
pub(crate) fn month(period: Period) -> Month {
    Month {
        period,
        due: "2026-04-23".parse().unwrap(),
        report_due: period.after().plus(13),
        during_counts: false,
        asked_for: true,
        low: Ratio { num: 9, den: 10 },
        high: Ratio { num: 11, den: 10 },
        small_below: 3,
        annotations: Vec::new(),
    }
}

pub(crate) fn member(user: &str, held: &[(&str, &str)]) -> Member {
    let day = |t: &str| t.parse::<Day>().unwrap();
    Member {
        user: user.into(),
        party: format!("P-{user}"),
        class: "large-supplier".into(),
        held: held.iter().map(|(a, b)| (day(a), (!b.is_empty()).then(|| day(b)))).collect(),
    }
}

/// A forecast of one line for May.
pub(crate) fn sent(user: &str, made: &str, count: i64) -> Submission {
    Submission {
        id: format!("{user}-{made}"),
        user: user.into(),
        made: made.parse().unwrap(),
        months: BTreeMap::from([(MAY, Counts::from([(line(), count)]))]),
    }
}

pub(crate) fn actual(counts: &[(&str, Line, i64)]) -> Actual {
    let mut a = Actual { known: true, whole: true, ..Actual::default() };
    for (u, l, n) in counts {
        *a.counts.entry((*u).to_owned()).or_default().entry(l.clone()).or_default() += n;
    }
    a
}
