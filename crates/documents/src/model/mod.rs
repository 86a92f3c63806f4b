//! The document: what a pack says, in the words and numbers that will be printed.
//!
//! Keys are stable. Nothing here is computed from the ledger, and nothing is rounded: cells carry
//! their printed text and, beside it, the exact integers.

pub mod brief;
pub mod chart;
pub mod check;
pub mod document;
pub mod figures;
pub mod front;
pub mod number;
pub mod section;
pub mod table;

pub use brief::{Brief, Due, Unknown};
pub use chart::{
    Annotation, Chart, ChartKind, Gap, Level, LevelKind, LevelStep, Point, Series, Window,
};
pub use document::{Document, Named, Origin, RuleUsed, Shorthand, SourceFile, Status};
pub use figures::{FigureUse, figures_of};
pub use front::{ActiveException, Front, Headline, Shortfall};
pub use section::{Block, List, Multiples, Para, Run, Section};
pub use table::{Band, Cell, CellState, Column, ColumnKind, Fact, Row, Table};
