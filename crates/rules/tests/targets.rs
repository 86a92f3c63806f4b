//! Which target judges a message. All rules here are invented.

#[allow(dead_code, reason = "each test binary uses its part")]
use crate::overlay;
use northbound_rules::{RuleSet, TargetKey, TargetRule, files::RuleFile, targets};
use northbound_types::{Day, Generation, Leg, Mode, TestKind};
use overlay::Overlay;
use proptest::prelude::*;
use std::collections::BTreeSet;

const OWN: TargetKey<'static> = TargetKey {
    srv: "4.1.1",
    generation: "smets2",
    role: "IS",
    mode: "on-demand",
    test_kind: "none",
    leg: "send",
};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}
fn seconds(set: &RuleSet, key: TargetKey<'_>) -> Option<i64> {
    set.target(&key, day("2026-04-01")).map(|r| r.micros / 1_000_000)
}

#[test]
fn the_known_targets_are_found() {
    let s = RuleSet::embedded().unwrap();
    assert_eq!(seconds(&s, OWN), Some(30));
    assert_eq!(seconds(&s, TargetKey { generation: "smets1", ..OWN }), Some(16));
    assert_eq!(seconds(&s, TargetKey { role: "MDR", ..OWN }), Some(86_400));
    assert_eq!(seconds(&s, TargetKey { srv: "4.8.1", ..OWN }), Some(5600));
    assert_eq!(seconds(&s, TargetKey { srv: "4.8.1", generation: "smets1", ..OWN }), Some(16));
    assert_eq!(seconds(&s, TargetKey { mode: "future-dated", ..OWN }), Some(86_400));
    assert_eq!(seconds(&s, TargetKey { srv: "1.1.1", leg: "transform", ..OWN }), Some(3));
    assert_eq!(seconds(&s, TargetKey { srv: "", leg: "", ..OWN }), Some(30));
    for (kind, limit) in [("rtt2", 22 * 3600), ("rtt3", 7200), ("rtt4", 25)] {
        assert_eq!(seconds(&s, TargetKey { test_kind: kind, ..OWN }), Some(limit));
    }
    assert_eq!(seconds(&s, TargetKey { test_kind: "user-test", ..OWN }), Some(30));
    assert_eq!(s.target(&OWN, day("2026-04-01")).unwrap().id, "target/4.1.1/smets2/on-demand");
    assert_eq!(s.target(&OWN, day("2009-12-31")), None);
    let fallback = s.target(&TargetKey { srv: "2.2", ..OWN }, day("2026-04-01")).unwrap();
    assert_eq!(
        (fallback.id.as_str(), fallback.provenance.needs_confirmation()),
        ("target/on-demand", true)
    );
}

#[test]
fn without_fall_backs_a_message_has_no_target() {
    let only = "[[target]]\nsrv = \"4.1.1\"\nlimit = \"30 s\"\nfrom = \"2020-01-01\"\nmark = \"published\"\n";
    let s = Overlay::new().with("targets.toml", only).load().unwrap();
    assert_eq!(seconds(&s, OWN), Some(30));
    assert_eq!(seconds(&s, TargetKey { srv: "2.2", ..OWN }), None);
    // A rule for Users' traffic judges neither the network's tests nor a transform.
    assert_eq!(seconds(&s, TargetKey { test_kind: "rtt4", ..OWN }), None);
    assert_eq!(seconds(&s, TargetKey { leg: "transform", ..OWN }), None);
}

#[test]
fn a_target_changes_inside_a_year_on_its_day() {
    let text = "[[target]]\nlimit = \"30 s\"\nfrom = \"2026-01-01\"\nmark = \"published\"\n[[target]]\nlimit = \"20 s\"\nfrom = \"2026-07-01\"\nmark = \"memory\"\n";
    let s = Overlay::new().with("targets.toml", text).load().unwrap();
    let at = |d: &str| s.target(&OWN, day(d)).map(|r| r.micros / 1_000_000);
    assert_eq!(
        (at("2025-12-31"), at("2026-01-01"), at("2026-06-30"), at("2026-07-01")),
        (None, Some(30), Some(30), Some(20))
    );
    let r = s.resolver(&BTreeSet::new());
    assert_eq!(
        (r.resolve(&OWN, day("2026-06-30")), r.resolve(&OWN, day("2026-07-01"))),
        (Some((30_000_000, false)), Some((20_000_000, true)))
    );
    assert_eq!(
        (r.epoch(day("2025-12-31")), r.epoch(day("2026-06-30")), r.epoch(day("2026-07-01"))),
        (0, 1, 2)
    );
}

