//! `journal`: its command line.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::journal;
use std::path::PathBuf;

/// The journal: the live service's inputs in order
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum JournalCommand {
    /// Show segments and checkpoints with their positions and times
    List,
    /// Read every record, recompute every hash and compare with the ledger. Exit code 7 if anything is wrong
    Check,
    /// Replay the journal from its first record into a new ledger and compare it row by row with the existing one. Exit code 7 if they differ
    Replay {
        /// Folder in which to retain the new ledger; it must not exist yet. Default: the new ledger is removed afterwards
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Settings of the service (docs/serve.md), which name the provider of each region's network. Default: service.toml in the data folder, if present
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// List records with position, time, size and hash
    Show {
        /// First position. Default: the oldest available
        position: Option<u64>,
        /// Maximum number of records
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
    },
}

pub(crate) fn run(c: &JournalCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        JournalCommand::List => journal::list(ctx),
        JournalCommand::Check => journal::check(ctx),
        JournalCommand::Replay { out, config } => {
            journal::replay(ctx, out.as_deref(), config.as_deref())
        }
        JournalCommand::Show { position, limit } => journal::show(ctx, *position, *limit as usize),
    }
}
