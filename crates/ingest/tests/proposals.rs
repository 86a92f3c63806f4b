//! Proposed mappings: what is guessed, how sure, what is left open; and that they work.
//! All data are invented.

use crate::recording;

use northbound_ingest::*;
use recording::{file, mapped, options, run};

fn find<'p>(p: &'p Proposal, key: &str) -> &'p Guess {
    p.guesses.iter().find(|g| g.key == key).unwrap_or_else(|| panic!("{key} in {}", p.toml))
}

#[test]
fn a_proposal_is_used_as_it_is_and_the_file_goes_in() {
    let mut text = "Export;;;;;;;\n\nService Request ID;SRV;Request Received;Status;Response Time (ms);Region;Odd column;Device Type\n".to_owned();
    for i in 0..200u64 {
        let status = ["OK", "Timeout", "Purple"][(i % 3) as usize];
        let counter = 1000 + i;
        text += &format!(
            "90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:{counter};4.1.1;{:02}/04/2026 12:30:{:02};{status};{};N;x;{}\n",
            i % 28 + 1,
            i % 60,
            i * 10,
            if i % 5 == 0 { "NULL" } else { "ESME" }
        );
    }
    let (_d, p) = file("a.csv", &text);
    let g = guess(&p, None).unwrap();
    assert_eq!((g.layout, g.missing.len()), (Layout::Messages, 0), "{}", g.toml);
    assert_eq!(find(&g, "columns.received").value, "Request Received");
    assert_eq!(find(&g, "columns.received").sure, Sure::Likely);
    assert_eq!(
        (find(&g, "times.received.format").value.as_str(), find(&g, "times.received.format").sure),
        ("%d/%m/%Y %H:%M:%S%.f", Sure::Certain)
    );
    assert_eq!(
        (
            find(&g, "times.zone").sure,
            find(&g, "file.header_row").value.as_str(),
            find(&g, "file.delimiter").value.as_str()
        ),
        (Sure::Unsure, "3", ";")
    );
    assert_eq!(find(&g, "values.state.OK").value, "answered-success");
    assert_eq!(find(&g, "file.nulls").value, "NULL");
    for open in ["Purple", "Odd column", "zone"] {
        assert!(g.open.iter().any(|o| o.contains(open)), "{open}: {:?}", g.open);
    }
    let (k, s, r) = run(&[p], &mapped(&g.toml));
    assert_eq!((s.read(), s.accepted()), (200, 134), "{}\n{:?}", g.toml, r.first());
    assert!(r.iter().all(|r| r.column == "state" && r.value == "Purple"));
    assert!(
        k.exchanges[0].contains("region: North")
            && k.exchanges[1].contains("device_type: \"ESME\"")
            && k.exchanges[1].contains("answer_sent: Some("),
        "{}",
        k.exchanges[1]
    );
}

#[test]
fn day_and_month_that_cannot_be_told_apart_are_unsure() {
    let row = |d: u32| format!("{},0{d}/04/2026 10:00:00\n", recording::ID);
    let (_d, p) = file("a.csv", format!("request_id,Time In\n{}{}", row(3), row(5)));
    let g = guess(&p, Some(Layout::Messages)).unwrap();
    assert_eq!(find(&g, "times.received.format").sure, Sure::Unsure);
    assert!(find(&g, "times.received.format").why.contains("%m/%d/%Y"));
    assert_eq!(run(&[p], &mapped(&g.toml)).1.accepted(), 2);
}

#[test]
fn canonical_files_need_nothing_and_unknown_ones_say_what_is_missing() {
    let (_d, p) = file(
        "a.ndjson",
        format!(
            "{{\"request_id\":\"{}\",\"received\":\"2026-04-01T12:00:00Z\",\"region\":\"north\"}}\n",
            recording::ID
        ),
    );
    let g = guess(&p, None).unwrap();
    assert_eq!((g.layout, g.missing.len(), g.open.len()), (Layout::Messages, 0, 0), "{}", g.toml);
    assert_eq!(run(&[p], &mapped(&g.toml)).1.accepted(), 1);
    let (_d, p) = file("a.csv", "colour,size\nred,5\n");
    let g = guess(&p, Some(Layout::Messages)).unwrap();
    assert_eq!(g.missing, ["request_id", "received"]);
    assert!(matches!(
        guess(&file("a.csv", "a,b\n").1, None),
        Err(IngestError::Io { .. } | IngestError::HeaderOnly { .. })
    ));
}

