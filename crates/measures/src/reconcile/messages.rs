//! Two sorted streams of messages laid side by side: which messages stand behind a difference.
//!
//! Memory is bounded by the copies of one identity; findings go to the caller as they are made.

use super::{Basis, Cause, Hint, ReconcileError};
use northbound_types::{Generation, MessageId, TestKind, Utc};
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, collections::BTreeMap, collections::BTreeSet, iter::Peekable, sync::Arc};

/// Most copies of one identity on one side.
pub const MAX_COPIES: usize = 10_000;
/// Clock zones are told by whole hours, in µs.
pub const ZONE_STEP_US: i64 = 3_600_000_000;
/// Widest offset between two clock zones, in hours (UTC−12 to UTC+14).
pub const MAX_ZONE_HOURS: i64 = 26;

/// A message as one side holds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Message {
    /// Its identity; the stream is sorted by it.
    pub id: MessageId,
    /// When the service received it, by this side's clock.
    pub received: Utc,
    /// When this side learned of it.
    pub known: Utc,
    /// Kind of test.
    pub test_kind: TestKind,
    /// Meter generation.
    pub generation: Generation,
    /// Further attributes to compare (state, region, srv, code …) by name. Only names that
    /// both sides have are compared.
    pub attributes: BTreeMap<String, String>,
    /// Where it stands: file and row, in words.
    pub place: String,
}

/// What a side holds as a whole: without it nobody can tell a lost test from tests left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// Kinds of test seen.
    pub tests: BTreeSet<TestKind>,
    /// Generations seen.
    pub generations: BTreeSet<Generation>,
    /// The side's cut-off, where stated: it holds nothing that it learned of later.
    pub cut_off: Option<Utc>,
}

impl Profile {
    /// Notes one message of the side.
    pub fn see(&mut self, test_kind: TestKind, generation: Generation) {
        if test_kind != TestKind::None {
            self.tests.insert(test_kind);
        }
        self.generations.insert(generation);
    }

    /// Why this side would not hold a message that the other one has, weightiest first.
    fn leaves_out(&self, m: &Message) -> Vec<Cause> {
        let mut causes = Vec::new();
        if self.cut_off.is_some_and(|c| m.known > c) {
            causes.push(Cause::CutOff);
        }
        if m.test_kind != TestKind::None && !self.tests.contains(&m.test_kind) {
            causes.push(Cause::TestTraffic);
        }
        if m.generation != Generation::None && !self.generations.contains(&m.generation) {
            causes.push(Cause::Generation);
        }
        causes
    }
}

/// A message (or a copy of one) on which the sides disagree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its identity.
    pub id: MessageId,
    /// The main cause.
    pub cause: Cause,
    /// Further causes that would each do, or that hold as well.
    pub also: Vec<Cause>,
    /// As the first side holds it.
    pub a: Option<Message>,
    /// As the second side holds it.
    pub b: Option<Message>,
    /// Attributes that differ: name, first side's value, second side's.
    pub changed: Vec<(String, String, String)>,
    /// `a − b` of the received times in µs, where both have it.
    pub shift_us: i64,
    /// Does it fall to another day (UTC) on the other side?
    pub other_day: bool,
}

/// Counts of a run: they foot like those of the lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageTotals {
    /// Messages of the first side, copies included.
    pub a: u64,
    /// Messages of the second side.
    pub b: u64,
    /// On both sides and alike.
    pub alike: u64,
    /// On both sides and different.
    pub differing: u64,
    /// Only on the first side.
    pub only_a: u64,
    /// Only on the second.
    pub only_b: u64,
}

/// Compares two streams sorted by identity and hands each finding to `found`, in that order.
///
/// # Errors
/// The streams' own errors; [`ReconcileError::Unsorted`], [`ReconcileError::Copies`].
pub fn reconcile_messages<E: From<ReconcileError>>(
    a: impl Iterator<Item = Result<Message, E>>,
    b: impl Iterator<Item = Result<Message, E>>,
    profiles: (&Profile, &Profile),
    found: &mut dyn FnMut(Finding),
) -> Result<MessageTotals, E> {
    let mut a = Side::new("a", a);
    let mut b = Side::new("b", b);
    let mut totals = MessageTotals::default();
    let (mut left, mut right) = (a.next_group()?, b.next_group()?);
    loop {
        let order = match (left.first(), right.first()) {
            (None, None) => return Ok(totals),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(x), Some(y)) => x.id.cmp(&y.id),
        };
        let mine = if order == Ordering::Greater {
            Vec::new()
        } else {
            std::mem::replace(&mut left, a.next_group()?)
        };
        let theirs = if order == Ordering::Less {
            Vec::new()
        } else {
            std::mem::replace(&mut right, b.next_group()?)
        };
        compare_copies(mine, theirs, profiles, &mut totals, found);
    }
}

/// One stream, read an identity at a time.
struct Side<I: Iterator> {
    name: &'static str,
    rows: Peekable<I>,
}

impl<E: From<ReconcileError>, I: Iterator<Item = Result<Message, E>>> Side<I> {
    fn new(name: &'static str, rows: I) -> Self {
        Side { name, rows: rows.peekable() }
    }

