//! `request list`.

use super::{
    Times, Whose, covers, covers_json,
    filter::{Filter, check_limit},
    rows::{Places, Row},
    whose, words,
};
use crate::{
    answer::{Answer, Measured, Table, count},
    context::Context,
    error::{AppError, Result},
};
use northbound_ledger::{judge::RulesJudge, schema};
use northbound_types::{Eui64, Region, RequestState};
use serde_json::{Value, json};

/// Which requests to list.
#[derive(Debug, Clone, Default)]
pub struct RequestList {
    /// Of this User.
    pub user: Option<Eui64>,
    /// To this device.
    pub device: Option<Eui64>,
    /// Of these services.
    pub srv: Vec<String>,
    /// In these states.
    pub state: Vec<RequestState>,
    /// In these regions.
    pub region: Vec<Region>,
    /// Received from when to when.
    pub times: Times,
    /// Only those that failed.
    pub failed: bool,
    /// Only those that can still change.
    pub open: bool,
    /// Requests to skip, from the newest.
    pub skip: u64,
    /// Most to list.
    pub limit: u64,
}

impl RequestList {
    /// The states that the options leave; empty where every state is.
    fn states(&self) -> Result<Vec<String>> {
        let takes = |s: &RequestState| {
            (self.state.is_empty() || self.state.contains(s))
                && (!self.failed || words::FAILED.contains(s))
                && (!self.open || s.is_live())
        };
        let left: Vec<String> =
            RequestState::ALL.iter().filter(|s| takes(s)).map(ToString::to_string).collect();
        if left.is_empty() {
            return Err(AppError::usage(
                "--state, --failed and --open together leave no state; leave one of them out",
            ));
        }
        Ok(if left.len() == RequestState::ALL.len() { Vec::new() } else { left })
    }

    fn filter(&self, whose: &Whose) -> Result<Filter> {
        let mut f = Filter { times: self.times, ..Filter::default() };
        f.whose("originator", whose);
        if let Some(d) = self.device {
            f.eui("target", [d]);
        }
        f.word("srv", self.srv.clone());
        f.word("state", self.states()?);
        f.word("region", self.region.iter().map(ToString::to_string).collect());
        Ok(f)
    }
}

/// Lists requests, the newest first.
///
/// # Errors
/// Where the Actor may not see them, a User or device has none at all, or a place cannot be read.
pub fn list(ctx: &Context, asked: &RequestList) -> Result<Answer> {
    check_limit(asked.limit)?;
    let store = ctx.store()?;
    let whose = whose(ctx, &store, asked.user)?;
    let filter = asked.filter(&whose)?;
    let places = Places::ask(ctx, &super::alerts::queries(&whose, asked.device))?;
    let (rows, all) = places.page(schema::Table::Exchanges, &filter, asked.skip, asked.limit)?;
    if all == 0 {
        return none(&places, asked, &whose);
    }
    let judge = ctx.judge(&store)?;
    let listed: Vec<Value> = rows.iter().map(|r| document(r, &judge)).collect();
    let next = asked.skip + rows.len() as u64;
    let more = all.saturating_sub(next);
    let mut a = Answer::new(json!({
        "requests": listed, "all": all, "next": (more > 0).then_some(next), "complete": !places.more,
        "service": places.service.json(), "covers": covers_json(&places.snapshot),
    }))
    .table(table(&rows, &judge));
    if more > 0 {
        a = a.then(format!("{} more: --skip {next}", count(more)));
    }
    if let Some(note) = places.service.note(&places.snapshot) {
        a = a.then(note);
    }
    Ok(a.then("One request with its path: northbound request show ID"))
}

/// An answer without requests: refused where the User or device has none at all.
fn none(places: &Places, asked: &RequestList, whose: &Whose) -> Result<Answer> {
    let covers = covers(&places.snapshot);
    let bare = RequestList { user: asked.user, device: asked.device, ..RequestList::default() };
    let named = match (asked.user, asked.device) {
        (Some(u), Some(d)) => format!(" of {u} to {d}"),
        (Some(u), None) => format!(" of {u}"),
        (None, Some(d)) => format!(" to {d}"),
        (None, None) => String::new(),
    };
    let (_, others) = places.page(schema::Table::Exchanges, &bare.filter(whose)?, 0, 1)?;
    if others == 0 && !named.is_empty() {
        return Err(AppError::not_found(format!("there is no request{named}; {covers}")));
    }
    let mut a = Answer::new(json!({
        "requests": [], "all": 0, "next": null, "complete": !places.more,
        "service": places.service.json(), "covers": covers_json(&places.snapshot),
    }))
    .say(format!(
        "No request{named} fulfils all conditions. Without them there are {}; {covers}.",
        count(others)
    ));
    if let Some(note) = places.service.note(&places.snapshot) {
        a = a.then(note);
    }
    Ok(a)
}

/// The id as Users write it.
pub(super) fn id_of(r: &Row) -> String {
    format!("{}:{}:{}", r.text("originator"), r.text("target"), r.text("counter"))
}

/// A state in words; as written where this version does not know it.
pub(super) fn state_of(r: &Row) -> &str {
    match r.text("state").parse() {
        Ok(state) => words::state(state),
        Err(_) => r.text("state"),
    }
}

/// One line of the list; `docs/cli.md` documents the keys.
pub(super) fn document(r: &Row, judge: &RulesJudge) -> Value {
    let j = r.judged(judge);
    json!({
        "request": id_of(r), "leg": r.text("leg"), "instance": r.text("instance").parse::<i64>().unwrap_or(0),
        "user": r.text("originator"), "device": r.text("target"), "srv": r.text("srv"), "mode": r.text("mode"),
        "region": r.text("region"), "test_kind": r.text("test_kind"), "state": r.text("state"), "state_words": state_of(r),
        "code": r.text("code"), "received": r.columns.get("received"), "answer_sent": r.columns.get("answer_sent"),
        "timeliness": j.timeliness, "latency_us": j.latency_us, "target_us": j.target_us,
        "target_assumed": j.target_assumed, "committed": r.committed(),
    })
}

pub(super) fn table(rows: &[Row], judge: &RulesJudge) -> Table {
    let mut t = Table::new(
        "",
        &[
            "request",
            "SRV",
            "mode",
            "region",
            "received (UTC)",
            "state",
            "code",
            ">answered after",
            "judgement",
        ],
    )
    .figures(&["answered after"]);
    for r in rows {
        let j = r.judged(judge);
        t.row([
            id_of(r),
            r.text("srv").to_owned(),
            r.text("mode").to_owned(),
            r.text("region").to_owned(),
            r.text("received").to_owned(),
            state_of(r).to_owned(),
            r.text("code").to_owned(),
            j.latency_us.map(words::seconds).unwrap_or_default(),
            words::judgement(j.timeliness).to_owned(),
        ]);
        t.figure("answered after", j.latency_us.map(Measured::micros).unwrap_or_default());
    }
    t
}
