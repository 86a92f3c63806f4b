//! `defect`: defects found in SMETS1 testing.

use super::{Common, add, common};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::{
    registers::{author, view},
    smets1::defects::{self, Hits},
};
use northbound_registers::records::smets1::{
    defects::{ClassImpact, Confidence, Defect, Expectation, FixDate, ImpactLevel, Span, Unit},
    occurrences::Occurrence,
};
use northbound_types::{Day, Period};

/// Defects found in SMETS1 testing
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum DefectCommand {
    /// Register a defect
    Add(AddArgs),
    /// Record what a defect affects; the scope stays unknown until the action that asks about it is closed
    Hits {
        /// Id of the defect
        id: String,
        /// Affected functions
        #[arg(long = "function", value_delimiter = ',', value_name = "TEXT")]
        functions: Vec<String>,
        /// Affected Service Reference Variants
        #[arg(long = "srv", value_delimiter = ',', value_name = "SRV")]
        srvs: Vec<String>,
        /// Affected attributes
        #[arg(long = "attribute", value_delimiter = ',', value_name = "NAME")]
        attributes: Vec<String>,
    },
    /// Record an assessment of the impact on a class of parties; provisional until reviewed
    Impact(ImpactArgs),
    /// Record the reviewed impact on a class of parties
    Review(ImpactArgs),
    /// Ask a body for a decision
    Refer {
        /// Id of the defect
        id: String,
        /// Body
        #[arg(long)]
        body: String,
        /// Question
        #[arg(long)]
        question: String,
        /// Date by which it is to decide
        #[arg(long, value_name = "DAY")]
        due: Option<Day>,
    },
    /// Record the decision of a body
    Decide {
        /// Id of the defect
        id: String,
        /// Body
        #[arg(long)]
        body: String,
        /// Decision
        #[arg(long)]
        outcome: String,
        /// Date. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// The document that records it
        #[arg(long, default_value = "")]
        document: String,
    },
    /// Record a date for the fix; earlier dates stay on record
    Fix(FixArgs),
    /// Record how many events are expected
    Expect(ExpectArgs),
    /// Record the events counted in a month
    Count {
        /// Id of the defect
        id: String,
        /// Month
        #[arg(long, value_name = "MONTH")]
        month: Period,
        /// Unit: alerts or failures; the two are never added
        #[arg(long)]
        unit: Unit,
        /// Number of events
        #[arg(long, value_name = "N")]
        count: i64,
        /// Last day counted, if the month is not over
        #[arg(long, value_name = "DAY")]
        to: Option<Day>,
        /// Source of the count. Default: the acting person
        #[arg(long)]
        source: Option<String>,
    },
    /// Compare counts by month with the expected number
    Pace {
        /// Id of the defect
        id: String,
    },
    /// Close a defect
    Close {
        /// Id of the defect
        id: String,
        /// How it was closed: a release or a notice
        #[arg(long)]
        by: String,
        /// Closed without a fix
        #[arg(long)]
        unfixed: bool,
    },
    /// Show one defect as at a time: what is known and what is not
    Status {
        /// Id of the defect
        id: String,
    },
    #[command(flatten)]
    Common(Common),
}

/// Options of `defect add`.
#[derive(Debug, Clone, Args)]
pub(crate) struct AddArgs {
    /// Title
    #[arg(long)]
    title: String,
    /// Full description
    #[arg(long, default_value = "")]
    text: String,
    /// Date on which it was found. Default: today
    #[arg(long, value_name = "DAY")]
    found: Option<Day>,
    /// Test completion report or other document in which it was reported
    #[arg(long, value_name = "TEXT")]
    found_in: String,
    /// Cohort: IOC, MOC or FOC
    #[arg(long)]
    cohort: Option<String>,
    /// Ids of the affected combinations
    #[arg(long = "combination", value_delimiter = ',', value_name = "ID")]
    combinations: Vec<String>,
    /// Severity as the report words it
    #[arg(long)]
    severity: Option<String>,
    /// Action that asks what it affects
    #[arg(long, value_name = "ID")]
    asked_in: Option<String>,
}

/// Options of `defect impact` and `defect review`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ImpactArgs {
    /// Id of the defect
    id: String,
    /// Party category, or overall
    #[arg(long)]
    class: String,
    /// Impact: none, minimal, moderate or major
    #[arg(long)]
    level: ImpactLevel,
    /// Author of the statement. Default: the acting person
    #[arg(long)]
    by: Option<String>,
    /// Date. Default: today
    #[arg(long, value_name = "DAY")]
    on: Option<Day>,
    /// Review that confirms it
    #[arg(long, value_name = "NAME")]
    at: String,
    /// Description
    #[arg(long, default_value = "")]
    note: String,
}

