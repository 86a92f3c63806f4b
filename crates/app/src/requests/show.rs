//! `request show`: what became of one request, step by step.

use super::{
    covers, covers_json,
    list::{document, id_of, state_of, table},
    rows::{Columns, Origin, Places, Row, provenance},
    whose, words,
};
use crate::{
    answer::{Answer, Measured, Table, count},
    context::Context,
    error::{AppError, Kind, Result},
};
use northbound_ledger::{find::Wanted, judge::RulesJudge, schema};
use northbound_rules::RuleSet;
use northbound_types::{Leg, RequestId, RequestState, Utc};
use serde_json::{Value, json};
use std::{cmp::Reverse, collections::BTreeMap};

/// Which request to show.
#[derive(Debug, Clone)]
pub struct RequestPath {
    /// Its id.
    pub id: RequestId,
    /// Only this instance: one run of a schedule, one device of a list.
    pub instance: Option<i64>,
    /// Most exchanges to show with their path; the others are listed.
    pub limit: u64,
}

/// The exchanges of a request with more than this many are listed, not shown one by one.
const PATHS: usize = 3;

/// One exchange: the record that counts first, then the others of the same message.
struct Exchange {
    rows: Vec<Row>,
    deliveries: Vec<Row>,
}

impl Exchange {
    fn first(&self) -> &Row {
        &self.rows[0]
    }
}

/// Everything that is known of one request.
struct Request {
    places: Places,
    exchanges: Vec<Exchange>,
    /// Exchanges beyond the limit.
    more: u64,
}

/// Shows the path of a request.
///
/// # Errors
/// [`Kind::NotFound`] where neither ledger nor service has it, [`Kind::Refused`] where it is of a User of
/// another party; where a place cannot be read.
pub fn show(ctx: &Context, asked: &RequestPath) -> Result<Answer> {
    super::filter::check_limit(asked.limit)?;
    let store = ctx.store()?;
    whose(ctx, &store, Some(asked.id.originator))?;
    let found = find(ctx, asked)?;
    let rules = ctx.rules()?;
    let judge = RulesJudge::new(&rules, &ctx.confirmed(&store)?);
    let shown: Vec<Value> =
        found.exchanges.iter().map(|e| exchange_json(e, &found.places, &rules, &judge)).collect();
    let mut a = Answer::new(json!({
        "request": asked.id.to_string(), "user": asked.id.originator, "device": asked.id.target,
        "exchanges": shown, "more": found.more, "over": over(&found.exchanges),
        "service": found.places.service.json(), "covers": covers_json(&found.places.snapshot),
    }))
    .say(format!("Request {}", asked.id));
    if found.exchanges.len() > PATHS {
        let rows: Vec<Row> = found.exchanges.iter().map(|e| e.first().clone()).collect();
        let mut t = Table::new("Exchanges", &["instance"]);
        let listed = table(&rows, &judge);
        t.columns.extend(listed.columns.into_iter().skip(1));
        for (r, line) in rows.iter().zip(listed.rows) {
            let instance = std::iter::once(r.text("instance").to_owned());
            t.rows.push(instance.chain(line.into_iter().skip(1)).collect());
        }
        a = a.table(t).then("One of them with its path: --instance N");
    } else {
        for e in &found.exchanges {
            a = path(a, e, &found.places, &rules, &judge);
        }
    }
    if found.more > 0 {
        a = a.then(format!("{} more, older: --limit N shows more", count(found.more)));
    }
    match found.places.service.note(&found.places.snapshot) {
        Some(note) => Ok(a.then(note)),
        None => Ok(a),
    }
}

