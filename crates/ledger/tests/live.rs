//! Live commits: each message once at every version, the books balanced, nothing doubled or lost by
//! a crash, a replay or another process.

use crate::live_support;
use crate::support;
use live_support::{Core, Did, SECOND, core};
use northbound_ledger::{
    Ledger, LedgerError, LiveWriter, Way,
    check::{check, rows_that_count},
    content,
    live::Wait,
    schema::Table,
};
use northbound_types::{AlertState, Day, Dim, RequestState, Utc};
use std::{collections::BTreeMap, time::Duration};
use support::{APRIL, DAY, Dice, Record, Rules, ingest, meta};

pub const ALL_DAYS: (Day, Day) = (Day(i32::MIN), Day(i32::MAX));
pub const NOW: i64 = APRIL + 2 * DAY;
const ONCE: Wait = Wait { tries: 1, pause: Duration::ZERO };

pub fn writer(l: &Ledger) -> LiveWriter {
    LiveWriter::open(l, Utc(NOW), ONCE).unwrap()
}

/// Commits the core's inputs in steps of up to `most`, and checks the ledger after each where asked.
fn commit_all(l: &Ledger, c: &Core, seed: u64, most: u64, look: bool) {
    let (mut w, mut d, mut at) = (writer(l), Dice(seed), 0);
    while at < c.did.len() as u64 {
        let upto = (at + 1 + d.roll(most)).min(c.did.len() as u64);
        let done = w.commit(Utc(NOW + upto as i64), upto, &mut c.batch(at, upto)).unwrap();
        assert_eq!(
            (done.position, done.without_earlier, done.open),
            (upto, 0, c.open[upto as usize - 1].len() as u64)
        );
        if look {
            whole(l, c, upto);
        }
        at = upto;
    }
}

/// The ledger holds what the first `upto` inputs did: every message once.
pub fn whole(l: &Ledger, c: &Core, upto: u64) {
    let report = check(l, &Rules("r1"), true, &mut |_, _| {}).unwrap();
    assert_eq!(report.findings, [], "at {upto}");
    assert_eq!(northbound_ledger::row_check::check(&l.snapshot(None).unwrap()), [], "at {upto}");
    assert_eq!((report.counted, report.set_aside), (c.received(upto), c.late(upto)), "at {upto}");
    let s = l.snapshot(None).unwrap();
    assert_eq!(
        rows_that_count(&s, Table::Alerts).unwrap(),
        c.count(upto, |d| matches!(d, Did::Alert(_)))
    );
    assert_eq!(
        rows_that_count(&s, Table::Deliveries).unwrap(),
        c.count(upto, |d| matches!(d, Did::Delivery(..)))
    );
    let mut open: BTreeMap<String, u64> = BTreeMap::new();
    for m in c.open[upto as usize - 1].iter().filter(|m| m.state.is_live()) {
        *open.entry(m.state.to_string()).or_default() += 1;
    }
    let cells = s.cells(ALL_DAYS, &[Dim::State], &Rules("r1")).unwrap();
    let live: BTreeMap<String, u64> = cells
        .rows
        .iter()
        .filter(|r| r.keys[0].parse::<RequestState>().unwrap().is_live())
        .map(|r| (r.keys[0].to_string(), r.count))
        .collect();
    assert_eq!(live, open, "at {upto}");
}

#[test]
fn every_version_holds_every_message_once_and_balances() {
    for seed in 0..3 {
        let dir = tempfile::tempdir().unwrap();
        let l = Ledger::at(dir.path());
        let c = core(seed, 260);
        commit_all(&l, &c, seed, 40, true);
        assert!(c.late(260) > 0, "seed {seed} has no late answer");
    }
}

