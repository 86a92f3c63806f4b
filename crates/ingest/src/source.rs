//! The identity of a source file, and its bytes: opened, recognised, uncompressed, counted.

use crate::{
    error::IngestError,
    file_kind,
    layout::Layout,
    mapping::Encoding,
    summary::{Phase, Progress},
};
use flate2::read::MultiGzDecoder;
use northbound_types::Utc;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    cell::Cell,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    rc::Rc,
};

/// What identifies a source file and says how it was read: the ledger refuses the same bytes twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMeta {
    /// Where it lies now; never stored.
    #[serde(skip)]
    pub path: PathBuf,
    /// File name without folders.
    pub name: String,
    /// SHA-256 of its bytes as they lie on disk, lower-case hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// What it was read as.
    pub layout: Layout,
    /// SHA-256 of the mapping, empty where none was used.
    pub mapping: String,
    /// Feed of rows that name none.
    pub feed: String,
    /// When its source first stated it.
    pub known: Utc,
    /// Rank of the source where records collide: the lowest is counted.
    pub rank: i64,
    /// Names or SHA-256 of the files that it corrects, where it is a correction.
    pub corrects: Vec<String>,
}

impl SourceMeta {
    /// The same as the ledger takes it, by whom it is ingested.
    #[must_use]
    pub fn for_ledger(&self, by: &str) -> northbound_ledger::SourceMeta {
        northbound_ledger::SourceMeta {
            name: self.name.clone(),
            sha256: self.sha256.clone(),
            bytes: self.bytes,
            layout: self.layout.as_str().to_owned(),
            mapping: self.mapping.clone(),
            feed: self.feed.clone(),
            rank: self.rank,
            corrects: self.corrects.clone(),
            known: self.known,
            by: by.to_owned(),
        }
    }
}

/// SHA-256 as lower-case hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

pub(crate) fn name_of(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

fn io_at(what: &'static str, path: &Path) -> impl Fn(io::Error) -> IngestError {
    let path = path.to_owned();
    move |source| IngestError::Io { what, path: path.clone(), source }
}

/// Hash and size of a file, read once through.
///
/// # Errors
/// When it cannot be read or is empty.
pub fn hash_file(
    path: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(String, u64), IngestError> {
    let mut file = File::open(path).map_err(io_at("open", path))?;
    let meta = file.metadata().map_err(io_at("open", path))?;
    if meta.is_dir() {
        return Err(IngestError::unreadable(path, "it is a folder: name its files"));
    }
    let (total, name) = (meta.len(), name_of(path));
    let mut hash = Sha256::new();
    let mut buffer = vec![0u8; 1 << 20];
    let mut done = 0u64;
    loop {
        let n = file.read(&mut buffer).map_err(io_at("read", path))?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
        done += n as u64;
        progress(Progress {
            file: &name,
            phase: Phase::Hashing,
            done,
            total,
            rows: 0,
            rejected: 0,
        });
    }
    if done == 0 {
        return Err(IngestError::Empty { path: path.to_owned() });
    }
    Ok((hex(&hash.finalize()), done))
}

/// Is a file or folder of this name no data: what office programs, desktops and archivers leave beside
/// data, such as `~$lock.xlsx`, `desktop.ini`, `.DS_Store` and the second halves of files from a Mac?
#[must_use]
pub fn is_litter(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with("~$")
        || name.starts_with("._")
        || matches!(name.as_str(), "desktop.ini" | "thumbs.db" | "__macosx" | ".ds_store")
}

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Ndjson,
    Parquet,
    Workbook,
}

/// Bytes read from disk so far, shared between the reader and the progress callback.
pub(crate) type Done = Rc<Cell<u64>>;

struct Counting {
    file: File,
    done: Done,
}
impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.done.set(self.done.get() + n as u64);
        Ok(n)
    }
}