#[test]
fn epochs_figures_and_hubs_are_recognised() {
    let (_d, p) = file("a.csv", format!("request_id,received\n{},1775044800123\n", recording::ID));
    let g = guess(&p, None).unwrap();
    assert_eq!(find(&g, "times.received.unit").value, "ms");
    assert_eq!(run(&[p], &mapped(&g.toml)).1.accepted(), 1);
    let (_d, p) = file(
        "a.csv",
        "Measure ID;Month;Performance;Minimum Level\nPM2;2020-04;54,80 %;96 %\nPM2;2020-05;n/a;96 %\n",
    );
    let g = guess(&p, None).unwrap();
    assert_eq!(g.layout, Layout::Figures, "{}", g.toml);
    let (mut k, mut r) = (recording::RecordingSink::default(), Vec::new());
    figures(&[p], &mapped(&g.toml), &mut k, &mut r, &mut |_| {}).unwrap();
    assert_eq!(
        (k.stated[0].text.as_deref(), k.stated[1].null.as_deref(), r.len()),
        (Some("54.80 %"), Some("not-applicable"), 0),
        "{}",
        g.toml
    );
    let (_d, p) = file(
        "a.csv",
        "Comms Hub,Region,Install Date,SRV,In Coverage\n00-DB-12-34-00-00-00-01,CSP South,01/04/2026,8.14.1,Yes\n00-DB-12-34-00-00-00-02,CSP South,21/04/2026,8.14.2,No\n",
    );
    let g = guess(&p, None).unwrap();
    assert_eq!((g.layout, g.missing.len()), (Layout::Hubs, 0), "{}", g.toml);
    let mut k = recording::RecordingSink::default();
    hubs(&[p], &mapped(&g.toml), &mut k, &mut r, &mut |_| {}).unwrap();
    assert_eq!(
        (k.hubs.len(), k.hubs[0].installed.to_string()),
        (2, "2026-04-01T00:00:00Z".into()),
        "{}\n{r:?}",
        g.toml
    );
    let _ = options();
}

fn incidents_of(path: &std::path::Path, toml: &str) -> Vec<String> {
    let (mut rows, mut rejects) = (Vec::new(), Vec::new());
    let paths = [path.to_owned()];
    incidents(&paths, &mapped(toml), &mut rows, &mut rejects, &mut |_| {}).unwrap();
    let told = |r: &IncidentRow| {
        let at = r.event.at.map(|t| t.to_string()).unwrap_or_default();
        let category = r.event.category.map(|c| c.to_string()).unwrap_or_default();
        format!("{} {} {at} {category}", r.event.incident, r.event.event)
    };
    rows.iter()
        .map(told)
        .chain(rejects.iter().map(|r| format!("{} {}", r.line, r.reason)))
        .collect()
}

#[test]
fn one_row_an_incident_is_recognised_and_gives_its_events() {
    let (_d, p) = file(
        "a.csv",
        "Incident Number,Raised,Resolved,Closed,Priority,Status,Assignment group\nINC0010023,01/04/2026 09:05:00,01/04/2026 11:00:00,16/04/2026 11:00:00,1 - Critical,Closed,DCC\nINC0010024,22/04/2026 09:05:00,,,3 - Moderate,Open,DCC\n",
    );
    let g = guess(&p, Some(Layout::Incidents)).unwrap();
    assert_eq!(g.missing.len(), 0, "{}", g.toml);
    assert_eq!(find(&g, "events.opened").value, "Raised");
    assert_eq!(find(&g, "values.category.1 - Critical").value, "1");
    assert!(
        g.open.iter().any(|o| o.contains("zone")) && g.open.iter().any(|o| o.contains("Status"))
    );
    assert_eq!(
        incidents_of(&p, &g.toml),
        [
            "INC000000010023 opened 2026-04-01T09:05:00Z 1",
            "INC000000010023 resolved 2026-04-01T11:00:00Z ",
            "INC000000010023 closed 2026-04-16T11:00:00Z ",
            "INC000000010024 opened 2026-04-22T09:05:00Z 3",
        ],
        "{}",
        g.toml
    );
}