#[test]
fn a_replay_gives_the_same_ledger_whatever_its_commits_and_one_unit_more_does_not() {
    let (a, b, c) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (a, b, other) = (Ledger::at(a.path()), Ledger::at(b.path()), Ledger::at(c.path()));
    let core = core(11, 400);
    commit_all(&a, &core, 1, 17, false);
    commit_all(&b, &core, 2, 90, false);
    let snap = |l: &Ledger| l.snapshot(None).unwrap();
    assert_eq!(content::differences(&snap(&a), &snap(&b), 10).unwrap(), Vec::<String>::new());
    let mut changed = core.clone();
    let at = changed
        .did
        .iter()
        .position(|d| d.iter().any(|d| matches!(d, Did::Settled(m) if m.delivered.is_some())))
        .unwrap();
    for d in &mut changed.did[at] {
        if let Did::Settled(m) = d {
            m.delivered = m.delivered.map(|t| t + 1);
        }
    }
    commit_all(&other, &changed, 1, 17, false);
    let found = content::differences(&snap(&a), &snap(&other), 10).unwrap();
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found[0].starts_with("exchanges only in the first: ")
            && found[1].starts_with("exchanges only in the second: "),
        "{found:#?}"
    );
    // A step that is missing is named too, though the rows agree.
    let (short, dir) = (core.clone(), tempfile::tempdir().unwrap());
    let l = Ledger::at(dir.path());
    let mut short = short;
    let at = short.did.iter().position(|d| matches!(d[..], [Did::Step(_), ..])).unwrap();
    short.did[at].remove(0);
    commit_all(&l, &short, 1, 17, false);
    let found = content::differences(&snap(&a), &snap(&l), 10).unwrap();
    assert!(found.len() == 1 && found[0].starts_with("movements "), "{found:#?}");
}

#[test]
fn a_position_that_is_in_the_ledger_is_skipped_and_a_gap_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    let c = core(3, 100);
    let mut w = writer(&l);
    w.commit(Utc(NOW), 50, &mut c.batch(0, 50)).unwrap();
    let before = l.newest().unwrap();
    assert_eq!(w.commit(Utc(NOW + 1), 50, &mut c.batch(0, 50)).unwrap().root, None);
    assert_eq!(w.commit(Utc(NOW + 1), 20, &mut c.batch(0, 20)).unwrap().root, None);
    assert!(
        matches!(w.commit(Utc(NOW + 1), 60, &mut c.batch(40, 60)), Err(LedgerError::Refused(_))),
        "an overlap"
    );
    assert!(
        matches!(w.commit(Utc(NOW + 1), 60, &mut c.batch(51, 60)), Err(LedgerError::Refused(_))),
        "a gap"
    );
    assert_eq!(l.newest().unwrap(), before);
    drop(w);
    let mut w = writer(&l);
    assert_eq!((w.journal_position(), w.open_rows()), (50, c.open[49].len() as u64));
    w.commit(Utc(NOW + 2), 100, &mut c.batch(50, 100)).unwrap();
    whole(&l, &c, 100);
}

#[test]
fn an_open_message_may_not_vanish() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    let mut c = core(4, 100);
    let mut w = writer(&l);
    w.commit(Utc(NOW), 60, &mut c.batch(0, 60)).unwrap();
    let kept = c.open[59].iter().position(|m| c.open[60].iter().any(|k| k.n == m.n)).unwrap();
    let n = c.open[59][kept].n;
    c.open[60].retain(|m| m.n != n);
    let e = w.commit(Utc(NOW), 61, &mut c.batch(60, 61)).unwrap_err();
    assert!(
        e.to_string().contains(
            "1 messages that were open at journal position 60 are neither settled nor open at 61"
        ),
        "{e}"
    );
}

#[test]
fn live_states_are_not_settled_and_settled_rows_are_not_live() {
    let c = core(5, 60);
    let m = c.open[59].iter().find(|m| m.state.is_live()).unwrap();
    let mut b = northbound_ledger::LiveBatch::after(0);
    assert!(b.exchange(&m.row()).is_err() && b.supersede_exchange(&m.row()).is_err());
    assert!(
        b.alert(&m.alert(AlertState::Pending)).is_err()
            && b.supersede_alert(&m.alert(AlertState::Pending)).is_err()
    );
    assert_eq!(b.rows(), 0);
}

/// Every file under the ledger that no version names.
fn nobodys(l: &Ledger) -> Vec<String> {
    let mut named = std::collections::BTreeSet::new();
    for v in 1..=l.newest().unwrap().map_or(0, |r| r.manifest.version) {
        named.extend(l.version(v).unwrap().manifest.tables.into_values().flatten().map(|f| f.path));
    }
    let mut found = Vec::new();
    for t in Table::ALL {
        for day in std::fs::read_dir(l.dir().join(t.name())).into_iter().flatten() {
            for f in std::fs::read_dir(day.unwrap().path()).unwrap() {
                let path =
                    f.unwrap().path().strip_prefix(l.dir()).unwrap().to_string_lossy().into_owned();
                if !named.contains(&path) {
                    found.push(path);
                }
            }
        }
    }
    found
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for e in std::fs::read_dir(from).unwrap() {
        let e = e.unwrap();
        if e.path().is_dir() {
            copy(&e.path(), &to.join(e.file_name()));
        } else {
            std::fs::copy(e.path(), to.join(e.file_name())).unwrap();
        }
    }
}

