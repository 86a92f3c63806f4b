//! A checklist as at a time: items, evidence, and what is open.

use crate::{Answer, Context, Result, Table};
use northbound_registers::records::smets1::criteria::{Criteria, CriteriaState};
use northbound_types::Day;
use serde_json::json;

/// One checklist as at [`Context::as_at`].
///
/// # Errors
/// Where there is no such checklist.
pub fn status(ctx: &Context, id: &str) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let k = gate.show::<Criteria>(id, ctx.as_at())?;
    let (c, as_at) = (&k.record, ctx.as_at.unwrap_or(ctx.now).day());
    let open = gate.blockers(c, ctx.as_at())?;
    let standings: Vec<(String, String)> = c
        .actions
        .iter()
        .map(|a| Ok((a.clone(), gate.action_standing(a, ctx.as_at())?.to_string())))
        .collect::<Result<_>>()?;
    let mut actions = Table::new("Actions", &["action", "standing"]);
    for (a, s) in &standings {
        actions.row([a.clone(), s.clone()]);
    }
    let ready = c.state == CriteriaState::Ready;
    let words = state_in_words(c, open.len());
    let json = json!({"criteria": k, "as_at": as_at, "ready": ready && open.is_empty(), "open": open, "actions": standings.iter().map(|(a, s)| json!({"action": a, "standing": s})).collect::<Vec<_>>(), "no_longer_ready": ready && !open.is_empty(), "words": words});
    let mut a = Answer::new(json)
        .say(format!("{id} ({}, {}): {words}.", c.title, c.body))
        .table(items(c))
        .table(actions);
    if !c.open_items.is_empty() {
        a = a.table(open_items(c));
    }
    if !c.trail.is_empty() {
        a = a.table(decisions(c, as_at));
    }
    for o in &open {
        a = a.then(format!("Open: {o}."));
    }
    Ok(a)
}

fn state_in_words(c: &Criteria, open: usize) -> String {
    match (c.state, open) {
        (CriteriaState::Decided, _) => {
            format!("decided: {}", c.ruling.map(|r| r.to_string()).unwrap_or_default())
        }
        (CriteriaState::Ready, 0) => "ready".to_owned(),
        (CriteriaState::Ready, n) => format!("was marked as ready, but is not: {n} open"),
        (CriteriaState::Open, 0) => "nothing is open; it can be marked as ready".to_owned(),
        (CriteriaState::Open, n) => format!("not ready: {n} open"),
    }
}

fn items(c: &Criteria) -> Table {
    let mut t = Table::new("Items", &["key", "what", "evidence", "document", "by", "on"]);
    for i in &c.items {
        let e = i.evidence.as_ref();
        t.row([
            i.key.clone(),
            i.title.clone(),
            e.map_or_else(|| "none".to_owned(), |e| e.text.clone()),
            e.map(|e| e.document.clone()).unwrap_or_default(),
            e.map(|e| e.by.clone()).unwrap_or_default(),
            e.map(|e| e.on.to_string()).unwrap_or_default(),
        ]);
    }
    t
}

fn open_items(c: &Criteria) -> Table {
    let mut t = Table::new("Open points", &[">number", "what", "whose", "since", "closed by"]);
    for (n, o) in c.open_items.iter().enumerate() {
        t.row([
            (n + 1).to_string(),
            o.text.clone(),
            o.owner.clone(),
            o.since.to_string(),
            o.closed.clone().unwrap_or_default(),
        ]);
    }
    t
}

fn decisions(c: &Criteria, as_at: Day) -> Table {
    let mut t = Table::new("Bodies", &["body", "asked", "standing"]);
    for d in &c.trail {
        t.row([d.body.clone(), d.question.clone(), d.standing(as_at)]);
    }
    t
}
