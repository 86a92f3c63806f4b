//! Ingest without the command line.

use crate::support::{acting, context};
use northbound_app::{
    Context,
    error::Kind,
    ingest::{Ingested, Layout, Request, ThrottledCount, archive, ingest, sources},
};
use std::path::{Path, PathBuf};

const NOW: &str = "2026-05-20T09:00:00Z";

/// A file with one message for each counter, received on 1 April 2026 and answered in 5 s. `bad`
/// more rows have no time.
fn messages(folder: &Path, name: &str, counters: std::ops::Range<u32>, bad: u32) -> PathBuf {
    let mut text = "request_id,srv,mode,generation,test_kind,region,provider,feed,state,code,received,answer_sent,timeout_at,known\n".to_owned();
    let mut row = |counter: u32, received: &str, sent: &str| {
        text += &format!(
            "90-B3-D5-1F-30-01-00-01:00-DB-12-34-56-78-90-A0:{counter},4.1.1,on-demand,smets2,none,north,CSPN,dsp,answered-success,,{received},{sent},,2026-05-02T00:00:00Z\n"
        );
    };
    for n in counters {
        let minute = n % 60;
        row(
            n,
            &format!("2026-04-01T10:{minute:02}:00Z"),
            &format!("2026-04-01T10:{minute:02}:05Z"),
        );
    }
    for n in 0..bad {
        row(1_000 + n, "yesterday", "");
    }
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn run(ctx: &Context, request: &Request) -> Ingested {
    ingest(ctx, request, Layout::Messages, &mut ctx.progress()).unwrap()
}

#[test]
fn rejected_rows_are_counted_and_written_beside_the_accepted_ones() {
    let (folder, ctx) = context("kim+analyst", NOW);
    let file = messages(folder.path(), "april.csv", 1..6, 2);
    let done = run(&ctx, &Request::file(file));
    let f = &done.files[0];
    assert_eq!((f.read, f.accepted, f.rejected), (7, 5, 2));
    assert_eq!((f.id.as_str(), done.ledger_version, done.days), ("1", Some(1), 1));
    let rejects = std::fs::read_to_string(f.rejects.as_ref().unwrap()).unwrap();
    assert!(rejects.contains("april.csv,7,received,not-a-time"), "{rejects}");
    let none = messages(folder.path(), "may.csv", 10..11, 0);
    assert!(run(&ctx, &Request::file(none)).files[0].rejects.is_none());
}

#[test]
fn a_file_of_which_most_rows_are_rejected_is_refused_whatever_its_length() {
    let (folder, ctx) = context("kim+analyst", NOW);
    let bad = Request::file(messages(folder.path(), "bad.csv", 0..0, 3));
    let e = ingest(&ctx, &bad, Layout::Messages, &mut ctx.progress()).unwrap_err();
    assert_eq!((e.kind(), e.code()), (Kind::BadInput, "ingest.nothing-taken"));
    assert_eq!(ctx.snapshot().unwrap().root.manifest.version, 0);
    let mostly = Request::file(messages(folder.path(), "mostly.csv", 1..3, 3));
    let e = ingest(&ctx, &mostly, Layout::Messages, &mut ctx.progress()).unwrap_err();
    assert_eq!((e.kind(), e.code()), (Kind::BadInput, "ingest.mostly-bad"));
    assert!(e.to_string().contains("3 of its 5 rows were rejected"), "{e}");
    assert_eq!(ctx.snapshot().unwrap().root.manifest.version, 0);
    let allowed = run(&ctx, &Request { allow_mostly_bad: true, ..mostly });
    assert_eq!((allowed.files[0].accepted, allowed.ledger_version), (2, Some(1)));
    let half = run(&ctx, &Request::file(messages(folder.path(), "half.csv", 11..14, 3)));
    assert_eq!((half.files[0].accepted, half.ledger_version), (3, Some(2)));
    let services = folder.path().join("services.csv");
    let good = "DSP,2026-04-01T10:00:00Z,2026-04-01T11:00:00Z,down";
    std::fs::write(&services, format!("service,from,to,kind\n{good}\n,,,x\n,,,x\n")).unwrap();
    let request = Request::file(services);
    let e = ingest(&ctx, &request, Layout::Services, &mut ctx.progress()).unwrap_err();
    assert_eq!(e.code(), "ingest.mostly-bad");
    let allowed = Request { allow_mostly_bad: true, ..request };
    let done = ingest(&ctx, &allowed, Layout::Services, &mut ctx.progress()).unwrap();
    assert_eq!(done.files[0].accepted, 1);
}

#[test]
fn what_systems_leave_in_folders_is_left_out_and_named() {
    let (folder, ctx) = context("kim+analyst", NOW);
    let april = folder.path().join("april");
    std::fs::create_dir_all(april.join("__MACOSX")).unwrap();
    messages(&april, "log.csv", 1..4, 0);
    for name in ["~$log.xlsx", "Desktop.ini", "Thumbs.db", ".DS_Store", "._log.csv", "__MACOSX/x"] {
        std::fs::write(april.join(name), "no data").unwrap();
    }
    let done = run(&ctx, &Request::file(april));
    assert_eq!((done.files.len(), done.files[0].accepted), (1, 3));
    let mut names: Vec<String> = done
        .left_out
        .iter()
        .map(|p| Path::new(p).file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [".DS_Store", "._log.csv", "Desktop.ini", "Thumbs.db", "__MACOSX", "~$log.xlsx"]
    );
}

#[test]
fn the_same_bytes_are_ingested_once_and_one_row_more_is_another_file() {
    let (folder, ctx) = context("kim+analyst", NOW);
    run(&ctx, &Request::file(messages(folder.path(), "a.csv", 1..6, 0)));
    let again = run(&ctx, &Request::file(messages(folder.path(), "b.csv", 1..6, 0)));
    assert!(again.files[0].already && again.ledger_version.is_none());
    let more = run(&ctx, &Request::file(messages(folder.path(), "c.csv", 1..7, 0)));
    assert_eq!(
        (more.files[0].accepted, more.files[0].duplicates, more.ledger_version),
        (6, 5, Some(2))
    );
}

#[test]
fn a_dry_run_reads_everything_and_stores_nothing() {
    let (folder, ctx) = context("kim+analyst", NOW);
    let request = Request::file(messages(folder.path(), "a.csv", 1..6, 1));
    let dry = run(&Context { dry_run: true, ..ctx.clone() }, &request);
    assert_eq!((dry.files[0].accepted, dry.files[0].rejected), (5, 1));
    assert_eq!((dry.files[0].id.as_str(), &dry.files[0].rejects), ("", &None));
    assert_eq!(ctx.snapshot().unwrap().root.manifest.version, 0);
    assert_eq!(run(&ctx, &request).ledger_version, Some(1));
}

#[test]
fn a_retraction_needs_a_reason_and_happens_once() {
    let (folder, ctx) = context("kim+analyst", NOW);
    run(&ctx, &Request::file(messages(folder.path(), "a.csv", 1..6, 0)));
    assert_eq!(sources::retract(&ctx, "a.csv").unwrap_err().kind(), Kind::Refused);
    let with_reason = acting(&ctx, "kim+analyst", "sent by mistake");
    let done = sources::retract(&with_reason, "a.csv").unwrap();
    assert_eq!(
        (done.json["retracted"].as_bool(), done.json["days"].as_u64()),
        (Some(true), Some(1))
    );
    let twice = sources::retract(&with_reason, "a.csv").unwrap_err();
    assert_eq!((twice.kind(), twice.code()), (Kind::Conflict, "ingest.retracted"));
}

#[test]
fn an_archive_has_one_layout_so_a_mapping_is_a_usage_error() {
    let (folder, ctx) = context("kim+analyst", NOW);
    let request = |map| archive::ArchiveRequest {
        files: Request { map, ..Request::file(folder.path().join("none.zip")) },
        throttled: ThrottledCount::Beside,
        ..archive::ArchiveRequest::default()
    };
    let kind = |map| archive::ingest(&ctx, &request(map), &mut ctx.progress()).unwrap_err().kind();
    assert_eq!(kind(Some(folder.path().join("map.toml"))), Kind::Usage);
    assert_eq!(kind(None), Kind::NotFound);
}

#[test]
fn collisions_of_a_file_are_listed_with_both_rows() {
    let (folder, ctx) = context("kim+analyst", NOW);
    run(&ctx, &Request::file(messages(folder.path(), "log.csv", 1..4, 0)));
    let text = std::fs::read_to_string(folder.path().join("log.csv")).unwrap();
    let other = folder.path().join("other.csv");
    std::fs::write(&other, text.replace("10:02:05Z", "10:02:25Z")).unwrap();
    let done = run(&ctx, &Request::file(other));
    assert_eq!((done.files[0].duplicates, done.files[0].collisions), (2, 1));
    let note = &done.files[0].notes[0];
    assert!(note.contains("`northbound ingest show 2 --collisions`"), "{note}");
    for file in ["log.csv", "2"] {
        let found = sources::collisions(&ctx, file).unwrap().json;
        assert_eq!(
            (&found["all"], &found["collisions"][0]["decided_by"]),
            (&1.into(), &"content".into())
        );
        let c = &found["collisions"][0];
        let rows = (c["first"]["row"].as_i64(), c["other"]["row"].as_i64());
        assert_eq!(rows, (Some(3), Some(3)));
        let answered: std::collections::BTreeSet<&str> = ["first", "other"]
            .iter()
            .filter_map(|side| c["differences"][0][side].as_str())
            .collect();
        assert_eq!(c["differences"][0]["column"], "answer_sent");
        assert_eq!(
            answered.into_iter().collect::<Vec<_>>(),
            ["2026-04-01T10:02:05Z", "2026-04-01T10:02:25Z"]
        );
    }
    let user = acting(&ctx, "90-B3-D5-1F-30-01-00-01+user", "");
    assert_eq!(sources::collisions(&user, "2").unwrap_err().kind(), Kind::Refused);
}

#[test]
fn figures_that_no_row_shows_and_that_contradict_each_other_are_in_the_summary() {
    let (folder, ctx) = context("kim+analyst", NOW);
    let file = folder.path().join("report.csv");
    std::fs::write(
        &file,
        "measure,period,provider,region,text\nPM4.3,2026-04,CSPN,north,95.12%\nPM4.3,2026-04,CSPN,north,97.12%\n\
        PM4.3,2026-04-01,CSPN,north,97%\nPM43,2026-04,CSPN,north,97%\nPM4.3,2026-04,CSPS,south,0.994\n",
    )
    .unwrap();
    let done = ingest(&ctx, &Request::file(file), Layout::Figures, &mut ctx.progress()).unwrap();
    let notes = done.files[0].notes.join("\n");
    for words in [
        "figures for a period that their measure has no row for: 1, such as PM4.3 for 2026-04-01",
        "figures of a measure that the rules do not define: 1, such as PM43",
        "so that the figure is disputed: 1; `northbound ingest show 1 --collisions` lists both",
    ] {
        assert!(notes.contains(words), "{notes}");
    }
    assert_eq!(done.files[0].flags["bare-fraction"], 1);
    let found = sources::collisions(&ctx, "report.csv").unwrap().json;
    assert_eq!((&found["all"], &found["collisions"][0]["disputed"]), (&1.into(), &true.into()));
}

#[test]
fn a_later_version_of_a_document_is_named_in_the_summary() {
    let (folder, ctx) = context("kim+analyst", NOW);
    let add = |name: &str, version: u32, values: &[(&str, &str)]| {
        let mut text = "measure,period,region,provider,text,document,version\n".to_owned();
        for (region, value) in values {
            text += &format!("PM4.3,2026-04,{region},CSPN,{value},Report,{version}\n");
        }
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let done = ingest(&ctx, &Request::file(file), Layout::Figures, &mut ctx.progress());
        done.unwrap().files.remove(0).notes
    };
    assert!(add("one.csv", 1, &[("north", "95%"), ("south", "96%")]).is_empty());
    let notes = add("two.csv", 2, &[("north", "97%"), ("central", "96%")]);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("another version of the same document: 1;"), "{notes:?}");
}
