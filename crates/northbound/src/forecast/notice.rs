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

/// Notice of exceptional demand, where the rules ask for that instead of forecasts
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum NoticeCommand {
    /// Give notice
    Add(NoticeArgs),
    /// Notices given
    List {
        /// Only of this month
        #[arg(long, value_name = "MONTH")]
        period: Option<Period>,
    },
    /// Whose demand was exceptional, and who had given notice
    Check(CheckArgs),
    /// One notice
    Show {
        /// Its id
        id: String,
    },
    /// Every state that a notice has been in
    History {
        /// Its id
        id: String,
    },
}

/// A notice.
#[derive(Debug, Clone, Args)]
pub(crate) struct NoticeArgs {
    /// Whose. Default: the only User of the party that acts
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// Of what
    #[arg(long, default_value = "csr")]
    kind: ForecastKind,
    /// The month in question
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// Requests expected in it
    #[arg(long, value_name = "N")]
    count: i64,
    /// What is expected and why
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

/// A check.
#[derive(Debug, Clone, Args)]
pub(crate) struct CheckArgs {
    /// Of what
    #[arg(long, default_value = "csr")]
    kind: ForecastKind,
    /// Month
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// Who reads it. Default: group; a User its own
    #[arg(long, value_enum)]
    view: Option<ViewArg>,
    /// Id of the document, within which pseudonyms stay
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
