//! What people said and decided: explanations, remarks, assurance, overrides, claims,
//! reconciliations, and what changed since the last version.

use super::{
    Edition, Material,
    cells::{self, counts, label, text},
    front, words,
};
use northbound_documents::{
    model::{Block, Cell, Para, Section},
    render::words as print,
};
use northbound_measures::{
    evaluate::bands::OverrideAction,
    oversight::explanations::{acceptance_blockers, assurance_of},
};
use northbound_types::Figure;

/// Explanations given and missing, and remarks.
pub(super) fn explanations(d: &Material<'_>) -> Section {
    let rows = d
        .data
        .required
        .iter()
        .map(|q| {
            let (why, from) = front::reason(q);
            let steps = q.given.iter().rev().find_map(|e| e.steps.clone()).unwrap_or_else(|| {
                if q.steps_missing { "asked for, none given".to_owned() } else { String::new() }
            });
            let standing = if q.blocks_issue {
                "missing in the report: the pack cannot be issued"
            } else {
                match q.explained {
                    northbound_measures::oversight::explanations::Explained::InReport => {
                        "explained in the report"
                    }
                    northbound_measures::oversight::explanations::Explained::OfflineOnly => {
                        "offline only"
                    }
                    northbound_measures::oversight::explanations::Explained::Missing => {
                        "not explained"
                    }
                }
            };
            vec![
                Cell::words(format!("{} {} {}", q.measure, q.provider, words::region(q.region))),
                Cell::words(q.band.words()),
                Cell::words(standing),
                Cell::words(why),
                Cell::words(from),
                Cell::words(steps),
            ]
        })
        .collect::<Vec<_>>();
    let mut blocks = Vec::new();
    if !rows.is_empty() {
        blocks.push(Block::Table(cells::table(
            "explanation-list",
            "Rows below target and what was said about them",
            vec![
                label("row", "Measure, provider, region"),
                text("band", "Against its levels"),
                text("standing", "Standing"),
                text("why", "Reason"),
                text("from", "Given"),
                text("steps", "Steps against recurrence"),
            ],
            rows,
        )));
    }
    let notes: Vec<Vec<Cell>> =
        d.e.known
            .registered
            .annotations
            .iter()
            .filter(|a| a.from < d.e.period.after() && a.to.is_none_or(|t| t >= d.e.period.first()))
            .map(|a| {
                vec![
                    Cell::words(a.title.clone()),
                    Cell::words(print::day(a.from)),
                    Cell::words(a.to.map_or_else(|| "lasting".to_owned(), print::day)),
                    Cell::words(a.text.clone()),
                    Cell::words(a.source.clone()),
                ]
            })
            .collect();
    if !notes.is_empty() {
        blocks.push(Block::Table(cells::table(
            "annotations",
            "Remarks on the period",
            vec![
                label("title", "Remark"),
                text("from", "From"),
                text("to", "To"),
                text("text", "In full"),
                text("source", "Who says so"),
            ],
            notes,
        )));
    }
    let intro = if d.data.required.is_empty() {
        vec![Para::plain("No row with a figure is below its target, so none needs an explanation.")]
    } else {
        Vec::new()
    };
    Section {
        id: "explanations".to_owned(),
        heading: "Explanations".to_owned(),
        message: "A reason for each miss; one given offline stays offline.".to_owned(),
        intro,
        blocks,
    }
}

