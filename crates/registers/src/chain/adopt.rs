//! Registers of an earlier layout: their history is chained as it is found, once.

use super::{EVENTS, ORIGINS, Table, VERSIONS, Written, append, row};
use crate::{error::RegisterError, sql::chain as sql};
use rusqlite::{
    Connection, params_from_iter,
    types::{ToSqlOutput, Value},
};

/// Writes the digest of every row and the chain of all revisions. That they were chained later is
/// part of their hashes.
pub(crate) fn adopt(db: &Connection) -> Result<(), RegisterError> {
    for table in [&VERSIONS, &EVENTS, &ORIGINS] {
        fill(db, table)?;
    }
    let mut cursors = super::verify::cursors(db)?;
    let mut rows = cursors.start(db)?;
    let mut statement = db.prepare(sql::REVISIONS)?;
    let mut revisions = statement.query([])?;
    while let Some(r) = revisions.next()? {
        let revision: i64 = r.get(0)?;
        let mut written = Written::default();
        for stream in &mut rows {
            while let Some(found) = stream.take(revision)? {
                written.push(stream.table, found.digest);
            }
        }
        append(db, revision, written, true)?;
    }
    Ok(())
}

/// A batch at a time, because rows may not be changed while a statement goes through them.
fn fill(db: &Connection, table: &Table) -> Result<(), RegisterError> {
    let (mut read, mut write) = (db.prepare(&sql::batch(table))?, db.prepare(&sql::fill(table))?);
    // Less than any key: every text of a key has a character.
    let mut after: Vec<Value> = table
        .key
        .split(", ")
        .map(|c| match c {
            "version" | "revision" | "seq" => Value::Integer(i64::MIN),
            _ => Value::Text(String::new()),
        })
        .collect();
    loop {
        let mut found: Vec<(Vec<Value>, String)> = Vec::new();
        let mut rows = read.query(params_from_iter(after.iter()))?;
        while let Some(r) = rows.next()? {
            let read = row::Read::of(db, table, r)?;
            let key = read.values[..table.keys].iter().map(|v| Value::try_from(*v));
            let key = key.collect::<Result<_, _>>().map_err(rusqlite::Error::from)?;
            found.push((key, row::hex(&read.digest)));
        }
        drop(rows);
        let Some((last, _)) = found.last() else { return Ok(()) };
        after.clone_from(last);
        for (key, digest) in found {
            let key = key.into_iter().map(ToSqlOutput::Owned);
            write.execute(params_from_iter(key.chain(std::iter::once(digest.into()))))?;
        }
    }
}
