//! Bars and dots with intervals: one row for each point, values along the horizontal.

use super::{
    Frame,
    axis::spread,
    draw::{self, Anchor, Drawing},
    line::band_marker,
    scale::Scale,
};
use crate::{
    model::{Chart, ChartKind, LevelKind, Point, number::position},
    render::clean::clean,
};

/// Height of one bar or dot.
const BAR: f32 = 18.0;
/// Room between rows.
const BETWEEN: f32 = 10.0;
/// Widest share of the chart for row names.
const NAME_SHARE: f32 = 0.34;
/// Widest share of the chart for printed values.
const TEXT_SHARE: f32 = 0.28;
/// Room above the rows for labels of levels.
const TOP: f32 = 22.0;

struct Area {
    x0: f32,
    x1: f32,
    scale: Scale,
    size: f32,
}

impl Area {
    fn x(&self, v: f64) -> f32 {
        self.x0 + (self.x1 - self.x0) * self.scale.at(v)
    }
}

/// Draws the chart.
#[must_use]
pub fn draw(chart: &Chart, frame: &Frame) -> Drawing {
    let size = frame.size();
    let row = BAR * chart.series.len() as f32 + BETWEEN;
    let names = chart
        .points
        .iter()
        .map(|p| draw::width(&clean(p), size, false))
        .fold(0.0, f32::max)
        .min(frame.w * NAME_SHARE);
    let x0 = names + 14.0;
    let top =
        if chart.series.len() > 1 { TOP + legend_height(chart, frame.w - x0, size) } else { TOP };
    let h = top + row * chart.points.len() as f32 + 30.0;
    let mut out = Drawing::new(frame.w, h);
    let texts = chart
        .series
        .iter()
        .flat_map(|s| &s.values)
        .map(|p| draw::width(&clean(&p.text), size, false))
        .fold(0.0, f32::max);
    let area = Area {
        x0,
        x1: frame.w - texts.min(frame.w * TEXT_SHARE) - 14.0,
        scale: frame.scale(chart, chart.kind == ChartKind::Bar),
        size,
    };
    grid(&mut out, &area, top, h - 26.0);
    levels(&mut out, &area, chart, top, h - 26.0);
    if chart.series.len() > 1 {
        legend(&mut out, chart, area.x0, size);
    }
    for (i, name) in chart.points.iter().enumerate() {
        let y = top + row * i as f32 + BETWEEN / 2.0;
        let middle = y + (row - BETWEEN) / 2.0;
        row_name(&mut out, (area.x0 - 8.0, middle), size, names, &clean(name), row);
        for (n, series) in chart.series.iter().enumerate() {
            let at = y + BAR * n as f32 + BAR / 2.0;
            value(&mut out, &area, chart, &series.values[i], n, at, name);
        }
    }
    out
}

/// The name of a row, in as many lines as the row is high; what is more is cut between words.
fn row_name(
    out: &mut Drawing,
    (x, middle): (f32, f32),
    size: f32,
    room: f32,
    name: &str,
    row: f32,
) {
    let most = ((row / (size + 2.0)) as usize).max(1);
    let mut lines = draw::wrap(name, size, room);
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(draw::fit(&rest, size, false, room));
    }
    let first = middle - (lines.len() - 1) as f32 * (size + 2.0) / 2.0 + size * 0.35;
    for (n, line) in lines.iter().enumerate() {
        let y = first + n as f32 * (size + 2.0);
        out.text(x, y, size, Anchor::End, draw::INK, line);
    }
}

fn grid(out: &mut Drawing, area: &Area, top: f32, bottom: f32) {
    for (v, label) in area.scale.ticks() {
        let x = area.x(v);
        let zero = v.abs() < 1e-12;
        out.line(&[(x, top), (x, bottom)], if zero { draw::MUTED } else { draw::GRID }, 1.0, &[]);
        out.text(x, bottom + area.size + 5.0, area.size, Anchor::Middle, draw::MUTED, &label);
    }
}

