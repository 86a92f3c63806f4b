//! The view of the group: counts by class with small ones hidden, Users under pseudonyms (G3).

use super::{
    pseudonym::Pseudonyms,
    standing::Standing,
    suppress::hide,
    variance::{Flag, UserVariance, Variance},
};
use northbound_types::text_enum;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

text_enum! {
    /// Where a User is counted: once in a month.
    pub enum Place("place of a User in the counts") {
        /// No forecast.
        None = "none",
        /// Late.
        Late = "late",
        /// In time; the actual is at or below the lower share.
        Low = "low",
        /// In time; between the two shares.
        Within = "within",
        /// In time; at or above the upper share.
        High = "high",
        /// In time; no percentage can be given.
        Uncompared = "uncompared",
        /// Not yet or no longer a User.
        NoUser = "no-user",
        /// No forecast is asked for.
        NotAsked = "not-asked",
    }
}

impl Place {
    /// Where a User is counted.
    #[must_use]
    pub const fn of(u: &UserVariance) -> Place {
        match u.standing {
            Standing::None => Place::None,
            Standing::Late => Place::Late,
            Standing::NotYetUser | Standing::Left => Place::NoUser,
            Standing::NotAsked => Place::NotAsked,
            Standing::Given => match u.total.flag {
                Flag::Low => Place::Low,
                Flag::Within => Place::Within,
                Flag::High => Place::High,
                Flag::NoPercentage | Flag::NoForecast | Flag::NoActual => Place::Uncompared,
            },
        }
    }
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Place::None => "no forecast",
            Place::Late => "late",
            Place::Low => "given, actual low",
            Place::Within => "given, within",
            Place::High => "given, actual high",
            Place::Uncompared => "given, not compared",
            Place::NoUser => "not yet or no longer a User",
            Place::NotAsked => "not asked for",
        }
    }
}

/// Counts of Users by class and place; a hidden count is null.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClassCounts {
    /// The columns: every place.
    pub places: Vec<Place>,
    /// Class and its counts.
    pub classes: Vec<(String, Vec<Option<u64>>)>,
    /// All classes together.
    pub all: Vec<Option<u64>>,
    /// Counts from 1 to below this are small.
    pub small_below: u64,
    /// A sum is hidden, so no list of Users may stand beside.
    pub list_withheld: bool,
}

/// Counts the Users of a month.
#[must_use]
pub fn by_class(v: &Variance, small_below: u64) -> ClassCounts {
    let places = Place::ALL.to_vec();
    let mut rows: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for u in &v.users {
        let row = rows.entry(&u.class).or_insert_with(|| vec![0; places.len()]);
        if let Some(n) = places.iter().position(|p| *p == Place::of(u)).and_then(|i| row.get_mut(i))
        {
            *n += 1;
        }
    }
    let counts: Vec<Vec<u64>> = rows.values().cloned().collect();
    let hidden = hide(&counts, small_below);
    let shown = |n: u64, h: bool| (!h).then_some(n);
    ClassCounts {
        classes: rows
            .keys()
            .zip(counts.iter().zip(&hidden.cells))
            .map(|(k, (n, h))| {
                ((*k).to_owned(), n.iter().zip(h).map(|(n, h)| shown(*n, *h)).collect())
            })
            .collect(),
        all: (0..places.len())
            .map(|c| counts.iter().filter_map(|r| r.get(c)).sum::<u64>())
            .zip(hidden.sums.iter().chain(std::iter::repeat(&false)))
            .map(|(n, h)| shown(n, *h))
            .collect(),
        places,
        small_below,
        list_withheld: hidden.any_sum(),
    }
}

/// A month as the group sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupVariance {
    /// Counts by class.
    pub counts: ClassCounts,
    /// Users under pseudonyms, by pseudonym, without class and without ids; empty where it would undo
    /// the counts.
    pub users: Vec<UserVariance>,
}

