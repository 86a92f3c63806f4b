//! Constructed versions: which are deleted, which are retained, and what a crash in between leaves.

use super::{
    ranges::{is_intact, list_checksum},
    removal::{Removal, RemovalPlan, intent_path},
    *,
};
use crate::{
    LedgerError, lock,
    manifest::{self, CommitKind, FileEntry, Manifest, Root},
    store::Ledger,
    tables::schema::Table,
};
use northbound_types::Utc;
use std::{collections::BTreeMap, path::Path};

const DAY: i64 = 86_400_000_000;
const HOUR: i64 = DAY / 24;

fn entry(path: &str) -> FileEntry {
    FileEntry {
        path: path.into(),
        rows: 1,
        bytes: 3,
        sha256: String::new(),
        day: None,
        known: (Utc(0), Utc(0)),
        sources: vec![1],
        states: BTreeMap::new(),
        made_of: None,
        open: false,
    }
}

/// A version with these files, each of three bytes. Its text always reads like a live commit's.
fn version(dir: &Path, committed: i64, kind: CommitKind, files: &[&str]) -> Root {
    let version = manifest::newest(dir).unwrap() + 1;
    let previous = if version == 1 {
        String::new()
    } else {
        manifest::read(dir, version - 1)
            .map(|r| r.hash)
            .unwrap_or_else(|_| pruned_ranges(dir).unwrap().last().unwrap().hash.clone())
    };
    for f in files {
        std::fs::create_dir_all(dir.join("exchanges")).unwrap();
        std::fs::write(dir.join(f), "abc").unwrap();
    }
    let m = Manifest {
        previous,
        committed: Utc(committed),
        clock: None,
        kind,
        what: format!("live, to journal position {version}"),
        tables: BTreeMap::from([(Table::Exchanges, files.iter().map(|f| entry(f)).collect())]),
        pruned_list: list_checksum(dir).unwrap(),
        ..Manifest::empty(version)
    };
    manifest::commit(dir, m, None).unwrap()
}

/// Three days of live commits with an import in the second; each has a file of open rows of its own.
fn ledger() -> (tempfile::TempDir, Vec<Root>) {
    ledger_with_fifth(CommitKind::Ingest)
}

/// The same with another kind of commit in place of the import, the fifth version.
fn ledger_with_fifth(fifth: CommitKind) -> (tempfile::TempDir, Vec<Root>) {
    let dir = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for (n, hour) in [1, 2, 3, 25, 26, 27, 28, 49, 50].into_iter().enumerate() {
        let (settled, open) =
            (format!("exchanges/settled-{}", hour / 24), format!("exchanges/open-{n}"));
        let kind = if n == 4 { fifth } else { CommitKind::Live };
        all.push(version(dir.path(), hour * HOUR, kind, &[&settled, &open]));
    }
    (dir, all)
}

const NONE: &[String] = &[];

