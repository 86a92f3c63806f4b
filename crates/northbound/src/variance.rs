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

/// Variance of forecasts from actuals
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum VarianceCommand {
    /// Show the variance of Service Requests in a month
    Sr(MonthArgs),
    /// Show the variance of certificate requests in a month
    Csr(MonthArgs),
    /// Show who submitted forecasts, by User and month
    Matrix(MatrixArgs),
    /// Compute the bounds that two counts set on the overlap of their lists, if names are unknown
    Bounds(BoundsArgs),
    /// Write the variance as a document: HTML, PDF, XLSX, CSV, JSON
    Report(ReportArgs),
}

/// Options of `variance sr` and `csr`.
#[derive(Debug, Clone, Args)]
pub(crate) struct MonthArgs {
    /// Month
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// Number of months ending with this one, with their sums
    #[arg(long, value_name = "N", default_value_t = 1)]
    months: u32,
    /// Audience: group, secas or user. Default: group, or user for a User
    #[arg(long, value_enum)]
    view: Option<ViewArg>,
    /// Only for this User (views secas and user)
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// Also by service (views secas and user)
    #[arg(long)]
    by_service: bool,
    /// Document id; pseudonyms are stable within one document. Default: kind and month
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

/// Options of `variance matrix`.
#[derive(Debug, Clone, Args)]
pub(crate) struct MatrixArgs {
    /// Last month
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// Number of months, ending with the last
    #[arg(long, value_name = "N", default_value_t = 6)]
    months: u32,
    /// Only for this kind. Default: both
    #[arg(long)]
    kind: Option<ForecastKind>,
    /// Audience: group, secas or user. Default: group, or user for a User
    #[arg(long, value_enum)]
    view: Option<ViewArg>,
    /// Document id; pseudonyms are stable within one document
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

/// Options of `variance bounds`.
#[derive(Debug, Clone, Args)]
pub(crate) struct BoundsArgs {
    /// A list as NAME=TOTAL[,CLASS=COUNT…], such as csr=16,large-supplier=5. Give two
    #[arg(long = "set", required = true, value_name = "NAME=N[,CLASS=N]")]
    sets: Vec<String>,
    /// Total number of Users
    #[arg(long, value_name = "N")]
    population: Option<u64>,
}

impl BoundsArgs {
    pub(crate) fn request(&self) -> BoundsRequest {
        BoundsRequest { sets: self.sets.clone(), population: self.population }
    }
}

/// Options of `variance report`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReportArgs {
    /// Month
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// Number of months in the tables, ending with this one
    #[arg(long, value_name = "N", default_value_t = 6)]
    months: u32,
    /// Only for this kind. Default: both
    #[arg(long)]
    kind: Option<ForecastKind>,
    /// Audience: group or secas. Default: group
    #[arg(long, value_enum)]
    view: Option<ViewArg>,
    /// Output folder
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
