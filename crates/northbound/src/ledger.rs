//! `ledger`: check, publish, backup, restore, roll up, retention.

mod backup;
mod retention;

use crate::{
    context::Ctx,
    error::Result,
    output::{Answer, Table, count},
};
use clap::Subcommand;
use northbound_ledger::{LedgerError, RetentionPolicy, check, prune, row_check};
use northbound_types::Day;
use serde_json::json;
use std::{collections::BTreeSet, path::PathBuf};

/// The ledger of messages
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Check the chain of versions, the files' hashes, the books, the rollups and the registers. Kind code 7 where something is wrong
    Check {
        /// Leave out the files' hashes, which takes most of the time
        #[arg(long)]
        no_hashes: bool,
    },
    /// Write Delta logs over the ledger's own files, so that Spark, Trino, Polars and DuckDB read it where it lies
    Publish,
    /// Copy ledger, journal, registers, rules, rejects and packs into a new folder, each file proven by its hash
    Backup {
        /// A folder that is empty or does not exist yet
        dir: PathBuf,
    },
    /// Put a backup into an empty data folder (--data), each file proven by its hash
    Restore {
        /// The backup
        dir: PathBuf,
    },
    /// Make the daily sums anew where rules or confirmations have changed since
    Rollup,
    /// Delete old live commits, except the last of each day and those that something built here cites
    Thin {
        /// Keep every version of this many days. Default: the setting retention-ledger-versions-days
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(0..36_600))]
        older_than: Option<i64>,
    },
    /// What is kept, and for how long
    #[command(subcommand)]
    Retention(retention::RetentionCommand),
}

pub(crate) fn run(c: &LedgerCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        LedgerCommand::Check { no_hashes } => self::check(ctx, !no_hashes),
        LedgerCommand::Publish => publish(ctx),
        LedgerCommand::Backup { dir } => backup::backup(ctx, dir),
        LedgerCommand::Restore { dir } => backup::restore(ctx, dir),
        LedgerCommand::Rollup => rollup(ctx),
        LedgerCommand::Thin { older_than } => thin(ctx, *older_than),
        LedgerCommand::Retention(c) => retention::run(c, ctx),
    }
}

fn check(ctx: &Ctx, hashes: bool) -> Result<Answer> {
    let store = ctx.store()?;
    let report = check::check(&ctx.ledger(), &ctx.judge(&store)?, hashes)?;
    let mut findings: Vec<(String, String)> =
        report.findings.iter().map(|f| (f.kind.to_owned(), f.what.clone())).collect();
    findings.extend(
        row_check::check(&ctx.ledger().snapshot(None)?)?
            .into_iter()
            .map(|f| (f.kind.to_owned(), f.what)),
    );
    if let Err(e) = store.check() {
        findings.push(("registers".to_owned(), e.to_string()));
    }
    let mut summary = Table::new("", &["checked", ">number"]);
    for (what, n) in [
        ("versions in the chain", report.versions),
        ("of these deleted", report.pruned),
        ("files", report.files),
        ("records", report.records),
        (
            "records set aside (duplicates, lost collisions, superseded, retracted)",
            report.set_aside,
        ),
        ("messages counted", report.counted),
        ("lines of the books", report.book_lines),
        ("days without a record inside the span", report.gaps.len() as u64),
        ("findings", findings.len() as u64),
    ] {
        summary.row([what.to_owned(), count(n)]);
    }
    let mut table = Table::new("Findings", &["kind", "what"]);
    for (kind, what) in &findings {
        table.row([kind, what]);
    }
    let mut gaps =
        Table::new("Days without any record (lawful where nothing was expected)", &["day"]);
    for d in &report.gaps {
        gaps.row([d.to_string()]);
    }
    let json = json!({
        "versions": report.versions, "let_go": report.pruned, "files": report.files, "hashes": hashes, "records": report.records, "set_aside": report.set_aside,
        "counted": report.counted, "book_lines": report.book_lines, "gaps": report.gaps,
        "findings": findings.iter().map(|(k, w)| json!({"kind": k, "what": w})).collect::<Vec<_>>(),
    });
    let mut answer = Answer::new(json).table(summary);
    if !report.gaps.is_empty() {
        answer = answer.table(gaps);
    }
    answer.found = !findings.is_empty();
    if answer.found {
        answer = answer.table(table).then("Something is wrong: compare with a backup (`northbound ledger restore`), and keep this folder as it is.");
    }
    Ok(answer)
}

fn publish(ctx: &Ctx) -> Result<Answer> {
    let snap = ctx.ledger().snapshot(None)?;
    if ctx.dry_run {
        return Ok(Answer::new(json!({"dry_run": true}))
            .say("Would write Delta logs beside the ledger's files; nothing was written."));
    }
    let done = snap.publish(ctx.now.0.div_euclid(1000))?;
    let mut table = Table::new("", &["table", ">Delta version", ">files", "changed", "read it at"]);
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

/// Setting: days for which every version of the ledger is kept.
pub(crate) const KEPT_DAYS: &str = "retention-ledger-versions-days";

/// Hashes of the versions that something built here cites.
pub(crate) fn cited(ctx: &Ctx) -> Result<BTreeSet<String>> {
    let store = ctx.store()?;
    Ok(northbound_packs::store::cited(&ctx.data, &ctx.gate(&store))?)
}

fn thin(ctx: &Ctx, older_than: Option<i64>) -> Result<Answer> {
    let days = match older_than {
        Some(d) => d,
        None => ctx.rules()?.integer(KEPT_DAYS, ctx.now.day())?,
    };
    let since = ctx.now.day().plus(i32::try_from(-days).unwrap_or(i32::MIN / 2)).start();
    let cited = || cited(ctx).map_err(|e| LedgerError::Refused(e.to_string()));
    let mut progress = ctx.progress();
    let policy = RetentionPolicy { since, cited: &cited };
    let done = prune(
        &ctx.ledger(),
        &policy,
        ctx.now,
        &ctx.actor.to_string(),
        ctx.dry_run,
        &mut |n, of| progress.tell("looking at versions", n, of),
    )?;
    drop(progress);
    let verb = if ctx.dry_run { "Would delete" } else { "Deleted" };
    Ok(Answer::new(json!({"since": since, "versions": done.versions, "files": done.files, "bytes": done.bytes, "kept": done.kept, "dry_run": ctx.dry_run}))
        .say(format!("{verb} {} versions committed before {since}, and {} files that only they named: {} bytes. {} versions are retained.", done.versions, done.files, done.bytes, done.kept)))
}

fn rollup(ctx: &Ctx) -> Result<Answer> {
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
            .commit(&judge, "rollups made anew", store.revision()?, &mut |p| {
                progress.tell(p.step, p.done, p.total)
            })?
            .root
            .manifest
            .version;
    }
    let said = match (stale.len(), ctx.dry_run) {
        (0, _) => "Every day's sums fit the rules in force; nothing to do.".to_owned(),
        (n, true) => format!("Would make the sums of {n} days anew; nothing was written."),
        (n, false) => {
            format!("Made the sums of {n} days anew; the ledger is at version {version}.")
        }
    };
    Ok(Answer::new(json!({"days": days, "version": version, "dry_run": ctx.dry_run})).say(said))
}
