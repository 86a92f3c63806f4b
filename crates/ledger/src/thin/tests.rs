//! Hand-made versions: what goes, what stays, and what a crash in the middle leaves.

use super::*;
use crate::{
    manifest::{FileEntry, LIVE_COMMIT},
    schema::Table,
};

const DAY: i64 = 86_400_000_000;
const HOUR: i64 = DAY / 24;

fn entry(path: &str) -> FileEntry {
    FileEntry {
        path: path.into(),
        rows: 1,
        bytes: 3,
        sha256: String::new(),
        day: None,
        known: (0, 0),
        sources: vec![1],
        states: BTreeMap::new(),
        made_of: None,
        open: false,
    }
}

/// A version with these files, each of three bytes.
fn version(dir: &Path, committed: i64, what: &str, files: &[&str]) -> Root {
    let version = manifest::newest(dir).unwrap() + 1;
    let previous = if version == 1 {
        String::new()
    } else {
        manifest::read(dir, version - 1)
            .map(|r| r.hash)
            .unwrap_or_else(|_| gone(dir).unwrap().last().unwrap().hash.clone())
    };
    for f in files {
        std::fs::create_dir_all(dir.join("exchanges")).unwrap();
        std::fs::write(dir.join(f), "abc").unwrap();
    }
    let m = Manifest {
        version,
        previous,
        committed: Utc(committed),
        what: what.into(),
        rules: String::new(),
        register_revision: 0,
        journal_position: 0,
        tables: BTreeMap::from([(Table::Exchanges, files.iter().map(|f| entry(f)).collect())]),
        sources: Vec::new(),
        retracted: Vec::new(),
        thinned: sum(dir).unwrap(),
    };
    manifest::commit(dir, &m).unwrap()
}

/// Three days of live commits with an import in the second; each has a file of open rows of its own.
fn ledger() -> (tempfile::TempDir, Vec<Root>) {
    let dir = tempfile::tempdir().unwrap();
    let live = |n: usize| format!("{LIVE_COMMIT}{n}");
    let mut all = Vec::new();
    for (n, hour) in [1, 2, 3, 25, 26, 27, 28, 49, 50].into_iter().enumerate() {
        let (settled, open) =
            (format!("exchanges/settled-{}", hour / 24), format!("exchanges/open-{n}"));
        let what = if hour == 26 { "ingest of a file".to_owned() } else { live(n) };
        all.push(version(dir.path(), hour * HOUR, &what, &[&settled, &open]));
    }
    (dir, all)
}

