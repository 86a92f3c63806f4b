//! `explain`: a figure opened down to its messages.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table, count},
    pack::with_sources,
};
use clap::Args;
use northbound_packs::{
    assemble::words,
    explain::{Explained, Question, explain, export},
};
use northbound_types::{Figure, Quantity};
use serde_json::json;
use std::path::PathBuf;

/// Which figure.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExplainArgs {
    /// A figure id of a pack, or measure/provider/region/period[/methodology], such as PM4.3/CSPN/north/2026-04
    figure: String,
    /// Messages to skip
    #[arg(long, default_value_t = 0, value_name = "N")]
    skip: u64,
    /// Messages to show
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: u64,
    /// Write all its messages into this CSV file
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
}

pub(crate) fn run(args: &ExplainArgs, ctx: &Ctx) -> Result<Answer> {
    let mut progress = ctx.progress();
    let q = Question {
        named: &args.figure,
        as_at: ctx.as_at,
        now: ctx.now,
        skip: args.skip,
        limit: args.limit,
    };
    let found = with_sources(ctx, |p| Ok(explain(p, &q, &mut |s| progress.tell(s, 0, 1))?))?;
    let mut exported = None;
    if let Some(path) = args.export.as_ref().filter(|_| !ctx.dry_run) {
        let file = std::fs::File::create(path).map_err(|e| CliError::io("write", path, e))?;
        exported = Some(export::csv(&found, &mut std::io::BufWriter::new(file), &mut |s| {
            progress.tell(s, 0, 1)
        })?);
    }
    drop(progress);
    let x = &found.explained;
    let mut a = said(x);
    a.json = json!({"figure": x, "exported": exported});
    if let (Some(n), Some(path)) = (exported, &args.export) {
        a = a.then(format!("{} messages written to {}.", count(n), path.display()));
    }
    if let Some(n) = x.next {
        a = a.then(format!("More messages: --skip {n}"));
    }
    Ok(a)
}

fn said(x: &Explained) -> Answer {
    let mut a = Answer::default()
        .say(format!("{} {}", x.id, x.address.words()))
        .say(x.title.clone())
        .say(format!(
            "{}{}",
            x.printed,
            if x.note.is_empty() { String::new() } else { format!(": {}", x.note) }
        ))
        .say(format!(
            "As known at {}; ledger {}; rules {}",
            x.as_at,
            if x.manifest.is_empty() { "(empty)" } else { &x.manifest },
            x.rules_id
        ))
        .say(format!("Check: {}.", x.adds.words));
    if let Some(r) = &x.result {
        let level = words::level;
        a = a.say(format!(
            "Target {}, minimum {} ({}{}): {}",
            or(&level(r.levels.target)),
            or(&level(r.levels.minimum)),
            or(&r.levels.from),
            if r.levels.unconfirmed { ", not confirmed" } else { "" },
            r.band.words()
        ));
        if r.coverage.expected > 0 {
            a = a.say(format!(
                "Feed days observed: {} of {} expected",
                r.coverage.observed, r.coverage.expected
            ));
        }
        for n in &r.notes {
            a = a.say(format!("Note: {n}"));
        }
        if let Figure::Value(v) = &r.figure {
            if let Quantity::Stated(s) = &v.quantity {
                for reading in &s.readings {
                    a = a.say(format!("Reading: {} ({})", reading.text, reading.meaning));
                }
            }
        }
    }
    for t in tables(x) {
        if !t.rows.is_empty() {
            a = a.table(t);
        }
    }
    a
}

fn or(text: &str) -> &str {
    if text.is_empty() { "unknown" } else { text }
}

