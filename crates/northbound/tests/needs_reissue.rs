//! A reason for each miss, and what changes when a report is issued again (M1, M10, M11).

use crate::support;
use serde_json::Value;
use std::collections::BTreeSet;
use support::needs::{Log, Room, TESTS};

/// Good and late tests of 1,000 in the North, April.
fn april(good: u32) -> Room {
    let r = Room::with(&[TESTS.of(good, Some(5)), TESTS.of(1000 - good, Some(30))]);
    r.network_feed();
    r
}

fn explain(
    r: &Room,
    measure: &str,
    provider: &str,
    region: &str,
    period: &str,
    more: &[&str],
) -> support::Ran {
    r.run(
        &[
            &[
                "explanation",
                "add",
                "--measure",
                measure,
                "--provider",
                provider,
                "--region",
                region,
                "--period",
                period,
            ],
            more,
            &["--format", "json"],
        ]
        .concat(),
    )
}

#[test]
fn m1_below_minimum_without_a_reason_is_not_issued_and_named() {
    let r = april(959);
    let refused = r.nb("pack issue --period 2026-04 --format json").code(4).error();
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains("PM4.3 CSPN north 2026-04") && message.contains("CPM1 DCC none 2026-04"),
        "{message}"
    );
    explain(
        &r,
        "PM4.3",
        "CSPN",
        "north",
        "2026-04",
        &["--text", "a mast failed", "--steps", "spare mast"],
    )
    .ok();
    let message =
        r.nb("pack issue --period 2026-04 --format json").code(4).error()["message"].to_string();
    assert!(!message.contains("PM4.3") && message.contains("CPM1 DCC none 2026-04"), "{message}");
    explain(
        &r,
        "CPM1",
        "DCC",
        "none",
        "2026-04",
        &["--text", "PM4.3 in the North", "--steps", "spare mast"],
    )
    .ok();
    assert_eq!(r.json("pack issue --period 2026-04")["number"], 1);
    // Exactly at minimum: below target, so listed without a reason; nothing blocks.
    let r = april(960);
    let p = r.april();
    assert_eq!(p.cell("explanation-list", "PM4.3 CSPN North", "standing"), "not explained");
    assert_eq!(r.json("pack issue --period 2026-04")["number"], 1);
    assert!(april(990).april().json["required"].as_array().unwrap().is_empty());
}

#[test]
fn m1_an_issued_pack_never_changes() {
    let r = april(1000);
    r.nb("pack issue --period 2026-04").ok();
    r.nb("pack show 2026-04/1").ok();
    let page = r.path("data/packs/2026-04/v1/pack.html");
    let text = std::fs::read_to_string(&page).unwrap();
    std::fs::write(&page, text.replacen("100.00", "100.01", 1)).unwrap();
    assert!(r.nb("pack show 2026-04/1").code(7).out.contains("NOT as issued"));
    // A file that was not issued is named too.
    std::fs::write(&page, text).unwrap();
    r.nb("pack show 2026-04/1").ok();
    std::fs::write(r.path("data/packs/2026-04/v1/annex.pdf"), "other").unwrap();
    let shown = r.nb("pack show 2026-04/1 --format json").code(7).json();
    assert_eq!(shown["extra_files"], serde_json::json!(["annex.pdf"]));
}

#[test]
fn m10_a_reason_given_offline_stays_offline() {
    let r = april(959);
    explain(&r, "CPM1", "DCC", "none", "2026-04", &["--text", "PM4.3 in the North"]).ok();
    explain(
        &r,
        "PM4.3",
        "CSPN",
        "north",
        "2026-04",
        &[
            "--text",
            "a mast failed",
            "--offline",
            "--by",
            "DCC",
            "--document",
            "OPSG meeting",
            "--place",
            "item 4",
        ],
    )
    .ok();
    r.nb("pack issue --period 2026-04").code(4);
    let p = r.april();
    assert!(
        p.cell("explanation-list", "PM4.3 CSPN North", "from").starts_with("offline only, by DCC"),
        "{:?}",
        p.table("explanation-list")
    );
    explain(&r, "PM4.3", "CSPN", "north", "2026-04", &["--text", "a mast failed, and its spare"])
        .ok();
    let p = r.april();
    assert!(
        p.cell("explanation-list", "PM4.3 CSPN North", "from").starts_with("in the report, by"),
        "{:?}",
        p.table("explanation-list")
    );
    r.nb("pack issue --period 2026-04").ok();
    // Where it was said never changes.
    let id = r.json("explanation list --measure PM4.3")["records"]
        .as_array()
        .unwrap()
        .iter()
        .find(|k| k["record"]["where"] == "offline")
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_ne!(
        r.run(&["explanation", "change", &id, "where=report", "--reason", "tidier"]).code,
        0
    );
}

#[test]
fn m10_the_same_reason_as_last_month_is_noticed() {
    let from = |march: &str, now: &str| {
        let r = april(970);
        explain(&r, "PM4.3", "CSPN", "north", "2026-03", &["--text", march]).ok();
        explain(&r, "PM4.3", "CSPN", "north", "2026-04", &["--text", now]).ok();
        r.april().cell("explanation-list", "PM4.3 CSPN North", "from")
    };
    assert!(from("A mast failed.", "a  MAST failed").contains("the same reason as for March 2026"));
    assert!(
        from("A mast failed.", "Same reason as last month")
            .contains("the same reason as for March 2026")
    );
    assert!(!from("A mast failed.", "Two masts failed").contains("the same reason"));
}

