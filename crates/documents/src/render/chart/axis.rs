//! What line and column charts share: the plot area, grid, months, shaded stretches, gaps.

use super::{
    Frame,
    draw::{self, Anchor, Drawing},
    scale::Scale,
};
use crate::{
    model::{Chart, number::position},
    render::{clean::clean, metrics},
};

/// Least width at which a window can be seen.
const NARROWEST: f32 = 3.0;

/// The area inside the axes, and the positions of points in it.
#[derive(Debug, Clone)]
pub struct Plot {
    /// Left edge.
    pub x0: f32,
    /// Right edge.
    pub x1: f32,
    /// Upper edge.
    pub y0: f32,
    /// Lower edge.
    pub y1: f32,
    /// Width of one point's column.
    pub step: f32,
    /// Value axis.
    pub scale: Scale,
    /// Text size.
    pub size: f32,
}

impl Plot {
    /// Lays the plot out: space for tick labels on the left, `right` for labels of lines.
    #[must_use]
    pub fn new(chart: &Chart, frame: &Frame, from_zero: bool, right: f32) -> Plot {
        let (scale, size) = (frame.scale(chart, from_zero), frame.size());
        let ticks =
            scale.ticks().iter().map(|t| metrics::width(&t.1, size, false)).fold(0.0, f32::max);
        let x0 = ticks + 12.0;
        let top = if chart.annotations.is_empty() { 10.0 } else { 26.0 };
        let x1 = frame.w - right;
        Plot {
            x0,
            x1,
            y0: top,
            y1: frame.h - 26.0,
            step: (x1 - x0) / chart.points.len() as f32,
            scale,
            size,
        }
    }
    /// The middle of a point's column.
    #[must_use]
    pub fn x(&self, point: usize) -> f32 {
        self.x0 + self.step * (point as f32 + 0.5)
    }
    /// The height of a value.
    #[must_use]
    pub fn y(&self, value: f64) -> f32 {
        self.y1 - (self.y1 - self.y0) * self.scale.at(value)
    }

    /// Shaded stretches with their letters, columns of gaps, grid, ticks and point names.
    pub fn back(&self, out: &mut Drawing, chart: &Chart) {
        for (n, a) in chart.annotations.iter().enumerate() {
            let (from, to) = (self.x(a.from) - self.step / 2.0, self.x(a.to) + self.step / 2.0);
            out.rect(from, self.y0, to - from, self.y1 - self.y0, draw::SHADE, &clean(&a.label));
            out.bold(
                (from + to) / 2.0,
                self.y0 - 6.0,
                self.size,
                Anchor::Middle,
                draw::INK,
                &letter(n),
            );
        }
        self.windows(out, chart);
        for point in 0..chart.points.len() {
            if chart.series.iter().any(|s| s.values[point].gap.is_some()) {
                out.rect(
                    self.x(point) - self.step / 2.0,
                    self.y0,
                    self.step,
                    self.y1 - self.y0,
                    draw::HOLE,
                    "",
                );
            }
        }
        for (value, label) in self.scale.ticks() {
            let y = self.y(value);
            out.line(&[(self.x0, y), (self.x1, y)], draw::GRID, 1.0, &[]);
            out.text(
                self.x0 - 7.0,
                y + self.size * 0.35,
                self.size,
                Anchor::End,
                draw::MUTED,
                &label,
            );
        }
        out.line(&[(self.x0, self.y1), (self.x1, self.y1)], draw::MUTED, 1.0, &[]);
        self.names(out, chart);
    }

