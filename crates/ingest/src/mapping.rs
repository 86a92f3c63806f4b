//! How somebody else's columns become the canonical ones: `docs/mapping.md`.

mod parse;

use crate::{error::IngestError, layout::Layout, limits::MAX_MAPPING, time::TimeRule};
use northbound_types::NullReason;
use std::{
    collections::{BTreeMap, HashMap},
    io::Read,
    path::Path,
};

/// How the bytes of a text file are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8; a row that is not is rejected.
    Utf8,
    /// Windows-1252, which is what `latin-1` mostly means: ISO 8859-1 with printable characters such as
    /// `’` and `–` at 0x80 to 0x9F, where ISO 8859-1 has control characters.
    Windows1252,
}

/// A time that is a start and a duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duration {
    /// Source column with the duration.
    pub column: String,
    /// Its unit in µs.
    pub unit: i64,
    /// The canonical column that it counts from.
    pub after: String,
}

/// What a mapping may do with two columns of whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// The first less the second.
    Subtract,
    /// The first divided by the second, where that is a whole number.
    Divide,
}

/// A whole number that is computed from two source columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computation {
    /// What is done.
    pub operation: Operation,
    /// Source column with the number that is reduced or divided.
    pub first: String,
    /// Source column with the other number.
    pub second: String,
}

/// A mapping, read and checked in itself; whether it fits a file is found when the file is opened.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// File name, for messages.
    pub file: String,
    /// SHA-256 of its text.
    pub sha256: String,
    /// What the source holds, where stated.
    pub layout: Option<Layout>,
    /// Field delimiter of CSV.
    pub delimiter: Option<u8>,
    /// Encoding of text.
    pub encoding: Encoding,
    /// Row of the header, from 1.
    pub header_row: u64,
    /// Sheet of a workbook; the first where not stated.
    pub sheet: Option<String>,
    /// `true` where decimals stand after a comma.
    pub decimal_comma: bool,
    /// Spellings that mean "unknown", beside the empty one.
    pub nulls: Vec<String>,
    /// Spellings of a figure that mean a null with its reason.
    pub null_reasons: BTreeMap<String, NullReason>,
    /// Canonical column → source column.
    pub columns: BTreeMap<String, String>,
    /// Further keys of a figure → source column.
    pub keys: BTreeMap<String, String>,
    /// Readings of a figure: meaning → source column.
    pub readings: BTreeMap<String, String>,
    /// Canonical column → a text that stands for the whole file.
    pub constants: BTreeMap<String, String>,
    /// Canonical column → translations.
    pub values: BTreeMap<String, HashMap<String, String>>,
    /// How times are written.
    pub times: TimeRule,
    /// The same for single columns.
    pub column_times: BTreeMap<String, TimeRule>,
    /// Times that are a start and a duration.
    pub durations: BTreeMap<String, Duration>,
    /// Canonical column → source column with the time of day, where `columns` has that with the date.
    pub times_of_day: BTreeMap<String, String>,
    /// Canonical column → the two source columns that it is computed from.
    pub computed: BTreeMap<String, Computation>,
    /// Event of an incident → source column with its time, in a table of one row an incident.
    pub events: BTreeMap<String, String>,
    /// How ids of incidents begin in the source → how they begin here, such as `INC45`.
    pub ids: BTreeMap<String, String>,
    /// `true` where each row is the state of an incident on a day: only changes are events.
    pub snapshots: bool,
    /// Source columns that are not read, whatever their names.
    pub ignored: Vec<String>,
    /// Line of each key, for errors that are found later.
    pub(crate) lines: HashMap<String, u64>,
}

impl Default for Mapping {
    /// No mapping: the canonical layout itself.
    fn default() -> Self {
        Mapping {
            file: String::new(),
            sha256: String::new(),
            layout: None,
            delimiter: None,
            encoding: Encoding::Utf8,
            header_row: 1,
            sheet: None,
            decimal_comma: false,
            nulls: Vec::new(),
            null_reasons: BTreeMap::new(),
            columns: BTreeMap::new(),
            keys: BTreeMap::new(),
            readings: BTreeMap::new(),
            constants: BTreeMap::new(),
            values: BTreeMap::new(),
            times: TimeRule::default(),
            column_times: BTreeMap::new(),
            durations: BTreeMap::new(),
            times_of_day: BTreeMap::new(),
            computed: BTreeMap::new(),
            events: BTreeMap::new(),
            ids: BTreeMap::new(),
            snapshots: false,
            ignored: Vec::new(),
            lines: HashMap::new(),
        }
    }
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// When it cannot be read, or is wrong in itself: with file, line and key.
    pub fn load(path: &Path) -> Result<Mapping, IngestError> {
        let io =
            |source| IngestError::Io { what: "read the mapping", path: path.to_owned(), source };
        let mut text = String::new();
        let file = std::fs::File::open(path).map_err(io)?;
        file.take(MAX_MAPPING + 1).read_to_string(&mut text).map_err(io)?;
        if text.len() as u64 > MAX_MAPPING {
            return Err(IngestError::unreadable(
                path,
                format!("a mapping of more than {MAX_MAPPING} bytes, which is the limit"),
            ));
        }
        Mapping::parse(&path.display().to_string(), &text)
    }

    /// Reads the text of a mapping.
    ///
    /// # Errors
    /// When it is wrong in itself: with file, line and key.
    pub fn parse(file: &str, text: &str) -> Result<Mapping, IngestError> {
        parse::parse(file, text)
    }

    /// An error of a key that was fine in itself and does not fit.
    pub(crate) fn error(&self, key: &str, why: impl Into<String>) -> IngestError {
        IngestError::Mapping {
            file: self.file.clone(),
            line: self.lines.get(key).copied().unwrap_or(1),
            key: key.to_owned(),
            why: why.into(),
        }
    }

    /// Source columns that are not to be taken by their own name: those that the mapping gives to a
    /// canonical column, and those that it ignores.
    pub(crate) fn named_sources(&self) -> impl Iterator<Item = &String> {
        self.columns
            .values()
            .chain(self.times_of_day.values())
            .chain(self.events.values())
            .chain(&self.ignored)
    }

    /// How a column's times are written.
    pub(crate) fn time_rule(&self, column: &str) -> &TimeRule {
        self.column_times.get(column).unwrap_or(&self.times)
    }
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
mod tests;
