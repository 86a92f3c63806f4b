//! Changes that touch the period (Q3, Q4), and their windows on the charts.

use super::{
    Material,
    cells::{self, counts, label, text},
};
use northbound_documents::{
    model::{Block, Cell, List, Para, Section, Table, Window, check::MAX_WINDOWS},
    render::words as print,
};
use northbound_measures::MeasureResult;
use northbound_registers::{
    Stored,
    records::oversight::changes::{Change, ChangeState},
};
use northbound_rules::templates::TemplateKind;
use northbound_types::{Day, Period, Region, Utc};

/// Days over which the ages of changes that ended are counted: a year.
const AGE_DAYS: i32 = 365;

/// The changes that touch the period; `None` where no change does.
pub(super) fn section(d: &Material<'_>) -> Option<Section> {
    let today = d.e.known.as_at.day();
    let changes = d.e.known.registered.changes.iter();
    let mut mine: Vec<&Stored<Change>> =
        changes.filter(|k| touches(&k.record, d.e.period, today)).collect();
    if mine.is_empty() {
        return None;
    }
    mine.sort_by(|a, b| {
        a.record.kind.cmp(&b.record.kind).then(a.record.raised.cmp(&b.record.raised))
    });
    let mut blocks = vec![Block::Table(list(d, &mine)), Block::Table(ages(d))];
    let items: Vec<Para> =
        mine.iter().filter_map(|k| finding(k, d.e.known.as_at)).map(Para::plain).collect();
    if !items.is_empty() {
        blocks.push(Block::List(List { ordered: false, items }));
    }
    Some(Section {
        id: "change-register".to_owned(),
        heading: "Changes".to_owned(),
        message: "Changes made and planned, and who was consulted.".to_owned(),
        intro: vec![Para::plain(
            "A change is approved with an assessment of User impact, a consultation and an operational view, or by the chair's override with name and reason. Its window is drawn on the affected charts; it does not show why a figure moved.",
        )],
        blocks,
    })
}

/// The title of a type of change, by the rules.
fn type_title(d: &Material<'_>, kind: &str) -> String {
    let template = d.e.known.rules.template(TemplateKind::Change, kind);
    template.map_or_else(|| kind.to_owned(), |t| t.title.to_owned())
}

fn list(d: &Material<'_>, changes: &[&Stored<Change>]) -> Table {
    let columns = vec![
        label("change", "Change"),
        text("type", "Type"),
        text("systems", "Systems"),
        text("state", "State"),
        text("window", "Window, UTC"),
        text("impact", "User impact assessed by"),
        text("consultation", "Consulted"),
        text("view", "Operational view"),
        counts("age", "Age", "days"),
    ];
    let rows = changes.iter().map(|k| row(d, k)).collect();
    cells::table("change-list", "Changes by type", columns, rows)
}

fn row(d: &Material<'_>, k: &Stored<Change>) -> Vec<Cell> {
    let c = &k.record;
    let impact = c.impact.as_ref().map(|i| format!("{}, {}", i.by, print::day(i.on)));
    let consulted = c.consultation.as_ref().map(|x| format!("{}, to {}", x.whom, print::day(x.to)));
    let view = c.view.as_ref().map(|v| format!("{}: {}", v.body, v.verdict));
    vec![
        Cell::words(format!("{}: {}", k.id, c.title)),
        Cell::words(type_title(d, &c.kind)),
        Cell::words(c.systems.join(", ")),
        Cell::words(c.state.to_string()),
        Cell::words(c.window().map(|w| span(w.from, w.to)).unwrap_or_default()),
        Cell::words(impact.unwrap_or_default()),
        Cell::words(consulted.unwrap_or_default()),
        Cell::words(view.unwrap_or_default()),
        Cell::count(i64::from(c.age(d.e.known.as_at.day()))),
    ]
}

/// Open, or raised, run or planned within the period.
fn touches(c: &Change, period: Period, today: Day) -> bool {
    let in_window = c
        .window()
        .is_some_and(|w| w.from < period.after().start() && w.to > period.first().start());
    c.raised <= today
        && (!c.state.is_end()
            || in_window
            || period.contains(c.raised)
            || c.ended.is_some_and(|e| period.contains(e)))
}

