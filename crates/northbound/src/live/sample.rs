//! `sample`: requests to start from.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::live::sample;
use northbound_types::Eui64;
use std::path::PathBuf;

/// Sample requests to send
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum SampleCommand {
    /// List the services of which there is a sample request
    List,
    /// Write a request in DUIS XML, unsigned; `send` signs it
    Request {
        /// Service Reference Variant, such as 4.1.1
        #[arg(long)]
        srv: String,
        /// Sending User. `send --user` replaces it
        #[arg(long, value_name = "EUI")]
        user: Option<Eui64>,
        /// The device that is asked, or asked about
        #[arg(long, value_name = "EUI")]
        device: Option<Eui64>,
        /// File to write. Default: standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

pub(crate) fn run(c: &SampleCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        SampleCommand::List => sample::list(ctx),
        SampleCommand::Request { srv, user, device, out } => {
            sample::request(ctx, srv, *user, *device, out.as_deref())
        }
    }
}
