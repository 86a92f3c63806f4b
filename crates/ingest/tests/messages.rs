//! Message records: defaults, derived states, rejects with reason and line, mappings, limits of files.
//! All data are invented; the EUI-64 are from ranges for tests.

use crate::recording;

use northbound_ingest::{limits, *};
use recording::{ID, file, mapped, options, run};

fn one(csv: &str) -> (recording::RecordingSink, Summary, Vec<Reject>) {
    let (_d, p) = file("a.csv", csv);
    run(&[p], &options())
}
fn refused(name: &str, content: impl AsRef<[u8]>, o: &Options) -> IngestError {
    let (_d, p) = file(name, content);
    messages(&[p], o, &mut recording::RecordingSink::default(), &mut DropRejects, &mut |_| {})
        .unwrap_err()
}
fn reason_of(header: &str, row: &str) -> (Reason, String, i64) {
    let (_, s, r) = one(&format!("{header}\n{row}\n"));
    assert_eq!((s.read(), s.rejected(), r.len()), (1, 1, 1), "{header}\n{row}");
    (r[0].reason, r[0].column.clone(), r[0].line)
}

#[test]
fn the_least_row_gets_the_defaults() {
    let (k, s, _) = one(&format!("request_id,received\n{ID},2026-04-01T12:00:00Z\n"));
    for part in [
        "namespace: \"duis\"",
        "leg: Send",
        "kind: ServiceRequest",
        "mode: OnDemand",
        "generation: None",
        "test_kind: None",
        "region: Unknown",
        "feed: \"import\"",
        "state: InFlight",
        "known: 1778025600000000",
        "row: 2",
        "received: 1775044800000000",
        "counter: 1000",
    ] {
        assert!(k.exchanges[0].contains(part), "{part}: {}", k.exchanges[0]);
    }
    assert_eq!((s.flagged(Flag::RegionUnknown), s.flagged(Flag::StateDerived)), (1, 1));
    assert_eq!(s.files[0].source.sha256.len(), 64);
}

#[test]
fn states_are_derived_from_answer_code_and_time_out() {
    let header = "request_id,received,answer_sent,code,timeout_at";
    for (row, want) in [
        (",,", "InFlight"),
        ("2026-04-01T12:00:09Z,I0,", "AnsweredSuccess"),
        ("2026-04-01T12:00:09Z,,", "AnsweredSuccess"),
        ("2026-04-01T12:00:09Z,W1,", "AnsweredSuccess"),
        ("2026-04-01T12:00:09Z,E20,", "AnsweredDeviceError"),
        (",E4,", "Refused"),
        (",,2026-05-06T00:00:00Z", "TimedOut"),
        (",,2026-05-06T00:00:00.000001Z", "InFlight"),
    ] {
        let (k, ..) = one(&format!("{header}\n{ID},2026-04-01T12:00:00Z,{row}\n"));
        assert!(k.exchanges[0].contains(&format!("state: {want},")), "{row}: {}", k.exchanges[0]);
    }
}

#[test]
fn the_leg_comes_from_the_variant_or_the_instance() {
    for (row, want) in [
        ("4,", "Transform"),
        ("5,", "Send"),
        ("2,", "Local"),
        ("8,", "NonDevice"),
        ("9,", "Send"),
        ("1,3", "Instance"),
        (",", "Send"),
    ] {
        let (k, ..) =
            one(&format!("request_id,received,cv,instance\n{ID},2026-04-01T12:00:00Z,{row}\n"));
        assert!(k.exchanges[0].contains(&format!("leg: {want},")), "{row}");
    }
}

/// Header, row, and the reason and column of its reject.
type Impossible = (&'static str, String, Reason, &'static str);

