//! Folders, zip, tar and gzip, by content. Only reads.

use super::ArchiveError;
use super::archive::{ReadOptions, Reject};
use crate::container::entries_in;
use northbound_types::Utc;
use std::cell::Cell;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;
use std::rc::Rc;

/// Unpacked bytes that the ratio does not look at: small files compress oddly.
const RATIO_FREE_BYTES: u64 = 1024 * 1024;
/// Of the memory that the process may use, one part in this many is for the list of a zip's files.
const ZIP_SHARE: u64 = 3;
/// Memory of a file in that list.
const ZIP_ENTRY_BYTES: u64 = 1024;
/// Files of that list after which memory is looked at.
const ENTRIES_BETWEEN: usize = 1024;
/// Files read after which memory is looked at.
const FILES_BETWEEN: u64 = 32;
/// Folders inside each other.
const FOLDER_DEPTH: usize = 64;

/// What was found.
pub(crate) enum Walk<'a> {
    File { name: &'a str, modified: Option<Utc>, bytes: &'a [u8] },
    Reject(Reject),
    Skipped,
}

type Visitor<'f> = &'f mut dyn FnMut(Walk<'_>) -> Result<(), ArchiveError>;

/// What may still be unpacked.
struct Budget<'a> {
    options: &'a ReadOptions,
    files: u64,
    bytes: u64,
}

pub(crate) fn walk(
    path: &Path,
    options: &ReadOptions,
    found: Visitor<'_>,
) -> Result<(), ArchiveError> {
    let mut budget = Budget { options, files: 0, bytes: 0 };
    let meta = std::fs::metadata(path)
        .map_err(|source| ArchiveError::Io { path: path.to_owned(), source })?;
    if meta.is_dir() {
        return folder(path, "", 0, &mut budget, found);
    }
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    file(path, &name, "", &mut budget, found)
}

