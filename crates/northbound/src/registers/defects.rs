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
    /// Record what it hits; it reads as unknown until the action that asks is closed
    Hits {
        /// Its id
        id: String,
        /// Functions hit
        #[arg(long = "function", value_delimiter = ',', value_name = "TEXT")]
        functions: Vec<String>,
        /// Service Reference Variants hit
        #[arg(long = "srv", value_delimiter = ',', value_name = "SRV")]
        srvs: Vec<String>,
        /// Attributes hit
        #[arg(long = "attribute", value_delimiter = ',', value_name = "NAME")]
        attributes: Vec<String>,
    },
    /// A view of its impact on a class of parties; provisional until reviewed
    Impact(ImpactArgs),
    /// The reviewed impact on a class of parties
    Review(ImpactArgs),
    /// Ask a body
    Refer {
        /// Its id
        id: String,
        /// The body
        #[arg(long)]
        body: String,
        /// What it is asked
        #[arg(long)]
        question: String,
        /// Day on which it is to decide
        #[arg(long, value_name = "DAY")]
        due: Option<Day>,
    },
    /// What a body decided
    Decide {
        /// Its id
        id: String,
        /// The body
        #[arg(long)]
        body: String,
        /// What it decided
        #[arg(long)]
        outcome: String,
        /// When. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// The document that records it
        #[arg(long, default_value = "")]
        document: String,
    },
    /// Record a date for its fix; earlier dates stay on record
    Fix(FixArgs),
    /// How many events somebody expects
    Expect(ExpectArgs),
    /// Events counted in a month
    Count {
        /// Its id
        id: String,
        /// Month
        #[arg(long, value_name = "MONTH")]
        month: Period,
        /// alerts or failures; the two are never added
        #[arg(long)]
        unit: Unit,
        /// How many
        #[arg(long, value_name = "N")]
        count: i64,
        /// Last day counted, where the month is not over
        #[arg(long, value_name = "DAY")]
        to: Option<Day>,
        /// Who counted. Default: who acts
        #[arg(long)]
        source: Option<String>,
    },
    /// Counts by month against what is expected
    Pace {
        /// Its id
        id: String,
    },
    /// End it
    Close {
        /// Its id
        id: String,
        /// What ended it: a release or a notice
        #[arg(long)]
        by: String,
        /// Closed without a fix
        #[arg(long)]
        unfixed: bool,
    },
    /// One defect as at a time: what is known of it and what is not
    Status {
        /// Its id
        id: String,
    },
    #[command(flatten)]
    Common(Common),
}

/// What is found.
#[derive(Debug, Clone, Args)]
pub(crate) struct AddArgs {
    /// Title
    #[arg(long)]
    title: String,
    /// In full
    #[arg(long, default_value = "")]
    text: String,
    /// Day on which it was found. Default: today
    #[arg(long, value_name = "DAY")]
    found: Option<Day>,
    /// Test completion report, or other place, in which it was found
    #[arg(long, value_name = "TEXT")]
    found_in: String,
    /// Cohort: IOC, MOC or FOC
    #[arg(long)]
    cohort: Option<String>,
    /// Combinations that it hits, by id
    #[arg(long = "combination", value_delimiter = ',', value_name = "ID")]
    combinations: Vec<String>,
    /// Severity as the report words it
    #[arg(long)]
    severity: Option<String>,
    /// The action that asks what it hits
    #[arg(long, value_name = "ID")]
    asked_in: Option<String>,
}

/// An impact.
#[derive(Debug, Clone, Args)]
pub(crate) struct ImpactArgs {
    /// Its id
    id: String,
    /// Party category, or overall
    #[arg(long)]
    class: String,
    /// none, minimal, moderate or major
    #[arg(long)]
    level: ImpactLevel,
    /// Who says so. Default: who acts
    #[arg(long)]
    by: Option<String>,
    /// When. Default: today
    #[arg(long, value_name = "DAY")]
    on: Option<Day>,
    /// The review that settles it
    #[arg(long, value_name = "NAME")]
    at: String,
    /// In words
    #[arg(long, default_value = "")]
    note: String,
}

/// A date for a fix.
#[derive(Debug, Clone, Args)]
pub(crate) struct FixArgs {
    /// Its id
    id: String,
    /// The day
    #[arg(long, value_name = "DAY")]
    date: Option<Day>,
    /// The words in which it was given
    #[arg(long, default_value = "", value_name = "TEXT")]
    stated: String,
    /// What a quarter in the words means, and who says so
    #[arg(long, value_name = "TEXT")]
    definition: Option<String>,
    /// How sure it is: low, medium, high or certain; without it the date is unconfirmed
    #[arg(long, requires = "confirmed_by")]
    confidence: Option<Confidence>,
    /// Who says how sure it is
    #[arg(long, value_name = "NAME", requires = "confidence")]
    confirmed_by: Option<String>,
    /// Who gave the date. Default: who acts
    #[arg(long)]
    by: Option<String>,
    /// When. Default: today
    #[arg(long, value_name = "DAY")]
    on: Option<Day>,
    /// The document that records it
    #[arg(long, default_value = "")]
    document: String,
}

/// An expectation.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExpectArgs {
    /// Its id
    id: String,
    /// How many
    #[arg(long, value_name = "N")]
    about: i64,
    /// First day of the stretch named
    #[arg(long, value_name = "DAY")]
    from: Day,
    /// Its last day, inclusive
    #[arg(long, value_name = "DAY")]
    to: Day,
    /// alerts or failures; the question stays open without it
    #[arg(long)]
    unit: Option<Unit>,
    /// whole, or rest: what was left when it was stated; open without it
    #[arg(long)]
    span: Option<Span>,
    /// Who says so. Default: who acts
    #[arg(long)]
    by: Option<String>,
    /// When. Default: today
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
