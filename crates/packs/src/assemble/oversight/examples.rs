//! Examples of where reports disagree, by state (needs.md R2). No sender is named.

use crate::assemble::{
    Material,
    cells::{self, label, text},
};
use northbound_documents::model::{Block, Cell, Section};
use northbound_registers::records::feedback::examples::state;

pub(super) fn section(d: &Material<'_>) -> Option<Section> {
    let o = &d.e.known.registered.oversight;
    let rows: Vec<Vec<Cell>> = o
        .examples
        .iter()
        .map(|k| {
            let p = o.passed.get(&k.id);
            let (to, answer) =
                p.map_or_else(Default::default, |p| (p.passed_to.clone(), p.answer.clone()));
            [k.id.clone(), k.record.about.clone(), state(&k.record, p).to_string(), to, answer]
                .map(Cell::words)
                .to_vec()
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let columns = vec![
        label("id", "Example"),
        text("about", "About"),
        text("state", "State"),
        text("to", "Passed on to"),
        text("answer", "Answer"),
    ];
    super::section(
        "examples",
        "Examples of report discrepancies",
        "Each example has a state until it is answered.",
        vec![Block::Table(cells::table("example-list", "Examples and their state", columns, rows))],
    )
}