/// The characters of the bytes 0x80 to 0x9F in Windows-1252. Five of them are undefined there; they
/// become the control characters of the same number, which no reader of texts takes.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// Each byte becomes a character, by Windows-1252.
struct OneByte<R> {
    from: R,
    /// The rest of a character that did not fit.
    waiting: ([u8; 4], usize, usize),
    buffer: Vec<u8>,
    at: usize,
    len: usize,
}
impl<R: Read> OneByte<R> {
    fn new(from: R) -> Self {
        OneByte { from, waiting: ([0; 4], 0, 0), buffer: vec![0; 1 << 16], at: 0, len: 0 }
    }
}
impl<R: Read> Read for OneByte<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut n = 0;
        while n < out.len() {
            let (bytes, from, to) = &mut self.waiting;
            if from < to {
                out[n] = bytes[*from];
                *from += 1;
                n += 1;
                continue;
            }
            if self.at == self.len {
                if n > 0 {
                    break;
                }
                self.len = self.from.read(&mut self.buffer)?;
                self.at = 0;
                if self.len == 0 {
                    break;
                }
            }
            let b = self.buffer[self.at];
            self.at += 1;
            if b < 0x80 {
                out[n] = b;
                n += 1;
            } else {
                let mut bytes = [0; 4];
                let length = windows_1252(b).encode_utf8(&mut bytes).len();
                self.waiting = (bytes, 0, length);
            }
        }
        Ok(n)
    }
}

/// Opens and recognises a file.
pub(crate) fn format_of(path: &Path) -> Result<Format, IngestError> {
    let mut head = [0u8; 4096];
    let raw = prefix(&mut File::open(path).map_err(io_at("open", path))?, &mut head)
        .map_err(io_at("read", path))?;
    if raw == 0 {
        return Err(IngestError::Empty { path: path.to_owned() });
    }
    let unreadable = |why: &str| Err(IngestError::unreadable(path, why));
    if head.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    if let Some(named) = file_kind::binary(&head[..raw]) {
        return unreadable(&named);
    }
    if head.starts_with(b"PK\x03\x04") {
        return file_kind::zip(path).map_or(Ok(Format::Workbook), |named| unreadable(&named));
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0") {
        return unreadable(&file_kind::old_office(path));
    }
    let len = if head.starts_with(b"\x1f\x8b") {
        let file = File::open(path).map_err(io_at("open", path))?;
        let mut inner = [0u8; 4096];
        let n = prefix(&mut MultiGzDecoder::new(file), &mut inner)
            .map_err(|e| IngestError::unreadable_by(path, "its gzip is broken: ", e))?;
        if n == 0 {
            return Err(IngestError::Empty { path: path.to_owned() });
        }
        head = inner;
        n
    } else {
        raw
    };
    let head = &head[..len];
    if head.starts_with(b"\xFF\xFE")
        || head.starts_with(b"\xFE\xFF")
        || head.iter().filter(|&&b| b == 0).count() > head.len() / 4
    {
        return unreadable("it is UTF-16 or no text: save it as UTF-8");
    }
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    if let Some(named) = file_kind::text(text) {
        return unreadable(&named);
    }
    let mut marks = text.iter().filter(|b| !b.is_ascii_whitespace());
    Ok(match (marks.next(), marks.next()) {
        (Some(b'{'), _) | (Some(b'['), Some(b'{')) => Format::Ndjson,
        _ => Format::Csv,
    })
}

pub(crate) fn prefix(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut n = 0;
    while n < into.len() {
        match from.read(&mut into[n..]) {
            Ok(0) => break,
            Ok(m) => n += m,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(n)
}

/// Opens a text file, uncompressed and in UTF-8 (or in what should be).
pub(crate) fn open_text(
    path: &Path,
    encoding: Encoding,
    done: &Done,
) -> Result<Box<dyn Read>, IngestError> {
    let mut magic = [0u8; 2];
    let n = prefix(&mut File::open(path).map_err(io_at("open", path))?, &mut magic)
        .map_err(io_at("read", path))?;
    let counted =
        Counting { file: File::open(path).map_err(io_at("open", path))?, done: done.clone() };
    let plain: Box<dyn Read> = if n == 2 && magic == [0x1f, 0x8b] {
        Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(1 << 17, counted)))
    } else {
        Box::new(counted)
    };
    Ok(match encoding {
        Encoding::Utf8 => plain,
        Encoding::Windows1252 => Box::new(OneByte::new(plain)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_1252_becomes_utf_8_at_any_buffer_size() {
        let bytes: Vec<u8> = (0..=255u8).collect();
        let want: String = bytes.iter().map(|&b| windows_1252(b)).collect();
        assert!(want.contains("€\u{81}‚") && want.contains("’“”•–") && want.contains("žŸ\u{A0}"));
        for size in [1, 2, 3, 7, 1000] {
            let mut from = OneByte::new(&bytes[..]);
            let mut got = Vec::new();
            let mut buffer = vec![0; size];
            loop {
                let n = from.read(&mut buffer).unwrap();
                if n == 0 {
                    break;
                }
                got.extend_from_slice(&buffer[..n]);
            }
            assert_eq!(String::from_utf8(got).unwrap(), want);
        }
    }
}
