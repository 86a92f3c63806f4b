//! M13 to M16, M20, R2, R11: evidence from several sides, defects of measures, Exceptional Events,
//! examples, comments. All invented.

use crate::support;
use serde_json::Value;
use support::needs::{READS, Room, Sent, TESTS};

const USER_TESTS: Sent = Sent { srv: "4.10", test: "user-test", user: 3, feed: "dno", ..READS };

fn region<'v>(v: &'v Value, name: &str) -> &'v Value {
    v["regions"].as_array().unwrap().iter().find(|r| r["region"] == name).unwrap()
}
fn sides(v: &Value, key: &str) -> Vec<String> {
    v[key].as_array().unwrap().iter().map(|s| s.as_str().unwrap().to_owned()).collect()
}

fn parties(r: &Room, n: u32) {
    for i in 0..n {
        r.nb(&format!("party add QUOX{i} --name 'Party {i} (invented)' --category large-supplier"))
            .ok();
    }
}

#[test]
fn m13_what_does_not_agree_in_a_region_is_said_with_its_sources() {
    let r = Room::with(&[
        TESTS.of(500, Some(5)),
        TESTS.of(100, None),
        USER_TESTS.of(60, Some(5)),
        USER_TESTS.of(60, None),
        USER_TESTS.of(118, Some(5)).in_region("south"),
        USER_TESTS.of(2, None).in_region("south"),
    ]);
    r.nb("status add --text 'no complaints heard' --colour green --period 2026-04 \
         --author dcc")
        .ok();
    let e = r.json("report evidence --period 2026-04");
    let north = region(&e, "north");
    assert_eq!(north["conflict"], true);
    assert_eq!(
        (sides(north, "well"), sides(north, "not_well")),
        (
            vec!["contract measure".to_owned(), "complaints".to_owned()],
            vec!["user-run tests".to_owned()]
        )
    );
    assert_eq!(region(&e, "south")["conflict"], false);
    // A complaint heard turns that side over.
    parties(&r, 1);
    r.nb("complaint add QUOX0 --text 'reads fail' --heard-by dcc --region north --on \
         2026-04-10")
        .ok();
    let e = r.json("report evidence --period 2026-04");
    assert_eq!(sides(region(&e, "north"), "not_well"), ["user-run tests", "complaints"]);
    assert!(r.april().text("pack.html").contains("Evidence by region"));
}

#[test]
fn m14_regions_are_compared_with_an_interval_and_small_samples_are_refused() {
    let of = |n: u32| {
        let r = Room::with(&[
            USER_TESTS.of(n - 10, Some(5)),
            USER_TESTS.of(10, None),
            USER_TESTS.of(100, Some(5)).in_region("south"),
        ]);
        r.json("report evidence --period 2026-04")["tests"][0]["difference"].clone()
    };
    let told = of(30);
    assert_eq!(
        (told["Ok"]["points"].as_str(), told["Ok"]["found"].as_str()),
        (Some("-33.33"), Some("lower"))
    );
    let (low, high) = (told["Ok"]["low"].as_str().unwrap(), told["Ok"]["high"].as_str().unwrap());
    assert!(low.starts_with('-') && high.starts_with('-') && low != high, "{low} {high}");
    let refused = of(29);
    assert!(refused["Err"].as_str().unwrap().contains("29 attempts"), "{refused}");
}

#[test]
fn m15_each_party_counts_once_a_month_and_small_classes_are_hidden() {
    let r = Room::new();
    parties(&r, 5);
    for i in 0..5 {
        r.nb(&format!(
            "sentiment add QUOX{i} --mood poor --period 2026-04 --region north --source \
             survey"
        ))
        .ok();
    }
    r.nb("sentiment add QUOX0 --mood good --period 2026-04 --region north --source \
         survey --as lee@QUOX0+user")
        .ok();
    r.nb("sentiment add QUOX1 --mood good --period 2026-04 --region north --source \
         survey --as lee@QUOX0+user")
        .code(4);
    let lines = |r: &Room| r.json("report sentiment --period 2026-04")["lines"].clone();
    let shown = lines(&r);
    assert_eq!(
        (
            shown[0]["class"].as_str(),
            shown[0]["counts"]["parties"].as_u64(),
            shown[0]["counts"]["poor"].as_u64()
        ),
        (Some("large-supplier"), Some(5), Some(4))
    );
    assert!(!r.nb("report sentiment --period 2026-04").ok().out.contains("QUOX0"));
    let pack = r.april();
    assert!(pack.text("pack.html").contains("User sentiment"));
    assert!(
        !pack.text("pack.html").contains("QUOX")
            && !pack.text("pack.json").contains("QUOX")
            && !pack.text("data.json").contains("QUOX")
    );
    r.run(&["sentiment", "withdraw", "QUOX4|north|2026-04", "--reason", "mistake"]).ok();
    assert!(lines(&r)[0]["counts"].is_null(), "four parties are too few");
    assert_eq!(r.json("report sentiment --period 2026-03")["lines"].as_array().unwrap().len(), 0);
}

