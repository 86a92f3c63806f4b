//! One CSV a table: UTF-8, RFC 4180, line ends CR LF. No cell can become a formula.

use super::flat::{columns, part};
use crate::{
    DocumentError,
    model::{Table, number::is_decimal},
};

/// The table as CSV.
pub fn csv(table: &Table) -> Result<Vec<u8>, DocumentError> {
    let mut out =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let columns = columns(table);
    out.write_record(columns.iter().map(|c| c.key.as_str()))
        .map_err(|e| DocumentError::printer("CSV", e))?;
    for row in &table.rows {
        let cells = columns.iter().map(|c| {
            row.cells.get(c.of).map_or(String::new(), |cell| harmless(part(cell, c.part)))
        });
        out.write_record(cells).map_err(|e| DocumentError::printer("CSV", e))?;
    }
    out.into_inner().map_err(|e| DocumentError::printer("CSV", e))
}

/// A text that no spreadsheet takes for a formula: an apostrophe goes before what could be one.
/// Plain numbers stay as they are.
fn harmless(text: String) -> String {
    let risky = text.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r', '|', '%']);
    if risky && !is_decimal(&text) && !is_grouped(&text) { format!("'{text}") } else { text }
}

/// `-1,234`: a printed count.
fn is_grouped(text: &str) -> bool {
    is_decimal(&text.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_numbers_are_not() {
        for t in ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "  =1", "|x", "%x"] {
            assert!(harmless(t.to_owned()).starts_with('\''), "{t}");
        }
        for t in ["-12.50", "-1,234", "North", "", "99.49 %"] {
            assert_eq!(harmless(t.to_owned()), t);
        }
    }
}
