//! Rows found by their numbers and words: the same as reading everything and comparing.

use crate::support::{APRIL, DAY, Dice, Record, Rules, ingest, meta, record};
use northbound_ledger::{
    CorrectionReason, Decided, Ledger, Snapshot, SourceMeta,
    find::{Found, MOST_ROWS, Wanted},
    schema::Table,
};
use northbound_types::{Eui64, RequestState, Utc};
use std::cmp::Reverse;

const NOW: i64 = APRIL + 40 * DAY;

/// A ledger of three sources on five days: the second repeats a third of the first, the last was retracted.
fn ledger(dir: &std::path::Path) -> (Ledger, Vec<Record>) {
    let mut dice = Dice(11);
    let first: Vec<Record> = (0..4_000).map(|i| record(&mut dice, i)).collect();
    let again: Vec<Record> = first.iter().step_by(3).cloned().collect();
    let gone: Vec<Record> = (4_000..5_000).map(|i| record(&mut dice, i)).collect();
    let l = Ledger::at(dir);
    ingest(&l, meta("first.csv", Utc(NOW)), &first, NOW);
    ingest(&l, meta("again.csv", Utc(NOW)), &again, NOW + 1);
    ingest(&l, meta("gone.csv", Utc(NOW)), &gone, NOW + 2);
    let mut tx = l.begin(Utc(NOW + 3)).unwrap();
    tx.retract(3, "kim", "a mistake").unwrap();
    tx.commit(&Rules("r1"), "test", 0, &mut |_| {}).unwrap();
    (l, first)
}

fn counters(found: &Found) -> Vec<u64> {
    found.records.iter().map(|r| r.columns["counter"].parse().unwrap()).collect()
}

/// Finds page by page, and compares with the records that `takes` takes.
fn compare(snap: &Snapshot, all: &[Record], wanted: &Wanted, takes: impl Fn(&Record) -> bool) {
    let mut expected: Vec<&Record> = all.iter().filter(|r| takes(r)).collect();
    expected.sort_by_key(|r| Reverse(r.received));
    let mut got = Vec::new();
    loop {
        let page = Wanted { skip: got.len() as u64, limit: 50, ..wanted.clone() };
        let found = snap.find(&page).unwrap();
        assert_eq!(found.all, expected.len() as u64, "{wanted:?}");
        if found.records.is_empty() {
            break;
        }
        got.extend(counters(&found));
    }
    let times = |c: &u64| all.iter().find(|r| r.counter == *c).unwrap().received;
    assert!(got.is_sorted_by_key(|c| Reverse(times(c))), "the newest first");
    got.sort_unstable();
    let mut counters: Vec<u64> = expected.iter().map(|r| r.counter).collect();
    counters.sort_unstable();
    assert_eq!(got, counters, "{wanted:?}");
}

#[test]
fn what_is_found_is_what_a_full_reading_takes() {
    let dir = tempfile::tempdir().unwrap();
    let (l, all) = ledger(dir.path());
    let snap = l.snapshot(None).unwrap();
    let base = Wanted::all(Table::Exchanges, 50);
    compare(&snap, &all, &base, |_| true);
    let device = base.clone().number("target", [Eui64(7).to_i64()]);
    compare(&snap, &all, &device, |r| r.target == 7);
    let two = base.clone().number("target", [7, 9]).word("state", ["timed-out", "refused"]);
    compare(&snap, &all, &two, |r| {
        [7, 9].contains(&r.target)
            && [RequestState::TimedOut, RequestState::Refused].contains(&r.state)
    });
    let user = Eui64(0x00DB_1234_0000_0003);
    let (from, before) = (APRIL + DAY + DAY / 2, APRIL + 3 * DAY);
    let some = Wanted {
        from: Some(Utc(from)),
        before: Some(Utc(before)),
        ..base.clone().number("originator", [user.to_i64()]).word("srv", ["4.1.1"])
    };
    compare(&snap, &all, &some, |r| {
        r.user == user.0 && r.srv == "4.1.1" && (from..before).contains(&r.received)
    });
    compare(&snap, &all, &base.clone().number("target", [999]), |_| false);
    let refused = snap.find(&Wanted::all(Table::Exchanges, MOST_ROWS + 1)).unwrap_err();
    assert!(refused.to_string().contains("rows of one answer"), "{refused}");
}

#[test]
fn all_records_of_one_message_are_found_with_why_each_gave_way() {
    let dir = tempfile::tempdir().unwrap();
    let mut one = record(&mut Dice(5), 1);
    (one.state, one.answer) = (RequestState::AnsweredSuccess, Some(one.received + 5));
    let mut other = one.clone();
    (other.state, other.answer) = (RequestState::TimedOut, None);
    let l = Ledger::at(dir.path());
    let ranked = |name: &str, rank| SourceMeta { rank, ..meta(name, Utc(NOW)) };
    ingest(&l, ranked("user.csv", 20), std::slice::from_ref(&other), NOW);
    ingest(&l, ranked("service.csv", 10), std::slice::from_ref(&one), NOW + 1);
    ingest(&l, ranked("repeat.csv", 30), std::slice::from_ref(&one), NOW + 2);
    let snap = l.snapshot(None).unwrap();
    let id = Wanted::all(Table::Exchanges, 10)
        .number("counter", [one.counter as i64])
        .number("target", [one.target as i64]);
    assert_eq!(snap.find(&id).unwrap().all, 1, "one counts");
    let found = snap.find(&Wanted { copies: true, ..id.clone() }).unwrap();
    let mut why: Vec<_> = found.records.iter().map(|r| (r.source, r.gave_way.clone())).collect();
    why.sort_by_key(|w| w.0);
    let gave = |i: usize| why[i].1.as_ref().map(|g| (g.reason, g.decided, g.to));
    assert_eq!(gave(0), Some((CorrectionReason::Collision, Decided::Rank, (2, 1))));
    assert_eq!(gave(1), None);
    assert_eq!(gave(2).map(|g| g.0), Some(CorrectionReason::Duplicate));
    // Known by then: only the first.
    let then = l.snapshot(Some(Utc(NOW))).unwrap();
    assert_eq!(then.find(&Wanted { copies: true, ..id }).unwrap().records.len(), 1);
}
