//! The section on forecasts and their variance.

use super::{
    cells::{self, counts, label, text},
    words,
};
use crate::data::forecasts::ForecastView;
use northbound_documents::{
    model::{Block, Cell, CellState, Column, ColumnKind, Para, Section, Table},
    render::words as print,
};
use northbound_measures::{
    evaluate::coverage::Reliability,
    forecast::{
        grouped::ClassCounts,
        variance::{Compared, Flag, Span},
    },
};
use northbound_types::{FigureState, ForecastKind, NullReason};

/// What a forecast is of, in words.
#[must_use]
pub const fn kind_words(kind: ForecastKind) -> &'static str {
    match kind {
        ForecastKind::Sr => "Service Request",
        ForecastKind::Csr => "Certificate request",
    }
}

/// The section of both kinds.
#[must_use]
pub fn section(views: &[ForecastView], problem: Option<&str>) -> Option<Section> {
    if views.is_empty() && problem.is_none() {
        return None;
    }
    let mut intro = vec![Para::plain(
        "Zero counts as a forecast; leaving a service out does not. Users that joined after the due day or left before the end of the month are counted separately, not as without a forecast.",
    )];
    intro.extend(problem.map(|p| Para::plain(format!("Forecasts cannot be shown: {p}"))));
    for v in views {
        let kind = kind_words(v.kind);
        intro.push(Para::plain(if v.asked_for { format!("{kind} forecasts for {} were due by {}; each User is notified of its actuals by {}.", v.period, print::day(v.due), print::day(v.report_due)) }
            else { format!("{kind} forecasts are not required in {}: Users only give notice of exceptional demand.", v.period) }));
        intro.extend(v.ground.sentence(v.period).map(Para::plain));
        if !v.annotations.is_empty() {
            intro.push(Para::plain(format!(
                "Remark on {}: {}. The month is included, and sums are given with and without it.",
                v.period,
                v.annotations.join("; ")
            )));
        }
    }
    let small = views.iter().map(|v| v.counts.small_below).max().unwrap_or(0);
    intro.push(Para::plain(format!("No User is named. Counts of fewer than {small} are hidden, and so is any total that would reveal them.")));
    Some(Section {
        id: "forecasts".to_owned(),
        heading: "Forecasts and variance".to_owned(),
        message: "Who submitted a forecast, and how accurate it was, by class.".to_owned(),
        intro,
        blocks: views.iter().flat_map(blocks).map(Block::Table).collect(),
    })
}

/// The tables of one kind.
fn blocks(v: &ForecastView) -> Vec<Table> {
    let mut out = vec![by_class(v)];
    if !v.lines.is_empty() {
        out.push(by_line(v));
    }
    out.push(by_month(v));
    out.extend(spans(v));
    out
}

fn hidden() -> Cell {
    Cell::null(NullReason::Suppressed, "suppressed to protect identities")
}
fn number(n: Option<u64>) -> Cell {
    n.map_or_else(hidden, cells::count)
}

/// The places that have any User, so that empty columns do not crowd the table. A hidden sum has a column.
fn used(c: &ClassCounts) -> Vec<usize> {
    (0..c.places.len()).filter(|i| c.all.get(*i).is_none_or(|n| *n != Some(0))).collect()
}

fn by_class(v: &ForecastView) -> Table {
    let c = &v.counts;
    let used = used(c);
    let row = |name: &str, counts: &[Option<u64>]| {
        std::iter::once(Cell::words(name))
            .chain(used.iter().map(|i| number(counts.get(*i).copied().flatten())))
            .collect::<Vec<_>>()
    };
    let mut columns = vec![label("class", "Class")];
    columns.extend(
        used.iter()
            .filter_map(|i| c.places.get(*i))
            .map(|p| counts(&p.as_str().replace('-', "_"), &capital(p.words()), "Users")),
    );
    let mut rows: Vec<Vec<Cell>> = c.classes.iter().map(|(name, n)| row(name, n)).collect();
    rows.push(row("all", &c.all));
    let mut t = cells::table(
        &format!("forecast-{}-class", v.kind),
        format!("{} forecasts for {}: Users by class", kind_words(v.kind), v.period),
        columns,
        rows,
    );
    if let Some(last) = t.rows.last_mut() {
        last.total = true;
    }
    t
}

fn capital(text: &str) -> String {
    let mut c = text.chars();
    c.next().map(|f| f.to_uppercase().collect::<String>() + c.as_str()).unwrap_or_default()
}

