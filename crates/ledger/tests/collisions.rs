//! Records of one identity that differ: the same one counts in whatever order they come, and both can be seen.

use crate::support::{APRIL, Dice, Record, Rules, ingest, meta, record};
use northbound_ledger::{
    Begun, CollisionList, Decided, Ledger, RowSink, SourceMeta, check::check, rows::StatedRow,
};
use northbound_types::{Day, RequestState, Utc};

const NOW: i64 = APRIL + 40 * 86_400_000_000;
const ALL: (Day, Day) = (Day(i32::MIN), Day(i32::MAX));

/// Every order of three.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

fn records(seed: u64, n: u64) -> Vec<Record> {
    let mut dice = Dice(seed);
    (0..n).map(|i| record(&mut dice, i)).collect()
}

fn listed(l: &Ledger, days: bool) -> CollisionList {
    l.snapshot(None).unwrap().collisions(None, days.then_some(ALL), 10).unwrap()
}

#[test]
fn the_order_of_rows_and_of_files_never_decides() {
    let base = records(5, 1).remove(0);
    let states = [RequestState::TimedOut, RequestState::AnsweredSuccess, RequestState::Refused];
    let mut seen = Vec::new();
    for order in ORDERS {
        let rivals: Vec<_> = order
            .iter()
            .map(|&i| {
                let mut r = base.clone();
                (r.state, r.answer) = (states[i], (i == 1).then_some(base.received + 5));
                r
            })
            .collect();
        for in_one_file in [true, false] {
            let dir = tempfile::tempdir().unwrap();
            let l = Ledger::at(dir.path());
            if in_one_file {
                ingest(&l, meta("log.csv", Utc(NOW)), &rivals, NOW);
            } else {
                for (r, i) in rivals.iter().zip(order) {
                    let file = meta(&format!("log{i}.csv"), Utc(NOW));
                    ingest(&l, file, std::slice::from_ref(r), NOW + i as i64);
                }
            }
            let found = listed(&l, true);
            assert_eq!((found.all, found.list.len(), listed(&l, false).all), (2, 2, 0));
            let first = found.list[0].first.columns["state"].clone();
            assert!(found.list.iter().all(|c| c.first.columns["state"] == first));
            assert!(found.list.iter().all(|c| c.decided == Decided::Content));
            let mut others: Vec<String> =
                found.list.iter().map(|c| c.other.columns["state"].clone()).collect();
            others.sort();
            for c in &found.list {
                let columns: Vec<&str> = c.differences().iter().map(|d| d.0).collect();
                assert!(columns.contains(&"state") && !columns.contains(&"counter"), "{columns:?}");
                assert!(c.identity().iter().any(|(n, _)| *n == "counter"));
            }
            seen.push((first, others));
        }
    }
    assert!(seen.windows(2).all(|w| w[0] == w[1]), "{seen:?}");
}

#[test]
fn a_list_says_what_decided_and_how_many_there_are() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    let first = records(5, 3);
    let other: Vec<_> = first.iter().map(|r| with_other_code(r.clone())).collect();
    let ranked = |name: &str, rank| SourceMeta { rank, ..meta(name, Utc(NOW)) };
    ingest(&l, ranked("user.csv", 20), &first, NOW);
    ingest(&l, ranked("service.csv", 10), &other, NOW + 1);
    let snap = l.snapshot(None).unwrap();
    let found = snap.collisions(Some(1), Some(ALL), 2).unwrap();
    assert_eq!((found.all, found.list.len(), found.list[0].decided), (3, 2, Decided::Rank));
    assert_eq!((found.list[0].first.source, found.list[0].other.source), (2, 1));
    assert_eq!(snap.collisions(Some(9), Some(ALL), 2).unwrap(), CollisionList::default());
    let correction =
        SourceMeta { corrects: vec!["user.csv".into()], rank: 30, ..meta("new.csv", Utc(NOW)) };
    ingest(&l, correction, &[with_other_code(with_other_code(first[0].clone()))], NOW + 2);
    let found = l.snapshot(None).unwrap().collisions(Some(3), Some(ALL), 9).unwrap();
    assert!(found.all > 0, "{found:?}");
}

/// The same message with another code.
fn with_other_code(mut r: Record) -> Record {
    r.code = if r.code == "E5" { "I0" } else { "E5" };
    r
}

fn stated(place: &str, text: &str, row: i64) -> StatedRow {
    StatedRow {
        measure: "PM4.3".into(),
        period: "2026-04".into(),
        keys: [("region".to_owned(), "north".to_owned())].into(),
        numerator: None,
        denominator: None,
        count: None,
        text: Some(text.into()),
        readings: vec![],
        null: None,
        target: None,
        minimum: None,
        source: "CSPN".into(),
        document: "report".into(),
        version: "1".into(),
        place: place.into(),
        known: NOW,
        row,
    }
}

#[test]
fn contradicting_statements_are_all_given_and_repeats_are_not() {
    let texts = ["95.12%", "97.12%", "97.12%"];
    for order in ORDERS {
        let dir = tempfile::tempdir().unwrap();
        let l = Ledger::at(dir.path());
        let mut tx = l.begin(Utc(NOW)).unwrap();
        let file = SourceMeta { layout: "figures".into(), ..meta("report.csv", Utc(NOW)) };
        assert!(matches!(tx.begin_source(file).unwrap(), Begun::New(1)));
        for (n, i) in order.into_iter().enumerate() {
            let row = n as i64 + 2;
            tx.stated(&stated(&format!("row {row}"), texts[i], row)).unwrap();
        }
        tx.end_source(0).unwrap();
        let done = tx.commit(&Rules("r1"), "test", 0, &mut |_| {}).unwrap();
        let s = &done.sources[0];
        assert!(s.duplicates + s.collisions == 2 && s.collisions > 0, "{s:?}");
        let snap = l.snapshot(None).unwrap();
        let both = snap.stated_with_rivals(&[]).unwrap();
        let mut texts: Vec<&str> = both.iter().filter_map(|e| e.row.text.as_deref()).collect();
        texts.dedup();
        assert_eq!(texts, ["95.12%", "97.12%"], "{both:?}");
        assert_eq!(snap.stated(&[]).unwrap().len(), 1);
        let found = listed(&l, false);
        assert!(found.all > 0 && found.list.iter().all(|c| c.differences()[0].0 == "text"));
        let report = check(&l, &Rules("r1"), true, &mut |_, _| {}).unwrap();
        assert_eq!((report.findings, report.stated, report.stated_set_aside), (vec![], 3, 2));
    }
}
