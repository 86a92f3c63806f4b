//! Size and scale of a chart.

use super::scale::Scale;
use crate::model::{Chart, Multiples, number::position};

/// Size and shared scale of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Width.
    pub w: f32,
    /// Height of the whole chart; charts by rows take what their rows need.
    pub h: f32,
    /// One of several small charts: fewer labels.
    pub compact: bool,
    /// Least and greatest value, where several charts share their scale.
    pub range: Option<(f64, f64)>,
}

impl Frame {
    /// A chart of the full width.
    #[must_use]
    pub const fn full() -> Frame {
        Frame { w: 640.0, h: 300.0, compact: false, range: None }
    }
    /// Small charts side by side, on one scale.
    #[must_use]
    pub fn small(multiples: &Multiples) -> Frame {
        let range =
            multiples.charts.iter().filter_map(range).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        Frame { w: 300.0, h: 190.0, compact: true, range }
    }
    /// Text size. In the PDF a full chart is as wide as the text and a small one half as wide, and both
    /// have text of at least 9 points.
    #[must_use]
    pub const fn size(&self) -> f32 {
        if self.compact { 12.0 } else { 13.0 }
    }

    /// The value axis of a chart: round ticks, percentages not above 100, bars from zero.
    #[must_use]
    pub fn scale(&self, chart: &Chart, from_zero: bool) -> Scale {
        let (mut lo, mut hi) = self.range.or_else(|| range(chart)).unwrap_or((0.0, 1.0));
        // Space below the lowest point, so that its marker is clear of the axis.
        if !from_zero && lo > 0.0 {
            lo = (lo - (hi - lo) * 0.04).max(0.0);
        }
        if from_zero {
            lo = lo.min(0.0);
            hi = hi.max(0.0);
        }
        let ceiling = (chart.unit == "per cent").then_some(100.0);
        Scale::covering(lo, hi, ceiling)
    }
}

/// Least and greatest value of a chart, its levels and intervals among them.
#[must_use]
pub fn range(chart: &Chart) -> Option<(f64, f64)> {
    let points = chart
        .series
        .iter()
        .flat_map(|s| &s.values)
        .flat_map(|p| [&p.value, &p.low, &p.high])
        .flatten();
    let levels = chart.levels.iter().flat_map(|l| &l.steps).map(|s| &s.value);
    points.chain(levels).filter_map(|t| position(t)).fold(None, |acc, v| match acc {
        None => Some((v, v)),
        Some((a, b)) => Some((a.min(v), b.max(v))),
    })
}