#[test]
fn a_crash_before_the_manifest_leaves_nothing_that_counts_or_stays() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path().join("ledger"));
    let c = core(6, 120);
    let mut w = writer(&l);
    w.commit(Utc(NOW), 60, &mut c.batch(0, 60)).unwrap();
    // The manifest cannot be written: a folder stands where its temporary file goes.
    let blocked = l.dir().join(format!("root/.{:010}.{}.tmp", 2, std::process::id()));
    std::fs::create_dir(&blocked).unwrap();
    let mut batch = c.batch(60, 120);
    assert!(matches!(w.commit(Utc(NOW), 120, &mut batch), Err(LedgerError::Io { .. })));
    assert_eq!((w.journal_position(), nobodys(&l)), (60, vec![]));
    whole(&l, &c, 60);
    // The power fails in the middle: files are there, their manifest is not.
    let image = dir.path().join("image");
    copy(l.dir(), &image);
    let crashed = Ledger::at(&image);
    std::fs::create_dir(image.join("work")).unwrap();
    let some = crashed.newest().unwrap().unwrap().manifest.files(Table::Exchanges)[0].path.clone();
    std::fs::copy(image.join(&some), image.join(some.replace("00000001-", "00000002-"))).unwrap();
    std::fs::create_dir_all(image.join("alerts/day=2026-05-01")).unwrap();
    std::fs::write(image.join("alerts/day=2026-05-01/00000002-00007.parquet"), b"half a fi")
        .unwrap();
    assert_eq!(nobodys(&crashed).len(), 2);
    let mut again = writer(&crashed);
    assert_eq!(nobodys(&crashed), Vec::<String>::new());
    std::fs::remove_dir_all(image.join("root").join(blocked.file_name().unwrap())).unwrap();
    again.commit(Utc(NOW), 120, &mut c.batch(60, 120)).unwrap();
    whole(&crashed, &c, 120);
    // And the same batch again, where the first attempt failed.
    std::fs::remove_dir(&blocked).unwrap();
    w.commit(Utc(NOW), 120, &mut batch).unwrap();
    whole(&l, &c, 120);
    assert_eq!(
        content::differences(&l.snapshot(None).unwrap(), &crashed.snapshot(None).unwrap(), 5)
            .unwrap(),
        Vec::<String>::new()
    );
}

#[test]
fn an_import_at_the_same_time_is_waited_for_and_open_files_survive_it() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    let c = core(7, 120);
    let mut w = writer(&l);
    w.commit(Utc(NOW), 60, &mut c.batch(0, 60)).unwrap();
    let mut batch = c.batch(60, 120);
    let held = l.begin(Utc(NOW)).unwrap();
    assert!(matches!(w.commit(Utc(NOW), 120, &mut batch), Err(LedgerError::Locked { .. })));
    drop(held);
    let mut d = Dice(9);
    let others: Vec<Record> = (0..50).map(|i| support::record(&mut d, i)).collect();
    ingest(&l, meta("others.csv", Utc(NOW)), &others, NOW);
    let mut waiting =
        LiveWriter::open(&l, Utc(NOW), Wait { tries: 200, pause: Duration::from_millis(10) })
            .unwrap();
    let held = l.begin(Utc(NOW)).unwrap();
    std::thread::scope(|s| {
        s.spawn(move || {
            std::thread::sleep(Duration::from_millis(60));
            drop(held);
        });
        waiting.commit(Utc(NOW + 1), 120, &mut batch).unwrap();
    });
    assert!(
        w.commit(Utc(NOW), 121, &mut c.batch(60, 120)).is_err(),
        "the first writer's view is old"
    );
    let report = check(&l, &Rules("r1"), true, &mut |_, _| {}).unwrap();
    assert_eq!((report.findings.len(), report.counted), (0, c.received(120) + 50));
}

