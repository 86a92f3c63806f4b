//! Defects and mitigations (D1 to D3, D6 to D8, D13).

use super::*;

#[test]
fn d1_no_go_live_with_a_defect_that_nobody_assessed() {
    let r = June::new();
    let c = r.combination();
    assert!(r.run(&["combination", "admit", &c]).code(4).err.contains("evidence of a test"));
    r.evidence(&c);
    let d = r.defect(&["--combination", &c]);
    let e = r.run(&["combination", "admit", &c, "--format", "json"]).code(4).error();
    assert!(
        e["code"] == "registers.missing"
            && e["message"].as_str().unwrap().contains(&format!("the severity of {d}"))
            && e["message"].as_str().unwrap().contains("the overall impact"),
        "{e}"
    );
    r.run(&["defect", "change", &d, "severity=2", "--reason", "the report says so"]).ok();
    assert!(
        r.run(&["combination", "admit", &c]).code(4).err.contains("the overall impact"),
        "half an assessment is none"
    );
    // Nor by writing the list.
    assert!(
        r.run(&["combination", "change", &c, "list=eligible", "--reason", "x"])
            .code(3)
            .err
            .contains("combination admit")
    );
    r.moderate(&d);
    r.run(&["combination", "admit", &c, "--on", "2020-06-20"]).ok();
    let l = r.json("combination eligible");
    assert_eq!(
        (
            l["combinations"][0]["combination"]["record"]["first_added"].as_str(),
            l["combinations"][0]["open_defects"][0].as_str(),
            l["combinations"][0]["standing"].as_str()
        ),
        (Some("2020-06-20"), Some(d.as_str()), Some(""))
    );
    // A defect found later on one that is live is told, in the list and in the pack.
    let later = r.defect(&["--combination", &c]);
    assert_eq!(
        r.json("combination eligible")["combinations"][0]["standing"],
        format!("live with a defect not assessed: {later}")
    );
    assert!(
        r.pack().contains("1 combination is live while a defect that affects it is not assessed")
    );
    r.run(&["defect", "close", &later, "--by", "no defect", "--unfixed"]).ok();
    assert_eq!(r.json("combination eligible")["combinations"][0]["standing"], "");
}

#[test]
fn d2_what_it_hits_is_unknown_until_the_action_that_asks_answers() {
    let r = June::new();
    let d = r.defect(&["--asked-in", "33xx/05"]);
    let srvs = |r: &June| r.json(&format!("defect status {d}"))["hits"]["srvs"].clone();
    assert_eq!(
        (srvs(&r)["known"].as_bool(), srvs(&r)["words"].as_str().unwrap().starts_with("unknown")),
        (Some(false), true)
    );
    assert!(
        r.run(&["defect", "hits", &d, "--srv", "99.9"])
            .code(3)
            .err
            .contains("not a Service Reference Variant")
    );
    r.run(&["defect", "hits", &d, "--srv", "1.1.1,4.1.1", "--function", "breach notice"]).ok();
    // A first answer is kept, and it still reads as unknown: the action is not closed.
    let s = srvs(&r);
    assert!(s["known"] == false && s["words"].as_str().unwrap().contains("33xx/05"), "{s}");
    r.action("33xx/05");
    let s = srvs(&r);
    assert!(s["known"] == false && s["words"].as_str().unwrap().contains("33xx/05 (open)"), "{s}");
    r.run(&["action", "claim", "33xx/05"]).ok();
    assert_eq!(srvs(&r)["known"], false, "its owner says so; no meeting has accepted it");
    r.close("33XX / 5");
    assert_eq!(
        (srvs(&r)["known"].as_bool(), srvs(&r)["words"].as_str()),
        (Some(true), Some("1.1.1, 4.1.1"))
    );
    assert!(r.pack().contains("1.1.1, 4.1.1"));
    // A defect that nobody asked about in an action shows its list at once.
    let other = r.defect(&[]);
    r.run(&["defect", "hits", &other, "--srv", "1.1.1"]).ok();
    let s = r.json(&format!("defect status {other}"));
    assert_eq!(
        (s["hits"]["srvs"]["words"].as_str(), s["hits"]["attributes"]["words"].as_str()),
        (Some("1.1.1"), Some("unknown"))
    );
}

