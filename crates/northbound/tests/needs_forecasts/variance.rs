//! The variance of forecasts from actuals (R8, R9, R10).

use super::*;

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

fn is_null_in_the_document_and_no_error_of_the_skill(r: &Room) {
    // The document says the same, and the skill holds nothing against it.
    r.at(JUNE, "variance report --period 2026-05 --view secas --out doc").code(0);
    let html = std::fs::read_to_string(r.path("doc/pack.html")).unwrap();
    assert!(
        html.contains("[u]") && html.contains("cannot be relied on and are not shown: 25 of 28")
    );
    let s = variance(r, "forecast skill --period 2026-05 --months 1 --view secas");
    assert_eq!(
        (s["users"][0]["errors"]["lines"].as_u64(), s["users"][0]["without_actual"].as_u64()),
        (Some(0), Some(1)),
        "{s}"
    );
}

fn is_null_with_its_reason(r: &Room) {
    let v = variance(r, SECAS);
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
    let text = printed(r, JUNE, SECAS);
    assert!(
        text.contains("[u]")
            && text.contains("cannot be relied on and are not shown: 25 of 28")
            && text.contains("drops requests"),
        "{text}"
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
        .nb("feed fault dsp --from 2026-05-10 --to 2026-05-11 --what 'drops requests' \
             --owner DSP --format json")
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
    is_null_with_its_reason(&r);
    is_null_in_the_document_and_no_error_of_the_skill(&r);
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

/// The comparison of one service of a User.
fn line(u: &Value, srv: &str) -> Value {
    u["lines"].as_array().unwrap().iter().find(|l| l["line"]["srv"] == srv).unwrap()["compared"]
        .clone()
}

fn zero_none_and_late(v: &Value) {
    let a = row(v, A);
    assert_eq!(
        (a["standing"].as_str(), a["total"]["percent"].as_str()),
        (Some("given"), Some("115.00"))
    );
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
    let b = row(v, B);
    assert_eq!(
        (b["standing"].as_str(), b["total"]["actual"].as_i64(), b["total"]["percent"].as_str()),
        (Some("late"), Some(-4), Some("-20.00"))
    );
    assert_eq!(
        (row(v, C)["standing"].as_str(), &row(v, C)["total"]["difference"]),
        (Some("none"), &Value::Null)
    );
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
    zero_none_and_late(&v);
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
    // Most of it is wrong, so it is taken only when that is asked for.
    let refused = r.at(IN_TIME, "forecast import f.csv").code(3);
    assert_eq!(refused.error()["code"], "ingest.mostly-bad");
    let done = r.at(IN_TIME, "forecast import f.csv --allow-mostly-bad").code(0).json();
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
