//! What follows from an action and a day, and is never typed: overdue, slipped, owner differs.

use super::model::{Action, ActionStatus};
use northbound_types::{Day, Period};
use serde::Serialize;

/// Most words before ` to ` that are read as the one who is to do it.
const OWNER_WORDS: usize = 3;

/// What follows from an action on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Flags {
    /// Is it to be done, or waiting to be accepted?
    pub open: bool,
    /// The latest target date stated by that day; null where none is.
    pub due: Option<Day>,
    /// Open, and the latest stated target is on that day or before it: no later date was set (X5).
    pub overdue: bool,
    /// Open, and no date was ever stated (X7).
    pub no_date: bool,
    /// How often the target moved to a later date.
    pub slips: usize,
    /// By how many days in all.
    pub slipped_days: i32,
    /// Who the text says is to do it, where that is not its owner (X6); empty otherwise.
    pub owner_differs: String,
    /// A group owns it and no person is named (C5).
    pub asks_for_lead: bool,
    /// Open, with a target that is no date.
    pub implied: String,
    /// Months of a recurring action, up to that day, of which nothing was received (A4).
    pub missing: Vec<Period>,
}

/// What follows from an action on a day. `group_owned`: is its owner a group rather than one
/// organisation? `aliases`: other names of its owner, such as the full name of the body.
#[must_use]
pub fn flags(action: &Action, day: Day, group_owned: bool, aliases: &[&str]) -> Flags {
    let open = action.status.is_open();
    let stated: Vec<Day> =
        action.steps().iter().filter(|d| d.set_on <= day).filter_map(|d| d.target).collect();
    let due = stated.last().copied();
    let moved = stated.windows(2).filter(|w| w[1] > w[0]);
    let (slips, slipped_days) =
        moved.fold((0, 0), |(n, days), w| (n + 1, days + (w[1].0 - w[0].0)));
    let named = if action.owner_in_text.is_empty() {
        owner_named_in(&action.text).unwrap_or_default()
    } else {
        &action.owner_in_text
    };
    let is_owner = |name: &str| {
        std::iter::once(action.owner.as_str()).chain(aliases.iter().copied()).any(|o| same(o, name))
    };
    Flags {
        open,
        due,
        overdue: open && due.is_some_and(|d| d <= day),
        no_date: open && due.is_none(),
        slips,
        slipped_days,
        owner_differs: if named.is_empty() || is_owner(named) {
            String::new()
        } else {
            named.to_owned()
        },
        asks_for_lead: open && group_owned && action.lead.is_none(),
        implied: if open { action.implied.clone() } else { String::new() },
        missing: if open { missing(action, day) } else { Vec::new() },
    }
}

impl Flags {
    /// In words, the most urgent first: `overdue, no date`, `slipped once by 35 days`.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let mut out = Vec::new();
        if self.overdue {
            out.push("overdue, no date".to_owned());
        }
        if self.no_date {
            out.push("no date".to_owned());
        }
        if !self.implied.is_empty() {
            out.push(format!("implied: {}", self.implied));
        }
        if self.slips > 0 {
            let times =
                if self.slips == 1 { "once".to_owned() } else { format!("{} times", self.slips) };
            out.push(format!("slipped {times} by {} days", self.slipped_days));
        }
        if !self.owner_differs.is_empty() {
            out.push(format!("owner differs from text ({})", self.owner_differs));
        }
        if self.asks_for_lead {
            out.push("a group owns it: name a lead".to_owned());
        }
        if !self.missing.is_empty() {
            let months: Vec<String> = self.missing.iter().map(Period::to_string).collect();
            out.push(format!("nothing received for {}", months.join(", ")));
        }
        out
    }
}

/// Months from the first to the last, or to the month of `day`, of which nothing was received by `day`.
fn missing(action: &Action, day: Day) -> Vec<Period> {
    let Some(r) = &action.recurrence else { return Vec::new() };
    let mut out = Vec::new();
    let mut month = r.first;
    while month.first() <= day && r.last.is_none_or(|last| month <= last) {
        if !r.received.iter().any(|i| i.period == month && i.on <= day) {
            out.push(month);
        }
        month = month.next();
    }
    out
}

/// Who a text says is to do it: the words before ` to `, where they are few and begin with a capital.
#[must_use]
pub fn owner_named_in(text: &str) -> Option<&str> {
    let (who, _) = text.trim_start().split_once(" to ")?;
    let few = who.split_whitespace().count() <= OWNER_WORDS;
    // A name has a capital in each word; "Agree to" and "Report to" are verbs.
    let name = who
        .split_whitespace()
        .all(|w| w.chars().next().is_some_and(char::is_uppercase) && is_a_name(w));
    (few && name && !who.is_empty()).then_some(who)
}

/// Acronyms, and capitalised words of a name that is longer than one word, count as names; a single word
/// in ordinary spelling (`Agree`) does not.
fn is_a_name(word: &str) -> bool {
    let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
    letters.len() >= 2 && letters.iter().filter(|c| c.is_uppercase()).count() >= 2
        || matches!(word, "The" | "Panel" | "Group" | "Secretariat" | "Chair" | "Board" | "Members")
}

/// The same name, whatever the case, an article and the plural.
fn same(a: &str, b: &str) -> bool {
    let plain = |t: &str| {
        let t = t.trim().to_lowercase();
        t.strip_prefix("the ").unwrap_or(&t).to_owned()
    };
    plain(a) == plain(b)
}

/// The order in which actions need doing: overdue first, the oldest first; then those without a date; then by
/// date; then those that are not open.
#[must_use]
pub fn by_need(a: (&Action, &Flags), b: (&Action, &Flags)) -> std::cmp::Ordering {
    let rank = |f: &Flags| match (f.open, f.overdue, f.no_date) {
        (false, ..) => 3,
        (_, true, _) => 0,
        (_, _, true) => 1,
        _ => 2,
    };
    let claimed = |x: &Action| x.status == ActionStatus::ClaimedDone;
    (rank(a.1), a.1.due, claimed(a.0), &a.0.canonical, a.0.record_id()).cmp(&(
        rank(b.1),
        b.1.due,
        claimed(b.0),
        &b.0.canonical,
        b.0.record_id(),
    ))
}