fn identities_and_times(t: &str) -> Vec<Impossible> {
    vec![
        ("request_id,received", format!("{ID},"), Reason::MissingValue, "received"),
        ("request_id,received", format!(",{t}"), Reason::MissingValue, "request_id"),
        ("request_id,received", format!("90-B3,{t}"), Reason::MalformedRequestId, "request_id"),
        ("request_id,received", format!("{ID},yesterday"), Reason::NotATime, "received"),
        ("request_id,received", format!("{ID},2026-04-01T12:00:00"), Reason::NoZone, "received"),
        (
            "request_id,received",
            format!("{ID},1969-01-01T00:00:00Z"),
            Reason::TimeOutOfRange,
            "received",
        ),
        (
            "originator,target,counter,received",
            format!("90-B3-D5-1F-30-01-00-0X,00-DB-12-34-56-78-90-A0,1,{t}"),
            Reason::MalformedEui,
            "originator",
        ),
        (
            "originator,target,counter,received",
            format!("90-B3-D5-1F-30-01-00-00,00-DB-12-34-56-78-90-A0,-1,{t}"),
            Reason::Negative,
            "counter",
        ),
        (
            "originator,target,counter,received",
            format!("90-B3-D5-1F-30-01-00-00,00-DB-12-34-56-78-90-A0,18446744073709551616,{t}"),
            Reason::TooLarge,
            "counter",
        ),
        (
            "originator,target,counter,received",
            format!("90-B3-D5-1F-30-01-00-00,,1,{t}"),
            Reason::MissingValue,
            "target",
        ),
    ]
}

fn values(t: &str) -> Vec<Impossible> {
    vec![
        ("request_id,counter,received", format!("{ID},7,{t}"), Reason::Contradiction, "request_id"),
        ("request_id,received,state", format!("{ID},{t},OK"), Reason::UnknownWord, "state"),
        ("request_id,received,region", format!("{ID},{t},east"), Reason::UnknownWord, "region"),
        ("request_id,received,cv", format!("{ID},{t},10"), Reason::UnknownWord, "cv"),
        ("request_id,received,srv", format!("{ID},{t},4..1"), Reason::MalformedSrv, "srv"),
        (
            "request_id,received,instance",
            format!("{ID},{t},9223372036854775808"),
            Reason::TooLarge,
            "instance",
        ),
        ("request_id,received", format!("{ID},{t},more"), Reason::WrongFieldCount, ""),
        (
            "request_id,received,code",
            format!("{ID},{t},\"a\u{1}b\""),
            Reason::ControlCharacter,
            "code",
        ),
        (
            "request_id,received,code",
            format!("{ID},{t},{}", "x".repeat(limits::MAX_FIELD + 1)),
            Reason::FieldTooLong,
            "code",
        ),
    ]
}

#[test]
fn impossible_rows_are_rejected_with_reason_column_and_line() {
    let t = "2026-04-01T12:00:00Z";
    for (header, row, reason, column) in identities_and_times(t).into_iter().chain(values(t)) {
        assert_eq!(reason_of(header, &row), (reason, column.to_owned(), 2), "{header}\n{row}");
    }
    let (k, ..) =
        one(&format!("request_id,received,code\n{ID},{t},{}\n", "x".repeat(limits::MAX_FIELD)));
    assert_eq!(k.exchanges.len(), 1);
}

#[test]
fn words_that_are_allowed_are_named() {
    let (_, _, r) = one(&format!("request_id,received,region\n{ID},2026-04-01T12:00:00Z,east\n"));
    assert!(r[0].why.contains("north, central, south"), "{}", r[0].why);
    assert!(r[0].raw.contains(ID));
}

#[test]
fn an_answer_before_its_request_is_kept_and_flagged_beyond_the_tolerance() {
    let csv = format!(
        "request_id,received,answer_sent\n{ID},2026-04-01T12:00:00Z,2026-04-01T11:59:59Z\n"
    );
    let (_d, p) = file("a.csv", &csv);
    for (tolerance, flagged) in [(999_999, 1), (1_000_000, 0)] {
        let (k, s, _) =
            run(std::slice::from_ref(&p), &Options { clock_tolerance: tolerance, ..options() });
        assert_eq!((k.exchanges.len(), s.flagged(Flag::AnswerBeforeReceived)), (1, flagged));
    }
}

#[test]
fn the_rest_goes_in_and_lines_count_quoted_line_ends_blank_lines_and_crlf() {
    let csv = format!(
        "request_id,received,device_type\r\n\r\n{ID},2026-04-01T12:00:00Z,\"a\r\nb\"\r\n{ID},2026-04-01T12:00:00Z,ok\r\nbad,2026-04-01T12:00:00Z,\r\n"
    );
    let (k, s, r) = one(&csv);
    assert_eq!((s.read(), s.accepted(), s.rejected()), (3, 1, 2));
    assert!(k.exchanges[0].contains("row: 5"), "{}", k.exchanges[0]);
    assert_eq!((r[0].line, r[0].reason, r[1].line), (3, Reason::ControlCharacter, 6));
    assert_eq!(s.by_reason()[&Reason::MalformedRequestId], 1);
}

