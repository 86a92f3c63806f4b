//! `forecast notice`.

use super::{Actuals, ViewArg};
use crate::{
    context::Ctx,
    error::Result,
    output::Answer,
    registers::{history, show},
};
use clap::{Args, Subcommand};
use northbound_app::forecast::notice::{self, CheckRequest, NoticeRequest};
use northbound_registers::{Noun, records::forecasting::forecast_notes::ForecastNotice};
use northbound_types::{Eui64, ForecastKind, Period};

/// Notices of exceptional demand, where the rules require these instead of forecasts
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum NoticeCommand {
    /// Give notice
    Add(NoticeArgs),
    /// List the notices given
    List {
        /// Only for this month
        #[arg(long, value_name = "MONTH")]
        period: Option<Period>,
    },
    /// Show whose demand was exceptional and who had given notice
    Check(CheckArgs),
    /// Show one notice
    Show {
        /// Id of the notice
        id: String,
    },
    /// Show the history of a notice
    History {
        /// Id of the notice
        id: String,
    },
}

/// Options of `forecast notice add`.
#[derive(Debug, Clone, Args)]
pub(crate) struct NoticeArgs {
    /// The User. Default: the only User of the acting party
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// Kind of request
    #[arg(long, default_value = "csr")]
    kind: ForecastKind,
    /// Month of the demand
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// Number of requests expected in the month
    #[arg(long, value_name = "N")]
    count: i64,
    /// Reason for the exceptional demand
    #[arg(long, default_value = "")]
    text: String,
    #[command(flatten)]
    actuals: Actuals,
}

impl NoticeArgs {
    pub(crate) fn request(&self) -> NoticeRequest {
        NoticeRequest {
            user: self.user,
            kind: self.kind,
            period: self.period,
            count: self.count,
            text: self.text.clone(),
            actuals: self.actuals.request(),
        }
    }
}

/// Options of `forecast notice check`.
#[derive(Debug, Clone, Args)]
pub(crate) struct CheckArgs {
    /// Kind of request
    #[arg(long, default_value = "csr")]
    kind: ForecastKind,
    /// Month
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// Audience. Default: group, or for a User its own data
    #[arg(long, value_enum)]
    view: Option<ViewArg>,
    /// Document id; pseudonyms are stable within one document
    #[arg(long, value_name = "ID")]
    document: Option<String>,
    #[command(flatten)]
    actuals: Actuals,
}

impl CheckArgs {
    pub(crate) fn request(&self) -> CheckRequest {
        CheckRequest {
            kind: self.kind,
            period: self.period,
            view: self.view.map(Into::into),
            document: self.document.clone(),
            actuals: self.actuals.request(),
        }
    }
}

pub(super) fn run(c: &NoticeCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        NoticeCommand::Add(a) => notice::add(ctx, &a.request()),
        NoticeCommand::List { period } => notice::list(ctx, *period),
        NoticeCommand::Check(a) => notice::check(ctx, &a.request()),
        NoticeCommand::Show { id } => show::<ForecastNotice>(id, ctx),
        NoticeCommand::History { id } => history(Noun::ForecastNotice, id, ctx),
    }
}
