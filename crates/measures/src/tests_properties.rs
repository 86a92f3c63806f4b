//! Properties that hold for every input. All data invented.

use crate::{
    evaluate::{
        bands::{Band, band},
        composite::combine,
        evaluate,
        streaks::Months,
    },
    inputs::{Fault, Inputs, Severity},
    result::Component,
    sample::{APRIL, cells, def, inputs, methodology, tests_def},
    statistics::interval::wilson,
};
use northbound_rules::measure::{Aggregate, Basis, Counting, Subject};
use northbound_types::{
    Cells, Figure, Null, NullReason, Quantity, Ratio, Region, RequestState, Selector, TestKind,
    Timeliness,
};
use num_rational::BigRational;
use proptest::prelude::*;

/// Lawful groups: the timeliness follows from the state.
fn groups() -> impl Strategy<
    Value = Vec<(u8, &'static str, &'static str, &'static str, RequestState, Timeliness, u64)>,
> {
    let one = (
        1u8..=30,
        prop_oneof![Just("north"), Just("central"), Just("unknown"), Just("none")],
        prop_oneof![Just("f"), Just("g")],
        prop_oneof![Just("rtt4"), Just("none")],
        0..RequestState::ALL.len(),
        0usize..4,
        0u64..500,
    );
    let lawful = one.prop_map(|(d, region, feed, test, s, t, n)| {
        let state = RequestState::ALL[s];
        let time = if state.is_answered() {
            [Timeliness::InTime, Timeliness::Late, Timeliness::NoTarget, Timeliness::ClockError][t]
        } else if state.is_attempt() {
            Timeliness::Unanswered
        } else {
            Timeliness::NotApplicable
        };
        (d, region, feed, test, state, time, n)
    });
    proptest::collection::vec(lawful, 0..60)
}
fn build(
    list: &[(u8, &'static str, &'static str, &'static str, RequestState, Timeliness, u64)],
) -> Cells {
    let days: Vec<String> = list.iter().map(|g| format!("2026-04-{:02}", g.0)).collect();
    let groups: Vec<_> = list
        .iter()
        .zip(&days)
        .map(|(g, d)| (d.as_str(), g.1, g.2, g.3, g.4.as_str(), g.5.as_str(), g.6))
        .collect();
    cells(&groups)
}
fn pick(c: &Cells, s: &Option<Selector>) -> u64 {
    c.sum(s.as_ref().unwrap()).count
}
fn row(figure: Figure) -> Component {
    Component {
        measure: "M".into(),
        provider: "P".into(),
        region: Region::North,
        figure,
        band: Band::Null,
        counted: true,
        left_out: None,
    }
}
fn unknown() -> Figure {
    Figure::Null(Null::because(NullReason::Unreliable, "x"))
}
fn share(q: &Quantity) -> BigRational {
    q.share().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Every count equals the sum over the cells by its own selector; parts and breakdown re-add;
    /// denominator and excluded make up the row's selection. The order of the cells is no matter.
    #[test]
    fn counts_re_add(list in groups(), seed in any::<u64>(), from in 1i32..30, len in 0i32..10, feed in any::<bool>(), word in 0usize..3) {
        let c = build(&list);
        let (count, subject) = [(Counting::AnsweredOnly, Subject::Tests), (Counting::AllAttempts, Subject::Tests), (Counting::AllAttempts, Subject::OwnRequests)][word];
        let m = methodology(count, subject, Aggregate::Mean);
        let all_traffic = def("DSP1.1", &[("DSP", Region::None)], Basis::Exchanges { select: Selector::all() });
        let defs = [tests_def(), all_traffic];
        let first = APRIL.first().plus(from - 1);
        let faults = [Fault { feed: feed.then(|| "f".to_owned()), provider: (!feed).then(|| "CSPN".to_owned()), measures: vec![], from: first, to: Some(first.plus(len)),
            what: "tool".into(), change_request: None, owner: None, severity: Severity::Unreliable }];
        let i = Inputs { faults: &faults, ..inputs(&c, &defs, &m) };
        let results = evaluate(&i).unwrap();
        for r in &results {
            let (mut num, mut den, mut excluded, mut missed) = (0, 0, 0, 0);
            for p in &r.parts {
                prop_assert_eq!(pick(&c, &p.numerator), p.num);
                prop_assert_eq!(pick(&c, &p.denominator), p.den);
                num += p.num;
                den += p.den;
            }
            for l in &r.breakdown { prop_assert_eq!(pick(&c, &l.selector), l.count); missed += l.count; }
            for l in &r.excluded { prop_assert_eq!(pick(&c, &l.selector), l.count); excluded += l.count; }
            prop_assert_eq!(num + missed, den);
            prop_assert_eq!(den + excluded, pick(&c, &r.selection), "{}", r.name());
            if let Some(v) = r.figure.as_value() { prop_assert_eq!(&v.quantity, &Quantity::Ratio(Ratio { num, den })); }
            if r.region != Region::None {
                for p in &r.parts { prop_assert!(!c.rows.iter().any(|row| &*row.keys[2] == "unknown" && p.denominator.as_ref().unwrap().takes(&c, row))); }
            }
        }
        let mut shuffled = c.clone();
        let n = shuffled.rows.len().max(1) as u64;
        for at in 0..shuffled.rows.len() { shuffled.rows.swap(at, ((seed.wrapping_mul(at as u64 + 7)) % n) as usize); }
        prop_assert_eq!(evaluate(&Inputs { cells: &shuffled, ..i }).unwrap(), results);
    }

    /// All attempts never look better than answered only, and an answer in time more never worse.
    #[test]
    fn counting_is_monotone(list in groups(), more in 1u64..50) {
        let defs = [tests_def()];
        let (a, b) = (methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean), methodology(Counting::AllAttempts, Subject::Tests, Aggregate::Mean));
        let c = build(&list);
        let (x, y) = (evaluate(&inputs(&c, &defs, &a)).unwrap(), evaluate(&inputs(&c, &defs, &b)).unwrap());
        for (x, y) in x.iter().zip(&y) {
            if let (Some(x), Some(y)) = (x.figure.share(), y.figure.share()) { prop_assert!(y <= x); }
        }
        let mut better = list.clone();
        better.push((5, "north", "f", TestKind::Rtt4.as_str(), RequestState::AnsweredSuccess, Timeliness::InTime, more));
        let c = build(&better);
        let z = evaluate(&inputs(&c, &defs, &b)).unwrap();
        if let (Some(y), Some(z)) = (y[0].figure.share(), z[0].figure.share()) { prop_assert!(z >= y); }
    }

    /// The bounds contain the aggregate under every completion of the nulls.
    #[test]
    fn bounds_contain_every_completion(parts in proptest::collection::vec((0u64..=100, 1u64..=100, any::<bool>(), 0u64..=100), 1..7), strategy in 0usize..3) {
        let strategy = Aggregate::ALL[strategy];
        let known = |n: u64, d: u64| Figure::ratio(n.min(d), d);
        let rows: Vec<_> = parts.iter().map(|&(n, d, null, _)| row(if null { unknown() } else { known(n, d) })).collect();
        let full: Vec<_> = parts.iter().map(|&(n, d, null, with)| row(if null { Figure::ratio(with, 100) } else { known(n, d) })).collect();
        let value = combine(strategy, &full).share().unwrap();
        match combine(strategy, &rows) {
            Figure::Null(n) => { let (low, high) = n.bounds.unwrap(); prop_assert!(share(&low) <= value && value <= share(&high)); }
            v @ Figure::Value(_) => prop_assert_eq!(v.share().unwrap(), value),
        }
    }

    /// Streak bounds contain every completion of unknown months.
    #[test]
    fn streaks_contain_every_completion(months in proptest::collection::vec((prop_oneof![Just(None), Just(Some(true)), Just(Some(false))], any::<bool>()), 1..30), of in 1u32..30) {
        let table = |f: &dyn Fn(&(Option<bool>, bool)) -> Option<bool>| Months::new(months.iter().enumerate().map(|(i, m)| (APRIL.plus(i as i32), f(m))));
        let (open, full) = (table(&|m| m.0), table(&|m| Some(m.0.unwrap_or(m.1))));
        let inside = |o: crate::evaluate::streaks::Span, n: crate::evaluate::streaks::Span| o.least <= n.least && n.greatest <= o.greatest;
        prop_assert!(inside(open.current(), full.current()) && inside(open.longest(), full.longest()) && inside(open.of_last(of), full.of_last(of)));
        prop_assert!(full.current().is_known() && full.longest().is_known());
    }

    /// Bands are exact at equality and one event below it is another band.
    #[test]
    fn bands_are_exact(den in 1u64..1_000_000_000, num in 1u64..1_000_000_000) {
        let num = num.min(den);
        let level = Some(Ratio { num, den });
        prop_assert_eq!(band(&Figure::ratio(num, den), level, None), Band::Met);
        prop_assert_eq!(band(&Figure::ratio(num - 1, den), level, None), Band::BelowTarget);
        prop_assert_eq!(band(&Figure::ratio(num - 1, den), None, level), Band::BelowMinimum);
    }

    /// The interval holds the share, stays in 0 to 1, and narrows when the same share is seen ten
    /// times as often.
    #[test]
    fn intervals_hold_the_share(den in 1u64..10_000, num in 0u64..10_000) {
        let r = Ratio { num: num.min(den), den };
        let z = Ratio { num: 196, den: 100 };
        let (few, many) = (wilson(r, z).unwrap(), wilson(Ratio { num: r.num * 10, den: den * 10 }, z).unwrap());
        let at = r.rational().unwrap();
        prop_assert!(share(&few.low) <= at && at <= share(&few.high));
        prop_assert!(many.width().unwrap() < few.width().unwrap());
    }
}
