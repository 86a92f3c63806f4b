//! Counts: sums foot, parts add up, planted causes are found and no others. Data invented.

use super::*;
use proptest::prelude::*;
use std::{collections::BTreeMap, sync::Arc};

const KEYS: [&str; 4] = ["period", "user", "srv", "region"];

fn source(name: &str, rows: &[(&[&str], i64)]) -> Source {
    let mut s = Source::new(name, 0, KEYS);
    for (values, count) in rows {
        s.add(values, *count);
    }
    s
}

fn key(values: &[&str]) -> Vec<Arc<str>> {
    values.iter().map(|&v| Arc::from(v)).collect()
}

fn hint(cause: Cause, label: &str, basis: Basis, amounts: &[(&[&str], i64)]) -> Hint {
    Hint {
        cause,
        label: label.into(),
        basis,
        amounts: amounts.iter().map(|(k, n)| (key(k), *n)).collect(),
    }
}

const U1: &[&str] = &["2026-04", "U1", "4.1.1", "north"];
const U2: &[&str] = &["2026-04", "U2", "4.1.1", "south"];
const U3: &[&str] = &["2026-04", "U3", "8.1.1", "none"];

fn two() -> [Source; 2] {
    [
        source("ledger", &[(U1, 100), (U2, 50), (U3, 7)]),
        source("report", &[(U1, 90), (U2, 50), (&["2026-04", "U9", "1.1.1", "north"], 4)]),
    ]
}

#[test]
fn r1_matching_differing_and_only_in_foot() {
    let r = reconcile(&two(), &Options::default(), &[]).unwrap();
    let p = &r.pairs[0];
    assert!(p.totals.foots());
    assert_eq!(
        (p.totals.matching, p.totals.differing),
        (Sum { lines: 1, a: 50, b: 50 }, Sum { lines: 1, a: 100, b: 90 })
    );
    assert_eq!(
        (p.totals.only_a.a, p.totals.only_b.b, p.totals.total),
        (7, 4, Sum { lines: 4, a: 157, b: 144 })
    );
    let outcomes: Vec<_> =
        p.lines.iter().map(|l| (l.outcome, l.main_cause(), l.unexplained)).collect();
    assert_eq!(
        outcomes,
        [
            (Outcome::Differ, Some(Cause::Unexplained), 10),
            (Outcome::OnlyA, Some(Cause::Missing), 0),
            (Outcome::OnlyB, Some(Cause::Missing), 0),
        ]
    );
    let all =
        reconcile(&two(), &Options { keep_matching: true, ..Options::default() }, &[]).unwrap();
    assert_eq!(all.pairs[0].lines.len(), 4);
}

#[test]
fn keys_not_chosen_are_summed_over_and_said() {
    let r = reconcile(&two(), &Options { keys: vec!["region".into()], keep_matching: false }, &[])
        .unwrap();
    assert_eq!(r.sources[0].summed_over, ["period", "user", "srv"]);
    let north = r.pairs[0].lines.iter().find(|l| l.keys["region"] == "north").unwrap();
    assert_eq!((north.a, north.b), (Some(100), Some(94)));
}

#[test]
fn a_difference_is_split_and_the_rest_is_shown() {
    let counted = |s: &str, n| {
        hint(Cause::TestTraffic, "tests", Basis::Counted { source: s.into() }, &[(U1, n)])
    };
    let r = reconcile(&two(), &Options::default(), &[counted("ledger", 9), counted("report", 2)])
        .unwrap();
    let line = &r.pairs[0].lines[0];
    let parts: Vec<_> = line.parts.iter().map(|p| (p.cause, p.amount, p.strength)).collect();
    assert_eq!(
        parts,
        [(Cause::TestTraffic, 7, Strength::Measured), (Cause::Unexplained, 3, Strength::None)]
    );
    assert_eq!(line.unexplained, 3);
}

