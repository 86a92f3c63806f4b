//! What the running service does now, as `top` shows it.

use crate::{
    answer::{Answer, Table, count},
    registers::view::text,
};
use northbound_client::control::Top;
use serde_json::{Value, json};
use std::time::Duration;

/// Per second, rounded down, with two decimals.
fn rate(now: u64, before: u64, took: Duration) -> String {
    let per = u128::from(now.saturating_sub(before)) * 100_000 / took.as_millis().max(1);
    format!("{}.{:02}", per / 100, per % 100)
}

/// The activity of the service; with an earlier document, the rates since then too.
#[must_use]
pub fn shown(t: &Top, before: Option<(&Top, Duration)>) -> Answer {
    let suspended = if t.suspended { ": THE DISK FAILS; requests are rejected" } else { "" };
    Answer::new(json!({}))
        .say(format!("{}{suspended}", t.at))
        .table(totals(t, before))
        .table(regions(t))
        .table(current(t))
}

/// Counts since the journal began.
fn totals(t: &Top, before: Option<(&Top, Duration)>) -> Table {
    let mut table = Table::new("", &["what", ">ever", ">a second"]);
    let mut row = |what: &str, of: fn(&Top) -> u64| {
        table.row([
            what.to_owned(),
            count(of(t)),
            before.map(|(b, took)| rate(of(t), of(b), took)).unwrap_or_default(),
        ])
    };
    row("inputs", |t| t.inputs);
    row("requests and runs entered", |t| t.entered);
    row("refused", |t| t.refused);
    row("messages without a verified sender", |t| t.unverified);
    row("Commands sent", |t| t.dispatched);
    row("responses", |t| t.answers);
    row("responses after time-out", |t| t.late_answers);
    row("alerts", |t| t.alerts[0]);
    row("alerts forwarded", |t| t.alerts[1]);
    row("alerts consolidated", |t| t.alerts[2]);
    row("messages to Users", |t| t.deliveries[0]);
    row("delivery attempts", |t| t.deliveries[1]);
    row("delivered", |t| t.deliveries[2]);
    row("parked", |t| t.deliveries[3]);
    table
}

fn regions(t: &Top) -> Table {
    let mut table = Table::new(
        "Regions",
        &["region", ">in flight", "queued by class", "timed out by class, in total"],
    );
    for r in &t.regions {
        let queued =
            r.queued.iter().map(|(c, n)| format!("{c} {n}")).collect::<Vec<_>>().join(", ");
        let timed_out =
            r.timed_out.iter().map(|(c, n)| format!("{c} {n}")).collect::<Vec<_>>().join(", ");
        table.row([
            format!("{}{}", r.region, if r.paused { " (paused)" } else { "" }),
            count(r.in_flight.into()),
            queued,
            timed_out,
        ]);
    }
    table
}

fn current(t: &Top) -> Table {
    let mut table = Table::new("Now", &["what", ">is"]);
    for (what, n) in [
        ("held in quarantine", t.held as u64),
        ("waiting for a time or predecessor", u64::try_from(t.waiting).unwrap_or(0)),
        ("exchanges open", t.open as u64),
        ("not accepted by Users", t.undelivered as u64),
        ("alert storms", t.storms as u64),
        ("rows waiting for the ledger", t.ledger_waiting),
        ("Users", t.users as u64),
        ("devices", t.devices as u64),
    ] {
        table.row([what.to_owned(), count(n)]);
    }
    for (user, n) in &t.undelivered_by_user {
        table.row([format!("not accepted by {user}"), count(*n as u64)]);
    }
    table
}

/// The state of the service, key by key.
#[must_use]
pub fn status(status: &Value) -> Table {
    let mut t = Table::new("", &["what", "is"]);
    for (key, v) in status.as_object().into_iter().flatten() {
        let shown = match (v["since"].as_str(), v["attempts"].as_u64(), v["why"].as_str()) {
            (Some(since), Some(n), Some(why)) => format!("since {since}, {n} attempts: {why}"),
            _ => text(Some(v)),
        };
        t.row([key.replace('_', " "), shown]);
    }
    t
}

/// Does this step end a request?
#[must_use]
pub fn is_settled(line: &str) -> bool {
    serde_json::from_str(line).is_ok_and(|v: Value| v["step"] == "settled")
}

/// A step as `tap` prints it for people.
#[must_use]
pub fn step(line: &str) -> String {
    let v: Value = serde_json::from_str(line).unwrap_or(Value::Null);
    let of = |key: &str| text(v.get(key));
    if of("step") == "lost" {
        return format!("… {} steps were not shown: too many at once", of("lines"));
    }
    let who = if of("request").is_empty() {
        [("device", of("device")), ("User", of("user"))]
            .into_iter()
            .filter(|(_, v)| !v.is_empty())
            .map(|(k, v)| format!("{k} {v}"))
            .collect::<Vec<_>>()
            .join(" ")
    } else {
        of("request")
    };
    format!("{:<27} {:<13} {who}  {}", of("at"), of("step"), of("detail")).trim_end().to_owned()
}
