//! Changes as tables, JSON and sentences.

use super::read::{Listed, missing};
use crate::{Answer, Context, Table, registers::view};
use northbound_registers::{
    Receipt, Stored,
    records::oversight::changes::{Change, ChangeState, Verdict, Window},
};
use northbound_types::{Day, Utc};
use serde_json::{Value, json};

/// A step, and what the change still lacks after it.
#[must_use]
pub fn step(ctx: &Context, receipt: &Receipt) -> Answer {
    let answer = view::receipt(receipt);
    let Some(change) = after(receipt).filter(|c| c.state == ChangeState::Raised) else {
        return answer;
    };
    let missing = change.missing(ctx.now.day());
    answer.then(if missing.is_empty() {
        format!("Nothing is missing. Approve it with: northbound change approve {}", receipt.id)
    } else {
        format!("Before it can be approved: {}.", missing.join(", "))
    })
}

/// An approval, with what it went past and who objects.
#[must_use]
pub fn approval(receipt: &Receipt) -> Answer {
    let change = after(receipt);
    let mut a = view::receipt(receipt);
    if let Some(o) = change.as_ref().and_then(|c| c.approval.as_ref()?.overridden.as_ref()) {
        a = a.then(format!("Approved without {} by {}: {}.", o.missing.join(", "), o.by, o.reason));
    }
    let objection =
        change.as_ref().and_then(|c| c.view.as_ref()).filter(|v| v.verdict == Verdict::Objects);
    if let Some(v) = objection {
        a = a.then(format!("{} objects: {}", v.body, v.text));
    }
    a
}

/// A run, with a warning where the change was not approved.
#[must_use]
pub fn run(receipt: &Receipt) -> Answer {
    let a = view::receipt(receipt);
    if after(receipt).is_some_and(|c| c.state == ChangeState::RanUnapproved) {
        a.then("It ran without approval; every report says so.")
    } else {
        a
    }
}

fn after(receipt: &Receipt) -> Option<Change> {
    receipt.after.as_ref().and_then(|v| serde_json::from_value(v.clone()).ok())
}

/// A list of changes, and how many are open for how long by type.
#[must_use]
pub fn list(listed: &Listed) -> Answer {
    let head = [
        "id",
        "type",
        "title",
        "systems",
        "state",
        "raised",
        ">age (days)",
        "window from (UTC)",
        "to (UTC)",
        "missing, or approved without",
    ];
    let mut t = Table::new("", &head);
    for k in &listed.changes {
        let c = &k.record;
        let window =
            |f: fn(&Window) -> Utc| c.window().map(|w| f(w).to_string()).unwrap_or_default();
        t.row([
            k.id.clone(),
            c.kind.clone(),
            c.title.clone(),
            c.systems.join(" "),
            c.state.to_string(),
            c.raised.to_string(),
            c.age(listed.as_at).to_string(),
            window(|w| w.from),
            window(|w| w.to),
            missing(c, listed.as_at).join(" "),
        ]);
    }
    let lines: Vec<Value> = listed.changes.iter().map(|k| line(k, listed.as_at)).collect();
    Answer::new(json!({"as_at": listed.as_at, "changes": lines})).table(t).table(ages(listed))
}

fn ages(listed: &Listed) -> Table {
    let mut t = Table::new("By type", &["type", ">changes", ">open", ">oldest open (days)"]);
    for of_type in listed.changes.chunk_by(|a, b| a.record.kind == b.record.kind) {
        let open: Vec<i32> = of_type
            .iter()
            .filter(|k| !k.record.state.is_end())
            .map(|k| k.record.age(listed.as_at))
            .collect();
        t.row([
            of_type[0].record.kind.clone(),
            of_type.len().to_string(),
            open.len().to_string(),
            open.iter().max().map(i32::to_string).unwrap_or_default(),
        ]);
    }
    t
}

/// One change, with its age and what it lacks.
#[must_use]
pub fn change(k: &Stored<Change>, as_at: Day) -> Answer {
    let c = &k.record;
    let a = view::record(k).with_json(line(k, as_at)).say(format!(
        "{} is {}, {} days old.",
        k.id,
        c.state,
        c.age(as_at)
    ));
    let missing = c.missing(as_at);
    if c.state == ChangeState::Raised && !missing.is_empty() {
        a.then(format!("Before it can be approved: {}.", missing.join(", ")))
    } else {
        a
    }
}

fn line(k: &Stored<Change>, as_at: Day) -> Value {
    json!({"id": k.id, "version": k.version, "age_days": k.record.age(as_at), "missing": missing(&k.record, as_at), "change": k})
}