/// Forecast, actual, difference, percentage and flag, by what the actual rests on.
#[must_use]
pub fn compared(c: Option<&Compared>, ground: &Reliability) -> Vec<Cell> {
    let Some(c) = c else { return vec![hidden(), hidden(), hidden(), hidden(), Cell::words("")] };
    let of_actual = |cell: Cell| match &ground.null {
        Some(n) if c.actual.is_none() => Cell::null(n.reason, words::null(n)),
        // A null with a reason of its own retains that reason.
        _ if ground.suspect.is_empty() || cell.number.is_none() => cell,
        _ => cell.state(
            CellState::Suspect,
            cells::mark(FigureState::Suspect),
            ground.suspect.join("; "),
        ),
    };
    let count = |n: Option<i64>, why: &str| {
        n.map_or_else(|| Cell::null(NullReason::NotReported, why), Cell::count)
    };
    let percent = c.percent.as_ref().map_or_else(
        || {
            Cell::null(
                if c.flag == Flag::NoPercentage {
                    NullReason::NotApplicable
                } else {
                    NullReason::NotReported
                },
                c.why.clone(),
            )
        },
        |p| Cell { number: Some(p.clone()), state: CellState::Ok, ..Cell::words(format!("{p} %")) },
    );
    vec![
        count(c.forecast, "no forecast"),
        of_actual(count(c.actual, "the actual is not known")),
        of_actual(count(c.difference, "nothing to compare")),
        of_actual(percent),
        Cell::words(flag_words(c.flag)),
    ]
}

/// A flag in words.
#[must_use]
pub const fn flag_words(flag: Flag) -> &'static str {
    match flag {
        Flag::Low => "low",
        Flag::High => "high",
        Flag::Within => "",
        Flag::NoPercentage => "no percentage",
        Flag::NoForecast => "no forecast",
        Flag::NoActual => "no actual",
    }
}

/// The columns of [`compared`].
#[must_use]
pub fn compared_columns() -> Vec<Column> {
    vec![
        counts("forecast", "Forecast", "requests"),
        counts("actual", "Actual", "requests"),
        counts("difference", "Difference", "requests"),
        cells::column("percent", "Actual of forecast", ColumnKind::Number, "per cent"),
        text("flag", "Flag"),
    ]
}

fn by_line(v: &ForecastView) -> Table {
    let rows = v
        .lines
        .iter()
        .map(|l| {
            let mut row = vec![
                Cell::words(l.line.srv.clone()),
                Cell::words(l.line.mode.clone()),
                number(l.users),
            ];
            row.extend(compared(l.compared.as_ref(), &v.ground));
            row
        })
        .collect();
    let mut columns = vec![
        label("srv", if v.kind == ForecastKind::Sr { "SRV" } else { "Request" }),
        text("mode", "Mode"),
        counts("users", "Users", "Users"),
    ];
    columns.extend(compared_columns());
    cells::table(
        &format!("forecast-{}-lines", v.kind),
        format!(
            "{} forecasts for {}: Users with a forecast and an actual of the service",
            kind_words(v.kind),
            v.period
        ),
        columns,
        rows,
    )
}

fn by_month(v: &ForecastView) -> Table {
    let rows = v
        .months
        .iter()
        .map(|m| {
            vec![
                Cell::words(m.period.to_string()),
                number(m.given),
                number(m.late),
                number(m.none),
                number(m.no_user),
                Cell::words(m.annotations.join("; ")),
            ]
        })
        .collect();
    let columns = vec![
        label("month", "Month"),
        counts("given", "Given", "Users"),
        counts("late", "Late", "Users"),
        counts("none", "No forecast", "Users"),
        counts("no_user", "Not yet or no longer a User", "Users"),
        text("remarks", "Remarks"),
    ];
    cells::table(
        &format!("forecast-{}-months", v.kind),
        format!("{} forecasts: Users by month", kind_words(v.kind)),
        columns,
        rows,
    )
}

fn spans(v: &ForecastView) -> Option<Table> {
    let (all, without) = v.all.as_ref().zip(v.unremarked.as_ref())?;
    if all.pairs == 0 {
        return None;
    }
    let row = |name: &str, s: &Span| {
        let ground = Reliability { null: None, suspect: s.suspect.clone() };
        let mut row = vec![
            Cell::words(name),
            cells::count(s.months.len() as u64),
            cells::count(s.without_actual.len() as u64),
        ];
        row.extend(if s.pairs == 0 {
            compared(
                Some(&Compared {
                    forecast: None,
                    actual: None,
                    difference: None,
                    percent: None,
                    flag: Flag::NoForecast,
                    why: "no month is left".to_owned(),
                }),
                &ground,
            )
        } else {
            compared(Some(&s.compared), &ground)
        });
        row
    };
    let mut columns = vec![
        label("span", "Months"),
        counts("months", "Number", "months"),
        counts("without_actual", "Of these, without a reliable actual", "months"),
    ];
    columns.extend(compared_columns());
    Some(cells::table(
        &format!("forecast-{}-spans", v.kind),
        format!("{} forecasts: all months, and without those with remarks", kind_words(v.kind)),
        columns,
        vec![row("all months", all), row("without months with remarks", without)],
    ))
}
