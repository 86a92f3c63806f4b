//! The first rows of a file, of whatever kind, as texts.

use super::{synonyms, words};
use crate::{
    csv_reader::Records,
    error::IngestError,
    layout::Layout,
    limits::GUESS_ROWS,
    mapping::Encoding,
    ndjson, parquet_reader, sheet,
    source::{self, Done, Format},
};
use std::{io::Read, path::Path};

/// Rows in which a header is looked for.
const HEADER_ROWS: usize = 15;
/// Sheets of a workbook in which a header is looked for.
const GUESS_SHEETS: usize = 50;
/// Bytes examined to recognise the encoding.
const ENCODING_BYTES: u64 = 4 << 20;

/// Header and rows.
pub(super) struct Sample {
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
    pub(super) delimiter: Option<u8>,
    pub(super) encoding: Encoding,
    pub(super) header_row: u64,
    pub(super) sheet: Option<String>,
    pub(super) other_sheets: Vec<String>,
}

impl Sample {
    pub(super) fn take(path: &Path) -> Result<Sample, IngestError> {
        let plain = |header, rows| Sample {
            header,
            rows,
            delimiter: None,
            encoding: Encoding::Utf8,
            header_row: 1,
            sheet: None,
            other_sheets: Vec::new(),
        };
        match source::format_of(path)? {
            Format::Parquet => {
                let (header, rows) = parquet_reader::sample(path, GUESS_ROWS)?;
                Ok(plain(header, rows))
            }
            Format::Ndjson => {
                let objects = ndjson::sample(path, GUESS_ROWS)?;
                let mut header: Vec<String> = Vec::new();
                for key in objects.iter().flat_map(|o| o.keys()) {
                    if !header.contains(key) {
                        header.push(key.clone());
                    }
                }
                let text = |v: Option<&serde_json::Value>| match v {
                    None | Some(serde_json::Value::Null) => String::new(),
                    Some(serde_json::Value::String(s)) => s.clone(),
                    Some(other) => other.to_string(),
                };
                let rows = objects
                    .iter()
                    .map(|o| header.iter().map(|k| text(o.get(k))).collect())
                    .collect();
                Ok(plain(header, rows))
            }
            Format::Workbook => Sample::workbook(path),
            Format::Csv => Sample::csv(path),
        }
    }

    /// The sheet whose header has the most known names; of equals the first that is not hidden.
    fn workbook(path: &Path) -> Result<Sample, IngestError> {
        let mut best: Option<((usize, bool), Sample)> = None;
        for name in sheet::names(path)?.iter().take(GUESS_SHEETS) {
            let sample = Sample::sheet(sheet::load(path, Some(name))?);
            let fit = (known_names(&sample.header), !sample.rows.is_empty());
            if best.as_ref().is_none_or(|(most, _)| fit > *most) {
                best = Some((fit, sample));
            }
        }
        best.map(|(_, sample)| sample)
            .ok_or_else(|| IngestError::unreadable(path, "it has no sheet with cells"))
    }

    fn sheet(sheet: sheet::Sheet) -> Sample {
        let (numbers, texts): (Vec<i64>, Vec<Vec<String>>) =
            sheet.rows().take(2 * GUESS_ROWS).unzip();
        let at = header_row(&texts);
        let header = texts.get(at).cloned().unwrap_or_default();
        let number = numbers.get(at).map_or(1, |n| *n as u64);
        Sample {
            header,
            rows: texts.into_iter().skip(at + 1).take(GUESS_ROWS).collect(),
            delimiter: None,
            encoding: Encoding::Utf8,
            // A header in the first row that has cells needs no row number.
            header_row: if at == 0 { 1 } else { number },
            sheet: Some(sheet.name),
            other_sheets: sheet.others,
        }
    }

