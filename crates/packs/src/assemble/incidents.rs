//! The section on incidents and on the arrival of registration files, and its tables.

use super::{
    cells::{self, counts, label, text},
    words,
};
use crate::data::incidents::IncidentView;
use northbound_documents::{
    model::{Block, Cell, List, Para, Section},
    render::words as print,
};
use northbound_measures::{
    incidents::{books::Balance, reports::ReportCheck},
    views::registration::ArrivalLine,
};
use northbound_types::{IncidentEventKind, NullReason, Utc};

fn category(c: Option<u8>) -> String {
    c.map_or_else(|| "not known".to_owned(), |c| c.to_string())
}

fn books_table(v: &IncidentView) -> Block {
    let row = |name: String, b: &Balance| {
        let mut cells = vec![Cell::words(name)];
        cells.extend(
            [
                b.opening,
                b.opened,
                b.appeared,
                b.reopened,
                b.resolved,
                b.withdrawn,
                b.merged,
                b.open,
                b.closed,
            ]
            .map(cells::count),
        );
        cells
    };
    let mut rows: Vec<_> = v
        .by_category
        .iter()
        .map(|(c, b)| {
            row(c.map_or_else(|| "Category not known".to_owned(), |c| format!("Category {c}")), b)
        })
        .collect();
    rows.push(row("All".to_owned(), &v.balance));
    let n = |key: &str, title: &str| counts(key, title, "incidents");
    let mut table = cells::table(
        "incident-books",
        "Incidents as stock and flow",
        vec![
            label("category", "Category"),
            n("opening", "Open at the start"),
            n("opened", "Opened"),
            n("appeared", "First known, opening not recorded"),
            n("reopened", "Reopened"),
            n("resolved", "Resolved"),
            n("withdrawn", "Withdrawn"),
            n("merged", "Merged"),
            n("open", "Open at the end"),
            n("closed", "Closed (no flow)"),
        ],
        rows,
    );
    if let Some(last) = table.rows.last_mut() {
        last.total = true;
    }
    Block::Table(table)
}

