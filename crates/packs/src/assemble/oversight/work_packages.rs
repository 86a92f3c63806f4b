//! Work packages whose quarter touches the period (needs.md S5).

use crate::assemble::{
    Material,
    cells::{self, label, text},
};
use northbound_documents::{
    model::{Block, Cell, Section},
    render::words as print,
};

pub(super) fn section(d: &Material<'_>) -> Option<Section> {
    let pounds = |p: Option<i64>| {
        p.map_or_else(|| "not given".to_owned(), |p| format!("£{}.{:02}", p / 100, p % 100))
    };
    let rows: Vec<Vec<Cell>> = d
        .e
        .known
        .registered
        .oversight
        .packages
        .iter()
        .filter(|k| k.record.from < d.e.period.after() && k.record.to >= d.e.period.first())
        .flat_map(|k| {
            let w = &k.record;
            let quarter = format!(
                "{} of a {} year: {} to {}",
                w.quarter,
                w.definition,
                print::day(w.from),
                print::day(w.to)
            );
            let head = [w.title.clone(), quarter, w.state.to_string()].map(Cell::words).to_vec();
            w.lines
                .iter()
                .map(move |l| {
                    [
                        head.clone(),
                        [l.activity.clone(), pounds(l.budget_pence), pounds(l.actual_pence)]
                            .map(Cell::words)
                            .to_vec(),
                    ]
                    .concat()
                })
                .collect::<Vec<_>>()
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let columns = vec![
        label("title", "Work package"),
        text("quarter", "Quarter"),
        text("state", "State"),
        text("activity", "Activity"),
        text("budget", "Budget"),
        text("actual", "Spent"),
    ];
    super::section(
        "work-packages",
        "Work packages",
        "Amounts are shown only where they were stated.",
        vec![Block::Table(cells::table(
            "work-package-lines",
            "Activities of the quarter",
            columns,
            rows,
        ))],
    )
}
