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

/// Why no forecast was submitted
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ReasonsCommand {
    /// Note what a User said
    Add(ReasonArgs),
    /// What was said
    List(Asked),
    /// How often which reason was given, by class
    Count(Asked),
    /// One reason
    Show {
        /// Its id
        id: String,
    },
    /// Every state that a reason has been in
    History {
        /// Its id
        id: String,
    },
    /// Take a reason back; needs --reason
    Withdraw {
        /// Its id
        id: String,
    },
}

/// A reason.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReasonArgs {
    /// Who said so. Default: the only User of the party that acts
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// Of what
    #[arg(long, default_value = "sr")]
    kind: ForecastKind,
    /// The month without a forecast
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// Why, as a code of the setting forecast-reason-codes
    #[arg(long)]
    code: String,
    /// What was said
    #[arg(long, default_value = "")]
    text: String,
    /// What would help
    #[arg(long, default_value = "")]
    idea: String,
    /// Day of the contact. Default: today
    #[arg(long, value_name = "DAY")]
    contacted: Option<Day>,
    /// By what means: call, mail, meeting
    #[arg(long, default_value = "")]
    channel: String,
    /// It agreed to be named to the group
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

/// Which reasons.
#[derive(Debug, Clone, Args)]
pub(crate) struct Asked {
    /// Only of this month
    #[arg(long, value_name = "MONTH")]
    period: Option<Period>,
    /// Only of this kind
    #[arg(long)]
    kind: Option<ForecastKind>,
    /// Who reads it. Default: group; a User its own
    #[arg(long, value_enum)]
    view: Option<ViewArg>,
    /// Id of the document, within which pseudonyms stay
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
