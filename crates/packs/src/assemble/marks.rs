//! What holds for nearly every figure is said once: its mark is not printed at the figures, and their
//! notes do not repeat it.

use super::Material;
use crate::data::PackData;
use northbound_documents::model::{Block, Cell, CellState, Chart, Document, Para, Point, Table};
use northbound_measures::notes::is_unsettled;
use northbound_types::{Figure, FigureState};
use std::collections::BTreeSet;

/// Between the notes of a cell.
const BETWEEN: &str = "; ";
/// The mark of a provisional figure.
const PROVISIONAL: &str = "[p]";

/// How many rules by which figures are judged nobody has confirmed. `northbound rules` counts the same.
#[must_use]
pub fn unconfirmed_rules(data: &PackData) -> usize {
    let open = |r: &&northbound_documents::model::RuleUsed| {
        r.needs_confirmation && r.confirmed_by.is_none()
    };
    data.rules_used.iter().filter(open).count()
}

/// Are most figures of the measures at best provisional for want of a confirmation or of the period's end?
#[must_use]
pub fn is_common(data: &PackData) -> bool {
    let values = data.results.iter().filter_map(|n| n.result.figure.as_value());
    let (mut all, mut unsettled) = (0_usize, 0_usize);
    for v in values {
        all += 1;
        let weak = v.state > FigureState::Ok;
        unsettled += usize::from(weak && v.notes.iter().any(|n| is_unsettled(n)));
    }
    unsettled * 2 > all
}

/// Is a figure provisional for no other reason than the common one?
#[must_use]
pub fn is_only_unsettled(f: &Figure) -> bool {
    matches!(f, Figure::Value(v) if v.state == FigureState::Provisional && v.notes.iter().all(|n| is_unsettled(n)))
}

/// A figure as text, with its mark only where it says more than the banner.
#[must_use]
pub fn printed(cell: &Cell, f: &Figure, data: &PackData) -> String {
    let common = is_common(data) && is_only_unsettled(f);
    Cell { common, ..cell.clone() }.printed()
}

/// The banner of the brief; none where every rule is confirmed.
pub(super) fn banner(d: &Material<'_>) -> Option<Para> {
    let open = unconfirmed_rules(d.data);
    if open == 0 {
        return None;
    }
    let rules = super::words::things(open as u64, "rule is", "rules are");
    let figures = if is_common(d.data) {
        "every figure here is provisional at best, without a mark of its own"
    } else {
        "figures that rest on them are marked [p]"
    };
    Some(Para::plain(format!(
        "{rules} not confirmed, so {figures}. To change it: northbound rules list --unconfirmed, then northbound rules confirm ID --source DOCUMENT --reason WHY."
    )))
}

/// Takes what the banner says from the cells, charts and sentences of a document.
pub(super) fn say_once(document: &mut Document, data: &PackData) {
    if !is_common(data) {
        return;
    }
    let mut ids = BTreeSet::new();
    let front = &mut document.front;
    let fronts = front.headlines.iter_mut().map(|h| &mut h.cell);
    for cell in fronts.chain(front.shortfalls.iter_mut().map(|s| &mut s.cell)) {
        settle(cell, &mut ids);
    }
    let sections = document.sections.iter_mut().flat_map(|s| &mut s.blocks);
    for block in front.blocks.iter_mut().chain(sections) {
        match block {
            Block::Table(t) => settle_table(t, &mut ids),
            Block::Chart(c) => settle_chart(c, &mut ids),
            Block::Multiples(m) => m.charts.iter_mut().for_each(|c| settle_chart(c, &mut ids)),
            Block::Text(_) | Block::List(_) => {}
        }
    }
    let sections = document.sections.iter_mut();
    let inside = sections.flat_map(|s| {
        s.intro.iter_mut().chain(s.blocks.iter_mut().flat_map(|b| match b {
            Block::Text(p) => std::slice::from_mut(p),
            Block::List(l) => l.items.as_mut_slice(),
            Block::Table(_) | Block::Chart(_) | Block::Multiples(_) => &mut [],
        }))
    });
    for p in document.front.statements.iter_mut().chain(inside) {
        for run in p.runs.iter_mut().filter(|r| r.figure.as_ref().is_some_and(|f| ids.contains(f)))
        {
            unmark(&mut run.text);
        }
    }
}

/// The notes of a figure without those that the banner says for all.
#[must_use]
pub fn own_notes(note: &str, data: &PackData) -> String {
    if !is_common(data) {
        return note.to_owned();
    }
    let own = note.split(BETWEEN).filter(|n| !is_unsettled(n));
    own.collect::<Vec<_>>().join(BETWEEN)
}

/// Notes that say more than the banner; the mark, where nothing else is behind it.
fn settle(cell: &mut Cell, ids: &mut BTreeSet<String>) {
    let own: Vec<&str> =
        cell.note.split(BETWEEN).filter(|n| !n.is_empty() && !is_unsettled(n)).collect();
    cell.common = cell.state == CellState::Provisional && own.is_empty() && !cell.note.is_empty();
    cell.note = own.join(BETWEEN);
    if cell.common {
        ids.extend(cell.figure.clone());
    }
}

fn settle_table(t: &mut Table, ids: &mut BTreeSet<String>) {
    t.rows.iter_mut().flat_map(|r| &mut r.cells).for_each(|c| settle(c, ids));
}

fn settle_chart(c: &mut Chart, ids: &mut BTreeSet<String>) {
    settle_table(&mut c.table, ids);
    // Points of other months carry no id; those of this month are marked as their cells are.
    let points = c.series.iter_mut().flat_map(|s| &mut s.values);
    let common =
        |p: &Point, ids: &BTreeSet<String>| p.figure.as_ref().is_none_or(|f| ids.contains(f));
    for p in points {
        if common(p, ids) {
            unmark(&mut p.text);
        }
    }
}

fn unmark(text: &mut String) {
    if let Some(bare) = text.strip_suffix(PROVISIONAL) {
        *text = bare.trim_end().to_owned();
    }
}
