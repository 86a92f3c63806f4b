//! `methodology compare`: two ways to count on one month, and the messages between them.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    evidence,
    output::{Answer, Table, count},
};
use clap::Args;
use northbound_ledger::drill::{Message, Query};
use northbound_measures::{
    evaluate::activity,
    result::Line,
    views::{
        compare::{Comparison, compare},
        diff::figure_words,
    },
};
use northbound_packs::evidence::Evidence;
use northbound_rules::measure::Methodology;
use northbound_types::{Figure, Period};
use serde_json::{Value, json};

/// Which methodologies on which period.
#[derive(Debug, Clone, Args)]
pub(crate) struct CompareArgs {
    /// First methodology
    a: String,
    /// Second methodology
    b: String,
    /// Month
    #[arg(long)]
    period: Period,
    /// Only this measure
    #[arg(long, value_name = "ID")]
    measure: Option<String>,
    /// Rows on which the two agree too
    #[arg(long)]
    all: bool,
    /// Most messages to name for each reason
    #[arg(long, default_value_t = 5, value_name = "N")]
    messages: u64,
}

pub(crate) fn run(args: &CompareArgs, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let mut progress = ctx.progress();
    let e = evidence::gather(ctx, &store, args.period, None, &mut progress)?;
    let find = |id: &str| {
        e.known.rules.methodology(id).cloned().ok_or_else(|| {
            CliError::not_found(format!(
                "there is no methodology {id:?}; `northbound methodology list` shows them"
            ))
        })
    };
    let (a, b): (Methodology, Methodology) = (find(&args.a)?, find(&args.b)?);
    if args.measure.as_ref().is_some_and(|m| e.known.rules.measure(m).is_none()) {
        return Err(CliError::not_found(format!(
            "there is no measure {:?}",
            args.measure.as_deref().unwrap_or_default()
        )));
    }
    let rows: Vec<Comparison> = compare(&e.inputs(), &a, &b)?
        .into_iter()
        .filter(|c| args.measure.as_ref().is_none_or(|m| *m == c.measure))
        .filter(|c| {
            args.all
                || differs(&c.figure_a, &c.figure_b)
                || !c.only_a.is_empty()
                || !c.only_b.is_empty()
        })
        .collect();
    let mut figures = Table::new(
        &format!("{} against {} on {}", a.id, b.id, args.period),
        &["measure", "provider", "region", a.id.as_str(), b.id.as_str()],
    );
    figures
        .columns
        .extend([format!(">only {} (messages)", a.id), format!(">only {} (messages)", b.id)]);
    let mut reasons = Table::new(
        "Counted by one and left out by the other",
        &["measure", "provider", "region", "counted by", "which", ">messages"],
    );
    let mut named = Table::new(
        "The messages themselves",
        &[
            "measure",
            "counted by",
            "request",
            "received (UTC)",
            "state",
            "how it was judged",
            "where",
        ],
    );
    let mut list: Vec<Value> = Vec::new();
    for c in &rows {
        let decimals = e.known.rules.measure(&c.measure).map_or(2, |d| d.decimals);
        let sum = |l: &[Line]| count(l.iter().map(|x| x.count).sum());
        figures.row([
            c.measure.clone(),
            c.provider.clone(),
            c.region.to_string(),
            figure_words(&c.figure_a, decimals),
            figure_words(&c.figure_b, decimals),
            sum(&c.only_a),
            sum(&c.only_b),
        ]);
        let mut messages: Vec<Value> = Vec::new();
        for (by, lines) in [(&c.a, &c.only_a), (&c.b, &c.only_b)] {
            for l in lines {
                reasons.row([
                    c.measure.clone(),
                    c.provider.clone(),
                    c.region.to_string(),
                    by.clone(),
                    l.reason.clone(),
                    count(l.count),
                ]);
                let found = messages_of(&e, c, l, args.messages)?;
                for m in &found {
                    named.row(message_cells(&c.measure, by, m));
                }
                messages.push(json!({"counted_by": by, "which": l.reason, "count": l.count, "selector": l.selector, "messages": found}));
            }
        }
        let mut v = json!(c);
        if let Some(o) = v.as_object_mut() {
            o.insert("messages".to_owned(), messages.into());
        }
        list.push(v);
    }
    drop(progress);
    let mut answer = Answer::new(json!({"period": args.period, "a": a.id, "b": b.id, "manifest": e.known.snapshot.root.hash, "rules": e.known.rules.id(), "comparisons": list})).table(figures);
    if rows.is_empty() {
        return Ok(answer.then("The two agree on every row."));
    }
    answer = answer.table(reasons);
    if args.messages > 0 {
        answer = answer.table(named);
    }
    Ok(answer)
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
