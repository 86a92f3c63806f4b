//! Incidents as stock and flow, at any as-at time, against reports, and in the measures (R3, R4, R5,
//! R7, X2, X3). Every incident is invented.

use crate::support;
use serde_json::Value;
use support::{golden, needs::Room};

/// The report's three: opened in May, two closed and one escalated in June. `?`: not known.
const LOG: &str = "incident,event,at,known,category,responsible,area,provider,to,into,text,by\n\
INC000000000101,opened,2020-05-12T08:00:00Z,2020-05-12T08:05:00Z,4,RDP1,registration-data,RDP1,,,Update file refused,RDP1\n\
INC000000000101,closed,2020-06-05T10:00:00Z,2020-06-05T10:00:00Z,?,?,?,?,?,?,,RDP1\n\
inc000000000102,opened,2020-05-14T08:00:00Z,2020-05-14T08:00:00Z,3,DCC,application,?,?,?,Screen of the operations centre is blank,DCC\n\
inc000000000102,resolved,2020-06-10T09:00:00Z,2020-06-10T09:30:00Z,,,,,,,,DCC\n\
INC000000000102,closed,2020-06-11T09:00:00Z,2020-06-11T09:00:00Z,,,,,,,,DCC\n\
INC000000000103,opened,2020-05-20T18:00:00Z,2020-05-20T18:10:00Z,?,RDP2,registration-data,RDP2,,,Daily update file never came,DCC\n\
INC000000000103,escalated,2020-06-15T12:00:00Z,2020-06-15T12:00:00Z,,,,,service manager of RDP2,,,DCC\n";

fn room() -> Room {
    let r = Room::new();
    r.write("log.csv", LOG);
    let taken = r.json("incident import log.csv");
    assert_eq!(
        (taken["files"][0]["accepted"].as_u64(), taken["files"][0]["rejected"].as_u64()),
        (Some(7), Some(0))
    );
    r
}

