//! Eligible combinations of device models with a communications provider.

use crate::assemble::{
    Material,
    cells::{self, label, text},
    words,
};
use northbound_documents::{
    model::{Block, Cell, Para, Section},
    render::words as print,
};
use northbound_registers::{
    Stored,
    records::smets1::{
        combinations::{Combination, Listing},
        defects::Defect,
    },
};

/// The section on combinations; `None` where none is registered.
pub(super) fn section(d: &Material<'_>) -> Option<Section> {
    let smets1 = &d.e.known.registered.smets1;
    if smets1.combinations.is_empty() {
        return None;
    }
    let open = |k: &Stored<Combination>| -> Vec<&Stored<Defect>> {
        let hits =
            |x: &&Stored<Defect>| x.record.is_open() && x.record.combinations.contains(&k.id);
        smets1.defects.iter().filter(hits).collect()
    };
    let live_unassessed = smets1
        .combinations
        .iter()
        .filter(|k| k.record.list == Listing::Eligible && unassessed(&open(k)))
        .count() as u64;
    let rows = smets1.combinations.iter().map(|k| row(k, &open(k))).collect();
    let columns = vec![
        label("combination", "Combination"),
        text("cohort", "Cohort"),
        text("list", "List"),
        text("first_added", "First added"),
        text("evidence", "Evidence"),
        text("defects", "Open defects"),
        text("standing", "Status"),
    ];
    let warning = (live_unassessed > 0).then(|| {
        Para::plain(format!(
            "{} live while a defect that affects it is not assessed.",
            words::things(live_unassessed, "combination is", "combinations are")
        ))
    });
    Some(Section {
        id: "smets1-combinations".to_owned(),
        heading: "SMETS1: eligible combinations".to_owned(),
        message:
            "Device models with a communications provider, their evidence, and their open defects."
                .to_owned(),
        intro: warning.into_iter().collect(),
        blocks: vec![Block::Table(cells::table(
            "smets1-combination-list",
            "Combinations",
            columns,
            rows,
        ))],
    })
}

/// Is any of these defects not assessed in full?
fn unassessed(defects: &[&Stored<Defect>]) -> bool {
    defects.iter().any(|x| !x.record.not_assessed().is_empty())
}

fn row(k: &Stored<Combination>, open: &[&Stored<Defect>]) -> Vec<Cell> {
    let c = &k.record;
    let standing = match (c.list, unassessed(open), c.evidence.is_empty()) {
        (Listing::Eligible, true, _) => "live with a defect not assessed",
        (_, true, _) => "cannot go live: a defect is not assessed",
        (Listing::Pending, _, true) => "cannot go live: no evidence",
        _ => "",
    };
    let evidence: Vec<String> =
        c.evidence.iter().map(|e| format!("{}: {}", e.proof, e.document)).collect();
    vec![
        Cell::words(k.id.clone()),
        Cell::words(c.cohort.clone().unwrap_or_default()),
        Cell::words(c.list.to_string()),
        Cell::words(c.first_added.map(print::day).unwrap_or_default()),
        Cell::words(evidence.join("; ")),
        Cell::words(open.iter().map(|x| x.id.clone()).collect::<Vec<_>>().join(", ")),
        Cell::words(standing),
    ]
}
