//! Forecasts and variance, from files to printed output (R8, R9, R10, F1 to F4, G3, X4). Each oracle has
//! a second input one unit away that gives another answer.

use crate::support;
use serde_json::Value;
use support::{
    Ran,
    needs::{Log, READS, Room, Sent},
};

const A: &str = "90-B3-D5-1F-30-01-00-02";
const B: &str = "90-B3-D5-1F-30-01-00-03";
const C: &str = "90-B3-D5-1F-30-01-00-04";
/// After May 2026 is over.
const JUNE: &str = "2026-06-15T09:00:00Z";

/// Parties and Users: one User each.
fn register(r: &Room, users: &[(&str, &str, &str, &str)]) {
    for (eui, party, class, roles) in users {
        r.at(
            "2026-01-02T09:00:00Z",
            &format!("party add {party} --name {party} --category {class}"),
        )
        .code(0);
        r.at("2026-01-02T09:01:00Z", &format!("user add {eui} --party {party} {roles}")).code(0);
    }
}

const HELD: &str = "--role IS:2020-01-01";

fn three() -> Room {
    let r = Room::new();
    register(
        &r,
        &[
            (A, "ACME", "large-supplier", HELD),
            (B, "BETA", "small-supplier", HELD),
            (C, "CORE", "network-operator", HELD),
        ],
    );
    r
}

fn messages(r: &Room, name: &str, groups: &[Sent]) {
    r.write(name, &Log::of(groups).text);
    r.at(JUNE, &format!("ingest messages {name}")).code(0);
}

fn reads(user: u8, month: &'static str, n: u32) -> Sent {
    Sent { user, ..READS.of(n, Some(5)).in_month(month) }
}

fn forecast(r: &Room, clock: &str, user: &str, sets: &str) -> Ran {
    r.at(clock, &format!("forecast add --user {user} --from 2026-05 --months 1 {sets}"))
}

const IN_TIME: &str = "2026-04-23T23:59:59Z";
const TOO_LATE: &str = "2026-04-24T00:00:00Z";

/// What people see.
#[track_caller]
fn printed(r: &Room, clock: &str, words: &str) -> String {
    let o = std::process::Command::new(env!("CARGO_BIN_EXE_northbound"))
        .current_dir(r.dir.path())
        .env_clear()
        .env("NORTHBOUND_DATA", "data")
        .env("NORTHBOUND_AS", "kim@ACME+analyst")
        .args(["--clock", clock])
        .args(words.split(' '))
        .output()
        .unwrap();
    assert!(o.status.success(), "{}", String::from_utf8_lossy(&o.stderr));
    String::from_utf8(o.stdout).unwrap()
}

#[track_caller]
fn variance(r: &Room, words: &str) -> Value {
    r.at(JUNE, words).code(0).json()
}

/// A User's row of the last month of a named variance.
#[track_caller]
fn row(v: &Value, user: &str) -> Value {
    let users =
        v["months"].as_array().unwrap().last().unwrap()["users"].as_array().unwrap().clone();
    users.into_iter().find(|u| u["user"] == user).unwrap_or_else(|| panic!("no {user} in {v}"))
}

const SECAS: &str = "variance sr --period 2026-05 --view secas";

