//! `demo`.

use clap::Args;
use northbound_app::demo::DemoRequest;
use std::path::PathBuf;

/// What to simulate.
#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArgs {
    /// Meters in three regions
    #[arg(long, default_value_t = 5_000)]
    meters: u32,
    /// Days of the month
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// Seed of every draw: the same seed gives the same month
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for everything. An earlier demo in it is replaced; anything else is refused
    #[arg(long, default_value = "demo-out", value_name = "DIR")]
    out: PathBuf,
}

impl DemoArgs {
    pub(crate) fn request(&self) -> DemoRequest {
        DemoRequest { meters: self.meters, days: self.days, seed: self.seed, out: self.out.clone() }
    }
}
