//! A small CSV table with a header, for commands that read a few columns by name: the same delimiters,
//! byte order marks, quotes, line ends and blank rows as everywhere else.

use crate::{
    csv_reader::{RecordRead, Records},
    error::{IngestError, Reason},
    limits::{MAX_COLUMNS, MAX_LINE},
};
use std::{io::Read, path::Path};

/// A table being read.
pub struct SmallTable<'p> {
    records: Records<'p>,
    path: &'p Path,
    header: Vec<String>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallRow {
    /// The line on which it begins.
    pub line: i64,
    /// Its cells without outer spaces, as many as the header has; or why it cannot be taken apart.
    pub cells: Result<Vec<String>, (Reason, String)>,
}

impl<'p> SmallTable<'p> {
    /// Reads the header. `path` is for messages alone.
    ///
    /// # Errors
    /// Where the table cannot be read or has no header.
    pub fn open(path: &'p Path, from: Box<dyn Read>) -> Result<SmallTable<'p>, IngestError> {
        let mut records = Records::new(from, path, b',');
        let header = records.header(1, false)?;
        Ok(SmallTable { records, path, header })
    }

    /// The names of its columns.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Where a column is; case does not matter.
    ///
    /// # Errors
    /// Where several columns have the name.
    pub fn find(&self, name: &str) -> Result<Option<usize>, IngestError> {
        let mut same = (0..self.header.len())
            .filter(|at| self.header[*at].to_lowercase() == name.to_lowercase());
        match (same.next(), same.next()) {
            (first, None) => Ok(first),
            _ => Err(self.refused(format!("the column `{name}` is there twice: rename one"))),
        }
    }

    /// Where a column is that must be there.
    ///
    /// # Errors
    /// The same, and where there is none.
    pub fn need(&self, name: &str) -> Result<usize, IngestError> {
        self.find(name)?.ok_or_else(|| {
            self.refused(format!("there is no column `{name}`; found: {}", self.header.join(", ")))
        })
    }

    fn refused(&self, why: String) -> IngestError {
        IngestError::Header { path: self.path.to_owned(), why }
    }

    /// The next row that is not blank.
    ///
    /// # Errors
    /// Where the table cannot be read on.
    pub fn next_row(&mut self) -> Result<Option<SmallRow>, IngestError> {
        loop {
            let read = self.records.next()?;
            let line = self.records.start_line();
            let wrong = |why: String| Err((Reason::WrongFieldCount, why));
            let cells = match read {
                RecordRead::End => return Ok(None),
                RecordRead::TooLong => {
                    let why = format!("over {MAX_LINE} bytes in one record: is a quote left open?");
                    Err((Reason::LineTooLong, why))
                }
                RecordRead::TooMany => wrong(format!("over {MAX_COLUMNS} fields")),
                RecordRead::Record => match self.records.record() {
                    None => Err((Reason::NotUtf8, "not UTF-8: save it as UTF-8".to_owned())),
                    Some(record) if record.is_blank() => continue,
                    Some(record) => {
                        let texts = record.texts();
                        if texts.len() == self.header.len() {
                            Ok(texts)
                        } else {
                            wrong(format!(
                                "{} fields where the header has {}",
                                texts.len(),
                                self.header.len()
                            ))
                        }
                    }
                },
            };
            return Ok(Some(SmallRow { line, cells }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn small_tables_are_read_as_all_others() {
        for (text, lines) in [
            ("\u{FEFF}\"Point\",device\n1,a\n,\n\n2, b \n3\n", [2, 5, 6]),
            ("sep=;\r\npoint;DEVICE\r\n1;a\r\n2;b\r\n3;4;5\r\n", [3, 4, 5]),
            ("point|device\r1|a\r2|b\r3\r", [2, 3, 4]),
        ] {
            let bytes = Box::new(Cursor::new(text.as_bytes().to_vec()));
            let mut table = SmallTable::open(Path::new("a.csv"), bytes).unwrap();
            assert_eq!((table.need("point").unwrap(), table.find("device").unwrap()), (0, Some(1)));
            assert!(table.need("colour").unwrap_err().to_string().contains("no column `colour`"));
            let row =
                |line, a: &str, b: &str| SmallRow { line, cells: Ok(vec![a.into(), b.into()]) };
            assert_eq!(table.next_row().unwrap(), Some(row(lines[0], "1", "a")), "{text}");
            assert_eq!(table.next_row().unwrap(), Some(row(lines[1], "2", "b")), "{text}");
            let last = table.next_row().unwrap().unwrap();
            assert_eq!((last.line, last.cells.unwrap_err().0), (lines[2], Reason::WrongFieldCount));
            assert_eq!(table.next_row().unwrap(), None);
        }
        let twice = Box::new(Cursor::new(b"point,Point\n1,2\n".to_vec()));
        let table = SmallTable::open(Path::new("a.csv"), twice).unwrap();
        assert!(table.need("point").unwrap_err().to_string().contains("there twice"));
    }
}
