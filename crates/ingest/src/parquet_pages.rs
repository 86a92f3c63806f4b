//! Looks at the headers of a Parquet file's pages before the file is read, because a reader allocates
//! what a header says: how many bytes the largest pages have, and how many rows can be decoded at once.

use parquet::{
    basic::Compression,
    file::metadata::{ColumnChunkMetaData, ParquetMetaData},
};
use std::{
    fs::File,
    io::{BufReader, Error, ErrorKind, Read, Result, Seek, SeekFrom},
};

/// Bytes of one page, unpacked.
pub(crate) const MAX_PAGE: u64 = 128 << 20;
/// Bytes of the footer, which is read whole and takes many times its size.
pub(crate) const MAX_FOOTER: u64 = 16 << 20;
/// Bytes of a page that may unpack to more than its header says (the deprecated LZ4), packed.
const MAX_UNBOUNDED_PAGE: u64 = 2 << 20;
/// Bytes of one page's header.
const MAX_HEADER: u64 = 16 << 20;
/// Structures inside each other in a page's header.
const MAX_DEPTH: usize = 16;
/// Rows of a batch that are tried, from the usual number downwards.
const BATCHES: [usize; 4] = [super::limits::BATCH_ROWS, 1024, 128, 16];

fn bad(why: String) -> Error {
    Error::new(ErrorKind::InvalidData, why)
}

/// Fails where the footer is too long. A file whose end is no footer is left to the reader.
pub(crate) fn check_footer(file: &mut File) -> Result<()> {
    let mut end = [0u8; 8];
    if file.seek(SeekFrom::End(-8)).is_ok() {
        file.read_exact(&mut end)?;
        let footer = u64::from(u32::from_le_bytes([end[0], end[1], end[2], end[3]]));
        if end.ends_with(b"PAR1") && footer > MAX_FOOTER {
            return Err(bad(format!("a footer of {footer} bytes; the limit is {MAX_FOOTER}")));
        }
    }
    file.rewind()
}

/// The number of rows to decode at once so that the pages that they need have at most `most` bytes, in
/// all columns that are wanted.
pub(crate) fn batch_rows(
    file: File,
    metadata: &ParquetMetaData,
    wanted: &dyn Fn(usize) -> bool,
    most: u64,
) -> Result<usize> {
    let mut file = BufReader::new(file);
    let mut least = BATCHES[0];
    for group in metadata.row_groups() {
        let mut needs = [0u64; BATCHES.len()];
        for chunk in group.columns().iter().enumerate().filter(|(i, _)| wanted(*i)).map(|(_, c)| c)
        {
            let pages = Pages::read(&mut file, chunk)?;
            for (need, rows) in needs.iter_mut().zip(BATCHES) {
                *need = need.saturating_add(pages.most_at_once(rows as u64));
            }
        }
        let Some(fits) = needs.iter().position(|need| *need <= most) else {
            return Err(bad(format!(
                "its pages need {} bytes at once; the limit is {most}: write it with smaller pages",
                needs[BATCHES.len() - 1]
            )));
        };
        least = least.min(BATCHES[fits]);
    }
    Ok(least)
}

/// The pages of a column chunk.
#[derive(Default)]
struct Pages {
    dictionary: u64,
    /// Bytes and values of each page of data.
    data: Vec<(u64, u64)>,
}

impl Pages {
    fn read(file: &mut BufReader<File>, chunk: &ColumnChunkMetaData) -> Result<Pages> {
        let first = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
        let number = |n: i64| u64::try_from(n).map_err(|_| bad(format!("a negative offset ({n})")));
        let (mut at, mut left) = (number(first)?, number(chunk.compressed_size())?);
        let mut pages = Pages::default();
        while left > 0 {
            file.seek(SeekFrom::Start(at))?;
            let mut limited = file.by_ref().take(MAX_HEADER.min(left));
            let header = Header::read(&mut limited)?;
            let length = (MAX_HEADER.min(left) - limited.limit()) + header.packed;
            if length > left || length == 0 {
                return Err(bad("a page is longer than its column".into()));
            }
            header.check(chunk.compression(), file)?;
            if header.is_dictionary {
                pages.dictionary = pages.dictionary.max(header.unpacked);
            } else {
                pages.data.push((header.unpacked, header.values.max(1)));
            }
            (at, left) = (at + length, left - length);
        }
        Ok(pages)
    }

    /// Most bytes of the pages that hold any so many values one after the other, and the dictionary.
    fn most_at_once(&self, rows: u64) -> u64 {
        let (mut most, mut bytes, mut values, mut from) = (0u64, 0u64, 0u64, 0);
        for (at, &(b, v)) in self.data.iter().enumerate() {
            // Of the pages before, those with the last of the rows that go before this page's first.
            while from < at && values.saturating_sub(self.data[from].1) >= rows.saturating_sub(1) {
                (bytes, values) = (bytes - self.data[from].0, values - self.data[from].1);
                from += 1;
            }
            (bytes, values) = (bytes + b, values.saturating_add(v));
            most = most.max(bytes);
        }
        most.saturating_add(self.dictionary)
    }
}

/// What a page's header says.
#[derive(Default)]
struct Header {
    unpacked: u64,
    packed: u64,
    values: u64,
    is_dictionary: bool,
}

/// Numbers of the fields in the header (Apache Parquet's `parquet.thrift`).
const UNPACKED: i64 = 2;
const PACKED: i64 = 3;
const DICTIONARY: i64 = 7;
const DATA: [i64; 2] = [5, 8];
const VALUES: i64 = 1;

