//! Reads the history again and names the first row that does not fit the chain.

use super::{EVENTS, GENESIS, ORIGINS, Table, VERSIONS, Written, row};
use crate::{error::RegisterError, sql::chain as sql};
use row::{Digest, Read, hex};
use rusqlite::{Connection, OptionalExtension, Row, Rows, Statement};

/// What the verification of the chain found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainReport {
    /// Revisions that were looked at.
    pub revisions: u64,
    /// Rows of them.
    pub rows: u64,
    /// Revisions up to this one were written before there was a chain, and chained at the upgrade:
    /// the chain does not prove what happened to them before that.
    pub chained_later: Option<i64>,
    /// The first row that does not fit; `None` where the chain is whole.
    pub fault: Option<ChainFault>,
}

/// A row that does not fit the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainFault {
    /// The row, as in `version 2 of feed "north"`.
    pub row: String,
    /// What is wrong with it.
    pub what: String,
}

impl std::fmt::Display for ChainFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.row, self.what)
    }
}

fn fault(row: impl Into<String>, what: impl Into<String>) -> ChainFault {
    ChainFault { row: row.into(), what: what.into() }
}

/// The statements that read the chained tables in the order of revisions.
pub(super) struct Cursors<'c>([(&'static Table, Statement<'c>); 3]);

pub(super) fn cursors(db: &Connection) -> Result<Cursors<'_>, RegisterError> {
    let of = |table| -> rusqlite::Result<_> { Ok((table, db.prepare(&sql::scan(table))?)) };
    Ok(Cursors([of(&VERSIONS)?, of(&EVENTS)?, of(&ORIGINS)?]))
}

impl Cursors<'_> {
    pub(super) fn start<'s>(
        &'s mut self,
        db: &'s Connection,
    ) -> Result<Vec<Stream<'s>>, RegisterError> {
        self.0
            .iter_mut()
            .map(|(table, statement)| {
                let mut stream = Stream { db, table, rows: statement.query([])?, next: None };
                stream.advance()?;
                Ok(stream)
            })
            .collect()
    }
}

/// The rows of a table, by revision.
pub(super) struct Stream<'s> {
    db: &'s Connection,
    pub(super) table: &'static Table,
    rows: Rows<'s>,
    next: Option<Found>,
}

/// A row that was read.
pub(super) struct Found {
    revision: i64,
    pub(super) digest: Digest,
    fault: Option<ChainFault>,
}

impl Stream<'_> {
    fn advance(&mut self) -> Result<Option<Found>, RegisterError> {
        let next = match self.rows.next()? {
            None => None,
            Some(r) => {
                let read = Read::of(self.db, self.table, r)?;
                let wrong = match read.written {
                    Some(w) if w == read.digest => None,
                    Some(_) => Some("was changed after it was recorded"),
                    None => Some("was not recorded by this program: it has no digest"),
                };
                let fault = wrong.map(|what| fault(read.name(self.table), what));
                Some(Found { revision: read.revision, digest: read.digest, fault })
            }
        };
        Ok(std::mem::replace(&mut self.next, next))
    }

    /// The next row, unless it belongs to a later revision.
    pub(super) fn take(&mut self, revision: i64) -> Result<Option<Found>, RegisterError> {
        if self.next.as_ref().is_some_and(|n| n.revision <= revision) {
            return self.advance();
        }
        Ok(None)
    }
}

/// The hash of a revision as it was written.
struct Link {
    counts: [i64; 3],
    chained_later: bool,
    hash: Option<Digest>,
}

fn link(r: &Row<'_>) -> rusqlite::Result<Option<Link>> {
    const AT: usize = sql::ENTRY_COLUMNS;
    let Some(versions) = r.get::<_, Option<i64>>(AT)? else { return Ok(None) };
    Ok(Some(Link {
        counts: [versions, r.get(AT + 1)?, r.get(AT + 2)?],
        chained_later: r.get::<_, i64>(AT + 3)? != 0,
        hash: r.get_ref(AT + 4)?.as_str().ok().and_then(row::unhex),
    }))
}

