//! Availability, outage windows, firmware, installs, alerts, volumes, correlation.

use super::{
    Material,
    cells::{self, counts, label, shares, text},
    words,
};
use crate::data::{AlertLine, Numbered};
use northbound_documents::{
    model::{Block, Cell, Para, Section},
    render::words as print,
};
use northbound_measures::inputs::ServiceKind;
use northbound_rules::measure::Basis;
use northbound_types::AlertState;
use std::collections::BTreeMap;

/// All of them, as far as there is anything to say.
pub(super) fn all(d: &Material<'_>) -> Vec<Section> {
    [availability(d), outages(d), firmware(d), installs(d), alerts(d), volumes(d), correlation(d)]
        .into_iter()
        .flatten()
        .collect()
}

fn of<'a>(d: &Material<'a>, basis: impl Fn(&Basis) -> bool) -> Vec<&'a Numbered> {
    d.data
        .results
        .iter()
        .filter(|n| d.e.known.rules.measure(&n.result.measure).is_some_and(|m| basis(&m.basis)))
        .collect()
}

/// Figure, numerator and denominator in words of the measure, and what was left out.
fn rows_table(
    id: &str,
    caption: &str,
    rows: &[&Numbered],
    met: (&str, &str),
    due: (&str, &str),
    unit: &str,
) -> Block {
    let rows = rows
        .iter()
        .map(|n| {
            let (num, den) = n.result.parts.iter().fold((0, 0), |(a, b), p| (a + p.num, b + p.den));
            let notes: Vec<String> = n
                .result
                .notes
                .iter()
                .cloned()
                .chain(
                    n.result.excluded.iter().map(|l| format!("left out: {} {}", l.count, l.reason)),
                )
                .collect();
            vec![
                Cell::words(words::row(&n.result)),
                cells::result(&n.result, &n.id),
                cells::count(num),
                cells::count(den),
                Cell::words(notes.join("; ")),
            ]
        })
        .collect();
    Block::Table(cells::table(
        id,
        caption,
        vec![
            label("row", "Measure, provider, region"),
            shares("figure", "Figure"),
            counts(met.0, met.1, unit),
            counts(due.0, due.1, unit),
            text("notes", "Notes"),
        ],
        rows,
    ))
}

fn availability(d: &Material<'_>) -> Option<Section> {
    let mine = of(d, |b| matches!(b, Basis::Availability { .. }));
    if mine.is_empty() {
        return None;
    }
    let mut blocks = vec![rows_table(
        "availability-minutes",
        "Minutes available",
        &mine,
        ("available", "Minutes available"),
        ("minutes", "Minutes of the period"),
        "minutes",
    )];
    let (first, after) = (d.e.period.first().start(), d.e.period.after().start());
    let rows: Vec<Vec<Cell>> =
        d.e.known
            .registered
            .services
            .iter()
            .filter(|s| s.from < after && s.to.is_none_or(|t| t > first))
            .map(|s| {
                vec![
                    Cell::words(s.service.clone()),
                    Cell::words(match s.kind {
                        ServiceKind::Down => "down",
                        ServiceKind::Planned => "planned maintenance",
                    }),
                    Cell::words(print::time(s.from)),
                    Cell::words(s.to.map_or_else(|| "lasting".to_owned(), print::time)),
                ]
            })
            .collect();
    if !rows.is_empty() {
        blocks.push(Block::Table(cells::table(
            "service-intervals",
            "Downtime and planned maintenance",
            vec![
                label("service", "Service"),
                text("kind", "What"),
                text("from", "From"),
                text("to", "To"),
            ],
            rows,
        )));
    }
    Some(Section {
        id: "availability".to_owned(), heading: "Availability".to_owned(), message: "Unscheduled minutes of downtime; planned maintenance is deducted from the downtime, not from the period.".to_owned(),
        intro: vec![Para::plain("A service without any report has no figure: silence does not prove availability.")], blocks,
    })
}

fn outages(d: &Material<'_>) -> Option<Section> {
    let mine = of(d, |b| matches!(b, Basis::OutageWindows { .. }));
    if mine.is_empty() {
        return None;
    }
    Some(Section {
        id: "outages".to_owned(),
        heading: "Power outage alerts".to_owned(),
        message: "Alerts forwarded of those received, by the size of the event.".to_owned(),
        intro: vec![Para::plain(format!(
            "Fixed windows of {} minutes from 00:00 UTC; distinct hubs decide the class of a window, alerts make the ratio.",
            d.e.known.settings.outage_window_minutes
        ))],
        blocks: vec![rows_table(
            "outage-windows",
            "Outage alerts by class of window",
            &mine,
            ("passed", "Forwarded"),
            ("received", "Received"),
            "alerts",
        )],
    })
}

