//! The front page's chart: what one test measure reads like by region, counted three ways (M2).

use super::{
    Material,
    cells::{self, label, shares},
    words,
};
use crate::data::{Numbered, WAYS};
use northbound_documents::model::{
    Block, Cell, Chart, ChartKind, Level, LevelKind, LevelStep, Point, Series,
};
use northbound_measures::MeasureResult;
use northbound_types::{Figure, percent::percent_of};

const NAMES: [&str; 3] =
    ["Test commands, answered only", "Test commands, all attempts", "Users' own requests"];

/// The chart of the test measure with the most attempts; none where no region has any.
pub(super) fn chart(d: &Material<'_>) -> Option<Block> {
    let weight = |r: &MeasureResult| r.parts.iter().map(|p| p.den).sum::<u64>();
    let of = |m: &str| {
        d.data
            .ways
            .iter()
            .filter(|n| n.result.measure == m && n.result.methodology == WAYS[1])
            .map(|n| weight(&n.result))
            .sum::<u64>()
    };
    let names: Vec<&str> = d.data.ways.iter().map(|n| n.result.measure.as_str()).collect();
    // The last of equals: the measure with the shortest limit stands last.
    let measure = names.into_iter().max_by_key(|m| of(m)).filter(|m| of(m) > 0)?;
    let rows: Vec<&Numbered> = d
        .data
        .ways
        .iter()
        .filter(|n| n.result.measure == measure && n.result.methodology == WAYS[0])
        .collect();
    let way = |n: &Numbered, w: &str| {
        d.data.ways.iter().find(|x| x.result.key() == n.result.key() && x.result.methodology == w)
    };
    let series = WAYS
        .iter()
        .zip(NAMES)
        .map(|(w, name)| Series {
            name: name.to_owned(),
            values: rows
                .iter()
                .map(|n| {
                    way(n, w).map_or_else(
                        || Point::gap("[z]", "this way of counting is not in the rules"),
                        point,
                    )
                })
                .collect(),
        })
        .collect();
    let table_rows = rows
        .iter()
        .map(|n| {
            let mut cells = vec![Cell::words(words::region(n.result.region))];
            cells.extend(WAYS.iter().map(|w| {
                way(n, w).map_or_else(|| Cell::words(""), |x| cells::result(&x.result, &x.id))
            }));
            cells
        })
        .collect();
    let columns = vec![
        label("region", "Region"),
        shares("answered_only", NAMES[0]),
        shares("all_attempts", NAMES[1]),
        shares("own_requests", NAMES[2]),
    ];
    let first = &rows.first()?.result;
    let level = |kind, l: Option<northbound_types::Ratio>| {
        let value = percent_of(&l?.rational()?, 2, &[])?;
        Some(Level { kind, steps: vec![LevelStep { from: 0, value, text: words::level(l) }] })
    };
    Some(Block::Chart(Chart {
        id: "three-ways-chart".to_owned(),
        title: format!("{measure} counted three ways, by region"),
        subtitle: format!("{}, per cent, with the 95 % interval", first.title),
        kind: ChartKind::DotInterval,
        unit: "per cent".to_owned(),
        points: rows.iter().map(|n| words::region(n.result.region).to_owned()).collect(),
        series,
        levels: [
            level(LevelKind::Target, first.levels.target),
            level(LevelKind::Minimum, first.levels.minimum),
        ]
        .into_iter()
        .flatten()
        .collect(),
        annotations: Vec::new(),
        windows: Vec::new(),
        table: cells::table(
            "three-ways-chart-table",
            format!("{measure} counted three ways, by region"),
            columns,
            table_rows,
        ),
    }))
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
                        "the number has several readings, and none is chosen",
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