#[test]
fn equal_counts_over_unequal_messages_are_listed() {
    let moved = hint(
        Cause::DayBoundary,
        "messages",
        Basis::Measured { a: "ledger".into(), b: "report".into() },
        &[(U2, 3)],
    );
    let lost = hint(
        Cause::Missing,
        "messages",
        Basis::Measured { a: "report".into(), b: "ledger".into() },
        &[(U2, 3)],
    );
    let r = reconcile(&two(), &Options::default(), &[moved, lost]).unwrap();
    let line = r.pairs[0].lines.iter().find(|l| l.outcome == Outcome::Match).unwrap();
    assert_eq!(line.parts.iter().map(|p| p.amount).collect::<Vec<_>>(), [3, -3]);
}

#[test]
fn rounding_ends_at_the_stated_tolerance() {
    for (count, cause, outcome) in
        [(150, Cause::Rounding, Outcome::Match), (151, Cause::Unexplained, Outcome::Differ)]
    {
        let mut b = Source::new("stated", 1, ["srv"]);
        b.add_named(&BTreeMap::from([("srv".to_owned(), "4.1.1".to_owned())]), 100, 100).unwrap();
        let mut a = Source::new("ledger", 0, ["srv"]);
        a.add(&["4.1.1"], count);
        let sources = [a, b];
        let all = Options { keep_matching: true, ..Options::default() };
        let r = reconcile(&sources, &all, &[]).unwrap();
        let (pair, line) = (&r.pairs[0], &r.pairs[0].lines[0]);
        assert_eq!((line.main_cause(), line.outcome), (Some(cause), outcome), "{count}");
        assert_eq!(line.publishable(pair), None, "two counts are never one figure");
        assert_eq!(pair.totals.tolerated.lines, u64::from(outcome == Outcome::Match));
        assert!(pair.totals.foots());
        // Only what differs is listed unless matching lines are asked for; the causes count all.
        let short = reconcile(&sources, &Options::default(), &[]).unwrap();
        assert_eq!(short.pairs[0].lines.len(), usize::from(outcome == Outcome::Differ));
        assert_eq!(short.pairs[0].causes, pair.causes);
    }
}

#[test]
fn a_level_shift_that_nobody_declared_is_proposed_with_its_date_and_size() {
    let monthly = |name: &str, extra: i64| {
        let mut s = Source::new(name, 0, ["period", "region"]);
        for month in 1..=8 {
            let shifted = if month >= 5 { extra } else { 0 };
            s.add(&[&format!("2026-{month:02}"), "north"], 1000 * month + shifted);
            s.add(&[&format!("2026-{month:02}"), "south"], 700);
        }
        s
    };
    let (a, mut b) = (monthly("a", 40), monthly("b", 0));
    let r = reconcile(&[a.clone(), b.clone()], &Options::default(), &[]).unwrap();
    let pair = &r.pairs[0];
    assert_eq!(pair.shifts.len(), 1, "only the north shifts");
    let shift = &pair.shifts[0];
    assert_eq!((shift.from.as_str(), shift.before, shift.after), ("2026-05", 0, 40));
    assert_eq!(shift.keys, BTreeMap::from([("region".to_owned(), "north".to_owned())]));
    assert_eq!(pair.lines.len(), 4);
    for line in &pair.lines {
        let part = &line.parts[0];
        assert_eq!(
            (part.cause, part.strength, part.amount),
            (Cause::SeriesBreak, Strength::Possible, 40)
        );
    }
    // Once declared it is not proposed again.
    b.notes.series_break = Some(("2026-05".into(), "counts retries".into()));
    let r = reconcile(&[a, b], &Options::default(), &[]).unwrap();
    assert!(r.pairs[0].shifts.is_empty());
    assert_eq!(r.pairs[0].lines[0].parts[0].strength, Strength::Declared);
}