impl Header {
    fn read(from: &mut impl Read) -> Result<Header> {
        let mut h = Header::default();
        fields(from, 0, &mut |path, n| {
            let n = u64::try_from(n).map_err(|_| bad(format!("a page of {n} bytes")));
            match path {
                [UNPACKED] => h.unpacked = h.unpacked.max(n?),
                [PACKED] => h.packed = n?,
                [DICTIONARY, ..] => h.is_dictionary = true,
                [a, VALUES] if DATA.contains(a) => h.values = n?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(h)
    }

    /// `file` is at the page's first byte.
    fn check(&self, packed_by: Compression, file: &mut BufReader<File>) -> Result<()> {
        let most = match packed_by {
            Compression::UNCOMPRESSED => self.packed,
            // These unpack until their own end, whatever the header says.
            Compression::GZIP(_) => {
                let page = file.take(self.packed);
                let mut unpacked =
                    flate2::read::MultiGzDecoder::new(page).take(self.unpacked.saturating_add(1));
                std::io::copy(&mut unpacked, &mut std::io::sink()).unwrap_or(0)
            }
            Compression::LZ4 if self.packed > MAX_UNBOUNDED_PAGE => {
                return Err(bad(format!(
                    "a page of {} bytes packed with the deprecated LZ4; the limit is {MAX_UNBOUNDED_PAGE}: write it with LZ4_RAW",
                    self.packed
                )));
            }
            _ => 0,
        };
        if most.max(self.unpacked).max(self.packed) > MAX_PAGE {
            return Err(bad(format!(
                "a page of {} bytes; the limit is {MAX_PAGE}: write it with smaller pages",
                most.max(self.unpacked).max(self.packed)
            )));
        }
        if most > self.unpacked && !matches!(packed_by, Compression::UNCOMPRESSED) {
            return Err(bad("a page unpacks to more than its header says".into()));
        }
        Ok(())
    }
}

/// Calls `found` with each whole number of a structure in Thrift's compact protocol, by the numbers of
/// the fields that lead to it.
fn fields(
    from: &mut impl Read,
    depth: usize,
    found: &mut dyn FnMut(&[i64], i64) -> Result<()>,
) -> Result<()> {
    if depth > MAX_DEPTH {
        return Err(bad("a page's header is nested too deeply".into()));
    }
    let mut last = 0i64;
    loop {
        let head = byte(from)?;
        let kind = head & 0x0F;
        if head == 0 {
            return Ok(());
        }
        last = match head >> 4 {
            0 => zigzag(from)?,
            delta => last.wrapping_add(i64::from(delta)),
        };
        let id = last;
        value(from, kind, depth, &mut |path, n| {
            let mut all = vec![id];
            all.extend_from_slice(path);
            found(&all, n)
        })?;
    }
}

fn value(
    from: &mut impl Read,
    kind: u8,
    depth: usize,
    found: &mut dyn FnMut(&[i64], i64) -> Result<()>,
) -> Result<()> {
    match kind {
        // A boolean field's value is its type.
        1 | 2 => Ok(()),
        3 => byte(from).map(|_| ()),
        4..=6 => {
            let n = zigzag(from)?;
            found(&[], n)
        }
        7 => skip(from, 8),
        8 => {
            let length = varint(from)?;
            skip(from, length)
        }
        12 => fields(from, depth + 1, found),
        // Lists, sets and maps: no page header has one.
        _ => Err(bad(format!("a page's header has a field of type {kind}"))),
    }
}

fn byte(from: &mut impl Read) -> Result<u8> {
    let mut b = [0u8];
    from.read_exact(&mut b)?;
    Ok(b[0])
}

fn skip(from: &mut impl Read, bytes: u64) -> Result<()> {
    let skipped = std::io::copy(&mut from.take(bytes), &mut std::io::sink())?;
    if skipped == bytes { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

fn varint(from: &mut impl Read) -> Result<u64> {
    let mut n = 0u64;
    for shift in (0..64).step_by(7) {
        let b = byte(from)?;
        n |= u64::from(b & 0x7F) << shift;
        if b & 0x80 == 0 {
            return Ok(n);
        }
    }
    Err(bad("a number in a page's header is too long".into()))
}

fn zigzag(from: &mut impl Read) -> Result<i64> {
    let n = varint(from)?;
    Ok((n >> 1) as i64 ^ -((n & 1) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_window_of_rows_are_added_up() {
        let pages = Pages { dictionary: 5, data: vec![(10, 100), (20, 100), (40, 1), (80, 1)] };
        assert_eq!(pages.most_at_once(1), 85);
        assert_eq!(pages.most_at_once(2), 125);
        assert_eq!(pages.most_at_once(3), 145);
        assert_eq!(pages.most_at_once(102), 145);
        assert_eq!(pages.most_at_once(103), 155);
        assert_eq!(Pages::default().most_at_once(9), 0);
    }

    #[test]
    fn a_header_is_read_and_nonsense_is_refused() {
        // Type 0 (data), 300 bytes, 30 packed, data header {values 7, encoding 0, levels 3 and 3}.
        let good =
            [0x15, 0, 0x15, 0xD8, 4, 0x15, 60, 0x2C, 0x15, 14, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0];
        let h = Header::read(&mut &good[..]).unwrap();
        assert_eq!((h.unpacked, h.packed, h.values, h.is_dictionary), (300, 30, 7, false));
        for cut in 0..good.len() {
            assert!(Header::read(&mut &good[..cut]).is_err(), "{cut}");
        }
        assert!(Header::read(&mut &[0x1C; 64][..]).is_err(), "endless nesting");
        assert!(Header::read(&mut &[0x25, 1, 0][..]).is_err(), "a negative size");
    }
}
