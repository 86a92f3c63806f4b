//! Several processes at once. The children are this test program again, told by the environment
//! what to do; without that the child's test does nothing.

use crate::shared;
use northbound_registers::{
    AsAt, Begun, Noun, Query, Store, Write,
    records::{
        data::feeds::Feed,
        reporting::{annotations::Annotation, packs::Pack},
        service::population::PopulationDay,
    },
};
use shared::{analyst, feed, file, folder, note, pack, people, t};
use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
};

/// Changes of each process.
const CHANGES: i64 = 500;
/// Packs that each process issues.
const ISSUES: i64 = 20;

fn spawn(path: &Path, what: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::child", "--nocapture", "--test-threads=1"])
        .env("NORTHBOUND_TEST_CHILD", what)
        .env("NORTHBOUND_TEST_PATH", path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[track_caller]
fn succeeded(child: Child) {
    let out = child.wait_with_output().unwrap();
    assert!(
        out.status.success(),
        "{}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
}

#[test]
fn child() {
    let (Ok(what), Ok(path)) =
        (std::env::var("NORTHBOUND_TEST_CHILD"), std::env::var("NORTHBOUND_TEST_PATH"))
    else {
        return;
    };
    let store = Store::open(Path::new(&path), t(0)).unwrap();
    let gate = store.as_actor(&analyst());
    match what.as_str() {
        "changes" => {
            for n in 0..CHANGES {
                // Half are new records, half change the one record that both processes change.
                if n % 2 == 0 {
                    gate.add(&note("x"), &Write::at(t(n))).unwrap();
                    continue;
                }
                gate.update::<Feed>("north", &Write::at(t(n)).with_reason("one more"), |f| {
                    f.rank += 1;
                    Ok(())
                })
                .unwrap();
            }
        }
        "issues" => {
            for n in 0..ISSUES {
                let id = gate.build_pack(&pack("2026-04"), &Write::at(t(n))).unwrap().id;
                gate.issue_pack(&id, &Write::at(t(n)).with_reason("race"), |_| Ok(None)).unwrap();
            }
        }
        "import" => {
            let Begun::Import(mut i) =
                gate.begin_import(&file("big.csv"), &Write::at(t(1))).unwrap()
            else {
                panic!("new")
            };
            // More than the page cache holds, so that pages do reach the disk before the end.
            for n in 0..20_000 {
                i.add(&people("2026-04-01", n), n, None).unwrap();
            }
            println!("halfway");
            std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
            unreachable!("the parent kills this process");
        }
        other => panic!("{other}"),
    }
}

#[test]
fn two_processes_lose_no_change() {
    let (_dir, path) = folder();
    // Both make the file as well, which is a race of its own.
    let store = Store::open(&path, t(0)).unwrap();
    store.as_actor(&analyst()).add(&Feed { rank: 0, ..feed("north") }, &Write::at(t(0))).unwrap();
    let children = [spawn(&path, "changes"), spawn(&path, "changes")];
    for c in children {
        succeeded(c);
    }
    let gate = store.as_actor(&analyst());
    assert_eq!(gate.list::<Annotation>(&Query::default()).unwrap().len() as i64, CHANGES);
    let north = gate.show::<Feed>("north", AsAt::NOW).unwrap();
    assert_eq!((north.record.rank, north.version), (CHANGES, CHANGES + 1));
    assert_eq!(store.revision().unwrap(), 2 * CHANGES + 1);
    let life = gate.history(Noun::Feed, "north", AsAt::NOW).unwrap();
    assert!(
        life.windows(2).all(|w| w[0].recorded < w[1].recorded && w[0].revision < w[1].revision)
    );
    store.check().unwrap();
}

#[test]
fn two_processes_issue_under_distinct_numbers_and_make_the_file_together() {
    let (_dir, path) = folder();
    let children = [spawn(&path, "issues"), spawn(&path, "issues"), spawn(&path, "issues")];
    for c in children {
        succeeded(c);
    }
    let store = Store::open(&path, t(0)).unwrap();
    let issued =
        store.as_actor(&analyst()).issued("2026-04".parse().unwrap(), None, AsAt::NOW).unwrap();
    let numbers: Vec<i64> = issued.iter().filter_map(|k| k.record.number).collect();
    assert_eq!(numbers, (1..=3 * ISSUES).collect::<Vec<_>>());
    // Each names the one before it.
    for w in issued.windows(2) {
        assert_eq!(w[1].record.replaces.as_deref(), Some(w[0].id.as_str()));
    }
    assert_eq!(
        store.as_actor(&analyst()).list::<Pack>(&Query::default()).unwrap().len() as i64,
        3 * ISSUES
    );
}

#[test]
fn an_import_killed_midway_leaves_nothing() {
    let (_dir, path) = folder();
    let mut c = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::child", "--nocapture", "--test-threads=1"])
        .env("NORTHBOUND_TEST_CHILD", "import")
        .env("NORTHBOUND_TEST_PATH", &path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(c.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("halfway") {
        line.clear();
        assert_ne!(out.read_line(&mut line).unwrap(), 0, "the child ended before it was halfway");
    }
    c.kill().unwrap();
    c.wait().unwrap();
    let store = Store::open(&path, t(0)).unwrap();
    store.check().unwrap();
    let gate = store.as_actor(&analyst());
    assert_eq!(store.revision().unwrap(), 0);
    assert!(gate.list::<PopulationDay>(&Query::default()).unwrap().is_empty());
    assert!(gate.sources(AsAt::NOW).unwrap().is_empty());
    // And the lock went with the process: the same file comes in whole now.
    let Begun::Import(mut i) = gate.begin_import(&file("big.csv"), &Write::at(t(2))).unwrap()
    else {
        panic!("nothing stayed")
    };
    for n in 0..10 {
        i.add(&people("2026-04-01", n), n, None).unwrap();
    }
    i.finish(Default::default()).unwrap();
    assert_eq!(gate.list::<PopulationDay>(&Query::default()).unwrap().len(), 10);
}
