//! The front page's chart: what one test measure reads like by region, counted three ways (M2).

use super::{
    Material,
    cells::{self, label, shares},
    words,
};
use crate::data::{Numbered, WAYS};
use northbound_documents::model::{
    Block, Cell, Chart, ChartKind, Level, LevelKind, LevelStep, Point, Series, Table,
};
use northbound_types::{Figure, Ratio, percent::percent_of};

const NAMES: [&str; 3] = [
    "Test commands, answered only",
    "Test commands, all attempts",
    "Users' own requests of like mode, all attempts",
];

/// The chart of the test measure with the most attempts; `None` where no region has any.
pub(super) fn chart(d: &Material<'_>) -> Option<Block> {
    let measure = busiest(d)?;
    let rows: Vec<&Numbered> = d
        .data
        .ways
        .iter()
        .filter(|n| n.result.measure == measure && n.result.methodology == WAYS[0])
        .collect();
    let first = &rows.first()?.result;
    let levels = [
        level(LevelKind::Target, first.levels.target),
        level(LevelKind::Minimum, first.levels.minimum),
    ];
    Some(Block::Chart(Chart {
        id: "three-ways-chart".to_owned(),
        title: format!("{measure} counted three ways, by region"),
        subtitle: format!("{}, per cent, with the 95 % interval", first.title),
        kind: ChartKind::DotInterval,
        unit: "per cent".to_owned(),
        points: rows.iter().map(|n| words::region(n.result.region).to_owned()).collect(),
        series: series(d, &rows),
        levels: levels.into_iter().flatten().collect(),
        annotations: Vec::new(),
        windows: Vec::new(),
        table: table(d, measure, &rows),
    }))
}

/// The test measure with the most attempts; of equals the last, which has the shortest limit.
fn busiest<'a>(d: &Material<'a>) -> Option<&'a str> {
    let attempts = |measure: &str| {
        d.data
            .ways
            .iter()
            .filter(|n| n.result.measure == measure && n.result.methodology == WAYS[1])
            .flat_map(|n| &n.result.parts)
            .map(|p| p.den)
            .sum::<u64>()
    };
    let measures = d.data.ways.iter().map(|n| n.result.measure.as_str());
    measures.max_by_key(|m| attempts(m)).filter(|m| attempts(m) > 0)
}

/// The same row counted another way.
fn counted<'a>(d: &Material<'a>, n: &Numbered, way: &str) -> Option<&'a Numbered> {
    d.data.ways.iter().find(|x| x.result.key() == n.result.key() && x.result.methodology == way)
}

fn series(d: &Material<'_>, rows: &[&Numbered]) -> Vec<Series> {
    let missing = || Point::gap("[z]", "this methodology is not in the rules");
    WAYS.iter()
        .zip(NAMES)
        .map(|(way, name)| Series {
            name: name.to_owned(),
            values: rows.iter().map(|n| counted(d, n, way).map_or_else(missing, point)).collect(),
        })
        .collect()
}

fn table(d: &Material<'_>, measure: &str, rows: &[&Numbered]) -> Table {
    let rows = rows
        .iter()
        .map(|n| {
            let ways = WAYS.iter().map(|way| {
                counted(d, n, way)
                    .map_or_else(|| Cell::words(""), |x| cells::result(&x.result, &x.id))
            });
            std::iter::once(Cell::words(words::region(n.result.region))).chain(ways).collect()
        })
        .collect();
    let columns = vec![
        label("region", "Region"),
        shares("answered_only", NAMES[0]),
        shares("all_attempts", NAMES[1]),
        shares("own_requests", NAMES[2]),
    ];
    let caption = format!("{measure} counted three ways, by region");
    cells::table("three-ways-chart-table", caption, columns, rows)
}

fn level(kind: LevelKind, l: Option<Ratio>) -> Option<Level> {
    let value = percent_of(&l?.rational()?, 2, &[])?;
    Some(Level { kind, steps: vec![LevelStep { from: 0, value, text: words::level(l) }] })
}

fn point(n: &Numbered) -> Point {
    let r = &n.result;
    let levels = r.levels.list();
    let out = match &r.figure {
        Figure::Null(null) => {
            return Point::gap(null.reason.mark(), words::null(null)).figure(&n.id);
        }
        Figure::Value(_) => {
            match r.figure.share().and_then(|s| percent_of(&s, r.decimals, &levels)) {
                Some(v) => Point::value(v, cells::figure(&r.figure, r.decimals, &levels).printed()),
                None => {
                    return Point::gap(
                        "[d]",
                        "the number has several readings, none of which is chosen",
                    );
                }
            }
        }
    };
    let out = match r
        .interval
        .as_ref()
        .map(|i| (words::share(&i.low, 2, &[]), words::share(&i.high, 2, &[])))
    {
        Some((Some(l), Some(h))) => out.interval(l, h),
        _ => out,
    };
    let out = match cells::band(r.band) {
        Some(b) => out.band(b),
        None => out,
    };
    out.figure(&n.id)
}
