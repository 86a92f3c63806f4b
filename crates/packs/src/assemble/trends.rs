//! How long and how often a measure missed (M3), with a chart of eighteen months: broken where
//! there is no figure, with the levels that held and the remarks that people made.

use super::{
    Material,
    cells::{self, label, text},
    words,
};
use crate::data::Numbered;
use crate::evidence::MOST_MONTHS;
use northbound_documents::model::{
    Annotation, Block, Cell, Chart, ChartKind, Level, LevelKind, LevelStep, Multiples, Para, Point,
    Section, Series, Table,
};
use northbound_measures::{
    MeasureResult,
    evaluate::{activity, bands},
    inputs::HistoryPoint,
};
use northbound_rules::measure::MeasureDef;
use northbound_types::{Figure, NullReason, Period, Ratio, percent::percent_of};
use std::collections::BTreeMap;

/// Months on a chart.
pub const MONTHS: i32 = 18;

/// Target and minimum of a month.
type Levels = (Option<Ratio>, Option<Ratio>);

/// Streaks and charts.
pub(super) fn section(d: &Material<'_>) -> Section {
    let mut blocks = vec![Block::Table(streaks(d))];
    for def in d.e.known.rules.measures() {
        let charts: Vec<Chart> = d
            .data
            .results
            .iter()
            .filter(|n| n.result.measure == def.id)
            .filter_map(|n| chart(d, def, n))
            .collect();
        if charts.is_empty() {
            continue;
        }
        blocks.push(Block::Multiples(Multiples {
            id: format!("trend-{}", cells::slug(&def.id)),
            title: format!("{} {}", def.id, def.title),
            subtitle: format!(
                "{} by month, per cent; the line breaks where there is no figure",
                def.unit
            ),
            charts,
        }));
    }
    Section {
        id: "trends".to_owned(),
        heading: "Runs and counts".to_owned(),
        message: "Runs below target and counts over the known months.".to_owned(),
        intro: vec![Para::plain(format!(
            "Every month from the first with any record is read, up to {MOST_MONTHS}: computed from messages where the ledger has them, else as stated. A month without a figure neither continues nor ends a run, so that only a least and a greatest length are known. A run that reaches the first month read is given as \"at least\"."
        ))],
        blocks,
    }
}

fn streaks(d: &Material<'_>) -> northbound_documents::model::Table {
    let rows = d
        .data
        .results
        .iter()
        .filter_map(|n| {
            let s = n.result.streak.as_ref()?;
            Some(vec![
                Cell::words(words::row(&n.result)),
                Cell::words(s.run_words(s.below_target)),
                Cell::words(s.run_words(s.below_minimum)),
                Cell::words(s.longest_below_target.words()),
                Cell::words(format!(
                    "{} of the last {}",
                    s.count_below_target.words(),
                    words::things(u64::from(s.months), "month", "months")
                )),
                Cell::words(words::since(&n.result)),
            ])
        })
        .collect();
    let columns = vec![
        label("row", "Measure, provider, region"),
        text("run_target", "Months in a row below target"),
        text("run_minimum", "Months in a row below minimum"),
        text("longest", "Longest run below target in the months read"),
        text("window", "Below target in"),
        text("words", "Summary"),
    ];
    cells::table("streaks", "Runs and counts below target", columns, rows)
}

/// The figures of a row by month, the period's own last.
fn months(
    d: &Material<'_>,
    r: &MeasureResult,
) -> BTreeMap<Period, (Figure, Option<Ratio>, Option<Ratio>)> {
    let mine = |h: &&HistoryPoint| {
        h.measure == r.measure && h.provider == r.provider && h.region == r.region
    };
    let mut out: BTreeMap<_, _> = d
        .data
        .history
        .iter()
        .filter(mine)
        .map(|h| (h.period, (h.figure.clone(), h.target, h.minimum)))
        .collect();
    out.insert(r.period, (r.figure.clone(), r.levels.target, r.levels.minimum));
    out
}

