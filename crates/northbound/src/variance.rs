//! `variance`.

use crate::{
    context::Ctx,
    error::Result,
    forecast::{Actuals, ViewArg},
    output::Answer,
};
use clap::{Args, Subcommand};
use northbound_app::variance::{self, BoundsRequest, MatrixRequest, MonthsRequest, ReportRequest};
use northbound_types::{Eui64, ForecastKind, Period};
use std::path::PathBuf;

/// Forecasts against actuals
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum VarianceCommand {
    /// Service Requests of a month
    Sr(MonthArgs),
    /// Certificate requests of a month
    Csr(MonthArgs),
    /// Who gave forecasts: User by month
    Matrix(MatrixArgs),
    /// What two counts say of the sets behind them when the names are not known
    Bounds(BoundsArgs),
    /// The variance as a document: HTML, PDF, XLSX, CSV, JSON
    Report(ReportArgs),
}

/// A month.
#[derive(Debug, Clone, Args)]
pub(crate) struct MonthArgs {
    /// Month
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// This many months up to it, with their sums
    #[arg(long, value_name = "N", default_value_t = 1)]
    months: u32,
    /// Who reads it: group, secas or user. Default: group; a User its own
    #[arg(long, value_enum)]
    view: Option<ViewArg>,
    /// Only this User (views secas and user)
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// By service too (views secas and user)
    #[arg(long)]
    by_service: bool,
    /// Id of the document, within which pseudonyms stay. Default: kind and month
    #[arg(long, value_name = "ID")]
    document: Option<String>,
    #[command(flatten)]
    actuals: Actuals,
}

impl MonthArgs {
    pub(crate) fn request(&self) -> MonthsRequest {
        MonthsRequest {
            period: self.period,
            months: self.months,
            view: self.view.map(Into::into),
            user: self.user,
            by_service: self.by_service,
            document: self.document.clone(),
            actuals: self.actuals.request(),
        }
    }
}

/// Months.
#[derive(Debug, Clone, Args)]
pub(crate) struct MatrixArgs {
    /// Last month
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// This many months up to it
    #[arg(long, value_name = "N", default_value_t = 6)]
    months: u32,
    /// Only this kind. Default: both
    #[arg(long)]
    kind: Option<ForecastKind>,
    /// Who reads it: group, secas or user. Default: group; a User its own
    #[arg(long, value_enum)]
    view: Option<ViewArg>,
    /// Id of the document, within which pseudonyms stay
    #[arg(long, value_name = "ID")]
    document: Option<String>,
    #[command(flatten)]
    actuals: Actuals,
}

impl MatrixArgs {
    pub(crate) fn request(&self) -> MatrixRequest {
        MatrixRequest {
            period: self.period,
            months: self.months,
            kind: self.kind,
            view: self.view.map(Into::into),
            document: self.document.clone(),
            actuals: self.actuals.request(),
        }
    }
}

/// Two lists.
#[derive(Debug, Clone, Args)]
pub(crate) struct BoundsArgs {
    /// A list: NAME=TOTAL[,CLASS=COUNT…], such as csr=16,large-supplier=5. Give two
    #[arg(long = "set", required = true, value_name = "NAME=N[,CLASS=N]")]
    sets: Vec<String>,
    /// How many Users there are at all
    #[arg(long, value_name = "N")]
    population: Option<u64>,
}

impl BoundsArgs {
    pub(crate) fn request(&self) -> BoundsRequest {
        BoundsRequest { sets: self.sets.clone(), population: self.population }
    }
}

/// A document.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReportArgs {
    /// Month
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// This many months up to it stand in its tables
    #[arg(long, value_name = "N", default_value_t = 6)]
    months: u32,
    /// Only this kind. Default: both
    #[arg(long)]
    kind: Option<ForecastKind>,
    /// Who reads it: group or secas. Default: group
    #[arg(long, value_enum)]
    view: Option<ViewArg>,
    /// Folder for its files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    actuals: Actuals,
}

impl ReportArgs {
    pub(crate) fn request(&self) -> ReportRequest {
        ReportRequest {
            period: self.period,
            months: self.months,
            kind: self.kind,
            view: self.view.map(Into::into),
            out: self.out.clone(),
            actuals: self.actuals.request(),
        }
    }
}

pub(crate) fn run(c: &VarianceCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        VarianceCommand::Sr(a) => variance::months(ctx, ForecastKind::Sr, &a.request()),
        VarianceCommand::Csr(a) => variance::months(ctx, ForecastKind::Csr, &a.request()),
        VarianceCommand::Matrix(a) => variance::matrix(ctx, &a.request()),
        VarianceCommand::Bounds(a) => variance::bounds(&a.request()),
        VarianceCommand::Report(a) => variance::report(ctx, &a.request()),
    }
}