fn tables(x: &Explained) -> Vec<Table> {
    let mut parts = Table::new("Numerator and denominator by part", &["part", ">met", ">fell due"]);
    let mut lines = Table::new("What stands beside the numerator", &["where", "why", ">count"]);
    let mut faults =
        Table::new("Known faults", &["source", "what", "from", "to", "who repairs it"]);
    if let Some(r) = &x.result {
        for p in &r.parts {
            parts.row([p.label.clone(), count(p.num), count(p.den)]);
        }
        for l in &r.breakdown {
            lines.row(["counted, not met".to_owned(), words::line(r, l), count(l.count)]);
        }
        for l in &r.excluded {
            lines.row(["left out".to_owned(), words::line(r, l), count(l.count)]);
        }
        for f in &r.faults {
            faults.row([
                f.fault.source(),
                f.fault.what.clone(),
                f.fault.from.to_string(),
                f.fault.to.map_or_else(String::new, |d| d.to_string()),
                f.fault.owner.clone().unwrap_or_default(),
            ]);
        }
    } else {
        for c in &x.adds.counts {
            parts.row([c.what.clone(), count(c.counted), String::new()]);
        }
    }
    let mut components = Table::new("Made of", &["component", ">figure", "figure id"]);
    for c in &x.components {
        components.row([c.what.clone(), c.printed.clone(), c.id.clone()]);
    }
    let mut rules =
        Table::new("Rules", &["rule", "what it says", "provenance", "source", "confirmed"]);
    for r in &x.rules {
        let confirmed = r.confirmed_by.clone().unwrap_or_else(|| {
            if r.needs_confirmation { "nobody".to_owned() } else { "not needed".to_owned() }
        });
        rules.row([
            r.id.clone(),
            [r.title.as_str(), r.note.as_str()]
                .into_iter()
                .filter(|t| !t.is_empty())
                .collect::<Vec<_>>()
                .join("; "),
            r.mark.clone(),
            r.source.clone(),
            confirmed,
        ]);
    }
    let mut stated = Table::new(
        "As others stated it",
        &["who", "figure", "document", "version", "place", "file"],
    );
    for s in &x.stated {
        let figure = northbound_packs::assemble::cells::figure(
            &northbound_measures::evaluate::stated::figure(&s.stated),
            2,
            &[],
        )
        .printed();
        stated.row([
            s.stated.source.clone(),
            figure,
            s.stated.document.clone(),
            s.stated.version.clone(),
            s.stated.place.clone(),
            s.file.clone(),
        ]);
    }
    let mut services = Table::new(
        "Down times and planned maintenance",
        &["service", "what", "from (UTC)", "to (UTC)"],
    );
    for s in &x.services {
        let kind = match s.kind {
            northbound_measures::inputs::ServiceKind::Down => "down",
            northbound_measures::inputs::ServiceKind::Planned => "planned",
        };
        services.row([
            s.service.clone(),
            kind.to_owned(),
            s.from.to_string(),
            s.to.map_or_else(|| "lasting".to_owned(), |t| t.to_string()),
        ]);
    }
    let mut people = Table::new("What people said", &["by", "when", "where", "what"]);
    for e in &x.explanations {
        people.row([
            e.by.clone(),
            e.at.to_string(),
            (if e.in_report { "in the report" } else { "offline" }).to_owned(),
            e.text.clone(),
        ]);
    }
    for o in &x.overrides {
        people.row([
            o.who.clone(),
            o.at.map_or_else(String::new, |t| t.to_string()),
            "override".to_owned(),
            o.why.clone(),
        ]);
    }
    let mut files = Table::new("Files with its messages", &["file", "feed", ">rows", "sha-256"]);
    for f in &x.files {
        files.row([f.name.clone(), f.feed.clone(), count(f.rows), f.sha256.clone()]);
    }
    vec![parts, lines, components, faults, rules, stated, services, people, files, messages(x)]
}

fn messages(x: &Explained) -> Table {
    let mut t = Table::new(
        "Messages that fell due",
        &[
            "request",
            "SRV",
            "received (UTC)",
            "state",
            "code",
            ">latency (ms)",
            ">target (ms)",
            "how it was judged",
            "where",
        ],
    );
    for m in &x.messages {
        let text = |k: &str| m.record.get(k).cloned().unwrap_or_default();
        let ms = |us: Option<i64>| us.map_or_else(String::new, |v| (v / 1000).to_string());
        t.row([
            format!("{}:{}:{}", text("originator"), text("target"), text("counter")),
            text("srv"),
            text("received"),
            text("state"),
            text("code"),
            ms(m.latency_us),
            ms(m.target_us),
            format!(
                "{}{}",
                m.timeliness,
                if m.target_assumed { " (target not confirmed)" } else { "" }
            ),
            format!("{} row {}", m.source_file, m.row),
        ]);
    }
    t
}
