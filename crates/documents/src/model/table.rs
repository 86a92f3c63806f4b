//! Tables and their cells.

use northbound_types::{
    figure::{FigureState, NullReason},
    text_enum,
};
use serde::{Deserialize, Serialize};

/// A table. The first column holds the row headings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Id: names the CSV file and the sheet. Lower-case letters, digits and hyphens.
    pub id: String,
    /// What the table shows.
    pub caption: String,
    /// What holds for all of its rows, such as their measure and region. The workbook repeats it in
    /// each row; the caption says it on paper.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: Vec<Row>,
}

/// A name and a value that hold for a whole table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Name, such as `Region`.
    pub name: String,
    /// Value in words.
    pub value: String,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Key in CSV: lower-case letters, digits and underscores.
    pub key: String,
    /// Heading.
    pub title: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Unit in words (`per cent`, `requests`); empty where none.
    pub unit: String,
}

text_enum! {
    /// What a column holds.
    pub enum ColumnKind("kind of column") {
        /// A name.
        Label = "label",
        /// Words.
        Text = "text",
        /// A share with numerator and denominator.
        Ratio = "ratio",
        /// A count.
        Count = "count",
        /// Any other number, with its unit.
        Number = "number",
    }
}

impl ColumnKind {
    /// Does it hold numbers, which are set to the right and carry state and figure id?
    #[must_use]
    pub const fn is_numeric(self) -> bool {
        match self {
            ColumnKind::Label | ColumnKind::Text => false,
            ColumnKind::Ratio | ColumnKind::Count | ColumnKind::Number => true,
        }
    }
}

/// A row: one cell for each column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Cells.
    pub cells: Vec<Cell>,
    /// A total or summary row, set apart.
    pub total: bool,
}

text_enum! {
    /// How far a cell's number can be relied on.
    pub enum CellState("state of a cell") {
        /// Words, not a figure.
        Plain = "plain",
        /// Nothing is known against the figure.
        Ok = "ok",
        /// Rests on something not confirmed.
        Provisional = "provisional",
        /// Too few events to be evidence.
        LowVolume = "low-volume",
        /// Sources contradict each other.
        Disputed = "disputed",
        /// Its source was faulty for part of the period.
        Suspect = "suspect",
        /// Null: nothing fell due.
        NoEvents = "no-events",
        /// Null: does not apply.
        NotApplicable = "not-applicable",
        /// Null: not reported.
        NotReported = "not-reported",
        /// Null: the source is faulty or incomplete.
        Unreliable = "unreliable",
        /// Null: a component has no value.
        NotDeterminable = "not-determinable",
        /// Null: withheld.
        Suppressed = "suppressed",
    }
}

impl CellState {
    /// Is there no number?
    #[must_use]
    pub const fn is_null(self) -> bool {
        use CellState::*;
        match self {
            NoEvents | NotApplicable | NotReported | Unreliable | NotDeterminable | Suppressed => {
                true
            }
            Plain | Ok | Provisional | LowVolume | Disputed | Suspect => false,
        }
    }
    /// In words, for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        use CellState::*;
        match self {
            Plain | Ok => "",
            Provisional => "provisional",
            LowVolume => "low volume",
            Disputed => "disputed",
            Suspect => "suspect",
            NoEvents => "no events",
            NotApplicable => "not applicable",
            NotReported => "not reported",
            Unreliable => "unreliable",
            NotDeterminable => "not determinable",
            Suppressed => "suppressed",
        }
    }
}

impl From<FigureState> for CellState {
    fn from(state: FigureState) -> CellState {
        match state {
            FigureState::Ok => CellState::Ok,
            FigureState::Provisional => CellState::Provisional,
            FigureState::LowVolume => CellState::LowVolume,
            FigureState::Disputed => CellState::Disputed,
            FigureState::Suspect => CellState::Suspect,
        }
    }
}

impl From<NullReason> for CellState {
    fn from(reason: NullReason) -> CellState {
        match reason {
            NullReason::NoEvents => CellState::NoEvents,
            NullReason::NotApplicable => CellState::NotApplicable,
            NullReason::NotReported => CellState::NotReported,
            NullReason::Unreliable => CellState::Unreliable,
            NullReason::NotDeterminable => CellState::NotDeterminable,
            NullReason::Suppressed => CellState::Suppressed,
        }
    }
}

text_enum! {
    /// A figure against its target and minimum; a figure equal to a level meets it.
    pub enum Band("band") {
        /// At or above the target.
        Met = "met",
        /// Below the target, at or above the minimum.
        BelowTarget = "below-target",
        /// Below the minimum.
        BelowMinimum = "below-minimum",
        /// No figure: never green.
        NoFigure = "no-figure",
    }
}

