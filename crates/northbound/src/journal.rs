//! `journal`: its command line.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::journal;
use std::path::PathBuf;

/// The live service's inputs in their order
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum JournalCommand {
    /// Segments and checkpoints with their positions and times
    List,
    /// Read every record, make every hash anew, and compare with what the ledger rests on. Exit code 7 where something is wrong
    Check,
    /// Play the journal from its first record into a fresh ledger and compare it, row by row, with the one that is there. Exit code 7 where they differ
    Replay {
        /// Keep the fresh ledger in this folder, which must not be there yet. Default: it is removed again
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// The service's settings (docs/serve.md), which say who provides a region's network. Default: service.toml in the data folder, where there is one
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Records with position, time, size and hash
    Show {
        /// The first position. Default: the first that is kept
        position: Option<u64>,
        /// At most so many records
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
