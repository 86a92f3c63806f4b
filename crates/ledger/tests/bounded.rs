//! What bounds memory changes no figure: groups of thousands of records with one identity, and limits
//! at their edge.

use crate::support;
use northbound_ledger::{Ledger, LedgerError, RowSink, SOURCE_DAYS};
use northbound_types::{Day, Dim, RequestState, Utc};
use support::{APRIL, DAY, Dice, Record, Rules, ingest, meta, record};

const ALL_DAYS: (Day, Day) = (Day(i32::MIN), Day(i32::MAX));
const NOW: i64 = APRIL + 40 * DAY;
/// More than the records of one identity that are put in order.
const MANY: usize = 17_000;

/// One record again and again; every third contradicts the others.
fn repeated(n: usize) -> Vec<Record> {
    let one = Record {
        state: RequestState::AnsweredSuccess,
        received: APRIL,
        answer: Some(APRIL + 5_000_000),
        ..record(&mut Dice(1), 1)
    };
    (0..n)
        .map(|i| Record {
            answer: one.answer.map(|a| a + i64::from(i % 3 == 2) * 7_000_000),
            ..one.clone()
        })
        .collect()
}

fn counted(l: &Ledger) -> Vec<(String, u64, u64)> {
    let c = l.snapshot(None).unwrap().cells_by(ALL_DAYS, &[Dim::Day], &Rules("r1"), false).unwrap();
    c.0.rows.iter().map(|r| (r.keys[0].to_string(), r.count, r.disputed)).collect()
}

#[test]
fn thousands_of_records_with_one_identity_count_as_few_would() {
    let mut winners = Vec::new();
    for n in [12, MANY] {
        let dir = tempfile::tempdir().unwrap();
        let l = Ledger::at(dir.path());
        let done = ingest(&l, meta("a.csv", Utc(NOW)), &repeated(n), NOW);
        let (d, c) = (done.sources[0].duplicates, done.sources[0].collisions);
        assert_eq!(d + c, n as u64 - 1, "of {n}, all but one give way");
        // A third contradicts the others; which of both counts is decided by their content.
        let third = (n / 3) as u64;
        assert!(c == third || d == third - 1, "of {n}: {d} and {c}");
        winners.push(c == third);
        assert_eq!(counted(&l), [("2026-04-01".to_owned(), 1, 1)]);
    }
    assert_eq!(winners[0], winners[1]);
}

#[test]
fn the_order_of_two_such_files_changes_nothing_and_one_can_be_retracted() {
    for many in [40, MANY] {
        order_of_two(many);
    }
}

fn order_of_two(many: usize) {
    let mut outcomes = Vec::new();
    for names in [["a.csv", "b.csv"], ["b.csv", "a.csv"]] {
        let dir = tempfile::tempdir().unwrap();
        let l = Ledger::at(dir.path());
        for (i, name) in names.into_iter().enumerate() {
            let n = if name == "a.csv" { many } else { 10 };
            ingest(&l, meta(name, Utc(NOW)), &repeated(n), NOW + i as i64);
        }
        let both = counted(&l);
        let mut tx = l.begin(Utc(NOW + 9)).unwrap();
        let first = if names[0] == "a.csv" { 1 } else { 2 };
        tx.retract(first, "test", "test").unwrap();
        tx.commit(&Rules("r1"), "retract", 0, &mut |_| {}).unwrap();
        outcomes.push((both, counted(&l)));
    }
    assert_eq!(outcomes[0], outcomes[1]);
    assert_eq!(outcomes[0].1, [("2026-04-01".to_owned(), 1, 1)], "the other file's record counts");
}

#[test]
fn a_file_with_too_many_days_is_refused_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    let mut tx = l.begin(Utc(NOW)).unwrap();
    tx.begin_source(meta("days.csv", Utc(NOW))).unwrap();
    let mut r = record(&mut Dice(1), 1);
    for day in 0..=SOURCE_DAYS as i64 {
        r.received = day * DAY;
        let taken = tx.exchange(&r.row(NOW, day));
        if day < SOURCE_DAYS as i64 {
            taken.unwrap();
        } else {
            let refused = taken.unwrap_err();
            let limit = refused.downcast_ref::<LedgerError>();
            assert!(matches!(limit, Some(LedgerError::Limit { limit: 4096, .. })), "{refused}");
        }
    }
    drop(tx);
    assert!(l.newest().unwrap().is_none());
}
