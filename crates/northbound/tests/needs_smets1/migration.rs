//! Migration by week, and exposure before a fix (D9, D10, D14, X9).

use super::*;

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
    r.nb(&format!("defect fix {d} --date 2020-09-30 --stated 'end of September 2020' --by DCC"))
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
