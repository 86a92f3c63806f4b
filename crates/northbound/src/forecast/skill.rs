//! Flags of `forecast skill`.

use super::{Actuals, ViewArg};
use clap::Args;
use northbound_app::forecast::SkillRequest;
use northbound_types::{Eui64, ForecastKind, Period};

/// How far off?
#[derive(Debug, Clone, Args)]
pub(crate) struct SkillArgs {
    /// Of what
    #[arg(long, default_value = "sr")]
    kind: ForecastKind,
    /// Last month
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// How many months up to it
    #[arg(long, value_name = "N", default_value_t = 6)]
    months: u32,
    /// Who reads it. Default: group; a User its own
    #[arg(long, value_enum)]
    view: Option<ViewArg>,
    /// Only this User
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// Id of the document, within which pseudonyms stay
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