/// Assurance and overrides (M6, M7, M8).
pub(super) fn assurance(d: &Material<'_>) -> Section {
    let results: Vec<_> = d.data.results.iter().map(|n| n.result.clone()).collect();
    let open = acceptance_blockers(&results, &d.e.known.registered.assurance).len();
    let mut blocks = Vec::new();
    let rows: Vec<Vec<Cell>> = d
        .data
        .results
        .iter()
        .filter(|n| matches!(n.result.figure, Figure::Value(_)))
        .map(|n| {
            let r = &n.result;
            let record =
                d.e.known
                    .registered
                    .assurance
                    .iter()
                    .filter(|a| {
                        a.measure == r.measure
                            && a.provider == r.provider
                            && a.region == r.region
                            && a.period == r.period
                    })
                    .max_by_key(|a| a.at);
            let (what, by, at) = record.map_or_else(Default::default, |a| {
                (a.what.clone(), a.by.clone(), print::day(a.at.day()))
            });
            vec![
                Cell::words(words::row(r)),
                Cell::words(assurance_of(r, &d.e.known.registered.assurance).to_string()),
                Cell::words(what),
                Cell::words(by),
                Cell::words(at),
            ]
        })
        .collect();
    if !rows.is_empty() {
        blocks.push(Block::Table(cells::table(
            "assurance-list",
            "Who has checked which figure",
            vec![
                label("row", "Measure, provider, region"),
                text("status", "Status"),
                text("what", "What was checked"),
                text("by", "By whom"),
                text("at", "When"),
            ],
            rows,
        )));
    }
    let rows: Vec<Vec<Cell>> = d
        .e
        .known
        .registered
        .overrides
        .iter()
        .filter(|o| o.period == d.e.period)
        .map(|o| {
            let action = match &o.action {
                OverrideAction::Colour { rag } => format!("colour set to {rag}"),
                OverrideAction::Withhold { reason } => format!("figure withheld: {reason}"),
            };
            vec![
                Cell::words(format!("{} {} {}", o.measure, o.provider, words::region(o.region))),
                Cell::words(action),
                Cell::words(o.who.clone()),
                Cell::words(o.at.map_or_else(String::new, print::time)),
                Cell::words(o.why.clone()),
            ]
        })
        .collect();
    if !rows.is_empty() {
        blocks.push(Block::Table(cells::table(
            "overrides",
            "Overrides",
            vec![
                label("row", "Measure, provider, region"),
                text("action", "What was done"),
                text("who", "Who"),
                text("when", "When"),
                text("why", "Why"),
            ],
            rows,
        )));
    }
    let text = if open == 0 {
        "Every figure with a value is confirmed: the report can be accepted.".to_owned()
    } else {
        format!(
            "{} not confirmed: the report cannot be accepted yet.",
            words::things(open as u64, "figure is", "figures are")
        )
    };
    Section {
        id: "assurance".to_owned(),
        heading: "Assurance and overrides".to_owned(),
        message: "How far each figure can be relied on, and who says so.".to_owned(),
        intro: vec![Para::plain(text)],
        blocks,
    }
}

/// Statements about months against the months (X1).
pub(super) fn claims(d: &Material<'_>) -> Option<Section> {
    if d.data.claims.is_empty() {
        return None;
    }
    let mut rows = Vec::new();
    let mut findings = Vec::new();
    for c in &d.data.claims {
        let row = format!("{} {} {}", c.measure, c.provider, words::region(c.region));
        for ((said, place), v) in c.said.iter().zip(&c.report.verdicts) {
            rows.push(vec![
                Cell::words(row.clone()),
                Cell::words(said.clone()),
                Cell::words(place.clone()),
                Cell::words(v.found.words()),
                Cell::words(v.standing.to_string()),
            ]);
        }
        if c.report.contradict_each_other {
            findings.push(Para::plain(format!("{row}: the statements contradict each other; no months could make all of them true.")));
        }
        if c.report.contradict_table {
            findings.push(Para::plain(format!(
                "{row}: the statements contradict the months that are known."
            )));
        }
        if !c.report.must_have_met.is_empty() {
            let months: Vec<String> =
                c.report.must_have_met.iter().map(|p| print::period(*p)).collect();
            findings.push(Para::plain(format!(
                "{row}: if they are true, the {} was met in {}.",
                c.level,
                months.join(", ")
            )));
        }
        for x in &c.report.disagreements {
            let (table, said) = if x.table_missed { ("missed", "met") } else { ("met", "missed") };
            findings.push(Para::plain(format!(
                "{row}: {} {table} by the months, {said} by the statements.",
                print::period(x.month)
            )));
        }
    }
    let mut blocks = vec![Block::Table(cells::table(
        "claim-list",
        "Statements and what the months give",
        vec![
            label("row", "Measure, provider, region"),
            text("said", "Statement"),
            text("place", "Who says it, where"),
            text("found", "By the months"),
            text("standing", "Standing"),
        ],
        rows,
    ))];
    if !findings.is_empty() {
        blocks.push(Block::List(northbound_documents::model::List {
            ordered: false,
            items: findings,
        }));
    }
    Some(Section {
        id: "claims".to_owned(),
        heading: "Statements about months".to_owned(),
        message: "What was said about runs and counts, held against the months.".to_owned(),
        intro: Vec::new(),
        blocks,
    })
}

