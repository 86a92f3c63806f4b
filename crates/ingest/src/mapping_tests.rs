use super::*;

fn why(text: &str) -> String {
    Mapping::parse("m.toml", text).unwrap_err().to_string()
}

#[test]
fn a_full_mapping_is_read() {
    let m = Mapping::parse(
        "m.toml",
        r#"
layout = "messages"
[file]
delimiter = ";"
encoding = "latin-1"
header_row = 3
decimal = ","
nulls = ["NULL", "-"]
[columns]
received = "Time In"
[constants]
feed = "adaptor"
[values]
state."OK" = "answered-success"
[times]
zone = "Europe/London"
format = "%d/%m/%Y %H:%M:%S"
[times.known]
unit = "ms"
[durations.answer_sent]
column = "Response ms"
unit = "ms"
after = "received"
[nulls]
"n/r" = "not-reported"
"#,
    )
    .unwrap();
    assert_eq!(
        (m.layout, m.delimiter, m.header_row, m.decimal_comma),
        (Some(Layout::Messages), Some(b';'), 3, true)
    );
    assert_eq!(m.values["state"]["OK"], "answered-success");
    assert_eq!(m.time_rule("received").formats, ["%d/%m/%Y %H:%M:%S"]);
    assert_eq!(
        (m.time_rule("known").epoch_unit, m.time_rule("known").formats.len()),
        (Some(1000), 0)
    );
    assert!(m.time_rule("known").zone.is_some());
    assert_eq!(m.durations["answer_sent"].unit, 1000);
    assert_eq!(m.null_reasons["n/r"], NullReason::NotReported);
    assert_eq!(m.sha256.len(), 64);
}

#[test]
fn errors_name_file_line_and_key() {
    for (text, want) in [
        ("\n[colums]\nx = \"y\"", ["m.toml, line 2, key `colums`", "no such section"]),
        ("[file]\ndelimiter = \"ab\"", ["line 2, key `file.delimiter`", "one ASCII character"]),
        ("[file]\n\nheader_row = 0", ["line 3, key `file.header_row`", "row number"]),
        ("[times]\nzone = \"Europe/Londn\"", ["line 2, key `times.zone`", "IANA"]),
        ("[times]\nformat = \"dd/mm/yyyy\"", ["line 2, key `times.format`", "no %"]),
        (
            "[times]\nambiguous = \"guess\"",
            ["line 2, key `times.ambiguous`", "reject, earlier, later"],
        ),
        ("[times.received]\nunit = \"ns\"", ["line 2, key `times.received.unit`", "us, ms, s"]),
        (
            "[durations.answer_sent]\nunit = \"ms\"",
            ["line 1, key `durations.answer_sent`", "needs column"],
        ),
        ("[columns]\nreceived = 5", ["line 2, key `columns.received`", "text in quotes"]),
        ("layout = \"letters\"", ["line 1, key `layout`", "use one of: messages"]),
        ("[nulls]\n\"x\" = \"dunno\"", ["line 2, key `nulls.x`", "no-events"]),
        ("a = \nb = 1", ["m.toml, line 1", ""]),
    ] {
        let text = why(text);
        for part in want {
            assert!(text.contains(part), "{text}\nhas no {part:?}");
        }
    }
}
