//! The chain over the registers' history: each revision has a hash over its rows and the hash of the
//! revision before, so that the newest hash stands for everything that was ever recorded.
//!
//! A row's digest is the SHA-256 of its table's name and values, each with its type and length
//! ([`row`]). The hash of a revision covers the hash before, its own row, how many rows of each table
//! it has, and their digests in ascending order. It is written in the transaction of the revision.

mod adopt;
mod row;
mod verify;

pub(crate) use adopt::adopt;
pub(crate) use row::{EVENTS, ORIGINS, Table, VERSIONS, digest, int, maybe, with_digest};
pub use verify::{ChainFault, ChainReport};

use crate::{error::RegisterError, sql::chain as sql};
use row::{Digest, hex, unhex};
use rusqlite::{Connection, OptionalExtension, params, types::ValueRef};
use sha2::{Digest as _, Sha256};
use std::path::Path;

/// The layout that brought the chain.
pub(crate) const SINCE_LAYOUT: i64 = 3;
/// What a chain starts from.
const GENESIS: Digest = [0; 32];

/// The newest revision and the hash that stands for the history up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Revision of the registers.
    pub revision: i64,
    /// Hash of the chain at this revision.
    pub hash: [u8; 32],
}

impl Head {
    /// The hash as 64 hex digits.
    #[must_use]
    pub fn hex(&self) -> String {
        hex(&self.hash)
    }
}

/// The digests of the rows that one revision wrote.
#[derive(Debug, Default)]
pub(crate) struct Written {
    versions: Vec<Digest>,
    events: Vec<Digest>,
    origins: Vec<Digest>,
}

impl Written {
    pub(crate) fn push(&mut self, table: &Table, digest: Digest) {
        match table.name {
            "versions" => self.versions.push(digest),
            "events" => self.events.push(digest),
            _ => self.origins.push(digest),
        }
    }

    fn counts(&self) -> [i64; 3] {
        [&self.versions, &self.events, &self.origins].map(|d| d.len() as i64)
    }

    /// The hash of a revision with these rows; `entry` is its row in `revisions`.
    fn hash(mut self, before: &Digest, entry: &Digest, chained_later: bool) -> Digest {
        let mut h = Sha256::new();
        h.update(b"northbound registers chain 1\n");
        h.update(before);
        h.update(entry);
        h.update([u8::from(chained_later)]);
        for digests in [&mut self.versions, &mut self.events, &mut self.origins] {
            digests.sort_unstable();
            h.update((digests.len() as u64).to_be_bytes());
            for d in digests {
                h.update(d);
            }
        }
        h.finalize().into()
    }
}

/// Adds the hash of a revision, the newest, to the chain.
pub(crate) fn append(
    db: &Connection,
    revision: i64,
    written: Written,
    chained_later: bool,
) -> Result<(), RegisterError> {
    let before = newest(db)?.map_or(Ok(GENESIS), |(_, h)| unhex(&h).ok_or(h));
    // A hash that cannot be read is found by the verification, and stops nobody's work.
    let before = before.unwrap_or(GENESIS);
    let entry = db.prepare_cached(sql::ENTRY)?.query_row([revision], row::entry)?;
    let [versions, events, origins] = written.counts();
    let hash = hex(&written.hash(&before, &entry, chained_later));
    db.prepare_cached(sql::ADD)?.execute(params![
        revision,
        versions,
        events,
        origins,
        i64::from(chained_later),
        hash
    ])?;
    Ok(())
}

fn newest(db: &Connection) -> Result<Option<(i64, String)>, RegisterError> {
    Ok(db.prepare_cached(sql::NEWEST)?.query_row([], |r| Ok((r.get(0)?, r.get(1)?))).optional()?)
}

/// The head; `None` where nothing was ever recorded.
pub(crate) fn head(db: &Connection, path: &Path) -> Result<Option<Head>, RegisterError> {
    newest(db)?.map(|(revision, hash)| readable(path, revision, &hash)).transpose()
}

/// The chain as it was at a revision; `None` where there is no such revision.
pub(crate) fn at(db: &Connection, path: &Path, at: i64) -> Result<Option<Head>, RegisterError> {
    let hash: Option<String> = db.query_row(sql::HASH_AT, [at], |r| r.get(0)).optional()?;
    hash.map(|hash| readable(path, at, &hash)).transpose()
}

fn readable(path: &Path, revision: i64, hash: &str) -> Result<Head, RegisterError> {
    let hash = unhex(hash).ok_or_else(|| RegisterError::Damaged {
        path: path.to_owned(),
        what: format!("the hash of revision {revision} is not 64 hex digits"),
        source: None,
    })?;
    Ok(Head { revision, hash })
}

/// Checks the whole chain; see [`crate::Store::verify_chain`].
pub(crate) fn verify(db: &Connection) -> Result<ChainReport, RegisterError> {
    // One state of the database, whoever writes meanwhile.
    let tx = db.unchecked_transaction()?;
    verify::verify(&tx)
}

/// What a version refers to, in the order in which its digest has it.
fn refs_of(db: &Connection, key: &[ValueRef<'_>]) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare_cached(sql::REFS_OF)?;
    let mut rows =
        statement.query(rusqlite::params_from_iter(key.iter().map(|v| row::param(*v))))?;
    let mut out = Vec::new();
    while let Some(r) = rows.next()? {
        out.push(r.get(0)?);
        out.push(r.get(1)?);
    }
    Ok(out)
}