/// Reconciliations that touch the period.
pub(super) fn reconciliations(d: &Material<'_>) -> Section {
    let period = d.e.period.to_string();
    let runs: Vec<Vec<Cell>> =
        d.e.known
            .registered
            .reconciliations
            .iter()
            .filter(|(_, r)| r.periods.is_empty() || r.periods.contains(&period))
            .map(|(id, r)| {
                vec![
                    Cell::words(id.clone()),
                    Cell::words(r.sources.join(" against ")),
                    Cell::words(r.keys.join(", ")),
                    Cell::words(r.note.clone()),
                ]
            })
            .collect();
    let rows: Vec<Vec<Cell>> =
        d.e.known
            .registered
            .differences
            .iter()
            .filter(|x| x.period == period)
            .map(|x| {
                vec![
                    Cell::words(x.key.clone()),
                    Cell::words(x.class.clone()),
                    Cell::count(x.amount),
                    Cell::words(x.status.to_string()),
                    Cell::words(x.owner.clone()),
                    Cell::words(x.decision.clone()),
                ]
            })
            .collect();
    let intro = if runs.is_empty() {
        vec![Para::plain("No reconciliation of this period is kept.")]
    } else {
        Vec::new()
    };
    let mut blocks = Vec::new();
    if !runs.is_empty() {
        blocks.push(Block::Table(cells::table(
            "reconciliations",
            "Runs",
            vec![
                label("id", "Run"),
                text("sources", "Sources"),
                text("keys", "By"),
                text("note", "Note"),
            ],
            runs,
        )));
    }
    if !rows.is_empty() {
        blocks.push(Block::Table(cells::table(
            "differences",
            "Differences",
            vec![
                label("key", "Difference"),
                text("class", "Cause"),
                counts("amount", "Amount", ""),
                text("status", "Status"),
                text("owner", "Owner"),
                text("decision", "Decision"),
            ],
            rows,
        )));
    }
    Section {
        id: "reconciliation".to_owned(),
        heading: "Reconciliation".to_owned(),
        message: "Where two sources of one count differ.".to_owned(),
        intro,
        blocks,
    }
}

/// What changed since the version before (M11).
pub(super) fn revisions(_: &Material<'_>, edition: &Edition) -> Section {
    let section = |intro: Vec<Para>, blocks| {
        Section { id: "revisions".to_owned(), heading: "Revisions".to_owned(), message: "What changed since the version before, why, and which earlier statements no longer hold.".to_owned(), intro, blocks }
    };
    let Some(diff) = &edition.since else {
        return section(vec![Para::plain("There is no earlier issue of this period.")], Vec::new());
    };
    let mut blocks = Vec::new();
    let rows: Vec<Vec<Cell>> = diff
        .changes
        .iter()
        .map(|c| {
            vec![
                Cell::words(format!(
                    "{} {} {} {}",
                    c.measure,
                    c.provider,
                    words::region(c.region),
                    c.period
                )),
                Cell::words(c.field.clone()),
                Cell::words(c.before.clone()),
                Cell::words(c.after.clone()),
                Cell::words(c.reason.clone()),
            ]
        })
        .collect();
    if !rows.is_empty() {
        blocks.push(Block::Table(cells::table(
            "changes",
            "Changed cells",
            vec![
                label("row", "Measure, provider, region, period"),
                text("field", "What"),
                text("before", "Before"),
                text("after", "After"),
                text("reason", "Why"),
            ],
            rows,
        )));
    }
    let fallen: Vec<Vec<Cell>> = diff
        .fallen
        .iter()
        .map(|(s, now)| {
            vec![
                Cell::words(s.text.clone()),
                Cell::words(now.clone().unwrap_or_else(|| "nothing is said now".to_owned())),
            ]
        })
        .collect();
    if !fallen.is_empty() {
        blocks.push(Block::Table(cells::table(
            "fallen",
            "Statements that no longer hold",
            vec![label("was", "As it was said"), text("now", "As it stands now")],
            fallen,
        )));
    }
    let text = if blocks.is_empty() {
        "Nothing changed since the version before.".to_owned()
    } else {
        format!(
            "{} changed; {} hold.",
            words::things(diff.changes.len() as u64, "cell", "cells"),
            words::things(
                diff.fallen.len() as u64,
                "earlier statement does not",
                "earlier statements do not"
            )
        )
    };
    section(vec![Para::plain(text)], blocks)
}
