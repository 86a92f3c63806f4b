//! What the figures rest on: coverage by feed, faults, files with rejected rows, duplicates and
//! collisions.

use super::{
    Material,
    cells::{self, counts, label, shares, text},
    words,
};
use crate::data::collisions::CollisionLine;
use northbound_documents::{
    model::{Block, Cell, Para, Section},
    render::words as print,
};
use northbound_measures::inputs::Severity;
use northbound_types::Day;

/// Data quality.
pub(super) fn section(d: &Material<'_>) -> Section {
    let mut blocks = vec![Block::Table(coverage(d))];
    if !d.e.known.registered.faults.is_empty() {
        blocks.push(Block::Table(faults(d)));
    }
    blocks.push(Block::Table(files(d)));
    if !d.data.collisions.is_empty() {
        blocks.push(Block::Table(collisions(d)));
    }
    if !d.e.known.registered.contradictions.is_empty() {
        blocks.push(Block::Table(contradictions(d)));
    }
    let disputed = d.e.counts.messages.cells.rows.iter().map(|r| r.disputed).sum::<u64>();
    let mut intro = vec![Para::plain(
        "Each feed's calendar defines what was expected, regardless of what arrived. A missing or faulty day counts as not observed; if coverage is below the floor of the methodology, the figure is null.",
    )];
    if disputed > 0 {
        intro.push(Para::plain(format!("{} a conflicting record under the same identity; the record with the lower declared rank counts, and figures that include it are disputed.", words::things(disputed, "message has", "messages have"))));
    }
    let (listed, all) = (d.data.collisions.list.len() as u64, d.data.collisions.all);
    if all > listed {
        intro.push(Para::plain(format!("Of {all} records that contradict another of the same identity {listed} are listed; `northbound ingest show FILE --collisions` lists those of a file.")));
    }
    Section {
        id: "quality".to_owned(),
        heading: "Data quality".to_owned(),
        message: "Data expected and received, and known faults.".to_owned(),
        intro,
        blocks,
    }
}

fn coverage(d: &Material<'_>) -> northbound_documents::model::Table {
    let rows =
        d.e.counts
            .feeds
            .iter()
            .map(|f| {
                let expected: Vec<Day> =
                    f.expected.iter().copied().filter(|x| d.e.period.contains(*x)).collect();
                let missing: Vec<Day> =
                    expected.iter().copied().filter(|x| !f.observed.contains(x)).collect();
                let title =
                    d.e.known
                        .registered
                        .feeds
                        .iter()
                        .find(|x| x.id == f.feed)
                        .map_or("", |x| x.title.as_str());
                vec![
                    Cell::words(format!("{}: {title}", f.feed)),
                    cells::ratio((expected.len() - missing.len()) as u64, expected.len() as u64),
                    cells::count(expected.len() as u64),
                    Cell::words(days(&missing)),
                    Cell::words(f.owner.clone().unwrap_or_default()),
                    Cell::words(f.carries.join(", ")),
                ]
            })
            .collect();
    let columns = vec![
        label("feed", "Feed"),
        shares("observed", "Observed"),
        counts("expected", "Expected", "days"),
        text("missing", "Missing"),
        text("owner", "Owner"),
        text("brings", "Contents"),
    ];
    cells::table("coverage", "Expected and observed by feed", columns, rows)
}

/// Days as stretches: `3 to 5 April 2026`-like, in ISO dates.
pub(crate) fn days(list: &[Day]) -> String {
    let mut out: Vec<String> = Vec::new();
    for run in list.chunk_by(|a, b| b.0 == a.0 + 1) {
        match run {
            [one] => out.push(one.to_string()),
            [first, .., last] => out.push(format!("{first} to {last}")),
            [] => {}
        }
    }
    out.join(", ")
}

