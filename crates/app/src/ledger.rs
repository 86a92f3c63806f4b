//! The ledger as a whole: check it, publish it, compute its rollups again, back it up, prune its old
//! versions, decide for how long it is kept.

pub mod backup;
mod check;
pub mod retention;
pub(crate) mod seals;
pub mod versions;

pub(crate) use backup::unfinished;
pub use check::check;

use crate::{
    answer::{Answer, Table},
    context::Context,
    error::Result,
};
use northbound_ledger::RegistersAt;
use northbound_registers::Store;
use northbound_types::Day;
use serde_json::json;

/// The state of the registers that a version of the ledger cites.
pub(crate) fn registers_at(store: &Store) -> Result<RegistersAt> {
    let head = store.head()?;
    Ok(head
        .map_or_else(RegistersAt::default, |h| RegistersAt { revision: h.revision, hash: h.hex() }))
}

/// Writes Delta logs over the ledger's own files, so that other engines read them in place.
///
/// # Errors
/// Where the ledger cannot be read or written.
pub fn publish(ctx: &Context) -> Result<Answer> {
    let snap = ctx.ledger().snapshot(None)?;
    if ctx.dry_run {
        return Ok(Answer::new(json!({"dry_run": true}))
            .say("Would write Delta logs beside the ledger's files; nothing was written."));
    }
    let done = snap.publish(ctx.now.0.div_euclid(1000))?;
    let mut table = Table::new("", &["table", ">Delta version", ">files", "changed", "read at"]);
    for p in &done {
        let at = ctx.data.join("ledger").join(p.table);
        table.row([
            p.table.to_owned(),
            p.version.to_string(),
            p.files.to_string(),
            if p.changed { "yes" } else { "no" }.to_owned(),
            at.display().to_string(),
        ]);
    }
    Ok(Answer::new(json!({"manifest": snap.root.hash, "tables": done})).table(table))
}

/// Computes the rollups again of the days whose rules or confirmations have changed since.
///
/// # Errors
/// Where the ledger cannot be read, or another process is writing to it.
pub fn rollup(ctx: &Context) -> Result<Answer> {
    let store = ctx.store()?;
    let judge = ctx.judge(&store)?;
    let ledger = ctx.ledger();
    let stale: Vec<Day> = ledger.snapshot(None)?.stale_days(&judge);
    let days: Vec<String> = stale.iter().map(ToString::to_string).collect();
    let mut version = ledger.newest()?.map_or(0, |r| r.manifest.version);
    if !stale.is_empty() && !ctx.dry_run {
        let mut progress = ctx.progress();
        let mut tx = ledger.begin(ctx.now)?;
        tx.refresh(&stale);
        version = tx
            .commit(&judge, "rollups recomputed", registers_at(&store)?, &mut |p| {
                progress.tell(p.step, p.done, p.total)
            })?
            .root
            .manifest
            .version;
    }
    let said = match (stale.len(), ctx.dry_run) {
        (0, _) => "The rollups of every day match the rules in force; nothing to do.".to_owned(),
        (n, true) => format!("Would recompute the rollups of {n} days; nothing was written."),
        (n, false) => {
            format!("Recomputed the rollups of {n} days; the ledger is at version {version}.")
        }
    };
    Ok(Answer::new(json!({"days": days, "version": version, "dry_run": ctx.dry_run})).say(said))
}
