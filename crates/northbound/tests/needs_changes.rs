//! Changes: none approved without impact, consultation and operational view (Q3, Q4); windows on charts;
//! before and after as an observation.

use crate::support;
use support::needs::{Log, READS, Room, Sent, TESTS};

fn raise(r: &Room, kind: &str, title: &str, window: (&str, &str)) -> String {
    let ran = r
        .run(&[
            "change",
            "add",
            "--title",
            title,
            "--type",
            kind,
            "--system",
            "DSP",
            "--raised",
            "2026-03-01",
            "--by",
            "DCC",
            "--from",
            window.0,
            "--to",
            window.1,
            "--format",
            "json",
        ])
        .ok()
        .json();
    ran["id"].as_str().unwrap().to_owned()
}

const APRIL: (&str, &str) = ("2026-04-15T22:00:00Z", "2026-04-16T04:00:00Z");

fn impact(r: &Room, id: &str) {
    r.nb(&format!(
        "change impact {id} --text 'reads are late for an hour' --by DSP --on \
         2026-03-10"
    ))
    .ok();
}
fn consult(r: &Room, id: &str, to: &str) {
    r.nb(&format!(
        "change consult {id} --whom 'all Users' --from 2026-03-11 --to {to} --outcome \
         'no objection'"
    ))
    .ok();
}
fn view(r: &Room, id: &str) {
    r.nb(&format!(
        "change view {id} --body OPSG --verdict supports --text 'as planned' --on \
         2026-03-30"
    ))
    .ok();
}

#[test]
fn q3_no_impact_assessment_no_approval() {
    let r = Room::new();
    let id = raise(&r, "release", "New schedule engine", APRIL);
    let refused = |r: &Room| r.run(&["change", "approve", &id, "--format", "json"]).code(4).error();
    let all = refused(&r);
    assert_eq!(all["code"], "registers.missing");
    for what in ["an assessment of User impact", "a consultation", "an operational view"] {
        assert!(all["message"].as_str().unwrap().contains(what), "{all}");
    }
    consult(&r, &id, "2026-03-25");
    view(&r, &id);
    let one = refused(&r)["message"].as_str().unwrap().to_owned();
    assert!(
        one.contains("an assessment of User impact")
            && !one.contains("a consultation,")
            && !one.contains("an operational view;"),
        "{one}"
    );
    // Nobody gets round the gate by writing the state.
    assert!(
        r.run(&["change", "change", &id, "state=approved", "--reason", "in a hurry"])
            .code(3)
            .err
            .contains("change approve")
    );
    impact(&r, &id);
    let done = r.run(&["change", "approve", &id, "--format", "json"]).ok().json();
    assert_eq!(
        (
            done["after"]["state"].as_str(),
            done["after"]["impact"]["by"].as_str(),
            done["after"]["approval"]["overridden"].is_null()
        ),
        (Some("approved"), Some("DSP"), true)
    );
    // What it was approved with stays.
    assert!(
        r.run(&["change", "impact", &id, "--text", "none at all"])
            .code(4)
            .err
            .contains("cannot be changed")
    );
}

#[test]
fn q3_a_consultation_that_still_runs_is_none_yet() {
    let r = Room::new();
    let id = raise(&r, "configuration", "Queue limit", APRIL);
    impact(&r, &id);
    view(&r, &id);
    // The tests' clock stands on 20 May 2026.
    consult(&r, &id, "2026-05-21");
    assert!(
        r.run(&["change", "approve", &id])
            .code(4)
            .err
            .contains("a consultation (dated 2026-05-21, still to come)")
    );
    consult(&r, &id, "2026-05-20");
    r.run(&["change", "approve", &id]).ok();
}