#[test]
fn a_quote_left_open_costs_one_reject_and_not_the_file() {
    let good = format!("{ID},2026-04-01T12:00:00Z\n");
    let n = limits::MAX_LINE / good.len() + 5000;
    let csv = format!("request_id,received\n\"oops,2026-04-01T12:00:00Z\n{}", good.repeat(n));
    let (_, s, r) = one(&csv);
    assert_eq!(r.len(), 1);
    assert_eq!((r[0].reason, r[0].line), (Reason::LineTooLong, 2));
    assert!(s.accepted() > 4900, "{}", s.accepted());
    assert_eq!(s.read(), s.accepted() + 1);
}

#[test]
fn files_that_cannot_be_used_say_why_in_different_words() {
    let o = options();
    for (name, content, want) in [
        ("a.csv", &b""[..], "is empty (0 bytes"),
        ("a.csv", b"\n\n \n", ""),
        ("a.csv", b"request_id,received\n", "has a header and no rows"),
        ("a.csv", b"\xFF\xFEr\0e\0q\0", "UTF-16"),
        ("a.parquet", b"PAR1 but not really", "Parquet"),
        ("a.csv.gz", b"\x1f\x8b\x08broken", "gzip"),
        (
            "a.csv",
            b"a,b\n1,2\n",
            "needs request_id (or originator, target and counter), received; found: a, b",
        ),
        ("a.csv", b"request_id,received,received\nx,y,z\n", "there twice"),
        ("a.ndjson", b"{\n", ""),
    ] {
        if want.is_empty() {
            continue;
        }
        let text = refused(name, content, &o).to_string();
        assert!(text.contains(want), "{name}: {text}");
    }
    assert!(matches!(refused("a.csv", "", &o), IngestError::Empty { .. }));
    assert!(matches!(refused("a.csv", "\n\n", &o), IngestError::Empty { .. }));
    assert!(matches!(refused("a.csv", "request_id,received", &o), IngestError::HeaderOnly { .. }));
    let gone = messages(
        &["/nowhere/at/all.csv".into()],
        &o,
        &mut recording::RecordingSink::default(),
        &mut DropRejects,
        &mut |_| {},
    )
    .unwrap_err();
    assert!(matches!(gone, IngestError::Io { .. }));
}

#[test]
fn limits_hold_at_their_edge() {
    let o = options();
    let wide = |n: usize| {
        let names: Vec<String> = (0..n - 2).map(|i| format!("c{i}")).collect();
        format!(
            "request_id,received,{}\n{ID},2026-04-01T12:00:00Z{}\n",
            names.join(","),
            ",".repeat(n - 2)
        )
    };
    assert_eq!(one(&wide(limits::MAX_COLUMNS)).1.accepted(), 1);
    assert!(refused("a.csv", wide(limits::MAX_COLUMNS + 1), &o).to_string().contains("columns"));
    let padded = |n: usize| {
        let head =
            format!("{{\"request_id\":\"{ID}\",\"received\":\"2026-04-01T12:00:00Z\",\"x\":\"");
        format!("{head}{}\"}}", "x".repeat(n - head.len() - 2))
    };
    for (n, accepted) in [(limits::MAX_LINE, 1), (limits::MAX_LINE + 1, 0)] {
        let (_d, p) = file("a.ndjson", padded(n));
        let (_, s, r) = run(&[p], &o);
        assert_eq!((s.accepted(), r.len() as u64), (accepted, 1 - accepted), "{n}");
    }
    let bad = |n: usize| format!("request_id,received\n{}", "x,y\n".repeat(n));
    assert!(matches!(
        refused("a.csv", bad(3), &Options { max_rejects: Some(2), ..options() }),
        IngestError::RejectLimit { limit: 2, .. }
    ));
    let (_d, p) = file("a.csv", bad(2));
    assert_eq!(run(&[p], &Options { max_rejects: Some(2), ..options() }).1.rejected(), 2);
}

