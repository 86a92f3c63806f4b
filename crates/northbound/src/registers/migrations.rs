//! `migration`: migration of SMETS1 installations by week.

use super::{Filter, add, history, list, show};
use crate::{
    context::Ctx,
    error::Result,
    ingest::{self, FileArgs},
    output::Answer,
};
use clap::{Args, Subcommand};
use northbound_app::{
    registers::{self, author, view},
    smets1::{
        exposure::{ExposureRequest, exposure},
        migrations::{StreamFilter, by_week},
    },
};
use northbound_ingest::Layout;
use northbound_registers::{
    Noun,
    records::smets1::migrations::{MeterStatus, MigrationKind, MigrationWeek, monday},
};
use northbound_types::Day;

/// Migration of SMETS1 installations, by week
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MigrationCommand {
    /// Add one count: planned in a week, due by a week, migrated in a week, or a cap from a week on
    Add(AddArgs),
    /// Import a file with kind, cohort, status, week and count
    Import(FileArgs),
    /// Show plan and actuals by week, separately for each status
    Weeks(Which),
    /// Estimate installations and installation-days exposed before a fix
    Exposure(ExposureArgs),
    /// List the counts as recorded
    List(Filter),
    /// Show one count
    Show {
        /// Id of the count
        id: String,
    },
    /// Show every version of a count
    History {
        /// Id of the count
        id: String,
    },
    /// Withdraw a count; needs --reason
    Withdraw {
        /// Id of the count
        id: String,
    },
}

/// Options of `migration add`.
#[derive(Debug, Clone, Args)]
pub(crate) struct AddArgs {
    /// Kind: plan, due (total by the end of the week), actual or cap
    #[arg(long)]
    kind: MigrationKind,
    /// Cohort: IOC, MOC or FOC
    #[arg(long)]
    cohort: String,
    /// Combination, if the count is for one
    #[arg(long, default_value = "", value_name = "ID")]
    combination: String,
    /// Status: active or dormant
    #[arg(long)]
    status: MeterStatus,
    /// Any day of the week; weeks run from Monday to Sunday
    #[arg(long, value_name = "DAY")]
    week: Day,
    /// Number of installations
    #[arg(long, value_name = "N")]
    count: i64,
    /// Source of the count. Default: the acting person
    #[arg(long)]
    source: Option<String>,
    /// Note
    #[arg(long, default_value = "")]
    note: String,
}

/// Options of `migration weeks`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Which {
    /// Only for this cohort
    #[arg(long)]
    cohort: Option<String>,
    /// Only this status: active or dormant
    #[arg(long)]
    status: Option<MeterStatus>,
}

/// Options of `migration exposure`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExposureArgs {
    #[command(flatten)]
    which: Which,
    /// Defect whose date of fix is used
    #[arg(long, value_name = "ID", required_unless_present = "fix", conflicts_with = "fix")]
    defect: Option<String>,
    /// Assumed date of the fix
    #[arg(long, value_name = "DAY")]
    fix: Option<Day>,
    /// Assumed weekly cap, instead of the registered ones
    #[arg(long, value_name = "N")]
    cap: Option<u64>,
    /// First week in which a total without stated weeks may be migrated
    #[arg(long, value_name = "DAY")]
    start: Option<Day>,
    /// Rate of events per installation-day, such as 20/3650000, to estimate the number of events
    #[arg(long, value_name = "N/DAYS")]
    rate: Option<String>,
}

pub(crate) fn migration(c: &MigrationCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        MigrationCommand::Add(a) => add(&a.record(ctx), ctx),
        MigrationCommand::Import(a) => ingest::table(a, Layout::Migrations, ctx),
        MigrationCommand::Weeks(w) => by_week(ctx, &w.filter()),
        MigrationCommand::Exposure(a) => exposure(ctx, &a.request()),
        MigrationCommand::List(f) => list::<MigrationWeek>(f, ctx),
        MigrationCommand::Show { id } => show::<MigrationWeek>(id, ctx),
        MigrationCommand::History { id } => history(Noun::Migration, id, ctx),
        MigrationCommand::Withdraw { id } => {
            Ok(view::receipt(&registers::withdraw::<MigrationWeek>(ctx, id)?))
        }
    }
}

impl AddArgs {
    fn record(&self, ctx: &Ctx) -> MigrationWeek {
        MigrationWeek {
            kind: self.kind,
            cohort: self.cohort.clone(),
            combination: self.combination.clone(),
            status: self.status,
            week: monday(self.week),
            count: self.count,
            source: author(self.source.as_deref(), &ctx.actor),
            note: self.note.clone(),
        }
    }
}

impl Which {
    fn filter(&self) -> StreamFilter {
        StreamFilter { cohort: self.cohort.clone(), status: self.status }
    }
}

impl ExposureArgs {
    fn request(&self) -> ExposureRequest {
        ExposureRequest {
            streams: self.which.filter(),
            defect: self.defect.clone(),
            fix: self.fix,
            cap: self.cap,
            start: self.start,
            rate: self.rate.clone(),
        }
    }
}
