//! The outcome of a comparison. The JSON keys are these field names and stay.

use super::{Cause, Known, KnownNote, LevelShift, Notes, Strength};
use northbound_types::text_enum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

text_enum! {
    /// How the sources stand on one key.
    pub enum Outcome("outcome of a comparison") {
        /// Both have it, with the same count or within the tolerance that the sources state.
        Match = "match",
        /// Both have it, with different counts.
        Differ = "differ",
        /// Only the first source of the pair has it.
        OnlyA = "only-a",
        /// Only the second has it.
        OnlyB = "only-b",
    }
}

/// All pairs of the compared sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The keys compared by.
    pub keys: Vec<String>,
    /// The values that the sources have under the keys that say when, sorted.
    pub periods: Vec<String>,
    /// The sources, by declared rank and then name.
    pub sources: Vec<SourceInfo>,
    /// Each source with each later one.
    pub pairs: Vec<Pair>,
}

/// What was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// Its name.
    pub name: String,
    /// Its declared rank.
    pub rank: i64,
    /// Rows as given.
    pub rows: usize,
    /// Sum of all its counts.
    pub total: i64,
    /// Keys that it has and that were summed over.
    pub summed_over: Vec<String>,
    /// Its stated tolerance, messages a row.
    pub tolerance: i64,
    /// How it says that it counts.
    pub notes: Notes,
}

/// Two sources compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// Name of the first source.
    pub a: String,
    /// Name of the second.
    pub b: String,
    /// Sums that foot.
    pub totals: Totals,
    /// How much each cause explains, over all lines, by cause and strength.
    pub causes: Vec<CauseSum>,
    /// The lines that do not match, by key; with matching lines where they were asked for.
    pub lines: Vec<Line>,
    /// Level shifts that nobody declared, by key: proposals.
    #[serde(default)]
    pub shifts: Vec<LevelShift>,
    /// Known differences of this pair within the compared keys that are gone.
    pub gone: Vec<Known>,
}

/// Lines and their sums on either side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// Lines.
    pub lines: u64,
    /// Sum of the first source's counts.
    pub a: i64,
    /// Sum of the second's.
    pub b: i64,
}

/// Sums by outcome: `matching + differing + only = total` for each source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Same count in both, or no further apart than the sources' tolerance.
    pub matching: Sum,
    /// Of the matching ones, those that differ within the tolerance.
    #[serde(default)]
    pub tolerated: Sum,
    /// Different counts.
    pub differing: Sum,
    /// Only in the first.
    pub only_a: Sum,
    /// Only in the second.
    pub only_b: Sum,
    /// Everything.
    pub total: Sum,
}

impl Totals {
    /// Do the sums foot?
    #[must_use]
    pub fn foots(&self) -> bool {
        let parts = [self.matching, self.differing, self.only_a, self.only_b];
        parts.iter().map(|s| i128::from(s.a)).sum::<i128>() == i128::from(self.total.a)
            && parts.iter().map(|s| i128::from(s.b)).sum::<i128>() == i128::from(self.total.b)
            && parts.iter().map(|s| s.lines).sum::<u64>() == self.total.lines
            && self.only_a.b == 0
            && self.only_b.a == 0
            && i128::from(self.matching.a) - i128::from(self.tolerated.a)
                == i128::from(self.matching.b) - i128::from(self.tolerated.b)
    }
}

/// What one cause explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseSum {
    /// The cause.
    pub cause: Cause,
    /// How well it is supported.
    pub strength: Strength,
    /// Lines with such a part.
    pub lines: u64,
    /// Net effect on `a − b`.
    pub net: i64,
    /// Sum of the parts' sizes regardless of sign.
    pub gross: i64,
}

/// One key compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Stable key of the difference, for decisions: the same whichever source was named first.
    pub key: String,
    /// The same without the period, by which a later period recognises it.
    pub standing_key: String,
    /// Key values by key.
    pub keys: BTreeMap<String, String>,
    /// Match, differ, only in one.
    pub outcome: Outcome,
    /// Count in the first source; `None` where it has no row.
    pub a: Option<i64>,
    /// Count in the second source.
    pub b: Option<i64>,
    /// `a − b`, a missing row counting nothing.
    pub difference: i64,
    /// Causes; they add up to the difference.
    pub parts: Vec<Part>,
    /// What of it no cause explains (also a part, where it is not zero).
    pub unexplained: i64,
    /// What is known of it from earlier runs.
    pub known: Option<KnownNote>,
}

impl Line {
    /// Is anything to be found out here? Not where the counts agree within the tolerance, unless equal
    /// counts hide differences that offset each other.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.outcome != Outcome::Match || self.parts.iter().any(|p| p.cause != Cause::Rounding)
    }

    /// The cause that explains most of the difference (the first listed where two are equal).
    #[must_use]
    pub fn main_cause(&self) -> Option<Cause> {
        self.parts.iter().rev().max_by_key(|p| p.amount.unsigned_abs()).map(|p| p.cause)
    }

    /// The count that may be published: the matching one, or the one that a decision on this very
    /// difference picked while its amount is still the decided one. `None` is a null, disputed.
    #[must_use]
    pub fn publishable(&self, pair: &Pair) -> Option<i64> {
        if self.outcome == Outcome::Match && self.difference == 0 {
            return self.a;
        }
        let note = self.known.as_ref().filter(|k| k.decides())?;
        match note.pick.as_deref() {
            Some(p) if p == pair.a => self.a,
            Some(p) if p == pair.b => self.b,
            _ => None,
        }
    }
}

/// A part of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its cause.
    pub cause: Cause,
    /// Its share of `a − b`.
    pub amount: i64,
    /// How well that is known.
    pub strength: Strength,
    /// On what grounds, in words.
    pub evidence: String,
}
