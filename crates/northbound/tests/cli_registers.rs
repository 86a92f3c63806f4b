//! What people keep: added, changed, refused, told.

use crate::support;
use support::{Room, golden};

const FEED: &str = "feed add cspc --provider CSPC --brings tests --from 2026-04-01 --to 2026-04-30 --owner CSPC-reporting";

#[test]
fn m9_faults_name_feed_days_measures_and_owner() {
    let r = Room::new();
    r.nb(FEED).ok();
    r.run(&[
        "feed",
        "fault",
        "cspc",
        "--from",
        "2026-04-11",
        "--to",
        "2026-04-20",
        "--what",
        "the tool loses tests",
        "--measures",
        "PM4.3",
        "--owner",
        "CSPC-reporting",
        "--change-request",
        "CR-INV-1",
    ])
    .ok();
    let f = &r.json("fault list")["records"][0]["record"];
    assert_eq!(
        (
            f["feed"].as_str(),
            f["from"].as_str(),
            f["to"].as_str(),
            f["severity"].as_str(),
            f["measures"][0].as_str()
        ),
        (Some("cspc"), Some("2026-04-11"), Some("2026-04-20"), Some("unreliable"), Some("PM4.3"))
    );
    r.nb("feed fault other --from 2026-04-11 --what x").code(3);
    r.nb("fault close fault-1 --to 2026-04-19 --by release-7").ok();
    assert_eq!(r.json("fault show fault-1")["record"]["closed_by"], "release-7");
}

#[test]
fn a_change_cites_the_version_that_it_read() {
    let r = Room::new();
    r.nb(FEED).ok();
    r.nb(FEED).code(6);
    r.nb("feed change cspc rank=2").code(4);
    r.nb("feed change cspc rank=2 --reason trial --dry-run").ok();
    assert_eq!(r.json("feed show cspc")["record"]["rank"], 10);
    r.nb("feed change cspc rank=2 --reason trial --expect-version 1").ok();
    let refused = r
        .nb("feed change cspc rank=3 --reason trial --expect-version 1 --format json")
        .code(6)
        .error();
    assert!(
        refused["code"] == "registers.version"
            && refused["message"].as_str().unwrap().contains("rank from 10 to 2"),
        "{refused}"
    );
    r.nb("feed change cspc colour=red --reason trial").code(2);
    golden("feed_history.txt", &r.nb("feed history cspc").ok().out);
}

#[test]
fn earlier_states_can_be_read_again() {
    let r = Room::new();
    r.nb(FEED).ok();
    r.nb("feed change cspc rank=2 --reason trial --clock 2026-05-21T09:00:00Z").ok();
    assert_eq!(r.json("feed show cspc --as-at 2026-05-20T12:00:00Z")["record"]["rank"], 10);
    assert_eq!(r.json("feed show cspc --as-at 2026-05-22T12:00:00Z")["record"]["rank"], 2);
    r.nb("feed show cspc --as-at 2026-05-01T12:00:00Z").code(5);
}

#[test]
fn m10_an_offline_reason_stays_so_and_a_repeat_is_noticed() {
    let r = Room::new();
    let add = |period: &str, text: &str, more: &[&str]| {
        let mut words = vec![
            "explanation",
            "add",
            "--measure",
            "PM2",
            "--provider",
            "CSPN",
            "--region",
            "north",
            "--period",
            period,
            "--text",
            text,
        ];
        words.extend(more);
        r.run(&words).ok()
    };
    add("2026-03", "Payloads repeat over a congested network.", &["--offline", "--by", "CSPN"]);
    let again = add("2026-04", "Same reason as last month", &[]);
    assert!(again.out.contains("It repeats explanation-1"), "{}", again.out);
    assert!(!add("2026-05", "A mast was rebuilt.", &[]).out.contains("repeats"));
    assert_eq!(r.json("explanation show explanation-1")["record"]["where"], "offline");
    r.nb("explanation change explanation-1 where=report --reason tidy").code(4);
    assert_eq!(r.json("explanation list --period 2026-04")["records"].as_array().unwrap().len(), 1);
}

