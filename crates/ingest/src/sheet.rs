//! Spreadsheets (.xlsx): small tables, read whole. A number is read as the exact decimal text that
//! the file holds, never rounded to what a format shows.

use crate::{
    cell::{Cell, RawRow},
    error::IngestError,
    limits::{MAX_COLUMNS, MAX_SHEET},
    session::{Load, Session},
    workbook_parts,
};
use calamine::{DataRef, Reader, Xlsx};
use std::{collections::BTreeMap, fs::File, io::BufReader, path::Path};

/// Most cells of a sheet; a compressed file can hold far more than its size says.
pub(crate) const MAX_CELLS: usize = 4_000_000;
/// Bytes of all texts of a sheet.
pub(crate) const MAX_TEXT: usize = 256 << 20;

/// A sheet: its cells that are not blank, by row and column from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    cells: BTreeMap<(u32, u32), String>,
}

impl Sheet {
    /// Rows that are not blank, with their row numbers from 1, each as wide as its last cell. One at a
    /// time: a row of one cell in the last column is wide.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (i64, Vec<String>)> {
        let mut cells = self.cells.iter().peekable();
        std::iter::from_fn(move || {
            let row = cells.peek()?.0.0;
            let mut line = Vec::new();
            while let Some(((_, column), text)) = cells.next_if(|((r, _), _)| *r == row) {
                line.resize(*column as usize, String::new());
                line.push(text.clone());
            }
            Some((i64::from(row) + 1, line))
        })
    }
}

struct SheetRow<'s> {
    cells: &'s [String],
}
impl RawRow for SheetRow<'_> {
    fn cell(&self, at: usize) -> Cell<'_> {
        self.cells.get(at).map_or(Cell::Empty, |t| Cell::Text(t))
    }
    fn raw(&self) -> String {
        crate::csv_reader::joined(self.cells.iter().map(String::as_str), b',')
    }
}

/// Opens a workbook and reads one sheet: the named one, else the first.
pub(crate) fn load(path: &Path, wanted: Option<&str>) -> Result<Sheet, IngestError> {
    let mut book = open(path)?;
    let names = book.sheet_names();
    let name = match wanted {
        Some(w) => names.iter().find(|n| *n == w).ok_or_else(|| {
            unreadable(path, format!("it has no sheet {w:?}; it has {}", names.join(", ")))
        })?,
        None => names.first().ok_or_else(|| unreadable(path, "it has no sheet".into()))?,
    }
    .clone();
    let cells = cells(path, &mut book, &name)?;
    Ok(Sheet { name, cells })
}

fn unreadable(path: &Path, why: String) -> IngestError {
    IngestError::unreadable(path, why)
}

