//! Looks into a workbook before it is read, because its reader holds shared texts and styles whole: how
//! large its parts are when they are unpacked.

use crate::container::entries_in;
use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

/// Files in a workbook.
pub(crate) const MAX_PARTS: u64 = 10_000;
/// Bytes of a sheet, unpacked.
pub(crate) const MAX_SHEET_PART: u64 = 256 << 20;
/// Bytes of the shared texts, unpacked; they take up to five times as much in memory.
pub(crate) const MAX_SHARED: u64 = 64 << 20;
/// Bytes of any other part that is read, such as the styles, unpacked.
pub(crate) const MAX_OTHER: u64 = 16 << 20;
/// Bytes of all parts, unpacked.
pub(crate) const MAX_PARTS_BYTES: u64 = 1 << 30;
/// Bytes between two tags: one cell's text.
pub(crate) const MAX_TEXT_RUN: u64 = 1 << 20;
/// Shared texts that a workbook may announce: its reader makes room for them.
pub(crate) const MAX_ANNOUNCED: u64 = 8 << 20;

/// Fails, with the reason, where a part is too large.
///
/// # Errors
/// The limit that is exceeded, or why the container cannot be read.
pub(crate) fn check(path: &Path) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let entries = entries_in(path)?;
    if entries > MAX_PARTS {
        return Err(format!("it has {entries} parts; the limit is {MAX_PARTS}").into());
    }
    let mut book = zip::ZipArchive::new(BufReader::new(File::open(path)?))?;
    let mut all = 0u64;
    for index in 0..book.len() {
        let Ok(mut part) = book.by_index(index) else { continue };
        let name = part.name().map(|n| n.to_lowercase()).unwrap_or_default();
        if !(name.ends_with(".xml") || name.ends_with(".rels")) {
            continue;
        }
        let shared = name.ends_with("sharedstrings.xml");
        let most = match () {
            () if shared => MAX_SHARED,
            () if name.contains("worksheets/") && name.ends_with(".xml") => MAX_SHEET_PART,
            () => MAX_OTHER,
        };
        all += one(&mut part, most, shared)
            .map_err(|why| format!("part {name:?} {why}: save the sheet as CSV"))?;
        if all > MAX_PARTS_BYTES {
            return Err(format!("it unpacks to more than {MAX_PARTS_BYTES} bytes").into());
        }
    }
    Ok(())
}

/// The bytes of a part, or which limit it exceeds. A part that does not unpack ends where it fails; its
/// reader says so.
fn one(part: &mut impl Read, most: u64, shared: bool) -> Result<u64, String> {
    let (mut size, mut run) = (0u64, 0u64);
    let mut buffer = vec![0u8; 1 << 16];
    let mut announced = Announced::default();
    loop {
        let n = match part.read(&mut buffer) {
            Ok(0) | Err(_) => return Ok(size),
            Ok(n) => n,
        };
        size += n as u64;
        if size > most {
            return Err(format!("unpacks to more than {most} bytes"));
        }
        for piece in buffer[..n].split_inclusive(|b| *b == b'<') {
            run += piece.len() as u64;
            if run > MAX_TEXT_RUN {
                return Err(format!("has a text of more than {MAX_TEXT_RUN} bytes"));
            }
            if piece.ends_with(b"<") {
                run = 0;
            }
        }
        if shared && announced.look(&buffer[..n]) > MAX_ANNOUNCED {
            return Err(format!("announces more than {MAX_ANNOUNCED} texts"));
        }
    }
}

/// Finds the largest `uniqueCount` in a text that comes in pieces.
#[derive(Default)]
struct Announced {
    tail: Vec<u8>,
    most: u64,
}

impl Announced {
    /// The attribute, and as many bytes after it as its value may have.
    const NAME: &'static [u8] = b"uniqueCount";
    const LENGTH: usize = 64;

    fn look(&mut self, piece: &[u8]) -> u64 {
        self.tail.extend_from_slice(piece);
        let text = &self.tail;
        for at in 0..text.len() {
            if text[at] == b'u' && text[at..].starts_with(Self::NAME) {
                let digits = text[at + Self::NAME.len()..]
                    .iter()
                    .skip_while(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'"' | b'\''))
                    .take_while(|b| b.is_ascii_digit());
                let n = digits
                    .fold(0u64, |n, d| n.saturating_mul(10).saturating_add(u64::from(d - b'0')));
                self.most = self.most.max(n);
            }
        }
        let cut = self.tail.len().saturating_sub(Self::NAME.len() + Self::LENGTH);
        self.tail.drain(..cut);
        self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_holds_at_its_edge() {
        let text = |n: usize| "x".repeat(n) + "<";
        assert_eq!(one(&mut text(9).as_bytes(), 10, false), Ok(10));
        assert!(one(&mut text(10).as_bytes(), 10, false).unwrap_err().contains("than 10 bytes"));
        let run = MAX_TEXT_RUN as usize;
        let both = text(run - 1) + &text(run - 1);
        assert_eq!(one(&mut both.as_bytes(), u64::MAX, false), Ok(2 * MAX_TEXT_RUN));
        assert!(one(&mut text(run).as_bytes(), u64::MAX, false).is_err());
        for (n, fits) in [(MAX_ANNOUNCED, true), (MAX_ANNOUNCED + 1, false)] {
            for before in [0, (1 << 16) - 5] {
                let sst = format!("{}<sst uniqueCount = \"{n}\">", " ".repeat(before));
                assert_eq!(one(&mut sst.as_bytes(), u64::MAX, true).is_ok(), fits, "{n} {before}");
            }
        }
    }
}