fn run(dir: &Path, since: i64, cited: &[String], dry: bool) -> Result<Pruned, LedgerError> {
    prune(
        &Ledger::at(dir),
        &RetentionPolicy { since: Utc(since), cited: &|| Ok(cited.iter().cloned().collect()) },
        Utc(3 * DAY),
        "a test",
        dry,
        &mut |_, _| {},
    )
}
fn files(dir: &Path) -> Vec<String> {
    let mut v: Vec<String> = std::fs::read_dir(dir.join("exchanges"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| n != "_delta_log")
        .collect();
    v.sort();
    v
}

#[test]
fn the_last_of_a_day_recent_imported_and_cited_versions_are_retained() {
    let (dir, all) = ledger();
    let before = files(dir.path());
    // Of day 0 the versions 1 and 2 are deleted, of day 1 the versions 4 and 6: 5 is the import.
    let dry = run(dir.path(), 2 * DAY, NONE, true).unwrap();
    assert_eq!(
        (
            dry.versions,
            dry.files,
            dry.kept,
            files(dir.path()),
            manifest::present(dir.path()).unwrap().len()
        ),
        (4, 4, 5, before, 9),
        "a dry run changes nothing"
    );
    let done = run(dir.path(), 2 * DAY, NONE, false).unwrap();
    assert_eq!(done, dry);
    assert_eq!(manifest::present(dir.path()).unwrap(), [3, 5, 7, 8, 9]);
    assert_eq!(
        files(dir.path()),
        ["open-2", "open-4", "open-6", "open-7", "open-8", "settled-0", "settled-1", "settled-2"]
    );
    let list = pruned_ranges(dir.path()).unwrap();
    assert_eq!(
        list.iter().map(|g| (g.first, g.last)).collect::<Vec<_>>(),
        [(1, 2), (4, 4), (6, 6)]
    );
    assert!(is_intact(&list) && list[0].hash == all[1].hash);
    assert_eq!(
        run(dir.path(), 2 * DAY, NONE, false).unwrap(),
        Pruned { kept: 5, ..Pruned::default() },
        "once is enough"
    );
    // A cited version is retained, with its files.
    let (dir, all) = ledger();
    let cited = all[1].hash.clone();
    assert_eq!(run(dir.path(), 2 * DAY, &[cited], false).unwrap().versions, 3);
    assert_eq!(manifest::present(dir.path()).unwrap(), [2, 3, 5, 7, 8, 9]);
    assert!(
        files(dir.path()).contains(&"open-1".to_owned())
            && !files(dir.path()).contains(&"open-0".to_owned())
    );
    // The limit is exclusive: a version committed at that instant is retained.
    let (dir, _) = ledger();
    assert_eq!(run(dir.path(), 2 * HOUR, NONE, false).unwrap().versions, 1);
    let (dir, _) = ledger();
    assert_eq!(run(dir.path(), 2 * HOUR + 1, NONE, false).unwrap().versions, 2);
}

#[test]
fn a_time_whose_version_was_deleted_is_refused_and_not_answered_by_an_older_one() {
    let (dir, all) = ledger();
    let l = Ledger::at(dir.path());
    run(dir.path(), 2 * DAY, NONE, false).unwrap();
    let at = |h: i64| l.snapshot(Some(Utc(h * HOUR))).map(|s| s.root.manifest.version);
    assert!(at(1).unwrap_err().to_string().contains("were deleted"), "the first versions are gone");
    assert!(matches!(at(2), Err(LedgerError::Refused(_))));
    assert_eq!(
        (
            at(3).unwrap(),
            at(24).unwrap(),
            at(26).unwrap(),
            at(28).unwrap(),
            at(48).unwrap(),
            at(60).unwrap()
        ),
        (3, 3, 5, 7, 7, 9)
    );
    let e = at(27).unwrap_err().to_string();
    assert!(
        e.contains("1970-01-02T02:00:00Z") && e.contains("1970-01-02T04:00:00Z"),
        "it names the times next to it: {e}"
    );
    assert!(at(25).is_err());
    // Before everything there was nothing, and that is still known only of what was never committed.
    assert!(l.snapshot(Some(Utc(0))).is_ok());
    assert!(
        l.snapshot_of(&all[2].hash, None).is_ok() && l.snapshot_of(&all[0].hash, None).is_err()
    );
}

#[test]
fn only_the_typed_kind_makes_a_version_prunable() {
    for kind in
        [CommitKind::Ingest, CommitKind::Retraction, CommitKind::Rollup, CommitKind::Compaction]
    {
        let (dir, all) = ledger_with_fifth(kind);
        assert!(all[4].manifest.what.starts_with("live, to journal position"));
        assert_eq!(run(dir.path(), 2 * DAY, NONE, false).unwrap().versions, 4);
        assert_eq!(manifest::present(dir.path()).unwrap(), [3, 5, 7, 8, 9], "{kind:?}");
    }
    let (dir, _) = ledger_with_fifth(CommitKind::Live);
    assert_eq!(run(dir.path(), 2 * DAY, NONE, false).unwrap().versions, 5);
}

#[test]
fn a_manifest_written_before_kinds_existed_is_read_and_retained() {
    let (dir, all) = ledger_with_fifth(CommitKind::Unstated);
    let path = manifest::path_of(dir.path(), 5);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("\"kind\"") && text.contains("live, to journal position 5"));
    let read = manifest::read(dir.path(), 5).unwrap();
    assert_eq!((read.manifest.kind, &read.hash), (CommitKind::Unstated, &all[4].hash));
    assert_eq!(
        manifest::read(dir.path(), 4).unwrap().manifest.kind,
        CommitKind::Live,
        "a stated kind survives the disk"
    );
    // The chain holds across it, and it is not deleted, however old it is and whatever its text says.
    assert_eq!(run(dir.path(), 2 * DAY, NONE, false).unwrap().versions, 4);
    assert_eq!(manifest::present(dir.path()).unwrap(), [3, 5, 7, 8, 9]);
}

/// The removal of the first two versions of [`ledger`].
fn removal(dir: &Path) -> Removal {
    let range = PrunedRange {
        first: 1,
        last: 2,
        hash: manifest::read(dir, 2).unwrap().hash,
        from: Utc(HOUR),
        to: Utc(2 * HOUR),
        at: Utc(3 * DAY),
        by: "a test".into(),
        sum: String::new(),
    };
    let files = vec!["exchanges/open-0".into(), "exchanges/open-1".into()];
    Removal::new(dir, RemovalPlan { range, files }).unwrap()
}

