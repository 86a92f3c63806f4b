//! Reads an archive message by message.

use super::ArchiveError;
use super::container::{Walk, walk};
use super::split::messages;
use crate::source::is_litter;
use northbound_duis::{Limits, Message, Services, read};
use northbound_ledger::Memory;
use northbound_types::Utc;
use std::path::Path;

/// Bytes of one file of the archive: it is held in memory while it is read.
pub const DEFAULT_ENTRY_BYTES: u64 = 256 * 1024 * 1024;
/// Files in an archive.
pub const DEFAULT_ENTRIES: u64 = 20_000_000;
/// Bytes that an archive may unpack to.
pub const DEFAULT_TOTAL_BYTES: u64 = 2 * 1024 * 1024 * 1024 * 1024;
/// Unpacked bytes for each packed byte: XML of this kind reaches 60, deflate at most 1,032.
pub const DEFAULT_RATIO: u64 = 250;

/// Files are no older than the interface: 2012-01-01 in µs.
const FIRST_FILE_TIME: i64 = 1_325_376_000_000_000;

/// How an archive is read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Limits of a single message.
    pub limits: Limits,
    /// Bytes of one file of the archive; a larger one is a reject.
    pub entry_bytes: u64,
    /// Files in the archive; more is an error.
    pub entries: u64,
    /// Bytes that the archive may unpack to; more is an error.
    pub total_bytes: u64,
    /// Unpacked bytes for each packed byte, beyond the first MiB; more is an error.
    pub ratio: u64,
    /// The memory that the process may use; an archive that needs more is refused.
    pub memory: Memory,
}

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions {
            limits: Limits::default(),
            entry_bytes: DEFAULT_ENTRY_BYTES,
            entries: DEFAULT_ENTRIES,
            total_bytes: DEFAULT_TOTAL_BYTES,
            ratio: DEFAULT_RATIO,
            memory: Memory::UNLIMITED,
        }
    }
}

/// A message of the archive.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The file's name inside the archive, with `/` between folders.
    pub name: &'a str,
    /// Byte offset of the message in that file.
    pub offset: u64,
    /// When the file was last changed, by the archive; a time before 2012 is none (tools write 1970
    /// and 1980 where they know nothing). Zip has no time zone: taken as UTC.
    pub modified: Option<Utc>,
    /// The message, unchanged.
    pub bytes: &'a [u8],
    /// The message as read.
    pub message: Message,
}

/// What was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The file's name inside the archive.
    pub name: String,
    /// Byte offset in that file where reading failed.
    pub offset: u64,
    /// A stable code: one of the reader's refusals, or `entry-too-large`, `entry-unreadable`,
    /// `nested-archive`, `without-id`, `no-time`.
    pub code: String,
    /// What is wrong, for people.
    pub reason: String,
}

/// A message or a reject.
#[derive(Debug)]
pub enum Item<'a> {
    /// A message.
    Message(Entry<'a>),
    /// Something that was not read.
    Reject(Reject),
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadSummary {
    /// Files looked into.
    pub files: u64,
    /// Messages read.
    pub messages: u64,
    /// Messages and files rejected.
    pub rejects: u64,
    /// Links and special files, which are never followed, and what archivers leave beside data.
    pub skipped: u64,
    /// Files that hold nothing but white space.
    pub empty: u64,
    /// Bytes unpacked.
    pub bytes: u64,
}

/// Is it what archivers and desktops leave beside data?
fn is_beside(found: &Walk<'_>) -> bool {
    let name = match found {
        Walk::File { name, .. } => name,
        Walk::Reject(reject) => reject.name.as_str(),
        Walk::Skipped => return true,
    };
    name.split('/').any(is_litter)
}

/// Reads a folder (recursively, sorted by name, links not followed), a `.zip`, a `.tar`, a
/// `.tar.gz` or a single file of messages, each by its content and not its name. Archives inside a
/// folder are read too; archives inside archives are rejected. Nothing is ever written, so the
/// names inside an archive lead nowhere.
///
/// Memory: one file of the archive at a time (`entry_bytes`), and the names of a zip.
///
/// # Errors
/// When the archive does not open, is damaged, unpacks to more than the limits allow, or
/// `on_item` returns an error. What was handed over before stays handed over.
pub fn read_archive(
    path: &Path,
    options: &ReadOptions,
    services: &Services,
    on_item: &mut dyn FnMut(Item<'_>) -> Result<(), ArchiveError>,
) -> Result<ReadSummary, ArchiveError> {
    let mut summary = ReadSummary::default();
    walk(path, options, &mut |found| match found {
        Walk::Skipped => {
            summary.skipped += 1;
            Ok(())
        }
        found if is_beside(&found) => {
            summary.skipped += 1;
            Ok(())
        }
        Walk::Reject(reject) => {
            summary.files += 1;
            summary.rejects += 1;
            on_item(Item::Reject(reject))
        }
        Walk::File { name, modified, bytes } => {
            summary.files += 1;
            summary.bytes += bytes.len() as u64;
            let modified = modified.filter(|t| t.0 >= FIRST_FILE_TIME);
            let mut pieces = 0u64;
            for range in messages(bytes) {
                pieces += 1;
                let (offset, piece) = (range.start as u64, &bytes[range]);
                match read(piece, &options.limits, services) {
                    Ok(message) => {
                        summary.messages += 1;
                        on_item(Item::Message(Entry {
                            name,
                            offset,
                            modified,
                            bytes: piece,
                            message,
                        }))?;
                    }
                    Err(refusal) => {
                        summary.rejects += 1;
                        let reject = Reject {
                            name: name.to_owned(),
                            offset: offset + refusal.offset as u64,
                            code: refusal.code.as_str().to_owned(),
                            reason: refusal.to_string(),
                        };
                        on_item(Item::Reject(reject))?;
                    }
                }
            }
            summary.empty += u64::from(pieces == 0);
            Ok(())
        }
    })?;
    Ok(summary)
}
