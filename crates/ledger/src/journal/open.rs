//! Opening: the chain of segments is compared, and the end of the last one is looked at record by
//! record. What a crash left half-written is cut off and said; anything else that does not fit is
//! an error, since a record that was acknowledged may be behind it.

use super::{
    Journal, LOCK, Limits, Storage, checkpoint, retain,
    segment::{
        Active, Hash, SEGMENT_HEAD, Scan, Sealed, SegmentHead, SegmentName, Step, read_head,
        read_seal,
    },
    write,
};
use crate::error::LedgerError;
use northbound_types::Utc;
use sha2::{Digest, Sha256};

/// What was found when the journal was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovered {
    /// First position that is kept.
    pub first_position: u64,
    /// The position that the next record gets.
    pub next_position: u64,
    /// Segments.
    pub segments: usize,
    /// Bytes at the end that were no whole records, or stood behind such: never acknowledged, cut off.
    pub dropped_bytes: u64,
    /// The file that they stood in, and where.
    pub dropped_from: Option<(String, u64)>,
    /// Files removed: a crash left them behind, or retention had released them.
    pub removed: Vec<String>,
}

impl<S: Storage> Journal<S> {
    /// Opens the journal for writing; makes one where there is none. `now` dates a new segment.
    ///
    /// # Errors
    /// [`LedgerError::Locked`] while another process writes, [`LedgerError::Damaged`] with file and
    /// offset where something is missing or not what was written, [`LedgerError::Io`].
    pub fn open(
        storage: S,
        limits: Limits,
        now: Utc,
    ) -> Result<(Journal<S>, Recovered), LedgerError> {
        let lock = storage.lock(LOCK).map_err(|source| LedgerError::Io {
            what: "lock",
            path: storage.path_of(LOCK),
            source,
        })?;
        let Some(lock) = lock else {
            return Err(LedgerError::Locked { path: storage.path_of(LOCK) });
        };
        let mut found = Recovered::default();
        let names = tidy(&storage, &mut found)?;
        let released = retain::read(&storage)?;
        let (mut sealed, mut last) = chain(&storage, &names, released)?;
        // A segment whose head was never synced holds no record.
        if let Some(Err(name)) = &last {
            let file = name.to_string();
            found.dropped_bytes += len(&storage, &file)?;
            remove(&storage, &file)?;
            found.dropped_from = Some((file.clone(), 0));
            found.removed.push(file);
            last = None;
        }
        let (position, hash) = sealed.last().map_or(released, |s| (s.last, s.hash));
        let (active, durable, last_at) = match last {
            Some(Ok(head)) => tail(&storage, &head, &mut found)?,
            _ => (write::begin(&storage, position + 1, now, &hash)?, position, now),
        };
        let mut journal = Journal {
            storage,
            limits,
            _lock: lock,
            sealed: std::mem::take(&mut sealed),
            active,
            buffer: Vec::new(),
            next: durable + 1,
            durable,
            last_at,
            suspended: None,
        };
        if journal.active.sealed.is_some() {
            journal.resume_sealed()?;
        }
        journal.must_reach()?;
        found.first_position = journal.first_position();
        found.next_position = journal.next;
        found.segments = journal.sealed.len() + 1;
        Ok((journal, found))
    }

    fn resume_sealed(&mut self) -> Result<(), LedgerError> {
        self.suspended = Some("a full segment without a next one".into());
        self.resume()
    }

    /// A journal that ends before what is known to have been stored has lost something.
    fn must_reach(&self) -> Result<(), LedgerError> {
        let checkpointed = checkpoint::newest(&self.storage)?;
        let must = self.limits.must_reach.max(checkpointed);
        if self.durable >= must {
            return Ok(());
        }
        let holder = if checkpointed == must { "a checkpoint" } else { "the ledger" };
        Err(LedgerError::Damaged {
            path: self.storage.path_of(&SegmentName(self.active.first).to_string()),
            offset: self.active.bytes,
            why: format!(
                "the journal ends with position {}, and {holder} has reached position {must}: acknowledged records are missing",
                self.durable
            ),
        })
    }
}

fn at<S: Storage>(
    storage: &S,
    what: &'static str,
    name: &str,
) -> impl FnOnce(std::io::Error) -> LedgerError {
    let path = storage.path_of(name);
    move |source| LedgerError::Io { what, path, source }
}
fn len<S: Storage>(storage: &S, name: &str) -> Result<u64, LedgerError> {
    storage.len(name).map_err(at(storage, "read", name))
}
fn remove<S: Storage>(storage: &S, name: &str) -> Result<(), LedgerError> {
    storage.remove(name).map_err(at(storage, "remove", name))
}

/// Removes half-written files of a crash and segments that retention had released; gives the remaining
/// segments, sorted.
fn tidy<S: Storage>(storage: &S, found: &mut Recovered) -> Result<Vec<SegmentName>, LedgerError> {
    let files = storage.list().map_err(at(storage, "list", ""))?;
    for f in files.iter().filter(|f| f.ends_with(".tmp")) {
        remove(storage, f)?;
        found.removed.push(f.clone());
    }
    let mut names: Vec<SegmentName> = files.iter().filter_map(|f| SegmentName::parse(f)).collect();
    names.sort_unstable();
    let (released, _) = retain::read(storage)?;
    // Only full segments are released, so another segment follows each of them.
    while let [old, next, ..] = names[..]
        && next.0 <= released + 1
    {
        let file = old.to_string();
        remove(storage, &file)?;
        found.removed.push(file);
        names.remove(0);
    }
    if !found.removed.is_empty() {
        storage.sync_dir().map_err(at(storage, "sync", ""))?;
    }
    Ok(names)
}

