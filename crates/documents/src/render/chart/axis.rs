//! What line and column charts share: the plot area, grid, months, shaded stretches, gaps.

use super::{
    Frame,
    draw::{self, Anchor, Drawing},
    scale::Scale,
};
use crate::{
    model::{Chart, Gap, number::position},
    render::clean::clean,
};

/// Widest column of a point: a single one does not fill the chart.
pub const WIDEST: f32 = 60.0;
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
    /// Width of one point's column, at most [`WIDEST`].
    pub step: f32,
    /// Number of points.
    pub points: usize,
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
            scale.ticks().iter().map(|t| draw::width(&t.1, size, false)).fold(0.0, f32::max);
        let x0 = ticks + 12.0;
        let top = if chart.annotations.is_empty() { 10.0 } else { 26.0 };
        let x1 = frame.w - right;
        Plot {
            x0,
            x1,
            y0: top,
            y1: frame.h - 26.0,
            step: column(x1 - x0, chart.points.len()),
            points: chart.points.len(),
            scale,
            size,
        }
    }
    /// The middle of a point's column.
    #[must_use]
    pub fn x(&self, point: usize) -> f32 {
        self.along(point as f32 + 0.5)
    }
    /// A position along the points: the columns stand in the middle where they do not fill the plot.
    #[must_use]
    pub fn along(&self, points: f32) -> f32 {
        let unused = self.x1 - self.x0 - self.step * self.points as f32;
        self.x0 + unused / 2.0 + self.step * points
    }
    /// Where the column of a point begins; the edges of the plot for the first and for the end.
    #[must_use]
    pub fn edge(&self, point: usize) -> f32 {
        match point {
            0 => self.x0,
            p if p >= self.points => self.x1,
            p => self.along(p as f32),
        }
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
        if self.scale.lo > 0.0 {
            self.cut(out);
        }
        self.names(out, chart);
    }

    /// Two strokes through the foot of the value axis: it does not begin at zero.
    fn cut(&self, out: &mut Drawing) {
        out.line(&[(self.x0, self.y0), (self.x0, self.y1)], draw::MUTED, 1.0, &[]);
        for y in [self.y1 - 5.0, self.y1 - 9.0] {
            out.line(&[(self.x0 - 4.0, y + 2.0), (self.x0 + 4.0, y - 2.0)], draw::INK, 1.2, &[]);
        }
    }

    /// Windows of changes with their numbers: a band as wide as they lasted, at least [`NARROWEST`], with
    /// broken edges, which distinguish it from a shaded stretch.
    fn windows(&self, out: &mut Drawing, chart: &Chart) {
        let mut labels = Vec::new();
        for w in &chart.windows {
            let (Some(start), Some(end)) = (position(&w.start), position(&w.end)) else { continue };
            let at = |v: f64| self.along(v as f32);
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
        let room = (self.x1 - self.x0) / 3.0;
        let names: Vec<String> =
            chart.points.iter().map(|p| draw::fit(&clean(p), self.size, false, room)).collect();
        let widest =
            names.iter().map(|n| draw::width(n, self.size, false)).fold(0.0, f32::max) + 10.0;
        let every = ((widest / self.step).ceil() as usize).max(1);
        let last = names.len() - 1;
        for (n, name) in names.iter().enumerate().filter(|(n, _)| (last - n).is_multiple_of(every))
        {
            let half = draw::width(name, self.size, false) / 2.0;
            let x = self.x(n).max(half + 1.0).min((self.x1 - half + 20.0).max(half));
            out.line(&[(self.x(n), self.y1), (self.x(n), self.y1 + 4.0)], draw::MUTED, 1.0, &[]);
            out.text(x, self.y1 + self.size + 7.0, self.size, Anchor::Middle, draw::MUTED, name);
        }
    }

    /// The marks of the gaps, above the axis, one row for each series that has one there. Gaps of one
    /// reason that follow each other in all series have one mark in their middle.
    pub fn gaps(&self, out: &mut Drawing, chart: &Chart) {
        let mut point = 0;
        while point < chart.points.len() {
            let mut y = self.y1 - 6.0;
            let size = self.size - 1.0;
            if let Some(gap) = common_gap(chart, point) {
                let last = (point..chart.points.len())
                    .take_while(|p| common_gap(chart, *p) == Some(gap))
                    .last()
                    .unwrap_or(point);
                let x = (self.x(point) + self.x(last)) / 2.0;
                out.bold(x, y, size, Anchor::Middle, draw::INK, &clean(&gap.mark));
                point = last + 1;
                continue;
            }
            for (s, series) in chart.series.iter().enumerate() {
                let Some(gap) = &series.values[point].gap else { continue };
                let (x, colour) = (self.x(point), draw::SERIES[s % 6]);
                out.bold(x, y, size, Anchor::Middle, colour, &clean(&gap.mark));
                y -= self.size + 1.0;
            }
            point += 1;
        }
    }
}

/// The gap that all series have at a point.
fn common_gap(chart: &Chart, point: usize) -> Option<&Gap> {
    let first = chart.series.first()?.values[point].gap.as_ref()?;
    chart.series.iter().all(|s| s.values[point].gap.as_ref() == Some(first)).then_some(first)
}

/// The width of a column where `points` of them share `width`.
#[must_use]
pub fn column(width: f32, points: usize) -> f32 {
    (width / points.max(1) as f32).min(WIDEST)
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
