//! `ledger`: its command line.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::ledger::{self, backup, retention, versions};
use northbound_types::Day;
use std::path::PathBuf;

/// The ledger of messages
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Check versions, signatures, file hashes, message conservation, rollups, registers, and whatever cites them. Exit code 7 if anything is wrong
    Check {
        /// Skip the file hashes, which take most of the time
        #[arg(long)]
        no_hashes: bool,
        /// A receipt, a backup or the folder of an issued pack: everything that it saw must still be there. May be repeated
        #[arg(long, value_name = "PATH")]
        against: Vec<PathBuf>,
    },
    /// Write Delta logs over the ledger's own files, so that Spark, Trino, Polars and DuckDB can read them in place
    Publish,
    /// Back up ledger, journal, registers, rules, rejects and packs to a new folder, verifying each file by its hash
    Backup {
        /// Target folder; it must be empty or not exist yet
        dir: PathBuf,
    },
    /// Restore a backup into an empty data folder (--data), verifying each file by its hash
    Restore {
        /// Folder of the backup
        dir: PathBuf,
    },
    /// Recompute daily rollups where rules or confirmations have changed since
    Rollup,
    /// Delete old live commits, except the last of each day and those cited by a pack or paper
    Thin {
        /// Number of recent days whose versions are all retained. Default: the setting retention-ledger-versions-days
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(0..36_600))]
        older_than: Option<i64>,
    },
    /// Retention of each table
    #[command(subcommand)]
    Retention(RetentionCommand),
}

pub(crate) fn run(c: &LedgerCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        LedgerCommand::Check { no_hashes, against } => ledger::check(ctx, !no_hashes, against),
        LedgerCommand::Publish => ledger::publish(ctx),
        LedgerCommand::Backup { dir } => backup::backup(ctx, dir),
        LedgerCommand::Restore { dir } => backup::restore(ctx, dir),
        LedgerCommand::Rollup => ledger::rollup(ctx),
        LedgerCommand::Thin { older_than } => versions::prune(ctx, *older_than),
        LedgerCommand::Retention(c) => retention(c, ctx),
    }
}

/// Retention of each table
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RetentionCommand {
    /// Show what is retained of each table, since when, and the decisions in force
    Show,
    /// Set the retention period of a table; needs --reason
    Set {
        /// Table, such as exchanges
        what: String,
        /// Months after the month of receipt. Default: without limit
        #[arg(long)]
        months: Option<i64>,
        /// First day on which the decision applies. Default: today
        #[arg(long)]
        from: Option<Day>,
    },
    /// Show what the decisions in force would delete; needs --dry-run
    Apply,
}

fn retention(c: &RetentionCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        RetentionCommand::Show => retention::show(ctx),
        RetentionCommand::Set { what, months, from } => retention::set(ctx, what, *months, *from),
        RetentionCommand::Apply => retention::apply(ctx),
    }
}
