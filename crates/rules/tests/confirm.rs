//! Confirmations bind to the value; settings and levels are dated.

#[allow(dead_code, reason = "each test binary uses its part")]
use crate::overlay;
use northbound_rules::{RuleInfo, RuleSet, TargetKey};
use northbound_types::{Day, Ratio};
use overlay::Overlay;
use std::collections::BTreeSet;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}
fn rule(set: &RuleSet, id: &str) -> RuleInfo {
    set.rules().into_iter().find(|r| r.id == id).unwrap()
}
const KEY: TargetKey<'static> = TargetKey {
    srv: "4.8.1",
    generation: "smets2",
    role: "IS",
    mode: "on-demand",
    test_kind: "none",
    leg: "send",
};

#[test]
fn a_confirmed_target_is_no_longer_provisional_until_its_value_changes() {
    let set = RuleSet::embedded().unwrap();
    let on = day("2026-04-01");
    let none = BTreeSet::new();
    assert_eq!(set.resolver(&none).resolve(&KEY, on), Some((5_600_000_000, true)));
    let confirmed = BTreeSet::from([rule(&set, "target/4.8.1/smets2/on-demand").confirmation_key]);
    assert_eq!(set.resolver(&confirmed).resolve(&KEY, on), Some((5_600_000_000, false)));
    assert_ne!(set.resolver(&none).fingerprint(), set.resolver(&confirmed).fingerprint());
    assert_eq!(set.unconfirmed(&none).len() - 1, set.unconfirmed(&confirmed).len());
    // One second more, and the confirmation no longer holds; nor does it hold for another day.
    for (old, new) in [("5600 s", "5601 s"), ("2010-01-01", "2010-01-02")] {
        let changed = Overlay::new().edited("targets.toml", old, new).load().unwrap();
        assert!(changed.resolver(&confirmed).resolve(&KEY, on).unwrap().1, "{new}");
    }
    // Another note is no other value.
    let noted = Overlay::new()
        .edited("targets.toml", "start date not known", "start date sought")
        .load()
        .unwrap();
    assert!(!noted.resolver(&confirmed).resolve(&KEY, on).unwrap().1);
}

#[test]
fn unconfirmed_lists_what_is_not_published() {
    let set = RuleSet::embedded().unwrap();
    let open = set.unconfirmed_keys(&BTreeSet::new());
    for key in [
        "levels:CPM1",
        "levels:UR1",
        "methodology:pmm-2018",
        "setting:wilson-z",
        "measure:UR1",
        "target:on-demand",
        "process:prepayment",
        "calendar:england-and-wales",
    ] {
        assert!(open.contains(key), "{key}");
    }
    for key in ["measure:PM4.3", "setting:outage-window-minutes", "target:rtt4", "provider:CSPN"] {
        assert!(!open.contains(key), "{key}");
    }
    assert!(!open.iter().any(|k| k.starts_with("code:") || k.starts_with("catalogue:")));
    let all: BTreeSet<String> =
        set.unconfirmed(&BTreeSet::new()).into_iter().map(|r| r.confirmation_key).collect();
    assert_eq!(set.unconfirmed(&all), []);
}

#[test]
fn rules_have_unique_keys_and_say_what_they_are() {
    let set = RuleSet::embedded().unwrap();
    let rules = set.rules();
    let keys: BTreeSet<&str> = rules.iter().map(|r| r.confirmation_key.as_str()).collect();
    assert_eq!(keys.len(), rules.len());
    assert!(rules.iter().all(|r| !r.title.is_empty() && !r.value.is_empty()));
    assert_eq!(rule(&set, "levels/CPM6").value, "target 99.5 % (199/200); minimum 98 % (49/50)");
    assert_eq!(rule(&set, "target/rtt4").value, "25 s");
    assert_eq!(rule(&set, "setting/tests-per-hub").value, "\"1/2\"");
    assert!(rule(&set, "measure/PM12.2").value.contains("more than 50 hubs"));
    assert!(rule(&set, "catalogue/4.8.1").value.contains("Read Active Import Profile Data"));
}

#[test]
fn levels_change_inside_a_year_in_any_order_of_the_file() {
    let levels = |from: &str, target: &str| {
        format!(
            "[[measure.levels]]\nfrom = \"{from}\"\ntarget = \"{target}\"\nminimum = \"90%\"\nmark = \"published\"\n"
        )
    };
    let head = "[[measure]]\nid = \"OWN\"\ntitle = \"t\"\nunit = \"events\"\nperiod = \"month\"\nrows = [{ provider = \"DSP\", region = \"none\" }]\nbasis = { kind = \"stated-only\" }\nmark = \"assumed\"\n";
    for text in [
        levels("2026-07-01", "95%") + &levels("2026-01-01", "99%"),
        levels("2026-01-01", "99%") + &levels("2026-07-01", "95%"),
    ] {
        let set =
            Overlay::new().with("measures/own.toml", &format!("{head}{text}")).load().unwrap();
        let target = |d: &str| set.measure("OWN").unwrap().levels_on(day(d)).and_then(|l| l.target);
        assert_eq!(target("2025-12-31"), None);
        assert_eq!(target("2026-06-30"), Some(Ratio { num: 99, den: 100 }));
        assert_eq!(target("2026-07-01"), Some(Ratio { num: 19, den: 20 }));
    }
}

#[test]
fn settings_are_dated_and_typed() {
    let more = "\n[[setting]]\nkey = \"report-due-working-days\"\ntitle = \"t\"\nfrom = \"2026-07-01\"\nvalue = 20\nmark = \"published\"\n";
    let text = overlay::embedded_text("settings.toml").to_owned() + more;
    let set = Overlay::new().with("settings.toml", &text).load().unwrap();
    let due = |d: &str| set.integer("report-due-working-days", day(d)).unwrap();
    assert_eq!((due("2026-06-30"), due("2026-07-01")), (25, 20));
    let on = day("2026-04-01");
    assert_eq!(set.fraction("wilson-z", on).unwrap(), Ratio { num: 196, den: 100 });
    assert_eq!(set.fraction("tests-per-hub", on).unwrap(), Ratio { num: 1, den: 2 });
    assert_eq!(set.text("outage-window-clock", on).unwrap(), "UTC");
    assert_eq!(set.list("commissioned-statuses", on).unwrap(), ["commissioned"]);
    assert!(set.text("wilson-z", on).unwrap_err().to_string().contains("is no text"));
    assert!(set.integer("no-such-key", on).is_err());
    assert!(
        set.integer("connect-days", day("2009-12-31"))
            .unwrap_err()
            .to_string()
            .contains("2009-12-31")
    );
}