fn levels(out: &mut Drawing, area: &Area, chart: &Chart, top: f32, bottom: f32) {
    let found: Vec<_> = chart
        .levels
        .iter()
        .filter_map(|l| {
            let step = l.steps.last()?;
            let name = match l.kind {
                LevelKind::Target => "Target",
                LevelKind::Minimum => "Minimum",
            };
            Some((l.kind, area.x(position(&step.value)?), format!("{name} {}", clean(&step.text))))
        })
        .collect();
    let widest =
        found.iter().map(|f| draw::width(&f.2, area.size, false)).fold(0.0, f32::max) + 8.0;
    let mut at: Vec<f32> = found.iter().map(|f| f.1).collect();
    spread(&mut at, widest, area.x0 + widest / 2.0, out.w - widest / 2.0);
    for ((kind, x, text), label) in found.into_iter().zip(at) {
        out.line(
            &[(x, top - 4.0), (x, bottom)],
            draw::INK,
            1.5,
            if kind == LevelKind::Target { &[6, 4] } else { &[2, 3] },
        );
        out.text(label, top - 9.0, area.size, Anchor::Middle, draw::INK, &text);
    }
}

/// Where each name of a series is: how far to the right, in which row, and the name.
fn legend_places(chart: &Chart, width: f32, size: f32) -> Vec<(f32, usize, String)> {
    let (mut x, mut row) = (0.0, 0);
    let mut out = Vec::new();
    for series in &chart.series {
        let name = draw::fit(&clean(&series.name), size, false, width - 15.0);
        let w = draw::width(&name, size, false) + 15.0;
        if x > 0.0 && x + w > width {
            (x, row) = (0.0, row + 1);
        }
        out.push((x, row, name));
        x += w + 17.0;
    }
    out
}

/// Height of the names of the series within `width`.
pub fn legend_height(chart: &Chart, width: f32, size: f32) -> f32 {
    let rows = legend_places(chart, width, size).last().map_or(0, |p| p.1 + 1);
    rows as f32 * (size + 8.0)
}

/// Names of the series with their colours, left to right, in as many rows as they need.
pub fn legend(out: &mut Drawing, chart: &Chart, x0: f32, size: f32) {
    for (n, (x, row, name)) in legend_places(chart, out.w - x0, size).into_iter().enumerate() {
        let top = row as f32 * (size + 8.0);
        out.rect(x0 + x, top + 3.0, 10.0, 10.0, draw::SERIES[n % 6], "");
        out.text(x0 + x + 15.0, top + 12.5, size, Anchor::Start, draw::INK, &name);
    }
}

fn value(
    out: &mut Drawing,
    area: &Area,
    chart: &Chart,
    point: &Point,
    n: usize,
    y: f32,
    name: &str,
) {
    let (text_y, tip) = (
        y + area.size * 0.35,
        format!("{}, {}: {}", clean(&chart.series[n].name), clean(name), clean(&point.text)),
    );
    let Some(v) = point.value.as_deref().and_then(position) else {
        let mark =
            point.gap.as_ref().map_or(String::new(), |g| format!("{} no figure", clean(&g.mark)));
        out.bold(
            area.x(area.scale.lo.max(0.0)) + 6.0,
            text_y,
            area.size,
            Anchor::Start,
            draw::MUTED,
            &mark,
        );
        return;
    };
    let mut end = area.x(v);
    if chart.kind == ChartKind::Bar {
        let zero = area.x(0.0);
        out.rect(
            zero.min(end),
            y - BAR * 0.4,
            (end - zero).abs().max(0.5),
            BAR * 0.8,
            draw::SERIES[n % 6],
            &tip,
        );
        end = end.max(zero);
    } else {
        let ends =
            [&point.low, &point.high].map(|t| t.as_deref().and_then(position).map(|v| area.x(v)));
        if let [Some(a), Some(b)] = ends {
            out.line(&[(a, y), (b, y)], draw::SERIES[n % 6], 2.0, &[]);
            for x in [a, b] {
                out.line(&[(x, y - 4.0), (x, y + 4.0)], draw::SERIES[n % 6], 1.6, &[]);
            }
        }
        let (kind, colour) =
            point.band.map_or((draw::MARKERS[n % 6], draw::SERIES[n % 6]), band_marker);
        out.marker(kind, (area.x(v), y), 5.0, colour, draw::WHITE, &tip);
    }
    // Beside a bar; for dots in a column of its own, where no level or interval crosses it.
    let x = if chart.kind == ChartKind::Bar { end + 6.0 } else { area.x1 + 10.0 };
    out.text(x, text_y, area.size, Anchor::Start, draw::INK, &clean(&point.text));
}
