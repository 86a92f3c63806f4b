//! Target Response Times: which limit judges a message.

use crate::{
    confirm::Confirmable,
    error::{Place, RuleError},
    files::RuleFile,
    measure::Provenance,
    scalar::{self, Micros, RuleMark},
};
use northbound_types::{Day, Generation, Leg, Mode, TestKind};
use serde::Deserialize;
use std::collections::BTreeSet;
use toml::Spanned;

/// What is known of a message when its target is sought. Empty texts are unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TargetKey<'a> {
    /// Service Reference Variant.
    pub srv: &'a str,
    /// Meter generation (`smets1`, `smets2`, `none`).
    pub generation: &'a str,
    /// User Role.
    pub role: &'a str,
    /// Mode.
    pub mode: &'a str,
    /// Kind of test (`none` for Users' own traffic).
    pub test_kind: &'a str,
    /// Leg: a transform (CV4) has its own target. Empty counts as `send`.
    pub leg: &'a str,
}

/// One rule. A key that is `None` is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRule {
    /// Stable id: `target/` and the keys that it names, such as `target/4.1.1/smets2/on-demand`.
    pub id: String,
    /// Service Reference Variant.
    pub srv: Option<String>,
    /// Generation.
    pub generation: Option<Generation>,
    /// User Role.
    pub role: Option<String>,
    /// Mode.
    pub mode: Option<Mode>,
    /// Kind of test.
    pub test_kind: Option<TestKind>,
    /// Leg.
    pub leg: Option<Leg>,
    /// The limit in µs: an answer that took exactly as long is in time.
    pub micros: i64,
    /// First day on which it holds.
    pub from: Day,
    /// Where it comes from.
    pub provenance: Provenance,
    /// File, line and column.
    pub place: Place,
}

impl TargetRule {
    /// Does the rule judge this message?
    fn takes(&self, key: &TargetKey<'_>) -> bool {
        fn free_or<T: AsRef<str>>(rule: Option<T>, text: &str) -> bool {
            rule.is_none_or(|r| r.as_ref() == text)
        }
        let network_test =
            ![TestKind::None.as_str(), TestKind::User.as_str(), ""].contains(&key.test_kind);
        free_or(self.srv.as_deref(), key.srv)
            && free_or(self.generation.map(Generation::as_str), key.generation)
            && free_or(self.role.as_deref(), key.role)
            && free_or(self.mode.map(Mode::as_str), key.mode)
            && self.test_kind.map_or(!network_test, |t| t.as_str() == key.test_kind)
            && self.leg.map_or(key.leg != Leg::Transform.as_str(), |l| {
                l.as_str() == if key.leg.is_empty() { Leg::Send.as_str() } else { key.leg }
            })
    }

    /// Weight of the keys named. Two rules of equal weight that take the same message name the same
    /// keys with the same values, so only their dates can differ: there is always one winner.
    fn weight(&self) -> u8 {
        [
            self.mode.is_some(),
            self.generation.is_some(),
            self.role.is_some(),
            self.srv.is_some(),
            self.leg.is_some(),
            self.test_kind.is_some(),
        ]
        .iter()
        .enumerate()
        .map(|(i, named)| u8::from(*named) << i)
        .sum()
    }
}

