//! `forecast reasons`.

use super::ViewArg;
use crate::{
    context::Ctx,
    error::Result,
    output::Answer,
    registers::{history, show, withdraw},
};
use clap::{Args, Subcommand};
use northbound_app::forecast::reasons::{self, ReasonFilter, ReasonRequest};
use northbound_registers::{Noun, records::forecasting::forecast_notes::ForecastReason};
use northbound_types::{Day, Eui64, ForecastKind, Period};

/// Reasons why no forecast was submitted
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ReasonsCommand {
    /// Record a User's reason
    Add(ReasonArgs),
    /// List the reasons given
    List(Asked),
    /// Count the reasons by code and class
    Count(Asked),
    /// Show one reason
    Show {
        /// Id of the reason
        id: String,
    },
    /// Show the history of a reason
    History {
        /// Id of the reason
        id: String,
    },
    /// Withdraw a reason; needs --reason
    Withdraw {
        /// Id of the reason
        id: String,
    },
}

/// Options of `forecast reasons add`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReasonArgs {
    /// The User. Default: the only User of the acting party
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// Kind of forecast
    #[arg(long, default_value = "sr")]
    kind: ForecastKind,
    /// The month without a forecast
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// Reason code, from the setting forecast-reason-codes
    #[arg(long)]
    code: String,
    /// Text of the reason
    #[arg(long, default_value = "")]
    text: String,
    /// What would help the User to forecast
    #[arg(long, default_value = "")]
    idea: String,
    /// Date of the contact. Default: today
    #[arg(long, value_name = "DAY")]
    contacted: Option<Day>,
    /// Channel: call, mail or meeting
    #[arg(long, default_value = "")]
    channel: String,
    /// The User agreed to be named to the group
    #[arg(long)]
    may_be_named: bool,
}

impl ReasonArgs {
    pub(crate) fn request(&self) -> ReasonRequest {
        ReasonRequest {
            user: self.user,
            kind: self.kind,
            period: self.period,
            code: self.code.clone(),
            text: self.text.clone(),
            idea: self.idea.clone(),
            contacted: self.contacted,
            channel: self.channel.clone(),
            may_be_named: self.may_be_named,
        }
    }
}

/// Which reasons to show.
#[derive(Debug, Clone, Args)]
pub(crate) struct Asked {
    /// Only for this month
    #[arg(long, value_name = "MONTH")]
    period: Option<Period>,
    /// Only of this kind
    #[arg(long)]
    kind: Option<ForecastKind>,
    /// Audience. Default: group, or for a User its own data
    #[arg(long, value_enum)]
    view: Option<ViewArg>,
    /// Document id; pseudonyms are stable within one document
    #[arg(long, value_name = "ID")]
    document: Option<String>,
}

impl Asked {
    pub(crate) fn request(&self) -> ReasonFilter {
        ReasonFilter {
            period: self.period,
            kind: self.kind,
            view: self.view.map(Into::into),
            document: self.document.clone(),
        }
    }
}

pub(super) fn run(c: &ReasonsCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ReasonsCommand::Add(a) => reasons::note(ctx, &a.request()),
        ReasonsCommand::List(a) => reasons::list(ctx, &a.request()),
        ReasonsCommand::Count(a) => reasons::counts(ctx, &a.request()),
        ReasonsCommand::Show { id } => show::<ForecastReason>(id, ctx),
        ReasonsCommand::History { id } => history(Noun::ForecastReason, id, ctx),
        ReasonsCommand::Withdraw { id } => withdraw::<ForecastReason>(id, ctx),
    }
}