/// Rows whose `key` differs between two packs, found without the program's own comparison.
fn differing(a: &[Value], b: &[Value], key: &str) -> BTreeSet<String> {
    let name = |r: &Value| format!("{} {} {}", r["measure"], r["provider"], r["region"]);
    a.iter()
        .zip(b)
        .inspect(|(x, y)| assert_eq!(name(x), name(y)))
        .filter(|(x, y)| x[key] != y[key])
        .map(|(x, _)| name(x))
        .collect()
}

fn reasons_are_in_the_diff_and_in_the_pack(r: &Room, diff: &Value) {
    let changes = diff["changes"].as_array().unwrap();
    let figure =
        changes.iter().find(|c| c["measure"] == "PM4.3" && c["field"] == "figure").unwrap();
    assert!(
        figure["reason"].as_str().unwrap().contains("again.csv corrects messages.csv"),
        "{figure}"
    );
    assert!(
        figure["before"].as_str().unwrap().contains("97.00 %")
            && figure["after"].as_str().unwrap().contains("100.00 %")
    );
    let fallen: Vec<&str> =
        diff["fallen"].as_array().unwrap().iter().map(|f| f[0]["text"].as_str().unwrap()).collect();
    assert!(
        fallen.iter().any(|t| t.contains("PM4.3 CSPN north") && t.contains("3 months")),
        "{fallen:?}"
    );
    // The issued pack tells it too, and the list keeps why.
    let page = std::fs::read_to_string(r.path("data/packs/2026-04/v2/pack.html")).unwrap();
    assert!(
        page.contains("again.csv corrects messages.csv")
            && page.contains("Statements that no longer hold")
    );
    assert_eq!(
        r.json("pack list")["packs"][1]["record"]["reissue_reason"],
        "CSPN corrected its times"
    );
}

#[test]
fn m11_every_changed_cell_is_listed_with_its_reason_and_the_statements_that_fall() {
    let r = april(970);
    r.figures("earlier.csv", "measure,period,provider,region,text\nPM4.3,2026-02,CSPN,north,97.5%\nPM4.3,2026-03,CSPN,north,97.1%\n");
    let first = r.pack("v1", "--period 2026-04");
    assert_eq!(first.cell("streaks", "PM4.3 CSPN North", "run_target"), "at least 3");
    r.nb("pack issue --period 2026-04").ok();
    // The provider states 30 of its answers anew: in time after all. One message more or less would tell.
    r.messages("unchanged.csv", Log::from(5001).add(TESTS.of(10, Some(5)).in_month("2026-01")));
    let quiet = r.json("pack diff v1 2026-04/1");
    assert_eq!(
        (quiet["changes"].as_array().unwrap().len(), quiet["fallen"].as_array().unwrap().len()),
        (0, 0),
        "the same pack twice: nothing changed"
    );
    r.write("again.csv", &Log::of(&[TESTS.of(1000, Some(5))]).text);
    r.nb("ingest messages again.csv --feed tests --corrects messages.csv").ok();
    r.nb("pack issue --period 2026-04").code(4);
    r.run(&["pack", "issue", "--period", "2026-04", "--reason", "CSPN corrected its times"]).ok();
    let second = r.pack("v2", "--period 2026-04");
    assert_eq!(second.share("PM4.3", "north"), (1000, 1000));
    let diff = r.json("pack diff 2026-04/1 2026-04/2");
    let changes = diff["changes"].as_array().unwrap();
    let listed = |field: &str| {
        changes
            .iter()
            .filter(|c| c["field"] == field)
            .map(|c| format!("{} {} {}", c["measure"], c["provider"], c["region"]))
            .collect::<BTreeSet<String>>()
    };
    let (a, b) = (first.figures(), second.figures());
    for (key, field) in [
        ("figure", "figure"),
        ("band", "band"),
        ("rag", "colour"),
        ("streak", "streak"),
        ("excluded", "excluded"),
    ] {
        let found = differing(&a, &b, key);
        // All that changed, and nothing else.
        assert_eq!(found, listed(field), "{field}");
    }
    assert_eq!(
        listed("band"),
        ["\"CPM1\" \"DCC\" \"none\"", "\"PM4.3\" \"CSPN\" \"north\""].map(str::to_owned).into()
    );
    reasons_are_in_the_diff_and_in_the_pack(&r, &diff);
}

#[test]
fn m11_one_corrected_message_changes_a_figure_and_fells_no_statement() {
    let r = april(970);
    r.pack("a", "--period 2026-04");
    r.write("one.csv", &Log::of(&[TESTS.of(971, Some(5)), TESTS.of(29, Some(30))]).text);
    r.nb("ingest messages one.csv --corrects messages.csv").ok();
    r.pack("b", "--period 2026-04");
    let diff = r.json("pack diff a b");
    let has = |field: &str| {
        diff["changes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|c| c["field"] == field && c["measure"] == "PM4.3")
    };
    assert!(has("figure") && !has("band"));
    let fallen: Vec<String> =
        diff["fallen"].as_array().unwrap().iter().map(|f| f[0]["text"].to_string()).collect();
    assert!(
        !fallen.iter().any(|t| t.contains("in a row") || t.contains("of the last")),
        "{fallen:?}"
    );
}