fn chart(d: &Material<'_>, def: &MeasureDef, n: &Numbered) -> Option<Chart> {
    let r = &n.result;
    let by = months(d, r);
    if !matches!(r.period, Period::Month(..)) || by.values().all(|v| v.0.share().is_none()) {
        return None;
    }
    let shown: Vec<Period> = (0..MONTHS).rev().map(|back| r.period.plus(-back)).collect();
    let valued = |p: &Period| by.get(p).is_some_and(|v| v.0.as_value().is_some());
    let first = shown.iter().position(valued).unwrap_or(0);
    let shown = &shown[first..];
    let judged: Vec<Levels> = shown.iter().map(|p| levels(def, by.get(p), *p)).collect();
    let values: Vec<Point> = shown
        .iter()
        .zip(&judged)
        .map(|(p, l)| point(r, n, *p, by.get(p).map(|v| &v.0), *l))
        .collect();
    let id =
        format!("trend-{}", cells::slug(&format!("{} {} {}", r.measure, r.provider, r.region)));
    let rows = shown
        .iter()
        .zip(&judged)
        .map(|(p, l)| month_row(n, *p, by.get(p).map(|v| &v.0), *l))
        .collect();
    let title = format!("{}, {}", words::region(r.region), r.provider);
    let lines = [
        steps(LevelKind::Target, judged.iter().map(|l| l.0)),
        steps(LevelKind::Minimum, judged.iter().map(|l| l.1)),
    ];
    let mut table = month_table(&id, format!("{} {title}, by month", r.measure), rows);
    table.facts = cells::facts(&[
        ("Measure", &r.measure),
        ("Region", words::region(r.region)),
        ("Provider", &r.provider),
    ]);
    Some(Chart {
        table,
        title,
        subtitle: r.title.clone(),
        kind: ChartKind::Line,
        unit: "per cent".to_owned(),
        points: shown.iter().map(|p| words::short_period(*p)).collect(),
        series: vec![Series { name: r.measure.clone(), values }],
        levels: lines.into_iter().flatten().collect(),
        annotations: annotations(d, shown),
        windows: super::changes::windows(d, r, shown),
        id,
    })
}

fn month_row(n: &Numbered, month: Period, figure: Option<&Figure>, levels: Levels) -> Vec<Cell> {
    let r = &n.result;
    let cell = match figure {
        _ if month == r.period => cells::result(r, &n.id),
        Some(f) => cells::figure(f, r.decimals, &list(levels)),
        None => Cell::null(NullReason::NotReported, "the month is unknown"),
    };
    vec![
        Cell::words(words::short_period(month)),
        cell,
        Cell::words(words::level(levels.0)),
        Cell::words(words::level(levels.1)),
    ]
}

fn month_table(chart: &str, caption: String, rows: Vec<Vec<Cell>>) -> Table {
    let columns = vec![
        label("month", "Month"),
        cells::shares("figure", "Figure"),
        text("target", "Target"),
        text("minimum", "Minimum"),
    ];
    cells::table(&format!("{chart}-table"), caption, columns, rows)
}

fn list(l: Levels) -> Vec<Ratio> {
    l.0.into_iter().chain(l.1).collect()
}

/// The levels of a month: those stated with its figure, else the rule's.
fn levels(
    def: &MeasureDef,
    at: Option<&(Figure, Option<Ratio>, Option<Ratio>)>,
    p: Period,
) -> Levels {
    let rule = bands::levels_for(def, activity(def, p), false);
    (at.and_then(|v| v.1).or(rule.target), at.and_then(|v| v.2).or(rule.minimum))
}

fn point(
    r: &MeasureResult,
    n: &Numbered,
    p: Period,
    figure: Option<&Figure>,
    levels: Levels,
) -> Point {
    let Some(f) = figure else { return Point::gap("[x]", "the month is unknown") };
    let text = cells::figure(f, r.decimals, &list(levels)).printed();
    let out = match f {
        Figure::Null(null) => Point::gap(null.reason.mark(), words::null(null)),
        Figure::Value(_) => match f.share().and_then(|s| percent_of(&s, r.decimals, &list(levels)))
        {
            Some(value) => Point::value(value, text),
            None => {
                Point::gap("[d]", "the stated number has several readings, none of which is chosen")
            }
        },
    };
    let out = match cells::band(bands::band_by(r.better, f, levels.0, levels.1)) {
        Some(b) if out.value.is_some() => out.band(b),
        _ => out,
    };
    if p == r.period && out.value.is_some() { out.figure(&n.id) } else { out }
}

fn steps(kind: LevelKind, levels: impl Iterator<Item = Option<Ratio>>) -> Option<Level> {
    let mut steps: Vec<LevelStep> = Vec::new();
    for (from, l) in levels.enumerate() {
        let Some(share) = l.and_then(Ratio::rational) else { continue };
        let (Some(value), text) = (percent_of(&share, 2, &[]), words::level(l)) else { continue };
        if steps.last().is_none_or(|s| s.value != value) {
            steps.push(LevelStep { from, value, text });
        }
    }
    (!steps.is_empty()).then_some(Level { kind, steps })
}

/// Remarks and faults that touch the months shown.
fn annotations(d: &Material<'_>, shown: &[Period]) -> Vec<Annotation> {
    d.e.known
        .registered
        .annotations
        .iter()
        .filter_map(|a| {
            let hit = |p: &Period| a.from < p.after() && a.to.is_none_or(|t| t >= p.first());
            let from = shown.iter().position(hit)?;
            let to = shown.iter().rposition(hit)?;
            Some(Annotation { from, to, label: a.title.clone() })
        })
        .collect()
}
