//! `ingest`: what goes in, what does not, and that it can be taken back.

use crate::support;
use support::{HEADER, Room, golden, message};

fn april(n: u32) -> String {
    let mut text = HEADER.to_owned();
    for i in 0..n {
        text += &message(
            1,
            i + 1,
            "4.1.1",
            "north",
            &format!("2026-04-01T10:{:02}:00Z", i % 60),
            Some(&format!("2026-04-01T10:{:02}:05Z", i % 60)),
        );
    }
    text
}

#[test]
fn bad_rows_are_rejected_with_their_place_and_the_rest_goes_in() {
    let r = Room::new();
    let mut text = april(5);
    text += &message(1, 90, "4.1.1", "north", "yesterday", None);
    text += &message(1, 91, "4.1.1", "atlantis", "2026-04-01T11:00:00Z", None);
    r.write("april.csv", &text);
    let ran = r.nb("ingest messages april.csv").ok();
    golden("ingest_messages.txt", &ran.out);
    let json = r.json("ingest show april.csv");
    assert_eq!((json["rows"].as_u64(), json["rejected"].as_u64()), (Some(5), Some(2)));
    let rejects: Vec<_> =
        std::fs::read_dir(r.path("data/rejects")).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(rejects.len(), 1);
    let rows = std::fs::read_to_string(&rejects[0]).unwrap();
    assert!(
        rows.contains("april.csv,7,received,not-a-time")
            && rows.contains("april.csv,8,region,unknown-word"),
        "{rows}"
    );
}

#[test]
fn the_same_file_twice_adds_nothing_and_one_row_more_does() {
    let r = Room::new();
    r.write("a.csv", &april(5));
    assert_eq!(r.json("ingest messages a.csv")["ledger_version"], 1);
    let again = r.json("ingest messages a.csv");
    assert_eq!(
        (again["files"][0]["already"].as_bool(), again["ledger_version"].is_null()),
        (Some(true), true)
    );
    assert!(
        r.nb("ingest messages a.csv").ok().out.contains("already ingested as 1, nothing added")
    );
    r.write("b.csv", &april(6));
    let more = r.json("ingest messages b.csv");
    assert_eq!(
        (more["files"][0]["accepted"].as_u64(), more["files"][0]["duplicates"].as_u64()),
        (Some(6), Some(5))
    );
    assert_eq!(r.json("ledger check")["counted"], 6);
}

#[test]
fn a_dry_run_keeps_nothing() {
    let r = Room::new();
    r.nb("init --virtual").ok();
    r.write("a.csv", &april(5));
    let dry = r.json("ingest messages a.csv --dry-run");
    assert_eq!(
        (dry["files"][0]["accepted"].as_u64(), dry["dry_run"].as_bool()),
        (Some(5), Some(true))
    );
    assert_eq!(r.json("ingest list")["files"].as_array().unwrap().len(), 0);
    assert_eq!(r.json("ledger check")["versions"], 0);
}

#[test]
fn a_file_of_which_nothing_can_be_taken_is_refused() {
    let r = Room::new();
    r.write("a.csv", &(HEADER.to_owned() + &message(1, 1, "4.1.1", "north", "never", None)));
    assert_eq!(
        r.nb("ingest messages a.csv --format json").code(3).error()["code"],
        "ingest.nothing-taken"
    );
    assert_eq!(r.json("ledger check")["versions"], 0);
    r.write("empty.csv", "");
    r.nb("ingest messages empty.csv").code(3);
    r.write("c.csv", "colour,taste\nred,sweet\n");
    assert_eq!(r.nb("ingest messages c.csv --format json").code(3).error()["exit"], 3);
}

