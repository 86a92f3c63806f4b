//! Inspects a journal without opening it. Nothing is locked or changed, so a service may be writing
//! meanwhile; then the end of the last segment may be half-written, which is reported but is no damage.

use super::{
    Record, SEGMENT_HEAD, SegmentName, Storage, checkpoint, retain,
    segment::{Hash, Scan, SegmentHead, Step, read_head, read_seal},
};
use crate::{error::LedgerError, tables::file::hex};
use northbound_types::Utc;
use sha2::{Digest, Sha256};

/// A segment as found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SegmentInfo {
    /// File name.
    pub file: String,
    /// First position.
    pub first: u64,
    /// Last position; below the first where there is no record.
    pub last: u64,
    /// When it was begun.
    pub made: Utc,
    /// The time of its last record; that of its beginning where there is none.
    pub last_at: Utc,
    /// Bytes.
    pub bytes: u64,
    /// Full: nothing more is written to it.
    pub sealed: bool,
    /// SHA-256 up to the seal; empty where there is none.
    pub hash: String,
    /// Bytes at the end of the last segment that are no whole record: being written just now, or left
    /// by a crash and cut off when the journal is next opened.
    pub unfinished: u64,
}

/// A part of a file that was changed or lost.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Damage {
    /// File name.
    pub file: String,
    /// Byte in the file.
    pub offset: u64,
    /// What is wrong.
    pub why: String,
}

/// A checkpoint as found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CheckpointInfo {
    /// The position of the state in it.
    pub position: u64,
    /// When it was taken; `None` where it cannot be read.
    pub at: Option<Utc>,
    /// Bytes of state.
    pub bytes: u64,
    /// Why it cannot be used; empty where it can.
    pub problem: String,
}

/// A journal as found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// Segments, oldest first.
    pub segments: Vec<SegmentInfo>,
    /// Positions up to here were deleted by retention.
    pub released: u64,
    /// Checkpoints, oldest first.
    pub checkpoints: Vec<CheckpointInfo>,
    /// Records read one by one.
    pub read: u64,
    /// What is wrong; empty where all is well.
    pub damage: Vec<Damage>,
}

/// Inspects every segment. With `deep` every record is read and every hash computed again; otherwise
/// full segments are judged by their head and seal.
///
/// # Errors
/// When the folder or a file cannot be read at all.
pub fn look<S: Storage>(storage: &S, deep: bool) -> Result<Report, LedgerError> {
    let mut report = Report::default();
    let names = names(storage)?;
    let (mut position, mut hash) = match retain::read(storage) {
        Ok(r) => r,
        Err(LedgerError::Damaged { offset, why, .. }) => {
            report.damage.push(Damage { file: "released".into(), offset, why });
            (names.first().map_or(0, |n| n.0 - 1), [0; 32])
        }
        Err(e) => return Err(e),
    };
    report.released = position;
    // Released, but a crash came before they were removed; the next opening removes them.
    let kept = names.iter().skip(1).take_while(|n| n.0 <= position + 1).count();
    for (i, &name) in names.iter().enumerate().skip(kept) {
        let is_last = i + 1 == names.len();
        (position, hash) = segment(storage, name, (position, hash), is_last, deep, &mut report)?;
    }
    checkpoints(storage, position, &mut report)?;
    Ok(report)
}

fn names<S: Storage>(storage: &S) -> Result<Vec<SegmentName>, LedgerError> {
    let files = storage.list().map_err(|source| LedgerError::Io {
        what: "list",
        path: storage.path_of(""),
        source,
    })?;
    let mut names: Vec<SegmentName> = files.iter().filter_map(|f| SegmentName::parse(f)).collect();
    names.sort_unstable();
    Ok(names)
}

impl Report {
    fn damaged(&mut self, file: &str, offset: u64, why: impl Into<String>) {
        self.damage.push(Damage { file: file.to_owned(), offset, why: why.into() });
    }
}

/// Inspects one segment; gives the last position and the hash that the next segment must name.
fn segment<S: Storage>(
    storage: &S,
    name: SegmentName,
    before: (u64, Hash),
    is_last: bool,
    deep: bool,
    report: &mut Report,
) -> Result<(u64, Hash), LedgerError> {
    let file = name.to_string();
    let (position, hash) = before;
    if name.0 != position + 1 {
        let why = format!("the segment with position {} is missing before this one", position + 1);
        report.damaged(&file, 0, why);
    }
    let bytes = storage.len(&file).map_err(|source| LedgerError::Io {
        what: "read",
        path: storage.path_of(&file),
        source,
    })?;
    let head = match read_head(storage, name)? {
        Ok(h) => h,
        Err(flaw) => {
            let begun = is_last && bytes <= SEGMENT_HEAD as u64;
            if !begun {
                report.damaged(&file, 0, flaw.to_string());
            }
            report.segments.push(SegmentInfo {
                last: name.0.wrapping_sub(1),
                unfinished: if begun { bytes } else { 0 },
                ..SegmentInfo::unread(file, name.0, Utc(0), bytes)
            });
            return Ok((position, [0; 32]));
        }
    };
    if head.previous != hash && name.0 == position + 1 {
        let why = "the segment before this one is not the one that was there when it began";
        report.damaged(&file, 32, why);
    }
    if !is_last && !deep {
        match read_seal(storage, &head)? {
            Ok(s) => {
                report.segments.push(SegmentInfo {
                    last: s.last,
                    last_at: s.last_at,
                    sealed: true,
                    hash: hex(&s.hash),
                    ..SegmentInfo::unread(file, s.first, head.made, bytes)
                });
                return Ok((s.last, s.hash));
            }
            Err(flaw) => report.damaged(&file, bytes, flaw.to_string()),
        }
    }
    walk(storage, &head, bytes, is_last, report)
}

