//! Submitting forecasts, who submitted them, and their skill (F1, F2, F4).

use super::*;

fn a_preview_as_csv_can_be_imported(r: &Room) {
    // A preview as CSV comes in again as it is.
    let csv =
        printed(r, "2026-04-22T09:00:00Z", &format!("forecast prefill --user {A} --format csv"));
    r.write("p.csv", &csv);
    assert_eq!(
        r.at("2026-04-22T10:00:00Z", "forecast import p.csv").code(0).json()["files"][0]["accepted"],
        8,
        "{csv}"
    );
}

#[test]
fn f1_prefilled_forecast_is_one_command_and_only_exceptions_are_typed() {
    let propose = |n: u32| {
        let r = three();
        r.write("h.csv", &Log::of(&[reads(2, "2025-05", n), reads(2, "2026-03", 9)]).text);
        r.at("2026-04-02T09:00:00Z", "ingest messages h.csv").code(0);
        let done = r
            .at("2026-04-20T09:00:00Z", "forecast submit --as kim@ACME+user --from-history --yes")
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
    assert!(done["used_for"].to_string().contains("on time"), "{done}");
    assert_eq!(count(&propose(69).1, "2026-05"), 69);
    // An exception typed, all else from history.
    let done = r
        .at(
            "2026-04-21T09:00:00Z",
            "forecast submit --as kim@ACME+user --from-history --yes --set 4.1.1:on-demand:2026-06=1200",
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
        .at("2026-06-20T09:00:00Z", "forecast submit --as kim@ACME+user --from-history --yes")
        .code(0)
        .json()["used_for"]
        .to_string();
    assert!(told.contains("for 2026-05 was used") && told.contains("110.00 %"), "{told}");
    a_preview_as_csv_can_be_imported(&r);
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
fn f1_history_that_ends_early_still_gives_every_month_and_says_so() {
    let r = three();
    r.write("h.csv", &Log::of(&[reads(2, "2025-05", 7), reads(2, "2025-11", 9)]).text);
    r.at("2025-12-02T09:00:00Z", "ingest messages h.csv").code(0);
    let words = "forecast submit --as kim@ACME+user --from-history --from 2026-05 --months 8";
    // Nobody can be asked here, and nothing was written by the refusal.
    let refused = r.at("2026-04-20T09:00:00Z", words).code(2);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    assert!(r.json("forecast list")["records"].as_array().unwrap().is_empty());
    let done = r.at("2026-04-20T09:00:00Z", &format!("{words} --yes")).code(0).json();
    let id = done["receipt"]["id"].as_str().unwrap();
    let f = r.json(&format!("forecast show {id}"))["record"].clone();
    let months: std::collections::BTreeSet<&str> =
        f["lines"].as_array().unwrap().iter().map(|l| l["period"].as_str().unwrap()).collect();
    assert_eq!(months.len(), 8, "{f}");
    let said = printed(&r, "2026-04-20T09:10:00Z", &format!("{words} --dry-run"));
    assert!(said.contains("nothing was added"), "{said}");
    let said = printed(&r, "2026-04-20T09:10:00Z", &format!("{words} --dry-run --note other"));
    assert!(said.contains("known in full is 2025-11"), "{said}");
    // The same again adds nothing until a due day has passed (23 April); then it is a renewal.
    let again = |at: &str| r.at(at, &format!("{words} --yes")).code(0).json();
    assert_eq!(again(IN_TIME)["repeats"], id);
    assert_ne!(again(TOO_LATE)["receipt"]["id"], id);
    assert_eq!(r.json("forecast list")["records"].as_array().unwrap().len(), 2);
}