#[test]
fn collisions_are_kept_and_the_lower_rank_counts() {
    let r = Room::new();
    let (ours, theirs) = (
        message(1, 1, "4.1.1", "north", "2026-04-01T10:00:00Z", Some("2026-04-01T10:00:05Z")),
        message(1, 1, "4.1.1", "north", "2026-04-01T10:00:00Z", None),
    );
    r.write("ours.csv", &(HEADER.to_owned() + &ours));
    r.write("theirs.csv", &(HEADER.to_owned() + &theirs));
    for order in
        [["ours.csv --rank 1", "theirs.csv --rank 2"], ["theirs.csv --rank 2", "ours.csv --rank 1"]]
    {
        let r2 = Room::new();
        for f in ["ours.csv", "theirs.csv"] {
            std::fs::copy(r.path(f), r2.path(f)).unwrap();
        }
        for f in order {
            r2.nb(&format!("ingest messages {f}")).ok();
        }
        let check = r2.json("ledger check");
        assert_eq!((check["counted"].as_u64(), check["set_aside"].as_u64()), (Some(1), Some(1)));
        let report =
            r2.json("reconcile all=ledger good=ledger:state=answered-success --keys srv --no-keep");
        assert_eq!(
            report["pairs"][0]["totals"]["matching"]["lines"], 1,
            "the record of rank 1 counts: {report}"
        );
    }
}

#[test]
fn a_correction_must_name_a_file_that_is_there() {
    let r = Room::new();
    r.write("a.csv", &april(2));
    r.write(
        "b.csv",
        &(HEADER.to_owned() + &message(1, 1, "4.1.1", "north", "2026-04-01T10:00:00Z", None)),
    );
    r.nb("ingest messages b.csv --corrects a.csv").code(5);
    r.nb("ingest messages a.csv").ok();
    r.nb("ingest messages b.csv --corrects other.csv").code(5);
    r.nb("ingest messages b.csv --corrects a.csv --known 2026-05-10T00:00:00Z").ok();
    assert_eq!(r.json("ledger check")["counted"], 2);
    assert_eq!(
        r.json("reconcile all=ledger late=ledger:state=timed-out --keys srv --no-keep")["pairs"][0]
            ["totals"]["total"]["b"],
        1,
        "the correction counts"
    );
}

#[test]
fn a_file_can_be_taken_back_and_earlier_times_still_have_it() {
    let r = Room::new();
    r.write("a.csv", &april(5));
    r.nb("ingest messages a.csv").ok();
    r.nb("ingest retract 1").code(4);
    r.run(&[
        "ingest",
        "retract",
        "1",
        "--reason",
        "wrong month",
        "--clock",
        "2026-05-21T09:00:00Z",
    ])
    .ok();
    assert_eq!(r.json("ledger check")["counted"], 0);
    r.run(&["ingest", "retract", "1", "--reason", "again"]).code(6);
    r.nb("ingest messages a.csv").ok();
    assert_eq!(r.json("ledger check")["counted"], 5);
}

#[test]
fn other_columns_come_in_through_a_mapping_which_can_be_guessed() {
    let r = Room::new();
    r.write("log.csv", "Reference;When;Done;Area\n90-B3-D5-1F-30-01-00-01:00-DB-12-34-56-78-90-A0:7;01/04/2026 11:00:00;01/04/2026 11:00:05;North\n");
    r.write("log.toml", "layout = \"messages\"\n[file]\ndelimiter = \";\"\n[times]\nformat = \"%d/%m/%Y %H:%M:%S\"\nzone = \"Europe/London\"\n[columns]\nrequest_id = \"Reference\"\nreceived = \"When\"\nanswer_sent = \"Done\"\nregion = \"Area\"\n[values.region]\n\"North\" = \"north\"\n");
    let done = r.json("ingest messages log.csv --map log.toml");
    // Half past eleven by the clock on the wall is half past ten in UTC in April.
    assert_eq!(done["files"][0]["first"], "2026-04-01T10:00:00Z");
    r.nb("ingest messages log.csv --map nowhere.toml").code(5);
    r.write("bad.toml", "layout = \"messages\"\n[columns]\nrecieved = \"When\"\n");
    assert_eq!(
        r.nb("ingest messages log.csv --map bad.toml --format json").code(3).error()["code"],
        "ingest.mapping"
    );
    r.write("own.csv", &april(3));
    let guess = r.nb("ingest messages own.csv --guess").ok();
    assert!(guess.out.contains("received"), "{}", guess.out);
    assert_eq!(
        r.json("ingest list")["files"].as_array().unwrap().len(),
        1,
        "a guess takes nothing"
    );
}

