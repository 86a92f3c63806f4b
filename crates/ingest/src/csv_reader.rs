//! CSV as a stream in bounded memory: `csv-core` fills buffers of fixed size, so that a quote that
//! is never closed cannot swallow the file.

use crate::{
    cell::{Cell, RawRow},
    error::{IngestError, Reason},
    limits::{MAX_COLUMNS, MAX_LINE},
    session::{Load, Session},
    source,
};
use csv_core::ReadRecordResult;
use std::io::Read;

/// Bytes read at a time.
const CHUNK: usize = 1 << 18;

/// One record: all fields in one text, and where each ends.
pub(crate) struct Record<'b> {
    text: &'b str,
    ends: &'b [usize],
    delimiter: u8,
}

impl RawRow for Record<'_> {
    #[inline]
    fn cell(&self, at: usize) -> Cell<'_> {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        self.text.get(start..self.ends[at]).map_or(Cell::Empty, Cell::Text)
    }
    fn raw(&self) -> String {
        let fields = (0..self.ends.len()).map(|i| match self.cell(i) {
            Cell::Text(t) => t,
            _ => "",
        });
        joined(fields, self.delimiter)
    }
}

/// Fields as one CSV line.
pub(crate) fn joined<'f>(fields: impl Iterator<Item = &'f str>, delimiter: u8) -> String {
    let mut line = String::new();
    for (i, field) in fields.enumerate() {
        if i > 0 {
            line.push(char::from(delimiter));
        }
        if field.contains(['"', '\n', '\r', char::from(delimiter)]) {
            line.push('"');
            line.push_str(&field.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(field);
        }
    }
    line
}

/// What came of one call for a record.
enum RecordRead {
    Record,
    TooLong,
    TooMany,
    End,
}

/// The byte stream and the record being assembled.
pub(crate) struct Records<'p> {
    from: Box<dyn Read>,
    path: &'p std::path::Path,
    core: csv_core::Reader,
    delimiter: u8,
    buffer: Vec<u8>,
    at: usize,
    len: usize,
    line: i64,
    start: i64,
    out: Vec<u8>,
    ends: Vec<usize>,
    out_len: usize,
    fields: usize,
}

impl<'p> Records<'p> {
    pub(crate) fn new(
        from: Box<dyn Read>,
        path: &'p std::path::Path,
        delimiter: u8,
    ) -> Records<'p> {
        Records {
            from,
            path,
            core: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            delimiter,
            buffer: vec![0; CHUNK],
            at: 0,
            len: 0,
            line: 1,
            start: 1,
            out: vec![0; MAX_LINE],
            ends: vec![0; MAX_COLUMNS],
            out_len: 0,
            fields: 0,
        }
    }

    /// Fills the buffer; `false` at the end of the file.
    fn fill(&mut self) -> Result<bool, IngestError> {
        self.at = 0;
        self.len = 0;
        loop {
            match self.from.read(&mut self.buffer) {
                Ok(n) => {
                    self.len = n;
                    return Ok(n > 0);
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => {
                    let context = format!("after line {}: ", self.line);
                    return Err(IngestError::unreadable_by(self.path, &context, e));
                }
            }
        }
    }

    fn take(&mut self, n: usize) {
        self.line +=
            self.buffer[self.at..self.at + n].iter().filter(|&&b| b == b'\n').count() as i64;
        self.at += n;
    }

    /// To the byte after the next line end; `false` at the end of the file.
    fn skip_line(&mut self) -> Result<bool, IngestError> {
        loop {
            if self.at == self.len && !self.fill()? {
                return Ok(false);
            }
            match self.buffer[self.at..self.len].iter().position(|&b| b == b'\n') {
                Some(n) => {
                    self.take(n + 1);
                    return Ok(true);
                }
                None => self.take(self.len - self.at),
            }
        }
    }

    /// Skips blank lines, so that a record's line is that of its first byte.
    fn skip_blank(&mut self) -> Result<bool, IngestError> {
        loop {
            if self.at == self.len && !self.fill()? {
                return Ok(false);
            }
            let blank = self.buffer[self.at..self.len]
                .iter()
                .take_while(|b| matches!(b, b'\n' | b'\r'))
                .count();
            self.take(blank);
            if self.at < self.len {
                return Ok(true);
            }
        }
    }

    fn next(&mut self) -> Result<RecordRead, IngestError> {
        self.out_len = 0;
        self.fields = 0;
        if !self.skip_blank()? {
            return Ok(RecordRead::End);
        }
        self.start = self.line;
        let mut ended = false;
        loop {
            if self.at == self.len && !ended {
                ended = !self.fill()?;
            }
            let (result, read, written, fields) = self.core.read_record(
                &self.buffer[self.at..self.len],
                &mut self.out[self.out_len..],
                &mut self.ends[self.fields..],
            );
            self.take(read);
            self.out_len += written;
            self.fields += fields;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record => return Ok(RecordRead::Record),
                ReadRecordResult::OutputFull => {
                    self.resync()?;
                    return Ok(RecordRead::TooLong);
                }
                ReadRecordResult::OutputEndsFull => {
                    self.resync()?;
                    return Ok(RecordRead::TooMany);
                }
                ReadRecordResult::End => return Ok(RecordRead::End),
            }
        }
    }

    /// Gives a record up: goes on at the next line.
    fn resync(&mut self) -> Result<(), IngestError> {
        self.core.reset();
        self.skip_line()?;
        Ok(())
    }

    fn bytes(&self) -> &[u8] {
        &self.out[..self.out_len]
    }

    /// The record as text; `None` where it is not UTF-8.
    fn record(&self) -> Option<Record<'_>> {
        let text = std::str::from_utf8(self.bytes()).ok()?;
        let ends = &self.ends[..self.fields];
        // Two halves of a character in neighbouring fields would look whole when joined.
        if !text.is_ascii() && !ends.iter().all(|&e| text.is_char_boundary(e)) {
            return None;
        }
        Some(Record { text, ends, delimiter: self.delimiter })
    }

    /// The header in row `row`, from 1.
    pub(crate) fn header(&mut self, row: u64) -> Result<Vec<String>, IngestError> {
        let bad = |why: String| IngestError::Header { path: self.path.to_owned(), why };
        for skipped in 1..row {
            if !self.skip_line()? {
                return Err(bad(format!(
                    "the mapping says row {row}, but the file has {skipped} rows"
                )));
            }
        }
        match self.next()? {
            RecordRead::End => Err(IngestError::Empty { path: self.path.to_owned() }),
            RecordRead::TooLong => Err(bad(format!(
                "over {MAX_LINE} bytes: is this a CSV file? If so, is a quote left open?"
            ))),
            RecordRead::TooMany => {
                Err(bad(format!("over {MAX_COLUMNS} columns, which is the limit")))
            }
            RecordRead::Record => {
                let Some(record) = self.record() else {
                    return Err(bad("it is not UTF-8: state file.encoding = \"latin-1\" in a mapping, or save it as UTF-8".into()));
                };
                let text = |i| match record.cell(i) {
                    Cell::Text(t) => t.trim_start_matches('\u{FEFF}').trim().to_owned(),
                    _ => String::new(),
                };
                Ok((0..record.ends.len()).map(text).collect())
            }
        }
    }

    /// The line on which the last record began.
    pub(crate) fn start_line(&self) -> i64 {
        self.start
    }

    /// The next record's fields as owned texts; for a proposal, where speed does not matter.
    pub(crate) fn next_texts(&mut self) -> Result<Option<Vec<String>>, IngestError> {
        loop {
            match self.next()? {
                RecordRead::End => return Ok(None),
                RecordRead::Record => {}
                RecordRead::TooLong | RecordRead::TooMany => continue,
            }
            let Some(record) = self.record() else { continue };
            let text = |i| match record.cell(i) {
                Cell::Text(t) => t.trim().to_owned(),
                _ => String::new(),
            };
            return Ok(Some((0..record.ends.len()).map(text).collect()));
        }
    }
}