#[test]
fn declared_reasons_are_named_and_not_called_proof() {
    let mut s = two();
    s[0].notes.definition = Some("requests received".into());
    s[1].notes.definition = Some("requests accepted".into());
    let causes = |s: &[Source]| {
        let r = reconcile(s, &Options::default(), &[]).unwrap();
        let p = r.pairs[0].lines[0].parts[0].clone();
        (p.cause, p.strength)
    };
    assert_eq!(causes(&s), (Cause::Definition, Strength::Declared));
    s[1].notes.series_break = Some(("2026-04".into(), "counts retries once".into()));
    assert_eq!(causes(&s), (Cause::SeriesBreak, Strength::Declared));
    s[1].notes.series_break = Some(("2026-05".into(), "counts retries once".into()));
    assert_eq!(causes(&s), (Cause::Definition, Strength::Declared));
}

#[test]
fn three_sources_give_three_pairs_by_rank() {
    let [a, mut b] = two();
    b.rank = -1;
    let r = reconcile(
        &[a.clone(), b, Source { name: "third".into(), rank: 9, ..a }],
        &Options::default(),
        &[],
    )
    .unwrap();
    let pairs: Vec<_> = r.pairs.iter().map(|p| format!("{}/{}", p.a, p.b)).collect();
    assert_eq!(pairs, ["report/ledger", "report/third", "ledger/third"]);
    assert_eq!(r.pairs[2].lines.len(), 0);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let [a, b] = two();
    let run = |s: &[Source], keys: &[&str]| {
        reconcile(
            s,
            &Options { keys: keys.iter().map(|&k| k.into()).collect(), keep_matching: false },
            &[],
        )
    };
    assert_eq!(run(std::slice::from_ref(&a), &[]), Err(ReconcileError::Sources(1)));
    assert!(run(&vec![a.clone(); source::MAX_SOURCES + 1], &[]).is_err());
    assert_eq!(run(&[a.clone(), a.clone()], &[]), Err(ReconcileError::Name("ledger".into())));
    assert!(matches!(run(&[a.clone(), b.clone()], &["mode"]), Err(ReconcileError::NoKey { .. })));
    let mut short = b.clone();
    short.add(&["2026-04"], 1);
    assert!(matches!(run(&[a.clone(), short], &[]), Err(ReconcileError::Row { row: 4, .. })));
    let mut huge = b.clone();
    huge.add(U1, i64::MAX);
    assert!(matches!(run(&[a.clone(), huge], &[]), Err(ReconcileError::Overflow(_))));
    let other = Source::new("other", 0, ["colour"]);
    assert_eq!(run(&[a.clone(), other], &[]), Err(ReconcileError::NoCommonKey));
    let stray = hint(Cause::TestTraffic, "tests", Basis::Counted { source: "nobody".into() }, &[]);
    assert!(matches!(
        reconcile(&[a, b], &Options::default(), &[stray]),
        Err(ReconcileError::Hint { .. })
    ));
}

#[test]
fn too_many_alternatives_are_refused_at_the_limit() {
    // One cause with n labels allows n + 1 sets.
    let hints = |n: usize| -> Vec<Hint> {
        (0..n)
            .map(|i| {
                hint(
                    Cause::DayBoundary,
                    &format!("zone {i}"),
                    Basis::Alternative { source: "ledger".into() },
                    &[(U1, 1)],
                )
            })
            .collect()
    };
    assert!(reconcile(&two(), &Options::default(), &hints(hints::MAX_COMBINATIONS - 1)).is_ok());
    assert!(matches!(
        reconcile(&two(), &Options::default(), &hints(hints::MAX_COMBINATIONS)),
        Err(ReconcileError::Combinations(_))
    ));
}

#[test]
fn key_values_end_at_the_bits_of_a_run() {
    // Two values a key take one bit each.
    for (n, fits) in [(keyspace::MAX_KEY_BITS, true), (keyspace::MAX_KEY_BITS + 1, false)] {
        let keys: Vec<String> = (0..n).map(|i| format!("k{i}")).collect();
        let mut a = Source::new("a", 0, keys.clone());
        a.add(&vec!["x"; keys.len()], 1);
        a.add(&vec!["y"; keys.len()], 2);
        let b = Source { name: "b".into(), ..a.clone() };
        let r = reconcile(&[a, b], &Options { keys: vec![], keep_matching: true }, &[]);
        match r {
            Ok(r) => assert!(fits && r.pairs[0].lines[1].keys.values().all(|v| v == "y")),
            Err(e) => assert_eq!((fits, e), (false, ReconcileError::KeyBits(n))),
        }
    }
}

