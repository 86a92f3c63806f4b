//! The ledger as a whole, without the command line.

use crate::support::{acting, context};
use northbound_app::{
    Context, ProgressFactory,
    access::command_of,
    error::Kind,
    folder::{Opening, open},
    ingest::{Layout, Request, ingest},
    ledger::{backup, check, retention},
};
use std::path::Path;
use tempfile::TempDir;

/// A data folder whose ledger holds one message.
fn with_a_message() -> (TempDir, Context) {
    let (folder, ctx) = context("kim+analyst", "2026-05-20T09:00:00Z");
    let path = folder.path().join("april.csv");
    std::fs::write(&path, "request_id,srv,mode,generation,test_kind,region,provider,feed,state,code,received,answer_sent,timeout_at,known\n90-B3-D5-1F-30-01-00-01:00-DB-12-34-56-78-90-A0:1,4.1.1,on-demand,smets2,none,north,CSPN,dsp,answered-success,,2026-04-01T10:00:00Z,2026-04-01T10:00:05Z,,2026-05-02T00:00:00Z\n").unwrap();
    ingest(&ctx, &Request::file(path), Layout::Messages, &mut ctx.progress()).unwrap();
    (folder, ctx)
}

/// A file of the backup's ledger.
fn first_parquet(dir: &Path) -> std::path::PathBuf {
    let mut open = vec![dir.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "parquet") {
                return path;
            }
        }
    }
    panic!("no Parquet file in {}", dir.display())
}

#[test]
fn a_backup_is_restored_whole() {
    let (folder, ctx) = with_a_message();
    let copy = folder.path().join("copy");
    let done = backup::backup(&ctx, &copy).unwrap();
    assert_eq!(done.json["ledger_version"], 1);
    let restored = Context { data: folder.path().join("restored"), ..ctx.clone() };
    backup::restore(&restored, &copy).unwrap();
    assert_eq!(restored.snapshot().unwrap().root.hash, ctx.snapshot().unwrap().root.hash);
    let checked = check(&restored, true, &[]).unwrap();
    assert!(!checked.found && checked.json["records"] == 1, "{}", checked.json);
}

#[test]
fn a_restore_that_breaks_off_leaves_no_folder_and_says_so() {
    let (folder, ctx) = with_a_message();
    let copy = folder.path().join("copy");
    backup::backup(&ctx, &copy).unwrap();
    let restored = Context { data: folder.path().join("restored"), ..ctx.clone() };
    // A file in the ledger's copy that its hash does not fit: found while it is written aside.
    let broken = first_parquet(&copy.join("ledger"));
    let whole = std::fs::read(&broken).unwrap();
    std::fs::write(&broken, b"PAR1").unwrap();
    backup::restore(&restored, &copy).unwrap_err();
    assert!(!restored.data.exists());
    let aside = folder.path().join("restored.restoring");
    assert!(aside.exists());
    for command in ["party list", "party add"] {
        let asked = Opening {
            data: restored.data.clone(),
            actor: Some(ctx.actor.clone()),
            login: "kim".to_owned(),
            clock: Some(ctx.now),
            invented: false,
            machine: ctx.now,
            as_at: None,
            reason: String::new(),
            expect_version: None,
            dry_run: false,
            memory: northbound_ledger::Memory::UNLIMITED,
            progress: ProgressFactory::silent(),
        };
        let e = open(asked, command_of(command).unwrap()).unwrap_err();
        assert_eq!(e.code(), "folder.restoring", "{e}");
    }
    // Once more, with the file as it was.
    std::fs::write(&broken, whole).unwrap();
    backup::restore(&restored, &copy).unwrap();
    assert!(restored.data.exists() && !aside.exists());
    assert!(!check(&restored, true, &[]).unwrap().found);
}

#[test]
fn a_folder_that_is_there_and_empty_keeps_its_place_in_a_restore() {
    use std::os::unix::fs::MetadataExt;
    let (folder, ctx) = with_a_message();
    let copy = folder.path().join("copy");
    backup::backup(&ctx, &copy).unwrap();
    // As a volume that is mounted there would be.
    let restored = Context { data: folder.path().join("restored"), ..ctx.clone() };
    std::fs::create_dir(&restored.data).unwrap();
    let inode = || std::fs::metadata(&restored.data).unwrap().ino();
    let before = inode();
    let broken = first_parquet(&copy.join("ledger"));
    let whole = std::fs::read(&broken).unwrap();
    std::fs::write(&broken, b"PAR1").unwrap();
    backup::restore(&restored, &copy).unwrap_err();
    assert!(restored.data.join(".restoring").exists());
    std::fs::write(&broken, whole).unwrap();
    backup::restore(&restored, &copy).unwrap();
    assert_eq!(inode(), before);
    assert!(!restored.data.join(".restoring").exists());
    assert!(!check(&restored, true, &[]).unwrap().found);
    // With anything else in it, a folder is not cleared.
    std::fs::create_dir(restored.data.join(".restoring")).unwrap();
    assert_eq!(backup::restore(&restored, &copy).unwrap_err().kind(), Kind::Refused);
    assert!(restored.data.join("ledger").exists());
}

