//! Test defects: what they hit, what bodies decide, when the fix comes, and events against what is
//! expected.

use super::today;
use crate::{
    assemble::{
        Material,
        cells::{self, counts, label, text},
        words,
    },
    smets1::{expected, hit_list, month_counts},
};
use northbound_documents::{
    model::{Block, Cell, CellState, ColumnKind, Para, Section},
    render::words as print,
};
use northbound_measures::{
    smets1::expectation::{Held, Pace, Reading, hold},
    statistics::exact::decimal,
};
use northbound_registers::{Stored, records::smets1::defects::Defect};
use northbound_types::Day;

/// Decimals of an expected number.
const DECIMALS: u32 = 2;

/// The section on defects; `None` where none is registered.
pub(super) fn section(d: &Material<'_>) -> Option<Section> {
    let defects = &d.e.known.registered.smets1.defects;
    if defects.is_empty() {
        return None;
    }
    let (events, intro) = events(d);
    let mut blocks = vec![list(d)];
    blocks.extend(impact(defects));
    blocks.extend(decisions(defects, today(d)));
    blocks.extend(fixes(defects));
    blocks.extend(events);
    Some(Section {
        id: "smets1-defects".to_owned(),
        heading: "SMETS1: test defects".to_owned(),
        message: "Scope, impact by class, decisions, and confidence in the fix.".to_owned(),
        intro,
        blocks,
    })
}

/// A defect as the first cell of its rows.
fn name(k: &Stored<Defect>) -> Cell {
    Cell::words(format!("{}: {}", k.id, k.record.title))
}

fn list(d: &Material<'_>) -> Block {
    let smets1 = &d.e.known.registered.smets1;
    let row = |k: &Stored<Defect>| {
        let x = &k.record;
        let standing = x.asked_in.as_ref().and_then(|a| smets1.actions.get(a));
        let [functions, srvs, attributes] = [&x.functions, &x.srvs, &x.attributes]
            .map(|l| Cell::words(hit_list(l.as_deref(), x.asked_in.as_deref(), standing).words));
        vec![
            name(k),
            Cell::words(x.state.to_string()),
            Cell::words(x.severity.clone().unwrap_or_else(|| "not assessed".to_owned())),
            functions,
            srvs,
            attributes,
            Cell::words(x.combinations.join(", ")),
        ]
    };
    let columns = vec![
        label("defect", "Defect"),
        text("state", "State"),
        text("severity", "Severity"),
        text("functions", "Affected functions"),
        text("srvs", "Affected SRVs"),
        text("attributes", "Affected attributes"),
        text("combinations", "Affected combinations"),
    ];
    let rows = smets1.defects.iter().map(row).collect();
    Block::Table(cells::table("smets1-defect-list", "Defects", columns, rows))
}

fn impact(defects: &[Stored<Defect>]) -> Option<Block> {
    let mut rows = Vec::new();
    for k in defects {
        for i in k.record.impact() {
            let standing = if i.provisional {
                format!("provisional until {}", i.review)
            } else {
                format!("reviewed at {}", i.review)
            };
            rows.push(vec![
                name(k),
                Cell::words(i.class.clone()),
                Cell::words(i.level.to_string()),
                Cell::words(standing),
                Cell::words(format!("{}, {}", i.by, print::day(i.on))),
            ]);
        }
    }
    let columns = vec![
        label("defect", "Defect"),
        text("class", "Class"),
        text("level", "Level"),
        text("standing", "Status"),
        text("by", "By"),
    ];
    cells::non_empty_table("smets1-impact", "Impact by class of party", columns, rows)
}

fn decisions(defects: &[Stored<Defect>], today: Day) -> Option<Block> {
    let mut rows = Vec::new();
    for k in defects {
        rows.extend(k.record.trail.iter().map(|t| {
            vec![
                name(k),
                Cell::words(t.body.clone()),
                Cell::words(t.question.clone()),
                Cell::words(t.standing(today)),
            ]
        }));
    }
    let columns = vec![
        label("defect", "Defect"),
        text("body", "Body"),
        text("question", "Asked"),
        text("standing", "As at"),
    ];
    cells::non_empty_table("smets1-bodies", "Decisions of bodies", columns, rows)
}

