//! Data folders: made, on which clock, for whom; what reads leaves them as they are.

use crate::support::{self, Ran, Room};
use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    path::Path,
    process::Command,
};
use support::needs::bytes;

/// A run on the machine's clock, without an actor but for the login name.
fn plain(room: &Room, login: &str, words: &str) -> Ran {
    ran(command(room, login, words))
}

fn command(room: &Room, login: &str, words: &str) -> Command {
    let mut c = Command::new(env!("CARGO_BIN_EXE_northbound"));
    c.current_dir(room.dir.path())
        .env_clear()
        .env("NORTHBOUND_DATA", "data")
        .env("USER", login)
        .args(words.split(' '))
        .args(["--format", "json"]);
    c
}

fn ran(mut c: Command) -> Ran {
    let o = c.output().unwrap();
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    Ran { code: o.status.code().unwrap_or(-1), out: text(&o.stdout), err: text(&o.stderr) }
}

#[track_caller]
fn refused(ran: Ran, code: &str) {
    let ran = ran.code(4);
    assert_eq!(ran.error()["code"], code, "{}", ran.err);
}

#[test]
fn on_the_machines_clock_no_time_can_be_made_up() {
    let r = Room::new();
    refused(plain(&r, "kim", "init --clock 2199-01-01T00:00:00Z"), "folder.clock");
    let made = plain(&r, "kim", "init").ok().json();
    assert_eq!((&made["clock"], &made["grants"][0]["login"]), (&"real".into(), &"kim".into()));
    plain(&r, "kim", "party add ACME --name Acme --category large-supplier").ok();
    let before = bytes(&r.data());
    refused(
        plain(&r, "kim", "party add WIRE --name W --category x --clock 2199-01-01T00:00:00Z"),
        "folder.clock",
    );
    assert_eq!(bytes(&r.data()), before);
    let listed = plain(&r, "kim", "party list --clock 2199-01-01T00:00:00Z").ok().json();
    assert_eq!(listed["records"].as_array().unwrap().len(), 1);
    refused(plain(&r, "kim", "serve --speed 20 --listen 127.0.0.1:0"), "folder.clock");
    // What is stated may be no further ahead than the two clocks of two machines.
    fs::write(
        r.path("m.csv"),
        support::HEADER.to_owned()
            + &support::message(1, 1, "4.1.1", "north", "2026-04-01T12:00:00Z", None),
    )
    .unwrap();
    refused(
        plain(&r, "kim", "ingest messages m.csv --known 2199-01-01T00:00:00Z"),
        "registers.ahead",
    );
}

#[test]
fn a_folder_made_with_a_clock_is_virtual_and_says_so() {
    let r = Room::new();
    let add = r.nb("party add ACME --name Acme --category large-supplier").ok();
    assert!(add.err.contains("virtual clock"), "{}", add.err);
    let mark: serde_json::Value =
        serde_json::from_slice(&fs::read(r.path("data/folder.json")).unwrap()).unwrap();
    assert_eq!(
        (&mark["clock"], &mark["format"]),
        (&"virtual".into(), &"northbound-folder/1".into())
    );
    let again = r.nb("init --virtual --format json").code(6);
    assert_eq!(again.error()["code"], "folder.marked");
}

#[test]
fn without_as_there_is_no_role_but_the_granted_one() {
    let r = Room::new();
    refused(plain(&r, "kim", "party add ACME --name A --category x"), "registers.right");
    assert!(!r.data().exists());
    let none = plain(&r, "kim", "party list").code(5);
    assert_eq!(none.error()["code"], "folder.missing");
    plain(&r, "kim", "init --owner lee@ACME+user --owner sam/opsg+secretary").ok();
    refused(plain(&r, "kim", "party list"), "access.role");
    refused(plain(&r, "lee", "person add x --role y --body opsg"), "registers.right");
    plain(&r, "sam", "body add opsg --name Group --kind group --power recommend").ok();
    let events = plain(&r, "sam", "event list").ok().json();
    assert!(events.to_string().contains("sam/opsg+secretary"), "{events}");
}

#[test]
fn a_folder_of_an_earlier_version_is_marked_before_anything_is_made_up() {
    let r = Room::new();
    r.nb("party add ACME --name Acme --category large-supplier").ok();
    fs::remove_file(r.path("data/folder.json")).unwrap();
    refused(r.nb("party add WIRE --name W --category x --format json"), "folder.unmarked");
    r.nb("party show ACME").ok();
    let marked = r.json("init --virtual");
    assert_eq!((&marked["earlier"], &marked["clock"]), (&true.into(), &"virtual".into()));
    r.nb("party add WIRE --name W --category network-operator").ok();
}