#[test]
fn a_mostly_bad_file_is_refused_early_and_can_be_forced() {
    let rows = |bad: u64| {
        let good = limits::EARLY_ROWS - bad;
        format!(
            "request_id,received\n{}{}",
            format!("{ID},2026-04-01T12:00:00Z\n").repeat(good as usize),
            "x,y\n".repeat(bad as usize)
        )
    };
    let half = limits::EARLY_ROWS / 2;
    assert_eq!(one(&rows(half)).1.rejected(), half);
    let error = refused("a.csv", rows(half + 1), &options());
    assert!(
        matches!(error, IngestError::MostlyBad { read: 10_000, rejected: 5_001, .. }),
        "{error}"
    );
    let (_d, p) = file("a.csv", rows(half + 1));
    assert_eq!(run(&[p], &Options { allow_mostly_bad: true, ..options() }).1.rejected(), half + 1);
}

#[test]
fn the_same_bytes_are_read_once() {
    let csv = format!("request_id,received\n{ID},2026-04-01T12:00:00Z\n");
    let dir = tempfile::tempdir().unwrap();
    let paths = [dir.path().join("a.csv"), dir.path().join("b.csv")];
    for p in &paths {
        std::fs::write(p, &csv).unwrap();
    }
    let (k, s, _) = run(&paths, &options());
    assert_eq!((k.exchanges.len(), s.files[1].already_known), (1, true));
    let already = [s.files[0].source.sha256.clone()].into();
    assert_eq!(run(&paths[..1], &Options { already, ..options() }).0.exchanges.len(), 0);
}

#[test]
fn a_file_with_a_known_identity_is_not_hashed_again() {
    let csv = format!("request_id,received\n{ID},2026-04-01T12:00:00Z\n");
    let dir = tempfile::tempdir().unwrap();
    let paths = [dir.path().join("a.csv"), dir.path().join("b.csv")];
    for (p, more) in paths.iter().zip(["", "\n"]) {
        std::fs::write(p, format!("{csv}{more}")).unwrap();
    }
    let identity = identify(&paths[0], Layout::Messages, &options(), &mut |_| {}).unwrap();
    let known = options().with_identity(&identity);
    let mut hashed = std::collections::BTreeSet::new();
    let summary = messages(
        &paths,
        &known,
        &mut recording::RecordingSink::default(),
        &mut DropRejects,
        &mut |p| {
            if p.phase == Phase::Hashing {
                hashed.insert(p.file.to_owned());
            }
        },
    )
    .unwrap();
    assert_eq!(hashed.into_iter().collect::<Vec<_>>(), ["b.csv"]);
    assert_eq!(summary.files[0].source.sha256, identity.sha256);
    assert_ne!(summary.files[1].source.sha256, identity.sha256);
}

#[test]
fn a_mapping_reads_somebody_elses_file() {
    let toml = r#"
[file]
delimiter = ";"
encoding = "latin-1"
header_row = 2
decimal = ","
nulls = ["NULL"]
[columns]
request_id = "Anfrage"
received = "Zeit"
state = "Status"
device_type = "Gerät"
[times]
format = "%d/%m/%Y %H:%M:%S"
zone = "Europe/London"
[values]
state."OK" = "answered-success"
region."N" = "north"
[durations.answer_sent]
column = "Antwort ms"
unit = "ms"
after = "received"
[constants]
feed = "adaptor"
provider = "CSPN"
"#;
    let text = format!(
        "Export of a day;;\nAnfrage;Zeit;Status;Ger\u{e4}t;Antwort ms;Region;Extra\n{ID};01/07/2026 12:00:00;OK;Z\u{e4}hler;1250,5;N;x\n{ID};25/10/2026 01:30:00;OK;NULL;1;N;x\n"
    );
    let latin: Vec<u8> = text.chars().map(|c| c as u32 as u8).collect();
    let (_d, p) = file("a.csv", latin);
    let (k, s, r) = run(&[p], &mapped(toml));
    for part in [
        "received: 1782903600000000",
        "answer_sent: Some(1782903601250500)",
        "state: AnsweredSuccess",
        "region: North",
        "feed: \"adaptor\"",
        "provider: \"CSPN\"",
        "device_type: \"Zähler\"",
        "row: 3",
    ] {
        assert!(k.exchanges[0].contains(part), "{part}: {}", k.exchanges[0]);
    }
    assert_eq!(s.files[0].ignored_columns, ["Extra"]);
    assert_eq!((r[0].reason, r[0].line), (Reason::AmbiguousTime, 4));
}

