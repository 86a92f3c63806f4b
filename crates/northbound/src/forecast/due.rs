//! Flags of `forecast due`.

use clap::Args;
use northbound_app::forecast::DueRequest;
use northbound_types::Period;

/// When is what due?
#[derive(Debug, Clone, Args)]
pub(crate) struct DueArgs {
    /// First month. Default: this one
    #[arg(long, value_name = "MONTH")]
    period: Option<Period>,
    /// How many months
    #[arg(long, value_name = "N", default_value_t = 12)]
    months: u32,
}

impl DueArgs {
    pub(crate) fn request(&self) -> DueRequest {
        DueRequest { period: self.period, months: self.months }
    }
}