#[test]
fn a_decision_is_recognised_whichever_source_is_named_first_and_flagged_when_the_amount_moves() {
    let mut r = reconcile(&two(), &Options::default(), &[]).unwrap();
    let kept = Known::of(
        &r.pairs[0],
        &r.pairs[0].lines[0],
        Status::Accepted,
        "SECAS",
        "report counts late",
        Some("ledger"),
    );
    apply_known(std::slice::from_ref(&kept), &mut r);
    let note = r.pairs[0].lines[0].known.clone().unwrap();
    assert_eq!(
        (note.recognised, note.amount_changed, note.amount_then),
        (Recognised::Same, false, 10)
    );
    assert_eq!(r.pairs[0].lines[0].publishable(&r.pairs[0]), Some(100));
    assert_eq!(r.pairs[0].lines[1].publishable(&r.pairs[0]), None);

    let [mut a, mut b] = two();
    (a.rank, b.rank) = (2, 1);
    a.rows[0].count = 101;
    let mut r = reconcile(
        &[a, b],
        &Options {
            keys: ["region", "srv", "user", "period"].map(String::from).to_vec(),
            keep_matching: false,
        },
        &[],
    )
    .unwrap();
    apply_known(std::slice::from_ref(&kept), &mut r);
    let line = r.pairs[0].lines.iter().find(|l| l.outcome == Outcome::Differ).unwrap();
    let note = line.known.clone().unwrap();
    assert_eq!((line.difference, note.amount_then, note.amount_changed), (-11, -10, true));
    assert_eq!(line.publishable(&r.pairs[0]), None);
}

#[test]
fn next_month_knows_a_standing_difference_and_says_what_is_gone() {
    let r = reconcile(&two(), &Options::default(), &[]).unwrap();
    let kept: Vec<Known> = r.pairs[0]
        .lines
        .iter()
        .map(|l| Known::of(&r.pairs[0], l, Status::Explained, "DCC", "as agreed", None))
        .collect();
    let may: &[&str] = &["2026-05", "U1", "4.1.1", "north"];
    let mut next = reconcile(
        &[source("ledger", &[(may, 30)]), source("report", &[(may, 20)])],
        &Options::default(),
        &[],
    )
    .unwrap();
    apply_known(&kept, &mut next);
    let note = next.pairs[0].lines[0].known.clone().unwrap();
    assert_eq!(
        (note.recognised, note.decision.as_str(), note.amount_changed),
        (Recognised::OtherPeriod, "as agreed", false)
    );
    assert!(next.pairs[0].gone.is_empty(), "April was not compared");

    let mut april = reconcile(
        &[source("ledger", &[(U1, 90), (U3, 7)]), source("report", &[(U1, 90)])],
        &Options::default(),
        &[],
    )
    .unwrap();
    apply_known(&kept, &mut april);
    let gone: Vec<_> = april.pairs[0].gone.iter().map(|k| k.key.contains("user=U1")).collect();
    assert_eq!(gone, [false, true], "U9 is no longer stated, and U1 agrees now");
}

#[test]
fn a_fixed_difference_that_comes_again_is_flagged() {
    let mut r = reconcile(&two(), &Options::default(), &[]).unwrap();
    let kept = Known::of(
        &r.pairs[0],
        &r.pairs[0].lines[0],
        Status::Fixed,
        "DCC",
        "feed repaired",
        Some("ledger"),
    );
    apply_known(&[kept], &mut r);
    assert!(r.pairs[0].lines[0].known.as_ref().unwrap().recurs);
    assert_eq!(r.pairs[0].lines[0].publishable(&r.pairs[0]), None);
}

