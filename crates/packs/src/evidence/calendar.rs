//! Days on which each feed was due and days on which it came. The feed's calendar says what was due; a feed
//! that falls silent stays due.

use super::{Known, messages::Messages, registered::Registered};
use crate::PackError;
use northbound_ledger::manifest::Manifest;
use northbound_measures::inputs::FeedCoverage;
use northbound_registers::records::data::feeds::{Expected, Feed};
use northbound_registers::records::data::sources::SourceFile;
use northbound_rules::RuleSet;
use northbound_types::{Day, Dim, Period, Utc, workdays::Calendar};
use std::collections::{BTreeMap, BTreeSet};

/// The coverage of every feed over all days that the measures of a period look at.
pub(super) fn coverage(
    known: &Known,
    messages: &Messages,
    period: Period,
) -> Result<Vec<FeedCoverage>, PackError> {
    let days = days_with_rows(messages);
    let came = |feed: &Feed, d: Day| {
        let rows = days.get(feed.id.as_str());
        match feed.calendar {
            Expected::Monthly => monthly(known, feed, rows, d.month()),
            Expected::Daily | Expected::WorkingDays | Expected::Days => {
                rows.is_some_and(|r| r.contains(&d))
                    || register_days(&known.registered, feed).contains(&d)
            }
        }
    };
    let reach = super::reach(&known.rules, period);
    of_feeds(&known.registered.feeds, &known.rules, known.as_at, reach, &came)
}

/// The coverage of feeds over days; `came` says whether a feed's data of a due day arrived.
pub(super) fn of_feeds(
    feeds: &[Feed],
    rules: &RuleSet,
    as_at: Utc,
    (first, after): (Day, Day),
    came: &dyn Fn(&Feed, Day) -> bool,
) -> Result<Vec<FeedCoverage>, PackError> {
    let mut out = Vec::new();
    for feed in feeds {
        let calendar = match feed.calendar {
            Expected::WorkingDays => rules.calendar_on(first)?.clone(),
            Expected::Daily | Expected::Monthly | Expected::Days => {
                Calendar { id: String::new(), holidays: BTreeSet::new() }
            }
        };
        // A day that has not ended by then cannot be missing, nor can the report of such a month.
        let due = |d: &Day| {
            if feed.calendar == Expected::Monthly {
                d.month().after().start() <= as_at
            } else {
                d.end() <= as_at
            }
        };
        let expected: BTreeSet<Day> =
            feed.expected(first, after, &calendar).into_iter().filter(due).collect();
        let observed = expected.iter().copied().filter(|&d| came(feed, d)).collect();
        out.push(FeedCoverage {
            feed: feed.id.clone(),
            provider: feed.provider.clone(),
            region: feed.region,
            carries: feed.brings.clone(),
            measures: feed.measures.clone(),
            expected,
            observed,
            owner: Some(feed.owner.clone()),
        });
    }
    Ok(out)
}

/// Days with messages, alerts or payloads, by feed.
fn days_with_rows(messages: &Messages) -> BTreeMap<String, BTreeSet<Day>> {
    let mut out = messages.feed_days.clone();
    for row in messages.cells.by(&[Dim::Feed, Dim::Day]).rows {
        let [feed, day] = row.keys.as_slice() else { continue };
        if let Ok(day) = day.parse() {
            out.entry(feed.to_string()).or_default().insert(day);
        }
    }
    out
}

/// Days on which what the feed brings into the registers has rows.
fn register_days(r: &Registered, feed: &Feed) -> BTreeSet<Day> {
    let (brings, mine) = (
        |what: &str| feed.brings.iter().any(|b| b == what),
        |provider: &str| feed.provider.as_deref().is_none_or(|p| p == provider),
    );
    let mut days = BTreeSet::new();
    if brings("hubs") {
        days.extend(r.hubs.iter().filter(|h| mine(&h.provider)).map(|h| h.installed));
    }
    if brings("population") {
        days.extend(r.population.iter().map(|p| p.day));
    }
    if brings("incidents") {
        days.extend(r.incidents.iter().map(|i| i.moment().day()));
    }
    if brings("services") {
        days.extend(r.services.iter().map(|s| s.from.day()));
    }
    days
}

/// Did the feed report for a month? Rows of the month say so, figures of the month, or a file of the
/// feed that came when the month was over: a month without an outage has no rows.
fn monthly(known: &Known, feed: &Feed, rows: Option<&BTreeSet<Day>>, month: Period) -> bool {
    let within = |d: &Day| month.contains(*d);
    let figures = || {
        feed.brings.iter().any(|b| b == "figures") && known.stated.iter().any(|s| s.period == month)
    };
    let file = || {
        reported(&known.snapshot.root.manifest, &known.registered.sources, known.as_at, feed, month)
    };
    rows.is_some_and(|r| r.iter().any(within))
        || register_days(&known.registered, feed).iter().any(within)
        || figures()
        || file()
}

/// Did a file of the feed come when the month was over, in the month after?
pub(super) fn reported(
    m: &Manifest,
    sources: &[(Utc, SourceFile)],
    as_at: Utc,
    feed: &Feed,
    month: Period,
) -> bool {
    let window = (month.after().start(), month.next().after().start());
    let gone = |id: i64| m.retracted.iter().any(|r| r.source == id && r.at <= as_at);
    let came = |t| t >= window.0 && t < window.1 && t <= as_at;
    sources.iter().any(|(known, s)| s.feed == feed.id && came(*known))
        || m.sources.iter().any(|s| s.feed == feed.id && came(s.known) && !gone(s.id))
}