#[test]
fn a_mapping_that_does_not_fit_names_line_and_key() {
    let csv = format!("request_id,received\n{ID},2026-04-01T12:00:00Z\n");
    for (toml, want) in [
        (
            "[columns]\nreceived = \"Time\"",
            "m.toml, line 2, key `columns.received`: the file has no column `Time`; it has request_id, received",
        ),
        (
            "[columns]\nrecieved = \"received\"",
            "line 2, key `columns.recieved`: the messages layout has no column",
        ),
        ("layout = \"alerts\"\n", "needs device, recipient, counter, code"),
        (
            "[constants]\nreceived = \"x\"\n[columns]\nreceived = \"received\"",
            "line 2, key `constants.received`",
        ),
        (
            "[durations.answer_sent]\ncolumn = \"ms\"\nunit = \"ms\"\nafter = \"received\"",
            "line 2, key `durations.answer_sent.column`",
        ),
        (
            "[durations.code]\ncolumn = \"ms\"\nunit = \"ms\"\nafter = \"received\"",
            "is not a time column",
        ),
        ("[keys]\nband = \"x\"", "only figures have keys"),
    ] {
        let text = refused("a.csv", &csv, &mapped(toml)).to_string();
        assert!(text.contains(want), "{toml}\n{text}");
    }
}

#[test]
fn ndjson_faults_are_rejects() {
    let good = format!("{{\"request_id\":\"{ID}\",\"received\":\"2026-04-01T12:00:00Z\"}}");
    let lines = [
        good.clone(),
        "[1]".into(),
        "{".into(),
        format!("{good} x"),
        good.replacen('{', "{\"srv\":{},", 1),
        good.replacen('{', "{\"srv\":\"1\",\"srv\":\"2\",", 1),
        good.replacen('{', "{\"cv\":1.5,", 1),
        good.replace("req", "r\\u0065q"),
    ];
    let (_d, p) = file("a.ndjson", lines.join("\n"));
    let (k, s, r) = run(&[p], &Options { allow_mostly_bad: true, ..options() });
    assert_eq!((s.read(), k.exchanges.len()), (8, 2));
    let found: Vec<(i64, Reason)> = r.iter().map(|r| (r.line, r.reason)).collect();
    assert_eq!(
        found,
        [
            (2, Reason::NotJson),
            (3, Reason::NotJson),
            (4, Reason::NotJson),
            (5, Reason::NotJson),
            (6, Reason::DuplicateKey),
            (7, Reason::NotANumber)
        ]
    );
}

#[test]
fn alerts_are_told_by_their_header() {
    let csv = "device,recipient,counter,code,received,delivered,excluded,carried\n00-DB-12-34-56-78-90-A0,90-B3-D5-1F-30-01-00-00,5,8F20,2026-04-01T12:00:00Z,,true,3\n00-DB-12-34-56-78-90-A0,90-B3-D5-1F-30-01-00-00,6,AD1,2026-04-01T12:00:00Z,2026-04-01T12:00:01Z,,\n00-DB-12-34-56-78-90-A0,,7,AD1,2026-04-01T12:00:00Z,,,\n";
    let (k, s, r) = one(csv);
    assert_eq!(
        (k.alerts.len(), k.exchanges.len(), s.files[0].source.layout),
        (2, 0, Layout::Alerts)
    );
    assert!(
        k.alerts[0].contains("alert_kind: \"device\"")
            && k.alerts[0].contains("state: Pending")
            && k.alerts[0].contains("excluded: true, carried: 3")
    );
    assert!(
        k.alerts[1].contains("alert_kind: \"dcc\"") && k.alerts[1].contains("state: Delivered")
    );
    assert_eq!(r[0].column, "recipient");
}

#[test]
fn payloads_keep_state_and_time_together() {
    let head = "originator,device,counter,firmware,received,completed,state";
    let id = "90-B3-D5-1F-30-01-00-00,00-DB-12-34-56-78-90-A0,1,fw-2";
    let csv = format!(
        "{head}\n{id},2026-04-01T12:00:00Z,2026-04-02T12:00:00Z,\n{id},2026-04-01T12:00:00Z,,failed\n{id},2026-04-01T12:00:00Z,,completed\n"
    );
    let (_d, p) = file("a.csv", csv);
    let (mut k, mut r) = (recording::RecordingSink::default(), Vec::new());
    payloads(&[p], &options(), &mut k, &mut r, &mut |_| {}).unwrap();
    assert!(
        k.payloads[0].contains("state: \"completed\"")
            && k.payloads[1].contains("state: \"failed\"")
    );
    assert_eq!((r.len(), r[0].reason), (1, Reason::Contradiction));
}

