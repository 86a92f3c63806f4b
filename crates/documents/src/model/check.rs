//! Is a document sound? Checked before anything is written, so that printers need not doubt.

use super::{
    Band, Block, Cell, Chart, ChartKind, Document, Table,
    figures::tables_of,
    number::{is_decimal, position},
};
use crate::DocumentError;
use std::collections::{BTreeMap, BTreeSet};

/// Most sections of a pack.
pub const MAX_SECTIONS: usize = 200;
/// Most blocks of a section.
pub const MAX_BLOCKS: usize = 500;
/// Most columns of a table.
pub const MAX_COLUMNS: usize = 60;
/// Most rows of a table: a sheet holds a little more than a million.
pub const MAX_ROWS: usize = 100_000;
/// Most points of a chart.
pub const MAX_POINTS: usize = 120;
/// Most series of a chart: as many as can be distinguished without colour.
pub const MAX_SERIES: usize = 6;
/// Most windows of changes on a chart: more could not be distinguished.
pub const MAX_WINDOWS: usize = 99;
/// Longest id, in bytes.
pub const MAX_ID: usize = 80;
/// Longest figure id, in bytes.
pub const MAX_FIGURE_ID: usize = 64;

/// Checks ids, widths, limits, and that no null carries a number or a good band.
pub fn check(document: &Document) -> Result<(), DocumentError> {
    limit("the pack", "sections", document.sections.len(), MAX_SECTIONS)?;
    let mut ids = BTreeSet::new();
    for section in &document.sections {
        let place = format!("section {:?}", section.id);
        unique(&mut ids, &section.id, &place)?;
        limit(&place, "blocks", section.blocks.len(), MAX_BLOCKS)?;
    }
    let sections = document.sections.iter().flat_map(|s| &s.blocks);
    for block in document.front.blocks.iter().chain(sections) {
        match block {
            Block::Chart(c) => chart(&mut ids, c)?,
            Block::Multiples(m) => {
                unique(&mut ids, &m.id, &format!("charts {:?}", m.id))?;
                for c in &m.charts {
                    chart(&mut ids, c)?;
                }
            }
            Block::Table(_) | Block::Text(_) | Block::List(_) => {}
        }
    }
    for t in tables_of(document) {
        unique(&mut ids, &t.id, &format!("table {:?}", t.id))?;
        table(t)?;
    }
    let cells = tables_of(document).into_iter().flat_map(|t| &t.rows).flat_map(|r| &r.cells);
    same_print(
        cells
            .chain(document.front.headlines.iter().map(|h| &h.cell))
            .chain(document.front.shortfalls.iter().map(|s| &s.cell)),
    )?;
    paras(document)?;
    for h in &document.front.headlines {
        cell(&h.cell, &format!("headline {} {}", h.measure, h.region))?;
    }
    for s in &document.front.shortfalls {
        cell(&s.cell, &format!("shortfall {} {}", s.measure, s.region))?;
    }
    Ok(())
}

/// Figure ids in running text are ids.
fn paras(document: &Document) -> Result<(), DocumentError> {
    let blocks =
        document.front.blocks.iter().chain(document.sections.iter().flat_map(|s| &s.blocks));
    let inside = blocks.flat_map(|b| match b {
        Block::Text(p) => std::slice::from_ref(p),
        Block::List(l) => l.items.as_slice(),
        Block::Table(_) | Block::Chart(_) | Block::Multiples(_) => &[],
    });
    let all = document
        .front
        .warnings
        .iter()
        .chain(&document.front.statements)
        .chain(&document.front.brief.summary)
        .chain(&document.front.brief.banner)
        .chain(&document.front.brief.changes)
        .chain(document.sections.iter().flat_map(|s| &s.intro))
        .chain(inside);
    match all.flat_map(|p| &p.runs).filter_map(|r| r.figure.as_deref()).find(|id| !is_figure_id(id))
    {
        Some(id) => Err(DocumentError::unsound(
            "running text",
            format!("figure id {id:?} does not consist of 1 to {MAX_FIGURE_ID} letters and digits"),
        )),
        None => Ok(()),
    }
}