/// A User's own log of the live messages: the same identities, other times of answer.
fn log_of(c: &Core) -> Vec<Record> {
    let settled = c.did.iter().flatten().filter_map(|d| match d {
        Did::Settled(m) => Some(m),
        _ => None,
    });
    settled
        .map(|m| Record {
            user: 0x90B3_D51F_3001_0000 + m.n % 5,
            target: 0x00DB_1234_0000_0000 + m.n % 40,
            counter: 1000 + m.n,
            srv: ["4.1.1", "2.2", "9.9"][m.n as usize % 3],
            mode: northbound_types::Mode::OnDemand,
            test: northbound_types::TestKind::None,
            region: m.region,
            state: m.state,
            received: m.received,
            answer: m.answer.map(|a| a + SECOND),
            sent: None,
            due: None,
            target_at: None,
            code: "I0",
            feed: "log",
        })
        .collect()
}

#[test]
fn the_order_of_a_users_log_and_live_commits_changes_no_figure() {
    let c = core(8, 200);
    let log = log_of(&c);
    for rank in [-5, 0, 50] {
        let mut results = Vec::new();
        for when in [0, 1, 2, 3] {
            let dir = tempfile::tempdir().unwrap();
            let l = Ledger::at(dir.path());
            let mut w = writer(&l);
            let mut at = 0;
            for (i, upto) in [70, 140, 200].into_iter().enumerate() {
                if when == i {
                    ingest(
                        &l,
                        northbound_ledger::SourceMeta { rank, ..meta("log.csv", Utc(NOW)) },
                        &log,
                        NOW,
                    );
                }
                w.commit(Utc(NOW), upto, &mut c.batch(at, upto)).unwrap();
                at = upto;
            }
            if when == 3 {
                ingest(
                    &l,
                    northbound_ledger::SourceMeta { rank, ..meta("log.csv", Utc(NOW)) },
                    &log,
                    NOW,
                );
            }
            let report = check(&l, &Rules("r1"), true, &mut |_, _| {}).unwrap();
            assert_eq!(
                (report.findings, report.counted),
                (vec![], c.received(200)),
                "rank {rank}, log before commit {when}"
            );
            let cells = l
                .snapshot(None)
                .unwrap()
                .cells(ALL_DAYS, &[Dim::Day, Dim::State, Dim::Timeliness, Dim::Feed], &Rules("r1"))
                .unwrap();
            results.push(cells);
        }
        assert!(results.windows(2).all(|w| w[0] == w[1]), "rank {rank}");
        let by_log: u64 =
            results[0].rows.iter().filter(|r| &*r.keys[3] == "log").map(|r| r.count).sum();
        assert_eq!(
            by_log > 0,
            rank < 0,
            "the lower rank counts, the service's own of equals: {by_log} by the log at rank {rank}"
        );
    }
}

#[test]
fn a_late_delivery_counts_once_and_an_earlier_as_at_time_sees_what_was_known() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    let c = core(12, 300);
    let first =
        c.did.iter().position(|d| d.iter().any(|d| matches!(d, Did::Superseded(_)))).unwrap()
            as u64;
    let Did::Superseded(m) = &c.did[first as usize][0] else { panic!() };
    let mut w = writer(&l);
    w.commit(Utc(NOW), first, &mut c.batch(0, first)).unwrap();
    w.commit(Utc(NOW + SECOND), first + 1, &mut c.batch(first, first + 1)).unwrap();
    whole(&l, &c, first + 1);
    let find = |as_at: Option<Utc>| {
        let q = northbound_ledger::drill::Query {
            days: ALL_DAYS,
            selectors: &[northbound_types::Selector::all().and(Dim::State, ["timed-out"])],
            skip: 0,
            limit: 1000,
            set_aside: false,
        };
        let page = l.snapshot(as_at).unwrap().messages(&q, &Rules("r1")).unwrap();
        page.messages.into_iter().find(|x| x.record["counter"] == (1000 + m.n).to_string()).unwrap()
    };
    assert_eq!(
        (
            find(None).record.contains_key("answer_sent"),
            find(Some(Utc(NOW))).record.contains_key("answer_sent")
        ),
        (true, false)
    );
    // Without an earlier record it counts like any other, and is said.
    let mut b = northbound_ledger::LiveBatch::after(first + 1);
    for m in &c.open[first as usize] {
        b.open_exchange(&m.row());
    }
    let stranger = live_support::Message { n: 77_777, ..m.clone() };
    b.supersede_exchange(&stranger.row()).unwrap();
    assert_eq!(w.commit(Utc(NOW + 2 * SECOND), first + 2, &mut b).unwrap().without_earlier, 1);
    assert_eq!(check(&l, &Rules("r1"), true, &mut |_, _| {}).unwrap().findings, []);
}

