//! Evidence by region (needs.md M13, M14), where somebody other than the network gave some.

use crate::{
    assemble::{
        Material,
        cells::{self, count, counts, label, text},
        words,
    },
    oversight::regions,
};
use northbound_documents::model::{Block, Cell, Para, Section};
use northbound_measures::oversight::evidence::{RegionEvidence, Side, TestComparison};

pub(super) fn section(d: &Material<'_>) -> Option<Section> {
    let (found, compared) = regions::evidence(d.e, d.data).ok()?;
    let from_others = |s: Side| !matches!(s, Side::ContractMeasure | Side::OwnRequests);
    if !found.iter().flat_map(|r| &r.witnesses).any(|w| from_others(w.side)) {
        return None;
    }
    let conflicts: Vec<Para> = found.iter().filter(|r| r.conflict).map(conflict).collect();
    let message = if conflicts.is_empty() {
        "The sources do not contradict each other."
    } else {
        "Sources contradict each other; none is dropped."
    };
    let mut blocks = vec![sources(&found)];
    blocks.extend(user_tests(&compared));
    let mut s = super::section("evidence", "Evidence by region", message, blocks)?;
    s.intro = conflicts;
    Some(s)
}

fn conflict(r: &RegionEvidence) -> Para {
    let names = |s: &[Side]| s.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", ");
    Para::plain(format!(
        "{}: according to {} the service is well; according to {} it is not.",
        words::region(r.region),
        names(&r.well),
        names(&r.not_well)
    ))
}

fn sources(found: &[RegionEvidence]) -> Block {
    let mut rows = Vec::new();
    for r in found {
        for w in &r.witnesses {
            let ratio = w.ratio.map_or_else(|| Cell::words(""), |r| cells::ratio(r.num, r.den));
            rows.push(vec![
                Cell::words(words::region(r.region)),
                Cell::words(w.side.to_string()),
                Cell::words(w.what.clone()),
                ratio,
                Cell::words(w.says.to_string()),
                Cell::words(w.why.clone()),
            ]);
        }
    }
    let columns = vec![
        label("region", "Region"),
        text("side", "Source"),
        text("what", "What"),
        cells::shares("share", "Share"),
        text("says", "Says"),
        text("why", "Why"),
    ];
    let caption = "Assessment of each region by each source";
    Block::Table(cells::table("evidence-sources", caption, columns, rows))
}

fn user_tests(compared: &[TestComparison]) -> Option<Block> {
    let columns = vec![
        label("region", "Region"),
        counts("answered", "Answered", "tests"),
        counts("sent", "Sent", "tests"),
        counts("others_answered", "Others answered", "tests"),
        counts("others_sent", "Others sent", "tests"),
        text("points", "Difference, points"),
        text("interval", "Interval"),
        text("finding", "Finding"),
    ];
    let caption = "Read tests that Users ran, against the other regions";
    let rows = compared.iter().map(comparison).collect();
    cells::non_empty_table("user-tests", caption, columns, rows)
}

fn comparison(c: &TestComparison) -> Vec<Cell> {
    let (points, interval, finding) = match &c.difference {
        Ok(x) => (x.points.clone(), format!("{} to {}", x.low, x.high), x.found.to_string()),
        Err(why) => (String::new(), String::new(), why.clone()),
    };
    vec![
        Cell::words(words::region(c.region)),
        count(c.own.num),
        count(c.own.den),
        count(c.others.num),
        count(c.others.den),
        Cell::words(points),
        Cell::words(interval),
        Cell::words(finding),
    ]
}