/// A figure reads the same wherever it is printed.
fn same_print<'a>(cells: impl Iterator<Item = &'a Cell>) -> Result<(), DocumentError> {
    let mut seen: BTreeMap<&str, &Cell> = BTreeMap::new();
    for cell in cells {
        let Some(id) = &cell.figure else { continue };
        let first = *seen.entry(id).or_insert(cell);
        let same = first.text == cell.text
            && first.numerator == cell.numerator
            && first.denominator == cell.denominator
            && first.state == cell.state;
        if !same {
            return Err(DocumentError::unsound(
                format!("figure {id}"),
                format!(
                    "it is printed as {:?} and as {:?}; a figure must be printed in one way",
                    first.printed(),
                    cell.printed()
                ),
            ));
        }
    }
    Ok(())
}

fn limit(place: &str, what: &'static str, found: usize, limit: usize) -> Result<(), DocumentError> {
    if found <= limit {
        return Ok(());
    }
    Err(DocumentError::TooLarge { place: place.to_owned(), what, found, limit })
}

fn unique(ids: &mut BTreeSet<String>, id: &str, place: &str) -> Result<(), DocumentError> {
    let sound = !id.is_empty()
        && id.len() <= MAX_ID
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !sound {
        return Err(DocumentError::unsound(
            place,
            format!("an id has 1 to {MAX_ID} lower-case letters, digits and hyphens"),
        ));
    }
    if !ids.insert(id.to_owned()) {
        return Err(DocumentError::unsound(
            place,
            "this id is used twice; ids name files and links",
        ));
    }
    Ok(())
}

fn table(table: &Table) -> Result<(), DocumentError> {
    let place = format!("table {:?}", table.id);
    limit(&place, "columns", table.columns.len(), MAX_COLUMNS)?;
    limit(&place, "rows", table.rows.len(), MAX_ROWS)?;
    if table.columns.is_empty() {
        return Err(DocumentError::unsound(place, "a table has at least one column"));
    }
    let mut keys = BTreeSet::new();
    for column in &table.columns {
        let sound = !column.key.is_empty()
            && column
                .key
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !sound || !keys.insert(&column.key) {
            return Err(DocumentError::unsound(
                place,
                format!(
                    "column key {:?} is used twice or has characters other than lower-case letters, digits and underscores",
                    column.key
                ),
            ));
        }
    }
    for (n, row) in table.rows.iter().enumerate() {
        if row.cells.len() != table.columns.len() {
            return Err(DocumentError::unsound(
                place,
                format!(
                    "row {} has {} cells for {} columns",
                    n + 1,
                    row.cells.len(),
                    table.columns.len()
                ),
            ));
        }
        for (c, column) in row.cells.iter().zip(&table.columns) {
            cell(c, &format!("{place}, row {}, column {:?}", n + 1, column.key))?;
        }
    }
    Ok(())
}

fn cell(cell: &Cell, place: &str) -> Result<(), DocumentError> {
    if cell.state.is_null() {
        let numbers = cell.number.is_some()
            || cell.numerator.is_some()
            || cell.denominator.is_some()
            || !cell.text.is_empty();
        if numbers {
            return Err(DocumentError::unsound(
                place,
                "a null has a number or a text; it may have only mark, state and note",
            ));
        }
        if cell.marks.is_empty() {
            return Err(DocumentError::unsound(place, "a null has no mark"));
        }
        if !matches!(cell.band, None | Some(Band::NoFigure)) {
            return Err(DocumentError::unsound(
                place,
                "a null has a band; only `no figure` is allowed",
            ));
        }
    }
    let integer =
        |t: &Option<String>| t.as_deref().is_none_or(|t| is_decimal(t) && !t.contains('.'));
    if !integer(&cell.numerator) || !integer(&cell.denominator) {
        return Err(DocumentError::unsound(
            place,
            "numerator and denominator are integers in digits",
        ));
    }
    if cell.denominator.as_deref().is_some_and(|d| d.bytes().all(|b| b == b'0')) {
        return Err(DocumentError::unsound(
            place,
            "the denominator is zero; a share of nothing is a null",
        ));
    }
    if cell.number.as_deref().is_some_and(|n| !is_decimal(n)) {
        return Err(DocumentError::unsound(place, "the number is a decimal text such as 99.49"));
    }
    match &cell.figure {
        Some(id) if !is_figure_id(id) => Err(DocumentError::unsound(
            place,
            format!("figure id {id:?} does not consist of 1 to {MAX_FIGURE_ID} letters and digits"),
        )),
        _ => Ok(()),
    }
}

