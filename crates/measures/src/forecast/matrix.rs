//! Who gave forecasts over some months (F2): User by month. A month of it is the variance of that
//! month, so the two agree.

use super::{standing::Standing, variance::Variance};
use northbound_types::Period;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One User over the months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRow {
    /// EUI, or its pseudonym.
    pub user: String,
    /// Party; empty in a group view.
    pub party: String,
    /// Category; empty in a group view.
    pub class: String,
    /// By month, in the order of [`Matrix::months`]; null where the month is hidden.
    pub standing: Vec<Option<Standing>>,
    /// Months, of those that are not hidden, in which it sent traffic and had given no forecast.
    pub unforecast: u64,
}

/// Users by month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// The months, in order.
    pub months: Vec<Period>,
    /// The Users.
    pub rows: Vec<MatrixRow>,
    /// By standing, the Users of each month; null where the month is hidden.
    pub totals: BTreeMap<Standing, Vec<Option<u64>>>,
}

/// Makes the matrix. All months hold the same Users in the same order. `hidden` tells of each month
/// whether a list of its Users would give somebody away.
#[must_use]
pub fn make(months: &[Variance], hidden: &[bool]) -> Matrix {
    let mut rows: BTreeMap<&str, MatrixRow> = BTreeMap::new();
    let mut totals: BTreeMap<Standing, Vec<Option<u64>>> =
        Standing::ALL.iter().map(|s| (*s, vec![None; months.len()])).collect();
    for (at, v) in months.iter().enumerate() {
        let shown = hidden.get(at) != Some(&true);
        for t in totals.values_mut().filter_map(|t| t.get_mut(at)) {
            *t = shown.then_some(0);
        }
        for u in &v.users {
            let row = rows.entry(&u.user).or_insert_with(|| MatrixRow {
                user: u.user.clone(),
                party: u.party.clone(),
                class: u.class.clone(),
                standing: vec![None; months.len()],
                unforecast: 0,
            });
            if !shown {
                continue;
            }
            if let Some(s) = row.standing.get_mut(at) {
                *s = Some(u.standing);
            }
            if u.standing == Standing::None && u.total.actual.is_some_and(|a| a > 0) {
                row.unforecast += 1;
            }
            if let Some(n) = totals.get_mut(&u.standing).and_then(|t| t.get_mut(at)) {
                *n = n.map(|n| n + 1);
            }
        }
    }
    Matrix {
        months: months.iter().map(|v| v.period).collect(),
        rows: rows.into_values().collect(),
        totals,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{
        Month,
        sample::{MAY, actual, line, member, month, sent},
        variance,
    };

    #[test]
    fn a_month_of_the_matrix_is_the_variance_of_that_month() {
        let members = [
            member("A", &[("2020-01-01", "")]),
            member("B", &[("2026-04-30", "")]),
            member("C", &[("2020-01-01", "2026-04-30")]),
        ];
        let subs = [sent("A", "2026-04-10T00:00:00Z", 0)];
        let of = |p| {
            variance::make(
                &Month {
                    due: if p == MAY { "2026-04-23" } else { "2026-01-22" }.parse().unwrap(),
                    ..month(p)
                },
                None,
                &members,
                &subs,
                &actual(&[("A", line(), 5), ("C", line(), 7)]),
            )
        };
        let months = [of(MAY.previous()), of(MAY)];
        let m = make(&months, &[false, false]);
        let row = |u: &str| m.rows.iter().find(|r| r.user == u).unwrap();
        assert_eq!(
            (row("A").standing.as_slice(), row("A").unforecast),
            ([Some(Standing::None), Some(Standing::Given)].as_slice(), 1)
        );
        assert_eq!(
            row("B").standing,
            [Some(Standing::NotYetUser), Some(Standing::NotYetUser)],
            "joined after both due days"
        );
        assert_eq!(row("C").standing, [Some(Standing::None), Some(Standing::Left)]);
        assert_eq!(
            (m.totals[&Standing::None].as_slice(), m.totals[&Standing::Left].as_slice()),
            ([Some(2), Some(0)].as_slice(), [Some(0), Some(1)].as_slice())
        );
        // A hidden month tells nothing, and is not counted in what is told.
        let m = make(&months, &[true, false]);
        let a = m.rows.iter().find(|r| r.user == "A").unwrap();
        assert_eq!(
            (a.standing.as_slice(), a.unforecast, m.totals[&Standing::None].as_slice()),
            ([None, Some(Standing::Given)].as_slice(), 0, [None, Some(0)].as_slice())
        );
    }
}
