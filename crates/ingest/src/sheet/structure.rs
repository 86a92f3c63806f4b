//! What a worksheet says of its rows and columns beside their values: which are hidden, and which cells are
//! merged. The reader of the values does not tell.

use crate::error::IngestError;
use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};
use zip::ZipArchive;

/// Merged ranges of a sheet.
pub(super) const MAX_MERGED: usize = 100_000;
/// Rows that a sheet can have.
const MAX_ROWS: u32 = 1 << 20;
/// Columns that a sheet can have.
const SHEET_COLUMNS: u32 = 1 << 14;

/// A range of merged cells, rows and columns from 0, both ends within.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) first: (u32, u32),
    pub(super) last: (u32, u32),
}

impl std::fmt::Display for Merged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cell = |(row, column)| format!("{}{}", column_name(column), row + 1);
        write!(f, "{}:{}", cell(self.first), cell(self.last))
    }
}

/// Rows, columns and ranges from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Structure {
    pub(super) hidden_rows: BTreeSet<u32>,
    pub(super) hidden_columns: BTreeSet<u32>,
    pub(super) merged: Vec<Merged>,
}

/// The letters of a column, which is counted from 0.
pub(super) fn column_name(column: u32) -> String {
    let mut left = column + 1;
    let mut letters = Vec::new();
    while left > 0 {
        letters.push(char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    letters.into_iter().rev().collect()
}

/// Row and column of a cell such as `AB12`, from 0.
fn position(cell: &str) -> Option<(u32, u32)> {
    let cell = cell.trim().replace('$', "");
    let at = cell.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = cell.split_at(at);
    let mut column = 0u32;
    for c in letters.chars() {
        let digit = u32::from(c.to_ascii_uppercase()).checked_sub(u32::from('A'))?;
        column = (digit < 26).then(|| column.checked_mul(26)?.checked_add(digit + 1)).flatten()?;
    }
    Some((digits.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

/// Reads the structure of a sheet of a workbook, whose parts were found to keep within the limits.
///
/// # Errors
/// Where a part cannot be read, or the sheet has too many merged ranges.
pub(super) fn of_sheet(path: &Path, sheet: &str) -> Result<Structure, IngestError> {
    let broken =
        |e: quick_xml::Error| IngestError::unreadable_by(path, &format!("sheet {sheet:?}: "), e);
    let file = File::open(path).map_err(|source| IngestError::Io {
        what: "open",
        path: path.to_owned(),
        source,
    })?;
    let mut book = ZipArchive::new(BufReader::new(file))
        .map_err(|e| IngestError::unreadable_by(path, "", e))?;
    let Some(part) = part_of(&mut book, sheet).map_err(broken)? else {
        return Ok(Structure::default());
    };
    let mut found = Structure::default();
    let mut next_row = 0;
    let mut too_many = false;
    each_tag(&mut book, &part, &mut |tag| match tag.local_name().as_ref() {
        "row" => {
            let row = number(tag, "r").map_or(next_row, |r| r.saturating_sub(1));
            next_row = row.saturating_add(1);
            if row < MAX_ROWS && invisible(tag, "ht") {
                found.hidden_rows.insert(row);
            }
        }
        "col" if invisible(tag, "width") => {
            let first = number(tag, "min").unwrap_or(1).saturating_sub(1);
            let end = number(tag, "max").unwrap_or(first + 1).min(SHEET_COLUMNS);
            found.hidden_columns.extend(first..end);
        }
        "mergeCell" => {
            let range = attribute(tag, "ref").unwrap_or_default();
            let (a, b) = range.split_once(':').unwrap_or((&range, &range));
            if let (Some(first), Some(last)) = (position(a), position(b))
                && first.0 <= last.0
                && last.1 < SHEET_COLUMNS
            {
                too_many |= found.merged.len() >= MAX_MERGED;
                if !too_many {
                    found.merged.push(Merged { first, last });
                }
            }
        }
        _ => {}
    })
    .map_err(broken)?;
    if too_many {
        return Err(IngestError::unreadable(
            path,
            format!(
                "sheet {sheet:?} has more than {MAX_MERGED} merged ranges: unmerge them, or save it as CSV"
            ),
        ));
    }
    Ok(found)
}

/// A row without height or a column without width is as invisible as one that is hidden.
fn invisible(tag: &BytesStart<'_>, size: &str) -> bool {
    let yes = attribute(tag, "hidden").is_some_and(|v| v == "1" || v == "true");
    yes || attribute(tag, size).and_then(|v| v.parse::<f64>().ok()) == Some(0.0)
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|a| a.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|v| v.into_owned())
}

fn number(tag: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(tag, name)?.trim().parse().ok()
}

type Book = ZipArchive<BufReader<File>>;

/// The name of the part that holds a sheet; `None` where the workbook does not say it in the usual place.
fn part_of(book: &mut Book, sheet: &str) -> Result<Option<String>, quick_xml::Error> {
    let mut id = None;
    each_tag(book, "xl/workbook.xml", &mut |tag| {
        if tag.local_name().as_ref() == "sheet" && attribute(tag, "name").as_deref() == Some(sheet)
        {
            id = attribute(tag, "id");
        }
    })?;
    let Some(id) = id else { return Ok(None) };
    let mut targets = BTreeMap::new();
    each_tag(book, "xl/_rels/workbook.xml.rels", &mut |tag| {
        if let (Some(id), Some(target)) = (attribute(tag, "Id"), attribute(tag, "Target")) {
            targets.insert(id, target);
        }
    })?;
    Ok(targets.get(&id).map(|target| match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("xl/{}", target.trim_start_matches("./")),
    }))
}

/// Calls `f` for each tag of a part; a part that is not there has none.
fn each_tag(
    book: &mut Book,
    part: &str,
    f: &mut dyn FnMut(&BytesStart<'_>),
) -> Result<(), quick_xml::Error> {
    let index = book
        .file_names()
        .position(|name| name.is_ok_and(|n| n.replace('\\', "/").eq_ignore_ascii_case(part)));
    let Some(Ok(entry)) = index.map(|i| book.by_index(i)) else { return Ok(()) };
    let from: &mut dyn BufRead = &mut BufReader::new(entry);
    let mut reader = Reader::from_reader(from);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer)? {
            Event::Start(tag) | Event::Empty(tag) => f(&tag),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_spreadsheets_name_them() {
        for (cell, at) in
            [("A1", (0, 0)), ("Z9", (8, 25)), ("$AA$10", (9, 26)), ("XFD1", (0, 16_383))]
        {
            assert_eq!(position(cell), Some(at), "{cell}");
            assert_eq!(format!("{}{}", column_name(at.1), at.0 + 1), cell.replace('$', ""));
        }
        for bad in ["", "A", "1", "A0", "Ä1", "A1B"] {
            assert_eq!(position(bad), None, "{bad}");
        }
    }
}