fn state(r: &Room, id: &str, as_at: &str) -> String {
    r.json(&format!("incident show {id} --as-at {as_at}"))["incident"]["state"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn r7_ids_are_inc_and_twelve_digits_in_either_case() {
    let r = room();
    assert_eq!(r.json("incident show inc000000000102")["incident"]["incident"], "INC000000000102");
    for id in ["INC00000000010", "INC0000000001022"] {
        let refused = r.nb(&format!("incident show {id}")).code(2);
        assert!(refused.err.contains("digits"), "{}", refused.err);
    }
    r.write("bad.csv", "incident,event,at\nINC00000000101,opened,2020-05-12T08:00:00Z\nINC0000000000101,opened,2020-05-12T08:00:00Z\nINC000000000109,opened,2020-05-12T08:00:00Z\n");
    r.nb("incident import bad.csv").code(3);
    let taken = r.json("incident import bad.csv --allow-mostly-bad");
    assert_eq!(
        (&taken["files"][0]["accepted"], &taken["files"][0]["by_reason"]["malformed-incident-id"]),
        (&1.into(), &2.into())
    );
    let rejects =
        std::fs::read_to_string(r.path(taken["files"][0]["rejects"].as_str().unwrap())).unwrap();
    assert!(
        rejects.contains("bad.csv,2,incident,malformed-incident-id")
            && rejects.contains("11 digits")
            && rejects.contains("13 digits"),
        "{rejects}"
    );
}

#[test]
fn r4_a_registration_data_incident_is_open_in_the_report_and_closed_now() {
    let r = room();
    let at = |t: &str| state(&r, "INC000000000101", t);
    assert_eq!(
        (
            at("2020-05-31"),
            at("2020-06-05T09:59:59Z"),
            at("2020-06-05T10:00:00Z"),
            at("2020-06-22")
        ),
        ("open".into(), "open".into(), "closed".into(), "closed".into())
    );
    // Before it was known there was nothing.
    r.at("2026-05-20T09:30:00Z", "incident show INC000000000101 --as-at 2020-05-12T08:04:59Z")
        .code(5);
    assert_eq!(at("2020-05-12T08:05:00Z"), "open");
}

#[test]
fn r5_an_application_incident_has_three_states_by_as_at_time() {
    let r = room();
    let at = |t: &str| state(&r, "INC000000000102", t);
    assert_eq!(
        (at("2020-06-01"), at("2020-06-10T12:00:00Z"), at("2020-06-22")),
        ("open".into(), "resolved".into(), "closed".into())
    );
    // Resolved at 9:00, known at 9:30: nobody could have said so in between.
    assert_eq!(
        (at("2020-06-10T09:29:59Z"), at("2020-06-10T09:30:00Z")),
        ("open".into(), "resolved".into())
    );
    assert_eq!(
        r.json("incident show INC000000000102 --as-at 2020-06-22")["incident"]["resolved"],
        "2020-06-10T09:00:00Z"
    );
}

#[test]
fn r3_opened_resolved_closed_and_escalated_are_kept_apart_and_the_sum_holds() {
    let r = room();
    let b = |period: &str, as_at: &str| {
        r.json(&format!("incident balance --period {period} --as-at {as_at}"))["balance"].clone()
    };
    let n = |b: &Value, k: &str| b[k].as_u64().unwrap();
    let may = b("2020-05", "2020-06-22");
    assert_eq!(
        (n(&may, "opening"), n(&may, "opened"), n(&may, "resolved"), n(&may, "open")),
        (0, 3, 0, 3)
    );
    let june = b("2020-06", "2020-06-22");
    assert_eq!(
        (n(&june, "opening"), n(&june, "resolved"), n(&june, "closed"), n(&june, "open")),
        (3, 2, 2, 1)
    );
    assert_eq!(n(&b("2020-06", "2020-06-08"), "open"), 2, "as known two weeks earlier");
    let shown = r.json("incident show INC000000000103 --as-at 2020-06-22");
    assert_eq!(
        (&shown["incident"]["escalated_to"], &shown["incident"]["category"]),
        (&"service manager of RDP2".into(), &Value::Null)
    );
    // The report is a document of its own.
    let made = r.json("incident report --period 2020-05 --as-at 2020-06-22 --out rdp");
    assert_eq!(
        (made["title"].as_str(), made["view"]["balance"]["opened"].as_u64()),
        (Some("Registration Data Provider incident report"), Some(2))
    );
    let html = std::fs::read_to_string(r.path("rdp/pack.html")).unwrap();
    assert!(
        html.contains("INC000000000103")
            && html.contains("service manager of RDP2")
            && !html.contains("INC000000000102"),
        "the application incident is another area's"
    );
    assert!(r.path("rdp/csv/incident-list.csv").exists() && r.path("rdp/pack.json").exists());
}

/// The report on May, stated on 3 June 2020; the application incident counts as one of registration data.
fn with_report(words: &str) -> Room {
    let r = room();
    r.nb("incident event INC000000000102 details --area registration-data --at 2020-05-14T08:00:00Z --known 2020-05-14T08:00:00Z").ok();
    r.nb(&format!("incident stated add --period 2020-05 {words} --identified INC000000000101,INC000000000102,INC000000000103 --source DCC --document RDP-report-May --known 2020-06-03")).ok();
    r
}

/// The check of the only report; the command ends with this code.
fn check(r: &Room, as_at: &str, code: i32) -> Value {
    let out = r
        .at("2026-05-20T12:00:00Z", &format!("incident balance --period 2020-05 --as-at {as_at}"))
        .code(code);
    out.json()["reports"][0].clone()
}

#[test]
fn x2_five_opened_three_resolved_five_open_imply_three_at_the_start_and_two_unknown() {
    let r = with_report("--opened 5 --resolved 3 --open 5");
    assert_eq!(check(&r, "2020-06-02", 0), Value::Null, "nobody had stated it yet");
    let c = check(&r, "2020-06-22", 0);
    assert_eq!(
        (c["implied"]["least"].as_i64(), c["identified"].as_u64(), c["unknown"].as_u64()),
        (Some(3), Some(3), Some(2))
    );
    assert!(c["implied"]["words"].as_str().unwrap().contains("3 were open at the start if the 3 resolved are all of the period; each omitted resolution adds one"));
    assert_eq!(c["contradictions"].as_array().unwrap().len(), 0);
    // One unit away: six open need four at the start, and a stated three contradicts that.
    let c = check(&with_report("--opening 3 --opened 5 --resolved 3 --open 6"), "2020-06-22", 7);
    assert_eq!((c["implied"]["least"].as_i64(), c["unknown"].as_u64()), (Some(4), Some(3)));
    assert!(c["contradictions"][0].as_str().unwrap().contains("makes 5, not 6"), "{c}");
    check(&with_report("--opening 3 --opened 5 --resolved 3 --open 5"), "2020-06-22", 0);
}

#[test]
fn x3_two_closed_and_one_escalated_leave_three_of_the_reports_five_if_nothing_else_moved() {
    let r = with_report("--opened 5 --resolved 3 --open 5");
    let since = |as_at: &str| check(&r, as_at, 0)["since"].clone();
    let s = since("2020-06-22");
    assert_eq!(
        (
            s["open_of_reported"].as_u64(),
            s["ended"].as_array().unwrap().len(),
            s["escalated"][0].as_str(),
            s["unknown"].as_u64(),
            s["opened_since"].as_u64()
        ),
        (Some(3), 2, Some("INC000000000103"), Some(2), Some(0))
    );
    let words = s["words"].as_str().unwrap();
    assert!(
        words.contains("3 of the report's 5 are open")
            && words.contains("if nothing else moved")
            && words.contains("opened since are not known"),
        "{words}"
    );
    // Before the second had ended, and before the third was escalated.
    let s = since("2020-06-09");
    assert_eq!(
        (s["open_of_reported"].as_u64(), s["escalated"].as_array().unwrap().len()),
        (Some(4), 0)
    );
}

#[test]
fn events_that_cannot_follow_are_refused_and_corrections_are_events() {
    let r = room();
    let refused = r.nb("incident event INC000000000101 resolved").code(4);
    assert!(refused.err.contains("resolved before and not opened again"), "{}", refused.err);
    r.nb("incident event INC000000000101 reopened --at 2020-06-20T08:00:00Z --known 2020-06-20T08:00:00Z").ok();
    assert_eq!(
        (
            state(&r, "INC000000000101", "2020-06-19"),
            state(&r, "INC000000000101", "2020-06-20T08:00:00Z")
        ),
        ("closed".into(), "open".into())
    );
    r.nb("incident event INC000000000101 merged").code(3);
    r.nb("incident event INC000000000101 merged --into INC000000000103").ok();
    assert_eq!(
        r.json("incident show INC000000000101")["incident"]["merged_into"],
        "INC000000000103"
    );
    r.nb("incident change INC000000000103 category=2").code(4);
    r.nb("incident change INC000000000103 category=2 responsible=DCC --reason Agreed").ok();
    let shown = r.json("incident show INC000000000103");
    assert_eq!(
        (&shown["incident"]["category"], &shown["incident"]["responsible"]),
        (&2.into(), &"DCC".into())
    );
    r.nb("incident event INC000000000103 comment --text x --expect-version 1").code(6);
    r.nb("incident event INC000000000103 withdrawn").ok();
    assert_eq!(r.json("incident list --state open")["incidents"].as_array().unwrap().len(), 0);
    // An event noted by mistake: earlier times still know it.
    let history = r.json("incident history INC000000000103");
    let event =
        history["history"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    let before = "2026-05-20T09:40:00Z";
    r.wait(60);
    r.run(&["incident", "retract", &event, "--reason", "Wrong incident"]).ok();
    assert_eq!(state(&r, "INC000000000103", before), "withdrawn");
    assert_eq!(r.json("incident show INC000000000103")["incident"]["state"], "open");
}

#[test]
fn export_and_import_again_give_the_same_incidents() {
    let r = room();
    let text = r.nb("incident export --format csv").ok().out;
    let other = Room::new();
    other.write("again.csv", &text);
    other.nb("incident import again.csv").ok();
    let of = |r: &Room| {
        r.json("incident list --as-at 2020-06-22")["incidents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| {
                (
                    i["incident"].clone(),
                    i["state"].clone(),
                    i["opened"].clone(),
                    i["category"].clone(),
                    i["title"].clone(),
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&r), of(&other));
    assert_eq!(other.nb("incident export --format csv").ok().out, text);
    assert!(
        r.json("incident import log.csv")["files"][0]["already"].as_bool().unwrap(),
        "the same file twice adds nothing"
    );
}

#[test]
fn a_mapping_brings_in_a_service_desks_own_columns() {
    let r = Room::new();
    r.write("desk.csv", "Ref;Action;When;Prio;Resolver\nINC000000000201;NEW;12/05/2020 08:00;P2;DCC\nINC000000000201;FIXED;12/05/2020 20:00;?;?\nINC000000000202;LOST;12/05/2020 20:00;?;?\n");
    r.write("desk.toml", "layout = \"incidents\"\n[file]\ndelimiter = \";\"\n[columns]\nincident = \"Ref\"\nevent = \"Action\"\nat = \"When\"\nknown = \"When\"\ncategory = \"Prio\"\nresponsible = \"Resolver\"\n[values.event]\nNEW = \"opened\"\nFIXED = \"resolved\"\n[values.category]\nP2 = \"2\"\n[times]\nformat = \"%d/%m/%Y %H:%M\"\nzone = \"UTC\"\n");
    let taken = r.json("incident import desk.csv --map desk.toml");
    assert_eq!(
        (&taken["files"][0]["accepted"], &taken["files"][0]["rejected"]),
        (&2.into(), &1.into())
    );
    let shown = r.json("incident show INC000000000201 --as-at 2020-05-13");
    assert_eq!(
        (&shown["incident"]["state"], &shown["occasions"][0]["standing"]["is"]),
        (&"resolved".into(), &"in-time".into())
    );
}

#[test]
fn age_and_list_as_printed() {
    let r = room();
    golden("incident_age.txt", &r.nb("incident age --as-at 2020-05-22").ok().out);
    golden(
        "incident_balance.txt",
        &r.nb("incident balance --period 2020-06 --as-at 2020-06-22").ok().out,
    );
}

/// Incidents of April 2026: category, responsible, hours to resolve (none: never).
fn april(list: &[(u8, &str, Option<u32>)]) -> Room {
    let r = Room::new();
    let mut text = "incident,event,at,known,category,responsible,area,text,by\n".to_owned();
    for (i, (category, responsible, hours)) in list.iter().enumerate() {
        let id = format!("INC{:012}", 300 + i);
        text.push_str(&format!("{id},opened,2026-04-10T08:00:00Z,2026-04-10T08:00:00Z,{category},{responsible},application,x,DCC\n"));
        if let Some(h) = hours {
            text.push_str(&format!(
                "{id},resolved,2026-04-{:02}T{:02}:00:00Z,2026-04-30T00:00:00Z,,,,,DCC\n",
                10 + (8 + h) / 24,
                (8 + h) % 24
            ));
        }
    }
    r.write("april.csv", &text);
    r.json("incident import april.csv");
    r
}

#[test]
fn cpm4_and_cpm5_are_figures_of_the_register() {
    let p = april(&[
        (1, "DCC", Some(4)),
        (2, "DCC", Some(25)),
        (2, "CSPN", Some(90)),
        (3, "DCC", Some(72)),
        (5, "DCC", None),
    ])
    .april();
    assert_eq!((p.share("CPM4", "none"), p.share("CPM5", "none")), ((1, 2), (1, 2)));
    assert_eq!(
        (p.row("CPM4", "none")["basis"].as_str(), p.band("CPM4", "none").as_str()),
        (Some("computed"), "below-minimum")
    );
    assert!(
        p.cell("incident-books", "All", "open").starts_with('1')
            && p.cell("incidents-open", "INC000000000304", "days") == "40",
        "{:?}",
        p.table("incidents-open")
    );
    // One hour away.
    let p = april(&[(1, "DCC", Some(4)), (2, "DCC", Some(24))]).april();
    assert_eq!((p.share("CPM4", "none"), p.null("CPM5", "none")), ((2, 2), "no-events".to_owned()));
    // Without a register there is no figure, and no chapter.
    let p = Room::new().april();
    assert_eq!(
        (
            p.null("CPM4", "none"),
            p.files.contains_key(std::path::Path::new("csv/incident-books.csv"))
        ),
        ("not-reported".to_owned(), false)
    );
    assert!(!p.text("pack.html").contains("Incidents and registration data"));
}

#[test]
fn cpm4_with_an_unknown_category_has_bounds_and_no_value() {
    let r = april(&[(1, "DCC", Some(4))]);
    r.nb("incident add INC000000000399 --title x --at 2026-04-12T08:00:00Z --responsible DCC").ok();
    let p = r.april();
    let row = p.row("CPM4", "none");
    assert_eq!(
        (
            p.null("CPM4", "none"),
            &row["figure"]["bounds"][0]["num"],
            &row["figure"]["bounds"][0]["den"],
            &row["figure"]["bounds"][1]["num"]
        ),
        ("not-determinable".to_owned(), &1.into(), &2.into(), &2.into())
    );
    assert!(row["figure"]["detail"].as_str().unwrap().contains("INC000000000399"));
}

#[test]
fn how_incidents_are_counted_is_a_rule() {
    let r = april(&[(1, "DCC", Some(4)), (2, "CSPN", Some(25))]);
    assert_eq!(r.april().share("CPM4", "none"), (1, 1));
    r.overlay("settings.toml", "value = [\"DCC\"]", "value = [\"DCC\", \"CSPN\"]");
    let p = r.pack("again", "--period 2026-04");
    assert_eq!(p.share("CPM4", "none"), (1, 2));
    assert!(
        p.row("CPM4", "none")["notes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|n| n.as_str().unwrap().contains("responsible: DCC, CSPN"))
    );
}
