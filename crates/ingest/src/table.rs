//! A whole table of a file as text, for files that are compared and not ingested: a delimited text in
//! any form that ingest reads, or a sheet of a workbook.

use crate::{
    error::IngestError,
    mapping::Encoding,
    sheet,
    small_table::{SmallRow, SmallTable},
    source::{Done, Format, format_of, open_text},
};
use std::path::Path;

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextTable {
    /// Names of the columns, without outer spaces.
    pub header: Vec<String>,
    /// Rows that are not blank, each with its line (of a sheet its row), from 1.
    pub rows: Vec<(i64, Vec<String>)>,
    /// What a reader should know: which sheet was read, what is hidden in it.
    pub notes: Vec<String>,
}

/// Reads the table of a file of at most `most` bytes whose header is its first line, if the header is
/// one that is `wanted`. `None` where it is not, or the file holds rows in another form (Parquet, JSON).
///
/// # Errors
/// [`IngestError`] where the file cannot be read, is too large, or a record in it is broken.
pub fn read(
    path: &Path,
    most: u64,
    wanted: impl Fn(&[String]) -> bool,
) -> Result<Option<TextTable>, IngestError> {
    match format_of(path)? {
        Format::Parquet | Format::Ndjson => Ok(None),
        Format::Csv => text(path, most, wanted),
        Format::Workbook => Ok(Some(workbook(path)?).filter(|t| wanted(&t.header))),
    }
}

fn text(
    path: &Path,
    most: u64,
    wanted: impl Fn(&[String]) -> bool,
) -> Result<Option<TextTable>, IngestError> {
    let mut rows = SmallTable::open(path, open_text(path, Encoding::Utf8, &Done::default())?)?;
    if !wanted(rows.header()) {
        return Ok(None);
    }
    let mut table = TextTable { header: rows.header().to_vec(), ..TextTable::default() };
    let mut held = 0;
    while let Some(SmallRow { line, cells }) = rows.next_row()? {
        let cells = cells
            .map_err(|(_, why)| IngestError::unreadable(path, format!("line {line}: {why}")))?;
        held += cells.iter().map(|c| c.len() as u64 + 1).sum::<u64>();
        if held > most {
            let why = format!("its rows have over {most} bytes, too many for a table");
            return Err(IngestError::unreadable(path, why));
        }
        table.rows.push((line, cells));
    }
    Ok(Some(table))
}

fn workbook(path: &Path) -> Result<TextTable, IngestError> {
    let sheet = sheet::load(path, None)?;
    let mut table = TextTable::default();
    if !sheet.others.is_empty() {
        table.notes.push(format!(
            "sheet {:?} is read; the others are {}",
            sheet.name,
            sheet.others.join(", ")
        ));
    }
    table.notes.extend(sheet.hidden_parts());
    let mut rows = sheet.rows();
    let Some((_, header)) = rows.next() else {
        return Err(IngestError::Empty { path: path.to_owned() });
    };
    table.header = header.iter().map(|h| h.trim().to_owned()).collect();
    for (row, mut cells) in rows {
        // A row ends with its last cell; the blank ones after it are cells all the same.
        cells.resize(cells.len().max(table.header.len()), String::new());
        table.rows.push((row, cells));
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8], most: u64) -> Result<Option<TextTable>, IngestError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        read(file.path(), most, |header| header.iter().any(|h| h == "count"))
    }

    #[test]
    fn a_table_has_its_lines_and_no_blank_rows() {
        let t = of(b"\xEF\xBB\xBFregion ;count\r\n;\r\n\r\nnorth;\"1\n2\"\r\nsouth;3", 100);
        let t = t.unwrap().unwrap();
        assert_eq!(t.header, ["region", "count"]);
        let rows: Vec<(i64, &str)> = t.rows.iter().map(|(l, r)| (*l, r[1].as_str())).collect();
        assert_eq!(rows, [(4, "1\n2"), (6, "3")]);
    }

    #[test]
    fn another_table_is_left_alone_and_a_broken_or_large_one_refused() {
        assert_eq!(of(b"region,total\nnorth,1\n", 100).unwrap(), None);
        assert_eq!(of(b"{\"count\": 1}\n", 100).unwrap(), None);
        let broken = of(b"region,count\nnorth,1\nn\xFFrth,1\n", 100).unwrap_err().to_string();
        assert!(broken.contains("line 3") && broken.contains("UTF-8"), "{broken}");
        // Exactly as much as is allowed, and one byte more: cells with what parts them.
        assert!(of(b"region,count\nnorth,1\n", 8).is_ok());
        assert!(of(b"region,count\nnorth,1\n", 7).is_err());
    }
}
