//! Columns along time, series on top of each other, from zero. A column with a gap is not drawn at
//! all: a part would read as the whole.

use super::{
    Frame,
    axis::{Plot, column},
    draw::{self, Drawing},
    rows::{legend, legend_height},
    scale::Scale,
};
use crate::{
    model::{Chart, number::position},
    render::clean::clean,
};

/// Draws the chart.
#[must_use]
pub fn draw(chart: &Chart, frame: &Frame) -> Drawing {
    let mut out = Drawing::new(frame.w, frame.h);
    let totals: Vec<Option<f64>> = (0..chart.points.len()).map(|i| total(chart, i)).collect();
    let mut plot = Plot::new(chart, frame, true, 8.0);
    plot.scale = Scale::covering(0.0, totals.iter().flatten().copied().fold(0.0, f64::max), None);
    let ticks =
        plot.scale.ticks().iter().map(|t| draw::width(&t.1, plot.size, false)).fold(0.0, f32::max);
    plot.x0 = ticks + 12.0;
    plot.step = column(plot.x1 - plot.x0, chart.points.len());
    plot.y0 += legend_height(chart, frame.w - plot.x0, plot.size);
    plot.back(&mut out, chart);
    legend(&mut out, chart, plot.x0, plot.size);
    for (i, total) in totals.iter().enumerate().filter(|t| t.1.is_some()) {
        let mut base = 0.0;
        for (n, series) in chart.series.iter().enumerate() {
            let Some(v) = series.values[i].value.as_deref().and_then(position) else { continue };
            let (top, bottom) = (plot.y(base + v), plot.y(base));
            let tip = format!(
                "{}, {}: {}",
                clean(&series.name),
                clean(&chart.points[i]),
                clean(&series.values[i].text)
            );
            let seam = if total.is_some_and(|t| base + v < t) { 1.0 } else { 0.0 };
            out.rect(
                plot.x(i) - plot.step * 0.36,
                top + seam,
                plot.step * 0.72,
                (bottom - top - seam).max(0.3),
                draw::SERIES[n % 6],
                &tip,
            );
            base += v;
        }
    }
    plot.gaps(&mut out, chart);
    out
}

fn total(chart: &Chart, point: usize) -> Option<f64> {
    chart.series.iter().map(|s| s.values[point].value.as_deref().and_then(position)).sum()
}
