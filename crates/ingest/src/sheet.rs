//! Spreadsheets (.xlsx): small tables, read whole. A cell is read as what the sheet shows, with all the digits
//! that it has: never rounded to the decimals of a format.

mod cell_text;
mod number_format;
mod structure;

use crate::{
    cell::{Cell, RawRow},
    error::{IngestError, Reason},
    limits::{MAX_COLUMNS, MAX_SHEET},
    session::{Load, Session},
    summary::Flag,
    workbook_parts,
};
use calamine::{Reader, SheetType, SheetVisible, Xlsx};
use number_format::NumberFormat;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    io::BufReader,
    path::Path,
};
use structure::{Merged, column_name};

/// Most cells of a sheet; a compressed file can hold far more than its size says.
pub(crate) const MAX_CELLS: usize = 4_000_000;
/// Bytes of all texts of a sheet.
pub(crate) const MAX_TEXT: usize = 256 << 20;
/// Ranges that a note lists.
const LISTED: usize = 20;

type Cells = BTreeMap<(u32, u32), String>;

/// A sheet: its cells that are not blank, by row and column from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    /// The other sheets of the workbook; of a hidden one its name says so.
    pub(crate) others: Vec<String>,
    hidden: bool,
    cells: Cells,
    hidden_rows: BTreeSet<u32>,
    hidden_columns: BTreeSet<u32>,
    /// Cells that took the value of the first cell of their merged range.
    filled: BTreeMap<(u32, u32), Merged>,
    /// Ranges that are merged over several columns, by row.
    wide: BTreeMap<u32, Vec<Merged>>,
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

    /// What of the sheet is not shown and was read all the same, in words.
    pub(crate) fn hidden_parts(&self) -> Vec<String> {
        let mut parts = Vec::new();
        let rows: Vec<u32> = self.hidden_rows.iter().map(|r| r + 1).collect();
        if !rows.is_empty() {
            parts.push(format!("hidden rows were read like the others: {}", ranges(&rows)));
        }
        if !self.hidden_columns.is_empty() {
            let columns = self.hidden_columns.len();
            parts.push(format!("{columns} hidden columns were read like the others"));
        }
        parts
    }

    /// Takes hidden rows and columns, and gives the cells of a range that is merged over several rows the
    /// value of its first cell, as the sheet shows it. `false` where that is more work than a sheet may make.
    fn take_structure(&mut self, found: structure::Structure) -> bool {
        let with_cells: BTreeSet<u32> = self.cells.keys().map(|(row, _)| *row).collect();
        self.hidden_rows = found.hidden_rows.intersection(&with_cells).copied().collect();
        self.hidden_columns = found.hidden_columns;
        let mut steps = 0usize;
        for range in found.merged {
            let value = self.cells.get(&range.first).cloned();
            for row in with_cells.range(range.first.0..=range.last.0) {
                steps += 1;
                if steps > MAX_CELLS || self.cells.len() > MAX_CELLS {
                    return false;
                }
                if range.last.1 > range.first.1 {
                    self.wide.entry(*row).or_default().push(range);
                }
                let at = (*row, range.first.1);
                if let (Some(value), false) = (&value, self.cells.contains_key(&at)) {
                    self.cells.insert(at, value.clone());
                    self.filled.insert(at, range);
                }
            }
        }
        true
    }

    /// The range that is merged over several columns and covers a further one of them in this row.
    fn wide_range(&self, row: u32, used: impl Fn(u32) -> bool) -> Option<&Merged> {
        self.wide.get(&row)?.iter().find(|r| (r.first.1 + 1..=r.last.1).any(&used))
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

/// The names of a workbook's sheets with cells, those that are hidden last.
pub(crate) fn names(path: &Path) -> Result<Vec<String>, IngestError> {
    let book = open(path)?;
    let mut sheets: Vec<_> =
        book.sheets_metadata().iter().filter(|s| s.typ == SheetType::WorkSheet).collect();
    sheets.sort_by_key(|s| s.visible != SheetVisible::Visible);
    Ok(sheets.into_iter().map(|s| s.name.clone()).collect())
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
    let visible = |s: &calamine::Sheet| s.visible == SheetVisible::Visible;
    let (mut others, mut hidden) = (Vec::new(), false);
    for s in book.sheets_metadata() {
        match s.name == name {
            true => hidden = !visible(s),
            false if visible(s) => others.push(format!("{:?}", s.name)),
            false => others.push(format!("{:?} (hidden)", s.name)),
        }
    }
    let cells = cells(path, &mut book, &name)?;
    let mut sheet = Sheet { name, others, hidden, cells, ..Sheet::default() };
    if sheet.take_structure(structure::of_sheet(path, &sheet.name)?) {
        Ok(sheet)
    } else {
        Err(unreadable(
            path,
            format!("the merged cells of sheet {:?} overlap: save it as CSV", sheet.name),
        ))
    }
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
fn cells(path: &Path, book: &mut Xlsx<BufReader<File>>, name: &str) -> Result<Cells, IngestError> {
    let mut cells = BTreeMap::new();
    let mut formats: HashMap<usize, NumberFormat> = HashMap::new();
    let mut bytes = 0usize;
    let is_1904 = book.has_1904_epoch();
    let broken =
        |e: calamine::XlsxError| IngestError::unreadable_by(path, &format!("sheet {name:?}: "), e);
    let mut reader = book.worksheet_cells_reader(name).map_err(broken)?;
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(broken)? {
        let format = formats.entry(style).or_insert_with(|| {
            let format = reader.styles().get(style).and_then(|s| s.number_format.as_ref());
            format.map(|f| NumberFormat::parse(&f.format_code)).unwrap_or_default()
        });
        let text = cell_text::text(cell.get_value(), format, is_1904);
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

/// Reads one sheet.
pub(crate) fn read<L: Load>(session: &mut Session<'_>, loader: &mut L) -> Result<(), IngestError> {
    let path = session.path();
    let sheet = load(path, session.mapping.sheet.as_deref())?;
    let at = session.mapping.header_row as i64;
    let mut rows = sheet.rows().skip_while(|(n, _)| *n < at);
    let Some((found, header)) = rows.next() else { return nothing(path, &sheet) };
    if found != at && session.mapping.header_row != 1 {
        return Err(IngestError::Header {
            path: path.to_owned(),
            why: format!(
                "the mapping says row {at}, but that row of sheet {:?} is blank",
                sheet.name
            ),
        });
    }
    session.header(&header, false).map_err(|e| with_others(e, &sheet))?;
    session.check_memory()?;
    let used: Vec<bool> = header.iter().map(|h| session.uses(h)).collect();
    let uses = |column: u32| used.get(column as usize).copied().unwrap_or(false);
    for (number, cells) in rows {
        let row = SheetRow { cells: &cells };
        let index = u32::try_from(number - 1).unwrap_or(u32::MAX);
        if let Some(range) = sheet.wide_range(index, uses) {
            let why = format!(
                "the cells {range} are merged over several columns: unmerge them and fill each"
            );
            session.malformed(number, Reason::MergedCells, why, &row.raw())?;
            continue;
        }
        let filled = sheet.filled.range((index, 0)..=(index, u32::MAX)).any(|((_, c), _)| uses(*c));
        let flags = [
            (Flag::HiddenRow, sheet.hidden_rows.contains(&index)),
            (Flag::FilledFromMerged, filled),
        ];
        session.row_with(loader, &row, number, &flags)?;
    }
    session.notes.extend(notes(&sheet, &header, found, uses));
    Ok(())
}

/// A sheet without a row from the header on: an error where another sheet may be the one that is meant.
fn nothing(path: &Path, sheet: &Sheet) -> Result<(), IngestError> {
    if sheet.others.is_empty() {
        return Ok(());
    }
    let why = format!("sheet {:?} is blank", sheet.name);
    Err(with_others(IngestError::Header { path: path.to_owned(), why }, sheet))
}

/// A header that does not fit may be that of the wrong sheet.
fn with_others(error: IngestError, sheet: &Sheet) -> IngestError {
    match error {
        IngestError::Header { path, why } if !sheet.others.is_empty() => IngestError::Header {
            path,
            why: format!(
                "{why}. This is sheet {:?}; the workbook also has {}: name one with `sheet` under [file] of a mapping",
                sheet.name,
                sheet.others.join(", ")
            ),
        },
        other => other,
    }
}

/// What a reader of the sheet does not see, or sees otherwise than it was read.
fn notes(sheet: &Sheet, header: &[String], first: i64, uses: impl Fn(u32) -> bool) -> Vec<String> {
    let mut notes = Vec::new();
    if !sheet.others.is_empty() || sheet.hidden {
        let hidden = if sheet.hidden { ", which is hidden," } else { "" };
        let mut note = format!("sheet {:?}{hidden} was read", sheet.name);
        if !sheet.others.is_empty() {
            note += &format!("; not read: {}", sheet.others.join(", "));
        }
        notes.push(note + ".");
    }
    let rows: Vec<u32> =
        sheet.hidden_rows.iter().map(|r| r + 1).filter(|r| i64::from(*r) > first).collect();
    if !rows.is_empty() {
        notes.push(format!("hidden rows were read like the others: {}.", ranges(&rows)));
    }
    let columns: Vec<String> = header
        .iter()
        .enumerate()
        .filter(|(at, _)| uses(*at as u32) && sheet.hidden_columns.contains(&(*at as u32)))
        .map(|(at, name)| format!("{} ({})", column_name(at as u32), name.trim()))
        .collect();
    if !columns.is_empty() {
        notes.push(format!("hidden columns were read like the others: {}.", listed(&columns)));
    }
    let merged: BTreeSet<String> = sheet
        .filled
        .iter()
        .filter(|((row, column), _)| i64::from(*row) >= first && uses(*column))
        .map(|(_, range)| range.to_string())
        .collect();
    if !merged.is_empty() {
        let merged: Vec<String> = merged.into_iter().collect();
        notes.push(format!(
            "each row of the merged cells {} took the value of the first.",
            listed(&merged)
        ));
    }
    notes
}

/// Ascending row numbers, with runs as ranges.
fn ranges(rows: &[u32]) -> String {
    let runs: Vec<String> = rows
        .chunk_by(|a, b| a + 1 == *b)
        .map(|run| match run {
            [one] => one.to_string(),
            [first, .., last] => format!("{first}–{last}"),
            [] => String::new(),
        })
        .collect();
    listed(&runs)
}

fn listed(items: &[String]) -> String {
    let more = items.len().saturating_sub(LISTED);
    let list = items[..items.len() - more].join(", ");
    if more == 0 { list } else { format!("{list} and {more} more") }
}