fn faults(d: &Material<'_>) -> northbound_documents::model::Table {
    let rows =
        d.e.known
            .registered
            .faults
            .iter()
            .map(|f| {
                let age = d.e.known.as_at.day().0 - f.from.0;
                vec![
                    Cell::words(f.source()),
                    Cell::words(f.what.clone()),
                    Cell::words(print::day(f.from)),
                    Cell::words(f.to.map_or_else(|| "lasting".to_owned(), print::day)),
                    Cell::count(i64::from(f.to.map_or(age, |t| t.0 - f.from.0 + 1))),
                    Cell::words(match f.severity {
                        Severity::Suspect => "figures are used and marked",
                        Severity::Unreliable => "not observed",
                    }),
                    Cell::words(if f.measures.is_empty() {
                        "all that depend on it".to_owned()
                    } else {
                        f.measures.join(", ")
                    }),
                    Cell::words(f.owner.clone().unwrap_or_default()),
                    Cell::words(f.change_request.clone().unwrap_or_default()),
                ]
            })
            .collect();
    let columns = vec![
        label("source", "Source"),
        text("what", "Fault"),
        text("from", "From"),
        text("to", "To"),
        counts("days", "Days", "days"),
        text("severity", "Effect"),
        text("measures", "Measures"),
        text("owner", "Owner"),
        text("change_request", "Change request"),
    ];
    cells::table("faults", "Known faults", columns, rows)
}

fn files(d: &Material<'_>) -> northbound_documents::model::Table {
    let m = &d.e.known.snapshot.root.manifest;
    let mut rows: Vec<Vec<Cell>> = m
        .sources
        .iter()
        .filter(|s| s.known <= d.e.known.as_at)
        .map(|s| {
            let gone = m.retracted.iter().find(|r| r.source == s.id && r.at <= d.e.known.as_at);
            vec![
                Cell::words(s.name.clone()),
                cells::count(s.rows),
                cells::count(s.rejected),
                cells::count(s.duplicates),
                cells::count(s.collisions),
                Cell::words(gone.map_or_else(String::new, |r| format!("retracted: {}", r.reason))),
                Cell::words(s.corrects.join(", ")),
            ]
        })
        .collect();
    rows.extend(
        d.e.known.registered.sources.iter().filter(|(_, s)| s.ledger_source.is_none()).map(
            |(_, s)| {
                let n = |v: i64| cells::count(u64::try_from(v).unwrap_or(0));
                vec![
                    Cell::words(s.name.clone()),
                    n(s.accepted),
                    n(s.rejected),
                    n(s.duplicates),
                    Cell::words(""),
                    Cell::words(""),
                    Cell::words(s.corrects.join(", ")),
                ]
            },
        ),
    );
    let columns = vec![
        label("file", "File"),
        counts("rows", "Rows accepted", "rows"),
        counts("rejected", "Rejected", "rows"),
        counts("duplicates", "Duplicates", "rows"),
        counts("collisions", "Collisions", "rows"),
        text("standing", "Status"),
        text("corrects", "Corrects"),
    ];
    cells::table("files", "Files and their rows", columns, rows)
}

/// Records that contradict each other, with both rows.
fn collisions(d: &Material<'_>) -> northbound_documents::model::Table {
    let differ = |c: &CollisionLine| {
        let parts: Vec<String> = c
            .differ
            .iter()
            .map(|(name, first, other)| format!("{name}: {} / {}", known(first), known(other)))
            .collect();
        parts.join("; ")
    };
    let rows = d
        .data
        .collisions
        .list
        .iter()
        .map(|c| {
            let cells = [&c.about, &c.first, &c.other, &differ(c), &c.counts];
            cells.map(|text| Cell::words(text.clone())).to_vec()
        })
        .collect();
    let columns = vec![
        label("about", "About"),
        text("first", "First record"),
        text("other", "Other record"),
        text("differ", "Differences (first / other)"),
        text("counts", "Counted"),
    ];
    cells::table("collisions", "Records that contradict each other", columns, rows)
}

fn known(value: &str) -> &str {
    if value.is_empty() { "unknown" } else { value }
}

fn contradictions(d: &Material<'_>) -> northbound_documents::model::Table {
    let rows =
        d.e.known
            .registered
            .contradictions
            .iter()
            .map(|c| {
                vec![
                    Cell::words(c.about.clone()),
                    Cell::words(c.register.clone()),
                    Cell::words(words::things(
                        c.left,
                        "other row does not count",
                        "other rows do not count",
                    )),
                ]
            })
            .collect();
    cells::table(
        "contradictions",
        "Files that contradict each other",
        vec![label("about", "About"), text("register", "Register"), text("left", "Standing")],
        rows,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_as_stretches() {
        let d = |t: &str| t.parse::<Day>().unwrap();
        assert_eq!(
            days(&[d("2026-04-03"), d("2026-04-04"), d("2026-04-05"), d("2026-04-09")]),
            "2026-04-03 to 2026-04-05, 2026-04-09"
        );
        assert_eq!(days(&[]), "");
    }
}
