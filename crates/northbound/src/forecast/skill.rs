//! Flags of `forecast skill`.

use super::{Actuals, ViewArg};
use clap::Args;
use northbound_app::forecast::SkillRequest;
use northbound_types::{Eui64, ForecastKind, Period};

/// Options of `forecast skill`.
#[derive(Debug, Clone, Args)]
pub(crate) struct SkillArgs {
    /// Kind of forecast
    #[arg(long, default_value = "sr")]
    kind: ForecastKind,
    /// Last month
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// Number of months, ending with the last
    #[arg(long, value_name = "N", default_value_t = 6)]
    months: u32,
    /// Audience. Default: group, or for a User its own data
    #[arg(long, value_enum)]
    view: Option<ViewArg>,
    /// Only for this User
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// Document id; pseudonyms are stable within one document
    #[arg(long, value_name = "ID")]
    document: Option<String>,
    #[command(flatten)]
    actuals: Actuals,
}

impl SkillArgs {
    pub(crate) fn request(&self) -> SkillRequest {
        SkillRequest {
            kind: self.kind,
            period: self.period,
            months: self.months,
            view: self.view.map(Into::into),
            user: self.user,
            document: self.document.clone(),
            actuals: self.actuals.request(),
        }
    }
}
