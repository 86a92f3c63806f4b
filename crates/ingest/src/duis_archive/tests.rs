//! An invented archive of every kind of message, in each container.

mod archive_of;
mod limits;

use super::*;
use archive_of::{Folder, MODIFIED, files, pack_tar, pack_zip, write_folder};
use northbound_duis::Services;
use northbound_ledger::rows::{AlertRow, ExchangeRow, PayloadRow, StatedRow};
use northbound_ledger::{RowSink, SinkError};
use northbound_types::{RequestState, Utc};
use std::path::Path;

/// 2026-04-01T12:00:00Z in µs: counter 0 of the invented requests.
const T0: i64 = 1_775_044_800_000_000;

/// Writes each row as one line, times in seconds after [`T0`].
#[derive(Debug, Default, PartialEq)]
struct Lines {
    exchanges: Vec<String>,
    alerts: Vec<String>,
    payloads: Vec<String>,
    orphans: Vec<String>,
    rejects: Vec<(String, String)>,
}

fn seconds(at: i64) -> String {
    format!("{}", (at - T0) as f64 / 1e6)
}
fn maybe(at: Option<i64>) -> String {
    at.map_or_else(|| "-".to_owned(), seconds)
}

impl RowSink for Lines {
    fn exchange(&mut self, r: &ExchangeRow<'_>) -> Result<(), SinkError> {
        let counter = if r.counter > 1_000_000 {
            format!("c{}", r.counter as i64 - T0 / 1_000)
        } else {
            format!("n{}", r.counter)
        };
        self.exchanges.push(format!(
            "{counter} {}:{} {} {} {} cv{} {} [{}] sent {} at {} ack {} due {} answer {} timeout {} {} {}/{}/{}",
            r.leg, r.instance, r.kind, r.mode, r.srv, r.cv, r.state, r.code, maybe(r.user_sent), seconds(r.received), maybe(r.acknowledged),
            maybe(r.due), maybe(r.answer_sent), maybe(r.timeout_at), r.region, r.provider, r.generation, r.device_type
        ));
        assert_eq!((r.namespace, r.feed, r.known), ("duis", "archive", T0));
        Ok(())
    }
    fn alert(&mut self, r: &AlertRow<'_>) -> Result<(), SinkError> {
        assert_eq!(r.recipient.to_string(), archive_of::USER);
        self.alerts.push(format!(
            "{} {} {} {} {} raised {} at {} {} carried {}",
            r.device,
            r.counter,
            r.code,
            r.alert_kind,
            r.state,
            maybe(r.raised),
            seconds(r.received),
            r.region,
            r.carried
        ));
        Ok(())
    }
    fn payload(&mut self, r: &PayloadRow<'_>) -> Result<(), SinkError> {
        self.payloads.push(format!(
            "{} {} {} completed {} {}",
            r.device,
            r.firmware,
            r.state,
            maybe(r.completed),
            r.region
        ));
        Ok(())
    }
    fn stated(&mut self, _: &StatedRow) -> Result<(), SinkError> {
        Err("an archive states no figures".into())
    }
}

impl ArchiveSink for Lines {
    fn reject(&mut self, r: &Reject) -> Result<(), SinkError> {
        self.rejects.push((r.name.clone(), r.code.clone()));
        Ok(())
    }
    fn orphan(&mut self, o: &Orphan) -> Result<(), SinkError> {
        self.orphans.push(format!(
            "{} {} {} at {}",
            o.request.map_or(0, |r| r.counter as i64 - T0 / 1_000),
            o.code,
            o.srv,
            seconds(o.at.0)
        ));
        Ok(())
    }
}

fn services() -> Services {
    Services::from_catalogue(include_str!("../../../../rules/codes/srv_catalogue.csv")).unwrap()
}

fn inventory() -> Inventory {
    let table = "device,region,provider,generation,device_type\n\
        00-DB-12-34-56-78-90-A0,north,CSPN,smets2,ESME\n00-db-12-34-56-78-90-a1,south,CSPS,smets2,GSME\n00-DB-12-34-56-78-90-C1,north,CSPN,smets2,CHF\n";
    Inventory::from_csv(std::io::Cursor::new(table.as_bytes().to_vec())).unwrap()
}

