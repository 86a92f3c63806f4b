//! What earlier runs decided: a difference keeps its status, owner and decision.

use super::{Cause, Line, Outcome, Pair, Report};
use northbound_types::text_enum;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Keys that say when; a standing difference is recognised without them.
pub const PERIOD_KEYS: [&str; 5] = ["period", "month", "quarter", "week", "day"];

text_enum! {
    /// The state of a difference.
    pub enum Status("status of a difference") {
        /// Nobody has decided.
        Open = "open",
        /// Somebody looks into it.
        InWork = "in-work",
        /// Explained; both sides agree on the cause.
        Explained = "explained",
        /// Accepted as it is.
        Accepted = "accepted",
        /// Put right at its source; it should not come again.
        Fixed = "fixed",
    }
}

text_enum! {
    /// How a difference was recognised.
    pub enum Recognised("way of recognising a difference") {
        /// The very same key.
        Same = "same",
        /// The same key in another period, with the same main cause.
        OtherPeriod = "other-period",
    }
}

/// A difference as it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// [`Line::key`].
    pub key: String,
    /// [`Line::standing_key`].
    pub standing_key: String,
    /// The difference when it was decided: the source whose name sorts first less the other, so
    /// that the order of the command line does not matter.
    pub amount: i64,
    /// Its main cause then; `None` where the counts matched.
    pub cause: Option<Cause>,
    /// Its state.
    pub status: Status,
    /// Whose it is.
    pub owner: String,
    /// What was decided, in words.
    pub decision: String,
    /// The source whose count is published by that decision, if one was picked.
    pub pick: Option<String>,
}

impl Known {
    /// A difference of this run, to be kept with a decision.
    #[must_use]
    pub fn of(
        pair: &Pair,
        line: &Line,
        status: Status,
        owner: &str,
        decision: &str,
        pick: Option<&str>,
    ) -> Known {
        Known {
            key: line.key.clone(),
            standing_key: line.standing_key.clone(),
            amount: oriented(pair, line.difference),
            cause: line.main_cause(),
            status,
            owner: owner.to_owned(),
            decision: decision.to_owned(),
            pick: pick.map(str::to_owned),
        }
    }
}

/// What a line carries of an earlier decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownNote {
    /// How it was recognised.
    pub recognised: Recognised,
    /// Where it stood.
    pub status: Status,
    /// Whose it is.
    pub owner: String,
    /// What was decided.
    pub decision: String,
    /// The source picked.
    pub pick: Option<String>,
    /// The difference then, as `a − b` of this report.
    pub amount_then: i64,
    /// The amount is another one now: the decision needs a second look. Only the very same key
    /// is judged; another period has its own amount.
    pub amount_changed: bool,
    /// It was said to be fixed and is here again.
    pub recurs: bool,
}

impl KnownNote {
    /// Does the decision still settle this very difference?
    #[must_use]
    pub fn decides(&self) -> bool {
        self.recognised == Recognised::Same && !self.amount_changed && !self.recurs
    }
}

/// Puts earlier decisions on the lines they are about, flags changed amounts and returning
/// differences, and lists in [`Pair::gone`] what was known for the compared periods and is no
/// longer there. Applying the same decisions twice changes nothing. Of several with one key the
/// last counts.
pub fn apply_known(known: &[Known], report: &mut Report) {
    let same: BTreeMap<&str, &Known> = known.iter().map(|k| (k.key.as_str(), k)).collect();
    let mut standing: BTreeMap<&str, Vec<&Known>> = BTreeMap::new();
    for k in same.values() {
        standing.entry(&k.standing_key).or_default().push(k);
    }
    for pair in &mut report.pairs {
        let notes: Vec<Option<KnownNote>> =
            pair.lines.iter().map(|l| note(pair, l, &same, &standing)).collect();
        let present: BTreeSet<String> =
            pair.lines.iter().filter(|l| differs(l)).map(|l| l.key.clone()).collect();
        for (line, note) in pair.lines.iter_mut().zip(notes) {
            line.known = note;
        }
        let prefix = pair_prefix(&pair.a, &pair.b);
        pair.gone = same
            .values()
            .filter(|k| {
                k.key.starts_with(&prefix)
                    && !present.contains(&k.key)
                    && k.status != Status::Fixed
                    && covered(k, &report.keys, &report.periods)
            })
            .map(|k| (*k).clone())
            .collect();
    }
}