fn ages(d: &Material<'_>) -> Table {
    let today = d.e.known.as_at.day();
    let mut kinds: Vec<&str> =
        d.e.known.registered.changes.iter().map(|k| k.record.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let rows = kinds
        .into_iter()
        .map(|kind| {
            let all: Vec<&Change> =
                d.e.known
                    .registered
                    .changes
                    .iter()
                    .map(|k| &k.record)
                    .filter(|c| c.kind == kind && c.raised <= today)
                    .collect();
            let open: Vec<i32> =
                all.iter().filter(|c| !c.state.is_end()).map(|c| c.age(today)).collect();
            let mut ended: Vec<i32> = all
                .iter()
                .filter(|c| c.ended.is_some_and(|e| e <= today && e.0 > today.0 - AGE_DAYS))
                .map(|c| c.age(today))
                .collect();
            ended.sort_unstable();
            let number =
                |n: Option<i32>| n.map_or_else(|| Cell::words(""), |n| Cell::count(i64::from(n)));
            vec![
                Cell::words(type_title(d, kind)),
                cells::count(open.len() as u64),
                number(open.iter().max().copied()),
                cells::count(ended.len() as u64),
                number(ended.get(ended.len() / 2).copied()),
            ]
        })
        .collect();
    let columns = vec![
        label("type", "Type"),
        counts("open", "Open", "changes"),
        counts("oldest", "Oldest open", "days"),
        counts("ended", "Ended in the last year", "changes"),
        counts("age", "Median duration", "days"),
    ];
    cells::table("change-ages", "Ages of changes by type", columns, rows)
}

fn finding(k: &Stored<Change>, as_at: Utc) -> Option<String> {
    let c = &k.record;
    if c.state == ChangeState::RanUnapproved {
        return Some(format!("{}, {}, ran without approval.", k.id, c.title));
    }
    if let Some(o) = c.approval.as_ref().and_then(|a| a.overridden.as_ref()) {
        return Some(format!(
            "{}, {}, was approved without {}, by {}: {}.",
            k.id,
            c.title,
            o.missing.join(", "),
            o.by,
            o.reason.trim_end_matches('.')
        ));
    }
    let overdue =
        c.state == ChangeState::Raised && c.planned.as_ref().is_some_and(|w| w.from <= as_at);
    let missing = c.missing(as_at.day());
    overdue.then(|| {
        format!(
            "{}, {}: its window has begun and it is not approved{}.",
            k.id,
            c.title,
            if missing.is_empty() {
                String::new()
            } else {
                format!("; it lacks {}", missing.join(", "))
            }
        )
    })
}

/// `26 March 2026, 22:00 UTC to 27 March 2026, 04:00 UTC`.
fn span(from: Utc, to: Utc) -> String {
    format!("{} to {}", print::time(from), print::time(to))
}

/// The windows that touch a row's chart: of the measures and regions that the change names, all where it
/// names none. Rejected changes are not drawn; unapproved ones are labelled.
pub(super) fn windows(d: &Material<'_>, r: &MeasureResult, shown: &[Period]) -> Vec<Window> {
    let mut found: Vec<(Utc, Window)> =
        d.e.known
            .registered
            .changes
            .iter()
            .filter_map(|k| {
                let c = &k.record;
                let w = c.window()?;
                let touched = (c.measures.is_empty() || c.measures.contains(&r.measure))
                    && (c.regions.is_empty()
                        || c.regions.contains(&r.region)
                        || r.region == Region::None);
                if !touched || c.state == ChangeState::Rejected {
                    return None;
                }
                let (start, end) = (month_of(shown, w.from)?, month_of(shown, w.to)?);
                if start == end {
                    return None;
                }
                let standing = match c.state {
                    ChangeState::Raised | ChangeState::RanUnapproved => ", not approved",
                    ChangeState::BackedOut => ", withdrawn",
                    _ => "",
                };
                Some((
                    w.from,
                    Window {
                        start,
                        end,
                        label: format!("{}, {}{standing} ({})", k.id, c.title, span(w.from, w.to)),
                    },
                ))
            })
            .collect();
    found.sort_by_key(|(at, w)| (*at, w.label.clone()));
    let spare = found.len().saturating_sub(MAX_WINDOWS);
    found.into_iter().skip(spare).map(|(_, w)| w).collect()
}

/// The position of a time along periods that follow each other: the position of its period and how far into
/// it, as an exact fraction. A time before the first is at its start, one after the last at its end.
fn month_of(shown: &[Period], at: Utc) -> Option<String> {
    let (first, last) = (shown.first()?, shown.last()?);
    if at <= first.first().start() {
        return Some("0".to_owned());
    }
    if at >= last.after().start() {
        return Some(shown.len().to_string());
    }
    let n = shown.iter().position(|p| p.contains(at.day()))?;
    let p = shown.get(n)?;
    // Minutes are as fine as a chart can ever show.
    let (into, whole) = ((at.0 - p.first().start().0) / 60_000_000, p.minutes());
    Some(format!("{}/{whole}", i64::try_from(n).ok()? * whole + into))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_stands_in_its_month() {
        let shown: Vec<Period> = (0..3).map(|n| Period::month(2026, 1).plus(n)).collect();
        let at = |t: &str| month_of(&shown, t.parse().unwrap()).unwrap();
        assert_eq!(at("2025-12-31T23:00:00Z"), "0");
        assert_eq!(at("2026-02-15T00:00:00Z"), format!("{}/{}", 40_320 + 14 * 1_440, 40_320));
        assert_eq!(at("2026-04-01T00:00:00Z"), "3");
    }
}
