//! `forecast`.

mod due;
mod notice;
mod reasons;
mod skill;
mod submit;

use crate::{
    context::Ctx,
    error::Result,
    ingest,
    output::Answer,
    registers::{self, withdraw},
};
use clap::{Args, Subcommand, ValueEnum};
use northbound_app::forecast::{self, ActualsChoice, View};
use northbound_ingest::Layout;
use northbound_packs::evidence::forecasts::ActualsFrom;
use northbound_registers::{Noun, records::forecasting::forecasts::Forecast};
use northbound_types::{Eui64, ForecastKind, Period};

/// Forecasts of traffic
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ForecastCommand {
    /// Submit a forecast entered line by line with --set
    Add(submit::SubmitArgs),
    /// Submit a forecast; with --from-history it is prefilled, and only exceptions are entered
    Submit(submit::SubmitArgs),
    /// Show what `submit --from-history` would submit; as CSV it can be edited and imported
    Prefill(submit::SubmitArgs),
    /// Import forecasts from CSV or XLSX (the same as `ingest forecasts`)
    Import(ingest::FileArgs),
    /// List submitted forecasts
    List {
        /// Kind of forecast
        #[arg(long)]
        kind: Option<ForecastKind>,
        /// Only for this User
        #[arg(long, value_name = "EUI")]
        user: Option<Eui64>,
        /// Only forecasts that cover this month
        #[arg(long, value_name = "MONTH")]
        period: Option<Period>,
        /// Include withdrawn forecasts
        #[arg(long)]
        withdrawn: bool,
    },
    /// Show one forecast with its lines
    Show {
        /// Id of the forecast
        id: String,
    },
    /// Show the history of a forecast
    History {
        /// Id of the forecast
        id: String,
    },
    /// Withdraw a forecast entered by mistake; needs --reason
    Withdraw {
        /// Id of the forecast
        id: String,
    },
    /// Show when forecasts are due and by when Users are notified of their actuals
    Due(due::DueArgs),
    /// Compare the error of forecasts with that of naive ones
    Skill(skill::SkillArgs),
    #[command(subcommand)]
    Reasons(reasons::ReasonsCommand),
    #[command(subcommand)]
    Notice(notice::NoticeCommand),
}

pub(crate) fn run(c: &ForecastCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ForecastCommand::Add(a) | ForecastCommand::Submit(a) => a.submit(ctx),
        ForecastCommand::Prefill(a) => forecast::prefill(ctx, &a.request()),
        ForecastCommand::Import(a) => ingest::import(a, Layout::Forecasts, ctx),
        ForecastCommand::List { kind, user, period, withdrawn } => {
            forecast::list(ctx, *kind, *user, *period, *withdrawn)
        }
        ForecastCommand::Show { id } => forecast::show(ctx, id),
        ForecastCommand::History { id } => registers::history(Noun::Forecast, id, ctx),
        ForecastCommand::Withdraw { id } => withdraw::<Forecast>(id, ctx),
        ForecastCommand::Due(a) => forecast::due(ctx, &a.request()),
        ForecastCommand::Skill(a) => forecast::skill(ctx, &a.request()),
        ForecastCommand::Reasons(c) => reasons::run(c, ctx),
        ForecastCommand::Notice(c) => notice::run(c, ctx),
    }
}

/// The audience of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ViewArg {
    /// The group: counts by class, pseudonyms, small counts suppressed
    Group,
    /// The secretariat: with names
    Secas,
    /// One User: only its own data
    User,
}

/// The source of actuals.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Actuals {
    /// Actuals: ledger (counted messages) or stated (`ingest volumes`). Default: ledger for sr, stated for csr
    #[arg(long, value_name = "SOURCE")]
    actuals: Option<ActualsFrom>,
}

impl From<ViewArg> for View {
    fn from(view: ViewArg) -> View {
        match view {
            ViewArg::Group => View::Group,
            ViewArg::Secas => View::Secas,
            ViewArg::User => View::User,
        }
    }
}

impl Actuals {
    pub(crate) fn request(&self) -> ActualsChoice {
        ActualsChoice { actuals: self.actuals }
    }
}
