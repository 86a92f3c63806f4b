//! Two ways to count on one period, and the messages that one counts and the other leaves out.

use super::find;
use crate::{
    answer::{Answer, Measured, Table, count},
    context::Context,
    error::{AppError, Result},
    evidence,
};
use northbound_ledger::drill::{Message, Query};
use northbound_measures::{
    evaluate::activity,
    result::Line,
    views::{
        compare::{Comparison, compare as compare_figures},
        diff::figure_words,
    },
};
use northbound_packs::evidence::Evidence;
use northbound_registers::Visibility;
use northbound_types::{Figure, Period, Selector};
use serde_json::{Value, json};

/// Which methodologies to compare, on which period.
#[derive(Debug, Clone)]
pub struct Request {
    /// First methodology.
    pub a: String,
    /// Second methodology.
    pub b: String,
    /// Period of the figures.
    pub period: Period,
    /// Only this measure.
    pub measure: Option<String>,
    /// Rows on which both agree, too.
    pub all: bool,
    /// Maximum number of messages to list for each reason.
    pub messages: u64,
}

/// The rows on which two methodologies differ.
#[derive(Debug, Clone)]
pub struct Compared {
    period: Period,
    a: String,
    b: String,
    manifest: String,
    rules: String,
    /// As at what time, in words.
    known: String,
    with_messages: bool,
    /// Messages were asked for and are not for this Actor.
    withheld: bool,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Row {
    comparison: Comparison,
    decimals: u32,
    one_sided: Vec<OneSided>,
}

/// Messages that one methodology counts and the other leaves out for one reason.
#[derive(Debug, Clone)]
struct OneSided {
    counted_by: String,
    reason: String,
    count: u64,
    selector: Option<Selector>,
    messages: Vec<Message>,
}

/// Compares two methodologies.
///
/// # Errors
/// Where there is no such methodology or measure, or the evidence cannot be read.
pub fn compare(ctx: &Context, request: &Request) -> Result<Compared> {
    // The messages are everybody's, and so for those who see everything.
    let messages = if Visibility::of(&ctx.actor).all { request.messages } else { 0 };
    let store = ctx.store()?;
    let e = evidence::gather(ctx, &store, request.period, None, &mut ctx.progress())?;
    let (a, b) = (find(&e.known.rules, &request.a)?, find(&e.known.rules, &request.b)?);
    if let Some(m) = request.measure.as_ref().filter(|m| e.known.rules.measure(m).is_none()) {
        return Err(AppError::not_found(format!("there is no measure {m:?}")));
    }
    let mut rows = Vec::new();
    for c in compare_figures(&e.inputs(), a, b)? {
        let wanted = request.measure.as_ref().is_none_or(|m| *m == c.measure);
        let agree =
            !differs(&c.figure_a, &c.figure_b) && c.only_a.is_empty() && c.only_b.is_empty();
        if wanted && (request.all || !agree) {
            rows.push(row(&e, c, messages)?);
        }
    }
    Ok(Compared {
        period: request.period,
        a: a.id.clone(),
        b: b.id.clone(),
        manifest: e.known.snapshot.root.hash.clone(),
        rules: e.known.rules.id().to_string(),
        known: evidence::rests_on(ctx, &store, &e)?,
        with_messages: messages > 0,
        withheld: request.messages > messages,
        rows,
    })
}

fn row(e: &Evidence, comparison: Comparison, messages: u64) -> Result<Row> {
    let c = &comparison;
    let mut one_sided = Vec::new();
    for (by, lines) in [(&c.a, &c.only_a), (&c.b, &c.only_b)] {
        for l in lines {
            one_sided.push(OneSided {
                counted_by: by.clone(),
                reason: l.reason.clone(),
                count: l.count,
                selector: l.selector.clone(),
                messages: messages_of(e, c, l, messages)?,
            });
        }
    }
    let decimals = e.known.rules.measure(&c.measure).map_or(2, |d| d.decimals);
    Ok(Row { comparison, decimals, one_sided })
}

/// Another number or another null. Notes and states that only name the methodology are no difference.
fn differs(a: &Figure, b: &Figure) -> bool {
    match (a, b) {
        (Figure::Value(a), Figure::Value(b)) => a.quantity != b.quantity,
        (Figure::Null(a), Figure::Null(b)) => a.reason != b.reason || a.bounds != b.bounds,
        _ => true,
    }
}

fn messages_of(e: &Evidence, c: &Comparison, line: &Line, limit: u64) -> Result<Vec<Message>> {
    let (Some(selector), Some(def)) = (&line.selector, e.known.rules.measure(&c.measure)) else {
        return Ok(Vec::new());
    };
    if limit == 0 {
        return Ok(Vec::new());
    }
    let period = activity(def, e.period);
    let q = Query {
        days: (period.first(), period.after()),
        selectors: std::slice::from_ref(selector),
        skip: 0,
        limit,
        set_aside: false,
    };
    Ok(e.known.snapshot.messages(&q, &e.known.judge)?.messages)
}

impl Compared {
    /// As a neutral document.
    #[must_use]
    pub fn answer(&self) -> Answer {
        let list: Vec<Value> = self.rows.iter().map(Row::json).collect();
        let answer = Answer::new(
            json!({"period": self.period, "a": self.a, "b": self.b, "manifest": self.manifest, "rules": self.rules, "comparisons": list}),
        )
        .say(self.known.clone())
        .table(self.figures());
        if self.rows.is_empty() {
            return answer.then("The two agree on every row.");
        }
        let answer = answer.table(self.reasons());
        if self.with_messages {
            answer.table(self.messages())
        } else if self.withheld {
            answer.then("The messages are listed for staff only.")
        } else {
            answer
        }
    }

