//! `alert list` and `alert show`.

use super::{
    Times, Whose, covers, covers_json,
    filter::{Filter, check_limit},
    rows::{Places, Row, provenance},
    show::{deliveries, delivery_json, records_json},
    whose, words,
};
use crate::{
    answer::{Answer, Table, count},
    context::Context,
    error::{AppError, Result},
};
use northbound_ledger::{find::Wanted, schema};
use northbound_rules::RuleSet;
use northbound_types::{AlertState, Eui64, Region};
use serde_json::{Value, json};
use std::str::FromStr;

/// A device and its counter, by which an alert is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertId {
    /// The device that raised it.
    pub device: Eui64,
    /// The device's counter.
    pub counter: u64,
}

/// A text that names no alert.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} names no alert: write device:counter, such as 00-DB-12-34-56-78-90-A0:1775001624371"
)]
pub struct AlertIdError(String);

impl FromStr for AlertId {
    type Err = AlertIdError;
    fn from_str(text: &str) -> std::result::Result<AlertId, AlertIdError> {
        let bad = || AlertIdError(text.chars().take(80).collect());
        let (device, counter) = text.rsplit_once(':').ok_or_else(bad)?;
        Ok(AlertId {
            device: device.parse().map_err(|_| bad())?,
            counter: counter.parse().map_err(|_| bad())?,
        })
    }
}

/// Which alert to show.
#[derive(Debug, Clone, Copy)]
pub struct AlertPath {
    /// Device and counter.
    pub id: AlertId,
}

/// Which alerts to list.
#[derive(Debug, Clone, Default)]
pub struct AlertList {
    /// For this User.
    pub user: Option<Eui64>,
    /// Raised by this device.
    pub device: Option<Eui64>,
    /// Of these codes.
    pub code: Vec<String>,
    /// In these states.
    pub state: Vec<AlertState>,
    /// In these regions.
    pub region: Vec<Region>,
    /// Received from when to when.
    pub times: Times,
    /// Alerts to skip, from the newest.
    pub skip: u64,
    /// Most to list.
    pub limit: u64,
}

impl AlertList {
    fn filter(&self, whose: &Whose) -> Filter {
        let mut f = Filter { times: self.times, ..Filter::default() };
        f.whose("recipient", whose);
        if let Some(d) = self.device {
            f.eui("device", [d]);
        }
        f.word("code", self.code.iter().map(|c| c.to_ascii_uppercase()).collect());
        f.word("state", self.state.iter().map(ToString::to_string).collect());
        f.word("region", self.region.iter().map(ToString::to_string).collect());
        f
    }
}

/// What the service is asked: one question for each User where not all may be seen.
pub(super) fn queries(whose: &Whose, device: Option<Eui64>) -> Vec<String> {
    let device = device.map(|d| format!("device={d}")).unwrap_or_default();
    match whose {
        Whose::All => vec![device],
        Whose::Users(users) => users.iter().map(|u| format!("user={u}&{device}")).collect(),
    }
    .into_iter()
    .map(|q| q.trim_end_matches('&').to_owned())
    .collect()
}

/// Lists alerts, the newest first.
///
/// # Errors
/// Where the Actor may not see them, a User or device has none at all, or a place cannot be read.
pub fn list(ctx: &Context, asked: &AlertList) -> Result<Answer> {
    check_limit(asked.limit)?;
    let store = ctx.store()?;
    let whose = whose(ctx, &store, asked.user)?;
    let places = Places::ask(ctx, &queries(&whose, asked.device))?;
    let filter = asked.filter(&whose);
    let (rows, all) = places.page(schema::Table::Alerts, &filter, asked.skip, asked.limit)?;
    let mut said = None;
    if all == 0 {
        let bare = AlertList { user: asked.user, device: asked.device, ..AlertList::default() };
        let (_, others) = places.page(schema::Table::Alerts, &bare.filter(&whose), 0, 1)?;
        let named = match (asked.user, asked.device) {
            (Some(u), Some(d)) => format!(" of {d} for {u}"),
            (Some(u), None) => format!(" for {u}"),
            (None, Some(d)) => format!(" of {d}"),
            (None, None) => String::new(),
        };
        let covers = covers(&places.snapshot);
        if others == 0 && !named.is_empty() {
            return Err(AppError::not_found(format!("there is no alert{named}; {covers}")));
        }
        said = Some(format!(
            "No alert{named} fulfils all conditions. Without them there are {}; {covers}.",
            count(others)
        ));
    }
    let next = asked.skip + rows.len() as u64;
    let more = all.saturating_sub(next);
    let mut a = Answer::new(json!({
        "alerts": rows.iter().map(document).collect::<Vec<Value>>(), "all": all,
        "next": (more > 0).then_some(next), "complete": !places.more,
        "service": places.service.json(), "covers": covers_json(&places.snapshot),
    }));
    a = match said {
        Some(said) => a.say(said),
        None => a.table(table(&rows, &ctx.rules()?)),
    };
    if more > 0 {
        a = a.then(format!("{} more: --skip {next}", count(more)));
    }
    if let Some(note) = places.service.note(&places.snapshot) {
        a = a.then(note);
    }
    Ok(a)
}

