//! Registration files: due, in time, late, missing, duplicate, out of order, refused (R6); what they
//! change; a second layout by a rule file alone. Providers, supply points and Users are invented.

use crate::support;
use serde_json::Value;
use support::needs::Room;

const USER: &str = "90-B3-D5-1F-30-01-00-02";
const EXPECTED: &str = "[[expected]]\nprovider = \"RDP1\"\nlayout = \"electricity-update\"\nfrom = \"2026-05-18\"\ndays = \"working-days\"\ncut_off = \"18:00\"\ncategory = 3\nmark = \"assumed\"\n";

fn room() -> Room {
    let r = Room::new();
    r.write("data/rules/registration/expected.toml", EXPECTED);
    std::fs::create_dir_all(r.path("in")).unwrap();
    r
}

/// A file of RDP1 with its rows: point and day from when.
fn put(r: &Room, sequence: u32, day: &str, rows: &[(&str, &str)]) -> String {
    let mut text = format!("ZHV|RDP1|{day}|{sequence:04}|1\n");
    for (point, from) in rows {
        text.push_str(&format!("REG|{point}|{USER}|{from}|\n"));
    }
    text.push_str(&format!("ZPT|{}|{sequence}\n", rows.len()));
    let name = format!("RDP1_ELEC_{day}_{sequence:04}.txt");
    r.write(&format!("in/{name}"), &text);
    name
}

fn watch(r: &Room, clock: &str) -> Value {
    r.at(clock, "registration watch in --once").ok().json()
}
fn outcome(v: &Value, name: &str) -> String {
    let f = v["files"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["file"]["name"] == name)
        .unwrap_or_else(|| panic!("no {name} in {v}"));
    format!(
        "{}{}",
        f["file"]["outcome"].as_str().unwrap(),
        if f["file"]["late"] == true { ", late" } else { "" }
    )
}

