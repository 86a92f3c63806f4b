//! One cell as its reader found it, one raw row, and the row as the layout sees it.

use crate::{
    error::{Bad, Reason, fault},
    limits::{MAX_FIELD, MAX_NOTE},
    number,
    plan::{From, Plan},
};
use northbound_types::{Eui64, RequestId, text_enum::UnknownWord};
use std::str::FromStr;

/// A cell: text in CSV, NDJSON and sheets; typed in Parquet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    Empty,
    Text(&'a str),
    Int(i64),
    Uint(u64),
    /// An instant, µs UTC.
    Micros(i64),
    /// A wall-clock time without a zone, µs.
    Wall(i64),
}

/// A row before any mapping.
pub(crate) trait RawRow {
    /// The cell of a source column.
    fn cell(&self, at: usize) -> Cell<'_>;
    /// The row as text, for the rejects file.
    fn raw(&self) -> String;
}

/// A row seen through its plan: canonical columns.
pub(crate) struct Row<'a, R> {
    pub(crate) raw: &'a R,
    pub(crate) plan: &'a Plan,
}

fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if *first > b' ' && *last > b' ' && *first < 0x80 && *last < 0x80 => text,
        [one] if *one > b' ' => text,
        _ => text.trim(),
    }
}

impl<'a, R: RawRow> Row<'a, R> {
    /// A source column, trimmed, with null spellings taken out.
    pub(crate) fn source(&self, at: usize) -> Cell<'a> {
        match self.raw.cell(at) {
            Cell::Text(t) => {
                let t = trim(t);
                if t.is_empty() || self.plan.is_null(t) { Cell::Empty } else { Cell::Text(t) }
            }
            other => other,
        }
    }

    /// A canonical column, after mapping, null spellings and translation.
    #[inline]
    pub(crate) fn get(&self, column: usize) -> Cell<'a> {
        let slot = &self.plan.slots[column];
        match &slot.from {
            From::Nothing => Cell::Empty,
            From::Constant(text) => Cell::Text(text),
            From::Column(at) => {
                let Some(values) = &slot.values else { return self.source(*at) };
                // Translations come before null spellings, so that a spelling can be given a meaning.
                let found = match self.raw.cell(*at) {
                    Cell::Text(t) => values.get(trim(t)),
                    Cell::Int(n) => values.get(&n.to_string()),
                    Cell::Uint(n) => values.get(&n.to_string()),
                    _ => None,
                };
                match found {
                    Some(word) if word.is_empty() => Cell::Empty,
                    Some(word) => Cell::Text(word),
                    None => self.source(*at),
                }
            }
        }
    }

    pub(crate) fn name(&self, column: usize) -> &'static str {
        self.plan.layout.columns()[column].name
    }

    pub(crate) fn missing(&self, column: usize) -> Bad {
        fault(
            self.name(column),
            Reason::MissingValue,
            format!("`{}` is required", self.name(column)),
            "",
        )
    }

    fn wrong(&self, column: usize, want: &str, cell: Cell<'_>) -> Bad {
        fault(
            self.name(column),
            Reason::WrongType,
            format!("this column should be {want}"),
            &format!("{cell:?}"),
        )
    }

    /// A short text; empty where unknown.
    pub(crate) fn text(&self, column: usize) -> Result<&'a str, Bad> {
        match self.get(column) {
            Cell::Empty => Ok(""),
            Cell::Text(t) if t.len() > MAX_FIELD => Err(self.too_long(column, t, MAX_FIELD)),
            Cell::Text(t) if t.bytes().any(|b| b < b' ' || b == 0x7f) => Err(fault(
                self.name(column),
                Reason::ControlCharacter,
                "control characters do not belong here",
                t,
            )),
            Cell::Text(t) => Ok(t),
            other => Err(self.wrong(column, "text", other)),
        }
    }

    /// What people write: may be long and have line ends.
    pub(crate) fn note(&self, column: usize) -> Result<&'a str, Bad> {
        match self.get(column) {
            Cell::Empty => Ok(""),
            Cell::Text(t) if t.len() > MAX_NOTE => Err(self.too_long(column, t, MAX_NOTE)),
            Cell::Text(t) => Ok(t),
            other => Err(self.wrong(column, "text", other)),
        }
    }

    fn too_long(&self, column: usize, text: &str, limit: usize) -> Bad {
        fault(
            self.name(column),
            Reason::FieldTooLong,
            format!("{} bytes; the limit is {limit}", text.len()),
            text,
        )
    }

    /// An EUI-64, where there is one.
    pub(crate) fn eui(&self, column: usize) -> Result<Option<Eui64>, Bad> {
        match self.get(column) {
            Cell::Empty => Ok(None),
            Cell::Text(t) => number::eui(t).map(Some).ok_or_else(|| {
                fault(
                    self.name(column),
                    Reason::MalformedEui,
                    "write eight hexadecimal pairs joined by '-', such as 90-B3-D5-1F-30-01-00-00",
                    t,
                )
            }),
            Cell::Int(n) => Ok(Some(Eui64::from_i64(n))),
            Cell::Uint(n) => Ok(Some(Eui64(n))),
            other => Err(self.wrong(column, "an EUI-64", other)),
        }
    }

    /// A RequestID, where there is one.
    pub(crate) fn request_id(&self, column: usize) -> Result<Option<RequestId>, Bad> {
        match self.get(column) {
            Cell::Empty => Ok(None),
            Cell::Text(t) => number::request_id(t).map(Some).ok_or_else(|| fault(self.name(column), Reason::MalformedRequestId,
                "write originator:target:counter, two EUI-64 and a decimal counter without leading zeros", t)),
            other => Err(self.wrong(column, "a RequestID", other)),
        }
    }

    /// A counter or other number that cannot be negative.
    pub(crate) fn uint(&self, column: usize) -> Result<Option<u64>, Bad> {
        match self.get(column) {
            Cell::Empty => Ok(None),
            Cell::Uint(n) => Ok(Some(n)),
            Cell::Int(n) => u64::try_from(n).map(Some).map_err(|_| {
                fault(self.name(column), Reason::Negative, "cannot be negative", &n.to_string())
            }),
            Cell::Text(t) => number::uint(t)
                .map(Some)
                .map_err(|(reason, why)| fault(self.name(column), reason, why, t)),
            other => Err(self.wrong(column, "a whole number", other)),
        }
    }

    /// The same in the range of the tables' signed integers.
    pub(crate) fn count(&self, column: usize) -> Result<Option<i64>, Bad> {
        self.uint(column)?
            .map(|n| {
                i64::try_from(n).map_err(|_| {
                    fault(
                        self.name(column),
                        Reason::TooLarge,
                        "over 9223372036854775807",
                        &n.to_string(),
                    )
                })
            })
            .transpose()
    }

    /// A word of a closed set, where there is one.
    pub(crate) fn word<T: FromStr<Err = UnknownWord>>(
        &self,
        column: usize,
    ) -> Result<Option<T>, Bad> {
        match self.get(column) {
            Cell::Empty => Ok(None),
            Cell::Text(t) => t.parse().map(Some).map_err(|e: UnknownWord| {
                fault(self.name(column), Reason::UnknownWord, e.to_string(), t)
            }),
            other => Err(self.wrong(column, "a word", other)),
        }
    }

    /// `true` or `false`, where there is one.
    pub(crate) fn boolean(&self, column: usize) -> Result<Option<bool>, Bad> {
        match self.get(column) {
            Cell::Empty => Ok(None),
            Cell::Text("true" | "TRUE" | "True") => Ok(Some(true)),
            Cell::Text("false" | "FALSE" | "False") => Ok(Some(false)),
            Cell::Text(t) => {
                Err(fault(self.name(column), Reason::UnknownWord, "use one of: true, false", t))
            }
            other => Err(self.wrong(column, "true or false", other)),
        }
    }

    /// A time in µs UTC, or a start and a duration where the mapping says so.
    pub(crate) fn time(&self, column: usize) -> Result<Option<i64>, Bad> {
        let slot = &self.plan.slots[column];
        let cell = self.get(column);
        if cell != Cell::Empty {
            return slot
                .time
                .read(cell)
                .map(Some)
                .map_err(|(reason, why)| fault(self.name(column), reason, why, &printed(cell)));
        }
        let Some(span) = &slot.span else { return Ok(None) };
        let length = self.source(span.column);
        if length == Cell::Empty {
            return Ok(None);
        }
        // The mapping refuses a chain of durations, so this goes one step deep.
        let Some(start) = self.time(span.after)? else { return Ok(None) };
        let micros = number::scaled(&printed(length), span.unit, self.plan.decimal_comma)
            .map_err(|(reason, why)| fault(self.name(column), reason, why, &printed(length)))?;
        start.checked_add(micros).filter(|&t| crate::time::in_range(t)).map(Some).ok_or_else(|| {
            fault(
                self.name(column),
                Reason::TimeOutOfRange,
                "the start and the duration leave 1970–2200",
                &printed(length),
            )
        })
    }

    /// The required kind of [`Row::time`].
    pub(crate) fn must_time(&self, column: usize) -> Result<i64, Bad> {
        self.time(column)?.ok_or_else(|| self.missing(column))
    }
}

/// A cell as text, for a message.
pub(crate) fn printed(cell: Cell<'_>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(t) => t.to_owned(),
        Cell::Int(n) | Cell::Wall(n) => n.to_string(),
        Cell::Uint(n) => n.to_string(),
        Cell::Micros(n) => northbound_types::Utc(n).to_string(),
    }
}