fn run_with(path: &Path, change: impl Fn(&mut AssembleOptions)) -> (Summary, Lines) {
    let mut lines = Lines::default();
    let mut options = AssembleOptions::new("archive", Utc(T0));
    change(&mut options);
    let summary =
        assemble(path, &ReadOptions::default(), &services(), &inventory(), &options, &mut lines)
            .unwrap();
    (summary, lines)
}

fn in_folder() -> (Folder, Summary, Lines) {
    let folder = Folder::new();
    write_folder(&folder.0, &files());
    let (summary, mut lines) = run_with(&folder.0, |_| {});
    lines.exchanges.sort();
    lines.alerts.sort();
    (folder, summary, lines)
}

/// The line of the request with this counter and leg.
fn line<'a>(lines: &'a Lines, start: &str) -> &'a str {
    let found: Vec<&String> = lines.exchanges.iter().filter(|l| l.starts_with(start)).collect();
    assert_eq!(found.len(), 1, "{start}: {found:?}");
    found[0]
}

#[test]
fn every_kind_of_exchange_is_assembled() {
    let (_folder, summary, lines) = in_folder();
    let device = "north CSPN/smets2/ESME";
    let none = "none /smets2/ESME";
    let service = "none /none/";
    for (start, rest) in [
        ("c0 send", format!("send:0 service-request on-demand 4.1.1 cv1 answered-success [I0] sent 0 at 0 ack 1 due - answer 25 timeout - {device}")),
        ("c1 send", format!("send:0 service-request on-demand 4.1.1 cv1 refused [E4] sent 0.001 at 0.001 ack - due - answer - timeout - {device}")),
        ("c2 send", format!("send:0 service-request on-demand 4.1.1 cv1 timed-out [E21] sent 0.002 at 0.002 ack 1 due - answer - timeout 600 {device}")),
        ("c3 send", format!("send:0 service-request on-demand 4.1.1 cv1 answered-device-error [E57] sent 0.003 at 0.003 ack 1 due - answer 20 timeout - {device}")),
        ("c4 transform", format!("transform:0 service-request on-demand 7.1 cv4 answered-success [I0] sent 0.004 at 0.004 ack - due - answer 1 timeout - {none}")),
        ("c4 send", format!("send:0 service-request on-demand 7.1 cv5 answered-success [I0] sent 0.004 at 0.004 ack 3 due - answer 9 timeout - {device}")),
        ("c5 transform", format!("transform:0 service-request on-demand 7.1 cv4 refused [E5] sent 0.005 at 0.005 ack - due - answer - timeout - {none}")),
        ("c6 transform", format!("transform:0 service-request on-demand 7.1 cv4 answered-success [I0] sent 0.006 at 0.006 ack - due - answer 1 timeout - {none}")),
        ("c6 send", format!("send:0 service-request on-demand 7.1 cv5 refused [E1] sent 0.006 at 0.006 ack - due - answer - timeout - {device}")),
        ("c7 send", format!("send:0 service-request future-dated 4.1.2 cv1 answered-success [8F66] sent 0.007 at 0.007 ack 1 due 43200 answer 43205 timeout - {device}")),
        ("c8 send", format!("send:0 service-request future-dated 4.1.2 cv1 answered-device-error [8F67] sent 0.008 at 0.008 ack 1 due 43200 answer 43202 timeout - {device}")),
        ("c9 send", format!("send:0 service-request future-dated 4.1.2 cv1 waiting [] sent 0.009 at 0.009 ack 1 due 43200 answer - timeout - {device}")),
        ("c10 send", "send:0 service-request on-demand 4.1.1 cv1 in-flight [] sent 0.01 at 0.01 ack 1 due - answer - timeout - south CSPS/smets2/GSME".to_owned()),
        ("c11 non-device", format!("non-device:0 service-request non-device 5.1 cv8 answered-success [I0] sent 0.011 at 0.011 ack - due - answer 1 timeout - {service}")),
        ("c11 instance:41", format!("instance:41 schedule-instance scheduled 4.6.1 cv0 answered-success [I0] sent - at 90000 ack - due - answer - timeout - {device}")),
        ("c11 instance:42", format!("instance:42 schedule-instance scheduled 4.6.1 cv0 answered-success [I0] sent - at 176400 ack - due - answer - timeout - {device}")),
        ("c12 send", format!("send:0 service-request on-demand 4.1.1 cv1 held [] sent 0.012 at 0.012 ack - due - answer - timeout - {device}")),
        ("c13 send", format!("send:0 service-request on-demand 4.1.1 cv1 timed-out [N13] sent 0.013 at 0.013 ack 1 due - answer - timeout 700 {device}")),
        ("c14 non-device", format!("non-device:0 service-request non-device 11.1 cv8 answered-success [] sent 0.014 at 0.014 ack 2 due - answer 2 timeout - {service}")),
        ("c16 send", format!("send:0 service-request on-demand 4.1.1 cv3 answered-success [I0] sent 0.016 at 0.016 ack 1 due - answer 12 timeout - {device}")),
        ("c17 send", "send:0 service-request on-demand 4.1.1 cv1 answered-success [I0] sent 0.017 at 0.017 ack - due - answer 6 timeout - unknown /none/".to_owned()),
        ("n5000 send", format!("send:0 service-request on-demand 4.1.1 cv1 in-flight [] sent - at 3600 ack - due - answer - timeout - {device}")),
    ] {
        assert_eq!(line(&lines, start).split_once(' ').unwrap().1, rest, "{start}");
    }
    assert_eq!(lines.exchanges.len(), 22, "{:#?}", lines.exchanges);
    assert_eq!((summary.requests, summary.runs), (20, 2));
    assert_eq!(
        summary.repeats, 4,
        "the request posted again with another signature, the alert sent again, two acknowledgements in two files"
    );
    assert_eq!(summary.time_basis.get(&TimeBasis::Counter), Some(&19));
    assert_eq!(summary.time_basis.get(&TimeBasis::FileTime), Some(&1));
    assert_eq!(summary.states.values().sum::<u64>(), summary.requests);
    assert_eq!(summary.span, Some((Utc(T0 + 1_000_000), Utc(T0 + 176_400_000_000))));
}

