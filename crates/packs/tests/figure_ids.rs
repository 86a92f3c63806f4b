//! One figure id, one figure: what an id covers, and that an issued id opens its issue.

use crate::fixture;

use fixture::{APRIL, Fixture, tests, utc};
use northbound_packs::{
    evidence::Scope,
    explain::{Question, explain},
    store,
};
use northbound_registers::records::reporting::annotations::Annotation;
use northbound_types::{
    Actor, Region,
    RequestState::{AnsweredSuccess, TimedOut},
};
use std::collections::BTreeSet;

const COMMITTED: &str = "2026-05-03T00:00:00Z";

fn fixture() -> Fixture {
    let mut h = Fixture::new();
    let sent = [
        tests(Region::North, "cspn", AnsweredSuccess, 90),
        tests(Region::North, "cspn", TimedOut, 10),
    ];
    h.messages("tests.csv", &sent, COMMITTED);
    h
}

fn at(now: &str) -> Scope {
    Scope::of(APRIL, utc(now))
}

fn note(h: &Fixture, when: &str) {
    let note = Annotation {
        from: "2026-04-01".parse().unwrap(),
        to: None,
        title: "Invented".into(),
        text: "Invented.".into(),
        source: "invented".into(),
    };
    h.keep(&note, when);
}

/// Ids of all figures of a build, and the id of one of them.
fn built(h: &Fixture, scope: &Scope) -> (BTreeSet<String>, String) {
    let figures = h.build(scope, "p").built.data.figures;
    let one = figures.iter().find(|f| f.address.measure == "PM4.3").unwrap().id.clone();
    (figures.into_iter().map(|f| f.id).collect(), one)
}

#[test]
fn the_same_inputs_give_the_same_ids_and_any_other_input_gives_others() {
    let mut h = fixture();
    note(&h, "2026-05-03T01:00:00Z");
    let (first, _) = built(&h, &at("2026-05-04T00:00:00Z"));
    let again = built(&h, &at("2026-05-05T09:00:00Z")).0;
    assert_eq!(first, again, "nothing was committed or recorded in between");

    let mut all = vec![first.clone()];
    let by = Scope { methodology: Some("all-attempts".into()), ..at("2026-05-05T09:00:00Z") };
    all.push(built(&h, &by).0);
    note(&h, "2026-05-06T00:00:00Z");
    all.push(built(&h, &at("2026-05-07T00:00:00Z")).0);
    let settings = include_str!("../../../rules/settings.toml");
    h.rule("settings.toml", &settings.replace("value = \"5%\"", "value = \"7%\""));
    let rules = built(&h, &at("2026-05-08T00:00:00Z")).0;
    h.messages("more.csv", &[tests(Region::South, "csps", TimedOut, 1)], "2026-05-09T00:00:00Z");
    all.push(built(&h, &at("2026-05-10T00:00:00Z")).0);
    assert_ne!(rules, all[2]);
    for (i, a) in all.iter().enumerate() {
        for b in &all[i + 1..] {
            assert!(a.is_disjoint(b));
        }
    }
    // As at the first build's time the ids are those of then, whatever came since.
    let then = Scope { as_at: Some(utc("2026-05-04T00:00:00Z")), ..at("2026-05-10T00:00:00Z") };
    assert_eq!(built(&h, &then).0, first);
    // While the period has not ended, the time itself decides.
    let early = |t: &str| built(&h, &Scope { as_at: Some(utc(t)), ..at("2026-05-10T00:00:00Z") }).0;
    assert!(early("2026-04-20T00:00:00Z").is_disjoint(&early("2026-04-21T00:00:00Z")));
}

#[test]
fn a_user_who_sees_less_of_the_registers_has_ids_of_its_own() {
    let h = fixture();
    note(&h, "2026-05-03T01:00:00Z");
    let scope = at("2026-05-04T00:00:00Z");
    let (staff, _) = built(&h, &scope);
    let user = Actor::parse("ann@ACME+user").unwrap();
    let made = h.with_actor(&user, |s| {
        store::build(s, &scope, &store::PackSettings::default(), &h.out("q"), &mut |_| {}).unwrap()
    });
    assert!(made.built.data.figures.iter().all(|f| !staff.contains(&f.id)));
}

#[test]
fn an_issued_id_opens_the_issue_whatever_is_built_later_and_by_whomever() {
    let h = fixture();
    let issued = h.issue(&at("2026-05-04T00:00:00Z"), "").unwrap();
    let id =
        issued.built.data.figures.iter().find(|f| f.address.measure == "PM4.3").unwrap().id.clone();
    let open = |what: &str| {
        let q = Question {
            named: &id,
            as_at: None,
            now: utc("2026-05-20T00:00:00Z"),
            skip: 0,
            limit: 0,
        };
        let x = h.with(|s| explain(s, &q, &mut |_| {})).unwrap_or_else(|e| panic!("{what}: {e}"));
        (x.explained.id, x.explained.as_at, x.explained.printed)
    };
    let then = open("as issued");
    assert_eq!((then.0.as_str(), then.1), (id.as_str(), utc("2026-05-04T00:00:00Z")));
    // A build that somebody records under the same id, later.
    let index = h.data().join("packs/figures");
    let file = std::fs::read_dir(&index).unwrap().next().unwrap().unwrap().path();
    let shifted = std::fs::read_to_string(&file).unwrap().replace("2026-05-04T00", "2026-05-11T00");
    assert!(shifted.contains("2026-05-11T00"));
    std::fs::write(index.join("aaaa.json"), shifted).unwrap();
    let user = Actor::parse("ann@ACME+user").unwrap();
    let later = at("2026-05-12T00:00:00Z");
    h.with_actor(&user, |s| {
        store::build(s, &later, &store::PackSettings::default(), &h.out("q"), &mut |_| {}).unwrap()
    });
    h.build(&later, "p");
    assert_eq!(open("after later builds"), then);
    // Without the index, the issue's own files say it.
    std::fs::remove_dir_all(&index).unwrap();
    assert_eq!(open("from the issue"), then);
}
