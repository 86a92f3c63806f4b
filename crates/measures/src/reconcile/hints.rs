//! What the caller can count about the sources beyond their totals, so that a difference can be
//! put down to causes.

use super::{Cause, ReconcileError, keyspace::KeySpace};
use std::{collections::BTreeMap, sync::Arc};

/// Most combinations of alternatives that are tried against the lines.
pub const MAX_COMBINATIONS: usize = 4_096;

/// What a hint's amounts mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// Of the source's count, so many are of this class (tests, say). With the same cause and
    /// label counted on both sides the effect is measured; on one side only, it is an alternative
    /// in which the other side leaves them out.
    Counted {
        /// The source.
        source: String,
    },
    /// The source's count now less its count under another treatment, signed (its day boundary
    /// moved by an hour, say). Tried against all lines; at most one label of a cause is taken.
    Alternative {
        /// The source.
        source: String,
    },
    /// The effect on `a − b`, found message by message.
    Measured {
        /// The source that is added.
        a: String,
        /// The source that is taken away.
        b: String,
    },
}

/// Counts by key for one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The cause that they speak for.
    pub cause: Cause,
    /// In words, such as `tests` or `day boundary at +60 min`.
    pub label: String,
    /// What the amounts mean.
    pub basis: Basis,
    /// Messages by key values, in the order of the chosen keys. Absent is zero.
    pub amounts: BTreeMap<Vec<Arc<str>>, i64>,
}

/// A hint for one pair, its effect on `a − b` laid out by line.
#[derive(Debug)]
pub(crate) struct Effect {
    pub cause: Cause,
    pub label: String,
    pub amounts: Vec<i64>,
}

/// The keys of a pair's lines, ascending, and what they stand for.
pub(crate) struct Lines<'l> {
    pub space: &'l KeySpace<'l>,
    pub keys: &'l [u128],
}

/// The hints of one pair: what is measured, and the alternatives grouped by cause.
#[derive(Debug, Default)]
pub(crate) struct PairHints {
    pub measured: Vec<Effect>,
    pub alternatives: BTreeMap<Cause, Vec<Effect>>,
}

impl PairHints {
    /// Collects what the hints say about the pair `a`, `b`, whose lines are given.
    pub fn collect(
        hints: &[Hint],
        a: &str,
        b: &str,
        lines: &Lines<'_>,
    ) -> Result<PairHints, ReconcileError> {
        let mut found = PairHints::default();
        for hint in hints {
            let overflow = || ReconcileError::Overflow(hint.label.clone());
            let (measured, sign) = match &hint.basis {
                Basis::Measured { a: x, b: y } if x == a && y == b => (true, 1),
                Basis::Measured { a: x, b: y } if x == b && y == a => (true, -1),
                Basis::Measured { .. } => continue,
                Basis::Alternative { source } if source == a => (false, 1),
                Basis::Alternative { source } if source == b => (false, -1),
                Basis::Alternative { .. } => continue,
                Basis::Counted { source } if source == a => match counterpart(hints, hint, b) {
                    Some(other) => {
                        let mut amounts = lay_out(hint, 1, lines)?;
                        for (sum, other) in amounts.iter_mut().zip(lay_out(other, -1, lines)?) {
                            *sum = sum.checked_add(other).ok_or_else(overflow)?;
                        }
                        found.measured.push(Effect {
                            cause: hint.cause,
                            label: hint.label.clone(),
                            amounts,
                        });
                        continue;
                    }
                    None => (false, 1),
                },
                // The counterpart of a hint on `a` was taken with it.
                Basis::Counted { source }
                    if source == b && counterpart(hints, hint, a).is_none() =>
                {
                    (false, -1)
                }
                Basis::Counted { .. } => continue,
            };
            let effect = Effect {
                cause: hint.cause,
                label: hint.label.clone(),
                amounts: lay_out(hint, sign, lines)?,
            };
            if measured {
                found.measured.push(effect)
            } else {
                found.alternatives.entry(hint.cause).or_default().push(effect)
            }
        }
        Ok(found)
    }

    /// How many combinations the alternatives allow.
    pub fn combinations(&self) -> usize {
        self.alternatives.values().fold(1usize, |n, effects| n.saturating_mul(effects.len() + 1))
    }
}

fn counterpart<'h>(hints: &'h [Hint], of: &Hint, source: &str) -> Option<&'h Hint> {
    hints.iter().find(|h| {
        h.cause == of.cause
            && h.label == of.label
            && matches!(&h.basis, Basis::Counted { source: s } if s == source)
    })
}

/// One amount for each line. A key that is no line of the pair is a mistake of the caller, except
/// where nothing is claimed for it.
fn lay_out(hint: &Hint, sign: i64, lines: &Lines<'_>) -> Result<Vec<i64>, ReconcileError> {
    let mut amounts = vec![0i64; lines.keys.len()];
    for (key, &amount) in &hint.amounts {
        if amount == 0 {
            continue;
        }
        let at = lines
            .space
            .code(key)
            .and_then(|code| lines.keys.binary_search(&code).ok())
            .ok_or_else(|| ReconcileError::Hint {
                label: hint.label.clone(),
                what: format!("counts {amount} under [{}], which no source has", key.join(", ")),
            })?;
        amounts[at] =
            amount.checked_mul(sign).ok_or_else(|| ReconcileError::Overflow(hint.label.clone()))?;
    }
    Ok(amounts)
}