#[test]
fn snapshots_give_the_changes_and_ids_of_other_makes_are_translated() {
    let (_d, p) = file(
        "a.csv",
        "Ticket,Day,State,P\nOPS-7,2026-04-01,New,2\nOPS-7,2026-04-02,New,2\nOPS-8,2026-04-02,New,3\nOPS-7,2026-04-03,Resolved,2\nOPS-7,2026-04-04,Resolved,2\nOPS-7,2026-04-05,New,2\nXX-7,2026-04-05,New,2\n",
    );
    let toml = "layout = \"incidents\"\nsnapshots = true\n[columns]\nincident = \"Ticket\"\nevent = \"State\"\nat = \"Day\"\ncategory = \"P\"\n[ids]\n\"OPS-\" = \"INC45\"\n[values.event]\n\"New\" = \"opened\"\n\"Resolved\" = \"resolved\"\n";
    assert_eq!(
        incidents_of(&p, toml),
        [
            "INC450000000007 opened 2026-04-01T00:00:00Z 2",
            "INC450000000007 resolved 2026-04-03T00:00:00Z ",
            "INC450000000007 reopened 2026-04-05T00:00:00Z ",
            "INC450000000008 opened 2026-04-02T00:00:00Z 3",
            "8 malformed-incident-id",
        ]
    );
    let why = Mapping::parse("m.toml", "snapshots = 1\n").unwrap_err().to_string();
    assert!(why.contains("true or false"), "{why}");
}

#[test]
fn dates_beside_times_years_of_two_digits_and_halves_of_the_day_are_recognised() {
    for (header, value, received) in [
        ("Date,Time", "13/04/2026,09:05:00", "2026-04-13T09:05:00Z"),
        ("Received", "13/04/26 09:05", "2026-04-13T09:05:00Z"),
        ("Received", "13/04/2026 09:05 PM", "2026-04-13T21:05:00Z"),
        ("Received", "13/Apr/26 9:05 AM", "2026-04-13T09:05:00Z"),
        ("Received", "\"2026-04-13 09:05:00,250\"", "2026-04-13T09:05:00.25Z"),
    ] {
        let csv = format!(
            "Request ID,Service,Area,Outcome,{header}\n{},4.1.1,N,No reply,{value}\n",
            recording::ID
        );
        let (_d, p) = file("a.csv", csv);
        let g = guess(&p, Some(Layout::Messages)).unwrap();
        assert_eq!(g.missing.len(), 0, "{value}\n{}", g.toml);
        assert_eq!(find(&g, "values.region.N").sure, Sure::Unsure);
        let (k, _, r) = run(&[p], &mapped(&g.toml));
        let want = received.parse::<northbound_types::Utc>().unwrap().0;
        assert!(r.is_empty(), "{value}\n{}\n{r:?}", g.toml);
        for part in [&format!("received: {want}"), "srv: \"4.1.1\"", "state: TimedOut"] {
            assert!(k.exchanges[0].contains(part), "{part}\n{}\n{}", g.toml, k.exchanges[0]);
        }
    }
}

#[test]
fn figures_under_titles_with_months_in_words_are_recognised() {
    let (_d, p) = file(
        "a.csv",
        "Monthly report\nIssued by somebody\nRef,Month,Trust,Four-hour %\nPM1,Apr-26,CSPN,95.2%\nPM1,May 2026,CSPN,96.1%\n",
    );
    let g = guess(&p, None).unwrap();
    assert_eq!((g.layout, g.missing.len()), (Layout::Figures, 0), "{}", g.toml);
    assert_eq!(find(&g, "file.header_row").value, "3");
    let (mut k, mut r) = (recording::RecordingSink::default(), Vec::new());
    figures(&[p], &mapped(&g.toml), &mut k, &mut r, &mut |_| {}).unwrap();
    let found: Vec<(&str, Option<&str>, &str)> = k
        .stated
        .iter()
        .map(|s| (s.period.as_str(), s.text.as_deref(), s.keys["provider"].as_str()))
        .collect();
    assert_eq!(
        found,
        [("2026-04", Some("95.2%"), "CSPN"), ("2026-05", Some("96.1%"), "CSPN")],
        "{}\n{r:?}",
        g.toml
    );
}
