//! The outcome of a run as a neutral document.

use super::{
    Reconciled,
    messages::{PairFindings, by_cause},
};
use crate::answer::{Answer, Table, count, signed};
use northbound_measures::reconcile::{Finding, KnownNote, LevelShift, Line, Message, Pair, Report};
use northbound_registers::records::data::reconciliations::Difference;
use serde_json::{Value, json};

impl Reconciled {
    /// As a neutral document, with at most `messages` differences between messages of each pair.
    #[must_use]
    pub fn answer(&self, messages: usize) -> Answer {
        let pairs: Vec<Value> = self.report.pairs.iter().map(|p| {
        let of_messages = self.findings.iter().find(|f| f.a == p.a && f.b == p.b);
        json!({
            "a": p.a, "b": p.b, "totals": p.totals, "foots": p.totals.foots(), "causes": p.causes,
            "lines": p.lines.iter().map(|l| line_json(p, l)).collect::<Vec<_>>(), "shifts": p.shifts, "gone": p.gone,
            "messages": of_messages.map(|f| json!({"totals": f.totals, "by_cause": by_cause(&f.findings), "findings": f.findings.iter().take(messages).collect::<Vec<_>>(), "more": f.findings.len().saturating_sub(messages)})),
        })
    }).collect();
        let mut a = Answer::new(
            json!({"run": self.run, "keys": self.report.keys, "periods": self.report.periods, "sources": self.report.sources, "pairs": pairs, "notes": self.notes}),
        );
        // The first table is the CSV, so the lines come first.
        for p in &self.report.pairs {
            a = a.table(lines(p, &self.report));
        }
        for p in &self.report.pairs {
            a = a.table(totals(p)).table(causes(p));
            if let Some(f) = self.findings.iter().find(|f| f.a == p.a && f.b == p.b) {
                a = a.table(message_totals(f)).table(self::messages(f, messages));
            }
            for s in &p.shifts {
                a = a.then(shift_words(p, s));
            }
            for g in &p.gone {
                a = a.then(format!(
                    "Resolved: {} ({}, {}) no longer differs.",
                    g.key, g.status, g.decision
                ));
            }
        }
        for n in &self.notes {
            a = a.then(n.clone());
        }
        if let Some(id) = &self.run {
            a = a.then(format!("Stored as {id}. To record a decision on a difference: northbound reconcile decide ID --status explained --owner WHO --decision 'what'"));
        }
        a
    }
}

/// A level shift with what to do about it.
fn shift_words(p: &Pair, s: &LevelShift) -> String {
    let keys: Vec<&str> = s.keys.values().map(String::as_str).collect();
    format!(
        "{}: from {} on the difference is {} instead of {} messages. If a source counts differently since then, say which: --series-break NAME={}:'what changed' (NAME is {} or {})",
        if keys.is_empty() { "all".to_owned() } else { keys.join(", ") },
        s.from,
        signed(s.after),
        signed(s.before),
        s.from,
        p.a,
        p.b
    )
}

fn line_json(p: &Pair, l: &Line) -> Value {
    let mut v = json!(l);
    if let Some(o) = v.as_object_mut() {
        o.insert("id".to_owned(), Difference::id_of(&l.key, None).into());
        o.insert("publishable".to_owned(), l.publishable(p).into());
    }
    v
}

fn lines(p: &Pair, report: &Report) -> Table {
    let mut columns: Vec<String> = vec!["id".to_owned()];
    columns.extend(report.keys.iter().cloned());
    columns.extend([
        format!(">{} (messages)", p.a),
        format!(">{} (messages)", p.b),
        ">difference (messages)".to_owned(),
        "outcome".to_owned(),
        "causes".to_owned(),
        "known".to_owned(),
    ]);
    let mut t = Table { title: format!("{} against {}", p.a, p.b), columns, ..Table::default() };
    for l in &p.lines {
        let n = |n: Option<i64>| n.map_or_else(|| "–".to_owned(), signed);
        let mut cells = vec![Difference::id_of(&l.key, None)];
        cells.extend(report.keys.iter().map(|k| l.keys.get(k).cloned().unwrap_or_default()));
        let causes: Vec<String> = l
            .parts
            .iter()
            .map(|c| format!("{} {} ({})", c.cause, signed(c.amount), c.strength))
            .collect();
        let known = l.known.as_ref().map(known_words).unwrap_or_default();
        cells.extend([
            n(l.a),
            n(l.b),
            signed(l.difference),
            l.outcome.to_string(),
            causes.join("; "),
            known,
        ]);
        t.rows.push(cells);
    }
    t
}

