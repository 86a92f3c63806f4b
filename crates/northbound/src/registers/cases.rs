//! `case` (Exceptional Events), `workpackage`, `install`, `metric-defect`.

use super::{Common, add, common};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::{
    cases::{
        events::{self, NewCase},
        work_packages::{self, pence},
    },
    registers::{author, view},
};
use northbound_registers::records::{
    oversight::{
        cases::{Case, CaseStep, CaseStepKind},
        workpackages::{ApprovalStep, PackageLine, PackageState, QuarterDefinition, WorkPackage},
    },
    reporting::metric_defects::MetricDefect,
    service::installs::InstallCount,
};
use northbound_types::{Day, Period, Region};

/// Exceptional Events, from claim to letter, with measures with and without them
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CaseCommand {
    /// Record a claim
    Add {
        /// Short title
        title: String,
        /// Claimant. Default: the acting person
        #[arg(long)]
        claimant: Option<String>,
        /// First day of the event
        #[arg(long)]
        from: Day,
        /// Last day, inclusive
        #[arg(long)]
        to: Day,
        /// Measure for which it is claimed
        #[arg(long = "measure", value_name = "ID", required = true)]
        measures: Vec<String>,
        /// Affected region. Default: all
        #[arg(long = "region")]
        regions: Vec<Region>,
        /// Date of the claim. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// Record the next step
    Step {
        /// Id of the Exceptional Event
        id: String,
        /// Step: group-view, criteria-met, criteria-not-met, letter-sent, granted or refused
        what: CaseStepKind,
        /// Body that took the step
        #[arg(long)]
        by: String,
        /// Date. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// Description
        #[arg(long, default_value = "")]
        text: String,
        /// Document
        #[arg(long, default_value = "")]
        document: String,
    },
    /// Show its state, its dated steps, and each measure with and without the event
    Effect {
        /// Id of the Exceptional Event
        id: String,
        /// Month
        #[arg(long)]
        period: Period,
        /// Methodology
        #[arg(long, value_name = "ID")]
        methodology: Option<String>,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn case(c: &CaseCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        CaseCommand::Add { title, claimant, from, to, measures, regions, on } => {
            let new = NewCase {
                title: title.clone(),
                claimant: author(claimant.as_deref(), &ctx.actor),
                from: *from,
                to: *to,
                measures: measures.clone(),
                regions: regions.clone(),
                on: *on,
            };
            Ok(view::receipt(&events::add(ctx, &new)?))
        }
        CaseCommand::Step { id, what, by, on, text, document } => {
            let step = CaseStep {
                what: *what,
                on: on.unwrap_or(ctx.now.day()),
                by: by.clone(),
                text: text.clone(),
                document: document.clone(),
            };
            events::take_step(ctx, id, &step)
        }
        CaseCommand::Effect { id, period, methodology } => {
            events::effect(ctx, id, *period, methodology.as_deref())
        }
        CaseCommand::Common(c) => common::<Case>(c, ctx),
    }
}

/// Work packages
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum WorkpackageCommand {
    /// Add a work package; a quarter label needs its definition
    Add {
        /// Short name
        id: String,
        /// Title
        #[arg(long)]
        title: String,
        /// Quarter as labelled, such as 'Q2 2020'
        #[arg(long)]
        quarter: String,
        /// First quarter of a year: calendar or april-year
        #[arg(long)]
        definition: Option<QuarterDefinition>,
    },
    /// Add an activity; give an amount only together with its source
    Line {
        /// The work package
        id: String,
        /// Activity
        activity: String,
        /// Budget in pounds, such as 1200 or 1200.50
        #[arg(long)]
        budget: Option<String>,
        /// Amount spent, in pounds
        #[arg(long)]
        actual: Option<String>,
        /// Document and place that state the amount
        #[arg(long, default_value = "")]
        source: String,
    },
    /// Record the recommendation of a body that may recommend
    Recommend(StepArgs),
    /// Record the approval of a body that may approve money
    Approve(StepArgs),
    #[command(flatten)]
    Common(Common),
}

/// Options of `workpackage recommend` and `approve`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct StepArgs {
    /// The work package
    id: String,
    /// The body
    #[arg(long)]
    by: String,
    /// Date. Default: today
    #[arg(long, value_name = "DAY")]
    on: Option<Day>,
    /// Meeting or document
    #[arg(long, default_value = "")]
    source: String,
}

pub(crate) fn workpackage(c: &WorkpackageCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        WorkpackageCommand::Add { id, title, quarter, definition } => {
            work_packages::add(ctx, id, title, quarter, *definition)
        }
        WorkpackageCommand::Line { id, activity, budget, actual, source } => {
            let line = PackageLine {
                activity: activity.clone(),
                budget_pence: budget.as_deref().map(pence).transpose()?,
                actual_pence: actual.as_deref().map(pence).transpose()?,
                source: source.clone(),
            };
            Ok(view::receipt(&work_packages::add_line(ctx, id, line)?))
        }
        WorkpackageCommand::Recommend(a) => step(ctx, a, PackageState::Recommended),
        WorkpackageCommand::Approve(a) => step(ctx, a, PackageState::Approved),
        WorkpackageCommand::Common(Common::Show { id }) => work_packages::show(ctx, id),
        WorkpackageCommand::Common(c) => common::<WorkPackage>(c, ctx),
    }
}

