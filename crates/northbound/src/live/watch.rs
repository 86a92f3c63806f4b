//! `status`, `top`, `tap`: observing the running service.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Format, Table, count},
    registers::text,
};
use clap::Args;
use northbound_app::requests::{self, RequestPath};
use northbound_client::control::{Client, Top};
use northbound_types::{Eui64, RequestId};
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

pub(crate) fn status(ctx: &Ctx) -> Result<Answer> {
    let status = Client::of(&ctx.data, &ctx.actor)?.get("/status")?;
    let mut t = Table::new("", &["what", "is"]);
    for (key, v) in status.as_object().into_iter().flatten() {
        let shown = match (v["since"].as_str(), v["attempts"].as_u64(), v["why"].as_str()) {
            (Some(since), Some(n), Some(why)) => format!("since {since}, {n} attempts: {why}"),
            _ => text(Some(v)),
        };
        t.row([key.replace('_', " "), shown]);
    }
    Ok(Answer::new(status).table(t))
}

/// Options of `top`.
#[derive(Debug, Clone, Args)]
pub(crate) struct TopArgs {
    /// Print once and exit
    #[arg(long)]
    once: bool,
    /// Seconds between updates
    #[arg(long, value_name = "S", default_value_t = 2)]
    every: u64,
}

pub(crate) fn top(args: &TopArgs, ctx: &Ctx) -> Result<Answer> {
    let client = Client::of(&ctx.data, &ctx.actor)?;
    let look = || -> Result<(Value, Top)> {
        let v = client.get("/top")?;
        let top = serde_json::from_value(v.clone())
            .map_err(|e| CliError::internal(format!("the service's answer: {e}")))?;
        Ok((v, top))
    };
    let (mut value, mut last) = look()?;
    if args.once {
        return Ok(activity(&last, None).with_json(value));
    }
    let mut since = Instant::now();
    loop {
        std::thread::sleep(Duration::from_secs(args.every.max(1)));
        let (v, now) = look()?;
        let answer = activity(&now, Some((&last, since.elapsed())));
        since = Instant::now();
        (value, last) = (v, now);
        // Home and clear: each update redraws the screen.
        if ctx.format == Format::Table {
            let _ = write!(io::stdout(), "\x1b[H\x1b[2J");
        }
        crate::output::print(&answer.with_json(value.clone()), ctx.format)?;
    }
}

/// Per second, rounded down, with two decimals.
fn rate(now: u64, before: u64, took: Duration) -> String {
    let per = u128::from(now.saturating_sub(before)) * 100_000 / took.as_millis().max(1);
    format!("{}.{:02}", per / 100, per % 100)
}

/// The activity of the service; with an earlier document, the rates since then too.
fn activity(t: &Top, before: Option<(&Top, Duration)>) -> Answer {
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

/// Options of `tap`.
#[derive(Debug, Clone, Args)]
pub(crate) struct TapArgs {
    /// Only for this request
    #[arg(long, value_name = "REQUESTID")]
    request: Option<RequestId>,
    /// Only for this device
    #[arg(long, value_name = "EUI")]
    device: Option<Eui64>,
    /// Only for this User
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// Stop after this many steps
    #[arg(long, value_name = "N")]
    count: Option<usize>,
}

pub(crate) fn tap(args: &TapArgs, ctx: &Ctx) -> Result<Answer> {
    let mut asked = Vec::new();
    if let Some(r) = args.request {
        asked.push(format!("request={r}"));
    }
    if let Some(d) = args.device {
        asked.push(format!("device={d}"));
    }
    if let Some(u) = args.user {
        asked.push(format!("user={u}"));
    }
    // Open before the request is looked up, so that no step between is lost.
    let lines = Client::of(&ctx.data, &ctx.actor)?.lines(&format!("/tap?{}", asked.join("&")))?;
    if let Some(id) = args.request {
        match requests::is_over(ctx, id)? {
            Some(true) => return known(ctx, id),
            Some(false) => {}
            None => eprint_line("no such request yet; waiting for it (Ctrl-C ends)"),
        }
    }
    let mut out = io::stdout().lock();
    let mut seen = 0;
    for line in lines {
        let line = line.map_err(|e| CliError::internal(format!("the service's answer: {e}")))?;
        let settled = is_settled(&line);
        let printed = if ctx.format == Format::Json { line } else { step(&line) };
        // A closed output is no error.
        if writeln!(out, "{printed}").and_then(|()| out.flush()).is_err() {
            break;
        }
        seen += 1;
        if args.count == Some(seen) {
            break;
        }
        if let Some(id) = args.request.filter(|_| settled)
            && requests::is_over(ctx, id)? == Some(true)
        {
            drop(out);
            return known(ctx, id);
        }
    }
    Ok(Answer::raw(""))
}

/// What is known of a request that is over.
fn known(ctx: &Ctx, id: RequestId) -> Result<Answer> {
    requests::show(ctx, &RequestPath { id, instance: None, limit: 20 })
}

fn is_settled(line: &str) -> bool {
    serde_json::from_str(line).is_ok_and(|v: Value| v["step"] == "settled")
}

/// A closed standard error is no error.
fn eprint_line(text: &str) {
    let _ = writeln!(io::stderr(), "northbound: {text}");
}

fn step(line: &str) -> String {
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