/// Dates of fixes, newest first; of each defect the first one holds.
fn fixes(defects: &[Stored<Defect>]) -> Option<Block> {
    let mut rows = Vec::new();
    for k in defects {
        for (n, f) in k.record.fixes.iter().rev().enumerate() {
            let when = match f.date {
                None => format!("“{}”: no day is stated", f.stated),
                Some(day) if f.stated.is_empty() => print::day(day),
                Some(day) => format!("{} (“{}”)", print::day(day), f.stated),
            };
            let by = f.confirmed_by.as_ref().map_or_else(
                || f.sure().to_owned(),
                |by| format!("{}, according to {by}", f.sure()),
            );
            rows.push(vec![
                name(k),
                Cell::words(when),
                Cell::words(by),
                Cell::words(format!("{}, {}", f.by, print::day(f.on))),
                Cell::words(if n == 0 { "valid now" } else { "earlier" }),
            ]);
        }
    }
    let columns = vec![
        label("defect", "Defect"),
        text("date", "Date"),
        text("sure", "Confidence"),
        text("by", "Given by"),
        text("standing", "Status"),
    ];
    cells::non_empty_table("smets1-fixes", "Dates of the fix, newest first", columns, rows)
}

/// Events against expectation as a table, and a paragraph on each defect with an expectation.
fn events(d: &Material<'_>) -> (Option<Block>, Vec<Para>) {
    let smets1 = &d.e.known.registered.smets1;
    let (mut rows, mut intro) = (Vec::new(), Vec::new());
    for k in &smets1.defects {
        let Some(e) = &k.record.expectation else { continue };
        let counts: Vec<_> =
            smets1.occurrences.iter().filter(|o| o.defect == k.id).cloned().collect();
        let held: Held = hold(&expected(e), &month_counts(&counts), today(d));
        let open = if held.open_questions.is_empty() {
            String::new()
        } else {
            format!(" Open: {}.", held.open_questions.join("; "))
        };
        intro.push(Para::plain(format!(
            "{}: about {} events expected from {} to {}, according to {}; {}.{open}",
            k.id,
            e.about,
            print::day(e.from),
            print::day(e.to),
            e.by,
            held.words()
        )));
        rows.extend(held.readings.iter().map(|r| reading(&k.id, r)));
    }
    let columns = vec![
        label("defect", "Defect"),
        text("reading", "Read as"),
        counts("counted", "Counted", ""),
        cells::column("due", "Expected by then", ColumnKind::Number, ""),
        text("pace", "Pace"),
        text("missing", "Months not counted"),
    ];
    let caption = "Events compared with the expected number";
    (cells::non_empty_table("smets1-events", caption, columns, rows), intro)
}

/// One way to read an expectation, beside what was counted.
fn reading(defect: &str, r: &Reading) -> Vec<Cell> {
    let span = if r.whole { "for the whole period" } else { "for the rest of the period" };
    let due = r.due.share().map(|v| decimal(&v, DECIMALS)).unwrap_or_default();
    let pace = match r.pace {
        Pace::Faster => "faster than expected",
        Pace::NotFaster => "not faster",
        Pace::NotDeterminable => "not determinable",
    };
    let missing: Vec<String> = r.missing.iter().map(|m| words::short_period(*m)).collect();
    vec![
        Cell::words(defect),
        Cell::words(format!("{}, {span}, {} to {}", r.unit, r.from, r.to)),
        cells::count(r.counted),
        Cell { number: Some(due.clone()), state: CellState::Ok, ..Cell::words(due) },
        Cell::words(pace),
        Cell::words(missing.join(", ")),
    ]
}
