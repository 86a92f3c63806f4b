//! One CSV a table: UTF-8, RFC 4180, line ends CR LF. No cell can become a formula.

use super::flat::{columns, part};
use crate::{DocumentError, model::Table};
use northbound_types::printable;

/// The table as CSV.
pub fn csv(table: &Table) -> Result<Vec<u8>, DocumentError> {
    let mut out =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let columns = columns(table);
    out.write_record(columns.iter().map(|c| c.key.as_str()))
        .map_err(|e| DocumentError::printer("CSV", e))?;
    for row in &table.rows {
        let cells = columns.iter().map(|c| {
            row.cells.get(c.of).map_or(String::new(), |cell| printed(&part(cell, c.part)))
        });
        out.write_record(cells).map_err(|e| DocumentError::printer("CSV", e))?;
    }
    out.into_inner().map_err(|e| DocumentError::printer("CSV", e))
}

/// Guarded before it is escaped: a leading tab is a sign of a formula, too.
pub(crate) fn printed(text: &str) -> String {
    printable::visible(&printable::cell(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_and_hidden_characters_are_marked_and_numbers_are_not() {
        assert_eq!(printed("=1+\u{202E}1"), "'=1+\\u{202E}1");
        assert_eq!(printed("-1,234"), "-1,234");
    }
}
