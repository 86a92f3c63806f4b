//! An explained figure as tables and sentences.

use crate::answer::{Answer, Measured, Table, count};
use northbound_measures::{evaluate::stated, inputs::ServiceKind, result::MeasureResult};
use northbound_packs::{
    assemble::{cells, words},
    explain::Explained,
};
use northbound_types::{Figure, Quantity, Utc};

pub(super) fn explained(x: &Explained) -> Answer {
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
    for line in x.result.iter().flat_map(levels) {
        a = a.say(line);
    }
    for t in tables(x) {
        if !t.rows.is_empty() {
            a = a.table(t);
        }
    }
    a
}

/// Sentences about the figure's levels, its coverage, and how its source stated it.
fn levels(r: &MeasureResult) -> Vec<String> {
    let level = words::level;
    let mut lines = vec![format!(
        "Target {}, minimum {} ({}{}): {}",
        or(&level(r.levels.target)),
        or(&level(r.levels.minimum)),
        or(&r.levels.from),
        if r.levels.unconfirmed { ", not confirmed" } else { "" },
        r.band_words()
    )];
    if r.coverage.expected > 0 {
        lines.push(format!(
            "Feed days observed: {} of {} expected",
            r.coverage.observed, r.coverage.expected
        ));
    }
    lines.extend(r.notes.iter().map(|n| format!("Note: {n}")));
    if let Figure::Value(v) = &r.figure
        && let Quantity::Stated(s) = &v.quantity
    {
        lines.extend(s.readings.iter().map(|r| format!("Reading: {} ({})", r.text, r.meaning)));
    }
    lines
}

fn or(text: &str) -> &str {
    if text.is_empty() { "unknown" } else { text }
}

fn tables(x: &Explained) -> Vec<Table> {
    let [parts, lines, faults] = counts(x);
    vec![
        parts,
        lines,
        components(x),
        faults,
        rules(x),
        stated_by_others(x),
        services(x),
        people(x),
        files(x),
        incidents(x),
        messages(x),
    ]
}

/// The parts of numerator and denominator, what was not counted as met, and the known faults.
fn counts(x: &Explained) -> [Table; 3] {
    let mut parts = Table::new("Numerator and denominator by part", &["part", ">met", ">fell due"]);
    let mut lines = Table::new("Messages not in the numerator", &["where", "why", ">count"]);
    let mut faults = Table::new("Known faults", &["source", "what", "from", "to", "owner"]);
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
    [parts, lines, faults]
}

/// The incidents behind a figure of incidents, each with what it counts as.
fn incidents(x: &Explained) -> Table {
    let columns =
        ["incident", ">category", "responsible", "opened", "due", "resolved", "counts as"];
    let mut t = Table::new("Incidents", &columns);
    let at = |t: Option<Utc>| t.map_or_else(String::new, |t| t.to_string());
    for i in &x.incidents {
        t.row([
            i.incident.to_string(),
            i.category.map_or_else(String::new, |c| c.to_string()),
            i.responsible.clone().unwrap_or_default(),
            at(i.opened),
            at(i.due),
            at(i.resolved),
            i.counts_as.clone(),
        ]);
    }
    t
}

fn components(x: &Explained) -> Table {
    let mut components =
        Table::new("Components", &["component", ">figure", "figure id"]).figures(&["figure"]);
    for c in &x.components {
        components.row([c.what.clone(), c.printed.clone(), c.id.clone()]);
        components.figure("figure", Measured::of(&c.figure, c.decimals, &c.levels));
    }
    components
}

fn rules(x: &Explained) -> Table {
    let mut rules = Table::new("Rules", &["rule", "text", "provenance", "source", "confirmed"]);
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
            r.mark.to_string(),
            r.source.clone(),
            confirmed,
        ]);
    }
    rules
}

fn stated_by_others(x: &Explained) -> Table {
    let mut t = Table::new(
        "As stated by others",
        &["who", "figure", "document", "version", "place", "file"],
    )
    .figures(&["figure"]);
    for s in &x.stated {
        let stated = stated::figure(&s.stated);
        let figure = cells::figure(&stated, 2, &[]).printed();
        t.row([
            s.stated.source.clone(),
            figure,
            s.stated.document.clone(),
            s.stated.version.clone(),
            s.stated.place.clone(),
            s.file.clone(),
        ]);
        t.figure("figure", Measured::of(&stated, 2, &[]));
    }
    t
}

fn services(x: &Explained) -> Table {
    let mut services = Table::new(
        "Downtime and planned maintenance",
        &["service", "what", "from (UTC)", "to (UTC)"],
    );
    for s in &x.services {
        let kind = match s.kind {
            ServiceKind::Down => "down",
            ServiceKind::Planned => "planned",
        };
        services.row([
            s.service.clone(),
            kind.to_owned(),
            s.from.to_string(),
            s.to.map_or_else(|| "lasting".to_owned(), |t| t.to_string()),
        ]);
    }
    services
}

fn people(x: &Explained) -> Table {
    let mut people = Table::new("Explanations and remarks", &["by", "when", "where", "what"]);
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
    people
}

fn files(x: &Explained) -> Table {
    let mut files =
        Table::new("Source files of its messages", &["file", "feed", ">rows", "sha-256"]);
    for f in &x.files {
        files.row([f.name.clone(), f.feed.clone(), count(f.rows), f.sha256.clone()]);
    }
    files
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
            "judgement",
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
