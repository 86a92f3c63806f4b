//! How many files a zip says that it has, before a reader makes room for all of them.

use std::{
    fs::File,
    io::{Read, Result, Seek, SeekFrom},
    path::Path,
};

/// Bytes of the record at the end, its longest comment, and what comes before it in a large file.
const TAIL: u64 = 22 + 65_535 + 20 + 56;
/// Where the record at the end has the number of files.
const COUNT: usize = 10;
/// Where the same record of a file over 4 GiB (zip64) has it.
const COUNT_64: usize = 32;

/// The most files that any record at the end of the file states: a comment may imitate one.
///
/// # Errors
/// Where the file cannot be read.
pub(crate) fn entries_in(path: &Path) -> Result<u64> {
    let mut file = File::open(path)?;
    let size = file.seek(SeekFrom::End(0))?;
    let from = size.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    Ok(most_entries(&tail))
}

fn most_entries(tail: &[u8]) -> u64 {
    let mut most = 0;
    for at in 0..tail.len().saturating_sub(3) {
        let rest = &tail[at..];
        let number = |from: usize, bytes: usize| {
            rest.get(from..from + bytes)
                .map_or(0, |b| b.iter().rev().fold(0u64, |n, b| n << 8 | u64::from(*b)))
        };
        if rest.starts_with(b"PK\x05\x06") {
            most = most.max(number(COUNT, 2));
        } else if rest.starts_with(b"PK\x06\x06") {
            most = most.max(number(COUNT_64, 8));
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_number_of_files_counts() {
        let mut small = b"PK\x05\x06\0\0\0\0\x07\0\x07\0".to_vec();
        assert_eq!(most_entries(&small), 7);
        small
            .splice(0..0, *b"PK\x06\x06--------------------\0\0\0\0\0\0\0\0\x40\x42\x0f\0\0\0\0\0");
        assert_eq!(most_entries(&small), 1_000_000);
        assert_eq!(most_entries(b"PK\x05"), 0);
    }
}