#[test]
fn r6_a_file_absent_by_its_cut_off_opens_one_incident_with_its_trail() {
    let r = room();
    let quiet = watch(&r, "2026-05-18T18:00:00Z");
    assert_eq!(
        quiet["opened"].as_array().unwrap().len(),
        0,
        "at the cut-off itself it may still come in time"
    );
    let v = watch(&r, "2026-05-18T18:00:01Z");
    let id = v["opened"][0]["incident"].as_str().unwrap().to_owned();
    assert_eq!(
        (v["opened"].as_array().unwrap().len(), v["missing"][0]["day"].as_str()),
        (1, Some("2026-05-18"))
    );
    assert_eq!(
        watch(&r, "2026-05-18T18:05:00Z")["opened"].as_array().unwrap().len(),
        0,
        "the same absence opens nothing twice"
    );
    let i = r.at("2026-05-18T19:00:00Z", &format!("incident show {id}")).ok().json()["incident"]
        .clone();
    assert_eq!(
        (&i["state"], &i["category"], &i["responsible"], &i["area"], &i["opened"]),
        (
            &"open".into(),
            &3.into(),
            &"RDP1".into(),
            &"registration-data".into(),
            &"2026-05-18T18:00:00Z".into()
        )
    );
    // It never came, and goes up.
    r.at("2026-05-19T10:00:00Z", &format!("incident event {id} escalated --to manager-of-RDP1"))
        .ok();
    let trail = r.at("2026-05-19T11:00:00Z", &format!("incident history {id}")).ok().json();
    let events: Vec<&str> =
        trail["history"].as_array().unwrap().iter().map(|s| s["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["opened", "escalated"]);
    // A weekend raises nothing: Saturday is no Working Day.
    let v = watch(&r, "2026-05-24T12:00:00Z");
    assert_eq!(
        v["opened"]
            .as_array()
            .unwrap()
            .iter()
            .map(|o| o["day"].as_str().unwrap())
            .collect::<Vec<_>>(),
        ["2026-05-19", "2026-05-20", "2026-05-21", "2026-05-22"]
    );
}

fn counted_in_arrivals_report_and_pack(r: &Room) {
    // And all of it in the arrivals, in the report and in the pack.
    let all = r.at("2026-05-22T09:00:00Z", "registration arrivals").ok().json();
    assert_eq!(all["arrivals"].as_array().unwrap().len(), 6);
    let report = r.at("2026-05-22T09:00:00Z", "incident report --period 2026-05").ok().json();
    let l = &report["arrivals"][0];
    let n = |k: &str| l[k].as_u64().unwrap();
    assert_eq!(
        (
            n("due"),
            n("in_time"),
            n("late"),
            n("missing"),
            n("duplicates"),
            n("out_of_order"),
            n("rejected")
        ),
        (4, 2, 1, 1, 2, 0, 1)
    );
    let p = r.pack_at("2026-05-22T10:00:00Z", "may", "--period 2026-05");
    assert_eq!(
        (
            p.cell("registration-arrivals", "RDP1", "late"),
            p.cell("registration-arrivals", "RDP1", "missing")
        ),
        ("1".into(), "1".into())
    );
}

#[test]
fn r6_duplicate_late_out_of_order_and_refused_are_told_apart() {
    let r = room();
    let a = put(&r, 1, "20260518", &[("1234567890123", "20260518")]);
    assert_eq!(outcome(&watch(&r, "2026-05-18T12:00:00Z"), &a), "accepted");
    // The same bytes under another name; the same number with other content.
    std::fs::copy(r.path("in").join(&a), r.path("in/RDP1_ELEC_20260518_0009.txt")).unwrap();
    let v = watch(&r, "2026-05-18T12:10:00Z");
    assert_eq!(
        (outcome(&v, "RDP1_ELEC_20260518_0009.txt"), v["files"].as_array().unwrap().len()),
        ("duplicate".into(), 1)
    );
    r.write(
        "in/RDP1_ELEC_20260519_0001.txt",
        &format!("ZHV|RDP1|20260519|0001|1\nREG|1234567890124|{USER}|20260519|\nZPT|1|1\n"),
    );
    let v = watch(&r, "2026-05-18T12:20:00Z");
    assert_eq!(outcome(&v, "RDP1_ELEC_20260519_0001.txt"), "duplicate");
    // Three comes before two: it waits, and goes in after two.
    let c = put(&r, 3, "20260520", &[("1234567890126", "20260520")]);
    let v = watch(&r, "2026-05-19T12:00:00Z");
    assert_eq!(
        (outcome(&v, &c), v["files"][0]["file"]["why"].as_str()),
        ("out-of-order".into(), Some("sequence 3 came, 2 was expected"))
    );
    assert_eq!(r.at("2026-05-19T12:01:00Z", "registration list --on 2026-05-21").ok().json()["registrations"].as_array().unwrap().len(), 1);
    let b = put(&r, 2, "20260519", &[("1234567890125", "20260519")]);
    let v = watch(&r, "2026-05-19T18:00:01Z");
    assert_eq!((outcome(&v, &b), outcome(&v, &c)), ("accepted, late".into(), "accepted".into()));
    assert_eq!(r.at("2026-05-19T18:02:00Z", "registration list --on 2026-05-21").ok().json()["registrations"].as_array().unwrap().len(), 3);
    // A trailer that miscounts by one.
    r.write(
        "in/RDP1_ELEC_20260521_0004.txt",
        &format!("ZHV|RDP1|20260521|0004|1\nREG|1234567890124|{USER}|20260519|\nZPT|2|4\n"),
    );
    let v = watch(&r, "2026-05-21T12:00:00Z");
    assert_eq!(outcome(&v, "RDP1_ELEC_20260521_0004.txt"), "rejected");
    assert!(
        v["files"][0]["file"]["why"].as_str().unwrap().contains("counts 2 rows, the file has 1")
    );
    let incidents = r.at("2026-05-21T13:00:00Z", "incident list").ok().json();
    let titles: Vec<String> = incidents["incidents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["title"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        titles.len() == 2
            && titles.iter().any(|t| t.contains("out-of-order"))
            && titles.iter().any(|t| t.contains("rejected")),
        "{titles:?}"
    );
    counted_in_arrivals_report_and_pack(&r);
}

#[test]
fn r6_a_late_file_tells_the_incident_that_it_came() {
    let r = room();
    let id =
        watch(&r, "2026-05-18T18:30:00Z")["opened"][0]["incident"].as_str().unwrap().to_owned();
    let name = put(&r, 1, "20260518", &[("1234567890123", "20260518")]);
    let v = watch(&r, "2026-05-18T20:00:00Z");
    assert_eq!(
        (
            outcome(&v, &name),
            v["files"][0]["file"]["incident"].as_str(),
            v["missing"].as_array().unwrap().len()
        ),
        ("accepted, late".into(), Some(id.as_str()), 0)
    );
    let trail = r.at("2026-05-18T21:00:00Z", &format!("incident history {id}")).ok().json();
    assert_eq!(trail["history"][1]["event"], "comment");
    let e = r.at("2026-05-18T21:00:00Z", "registration expected --from 2026-05-18").ok().json();
    assert_eq!(
        (&e["expected"][0]["state"], &e["expected"][0]["arrived"]),
        (&"late".into(), &"2026-05-18T20:00:00Z".into())
    );
    // Asked for as it stood before.
    let e = r
        .at(
            "2026-05-18T21:00:00Z",
            "registration expected --from 2026-05-18 --as-at 2026-05-18T19:00:00Z",
        )
        .ok()
        .json();
    assert_eq!(e["expected"][0]["state"], "missing");
}

fn changes_since_a_revision(r: &Room) {
    // What the live service takes, from where it stopped.
    let all = r.at("2026-05-20T09:00:00Z", "registration changes --out changes.ndjson").ok().json();
    assert_eq!(all["changes"].as_array().unwrap().len(), 2);
    let first = all["changes"][0]["revision"].as_i64().unwrap();
    let rest =
        r.at("2026-05-20T09:00:00Z", &format!("registration changes --after {first}")).ok().json();
    assert_eq!(
        (
            rest["changes"].as_array().unwrap().len(),
            &rest["changes"][0]["change"]["from"],
            &rest["changes"][0]["change"]["at"]
        ),
        (1, &"2026-06-01T00:00:00Z".into(), &"1234567890123".into())
    );
    assert_eq!(std::fs::read_to_string(r.path("changes.ndjson")).unwrap().lines().count(), 2);
}

#[test]
fn accepted_files_change_who_is_registered_where_and_from_when() {
    let r = room();
    put(&r, 1, "20260518", &[("1234567890123", "20260518")]);
    watch(&r, "2026-05-18T12:00:00Z");
    r.write("in/RDP1_ELEC_20260519_0002.txt", "ZHV|RDP1|20260519|0002|1\nREG|1234567890123|90-B3-D5-1F-30-01-00-03|20260601|\nREG|123|x|y|\nZPT|2|2\n");
    let v = watch(&r, "2026-05-19T12:00:00Z");
    assert_eq!(
        (outcome(&v, "RDP1_ELEC_20260519_0002.txt"), &v["files"][0]["file"]["rejected"]),
        ("accepted".into(), &1.into())
    );
    let rejects =
        std::fs::read_to_string(r.path(v["files"][0]["rejects"].as_str().unwrap())).unwrap();
    assert!(rejects.contains("RDP1_ELEC_20260519_0002.txt,3,"), "{rejects}");
    let on = |day: &str| {
        r.at("2026-05-20T09:00:00Z", &format!("registration show 1234567890123 --on {day}"))
            .ok()
            .json()["registrations"][0]["record"]["user"]
            .clone()
    };
    assert_eq!(
        (on("2026-05-31T23:59:59Z"), on("2026-06-01")),
        (USER.into(), "90-B3-D5-1F-30-01-00-03".into())
    );
    assert_eq!(
        r.at("2026-05-20T09:00:00Z", "registration show 1234567890123 --on 2026-05-17").ok().json()
            ["registrations"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    // As known before the second file came, the first goes on.
    let then = r
        .at(
            "2026-05-20T09:00:00Z",
            "registration show 1234567890123 --on 2026-06-02 --as-at 2026-05-18T13:00:00Z",
        )
        .ok()
        .json();
    assert_eq!(then["registrations"][0]["record"]["user"], USER);
    let h = r.at("2026-05-20T09:00:00Z", "registration history 1234567890123").ok().json();
    assert_eq!(
        (h["history"].as_array().unwrap().len(), h["history"][1]["places"][0].as_str()),
        (2, Some("RDP1_ELEC_20260519_0002.txt line 2"))
    );
    changes_since_a_revision(&r);
    // A User does not read who supplies whom.
    let seen =
        r.nb("registration list --on 2026-05-20 --as kim@ACME+user --format json").ok().json();
    assert_eq!(seen["registrations"].as_array().unwrap().len(), 0);
}

#[test]
fn a_second_layout_works_by_a_rule_file_alone() {
    let r = room();
    r.write("data/rules/registration/fixed.toml", "id = \"fixed-refresh\"\ntitle = \"Invented refresh file\"\nname = \"REFRESH.{provider}.{sequence}\"\nform = \"fixed\"\ndate = \"ddmmyyyy\"\ncounts = \"all\"\nmark = \"assumed\"\n\
        [header]\nrecord = \"H\"\nfields = { provider = [2, 6], date = [8, 8], sequence = [16, 4] }\n\
        [detail]\nrecord = \"D\"\nfields = { at = [2, 13], role = [15, 4], user = [19, 23], from = [42, 8] }\n\
        [trailer]\nrecord = \"T\"\nfields = { count = [2, 6], date = [8, 8] }\n");
    let file = |count: u32| {
        format!("HRDP2  180520260012\nD1234567890199ESUP{USER}19052026\nT{count:06}18052026\n")
    };
    r.write("in/REFRESH.RDP2.0012", &file(3));
    assert_eq!(outcome(&watch(&r, "2026-05-18T12:00:00Z"), "REFRESH.RDP2.0012"), "accepted");
    let l = r.at("2026-05-20T09:00:00Z", "registration list --on 2026-05-20").ok().json();
    assert_eq!(
        (&l["registrations"][0]["record"]["at"], &l["registrations"][0]["record"]["role"]),
        (&"1234567890199".into(), &"ESUP".into())
    );
    r.write("REFRESH.RDP2.0013", &file(2));
    let c = r.at("2026-05-20T09:00:00Z", "registration check REFRESH.RDP2.0013").code(7).json();
    assert!(
        c["files"][0]["findings"][0].as_str().unwrap().contains("counts 2 lines, the file has 3")
    );
    r.write("UNKNOWN.txt", "x");
    assert!(
        r.nb("registration check UNKNOWN.txt")
            .code(3)
            .err
            .contains("REFRESH.{provider}.{sequence}")
    );
}

#[test]
fn a_watch_that_was_killed_goes_on_where_it_was() {
    let r = room();
    let name = put(&r, 1, "20260518", &[("1234567890123", "20260518")]);
    let import = |clock: &str| {
        r.at(clock, &format!("registration import in/{name} --arrived 2026-05-18T12:00:00Z"))
            .ok()
            .json()
    };
    assert_eq!(import("2026-05-18T13:00:00Z")["files"][0]["new"], true);
    let again = import("2026-05-18T14:00:00Z");
    assert_eq!(
        (&again["files"][0]["new"], &again["files"][0]["file"]["outcome"]),
        (&false.into(), &"accepted".into())
    );
    assert_eq!(watch(&r, "2026-05-18T15:00:00Z")["files"].as_array().unwrap().len(), 0);
    // Half a file is called so and left alone.
    r.write("in/RDP1_ELEC_20260519_0002.txt.part", "ZHV|RDP1|20260519|0002|1\n");
    assert_eq!(watch(&r, "2026-05-18T15:01:00Z")["files"].as_array().unwrap().len(), 0);
    let dry = r
        .at("2026-05-18T19:00:00Z", "registration watch in --once --dry-run --since 2026-05-18")
        .ok()
        .json();
    assert_eq!(dry["missing"].as_array().unwrap().len(), 0);
}