#[test]
fn what_fails_or_reads_makes_no_folder() {
    let r = Room::new();
    for words in ["party list", "ledger check", "pack list", "explain PM4.3/CSPN/north/2026-04"] {
        let ran = r.nb(&format!("{words} --format json")).code(5);
        assert_eq!(ran.error()["code"], "folder.missing", "{words}");
        assert!(ran.err.contains("northbound init"), "{}", ran.err);
    }
    r.nb("ingest messages nowhere.csv").code(5);
    r.nb("party add ACME --name Acme --category large-supplier --dry-run").ok();
    assert!(!r.data().exists());
    r.nb("rules list").ok();
    assert!(!r.data().exists());
}

/// Files and modes below a folder.
fn modes(folder: &Path) -> Vec<(String, u32)> {
    let mut all =
        vec![(".".to_owned(), fs::metadata(folder).unwrap().permissions().mode() & 0o7777)];
    for (name, _) in bytes(folder) {
        let path = folder.join(&name);
        let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o7777;
        all.push((name.display().to_string(), mode(&path)));
        all.push((format!("{}/", name.display()), mode(path.parent().unwrap())));
    }
    all
}

#[test]
fn files_are_for_the_account_or_for_one_group() {
    let r = Room::new();
    fs::write(
        r.path("m.csv"),
        support::HEADER.to_owned()
            + &support::message(1, 1, "4.1.1", "north", "2026-04-01T12:00:00Z", None),
    )
    .unwrap();
    r.nb("ingest messages m.csv").ok();
    r.nb("key make --service").ok();
    r.nb("ledger backup copy").ok();
    for folder in ["data", "copy"] {
        for (name, mode) in modes(&r.path(folder)) {
            assert_eq!(mode & 0o077, 0, "{folder}/{name} has mode {mode:o}");
        }
    }
    // The group of this process: no other is sure to be there.
    let gid = fs::metadata(r.dir.path()).unwrap().gid();
    r.nb(&format!("init --virtual --data shared --group {gid}")).ok();
    r.nb("ingest messages m.csv --data shared").ok();
    r.nb("key make --service --data shared").ok();
    r.nb("party add ACME --name Acme --category large-supplier --data shared").ok();
    r.nb("user add 90-B3-D5-1F-30-01-00-01 --party ACME --role IS --from 2020-01-01 --data shared")
        .ok();
    let forecasts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/walk/in/forecasts2.csv");
    fs::copy(forecasts, r.path("forecasts.csv")).unwrap();
    r.nb("forecast import forecasts.csv --data shared").ok();
    assert!(r.path("shared/pseudonyms.secret").exists());
    for (name, mode) in modes(&r.path("shared")) {
        let wanted = match name.as_str() {
            n if n.ends_with(".pem") && !n.ends_with(".cert.pem") => 0,
            "pseudonyms.secret" => 0,
            n if n == "." || n.ends_with('/') => 0o050,
            _ => 0o040,
        };
        assert_eq!(mode & 0o077, wanted, "shared/{name} has mode {mode:o}");
    }
}

