//! The ledger from rows to counts and back: conservation, corrections, order, as-at, crash.

use crate::support;
use northbound_ledger::{
    Ledger, LedgerError, RowSink, Snapshot, check::check, drill::Query, schema::Table,
};
use northbound_types::{Cells, Day, Dim, Selector, Timeliness, Utc};
use std::collections::BTreeMap;
use support::{APRIL, DAY, Dice, Record, Rules, ingest, meta, record};

const ALL_DAYS: (Day, Day) = (Day(i32::MIN), Day(i32::MAX));
const NOW: i64 = APRIL + 40 * DAY;

fn records(seed: u64, n: u64) -> Vec<Record> {
    let mut d = Dice(seed);
    (0..n).map(|i| record(&mut d, i)).collect()
}

fn snapshot(l: &Ledger) -> Snapshot {
    l.snapshot(None).unwrap()
}

/// What the kernel should say, the slow and plain way.
fn naive(records: &[Record], dims: &[Dim]) -> BTreeMap<Vec<String>, (u64, u64)> {
    let mut out = BTreeMap::new();
    for r in records {
        let rule = northbound_ledger::judge::Judge::target(
            &Rules("r1"),
            &northbound_ledger::judge::TargetQuery {
                srv: r.srv,
                generation: "smets2",
                role: "IS",
                mode: r.mode.as_str(),
                test_kind: r.test.as_str(),
                leg: "send",
                day: Utc(r.received).day(),
            },
        );
        let start = r.due.map_or(r.received, |d| d.max(r.received));
        let t = Timeliness::judge(
            r.state,
            start,
            r.answer,
            r.target_at.or(rule.map(|t| start + t.micros)),
        );
        let assumed = dims.contains(&Dim::Timeliness)
            && r.state.is_answered()
            && r.target_at.is_none()
            && rule.is_some_and(|t| t.assumed);
        let key = dims
            .iter()
            .map(|d| match d {
                Dim::Day => Utc(r.received).day().to_string(),
                Dim::Region => r.region.to_string(),
                Dim::Srv => r.srv.to_owned(),
                Dim::State => r.state.to_string(),
                Dim::Timeliness => t.to_string(),
                Dim::User => northbound_types::Eui64(r.user).to_string(),
                Dim::Code => r.code.to_owned(),
                Dim::TestKind => r.test.to_string(),
                Dim::Mode => r.mode.to_string(),
                Dim::Feed => r.feed.to_owned(),
                _ => String::new(),
            })
            .collect::<Vec<_>>();
        let e: &mut (u64, u64) = out.entry(key).or_default();
        e.0 += 1;
        e.1 += u64::from(assumed);
    }
    out
}

fn plain(c: &Cells) -> BTreeMap<Vec<String>, (u64, u64)> {
    c.rows
        .iter()
        .map(|r| (r.keys.iter().map(|k| k.to_string()).collect(), (r.count, r.assumed)))
        .collect()
}

#[test]
fn rollups_scan_and_plain_counting_agree_for_any_dimensions() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    let rs = records(1, 6000);
    ingest(&l, meta("a.csv", Utc(NOW)), &rs, NOW);
    let s = snapshot(&l);
    for dims in [
        vec![],
        vec![Dim::Day],
        vec![Dim::Region, Dim::Timeliness],
        vec![Dim::User, Dim::Srv, Dim::Mode],
        vec![Dim::State, Dim::Code, Dim::TestKind, Dim::Feed, Dim::Day],
        vec![Dim::Timeliness],
        vec![Dim::User, Dim::Timeliness, Dim::Day],
    ] {
        let (fast, way) = s.cells_by(ALL_DAYS, &dims, &Rules("r1"), true).unwrap();
        assert_eq!(way, northbound_ledger::Way::Rollups);
        let (slow, way) = s.cells_by(ALL_DAYS, &dims, &Rules("r1"), false).unwrap();
        assert_eq!(way, northbound_ledger::Way::Rows);
        assert_eq!(plain(&fast), naive(&rs, &dims), "{dims:?} from rollups");
        assert_eq!(plain(&slow), naive(&rs, &dims), "{dims:?} from rows");
    }
    // Other rules make the rollups stale; the rows still answer.
    assert_eq!(
        s.cells_by(ALL_DAYS, &[Dim::Day], &Rules("r2"), true).unwrap().1,
        northbound_ledger::Way::Rows
    );
}

