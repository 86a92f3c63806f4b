//! `ledger`: its command line.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::ledger::{self, backup, retention as kept, versions};
use northbound_types::Day;
use std::path::PathBuf;

/// The ledger of messages
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Check the chain of versions, the files' hashes, the books, the rollups and the registers. Exit code 7 where something is wrong
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
    Retention(RetentionCommand),
}

pub(crate) fn run(c: &LedgerCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        LedgerCommand::Check { no_hashes } => ledger::check(ctx, !no_hashes),
        LedgerCommand::Publish => ledger::publish(ctx),
        LedgerCommand::Backup { dir } => backup::backup(ctx, dir),
        LedgerCommand::Restore { dir } => backup::restore(ctx, dir),
        LedgerCommand::Rollup => ledger::rollup(ctx),
        LedgerCommand::Thin { older_than } => versions::prune(ctx, *older_than),
        LedgerCommand::Retention(c) => retention(c, ctx),
    }
}

/// What is kept, and for how long
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RetentionCommand {
    /// What is kept of each table, since when, and what was decided
    Show,
    /// Decide for how long a table is kept; needs --reason
    Set {
        /// The table, such as exchanges
        what: String,
        /// Months after the month of receipt; without end where not given
        #[arg(long)]
        months: Option<i64>,
        /// First day on which the decision holds. Default: today
        #[arg(long)]
        from: Option<Day>,
    },
    /// What the decisions in force would let go; needs --dry-run
    Apply,
}

fn retention(c: &RetentionCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        RetentionCommand::Show => kept::show(ctx),
        RetentionCommand::Set { what, months, from } => kept::set(ctx, what, *months, *from),
        RetentionCommand::Apply => kept::apply(ctx),
    }
}