    /// All copies of the next identity, sorted by content; empty at the end.
    fn next_group(&mut self) -> Result<Vec<Message>, E> {
        let Some(first) = self.rows.next().transpose()? else { return Ok(Vec::new()) };
        let mut group = vec![first];
        loop {
            match self.rows.peek() {
                Some(Ok(next)) if next.id == group[0].id => {}
                Some(Ok(next)) if next.id < group[0].id => {
                    let (id, after) = (next.id.to_string(), group[0].id.to_string());
                    return Err(ReconcileError::Unsorted { side: self.name, id, after }.into());
                }
                _ => break,
            }
            if group.len() == MAX_COPIES {
                return Err(ReconcileError::Copies {
                    side: self.name,
                    id: group[0].id.to_string(),
                }
                .into());
            }
            if let Some(next) = self.rows.next() {
                group.push(next?);
            }
        }
        group.sort();
        Ok(group)
    }
}

/// Copies of one identity: alike ones pair first, then the rest in order; what stays over is
/// held once too often, or is missing on the other side.
fn compare_copies(
    mut a: Vec<Message>,
    mut b: Vec<Message>,
    profiles: (&Profile, &Profile),
    totals: &mut MessageTotals,
    found: &mut dyn FnMut(Finding),
) {
    totals.a += a.len() as u64;
    totals.b += b.len() as u64;
    let shared = !a.is_empty() && !b.is_empty();
    a.retain(|m| match b.iter().position(|n| alike(m, n)) {
        Some(at) => {
            b.remove(at);
            totals.alike += 1;
            false
        }
        None => true,
    });
    let pairs = a.len().min(b.len());
    totals.differing += pairs as u64;
    totals.only_a += (a.len() - pairs) as u64;
    totals.only_b += (b.len() - pairs) as u64;
    let rest_a = a.split_off(pairs);
    let rest_b = b.split_off(pairs);
    for (m, n) in a.into_iter().zip(b) {
        found(changed(m, n));
    }
    for (i, m) in rest_a.into_iter().enumerate() {
        found(alone(m, true, shared || i > 0, profiles.1));
    }
    for (i, m) in rest_b.into_iter().enumerate() {
        found(alone(m, false, shared || i > 0, profiles.0));
    }
}

/// Alike for the count: place and time of learning are the sides' own affair.
fn alike(m: &Message, n: &Message) -> bool {
    m.received == n.received && differences(m, n).is_empty()
}

fn differences(m: &Message, n: &Message) -> Vec<(String, String, String)> {
    let mut changed = Vec::new();
    let mut note = |name: &str, x: &str, y: &str| {
        if x != y {
            changed.push((name.to_owned(), x.to_owned(), y.to_owned()))
        }
    };
    note("generation", m.generation.as_str(), n.generation.as_str());
    note("test_kind", m.test_kind.as_str(), n.test_kind.as_str());
    for (name, x) in &m.attributes {
        if let Some(y) = n.attributes.get(name) {
            note(name, x, y);
        }
    }
    changed
}

fn changed(m: Message, n: Message) -> Finding {
    let mut changed = differences(&m, &n);
    let shift_us = m.received.0.saturating_sub(n.received.0);
    let other_day = m.received.day() != n.received.day();
    let hours = shift_us / ZONE_STEP_US;
    let zone = shift_us % ZONE_STEP_US == 0 && hours != 0 && hours.abs() <= MAX_ZONE_HOURS;
    let moved = zone || other_day;
    if shift_us != 0 && !moved {
        changed.push(("received".to_owned(), m.received.to_string(), n.received.to_string()));
    }
    let cause = if moved { Cause::DayBoundary } else { Cause::Attribute };
    let also = if moved && !changed.is_empty() { vec![Cause::Attribute] } else { Vec::new() };
    Finding { id: m.id.clone(), cause, also, a: Some(m), b: Some(n), changed, shift_us, other_day }
}

fn alone(m: Message, on_a: bool, copy: bool, other: &Profile) -> Finding {
    let mut causes = if copy { vec![Cause::Duplicate] } else { other.leaves_out(&m) }.into_iter();
    let cause = causes.next().unwrap_or(Cause::Missing);
    let id = m.id.clone();
    let (a, b) = if on_a { (Some(m), None) } else { (None, Some(m)) };
    Finding {
        id,
        cause,
        also: causes.collect(),
        a,
        b,
        changed: Vec::new(),
        shift_us: 0,
        other_day: false,
    }
}

/// Turns findings into measured hints for [`super::reconcile`]: each finding adds one under the
/// key where the first source counts the message and takes one where the second does. `key_of`
/// gives the values of the compared keys, or `None` where a side does not count the message.
#[must_use]
pub fn measured_hints<'f>(
    findings: impl IntoIterator<Item = &'f Finding>,
    a: &str,
    b: &str,
    mut key_of: impl FnMut(&Message) -> Option<Vec<Arc<str>>>,
) -> Vec<Hint> {
    let mut amounts: BTreeMap<Cause, BTreeMap<Vec<Arc<str>>, i64>> = BTreeMap::new();
    for finding in findings {
        let of_cause = amounts.entry(finding.cause).or_default();
        for (side, step) in [(&finding.a, 1), (&finding.b, -1)] {
            if let Some(key) = side.as_ref().and_then(&mut key_of) {
                *of_cause.entry(key).or_default() += step;
            }
        }
    }
    amounts
        .into_iter()
        .map(|(cause, mut amounts)| {
            amounts.retain(|_, n| *n != 0);
            let basis = Basis::Measured { a: a.to_owned(), b: b.to_owned() };
            Hint { cause, label: format!("messages: {cause}"), basis, amounts }
        })
        .collect()
}