#[test]
fn a_crash_after_each_step_is_completed_by_the_next_run() {
    let (whole, _) = ledger();
    run(whole.path(), 2 * DAY, NONE, false).unwrap();
    for done in 1..Removal::STEPS.len() {
        let (dir, _) = ledger();
        let d = dir.path();
        let interrupted = removal(d);
        Removal::STEPS[..done].iter().try_for_each(|step| step(&interrupted)).unwrap();
        assert!(Ledger::at(d).snapshot(None).is_ok());
        run(d, 2 * DAY, NONE, false).unwrap();
        assert_eq!(
            (manifest::present(d).unwrap(), files(d), pruned_ranges(d).unwrap()),
            (
                manifest::present(whole.path()).unwrap(),
                files(whole.path()),
                pruned_ranges(whole.path()).unwrap()
            ),
            "after step {done}"
        );
        assert!(!intent_path(d).exists());
    }
    // Where only the intent was recorded and a pack cites one of the versions since, it is retained.
    let (dir, all) = ledger();
    let interrupted = removal(dir.path());
    Removal::STEPS[0](&interrupted).unwrap();
    run(dir.path(), 2 * DAY, &[all[0].hash.clone()], false).unwrap();
    assert_eq!(
        (manifest::present(dir.path()).unwrap(), pruned_ranges(dir.path()).unwrap()[0].first),
        (vec![1, 3, 5, 7, 8, 9], 2)
    );
}

#[test]
fn the_version_that_a_published_log_ends_with_is_retained() {
    let (dir, all) = ledger();
    let log = dir.path().join("exchanges/_delta_log");
    std::fs::create_dir_all(&log).unwrap();
    for (n, root) in [&all[0], &all[1]].into_iter().enumerate() {
        std::fs::write(log.join(format!("{n:020}.json")), format!("{{\"add\":{{\"path\":\"open-{n}\"}}}}\n{{\"commitInfo\":{{\"rootManifest\":\"{}\"}}}}\n", root.hash)).unwrap();
    }
    assert_eq!(run(dir.path(), 2 * DAY, NONE, false).unwrap().versions, 3);
    assert_eq!(
        manifest::present(dir.path()).unwrap(),
        [2, 3, 5, 7, 8, 9],
        "the last of its versions, not the one before"
    );
    // A citation that was withdrawn later: the range listed last is not the latest one.
    let (dir, all) = ledger();
    run(dir.path(), 2 * DAY, &[all[1].hash.clone()], false).unwrap();
    run(dir.path(), 2 * DAY, NONE, false).unwrap();
    let l = Ledger::at(dir.path());
    assert_eq!(
        pruned_ranges(dir.path()).unwrap().iter().map(|g| g.first).collect::<Vec<_>>(),
        [1, 4, 6, 2]
    );
    for h in [1, 2, 25, 27] {
        assert!(l.snapshot(Some(Utc(h * HOUR))).is_err(), "hour {h}");
    }
    for h in [3, 26, 28, 49] {
        assert!(l.snapshot(Some(Utc(h * HOUR))).is_ok(), "hour {h}");
    }
}

#[test]
fn a_broken_chain_or_a_reader_of_old_versions_stops_the_deletion() {
    let (dir, _) = ledger();
    let path = manifest::path_of(dir.path(), 2);
    std::fs::write(&path, std::fs::read_to_string(&path).unwrap().replace("open-1", "open-7"))
        .unwrap();
    assert!(
        run(dir.path(), 2 * DAY, NONE, false)
            .unwrap_err()
            .to_string()
            .contains("version 3 does not name version 2")
    );
    assert_eq!(manifest::present(dir.path()).unwrap().len(), 9);
    let (dir, _) = ledger();
    // A writer makes the readers' lock too.
    drop(lock::writer(dir.path()).unwrap());
    let reader = lock::shared_readers(dir.path()).unwrap().unwrap();
    assert!(matches!(run(dir.path(), 2 * DAY, NONE, false), Err(LedgerError::Locked { .. })));
    drop(reader);
    assert_eq!(run(dir.path(), 2 * DAY, NONE, false).unwrap().versions, 4);
}

#[test]
fn the_next_version_records_the_checksum_of_the_list() {
    let (dir, _) = ledger();
    run(dir.path(), 2 * DAY, NONE, false).unwrap();
    let next = version(dir.path(), 51 * HOUR, CommitKind::Ingest, &[]);
    assert_eq!(next.manifest.pruned_list, pruned_ranges(dir.path()).unwrap().last().unwrap().sum);
    let mut list = pruned_ranges(dir.path()).unwrap();
    list[1].by = "another person".into();
    assert!(!is_intact(&list));
    list.remove(1);
    assert!(!is_intact(&list), "a line less");
}
