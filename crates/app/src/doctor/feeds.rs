//! Feeds whose data did not come on the days on which their calendar expects it.

use super::{Check, State};
use crate::{context::Context, error::Result, evidence};
use northbound_measures::inputs::FeedCoverage;
use northbound_packs::evidence::{Scope, feeds};
use northbound_types::{Day, Period};
use std::collections::BTreeMap;

/// One check a feed, over this month and the one before it.
pub(super) fn check(ctx: &Context) -> Vec<Check> {
    match coverage(ctx) {
        Ok(found) if found.is_empty() => vec![Check::of(
            State::Warning,
            "feeds",
            "no feed is declared, so a file that does not come is not noticed",
            "declare them: northbound feed add --help",
        )],
        Ok(found) => found.into_values().map(|f| of(&f)).collect(),
        Err(e) => vec![Check::of(
            State::Fault,
            "feeds",
            format!("cannot be judged: {e}"),
            "mend what the other checks name first",
        )],
    }
}

/// What each feed owed and brought, by its name.
fn coverage(ctx: &Context) -> Result<BTreeMap<String, FeedCoverage>> {
    let month = ctx.as_at.unwrap_or(ctx.now).day().month();
    evidence::with_sources(ctx, |sources| {
        let mut found: BTreeMap<String, FeedCoverage> = BTreeMap::new();
        for period in [month.previous(), month] {
            let scope = Scope { as_at: ctx.as_at, ..Scope::of(period, ctx.now) };
            for mut one in feeds(sources, &scope)? {
                within(&mut one, period);
                match found.get_mut(&one.feed) {
                    Some(all) => {
                        all.expected.extend(one.expected);
                        all.observed.extend(one.observed);
                    }
                    None => {
                        found.insert(one.feed.clone(), one);
                    }
                }
            }
        }
        Ok(found)
    })
}

/// Only the days of the period: measures may look further back.
fn within(one: &mut FeedCoverage, period: Period) {
    one.expected.retain(|d| period.contains(*d));
    one.observed.retain(|d| period.contains(*d));
}

fn of(f: &FeedCoverage) -> Check {
    let missing: Vec<Day> = f.expected.difference(&f.observed).copied().collect();
    let (due, name) = (f.expected.len(), &f.feed);
    if due == 0 {
        return Check::well("feeds", format!("{name}: nothing was due this month or last"));
    }
    let Some(first) = missing.first() else {
        return Check::well("feeds", format!("{name}: all that was due came ({due} days)"));
    };
    // Silent: nothing has come since the last day on which something did.
    let last = f.observed.last();
    let silent = f.expected.last().is_some_and(|d| !f.observed.contains(d));
    let since = match (silent, last) {
        (true, Some(last)) => format!(", silent since {last}"),
        (true, None) => ", nothing came".to_owned(),
        (false, _) => String::new(),
    };
    Check::of(
        State::Warning,
        "feeds",
        format!(
            "{name}: {} of {due} days due are missing, the first is {first}{since}",
            missing.len()
        ),
        f.owner.as_ref().map_or_else(String::new, |o| format!("ask {o} for them")),
    )
}