impl Band {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Band::Met => "met",
            Band::BelowTarget => "below target",
            Band::BelowMinimum => "below minimum",
            Band::NoFigure => "no figure",
        }
    }
}

/// A cell. A null has no text and no numbers, only its mark, state and note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// As printed: `99.49 %`, `North`; empty for a null.
    pub text: String,
    /// The printed number alone as decimal text: `99.49`; `None` for words and nulls.
    pub number: Option<String>,
    /// Exact numerator as integer text, for a share.
    pub numerator: Option<String>,
    /// Exact denominator as integer text, for a share.
    pub denominator: Option<String>,
    /// Shorthand with brackets: `[p]`, `[x]`.
    pub marks: Vec<String>,
    /// How far the number can be relied on.
    pub state: CellState,
    /// Against its levels; `None` where it has none.
    pub band: Option<Band>,
    /// Figure id.
    pub figure: Option<String>,
    /// In words: why it is null or weak, since when, whose job the repair is.
    pub note: String,
    /// What the mark says holds for nearly every figure and is in the brief's banner: the mark is in
    /// CSV and JSON and is not printed at the figure.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub common: bool,
}

impl Cell {
    /// Words.
    #[must_use]
    pub fn words(text: impl Into<String>) -> Cell {
        Cell {
            text: text.into(),
            number: None,
            numerator: None,
            denominator: None,
            marks: Vec::new(),
            state: CellState::Plain,
            band: None,
            figure: None,
            note: String::new(),
            common: false,
        }
    }
    /// A count.
    #[must_use]
    pub fn count(count: i64) -> Cell {
        Cell {
            number: Some(count.to_string()),
            state: CellState::Ok,
            ..Cell::words(grouped(count))
        }
    }
    /// A share: `text` as printed, `number` its decimals alone.
    #[must_use]
    pub fn share(
        text: impl Into<String>,
        number: impl Into<String>,
        numerator: impl ToString,
        denominator: impl ToString,
    ) -> Cell {
        Cell {
            number: Some(number.into()),
            numerator: Some(numerator.to_string()),
            denominator: Some(denominator.to_string()),
            state: CellState::Ok,
            ..Cell::words(text)
        }
    }
    /// A null with its mark and its reason in words.
    #[must_use]
    pub fn null(reason: NullReason, note: impl Into<String>) -> Cell {
        Cell {
            marks: vec![reason.mark().to_owned()],
            state: reason.into(),
            note: note.into(),
            ..Cell::words("")
        }
    }
    /// Adds the figure id.
    #[must_use]
    pub fn figure(mut self, id: impl Into<String>) -> Cell {
        self.figure = Some(id.into());
        self
    }
    /// Adds the band.
    #[must_use]
    pub fn band(mut self, band: Band) -> Cell {
        self.band = Some(band);
        self
    }
    /// Adds a state, its mark and why.
    #[must_use]
    pub fn state(mut self, state: CellState, mark: &str, note: impl Into<String>) -> Cell {
        self.state = state;
        if !mark.is_empty() {
            self.marks.push(mark.to_owned());
        }
        self.note = note.into();
        self
    }
    /// Text and marks as printed for people: without a mark that the brief's banner says once.
    #[must_use]
    pub fn printed(&self) -> String {
        self.with(self.shown_marks())
    }
    /// Text and all marks, for files that machines read.
    #[must_use]
    pub fn marked(&self) -> String {
        self.with(&self.marks)
    }
    /// The marks that are printed at the figure.
    #[must_use]
    pub fn shown_marks(&self) -> &[String] {
        if self.common { &[] } else { &self.marks }
    }
    fn with(&self, marks: &[String]) -> String {
        let parts: Vec<&str> =
            std::iter::once(self.text.as_str()).chain(marks.iter().map(String::as_str)).collect();
        parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// A count with thousands set apart by commas.
#[must_use]
pub fn grouped(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if count < 0 {
        out.push('-');
    }
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_and_nulls_print_their_mark_only() {
        for (n, t) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (-1_234_567, "-1,234,567"),
            (i64::MIN, "-9,223,372,036,854,775,808"),
        ] {
            assert_eq!(grouped(n), t);
        }
        assert_eq!(Cell::null(NullReason::NotReported, "late").printed(), "[x]");
        assert_eq!(Cell::count(5).state(CellState::LowVolume, "[low]", "few").printed(), "5 [low]");
    }
}