#[test]
fn rejects_and_progress_are_written() {
    let csv = format!("request_id,received\n{ID},2026-04-01T12:00:00Z\n\"b,ad\",x\n");
    let (_d, p) = file("a.csv", &csv);
    let mut out = Vec::new();
    let mut last = None;
    let mut rejects = RejectFile::new(&mut out).unwrap();
    messages(&[p], &options(), &mut recording::RecordingSink::default(), &mut rejects, &mut |p| {
        last = Some((p.phase, p.done, p.total, p.rows, p.rejected))
    })
    .unwrap();
    rejects.finish().unwrap();
    let mut rows = csv::Reader::from_reader(&out[..]);
    let row = rows.records().next().unwrap().unwrap();
    assert_eq!(
        (&row[0], &row[1], &row[2], &row[3], &row[6]),
        ("a.csv", "3", "received", "not-a-time", "\"b,ad\",x")
    );
    let n = csv.len() as u64;
    assert_eq!(last, Some((Phase::Reading, n, n, 2, 1)));
}

#[test]
fn further_limits_hold_at_their_edge() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("m.toml");
    for (n, fine) in [(limits::MAX_MAPPING, true), (limits::MAX_MAPPING + 1, false)] {
        std::fs::write(&path, format!("#{}", "x".repeat(n as usize - 1))).unwrap();
        assert_eq!(Mapping::load(&path).is_ok(), fine, "{n}");
    }
    // The layout has 36 keys; each further source column of the mapping is one more.
    for (more, fine) in [(limits::MAX_JSON_KEYS - 20, true), (limits::MAX_JSON_KEYS - 19, false)] {
        let keys: String = (0..more).map(|i| format!("k{i} = \"s{i}\"\n")).collect();
        let (_d, p) = file(
            "a.ndjson",
            "{\"measure\":\"A\",\"period\":\"2020-04\",\"s0\":\"x\",\"count\":5}\n",
        );
        let mut k = recording::RecordingSink::default();
        let outcome = figures(
            &[p],
            &mapped(&format!("layout = \"figures\"\n[keys]\n{keys}")),
            &mut k,
            &mut DropRejects,
            &mut |_| {},
        );
        assert_eq!(outcome.is_ok(), fine, "{more}");
        assert_eq!(k.stated.len(), usize::from(fine));
    }
    for (n, fine) in [(limits::MAX_NOTE, true), (limits::MAX_NOTE + 1, false)] {
        let (_d, p) = file(
            "a.csv",
            format!(
                "service,from,to,kind,note\nDSP,2026-04-01T10:00Z,2026-04-01T10:40Z,down,{}\n",
                "x".repeat(n)
            ),
        );
        let (mut k, mut r) = (recording::RecordingSink::default(), Vec::new());
        services(&[p], &options(), &mut k, &mut r, &mut |_| {}).unwrap();
        assert_eq!((k.services.len(), r.len()), (usize::from(fine), usize::from(!fine)));
        for reject in &r {
            assert_eq!(
                (reject.value.len(), reject.raw.len()),
                (limits::MAX_SHOWN, limits::MAX_SHOWN)
            );
        }
    }
    let big = dir.path().join("a.xlsx");
    for (n, why) in [(limits::MAX_SHEET, "not a workbook"), (limits::MAX_SHEET + 1, "the limit is")]
    {
        std::fs::write(&big, b"PK\x03\x04").unwrap();
        std::fs::File::options().write(true).open(&big).unwrap().set_len(n).unwrap();
        let e = figures(
            std::slice::from_ref(&big),
            &options(),
            &mut recording::RecordingSink::default(),
            &mut DropRejects,
            &mut |_| {},
        )
        .unwrap_err()
        .to_string();
        assert!(e.contains(why), "{e}");
    }
}

#[test]
fn the_edges_of_time_are_the_first_and_last_that_are_taken() {
    for (t, fine) in [
        ("1970-01-01T00:00:00Z", true),
        ("1969-12-31T23:59:59.999999Z", false),
        ("2199-12-31T23:59:59.999999Z", true),
        ("2200-01-01T00:00:00Z", false),
    ] {
        let (_, s, _) = one(&format!("request_id,received\n{ID},{t}\n"));
        assert_eq!(s.accepted() == 1, fine, "{t}");
    }
}