#[test]
fn alerts_payloads_orphans_and_rejects_are_kept() {
    let (_folder, summary, lines) = in_folder();
    assert_eq!(
        lines.alerts,
        [
            "00-DB-12-34-56-78-90-A0 43 8F20 device delivered raised - at 50 north carried 0",
            "00-DB-12-34-56-78-90-A0 45 N13 dcc delivered raised - at 700 north carried 0",
            "00-DB-12-34-56-78-90-A0 47 N60 dcc delivered raised - at 8000 north carried 0",
            "00-DB-12-34-56-78-90-A0 71 8F66 closing delivered raised - at 43204 north carried 0",
            "00-DB-12-34-56-78-90-A0 72 8F66 closing delivered raised - at 43205 north carried 0",
            "00-DB-12-34-56-78-90-A0 81 8F67 closing delivered raised - at 43202 north carried 0",
            "00-DB-12-34-56-78-90-C1 44 AD1 dcc delivered raised -180 at 60 north carried 0",
            "90-B3-D5-1F-30-00-00-02 46 N64 dcc delivered raised - at 4 none carried 0",
            "90-B3-D5-1F-30-00-00-02 48 N61 dcc delivered raised - at 9000 none carried 0",
        ]
    );
    assert_eq!((summary.alerts, summary.closing, summary.throttled_copies), (9, 3, 1));
    assert_eq!(
        lines.payloads,
        [
            "00-DB-12-34-56-78-90-A0 0000000A completed completed 7000 north",
            "00-DB-12-34-56-78-90-A1 0000000A failed completed - south",
            "00-DB-12-34-56-78-90-A2 0000000A pending completed - unknown",
        ]
    );
    assert_eq!(lines.orphans, ["99 I0 4.1.1 at 30"]);
    let codes: Vec<(&str, &str)> =
        lines.rejects.iter().map(|(n, c)| (n.as_str(), c.as_str())).collect();
    assert_eq!(
        codes,
        [
            ("bad/cut.xml", "not-well-formed"),
            ("bad/doctype.xml", "doctype"),
            ("bad/image.bin", "not-utf8"),
            ("bad/mixed.xml", "bad-variant"),
        ]
    );
    assert_eq!(summary.read.rejects, 4);
    assert_eq!(summary.read.empty, 1);
    // The archive's messages are all somewhere: rows, repeats, notes of alerts, answers inside rows.
    assert_eq!(summary.read.messages, archive_of::GOOD);
    assert_eq!(summary.unknown_region, 2);
}