#[test]
fn m16_the_export_lists_the_defect_of_the_test_measure_with_its_numbers() {
    let csv = |r: &Room| r.nb("report defects --period 2026-04 --format csv").ok().out;
    let r = Room::with(&[
        TESTS.of(900, Some(5)),
        TESTS.of(100, None),
        READS.of(800, Some(5)),
        READS.of(200, None),
    ]);
    let text = csv(&r);
    let line = |way: &str| {
        text.lines()
            .find(|l| l.starts_with("PM4.3,CSPN,north") && l.contains(way))
            .unwrap_or_else(|| panic!("{text}"))
            .to_owned()
    };
    assert!(line("answered-only").contains(",900,900,100,"), "{text}");
    assert!(line("all-attempts").contains(",900,1000,0,"), "{text}");
    assert!(line("own-requests").contains(",800,1000,"), "{text}");
    // Where every test was answered, the figures show no defect; a person's record still can.
    let whole = Room::with(&[TESTS.of(1000, Some(5))]);
    assert_eq!(csv(&whole).lines().count(), 1);
    whole
        .nb("metric-defect add PM4.3 --what 'time-outs are left out' --by opsg --change \
             MP122A")
        .ok();
    assert!(csv(&whole).contains("time-outs are left out"));
}

#[test]
fn m20_a_measure_stands_with_and_without_the_event_and_criteria_met_is_not_granted() {
    let r = Room::with(&[TESTS.of(280, Some(5))]);
    let mut log = support::needs::Log::from(5000);
    // 280 late tests more on the first ten days of the month.
    for day in 1..=10 {
        log.text += &format!(
            "90-B3-D5-1F-30-01-00-01:00-DB-12-34-56-78-90-A0:{},,on-demand,none,rtt4,north,CSPN,tests,answered-success,,2026-04-{day:02}T15:00:00Z,2026-04-{day:02}T15:01:00Z,,2026-04-28T23:59:59Z\n",
            9000 + day
        );
    }
    r.messages("late.csv", &log);
    r.nb("body add panel --name 'Panel (invented)' --kind panel --power decide").ok();
    r.nb("body add opsg --name 'Group (invented)' --kind group --power recommend").ok();
    r.nb("case add 'Mast fire' --claimant dcc --from 2026-04-01 --to 2026-04-10 \
         --measure PM4.3 --region north --on 2026-05-02")
        .ok();
    let effect = || r.json("case effect case-1 --period 2026-04");
    let e = effect();
    let q = |side: &str| {
        let v = &e["effects"][0][side]["figure"]["quantity"];
        (v["num"].as_u64().unwrap(), v["den"].as_u64().unwrap())
    };
    assert_eq!((q("with"), q("without")), ((280, 290), (180, 180)));
    r.run(&["case", "step", "case-1", "group-view", "--by", "opsg", "--on", "2026-05-10"]).ok();
    r.run(&["case", "step", "case-1", "criteria-met", "--by", "opsg", "--on", "2026-05-15"])
        .code(4);
    r.run(&["case", "step", "case-1", "criteria-met", "--by", "panel", "--on", "2026-05-15"]).ok();
    let e = effect();
    assert_eq!(
        (e["standing"].as_str(), e["case"]["steps"][2]["on"].as_str()),
        (Some("criteria met, letter due"), Some("2026-05-15"))
    );
    r.run(&["case", "step", "case-1", "granted", "--by", "panel", "--on", "2026-05-16"]).code(4);
    r.run(&["case", "change", "case-1", "steps=[]", "--reason", "x"]).code(4);
    let pack = r.april();
    assert!(pack.text("pack.html").contains("criteria met, letter due"));
}