#[test]
fn a_selector_counts_and_finds_the_same_messages() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    ingest(&l, meta("a.csv", Utc(NOW)), &records(2, 3000), NOW);
    let s = snapshot(&l);
    let judge = Rules("r1");
    let cells = s.cells(ALL_DAYS, Dim::ALL, &judge).unwrap();
    for sel in [
        Selector::all(),
        Selector::all().and(Dim::Timeliness, ["late"]),
        Selector::all().and(Dim::State, ["timed-out", "shed"]).and(Dim::Region, ["north"]),
        Selector::all().and(Dim::User, ["00-DB-12-34-00-00-00-03"]).and(Dim::Day, ["2026-04-02"]),
        Selector::all().and(Dim::Srv, ["nowhere"]),
    ] {
        let mut found = 0;
        let mut skip = 0;
        loop {
            let page = s
                .messages(
                    &Query {
                        days: ALL_DAYS,
                        selectors: std::slice::from_ref(&sel),
                        skip,
                        limit: 37,
                        set_aside: false,
                    },
                    &judge,
                )
                .unwrap();
            for m in &page.messages {
                if let Some((_, v)) = sel.any_of.iter().find(|(d, _)| *d == Dim::Timeliness) {
                    assert!(v.contains(m.timeliness.as_str()));
                }
            }
            found += page.messages.len() as u64;
            match page.next {
                Some(n) => skip = n,
                None => break,
            }
        }
        assert_eq!(found, cells.sum(&sel).count, "{sel:?}");
    }
}

#[test]
fn latency_histograms_agree_with_the_records() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    let rs = records(3, 4000);
    ingest(&l, meta("a.csv", Utc(NOW)), &rs, NOW);
    let judge = Rules("r1");
    let s = snapshot(&l);
    let mut want: BTreeMap<(String, i32), u64> = BTreeMap::new();
    for r in &rs {
        let bucket = match (r.state.is_answered(), r.state.is_attempt()) {
            (true, _) => northbound_ledger::judge::Judge::bucket(
                &judge,
                r.answer.unwrap() - r.due.map_or(r.received, |d| d.max(r.received)),
            ),
            (false, true) => -2,
            _ => continue,
        };
        *want.entry((r.srv.to_owned(), bucket)).or_default() += 1;
    }
    let get = |s: &Snapshot, judge: &Rules| {
        s.latency(ALL_DAYS, &[Dim::Srv], judge)
            .unwrap()
            .into_iter()
            .map(|r| ((r.keys[0].to_string(), r.bucket), r.count))
            .collect::<BTreeMap<_, _>>()
    };
    assert_eq!(get(&s, &judge), want);
    assert_eq!(get(&s, &Rules("stale")), want);
}

#[test]
fn order_and_batching_of_ingest_change_no_figure() {
    let rs = records(4, 1200);
    // Three files that overlap: b repeats a part of a, c contradicts a part of a.
    let a = &rs[..800];
    let b = &rs[500..];
    let c: Vec<Record> = rs[100..200]
        .iter()
        .map(|r| Record { answer: r.answer.map(|x| x + 40_000_000), code: "E6", ..r.clone() })
        .collect();
    let mut results = Vec::new();
    for order in [["a", "b", "c"], ["c", "b", "a"], ["b", "a", "c"], ["c", "a", "b"]] {
        for one in [true, false] {
            let dir = tempfile::tempdir().unwrap();
            let l = Ledger::at(dir.path());
            let part = |n: &str| match n {
                "a" => a.to_vec(),
                "b" => b.to_vec(),
                _ => c.clone(),
            };
            if one {
                let mut tx = l.begin(Utc(NOW)).unwrap();
                for n in order {
                    tx.begin_source(meta(n, Utc(NOW))).unwrap();
                    for (i, r) in part(n).iter().enumerate() {
                        tx.exchange(&r.row(NOW, i as i64)).unwrap();
                    }
                    tx.end_source(0).unwrap();
                }
                tx.commit(&Rules("r1"), "t", 0, &mut |_| {}).unwrap();
            } else {
                for n in order {
                    ingest(&l, meta(n, Utc(NOW)), &part(n), NOW);
                }
            }
            let cells = snapshot(&l)
                .cells(
                    ALL_DAYS,
                    &[Dim::Day, Dim::State, Dim::Timeliness, Dim::Srv, Dim::Code],
                    &Rules("r1"),
                )
                .unwrap();
            assert_eq!(cells.rows.iter().map(|r| r.count).sum::<u64>(), 1200);
            assert_eq!(cells.rows.iter().map(|r| r.disputed).sum::<u64>(), 100);
            let report = check(&l, &Rules("r1"), true, &mut |_, _| {}).unwrap();
            assert_eq!(report.findings, []);
            assert_eq!((report.records, report.counted), (1600, 1200));
            assert_eq!(northbound_ledger::row_check::check(&snapshot(&l)), []);
            results.push(cells);
        }
    }
    assert!(results.windows(2).all(|w| w[0] == w[1]));
}

