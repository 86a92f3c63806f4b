//! Lines along time. A null breaks the line; its mark is drawn in the gap.

use super::{
    Frame,
    axis::{Plot, spread},
    draw::{self, Anchor, Colour, Dash, Drawing, Marker},
};
use crate::{
    model::{Band, Chart, Level, LevelKind, Series, number::position},
    render::clean::clean,
};

struct Label {
    y: f32,
    colour: Colour,
    text: String,
    bold: bool,
}

/// Draws the chart.
#[must_use]
pub fn draw(chart: &Chart, frame: &Frame) -> Drawing {
    let mut out = Drawing::new(frame.w, frame.h);
    let room = label_room(chart, frame);
    let plot = Plot::new(chart, frame, false, room + 10.0);
    plot.back(&mut out, chart);
    let mut labels = Vec::new();
    for level in &chart.levels {
        draw_level(&mut out, &plot, chart, level, frame, &mut labels);
    }
    for (n, series) in chart.series.iter().enumerate() {
        draw_line(&mut out, &plot, series, draw::SERIES[n % 6], draw::DASHES[n % 6]);
        draw_markers(&mut out, &plot, chart, n);
        if let Some(y) = last_value(series)
            .map(|v| plot.y(v))
            .filter(|_| !frame.compact || chart.series.len() > 1)
        {
            labels.push(Label {
                y,
                colour: draw::SERIES[n % 6],
                text: clean(&series.name),
                bold: true,
            });
        }
    }
    plot.gaps(&mut out, chart);
    let mut at: Vec<f32> = labels.iter().map(|l| l.y).collect();
    spread(&mut at, plot.size + 2.0, plot.y0 + 4.0, plot.y1 - 2.0);
    for (label, y) in labels.iter().zip(at) {
        let text = draw::fit(&label.text, plot.size, label.bold, room);
        let (x, y) = (plot.x1 + 6.0, y + plot.size * 0.35);
        if label.bold {
            out.bold(x, y, plot.size, Anchor::Start, label.colour, &text)
        } else {
            out.text(x, y, plot.size, Anchor::Start, label.colour, &text)
        }
    }
    out
}

/// Widest space for labels at the right, as a share of the chart.
const LABEL_SHARE: f32 = 0.26;

fn label_room(chart: &Chart, frame: &Frame) -> f32 {
    let levels = chart
        .levels
        .iter()
        .flat_map(|l| l.steps.last().map(|s| level_label(l.kind, &s.text, frame)));
    let names = chart
        .series
        .iter()
        .filter(|_| !frame.compact || chart.series.len() > 1)
        .map(|s| clean(&s.name));
    levels
        .chain(names)
        .map(|t| draw::width(&t, frame.size(), true))
        .fold(0.0, f32::max)
        .min(frame.w * LABEL_SHARE)
}

fn level_label(kind: LevelKind, text: &str, frame: &Frame) -> String {
    let name = match (kind, frame.compact) {
        (LevelKind::Target, _) => "Target",
        (LevelKind::Minimum, false) => "Minimum",
        (LevelKind::Minimum, true) => "Min.",
    };
    if frame.compact { name.to_owned() } else { format!("{name} {}", clean(text)) }
}

fn draw_level(
    out: &mut Drawing,
    plot: &Plot,
    chart: &Chart,
    level: &Level,
    frame: &Frame,
    labels: &mut Vec<Label>,
) {
    let (dash, width): (Dash, f32) = match level.kind {
        LevelKind::Target => (&[6, 4], 1.4),
        LevelKind::Minimum => (&[2, 3], 1.6),
    };
    let mut path = Vec::new();
    for (n, step) in level.steps.iter().enumerate() {
        let Some(value) = position(&step.value) else { continue };
        let end = level.steps.get(n + 1).map_or(chart.points.len(), |next| next.from);
        let (a, y) = (plot.edge(step.from), plot.y(value));
        path.extend([(a, y), (plot.edge(end), y)]);
        if n + 1 == level.steps.len() {
            labels.push(Label {
                y,
                colour: draw::INK,
                text: level_label(level.kind, &step.text, frame),
                bold: false,
            });
        }
    }
    out.line(&path, draw::INK, width, dash);
}

fn last_value(series: &Series) -> Option<f64> {
    series.values.iter().rev().find_map(|p| p.value.as_deref().and_then(position))
}

fn draw_line(out: &mut Drawing, plot: &Plot, series: &Series, colour: Colour, dash: Dash) {
    let mut run = Vec::new();
    for (n, point) in series.values.iter().enumerate() {
        match point.value.as_deref().and_then(position) {
            Some(v) => run.push((plot.x(n), plot.y(v))),
            None => {
                if run.len() > 1 {
                    out.line(&run, colour, 2.2, dash);
                }
                run.clear();
            }
        }
    }
    if run.len() > 1 {
        out.line(&run, colour, 2.2, dash);
    }
}

/// One series: markers show the band. Several: markers show the series.
fn draw_markers(out: &mut Drawing, plot: &Plot, chart: &Chart, n: usize) {
    let series = &chart.series[n];
    let only = series.values.iter().filter(|p| p.value.is_some()).count() == 1;
    for (i, point) in series.values.iter().enumerate() {
        let Some(v) = point.value.as_deref().and_then(position) else { continue };
        let (x, y) = (plot.x(i), plot.y(v));
        let band = point.band.map_or(String::new(), |b| format!(", {}", b.words()));
        let tip = format!(
            "{}, {}: {}{band}",
            clean(&series.name),
            clean(&chart.points[i]),
            clean(&point.text)
        );
        if let (Some(low), Some(high)) =
            (point.low.as_deref().and_then(position), point.high.as_deref().and_then(position))
        {
            out.line(&[(x, plot.y(low)), (x, plot.y(high))], draw::SERIES[n % 6], 1.0, &[]);
        }
        let (kind, colour) = match point.band {
            Some(b) if chart.series.len() == 1 => band_marker(b),
            _ => (draw::MARKERS[n % 6], draw::SERIES[n % 6]),
        };
        let r = if chart.points.len() > 12 { 3.2 } else { 4.0 };
        out.marker(kind, (x, y), r, colour, draw::WHITE, &tip);
        if only {
            value(out, plot, (x, y), &clean(&point.text));
        }
    }
}

/// The value of the only point of a series, beside it.
fn value(out: &mut Drawing, plot: &Plot, (x, y): (f32, f32), text: &str) {
    let y = y + plot.size * 0.35;
    if x + 9.0 + draw::width(text, plot.size, true) <= plot.x1 {
        out.bold(x + 9.0, y, plot.size, Anchor::Start, draw::INK, text);
    } else {
        out.bold(x - 9.0, y, plot.size, Anchor::End, draw::INK, text);
    }
}

/// Shape and colour of a band: the same everywhere in the pack.
#[must_use]
pub const fn band_marker(band: Band) -> (Marker, Colour) {
    match band {
        Band::Met => (Marker::Circle, 0x1B_6E_3C),
        Band::BelowTarget => (Marker::Triangle, 0x9A_5B_00),
        Band::BelowMinimum => (Marker::Diamond, 0xB3_26_1E),
        Band::NoFigure => (Marker::Square, 0x5B_66_70),
    }
}
