//! Actions in the order in which they need doing.

use super::{Owner, owners};
use crate::{Answer, Context, Result, Table, answer::count};
use northbound_registers::{
    Gate, Query, Stored,
    records::oversight::actions::{Action, ActionStatus, Flags, by_need, flags},
};
use northbound_types::Day;
use serde_json::{Value, json};

/// Which actions.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those that are overdue.
    pub overdue: bool,
    /// Only those to be done or accepted.
    pub open: bool,
    /// Only of this owner.
    pub owner: Option<String>,
    /// Only open ones with a target on or before this day.
    pub due_by: Option<Day>,
    /// Only of this series of meetings.
    pub series: Option<String>,
    /// Only where topic or text has these words.
    pub topic: Option<String>,
    /// Only in this state.
    pub status: Option<ActionStatus>,
    /// Withdrawn ones, too.
    pub withdrawn: bool,
}

/// An action with what follows from it on a day.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The record.
    pub stored: Stored<Action>,
    /// What follows.
    pub flags: Flags,
}

/// The actions of a filter on a day, in the order in which they need doing.
///
/// # Errors
/// Where the registers cannot be read.
pub fn standings(
    ctx: &Context,
    gate: &Gate<'_>,
    day: Day,
    filter: &Filter,
) -> Result<Vec<Standing>> {
    let query = Query { withdrawn: filter.withdrawn, as_at: ctx.as_at(), ..Query::default() };
    let all = owners(gate, ctx.as_at())?;
    let mut out: Vec<Standing> = gate
        .list::<Action>(&query)?
        .into_iter()
        .map(|stored| Standing { flags: on_day(&stored.record, day, &all), stored })
        .filter(|s| passes(s, filter, &all))
        .collect();
    out.sort_by(|a, b| by_need((&a.stored.record, &a.flags), (&b.stored.record, &b.flags)));
    Ok(out)
}

pub(super) fn on_day(action: &Action, day: Day, all: &[Owner]) -> Flags {
    let owner = all.iter().find(|o| o.id == action.owner);
    let alias: Vec<&str> = owner.iter().map(|o| o.name.as_str()).collect();
    flags(action, day, owner.is_some_and(|o| o.group), &alias)
}

fn passes(s: &Standing, f: &Filter, all: &[Owner]) -> bool {
    let a = &s.stored.record;
    let owned = |given: &String| {
        a.owner.eq_ignore_ascii_case(given) || all.iter().any(|o| o.id == a.owner && o.is(given))
    };
    let about = |words: &String| {
        let words = words.to_lowercase();
        a.topic.to_lowercase().contains(&words) || a.text.to_lowercase().contains(&words)
    };
    (!f.overdue || s.flags.overdue)
        && (!f.open || s.flags.open)
        && f.owner.as_ref().is_none_or(owned)
        && f.due_by.is_none_or(|day| s.flags.open && s.flags.due.is_some_and(|d| d <= day))
        && f.series.as_ref().is_none_or(|g| a.series.eq_ignore_ascii_case(g))
        && f.topic.as_ref().is_none_or(about)
        && f.status.is_none_or(|g| a.status == g)
}

impl Standing {
    /// With the days of the oldest overdue target.
    #[must_use]
    pub fn words(&self) -> String {
        self.flags.words().join("; ")
    }

    pub(super) fn json(&self) -> Value {
        let mut out = json!(self.stored);
        out["label"] = json!(self.stored.record.label());
        out["flags"] = json!(self.flags);
        out["words"] = json!(self.flags.words());
        out
    }
}

/// The register as people read it.
///
/// # Errors
/// Where the registers cannot be read.
pub fn list(ctx: &Context, filter: &Filter) -> Result<Answer> {
    let store = ctx.store()?;
    let day = ctx.as_at.unwrap_or(ctx.now).day();
    let found = standings(ctx, &ctx.gate(&store), day, filter)?;
    let mut t =
        Table::new("", &["action", "owner", "due", "status", "what to see to", "text", "topic"]);
    for s in &found {
        let a = &s.stored.record;
        let due = s.flags.due.map_or_else(String::new, |d| d.to_string());
        t.row([
            a.label(),
            a.owner.clone(),
            due,
            a.status.to_string(),
            s.words(),
            a.text.clone(),
            a.topic.clone(),
        ]);
    }
    let number = |n: usize| count(n as u64);
    let open = found.iter().filter(|s| s.flags.open).count();
    let overdue = found.iter().filter(|s| s.flags.overdue).count();
    let undated = found.iter().filter(|s| s.flags.no_date).count();
    let json = json!({
        "records": found.iter().map(Standing::json).collect::<Vec<_>>(), "on": day,
        "open": open, "overdue": overdue, "without_a_date": undated,
    });
    Ok(Answer::new(json).table(t).then(format!(
        "{} actions on {day}: {} open, of which {} overdue and {} without a date.",
        number(found.len()),
        number(open),
        number(overdue),
        number(undated)
    )))
}