fn findings(l: &Ledger) -> Vec<northbound_ledger::check::Finding> {
    let mut found = check(l, &Rules("r1"), false, &mut |_, _| {}).unwrap().findings;
    found.extend(northbound_ledger::row_check::check(&l.snapshot(None).unwrap()));
    found
}

#[test]
fn a_deleted_step_a_lost_row_and_a_doubled_row_are_found() {
    let c = core(13, 200);
    let tampers: [(&str, &str, bool); 7] = [
        ("movements", "books", false),
        ("exchanges", "books", false),
        ("exchanges", "rows", false),
        ("exchanges", "rows", true),
        ("movements", "books", true),
        ("alerts", "rows", false),
        ("deliveries", "rows", true),
    ];
    for (table, kind, double) in tampers {
        let dir = tempfile::tempdir().unwrap();
        let l = Ledger::at(dir.path());
        let mut w = writer(&l);
        for upto in (20..=200).step_by(20) {
            w.commit(Utc(NOW), upto, &mut c.batch(upto - 20, upto)).unwrap();
        }
        assert_eq!(findings(&l), []);
        let file = l.dir().join(format!("root/{:010}.json", 10));
        let mut m: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let files = m["tables"][table].as_array_mut().unwrap();
        let at = files.iter().position(|f| f["open"] != true).unwrap();
        if double {
            files.push(files[at].clone());
        } else {
            files.remove(at);
        }
        std::fs::write(&file, serde_json::to_vec(&m).unwrap()).unwrap();
        let found = findings(&l);
        assert!(found.iter().any(|f| f.kind == kind), "{table} {kind} {double}: {found:?}");
    }
}

#[test]
fn closed_days_are_rolled_into_one_file_a_table_with_the_same_rows() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    let c = core(14, 300);
    commit_all(&l, &c, 3, 6, false);
    let before = l.snapshot(None).unwrap();
    let rows = |s: &northbound_ledger::Snapshot, t: Table| {
        s.root.manifest.files(t).iter().filter(|f| !f.open).map(|f| f.rows).sum::<u64>()
    };
    let mut w = writer(&l);
    // Both days are closed the day after; on the second day itself only the first is.
    let judge = Rules("r1");
    assert!(
        w.compact_closed_days(Utc(APRIL + 10), &judge, 0).unwrap().is_none(),
        "no day is closed yet"
    );
    let done = w.compact_closed_days(Utc(NOW + DAY), &judge, 0).unwrap().unwrap();
    assert_eq!(done.days.len(), 2);
    let after = l.snapshot(None).unwrap();
    assert_eq!(content::differences(&before, &after, 5).unwrap(), Vec::<String>::new());
    for t in [Table::Exchanges, Table::Alerts, Table::Deliveries, Table::Movements] {
        assert_eq!(rows(&before, t), rows(&after, t));
        for day in &done.days {
            assert!(
                after
                    .root
                    .manifest
                    .files(t)
                    .iter()
                    .filter(|f| !f.open && f.day == Some(*day))
                    .count()
                    <= 1,
                "{t:?} {day}"
            );
        }
    }
    assert_eq!(after.cells_by(ALL_DAYS, &[Dim::State], &judge, true).unwrap().1, Way::Rollups);
    assert!(
        w.compact_closed_days(Utc(NOW + DAY), &judge, 0).unwrap().is_none(),
        "nothing is left to do"
    );
    whole(&l, &c, 300);
    // And the service goes on: what it touches is scanned again, and the old rollup is gone.
    assert_eq!((w.journal_position(), writer(&l).open_rows()), (300, c.open[299].len() as u64));
    let more = core(14, 320);
    let mut w = writer(&l);
    w.commit(Utc(NOW + DAY), 320, &mut more.batch(300, 320)).unwrap();
    whole(&l, &more, 320);
    let s = l.snapshot(None).unwrap();
    assert!(
        s.root.manifest.files(Table::Daily).iter().all(|f| f.day != s.span().map(|(_, last)| last))
    );
}

#[test]
fn the_live_source_cannot_be_retracted() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    let c = core(15, 30);
    writer(&l).commit(Utc(NOW), 30, &mut c.batch(0, 30)).unwrap();
    assert!(matches!(
        l.begin(Utc(NOW)).unwrap().retract(1, "kim", "trial"),
        Err(LedgerError::Refused(_))
    ));
}
