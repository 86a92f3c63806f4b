//! One cell as its reader found it, one raw row, and the row as the layout sees it.

use crate::{
    error::{Bad, Reason, fault},
    limits::{MAX_FIELD, MAX_NOTE},
    number,
    plan::{Computed, From, Plan},
    time,
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
    /// A day without a time: days since 1970.
    Day(i32),
    /// A double that is no whole number, or may have been rounded: its bits.
    Double(u64),
    /// Bytes that are no UTF-8.
    Bytes,
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

/// A text without outer spaces, and without characters that have no width: a byte order mark from
/// the middle of joined files, a zero-width space from a web page.
pub(crate) fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if *first > b' ' && *last > b' ' && *first < 0x80 && *last < 0x80 => text,
        [one] if *one > b' ' => text,
        _ => text.trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}' | '\u{2060}')
        }),
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
            &printed(cell),
        )
    }

    /// A short text; empty where unknown. A spelling such as `NA`, which may be either, is a fault.
    pub(crate) fn text(&self, column: usize) -> Result<&'a str, Bad> {
        let text = self.spelling(column)?;
        if is_ambiguous(text) && !self.is_translated(column, text) {
            return Err(self.ambiguous(column, text));
        }
        Ok(text)
    }

    /// A short text of a column in which `n/a` and the like have a meaning.
    pub(crate) fn spelling(&self, column: usize) -> Result<&'a str, Bad> {
        match self.get(column) {
            Cell::Empty => Ok(""),
            Cell::Text(t) if t.len() > MAX_FIELD => Err(self.too_long(column, t, MAX_FIELD)),
            Cell::Text(t) if has_control(t) => Err(fault(
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

    /// Does the text come from the mapping, which then has decided what it means?
    fn is_translated(&self, column: usize, text: &str) -> bool {
        let slot = &self.plan.slots[column];
        matches!(slot.from, From::Constant(_))
            || slot.values.as_ref().is_some_and(|v| v.values().any(|to| to == text))
    }

    /// A spelling that is unknown, not applicable or a name: the mapping says which.
    fn ambiguous(&self, column: usize, text: &str) -> Bad {
        let name = self.name(column);
        fault(
            name,
            Reason::AmbiguousSpelling,
            format!(
                "{text:?} may mean unknown or be a name: a mapping says which, by file.nulls = [{text:?}], or by {text:?} = {text:?} under [values.{name}]"
            ),
            text,
        )
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
        match &self.plan.slots[column].computed {
            Some(computed) => self.computed(column, computed),
            None => self.whole(column, self.get(column)),
        }
    }

    /// The difference or quotient of two source columns; nothing where both are empty.
    fn computed(&self, column: usize, computed: &Computed) -> Result<Option<u64>, Bad> {
        let first = self.whole(column, self.source(computed.first))?;
        let second = self.whole(column, self.source(computed.second))?;
        let (first, second) = match (first, second) {
            (None, None) => return Ok(None),
            (Some(first), Some(second)) => (first, second),
            _ => return Err(self.missing_operand(column)),
        };
        computed.operation.apply(first, second).map(Some).map_err(|(reason, why)| {
            fault(self.name(column), reason, why, &format!("{first}, {second}"))
        })
    }

    fn missing_operand(&self, column: usize) -> Bad {
        let why = "one of the two columns that it is computed from is empty";
        fault(self.name(column), Reason::MissingValue, why, "")
    }

    fn whole(&self, column: usize, cell: Cell<'_>) -> Result<Option<u64>, Bad> {
        match cell {
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
        if let Some(clock) = slot.time_of_day {
            return self.joined_time(column, cell, self.source(clock));
        }
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

    /// A time of which the date and the time of day are in two columns.
    fn joined_time(
        &self,
        column: usize,
        day: Cell<'_>,
        clock: Cell<'_>,
    ) -> Result<Option<i64>, Bad> {
        let day = match (day, clock) {
            (Cell::Empty, Cell::Empty) => return Ok(None),
            (Cell::Empty, _) | (_, Cell::Empty) => {
                let why = "one of date and time of day is empty";
                return Err(fault(self.name(column), Reason::MissingValue, why, ""));
            }
            (day, _) => printed(day),
        };
        // Spreadsheets hold a date as its midnight.
        let day = day.strip_suffix("T00:00:00").unwrap_or(&day);
        let text = format!("{day} {}", printed(clock));
        let read = self.plan.slots[column].time.read(Cell::Text(&text));
        read.map(Some).map_err(|(reason, why)| fault(self.name(column), reason, why, &text))
    }

    /// The required kind of [`Row::time`].
    pub(crate) fn must_time(&self, column: usize) -> Result<i64, Bad> {
        self.time(column)?.ok_or_else(|| self.missing(column))
    }
}

/// Spellings that mean unknown to one program and are a name to another. Where a column holds names,
/// taking them as either would be a guess.
fn is_ambiguous(text: &str) -> bool {
    matches!(text, "NA" | "N/A" | "n/a" | "#N/A" | "NaN" | "nan" | "NULL" | "null")
}

/// Has the text a control character, of those beyond ASCII (U+0080 to U+009F) too?
fn has_control(text: &str) -> bool {
    text.bytes().any(|b| b < b' ' || b == 0x7f)
        || (!text.is_ascii() && text.contains(|c: char| c.is_control()))
}

/// A cell as text, for a message.
pub(crate) fn printed(cell: Cell<'_>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(t) => t.to_owned(),
        Cell::Int(n) | Cell::Wall(n) => n.to_string(),
        Cell::Uint(n) => n.to_string(),
        Cell::Day(n) => time::day_text(n),
        Cell::Double(bits) => f64::from_bits(bits).to_string(),
        Cell::Bytes => "bytes that are not UTF-8".to_owned(),
        Cell::Micros(n) => northbound_types::Utc(n).to_string(),
    }
}