/// The last segment: its head, or its name where the head was never whole.
type Last = Option<Result<SegmentHead, SegmentName>>;

/// Compares each segment with the one before: positions follow, hashes agree, all but the last are
/// sealed.
fn chain<S: Storage>(
    storage: &S,
    names: &[SegmentName],
    released: (u64, Hash),
) -> Result<(Vec<Sealed>, Last), LedgerError> {
    let damaged = |name: SegmentName, offset: u64, why: String| LedgerError::Damaged {
        path: storage.path_of(&name.to_string()),
        offset,
        why,
    };
    let mut sealed: Vec<Sealed> = Vec::new();
    let (mut position, mut hash) = released;
    for (i, &name) in names.iter().enumerate() {
        if name.0 != position + 1 {
            return Err(damaged(
                name,
                0,
                format!("the segment with position {} is missing before this one", position + 1),
            ));
        }
        let is_last = i + 1 == names.len();
        let head = match read_head(storage, name)? {
            Ok(h) => h,
            Err(_) if is_last && len(storage, &name.to_string())? <= SEGMENT_HEAD as u64 => {
                return Ok((sealed, Some(Err(name))));
            }
            Err(flaw) => return Err(damaged(name, 0, flaw.to_string())),
        };
        if head.previous != hash {
            return Err(damaged(
                name,
                32,
                "the segment before this one is not the one that was there when it began".into(),
            ));
        }
        if is_last {
            return Ok((sealed, Some(Ok(head))));
        }
        let seal = match read_seal(storage, &head)? {
            Ok(s) => s,
            Err(flaw) => {
                return Err(damaged(name, len(storage, &name.to_string())?, flaw.to_string()));
            }
        };
        (position, hash) = (seal.last, seal.hash);
        sealed.push(seal);
    }
    Ok((sealed, None))
}

/// Reads the last segment to its end and cuts off what was never acknowledged.
fn tail<S: Storage>(
    storage: &S,
    head: &SegmentHead,
    found: &mut Recovered,
) -> Result<(Active<S::File>, u64, Utc), LedgerError> {
    let name = SegmentName(head.first).to_string();
    let bytes = len(storage, &name)?;
    let end = read_to_end(storage, head, &name, bytes)?;
    let mut file = storage.open(&name).map_err(at(storage, "open", &name))?;
    if end.bytes < bytes {
        storage
            .truncate(&mut file, end.bytes)
            .and_then(|()| storage.sync(&mut file))
            .map_err(at(storage, "cut", &name))?;
        found.dropped_bytes += bytes - end.bytes;
        found.dropped_from = Some((name, end.bytes));
    } else {
        // What was read may be in the page cache only, and replay relies on it from here on.
        storage.sync(&mut file).map_err(at(storage, "sync", &name))?;
    }
    let SegmentEnd { bytes, hash, sealed, .. } = end;
    let active = Active { file, first: head.first, salt: head.salt, bytes, hash, sealed };
    Ok((active, end.last, end.last_at))
}

/// Where the readable part of a segment ends.
struct SegmentEnd {
    /// Position of the last record.
    last: u64,
    last_at: Utc,
    /// Bytes up to the end of the last record or of the seal.
    bytes: u64,
    hash: Sha256,
    sealed: Option<Sealed>,
}

/// Reads a segment up to its seal, its end, or the first record that was never acknowledged. A record
/// that was on the disk before and is damaged is an error.
fn read_to_end<S: Storage>(
    storage: &S,
    head: &SegmentHead,
    name: &str,
    bytes: u64,
) -> Result<SegmentEnd, LedgerError> {
    let damaged = |offset, why| LedgerError::Damaged { path: storage.path_of(name), offset, why };
    let mut scan = Scan::new(storage, head.first, head.salt, bytes);
    let mut hash = Sha256::new();
    hash.update(SegmentHead::encode(head.first, head.made, &head.previous));
    let (mut last_at, mut sealed) = (head.made, None);
    loop {
        let from = scan.offset;
        match scan.step()? {
            Step::Record(h, _) => {
                last_at = h.at;
                hash.update(scan.since(from));
            }
            Step::Seal(h, stated) => {
                let real: Hash = hash.clone().finalize().into();
                if real != stated {
                    return Err(damaged(
                        from,
                        "the seal's hash is not that of the records before it".into(),
                    ));
                }
                hash.update(scan.since(from));
                sealed = Some(Sealed {
                    first: head.first,
                    last: h.position,
                    last_at: h.at,
                    bytes: scan.offset,
                    hash: stated,
                    salt: head.salt,
                });
                break;
            }
            Step::End => break,
            Step::Bad(why) => {
                let Some(proof) = scan.proof_of_damage(from)? else { break };
                return Err(damaged(
                    from,
                    format!(
                        "{why}; the record at byte {proof} shows that this was on the disk before"
                    ),
                ));
            }
        }
    }
    Ok(SegmentEnd { last: scan.expect - 1, last_at, bytes: scan.offset, hash, sealed })
}
