//! Times as programs write them: zone names, two columns, days and weeks; also in Parquet.
//! All data are invented.

use crate::recording;

use northbound_ingest::*;
use recording::{ID, RecordingSink, file, mapped, run};

/// The times of reception that a file with these texts has, or why there is none.
fn received(texts: &[&str], mapping: &str) -> Vec<String> {
    let rows: String = texts.iter().map(|t| format!("{ID}\t{t}\n")).collect();
    let (_d, path) = file("a.tsv", format!("request_id\treceived\n{rows}"));
    let (sink, _, rejects) = run(&[path], &mapped(mapping));
    let time = |row: &String| {
        let micros = row.split(" received: ").nth(1).unwrap().split(',').next().unwrap();
        northbound_types::Utc(micros.parse().unwrap()).to_string()
    };
    let taken = sink.exchanges.iter().map(time);
    taken.chain(rejects.iter().map(|r| r.reason.as_str().to_owned())).collect()
}

#[test]
fn the_name_of_the_zone_says_which_of_two_hours_is_meant() {
    let any = "[times]\nformat = \"%d/%m/%Y %H:%M:%S %Z\"\nzone = \"Europe/London\"\n";
    let each = "[times]\nformat = [\"%d/%m/%Y %H:%M:%S BST\", \"%d/%m/%Y %H:%M:%S GMT\"]\nzone = \"Europe/London\"\n";
    let texts = ["25/10/2026 01:30:00 BST", "25/10/2026 01:30:00 GMT", "01/07/2026 12:00:00 BST"];
    let want = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-07-01T11:00:00Z"];
    assert_eq!(received(&texts, any), want);
    assert_eq!(received(&texts, each), want);
    let iso = ["2026-10-25 01:30:00 BST", "2026-10-25T01:30:00 GMT"];
    assert_eq!(received(&iso, "[times]\nzone = \"Europe/London\"\n"), want[..2]);
    // A name that the zone does not have then, and one that names several zones, are not guessed.
    assert_eq!(
        received(&["01/12/2026 12:00:00 BST", "01/12/2026 12:00:00 CET"], any),
        ["not-a-time"; 2]
    );
    assert_eq!(received(&["2026-07-01 12:00:00 BST"], ""), ["no-zone"]);
    assert_eq!(received(&["2026-07-01 12:00:00 GMT"], ""), ["2026-07-01T12:00:00Z"]);
}

#[test]
fn date_and_time_of_day_in_two_columns_are_one_time() {
    let csv = format!(
        "request_id,Date,Time\n{ID},01/07/2026,12:00:00\n{ID},02/07/2026,\n{ID},,\n{ID},x,12:00:00\n"
    );
    let mapping = "[columns]\nreceived = [\"Date\", \"Time\"]\n[times]\nformat = \"%d/%m/%Y %H:%M:%S\"\nzone = \"Europe/London\"\n";
    let (_d, path) = file("a.csv", &csv);
    let (sink, _, rejects) = run(&[path], &mapped(mapping));
    assert!(sink.exchanges[0].contains("received: 1782903600000000"), "{:?}", sink.exchanges);
    let reasons: Vec<Reason> = rejects.iter().map(|r| r.reason).collect();
    assert_eq!(reasons, [Reason::MissingValue, Reason::MissingValue, Reason::NotATime]);
    // The date alone is not taken as its midnight.
    let (_d, path) = file("a.csv", &csv);
    let alone = "[columns]\nreceived = \"Date\"\n[times]\nformat = \"%d/%m/%Y\"\nzone = \"UTC\"\n";
    let (sink, _, rejects) = run(&[path], &mapped(alone));
    assert_eq!((sink.exchanges.len(), rejects[0].reason), (0, Reason::NotATime));
    assert!(rejects[0].why.contains("join it with the time of day"));
    for bad in
        ["[columns]\nregion = [\"a\", \"b\"]\n", "[columns]\nreceived = [\"a\", \"b\", \"c\"]\n"]
    {
        let (_d, path) = file("a.csv", "request_id,a,b,c,received\n1,2,3,4,5\n");
        let outcome = Mapping::parse("m.toml", bad).and_then(|m| {
            let o = Options { mapping: Some(m), ..recording::options() };
            messages(&[path], &o, &mut RecordingSink::default(), &mut DropRejects, &mut |_| {})
        });
        assert!(outcome.is_err(), "{bad}");
    }
}

#[test]
fn weeks_are_read_as_their_mondays() {
    let week = |texts: &[&str], mapping: &str| {
        let rows: String = texts.iter().map(|t| format!("plan,MDI1,active,{t},100\n")).collect();
        let (_d, path) = file("a.csv", format!("kind,cohort,status,week,count\n{rows}"));
        let (mut sink, mut rejects) = (RecordingSink::default(), Vec::new());
        migrations(&[path], &mapped(mapping), &mut sink, &mut rejects, &mut |_| {}).unwrap();
        let taken = sink.migrations.iter().map(|m| m.week.week.to_string());
        taken.chain(rejects.iter().map(|r| r.reason.as_str().to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(
        week(&["2026-W15", "2026W16", "2026-W54"], ""),
        ["2026-04-06", "2026-04-13", "not-a-time"]
    );
    assert_eq!(week(&["w/c 13/04/2026"], ""), ["not-a-time"]);
    let format = "[times]\nformat = \"%d/%m/%Y\"\n";
    assert_eq!(
        week(&["w/c 13/04/2026", "Week commencing 20/04/2026"], format),
        ["2026-04-13", "2026-04-20"]
    );
}