#[test]
fn a_restore_writes_nothing_outside_its_folder() {
    let (folder, ctx) = with_a_message();
    let copy = folder.path().join("copy");
    backup::backup(&ctx, &copy).unwrap();
    let restored = Context { data: folder.path().join("restored"), ..ctx.clone() };
    let manifest = copy.join("backup.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let outside = folder.path().join("outside.txt");
    std::fs::write(&outside, "").unwrap();
    for path in ["../outside.txt".to_owned(), outside.display().to_string(), "rules/../../x".into()]
    {
        let mut m: serde_json::Value = serde_json::from_str(&text).unwrap();
        let entry = serde_json::json!({"path": path, "bytes": 0, "sha256": ""});
        m["files"].as_array_mut().unwrap().push(entry);
        std::fs::write(&manifest, m.to_string()).unwrap();
        let e = backup::restore(&restored, &copy).unwrap_err();
        assert!(e.kind() == Kind::BadInput && e.to_string().contains("not below"), "{e}");
        assert!(!restored.data.exists());
    }
}

#[test]
fn a_backup_holds_the_outbox_and_the_marks() {
    let (folder, ctx) = with_a_message();
    for name in ["outbox/mailing-1/a.eml", "outbox/send.lock", "folder.json", "service.toml"] {
        let path = ctx.data.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    let copy = folder.path().join("copy");
    backup::backup(&ctx, &copy).unwrap();
    let there = |n: &str| copy.join(n).exists();
    assert!(there("outbox/mailing-1/a.eml") && there("folder.json") && there("service.toml"));
    assert!(!there("outbox/send.lock"));
}

#[test]
fn a_backup_goes_into_an_empty_folder_and_one_file_in_it_is_too_many() {
    let (folder, ctx) = with_a_message();
    let to = folder.path().join("copy");
    std::fs::create_dir(&to).unwrap();
    std::fs::write(to.join("note.txt"), "mine").unwrap();
    assert_eq!(backup::backup(&ctx, &to).unwrap_err().kind(), Kind::Refused);
    std::fs::remove_file(to.join("note.txt")).unwrap();
    assert!(backup::backup(&ctx, &to).is_ok());
}

#[test]
fn a_check_finds_one_changed_byte() {
    let (_folder, ctx) = with_a_message();
    assert!(!check(&ctx, true, &[]).unwrap().found);
    let path = first_parquet(&ctx.data.join("ledger"));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[0] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert!(check(&ctx, true, &[]).is_err() || check(&ctx, true, &[]).unwrap().found);
}

#[test]
fn a_retention_decision_needs_a_reason_and_a_table() {
    let (_folder, ctx) = with_a_message();
    let set = |ctx: &Context, table: &str| retention::set(ctx, table, Some(24), None);
    let silent = acting(&ctx, "kim+secretary", "");
    let reasoned = acting(&ctx, "kim+secretary", "decided by the group");
    assert_eq!(set(&silent, "exchanges").unwrap_err().kind(), Kind::Refused);
    assert_eq!(set(&reasoned, "exchange").unwrap_err().kind(), Kind::NotFound);
    set(&reasoned, "exchanges").unwrap();
    let shown = retention::show(&ctx).unwrap().json;
    let of = |name: &str| {
        shown["tables"].as_array().unwrap().iter().find(|t| t["table"] == name).unwrap().clone()
    };
    assert_eq!(of("exchanges")["months"], 24);
    assert!(of("alerts")["months"].is_null());
}

#[test]
fn retention_is_applied_as_a_dry_run_only() {
    let (_folder, ctx) = with_a_message();
    assert_eq!(retention::apply(&ctx).unwrap_err().kind(), Kind::Refused);
    let dry = retention::apply(&Context { dry_run: true, ..ctx }).unwrap();
    assert_eq!(dry.json["dry_run"], true);
}
