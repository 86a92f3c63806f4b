//! `demo`.

use clap::Args;
use northbound_app::demo::DemoRequest;
use std::path::PathBuf;

/// Options of `demo`.
#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArgs {
    /// Number of meters, spread over three regions
    #[arg(long, default_value_t = 5_000)]
    meters: u32,
    /// Number of days to simulate
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// Random seed: the same seed gives the same month
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Output folder. An earlier demo in it is replaced; a folder with anything else is refused
    #[arg(long, default_value = "demo-out", value_name = "DIR")]
    out: PathBuf,
}

impl DemoArgs {
    pub(crate) fn request(&self) -> DemoRequest {
        DemoRequest { meters: self.meters, days: self.days, seed: self.seed, out: self.out.clone() }
    }
}