/// Makes the group's view. A User without a pseudonym is left out.
#[must_use]
pub fn make(v: &Variance, small_below: u64, names: &Pseudonyms) -> GroupVariance {
    let counts = by_class(v, small_below);
    let mut users: Vec<UserVariance> = if counts.list_withheld {
        Vec::new()
    } else {
        v.users.iter().filter_map(|u| masked(u, names)).collect()
    };
    users.sort_by(|a, b| a.user.cmp(&b.user));
    GroupVariance { counts, users }
}

fn masked(u: &UserVariance, names: &Pseudonyms) -> Option<UserVariance> {
    // The id of a submission is a hash of what is known elsewhere, its time may be known to others.
    Some(UserVariance {
        user: names.of(&u.user)?.to_owned(),
        party: String::new(),
        class: String::new(),
        submission: None,
        submitted: None,
        unused: None,
        lines: Vec::new(),
        unnamed: None,
        omitted: Vec::new(),
        ..u.clone()
    })
}

/// Forecast and actual of one line, all Users together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineTotal {
    /// The line.
    pub line: super::Line,
    /// Users with a forecast and a known actual of it; null where they are few.
    pub users: Option<u64>,
    /// Held against each other; null where the Users are few.
    pub compared: Option<super::variance::Compared>,
}

/// Totals by line over the Users that have a forecast and a known actual of it. A line of few Users is
/// hidden. Totals over all lines stand elsewhere, so a line is never hidden alone, nor with lines of
/// zero only: the lines of the fewest Users go with it.
#[must_use]
pub fn by_line(
    v: &Variance,
    low: northbound_types::Ratio,
    high: northbound_types::Ratio,
    small_below: u64,
) -> Vec<LineTotal> {
    let lines: BTreeSet<&super::Line> =
        v.users.iter().flat_map(|u| &u.lines).map(|l| &l.line).collect();
    let sums: Vec<LineSum<'_>> = lines
        .into_iter()
        .filter_map(|line| {
            let both: Vec<(i64, i64)> = v
                .users
                .iter()
                .filter_map(|u| u.lines.iter().find(|l| l.line == *line))
                .filter_map(|l| l.compared.forecast.zip(l.compared.actual))
                .collect();
            let total = |pick: fn(&(i64, i64)) -> i64| -> i128 {
                both.iter().map(|p| i128::from(pick(p))).sum()
            };
            (!both.is_empty()).then(|| LineSum {
                line,
                users: both.len() as u64,
                forecast: total(|p| p.0),
                actual: total(|p| p.1),
            })
        })
        .collect();
    let hidden = hidden_lines(&sums, small_below);
    sums.iter()
        .zip(hidden)
        .map(|(s, h)| LineTotal {
            line: s.line.clone(),
            users: (!h).then_some(s.users),
            compared: (!h).then(|| s.compared(low, high)),
        })
        .collect()
}

/// What a line adds up to.
struct LineSum<'l> {
    line: &'l super::Line,
    users: u64,
    forecast: i128,
    actual: i128,
}

impl LineSum<'_> {
    fn compared(
        &self,
        low: northbound_types::Ratio,
        high: northbound_types::Ratio,
    ) -> super::variance::Compared {
        match (i64::try_from(self.forecast), i64::try_from(self.actual)) {
            (Ok(f), Ok(a)) => super::variance::compare(Some(f), Some(a), low, high),
            (_, a) => super::variance::Compared::too_large(a.ok(), "the counts of this line"),
        }
    }
}