fn step(ctx: &Ctx, a: &StepArgs, state: PackageState) -> Result<Answer> {
    let step = ApprovalStep {
        state,
        by: a.by.clone(),
        on: a.on.unwrap_or(ctx.now.day()),
        source: a.source.clone(),
    };
    Ok(view::receipt(&work_packages::take_step(ctx, &a.id, &step)?))
}

/// Installation counts as stated by a source
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum InstallCommand {
    /// Record a count with its source and coverage
    Add {
        /// Number of installations
        count: i64,
        /// Period
        #[arg(long)]
        period: Period,
        /// Source of the count
        #[arg(long)]
        source: String,
        /// Coverage: who or what is counted
        #[arg(long)]
        coverage: String,
        /// Region. Default: all
        #[arg(long, default_value = "none")]
        region: Region,
        /// Reason for a break in the series at this period
        #[arg(long, default_value = "")]
        series_break: String,
        /// Document and place
        #[arg(long, default_value = "")]
        place: String,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn install(c: &InstallCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        InstallCommand::Add { count, period, source, coverage, region, series_break, place } => {
            add(
                &InstallCount {
                    source: source.clone(),
                    period: *period,
                    region: *region,
                    count: *count,
                    coverage: coverage.clone(),
                    series_break: series_break.clone(),
                    place: place.clone(),
                },
                ctx,
            )
        }
        InstallCommand::Common(c) => common::<InstallCount>(c, ctx),
    }
}

/// Defects of measures
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MetricDefectCommand {
    /// Record a defect of a measure
    Add {
        /// Measure
        measure: String,
        /// Description of the defect
        #[arg(long)]
        what: String,
        /// Effect of the defect
        #[arg(long, default_value = "")]
        effect: String,
        /// Who found it. Default: the acting person
        #[arg(long)]
        by: Option<String>,
        /// Change that is to correct it
        #[arg(long, default_value = "")]
        change: String,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn metric_defect(c: &MetricDefectCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        MetricDefectCommand::Add { measure, what, effect, by, change } => add(
            &MetricDefect {
                measure: measure.clone(),
                what: what.clone(),
                effect: effect.clone(),
                found_by: author(by.as_deref(), &ctx.actor),
                on: ctx.now.day(),
                change: change.clone(),
            },
            ctx,
        ),
        MetricDefectCommand::Common(c) => common::<MetricDefect>(c, ctx),
    }
}
