//! Two processes write 1,000 changes each to one data folder and one is killed midway: nothing that was
//! acknowledged is lost, and no file is half in. The children are this test program again, told by the
//! environment what to do; without that the child's test does nothing.

use crate::support;
use northbound_registers::{
    AsAt, Begun, Counts, Gate, Query, Store, Write,
    records::{
        data::{feeds::Feed, sources::SourceFile},
        forecasting::forecasts::{Forecast, ForecastLine, Made},
        participants::parties::{Party, RoleHeld, User},
        reporting::annotations::Annotation,
    },
};
use northbound_types::{Actor, ForecastKind, Utc};
use std::{
    io::{BufRead, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
};

/// Changes of each process.
const CHANGES: i64 = 1_000;
/// One change in so many is a file.
const FILE_EVERY: i64 = 10;
/// Submissions of a file.
const ROWS: i64 = 20;
/// Changes after which the second process is killed.
const KILLED_AFTER: i64 = 400;
/// The User that all forecasts are of.
const USER: &str = "90-B3-D5-1F-30-01-00-02";

fn t(n: i64) -> Utc {
    Utc("2026-05-01T00:00:00Z".parse::<Utc>().unwrap().0 + n * 1_000_000)
}
fn analyst() -> Actor {
    Actor::parse("kim+analyst").unwrap()
}

fn note(who: &str, n: i64) -> Annotation {
    Annotation {
        from: "2020-03-23".parse().unwrap(),
        to: None,
        title: format!("{who} {n}"),
        text: "Invented.".into(),
        source: "test".into(),
    }
}

fn forecast(who: &str, file: i64, row: i64) -> Forecast {
    let lines = vec![ForecastLine {
        period: "2026-06".parse().unwrap(),
        srv: "4.1.1".into(),
        mode: "on-demand".into(),
        count: row,
    }];
    Forecast {
        kind: ForecastKind::Sr,
        user: USER.parse().unwrap(),
        party: "ACME".into(),
        made: t(row),
        how: Made::File,
        lines,
        note: format!("{who} {file}"),
    }
}

/// Writes, and says each change only once it is kept.
fn work(path: &Path, who: &str) {
    let store = Store::open(path, t(0)).unwrap();
    let gate = store.as_actor(&analyst());
    let mut out = std::io::stdout().lock();
    for n in 0..CHANGES {
        if n % FILE_EVERY == 0 {
            let sha = format!("{n:032x}{:032x}", who.len());
            let file = SourceFile {
                feed: "forecasts".into(),
                ..SourceFile::new(&format!("{who}-{n}.csv"), &sha, 100, "forecasts")
            };
            let Begun::Import(mut i) = gate.begin_import(&file, &Write::at(t(n))).unwrap() else {
                panic!("it is new")
            };
            for row in 0..ROWS {
                i.add(&forecast(who, n, row), row, None).unwrap();
            }
            i.finish(Counts { rows: ROWS, accepted: ROWS, rejected: 0 }).unwrap();
        } else if n % 2 == 0 {
            gate.add(&note(who, n), &Write::at(t(n))).unwrap();
        } else {
            gate.update::<Feed>("north", &Write::at(t(n)).with_reason("one more"), |f| {
                f.rank += 1;
                Ok(())
            })
            .unwrap();
        }
        writeln!(out, "kept {n}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn child() {
    let (Ok(who), Ok(path)) =
        (std::env::var("NORTHBOUND_TEST_CHILD"), std::env::var("NORTHBOUND_TEST_PATH"))
    else {
        return;
    };
    work(Path::new(&path), &who);
}

fn spawn(path: &Path, who: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "registers_processes::child", "--nocapture", "--test-threads=1"])
        .env("NORTHBOUND_TEST_CHILD", who)
        .env("NORTHBOUND_TEST_PATH", path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Reads what a child says it kept, until `enough` or its end; then kills it where asked to.
fn watch(mut child: Child, enough: Option<i64>) -> i64 {
    let mut kept = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
        if line.contains("kept ") {
            kept += 1;
        }
        if enough == Some(kept) {
            child.kill().unwrap();
        }
    }
    let ended = child.wait().unwrap();
    assert_eq!(ended.success(), enough.is_none(), "{ended}");
    kept
}

fn each_file_has_all_its_rows(gate: &Gate<'_>, files: i64) {
    // Each file is in with all its rows, and no row is in without its file.
    let sources = gate.sources(AsAt::NOW).unwrap();
    assert_eq!(sources.len() as i64, files);
    for s in &sources {
        assert_eq!(
            (
                gate.list::<Forecast>(&Query { source: Some(s.id.clone()), ..Query::default() })
                    .unwrap()
                    .len() as i64,
                s.record.accepted
            ),
            (ROWS, ROWS),
            "{}",
            s.record.name
        );
    }
    assert_eq!(
        gate.list::<Forecast>(&Query::default()).unwrap().len() as i64,
        sources.len() as i64 * ROWS
    );
}

fn add_party_and_user(gate: &Gate<'_>) {
    gate.add(
        &Party { id: "ACME".into(), name: "Acme".into(), category: "large-supplier".into() },
        &Write::at(t(0)),
    )
    .unwrap();
    gate.add(
        &User {
            eui: USER.parse().unwrap(),
            party: "ACME".into(),
            roles: vec![RoleHeld {
                role: "IS".into(),
                from: "2020-01-01".parse().unwrap(),
                to: None,
            }],
        },
        &Write::at(t(0)),
    )
    .unwrap();
}

#[test]
fn a_process_killed_midway_loses_nothing_that_it_kept_and_leaves_no_half_import() {
    let room = support::Room::new();
    room.nb("init --virtual").ok();
    let path = room.data().join("registers.sqlite");
    let store = Store::open(&path, t(0)).unwrap();
    let gate = store.as_actor(&analyst());
    add_party_and_user(&gate);
    room.nb(
        "feed add north --provider CSPN --brings tests --from 2026-04-01 --owner CSPN-reporting",
    )
    .ok();
    let rank = gate.show::<Feed>("north", AsAt::NOW).unwrap().record.rank;
    let before = store.revision().unwrap();

    let (survivor, killed) = (spawn(&path, "survivor"), spawn(&path, "killed"));
    let other = std::thread::spawn(move || watch(survivor, None));
    let acknowledged = watch(killed, Some(KILLED_AFTER));
    assert_eq!(other.join().unwrap(), CHANGES);

    store.check().unwrap();
    // What the killed process kept, and perhaps one change that it could not say any more.
    let kept = store.revision().unwrap() - before - CHANGES;
    assert!(
        acknowledged >= KILLED_AFTER && kept >= acknowledged && kept < CHANGES,
        "{kept} kept, {acknowledged} acknowledged"
    );
    let of = |n: i64, pick: &dyn Fn(i64) -> bool| (0..n).filter(|k| pick(*k)).count() as i64;
    let (files, notes) = (|k: i64| k % FILE_EVERY == 0, |k: i64| k % FILE_EVERY != 0 && k % 2 == 0);
    let ranks = of(CHANGES, &|k| !files(k) && !notes(k)) + of(kept, &|k| !files(k) && !notes(k));
    assert_eq!(
        gate.show::<Feed>("north", AsAt::NOW).unwrap().record.rank - rank,
        ranks,
        "no change of the one record that both change is lost"
    );
    let titles: Vec<String> = gate
        .list::<Annotation>(&Query::default())
        .unwrap()
        .into_iter()
        .map(|k| k.record.title)
        .collect();
    for (who, n) in [("survivor", CHANGES), ("killed", kept)] {
        for k in (0..n).filter(|k| notes(*k)) {
            assert!(titles.contains(&format!("{who} {k}")), "{who} {k} is lost");
        }
    }
    assert_eq!(titles.len() as i64, of(CHANGES, &notes) + of(kept, &notes));
    each_file_has_all_its_rows(&gate, of(CHANGES, &files) + of(kept, &files));
    // The lock went with the process: a command goes through at once.
    room.nb("feed change north rank=1 --reason after").ok();
}