fn is_figure_id(id: &str) -> bool {
    (1..=MAX_FIGURE_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn chart(ids: &mut BTreeSet<String>, chart: &Chart) -> Result<(), DocumentError> {
    let place = format!("chart {:?}", chart.id);
    unique(ids, &chart.id, &place)?;
    limit(&place, "points", chart.points.len(), MAX_POINTS)?;
    limit(&place, "series", chart.series.len(), MAX_SERIES)?;
    if chart.points.is_empty() || chart.series.is_empty() {
        return Err(DocumentError::unsound(place, "a chart has at least one point and one series"));
    }
    for s in &chart.series {
        let place = format!("{place}, series {:?}", s.name);
        if s.values.len() != chart.points.len() {
            return Err(DocumentError::unsound(
                place,
                format!("{} values for {} points", s.values.len(), chart.points.len()),
            ));
        }
        for (n, p) in s.values.iter().enumerate() {
            if p.value.is_some() == p.gap.is_some() {
                return Err(DocumentError::unsound(
                    place,
                    format!("point {} must have either a value or a gap", n + 1),
                ));
            }
            let numbers = [&p.value, &p.low, &p.high];
            if numbers.into_iter().flatten().any(|t| position(t).is_none()) {
                return Err(DocumentError::unsound(
                    place,
                    format!("point {} is neither a decimal nor a fraction", n + 1),
                ));
            }
            if p.figure.as_ref().is_some_and(|id| !is_figure_id(id)) {
                return Err(DocumentError::unsound(
                    place,
                    format!("point {} has an invalid figure id", n + 1),
                ));
            }
        }
    }
    for step in chart.levels.iter().flat_map(|l| &l.steps) {
        if step.from >= chart.points.len() || position(&step.value).is_none() {
            return Err(DocumentError::unsound(
                place,
                "a level is outside the points, or not a number",
            ));
        }
    }
    if chart.annotations.iter().any(|a| a.from > a.to || a.to >= chart.points.len()) {
        return Err(DocumentError::unsound(place, "an annotation is outside the points"));
    }
    windows(chart, &place)?;
    Ok(())
}

/// Windows are allowed on charts along time, within the points, and end after they start.
fn windows(chart: &Chart, place: &str) -> Result<(), DocumentError> {
    limit(place, "windows", chart.windows.len(), MAX_WINDOWS)?;
    if !chart.windows.is_empty() && !matches!(chart.kind, ChartKind::Line | ChartKind::Stacked) {
        return Err(DocumentError::unsound(
            place,
            "the window of a change is on a chart without a time axis",
        ));
    }
    for w in &chart.windows {
        let at = |t: &str| position(t).filter(|v| (0.0..=chart.points.len() as f64).contains(v));
        match (at(&w.start), at(&w.end)) {
            (Some(a), Some(b)) if a <= b => {}
            _ => {
                return Err(DocumentError::unsound(
                    place,
                    format!(
                        "the window {:?} is outside the points, or ends before it starts",
                        w.label
                    ),
                ));
            }
        }
    }
    Ok(())
}