fn folder(
    path: &Path,
    prefix: &str,
    depth: usize,
    budget: &mut Budget<'_>,
    found: Visitor<'_>,
) -> Result<(), ArchiveError> {
    let io = |source| ArchiveError::Io { path: path.to_owned(), source };
    if depth > FOLDER_DEPTH {
        return Err(ArchiveError::Damaged {
            path: path.to_owned(),
            source: format!("more than {FOLDER_DEPTH} folders inside each other").into(),
        });
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path).map_err(io)? {
        names.push(entry.map_err(io)?.file_name());
    }
    names.sort();
    for name in names {
        let inner = path.join(&name);
        let shown = format!("{prefix}{}", name.to_string_lossy());
        let meta = std::fs::symlink_metadata(&inner)
            .map_err(|source| ArchiveError::Io { path: inner.clone(), source })?;
        if meta.is_dir() {
            folder(&inner, &format!("{shown}/"), depth + 1, budget, found)?;
        } else if meta.is_file() {
            file(&inner, &shown, &format!("{shown}/"), budget, found)?;
        } else {
            found(Walk::Skipped)?;
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Zip,
    Gzip,
    Tar,
    Plain,
}

/// By the first bytes: names lie.
fn format_of(head: &[u8]) -> Format {
    const TAR_MARK: std::ops::Range<usize> = 257..262;
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        Format::Zip
    } else if head.starts_with(&[0x1F, 0x8B]) {
        Format::Gzip
    } else if head.get(TAR_MARK) == Some(b"ustar") {
        Format::Tar
    } else {
        Format::Plain
    }
}

fn file(
    path: &Path,
    name: &str,
    prefix: &str,
    budget: &mut Budget<'_>,
    found: Visitor<'_>,
) -> Result<(), ArchiveError> {
    const HEAD: u64 = 512;
    let io = |source| ArchiveError::Io { path: path.to_owned(), source };
    let mut source = File::open(path).map_err(io)?;
    let mut head = Vec::new();
    source.by_ref().take(HEAD).read_to_end(&mut head).map_err(io)?;
    source.rewind().map_err(io)?;
    match format_of(&head) {
        Format::Zip => zip(path, source, prefix, budget, found),
        Format::Tar => tar(path, BufReader::new(source), prefix, budget, found),
        Format::Gzip => {
            let packed = Rc::new(Cell::new(0));
            let unpacked = flate2::read::MultiGzDecoder::new(Counted {
                inner: BufReader::new(source),
                count: packed.clone(),
            });
            let guarded = Guarded {
                inner: unpacked,
                packed,
                out: 0,
                ratio: budget.options.ratio,
                tripped: Rc::new(Cell::new(false)),
            };
            let tripped = guarded.tripped.clone();
            let ratio = budget.options.ratio;
            tar(path, guarded, prefix, budget, found).map_err(|e| {
                if tripped.get() { bomb(path, format!("{ratio} times its size")) } else { e }
            })
        }
        Format::Plain => {
            let modified = source.metadata().and_then(|m| m.modified()).ok().and_then(|t| {
                let since = t.duration_since(std::time::UNIX_EPOCH).ok()?;
                Some(Utc(i64::try_from(since.as_micros()).ok()?))
            });
            one(path, name, modified, &mut source, budget, found).map(|_| ())
        }
    }
}

fn check_memory(path: &Path, options: &ReadOptions) -> Result<(), ArchiveError> {
    options.memory.check().map_err(|source| ArchiveError::Memory { path: path.to_owned(), source })
}

fn bomb(path: &Path, limit: String) -> ArchiveError {
    ArchiveError::Bomb { path: path.to_owned(), limit }
}

/// Reads one file whole, within the limits. Returns how many bytes it had.
fn one(
    path: &Path,
    name: &str,
    modified: Option<Utc>,
    source: &mut dyn Read,
    budget: &mut Budget<'_>,
    found: Visitor<'_>,
) -> Result<u64, ArchiveError> {
    let options = budget.options;
    if budget.files.is_multiple_of(FILES_BETWEEN) {
        check_memory(path, options)?;
    }
    budget.files += 1;
    if budget.files > options.entries {
        return Err(bomb(path, format!("{} files", options.entries)));
    }
    let reject = |code: &str, reason: String| {
        Walk::Reject(Reject { name: name.to_owned(), offset: 0, code: code.to_owned(), reason })
    };
    let mut bytes = Vec::new();
    let outcome = source.take(options.entry_bytes.saturating_add(1)).read_to_end(&mut bytes);
    let size = bytes.len() as u64;
    budget.bytes += size;
    if budget.bytes > options.total_bytes {
        return Err(bomb(path, format!("{} bytes in all", options.total_bytes)));
    }
    if let Err(e) = outcome {
        found(reject("entry-unreadable", e.to_string()))?;
    } else if size > options.entry_bytes {
        found(reject(
            "entry-too-large",
            format!("more than {} bytes; raise the limit or split the file", options.entry_bytes),
        ))?;
    } else if format_of(&bytes) == Format::Plain {
        found(Walk::File { name, modified, bytes: &bytes })?;
    } else {
        found(reject(
            "nested-archive",
            "an archive inside an archive: unpack it first".to_owned(),
        ))?;
    }
    Ok(size)
}

/// The name of a zip's file, its number, and whether it is neither a link nor a special file.
type Listed = (String, usize, bool);

/// The files of a zip, in the order of a folder's, so that the same messages give the same rows.
fn list_zip(
    path: &Path,
    source: File,
    options: &ReadOptions,
) -> Result<(zip::ZipArchive<BufReader<File>>, Vec<Listed>), ArchiveError> {
    let damaged = |e: zip::result::ZipError| ArchiveError::Damaged {
        path: path.to_owned(),
        source: e.into(),
    };
    let files =
        entries_in(path).map_err(|source| ArchiveError::Io { path: path.to_owned(), source })?;
    let most = options.memory.share(ZIP_SHARE) / ZIP_ENTRY_BYTES;
    if files > most {
        return Err(ArchiveError::Crowded { path: path.to_owned(), files, most });
    }
    let mut archive = zip::ZipArchive::new(BufReader::new(source)).map_err(damaged)?;
    let mut order = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        if entry.is_dir() {
            continue;
        }
        let regular = entry.is_file();
        let name = entry.name().map_or_else(|_| format!("#{index}"), |n| n.into_owned());
        order.push((name, index, regular));
        if index.is_multiple_of(ENTRIES_BETWEEN) {
            check_memory(path, options)?;
        }
    }
    order.sort_by(|a, b| a.0.split('/').cmp(b.0.split('/')).then((a.1, a.2).cmp(&(b.1, b.2))));
    Ok((archive, order))
}

