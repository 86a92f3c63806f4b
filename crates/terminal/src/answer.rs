//! An answer as text, CSV or JSON.

use crate::{csv, screen::Look, table};
use northbound_app::Answer;
use northbound_types::printable;
use std::io::{self, Write};

/// The form in which an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Sentences and tables, for people.
    Table,
    /// One JSON document with documented keys.
    Json,
    /// The first table as data.
    Csv,
}

/// Writes the answer. A text that a use-case made as a whole (a completion script) is written as it is.
///
/// # Errors
/// Those of `to`.
pub fn write(answer: &Answer, format: Format, look: Look, to: &mut dyn Write) -> io::Result<()> {
    let as_json = format == Format::Json && !answer.json.is_null();
    if let Some(raw) = answer.raw.as_ref().filter(|_| !as_json) {
        return to.write_all(raw.as_bytes());
    }
    match format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&answer.json)?;
            writeln!(to, "{}", printable::json(&text))
        }
        Format::Csv => answer.tables.first().map_or(Ok(()), |t| csv::write(t, to)),
        Format::Table => text(answer, look, to),
    }
}

fn text(answer: &Answer, look: Look, to: &mut dyn Write) -> io::Result<()> {
    for line in &answer.said {
        sentence(line, look, to)?;
    }
    for (i, t) in answer.tables.iter().enumerate() {
        if i > 0 || !answer.said.is_empty() {
            writeln!(to)?;
        }
        table::write(t, look, to)?;
    }
    if !answer.next.is_empty() && !(answer.tables.is_empty() && answer.said.is_empty()) {
        writeln!(to)?;
    }
    for line in &answer.next {
        sentence(line, look, to)?;
    }
    Ok(())
}

/// A sentence, wrapped where the screen has a width.
fn sentence(text: &str, look: Look, to: &mut dyn Write) -> io::Result<()> {
    for line in printable::visible(text).split('\n') {
        match look.width {
            None => writeln!(to, "{line}")?,
            Some(most) => {
                for part in crate::wrapped(line, most) {
                    writeln!(to, "{part}")?;
                }
            }
        }
    }
    Ok(())
}
