//! Two sorted sources laid side by side, and the best explanation by alternatives.

use super::hints::{Effect, PairHints};
use super::source::{Counted, Projected};
use super::{Outcome, ReconcileError, Sum, Totals};
use std::cmp::Ordering;

/// One key with both counts, before it is explained.
#[derive(Debug)]
pub(crate) struct RawLine {
    pub key: u128,
    pub a: Option<i64>,
    pub b: Option<i64>,
    pub difference: i64,
    pub tolerance: i64,
}

impl RawLine {
    /// A difference within what the sources state as their tolerance is a match.
    pub fn outcome(&self) -> Outcome {
        match (self.a, self.b) {
            (Some(_), Some(_)) if self.tolerated() => Outcome::Match,
            (Some(_), Some(_)) => Outcome::Differ,
            (Some(_), None) => Outcome::OnlyA,
            (None, _) => Outcome::OnlyB,
        }
    }
}

impl RawLine {
    fn tolerated(&self) -> bool {
        self.difference.unsigned_abs() <= self.tolerance.unsigned_abs()
    }
}

/// Merges two sorted sources into lines.
pub(crate) fn merge(
    a: &Projected,
    b: &Projected,
    names: (&str, &str),
) -> Result<Vec<RawLine>, ReconcileError> {
    let overflow = || ReconcileError::Overflow(format!("{} less {}", names.0, names.1));
    let mut lines = Vec::with_capacity(a.rows.len().max(b.rows.len()));
    let (mut left, mut right) = (a.rows.iter().peekable(), b.rows.iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (Some(x), Some(y)) => x.0.cmp(&y.0),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return Ok(lines),
        };
        let x = if order == Ordering::Greater { None } else { left.next() };
        let y = if order == Ordering::Less { None } else { right.next() };
        let Some(key) = x.or(y).map(|row| row.0) else { return Ok(lines) };
        let count = |row: Option<&Counted>| row.map(|r| r.1);
        let tolerance = |row: Option<&Counted>| row.map_or(0, |r| r.2);
        lines.push(RawLine {
            key,
            a: count(x),
            b: count(y),
            difference: count(x)
                .unwrap_or(0)
                .checked_sub(count(y).unwrap_or(0))
                .ok_or_else(overflow)?,
            tolerance: tolerance(x).checked_add(tolerance(y)).ok_or_else(overflow)?,
        });
    }
}

/// Sums by outcome.
pub(crate) fn totals(lines: &[RawLine], names: (&str, &str)) -> Result<Totals, ReconcileError> {
    let mut totals = Totals::default();
    for line in lines {
        let part = match line.outcome() {
            Outcome::Match => &mut totals.matching,
            Outcome::Differ => &mut totals.differing,
            Outcome::OnlyA => &mut totals.only_a,
            Outcome::OnlyB => &mut totals.only_b,
        };
        add(part, line, names)?;
        if line.outcome() == Outcome::Match && line.difference != 0 {
            add(&mut totals.tolerated, line, names)?;
        }
        add(&mut totals.total, line, names)?;
    }
    Ok(totals)
}

fn add(sum: &mut Sum, line: &RawLine, names: (&str, &str)) -> Result<(), ReconcileError> {
    sum.lines += 1;
    sum.a = sum
        .a
        .checked_add(line.a.unwrap_or(0))
        .ok_or_else(|| ReconcileError::Overflow(names.0.to_owned()))?;
    sum.b = sum
        .b
        .checked_add(line.b.unwrap_or(0))
        .ok_or_else(|| ReconcileError::Overflow(names.1.to_owned()))?;
    Ok(())
}

/// An alternative that was taken for the whole pair.
#[derive(Debug)]
pub(crate) struct Taken<'h> {
    pub effect: &'h Effect,
    /// Lines on which it has an effect.
    pub applies: usize,
    /// Of these, lines that the taken alternatives explain to the tolerance.
    pub exact: usize,
}

/// How well a set of alternatives does: lines explained, then what is left over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Score {
    explained: usize,
    left: i128,
}

impl Score {
    fn beats(self, other: Score) -> bool {
        (self.explained, other.left) > (other.explained, self.left)
    }
}

/// Chooses the set of alternatives, at most one of each cause, that explains most lines; of equal
/// sets the smaller one. A cause that explains no further line must remove at least half of its
/// own size from what is left, else it is chance and is not taken.
pub(crate) fn choose<'h>(
    hints: &'h PairHints,
    residual: &[i128],
    tolerance: &[i64],
) -> Vec<Taken<'h>> {
    let groups: Vec<&[Effect]> = hints.alternatives.values().map(Vec::as_slice).collect();
    if groups.is_empty() {
        return Vec::new();
    }
    // Lines where nothing differs and nothing is claimed cannot tell the sets apart.
    let open: Vec<usize> = (0..residual.len())
        .filter(|&i| residual[i] != 0 || groups.iter().any(|g| g.iter().any(|e| e.amounts[i] != 0)))
        .collect();
    let score = |set: &[&Effect]| {
        let mut s = Score { explained: 0, left: 0 };
        for &i in &open {
            let left =
                (residual[i] - set.iter().map(|e| i128::from(e.amounts[i])).sum::<i128>()).abs();
            if left <= i128::from(tolerance[i]) { s.explained += 1 } else { s.left += left }
        }
        s
    };
    let mut best: (Vec<&Effect>, Score) = (Vec::new(), score(&[]));
    for set in combinations(&groups) {
        let s = score(&set);
        if s.beats(best.1) || (s == best.1 && set.len() < best.0.len()) {
            best = (set, s);
        }
    }
    let mut taken = best.0;
    prune(&mut taken, score);
    taken
        .iter()
        .map(|&effect| {
            let on: Vec<usize> = open.iter().copied().filter(|&i| effect.amounts[i] != 0).collect();
            let left = |i: usize| {
                (residual[i] - taken.iter().map(|e| i128::from(e.amounts[i])).sum::<i128>()).abs()
            };
            Taken {
                effect,
                applies: on.len(),
                exact: on.iter().filter(|&&i| left(i) <= i128::from(tolerance[i])).count(),
            }
        })
        .collect()
}

/// Drops, one at a time, what does not earn its place.
fn prune(taken: &mut Vec<&Effect>, score: impl Fn(&[&Effect]) -> Score) {
    loop {
        let with = score(taken);
        let idle = (0..taken.len()).find(|&drop| {
            let rest: Vec<&Effect> =
                taken.iter().enumerate().filter(|&(i, _)| i != drop).map(|(_, e)| *e).collect();
            let without = score(&rest);
            let gross: i128 = taken[drop].amounts.iter().map(|&n| i128::from(n).abs()).sum();
            with.explained <= without.explained && 2 * (without.left - with.left) < gross
        });
        match idle {
            Some(drop) => {
                taken.remove(drop);
            }
            None => return,
        }
    }
}

/// Every way to take at most one alternative of each cause.
fn combinations<'h>(groups: &[&'h [Effect]]) -> Vec<Vec<&'h Effect>> {
    let mut sets: Vec<Vec<&'h Effect>> = vec![Vec::new()];
    for group in groups {
        for i in 0..sets.len() {
            for effect in *group {
                let mut set = sets[i].clone();
                set.push(effect);
                sets.push(set);
            }
        }
    }
    sets
}