#[test]
fn the_separators_of_a_key_cannot_be_forged() {
    let key = |v: &str, w: &str| {
        known::difference_key(
            "a",
            "b",
            &BTreeMap::from([("k".to_owned(), v.to_owned()), ("l".to_owned(), w.to_owned())]),
        )
    };
    assert_ne!(key("1|l=2", "3"), key("1", "2|l=3"));
    assert_ne!(
        known::difference_key("a~b", "c", &BTreeMap::new()),
        known::difference_key("a", "b~c", &BTreeMap::new())
    );
}

#[test]
fn json_keys_stay() {
    let r = reconcile(&two(), &Options { keys: vec!["region".into()], keep_matching: false }, &[])
        .unwrap();
    let json = serde_json::to_value(&r).unwrap();
    assert_eq!(
        json["pairs"][0]["lines"][0],
        serde_json::json!({
            "key": "ledger~report|region=none", "standing_key": "ledger~report|region=none", "keys": {"region": "none"},
            "outcome": "only-a", "a": 7, "b": null, "difference": 7,
            "parts": [{"cause": "missing", "amount": 7, "strength": "measured", "evidence": "report has no row under this key"}],
            "unexplained": 0, "known": null,
        })
    );
    assert_eq!(
        json["pairs"][0]["totals"]["only_a"],
        serde_json::json!({"lines": 1, "a": 7, "b": 0})
    );
    assert_eq!(serde_json::from_value::<Report>(json).unwrap(), r);
}

/// Counts by key of class of traffic: tests, first generation, retries, own.
type Base = Vec<[i64; 4]>;

fn base() -> impl Strategy<Value = Base> {
    prop::collection::vec([0..4_000i64, 0..4_000i64, 0..4_000i64, 1..9_000i64], 25..60)
}

fn name(i: usize) -> [String; 4] {
    ["2026-04".into(), format!("U{:02}", i % 7), format!("4.{}.1", i / 7), "north".into()]
}

fn build(
    source_name: &str,
    base: &Base,
    count: impl Fn(usize, &[i64; 4]) -> Option<i64>,
) -> Source {
    let mut s = Source::new(source_name, 0, KEYS);
    for (i, classes) in base.iter().enumerate() {
        if let Some(n) = count(i, classes) {
            s.add(&name(i).each_ref().map(String::as_str), n);
        }
    }
    s
}

const CLASSES: [(Cause, &str); 3] =
    [(Cause::TestTraffic, "tests"), (Cause::Generation, "smets1"), (Cause::Duplicate, "retries")];