/// Shows an alert: what it says, when it was raised and received, and what was delivered to whom.
///
/// # Errors
/// Where there is no such alert, it is for a User of another party, or a place cannot be read.
pub fn show(ctx: &Context, asked: &AlertPath) -> Result<Answer> {
    let AlertId { device, counter } = asked.id;
    let store = ctx.store()?;
    let whose = whose(ctx, &store, None)?;
    let places = Places::ask(ctx, &queries(&whose, Some(device)))?;
    let wanted = Wanted::all(schema::Table::Alerts, super::MOST)
        .number("counter", [counter as i64])
        .number("device", [device.to_i64()]);
    let (mut rows, _) = places.records(wanted)?;
    let of_it = |r: &Row| {
        r.text("device") == device.to_string() && r.text("counter") == counter.to_string()
    };
    rows.retain(|r| of_it(r) && r.text("recipient").parse().is_ok_and(|u| whose.has(u)));
    rows.sort_by_key(|r| (r.gave_way(), std::cmp::Reverse(r.time("received"))));
    let Some(first) = rows.first() else {
        return Err(AppError::not_found(format!(
            "there is no such alert: {device}:{counter}; {}",
            covers(&places.snapshot)
        )));
    };
    let wanted = Wanted::all(schema::Table::Deliveries, super::MOST)
        .number("counter", [counter as i64])
        .number("originator", [device.to_i64()])
        .word("kind", ["alert"]);
    let (mut tried, _) = places.records(wanted)?;
    tried.retain(|d| {
        d.text("kind") == "alert"
            && d.text("originator") == device.to_string()
            && d.text("counter") == counter.to_string()
            && d.text("recipient").parse().is_ok_and(|u| whose.has(u))
    });
    tried.sort_by_key(|d| (d.time("attempted"), d.text("attempt").parse::<i64>().ok()));
    let rules = ctx.rules()?;
    let mut a = Answer::new(json!({
        "alert": format!("{device}:{counter}"), "device": device, "code": first.text("code"),
        "state": first.text("state"), "state_words": state_of(first), "records": records_json(&rows, &places),
        "deliveries": tried.iter().map(delivery_json).collect::<Vec<Value>>(),
        "service": places.service.json(), "covers": covers_json(&places.snapshot),
    }))
    .say(format!("Alert {device}:{counter}"))
    .say(words::code(&rules, first.text("code")))
    .say(format!("For {}: {}.", first.text("recipient"), state_of(first)))
    .table(records(&rows, &places));
    if !tried.is_empty() {
        a = a.table(deliveries(&tried, &rules));
    }
    match places.service.note(&places.snapshot) {
        Some(note) => Ok(a.then(note)),
        None => Ok(a),
    }
}

fn state_of(r: &Row) -> &str {
    match r.text("state").parse() {
        Ok(state) => words::alert_state(state),
        Err(_) => r.text("state"),
    }
}

fn records(rows: &[Row], places: &Places) -> Table {
    let mut t = Table::new(
        "Records of it",
        &[
            "raised (UTC)",
            "received (UTC)",
            "delivered (UTC)",
            "for",
            "code",
            "what became of it",
            "carried",
            "source",
        ],
    );
    for r in rows {
        t.row([
            r.text("raised").to_owned(),
            r.text("received").to_owned(),
            r.text("delivered").to_owned(),
            r.text("recipient").to_owned(),
            r.text("code").to_owned(),
            if r.gave_way() { "another record goes before it" } else { state_of(r) }.to_owned(),
            r.text("carried").to_owned(),
            provenance(r, &places.snapshot).0,
        ]);
    }
    t
}

fn document(r: &Row) -> Value {
    json!({
        "alert": format!("{}:{}", r.text("device"), r.text("counter")), "device": r.text("device"),
        "user": r.text("recipient"), "code": r.text("code"), "kind": r.text("alert_kind"), "state": r.text("state"),
        "state_words": state_of(r), "raised": r.columns.get("raised"), "received": r.columns.get("received"),
        "delivered": r.columns.get("delivered"), "region": r.text("region"),
        "carried": r.text("carried").parse::<i64>().unwrap_or(0), "committed": r.committed(),
    })
}

fn table(rows: &[Row], rules: &RuleSet) -> Table {
    let mut t = Table::new(
        "",
        &[
            "alert",
            "for",
            "code",
            "meaning",
            "region",
            "received (UTC)",
            "state",
            "delivered (UTC)",
        ],
    );
    for r in rows {
        let meaning = rules.codes().alert(r.text("code")).map_or("", |c| c.meaning.as_str());
        t.row([
            format!("{}:{}", r.text("device"), r.text("counter")),
            r.text("recipient").to_owned(),
            r.text("code").to_owned(),
            meaning.to_owned(),
            r.text("region").to_owned(),
            r.text("received").to_owned(),
            r.text("state").to_owned(),
            r.text("delivered").to_owned(),
        ]);
    }
    t
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_named_by_device_and_counter_in_either_case() {
        let id: AlertId = "00-db-12-34-56-78-90-a0:42".parse().unwrap();
        assert_eq!((id.device.to_string().as_str(), id.counter), ("00-DB-12-34-56-78-90-A0", 42));
        for bad in ["", "42", "00-DB-12-34-56-78-90-A0", "00-DB-12-34-56-78-90-A0:x"] {
            assert!(bad.parse::<AlertId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_service_is_asked_for_each_user_that_may_be_seen() {
        assert_eq!(queries(&Whose::All, None), [""]);
        let device = Some(Eui64(1));
        assert_eq!(queries(&Whose::All, device), ["device=00-00-00-00-00-00-00-01"]);
        let two = queries(&Whose::Users(vec![Eui64(2), Eui64(3)]), device);
        assert_eq!(two.len(), 2);
        assert!(two[1].starts_with("user=00-00-00-00-00-00-00-03&device="), "{two:?}");
    }
}