#[test]
fn d3_impact_by_class_is_provisional_until_the_review_that_settles_it() {
    let r = June::new();
    let d = r.defect(&[]);
    r.moderate(&d);
    r.nb(&format!("defect impact {d} --class network-operator --level minimal --by OPSG --at LSC"))
        .ok();
    let impact = |r: &June| {
        r.json(&format!("defect status {d}"))["impact"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| {
                (
                    i["class"].as_str().unwrap().to_owned(),
                    i["level"].as_str().unwrap().to_owned(),
                    i["provisional"].as_bool().unwrap(),
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        impact(&r),
        [
            ("overall".to_owned(), "moderate".to_owned(), true),
            ("network-operator".to_owned(), "minimal".to_owned(), true)
        ]
    );
    assert!(r.pack().contains("provisional until LSC"));
    let review = |at: &str| {
        r.nb(&format!("defect review {d} --class overall --level moderate --by OPSG --at {at}"))
    };
    assert!(review("TAG").code(4).err.contains("provisional until LSC"));
    review("LSC").ok();
    assert!(!impact(&r)[0].2);
    assert!(impact(&r)[1].2, "the other class was not reviewed");
    assert_eq!(
        r.json(&format!("defect show {d}"))["record"]["impacts"].as_array().unwrap().len(),
        3,
        "the first view stays"
    );
}

#[test]
fn d6_a_mitigation_without_residual_risk_is_incomplete() {
    let r = June::new();
    let d = r.defect(&[]);
    let m = r
        .nb(&format!(
            "mitigation add --defect {d} --title 'Watch failures' --document 'Paper 7' \
             --action 33xx/07 --format json"
        ))
        .ok()
        .json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let part = |key: &str, text: &str| r.run(&["mitigation", "part", &m, key, "--text", text]).ok();
    for key in ["defect", "monitored", "thresholds", "response", "misses", "period"] {
        part(key, "written");
    }
    let check = r.run(&["mitigation", "check", &m, "--format", "json"]).code(7).json();
    assert_eq!(
        (check["complete"].as_bool(), check["missing"].to_string()),
        (Some(false), "[\"residual risk\"]".to_owned())
    );
    assert!(r.pack().contains("incomplete"));
    part("residual risk", " ");
    r.run(&["mitigation", "check", &m]).code(7);
    part("residual risk", "one breach in five is seen late");
    assert_eq!(
        r.run(&["mitigation", "check", &m, "--format", "json"]).ok().json()["complete"],
        true
    );
    // What was only spoken is incomplete, whatever it says.
    r.run(&["mitigation", "change", &m, "document=", "--reason", "only spoken"]).ok();
    assert!(r.run(&["mitigation", "check", &m]).code(7).out.contains("only given orally"));
}

fn twenty(r: &June, more: &[&str]) -> String {
    let d = r.defect(&[]);
    let mut w = vec![
        "defect",
        "expect",
        &d,
        "--about",
        "20",
        "--from",
        "2020-01-01",
        "--to",
        "2020-12-31",
        "--by",
        "DCC",
        "--on",
        "2020-06-22",
    ];
    w.extend(more);
    r.run(&w).ok();
    d
}

fn counted(r: &June, d: &str, month: &str, unit: &str, n: u32) {
    r.run(&[
        "defect",
        "count",
        d,
        "--month",
        month,
        "--unit",
        unit,
        "--count",
        &n.to_string(),
        "--source",
        "DCC",
        "--reason",
        "monthly count",
    ])
    .ok();
}

#[test]
fn d7_faster_than_about_twenty_a_year_raises_a_flag_and_the_unit_stays_open() {
    let r = June::new();
    let d = twenty(&r, &[]);
    for m in 1..=5 {
        counted(&r, &d, &format!("2020-{m:02}"), "alerts", if m == 5 { 8 } else { 0 });
        counted(&r, &d, &format!("2020-{m:02}"), "failures", if m == 5 { 2 } else { 0 });
    }
    // 20 · 152 ÷ 366 = 8.31 by the end of May.
    let pace = |r: &June| r.json(&format!("defect pace {d}"));
    let p = pace(&r);
    assert_eq!(
        (p["faster"].as_bool(), p["open_questions"].as_array().unwrap().len()),
        (Some(false), 2)
    );
    assert!(p["open_questions"][0].as_str().unwrap().contains("alerts or failures"));
    counted(&r, &d, "2020-05", "alerts", 9);
    let p = pace(&r);
    let readings: Vec<_> = p["readings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|x| {
            (
                x["unit"].as_str().unwrap(),
                x["counted"].as_u64().unwrap(),
                x["pace"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        (p["faster"].as_bool(), readings),
        (Some(true), vec![("alerts", 9, "faster"), ("failures", 2, "not-faster")]),
        "units are never added"
    );
    let html = r.pack();
    assert!(
        html.contains("faster than expected on 1 of 2 readings")
            && html.contains("alerts or failures: not stated")
    );
    // Said to be failures, of the whole year: no question is open, and nothing is flagged.
    let d2 = twenty(&r, &["--unit", "failures", "--span", "whole"]);
    for m in 1..=5 {
        counted(&r, &d2, &format!("2020-{m:02}"), "failures", if m == 5 { 8 } else { 0 });
    }
    let p = r.json(&format!("defect pace {d2}"));
    assert_eq!(
        (p["faster"].as_bool(), p["open_questions"].as_array().unwrap().len()),
        (Some(false), 0)
    );
}

#[test]
fn d8_a_date_without_a_confidence_level_reads_unconfirmed() {
    let r = June::new();
    let d = r.defect(&[]);
    r.run(&["defect", "fix", &d, "--date", "2020-08-31", "--by", "DCC", "--on", "2020-05-25"]).ok();
    r.nb(&format!("defect fix {d} --date 2020-09-30 --stated 'end of September' --by DCC")).ok();
    let s = r.json(&format!("defect status {d}"));
    assert_eq!(
        (s["fix"]["date"].as_str(), s["fix"]["confidence"].as_str(), s["earlier_fixes"].as_u64()),
        (Some("2020-09-30"), Some("unconfirmed"), Some(1))
    );
    assert!(r.pack().contains("31 August 2020"), "earlier dates of the fix stays");
    r.nb(&format!(
        "defect fix {d} --date 2020-09-30 --confidence high --confirmed-by \
         'DCC programme' --by DCC"
    ))
    .ok();
    let s = r.json(&format!("defect status {d}"));
    assert_eq!(
        (
            s["fix"]["confidence"].as_str(),
            s["fix"]["confirmed_by"].as_str(),
            s["earlier_fixes"].as_u64()
        ),
        (Some("high"), Some("DCC programme"), Some(2))
    );
    r.run(&["defect", "fix", &d, "--date", "2020-09-30", "--confidence", "high"]).code(2);
    // No earlier date is rewritten.
    assert!(
        r.run(&["defect", "change", &d, "fixes=[]", "--reason", "tidy"])
            .code(4)
            .err
            .contains("earlier dates of the fix")
    );
}

#[test]
fn d8_a_quarter_is_never_read_without_its_definition() {
    let r = June::new();
    let d = r.defect(&[]);
    assert!(
        r.run(&["defect", "fix", &d, "--date", "2020-09-30", "--stated", "Q2 2020"])
            .code(3)
            .err
            .contains("quarter")
    );
    r.run(&["defect", "fix", &d, "--stated", "Q2 2020"]).ok();
    r.nb("migration add --kind plan --cohort MOC --status dormant --week 2020-07-06 --count 5")
        .ok();
    assert!(
        r.run(&["migration", "exposure", "--defect", &d]).code(4).err.contains("without a day")
    );
    r.nb(&format!(
        "defect fix {d} --date 2020-09-30 --stated 'Q2 2020' --definition \
         'July to September, says the work package'"
    ))
    .ok();
    assert_eq!(r.json(&format!("migration exposure --defect {d}"))["fix"], "2020-09-30");
}

#[test]
fn d13_what_a_body_decides_is_pending_until_its_day() {
    let r = June::new();
    let d = r.defect(&[]);
    r.nb(&format!(
        "defect refer {d} --body SSC --question 'is the risk acceptable' --due \
         2020-06-24"
    ))
    .ok();
    let ssc = |r: &June, as_at: &str| {
        r.run(&["defect", "status", &d, "--as-at", as_at, "--format", "json"]).ok().json()["trail"]
            [0]["standing"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(ssc(&r, "2020-06-22T10:00:00Z"), "pending, due 2020-06-24");
    r.at(
        "2020-06-25T09:00:00Z",
        &[
            "defect",
            "decide",
            &d,
            "--body",
            "SSC",
            "--outcome",
            "accepted with monitoring",
            "--on",
            "2020-06-24",
        ],
    )
    .ok();
    assert_eq!(ssc(&r, "2020-06-26"), "accepted with monitoring (2020-06-24)");
    assert_eq!(
        ssc(&r, "2020-06-22T10:00:00Z"),
        "pending, due 2020-06-24",
        "as at 22 June nothing was decided"
    );
    let p = r.at(
        "2020-06-25T10:00:00Z",
        &["pack", "build", "--period", "2020-05", "--out", "q", "--as-at", "2020-06-22T10:00:00Z"],
    );
    assert_eq!(p.code, 0, "{}", p.err);
    assert!(
        std::fs::read_to_string(r.0.path("q/pack.html"))
            .unwrap()
            .contains("pending, due 2020-06-24")
    );
}