    /// Windows of changes with their numbers: a band as wide as they lasted, at least [`NARROWEST`], with
    /// broken edges, which distinguish it from a shaded stretch.
    fn windows(&self, out: &mut Drawing, chart: &Chart) {
        let mut labels = Vec::new();
        for w in &chart.windows {
            let (Some(start), Some(end)) = (position(&w.start), position(&w.end)) else { continue };
            let at = |v: f64| self.x0 + self.step * v as f32;
            let (mut from, mut to) = (at(start), at(end));
            if to - from < NARROWEST {
                let middle = (from + to) / 2.0;
                (from, to) = (middle - NARROWEST / 2.0, middle + NARROWEST / 2.0);
            }
            out.rect(from, self.y0, to - from, self.y1 - self.y0, draw::WINDOW, &clean(&w.label));
            for x in [from, to] {
                out.line(&[(x, self.y0), (x, self.y1)], draw::MUTED, 1.0, &[3, 2]);
            }
            labels.push((from + to) / 2.0);
        }
        spread(&mut labels, self.size * 1.3, self.x0 + self.size, self.x1 - self.size);
        for (n, x) in labels.into_iter().enumerate() {
            out.bold(
                x,
                self.y0 + self.size,
                self.size,
                Anchor::Middle,
                draw::MUTED,
                &(n + 1).to_string(),
            );
        }
    }

    /// Point names below the axis: the last always, the others as far as they fit.
    fn names(&self, out: &mut Drawing, chart: &Chart) {
        let room = (self.x1 - self.x0) / 4.0;
        let names: Vec<String> =
            chart.points.iter().map(|p| metrics::fit(&clean(p), self.size, false, room)).collect();
        let widest =
            names.iter().map(|n| metrics::width(n, self.size, false)).fold(0.0, f32::max) + 10.0;
        let every = ((widest / self.step).ceil() as usize).max(1);
        let last = names.len() - 1;
        for (n, name) in names.iter().enumerate().filter(|(n, _)| (last - n).is_multiple_of(every))
        {
            let half = metrics::width(name, self.size, false) / 2.0;
            let x = self.x(n).max(half + 1.0).min((self.x1 - half + 20.0).max(half));
            out.line(&[(self.x(n), self.y1), (self.x(n), self.y1 + 4.0)], draw::MUTED, 1.0, &[]);
            out.text(x, self.y1 + self.size + 7.0, self.size, Anchor::Middle, draw::MUTED, name);
        }
    }

    /// The marks of the gaps, above the axis, one row for each series that has one there.
    pub fn gaps(&self, out: &mut Drawing, chart: &Chart) {
        for point in 0..chart.points.len() {
            let mut y = self.y1 - 6.0;
            let first = chart.series.first().and_then(|s| s.values[point].gap.as_ref());
            if let Some(gap) = first
                .filter(|g| chart.series.iter().all(|s| s.values[point].gap.as_ref() == Some(*g)))
            {
                out.bold(
                    self.x(point),
                    y,
                    self.size - 1.0,
                    Anchor::Middle,
                    draw::INK,
                    &clean(&gap.mark),
                );
                continue;
            }
            for (s, series) in chart.series.iter().enumerate() {
                let Some(gap) = &series.values[point].gap else { continue };
                out.bold(
                    self.x(point),
                    y,
                    self.size - 1.0,
                    Anchor::Middle,
                    draw::SERIES[s % 6],
                    &clean(&gap.mark),
                );
                y -= self.size + 1.0;
            }
        }
    }
}

/// A, B, C … for shaded stretches.
#[must_use]
pub fn letter(n: usize) -> String {
    u8::try_from(n)
        .ok()
        .filter(|n| *n < 26)
        .map_or_else(|| (n + 1).to_string(), |n| char::from(b'A' + n).to_string())
}

/// Moves labels apart so that none overlaps, keeping their order and staying within `lo..hi`.
pub fn spread(at: &mut [f32], gap: f32, lo: f32, hi: f32) {
    let mut order: Vec<usize> = (0..at.len()).collect();
    order.sort_by(|a, b| at[*a].total_cmp(&at[*b]).then(a.cmp(b)));
    let mut floor = lo;
    for &i in &order {
        at[i] = at[i].max(floor);
        floor = at[i] + gap;
    }
    let mut ceiling = hi;
    for &i in order.iter().rev() {
        at[i] = at[i].min(ceiling);
        ceiling = at[i] - gap;
    }
}