#[test]
fn tables_for_the_registers_keep_their_file() {
    let r = Room::new();
    r.write("s.csv", "service,from,to,kind,reference,note\nDSP,2026-04-02T01:00:00Z,2026-04-02T02:00:00Z,down,INC1,\nDSP,2026-04-03T01:00:30Z,2026-04-03T02:00:00Z,down,INC2,\n");
    let done = r.json("ingest services s.csv");
    assert_eq!(
        (
            done["files"][0]["accepted"].as_u64(),
            done["files"][0]["rejected"].as_u64(),
            done["files"][0]["id"].as_str()
        ),
        (Some(1), Some(1), Some("source-1"))
    );
    assert_eq!(r.json("ingest services s.csv")["files"][0]["already"], true);
    r.write("p.csv", "day,region,generation,device_type,status,count\n2026-04-01,north,smets2,ESME,commissioned,1000\n");
    r.write("h.csv", "hub,region,provider,installed,srv,in_coverage,connected,exception,predicted,note\n00-DB-12-34-00-00-00-01,north,CSPN,2026-04-02,8.14.1,true,2026-04-02,,true,\n");
    r.nb("ingest population p.csv").ok();
    r.nb("ingest hubs h.csv").ok();
    for (noun, n) in [("service", 1), ("population", 1), ("hub", 1)] {
        assert_eq!(
            r.json(&format!("{noun} list"))["records"].as_array().unwrap().len(),
            n,
            "{noun}"
        );
    }
    r.run(&["ingest", "retract", "source-1", "--reason", "wrong service"]).ok();
    assert_eq!(r.json("service list")["records"].as_array().unwrap().len(), 0);
}

#[test]
fn figures_and_payloads_go_to_the_ledger() {
    let r = Room::new();
    r.write("f.csv", "measure,period,region,provider,numerator,denominator,text,source,document,version\nPM4.3,2026-04,north,CSPN,99,100,,CSPN,report,1\nPM4.3,2026-04,central,CSPC,,,n/a,CSPC,report,1\nPM4.3,2026-04,south,CSPS,7,3,,CSPS,report,1\n");
    let f = r.json("ingest figures f.csv");
    assert_eq!(
        (
            f["files"][0]["accepted"].as_u64(),
            f["files"][0]["by_reason"]["numerator-over-denominator"].as_u64()
        ),
        (Some(2), Some(1))
    );
    r.write("p.csv", "originator,device,counter,firmware,region,provider,feed,received,completed,target_at,state,known\n90-B3-D5-1F-30-01-00-01,00-DB-12-34-56-78-90-A0,1,1.2,north,CSPN,payloads,2026-04-01T00:00:00Z,2026-04-02T00:00:00Z,2026-04-06T00:00:00Z,completed,2026-05-01T00:00:00Z\n");
    assert_eq!(r.json("ingest payloads p.csv")["files"][0]["accepted"], 1);
    assert_eq!(r.json("ledger check")["findings"].as_array().unwrap().len(), 0);
}

#[test]
fn a_user_may_not_bring_in_what_is_not_its_own() {
    let r = Room::new();
    r.nb("init --virtual").ok();
    r.write("a.csv", &april(1));
    assert_eq!(
        r.nb("ingest messages a.csv --as kim+auditor --format json").code(4).error()["code"],
        "registers.right"
    );
    assert_eq!(r.json("ledger check")["versions"], 0);
}