fn firmware(d: &Material<'_>) -> Option<Section> {
    let mine = of(d, |b| matches!(b, Basis::Payloads));
    if mine.is_empty() {
        return None;
    }
    let mut by: BTreeMap<(String, String), [u64; 5]> = BTreeMap::new();
    for p in d.e.counts.messages.payloads.iter().filter(|p| d.e.period.contains(p.day)) {
        let s = by.entry((p.region.to_string(), p.provider.clone())).or_default();
        for (at, n) in s.iter_mut().zip([p.in_time, p.late, p.no_target, p.failed, p.pending]) {
            *at += n;
        }
    }
    let rows = by
        .into_iter()
        .map(|((region, provider), n)| {
            let mut row = vec![Cell::words(format!("{}, {provider}", words::region_word(&region)))];
            row.extend(n.map(cells::count));
            row
        })
        .collect();
    let columns = vec![
        label("row", "Region and provider"),
        counts("in_time", "In time", "payloads"),
        counts("late", "Late", "payloads"),
        counts("no_target", "No target known", "payloads"),
        counts("failed", "Failed", "payloads"),
        counts("pending", "Pending", "payloads"),
    ];
    Some(Section {
        id: "firmware".to_owned(),
        heading: "Firmware payloads".to_owned(),
        message: "Payloads completed by their target. PM2 is firmware; PM2.1 is availability."
            .to_owned(),
        intro: Vec::new(),
        blocks: vec![
            rows_table(
                "firmware-measure",
                "Payloads completed in time",
                &mine,
                ("in_time", "In time"),
                ("due", "Counted"),
                "payloads",
            ),
            Block::Table(cells::table("payloads", "Payloads by outcome", columns, rows)),
        ],
    })
}

fn installs(d: &Material<'_>) -> Option<Section> {
    let mine = of(d, |b| matches!(b, Basis::Hubs { .. } | Basis::CoverageAccuracy));
    if mine.is_empty() {
        return None;
    }
    Some(Section {
        id: "installs".to_owned(),
        heading: "Installs of Communications Hubs".to_owned(),
        message: "First-time connectivity, and whether coverage was as promised.".to_owned(),
        intro: Vec::new(),
        blocks: vec![rows_table(
            "install-measures",
            "Attempted installs",
            &mine,
            ("met", "Met"),
            ("attempts", "Attempts"),
            "installs",
        )],
    })
}

fn alerts(d: &Material<'_>) -> Option<Section> {
    if d.data.alerts.is_empty() {
        return None;
    }
    let unit = "alerts";
    let columns = vec![
        label("region", "Region"),
        counts("received", "Received", unit),
        counts("duplicate", "Duplicates", unit),
        counts("refused", "Refused", unit),
        counts("consolidated", "Consolidated in a storm", unit),
        counts("forwarded", "Forwarded", unit),
        counts("delivered", "Of these, delivered", unit),
        counts("parked", "Of these, not accepted by the endpoint", unit),
        counts("carried", "Carried on copies", unit),
        counts("residue", "Consolidated, not yet carried", unit),
    ];
    let findings: Vec<String> = d.data.alerts.iter().flat_map(unbalanced).collect();
    let books = if findings.is_empty() {
        "The books balance: received is duplicates, refused, forwarded and consolidated together."
            .to_owned()
    } else {
        format!("The books do not balance: {}.", findings.join("; "))
    };
    Some(Section {
        id: "alerts".to_owned(),
        heading: "Alerts".to_owned(),
        message: "Messages received, and their outcomes.".to_owned(),
        intro: vec![Para::plain(books)],
        blocks: vec![
            Block::Table(cells::table(
                "alert-books",
                "Alerts by region and outcome",
                columns,
                d.data.alerts.iter().map(alert_row).collect(),
            )),
            Block::Table(alert_codes(d)),
        ],
    })
}

fn alert_codes(d: &Material<'_>) -> northbound_documents::model::Table {
    let rows = d
        .data
        .alert_codes
        .iter()
        .map(|a| {
            let code = if a.code.is_empty() { "none stated" } else { a.code.as_str() };
            vec![
                Cell::words(words::region_word(&a.region)),
                Cell::words(code),
                cells::count(a.received),
            ]
        })
        .collect();
    let columns = vec![
        label("region", "Region"),
        text("code", "Code"),
        counts("received", "Received", "alerts"),
    ];
    cells::table("alert-codes", "Alerts by region and code", columns, rows)
}

