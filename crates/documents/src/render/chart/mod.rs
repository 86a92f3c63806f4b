//! Charts as lists of marks: drawn once, printed as SVG and in the PDF.

pub mod axis;
pub mod describe;
pub mod draw;
pub mod frame;
pub mod line;
pub mod rows;
pub mod scale;
pub mod stacked;

use crate::model::{Chart, ChartKind};
pub use draw::{Drawing, Mark};
pub use frame::Frame;

/// Draws a chart.
#[must_use]
pub fn draw(chart: &Chart, frame: &Frame) -> Drawing {
    match chart.kind {
        ChartKind::Line => line::draw(chart, frame),
        ChartKind::Bar | ChartKind::DotInterval => rows::draw(chart, frame),
        ChartKind::Stacked => stacked::draw(chart, frame),
    }
}
