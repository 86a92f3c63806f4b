//! Retention of ledger versions, and pruning of the others.

use crate::{answer::Answer, context::Context, error::Result};
use northbound_ledger::{LedgerError, RetentionPolicy, prune as prune_versions};
use serde_json::json;
use std::collections::BTreeSet;

/// Name of the setting: days for which every version of the ledger is retained.
pub const KEPT_DAYS: &str = "retention-ledger-versions-days";

/// Hashes of the versions that a pack or paper built in this data folder cites.
///
/// # Errors
/// Where the registers or the packs cannot be read.
pub fn cited(ctx: &Context) -> Result<BTreeSet<String>> {
    let store = ctx.store()?;
    Ok(northbound_packs::store::cited(&ctx.data, &ctx.gate(&store))?)
}

/// Prunes old live versions, except the last of each day and those that are [`cited`]. Every version of
/// `older_than` days is kept; where it is absent, the setting [`KEPT_DAYS`] decides.
///
/// # Errors
/// Where another process is writing to the ledger, or it cannot be read.
pub fn prune(ctx: &Context, older_than: Option<i64>) -> Result<Answer> {
    let days = match older_than {
        Some(d) => d,
        None => ctx.rules()?.integer(KEPT_DAYS, ctx.now.day())?,
    };
    let since = ctx.now.day().plus(i32::try_from(-days).unwrap_or(i32::MIN / 2)).start();
    let cited = || cited(ctx).map_err(|e| LedgerError::Refused(e.to_string()));
    let mut progress = ctx.progress();
    let policy = RetentionPolicy { since, cited: &cited };
    let done = prune_versions(
        &ctx.ledger(),
        &policy,
        ctx.now,
        &ctx.actor.to_string(),
        ctx.dry_run,
        &mut |n, of| progress.tell("reading versions", n, of),
    )?;
    drop(progress);
    let verb = if ctx.dry_run { "Would delete" } else { "Deleted" };
    Ok(Answer::new(json!({"since": since, "versions": done.versions, "files": done.files, "bytes": done.bytes, "kept": done.kept, "dry_run": ctx.dry_run}))
        .say(format!("{verb} {} versions committed before {since}, and {} files that only they used: {} bytes. {} versions are retained.", done.versions, done.files, done.bytes, done.kept)))
}
