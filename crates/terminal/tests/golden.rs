//! Long answers on screens of 60, 80 and 120 columns, in a pipe and with colours, beside files under
//! `tests/golden/`. All names and numbers are invented.

use northbound_app::{Answer, Table};
use northbound_terminal::{Format, Look, write};
use serde_json::Value;
use std::{fs, path::Path};

fn text(answer: &Answer, look: Look) -> String {
    let mut out = Vec::new();
    write(answer, Format::Table, look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn agrees(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, text, "{name}: UPDATE_GOLDEN=1 writes it anew");
}

fn messages() -> Table {
    let mut messages = Table::new(
        "Messages that fell due",
        &[
            "request",
            "SRV",
            "received (UTC)",
            "state",
            "code",
            ">latency (ms)",
            ">target (ms)",
            "judgement",
            "where",
        ],
    );
    for (n, judgement) in [("241", "in-time"), ("998", "late")] {
        messages.row([
            &format!("90-B3-D5-1F-30-02-00-01:00-DB-12-34-03-00-07-23:1775001617{n}"),
            "",
            &format!("2026-04-01T00:00:17.{n}Z"),
            "answered-success",
            "I0",
            "1416",
            "25000",
            judgement,
            "tests-cspn.csv row 2",
        ]);
    }
    messages
}

/// The shape of what `explain` answers.
fn explained() -> Answer {
    let mut parts = Table::new("Numerator and denominator by part", &["part", ">met", ">fell due"]);
    parts.row(["north", "1,350", "1,380"]);
    let mut rules = Table::new("Rules", &["rule", "text", "provenance", "source", "confirmed"]);
    rules.row([
        "levels/PM4.3",
        "Target and minimum of PM4.3: target 99 % (99/100); minimum 96 % (24/25); platform default: no level of this measure was ever seen in public",
        "assumed",
        "",
        "nobody",
    ]);
    rules.row([
        "measure/PM4.3",
        "Round-trip-time test command RTT4 within 25 s: events per month, lag 0; rows: CSPN north, CSPC central, CSPS south; exchanges where test_kind is rtt4",
        "published",
        "Performance Measurement Methodology, 29 March 2018",
        "not needed",
    ]);
    let mut files =
        Table::new("Source files of its messages", &["file", "feed", ">rows", "sha-256"]);
    files.row([
        "tests-cspn.csv",
        "cspn",
        "1,140",
        "74efb3a9dd7bbad226d00ffd1e1647d0b2da3e9a7594615b46c4c601619cc79e",
    ]);
    let messages = messages();
    Answer::new(Value::Null)
        .say("16f7f8223aff3795 PM4.3 CSPN north 2026-04 (pmm-2018)")
        .say("As known at 2026-05-23T07:00:00Z; ledger fc6dcefa248a16c3d8cb398a59e650c845010fa01ccf498850236b2566f15f4a")
        .table(parts)
        .table(Table::new("Known faults", &["source", "what"]))
        .table(rules)
        .table(files)
        .table(messages)
        .then("More messages: --skip 20")
}

/// The shape of what `pack diff` answers.
fn diff() -> Answer {
    let mut t = Table::new(
        "Changed cells",
        &["measure", "provider", "region", "period", "field", "before", "after", "reason"],
    );
    t.row([
        "PM4.3",
        "CSPN",
        "north",
        "2026-04",
        "figure",
        "87.32 % (1,205 of 1,380), provisional",
        "97.83 % (1,350 of 1,380), provisional",
        "145 messages were added by tests-cspn-corrected.csv, which corrects tests-cspn.csv: the log of 18 to 20 April was cut short",
    ]);
    t.row(["CPM1", "DCC", "national", "2026-04", "band", "below minimum", "met", "the same"]);
    Answer::new(Value::Null).table(t).then("To see how a figure was made: northbound explain ID")
}

#[test]
fn answers_fit_screens_of_sixty_eighty_and_a_hundred_and_twenty_columns() {
    for (name, answer) in [("explain", explained()), ("diff", diff())] {
        for columns in [60, 80, 120] {
            let look = Look { width: Some(columns), colour: false };
            let text = text(&answer, look);
            for line in text.lines().filter(|l| l.chars().count() > columns) {
                // Only what cannot be divided without harm is longer: a hash, alone in its line.
                let hash = line.split_whitespace().last().unwrap_or_default();
                assert!(hash.len() == 64 && columns < 80, "{columns}: {line}");
            }
            agrees(&format!("{name}-{columns}.txt"), &text);
        }
    }
}

#[test]
fn a_pipe_gets_each_row_in_one_line_without_colour() {
    for (name, answer) in [("explain", explained()), ("diff", diff())] {
        let text = text(&answer, Look::default());
        let rows: usize = answer.tables.iter().map(|t| t.rows.len()).sum();
        let tables = answer.tables.iter().filter(|t| !t.rows.is_empty()).count();
        let lines = text.lines().filter(|l| !l.is_empty()).count();
        let others = answer.said.len() + answer.next.len() + answer.tables.len() - tables;
        // Title, header and rule of each table.
        assert_eq!(lines, rows + 3 * tables + others, "{name}");
        assert!(!text.contains('\x1b') && !text.contains('✗'));
    }
}

#[test]
fn colour_adds_symbols_and_changes_no_width() {
    let look = Look { width: Some(80), colour: true };
    let coloured = text(&diff(), look);
    assert!(coloured.contains("\x1b[") && coloured.contains("✗ below minimum"), "{coloured}");
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, r)| r);
    }
    plain.push_str(rest);
    assert!(plain.lines().all(|l| l.chars().count() <= 80), "{plain}");
}
