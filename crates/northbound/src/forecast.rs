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
    /// Submit a forecast typed by hand
    Add(submit::SubmitArgs),
    /// Submit a forecast, from history with --from-history; only exceptions are typed
    Submit(submit::SubmitArgs),
    /// What `submit --from-history` would submit; as CSV it can be edited and imported
    Prefill(submit::SubmitArgs),
    /// Bring in forecasts from CSV or XLSX (the same as `ingest forecasts`)
    Import(ingest::FileArgs),
    /// Forecasts that were submitted
    List {
        /// Of what
        #[arg(long)]
        kind: Option<ForecastKind>,
        /// Only of this User
        #[arg(long, value_name = "EUI")]
        user: Option<Eui64>,
        /// Only those that name this month
        #[arg(long, value_name = "MONTH")]
        period: Option<Period>,
        /// Withdrawn ones too
        #[arg(long)]
        withdrawn: bool,
    },
    /// One forecast with its lines
    Show {
        /// Its id
        id: String,
    },
    /// Every state that a forecast has been in
    History {
        /// Its id
        id: String,
    },
    /// Take back a forecast that the desk entered by mistake; needs --reason
    Withdraw {
        /// Its id
        id: String,
    },
    /// When forecasts are due, and by when Users are told their actuals
    Due(due::DueArgs),
    /// How far forecasts were off beside naive ones
    Skill(skill::SkillArgs),
    #[command(subcommand)]
    Reasons(reasons::ReasonsCommand),
    #[command(subcommand)]
    Notice(notice::NoticeCommand),
}

pub(crate) fn run(c: &ForecastCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ForecastCommand::Add(a) | ForecastCommand::Submit(a) => forecast::submit(ctx, &a.request()),
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

/// Who reads what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ViewArg {
    /// The group: counts by class, pseudonyms, small counts hidden
    Group,
    /// The secretariat: names
    Secas,
    /// One User: its own only
    User,
}

/// Where actuals come from.
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