#[test]
fn q3_changes_are_listed_by_type_with_their_age() {
    let r = Room::new();
    raise(&r, "release", "One", APRIL);
    let two = raise(&r, "emergency", "Two", APRIL);
    raise(&r, "release", "Three", APRIL);
    let of = |kind: &str| {
        r.json(&format!("change list --type {kind}"))["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["change"]["record"]["title"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (of("release"), of("emergency"), of("maintenance").len()),
        (vec!["One".to_owned(), "Three".to_owned()], vec!["Two".to_owned()], 0)
    );
    // 1 March to 20 May 2026.
    assert_eq!(r.json(&format!("change show {two}"))["age_days"], 80);
    assert!(
        r.run(&["change", "add", "--title", "x", "--type", "whim", "--system", "DSP"])
            .code(3)
            .err
            .contains("emergency")
    );
}

#[test]
fn q3_a_change_that_ran_unasked_is_told_for_ever() {
    let r = Room::new();
    let id = raise(&r, "release", "Firewall", APRIL);
    r.run(&["change", "ran", &id, "--from", APRIL.0, "--to", APRIL.1]).ok();
    assert_eq!(r.json(&format!("change show {id}"))["change"]["record"]["state"], "ran-unapproved");
    assert!(r.run(&["change", "approve", &id]).code(4).err.contains("already ran-unapproved"));
    let p = r.april();
    assert_eq!(p.cell("change-list", &format!("{id}: Firewall"), "state"), "ran-unapproved");
    assert!(p.text("pack.html").contains("ran without approval"));
}

#[test]
fn q4_only_the_chair_goes_past_a_missing_view_by_name_and_reason() {
    let r = Room::new();
    let id = raise(&r, "emergency", "Certificate about to run out", APRIL);
    impact(&r, &id);
    consult(&r, &id, "2026-03-25");
    let past = |words: &[&str]| {
        let mut w = vec!["change", "approve", id.as_str(), "--override"];
        w.extend(words);
        r.run(&w)
    };
    assert!(
        past(&["--reason", "it cannot wait"]).code(4).err.contains("chair"),
        "an analyst does not override"
    );
    assert!(past(&["--as", "robin/OPSG+chair"]).code(4).err.contains("--reason"));
    past(&["--as", "robin/OPSG+chair", "--reason", "it cannot wait"]).ok();
    let o = &r.json(&format!("change show {id}"))["change"]["record"]["approval"]["overridden"];
    assert_eq!(
        (
            o["missing"].as_array().unwrap().len(),
            o["missing"][0].as_str(),
            o["by"].as_str(),
            o["reason"].as_str()
        ),
        (1, Some("an operational view"), Some("robin/OPSG+chair"), Some("it cannot wait"))
    );
    assert!(r.april().text("pack.html").contains(
        "was approved without an operational view, by robin/OPSG+chair: it cannot wait."
    ));
    // With nothing missing the chair overrides nothing.
    let id = raise(&r, "release", "Quiet", APRIL);
    impact(&r, &id);
    consult(&r, &id, "2026-03-25");
    view(&r, &id);
    r.nb(&format!("change approve {id} --override --as robin/OPSG+chair --reason 'to be sure'"))
        .ok();
    assert!(
        r.json(&format!("change show {id}"))["change"]["record"]["approval"]["overridden"]
            .is_null()
    );
}

#[test]
fn q4_nobody_forges_an_approval() {
    let r = Room::new();
    let id = raise(&r, "release", "One", APRIL);
    let forged = r#"approval={"by":"robin","at":"2026-05-01T00:00:00Z","overridden":null}"#;
    assert!(
        r.run(&["change", "change", &id, forged, "state=approved", "--reason", "x"])
            .code(4)
            .err
            .contains("only by `northbound change approve`")
    );
}

#[test]
fn a_window_stands_on_each_chart_that_it_touches() {
    let r = Room::with(&[TESTS.of(990, Some(5)), TESTS.of(990, Some(5)).in_region("central")]);
    r.run(&[
        "change",
        "add",
        "--title",
        "Antenna",
        "--type",
        "maintenance",
        "--system",
        "CSPN",
        "--region",
        "north",
        "--measure",
        "PM4.3",
        "--from",
        APRIL.0,
        "--to",
        APRIL.1,
    ])
    .ok();
    let p = r.april();
    let svg = |region: &str, provider: &str| {
        p.text(&format!("charts/trend-pm4-3-{provider}-{region}.svg"))
    };
    assert!(
        svg("north", "cspn").contains(
            "Antenna, not approved (15 April 2026, 22:00 UTC to 16 April 2026, 04:00 UTC)"
        ),
        "{}",
        svg("north", "cspn")
    );
    assert!(!svg("central", "cspc").contains("Antenna"));
    // One minute after the last chart's end it touches none.
    let r = Room::with(&[TESTS.of(990, Some(5))]);
    r.nb("change add --title Antenna --type maintenance --system CSPN --from \
         2026-05-01T00:00:00Z --to 2026-05-01T04:00:00Z")
        .ok();
    assert!(!r.april().text("charts/trend-pm4-3-cspn-north.svg").contains("Antenna"));
}

/// Reads of ten days on each side of 11 April: so many in time of forty a day.
fn around(before: u32, after: u32) -> Room {
    let r = Room::new();
    let (all, days) = (40u32, 28u32);
    let mut log = Log::from(1);
    // Equal messages fall on days 1 to 28 in turn, so both halves are written and the wrong days dropped.
    for (half, good) in [("before", before), ("after", after)] {
        let mut one = Log::from(if half == "before" { 1 } else { 100_000 });
        for s in [
            Sent { answer: Some(5), ..TESTS.of(good * days, Some(5)) },
            TESTS.of((all - good) * days, Some(30)),
        ] {
            one.add(s);
        }
        for line in one.text.lines().skip(1) {
            let day: u32 = line.split("2026-04-").nth(1).unwrap()[..2].parse().unwrap();
            if (half == "before") == (day < 11) && day != 11 {
                log.text.push_str(line);
                log.text.push('\n');
            }
        }
    }
    r.messages("m.csv", &log);
    r.nb("change add --title Cut --type release --system CSPN --region north --from \
         2026-04-11T01:00:00Z --to 2026-04-11T03:00:00Z")
        .ok();
    r
}

#[test]
fn before_and_after_are_an_observation_with_intervals() {
    let see = |before, after| {
        let r = around(before, after);
        r.json("change observe change-1 --measure PM4.3 --days 7")
    };
    let o = see(40, 30);
    let row = &o["rows"][0]["observation"];
    assert_eq!(
        (
            o["rows"].as_array().unwrap().len(),
            row["before"]["counts"]["den"].as_u64(),
            row["after"]["counts"]["num"].as_u64(),
            row["apart"].as_str()
        ),
        (1, Some(280), Some(210), Some("lower-after"))
    );
    assert_eq!(
        (
            row["before"]["first"].as_str(),
            row["before"]["last"].as_str(),
            row["after"]["first"].as_str(),
            row["after"]["last"].as_str()
        ),
        (Some("2026-04-04"), Some("2026-04-10"), Some("2026-04-12"), Some("2026-04-18"))
    );
    let same = see(40, 40);
    assert_eq!(same["rows"][0]["observation"]["apart"], "overlap");
    for words in [&o, &same] {
        let said = words["rows"][0]["observation"]["finding"].as_str().unwrap().to_lowercase();
        assert!(
            said.contains("observation")
                && !["caused", "because", "due to", "led to"].iter().any(|w| said.contains(w)),
            "{said}"
        );
    }
}

#[test]
fn an_observation_refuses_what_has_no_days() {
    let r = Room::with(&[READS.of(10, Some(5))]);
    r.run(&["change", "add", "--title", "Cut", "--type", "release", "--system", "DSP"]).ok();
    assert!(
        r.run(&["change", "observe", "change-1", "--measure", "PM4.3"])
            .code(4)
            .err
            .contains("no window")
    );
    r.nb("change window change-1 --from 2026-04-11T01:00:00Z --to 2026-04-11T03:00:00Z").ok();
    assert!(
        r.run(&["change", "observe", "change-1", "--measure", "CPM1"])
            .code(4)
            .err
            .contains("no counts by day")
    );
    for (days, code) in [("0", 2), ("92", 0), ("93", 2)] {
        r.run(&["change", "observe", "change-1", "--measure", "PM4.3", "--days", days]).code(code);
    }
}

#[test]
fn the_process_by_type_is_a_page() {
    let r = Room::new();
    r.nb("change process --out page.html").ok();
    let page = std::fs::read_to_string(r.path("page.html")).unwrap();
    for t in ["release", "configuration", "maintenance", "emergency", "modification"] {
        assert!(page.contains(&format!("id=\"type-{t}\"")), "{t}");
    }
    assert!(
        page.contains("Assess what it means for Users")
            && page.contains("assumed")
            && !page.contains("<script")
    );
    // A step of an installation's own stands on the page.
    r.overlay("changes.toml", "Set it, and record when", "Set it at noon");
    assert!(r.nb("change process --type configuration").ok().out.contains("Set it at noon"));
    r.nb("change process --type whim").code(5);
}
