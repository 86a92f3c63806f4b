//! Forecasts of traffic against what came (R8, R9, R10, F1, F2, F4, G3, X4).
//!
//! Pure: submissions, roles, actuals and the rules' terms go in; nothing here asks a register or a
//! clock. What is known of each rule is described in `docs/forecasts.md`.

pub mod bounds;
pub mod grouped;
pub mod matrix;
pub mod notice;
pub mod own;
pub mod pseudonym;
pub mod skill;
pub mod standing;
pub mod suppress;
pub mod variance;

#[cfg(test)]
pub(crate) mod sample;

use crate::evaluate::coverage::Reliability;
use northbound_types::{Day, Period, Ratio, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is forecast: a Service Reference Variant in a mode, or a way to ask for certificates
/// (`single`, `batched`), which has no mode.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Line {
    /// SRV such as `4.1.1`; `single` or `batched` for certificate requests.
    pub srv: String,
    /// Mode; empty for certificate requests.
    pub mode: String,
}

impl Line {
    /// From its parts.
    #[must_use]
    pub fn new(srv: &str, mode: &str) -> Line {
        Line { srv: srv.to_owned(), mode: mode.to_owned() }
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.mode.is_empty() {
            write!(f, "{}", self.srv)
        } else {
            write!(f, "{} {}", self.srv, self.mode)
        }
    }
}

/// Counts by line.
pub type Counts = BTreeMap<Line, i64>;

/// One forecast as it was submitted. It is whole for each month that it names: a line that it does
/// not name in such a month has no forecast, which is not a forecast of zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// Id in the register.
    pub id: String,
    /// The User's EUI.
    pub user: String,
    /// When it was submitted.
    pub made: Utc,
    /// Counts by month and line; none below zero.
    pub months: BTreeMap<Period, Counts>,
}

/// A User as the variance sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// EUI.
    pub user: String,
    /// Party.
    pub party: String,
    /// Category of the party, such as `large-supplier`.
    pub class: String,
    /// When it was a User: first and last day, both inclusive.
    pub held: Vec<(Day, Option<Day>)>,
}

impl Member {
    /// Was it a User on the day?
    #[must_use]
    pub fn on(&self, day: Day) -> bool {
        self.held.iter().any(|(a, b)| *a <= day && b.is_none_or(|b| day <= b))
    }
}

/// What was asked for in a month.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Actual {
    /// `false` where nothing tells of the month: its counts are then unknown, not zero.
    pub known: bool,
    /// `true` where a line without a count is a count of zero (a ledger); `false` where it was just
    /// not reported (a file of totals).
    pub whole: bool,
    /// What counts of messages rest on. Where it does not hold they are not known, and it says why.
    pub ground: Reliability,
    /// By User and line; corrections are in, so a count may be negative.
    pub counts: BTreeMap<String, Counts>,
}

impl Actual {
    /// Can its counts be used?
    #[must_use]
    pub fn holds(&self) -> bool {
        self.known && self.ground.null.is_none()
    }
    /// The count of a line.
    #[must_use]
    pub fn of(&self, user: &str, line: &Line) -> Option<i64> {
        let held = self.counts.get(user).and_then(|c| c.get(line)).copied();
        if !self.holds() {
            return None;
        }
        held.or_else(|| self.whole.then_some(0))
    }
    /// The lines of a User.
    pub fn lines(&self, user: &str) -> impl Iterator<Item = &Line> {
        self.counts.get(user).into_iter().flat_map(BTreeMap::keys)
    }
    /// The total of a User.
    #[must_use]
    pub fn total(&self, user: &str) -> Option<i64> {
        if !self.holds() {
            return None;
        }
        match self.counts.get(user) {
            Some(c) => sum(c.values().copied()),
            None => self.whole.then_some(0),
        }
    }
}

/// Adds counts up; `None` where the sum has no room in 64 bits.
pub(crate) fn sum(counts: impl IntoIterator<Item = i64>) -> Option<i64> {
    i64::try_from(counts.into_iter().map(i128::from).sum::<i128>()).ok()
}

/// Actuals by month.
pub type Actuals = BTreeMap<Period, Actual>;

/// What the rules say of one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// The month.
    pub period: Period,
    /// The last day on which a forecast for it was in time: the newest due day before it begins.
    pub due: Day,
    /// By when each User is told its actuals against its forecast.
    pub report_due: Day,
    /// Does a forecast submitted during the month count for it?
    pub during_counts: bool,
    /// Are forecasts asked for at all? Not where Users only give notice of exceptional demand.
    pub asked_for: bool,
    /// At or below this share of the forecast the row is flagged.
    pub low: Ratio,
    /// At or above this share of the forecast the row is flagged.
    pub high: Ratio,
    /// Counts of Users from 1 to below this are not shown by class.
    pub small_below: u64,
    /// Remarks on the month, such as a pandemic.
    pub annotations: Vec<String>,
}
