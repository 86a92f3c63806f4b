//! Each of ten commands that write is killed at several moments of its run. Whatever was on the disk
//! then, `ledger check` finds nothing, lists can be read, and the same command, run again, ends with
//! what one undisturbed run gives.

use crate::support::{self, Room, needs};
use needs::{Log, READS, TESTS};
use serde_json::Value;
use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Kills of each command; `./check attack --all` asks for more.
const KILLS: u32 = 4;
const KILLS_OF_ALL: u32 = 12;

/// Messages of a file, so many that reading it takes a while.
const MESSAGES: u32 = 4_000;

struct Killed {
    /// What is run, killed, and run again.
    command: &'static str,
    /// A question, and the part of its JSON answer that is the same after one whole run and after a
    /// killed one and its repetition.
    same: (&'static str, &'static str),
    /// How the repetition may end where the killed run had already done everything.
    done: i32,
}

const fn killed(command: &'static str, same: (&'static str, &'static str), done: i32) -> Killed {
    Killed { command, same, done }
}

/// Ten commands, each of which writes in its own way.
const COMMANDS: [Killed; 10] = [
    killed("ingest messages more.csv", ("ledger check", "/records"), 0),
    killed("ingest figures figures.csv", ("ingest list", ""), 0),
    killed("ingest retract first.csv --reason wrong", ("ledger check", "/set_aside"), 6),
    killed("forecast import forecasts.csv", ("forecast list", "/records"), 0),
    killed("ledger publish", ("ledger check", "/findings"), 0),
    // A folder that a killed backup left is not written into again.
    killed("ledger backup copy", ("ledger check", "/findings"), 4),
    killed("ledger restore whole --data back", ("ledger check --data back", "/records"), 4),
    killed("pack issue --period 2026-04", ("pack list", "/packs/0/record/root_manifest"), 4),
    killed("mailing send mailing-1", ("mailing show mailing-1", "/record/state"), 4),
    killed("key make --service", ("ledger check", "/findings"), 0),
];

/// A data folder with messages, a contact and a mailing, and the files that the commands read.
fn base() -> Room {
    let r = Room::new();
    let reads = |n| READS.of(n, Some(5));
    r.write("first.csv", &Log::of(&[TESTS.of(200, Some(5)), reads(MESSAGES)]).text);
    let mut more = Log::from(50_001);
    more.add(reads(MESSAGES));
    r.write("more.csv", &more.text);
    for name in ["figures.csv", "forecasts2.csv"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/walk/in").join(name);
        std::fs::copy(from, r.path(&name.replace('2', ""))).unwrap();
    }
    for command in [
        "party add ACME --name Acme --category large-supplier",
        "user add 90-B3-D5-1F-30-01-00-01 --party ACME --role IS --from 2020-01-01",
        "ingest messages first.csv",
        "contact add ACME --topic smets1 --address a@acme.example --role lead --as lee@ACME+user",
        "contact confirm contact-1 --as sam@ACME+user",
        "mailing draft --topic smets1 --subject Lists --text 'Please check.' --from desk@body.example --category large-supplier",
        "ledger backup whole",
    ] {
        r.nb(command).ok();
    }
    r
}

/// The same files in a new folder.
fn copy(base: &Room) -> Room {
    let r = Room::new();
    let from = base.dir.path().join(".");
    assert!(Command::new("cp").arg("-a").arg(from).arg(r.dir.path()).status().unwrap().success());
    r
}

/// Runs the command and kills it after this time. Whether it was still running then.
fn run_and_kill(r: &Room, command: &str, after: Duration) -> bool {
    let mut child = r
        .command()
        .args(support::arguments(command))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(after);
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

fn answer(r: &Room, (question, part): (&str, &str)) -> Value {
    let all = r.json(question);
    all.pointer(part).unwrap_or_else(|| panic!("{question}: no {part} in {all}")).clone()
}

/// What holds right after a kill, before anything is run again.
fn holds(r: &Room, what: &str) {
    let checked = r.nb("ledger check --format json");
    assert_eq!(checked.code, 0, "{what}: {}{}", checked.out, checked.err);
    for list in ["ingest list", "event list", "pack list", "mailing list", "key list"] {
        let ran = r.nb(&format!("{list} --format json"));
        assert_eq!(ran.code, 0, "{what}: {list}: {}", ran.err);
    }
}

#[test]
fn a_killed_command_leaves_the_books_in_order_and_can_be_run_again() {
    let base = base();
    let kills = if support::attack_in_full() { KILLS_OF_ALL } else { KILLS };
    let mut hit = 0;
    for Killed { command, same, done } in COMMANDS {
        let whole = copy(&base);
        let began = Instant::now();
        whole.nb(command).ok();
        let took = began.elapsed();
        let want = answer(&whole, same);
        for n in 0..kills {
            let r = copy(&base);
            let after = took.mul_f64((f64::from(n) + 0.5) / f64::from(kills));
            hit += u32::from(run_and_kill(&r, command, after));
            let what = format!("{command} killed after {after:?} of {took:?}");
            holds(&r, &what);
            let again = r.nb(command);
            assert!([0, done].contains(&again.code), "{what}: again: {} {}", again.code, again.err);
            assert_eq!(answer(&r, same), want, "{what}");
        }
    }
    let all = kills * COMMANDS.len() as u32;
    println!("{hit} of {all} kills met a running command");
    assert!(hit * 2 > all, "only {hit} of {all} kills met a running command");
}
