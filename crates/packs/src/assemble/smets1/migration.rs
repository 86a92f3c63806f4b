//! Migration: plan and actuals by week, and the installations exposed to a defect before its fix.

use crate::{
    assemble::{
        Material,
        cells::{self, counts, label, text},
    },
    smets1::{Migrated, Stream, WeekLine, exposed, exposure_words, fix_day, streams, weeks},
};
use northbound_documents::{
    model::{
        Block, Cell, Chart, ChartKind, Para, Point, Section, Series, Table, check::MAX_POINTS,
    },
    render::words as print,
};
use northbound_measures::smets1::exposure::Exposure;
use northbound_registers::{Stored, records::smets1::defects::Defect};
use northbound_types::{Day, NullReason};
use std::collections::BTreeMap;

const UNIT: &str = "installations";

/// The section on migration; `None` where neither a plan nor an actual is registered.
pub(super) fn section(d: &Material<'_>) -> Option<Section> {
    let all = streams(&d.e.known.registered.smets1.migrations);
    if all.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    for (n, (stream, m)) in all.iter().enumerate() {
        blocks.extend(chart(n + 1, stream, m).map(Block::Chart));
    }
    let mut intro = vec![Para::plain(
        "Active and dormant installations are shown separately and never added. A plan gives weeks, so exposure is given as a minimum and a maximum.",
    )];
    let mut rows = Vec::new();
    for k in d.e.known.registered.smets1.defects.iter().filter(|k| k.record.is_open()) {
        match fix_day(&k.id, &k.record) {
            Ok(fix) => exposures(k, fix, &all, &mut rows, &mut intro),
            Err(why) => {
                intro.push(Para::plain(format!("No exposure to {} is given: {why}.", k.id)))
            }
        }
    }
    blocks.extend(exposure_table(rows));
    Some(Section {
        id: "smets1-migration".to_owned(),
        heading: "SMETS1: migration".to_owned(),
        message: "Plan and actuals by week, and installations exposed before the fix.".to_owned(),
        intro,
        blocks,
    })
}

/// Rows on the exposure of every planned stream to a defect; where there is none, why.
fn exposures(
    k: &Stored<Defect>,
    fix: Day,
    all: &BTreeMap<Stream, Migrated>,
    rows: &mut Vec<Vec<Cell>>,
    intro: &mut Vec<Para>,
) {
    let planned = |m: &Migrated| !m.plan.weeks.is_empty() || !m.plan.due.is_empty();
    for (stream, m) in all.iter().filter(|(_, m)| planned(m)) {
        match exposed(m, fix, None) {
            Ok(e) => rows.push(exposure_row(k, fix, stream, &e)),
            Err(why) => intro.push(Para::plain(format!("{}, {}: {why}.", k.id, stream.words()))),
        }
    }
}

fn exposure_row(k: &Stored<Defect>, fix: Day, stream: &Stream, e: &Exposure) -> Vec<Cell> {
    let sure = k.record.fix().map_or("", |f| f.sure());
    vec![
        Cell::words(format!("{}, {}", k.id, stream.words())),
        Cell::words(format!("{} ({sure})", print::day(fix))),
        cells::count(e.installations),
        cells::count(e.before_least),
        cells::count(e.before_greatest),
        cells::count(e.days_least),
        optional(e.days_greatest, "the ramp is not stated"),
        Cell::words(exposure_words(e)),
    ]
}

fn exposure_table(rows: Vec<Vec<Cell>>) -> Option<Block> {
    let columns = vec![
        label("what", "Defect and installations"),
        text("fix", "Fix"),
        counts("installations", "Planned", UNIT),
        counts("before_least", "Before the fix, least", UNIT),
        counts("before_most", "Most", UNIT),
        counts("days_least", "Exposed, least", "installation-days"),
        counts("days_most", "Most", "installation-days"),
        text("words", "Summary"),
    ];
    cells::non_empty_table("smets1-exposure", "Exposure before the fix", columns, rows)
}

fn optional(n: Option<u64>, why: &str) -> Cell {
    n.map_or_else(|| Cell::null(NullReason::NotReported, why), cells::count)
}

/// Plan beside actuals, so far, of one stream; none where the plan tells no weeks and nothing was done.
fn chart(n: usize, stream: &Stream, m: &Migrated) -> Option<Chart> {
    let lines: Vec<WeekLine> = weeks(m);
    if lines.is_empty() {
        return None;
    }
    let spare = lines.len().saturating_sub(MAX_POINTS);
    let lines = lines.get(spare..)?;
    let point = |n: Option<u64>, why: &str| {
        n.map_or_else(
            || Point::gap("[x]", why),
            |n| {
                let c = cells::count(n);
                Point::value(n.to_string(), c.text)
            },
        )
    };
    let series = |name: &str, of: fn(&WeekLine) -> Option<u64>, why: &str| Series {
        name: name.to_owned(),
        values: lines.iter().map(|l| point(of(l), why)).collect(),
    };
    Some(Chart {
        id: format!("smets1-weeks-{n}"),
        title: stream.words(),
        subtitle: "Installations so far, by week".to_owned(),
        kind: ChartKind::Line,
        unit: UNIT.to_owned(),
        points: lines.iter().map(|l| l.week.to_string()).collect(),
        series: vec![
            series("Planned", |l| l.planned_so_far.or(l.due), "the plan has no number yet"),
            series("Migrated", |l| l.actual_so_far, "no count is stated"),
        ],
        levels: Vec::new(),
        annotations: Vec::new(),
        windows: Vec::new(),
        table: week_table(n, stream, lines),
    })
}

fn week_table(n: usize, stream: &Stream, lines: &[WeekLine]) -> Table {
    let rows = lines
        .iter()
        .map(|l| {
            vec![
                Cell::words(print::day(l.week)),
                optional(l.planned, "no plan for the week"),
                optional(l.planned_so_far, "no plan yet"),
                optional(l.actual, "not stated"),
                optional(l.actual_so_far, "not stated"),
                Cell::words(l.due.map(|n| cells::count(n).text).unwrap_or_default()),
                Cell::words(l.cap.map(|n| cells::count(n).text).unwrap_or_default()),
            ]
        })
        .collect();
    let columns = vec![
        label("week", "Week of"),
        counts("planned", "Planned", UNIT),
        counts("planned_so_far", "Planned so far", UNIT),
        counts("migrated", "Migrated", UNIT),
        counts("migrated_so_far", "Migrated so far", UNIT),
        text("due", "Due in all"),
        text("cap", "Cap a week"),
    ];
    cells::table(
        &format!("smets1-weeks-{n}-table"),
        format!("{}, by week", stream.words()),
        columns,
        rows,
    )
}
