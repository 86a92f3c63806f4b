//! Rules and methodologies without the command line.

use crate::support::{acting, context};
use northbound_app::{error::Kind, journal, methodology, rules};

const NOW: &str = "2026-05-20T09:00:00Z";

#[test]
fn a_rule_is_shown_by_its_id_or_by_the_start_of_several() {
    let (_folder, ctx) = context("kim+analyst", NOW);
    let all = rules::list(&ctx, false, "target/").unwrap();
    let id = all.rules[0].id.clone();
    let one = rules::show(&ctx, &id).unwrap();
    assert!(one.rules.iter().all(|r| r.id == id));
    let below = rules::show(&ctx, "target").unwrap();
    assert!(below.rules.len() > 1 && below.rules.iter().all(|r| r.id.starts_with("target/")));
    assert_eq!(rules::show(&ctx, "targe").unwrap_err().kind(), Kind::NotFound);
}

#[test]
fn a_confirmed_rule_leaves_the_list_of_the_unconfirmed() {
    let (_folder, ctx) = context("kim+analyst", NOW);
    let open = rules::list(&ctx, true, "").unwrap();
    let id = open.rules[0].id.clone();
    let with_id = |l: &rules::Standing| l.rules.iter().filter(|r| r.id == id).count();
    assert_eq!(rules::confirm(&ctx, &id, "code").unwrap_err().kind(), Kind::Refused);
    rules::confirm(&acting(&ctx, "kim+analyst", "read it"), &id, "code, page 3").unwrap();
    let left = rules::list(&ctx, true, "").unwrap();
    assert_eq!(with_id(&left) + 1, with_id(&open));
    assert_eq!(left.rules.len() + 1, open.rules.len());
}

#[test]
fn a_long_value_is_shortened_only_where_asked() {
    let (_folder, ctx) = context("kim+analyst", NOW);
    let all = rules::list(&ctx, false, "").unwrap();
    let longest = |short: bool| {
        all.list(short).tables[0].rows.iter().map(|r| r[2].chars().count()).max().unwrap()
    };
    assert_eq!(longest(true), 60);
    assert!(longest(false) > 60);
}

#[test]
fn a_methodology_is_found_by_its_whole_id_only() {
    let (_folder, ctx) = context("kim+analyst", NOW);
    assert_eq!(methodology::show(&ctx, "pmm-2018").unwrap().json["methodology"]["id"], "pmm-2018");
    assert_eq!(methodology::show(&ctx, "pmm-201").unwrap_err().kind(), Kind::NotFound);
}

#[test]
fn a_folder_without_a_journal_has_nothing_to_show_or_replay() {
    let (_folder, ctx) = context("kim+analyst", NOW);
    assert!(journal::list(&ctx).unwrap().json["segments"].as_array().unwrap().is_empty());
    let replayed = journal::replay(&ctx, None, None).unwrap_err();
    assert_eq!(replayed.kind(), Kind::NotFound);
    assert_eq!(journal::show(&ctx, Some(1), 1).unwrap_err().kind(), Kind::NotFound);
}