#[test]
fn r9_the_forecast_in_force_against_what_came_with_equality_inside_the_flag() {
    let flag = |n: u32| {
        let r = three();
        messages(&r, "m.csv", &[reads(2, "2026-05", n)]);
        forecast(&r, IN_TIME, A, "--set 4.1.1:on-demand=200").code(0);
        let u = row(&variance(&r, SECAS), A);
        assert_eq!(
            (
                u["standing"].as_str(),
                u["total"]["forecast"].as_i64(),
                u["total"]["actual"].as_i64()
            ),
            (Some("given"), Some(200), Some(i64::from(n)))
        );
        (
            u["total"]["flag"].as_str().unwrap().to_owned(),
            u["total"]["percent"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(
        [flag(180), flag(181)],
        [("low".to_owned(), "90.00".to_owned()), ("within".to_owned(), "90.50".to_owned())]
    );
    assert_eq!(
        [flag(219), flag(220)],
        [("within".to_owned(), "109.50".to_owned()), ("high".to_owned(), "110.00".to_owned())]
    );
}

#[test]
fn r9_the_latest_before_the_month_is_used_and_the_due_day_is_right_over_bank_holidays() {
    let r = three();
    messages(&r, "m.csv", &[reads(2, "2026-05", 100), reads(3, "2026-05", 100)]);
    forecast(&r, IN_TIME, A, "--set 4.1.1:on-demand=50").code(0);
    forecast(&r, "2026-04-30T23:59:59Z", A, "--set 4.1.1:on-demand=100").code(0);
    forecast(&r, "2026-05-01T00:00:00Z", A, "--set 4.1.1:on-demand=777").code(0);
    forecast(&r, TOO_LATE, B, "--set 4.1.1:on-demand=100").code(0);
    let v = variance(&r, SECAS);
    let (a, b) = (row(&v, A), row(&v, B));
    assert_eq!(
        (a["total"]["forecast"].as_i64(), a["standing"].as_str()),
        (Some(100), Some("given")),
        "revised in April, in time first"
    );
    assert!(a["unused"].is_string(), "the one of May is told and not used: {a}");
    assert_eq!(
        (b["standing"].as_str(), b["total"]["forecast"].as_i64()),
        (Some("late"), Some(100))
    );
    assert_eq!(row(&v, C)["standing"], "none");
    // Good Friday and Easter Monday stand between, so Working Day 15 of April is the 23rd.
    let m = &v["months"][0];
    assert_eq!(
        (m["due"].as_str(), m["report_due"].as_str()),
        (Some("2026-04-23"), Some("2026-06-12"))
    );
    assert!(
        v["unconfirmed"].as_array().unwrap().iter().any(|i| i == "setting/variance-low"),
        "what nobody confirmed is told: {v}"
    );
    // The other reading of "most recent" is a dated setting.
    r.overlay("settings.toml", "value = \"does-not-count\"", "value = \"counts\"");
    assert_eq!(row(&variance(&r, SECAS), A)["total"]["forecast"], 777);
}

#[test]
fn r9_test_traffic_and_smets1_count_as_the_rules_say() {
    let count = |switch: Option<(&str, &str)>| {
        let r = three();
        messages(
            &r,
            "m.csv",
            &[
                reads(2, "2026-05", 7),
                Sent { generation: "smets1", ..reads(2, "2026-05", 3) },
                Sent { test: "user-test", ..reads(2, "2026-05", 2) },
            ],
        );
        if let Some((from, to)) = switch {
            r.overlay("settings.toml", from, to);
        }
        row(&variance(&r, SECAS), A)["total"]["actual"].as_i64().unwrap()
    };
    assert_eq!(count(None), 7);
    assert_eq!(
        count(Some((
            "Test messages among the actuals of a variance\"\nfrom = \"2010-01-01\"\nvalue = \"out\"",
            "Tests\"\nfrom = \"2010-01-01\"\nvalue = \"in\""
        ))),
        9
    );
    assert_eq!(
        count(Some((
            "SMETS1 among the actuals of a variance\"\nfrom = \"2010-01-01\"\nvalue = \"out\"",
            "SMETS1\"\nfrom = \"2010-01-01\"\nvalue = \"in\""
        ))),
        10
    );
}

#[test]
fn r9_an_actual_from_a_faulty_feed_is_null_with_its_reason_and_no_history() {
    let r = three();
    messages(&r, "m.csv", &[reads(2, "2025-05", 60), reads(2, "2026-05", 100)]);
    forecast(&r, IN_TIME, A, "--set 4.1.1:on-demand=100").code(0);
    assert_eq!(row(&variance(&r, SECAS), A)["total"]["percent"], "100.00");
    // Two faulty days of 28 leave nine tenths and more: used, and marked. One day more is one too many.
    r.nb("feed add dsp --brings messages --provider DSP --calendar daily --from 2026-05-01 --to 2026-05-28 --owner DSP").ok();
    let fault = r
        .run(&[
            "feed",
            "fault",
            "dsp",
            "--from",
            "2026-05-10",
            "--to",
            "2026-05-11",
            "--what",
            "drops requests",
            "--owner",
            "DSP",
            "--format",
            "json",
        ])
        .ok()
        .json();
    let v = variance(&r, SECAS);
    assert_eq!(
        (row(&v, A)["total"]["actual"].as_i64(), v["months"][0]["ground"]["suspect"][0].as_str()),
        (Some(100), Some("26 of 28 expected feed days observed")),
        "{v}"
    );
    assert!(printed(&r, JUNE, SECAS).contains("The actuals of 2026-05 are suspect: 26 of 28"));
    r.run(&[
        "fault",
        "change",
        fault["id"].as_str().unwrap(),
        "to=2026-05-12",
        "--reason",
        "it lasted a day longer",
    ])
    .ok();
    let v = variance(&r, SECAS);
    let u = row(&v, A);
    assert_eq!(
        (
            u["total"]["actual"].as_i64(),
            u["total"]["forecast"].as_i64(),
            u["total"]["flag"].as_str(),
            u["lines"][0]["compared"]["actual"].as_i64()
        ),
        (None, Some(100), Some("no-actual"), None),
        "{v}"
    );
    assert_eq!(
        (
            v["months"][0]["ground"]["null"]["reason"].as_str(),
            v["months"][0]["ground"]["null"]["owner"].as_str()
        ),
        (Some("unreliable"), Some("DSP"))
    );
    assert_eq!(v["all_months"]["without_actual"], serde_json::json!(["2026-05"]));
    let text = printed(&r, JUNE, SECAS);
    assert!(
        text.contains("[u]")
            && text.contains("cannot be relied on and are not shown: 25 of 28")
            && text.contains("drops requests"),
        "{text}"
    );
    // The document says the same, and the skill holds nothing against it.
    r.at(JUNE, "variance report --period 2026-05 --view secas --out doc").code(0);
    let html = std::fs::read_to_string(r.path("doc/pack.html")).unwrap();
    assert!(
        html.contains("[u]") && html.contains("cannot be relied on and are not shown: 25 of 28")
    );
    let s = variance(&r, "forecast skill --period 2026-05 --months 1 --view secas");
    assert_eq!(
        (s["users"][0]["errors"]["lines"].as_u64(), s["users"][0]["without_actual"].as_u64()),
        (Some(0), Some(1)),
        "{s}"
    );
    // Nor is a forecast made of it.
    let year_on = |r: &Room| {
        r.at(
            "2027-04-15T09:00:00Z",
            &format!("forecast prefill --user {A} --from 2027-05 --months 1"),
        )
        .code(0)
        .json()["proposed"]
            .clone()
    };
    assert_eq!(year_on(&r).as_array().unwrap().len(), 0, "nothing reliable was sent in the year");
    r.run(&[
        "fault",
        "change",
        fault["id"].as_str().unwrap(),
        "to=2026-05-11",
        "--reason",
        "it did not",
    ])
    .ok();
    assert_eq!(year_on(&r)[0]["count"], 100);
}

#[test]
fn r9_a_month_that_is_not_over_has_no_actual_and_silence_is_no_zero() {
    let r = three();
    messages(&r, "m.csv", &[reads(2, "2026-05", 7)]);
    forecast(&r, IN_TIME, A, "--set 4.1.1:on-demand=100").code(0);
    let at = |clock: &str, words: &str| row(&r.at(clock, words).code(0).json(), A);
    assert_eq!(at("2026-05-31T23:59:59Z", SECAS)["total"]["actual"], Value::Null);
    // A month later the log knows it; a month of which nobody brought anything stays unknown.
    assert_eq!(at(JUNE, SECAS)["total"]["actual"], 7);
    assert_eq!(
        at("2026-07-15T09:00:00Z", "variance sr --period 2026-06 --view secas")["total"]["flag"],
        "no-forecast"
    );
    assert_eq!(
        at("2026-07-15T09:00:00Z", "variance sr --period 2026-06 --view secas")["total"]["actual"],
        Value::Null
    );
}

/// Certificate requests as somebody counted them.
fn volumes(r: &Room, name: &str, rows: &str) {
    r.write(name, &format!("kind,user,srv,mode,period,count,correction,reference\n{rows}"));
    r.at(JUNE, &format!("ingest volumes {name}")).code(0);
}

#[test]
fn r8_zero_is_given_none_is_none_late_is_late_and_corrections_survive() {
    let r = three();
    let add = |clock: &str, user: &str, sets: &str| {
        r.at(
            clock,
            &format!("forecast add --kind csr --user {user} --from 2026-05 --months 1 {sets}"),
        )
        .code(0)
    };
    add(IN_TIME, A, "--set single=0 --set batched:2026-05=40");
    add(TOO_LATE, B, "--set single=20");
    volumes(
        &r,
        "v.csv",
        &format!(
            "csr,{A},single,,2026-05,10,,\ncsr,{A},batched,,2026-05,36,,\ncsr,{B},single,,2026-05,-4,,\ncsr,{C},single,,2026-05,5,,\n"
        ),
    );
    let csr = "variance csr --period 2026-05 --view secas";
    let v = variance(&r, csr);
    let a = row(&v, A);
    assert_eq!(
        (a["standing"].as_str(), a["total"]["percent"].as_str()),
        (Some("given"), Some("115.00"))
    );
    let line = |u: &Value, srv: &str| {
        u["lines"].as_array().unwrap().iter().find(|l| l["line"]["srv"] == srv).unwrap()["compared"]
            .clone()
    };
    let zero = line(&a, "single");
    assert_eq!(
        (
            zero["forecast"].as_i64(),
            zero["actual"].as_i64(),
            zero["difference"].as_i64(),
            &zero["percent"]
        ),
        (Some(0), Some(10), Some(10), &Value::Null)
    );
    assert!(
        zero["why"].as_str().unwrap().contains("zero") && zero["flag"] == "no-percentage",
        "{zero}"
    );
    assert_eq!(
        (line(&a, "batched")["percent"].as_str(), line(&a, "batched")["flag"].as_str()),
        (Some("90.00"), Some("low"))
    );
    let b = row(&v, B);
    assert_eq!(
        (b["standing"].as_str(), b["total"]["actual"].as_i64(), b["total"]["percent"].as_str()),
        (Some("late"), Some(-4), Some("-20.00"))
    );
    assert_eq!(
        (row(&v, C)["standing"].as_str(), &row(&v, C)["total"]["difference"]),
        (Some("none"), &Value::Null)
    );
    // A correction is a row of its own; one request more and the batched line is no longer low.
    volumes(
        &r,
        "c.csv",
        &format!(
            "csr,{A},batched,,2026-05,1,true,CR-INV-1\ncsr,{B},single,,2026-05,-6,true,CR-INV-2\n"
        ),
    );
    let v = variance(&r, csr);
    assert_eq!(
        (
            line(&row(&v, A), "batched")["actual"].as_i64(),
            line(&row(&v, A), "batched")["flag"].as_str()
        ),
        (Some(37), Some("within"))
    );
    assert_eq!(row(&v, B)["total"]["actual"], -10);
    // What is printed says the same.
    let text = printed(&r, JUNE, &format!("{csr} --by-service --format csv"));
    assert!(text.contains(&format!("2026-05,{A},single,,given,0,10,10,,")), "{text}");
}

#[test]
fn r8_what_contradicts_itself_in_a_file_is_refused_row_by_row_and_the_rest_goes_in() {
    let r = three();
    r.write("f.csv", &format!("user,srv,mode,period,count\n{A},4.1.1,on-demand,2026-05,5\n{A},4.1.1,on-demand,2026-05,6\n{A},4.2,on-demand,2026-05,7\n90-B3-D5-1F-30-09-00-09,4.2,on-demand,2026-05,7\n{A},4.2,often,2026-05,7\n{B},4.2,scheduled,2026-Q2,7\n{B},4.2,scheduled,2026-05,-7\n{B},4.2,scheduled,2026-05,8\n"));
    let done = r.at(IN_TIME, "forecast import f.csv").code(0).json();
    let f = &done["files"][0];
    assert_eq!(
        (f["read"].as_u64(), f["accepted"].as_u64(), f["rejected"].as_u64()),
        (Some(8), Some(2), Some(6)),
        "{done}"
    );
    let kept = r.json("forecast list --period 2026-05");
    let lines = |u: &str| {
        kept["records"].as_array().unwrap().iter().find(|k| k["record"]["user"] == u).unwrap()["record"]["lines"].clone()
    };
    assert_eq!(
        (
            lines(A).as_array().unwrap().len(),
            lines(A)[0]["count"].as_i64(),
            lines(B)[0]["count"].as_i64()
        ),
        (1, Some(7), Some(8))
    );
    // The same file again adds nothing.
    assert_eq!(r.at(IN_TIME, "ingest forecasts f.csv").code(0).json()["files"][0]["already"], true);
    assert_eq!(r.json("forecast list")["records"].as_array().unwrap().len(), 2);
}

#[test]
fn r10_months_remarked_on_are_marked_and_told_with_and_without() {
    let r = three();
    messages(&r, "m.csv", &[reads(2, "2026-04", 20), reads(2, "2026-05", 100)]);
    r.at(
        "2026-01-10T09:00:00Z",
        &format!("forecast add --user {A} --from 2026-04 --months 2 --set 4.1.1:on-demand=100"),
    )
    .code(0);
    let words = format!("{SECAS} --months 2");
    let v = variance(&r, &words);
    assert_eq!(
        (
            v["all_months"]["compared"]["percent"].as_str(),
            v["without_remarked"]["compared"]["percent"].as_str()
        ),
        (Some("60.00"), Some("60.00"))
    );
    r.at(
        JUNE,
        "annotation add --from 2026-04-10 --to 2026-04-20 --title Lockdown --text Fewer-installs",
    )
    .code(0);
    let v = variance(&r, &words);
    assert_eq!(
        (
            v["all_months"]["compared"]["percent"].as_str(),
            v["without_remarked"]["compared"]["percent"].as_str()
        ),
        (Some("60.00"), Some("100.00"))
    );
    assert_eq!(
        (v["months"][0]["annotations"][0].as_str(), v["months"].as_array().unwrap().len()),
        (Some("Lockdown"), 2),
        "marked, never dropped"
    );
    // A remark that ends a day before the month leaves it alone.
    r.at(JUNE, "annotation change annotation-1 from=2026-03-01 to=2026-03-31 --reason moved")
        .code(0);
    assert_eq!(variance(&r, &words)["without_remarked"]["compared"]["percent"], "60.00");
}

#[test]
fn f1_prefilled_forecast_is_one_command_and_only_exceptions_are_typed() {
    let propose = |n: u32| {
        let r = three();
        r.write("h.csv", &Log::of(&[reads(2, "2025-05", n), reads(2, "2026-03", 9)]).text);
        r.at("2026-04-02T09:00:00Z", "ingest messages h.csv").code(0);
        let done = r
            .at("2026-04-20T09:00:00Z", "forecast submit --as kim@ACME+user --from-history")
            .code(0)
            .json();
        let id = done["receipt"]["id"].as_str().unwrap().to_owned();
        let f = r.json(&format!("forecast show {id}"))["record"].clone();
        (r, f, done)
    };
    let count = |f: &Value, month: &str| {
        f["lines"].as_array().unwrap().iter().find(|l| l["period"] == month).unwrap()["count"]
            .as_i64()
            .unwrap()
    };
    let (r, f, done) = propose(70);
    assert_eq!(
        (
            count(&f, "2026-05"),
            count(&f, "2026-06"),
            f["lines"].as_array().unwrap().len(),
            f["how"].as_str()
        ),
        (70, 9, 8, Some("history"))
    );
    assert!(done["used_for"].to_string().contains("in time"), "{done}");
    assert_eq!(count(&propose(69).1, "2026-05"), 69);
    // An exception typed, all else from history.
    let done = r
        .at(
            "2026-04-21T09:00:00Z",
            "forecast submit --as kim@ACME+user --from-history --set 4.1.1:on-demand:2026-06=1200",
        )
        .code(0)
        .json();
    let f = r.json(&format!("forecast show {}", done["receipt"]["id"].as_str().unwrap()))["record"]
        .clone();
    assert_eq!((count(&f, "2026-05"), count(&f, "2026-06")), (70, 1200));
    // It says what the last one was used for.
    let mut may = Log::from(1_000);
    may.add(reads(2, "2026-05", 77));
    r.write("may.csv", &may.text);
    r.at(JUNE, "ingest messages may.csv").code(0);
    let told = r
        .at("2026-06-20T09:00:00Z", "forecast submit --as kim@ACME+user --from-history")
        .code(0)
        .json()["used_for"]
        .to_string();
    assert!(told.contains("for 2026-05 was used") && told.contains("110.00 %"), "{told}");
    // A preview as CSV comes in again as it is.
    let csv =
        printed(&r, "2026-04-22T09:00:00Z", &format!("forecast prefill --user {A} --format csv"));
    r.write("p.csv", &csv);
    assert_eq!(
        r.at("2026-04-22T10:00:00Z", "forecast import p.csv").code(0).json()["files"][0]["accepted"],
        8,
        "{csv}"
    );
}

#[test]
fn f1_a_user_sees_and_submits_only_its_own_and_never_for_yesterday() {
    let r = three();
    let as_acme = |words: &str| r.at(IN_TIME, &format!("{words} --as kim@ACME+user"));
    as_acme(&format!("forecast add --user {A} --from 2026-05 --months 1 --set 4.1.1:on-demand=5"))
        .code(0);
    forecast(&r, IN_TIME, B, "--set 4.1.1:on-demand=6").code(0);
    assert_eq!(as_acme("forecast list").code(0).json()["records"].as_array().unwrap().len(), 1);
    assert_eq!(
        as_acme(&format!(
            "forecast add --user {B} --from 2026-05 --months 1 --set 4.1.1:on-demand=5"
        ))
        .code(4)
        .error()["code"],
        "cli.refused"
    );
    let late = r.at(TOO_LATE, &format!("forecast add --as kim@ACME+user --user {A} --from 2026-05 --months 1 --set 4.1.1:on-demand=5 --made {IN_TIME}")).code(4);
    assert_eq!(late.error()["code"], "registers.backdated");
    // Through a file neither.
    r.write("f.csv", &format!("user,srv,mode,period,count,made\n{A},4.1.1,on-demand,2026-05,5,{IN_TIME}\n{B},4.1.1,on-demand,2026-05,5,\n"));
    r.at(TOO_LATE, "forecast import f.csv --as kim@ACME+user").code(3);
    let mine = r.at(JUNE, "variance sr --period 2026-05 --as kim@ACME+user").code(0).json();
    assert_eq!(
        mine["months"][0]["users"]
            .as_array()
            .unwrap()
            .iter()
            .map(|u| u["user"].clone())
            .collect::<Vec<_>>(),
        [A]
    );
    r.at(JUNE, "variance sr --period 2026-05 --view secas --as kim@ACME+user").code(4);
    // What was submitted stays, and the User cannot take it back.
    let id = r.json("forecast list")["records"][0]["id"].as_str().unwrap().to_owned();
    r.at(JUNE, &format!("forecast withdraw {id} --reason oops --as kim@ACME+user")).code(4);
}

#[test]
fn f2_six_months_of_who_gave_forecasts_and_may_agrees_with_the_variance() {
    let r = Room::new();
    register(
        &r,
        &[
            (A, "ACME", "large-supplier", HELD),
            (B, "BETA", "small-supplier", "--role IS:2026-04-24"),
            (C, "CORE", "network-operator", "--role IS:2020-01-01:2026-05-30"),
        ],
    );
    messages(
        &r,
        "m.csv",
        &[
            reads(2, "2026-04", 5),
            reads(2, "2026-05", 5),
            reads(3, "2026-05", 5),
            reads(4, "2026-05", 5),
        ],
    );
    forecast(&r, IN_TIME, A, "--set 4.1.1:on-demand=0").code(0);
    let m = variance(&r, "variance matrix --period 2026-05 --kind sr --view secas")["kinds"][0]["matrix"].clone();
    assert_eq!(m["months"].as_array().unwrap().len(), 6);
    let of = |m: &Value, u: &str| {
        m["rows"].as_array().unwrap().iter().find(|x| x["user"] == u).unwrap().clone()
    };
    let standing = |m: &Value, u: &str| {
        of(m, u)["standing"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(standing(&m, A)[4..], ["none", "given"]);
    assert_eq!(of(&m, A)["unforecast"], 1, "traffic in April and no forecast");
    assert_eq!(standing(&m, B), ["not-yet-a-user"; 6], "joined the day after it was due");
    assert_eq!(standing(&m, C)[4..], ["none", "left"], "gone a day before the end of May");
    let v = variance(&r, SECAS);
    for u in [A, B, C] {
        assert_eq!(standing(&m, u)[5], row(&v, u)["standing"].as_str().unwrap(), "{u}");
    }
    // A day earlier, and the joiner was a User when it was due.
    r.at(JUNE, &format!("user change {B} roles=[{{\"role\":\"IS\",\"from\":\"2026-04-23\",\"to\":null}}] --reason corrected")).code(0);
    let m = variance(&r, "variance matrix --period 2026-05 --kind sr --view secas")["kinds"][0]["matrix"].clone();
    assert_eq!(standing(&m, B)[5], "none");
}

#[test]
fn f3_reasons_are_counted_by_code_and_nobody_is_named_who_did_not_agree() {
    let r = three();
    let add = |user: &str, code: &str, more: &[&str]| {
        let mut words = vec![
            "forecast",
            "reasons",
            "add",
            "--user",
            user,
            "--period",
            "2026-05",
            "--code",
            code,
            "--text",
            "told on the phone by its own people",
        ];
        words.extend(more);
        r.run(&words)
    };
    add(A, "no-use-seen", &["--idea", "show what it is for", "--channel", "call"]).ok();
    add(B, "no-use-seen", &["--may-be-named"]).ok();
    add(C, "no-tool", &[]).ok();
    assert!(add(C, "bad-will", &[]).code(2).err.contains("no-use-seen"));
    let counts = r.json("forecast reasons count --view secas")["counts"].clone();
    assert_eq!(counts.as_array().unwrap().last().unwrap()["counts"]["no-use-seen"], 2);
    let group = r.json("forecast reasons count");
    assert!(
        group["counts"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|c| c["class"] != "all")
            .all(|c| c["counts"].as_object().unwrap().values().all(Value::is_null)),
        "three classes of one: {group}"
    );
    let list = r.nb("forecast reasons list").ok().out;
    assert!(
        list.contains(B)
            && !list.contains(A)
            && !list.contains("ACME")
            && !list.contains("on the phone by its own people\n")
            && list.contains("User "),
        "{list}"
    );
    assert!(r.nb("forecast reasons list --view secas").ok().out.contains(A));
    for words in [
        "forecast reasons list",
        "forecast reasons count",
        "forecast reasons count --view secas",
        "forecast reasons --help",
        "forecast reasons add --help",
        "forecast --help",
        "variance --help",
        "variance matrix --period 2026-05",
        "variance sr --period 2026-04",
    ] {
        let out = r.nb(words);
        assert!(
            !out.out.to_lowercase().contains("breach")
                && !out.err.to_lowercase().contains("breach"),
            "{words}"
        );
    }
}

#[test]
fn f4_skill_says_where_the_submitted_or_our_own_forecast_is_worse_than_naive() {
    let findings = |forecast_of: u32| {
        let r = three();
        messages(
            &r,
            "m.csv",
            &[
                reads(2, "2025-05", 60),
                reads(2, "2026-03", 95),
                reads(2, "2026-04", 95),
                reads(2, "2026-05", 90),
            ],
        );
        forecast(&r, IN_TIME, A, &format!("--set 4.1.1:on-demand={forecast_of}")).code(0);
        let s = variance(&r, "forecast skill --period 2026-05 --months 1 --view secas");
        let u = s["users"][0].clone();
        assert_eq!(
            (
                u["errors"]["last_month"].as_u64(),
                u["errors"]["same_season"].as_u64(),
                u["errors"]["own"].as_u64()
            ),
            (Some(5), Some(30), Some(30)),
            "{s}"
        );
        u["findings"].to_string()
    };
    assert!(findings(96).contains("the submitted forecast is worse than last month"));
    assert!(
        !findings(95).contains("the submitted forecast is worse"),
        "as near as last month is not worse"
    );
    assert!(findings(95).contains("our own forecast is worse than last month"));
}

/// Eight large and eight small suppliers, one network operator.
fn seventeen() -> (Room, Vec<String>) {
    let r = Room::new();
    let euis: Vec<String> = (0..17).map(|n| format!("90-B3-D5-1F-30-02-00-{n:02X}")).collect();
    for (n, eui) in euis.iter().enumerate() {
        let (party, class) = match n {
            0..8 => (format!("LARGE{n}"), "large-supplier"),
            8..16 => (format!("SMALL{n}"), "small-supplier"),
            _ => ("WIRES".to_owned(), "network-operator"),
        };
        register(&r, &[(eui, &party, class, HELD)]);
    }
    (r, euis)
}

#[test]
fn g3_the_group_sees_counts_and_class_no_names_and_a_class_of_one_is_hidden() {
    let (r, euis) = seventeen();
    for n in [0, 1, 2, 8, 9, 10, 16] {
        forecast(&r, IN_TIME, &euis[n], "--set 4.1.1:on-demand=5").code(0);
    }
    let text = r.at(JUNE, "variance sr --period 2026-05").code(0);
    for (n, e) in euis.iter().enumerate() {
        assert!(
            !text.out.contains(e.as_str())
                && !text.out.contains(&format!("LARGE{n}"))
                && !text.out.contains("WIRES"),
            "{}",
            text.out
        );
    }
    let v = text.json();
    let counts = &v["months"][0]["counts"];
    let places: Vec<&str> =
        counts["places"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
    let none = places.iter().position(|p| *p == "none").unwrap();
    let class = |name: &str| {
        counts["classes"].as_array().unwrap().iter().find(|c| c[0] == name).unwrap()[1].clone()
    };
    let peopled = |c: usize| counts["all"][c] != 0;
    assert!(
        class("network-operator")
            .as_array()
            .unwrap()
            .iter()
            .enumerate()
            .all(|(c, n)| n.is_null() == peopled(c)),
        "{counts}"
    );
    assert_eq!(counts["all"][none], 10, "the sum stands");
    // The hidden class cannot be had from the sum: another class's count goes with it.
    assert!(
        class("large-supplier")[none].is_null() || class("small-supplier")[none].is_null(),
        "{counts}"
    );
    // Pseudonyms stay within a document and change with it; who has the key can tell.
    let names = |words: &str| {
        variance(&r, words)["months"][0]["users"]
            .as_array()
            .unwrap()
            .iter()
            .map(|u| u["user"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (first, again, other) = (
        names("variance sr --period 2026-05"),
        names("variance sr --period 2026-05"),
        names("variance sr --period 2026-05 --document another"),
    );
    assert_eq!((first.len(), &first), (17, &again));
    assert!(first.iter().all(|n| n.starts_with("User ") && !other.contains(n)));
    r.at(JUNE, "event list --noun pseudonym-key --as kim@LARGE0+user").code(0);
    assert!(
        !r.at(JUNE, "event list --as kim@LARGE0+user").code(0).out.contains("secret"),
        "the secret is not for Users"
    );
}

#[test]
fn g3_the_document_and_the_pack_name_nobody() {
    let (r, euis) = seventeen();
    messages(&r, "m.csv", &[reads(2, "2026-05", 3)]);
    for n in [0, 1, 2, 8, 9, 10, 16] {
        forecast(&r, IN_TIME, &euis[n], "--set 4.1.1:on-demand=5").code(0);
    }
    // What was recorded meanwhile counts as known an hour later.
    let later = "2026-06-15T10:00:00Z";
    r.at(later, "variance report --period 2026-05 --out doc").code(0);
    let p = r.pack_at(later, "pack", "--period 2026-05");
    let html = std::fs::read_to_string(r.path("doc/pack.html")).unwrap();
    let pack = p.text("pack.html");
    for text in [&html, &pack, &p.text("data.json")] {
        assert!(
            euis.iter().all(|e| !text.contains(e.as_str())) && !text.contains("WIRES"),
            "a User is named"
        );
    }
    assert!(html.contains("Forecasts and variance") && html.contains("User "));
    assert_eq!(p.cell("forecast-sr-class", "network-operator", "none"), "[c]");
    assert_eq!(p.cell("forecast-sr-class", "all", "none"), "10");
    assert_eq!(p.cell("forecast-sr-months", "2026-05", "none"), "10");
    // The secretariat's document names them.
    r.at(later, "variance report --period 2026-05 --view secas --out names").code(0);
    assert!(std::fs::read_to_string(r.path("names/pack.html")).unwrap().contains(&euis[16]));
    // Without Users there is no such section.
    let empty = Room::new();
    empty.write("m.csv", &Log::of(&[reads(2, "2026-05", 3)]).text);
    empty.at(JUNE, "ingest messages m.csv").code(0);
    assert!(
        !empty
            .pack_at(JUNE, "pack", "--period 2026-05")
            .text("pack.html")
            .contains("Forecasts and variance")
    );
}

#[test]
fn f1_notice_above_150_per_cent_is_the_other_rule_and_switches_by_date() {
    let r = three();
    let rows: String = ["2026-02", "2026-03", "2026-04"]
        .iter()
        .zip([100, 200, 300])
        .map(|(m, n)| format!("csr,{A},single,,{m},{n},,\n"))
        .collect();
    volumes(
        &r,
        "v.csv",
        &format!(
            "{rows}csr,{A},single,,2026-05,301,,\ncsr,{B},single,,2026-04,10,,\ncsr,{B},single,,2026-05,15,,\n"
        ),
    );
    let check = |r: &Room| r.at(JUNE, "forecast notice check --period 2026-05 --view secas");
    assert!(check(&r).code(4).err.contains("csr-forecast-rule"), "the old rule asks for no notice");
    let old = "value = \"forecast\"\nmark = \"second-hand\"\nsource = \"rule before MP160, open industry consultations page\"\n";
    let note = "note = \"MP160 proposed `notice`; whether and when it came into force is not known: add a version with its day\"\n";
    r.overlay("settings.toml", &format!("{old}{note}"), &format!("{old}{note}\n[[setting]]\nkey = \"csr-forecast-rule\"\ntitle = \"Notices\"\nfrom = \"2026-05-01\"\nvalue = \"notice\"\nmark = \"assumed\"\n"));
    let found = check(&r).code(0).json();
    let of = |v: &Value, u: &str| {
        v["users"].as_array().unwrap().iter().find(|x| x["user"] == u).unwrap().clone()
    };
    assert_eq!(
        (
            of(&found, A)["threshold"].as_i64(),
            of(&found, A)["exceptional"].as_bool(),
            of(&found, A)["finding"].as_str()
        ),
        (Some(300), Some(true), Some("exceptional demand, no notice"))
    );
    assert_eq!(
        (of(&found, B)["threshold"].as_i64(), of(&found, B)["exceptional"].as_bool()),
        (Some(15), Some(false)),
        "150 % exactly is not above"
    );
    assert_eq!(of(&found, C)["exceptional"], Value::Null, "nothing is known of it");
    r.at(
        "2026-04-30T23:59:59Z",
        &format!("forecast notice add --user {A} --period 2026-05 --count 301"),
    )
    .code(0);
    assert_eq!(of(&check(&r).code(0).json(), A)["finding"], "exceptional demand, with notice");
    // Under that rule nobody is without a forecast; the month before is as it was.
    let standing = |m: &str| {
        row(&variance(&r, &format!("variance csr --period {m} --view secas")), A)["standing"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        (standing("2026-05"), standing("2026-04")),
        ("not-asked".to_owned(), "none".to_owned())
    );
    r.at(JUNE, &format!("forecast notice add --user {A} --period 2026-04 --count 301")).code(4);
}

#[test]
fn x4_counts_alone_give_bounds_and_never_a_sum_as_a_fact() {
    let r = Room::new();
    let b = r.json("variance bounds --set csr=16,large-supplier=5 --set sr=21,large-supplier=4")["bounds"].clone();
    let range = |v: &Value| (v["least"].as_u64().unwrap(), v["most"].as_u64().unwrap());
    assert_eq!((range(&b["union"]), range(&b["both"])), ((21, 37), (0, 16)));
    assert_eq!(
        (range(&b["classes"]["large-supplier"][0]), range(&b["classes"]["rest"][0])),
        ((5, 9), (17, 28)),
        "non-LS are 11 and 17"
    );
    assert_eq!(
        (range(&b["union_by_class"]), range(&b["both_by_class"])),
        ((22, 37), (0, 15)),
        "what the classes add"
    );
    let text =
        r.nb("variance bounds --set csr=16,large-supplier=5 --set sr=21,large-supplier=4").ok().out;
    assert!(
        text.contains("21 to 37") && text.contains("0 to 16") && text.contains("With the names"),
        "{text}"
    );
    assert!(!text.lines().any(|l| l.trim_end().ends_with(" 37") && !l.contains("to 37")), "{text}");
    // One User fewer on a list, another answer; and a population narrows it.
    assert_eq!(
        range(&r.json("variance bounds --set csr=16 --set sr=20")["bounds"]["union"]),
        (20, 36)
    );
    assert_eq!(
        range(
            &r.json("variance bounds --set csr=16 --set sr=21 --population 30")["bounds"]["both"]
        ),
        (7, 16)
    );
    r.nb("variance bounds --set csr=4,large-supplier=5 --set sr=21").code(3);
}
