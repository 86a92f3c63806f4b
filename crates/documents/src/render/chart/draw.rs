//! The marks that a chart is made of. Positions are in tenths of a unit, so that the same data
//! give the same bytes everywhere.

use crate::render::metrics;

/// A colour as 0xRRGGBB.
pub type Colour = u32;

/// Text and axes.
pub const INK: Colour = 0x16_20_2A;
/// Lesser text; contrast with white 6.5.
pub const MUTED: Colour = 0x52_60_6D;
/// Grid.
pub const GRID: Colour = 0xE1_E6_EB;
/// Shaded stretch.
pub const SHADE: Colour = 0xE9_E4_F3;
/// Window of a change.
pub const WINDOW: Colour = 0xF7_EB_D3;
/// Column of a gap.
pub const HOLE: Colour = 0xEF_F1_F3;
/// White.
pub const WHITE: Colour = 0xFF_FF_FF;
/// Colours of the series, distinguishable with any colour vision; shape and dash differ as well.
pub const SERIES: [Colour; 6] =
    [0x00_5A_9C, 0xB3_47_00, 0x00_73_5C, 0x8A_3B_86, 0x4D_4D_4D, 0x7A_60_00];

/// Where a text is anchored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// At its start.
    Start,
    /// At its middle.
    Middle,
    /// At its end.
    End,
}

/// How a line is broken: lengths of dash and gap; empty for a solid line.
pub type Dash = &'static [u8];

/// Dashes of the series, in order.
pub const DASHES: [Dash; 6] = [&[], &[7, 3], &[2, 2], &[9, 3, 2, 3], &[4, 4], &[1, 3]];

/// How much wider a text may be where the picture is shown than in the font that widths come from: a
/// browser without Arial or its likeness takes a wider font.
const SLACK: f32 = 1.15;

/// Width that a text may need.
#[must_use]
pub fn width(text: &str, size: f32, bold: bool) -> f32 {
    metrics::width(text, size, bold) * SLACK
}

/// As much of a text as fits into `room`, cut between words.
#[must_use]
pub fn fit(text: &str, size: f32, bold: bool, room: f32) -> String {
    metrics::fit(text, size, bold, room / SLACK)
}

/// Lines of a text no wider than `room`.
#[must_use]
pub fn wrap(text: &str, size: f32, room: f32) -> Vec<String> {
    metrics::wrap(text, size, false, room / SLACK)
}

/// A thing drawn. `tip` is what a pointer resting on it shows; empty for nothing.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "positions, sizes and colours are named as what they are")]
pub enum Mark {
    /// A filled rectangle.
    Rect { x: f32, y: f32, w: f32, h: f32, fill: Colour, tip: String },
    /// A line through points.
    Line { points: Vec<(f32, f32)>, colour: Colour, width: f32, dash: Dash },
    /// A closed shape.
    Shape { points: Vec<(f32, f32)>, fill: Colour, stroke: Colour, tip: String },
    /// A circle.
    Circle { x: f32, y: f32, r: f32, fill: Colour, stroke: Colour, tip: String },
    /// A text on its base line.
    Text { x: f32, y: f32, size: f32, bold: bool, anchor: Anchor, colour: Colour, text: String },
}

/// What a series' markers look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// ●
    Circle,
    /// ▲
    Triangle,
    /// ◆
    Diamond,
    /// ■
    Square,
}

/// Markers of the series, in order.
pub const MARKERS: [Marker; 6] = [
    Marker::Circle,
    Marker::Square,
    Marker::Triangle,
    Marker::Diamond,
    Marker::Circle,
    Marker::Square,
];

/// A finished chart: its size and its marks, back to front.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
    /// Marks.
    pub marks: Vec<Mark>,
}

fn tenth(v: f32) -> f32 {
    (v * 10.0).round() / 10.0
}

impl Drawing {
    /// An empty drawing.
    #[must_use]
    pub fn new(w: f32, h: f32) -> Drawing {
        Drawing { w, h: tenth(h), marks: Vec::new() }
    }
    /// Adds a rectangle.
    pub fn rect(&mut self, x: f32, y: f32, w: f32, h: f32, fill: Colour, tip: &str) {
        self.marks.push(Mark::Rect {
            x: tenth(x),
            y: tenth(y),
            w: tenth(w),
            h: tenth(h),
            fill,
            tip: tip.to_owned(),
        });
    }
    /// Adds a line.
    pub fn line(&mut self, points: &[(f32, f32)], colour: Colour, width: f32, dash: Dash) {
        let points = points.iter().map(|(x, y)| (tenth(*x), tenth(*y))).collect();
        self.marks.push(Mark::Line { points, colour, width, dash });
    }
    /// Adds a text.
    pub fn text(&mut self, x: f32, y: f32, size: f32, anchor: Anchor, colour: Colour, text: &str) {
        self.marks.push(Mark::Text {
            x: tenth(x),
            y: tenth(y),
            size,
            bold: false,
            anchor,
            colour,
            text: text.to_owned(),
        });
    }
    /// Adds a bold text.
    pub fn bold(&mut self, x: f32, y: f32, size: f32, anchor: Anchor, colour: Colour, text: &str) {
        self.marks.push(Mark::Text {
            x: tenth(x),
            y: tenth(y),
            size,
            bold: true,
            anchor,
            colour,
            text: text.to_owned(),
        });
    }
    /// Adds a marker.
    pub fn marker(
        &mut self,
        kind: Marker,
        (x, y): (f32, f32),
        r: f32,
        fill: Colour,
        stroke: Colour,
        tip: &str,
    ) {
        let at = |dx: f32, dy: f32| (tenth(x + dx * r), tenth(y + dy * r));
        let points = match kind {
            Marker::Circle => {
                self.marks.push(Mark::Circle {
                    x: tenth(x),
                    y: tenth(y),
                    r: tenth(r),
                    fill,
                    stroke,
                    tip: tip.to_owned(),
                });
                return;
            }
            Marker::Triangle => vec![at(0.0, -1.2), at(1.15, 0.9), at(-1.15, 0.9)],
            Marker::Diamond => vec![at(0.0, -1.35), at(1.35, 0.0), at(0.0, 1.35), at(-1.35, 0.0)],
            Marker::Square => vec![at(-0.9, -0.9), at(0.9, -0.9), at(0.9, 0.9), at(-0.9, 0.9)],
        };
        self.marks.push(Mark::Shape { points, fill, stroke, tip: tip.to_owned() });
    }
}
