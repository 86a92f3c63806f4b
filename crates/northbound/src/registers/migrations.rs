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

/// Migration of SMETS1 installations by week
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MigrationCommand {
    /// Add one number: planned in a week, due by a week, migrated in a week, or a cap from a week on
    Add(AddArgs),
    /// Bring in a file with kind, cohort, status, week and count
    Import(FileArgs),
    /// By week, plan beside actuals, each status by itself
    Weeks(Which),
    /// Installations and installation-days exposed before a fix
    Exposure(ExposureArgs),
    /// Numbers as they were given
    List(Filter),
    /// One number
    Show {
        /// Its id
        id: String,
    },
    /// Every version of a number
    History {
        /// Its id
        id: String,
    },
    /// Withdraw a number. Needs --reason
    Withdraw {
        /// Its id
        id: String,
    },
}

/// A number.
#[derive(Debug, Clone, Args)]
pub(crate) struct AddArgs {
    /// plan, due (in all by the end of the week), actual or cap
    #[arg(long)]
    kind: MigrationKind,
    /// Cohort: IOC, MOC or FOC
    #[arg(long)]
    cohort: String,
    /// Combination, where the number is for one
    #[arg(long, default_value = "", value_name = "ID")]
    combination: String,
    /// active or dormant
    #[arg(long)]
    status: MeterStatus,
    /// A day of the week; weeks go from Monday to Sunday
    #[arg(long, value_name = "DAY")]
    week: Day,
    /// Installations
    #[arg(long, value_name = "N")]
    count: i64,
    /// Who states it. Default: who acts
    #[arg(long)]
    source: Option<String>,
    /// In words
    #[arg(long, default_value = "")]
    note: String,
}

/// Which streams.
#[derive(Debug, Clone, Args)]
pub(crate) struct Which {
    /// Only this cohort
    #[arg(long)]
    cohort: Option<String>,
    /// Only active, or only dormant
    #[arg(long)]
    status: Option<MeterStatus>,
}

/// Exposure before what.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExposureArgs {
    #[command(flatten)]
    which: Which,
    /// The defect whose fix counts
    #[arg(long, value_name = "ID", required_unless_present = "fix", conflicts_with = "fix")]
    defect: Option<String>,
    /// A day of the fix to assume
    #[arg(long, value_name = "DAY")]
    fix: Option<Day>,
    /// A weekly cap to assume, in place of the registered ones
    #[arg(long, value_name = "N")]
    cap: Option<u64>,
    /// First week from which a total without stated weeks may be worked off
    #[arg(long, value_name = "DAY")]
    start: Option<Day>,
    /// Events on installation-days, such as 20/3650000: prints the events to expect
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