fn open(path: &Path) -> Result<Xlsx<BufReader<File>>, IngestError> {
    let io = |source| IngestError::Io { what: "open", path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    if size > MAX_SHEET {
        return Err(unreadable(
            path,
            format!("a workbook of {size} bytes; the limit is {MAX_SHEET}: save the sheet as CSV"),
        ));
    }
    let broken = "not a workbook that can be read: ";
    workbook_parts::check(path).map_err(|e| IngestError::unreadable_by(path, broken, e))?;
    Xlsx::new(BufReader::new(file)).map_err(|e| IngestError::unreadable_by(path, broken, e))
}

/// The cells of a sheet that are not blank, by row and column from 0.
fn cells(
    path: &Path,
    book: &mut Xlsx<BufReader<File>>,
    name: &str,
) -> Result<BTreeMap<(u32, u32), String>, IngestError> {
    let mut cells = BTreeMap::new();
    let mut bytes = 0usize;
    let broken =
        |e: calamine::XlsxError| IngestError::unreadable_by(path, &format!("sheet {name:?}: "), e);
    let mut reader = book.worksheet_cells_reader(name).map_err(broken)?;
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(broken)? {
        let format = reader.styles().get(style).and_then(|s| s.number_format.as_ref());
        let percent = format.and_then(|f| percent_places(&f.format_code, f.format_id));
        let text = text(cell.get_value(), percent);
        if text.trim().is_empty() {
            continue;
        }
        bytes += text.len();
        if cells.len() >= MAX_CELLS || bytes > MAX_TEXT {
            return Err(unreadable(
                path,
                format!(
                    "sheet {name:?} has more than {MAX_CELLS} cells or {MAX_TEXT} bytes of text: save it as CSV"
                ),
            ));
        }
        let (row, column) = cell.get_position();
        if column as usize >= MAX_COLUMNS {
            return Err(unreadable(
                path,
                format!("sheet {name:?} has cells beyond column {MAX_COLUMNS}"),
            ));
        }
        cells.insert((row, column), text);
    }
    Ok(cells)
}

/// Decimals of a percentage format; `None` for other formats.
fn percent_places(code: &str, id: Option<u32>) -> Option<usize> {
    match id {
        Some(9) => return Some(0),
        Some(10) => return Some(2),
        _ => {}
    }
    let first = code.split(';').next().unwrap_or(code);
    if !first.contains('%') {
        return None;
    }
    Some(first.split_once('.').map_or(0, |(_, d)| d.bytes().take_while(|b| *b == b'0').count()))
}

/// A cell as text.
fn text(value: &DataRef<'_>, percent: Option<usize>) -> String {
    match value {
        DataRef::Int(n) => number(&n.to_string(), percent),
        // The shortest decimal that is this binary number again: what was typed, for up to 15 digits.
        DataRef::Float(f) if f.is_finite() => number(&f.to_string(), percent),
        DataRef::Float(f) => f.to_string(),
        DataRef::String(s) => s.clone(),
        DataRef::SharedString(s) => (*s).to_owned(),
        DataRef::Bool(b) => b.to_string(),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (y, mo, d, h, mi, s, ms) = at.to_ymd_hms_milli();
            // A date cell has no zone: the mapping states it.
            if (h, mi, s, ms) == (0, 0, 0, 0) {
                format!("{y:04}-{mo:02}-{d:02}")
            } else if ms == 0 {
                format!("{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}")
            } else {
                format!("{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}.{ms:03}")
            }
        }
        DataRef::DateTime(at) => at.as_f64().to_string(),
        DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => s.clone(),
        DataRef::Error(e) => e.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// A plain number stays; one in a percentage format moves its point by two places and gets the
/// sign, with at least the decimals that the format shows.
fn number(decimal: &str, percent: Option<usize>) -> String {
    let Some(places) = percent else { return decimal.to_owned() };
    let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal), |d| ("-", d));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let padded = format!("{part:0<2}");
    let (moved, rest) = padded.split_at(2);
    let whole = format!("{whole}{moved}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let rest = format!("{:0<places$}", rest.trim_end_matches('0'));
    if rest.is_empty() { format!("{sign}{whole}%") } else { format!("{sign}{whole}.{rest}%") }
}

/// Reads one sheet.
pub(crate) fn read<L: Load>(session: &mut Session<'_>, loader: &mut L) -> Result<(), IngestError> {
    let path = session.path();
    let sheet = load(path, session.mapping.sheet.as_deref())?;
    let at = session.mapping.header_row as i64;
    let mut rows = sheet.rows().skip_while(|(n, _)| *n < at);
    let Some((found, header)) = rows.next() else { return Ok(()) };
    if found != at && session.mapping.header_row != 1 {
        return Err(IngestError::Header {
            path: path.to_owned(),
            why: format!(
                "the mapping says row {at}, but that row of sheet {:?} is blank",
                sheet.name
            ),
        });
    }
    session.header(&header, false)?;
    session.check_memory()?;
    for (number, cells) in rows {
        session.row(loader, &SheetRow { cells: &cells }, number)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_shifted_as_text() {
        for (decimal, places, want) in [
            ("0.548", 2, "54.80%"),
            ("0.993812", 2, "99.3812%"),
            ("1", 0, "100%"),
            ("0", 1, "0.0%"),
            ("-0.005", 0, "-0.5%"),
            ("0.07", 2, "7.00%"),
            ("1.173", 1, "117.3%"),
            ("0.9", 0, "90%"),
        ] {
            assert_eq!(number(decimal, Some(places)), want);
        }
        assert_eq!(number("0.548", None), "0.548");
        assert_eq!(percent_places("0.0%;[Red]-0.0%", None), Some(1));
        assert_eq!(percent_places("#,##0.00", None), None);
        assert_eq!(text(&DataRef::Float(0.1 + 0.2), None), "0.30000000000000004");
    }
}