    fn csv(path: &Path) -> Result<Sample, IngestError> {
        let encoding = encoding(path)?;
        let read = |delimiter: u8, rows: usize| -> Result<Vec<Vec<String>>, IngestError> {
            let mut records =
                Records::new(source::open_text(path, encoding, &Done::default())?, path, delimiter);
            let mut found = Vec::new();
            while found.len() < rows {
                match records.next_texts()? {
                    Some(r) => found.push(r),
                    None => break,
                }
            }
            Ok(found)
        };
        let mut best = (0usize, b',');
        for delimiter in [b',', b';', b'\t', b'|'] {
            let rows = read(delimiter, 50)?;
            let width = rows.last().map_or(0, Vec::len);
            let even = rows.iter().filter(|r| r.len() == width).count() * 2 > rows.len();
            if even && width > best.0 {
                best = (width, delimiter);
            }
        }
        let mut rows = read(best.1, GUESS_ROWS + HEADER_ROWS)?;
        let at = header_row(&rows);
        // The mapping counts lines, and blank ones were skipped here.
        let line = line_of(path, encoding, best.1, at)?;
        let header = rows
            .get(at)
            .cloned()
            .unwrap_or_default()
            .iter()
            .map(|h| h.trim_start_matches('\u{FEFF}').trim().to_owned())
            .collect();
        let rows = rows.drain(..).skip(at + 1).take(GUESS_ROWS).collect();
        Ok(Sample {
            header,
            rows,
            delimiter: Some(best.1),
            encoding,
            header_row: line,
            sheet: None,
            other_sheets: Vec::new(),
        })
    }

    /// Values of a column that are not spellings of unknown.
    pub(super) fn values(&self, at: usize) -> impl Iterator<Item = &str> {
        self.raw_values(at).filter(|v| !words::is_null(v))
    }

    /// Values of a column that are not empty.
    pub(super) fn raw_values(&self, at: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |r| r.get(at)).map(|v| v.trim()).filter(|v| !v.is_empty())
    }

    /// Do nineteen in twenty of the values pass, and is there one?
    pub(super) fn share(&self, at: usize, passes: impl Fn(&str) -> bool) -> bool {
        let (mut all, mut good) = (0usize, 0usize);
        for value in self.values(at) {
            all += 1;
            good += usize::from(passes(value));
        }
        all > 0 && good * 20 >= all * 19
    }
}

/// The first of the rows with the most known names. Where no row has two, the first of the widest rows:
/// titles above a table are narrower.
fn header_row(rows: &[Vec<String>]) -> usize {
    let mut best = (1usize, 0usize);
    for (at, row) in rows.iter().take(HEADER_ROWS).enumerate() {
        let n = known_names(row);
        if n > best.0 {
            best = (n, at);
        }
    }
    if best.0 > 1 {
        return best.1;
    }
    let width = |row: &Vec<String>| row.iter().filter(|cell| !cell.trim().is_empty()).count();
    let widest = rows.iter().take(HEADER_ROWS).map(width).max().unwrap_or(0);
    rows.iter().take(HEADER_ROWS).position(|row| width(row) == widest).unwrap_or(0)
}

/// How many cells of a row are names of columns of any layout.
fn known_names(row: &[String]) -> usize {
    let known = |cell: &&String| {
        Layout::ALL.iter().any(|&l| {
            l.columns().iter().any(|c| {
                cell.trim().eq_ignore_ascii_case(c.name) || synonyms::means(l, c.name, cell)
            })
        })
    };
    row.iter().filter(known).count()
}

/// The line on which the record number `at` begins.
fn line_of(path: &Path, encoding: Encoding, delimiter: u8, at: usize) -> Result<u64, IngestError> {
    if at == 0 {
        return Ok(1);
    }
    let mut records =
        Records::new(source::open_text(path, encoding, &Done::default())?, path, delimiter);
    for _ in 0..=at {
        records.next_texts()?;
    }
    Ok(records.start_line().max(1) as u64)
}

fn encoding(path: &Path) -> Result<Encoding, IngestError> {
    let mut bytes = Vec::new();
    source::open_text(path, Encoding::Utf8, &Done::default())?
        .take(ENCODING_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|source| IngestError::Io { what: "read", path: path.to_owned(), source })?;
    Ok(match std::str::from_utf8(&bytes) {
        Ok(_) => Encoding::Utf8,
        // Cut within the last character.
        Err(e) if e.error_len().is_none() => Encoding::Utf8,
        Err(_) => Encoding::Windows1252,
    })
}