fn zip(
    path: &Path,
    source: File,
    prefix: &str,
    budget: &mut Budget<'_>,
    found: Visitor<'_>,
) -> Result<(), ArchiveError> {
    let (mut archive, order) = list_zip(path, source, budget.options)?;
    for (name, index, regular) in order {
        if !regular {
            found(Walk::Skipped)?;
            continue;
        }
        let name = format!("{prefix}{name}");
        let mut entry = match archive.by_index(index) {
            Ok(entry) => entry,
            Err(e) => {
                found(Walk::Reject(Reject {
                    name,
                    offset: 0,
                    code: "entry-unreadable".into(),
                    reason: e.to_string(),
                }))?;
                continue;
            }
        };
        let allowed = RATIO_FREE_BYTES
            .saturating_add(entry.compressed_size().saturating_mul(budget.options.ratio));
        let modified = entry.last_modified().and_then(dos_time);
        let mut limited = (&mut entry).take(allowed.saturating_add(1));
        let size = one(path, &name, modified, &mut limited, budget, &mut |w| {
            if matches!(w, Walk::File { bytes, .. } if bytes.len() as u64 > allowed) {
                Ok(())
            } else {
                found(w)
            }
        })?;
        if size > allowed {
            return Err(bomb(path, format!("{} times its size ({name})", budget.options.ratio)));
        }
    }
    Ok(())
}

/// Zip's local time without a zone, taken as UTC; its smallest step is two seconds.
fn dos_time(t: zip::DateTime) -> Option<Utc> {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        t.year(),
        t.month(),
        t.day(),
        t.hour(),
        t.minute(),
        t.second()
    )
    .parse()
    .ok()
}

fn tar(
    path: &Path,
    source: impl Read,
    prefix: &str,
    budget: &mut Budget<'_>,
    found: Visitor<'_>,
) -> Result<(), ArchiveError> {
    let damaged =
        |e: std::io::Error| ArchiveError::Damaged { path: path.to_owned(), source: e.into() };
    let mut archive = tar::Archive::new(source);
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            continue;
        }
        if !kind.is_file() {
            found(Walk::Skipped)?;
            continue;
        }
        let inside = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let name = format!("{prefix}{}", inside.strip_prefix("./").unwrap_or(&inside));
        let modified = entry
            .header()
            .mtime()
            .ok()
            .and_then(|s| i64::try_from(s).ok()?.checked_mul(1_000_000))
            .map(Utc);
        one(path, &name, modified, &mut entry, budget, found)?;
    }
    Ok(())
}

/// Counts what is taken from the packed side.
struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.count.set(self.count.get() + n as u64);
        Ok(n)
    }
}

/// Stops where the unpacked side runs away from the packed side.
struct Guarded<R> {
    inner: R,
    packed: Rc<Cell<u64>>,
    out: u64,
    ratio: u64,
    tripped: Rc<Cell<bool>>,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.out += n as u64;
        if self.out > RATIO_FREE_BYTES.saturating_add(self.packed.get().saturating_mul(self.ratio))
        {
            self.tripped.set(true);
            return Err(std::io::Error::other("unpacks to too much"));
        }
        Ok(n)
    }
}