fn the_provider_answers_and_others_see_nothing(other: &Room) {
    // The provider answers, sees no raw example, and passes nothing on itself.
    other.nb("example answer example-1 --text 'a cut-off differs' --as pat/dcc+provider").ok();
    assert_eq!(
        other.run(&["example", "list", "--as", "pat/dcc+provider", "--format", "json"]).ok().json()
            ["records"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    assert_eq!(other.json("example track")["examples"][0]["state"], "answered");
    // Other Users do not see who complained.
    assert_eq!(
        other.run(&["example", "passed", "--as", "max@ACME+user", "--format", "json"]).ok().json()
            ["records"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn r2_each_example_has_a_state_and_the_providers_view_hides_who_asks_for_it() {
    let r = Room::new();
    r.nb("party add WIRE --name 'Wire Networks (invented)' --category network-operator").ok();
    r.run(&["user", "add", "90-B3-D5-1F-30-01-00-01", "--party", "WIRE", "--role", "ENO"]).ok();
    let wire = ["--as", "lee@WIRE+user"];
    let run = |words: &[&str], more: &[&str]| r.run(&[words, more].concat());
    run(
        &[
            "example",
            "add",
            "WIRE",
            "--about",
            "SR report 2026-04",
            "--text",
            "WIRE sent 120, the report says 80",
            "--hide-sender",
        ],
        &wire,
    )
    .ok();
    run(
        &["example", "add", "WIRE", "--about", "SR report 2026-04", "--text", "ours differ"],
        &wire,
    )
    .ok();
    r.nb("example pass-on example-1 --to dcc").code(4);
    for bad in ["WIRE sent 120", "wire networks (INVENTED) sent 120", "User 90b3d51f30010001: 120"]
    {
        r.run(&["example", "de-identify", "example-1", "--text", bad]).code(4);
    }
    r.run(&["example", "de-identify", "example-2", "--text", "a network operator's counts differ"])
        .ok();
    r.nb("example pass-on example-2 --to dcc").ok();
    let track = || r.json("example track")["by_state"].clone();
    assert_eq!(track()["passed-on"], 1);
    let other = Room::new();
    for (hide, sender) in [(true, Value::Null), (false, Value::from("WIRE"))] {
        let id = if hide { "example-1" } else { "example-2" };
        other.nb("party add WIRE --name 'Wire Networks (invented)' --category network-operator");
        let add: &[&str] = &["example", "add", "WIRE", "--about", "SR report", "--text", "x"];
        other.run(&[add, if hide { &["--hide-sender"][..] } else { &[] }].concat()).ok();
        other.run(&["example", "de-identify", id, "--text", "120 were sent, 80 are reported"]).ok();
        other.run(&["example", "pass-on", id, "--to", "dcc"]).ok();
        let seen = other
            .run(&["example", "passed", "--as", "pat/dcc+provider", "--format", "json"])
            .ok()
            .json();
        let mine =
            seen["records"].as_array().unwrap().iter().find(|k| k["id"] == id).unwrap().clone();
        assert_eq!(mine["record"]["sender"], sender);
    }
    the_provider_answers_and_others_see_nothing(&other);
}

#[test]
fn r11_a_late_comment_is_marked_late_and_kept() {
    let r = Room::new();
    r.nb("document add annex-1 --kind annex --title Annex --owner dcc --arrived \
         2026-05-01 --comments-by 2026-05-19")
        .ok();
    let add = |at: &str, text: &str| {
        r.run(&["comment", "add", "annex-1", "--text", text, "--by", "member", "--received", at])
            .ok()
    };
    add("2026-05-19T23:59:59Z", "in time");
    assert!(add("2026-05-20T00:00:00Z", "too late").out.contains("late"));
    let c = r.json("comment on annex-1");
    assert_eq!(
        (
            c["late"].as_u64(),
            c["comments"][0]["record"]["late"].as_bool(),
            c["comments"][1]["record"]["late"].as_bool(),
            c["comments"][1]["record"]["text"].as_str()
        ),
        (Some(1), Some(false), Some(true), Some("too late"))
    );
    // A later deadline does not rewrite what came late; the response log goes on.
    r.run(&["document", "change", "annex-1", "comments_by=2026-06-30", "--reason", "extended"])
        .ok();
    r.run(&["comment", "respond", "comment-2", "--text", "noted"]).ok();
    let c = r.json("comment on annex-1");
    assert_eq!(
        (c["late"].as_u64(), c["comments"][1]["record"]["response"].as_str()),
        (Some(1), Some("noted"))
    );
    r.run(&["comment", "change", "comment-2", "late=false", "--reason", "x"]).code(3);
    r.run(&["comment", "add", "nothing", "--text", "x"]).code(5);
}
