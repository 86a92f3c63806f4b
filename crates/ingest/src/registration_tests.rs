//! Frames and rows at their edges, in a delimited and a fixed-width layout. All data are invented.

use super::*;
use northbound_rules::{files::RuleFile, registration::layout};

const USER: &str = "90-B3-D5-1F-30-01-00-02";

fn delimited() -> RegistrationLayout {
    let text = include_str!("../../../rules/registration/electricity-update.toml");
    layout(&RuleFile::new("registration/electricity-update.toml", text.as_bytes().to_vec(), false))
        .unwrap()
}

fn fixed() -> RegistrationLayout {
    let text = "id = \"fixed\"\ntitle = \"t\"\nname = \"{provider}.{sequence}\"\nform = \"fixed\"\ndate = \"ddmmyyyy\"\ncounts = \"all\"\nmark = \"assumed\"\n\
        [header]\nrecord = \"H\"\nfields = { provider = [2, 6], date = [8, 8], sequence = [16, 4] }\n\
        [detail]\nrecord = \"D\"\nfields = { at = [2, 13], role = [15, 4], user = [19, 23], from = [42, 8] }\n\
        [trailer]\nrecord = \"T\"\nfields = { count = [2, 6], date = [8, 8] }\n";
    layout(&RuleFile::new("registration/fixed.toml", text.as_bytes().to_vec(), true)).unwrap()
}

fn file(rows: &str, count: usize) -> String {
    format!("ZHV|RDP1|20260506|0007|1\n{rows}ZPT|{count}|7\n")
}
fn row(point: &str) -> String {
    format!("REG|{point}|{USER}|20260507|\n")
}
fn read(text: &str) -> Checked {
    check(&delimited(), "f", text.as_bytes())
}

#[test]
fn a_sound_file_gives_its_rows() {
    let c =
        read(&file(&format!("{}REG|1234567890124||20260507|20260601\n", row("1234567890123")), 2));
    assert!(c.sound() && c.rejects.is_empty(), "{c:?}");
    assert_eq!(
        (c.header.provider.as_str(), c.header.day.unwrap().to_string(), c.header.sequence),
        ("RDP1", "2026-05-06".to_owned(), Some(7))
    );
    let r = &c.rows[0].change;
    assert_eq!(
        (r.at.as_str(), r.role.as_str(), r.user.unwrap().to_string(), r.from.to_string(), r.to),
        (
            "1234567890123",
            "electricity-supplier",
            USER.to_owned(),
            "2026-05-07T00:00:00Z".to_owned(),
            None
        )
    );
    assert_eq!(
        (c.rows[1].change.user, c.rows[1].change.to.unwrap().to_string(), c.rows[1].line),
        (None, "2026-06-01T00:00:00Z".to_owned(), 3)
    );
}

#[test]
fn header_trailer_count_sequence_and_version_are_checked() {
    let rows = row("1234567890123");
    for (text, why) in [
        (file(&rows, 2), "counts 2 rows, the file has 1"),
        (file(&rows, 0), "counts 0 rows, the file has 1"),
        (rows.clone(), "no header"),
        (format!("ZHV|RDP1|20260506|0007|1\n{rows}"), "no trailer"),
        (file(&rows, 1).replace("ZPT|1|7", "ZPT|1|8"), "sequence 8, the header 7"),
        (file(&rows, 1).replace("|0007|1\n", "|0007|2\n"), "version \"2\" is not supported"),
        (file(&rows, 1).replace("20260506", "20260532"), "is not written as yyyymmdd"),
        (file(&rows, 1).replace("RDP1", ""), "provider is empty"),
        (file(&rows, 1).replace("REG|", "ROG|"), "begins with none of"),
        (String::new(), "the file is empty"),
        ("ZHV|RDP1|20260506|0007|1".to_owned(), "no trailer"),
        (file(&rows, 1).replace("0007", "7x"), "no whole number"),
    ] {
        let c = read(&text);
        assert!(!c.sound() && c.why().contains(why), "{text}: {}", c.why());
    }
    assert!(check(&delimited(), "f", b"ZHV|\xff").why().contains("not UTF-8"));
}

#[test]
fn a_bad_row_is_a_reject_and_the_rest_goes_in() {
    let c = read(&file(
        &format!(
            "{}REG|12345|{USER}|20260507|\nREG|1234567890124|{USER}|07052026|\nREG|1234567890125|nobody|20260507|\nREG|1234567890126\n",
            row("1234567890123")
        ),
        5,
    ));
    assert!(c.sound(), "{}", c.why());
    let found: Vec<(i64, &str)> = c.rejects.iter().map(|r| (r.line, r.column.as_str())).collect();
    assert_eq!((c.rows.len(), found), (1, vec![(3, "at"), (4, "from"), (5, "user"), (6, "user")]));
}

#[test]
fn a_fixed_width_layout_with_another_trailer_is_a_rule_alone() {
    let text =
        format!("HRDP2  060520260012\r\nD1234567890123ESUP{USER}07052026\r\nT00000306052026\r\n");
    let c = check(&fixed(), "f", text.as_bytes());
    assert!(c.sound() && c.rejects.is_empty(), "{c:?}");
    assert_eq!(
        (
            c.header.provider.as_str(),
            c.header.sequence,
            c.rows[0].change.role.as_str(),
            c.rows[0].change.from.to_string()
        ),
        ("RDP2", Some(12), "ESUP", "2026-05-07T00:00:00Z".to_owned())
    );
    // All lines are counted here, and the trailer repeats the date.
    assert!(
        check(&fixed(), "f", text.replace("T000003", "T000001").as_bytes())
            .why()
            .contains("counts 1 lines, the file has 3")
    );
    assert!(
        check(&fixed(), "f", text.replace("T00000306", "T00000307").as_bytes())
            .why()
            .contains("date")
    );
}

#[test]
fn lines_end_at_their_limit() {
    let long = |n: usize| {
        let l = row("1234567890123");
        let l = l.trim_end();
        format!("{l}{}\n", "x".repeat(n - l.len()))
    };
    assert!(read(&file(&long(MAX_LINE + 1), 1)).why().contains("the limit is 4096"));
    assert!(!read(&file(&long(MAX_LINE), 1)).why().contains("limit"));
}
