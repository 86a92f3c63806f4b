//! SMETS1: test, defect, migration, live services (D1 to D3, D6 to D14, X9). All samples are invented.

use crate::support;
use serde_json::Value;
use support::{Ran, needs::Room};

const CLOCK: &str = "2020-06-22T09:00:00Z";

/// A room whose clock stands on 22 June 2020 unless a test says otherwise.
struct June(Room);

impl June {
    fn new() -> June {
        June(Room::new())
    }
    fn at(&self, clock: &str, words: &[&str]) -> Ran {
        let mut all = vec!["--clock", clock];
        all.extend(words);
        let mut c = std::process::Command::new(env!("CARGO_BIN_EXE_northbound"));
        let o = c
            .current_dir(self.0.dir.path())
            .env_clear()
            .env("NORTHBOUND_DATA", "data")
            .env("NORTHBOUND_AS", "kim@DCC+analyst")
            .args(all)
            .output()
            .unwrap();
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        Ran { code: o.status.code().unwrap_or(-1), out: text(&o.stdout), err: text(&o.stderr) }
    }
    fn run(&self, words: &[&str]) -> Ran {
        self.at(CLOCK, words)
    }
    fn nb(&self, words: &str) -> Ran {
        self.run(&words.split(' ').collect::<Vec<_>>())
    }
    fn json(&self, words: &str) -> Value {
        self.nb(&format!("{words} --format json")).ok().json()
    }
    fn combination(&self) -> String {
        self.json("combination add --model ALPHA-E1,BETA-CH2 --csp CSP-S1 --cohort MOC")["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
    fn defect(&self, more: &[&str]) -> String {
        let mut w = vec![
            "defect",
            "add",
            "--title",
            "Notice of a breach does not reach Users",
            "--found-in",
            "Test completion report 4",
            "--found",
            "2020-06-01",
            "--cohort",
            "MOC",
            "--format",
            "json",
        ];
        w.extend(more);
        self.run(&w).ok().json()["id"].as_str().unwrap().to_owned()
    }
    fn evidence(&self, id: &str) {
        self.run(&[
            "combination",
            "evidence",
            id,
            "--proof",
            "own-test",
            "--document",
            "Report 4, page 2",
        ])
        .ok();
    }
    fn moderate(&self, id: &str) {
        self.run(&[
            "defect", "impact", id, "--class", "overall", "--level", "moderate", "--by", "TAG",
            "--at", "LSC",
        ])
        .ok();
    }
    fn action(&self, id: &str) {
        if self.run(&["body", "show", "DCC"]).code != 0 {
            self.run(&[
                "body",
                "add",
                "DCC",
                "--name",
                "The network (invented)",
                "--kind",
                "provider",
            ])
            .ok();
        }
        self.run(&["action", "add", id, "--text", "answer in writing", "--owner", "DCC"]).ok();
    }
    fn close(&self, id: &str) {
        self.run(&["action", "close", id, "--evidence", "paper 9", "--meeting", "OPSG 34"]).ok();
    }
    /// The pack of May in the evening: what was written during the day was recorded after the clock's morning.
    fn pack(&self) -> String {
        self.at("2020-06-22T18:00:00Z", &["pack", "build", "--period", "2020-05", "--out", "p"])
            .ok();
        std::fs::read_to_string(self.0.path("p/pack.html")).unwrap()
    }
}

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
    r.run(&[
        "defect",
        "impact",
        &d,
        "--class",
        "network-operator",
        "--level",
        "minimal",
        "--by",
        "OPSG",
        "--at",
        "LSC",
    ])
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
        r.run(&[
            "defect", "review", &d, "--class", "overall", "--level", "moderate", "--by", "OPSG",
            "--at", at,
        ])
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
        .run(&[
            "mitigation",
            "add",
            "--defect",
            &d,
            "--title",
            "Watch failures",
            "--document",
            "Paper 7",
            "--action",
            "33xx/07",
            "--format",
            "json",
        ])
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
    r.run(&[
        "defect",
        "fix",
        &d,
        "--date",
        "2020-09-30",
        "--stated",
        "end of September",
        "--by",
        "DCC",
    ])
    .ok();
    let s = r.json(&format!("defect status {d}"));
    assert_eq!(
        (s["fix"]["date"].as_str(), s["fix"]["confidence"].as_str(), s["earlier_fixes"].as_u64()),
        (Some("2020-09-30"), Some("unconfirmed"), Some(1))
    );
    assert!(r.pack().contains("31 August 2020"), "earlier dates of the fix stays");
    r.run(&[
        "defect",
        "fix",
        &d,
        "--date",
        "2020-09-30",
        "--confidence",
        "high",
        "--confirmed-by",
        "DCC programme",
        "--by",
        "DCC",
    ])
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
    r.run(&[
        "defect",
        "fix",
        &d,
        "--date",
        "2020-09-30",
        "--stated",
        "Q2 2020",
        "--definition",
        "July to September, says the work package",
    ])
    .ok();
    assert_eq!(r.json(&format!("migration exposure --defect {d}"))["fix"], "2020-09-30");
}

/// Five weeks of two thousand dormant installations, up to the second week of September.
fn plan(r: &June) {
    r.0.write("plan.csv", "kind,cohort,status,week,count,source\nplan,MOC,dormant,2020-08-10,2000,plan 3\nplan,MOC,dormant,2020-08-17,2000,plan 3\nplan,MOC,dormant,2020-08-24,2000,plan 3\nplan,MOC,dormant,2020-08-31,2000,plan 3\nplan,MOC,dormant,2020-09-07,2000,plan 3\n");
    assert_eq!(r.json("migration import plan.csv")["files"][0]["accepted"], 5);
}

#[test]
fn d9_plan_by_week_cumulative_and_exposure_before_the_fix() {
    let r = June::new();
    plan(&r);
    r.nb(
        "migration add --kind actual --cohort MOC --status dormant --week 2020-08-12 --count 1500",
    )
    .ok();
    let w = r.json("migration weeks");
    let lines = w["streams"][0]["weeks"].as_array().unwrap();
    assert_eq!(
        (
            lines.len(),
            lines[4]["planned_so_far"].as_u64(),
            lines[0]["actual_so_far"].as_u64(),
            lines[1]["actual"].is_null()
        ),
        (5, Some(10_000), Some(1_500), true)
    );
    let e = r.json("migration exposure --fix 2020-09-30");
    let x = &e["streams"][0]["exposure"];
    // By hand: 45 + 38 + 31 + 24 + 17 = 155 days at the least, 6 more for each week at the most.
    assert_eq!(
        (x["before_least"].as_u64(), x["days_least"].as_u64(), x["days_greatest"].as_u64()),
        (Some(10_000), Some(310_000), Some(370_000))
    );
    // One day later each of them is exposed for one day more.
    assert_eq!(
        r.json("migration exposure --fix 2020-10-01")["streams"][0]["exposure"]["days_least"],
        320_000
    );
    let again = r.nb("migration import plan.csv").ok().out;
    assert!(again.contains("already ingested"), "{again}");
    assert!(r.pack().contains("MOC, dormant"));
}

#[test]
fn x9_all_ten_thousand_fall_before_the_fix() {
    let r = June::new();
    let d = r.defect(&[]);
    r.run(&[
        "defect",
        "fix",
        &d,
        "--date",
        "2020-09-30",
        "--stated",
        "end of September 2020",
        "--by",
        "DCC",
    ])
    .ok();
    r.nb("migration add --kind due --cohort MOC --status dormant --week 2020-09-09 --count 10000 --source plan").ok();
    let e = r.json(&format!("migration exposure --defect {d}"));
    let x = &e["streams"][0]["exposure"];
    assert_eq!(
        (
            x["installations"].as_u64(),
            x["before_least"].as_u64(),
            x["days_greatest"].is_null(),
            e["confidence"].as_str()
        ),
        (Some(10_000), Some(10_000), true, Some("unconfirmed"))
    );
    assert_eq!(
        (x["after_last_least"].as_i64(), x["after_last_greatest"].as_i64()),
        (Some(17), Some(23))
    );
    let words = e["streams"][0]["words"].as_str().unwrap();
    assert!(
        words.contains("all 10000 of 10000 before the fix")
            && words.contains("2 to 3 whole weeks")
            && words.contains("the ramp is not stated"),
        "{words}"
    );
    assert!(r.pack().contains("2 to 3 whole weeks"));
    // Fixed three weeks earlier, on the Wednesday of that week, it can no longer be said that all fall before.
    r.run(&["defect", "fix", &d, "--date", "2020-09-09", "--by", "DCC"]).ok();
    let x = r.json(&format!("migration exposure --defect {d}"))["streams"][0]["exposure"].clone();
    assert_eq!(
        (x["before_least"].as_u64(), x["before_greatest"].as_u64()),
        (Some(0), Some(10_000))
    );
}

#[test]
fn d10_a_cap_of_nought_exposes_nothing_and_it_scales() {
    let r = June::new();
    plan(&r);
    let of = |cap: u32| {
        r.json(&format!("migration exposure --fix 2020-09-30 --cap {cap} --rate 20/3650000"))["streams"][0].clone()
    };
    let days = |v: &Value| {
        (
            v["exposure"]["days_least"].as_u64().unwrap(),
            v["exposure"]["days_greatest"].as_u64().unwrap(),
        )
    };
    assert_eq!(
        (days(&of(0)), of(0)["events_least"].as_str(), of(0)["exposure"]["held_back"].as_u64()),
        ((0, 0), Some("0.00"), Some(10_000))
    );
    let (one, two) = (days(&of(500)), days(&of(1_000)));
    assert!(one.0 > 0 && two == (one.0 * 2, one.1 * 2), "{one:?} {two:?}");
    assert_eq!(days(&of(2_000)), (310_000, 370_000), "a cap at the plan changes nothing");
    assert_eq!(of(2_000)["events_least"], "1.70", "310,000 · 20 ÷ 3,650,000");
    // A registered cap holds without being named.
    r.nb("migration add --kind cap --cohort MOC --status dormant --week 2020-08-10 --count 500")
        .ok();
    assert_eq!(days(&r.json("migration exposure --fix 2020-09-30")["streams"][0]), one);
}

#[test]
fn d11_nothing_is_ready_with_open_items_or_actions() {
    let r = June::new();
    let d = r.defect(&[]);
    r.run(&[
        "criteria",
        "add",
        "MOC-1",
        "--title",
        "MOC live services",
        "--cohort",
        "MOC",
        "--body",
        "OPSG",
        "--review",
        "2020-07-10",
        "--action",
        "33xx/05,33xx/06,33xx/07",
        "--defect",
        &d,
    ])
    .ok();
    let keys = [
        "test-exit",
        "defects-assessed",
        "fix-dates",
        "migration-plan",
        "mitigation",
        "operations",
        "security",
    ];
    let refused = |r: &June| {
        r.run(&["criteria", "ready", "MOC-1", "--format", "json"]).code(4).error()["message"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(refused(&r).contains("evidence for \"test-exit\""));
    for k in keys {
        r.run(&["criteria", "evidence", "MOC-1", k, "--document", "submission"]).ok();
    }
    r.moderate(&d);
    r.run(&["defect", "change", &d, "severity=2", "--reason", "report"]).ok();
    let why = refused(&r);
    for a in ["33xx/05", "33xx/06", "33xx/07"] {
        assert!(why.contains(a), "{why}");
    }
    assert!(!why.contains("evidence for"), "{why}");
    assert!(
        r.run(&["criteria", "change", "MOC-1", "state=ready", "--reason", "x"])
            .code(3)
            .err
            .contains("criteria ready")
    );
    assert!(
        r.run(&["criteria", "decide", "MOC-1", "--ruling", "met", "--outcome", "go"])
            .code(4)
            .err
            .contains("33xx/05"),
        "nor is it decided as met"
    );
    for a in ["33xx/05", "33xx/06", "33xx/07"] {
        r.action(a);
    }
    r.close("33xx/05");
    r.close("33xx/06");
    let why = refused(&r);
    assert!(
        why.contains("the action 33xx/07 (open)")
            && !why.contains("33xx/05")
            && !why.contains("33xx/06"),
        "{why}"
    );
    r.run(&[
        "criteria",
        "decide",
        "MOC-1",
        "--ruling",
        "deferred",
        "--outcome",
        "to the next meeting",
    ])
    .ok();
    assert!(r.pack().contains("decided: deferred"));
    // With the last of them closed it is ready.
    r.run(&[
        "criteria",
        "add",
        "MOC-3",
        "--title",
        "t",
        "--cohort",
        "MOC",
        "--body",
        "OPSG",
        "--action",
        "33xx/05,33xx/06,33xx/07",
    ])
    .ok();
    for k in keys {
        r.run(&["criteria", "evidence", "MOC-3", k, "--document", "submission"]).ok();
    }
    assert!(r.run(&["criteria", "ready", "MOC-3"]).code(4).err.contains("33xx/07"));
    r.close("33xx/07");
    r.run(&["criteria", "ready", "MOC-3"]).ok();
    r.run(&["criteria", "decide", "MOC-3", "--ruling", "met", "--outcome", "go"]).ok();
    assert_eq!(r.json("criteria status MOC-3")["words"], "decided: met");
    // A checklist that waits for no action.
    r.run(&["criteria", "add", "MOC-2", "--title", "t", "--cohort", "MOC", "--body", "OPSG"]).ok();
    for k in keys {
        r.run(&["criteria", "evidence", "MOC-2", k, "--document", "submission"]).ok();
    }
    r.run(&["criteria", "open", "MOC-2", "--text", "rota of the help desk", "--owner", "DCC"]).ok();
    assert!(r.run(&["criteria", "ready", "MOC-2"]).code(4).err.contains("rota of the help desk"));
    r.run(&["criteria", "close", "MOC-2", "1", "--by", "rota sent"]).ok();
    r.run(&["criteria", "ready", "MOC-2"]).ok();
    assert_eq!(r.json("criteria status MOC-2")["ready"], true);
    r.run(&["criteria", "open", "MOC-2", "--text", "another", "--owner", "DCC"]).ok();
    assert_eq!(
        r.json("criteria status MOC-2")["ready"],
        false,
        "what is ready is not, once something is open"
    );
}

#[test]
fn d12_a_combination_stands_once_however_it_is_spelt() {
    let r = June::new();
    r.combination();
    let again = r
        .run(&[
            "combination",
            "add",
            "--model",
            "beta-ch2 , Alpha-E1",
            "--csp",
            "csp-s1",
            "--format",
            "json",
        ])
        .code(6)
        .error();
    assert_eq!(again["code"], "registers.exists");
    r.run(&["combination", "add", "--model", "ALPHA-E1,BETA-CH3", "--csp", "CSP-S1"]).ok();
    assert_eq!(
        r.json("combination eligible --pending")["combinations"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn d13_what_a_body_decides_is_pending_until_its_day() {
    let r = June::new();
    let d = r.defect(&[]);
    r.run(&[
        "defect",
        "refer",
        &d,
        "--body",
        "SSC",
        "--question",
        "is the risk acceptable",
        "--due",
        "2020-06-24",
    ])
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

#[test]
fn d14_active_and_dormant_are_never_mixed() {
    let r = June::new();
    for (status, n) in [("active", 30), ("dormant", 7)] {
        r.nb(&format!("migration add --kind actual --cohort MOC --status {status} --week 2020-06-15 --count {n}")).ok();
    }
    let w = r.json("migration weeks");
    let sums: Vec<_> = w["streams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["status"].as_str().unwrap(), s["weeks"][0]["actual_so_far"].as_u64().unwrap()))
        .collect();
    assert_eq!(sums, [("active", 30), ("dormant", 7)]);
    assert!(!r.nb("migration weeks").ok().out.contains("37"), "no sum of the two stands anywhere");
    r.nb("migration add --kind actual --cohort MOC --status asleep --week 2020-06-15 --count 1")
        .code(2);
    // A number restated replaces the one before, for its own status alone.
    r.nb("migration add --kind actual --cohort MOC --status dormant --week 2020-06-15 --count 8")
        .ok();
    let w = r.json("migration weeks");
    assert_eq!(
        (
            w["streams"][0]["weeks"][0]["actual"].as_u64(),
            w["streams"][1]["weeks"][0]["actual"].as_u64()
        ),
        (Some(30), Some(8))
    );
}