/// The delimiter of a file: the mapping's, else a tab for `.tsv`, else a comma.
pub(crate) fn delimiter(path: &std::path::Path, stated: Option<u8>) -> u8 {
    let name = source::name_of(path).to_lowercase();
    stated.unwrap_or(if name.ends_with(".tsv") || name.ends_with(".tsv.gz") { b'\t' } else { b',' })
}

/// Reads a whole file.
pub(crate) fn read<L: Load>(session: &mut Session<'_>, loader: &mut L) -> Result<(), IngestError> {
    let path = session.path();
    let from = source::open_text(path, session.mapping.encoding, &session.done)?;
    read_from(session, loader, from, delimiter(path, session.mapping.delimiter))
}

/// Reads a stream of bytes as a file.
pub(crate) fn read_from<L: Load>(
    session: &mut Session<'_>,
    loader: &mut L,
    from: Box<dyn Read>,
    delimiter: u8,
) -> Result<(), IngestError> {
    let path = session.path();
    let mut records = Records::new(from, path, delimiter);
    let header = records.header(session.mapping.header_row)?;
    session.header(&header, false)?;
    loop {
        match records.next()? {
            RecordRead::End => return Ok(()),
            RecordRead::Record => match records.record() {
                Some(record) if record.ends.len() == header.len() => {
                    session.row(loader, &record, records.start)?
                }
                Some(record) => session.malformed(
                    records.start,
                    Reason::WrongFieldCount,
                    format!("{} fields where the header has {}", record.ends.len(), header.len()),
                    &record.raw(),
                )?,
                None => {
                    let raw = String::from_utf8_lossy(records.bytes()).into_owned();
                    session.malformed(
                        records.start,
                        Reason::NotUtf8,
                        "not UTF-8: state file.encoding in a mapping, or save it as UTF-8",
                        &raw,
                    )?;
                }
            },
            RecordRead::TooLong => {
                let raw = String::from_utf8_lossy(
                    &records.bytes()[..records.out_len.min(crate::limits::MAX_SHOWN)],
                )
                .into_owned();
                session.malformed(records.start, Reason::LineTooLong,
                    format!("lines {} to {}: over {MAX_LINE} bytes in one record: is a quote left open? Reading goes on at line {}",
                        records.start, records.line - 1, records.line), &raw)?;
            }
            RecordRead::TooMany => session.malformed(
                records.start,
                Reason::WrongFieldCount,
                format!("over {MAX_COLUMNS} fields where the header has {}", header.len()),
                "",
            )?,
        }
    }
}