fn class_hints(of: &str, base: &Base) -> Vec<Hint> {
    CLASSES
        .iter()
        .enumerate()
        .map(|(c, (cause, label))| Hint {
            cause: *cause,
            label: (*label).into(),
            basis: Basis::Counted { source: of.into() },
            amounts: base
                .iter()
                .enumerate()
                .map(|(i, n)| (key(&name(i).each_ref().map(String::as_str)), n[c]))
                .collect(),
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sums_foot_and_parts_add_up(
        a in prop::collection::vec((0..6u8, 0..6u8, -50..500i64), 0..60),
        b in prop::collection::vec((0..6u8, 0..6u8, -50..500i64), 0..60),
        effects in prop::collection::vec((0..3usize, 0..36u8, -60..60i64, any::<bool>()), 0..30),
        tolerance in 0..20i64,
    ) {
        let fill = |name: &str, rows: &[(u8, u8, i64)]| {
            let mut s = Source::new(name, 0, ["user", "srv"]);
            for (u, v, n) in rows { s.add(&[&u.to_string(), &v.to_string()], *n); }
            s.tolerance = tolerance;
            s
        };
        let (x, y) = (fill("x", &a), fill("y", &b));
        let present: Vec<(u8, u8)> = a.iter().chain(&b).map(|r| (r.0, r.1)).collect();
        let hints: Vec<Hint> = effects.iter().filter(|e| present.contains(&(e.1 / 6, e.1 % 6))).map(|&(c, at, n, measured)| Hint {
            cause: CLASSES[c].0,
            label: format!("{} {measured}", CLASSES[c].1),
            basis: if measured { Basis::Measured { a: "y".into(), b: "x".into() } } else { Basis::Alternative { source: "x".into() } },
            amounts: BTreeMap::from([(key(&[&(at / 6).to_string(), &(at % 6).to_string()]), n)]),
        }).take(8).collect();
        let r = reconcile(&[x, y], &Options { keys: vec![], keep_matching: true }, &hints).unwrap();
        let p = &r.pairs[0];
        prop_assert!(p.totals.foots());
        prop_assert_eq!(p.totals.total.a, a.iter().map(|r| r.2).sum::<i64>());
        prop_assert_eq!(p.totals.total.b, b.iter().map(|r| r.2).sum::<i64>());
        for line in &p.lines {
            prop_assert_eq!(line.parts.iter().map(|q| q.amount).sum::<i64>(), line.difference);
            prop_assert_eq!(line.difference, line.a.unwrap_or(0) - line.b.unwrap_or(0));
        }
        let net: i64 = p.causes.iter().map(|c| c.net).sum();
        prop_assert_eq!(net, p.totals.total.a - p.totals.total.b);
    }

    #[test]
    fn what_the_other_side_leaves_out_is_found_and_nothing_else(base in base(), out in 1..8u8) {
        let left = |c: usize| out & (1 << c) != 0;
        let a = build("a", &base, |_, n| Some(n.iter().sum()));
        let b = build("b", &base, |_, n| Some(n[3] + (0..3).filter(|&c| !left(c)).map(|c| n[c]).sum::<i64>()));
        // Either side may be the one whose parts are known.
        for (sources, sign) in [([a.clone(), b.clone()], 1), ([Source { rank: 1, ..a.clone() }, b.clone()], -1)] {
            let r = reconcile(&sources, &Options::default(), &class_hints("a", &base)).unwrap();
            for (c, (cause, _)) in CLASSES.iter().enumerate() {
                let found = r.pairs[0].causes.iter().find(|s| s.cause == *cause);
                let planted: i64 = base.iter().map(|n| n[c]).sum();
                prop_assert_eq!(found.map(|s| (s.net, s.strength)), left(c).then_some((sign * planted, Strength::Consistent)));
            }
            prop_assert!(r.pairs[0].causes.iter().all(|s| CLASSES.iter().any(|(c, _)| *c == s.cause)));
        }
    }

    #[test]
    fn the_true_zone_is_told_from_the_others_with_noise_left_unexplained(
        zones in prop::collection::vec(prop::collection::vec(-300..300i64, 30), 4),
        truth in 0..4usize, lost in 0..30usize, amount in 1_000..2_000i64,
    ) {
        let base: Base = vec![[0, 0, 0, 10_000]; 30];
        let a = build("a", &base, |_, n| Some(n[3]));
        let b = build("b", &base, |i, n| Some(n[3] - zones[truth][i] - if i == lost { amount } else { 0 }));
        let hints: Vec<Hint> = zones.iter().enumerate().map(|(z, net)| Hint {
            cause: Cause::DayBoundary,
            label: format!("zone {z}"),
            basis: Basis::Alternative { source: "a".into() },
            amounts: net.iter().enumerate().map(|(i, n)| (key(&name(i).each_ref().map(String::as_str)), *n)).collect(),
        }).collect();
        let r = reconcile(&[a, b], &Options::default(), &hints).unwrap();
        let label = format!("zone {truth}:");
        for line in &r.pairs[0].lines {
            for part in &line.parts {
                prop_assert!(part.cause == Cause::Unexplained || part.evidence.starts_with(&label), "{:?}", part);
            }
        }
        let unexplained: Vec<i64> = r.pairs[0].lines.iter().map(|l| l.unexplained).filter(|n| *n != 0).collect();
        prop_assert_eq!(unexplained, vec![amount]);
    }
}