impl SegmentInfo {
    /// A segment of which only the head was read.
    fn unread(file: String, first: u64, made: Utc, bytes: u64) -> SegmentInfo {
        SegmentInfo {
            file,
            first,
            last: 0,
            made,
            last_at: made,
            bytes,
            sealed: false,
            hash: String::new(),
            unfinished: 0,
        }
    }
}

/// Reads every record of a segment.
fn walk<S: Storage>(
    storage: &S,
    head: &SegmentHead,
    bytes: u64,
    is_last: bool,
    report: &mut Report,
) -> Result<(u64, Hash), LedgerError> {
    let file = SegmentName(head.first).to_string();
    let mut scan = Scan::new(storage, head.first, head.salt, bytes);
    let mut hash = Sha256::new();
    hash.update(SegmentHead::encode(head.first, head.made, &head.previous));
    let mut info = SegmentInfo::unread(file.clone(), head.first, head.made, bytes);
    let mut sealed: Hash = [0; 32];
    loop {
        let from = scan.offset;
        match scan.step()? {
            Step::Record(h, _) => {
                report.read += 1;
                info.last_at = h.at;
                hash.update(scan.since(from));
            }
            Step::Seal(_, stated) => {
                check_seal(&hash, &stated, (from, scan.offset, bytes), &file, report);
                (sealed, info.sealed, info.hash) = (stated, true, hex(&stated));
                break;
            }
            Step::End => break,
            Step::Bad(why) => {
                let proof = if is_last { scan.proof_of_damage(from)? } else { Some(from) };
                if proof.is_some() {
                    report.damaged(&file, from, why);
                } else {
                    info.unfinished = bytes - from;
                }
                break;
            }
        }
    }
    info.last = scan.expect - 1;
    if !is_last && !info.sealed && !report.damage.iter().any(|d| d.file == file) {
        report.damaged(&file, scan.offset, "the segment is not sealed, and another follows");
    }
    // After damage, positions cannot be counted on from what was read; an intact seal states the last.
    let mut end = (info.last, sealed);
    if !info.sealed
        && let Ok(s) = read_seal(storage, head)?
    {
        end = (s.last, s.hash);
    }
    report.segments.push(info);
    Ok(end)
}

/// Compares a seal, found `at` (its first byte, the byte after it, the length of the file), with what
/// precedes and follows it.
fn check_seal(hash: &Sha256, stated: &Hash, at: (u64, u64, u64), file: &str, report: &mut Report) {
    let real: Hash = hash.clone().finalize().into();
    let (begin, end, bytes) = at;
    if real != *stated {
        report.damaged(file, begin, "the seal's hash is not that of the records before it");
    }
    if end < bytes {
        report.damaged(file, end, "bytes follow the seal");
    }
}

fn checkpoints<S: Storage>(storage: &S, last: u64, report: &mut Report) -> Result<(), LedgerError> {
    let files = storage.list().map_err(|source| LedgerError::Io {
        what: "list",
        path: storage.path_of(""),
        source,
    })?;
    for position in files.iter().filter_map(|f| checkpoint::parse(f)) {
        let mut info = CheckpointInfo { position, at: None, bytes: 0, problem: String::new() };
        match checkpoint::read(storage, position)? {
            Ok(c) => {
                (info.at, info.bytes) = (Some(c.at), c.state.len() as u64);
                if position > last {
                    report.damaged(&format!("{position:020}.checkpoint"), 16, format!("its position is {position}, and the journal ends with {last}: acknowledged records are missing"));
                }
            }
            Err(flaw) => info.problem = flaw.to_string(),
        }
        report.checkpoints.push(info);
    }
    Ok(())
}

/// A record and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedRecord {
    /// The record.
    pub record: Record,
    /// Segment file.
    pub file: String,
    /// Byte where it begins.
    pub offset: u64,
}

/// Records from a position on, at most `most`, as far as they can be read: damage ends the list, and is
/// given beside it.
///
/// # Errors
/// When the folder or a file cannot be read at all.
pub fn records<S: Storage>(
    storage: &S,
    from: u64,
    most: usize,
) -> Result<(Vec<LocatedRecord>, Option<Damage>), LedgerError> {
    let names = names(storage)?;
    let mut out = Vec::new();
    let begin = names.iter().rposition(|n| n.0 <= from).unwrap_or(0);
    for (i, &name) in names.iter().enumerate().skip(begin) {
        let file = name.to_string();
        let is_last = i + 1 == names.len();
        let head = match read_head(storage, name)? {
            Ok(h) => h,
            Err(_) if is_last => break,
            Err(flaw) => {
                return Ok((out, Some(Damage { file, offset: 0, why: flaw.to_string() })));
            }
        };
        let end = storage.len(&file).map_err(|source| LedgerError::Io {
            what: "read",
            path: storage.path_of(&file),
            source,
        })?;
        let mut scan = Scan::new(storage, head.first, head.salt, end);
        loop {
            if out.len() >= most {
                return Ok((out, None));
            }
            let offset = scan.offset;
            match scan.step()? {
                Step::Record(h, range) => {
                    if h.position >= from {
                        out.push(LocatedRecord {
                            record: Record {
                                position: h.position,
                                at: h.at,
                                payload: scan.payload(&range).to_vec(),
                            },
                            file: file.clone(),
                            offset,
                        });
                    }
                }
                Step::Seal(..) | Step::End => break,
                Step::Bad(_) if is_last && scan.proof_of_damage(offset)?.is_none() => break,
                Step::Bad(why) => return Ok((out, Some(Damage { file, offset, why }))),
            }
        }
    }
    Ok((out, None))
}