#[test]
fn m6_an_override_needs_name_reason_and_time() {
    let r = Room::new();
    let add =
        "override add --measure PM2 --provider CSPN --region north --period 2026-04 --colour amber";
    r.nb(add).code(4);
    r.run(
        &[&add.split(' ').collect::<Vec<_>>()[..], &["--reason", "agreed in the group"]].concat(),
    )
    .ok();
    let o = &r.json("override list")["records"][0]["record"];
    assert_eq!(
        (o["who"].as_str(), o["why"].as_str(), o["at"].as_str()),
        (Some("kim"), Some("agreed in the group"), Some(support::NOW))
    );
}

#[test]
fn every_register_can_be_filled_and_listed() {
    let r = Room::new();
    let on =
        ["--measure", "PM4.3", "--provider", "CSPN", "--region", "north", "--period", "2026-04"];
    for (noun, more) in [
        ("assurance", &["--status", "confirmed", "--what", "recounted"][..]),
        ("exception", &["--count", "5", "--met", "1", "--exception", "agreed outage"][..]),
    ] {
        r.run(&[&[noun, "add"], &on[..], more].concat()).ok();
    }
    r.run(&[
        "annotation",
        "add",
        "--from",
        "2026-04-01",
        "--title",
        "Invented pause",
        "--text",
        "Fewer installs.",
    ])
    .ok();
    r.run(&[
        "claim",
        "add",
        "--measure",
        "CPM1",
        "--provider",
        "DCC",
        "--until",
        "2026-04",
        "--text",
        "below target 10 months in a row",
        "--source",
        "paper",
    ])
    .ok();
    r.nb("party add ACME --name Acme --category large-supplier").ok();
    r.nb("user add 90-B3-D5-1F-30-01-00-01 --party NOBODY --role IS").code(3);
    r.nb("user add 90-B3-D5-1F-30-01-00-01 --party ACME --role IS --role GS:2026-01-01:2026-06-30")
        .ok();
    for noun in ["assurance", "exception", "annotation", "claim", "party", "user"] {
        assert_eq!(
            r.json(&format!("{noun} list"))["records"].as_array().unwrap().len(),
            1,
            "{noun}"
        );
    }
    r.run(&["annotation", "withdraw", "annotation-1", "--reason", "mistake"]).ok();
    assert_eq!(r.json("annotation list")["records"].as_array().unwrap().len(), 0);
    assert_eq!(r.json("annotation list --withdrawn")["records"].as_array().unwrap().len(), 1);
}

#[test]
fn the_audit_trail_names_who_what_and_why() {
    let r = Room::new();
    r.nb(FEED).ok();
    r.nb("feed change cspc rank=2 --reason trial --as sam+operations").ok();
    let events = r.json("event list --noun feed --id cspc");
    let e: Vec<(&str, &str, &str)> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| {
            (
                e["verb"].as_str().unwrap(),
                e["actor"].as_str().unwrap(),
                e["reason"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(e, [("add", "kim@ACME+analyst", ""), ("change", "sam+operations", "trial")]);
    r.nb("event list --id cspc").code(2);
}

#[test]
fn who_may_not_is_refused() {
    let r = Room::new();
    r.nb("init --virtual").ok();
    assert_eq!(
        r.nb(&format!("{FEED} --as kim+user --format json")).code(4).error()["code"],
        "registers.right"
    );
    assert_eq!(r.json("feed list")["records"].as_array().unwrap().len(), 0);
}

#[test]
fn g5_each_record_says_by_whom_and_where_it_was_said() {
    let r = Room::new();
    r.run(&[
        "explanation",
        "add",
        "--measure",
        "PM2",
        "--provider",
        "CSPN",
        "--region",
        "north",
        "--period",
        "2026-04",
        "--text",
        "A mast was rebuilt.",
        "--offline",
        "--by",
        "CSPN",
        "--document",
        "minutes 12",
        "--place",
        "page 3",
    ])
    .ok();
    let e = &r.json("explanation list")["records"][0];
    assert_eq!(
        (
            e["record"]["document"].as_str(),
            e["record"]["place"].as_str(),
            e["record"]["said_by"].as_str(),
            e["actor"].as_str()
        ),
        (Some("minutes 12"), Some("page 3"), Some("CSPN"), Some("kim@ACME+analyst"))
    );
}