/// Options of `defect fix`.
#[derive(Debug, Clone, Args)]
pub(crate) struct FixArgs {
    /// Id of the defect
    id: String,
    /// Date of the fix
    #[arg(long, value_name = "DAY")]
    date: Option<Day>,
    /// Wording in which the date was given
    #[arg(long, default_value = "", value_name = "TEXT")]
    stated: String,
    /// Definition of a quarter named in the wording, and its source
    #[arg(long, value_name = "TEXT")]
    definition: Option<String>,
    /// Confidence: low, medium, high or certain; without it the date is unconfirmed
    #[arg(long, requires = "confirmed_by")]
    confidence: Option<Confidence>,
    /// Source of the confidence
    #[arg(long, value_name = "NAME", requires = "confidence")]
    confirmed_by: Option<String>,
    /// Source of the date. Default: the acting person
    #[arg(long)]
    by: Option<String>,
    /// Date. Default: today
    #[arg(long, value_name = "DAY")]
    on: Option<Day>,
    /// The document that records it
    #[arg(long, default_value = "")]
    document: String,
}

/// Options of `defect expect`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExpectArgs {
    /// Id of the defect
    id: String,
    /// Number of events
    #[arg(long, value_name = "N")]
    about: i64,
    /// First day of the period
    #[arg(long, value_name = "DAY")]
    from: Day,
    /// Last day of the period, inclusive
    #[arg(long, value_name = "DAY")]
    to: Day,
    /// Unit: alerts or failures. Unresolved if not given
    #[arg(long)]
    unit: Option<Unit>,
    /// Span: whole, or rest (the remainder when it was stated). Unresolved if not given
    #[arg(long)]
    span: Option<Span>,
    /// Author of the statement. Default: the acting person
    #[arg(long)]
    by: Option<String>,
    /// Date. Default: today
    #[arg(long, value_name = "DAY")]
    on: Option<Day>,
    /// The document that records it
    #[arg(long, default_value = "")]
    document: String,
}

pub(crate) fn defect(c: &DefectCommand, ctx: &Ctx) -> Result<Answer> {
    let today = ctx.now.day();
    let receipt = match c {
        DefectCommand::Add(a) => return add(&a.defect(today), ctx),
        DefectCommand::Hits { id, functions, srvs, attributes } => {
            let (functions, srvs) = (functions.clone(), srvs.clone());
            let hits = Hits { functions, srvs, attributes: attributes.clone() };
            return defects::record_hits(ctx, id, hits);
        }
        DefectCommand::Impact(a) => defects::record_impact(ctx, &a.id, a.impact(ctx, true))?,
        DefectCommand::Review(a) => defects::record_impact(ctx, &a.id, a.impact(ctx, false))?,
        DefectCommand::Refer { id, body, question, due } => {
            defects::refer(ctx, id, body, question, *due)?
        }
        DefectCommand::Decide { id, body, outcome, on, document } => {
            defects::decide(ctx, id, body, on.unwrap_or(today), outcome, document)?
        }
        DefectCommand::Fix(a) => defects::date_fix(ctx, &a.id, a.date(ctx))?,
        DefectCommand::Expect(a) => defects::expect(ctx, &a.id, a.expectation(ctx))?,
        DefectCommand::Count { id, month, unit, count, to, source } => {
            let occurrence = Occurrence {
                defect: id.clone(),
                month: *month,
                unit: *unit,
                count: *count,
                to: *to,
                source: author(source.as_deref(), &ctx.actor),
            };
            return defects::count(ctx, &occurrence);
        }
        DefectCommand::Pace { id } => return defects::pace(ctx, id),
        DefectCommand::Close { id, by, unfixed } => defects::close(ctx, id, by, !unfixed)?,
        DefectCommand::Status { id } => return defects::status(ctx, id),
        DefectCommand::Common(c) => return common::<Defect>(c, ctx),
    };
    Ok(view::receipt(&receipt))
}

impl AddArgs {
    fn defect(&self, today: Day) -> Defect {
        Defect {
            text: self.text.clone(),
            cohort: self.cohort.clone(),
            combinations: self.combinations.clone(),
            severity: self.severity.clone(),
            asked_in: self.asked_in.clone(),
            ..Defect::found(&self.title, self.found.unwrap_or(today), &self.found_in)
        }
    }
}

impl ImpactArgs {
    fn impact(&self, ctx: &Ctx, provisional: bool) -> ClassImpact {
        ClassImpact {
            class: self.class.clone(),
            level: self.level,
            by: author(self.by.as_deref(), &ctx.actor),
            on: self.on.unwrap_or(ctx.now.day()),
            provisional,
            review: self.at.clone(),
            note: self.note.clone(),
        }
    }
}

impl FixArgs {
    fn date(&self, ctx: &Ctx) -> FixDate {
        FixDate {
            date: self.date,
            stated: self.stated.clone(),
            definition: self.definition.clone(),
            confidence: self.confidence,
            confirmed_by: self.confirmed_by.clone(),
            by: author(self.by.as_deref(), &ctx.actor),
            on: self.on.unwrap_or(ctx.now.day()),
            document: self.document.clone(),
        }
    }
}

impl ExpectArgs {
    fn expectation(&self, ctx: &Ctx) -> Expectation {
        Expectation {
            about: self.about,
            unit: self.unit,
            from: self.from,
            to: self.to,
            span: self.span,
            by: author(self.by.as_deref(), &ctx.actor),
            on: self.on.unwrap_or(ctx.now.day()),
            document: self.document.clone(),
        }
    }
}