const NOBODY: &[String] = &[];
fn run(dir: &Path, since: i64, cited: &[String], dry: bool) -> Result<Thinned, LedgerError> {
    thin(
        &Ledger::at(dir),
        &Keep { since: Utc(since), cited: &|| Ok(cited.iter().cloned().collect()) },
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
fn the_last_of_a_day_the_young_the_imports_and_the_cited_stay() {
    let (dir, all) = ledger();
    let before = files(dir.path());
    // Of day 0 the versions 1 and 2 go, of day 1 the versions 4 and 6: 5 is the import.
    let dry = run(dir.path(), 2 * DAY, NOBODY, true).unwrap();
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
    let done = run(dir.path(), 2 * DAY, NOBODY, false).unwrap();
    assert_eq!(done, dry);
    assert_eq!(manifest::present(dir.path()).unwrap(), [3, 5, 7, 8, 9]);
    assert_eq!(
        files(dir.path()),
        ["open-2", "open-4", "open-6", "open-7", "open-8", "settled-0", "settled-1", "settled-2"]
    );
    let list = gone(dir.path()).unwrap();
    assert_eq!(
        list.iter().map(|g| (g.first, g.last)).collect::<Vec<_>>(),
        [(1, 2), (4, 4), (6, 6)]
    );
    assert!(sealed(&list) && list[0].hash == all[1].hash);
    assert_eq!(
        run(dir.path(), 2 * DAY, NOBODY, false).unwrap(),
        Thinned { kept: 5, ..Thinned::default() },
        "once is enough"
    );
    // A cited one stays, with its files.
    let (dir, all) = ledger();
    let cited = all[1].hash.clone();
    assert_eq!(run(dir.path(), 2 * DAY, &[cited], false).unwrap().versions, 3);
    assert_eq!(manifest::present(dir.path()).unwrap(), [2, 3, 5, 7, 8, 9]);
    assert!(
        files(dir.path()).contains(&"open-1".to_owned())
            && !files(dir.path()).contains(&"open-0".to_owned())
    );
    // The edge of what is young: committed at that instant stays.
    let (dir, _) = ledger();
    assert_eq!(run(dir.path(), 2 * HOUR, NOBODY, false).unwrap().versions, 1);
    let (dir, _) = ledger();
    assert_eq!(run(dir.path(), 2 * HOUR + 1, NOBODY, false).unwrap().versions, 2);
}

#[test]
fn a_time_whose_version_was_let_go_is_refused_and_not_answered_by_an_older_one() {
    let (dir, all) = ledger();
    let l = Ledger::at(dir.path());
    run(dir.path(), 2 * DAY, NOBODY, false).unwrap();
    let at = |h: i64| l.snapshot(Some(Utc(h * HOUR))).map(|s| s.root.manifest.version);
    assert!(at(1).unwrap_err().to_string().contains("let go"), "the first versions are gone");
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
fn a_crash_at_each_step_is_finished_by_the_next_run() {
    let (whole, _) = ledger();
    run(whole.path(), 2 * DAY, NOBODY, false).unwrap();
    for steps in 1..ALL {
        let (dir, _) = ledger();
        let d = dir.path();
        // The first stretch breaks off.
        let plan = Plan {
            gone: Gone {
                first: 1,
                last: 2,
                hash: manifest::read(d, 2).unwrap().hash,
                from: Utc(HOUR),
                to: Utc(2 * HOUR),
                at: Utc(3 * DAY),
                by: "a test".into(),
                sum: String::new(),
            },
            files: vec!["exchanges/open-0".into(), "exchanges/open-1".into()],
        };
        let_go(d, plan, steps).unwrap();
        assert!(Ledger::at(d).snapshot(None).is_ok());
        run(d, 2 * DAY, NOBODY, false).unwrap();
        assert_eq!(
            (manifest::present(d).unwrap(), files(d), gone(d).unwrap()),
            (
                manifest::present(whole.path()).unwrap(),
                files(whole.path()),
                gone(whole.path()).unwrap()
            ),
            "after step {steps}"
        );
        assert!(!root_path(d).join(INTENT).exists());
    }
    // Where it had hardly begun, and a pack was made of one of its versions since, it stays.
    let (dir, all) = ledger();
    let gone_then = Gone {
        first: 1,
        last: 2,
        hash: all[1].hash.clone(),
        from: Utc(HOUR),
        to: Utc(2 * HOUR),
        at: Utc(3 * DAY),
        by: "a test".into(),
        sum: String::new(),
    };
    let_go(
        dir.path(),
        Plan { gone: gone_then, files: vec!["exchanges/open-0".into(), "exchanges/open-1".into()] },
        1,
    )
    .unwrap();
    run(dir.path(), 2 * DAY, &[all[0].hash.clone()], false).unwrap();
    assert_eq!(
        (manifest::present(dir.path()).unwrap(), gone(dir.path()).unwrap()[0].first),
        (vec![1, 3, 5, 7, 8, 9], 2)
    );
}

#[test]
fn what_a_published_log_ends_with_stays() {
    let (dir, all) = ledger();
    let log = dir.path().join("exchanges/_delta_log");
    std::fs::create_dir_all(&log).unwrap();
    for (n, root) in [&all[0], &all[1]].into_iter().enumerate() {
        std::fs::write(log.join(format!("{n:020}.json")), format!("{{\"add\":{{\"path\":\"open-{n}\"}}}}\n{{\"commitInfo\":{{\"rootManifest\":\"{}\"}}}}\n", root.hash)).unwrap();
    }
    assert_eq!(run(dir.path(), 2 * DAY, NOBODY, false).unwrap().versions, 3);
    assert_eq!(
        manifest::present(dir.path()).unwrap(),
        [2, 3, 5, 7, 8, 9],
        "the last of its versions, not the one before"
    );
    // A pack whose citing was withdrawn later: the gap that comes last in the list is not the latest one.
    let (dir, all) = ledger();
    run(dir.path(), 2 * DAY, &[all[1].hash.clone()], false).unwrap();
    run(dir.path(), 2 * DAY, NOBODY, false).unwrap();
    let l = Ledger::at(dir.path());
    assert_eq!(gone(dir.path()).unwrap().iter().map(|g| g.first).collect::<Vec<_>>(), [1, 4, 6, 2]);
    for h in [1, 2, 25, 27] {
        assert!(l.snapshot(Some(Utc(h * HOUR))).is_err(), "hour {h}");
    }
    for h in [3, 26, 28, 49] {
        assert!(l.snapshot(Some(Utc(h * HOUR))).is_ok(), "hour {h}");
    }
}

#[test]
fn a_broken_chain_keeps_everything_and_a_reader_of_all_is_waited_for() {
    let (dir, _) = ledger();
    let path = manifest::path_of(dir.path(), 2);
    std::fs::write(&path, std::fs::read_to_string(&path).unwrap().replace("open-1", "open-7"))
        .unwrap();
    assert!(
        run(dir.path(), 2 * DAY, NOBODY, false)
            .unwrap_err()
            .to_string()
            .contains("version 3 does not name version 2")
    );
    assert_eq!(manifest::present(dir.path()).unwrap().len(), 9);
    let (dir, _) = ledger();
    let reader = reading(dir.path()).unwrap();
    assert!(matches!(run(dir.path(), 2 * DAY, NOBODY, false), Err(LedgerError::Locked { .. })));
    drop(reader);
    assert_eq!(run(dir.path(), 2 * DAY, NOBODY, false).unwrap().versions, 4);
}

#[test]
fn the_next_version_vouches_for_the_list() {
    let (dir, _) = ledger();
    run(dir.path(), 2 * DAY, NOBODY, false).unwrap();
    let next = version(dir.path(), 51 * HOUR, "ingest of a file", &[]);
    assert_eq!(next.manifest.thinned, gone(dir.path()).unwrap().last().unwrap().sum);
    let mut list = gone(dir.path()).unwrap();
    list[1].by = "somebody else".into();
    assert!(!sealed(&list));
    list.remove(1);
    assert!(!sealed(&list), "a line less");
}
