//! CSV as a stream in bounded memory: `csv-core` fills buffers of fixed size, so that a quote that
//! is never closed cannot swallow the file.

use crate::{
    cell::{Cell, RawRow, trim},
    error::{IngestError, Reason},
    limits::{MAX_COLUMNS, MAX_LINE},
    session::{Load, Session},
    source,
};
use csv_core::ReadRecordResult;
use std::io::Read;

/// Bytes read at a time.
const CHUNK: usize = 1 << 18;
/// How spreadsheets begin a file that names its own delimiter: `sep=;`.
const SEPARATOR_LINE: &[u8] = b"sep=";

/// One record: all fields in one text, and where each ends.
pub(crate) struct Record<'b> {
    text: &'b str,
    ends: &'b [usize],
    delimiter: u8,
}

impl Record<'_> {
    /// Has no field a character other than a space?
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim_start().is_empty()
    }

    /// The fields without outer spaces.
    pub(crate) fn texts(&self) -> Vec<String> {
        let text = |i| match self.cell(i) {
            Cell::Text(t) => trim(t).to_owned(),
            _ => String::new(),
        };
        (0..self.ends.len()).map(text).collect()
    }
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
pub(crate) enum RecordRead {
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
    /// Ends a line: LF (also after a CR), or CR in a file that has no LF.
    line_end: u8,
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
            line_end: b'\n',
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

    /// Fills the whole buffer with the beginning of the file, which says how its lines end.
    fn fill_first(&mut self) -> Result<(), IngestError> {
        self.len = source::prefix(&mut self.from, &mut self.buffer)
            .map_err(|e| IngestError::unreadable_by(self.path, "", e))?;
        let head = &self.buffer[..self.len];
        if head.contains(&b'\r') && !head.contains(&b'\n') {
            self.line_end = b'\r';
        }
        Ok(())
    }

    /// The line at which the buffer is, as far as the buffer has it, without a byte order mark.
    fn line_ahead(&self) -> &[u8] {
        let ahead = &self.buffer[self.at..self.len];
        let ahead = ahead.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(ahead);
        let end = ahead.iter().position(|b| matches!(b, b'\r' | b'\n'));
        &ahead[..end.unwrap_or(ahead.len())]
    }

    fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
        self.core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    }

    fn take(&mut self, n: usize) {
        let end = self.line_end;
        self.line += self.buffer[self.at..self.at + n].iter().filter(|&&b| b == end).count() as i64;
        self.at += n;
    }

    /// To the byte after the next line end; `false` at the end of the file.
    fn skip_line(&mut self) -> Result<bool, IngestError> {
        loop {
            if self.at == self.len && !self.fill()? {
                return Ok(false);
            }
            match self.buffer[self.at..self.len].iter().position(|&b| b == self.line_end) {
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

    pub(crate) fn next(&mut self) -> Result<RecordRead, IngestError> {
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

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.out[..self.out_len]
    }

    /// The record as text; `None` where it is not UTF-8.
    pub(crate) fn record(&self) -> Option<Record<'_>> {
        let text = std::str::from_utf8(self.bytes()).ok()?;
        let ends = &self.ends[..self.fields];
        // Two halves of a character in neighbouring fields would look whole when joined.
        if !text.is_ascii() && !ends.iter().all(|&e| text.is_char_boundary(e)) {
            return None;
        }
        Some(Record { text, ends, delimiter: self.delimiter })
    }

    /// Finds the delimiter of a file for which none is stated: a first line `sep=;` names it, else a
    /// header without a comma has it.
    fn find_delimiter(&mut self, stated: bool) -> Result<(), IngestError> {
        if let [.., delimiter] = self.line_ahead()
            && self.line_ahead().len() == SEPARATOR_LINE.len() + 1
            && self.line_ahead().to_ascii_lowercase().starts_with(SEPARATOR_LINE)
        {
            let delimiter = *delimiter;
            self.set_delimiter(delimiter);
            self.skip_line()?;
        } else if !stated && let Some(delimiter) = other_delimiter(self.line_ahead()) {
            self.set_delimiter(delimiter);
        }
        Ok(())
    }

    /// The header in row `row`, from 1. Where no delimiter is `stated`, the header may show it.
    pub(crate) fn header(&mut self, row: u64, stated: bool) -> Result<Vec<String>, IngestError> {
        let bad = |why: String| IngestError::Header { path: self.path.to_owned(), why };
        self.fill_first()?;
        for skipped in 1..row {
            if !self.skip_line()? {
                return Err(bad(format!(
                    "the mapping says row {row}, but the file has {skipped} rows"
                )));
            }
        }
        self.skip_blank()?;
        self.find_delimiter(stated)?;
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
                    return Err(bad("it is not UTF-8: state file.encoding = \"windows-1252\" in a mapping, or save it as UTF-8".into()));
                };
                Ok(record.texts())
            }
        }
    }

    /// The line on which the last record began.
    pub(crate) fn start_line(&self) -> i64 {
        self.start
    }

    /// The next record's fields as owned texts; for a proposal, where speed does not matter.
    pub(crate) fn next_texts(&mut self) -> Result<Option<Vec<String>>, IngestError> {
        if self.line == 1 && self.at == 0 && self.len == 0 {
            self.fill_first()?;
        }
        loop {
            match self.next()? {
                RecordRead::End => return Ok(None),
                RecordRead::Record => {}
                RecordRead::TooLong | RecordRead::TooMany => continue,
            }
            let Some(record) = self.record() else { continue };
            if record.is_blank() {
                continue;
            }
            return Ok(Some(record.texts()));
        }
    }
}

/// The delimiter that a header without a comma has: the one of `;`, tab and `|` that is in it most
/// often; `None` where it has a comma or none of them. What is in quotes does not count.
fn other_delimiter(header: &[u8]) -> Option<u8> {
    let mut counts = [(b';', 0usize), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for b in header {
        match b {
            b'"' => quoted = !quoted,
            b',' if !quoted => return None,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(d, _)| d == b).for_each(|(_, n)| *n += 1),
        }
    }
    counts.into_iter().filter(|(_, n)| *n > 0).max_by_key(|(_, n)| *n).map(|(d, _)| d)
}

/// The delimiter of a file that is known before it is opened: the mapping's, or a tab for `.tsv`.
pub(crate) fn delimiter(path: &std::path::Path, stated: Option<u8>) -> Option<u8> {
    let name = source::name_of(path).to_lowercase();
    let tabs = name.ends_with(".tsv") || name.ends_with(".tsv.gz");
    stated.or(tabs.then_some(b'\t'))
}

/// The names in a file's header, in row `row` from 1; the delimiter where it is known.
pub(crate) fn header_of(
    from: Box<dyn Read>,
    path: &std::path::Path,
    delimiter: Option<u8>,
    row: u64,
) -> Result<Vec<String>, IngestError> {
    Records::new(from, path, delimiter.unwrap_or(b',')).header(row, delimiter.is_some())
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
    delimiter: Option<u8>,
) -> Result<(), IngestError> {
    let path = session.path();
    let mut records = Records::new(from, path, delimiter.unwrap_or(b','));
    let header = records.header(session.mapping.header_row, delimiter.is_some())?;
    session.header(&header, false)?;
    loop {
        match records.next()? {
            RecordRead::End => return Ok(()),
            RecordRead::Record => match records.record() {
                // Spreadsheets write deleted rows as lines of delimiters alone.
                Some(record) if record.is_blank() => {}
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
