//! Every measure with its regions side by side, and composites opened into their rows.

use super::{
    Material,
    cells::{self, counts, label, shares, text},
    marks, words,
};
use crate::data::Numbered;
use northbound_documents::model::{Block, Cell, ColumnKind, Para, Section, Table};
use northbound_measures::{
    MeasureResult,
    result::{Component, Contributions, FigureBasis},
};
use northbound_types::{Figure, Region};
use std::collections::BTreeMap;

/// The measures.
pub(super) fn measures(d: &Material<'_>) -> Section {
    Section {
        id: "measures".to_owned(),
        heading: "Performance by measure".to_owned(),
        message:
            "Each measure with its regions side by side; a national figure is never shown alone."
                .to_owned(),
        intro: vec![Para::plain(format!(
            "Counted by {} ({}). A month is judged by the levels in force on its first day; a figure equal to a level meets it.",
            d.e.known.methodology.title, d.e.known.methodology.id
        ))],
        blocks: vec![
            Block::Table(side_by_side(d)),
            Block::Table(detail(d)),
            Block::Table(left_out(d)),
        ],
    }
}

const REGIONS: [Region; 4] = [Region::North, Region::Central, Region::South, Region::None];

fn side_by_side(d: &Material<'_>) -> northbound_documents::model::Table {
    let mut by: Vec<(&MeasureResult, BTreeMap<Region, Cell>)> = Vec::new();
    for n in &d.data.results {
        let cell = cells::result(&n.result, &n.id);
        match by
            .iter_mut()
            .find(|(r, m)| r.measure == n.result.measure && !m.contains_key(&n.result.region))
        {
            Some((_, m)) => {
                m.insert(n.result.region, cell);
            }
            None => by.push((&n.result, BTreeMap::from([(n.result.region, cell)]))),
        }
    }
    let rows = by
        .into_iter()
        .map(|(r, mut m)| {
            let mut row = vec![Cell::words(format!("{} {}", r.measure, r.title))];
            row.extend(REGIONS.map(|g| m.remove(&g).unwrap_or_else(|| Cell::words(""))));
            row.push(Cell::words(words::level(r.levels.target)));
            row.push(Cell::words(words::level(r.levels.minimum)));
            row
        })
        .collect();
    let columns = vec![
        label("measure", "Measure"),
        shares("north", "North"),
        shares("central", "Central"),
        shares("south", "South"),
        shares("national", "National"),
        text("target", "Target"),
        text("minimum", "Minimum"),
    ];
    cells::table("measures-by-region", "Measures by region", columns, rows)
}

fn detail(d: &Material<'_>) -> northbound_documents::model::Table {
    let rows = d
        .data
        .results
        .iter()
        .map(|n| {
            let r = &n.result;
            let left: u64 = r.excluded.iter().map(|l| l.count).sum();
            vec![
                Cell::words(words::row(r)),
                cells::result(r, &n.id),
                Cell::words(if r.band == northbound_measures::evaluate::bands::Band::Null {
                    String::new()
                } else {
                    r.band_words().to_owned()
                }),
                Cell::words(format!(
                    "{}{}",
                    r.levels.from,
                    if r.levels.unconfirmed { ", not confirmed" } else { "" }
                )),
                interval(r),
                cells::count(left),
                coverage(r),
                Cell::count(i64::from(r.age_days)),
                Cell::words(r.basis.as_str()),
                Cell::words(stated(r)),
            ]
        })
        .collect();
    let columns = vec![
        label("row", "Measure, provider, region"),
        shares("figure", "Figure"),
        text("band", "Band"),
        text("levels", "Source of levels"),
        text("interval", "95 % interval"),
        counts("left_out", "Left out", "messages"),
        text("coverage", "Feed days observed of expected"),
        counts("age", "Age", "days"),
        text("basis", "Method"),
        text("stated", "As stated by others"),
    ];
    cells::table("measure-detail", "Basis of each figure", columns, rows)
}

fn interval(r: &MeasureResult) -> Cell {
    let Some(i) = &r.interval else { return Cell::words("") };
    match (words::share(&i.low, 2, &[]), words::share(&i.high, 2, &[])) {
        (Some(l), Some(h)) => Cell::words(format!("{l} % to {h} %")),
        _ => Cell::words(""),
    }
}

fn coverage(r: &MeasureResult) -> Cell {
    if r.coverage.expected == 0 {
        return Cell::words(if r.basis == FigureBasis::Computed {
            "no calendar known"
        } else {
            ""
        });
    }
    Cell::words(format!("{} of {}", r.coverage.observed, r.coverage.expected))
}

fn stated(r: &MeasureResult) -> String {
    r.stated
        .iter()
        .map(|s| {
            let figure = cells::figure(&s.figure, r.decimals, &[]).printed();
            let standing = if s.superseded {
                ", superseded"
            } else if s.conflicts == Some(true) {
                ", differs"
            } else {
                ""
            };
            let place = if s.place.is_empty() { String::new() } else { format!(", {}", s.place) };
            format!("{figure}: {}, {} version {}{place}{standing}", s.source, s.document, s.version)
        })
        .collect::<Vec<_>>()
        .join("; ")
}