#[test]
fn every_container_gives_the_same_rows() {
    let (folder, expected, _) = in_folder();
    let (_, plain) = run_with(&folder.0, |_| {});
    let packed = Folder::new();
    let files = files();
    for (name, bytes) in [
        ("a.zip", pack_zip(&files)),
        ("b.tar", pack_tar(&files)),
        ("c.tar.gz", archive_of::gzip(&pack_tar(&files))),
    ] {
        let path = packed.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        let (summary, lines) = run_with(&path, |_| {});
        assert_eq!(lines, plain, "{name}");
        assert_eq!(summary, expected, "{name}");
    }
    // A folder that holds the archive reads it too, and names say where.
    std::fs::remove_file(packed.0.join("b.tar")).unwrap();
    std::fs::remove_file(packed.0.join("c.tar.gz")).unwrap();
    let (summary, lines) = run_with(&packed.0, |_| {});
    assert_eq!(lines.exchanges, plain.exchanges);
    assert_eq!(lines.rejects[0].0, "a.zip/bad/cut.xml");
    assert_eq!(summary.requests, expected.requests);
}

#[test]
fn temporary_files_change_nothing_and_go_away() {
    let (folder, expected, _) = in_folder();
    let (_, plain) = run_with(&folder.0, |_| {});
    let temporary = Folder::new();
    let (summary, lines) = run_with(&folder.0, |o| {
        o.memory_bytes = 2_000;
        o.temporary.clone_from(&temporary.0);
    });
    assert_eq!(lines, plain);
    assert_eq!(summary, expected);
    assert_eq!(std::fs::read_dir(&temporary.0).unwrap().count(), 0);
    let missing = temporary.0.join("missing");
    let mut options = AssembleOptions::new("archive", Utc(T0));
    (options.memory_bytes, options.temporary) = (0, missing);
    let failed = assemble(
        &folder.0,
        &ReadOptions::default(),
        &services(),
        &inventory(),
        &options,
        &mut Lines::default(),
    );
    assert!(matches!(failed, Err(ArchiveError::Spill { .. })), "{failed:?}");
}

#[test]
fn the_same_archive_twice_is_the_same_messages() {
    let (once, twice) = (Folder::new(), Folder::new());
    write_folder(&once.0, &files());
    write_folder(&twice.0.join("a"), &files());
    write_folder(&twice.0.join("b"), &files());
    let ((one, a), (two, b)) = (run_with(&once.0, |_| {}), run_with(&twice.0, |_| {}));
    assert_eq!(
        (a.exchanges, a.alerts, a.payloads, a.orphans),
        (b.exchanges, b.alerts, b.payloads, b.orphans)
    );
    assert_eq!(two.repeats, one.repeats + archive_of::GOOD);
}