impl Confirmable for TargetRule {
    fn rule_id(&self) -> &str {
        &self.id
    }
    fn title(&self) -> String {
        "Target Response Time".to_owned()
    }
    fn value(&self) -> String {
        scalar::duration_text(self.micros)
    }
    fn from(&self) -> Option<Day> {
        Some(self.from)
    }
    fn provenance(&self) -> &Provenance {
        &self.provenance
    }
    fn place(&self) -> Place {
        self.place.clone()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    target: Vec<Spanned<Raw>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    srv: Option<String>,
    generation: Option<Generation>,
    role: Option<String>,
    mode: Option<Mode>,
    test_kind: Option<TestKind>,
    leg: Option<Leg>,
    limit: Micros,
    from: Day,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

fn id(raw: &Raw) -> String {
    // `none` and `non-device` are words of two sets each, so those say of which set they are.
    let parts = [
        raw.srv.clone(),
        raw.generation.map(|g| {
            if g == Generation::None { "generation-none".to_owned() } else { g.to_string() }
        }),
        raw.role.as_ref().map(|r| format!("role-{}", r.to_lowercase())),
        raw.mode.map(|m| m.to_string()),
        raw.test_kind
            .map(|t| if t == TestKind::None { "test-none".to_owned() } else { t.to_string() }),
        raw.leg.map(|l| format!("leg-{l}")),
    ];
    let named: Vec<String> = parts.into_iter().flatten().collect();
    if named.is_empty() { "target/any".to_owned() } else { format!("target/{}", named.join("/")) }
}

/// Reads `targets.toml`. Sorted: heaviest first, latest first.
///
/// # Errors
/// With file, line, column and key.
pub fn read(file: &RuleFile) -> Result<Vec<TargetRule>, RuleError> {
    let raw: File = scalar::read_toml(file)?;
    let text = file.text()?;
    let mut rules: Vec<TargetRule> = raw
        .target
        .into_iter()
        .map(|spanned| {
            let place = Place::of(&file.name, text, spanned.span().start);
            let raw = spanned.into_inner();
            TargetRule {
                id: id(&raw),
                srv: raw.srv,
                generation: raw.generation,
                role: raw.role,
                mode: raw.mode,
                test_kind: raw.test_kind,
                leg: raw.leg,
                micros: raw.limit.0,
                from: raw.from,
                provenance: Provenance { mark: raw.mark.0, source: raw.source, note: raw.note },
                place,
            }
        })
        .collect();
    rules.sort_by(|a, b| {
        b.weight().cmp(&a.weight()).then_with(|| a.id.cmp(&b.id)).then_with(|| b.from.cmp(&a.from))
    });
    Ok(rules)
}

/// The rule that judges a message received on a day: the heaviest that takes it and is in force.
#[must_use]
pub fn find<'r>(rules: &'r [TargetRule], key: &TargetKey<'_>, on: Day) -> Option<&'r TargetRule> {
    rules.iter().find(|r| r.from <= on && r.takes(key))
}

/// The targets with the confirmations applied, for the scan kernel: owns its rules, so that it can
/// go to other threads. The kernel caches an answer per combination of keys and [`Self::epoch`].
#[derive(Debug, Clone)]
pub struct TargetResolver {
    rules: Vec<TargetRule>,
    unconfirmed: Vec<bool>,
    starts: Vec<Day>,
    fingerprint: String,
}

impl TargetResolver {
    /// With the confirmation keys (`id#hash`) that the registers hold.
    #[must_use]
    pub fn new(rules: &[TargetRule], confirmed: &BTreeSet<String>) -> TargetResolver {
        let unconfirmed: Vec<bool> =
            rules.iter().map(|r| r.needs_confirmation(confirmed)).collect();
        let starts: BTreeSet<Day> = rules.iter().map(|r| r.from).collect();
        let lines: String = rules
            .iter()
            .zip(&unconfirmed)
            .map(|(r, u)| format!("{} {u}\n", r.confirmation_key()))
            .collect();
        TargetResolver {
            rules: rules.to_vec(),
            unconfirmed,
            starts: starts.into_iter().collect(),
            fingerprint: crate::confirm::digest(&lines),
        }
    }

    /// The limit in µs, and whether a figure that rests on it is provisional. `None`: no target.
    #[must_use]
    pub fn resolve(&self, key: &TargetKey<'_>, on: Day) -> Option<(i64, bool)> {
        let i = self.rules.iter().position(|r| r.from <= on && r.takes(key))?;
        Some((self.rules[i].micros, self.unconfirmed[i]))
    }

    /// Days of one epoch have the same rules in force: a number that changes only on a day on which
    /// a rule starts.
    #[must_use]
    pub fn epoch(&self, on: Day) -> usize {
        self.starts.partition_point(|s| *s <= on)
    }

    /// Changes exactly when some message might be judged otherwise: rollups made under another one
    /// are stale. 16 hex digits.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}
