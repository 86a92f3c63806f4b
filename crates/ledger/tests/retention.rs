//! Retention of versions on a ledger that a live service and imports wrote.

use crate::{
    live::{ALL_DAYS, NOW, whole, writer},
    live_support::{Core, SECOND, core},
    support::{DAY, Dice, Rules, meta, record},
};
use northbound_ledger::{
    CommitKind, Ledger, LedgerError, LiveWriter, Pruned, RetentionPolicy, RowSink, Snapshot,
    backup,
    check::{Report, check},
    prune,
};
use northbound_types::{Cells, Dim, Utc};
use std::{collections::BTreeSet, path::Path};

/// Three days of commits, a hundred inputs a day.
fn commit(w: &mut LiveWriter, c: &Core, from: u64, upto: u64) {
    for at in (from..upto).step_by(10) {
        let now = Utc(NOW + (at / 100) as i64 * DAY + at as i64 * SECOND);
        w.commit(now, at + 10, &mut c.batch(at, at + 10)).unwrap();
    }
}

fn prune_before(l: &Ledger, since: i64, dry_run: bool) -> Pruned {
    let policy = RetentionPolicy { since: Utc(since), cited: &|| Ok(BTreeSet::new()) };
    prune(l, &policy, Utc(since + DAY), "a test", dry_run, &mut |_, _| {}).unwrap()
}

fn cells(s: &Snapshot) -> Cells {
    s.cells(ALL_DAYS, &[Dim::State, Dim::Region], &Rules("r1")).unwrap()
}

fn report(l: &Ledger) -> Report {
    check(l, &Rules("r1"), true, &mut |_, _| {}).unwrap()
}

#[test]
fn versions_are_deleted_and_nothing_of_what_they_held() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    let c = core(5, 300);
    let mut w = writer(&l);
    commit(&mut w, &c, 0, 290);
    let day_end = |day: i64| Utc(NOW + day * DAY + 100 * (day + 1) * SECOND);
    let ends: Vec<_> = (0..2)
        .map(|d| l.snapshot(Some(day_end(d))).unwrap())
        .map(|s| (s.root.hash.clone(), cells(&s)))
        .collect();
    let (before, size) = (cells(&l.snapshot(None).unwrap()), size_of(dir.path()));
    let dry = prune_before(&l, NOW + 2 * DAY, true);
    let done = prune_before(&l, NOW + 2 * DAY, false);
    assert_eq!((done, done.versions, done.kept), (dry, 18, 11));
    assert_eq!(
        size - size_of(dir.path()),
        done.bytes - std::fs::metadata(dir.path().join("root/thinned.ndjson")).unwrap().len(),
        "as much space as it says"
    );
    // What is retained is as it was, checks, and answers for the ends of the days; the rest is refused.
    assert_eq!(cells(&l.snapshot(None).unwrap()), before);
    for (day, (hash, held)) in ends.iter().enumerate() {
        let s = l.snapshot(Some(day_end(day as i64))).unwrap();
        assert_eq!((&s.root.hash, &cells(&s)), (hash, held));
    }
    assert!(matches!(l.snapshot(Some(Utc(NOW + 50 * SECOND))), Err(LedgerError::Refused(_))));
    let found = report(&l);
    assert_eq!((found.findings, found.versions, found.pruned), (vec![], 29, 18));
    // The service goes on, and the next version records what was deleted.
    commit(&mut w, &c, 290, 300);
    whole(&l, &c, 300);
    let copy = tempfile::tempdir().unwrap();
    let to = copy.path().join("copy");
    assert_eq!(backup::copy(&l, &to, u64::MAX, &mut |_, _| {}).unwrap().versions, 12);
    assert_eq!(report(&Ledger::at(&to)).findings, []);
    changes_to_the_list_are_found(&l);
}

fn changes_to_the_list_are_found(l: &Ledger) {
    let list = l.dir().join("root/thinned.ndjson");
    let text = std::fs::read_to_string(&list).unwrap();
    for (changed, says) in [
        (text.replace("a test", "another"), "was changed"),
        (text.lines().next().unwrap().to_owned() + "\n", "version 30 records"),
        (String::new(), "version 30 records"),
    ] {
        std::fs::write(&list, changed).unwrap();
        let findings = report(l).findings;
        assert!(
            findings.iter().any(|f| f.kind == "chain" && f.what.contains(says)),
            "{says}: {findings:?}"
        );
    }
    std::fs::write(&list, &text).unwrap();
    // A missing version that no list names is still a finding.
    std::fs::remove_file(l.dir().join(format!("root/{:010}.json", 25))).unwrap();
    let findings = report(l).findings;
    assert!(findings.iter().any(|f| f.file == "root/0000000025.json"), "{findings:?}");
}

#[test]
fn an_import_is_never_deleted_for_what_its_text_says() {
    let dir = tempfile::tempdir().unwrap();
    let l = Ledger::at(dir.path());
    for (n, name) in ["a.csv", "b.csv", "c.csv"].into_iter().enumerate() {
        let at = Utc(NOW + n as i64);
        let mut tx = l.begin(at).unwrap();
        tx.begin_source(meta(name, at)).unwrap();
        let mut d = Dice(n as u64);
        for i in 0..3 {
            tx.exchange(&record(&mut d, i).row(at.0, 1)).unwrap();
        }
        tx.end_source(0).unwrap();
        // A person chose this text; live commits of the service begin with the same words.
        tx.commit(&Rules("r1"), &format!("live, to journal position {n}"), 0, &mut |_| {}).unwrap();
    }
    let pruned = prune_before(&l, NOW + 9 * DAY, false);
    assert_eq!((pruned.versions, pruned.kept), (0, 3));
    assert_eq!(l.version(1).unwrap().manifest.kind, CommitKind::Ingest);
}

fn size_of(dir: &Path) -> u64 {
    std::fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap())
        .map(|e| if e.path().is_dir() { size_of(&e.path()) } else { e.metadata().unwrap().len() })
        .sum()
}
