//! Records of any register as tables and JSON.

use super::columns;
use crate::{Answer, Table};
use northbound_registers::{Change, Event, Noun, Receipt, Record, Stored, Verb};
use serde_json::{Value, json};

/// A list of records, with the [`columns`](fn@super::columns) of their register.
#[must_use]
pub fn records<T: Record>(records: &[Stored<T>]) -> Answer {
    let columns = columns(T::NOUN);
    let mut head = vec!["id", ">version"];
    head.extend(columns.clone());
    head.extend(["recorded (UTC)", "by"]);
    let mut t = Table::new("", &head);
    for k in records {
        let body = json!(k.record);
        let mut cells = vec![k.id.clone(), k.version.to_string()];
        cells.extend(columns.clone().map(|c| text(body.get(c.strip_prefix('>').unwrap_or(c)))));
        cells.extend([k.recorded.to_string(), k.actor.clone()]);
        t.row(cells);
    }
    Answer::new(json!({"records": records})).table(t)
}

/// One record, key by key, and who recorded it when and why.
#[must_use]
pub fn record<T: Record>(k: &Stored<T>) -> Answer {
    let mut t = Table::new("", &[T::NOUN.as_str(), k.id.as_str()]);
    for (key, v) in json!(k.record).as_object().into_iter().flatten() {
        values(key, v, &mut |place, value| t.row([place.to_owned(), value]));
    }
    let mut e = Table::new("", &["record", ""]);
    for (key, v) in [
        ("version", k.version.to_string()),
        ("recorded (UTC)", k.recorded.to_string()),
        ("known since (UTC)", k.known.to_string()),
        ("by", k.actor.clone()),
        ("why", k.reason.clone()),
    ] {
        e.row([key.to_owned(), v]);
    }
    Answer::new(json!(k)).table(t).table(e)
}

/// The versions of a record, each with what it changed.
#[must_use]
pub fn history(noun: Noun, id: &str, versions: &[Change]) -> Answer {
    let mut t = Table::new("", &[">version", "recorded (UTC)", "what", "by", "why", "changes"]);
    for v in versions {
        let changes = if v.version == 1 {
            String::new()
        } else {
            v.changes
                .iter()
                .map(|f| format!("{}: {} → {}", f.key, text(Some(&f.before)), text(Some(&f.after))))
                .collect::<Vec<_>>()
                .join("; ")
        };
        t.row([
            v.version.to_string(),
            v.recorded.to_string(),
            v.verb.to_string(),
            v.actor.clone(),
            v.reason.clone(),
            changes,
        ]);
    }
    Answer::new(json!({"noun": noun, "id": id, "history": versions})).table(t)
}

/// What a write did, or would do.
#[must_use]
pub fn receipt(r: &Receipt) -> Answer {
    let did = match (r.verb, r.changed) {
        (_, false) => "Unchanged",
        (Verb::Add, _) => "Added",
        (Verb::Withdraw, _) => "Withdrew",
        (Verb::Issue, _) => "Issued",
        (Verb::Approve, _) => "Approved",
        _ => "Changed",
    };
    let mut a = Answer::new(json!(r)).say(if r.dry_run {
        format!(
            "Dry run: would have {} {} {} (version {}); nothing was stored.",
            did.to_lowercase(),
            r.noun,
            r.id,
            r.version
        )
    } else {
        format!("{did} {} {} (version {}).", r.noun, r.id, r.version)
    });
    if matches!(r.verb, Verb::Change | Verb::Approve) && r.changed {
        let mut t = Table::new("", &["key", "before", "after"]);
        for c in &r.changes {
            t.row([c.key.clone(), text(Some(&c.before)), text(Some(&c.after))]);
        }
        a = a.table(t);
    }
    a
}

/// The first of several receipts of one write: that of the record which the write was about.
#[must_use]
pub fn first_receipt(receipts: &[Receipt]) -> Answer {
    receipts.first().map(receipt).unwrap_or_default()
}

/// The trail of events.
#[must_use]
pub fn events(events: &[Event]) -> Answer {
    let mut t =
        Table::new("", &[">revision", "recorded (UTC)", "what", "register", "id", "by", "why"]);
    for e in events {
        t.row([
            e.revision.to_string(),
            e.recorded.to_string(),
            e.verb.to_string(),
            e.noun.to_string(),
            e.id.clone(),
            e.actor.clone(),
            e.reason.clone(),
        ]);
    }
    Answer::new(json!({"events": events})).table(t)
}

/// A JSON value as a cell: nothing for null, a list with spaces between its entries, an object as its keys and
/// values in words.
#[must_use]
pub fn text(v: Option<&Value>) -> String {
    match v {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(s)) => s.clone(),
        Some(Value::Array(a)) => {
            let between = if a.iter().any(Value::is_object) { "; " } else { " " };
            a.iter().map(|v| text(Some(v))).collect::<Vec<_>>().join(between)
        }
        Some(Value::Object(o)) => o
            .iter()
            .filter(|(_, v)| !v.is_null())
            .map(|(key, v)| format!("{} {}", key.replace('_', " "), text(Some(v))))
            .collect::<Vec<_>>()
            .join(", "),
        Some(v) => v.to_string(),
    }
}

/// The single values in a JSON value, each with its place: `roles.1.from`. A list of single values is one.
pub fn values(place: &str, v: &Value, to: &mut impl FnMut(&str, String)) {
    match v {
        Value::Object(o) => {
            for (key, v) in o {
                values(&format!("{place}.{key}"), v, to);
            }
        }
        Value::Array(a) if a.iter().any(|v| v.is_object() || v.is_array()) => {
            for (n, v) in a.iter().enumerate() {
                values(&format!("{place}.{}", n + 1), v, to);
            }
        }
        v => to(place, text(Some(v))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_holds_json() {
        let roles = json!([{"role": "IS", "from": "2020-01-01", "to": null}, {"role": "GS"}]);
        assert_eq!(text(Some(&roles)), "from 2020-01-01, role IS; role GS");
        assert_eq!(text(Some(&json!(["a", 1]))), "a 1");
        let mut found = Vec::new();
        values("roles", &roles, &mut |place, v| found.push(format!("{place}={v}")));
        assert_eq!(
            found,
            ["roles.1.from=2020-01-01", "roles.1.role=IS", "roles.1.to=", "roles.2.role=GS"]
        );
    }
}
