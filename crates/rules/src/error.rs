//! What can be wrong with a rule file: what, where (file, line, column, key) and what to do.

use std::path::PathBuf;

/// Why rules could not be loaded, or a rule could not be found.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// A file of the overlay could not be read.
    #[error("{}: cannot read: {source}; make it readable, or remove it to fall back to the embedded rules", path.display())]
    Read {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that is no rule file.
    #[error("{name}: {problem}; {hint}")]
    File {
        /// Its name below the rules folder.
        name: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        hint: String,
    },
    /// A value, a key or a row that cannot be taken.
    #[error("{place}: {key}: {problem}; {hint}")]
    Value {
        /// File, line and column.
        place: Place,
        /// The key or column at fault; `-` where none can be named.
        key: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        hint: String,
    },
    /// The files can be read but contradict each other.
    #[error(
        "the rules contradict themselves in {} place(s); first: {first}; `rules check` lists them all",
        count
    )]
    Contradiction {
        /// How many findings.
        count: usize,
        /// The first, in words.
        first: String,
    },
    /// A setting has no value on a day, or another type than the one asked for.
    #[error("setting {key:?} on {day}: {problem}; {hint}")]
    Setting {
        /// Which setting.
        key: String,
        /// On which day.
        day: northbound_types::Day,
        /// What is wrong.
        problem: String,
        /// What to do.
        hint: String,
    },
    /// A calendar is missing, or does not reach the day.
    #[error("calendar {id:?}: {problem}; add the days in DATA/rules/calendars/{id}.toml")]
    Calendar {
        /// Which calendar.
        id: String,
        /// What is wrong.
        problem: String,
    },
}

/// A place in a rule file. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// File name below the rules folder.
    pub file: String,
    /// Line.
    pub line: usize,
    /// Column, in bytes.
    pub column: usize,
}

impl Place {
    /// The place of a byte offset in a text.
    #[must_use]
    pub fn of(file: &str, text: &str, offset: usize) -> Place {
        let before = &text.as_bytes()[..offset.min(text.len())];
        let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|&&b| b != b'\n').count() + 1;
        Place { file: file.to_owned(), line, column }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} line {} column {}", self.file, self.line, self.column)
    }
}
