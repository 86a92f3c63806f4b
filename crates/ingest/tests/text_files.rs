//! Text files as programs write them: blank rows, delimiters, encodings, line ends, spaces, headers.
//! All data are invented.

use crate::recording;

use northbound_ingest::*;
use recording::{ID, RecordingSink, file, mapped, options, run};

const T: &str = "2026-04-01T12:00:00Z";

fn read(name: &str, content: impl AsRef<[u8]>, options: &Options) -> Read {
    let (_d, path) = file(name, content);
    let (sink, summary, rejects) = run(&[path], options);
    Read { sink, summary, rejects }
}

struct Read {
    sink: RecordingSink,
    summary: Summary,
    rejects: Vec<Reject>,
}

impl Read {
    fn counts(&self) -> (u64, u64) {
        (self.summary.accepted(), self.summary.rejected())
    }
}

fn refused(content: &str, options: &Options) -> String {
    let (_d, path) = file("a.csv", content);
    messages(&[path], options, &mut RecordingSink::default(), &mut DropRejects, &mut |_| {})
        .unwrap_err()
        .to_string()
}

fn figure(csv: &str, mapping: &str) -> (Vec<StatedText>, Vec<Reject>) {
    let (_d, path) = file("a.csv", csv);
    let (mut sink, mut rejects) = (RecordingSink::default(), Vec::new());
    figures(&[path], &mapped(mapping), &mut sink, &mut rejects, &mut |_| {}).unwrap();
    let rows = sink.stated.into_iter().map(|s| StatedText {
        text: s.text,
        null: s.null,
        document: s.document,
        ratio: s.numerator.zip(s.denominator),
    });
    (rows.collect(), rejects)
}

struct StatedText {
    text: Option<String>,
    null: Option<String>,
    document: String,
    ratio: Option<(i64, i64)>,
}

#[test]
fn rows_of_delimiters_alone_are_no_rows() {
    let blank = ",,,\n".repeat(20_000);
    let csv =
        format!("request_id,srv,region,received\n{ID},4.1.1,north,{T}\n{blank} ,\"\",,\nx,,,\n");
    let found = read("a.csv", csv, &options());
    assert_eq!(found.counts(), (1, 1));
    assert_eq!(found.rejects[0].line, 20_004);
}

#[test]
fn a_file_may_name_its_delimiter_or_show_it_in_the_header() {
    for (head, d) in
        [("sep=;\n", ";"), ("\u{FEFF}SEP=|\r\n", "|"), ("", ";"), ("", "\t"), ("", "|")]
    {
        let csv = format!("{head}request_id{d}received{d}region\n{ID}{d}{T}{d}north\n");
        let found = read("a.csv", csv, &options());
        assert_eq!(found.counts(), (1, 0), "{head:?} {d:?}");
        assert!(found.sink.exchanges[0].contains("region: North"));
    }
    // A mapping that counts the first line still fits.
    let csv = format!("sep=;\nrequest_id;received\n{ID};{T}\n");
    let stated = mapped("[file]\ndelimiter = \";\"\nheader_row = 2\n");
    assert_eq!(read("a.csv", csv, &stated).counts(), (1, 0));
    // What the mapping states is not guessed.
    let csv = format!("request_id;received\n{ID};{T}\n");
    assert!(refused(&csv, &mapped("[file]\ndelimiter = \",\"\n")).contains("needs request_id"));
}

#[test]
fn windows_1252_is_read_and_proposed() {
    let csv = b"measure,period,text,document\nPM1,2026-04,97.5%,The DCC\x92s report \x96 April\nPM1,2026-05,\x96,\x80\n";
    for name in ["windows-1252", "latin-1"] {
        let mapping = format!("layout = \"figures\"\n[file]\nencoding = \"{name}\"\n");
        let (_d, path) = file("a.csv", csv);
        let (mut sink, mut rejects) = (RecordingSink::default(), Vec::new());
        figures(&[path], &mapped(&mapping), &mut sink, &mut rejects, &mut |_| {}).unwrap();
        assert_eq!(sink.stated[0].document, "The DCC’s report – April");
        assert_eq!(sink.stated[1].null.as_deref(), Some("not-reported"));
        assert_eq!((sink.stated[1].document.as_str(), rejects.len()), ("€", 0));
    }
    let (_d, path) = file("a.csv", csv);
    assert!(guess(&path, None).unwrap().toml.contains("encoding = \"windows-1252\""));
}

#[test]
fn control_characters_beyond_ascii_are_rejected() {
    let csv = format!("request_id,received,code\n{ID},{T},a\u{81}b\n{ID},{T},é\n");
    let found = read("a.csv", csv, &options());
    assert_eq!(found.counts(), (1, 1));
    assert_eq!(found.rejects[0].reason, Reason::ControlCharacter);
}

#[test]
fn lines_that_end_with_a_carriage_return_alone_are_counted() {
    let csv = format!("Title\rrequest_id,received\r{ID},{T}\r{ID},yesterday\r");
    let found = read("a.csv", csv, &mapped("[file]\nheader_row = 2\n"));
    assert_eq!(found.counts(), (1, 1));
    assert_eq!(found.rejects[0].line, 4);
    assert!(found.sink.exchanges[0].contains("row: 3"));
}

