//! What two counts say of the sets behind them when the names are not known (X4): bounds, never a
//! sum stated as a fact.

use crate::error::MeasureError;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Least and greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Least.
    pub least: u64,
    /// Greatest.
    pub most: u64,
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.least == self.most {
            write!(f, "{}", self.least)
        } else {
            write!(f, "{} to {}", self.least, self.most)
        }
    }
}

/// A list of which only counts are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Name of the list, such as `csr`.
    pub name: String,
    /// How many are on it.
    pub total: u64,
    /// How many of them are of each class; the rest is of none of these.
    pub classes: BTreeMap<String, u64>,
}

impl Counted {
    /// How many are of none of the classes named; `None` where they add up to more than the total.
    #[must_use]
    pub fn rest(&self) -> Option<u64> {
        self.total.checked_sub(self.classes.values().sum())
    }
}

/// What can be said of two lists together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// On at least one, from the two totals alone.
    pub union: Range,
    /// On both, from the two totals alone.
    pub both: Range,
    /// By class (`rest` for the others): on at least one, and on both.
    pub classes: BTreeMap<String, (Range, Range)>,
    /// On at least one, where the classes are used as well.
    pub union_by_class: Range,
    /// On both, where the classes are used as well.
    pub both_by_class: Range,
}

/// Name of those that are of no class named.
pub const REST: &str = "rest";

/// The bounds of two lists drawn from `population` Users, where that number is known. A class that
/// one of the two does not name cannot be told from its rest; so only classes that both name are used.
///
/// # Errors
/// [`MeasureError::ClassesOverTotal`], [`MeasureError::OverPopulation`].
pub fn bounds(a: &Counted, b: &Counted, population: Option<u64>) -> Result<Bounds, MeasureError> {
    for l in [a, b] {
        if l.rest().is_none() {
            return Err(MeasureError::ClassesOverTotal { name: l.name.clone(), total: l.total });
        }
        if let Some(population) = population.filter(|p| l.total > *p) {
            let (name, total) = (l.name.clone(), l.total);
            return Err(MeasureError::OverPopulation { name, total, population });
        }
    }
    let whole = |x: u64, y: u64, p: Option<u64>| {
        let most = x.saturating_add(y);
        let most = p.map_or(most, |p| most.min(p));
        let both = Range { least: x.saturating_add(y) - most, most: x.min(y) };
        (Range { least: x.max(y), most }, both)
    };
    let (union, both) = whole(a.total, b.total, population);
    let common: BTreeSet<&String> =
        a.classes.keys().filter(|k| b.classes.contains_key(*k)).collect();
    let of = |l: &Counted, k: &String| l.classes.get(k).copied().unwrap_or(0);
    let mut classes: BTreeMap<String, (Range, Range)> =
        common.iter().map(|k| ((*k).clone(), whole(of(a, k), of(b, k), None))).collect();
    let rest = |l: &Counted| l.total - common.iter().map(|k| of(l, k)).sum::<u64>();
    classes.insert(REST.to_owned(), whole(rest(a), rest(b), None));
    let sum = |pick: &dyn Fn(&(Range, Range)) -> u64| {
        classes.values().map(pick).fold(0, u64::saturating_add)
    };
    // What is on both is what the two have together beyond what is on one; so one bound gives the other.
    let together = a.total.saturating_add(b.total);
    let union_by_class = Range {
        least: sum(&|c| c.0.least).max(union.least),
        most: sum(&|c| c.0.most).min(union.most),
    };
    let both_by_class = Range {
        least: together.saturating_sub(union_by_class.most).max(both.least),
        most: together.saturating_sub(union_by_class.least).min(both.most),
    };
    Ok(Bounds { union, both, classes, union_by_class, both_by_class })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(name: &str, total: u64, large: u64) -> Counted {
        Counted {
            name: name.into(),
            total,
            classes: BTreeMap::from([("large-supplier".to_owned(), large)]),
        }
    }
    const fn r(least: u64, most: u64) -> Range {
        Range { least, most }
    }

    #[test]
    fn x4_sixteen_and_twenty_one_are_never_thirty_seven_as_a_fact() {
        let b = bounds(&list("csr", 16, 5), &list("sr", 21, 4), None).unwrap();
        assert_eq!((b.union, b.both), (r(21, 37), r(0, 16)));
        assert_eq!((b.classes["large-supplier"].0, b.classes[REST].0), (r(5, 9), r(17, 28)));
        // Five large suppliers and seventeen others are at least twenty-two.
        assert_eq!((b.union_by_class, b.both_by_class), (r(22, 37), r(0, 15)));
        assert_eq!(b.union.to_string(), "21 to 37");
    }

    #[test]
    fn a_population_narrows_and_contradictions_are_refused() {
        let b = bounds(&list("csr", 16, 5), &list("sr", 21, 4), Some(25)).unwrap();
        assert_eq!((b.union, b.both, b.both_by_class), (r(21, 25), r(12, 16), r(12, 15)));
        assert!(
            bounds(&list("csr", 4, 5), &list("sr", 21, 4), None)
                .unwrap_err()
                .to_string()
                .contains("csr")
        );
        assert!(
            bounds(&list("csr", 16, 5), &list("sr", 21, 4), Some(20))
                .unwrap_err()
                .to_string()
                .contains("sr")
        );
    }

    proptest! {
        /// Every pair of sets of two classes lies within the bounds, and the ends are reached.
        #[test]
        fn true_sets_lie_within(members in prop::collection::vec((any::<bool>(), any::<bool>(), any::<bool>()), 0..40)) {
            let count = |f: &dyn Fn(&(bool, bool, bool)) -> bool| members.iter().filter(|m| f(m)).count() as u64;
            let (a, b) = (list("a", count(&|m| m.0), count(&|m| m.0 && m.2)), list("b", count(&|m| m.1), count(&|m| m.1 && m.2)));
            let found = bounds(&a, &b, Some(members.len() as u64)).unwrap();
            let (union, both) = (count(&|m| m.0 || m.1), count(&|m| m.0 && m.1));
            let within = |r: Range, n: u64| r.least <= n && n <= r.most;
            prop_assert!(within(found.union, union) && within(found.both, both));
            prop_assert!(within(found.union_by_class, union) && within(found.both_by_class, both));
        }
    }
}