#[test]
fn a_timeout_ends_what_the_archive_reaches_beyond() {
    let (folder, ..) = in_folder();
    let (_, lines) = run_with(&folder.0, |o| o.timeout = Some(20_000_000));
    assert!(
        line(&lines, "c10 send").contains(" timed-out [] ")
            && line(&lines, "c10 send").contains(" timeout 20.01 ")
    );
    assert!(line(&lines, "c9 send").contains(" timed-out "), "due plus 20 s is within the archive");
    // An answer after the time-out leaves the end as it was, and its time is kept.
    assert!(
        line(&lines, "c0 send").contains(" timed-out [I0] ")
            && line(&lines, "c0 send").contains(" answer 25 ")
    );
    assert!(line(&lines, "c3 send").contains(" answered-device-error "));
    let (_, lines) = run_with(&folder.0, |o| o.timeout = Some(10 * 86_400_000_000));
    assert!(line(&lines, "c10 send").contains(" in-flight "), "the archive ends before");
}

#[test]
fn settings_decide_what_is_not_published() {
    let (folder, ..) = in_folder();
    let (_, lines) = run_with(&folder.0, |o| {
        o.network_codes.clear();
        o.failure_alerts.clear();
        o.acknowledged_non_device_is_answered = false;
        o.throttled = ThrottledCount::Including;
    });
    assert!(line(&lines, "c2 send").contains(" answered-device-error [E21] "));
    assert!(line(&lines, "c13 send").contains(" in-flight "));
    assert!(line(&lines, "c14 non-device").contains(" in-flight "));
    assert!(lines.alerts.iter().any(|l| l.ends_with("carried 4")), "{:?}", lines.alerts);
}

#[test]
fn a_counter_is_a_clock_only_near_the_file_or_the_answer() {
    let day = 86_400_000_000;
    let basis = |file: Option<i64>| {
        let folder = Folder::new();
        let request = files().into_iter().find(|f| f.name == "10-open/request.xml").unwrap();
        write_folder(&folder.0, &[archive_of::Sample { name: request.name, bytes: request.bytes }]);
        if let Some(at) = file {
            archive_of::touch(&folder.0.join("10-open/request.xml"), Utc(at));
        }
        let (summary, _) = run_with(&folder.0, |_| {});
        summary.time_basis.into_keys().next().unwrap()
    };
    let counter = T0 + 10_000;
    assert_eq!(basis(Some(counter + day)), TimeBasis::Counter);
    assert_eq!(basis(Some(counter + day + 1_000_000)), TimeBasis::FileTime);
    assert_eq!(basis(Some(counter - day)), TimeBasis::Counter);
    assert_eq!(basis(Some(counter - day - 1_000_000)), TimeBasis::FileTime);
    assert_eq!(basis(Some(0)), TimeBasis::Counter, "a file without a time says nothing against it");
    assert!(MODIFIED > counter);
}

#[test]
fn the_books_of_an_archive_add_up() {
    let (_folder, summary, lines) = in_folder();
    let ended = |s: RequestState| summary.states.get(&s).copied().unwrap_or(0);
    let live: u64 = RequestState::ALL.iter().filter(|s| s.is_live()).map(|&s| ended(s)).sum();
    let over: u64 = RequestState::ALL.iter().filter(|s| !s.is_live()).map(|&s| ended(s)).sum();
    assert_eq!(
        live + over,
        lines.exchanges.iter().filter(|l| l.contains(" service-request ")).count() as u64
    );
    assert_eq!(live, 4);
}

/// Not a bench: an archive of many messages goes through in one pass, memory bounded, and the
/// count of what went in comes out.
#[test]
fn many_messages_in_one_file_come_out_as_many_rows() {
    const MESSAGES: u64 = 3_000;
    let folder = Folder::new();
    let text: String = (0..MESSAGES).map(archive_of::read_and_answered).collect();
    write_folder(&folder.0, &[archive_of::Sample { name: "day.xml", bytes: text.into_bytes() }]);
    let (summary, lines) = run_with(&folder.0, |o| o.memory_bytes = 100_000);
    assert_eq!(
        (summary.requests, summary.orphans, summary.read.messages),
        (MESSAGES, 0, MESSAGES * 3)
    );
    assert_eq!(summary.states.get(&RequestState::AnsweredSuccess), Some(&MESSAGES));
    assert_eq!(lines.exchanges.len() as u64, MESSAGES);
}