#[test]
fn spaces_and_marks_without_width_are_no_part_of_a_value() {
    let csv = format!(
        "\u{FEFF}\"request_id\",srv\u{A0},region,received\r\n{ID},4.1.1\u{A0},north\u{A0},\u{A0}{T}\r\n\u{FEFF}{ID},4.1.1,north\u{200B},{T}\r\n{ID},4.1.1,nor\u{200B}th,{T}\r\n"
    );
    let found = read("a.csv", csv, &options());
    assert_eq!(found.counts(), (2, 1));
    assert!(found.sink.exchanges.iter().all(|e| e.contains("region: North")));
    assert!(found.sink.exchanges[0].contains("srv: \"4.1.1\""));
    assert_eq!((found.rejects[0].line, found.rejects[0].reason), (4, Reason::UnknownWord));
}

#[test]
fn a_column_that_is_there_twice_is_named() {
    let csv = format!("request_id,received,Received\n{ID},{T},2026-04-01T13:00:00Z\n");
    let why = refused(&csv, &options());
    assert!(why.contains("`received`, `Received` could each be `received`"), "{why}");
    for mapping in ["[columns]\nreceived = \"received\"\n", "ignore = [\"Received\"]\n"] {
        let found = read("a.csv", &csv, &mapped(mapping));
        assert!(found.sink.exchanges[0].contains("received: 1775044800000000"), "{mapping}");
    }
    let trailing = format!("request_id,received,,\n{ID},{T},,\n");
    assert_eq!(read("a.csv", trailing, &options()).counts(), (1, 0));
}

#[test]
fn a_column_can_be_ignored_whatever_its_name() {
    let csv = format!("request_id,received,region\n{ID},{T},the far east\n");
    assert_eq!(read("a.csv", &csv, &options()).counts(), (0, 1));
    let found = read("a.csv", &csv, &mapped("ignore = [\"Region\"]\n"));
    assert_eq!((found.counts(), found.summary.files[0].ignored_columns.len()), ((1, 0), 0));
    assert!(found.sink.exchanges[0].contains("region: Unknown"));
    assert!(refused(&csv, &mapped("ignore = [\"colour\"]\n")).contains("no column `colour`"));
    let json =
        format!("{{\"request_id\":\"{ID}\",\"received\":\"{T}\",\"region\":\"far east\"}}\n");
    assert_eq!(read("a.ndjson", json, &mapped("ignore = [\"region\"]\n")).counts(), (1, 0));
}

#[test]
fn whole_numbers_with_decimals_are_whole() {
    let head = "originator,target,counter,received";
    let row = |n: &str| format!("90-B3-D5-1F-30-01-00-00,00-DB-12-34-56-78-90-A0,{n},{T}\n");
    let csv = format!("{head}\n{}{}{}", row("1001.0"), row("1001.5"), row("9007199254740993.0"));
    let found = read("a.csv", csv, &options());
    assert!(found.sink.exchanges[0].contains("counter: 1001,"));
    let reasons: Vec<Reason> = found.rejects.iter().map(|r| r.reason).collect();
    assert_eq!(reasons, [Reason::NotANumber, Reason::TooLarge]);
}

#[test]
fn alert_codes_are_one_whatever_their_case() {
    let head = "device,recipient,counter,code,received\n";
    let row = |n: u32, code: &str| {
        format!("00-DB-12-34-56-78-90-A0,90-B3-D5-1F-30-01-00-00,{n},{code},{T}\n")
    };
    let csv =
        format!("{head}{}{}{}{}", row(1, "8f36"), row(2, "0x8F36"), row(3, "ad1"), row(4, "8F36"));
    let found = read("a.csv", csv, &options());
    for alert in [0, 1, 3] {
        let text = &found.sink.alerts[alert];
        assert!(
            text.contains("code: \"8F36\"") && text.contains("alert_kind: \"device\""),
            "{text}"
        );
    }
    assert!(found.sink.alerts[2].contains("code: \"AD1\", alert_kind: \"dcc\""));
}

#[test]
fn a_spelling_that_may_be_unknown_or_a_name_is_asked_about() {
    let csv = format!("request_id,received,provider\n{ID},{T},NA\n");
    let found = read("a.csv", &csv, &options());
    assert_eq!(found.rejects[0].reason, Reason::AmbiguousSpelling);
    assert!(found.rejects[0].why.contains("file.nulls = [\"NA\"]"), "{}", found.rejects[0].why);
    for (mapping, want) in [
        ("[file]\nnulls = [\"NA\"]\n", "provider: \"\""),
        ("[values.provider]\n\"NA\" = \"NA\"\n", "provider: \"NA\""),
        ("[constants]\nprovider = \"NA\"\n", "provider: \"NA\""),
    ] {
        let found = read("a.csv", &csv, &mapped(mapping));
        assert!(found.sink.exchanges[0].contains(want), "{mapping}");
    }
}