fn known_words(k: &KnownNote) -> String {
    let mut words = format!("{} ({})", k.status, k.owner);
    if !k.decision.is_empty() {
        words = format!("{words}: {}", k.decision);
    }
    if k.amount_changed {
        words = format!("{words}; was {}", signed(k.amount_then));
    }
    if k.recurs {
        words = format!("{words}; recorded as fixed, but found again");
    }
    words
}

fn totals(p: &Pair) -> Table {
    let mut t = Table::new(
        &format!(
            "Totals: {} against {}{}",
            p.a,
            p.b,
            if p.totals.foots() { "" } else { " (DO NOT ADD UP)" }
        ),
        &["outcome", ">lines"],
    );
    t.columns.extend([format!(">{} (messages)", p.a), format!(">{} (messages)", p.b)]);
    let s = &p.totals;
    for (what, x) in [
        ("matching", s.matching),
        ("  of these within the tolerance", s.tolerated),
        ("differing", s.differing),
        ("only in the first", s.only_a),
        ("only in the second", s.only_b),
        ("total", s.total),
    ] {
        t.row([what.to_owned(), count(x.lines), signed(x.a), signed(x.b)]);
    }
    t
}

fn causes(p: &Pair) -> Table {
    let mut t = Table::new(
        "Causes",
        &["cause", "evidence", ">lines", ">net (messages)", ">gross (messages)"],
    );
    for c in &p.causes {
        t.row([
            c.cause.to_string(),
            c.strength.to_string(),
            count(c.lines),
            signed(c.net),
            signed(c.gross),
        ]);
    }
    t
}

fn message_totals(f: &PairFindings) -> Table {
    let mut t = Table::new(&format!("Messages: {} against {}", f.a, f.b), &["messages", ">number"]);
    let s = f.totals;
    for (what, n) in [
        ("in the first", s.a),
        ("in the second", s.b),
        ("in both, equal", s.alike),
        ("in both, different", s.differing),
        ("only in the first", s.only_a),
        ("only in the second", s.only_b),
    ] {
        t.row([what.to_owned(), count(n)]);
    }
    for (cause, n) in by_cause(&f.findings) {
        t.row([format!("cause: {cause}"), count(n)]);
    }
    t
}

fn messages(f: &PairFindings, limit: usize) -> Table {
    let more = f.findings.len().saturating_sub(limit);
    let title = if more > 0 {
        format!(
            "Message by message (the first {limit}; {} more, see --messages N)",
            count(more as u64)
        )
    } else {
        "Message by message".to_owned()
    };
    let mut t = Table::new(
        &title,
        &[
            "message",
            "cause",
            "first: received (UTC)",
            "second: received (UTC)",
            "difference",
            "first: location",
            "second: location",
        ],
    );
    for x in f.findings.iter().take(limit) {
        t.row(finding(x));
    }
    t
}

fn finding(x: &Finding) -> [String; 7] {
    let changed: Vec<String> =
        x.changed.iter().map(|(k, a, b)| format!("{k}: {a} / {b}")).collect();
    let time = |m: &Option<Message>| m.as_ref().map(|m| m.received.to_string()).unwrap_or_default();
    let place = |m: &Option<Message>| m.as_ref().map(|m| m.place.clone()).unwrap_or_default();
    [
        x.id.to_string(),
        x.cause.to_string(),
        time(&x.a),
        time(&x.b),
        changed.join("; "),
        place(&x.a),
        place(&x.b),
    ]
}