/// What no denominator holds, by why: always with its count (M2).
fn left_out(d: &Material<'_>) -> northbound_documents::model::Table {
    let mut rows = Vec::new();
    for n in &d.data.results {
        for (what, lines) in
            [("left out", &n.result.excluded), ("counted, not in time", &n.result.breakdown)]
        {
            for l in lines {
                rows.push(vec![
                    Cell::words(words::row(&n.result)),
                    Cell::words(what),
                    Cell::words(words::line(&n.result, l)),
                    cells::count(l.count),
                ]);
            }
        }
    }
    cells::table(
        "exclusions",
        "Messages not in the numerator, by reason",
        vec![
            label("row", "Measure, provider, region"),
            text("what", "Category"),
            text("why", "Why"),
            counts("count", "Count", ""),
        ],
        rows,
    )
}

/// Composites with their rows and what each adds to the gap.
pub(super) fn composites(d: &Material<'_>) -> Option<Section> {
    let mine: Vec<&Numbered> =
        d.data.results.iter().filter(|n| !n.result.components.is_empty()).collect();
    if mine.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    for n in &mine {
        let r = &n.result;
        let cell = cells::result(r, &n.id);
        let note = marks::own_notes(&cell.note, d.data);
        let notes = if note.is_empty() { String::new() } else { format!(": {note}") };
        blocks.push(Block::Text(
            Para::plain(format!("{}, {}: ", r.measure, r.title))
                .figure(cell.printed(), &n.id)
                .text(format!("{notes}. {}.", r.notes.join("; "))),
        ));
        blocks.push(Block::Table(components(d, r)));
        if let Contributions::Refused { why } = &r.contributions {
            blocks.push(Block::Text(Para::plain(format!("No contributions are given: {why}."))));
        }
    }
    Some(Section {
        id: "composites".to_owned(),
        heading: "Code Performance Measures and their components".to_owned(),
        message: "Which component brought a measure below target, and by how much.".to_owned(),
        intro: vec![Para::plain(
            "A contribution is the share of a row in the gap between target and figure, in percentage points; the contributions sum exactly to the gap. A negative contribution raises the measure.",
        )],
        blocks,
    })
}

fn components(d: &Material<'_>, r: &MeasureResult) -> Table {
    let mut rows: Vec<Vec<Cell>> = r.components.iter().map(|c| component(d, r, c)).collect();
    let gap = match &r.contributions {
        Contributions::Table { gap, .. } => Some(vec![
            Cell::words("Gap between target and figure"),
            Cell::words(""),
            points(gap).unwrap_or_else(|| Cell::words("")),
            Cell::words("sum of the contributions"),
        ]),
        Contributions::NotAsked | Contributions::Refused { .. } => None,
    };
    let has_gap = gap.is_some();
    rows.extend(gap);
    let columns = vec![
        label("row", "Component"),
        shares("figure", "Figure"),
        cells::column(
            "contribution",
            "Contribution to the gap",
            ColumnKind::Number,
            "percentage points",
        ),
        text("standing", "Status"),
    ];
    let id = format!("components-{}", cells::slug(&r.name()));
    let caption = format!("Rows of {} {}", r.measure, words::region(r.region));
    let mut table = cells::table(&id, caption, columns, rows);
    if let Some(last) = table.rows.last_mut() {
        last.total = has_gap;
    }
    table
}

/// A row of a composite: its figure, its part of the gap, and whether it counts.
fn component(d: &Material<'_>, r: &MeasureResult, c: &Component) -> Vec<Cell> {
    let key = (c.measure.as_str(), c.provider.as_str(), c.region);
    let figure = d.data.results.iter().find(|n| n.result.key() == key).map_or_else(
        || cells::figure(&c.figure, r.decimals, &[]),
        |n| cells::result(&n.result, &n.id),
    );
    let parts = match &r.contributions {
        Contributions::Table { parts, .. } => parts.as_slice(),
        Contributions::NotAsked | Contributions::Refused { .. } => &[],
    };
    let part = parts
        .iter()
        .find(|p| (p.measure.as_str(), p.provider.as_str(), p.region) == key)
        .and_then(|p| points(&p.part));
    let standing = c.left_out.clone().unwrap_or_else(|| {
        if matches!(c.figure, Figure::Null(_)) {
            "no value: the measure cannot be determined".to_owned()
        } else {
            "counted".to_owned()
        }
    });
    vec![
        Cell::words(format!("{} {} {}", c.measure, c.provider, words::region(c.region))),
        figure,
        part.unwrap_or_else(|| Cell::words("")),
        Cell::words(standing),
    ]
}

/// An exact share of the gap, in percentage points with four decimals.
fn points(q: &northbound_types::Quantity) -> Option<Cell> {
    let text = words::share(q, 4, &[])?;
    Some(Cell {
        number: Some(text.clone()),
        state: northbound_documents::model::CellState::Ok,
        ..Cell::words(text)
    })
}