#[test]
fn na_is_never_taken_as_not_applicable_without_a_mapping() {
    let csv = "measure,period,text\nPM1,2026-04,NA\nPM1,2026-05,n/a\n";
    let (rows, rejects) = figure(csv, "layout = \"figures\"\n");
    assert_eq!((rows.len(), rows[0].null.as_deref()), (1, Some("not-applicable")));
    assert_eq!((rejects[0].line, rejects[0].reason), (2, Reason::AmbiguousSpelling));
    assert!(rejects[0].why.contains("under [nulls]"));
    let (rows, rejects) = figure(csv, "layout = \"figures\"\n[nulls]\n\"NA\" = \"not-reported\"\n");
    assert_eq!((rows[0].null.as_deref(), rejects.len()), (Some("not-reported"), 0));
    assert_eq!((rows[0].text.as_deref(), rows[0].document.as_str()), (None, "a.csv"));
}

#[test]
fn a_mapping_subtracts_and_divides_whole_numbers() {
    let csv = "measure,period,Total,Over,Minutes\nPM1,2026-04,100,4,120\nPM1,2026-05,3,4,61\nPM1,2026-06,3,,60\n";
    let within = "layout = \"figures\"\n[columns]\ndenominator = \"Total\"\n[computed.numerator]\nsubtract = [\"Total\", \"Over\"]\n";
    let (rows, rejects) = figure(csv, within);
    assert_eq!((rows.len(), rows[0].ratio), (1, Some((96, 100))));
    let reasons: Vec<Reason> = rejects.iter().map(|r| r.reason).collect();
    assert_eq!(reasons, [Reason::Negative, Reason::MissingValue]);
    let csv = "day,region,device_type,meters,parts\n2026-04-01,north,ESME,120,60\n2026-04-01,south,ESME,121,60\n2026-04-01,south,ESME,121,0\n";
    let (_d, path) = file("a.csv", csv);
    let (mut sink, mut rejects) = (RecordingSink::default(), Vec::new());
    let mapping =
        mapped("layout = \"population\"\n[computed.count]\ndivide = [\"meters\", \"parts\"]\n");
    population(&[path], &mapping, &mut sink, &mut rejects, &mut |_| {}).unwrap();
    assert_eq!((sink.population.len(), sink.population[0].count, rejects.len()), (1, 2, 2));
    for (text, want) in [
        ("[computed.text]\ndivide = [\"a\", \"b\"]\n", "map numerator and denominator"),
        ("[computed.count]\nsubtract = [\"a\"]\n", "two source columns"),
        ("[computed.count]\nadd = [\"a\", \"b\"]\n", "subtract"),
        ("[columns]\ncount = \"a\"\n[computed.count]\nsubtract = [\"a\", \"b\"]\n", "keep one"),
    ] {
        let (_d, path) = file("a.csv", "measure,period,a,b\nPM1,2026-04,1,2\n");
        let outcome = Mapping::parse("m.toml", text).and_then(|m| {
            let o = Options { mapping: Some(m), ..options() };
            figures(&[path], &o, &mut RecordingSink::default(), &mut DropRejects, &mut |_| {})
        });
        let why = outcome.unwrap_err().to_string();
        assert!(why.contains(want), "{text}{why}");
    }
}

#[test]
fn a_mapping_for_another_kind_of_file_is_refused_by_name() {
    let why = refused("measure,period,text\nPM1,2026-04,99%\n", &mapped("layout = \"figures\"\n"));
    assert!(why.contains("the mapping is for figures"), "{why}");
}

#[test]
fn json_documents_are_read_as_their_objects() {
    let row = |n: u64, t: &str| {
        let id = ID.replace(":1000", &format!(":{n}"));
        format!(
            "{{\n  \"request_id\": \"{id}\",\n  \"received\": \"{t}\",\n  \"region\": \"north\"\n}}"
        )
    };
    let (a, b, c) = (row(1, T), row(2, T), row(3, "yesterday"));
    let flat = |text: String| text.replace("\n", "");
    for (text, lines) in [
        (format!("[{a},\n{b},\n{c}]"), [1, 6, 11]),
        (format!("{{\"total\": 3,\n\"records\": [\n{a},\n{b},\n{c}\n]}}"), [3, 8, 13]),
        (format!("{a}\n{b}\n{c}\n"), [1, 6, 11]),
        (flat(format!("[{a},{b},{c}]")), [1, 2, 3]),
        (flat(format!("{{\"records\":[{a},{b},{c}]}}")), [1, 2, 3]),
    ] {
        let found = read("a.json", &text, &options());
        assert_eq!(found.counts(), (2, 1), "{text}");
        assert_eq!(found.rejects[0].line, lines[2], "{text}");
        assert!(found.sink.exchanges[1].contains(&format!("row: {}", lines[1])), "{text}");
        let (_d, path) = file("a.json", &text);
        assert_eq!(guess(&path, None).unwrap().missing.len(), 0, "{text}");
    }
}