/// Alerts of a region in a state.
fn in_state(l: &AlertLine, s: AlertState) -> u64 {
    l.by_state.get(&s).copied().unwrap_or(0)
}

/// Alerts consolidated in a storm that no forwarded copy represents yet.
fn residue(l: &AlertLine) -> i64 {
    i64::try_from(in_state(l, AlertState::Consolidated)).unwrap_or(i64::MAX) - l.carried
}

fn alert_row(l: &AlertLine) -> Vec<Cell> {
    use AlertState::{Consolidated, Delivered, Duplicate, Parked, Pending, Refused};
    let n = |s: AlertState| in_state(l, s);
    vec![
        Cell::words(words::region_word(&l.region)),
        cells::count(l.received),
        cells::count(n(Duplicate)),
        cells::count(n(Refused)),
        cells::count(n(Consolidated)),
        cells::count(n(Pending) + n(Delivered) + n(Parked)),
        cells::count(n(Delivered)),
        cells::count(n(Parked)),
        Cell::count(l.carried),
        Cell::count(residue(l)),
    ]
}

/// Where the books of a region do not balance.
fn unbalanced(l: &AlertLine) -> Vec<String> {
    let (region, mut out) = (words::region_word(&l.region), Vec::new());
    let accounted: u64 = l.by_state.values().sum();
    if accounted != l.received {
        out.push(format!("{region}: {} received, {accounted} accounted for", l.received));
    }
    if residue(l) < 0 {
        out.push(format!(
            "{region}: copies represent {}, but {} consolidated",
            words::things(l.carried.unsigned_abs(), "alert", "alerts"),
            words::things(in_state(l, AlertState::Consolidated), "was", "were")
        ));
    }
    out
}

fn volumes(d: &Material<'_>) -> Option<Section> {
    if d.data.volumes.is_empty() {
        return None;
    }
    let rows = d
        .data
        .volumes
        .iter()
        .map(|v| {
            let region = v.keys.first().map_or_else(String::new, |r| words::region_word(r));
            vec![
                Cell::words(region),
                Cell::words(v.keys.get(1).cloned().unwrap_or_default()),
                cells::figure(&v.figure(), 0, &[]),
            ]
        })
        .collect();
    Some(Section {
        id: "volumes".to_owned(),
        heading: "Volumes".to_owned(),
        message: "Users' own requests received, without tests.".to_owned(),
        intro: Vec::new(),
        blocks: vec![Block::Table(cells::table(
            "volume-counts",
            "Requests by region and mode",
            vec![
                label("region", "Region"),
                text("mode", "Mode"),
                counts("requests", "Requests", "requests"),
            ],
            rows,
        ))],
    })
}

fn correlation(d: &Material<'_>) -> Option<Section> {
    if d.data.correlations.is_empty() {
        return None;
    }
    let rows = d
        .data
        .correlations
        .iter()
        .map(|c| {
            let (r, n, words_of) = match &c.found {
                Ok(f) => (
                    Cell {
                        number: Some(f.r.clone()),
                        state: northbound_documents::model::CellState::Ok,
                        ..Cell::words(f.r.clone())
                    },
                    cells::count(f.n),
                    f.finding.clone(),
                ),
                Err(why) => (Cell::words(""), Cell::words(""), why.clone()),
            };
            vec![
                Cell::words(words::region(c.region)),
                Cell::words(words::things(u64::try_from(c.lag).unwrap_or(0), "day", "days")),
                r,
                n,
                Cell::words(words_of),
            ]
        })
        .collect();
    let columns = vec![
        label("region", "Region"),
        text("lag", "Payloads later by"),
        cells::column("r", "r", northbound_documents::model::ColumnKind::Number, ""),
        counts("n", "n", "days"),
        text("finding", "Finding"),
    ];
    Some(Section {
        id: "correlation".to_owned(),
        heading: "Alerts and firmware by day".to_owned(),
        message: "Whether two series moved together; a correlation does not show a cause."
            .to_owned(),
        intro: vec![Para::plain(
            "Pearson's r between alerts received by day and the share of that day's firmware payloads completed in time, within each region.",
        )],
        blocks: vec![Block::Table(cells::table(
            "correlation-table",
            "Correlation by region and lag",
            columns,
            rows,
        ))],
    })
}
