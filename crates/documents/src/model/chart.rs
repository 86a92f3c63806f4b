//! Charts. Every chart carries the table of its data.

use super::{Band, Table};
use northbound_types::text_enum;
use serde::{Deserialize, Serialize};

/// A chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// Id for links.
    pub id: String,
    /// What the chart says.
    pub title: String,
    /// The data: what, of whom, when, unit.
    pub subtitle: String,
    /// How it is drawn.
    pub kind: ChartKind,
    /// Unit of the values, in words: `per cent`.
    pub unit: String,
    /// Names of the points, in order: months of a line, rows of bars and dots.
    pub points: Vec<String>,
    /// Series; each has one value for each point.
    pub series: Vec<Series>,
    /// Target and minimum.
    pub levels: Vec<Level>,
    /// Shaded stretches.
    pub annotations: Vec<Annotation>,
    /// Windows of changes, on charts along time.
    #[serde(default)]
    pub windows: Vec<Window>,
    /// The same data.
    pub table: Table,
}

text_enum! {
    /// How a chart is drawn.
    pub enum ChartKind("kind of chart") {
        /// A line along time, broken at nulls.
        Line = "line",
        /// Bars from zero, one for each point and series.
        Bar = "bar",
        /// A dot with its interval for each point.
        DotInterval = "dot-interval",
        /// Columns along time, series on top of each other.
        Stacked = "stacked",
    }
}

/// A series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Name as printed.
    pub name: String,
    /// One for each point of the chart.
    pub values: Vec<Point>,
}

/// A value of a series: a number, or a gap with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Decimal text (`99.49`) or exact fraction (`13/14`) in the chart's unit.
    pub value: Option<String>,
    /// Lower end of the interval.
    pub low: Option<String>,
    /// Upper end of the interval.
    pub high: Option<String>,
    /// As printed.
    pub text: String,
    /// Why there is no value.
    pub gap: Option<Gap>,
    /// Against its levels.
    pub band: Option<Band>,
    /// Figure id.
    pub figure: Option<String>,
}

/// Why a series has no value at a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Shorthand.
    pub mark: String,
    /// In words.
    pub reason: String,
}

impl Point {
    /// A value and its printed form.
    #[must_use]
    pub fn value(value: impl Into<String>, text: impl Into<String>) -> Point {
        Point {
            value: Some(value.into()),
            low: None,
            high: None,
            text: text.into(),
            gap: None,
            band: None,
            figure: None,
        }
    }
    /// A gap.
    #[must_use]
    pub fn gap(mark: impl Into<String>, reason: impl Into<String>) -> Point {
        let mark = mark.into();
        Point {
            value: None,
            low: None,
            high: None,
            text: mark.clone(),
            gap: Some(Gap { mark, reason: reason.into() }),
            band: None,
            figure: None,
        }
    }
    /// Adds an interval.
    #[must_use]
    pub fn interval(mut self, low: impl Into<String>, high: impl Into<String>) -> Point {
        self.low = Some(low.into());
        self.high = Some(high.into());
        self
    }
    /// Adds the band.
    #[must_use]
    pub fn band(mut self, band: Band) -> Point {
        self.band = Some(band);
        self
    }
    /// Adds the figure id.
    #[must_use]
    pub fn figure(mut self, id: impl Into<String>) -> Point {
        self.figure = Some(id.into());
        self
    }
}

text_enum! {
    /// Which level a line shows.
    pub enum LevelKind("kind of level") {
        /// The target.
        Target = "target",
        /// The minimum.
        Minimum = "minimum",
    }
}

/// A level, which may change by date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Target or minimum.
    pub kind: LevelKind,
    /// In order of their points.
    pub steps: Vec<LevelStep>,
}

/// From which point on a level holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelStep {
    /// Position of the point, counted from 0.
    pub from: usize,
    /// Decimal text or exact fraction in the chart's unit.
    pub value: String,
    /// As printed.
    pub text: String,
}

/// The window of a change: it starts and ends within points, and may be shorter than any of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Where it starts along the points: the point counted from 0, and how far into it, as decimal text or
    /// exact fraction. `3/2` is the middle of the second point.
    pub start: String,
    /// Where it ends.
    pub end: String,
    /// In words, with its days.
    pub label: String,
}

/// A shaded stretch: a fault, maintenance, a pandemic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// First point, counted from 0.
    pub from: usize,
    /// Last point.
    pub to: usize,
    /// In words.
    pub label: String,
}