fn open_table(v: &IncidentView) -> Option<Block> {
    let rows: Vec<Vec<Cell>> = v
        .ages
        .iter()
        .filter_map(|a| v.incidents.iter().find(|l| l.incident == a.incident).map(|l| (a, l)))
        .map(|(a, l)| {
            let due = v
                .occasions
                .iter()
                .rev()
                .find(|o| o.incident == l.incident)
                .and_then(|o| o.due)
                .map_or_else(String::new, print::time);
            let trail: Vec<String> = l
                .steps
                .iter()
                .filter(|s| s.event == IncidentEventKind::Escalated)
                .map(|s| format!("{} {}", print::day(s.at.day()), s.text))
                .collect();
            vec![
                Cell::words(l.incident.to_string()),
                Cell::words(l.title.clone()),
                Cell::words(category(l.category)),
                Cell::words(l.responsible.clone().unwrap_or_default()),
                Cell::words(if a.exact {
                    print::time(a.since)
                } else {
                    format!("by {}", print::time(a.since))
                }),
                Cell::count(a.days),
                Cell::words(due),
                Cell::words(trail.join("; ")),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| {
        Block::Table(cells::table(
            "incidents-open",
            format!("Incidents open at {}, oldest first", print::time(v.as_at)),
            vec![
                label("incident", "Incident"),
                text("title", "What"),
                text("category", "Category"),
                text("responsible", "Responsible"),
                text("opened", "Open since"),
                counts("days", "Age", "days"),
                text("due", "Target time ends"),
                text("escalated", "Escalated"),
            ],
            rows,
        ))
    })
}

fn bands_table(v: &IncidentView) -> Option<Block> {
    if v.ages.is_empty() {
        return None;
    }
    let rows = v
        .age_bands
        .iter()
        .map(|(from, to, n)| {
            let name = to
                .map_or_else(|| format!("{from} days or more"), |t| format!("{from} to {t} days"));
            vec![Cell::words(name), cells::count(*n)]
        })
        .collect();
    Some(Block::Table(cells::table(
        "incident-ages",
        "Open incidents by age",
        vec![label("age", "Age"), counts("open", "Open", "incidents")],
        rows,
    )))
}

pub(crate) fn life_table(v: &IncidentView) -> Option<Block> {
    let rows: Vec<Vec<Cell>> = v
        .incidents
        .iter()
        .map(|l| {
            let time = |t: Option<Utc>| t.map_or_else(String::new, print::time);
            vec![
                Cell::words(l.incident.to_string()),
                Cell::words(l.title.clone()),
                Cell::words(l.provider.clone().unwrap_or_default()),
                Cell::words(category(l.category)),
                Cell::words(if l.suspended {
                    "open, suspended".to_owned()
                } else {
                    l.state.to_string()
                }),
                Cell::words(time(l.opened)),
                Cell::words(l.escalated_to.clone().unwrap_or_default()),
                Cell::words(time(l.resolved)),
                Cell::words(time(l.closed)),
                Cell::words(l.findings.join("; ")),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| {
        Block::Table(cells::table(
            "incident-list",
            "Incidents of the period",
            vec![
                label("incident", "Incident"),
                text("title", "What"),
                text("provider", "Provider concerned"),
                text("category", "Category"),
                text("state", "State"),
                text("opened", "Opened"),
                text("escalated", "Escalated to"),
                text("resolved", "Resolved"),
                text("closed", "Closed"),
                text("findings", "Inconsistencies"),
            ],
            rows,
        ))
    })
}

fn responses_table(v: &IncidentView) -> Option<Block> {
    let rows: Vec<Vec<Cell>> = v
        .responses
        .iter()
        .map(|l| {
            vec![
                Cell::words(format!("Category {}", category(l.category))),
                cells::figure(&l.figure, 2, &[]),
                cells::count(l.in_time),
                cells::count(l.late),
                cells::count(l.running),
                cells::count(l.unknown),
                cells::count(l.others),
            ]
        })
        .collect();
    let n = |key: &str, title: &str| counts(key, title, "incidents");
    (!rows.is_empty()).then(|| {
        Block::Table(cells::table(
            "incident-responses",
            "Initial responses against target time, by category",
            vec![
                label("category", "Category"),
                cells::shares("share", "On time"),
                n("in_time", "Responded on time"),
                n("late", "Responded late"),
                n("running", "Not due yet"),
                n("unknown", "No response, or none with a time, on record"),
                n("others", "Another party responsible"),
            ],
            rows,
        ))
    })
}

fn reports_blocks(v: &IncidentView) -> Vec<Block> {
    if v.reports.is_empty() {
        return Vec::new();
    }
    let n = |key: &str, title: &str| counts(key, title, "incidents");
    let columns = vec![
        label("area", "Area"),
        text("said", "Source"),
        n("opening", "Open at the start"),
        n("opened", "Opened"),
        n("reopened", "Reopened"),
        n("resolved", "Resolved"),
        n("withdrawn", "Withdrawn or merged"),
        n("open", "Open at the end"),
        n("identified", "Of these, identified"),
        n("unknown", "Of these, not identified"),
    ];
    let rows = v.reports.iter().map(report_row).collect();
    let table = cells::table("incident-reports", "Incidents as stated in reports", columns, rows);
    let items = v.reports.iter().flat_map(report_findings).map(Para::plain).collect();
    vec![Block::Table(table), Block::List(List { ordered: false, items })]
}

fn report_row(r: &ReportCheck) -> Vec<Cell> {
    let stated = |n: Option<u64>| {
        n.map_or_else(|| Cell::null(NullReason::NotReported, "not stated"), cells::count)
    };
    let s = &r.stated;
    vec![
        Cell::words(s.area.clone()),
        Cell::words(s.said.clone()),
        stated(s.opening),
        stated(s.opened),
        stated(s.reopened),
        stated(s.resolved),
        stated(s.withdrawn),
        cells::count(s.open),
        cells::count(r.identified),
        cells::count(r.unknown),
    ]
}

/// What a report implies, where it contradicts the incidents, and what changed since the one before.
fn report_findings(r: &ReportCheck) -> Vec<String> {
    let name = format!("{} ({})", r.stated.area, r.stated.said);
    let implied = r.implied.iter().filter(|i| i.least >= 0).map(|i| i.words.clone());
    let against = r.contradictions.iter().map(|c| format!("contradiction: {c}"));
    let since = r.since.iter().map(|s| s.words.clone());
    implied.chain(against).chain(since).map(|w| format!("{name}: {w}.")).collect()
}

/// The blocks of a view, as far as there is anything to say.
#[must_use]
pub fn blocks(v: &IncidentView) -> Vec<Block> {
    let mut out = Vec::new();
    if !v.balance.is_empty() {
        out.push(books_table(v));
    }
    out.extend(reports_blocks(v));
    out.extend(responses_table(v));
    out.extend(bands_table(v));
    out.extend(open_table(v));
    out
}

/// The sum in words.
#[must_use]
pub fn sum_in_words(b: &Balance) -> String {
    let mut parts = format!("{} open at the start, {} opened", b.opening, b.opened);
    for (n, what) in [
        (b.appeared, "first known"),
        (b.reopened, "reopened"),
        (b.resolved, "resolved"),
        (b.withdrawn, "withdrawn"),
        (b.merged, "merged"),
    ] {
        if n > 0 {
            parts.push_str(&format!(", {n} {what}"));
        }
    }
    format!("{parts}: {} open at the end", b.open)
}

/// The arrivals of registration files as a table; `None` where none was due and none came.
#[must_use]
pub fn arrivals_table(list: &[ArrivalLine]) -> Option<Block> {
    if list.is_empty() {
        return None;
    }
    let rows = list
        .iter()
        .map(|l| {
            let mut row = vec![
                Cell::words(if l.provider.is_empty() {
                    "not known".to_owned()
                } else {
                    l.provider.clone()
                }),
                Cell::words(l.layout.clone()),
            ];
            row.extend(
                [l.due, l.in_time, l.late, l.missing, l.duplicates, l.out_of_order, l.rejected]
                    .map(cells::count),
            );
            row.push(Cell::words(
                l.missing_days.iter().map(|d| print::day(*d)).collect::<Vec<_>>().join(", "),
            ));
            row
        })
        .collect();
    let n = |key: &str, title: &str| counts(key, title, "files");
    Some(Block::Table(cells::table(
        "registration-arrivals",
        "Registration files due and received",
        vec![
            label("provider", "Provider"),
            text("layout", "File"),
            n("due", "Due"),
            n("in_time", "On time"),
            n("late", "Late"),
            n("missing", "Missing"),
            n("duplicates", "Duplicates"),
            n("out_of_order", "Out of order"),
            n("rejected", "Refused"),
            text("missing_days", "Missing for"),
        ],
        rows,
    )))
}

/// The section of a pack; `None` where nothing is registered.
pub(super) fn section(v: Option<&IncidentView>, arrivals: &[ArrivalLine]) -> Option<Section> {
    let mut list = v.map(blocks).unwrap_or_default();
    list.extend(arrivals_table(arrivals));
    if list.is_empty() {
        return None;
    }
    let contradictions =
        v.iter().flat_map(|v| &v.reports).map(|r| r.contradictions.len() as u64).sum::<u64>();
    let mut intro: Vec<Para> =
        v.iter().map(|v| Para::plain(format!("{}.", sum_in_words(&v.balance)))).collect();
    if contradictions > 0 {
        intro.push(Para::plain(format!(
            "The reports on the period contain {}.",
            words::things(contradictions, "contradiction", "contradictions")
        )));
    }
    let half_taken = v.iter().flat_map(|v| &v.half_taken);
    intro.extend(half_taken.map(|f| Para::plain(format!("Warning: {}", f.warning()))));
    Some(Section {
        id: "incidents".to_owned(),
        heading: "Incidents and registration data".to_owned(),
        message: "Incidents open, opened and resolved, and registration files received.".to_owned(),
        intro,
        blocks: list,
    })
}