    fn figures(&self) -> Table {
        let (a, b) = (self.a.as_str(), self.b.as_str());
        let mut t = Table::new(
            &format!("{a} against {b} on {}", self.period),
            &["measure", "provider", "region", a, b],
        )
        .figures(&[a, b]);
        t.columns.extend([format!(">only {a} (messages)"), format!(">only {b} (messages)")]);
        let sum = |l: &[Line]| count(l.iter().map(|x| x.count).sum());
        for r in &self.rows {
            let c = &r.comparison;
            t.row([
                c.measure.clone(),
                c.provider.clone(),
                c.region.to_string(),
                figure_words(&c.figure_a, r.decimals),
                figure_words(&c.figure_b, r.decimals),
                sum(&c.only_a),
                sum(&c.only_b),
            ]);
            t.figure(a, Measured::of(&c.figure_a, r.decimals, &[]));
            t.figure(b, Measured::of(&c.figure_b, r.decimals, &[]));
        }
        t
    }

    fn reasons(&self) -> Table {
        let mut t = Table::new(
            "Counted by one and excluded by the other",
            &["measure", "provider", "region", "counted by", "which", ">messages"],
        );
        for r in &self.rows {
            for o in &r.one_sided {
                t.row([
                    r.comparison.measure.clone(),
                    r.comparison.provider.clone(),
                    r.comparison.region.to_string(),
                    o.counted_by.clone(),
                    o.reason.clone(),
                    count(o.count),
                ]);
            }
        }
        t
    }

    fn messages(&self) -> Table {
        let mut t = Table::new(
            "Messages",
            &["measure", "counted by", "request", "received (UTC)", "state", "judgement", "where"],
        );
        for r in &self.rows {
            for o in &r.one_sided {
                for m in &o.messages {
                    t.row(message_cells(&r.comparison.measure, &o.counted_by, m));
                }
            }
        }
        t
    }
}

impl Row {
    fn json(&self) -> Value {
        let messages: Vec<Value> = self.one_sided.iter().map(|o| json!({"counted_by": o.counted_by, "which": o.reason, "count": o.count, "selector": o.selector, "messages": o.messages})).collect();
        let mut v = json!(self.comparison);
        if let Some(o) = v.as_object_mut() {
            o.insert("messages".to_owned(), messages.into());
        }
        v
    }
}

fn message_cells(measure: &str, by: &str, m: &Message) -> [String; 7] {
    let text = |k: &str| m.record.get(k).cloned().unwrap_or_default();
    let id = format!("{}:{}:{}", text("originator"), text("target"), text("counter"));
    [
        measure.to_owned(),
        by.to_owned(),
        id,
        text("received"),
        text("state"),
        m.timeliness.to_string(),
        format!("{} row {}", m.source_file, m.row),
    ]
}