/// Whether nothing more will happen to a request, as far as is known: it is in the ledger or the service, and
/// none of its exchanges can still change. `None` where neither has it.
///
/// # Errors
/// Where a place cannot be read.
pub fn is_over(ctx: &Context, id: RequestId) -> Result<Option<bool>> {
    match find(ctx, &RequestPath { id, instance: None, limit: 1 }) {
        Ok(found) => Ok(Some(over(&found.exchanges))),
        Err(e) if e.kind() == Kind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// A Pre-Command that was returned is not the end: the signed request comes under the same id.
fn over(exchanges: &[Exchange]) -> bool {
    let transform = Leg::Transform.as_str();
    let last = exchanges.first().map(Exchange::first);
    let returned = last.is_some_and(|r| {
        r.text("leg") == transform && r.text("state") == RequestState::AnsweredSuccess.as_str()
    });
    !returned
        && exchanges.iter().all(|e| match e.first().origin {
            Origin::Service(settled) => settled,
            Origin::Ledger(ref r) => !r.open,
        })
}

fn find(ctx: &Context, asked: &RequestPath) -> Result<Request> {
    let id = asked.id;
    let places = Places::ask(ctx, &[format!("request={id}")])?;
    let of_id = |w: Wanted| {
        w.number("counter", [id.counter as i64])
            .number("target", [id.target.to_i64()])
            .number("originator", [id.originator.to_i64()])
    };
    let mut wanted =
        of_id(Wanted::all(schema::Table::Exchanges, northbound_ledger::find::MOST_ROWS));
    if let Some(instance) = asked.instance {
        wanted = wanted.number("instance", [instance]);
    }
    let (mut rows, _) = places.records(wanted)?;
    rows.retain(|r| asked.instance.is_none_or(|i| r.text("instance") == i.to_string()));
    let mut exchanges = grouped(rows);
    if exchanges.is_empty() {
        return Err(AppError::not_found(format!(
            "there is no such request: {id}; {}",
            covers(&places.snapshot)
        )));
    }
    let more = exchanges.len().saturating_sub(usize::try_from(asked.limit).unwrap_or(usize::MAX));
    exchanges.truncate(exchanges.len() - more);
    // Delivered after it was received.
    let first = exchanges.iter().filter_map(|e| e.first().time("received")).min();
    let wanted =
        of_id(Wanted::all(schema::Table::Deliveries, super::MOST)).word("kind", ["response"]);
    let (tried, _) = places.records(Wanted { from: first, ..wanted })?;
    for d in tried {
        let of = |e: &&mut Exchange| same(&e.first().columns, &d.columns, &["leg", "instance"]);
        if d.text("kind") == "response"
            && let Some(e) = exchanges.iter_mut().find(of)
        {
            e.deliveries.push(d);
        }
    }
    for e in &mut exchanges {
        e.deliveries.sort_by_key(|d| (d.time("attempted"), d.text("attempt").parse::<i64>().ok()));
    }
    Ok(Request { places, exchanges, more: more as u64 })
}

fn same(a: &Columns, b: &Columns, columns: &[&str]) -> bool {
    columns.iter().all(|c| a.get(*c) == b.get(*c))
}

/// Rows by exchange, the newest exchange first, of each the record that counts first.
fn grouped(rows: Vec<Row>) -> Vec<Exchange> {
    let mut by: BTreeMap<Vec<String>, Vec<Row>> = BTreeMap::new();
    for r in rows {
        let key = ["namespace", "leg", "instance"].map(|c| r.text(c).to_owned()).to_vec();
        by.entry(key).or_default().push(r);
    }
    let mut all: Vec<Exchange> = by
        .into_values()
        .map(|mut rows| {
            rows.sort_by_key(Row::gave_way);
            Exchange { rows, deliveries: Vec::new() }
        })
        .collect();
    all.sort_by_key(|e| Reverse(e.first().time("received")));
    all
}

/// Why it failed or was refused, or what it waits for: the state's meaning, and that of its code.
fn why(r: &Row, rules: &RuleSet) -> String {
    let meaning = r.text("state").parse().map_or("", words::meaning);
    match r.text("code") {
        "" => meaning.to_owned(),
        code => format!("{meaning} Response code {}.", words::code(rules, code)),
    }
}

fn headline(r: &Row, rules: &RuleSet) -> String {
    let srv = r.text("srv");
    let service = rules.catalogue().services().iter().find(|s| s.srv == srv);
    let name = service.map_or_else(String::new, |s| format!(" ({})", s.name));
    let leg = match r.text("leg") {
        "instance" => format!("Instance {}", r.text("instance")),
        leg => capital(leg),
    };
    let test = match r.text("test_kind") {
        "none" | "" => String::new(),
        kind => format!(", a test ({kind})"),
    };
    format!(
        "{leg}: SRV {}{name}, {}; device {} {} in {}; from {}{test}",
        if srv.is_empty() { "unknown" } else { srv },
        words::mode(r.text("mode")),
        r.text("device_type"),
        r.text("target"),
        r.text("region"),
        r.text("originator"),
    )
}

/// Adds the path of one exchange to an answer.
fn path(a: Answer, e: &Exchange, places: &Places, rules: &RuleSet, judge: &RulesJudge) -> Answer {
    let r = e.first();
    let named = if r.text("leg") == "instance" { "this instance" } else { "this request" };
    let title = |what: &str| format!("{what} of {named}");
    let a = a
        .say(headline(r, rules))
        .say(format!("{}. {}", capital(state_of(r)), why(r, rules)))
        .say(words::timeliness(&r.judged(judge)));
    let head = ["time (UTC)", ">after", "what happened"];
    let mut steps = Table::new(&title("Path"), &head).figures(&["after"]);
    let start = r.time("received");
    for (at, what) in steps_of(r, judge) {
        let after = start.map(|s| at.0 - s.0);
        steps.row([at.to_string(), after.map(words::seconds).unwrap_or_default(), what]);
        steps.figure("after", after.map(Measured::micros).unwrap_or_default());
    }
    let a = a.table(steps).table(records(e, places, &title("Records")));
    if e.deliveries.is_empty() { a } else { a.table(deliveries(&e.deliveries, rules)) }
}

fn capital(text: &str) -> String {
    let mut c = text.chars();
    c.next().map_or_else(String::new, |first| first.to_uppercase().chain(c).collect())
}

/// Times and what happened then, in order; the target and the time-out among them.
fn steps_of(r: &Row, judge: &RulesJudge) -> Vec<(Utc, String)> {
    let said = |column: &str, what: &str| match (column, r.text("code")) {
        ("answer_sent", code) if !code.is_empty() => format!("{what} (code {code})"),
        _ => what.to_owned(),
    };
    let mut steps: Vec<(Utc, String)> = words::STEPS
        .iter()
        .filter_map(|(column, what)| Some((r.time(column)?, said(column, what))))
        .collect();
    let state = r.text("state").parse::<RequestState>().ok();
    let start = r.time("received").map(|t| r.time("due").map_or(t, |d| d.max(t)));
    if let (Some(start), Some(target), Some(true)) =
        (start, r.judged(judge).target_us, state.map(RequestState::is_attempt))
    {
        steps.push((Utc(start.0 + target), "target time".to_owned()));
    }
    if let Some(at) = r.time("timeout_at") {
        match state {
            Some(RequestState::TimedOut) => steps.push((at, "timed out".to_owned())),
            Some(s) if s.is_live() => steps.push((at, "time-out, if no answer comes".to_owned())),
            _ => {}
        }
    }
    steps.sort_by_key(|s| s.0);
    steps
}

/// Every record of the message: what each rests on, and which counts.
fn records(e: &Exchange, places: &Places, title: &str) -> Table {
    let mut t = Table::new(
        title,
        &["counts", "state", "code", "stated (UTC)", "recorded (UTC)", "feed", "source"],
    );
    for r in &e.rows {
        t.row([
            counts(r),
            state_of(r).to_owned(),
            r.text("code").to_owned(),
            r.text("known").to_owned(),
            r.text("recorded").to_owned(),
            r.text("feed").to_owned(),
            provenance(r, &places.snapshot).0,
        ]);
    }
    t
}

fn counts(r: &Row) -> String {
    match &r.origin {
        Origin::Ledger(record) => match &record.gave_way {
            Some(g) => format!("{} ({})", words::gave_way(g.reason), g.decided.words()),
            None => "yes".to_owned(),
        },
        Origin::Service(_) => "yes".to_owned(),
    }
}

/// Attempts to deliver.
pub(super) fn deliveries(rows: &[Row], rules: &RuleSet) -> Table {
    let mut t = Table::new(
        "Deliveries",
        &["attempted (UTC)", "to", ">attempt", "what", ">HTTP status", "outcome"],
    );
    for d in rows {
        let status = if d.text("status") == "0" { "none" } else { d.text("status") };
        t.row([
            d.text("attempted").to_owned(),
            d.text("recipient").to_owned(),
            d.text("attempt").to_owned(),
            format!("{} {}", d.text("kind"), words::code(rules, d.text("code"))),
            status.to_owned(),
            outcome(d.text("outcome")).to_owned(),
        ]);
    }
    t
}

fn outcome(word: &str) -> &str {
    match word {
        "delivered" => "accepted",
        "failed" => "not accepted; tried again",
        "parked" => "not accepted; not tried again",
        other => other,
    }
}

pub(super) fn delivery_json(d: &Row) -> Value {
    json!({
        "recipient": d.text("recipient"), "kind": d.text("kind"), "code": d.text("code"),
        "attempt": d.text("attempt").parse::<i64>().ok(), "attempted": d.columns.get("attempted"),
        "status": d.text("status").parse::<i64>().ok(), "outcome": d.text("outcome"), "committed": d.committed(),
    })
}

/// Every record with its columns and what it rests on.
pub(super) fn records_json(rows: &[Row], places: &Places) -> Vec<Value> {
    rows.iter()
        .map(|r| {
            let gave_way = match &r.origin {
                Origin::Ledger(record) => record.gave_way.as_ref(),
                Origin::Service(_) => None,
            };
            json!({
                "counts": gave_way.is_none(),
                "gave_way": gave_way.map(|g| json!({"reason": g.reason.as_str(), "decided": g.decided.as_str(), "source": g.to.0, "row": g.to.1})),
                "columns": r.columns, "source": provenance(r, &places.snapshot).1,
            })
        })
        .collect()
}

fn exchange_json(e: &Exchange, places: &Places, rules: &RuleSet, judge: &RulesJudge) -> Value {
    let r = e.first();
    let mut v = document(r, judge);
    let steps: Vec<Value> = steps_of(r, judge)
        .into_iter()
        .map(|(at, what)| json!({"at": at.to_string(), "what": what}))
        .collect();
    for (key, value) in [
        ("request", json!(id_of(r))),
        ("why", json!(why(r, rules))),
        ("judged", json!(words::timeliness(&r.judged(judge)))),
        ("steps", json!(steps)),
        ("deliveries", e.deliveries.iter().map(delivery_json).collect()),
        ("records", json!(records_json(&e.rows, places))),
    ] {
        v[key] = value;
    }
    v
}