#[test]
fn rank_decides_a_collision_and_a_correction_goes_before_rank() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    let first = Record {
        state: northbound_types::RequestState::TimedOut,
        answer: None,
        ..records(5, 1).remove(0)
    };
    let second = Record {
        state: northbound_types::RequestState::AnsweredSuccess,
        answer: Some(first.received + 5),
        ..first.clone()
    };
    let state = |l: &Ledger| {
        let c = snapshot(l).cells(ALL_DAYS, &[Dim::State], &Rules("r1")).unwrap();
        c.rows.iter().map(|r| (r.keys[0].to_string(), r.count, r.disputed)).collect::<Vec<_>>()
    };
    ingest(
        &l,
        northbound_ledger::SourceMeta { rank: 1, ..meta("service.csv", Utc(NOW)) },
        std::slice::from_ref(&first),
        NOW,
    );
    let done = ingest(
        &l,
        northbound_ledger::SourceMeta { rank: 2, ..meta("user.csv", Utc(NOW)) },
        std::slice::from_ref(&second),
        NOW + 1,
    );
    assert_eq!(done.sources[0].collisions, 1);
    assert_eq!(state(&l), [("timed-out".into(), 1, 1)], "the lower rank counts, and is disputed");
    let fix = Record { code: "W1", ..second.clone() };
    ingest(
        &l,
        northbound_ledger::SourceMeta {
            rank: 9,
            corrects: vec!["service.csv".into(), "user.csv".into()],
            ..meta("fix.csv", Utc(NOW))
        },
        &[fix],
        NOW + 2,
    );
    let undisputed = [("answered-success".into(), 1, 0)];
    assert_eq!(state(&l), undisputed, "a correction counts, and disputes nothing");
    // As at the time before the correction, the old answer holds.
    let then = l
        .snapshot(Some(Utc(NOW + 1)))
        .unwrap()
        .cells(ALL_DAYS, &[Dim::State], &Rules("r1"))
        .unwrap();
    assert_eq!(&*then.rows[0].keys[0], "timed-out");
    // Taking the correction back brings the earlier record again.
    let mut tx = l.begin(Utc(NOW + 3)).unwrap();
    tx.retract(3, "test", "sent in error").unwrap();
    tx.commit(&Rules("r1"), "retract", 0, &mut |_| {}).unwrap();
    assert_eq!(state(&l), [("timed-out".into(), 1, 1)]);
    assert_eq!(check(&l, &Rules("r1"), true, &mut |_, _| {}).unwrap().findings, []);
}

#[test]
fn the_same_file_twice_adds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    let rs = records(6, 100);
    ingest(&l, meta("a.csv", Utc(NOW)), &rs, NOW);
    let mut tx = l.begin(Utc(NOW)).unwrap();
    assert_eq!(
        tx.begin_source(meta("a.csv", Utc(NOW))).unwrap(),
        northbound_ledger::Begun::Already(1)
    );
}