fn pick<T: Copy + std::fmt::Debug + 'static>(
    all: &'static [T],
) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(proptest::sample::select(all))
}

fn rule_text() -> impl Strategy<Value = String> {
    (
        pick(&["4.1.1", "2.2"]),
        pick(Generation::ALL),
        pick(&["IS", "ED"]),
        pick(Mode::ALL),
        pick(TestKind::ALL),
        pick(Leg::ALL),
        1u32..90,
        0usize..3,
    )
        .prop_map(|(srv, g, role, mode, test, leg, limit, from)| {
            let mut t = format!(
                "[[target]]\nlimit = \"{limit} s\"\nfrom = \"{}\"\nmark = \"memory\"\n",
                ["2026-01-01", "2026-03-01", "2026-06-01"][from]
            );
            let mut key = |name: &str, value: Option<String>| {
                if let Some(v) = value {
                    t.push_str(&format!("{name} = \"{v}\"\n"));
                }
            };
            key("srv", srv.map(str::to_owned));
            key("generation", g.map(|g| g.to_string()));
            key("role", role.map(str::to_owned));
            key("mode", mode.map(|m| m.to_string()));
            key("test_kind", test.map(|t| t.to_string()));
            key("leg", leg.map(|l| l.to_string()));
            t
        })
}

/// What the winner must be, said without weights or order: no other rule in force that takes the
/// message names a heavier first difference of keys, or the same keys and a later day.
fn named(r: &TargetRule) -> [bool; 6] {
    [
        r.test_kind.is_some(),
        r.leg.is_some(),
        r.srv.is_some(),
        r.role.is_some(),
        r.generation.is_some(),
        r.mode.is_some(),
    ]
}

proptest! {
    #[test]
    fn the_most_specific_target_wins_whatever_the_order(mut rules in proptest::collection::vec(rule_text(), 1..25), seed in any::<u64>(), month in 1i8..8) {
        let read = |rules: &[String]| targets::read(&RuleFile::new("targets.toml", rules.concat().into_bytes(), true)).unwrap();
        // Rules that name the same keys on the same day are refused elsewhere: keep the first.
        let mut seen = BTreeSet::new();
        rules.retain(|r| { let one = &read(std::slice::from_ref(r))[0]; seen.insert((one.id.clone(), one.from)) });
        let a = read(&rules);
        let mut shuffled = rules.clone();
        shuffled.sort_by_key(|r| northbound_rules::confirm::digest(&format!("{seed}{r}")));
        let b = read(&shuffled);
        let on = Day::from_date(format!("2026-{month:02}-15").parse().unwrap());
        for leg in ["send", "transform"] { for test_kind in ["none", "rtt4"] { for srv in ["4.1.1", "2.2", ""] { for mode in ["on-demand", "future-dated"] {
            let key = TargetKey { leg, test_kind, srv, mode, ..OWN };
            let won = targets::find(&a, &key, on);
            prop_assert_eq!(won.map(|r| (&r.id, r.from, r.micros)), targets::find(&b, &key, on).map(|r| (&r.id, r.from, r.micros)));
            // Each rule alone tells whether it takes the message at all.
            for r in a.iter().filter(|r| targets::find(std::slice::from_ref(r), &key, on).is_some()) {
                let won = won.expect("a rule takes the message, so one must win");
                prop_assert!((named(won), won.from) >= (named(r), r.from), "{} lost to {}", r.id, won.id);
            }
        }}}}
    }
}
