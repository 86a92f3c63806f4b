//! S1 to S5: statements beside figures, installs, notes, assurance work, work packages. All invented.

use crate::support;
use support::needs::{READS, Room, TESTS};

fn bodies(r: &Room) {
    r.nb("body add opsg --name 'Operations Group (invented)' --kind group --power \
         recommend")
        .ok();
    r.nb("body add board --name 'Board (invented)' --kind board --power approve-money").ok();
}

/// Tests in the North, in time and late.
fn tests(in_time: u32, late: u32) -> Room {
    let r = Room::with(&[TESTS.of(in_time, Some(5)), TESTS.of(late, Some(60))]);
    r.network_feed();
    r
}

#[test]
fn s1_green_while_a_measure_is_below_target_is_shown_beside_it_as_in_tension() {
    let level = |r: &Room| {
        r.json("pack build --period 2026-04 --out p")["results"]
            .as_array()
            .unwrap()
            .iter()
            .find(|n| n["result"]["measure"] == "CPM1" && n["result"]["region"] == "none")
            .unwrap()["result"]["band"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let said = |r: &Room| {
        r.nb("status add --text 'service undegraded' --colour green --measure CPM1 --period \
             2026-04 --author dcc --basis 'daily operations report'")
            .ok();
        let s = r.json("status beside --period 2026-04")["statements"][0].clone();
        (
            s["tension"].as_str().unwrap().to_owned(),
            s["beside"]
                .as_array()
                .unwrap()
                .iter()
                .map(|b| b["band"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>(),
            s["status"]["basis"].as_str().unwrap().to_owned(),
            s["status"]["author"].as_str().unwrap().to_owned(),
        )
    };
    let low = tests(900, 100);
    assert_ne!(level(&low), "met");
    let (tension, bands, basis, author) = said(&low);
    assert_eq!(
        (tension.as_str(), basis.as_str(), author.as_str()),
        ("in tension", "daily operations report", "dcc")
    );
    assert!(bands.contains(&level(&low)), "both are shown: {bands:?}");
    let all = tests(1000, 0);
    assert_eq!((level(&all).as_str(), said(&all).0.as_str()), ("met", "agrees"));
    // Without a figure nothing is confirmed.
    let none = Room::new();
    assert_eq!(said(&none).0, "no figure tells");
}

#[test]
fn s2_an_index_without_a_baseline_and_a_source_is_refused() {
    let r = Room::new();
    let add = |count: &str, period: &str, more: &[&str]| {
        r.run(
            &[&["install", "add", count, "--period", period, "--source", "installers"], more]
                .concat(),
        )
        .ok();
    };
    add("31000", "2026-03", &["--coverage", "large suppliers"]);
    add("7500", "2026-04", &["--coverage", "large suppliers"]);
    for words in [
        "report installs --period 2026-04",
        "report installs --period 2026-04 --baseline 2026-03",
        "report installs --period 2026-04 --source installers",
        "report installs --period 2026-04 --baseline 2026-04 --source installers",
    ] {
        r.nb(words).code(4);
    }
    let line = |words: &str| r.json(words)["lines"][0].clone();
    // 250 a day against 1,000 a day.
    let l = line("report installs --period 2026-04 --baseline 2026-03 --source installers");
    assert_eq!(
        (l["index"].as_str(), l["line"]["warnings"].as_array().unwrap().len()),
        (Some("25.0 %"), 0)
    );
    // A change of what is counted, and a break of the series, stand beside the index.
    add("7750", "2026-05", &["--coverage", "all suppliers", "--series-break", "new form"]);
    let w = line("report installs --period 2026-05 --baseline 2026-03 --source installers")["line"]
        ["warnings"]
        .to_string();
    assert!(w.contains("coverage changed") && w.contains("new form"), "{w}");
    assert_eq!(
        line("report installs --period 2026-06 --baseline 2026-03 --source installers")["index"],
        serde_json::Value::Null
    );
    r.nb("report installs --period 2026-04 --baseline 2026-03 --source nobody").code(5);
}

#[test]
fn s3_a_note_is_kept_with_its_date_and_out_of_every_score() {
    let r = Room::with(&[READS.of(90, Some(5)), READS.of(10, None)]);
    let before = r.april().figures();
    r.nb("status add --text 'Staff sickness; refresher training held.' --period 2026-04 \
         --author dcc --on 2026-05-11")
        .ok();
    let s = &r.json("status list")["records"][0]["record"];
    assert_eq!(
        (s["kind"].as_str(), s["on"].as_str(), s["colour"].as_str()),
        (Some("note"), Some("2026-05-11"), None)
    );
    assert!(r.json("status beside --period 2026-04")["statements"][0]["tension"].is_null());
    let after = r.april();
    assert_eq!(before, after.figures());
    assert!(after.text("pack.html").contains("refresher training"), "it is printed all the same");
    // A note claims no colour.
    r.run(&["status", "change", "status-1", "colour=green", "--reason", "x"]).code(3);
}

#[test]
fn s4_no_issues_is_a_claim_until_evidence_is_attached() {
    let r = Room::new();
    r.nb("audit add --scope 'information security, remote' --result 'no issues' --on \
         2026-05-04 --told-by dcc")
        .ok();
    let worth = || r.json("audit log")["audits"][0]["worth"].as_str().unwrap().to_owned();
    assert_eq!(worth(), "claim");
    r.nb("document add cert-1 --kind letter --title Certificate --owner dcc --due \
         2026-06-01")
        .ok();
    r.nb("audit evidence audit-1 --document cert-1").code(4);
    r.nb("audit evidence audit-1 --document nothing").code(5);
    r.nb("audit change audit-1 evidence=cert-1 --reason x").code(4);
    assert_eq!(worth(), "claim", "a promised document is not evidence");
    r.nb("document arrive cert-1 --on 2026-05-20").ok();
    r.run(&["audit", "evidence", "audit-1", "--document", "cert-1", "--place", "page 2"]).ok();
    assert_eq!(worth(), "evidence attached");
}

#[test]
fn s5_a_quarter_is_resolved_by_its_definition_and_no_amount_is_made_up() {
    let r = Room::new();
    bodies(&r);
    r.run(&["workpackage", "add", "wp1", "--title", "Support", "--quarter", "Q2 2020"]).code(4);
    r.nb("workpackage add wp1 --title Support --quarter 'Q2 2020' --definition \
         april-year")
        .ok();
    r.run(&["workpackage", "line", "wp1", "Review of reports"]).ok();
    r.nb("workpackage approve wp1 --by opsg").code(4);
    r.nb("workpackage recommend wp1 --by opsg").ok();
    let w = r.json("workpackage show wp1");
    let rec = &w["record"];
    assert_eq!(
        (rec["from"].as_str(), rec["to"].as_str(), rec["state"].as_str()),
        (Some("2020-07-01"), Some("2020-09-30"), Some("recommended"))
    );
    assert!(w["budget"].is_null() && rec["lines"][0]["budget_pence"].is_null());
    assert!(r.nb("workpackage show wp1").ok().out.contains("no amount was given"));
    r.nb("workpackage add wp2 --title Support --quarter 'Q2 2020' --definition calendar").ok();
    assert_eq!(r.json("workpackage show wp2")["record"]["from"], "2020-04-01");
    // The amount of one line is not the amount of all.
    r.run(&["workpackage", "line", "wp1", "Minutes", "--budget", "1200.50"]).code(3);
    r.nb("workpackage line wp1 Minutes --budget 1200.50 --source 'paper 7, page 2'").ok();
    let b = &r.json("workpackage show wp1")["budget"];
    assert_eq!(
        (b["pence"].as_i64(), b["lines"].as_u64(), b["of"].as_u64()),
        (Some(120_050), Some(1), Some(2))
    );
    r.nb("workpackage change wp1 state=approved --reason x").code(4);
    r.nb("workpackage approve wp1 --by board").ok();
    assert_eq!(r.json("workpackage show wp1")["record"]["state"], "approved");
}
