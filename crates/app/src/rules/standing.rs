//! Rules with their confirmation, and how they are shown.

use crate::{
    answer::{Answer, Table},
    registers::view::text,
};
use northbound_rules::RuleInfo;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Rules, and which of them are confirmed.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The rules.
    pub rules: Vec<RuleInfo>,
    /// Confirmation keys (`id#hash`) that the registers hold, of any rule.
    pub confirmed: BTreeSet<String>,
}

/// Most characters of a value in a list for people.
const SHORT: usize = 60;

impl Standing {
    /// `confirmed`, `unconfirmed`, or `published` where no confirmation is needed.
    #[must_use]
    pub fn of(&self, r: &RuleInfo) -> &'static str {
        if self.confirmed.contains(&r.confirmation_key) {
            "confirmed"
        } else if r.provenance.needs_confirmation() {
            "unconfirmed"
        } else {
            "published"
        }
    }

    fn json(&self) -> Value {
        let rule = |r: &RuleInfo| {
            let confirmed = self.confirmed.contains(&r.confirmation_key);
            json!({
                "id": r.id, "title": r.title, "value": r.value, "from": r.from, "mark": r.provenance.mark, "source": r.provenance.source, "note": r.provenance.note,
                "key": r.confirmation_key, "confirmed": confirmed, "needs_confirmation": r.provenance.needs_confirmation() && !confirmed,
                "file": r.place.file, "line": r.place.line,
            })
        };
        json!({"rules": self.rules.iter().map(rule).collect::<Vec<_>>()})
    }

    /// One table with a row for each rule, its value in one line; long values are cut where `short`, since
    /// a calendar of ten years would push everything else off the screen.
    #[must_use]
    pub fn list(&self, short: bool) -> Answer {
        let mut table = Table::new("", &["id", "valid from", "value", "mark", "standing"]);
        for r in &self.rules {
            table.row([
                r.id.clone(),
                r.from.map(|d| d.to_string()).unwrap_or_default(),
                if short { shortened(&r.value) } else { plain(&r.value) },
                r.provenance.mark.to_string(),
                self.of(r).to_owned(),
            ]);
        }
        Answer::new(self.json()).table(table).then(
            "Confirm one: northbound rules confirm ID --source 'document, place' --reason 'why'",
        )
    }

    /// One table with everything about each rule in a row.
    #[must_use]
    pub fn rows(&self) -> Answer {
        let mut table = Table::new(
            "",
            &["id", "from", "value", "mark", "standing", "source", "note", "file", ">line"],
        );
        for r in &self.rules {
            table.row([
                r.id.clone(),
                r.from.map(|d| d.to_string()).unwrap_or_default(),
                plain(&r.value),
                r.provenance.mark.to_string(),
                self.of(r).to_owned(),
                r.provenance.source.clone(),
                r.provenance.note.clone(),
                r.place.file.clone(),
                r.place.line.to_string(),
            ]);
        }
        Answer::new(self.json()).table(table)
    }

    /// A table for each rule.
    #[must_use]
    pub fn details(&self) -> Answer {
        let mut answer = Answer::new(self.json());
        for r in &self.rules {
            let mut t = Table::new("", &["rule", r.id.as_str()]);
            for (k, v) in [
                ("title", r.title.clone()),
                ("value", r.value.clone()),
                ("valid from", r.from.map_or_else(|| "always".to_owned(), |d| d.to_string())),
                ("mark", r.provenance.mark.to_string()),
                ("status", self.of(r).to_owned()),
                ("source", r.provenance.source.clone()),
                ("note", r.provenance.note.clone()),
                ("key", r.confirmation_key.clone()),
                ("file", r.place.to_string()),
            ] {
                if !v.is_empty() {
                    t.row([k.to_owned(), v]);
                }
            }
            answer = answer.table(t);
        }
        answer
    }
}

/// A value for CSV: a list as its entries with spaces between them.
fn plain(value: &str) -> String {
    match serde_json::from_str(value) {
        Ok(list @ Value::Array(_)) => text(Some(&list)),
        _ => value.to_owned(),
    }
}

fn shortened(value: &str) -> String {
    if value.chars().count() <= SHORT {
        return value.to_owned();
    }
    format!("{}…", value.chars().take(SHORT - 1).collect::<String>())
}
