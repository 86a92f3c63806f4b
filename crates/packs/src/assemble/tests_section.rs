//! Test commands counted three ways (M2), and whether they resemble real traffic (M2b).

use super::{
    Material,
    cells::{self, counts, label, shares, text},
    words,
};
use crate::data::{Numbered, WAYS};
use northbound_documents::model::{Block, Cell, Para, Section};
use northbound_measures::statistics::sampling::Mix;
use northbound_types::{Figure, Ratio};

/// Test commands.
pub(super) fn section(d: &Material<'_>) -> Option<Section> {
    if d.data.ways.is_empty() {
        return None;
    }
    let mut blocks = vec![Block::Table(three_ways(d)), Block::Table(sampling(d))];
    let region_list: Vec<Para> = d
        .data
        .sampling
        .iter()
        .filter(|s| s.found.tests > 0 || s.found.hub_days > 0)
        .flat_map(|s| {
            s.found.findings.iter().map(move |f| {
                Para::plain(format!("{} {}: {f}.", s.kind, words::region(s.found.region)))
            })
        })
        .collect();
    if !region_list.is_empty() {
        blocks.push(Block::List(northbound_documents::model::List {
            ordered: false,
            items: region_list,
        }));
    }
    for (key, mixes) in &d.data.mixes {
        if mixes.iter().any(|m| !m.key.is_empty()) {
            blocks.push(Block::Table(mix(key, mixes)));
        }
    }
    Some(Section {
        id: "tests".to_owned(), heading: "Test commands, counted three ways".to_owned(),
        message: "The same month if unanswered attempts count, and if Users' own requests replace the tests.".to_owned(),
        intro: vec![Para::plain(format!("Answered only: share in time of those answered; unanswered attempts are excluded and shown. All attempts: an unanswered attempt counts as missed. Own requests of like mode: Users' own requests of the same region, all attempts, on demand for RTT4, future-dated and scheduled for RTT2 and RTT3; not the share of all their requests on the front page. Quiet hours are {:02}:00 to {:02}:00 UTC; at least {} tests for each commissioned hub are required over the period.",
            d.e.known.settings.quiet_from, d.e.known.settings.quiet_to, plain(d.e.known.settings.tests_per_hub)))],
        blocks,
    })
}

fn plain(r: Ratio) -> String {
    match (r.num, r.den) {
        (n, 1) => n.to_string(),
        (1, 2) => "0.5".to_owned(),
        (n, d) => format!("{n}/{d}"),
    }
}

fn three_ways(d: &Material<'_>) -> northbound_documents::model::Table {
    let way = |r: &Numbered, w: &str| {
        d.data
            .ways
            .iter()
            .find(|x| x.result.key() == r.result.key() && x.result.methodology == w)
            .cloned()
    };
    let rows = d
        .data
        .ways
        .iter()
        .filter(|n| n.result.methodology == WAYS[0])
        .map(|n| {
            let mut row = vec![Cell::words(words::row(&n.result))];
            for w in WAYS {
                row.push(
                    way(n, w).map_or_else(|| Cell::words(""), |x| cells::result(&x.result, &x.id)),
                );
            }
            row.push(cells::count(unanswered(n)));
            row.push(
                d.data
                    .results
                    .iter()
                    .find(|x| x.result.key() == n.result.key())
                    .map_or_else(|| Cell::words(""), |x| cells::result(&x.result, &x.id)),
            );
            row
        })
        .collect();
    let columns = vec![
        label("row", "Measure, provider, region"),
        shares("answered_only", "Answered only"),
        shares("all_attempts", "All attempts"),
        shares("own_requests", "Users' own requests of like mode, all attempts"),
        counts("unanswered", "Unanswered tests, excluded from the first", "tests"),
        shares("reported", "In this pack"),
    ];
    cells::table("three-ways", "The test measures counted three ways", columns, rows)
}

/// Attempts without an answer that the first way leaves out.
fn unanswered(n: &Numbered) -> u64 {
    n.result.excluded.iter().filter(|l| l.reason.starts_with("unanswered")).map(|l| l.count).sum()
}

fn sampling(d: &Material<'_>) -> northbound_documents::model::Table {
    let all_days = d.e.period.each_day().count() as u64;
    let rows = d
        .data
        .sampling
        .iter()
        .map(|s| {
            let f = &s.found;
            let hubs = (f.hub_days + f.days / 2).checked_div(f.days).map_or_else(
                || {
                    Cell::null(
                        northbound_types::NullReason::NotReported,
                        "the number of commissioned hubs is unknown",
                    )
                },
                cells::count,
            );
            let standing = match f.passes {
                Some(true) => "enough",
                Some(false) => "too few",
                None => "cannot be checked",
            };
            vec![
                Cell::words(format!("{} {}", s.kind, words::region(f.region))),
                cells::count(f.tests),
                hubs,
                cells::count(all_days.saturating_sub(f.days)),
                Cell::words(standing),
                cells::count(f.days_without_tests.len() as u64),
                Cell::words(if f.only_quiet_hours { "all in quiet hours" } else { "" }),
            ]
        })
        .collect();
    let columns = vec![
        label("kind", "Test and region"),
        counts("tests", "Tests", "tests"),
        counts("hubs", "Commissioned hubs on average", "hubs"),
        counts("days_left_out", "Days of unknown population, left out of the average", "days"),
        text("standing", "Sampling rule"),
        counts("days_without", "Days without a test", "days"),
        text("quiet", "Quiet hours"),
    ];
    cells::table("test-sampling", "The sampling rule", columns, rows)
}

fn mix(key: &str, mixes: &[Mix]) -> northbound_documents::model::Table {
    let share = |r: &Ratio| cells::figure(&Figure::ratio(r.num, r.den), 2, &[]);
    let rows = mixes
        .iter()
        .map(|m| {
            let name = match key {
                "region" => words::region_word(&m.key),
                "hour" => format!("{}:00 UTC", m.key),
                _ if m.key.is_empty() => "not stated".to_owned(),
                _ => m.key.clone(),
            };
            vec![
                Cell::words(name),
                share(&m.tests),
                share(&m.own),
                Cell::words(if m.untested { "no test here" } else { "" }),
            ]
        })
        .collect();
    let title = match key {
        "hour" => "Hour of the day",
        "region" => "Region",
        _ => "Device type",
    };
    let columns = vec![
        label("key", title),
        shares("tests", "Share of the tests"),
        shares("own", "Share of Users' own requests"),
        text("untested", "Remark"),
    ];
    cells::table(
        &format!("test-mix-{}", cells::slug(key)),
        format!("Tests beside Users' own requests, by {}", title.to_lowercase()),
        columns,
        rows,
    )
}
