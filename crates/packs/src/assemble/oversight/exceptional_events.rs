//! Exceptional Events whose days touch the period (needs.md M20).

use crate::{
    assemble::{
        Material,
        cells::{self, label, text},
        words,
    },
    oversight::{Effect, effects},
};
use northbound_documents::{
    model::{Block, Cell, Para, Section},
    render::words as print,
};
use northbound_registers::records::oversight::cases::Case;
use northbound_types::NullReason;

pub(super) fn section(d: &Material<'_>) -> Option<Section> {
    let (first, after) = d.e.days();
    let cases = d.e.known.registered.oversight.cases.iter().map(|k| &k.record);
    let mut blocks = Vec::new();
    for (n, c) in cases.filter(|c| c.from < after && c.to >= first).enumerate() {
        blocks.push(Block::Text(Para::plain(format!(
            "{} ({} to {}), claimed by {}: {}.",
            c.title,
            print::day(c.from),
            print::day(c.to),
            c.claimant,
            c.standing(d.e.known.as_at.day())
        ))));
        blocks.push(steps(n, c));
        blocks.extend(with_and_without(d, n, c));
    }
    super::section(
        "exceptional-events",
        "Exceptional Events",
        "Both values are given; an event that meets the criteria is not yet granted.",
        blocks,
    )
}

fn steps(n: usize, c: &Case) -> Block {
    let rows = c
        .steps
        .iter()
        .map(|s| {
            vec![
                Cell::words(s.what.to_string()),
                Cell::words(print::day(s.on)),
                Cell::words(s.by.clone()),
                Cell::words(s.text.clone()),
                Cell::words(s.document.clone()),
            ]
        })
        .collect();
    let columns = vec![
        label("what", "Step"),
        text("on", "On"),
        text("by", "By"),
        text("text", "Description"),
        text("document", "Document"),
    ];
    let caption = format!("{}: steps", c.title);
    Block::Table(cells::table(&format!("case-steps-{n}"), caption, columns, rows))
}

fn with_and_without(d: &Material<'_>, n: usize, c: &Case) -> Option<Block> {
    let effects = effects(d.e, c).unwrap_or_default();
    let rows = effects.into_iter().map(|x| effect(d, x)).collect();
    let columns = vec![
        label("row", "Measure, provider, region"),
        cells::shares("with", "As reported, with it"),
        cells::shares("without", "Without it"),
        text("note", "Excluded"),
    ];
    let caption = format!("{}: with and without the event", c.title);
    cells::non_empty_table(&format!("case-effect-{n}"), caption, columns, rows)
}

fn effect(d: &Material<'_>, x: Effect) -> Vec<Cell> {
    let reported = d.data.results.iter().find(|n| n.result.key() == x.with.key());
    let with = reported.map_or_else(
        || cells::figure(&x.with.figure, x.with.decimals, &x.with.levels.list()),
        |n| cells::result(&x.with, &n.id),
    );
    let without = x.without.as_ref().map_or_else(
        || Cell::null(NullReason::NotDeterminable, x.note.clone()),
        |w| cells::figure(&w.figure, w.decimals, &w.levels.list()),
    );
    vec![Cell::words(words::row(&x.with)), with, without, Cell::words(x.note)]
}