/// Takes the right to write from whoever runs the command: another account may only read; where there
/// is none, this account's own right goes.
fn for_reading(r: &Room, another: bool) {
    for (name, _) in modes(&r.data()) {
        let path = r.data().join(name.trim_end_matches('/'));
        let mode = if path.is_dir() { 0o755 } else { 0o644 };
        let mode = if another { mode } else { mode & 0o555 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let mode = if another { 0o755 } else { 0o555 };
        for dir in path.ancestors().skip(1).take_while(|d| d.starts_with(r.data())) {
            fs::set_permissions(dir, fs::Permissions::from_mode(mode)).unwrap();
        }
    }
}

#[test]
fn reading_needs_no_right_to_write() {
    const NOBODY: u32 = 65_534;
    let r = Room::new();
    fs::write(
        r.path("m.csv"),
        support::HEADER.to_owned()
            + &support::message(1, 1, "4.1.1", "north", "2026-04-01T12:00:00Z", None),
    )
    .unwrap();
    r.nb("ingest messages m.csv").ok();
    r.nb("party add ACME --name Acme --category large-supplier").ok();
    // Another account may not be able to reach the folder in which the command was built, or the
    // temporary folder. `cp`, because a file that this process wrote could not be run at once.
    let copy = r.path("northbound-copy");
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_northbound")).arg(&copy).status();
    assert!(copied.unwrap().success());
    for path in [r.dir.path(), &copy] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let probe = Command::new(&copy)
        .current_dir(r.dir.path())
        .arg("--version")
        .uid(NOBODY)
        .gid(NOBODY)
        .output();
    let another = probe.is_ok();
    for_reading(&r, another);
    let other = |words: &str| {
        let mut c = Command::new(&copy);
        c.current_dir(r.dir.path())
            .env_clear()
            .env("NORTHBOUND_DATA", "data")
            .env("USER", "nobody")
            .args(words.split(' '))
            .args(["--as", "nobody+analyst", "--format", "json"]);
        if another {
            c.uid(NOBODY).gid(NOBODY);
        }
        ran(c)
    };
    let before = bytes(&r.data());
    for words in ["party list", "ledger check", "ingest list", "event list", "reconcile list"] {
        other(words).ok();
        assert_eq!(bytes(&r.data()), before, "{words}");
    }
    // No mode of a file stops root.
    if another || fs::metadata(r.dir.path()).unwrap().uid() != 0 {
        let add = "party add WIRE --name W --category x --clock 2026-05-21T00:00:00Z";
        assert_ne!(other(add).code, 0);
    }
    for (name, _) in modes(&r.data()) {
        let dir = r.data().join(name.trim_end_matches('/'));
        let dir = if dir.is_dir() { dir.as_path() } else { dir.parent().unwrap() };
        fs::set_permissions(dir, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn a_folder_of_somebody_elses_files_is_left_alone() {
    let r = Room::new();
    fs::create_dir(r.data()).unwrap();
    let script = r.data().join("script.sh");
    fs::write(&script, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(r.data(), fs::Permissions::from_mode(0o755)).unwrap();
    let ran = plain(&r, "kim", "init").code(4);
    assert_eq!(ran.error()["code"], "folder.foreign");
    assert!(ran.err.contains("script.sh"), "{}", ran.err);
    let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&script), mode(&r.data())), (0o755, 0o755));
    // Nor does a command that marks an earlier version's folder touch what is beside its records.
    r.nb("party add ACME --name Acme --category large-supplier").ok();
    fs::remove_file(r.path("data/folder.json")).unwrap();
    plain(&r, "kim", "party change ACME name=A --reason tidy --as kim+analyst").ok();
    assert_eq!((mode(&script), mode(&r.data())), (0o755, 0o755));
    assert_eq!(mode(&r.path("data/registers.sqlite")), 0o600);
}

#[test]
fn what_a_file_system_leaves_in_a_new_folder_is_no_hindrance() {
    let r = Room::new();
    fs::create_dir_all(r.data().join("lost+found")).unwrap();
    plain(&r, "kim", "init").ok();
}

#[test]
fn a_mark_that_is_rubbish_is_named_and_nothing_is_taken_for_it() {
    let r = Room::new();
    r.nb("party add ACME --name Acme --category large-supplier").ok();
    for rubbish in ["", "{", "[]", "{\"format\":\"northbound-folder/9\"}"] {
        fs::write(r.path("data/folder.json"), rubbish).unwrap();
        let ran = r.nb("party list --format json").code(3);
        assert!(ran.err.contains("folder.json"), "{rubbish}: {}", ran.err);
    }
    let later = r#"{"format":"northbound-folder/9","clock":"real","made":"2026-05-20T09:00:00Z","made_by":"x","program":"9","grants":[]}"#;
    fs::write(r.path("data/folder.json"), later).unwrap();
    assert!(r.nb("party list --format json").code(3).err.contains("northbound-folder/1"));
}

#[test]
fn of_several_runs_that_make_a_folder_at_once_each_does_its_work() {
    let r = Room::new();
    let start = |id: &str| {
        r.command()
            .args(["party", "add", id, "--name", id, "--category", "large-supplier"])
            .spawn()
            .unwrap()
    };
    let runs = ["A", "B", "C", "D"].map(start);
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    assert_eq!(r.json("party list")["records"].as_array().unwrap().len(), 4);
    assert!(bytes(&r.data()).keys().all(|p| !p.to_string_lossy().starts_with("folder.json.")));
}

#[test]
fn what_only_runs_or_sends_has_no_dry_run() {
    let r = Room::new();
    r.nb("init --virtual").ok();
    r.write("read.xml", "<x/>");
    r.write("s.toml", "");
    for words in ["serve", "receive", "send read.xml", "scenario run s.toml"] {
        let ran = r.nb(&format!("{words} --dry-run --format json")).code(2);
        assert!(ran.err.contains("has no dry run"), "{words}: {}", ran.err);
    }
}
