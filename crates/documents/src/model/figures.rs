//! Every figure that a document prints, once each, with its place: what `explain` opens.

use super::{Band, Block, Cell, CellState, Chart, Document, Table};
use serde::Serialize;
use std::collections::BTreeMap;

/// A figure and every place in the document that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FigureUse {
    /// Figure id.
    pub id: String,
    /// What it is: caption, row, column of the first place.
    pub what: String,
    /// As printed there.
    pub printed: String,
    /// As printed for people, without a mark that the banner says.
    #[serde(skip)]
    pub shown: String,
    /// Exact numerator.
    pub numerator: Option<String>,
    /// Exact denominator.
    pub denominator: Option<String>,
    /// Its state: sound, weak or null.
    pub state: CellState,
    /// Band.
    pub band: Option<Band>,
    /// Why it is null or weak.
    pub note: String,
    /// In how many places it is printed.
    pub places: u32,
}

/// The figures of a pack, in order of id.
#[must_use]
pub fn figures_of(document: &Document) -> Vec<FigureUse> {
    let mut index = Index::default();
    for h in &document.front.headlines {
        index.cell(&h.cell, || join(&[&h.measure, &h.title, &h.region, &h.provider]));
    }
    for s in &document.front.shortfalls {
        index.cell(&s.cell, || join(&[&s.measure, &s.what, &s.region]));
    }
    let sections = document.sections.iter().flat_map(|s| &s.blocks);
    for block in document.front.blocks.iter().chain(sections) {
        index.block(block);
    }
    index.0.into_values().collect()
}

/// The tables of a pack, in order of print, those of charts among them.
#[must_use]
pub fn tables_of(document: &Document) -> Vec<&Table> {
    let mut out = Vec::new();
    let sections = document.sections.iter().flat_map(|s| &s.blocks);
    for block in document.front.blocks.iter().chain(sections) {
        match block {
            Block::Table(t) => out.push(t),
            Block::Chart(c) => out.push(&c.table),
            Block::Multiples(m) => out.extend(m.charts.iter().map(|c| &c.table)),
            Block::Text(_) | Block::List(_) => {}
        }
    }
    out
}

fn join(parts: &[&str]) -> String {
    parts.iter().copied().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ")
}

#[derive(Default)]
struct Index(BTreeMap<String, FigureUse>);

impl Index {
    fn cell(&mut self, cell: &Cell, what: impl FnOnce() -> String) {
        let Some(id) = &cell.figure else { return };
        let entry = self.0.entry(id.clone()).or_insert_with(|| FigureUse {
            id: id.clone(),
            what: what(),
            printed: cell.marked(),
            shown: cell.printed(),
            numerator: cell.numerator.clone(),
            denominator: cell.denominator.clone(),
            state: cell.state,
            band: cell.band,
            note: cell.note.clone(),
            places: 0,
        });
        entry.places += 1;
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Table(t) => self.table(t),
            Block::Chart(c) => self.chart(c),
            Block::Multiples(m) => m.charts.iter().for_each(|c| self.chart(c)),
            Block::Text(_) | Block::List(_) => {}
        }
    }

    fn chart(&mut self, chart: &Chart) {
        self.table(&chart.table);
    }

    fn table(&mut self, table: &Table) {
        for row in &table.rows {
            let head = row.cells.first().map_or("", |c| c.text.as_str());
            for (cell, column) in row.cells.iter().zip(&table.columns) {
                self.cell(cell, || join(&[&table.caption, head, &column.title]));
            }
        }
    }
}
