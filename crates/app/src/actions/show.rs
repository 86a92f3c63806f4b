//! One action with everything that is known of it, and the links in both directions.

use super::{list::on_day, owners};
use crate::{Answer, Context, Result, Table};
use northbound_registers::{
    Gate, Query,
    records::{
        oversight::actions::{Action, Flags, canonical},
        smets1::{criteria::Criteria, defects::Defect, mitigations::Mitigation},
    },
};
use serde_json::json;

/// Shows an action.
///
/// # Errors
/// Where no action, or more than one, has the id.
pub fn show(ctx: &Context, id: &str) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let day = ctx.as_at.unwrap_or(ctx.now).day();
    let stored = gate.action(id, ctx.as_at())?;
    let a = &stored.record;
    let flags = on_day(a, day, &owners(&gate, ctx.as_at())?);
    let back = pointing_here(ctx, &gate, a)?;
    let mut json = json!(stored);
    json["label"] = json!(a.label());
    json["flags"] = json!(flags);
    json["words"] = json!(flags.words());
    json["linked_from"] = json!(
        back.iter().map(|(what, id)| json!({"register": what, "id": id})).collect::<Vec<_>>()
    );
    let mut answer = Answer::new(json)
        .say(format!("Action {}: {}", a.label(), a.text))
        .table(facts(a, &flags))
        .table(dates(a))
        .table(reports(a));
    if a.recurrence.is_some() || !a.deliverables.is_empty() {
        answer = answer.table(parts(a, &flags));
    }
    let mut links = Table::new("Links", &["direction", "what", "id"]);
    for l in &a.links {
        links.row(["to", l.to.as_str(), l.id.as_str()]);
    }
    for (what, id) in &back {
        links.row(["from", what, id]);
    }
    let mut texts = Table::new("Earlier texts", &["text", "replaced by", "on"]);
    for v in &a.texts {
        texts.row([v.text.clone(), v.replaced_by.clone(), v.replaced_on.to_string()]);
    }
    let full = [links, texts].into_iter().filter(|t| !t.rows.is_empty());
    Ok(full.fold(answer, Answer::table))
}

fn facts(a: &Action, flags: &Flags) -> Table {
    let mut t = Table::new("", &["field", "value"]);
    let day = |d: Option<northbound_types::Day>| d.map_or_else(String::new, |d| d.to_string());
    let place = [a.document.clone().unwrap_or_default(), a.place.clone()];
    let place: Vec<String> = place.into_iter().filter(|p| !p.is_empty()).collect();
    for (field, value) in [
        ("as printed", a.found.clone()),
        ("series", a.series.clone()),
        ("raised by meeting", a.raised_at().to_owned()),
        ("raised on", day(a.raised)),
        ("owner", a.owner.clone()),
        ("lead", a.lead.clone().unwrap_or_default()),
        ("status", a.status.to_string()),
        ("due", day(flags.due)),
        ("what to see to", flags.words().join("; ")),
        ("evidence", a.evidence.clone()),
        ("accepted by meeting", a.closed_at.clone()),
        ("superseded by", a.superseded_by.join(", ")),
        ("topic", a.topic.clone()),
        ("source", place.join(", ")),
    ] {
        if !value.is_empty() {
            t.row([field.to_owned(), value]);
        }
    }
    t
}

fn dates(a: &Action) -> Table {
    let mut t = Table::new("Target dates", &["target", "set by", "set on", "source"]);
    for d in &a.dues {
        let target = d.target.map_or_else(|| "none".to_owned(), |d| d.to_string());
        t.row([target, d.set_by.clone(), d.set_on.to_string(), d.source.clone()]);
    }
    t
}

fn reports(a: &Action) -> Table {
    let mut t = Table::new("Reports", &["on", "by", "meeting", "report"]);
    for u in &a.updates {
        t.row([u.on.to_string(), u.by.clone(), u.meeting.clone(), u.text.clone()]);
    }
    t
}

/// The months of a recurring action and what it owes beside them.
fn parts(a: &Action, flags: &Flags) -> Table {
    let mut t = Table::new("Instalments and deliverables", &["what", "received", "evidence"]);
    if let Some(r) = &a.recurrence {
        let mut months: Vec<_> = r
            .received
            .iter()
            .map(|i| (i.period, i.on.to_string(), i.evidence.clone()))
            .chain(flags.missing.iter().map(|p| (*p, "not received".to_owned(), String::new())))
            .collect();
        months.sort();
        for (period, on, evidence) in months {
            t.row([period.to_string(), on, evidence]);
        }
    }
    for d in &a.deliverables {
        let received = match (d.received, d.due) {
            (Some(on), _) => on.to_string(),
            (None, Some(due)) => format!("not received, due {due}"),
            (None, None) => "not received, no date".to_owned(),
        };
        t.row([d.what.clone(), received, String::new()]);
    }
    t
}

/// Records of other registers that name this action.
fn pointing_here(ctx: &Context, gate: &Gate<'_>, a: &Action) -> Result<Vec<(String, String)>> {
    let query = Query { as_at: ctx.as_at(), ..Query::default() };
    let here = |id: &str| !a.canonical.is_empty() && canonical(id) == a.canonical;
    let mut out = Vec::new();
    for k in gate.list::<Defect>(&query)? {
        if k.record.asked_in.as_deref().is_some_and(here) {
            out.push(("defect".to_owned(), k.id));
        }
    }
    for k in gate.list::<Criteria>(&query)? {
        if k.record.actions.iter().any(|id| here(id)) {
            out.push(("criteria".to_owned(), k.id));
        }
    }
    for k in gate.list::<Mitigation>(&query)? {
        if k.record.action.as_deref().is_some_and(here) {
            out.push(("mitigation".to_owned(), k.id));
        }
    }
    for k in gate.list::<Action>(&query)? {
        if k.record.superseded_by.iter().any(|id| here(id)) {
            out.push(("action".to_owned(), k.record.label()));
        }
    }
    Ok(out)
}
