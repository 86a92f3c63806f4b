//! Live-service criteria and specifications of mitigations.

use crate::assemble::{
    Material,
    cells::{self, label, text},
};
use northbound_documents::{
    model::{Block, Cell, List, Para, Section},
    render::words as print,
};
use northbound_registers::{
    Stored,
    records::smets1::{
        criteria::{Criteria, CriteriaState},
        mitigations::Mitigation,
    },
};

/// The section on readiness; `None` where neither criteria nor mitigations are registered.
pub(super) fn section(d: &Material<'_>) -> Option<Section> {
    let smets1 = &d.e.known.registered.smets1;
    if smets1.criteria.is_empty() && smets1.mitigations.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    for (n, (k, open)) in smets1.criteria.iter().enumerate() {
        blocks.push(standing(k, open.is_empty()));
        if !open.is_empty() {
            blocks.push(Block::List(List {
                ordered: false,
                items: open.iter().map(|o| Para::plain(format!("Open: {o}."))).collect(),
            }));
        }
        blocks.push(checklist(n + 1, k));
    }
    blocks.extend(mitigations(&smets1.mitigations));
    Some(Section {
        id: "smets1-readiness".to_owned(),
        heading: "SMETS1: live-service criteria and mitigations".to_owned(),
        message: "A checklist is not ready while any point is open.".to_owned(),
        intro: Vec::new(),
        blocks,
    })
}

fn standing(k: &Stored<Criteria>, nothing_open: bool) -> Block {
    let c = &k.record;
    let standing = match (c.state, nothing_open) {
        (CriteriaState::Decided, _) => {
            c.ruling.map(|r| format!("decided: {r}")).unwrap_or_default()
        }
        (CriteriaState::Ready, true) => "ready".to_owned(),
        (CriteriaState::Ready, false) => "was marked as ready, but is not".to_owned(),
        (CriteriaState::Open, _) => "not ready".to_owned(),
    };
    let review = c.review.map_or_else(
        || "no review date is set".to_owned(),
        |r| format!("review on {}", print::day(r)),
    );
    Block::Text(Para::plain(format!("{} ({}, {}): {standing}; {review}.", k.id, c.title, c.body)))
}

fn checklist(n: usize, k: &Stored<Criteria>) -> Block {
    let rows = k
        .record
        .items
        .iter()
        .map(|i| {
            let evidence = i
                .evidence
                .as_ref()
                .map_or_else(|| "none".to_owned(), |e| format!("{}: {}", e.document, e.text));
            let by = i.evidence.as_ref().map(|e| format!("{}, {}", e.by, print::day(e.on)));
            [i.title.clone(), evidence, by.unwrap_or_default()].map(Cell::words).to_vec()
        })
        .collect();
    Block::Table(cells::table(
        &format!("smets1-criteria-{n}"),
        format!("Checklist {}", k.id),
        vec![label("item", "Item"), text("evidence", "Evidence"), text("by", "By")],
        rows,
    ))
}

fn mitigations(list: &[Stored<Mitigation>]) -> Option<Block> {
    let rows = list
        .iter()
        .map(|k| {
            let missing = k.record.missing();
            vec![
                Cell::words(format!("{}: {}", k.id, k.record.title)),
                Cell::words(k.record.defect.clone()),
                Cell::words(if missing.is_empty() { "complete" } else { "incomplete" }),
                Cell::words(missing.join(", ")),
                Cell::words(k.record.document.clone()),
            ]
        })
        .collect();
    let columns = vec![
        label("mitigation", "Mitigation"),
        text("defect", "Defect"),
        text("standing", "Status"),
        text("missing", "Lacks"),
        text("document", "Document"),
    ];
    cells::non_empty_table("smets1-mitigations", "Specifications of mitigations", columns, rows)
}