pub(super) fn verify(db: &Connection) -> Result<ChainReport, RegisterError> {
    let mut report = ChainReport::default();
    report.fault = match revisions(db, &mut report)? {
        Some(fault) => Some(fault),
        None => ends(db, report.revisions)?,
    };
    Ok(report)
}

/// Goes through the revisions; the first that does not fit, if any.
fn revisions(
    db: &Connection,
    report: &mut ChainReport,
) -> Result<Option<ChainFault>, RegisterError> {
    let mut cursors = cursors(db)?;
    let mut streams = cursors.start(db)?;
    let mut statement = db.prepare(sql::REVISIONS)?;
    let mut revisions = statement.query([])?;
    let mut before = GENESIS;
    while let Some(r) = revisions.next()? {
        let (revision, expected): (i64, i64) = (r.get(0)?, report.revisions as i64 + 1);
        if revision != expected {
            return Ok(Some(fault(format!("revision {expected}"), "is missing")));
        }
        report.revisions += 1;
        let mut written = Written::default();
        for stream in &mut streams {
            while let Some(found) = stream.take(revision)? {
                if found.fault.is_some() {
                    return Ok(found.fault);
                }
                report.rows += 1;
                written.push(stream.table, found.digest);
            }
        }
        let Some(link) = link(r)? else {
            return Ok(Some(fault(format!("revision {revision}"), "is not in the chain")));
        };
        if link.chained_later {
            report.chained_later = Some(revision);
        }
        if let Some(what) = misfit(&link, written, &before, &row::entry(r)?) {
            return Ok(Some(fault(format!("revision {revision}"), what)));
        }
        before = link.hash.unwrap_or(GENESIS);
    }
    Ok(streams.into_iter().find_map(|s| {
        let table = s.table.name;
        s.next.map(|n| {
            fault(
                format!("a row of {table}"),
                format!("cites revision {}, which does not exist", n.revision),
            )
        })
    }))
}

/// How a revision differs from what was chained.
fn misfit(link: &Link, written: Written, before: &Digest, entry: &Digest) -> Option<String> {
    let counts = written.counts();
    for ((have, had), table) in counts.iter().zip(link.counts).zip([&VERSIONS, &EVENTS, &ORIGINS]) {
        if *have != had {
            return Some(format!("has {have} rows in {}, but {had} were recorded", table.name));
        }
    }
    let hash = written.hash(before, entry, link.chained_later);
    if link.hash == Some(hash) {
        return None;
    }
    let chained = link.hash.as_ref().map_or_else(|| "no readable hash".to_owned(), hex);
    Some(format!(
        "does not fit the chain: the chain has {chained}, but its time, actor, reason and rows give {}",
        hex(&hash)
    ))
}

/// What the revisions cannot show: whether the newest are missing, and things without a history.
fn ends(db: &Connection, revisions: u64) -> Result<Option<ChainFault>, RegisterError> {
    let counted: i64 =
        db.query_row(sql::REVISIONS_COUNTED, [], |r| r.get(0)).optional()?.unwrap_or(-1);
    if counted != revisions as i64 {
        return Ok(Some(fault(
            format!("revision {}", revisions + 1),
            format!("is missing: the newest is {revisions}, but {counted} were recorded"),
        )));
    }
    let links: i64 = db.query_row(sql::COUNT, [], |r| r.get(0))?;
    if links != counted {
        return Ok(Some(fault(
            "the chain",
            format!("has {links} entries for {counted} revisions"),
        )));
    }
    let lost = db
        .query_row(sql::SUBJECT_LOST, [], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)));
    Ok(lost.optional()?.map(|(noun, id)| {
        fault(format!("the entry of {noun} {id:?}"), "does not fit its first version")
    }))
}
