//! Flags of `forecast due`.

use clap::Args;
use northbound_app::forecast::DueRequest;
use northbound_types::Period;

/// Options of `forecast due`.
#[derive(Debug, Clone, Args)]
pub(crate) struct DueArgs {
    /// First month. Default: the current one
    #[arg(long, value_name = "MONTH")]
    period: Option<Period>,
    /// Number of months
    #[arg(long, value_name = "N", default_value_t = 12)]
    months: u32,
}

impl DueArgs {
    pub(crate) fn request(&self) -> DueRequest {
        DueRequest { period: self.period, months: self.months }
    }
}
