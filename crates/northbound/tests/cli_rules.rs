//! `rules` and `methodology`.

use crate::support;
use support::{Room, golden};

#[test]
fn embedded_rules_have_no_errors_and_a_broken_overlay_is_found() {
    let r = Room::new();
    assert_eq!(r.json("rules check")["errors"], 0);
    let original = include_str!("../../../rules/processes.toml");
    r.write("data/rules/processes.toml", original);
    assert_eq!(r.json("rules check")["overlaid"][0], "processes.toml");
    r.write("data/rules/processes.toml", &original.replacen("4.1.1", "99.1.1", 1));
    let bad = r.nb("rules check --format json").code(7).json();
    assert!(
        bad["errors"].as_u64().unwrap() > 0
            && bad["findings"][0]["problem"].as_str().unwrap().contains("99.1.1"),
        "{bad}"
    );
    assert_eq!(r.nb("rules list --format json").code(3).error()["code"], "rules.contradiction");
    r.write("data/rules/typo.toml", "");
    r.nb("rules check").code(3);
}

#[test]
fn a_rule_says_where_it_comes_from_and_a_changed_value_is_unconfirmed_again() {
    let r = Room::new();
    let id = r.json("rules list --unconfirmed --prefix setting/")["rules"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let rule = |r: &Room| r.json(&format!("rules show {id}"))["rules"][0].clone();
    assert!(!rule(&r)["mark"].as_str().unwrap().is_empty() && rule(&r)["confirmed"] == false);
    r.nb(&format!("rules confirm {id} --source letter")).code(4);
    r.run(&["rules", "confirm", &id, "--source", "letter, page 1", "--reason", "settled"]).ok();
    assert_eq!(
        (rule(&r)["confirmed"].as_bool(), rule(&r)["needs_confirmation"].as_bool()),
        (Some(true), Some(false))
    );
    assert!(!r.nb("rules list --unconfirmed").ok().out.contains(&format!("{id} ")));
    r.run(&["rules", "confirm", &id, "--source", "letter, page 1", "--reason", "settled"]).code(6);
}

#[test]
fn methodologies_are_listed_and_shown() {
    let r = Room::new();
    let list = r.json("methodology list");
    let ids: Vec<&str> = list["methodologies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["all-attempts", "answered-only", "own-requests", "pmm-2018"]);
    assert_eq!(r.json("methodology show all-attempts")["methodology"]["count"], "all-attempts");
    golden("methodology_list.txt", &r.nb("methodology list").ok().out);
}

/// A month of network tests in the North, one answered or not a row: `sent`, of which `answered` in time.
fn tests(r: &Room, sent: u32, answered: u32) {
    let mut text = support::HEADER.to_owned();
    for n in 1..=sent {
        let at = format!("2026-04-{:02}T12:00:00Z", n % 30 + 1);
        let row = support::message(
            1,
            n,
            "",
            "north",
            &at,
            (n <= answered).then(|| at.replace("12:00:00", "12:00:05")).as_deref(),
        );
        text += &row.replace(",on-demand,smets2,none,", ",on-demand,smets2,rtt4,");
    }
    r.write("tests.csv", &text);
    r.nb("ingest messages tests.csv --known 2026-05-02T00:00:00Z").ok();
}

#[test]
fn m2_answered_only_and_all_attempts_with_the_messages_between_them() {
    for (sent, answered) in [(50, 45), (50, 44)] {
        let r = Room::new();
        tests(&r, sent, answered);
        let all = r.json("methodology compare answered-only all-attempts --period 2026-04 --measure PM4.3 --messages 100");
        let c = all["comparisons"]
            .as_array()
            .unwrap()
            .iter()
            .find(|c| c["provider"] == "CSPN")
            .unwrap_or_else(|| panic!("{all}"))
            .clone();
        let missing = u64::from(sent - answered);
        assert_eq!(
            c["only_b"]
                .as_array()
                .unwrap()
                .iter()
                .map(|l| l["count"].as_u64().unwrap())
                .sum::<u64>(),
            missing,
            "{c}"
        );
        let named: usize = c["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["messages"].as_array().unwrap().len())
            .sum();
        assert_eq!((named as u64, c["only_a"].as_array().unwrap().len()), (missing, 0));
    }
    let r = Room::new();
    r.nb("methodology compare answered-only nothing --period 2026-04").code(5);
    r.nb("methodology compare answered-only all-attempts --period 2026-04 --measure PM99").code(5);
}

#[test]
fn a_user_sees_its_own_service_and_nobody_elses() {
    let r = Room::new();
    let mut text = support::HEADER.to_owned();
    for n in 1..=7u32 {
        text += &support::message(
            1 + u8::from(n > 4),
            n,
            "4.1.1",
            "north",
            "2026-04-10T12:00:00Z",
            (n % 2 == 0).then_some("2026-04-10T12:00:05Z"),
        );
    }
    r.write("m.csv", &text);
    r.nb("ingest messages m.csv").ok();
    for (party, eui) in [("ACME", 1), ("OTHER", 2)] {
        r.nb(&format!("party add {party} --name {party} --category large-supplier")).ok();
        r.nb(&format!(
            "user add 90-B3-D5-1F-30-01-00-{eui:02X} --party {party} --role IS --from 2026-01-01"
        ))
        .ok();
    }
    let mine = |eui: u8, who: &str| {
        r.nb(&format!("report mine --user 90-B3-D5-1F-30-01-00-{eui:02X} --period 2026-04 --as {who} --format json --clock 2026-05-21T09:00:00Z"))
    };
    let line = mine(1, "kim@ACME+user").ok().json()["view"]["processes"][0].clone();
    assert_eq!(
        (line["requests"].as_u64(), line["in_time"].as_u64(), line["unanswered"].as_u64()),
        (Some(4), Some(2), Some(2)),
        "{line}"
    );
    mine(2, "kim@ACME+user").code(4);
    assert_eq!(mine(2, "kim+analyst").ok().json()["view"]["regions"][0]["requests"], 3);
}