#[test]
fn as_at_uses_what_was_known_then() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    // History imported today whose sources stated it on different days.
    ingest(&l, meta("march.csv", Utc(NOW)), &records(7, 50), NOW + 5 * DAY);
    ingest(
        &l,
        meta("april.csv", Utc(NOW + 2 * DAY)),
        &records(8, 70)
            .into_iter()
            .map(|r| Record { target: r.target + 100, ..r })
            .collect::<Vec<_>>(),
        NOW + 6 * DAY,
    );
    let n = |t: i64| {
        l.snapshot(Some(Utc(t)))
            .unwrap()
            .cells(ALL_DAYS, &[], &Rules("r1"))
            .unwrap()
            .rows
            .first()
            .map_or(0, |r| r.count)
    };
    assert_eq!((n(NOW - 1), n(NOW), n(NOW + 2 * DAY), n(NOW + 9 * DAY)), (0, 50, 120, 120));
}

#[test]
fn commits_stay_in_order_when_the_clock_goes_back() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    let file = |name: &str, seed: u64| (name.to_owned(), records(seed, 10));
    let commit = |(name, rs): (String, Vec<Record>), now: i64| {
        ingest(&l, meta(&name, Utc(NOW - DAY)), &rs, now);
        l.snapshot(None).unwrap().root.manifest
    };
    let first = commit(file("a.csv", 11), NOW);
    assert_eq!((first.committed, first.clock), (Utc(NOW), None));
    // An hour back: a microsecond later, with what the clock said.
    let back = commit(file("b.csv", 12), NOW - DAY / 24);
    assert_eq!((back.committed, back.clock), (Utc(NOW + 1), Some(Utc(NOW - DAY / 24))));
    // What was asked as at the first commit answers as before.
    assert_eq!(l.snapshot(Some(Utc(NOW))).unwrap().root.manifest.version, 1);
    let again = commit(file("c.csv", 13), NOW + DAY);
    assert_eq!((again.committed, again.clock), (Utc(NOW + DAY), None));
    let report = check(&l, &Rules("r1"), true, &mut |_, _| {}).unwrap();
    assert_eq!((report.clock_went_back, report.findings), (1, vec![]));
}

#[test]
fn only_one_process_writes_and_a_dropped_transaction_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    {
        let mut tx = l.begin(Utc(NOW)).unwrap();
        assert!(matches!(l.begin(Utc(NOW)), Err(LedgerError::Locked { .. })));
        tx.begin_source(meta("a.csv", Utc(NOW))).unwrap();
        for (i, r) in records(9, 100).iter().enumerate() {
            tx.exchange(&r.row(NOW, i as i64)).unwrap();
        }
        tx.end_source(0).unwrap();
    }
    assert!(l.newest().unwrap().is_none());
    ingest(&l, meta("a.csv", Utc(NOW)), &records(9, 100), NOW);
    assert_eq!(
        northbound_ledger::check::rows_that_count(&snapshot(&l), Table::Exchanges).unwrap(),
        100
    );
}

#[test]
fn damage_is_found_and_a_backup_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path().join("l"));
    ingest(&l, meta("a.csv", Utc(NOW)), &records(10, 300), NOW);
    ingest(
        &l,
        meta("b.csv", Utc(NOW)),
        &records(11, 300)
            .into_iter()
            .map(|r| Record { target: r.target + 1000, ..r })
            .collect::<Vec<_>>(),
        NOW + 1,
    );
    let copy = dir.path().join("copy");
    northbound_ledger::backup::copy(&l, &copy, u64::MAX, &mut |_, _| {}).unwrap();
    assert!(
        northbound_ledger::backup::copy(&l, &copy, u64::MAX, &mut |_, _| {}).is_err(),
        "never over something"
    );
    let restored = Ledger::at(&copy);
    assert_eq!(
        check(&restored, &Rules("r1"), true, &mut |_, _| {}).unwrap(),
        check(&l, &Rules("r1"), true, &mut |_, _| {}).unwrap()
    );
    // One byte of a manifest breaks the chain; one byte of a file breaks its hash.
    let first = copy.join("root/0000000001.json");
    let text = std::fs::read_to_string(&first)
        .unwrap()
        .replace("\"what\": \"test\"", "\"what\": \"tost\"");
    std::fs::write(&first, text).unwrap();
    let found = check(&restored, &Rules("r1"), true, &mut |_, _| {}).unwrap().findings;
    assert!(found.iter().any(|f| f.kind == "chain"), "{found:?}");
}
