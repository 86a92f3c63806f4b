//! What parties say, by class, small classes hidden (needs.md M15).

use crate::{
    assemble::{
        Material,
        cells::{self, count, counts, label, text},
        words,
    },
    oversight::class_lines,
};
use northbound_documents::model::{Block, Cell, Section};
use northbound_types::{NullReason, Region};

pub(super) fn section(d: &Material<'_>) -> Option<Section> {
    let lines = class_lines(d.e).ok()?;
    let rows: Vec<Vec<Cell>> = lines
        .iter()
        .map(|l| {
            let class = if l.class.is_empty() { "all classes" } else { &l.class };
            let region = if l.region == Region::None {
                "The service as a whole"
            } else {
                words::region(l.region)
            };
            let numbers = match l.counts {
                Some(m) => [m.parties, m.poor, m.fair, m.good].map(count),
                None => {
                    std::array::from_fn(|_| Cell::null(NullReason::Suppressed, l.hidden.clone()))
                }
            };
            [vec![Cell::words(region), Cell::words(class)], numbers.to_vec()].concat()
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let columns = vec![
        label("region", "Region"),
        text("class", "Class of party"),
        counts("parties", "Parties", "parties"),
        counts("poor", "Poor", "parties"),
        counts("fair", "Fair", "parties"),
        counts("good", "Good", "parties"),
    ];
    super::section(
        "sentiment",
        "User sentiment",
        "Each party counts once per month and region; none is named.",
        vec![Block::Table(cells::table(
            "sentiment-classes",
            "How parties rate the service",
            columns,
            rows,
        ))],
    )
}