/// Which lines to hide: those of few Users, and then more of them until two are hidden of which neither
/// all forecasts nor all actuals are zero.
fn hidden_lines(sums: &[LineSum<'_>], small_below: u64) -> Vec<bool> {
    let mut hidden: Vec<bool> = sums.iter().map(|s| s.users < small_below).collect();
    while hidden.contains(&true) {
        let of: Vec<&LineSum<'_>> =
            sums.iter().zip(&hidden).filter(|(_, h)| **h).map(|(s, _)| s).collect();
        if of.len() > 1 && of.iter().any(|s| s.forecast != 0) && of.iter().any(|s| s.actual != 0) {
            break;
        }
        let next = sums
            .iter()
            .enumerate()
            .filter(|(i, _)| hidden.get(*i) == Some(&false))
            .min_by_key(|(_, s)| (s.users, s.line))
            .map(|(i, _)| i);
        match next.and_then(|i| hidden.get_mut(i)) {
            Some(h) => *h = true,
            None => break,
        }
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{
        Line, Member,
        sample::{MAY, actual, line, member, month, sent},
        variance,
    };

    fn may(classes: &[(&str, &str)], with: &[&str]) -> Variance {
        let members: Vec<Member> = classes
            .iter()
            .map(|(u, c)| Member { class: (*c).into(), ..member(u, &[("2020-01-01", "")]) })
            .collect();
        let subs: Vec<_> = with.iter().map(|u| sent(u, "2026-04-10T00:00:00Z", 100)).collect();
        let counts: Vec<(&str, Line, i64)> =
            classes.iter().map(|(u, _)| (*u, line(), 100)).collect();
        variance::make(&month(MAY), None, &members, &subs, &actual(&counts))
    }

    #[test]
    fn g3_a_class_of_one_has_its_counts_hidden_and_nobody_is_named() {
        let users: Vec<(String, &str)> = (0..8)
            .map(|n| (format!("L{n}"), "large-supplier"))
            .chain((0..8).map(|n| (format!("S{n}"), "small-supplier")))
            .chain([("N".to_owned(), "network-operator")])
            .collect();
        let users: Vec<(&str, &str)> = users.iter().map(|(u, c)| (u.as_str(), *c)).collect();
        let v = may(&users, &["L0", "L1", "L2", "L3", "S0", "S1", "S2", "N"]);
        let g = make(&v, 3, &Pseudonyms::new("s", "d", users.iter().map(|u| u.0)));
        let one = &g.counts.classes.iter().find(|c| c.0 == "network-operator").unwrap().1;
        let peopled = |c: usize| g.counts.all[c] != Some(0);
        assert!(one.iter().enumerate().all(|(c, n)| n.is_none() == peopled(c)), "{g:?}");
        assert!(!g.counts.list_withheld);
        assert_eq!(g.counts.all[0], Some(9), "the sum without a forecast");
        assert_eq!(g.users.len(), 17);
        assert!(g.users.iter().all(|u| u.user.starts_with("User ")
            && u.class.is_empty()
            && u.party.is_empty()
            && u.submission.is_none()));
    }

    #[test]
    fn lines_of_few_users_have_no_total() {
        let v = may(&[("A", "x"), ("B", "x"), ("C", "x")], &["A", "B", "C"]);
        let t = by_line(&v, month(MAY).low, month(MAY).high, 3);
        assert_eq!((t[0].users, t[0].compared.as_ref().unwrap().forecast), (Some(3), Some(300)));
        let t = by_line(
            &may(&[("A", "x"), ("B", "x"), ("C", "x")], &["A", "B"]),
            month(MAY).low,
            month(MAY).high,
            3,
        );
        assert_eq!((t[0].users, t[0].compared.as_ref()), (None, None));
    }

    #[test]
    fn a_hidden_line_is_never_alone_so_the_total_over_lines_does_not_bring_it_back() {
        let line = |n: &str| Line::new(n, "on-demand");
        let lines: Vec<Line> = ["1.1", "2.1", "3.1"].map(line).into();
        let sum = |i: usize, users, forecast, actual| LineSum {
            line: &lines[i],
            users,
            forecast,
            actual,
        };
        assert_eq!(
            hidden_lines(&[sum(0, 2, 5, 5), sum(1, 9, 5, 5), sum(2, 4, 5, 5)], 3),
            [true, false, true],
            "the line of the fewest Users goes with it"
        );
        assert_eq!(
            hidden_lines(&[sum(0, 2, 0, 5), sum(1, 9, 5, 5), sum(2, 4, 0, 5)], 3),
            [true, true, true],
            "two zeros that sum to zero are both known"
        );
        assert_eq!(hidden_lines(&[sum(0, 3, 5, 5), sum(1, 9, 5, 5)], 3), [false, false]);
    }
}