/// A line counts as a difference where its counts or its messages differ.
fn differs(line: &Line) -> bool {
    line.outcome != Outcome::Match || !line.parts.is_empty()
}

fn note(
    pair: &Pair,
    line: &Line,
    same: &BTreeMap<&str, &Known>,
    standing: &BTreeMap<&str, Vec<&Known>>,
) -> Option<KnownNote> {
    if !differs(line) {
        return None;
    }
    let make = |k: &Known, recognised| KnownNote {
        recognised,
        status: k.status,
        owner: k.owner.clone(),
        decision: k.decision.clone(),
        pick: k.pick.clone(),
        amount_then: oriented(pair, k.amount),
        amount_changed: recognised == Recognised::Same
            && oriented(pair, line.difference) != k.amount,
        recurs: k.status == Status::Fixed,
    };
    if let Some(k) = same.get(line.key.as_str()) {
        return Some(make(k, Recognised::Same));
    }
    // The latest period's decision speaks for the standing difference; keys sort by period.
    let earlier = standing.get(line.standing_key.as_str())?;
    earlier
        .iter()
        .filter(|k| k.cause == line.main_cause())
        .max_by(|x, y| x.key.cmp(&y.key))
        .map(|k| make(k, Recognised::OtherPeriod))
}

/// Was the difference kept under the keys and for a period of this report?
fn covered(k: &Known, keys: &[String], periods: &[String]) -> bool {
    let named: BTreeMap<&str, &str> =
        k.key.split('|').skip(1).filter_map(|part| part.split_once('=')).collect();
    named.len() == keys.len()
        && keys.iter().all(|key| {
            let value = named.get(escape(key).as_str());
            value.is_some_and(|v| {
                !PERIOD_KEYS.contains(&key.as_str()) || periods.iter().any(|p| escape(p) == **v)
            })
        })
}

/// `a − b` turned to the order of the names; turning twice gives it back.
fn oriented(pair: &Pair, amount: i64) -> i64 {
    if pair.a <= pair.b { amount } else { amount.saturating_neg() }
}

/// `first~second|key=value|…`, names and keys sorted, so that neither their order nor that of
/// the sources matters.
#[must_use]
pub fn difference_key(a: &str, b: &str, keys: &BTreeMap<String, String>) -> String {
    write_key(a, b, keys, |_| true)
}

/// The same without the keys that say when.
#[must_use]
pub fn standing_key(a: &str, b: &str, keys: &BTreeMap<String, String>) -> String {
    write_key(a, b, keys, |name| !PERIOD_KEYS.contains(&name))
}

fn write_key(
    a: &str,
    b: &str,
    keys: &BTreeMap<String, String>,
    take: impl Fn(&str) -> bool,
) -> String {
    let mut text = pair_prefix(a, b);
    let parts: Vec<String> = keys
        .iter()
        .filter(|(k, _)| take(k))
        .map(|(k, v)| format!("{}={}", escape(k), escape(v)))
        .collect();
    text.push_str(&parts.join("|"));
    text
}

fn pair_prefix(a: &str, b: &str) -> String {
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    format!("{}~{}|", escape(first), escape(second))
}

/// Keeps the separators of a key out of names and values.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '|' => out.push_str("%7C"),
            '=' => out.push_str("%3D"),
            '~' => out.push_str("%7E"),
            c => out.push(c),
        }
    }
    out
}
