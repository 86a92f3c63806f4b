//! Installations against a baseline (S2). There is no index without a named baseline and source, and
//! none across a change of what is counted without saying so.

use northbound_types::{Figure, Period, Quantity, Ratio, Region};
use num_rational::BigRational;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A count of one period in one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallRow {
    /// Period.
    pub period: Period,
    /// Region.
    pub region: Region,
    /// How many.
    pub count: u64,
    /// Whom or what it counts.
    pub coverage: String,
    /// What broke the series here; empty where nothing did.
    pub series_break: String,
}

/// The index of one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexLine {
    /// Region.
    pub region: Region,
    /// Installations of the period; null where not stated.
    pub now: Option<u64>,
    /// Of the baseline.
    pub baseline: Option<u64>,
    /// The first for each day of its period over the second for each day of its own.
    pub index: Figure,
    /// What must be known before the two are compared.
    pub warnings: Vec<String>,
}

/// The index of each region that either period has.
#[must_use]
pub fn index(rows: &[InstallRow], period: Period, baseline: Period) -> Vec<IndexLine> {
    let regions: BTreeSet<Region> = rows
        .iter()
        .filter(|r| r.period == period || r.period == baseline)
        .map(|r| r.region)
        .collect();
    regions.into_iter().map(|region| line(rows, period, baseline, region)).collect()
}

fn line(rows: &[InstallRow], period: Period, baseline: Period, region: Region) -> IndexLine {
    let of = |p: Period| rows.iter().find(|r| r.period == p && r.region == region);
    let (now, base) = (of(period), of(baseline));
    let mut warnings = Vec::new();
    if let (Some(n), Some(b)) = (now, base)
        && n.coverage != b.coverage
    {
        warnings.push(format!(
            "coverage changed: {:?} in {baseline}, {:?} in {period}",
            b.coverage, n.coverage
        ));
    }
    // Every break after the earlier of the two periods, up to the later one, lies between them.
    let (first, last) =
        if baseline.first() <= period.first() { (baseline, period) } else { (period, baseline) };
    let between = rows.iter().filter(|r| {
        r.region == region && r.period.first() > first.first() && r.period.first() <= last.first()
    });
    warnings.extend(
        between
            .filter(|r| !r.series_break.is_empty())
            .map(|r| format!("series break in {}: {}", r.period, r.series_break)),
    );
    let index = match (now, base) {
        (Some(n), Some(b)) if b.count > 0 => ratio(n.count, period, b.count, baseline),
        (Some(_), Some(_)) => {
            missing("the baseline has no installations, so nothing can be compared with it")
        }
        (None, _) => missing(&format!("no count for {period}")),
        (_, None) => missing(&format!("no count for the baseline {baseline}")),
    };
    IndexLine {
        region,
        now: now.map(|r| r.count),
        baseline: base.map(|r| r.count),
        index,
        warnings,
    }
}

/// Months are of different length, so counts are set against each other for each day.
fn ratio(now: u64, period: Period, base: u64, baseline: Period) -> Figure {
    let days = |p: Period| u64::from(p.days().unsigned_abs());
    match (now.checked_mul(days(baseline)), base.checked_mul(days(period))) {
        (Some(num), Some(den)) if num <= den => Figure::ratio(num, den),
        // An index may be above one, which no share is.
        (Some(num), Some(den)) if den > 0 => {
            Figure::value(Quantity::rational(&BigRational::new(num.into(), den.into())))
        }
        _ => missing("the counts are too large to be compared"),
    }
}

fn missing(why: &str) -> Figure {
    Figure::Null(northbound_types::Null::because(northbound_types::NullReason::NotReported, why))
}

/// The index as `24.8 %`, with one decimal; `None` where it is null.
#[must_use]
pub fn index_text(f: &Figure) -> Option<String> {
    match f {
        Figure::Value(v) => match &v.quantity {
            Quantity::Ratio(Ratio { num, den }) => {
                northbound_types::percent::percent(Ratio { num: *num, den: *den }, 1, &[])
            }
            q => northbound_types::percent::percent_of(&q.share()?, 1, &[]),
        }
        .map(|t| format!("{t} %")),
        Figure::Null(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(period: &str, count: u64) -> InstallRow {
        InstallRow {
            period: period.parse().unwrap(),
            region: Region::None,
            count,
            coverage: "all".into(),
            series_break: String::new(),
        }
    }
    fn p(t: &str) -> Period {
        t.parse().unwrap()
    }

    #[test]
    fn s2_days_of_the_month_are_taken_into_account() {
        // 775 in 31 days against 3,000 in 30 days: 25 a day against 100 a day.
        let rows = [row("2026-04", 3_000), row("2026-05", 775)];
        assert_eq!(
            index_text(&index(&rows, p("2026-05"), p("2026-04"))[0].index).unwrap(),
            "25.0 %"
        );
        assert_eq!(
            index_text(&index(&rows, p("2026-04"), p("2026-05"))[0].index).unwrap(),
            "400.0 %"
        );
        let none = index(&[row("2026-05", 775), row("2026-04", 0)], p("2026-05"), p("2026-04"));
        assert!(index_text(&none[0].index).is_none());
        assert!(index_text(&index(&rows, p("2026-06"), p("2026-04"))[0].index).is_none());
    }

    #[test]
    fn a_break_between_the_two_and_a_change_of_coverage_are_said() {
        let broken = InstallRow { series_break: "new system".into(), ..row("2026-05", 10) };
        let other = InstallRow { coverage: "SMETS2 only".into(), ..row("2026-06", 10) };
        let rows = [row("2026-04", 20), broken, other];
        let w = &index(&rows, p("2026-06"), p("2026-04"))[0].warnings;
        assert!(
            w.len() == 2 && w[0].contains("SMETS2 only") && w[1].contains("2026-05: new system"),
            "{w:?}"
        );
        // A break at the baseline itself is no break between.
        assert!(index(&rows, p("2026-06"), p("2026-05"))[0].warnings.len() == 1);
    }
}
