//! `rules` and `methodology`.

mod support;
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
    assert!(bad["errors"].as_u64().unwrap() > 0 && bad["findings"][0]["problem"].as_str().unwrap().contains("99.1.1"), "{bad}");
    assert_eq!(r.nb("rules list --format json").code(3).error()["code"], "rules.contradiction");
    r.write("data/rules/typo.toml", "");
    r.nb("rules check").code(3);
}

#[test]
fn a_rule_says_where_it_comes_from_and_a_changed_value_is_unconfirmed_again() {
    let r = Room::new();
    let id = r.json("rules list --unconfirmed --prefix setting/")["rules"][0]["id"].as_str().unwrap().to_owned();
    let rule = |r: &Room| r.json(&format!("rules show {id}"))["rules"][0].clone();
    assert!(!rule(&r)["mark"].as_str().unwrap().is_empty() && rule(&r)["confirmed"] == false);
    r.nb(&format!("rules confirm {id} --source letter")).code(4);
    r.run(&["rules", "confirm", &id, "--source", "letter, page 1", "--reason", "settled"]).ok();
    assert_eq!((rule(&r)["confirmed"].as_bool(), rule(&r)["needs_confirmation"].as_bool()), (Some(true), Some(false)));
    assert!(!r.nb("rules list --unconfirmed").ok().out.contains(&format!("{id} ")));
    r.run(&["rules", "confirm", &id, "--source", "letter, page 1", "--reason", "settled"]).code(6);
}

#[test]
fn methodologies_are_listed_and_shown() {
    let r = Room::new();
    let list = r.json("methodology list");
    let ids: Vec<&str> = list["methodologies"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["all-attempts", "answered-only", "own-requests", "pmm-2018"]);
    assert_eq!(r.json("methodology show all-attempts")["methodology"]["count"], "all-attempts");
    golden("methodology_list.txt", &r.nb("methodology list").ok().out);
}
