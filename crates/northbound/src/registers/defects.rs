//! `defect`: found, assessed, asked about, decided on, fixed; events counted against what is expected.

mod view;

use super::{Common, common};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::Answer,
};
use clap::{Args, Subcommand};
use northbound_app::registers::{author, view as record_view, with_reason};
use northbound_registers::{
    RegisterError,
    records::{
        oversight::decisions::Decision,
        smets1::{
            defects::{
                ClassImpact, Confidence, Defect, DefectState, Expectation, FixDate, ImpactLevel,
                Span, Unit,
            },
            occurrences::Occurrence,
        },
    },
};
use northbound_types::{Day, Period};

/// Defects found in SMETS1 testing
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum DefectCommand {
    /// Register a defect
    Add(AddArgs),
    /// What it hits; reads as unknown until the action that asks is closed
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
        /// Where that stands
        #[arg(long, default_value = "")]
        document: String,
    },
    /// A date for its fix; every earlier one stays
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
        /// What ended it: a release, a notice
        #[arg(long)]
        by: String,
        /// Closed without a fix
        #[arg(long)]
        unfixed: bool,
    },
    /// One defect as at a time, with everything that is known and what is not
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
    /// Where that stands
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
    /// Where that stands
    #[arg(long, default_value = "")]
    document: String,
}

pub(crate) fn defect(c: &DefectCommand, ctx: &Ctx) -> Result<Answer> {
    let today = ctx.now.day();
    match c {
        DefectCommand::Add(a) => super::add(
            &Defect {
                text: a.text.clone(),
                cohort: a.cohort.clone(),
                combinations: a.combinations.clone(),
                severity: a.severity.clone(),
                asked_in: a.asked_in.clone(),
                ..Defect::found(&a.title, a.found.unwrap_or(today), &a.found_in)
            },
            ctx,
        ),
        DefectCommand::Hits { id, functions, srvs, attributes } => {
            hits(ctx, id, functions, srvs, attributes)
        }
        DefectCommand::Impact(a) => impact(ctx, a, true),
        DefectCommand::Review(a) => impact(ctx, a, false),
        DefectCommand::Refer { id, body, question, due } => edit(ctx, id, "referred", |d| {
            d.trail.push(Decision {
                body: body.clone(),
                question: question.clone(),
                due: *due,
                on: None,
                outcome: String::new(),
                document: String::new(),
            })
        }),
        DefectCommand::Decide { id, body, outcome, on, document } => {
            edit(ctx, id, "decided", |d| d.decide(body, on.unwrap_or(today), outcome, document))
        }
        DefectCommand::Fix(a) => edit(ctx, &a.id, "date of the fix", |d| {
            d.fixes.push(FixDate {
                date: a.date,
                stated: a.stated.clone(),
                definition: a.definition.clone(),
                confidence: a.confidence,
                confirmed_by: a.confirmed_by.clone(),
                by: author(a.by.as_deref(), &ctx.actor),
                on: a.on.unwrap_or(today),
                document: a.document.clone(),
            })
        }),
        DefectCommand::Expect(a) => edit(ctx, &a.id, "expectation", |d| {
            d.expectation = Some(Expectation {
                about: a.about,
                unit: a.unit,
                from: a.from,
                to: a.to,
                span: a.span,
                by: author(a.by.as_deref(), &ctx.actor),
                on: a.on.unwrap_or(today),
                document: a.document.clone(),
            })
        }),
        DefectCommand::Count { id, month, unit, count, to, source } => {
            let store = ctx.store()?;
            let record = Occurrence {
                defect: id.clone(),
                month: *month,
                unit: *unit,
                count: *count,
                to: *to,
                source: author(source.as_deref(), &ctx.actor),
            };
            Ok(record_view::receipt(&ctx.gate(&store).put(&record, &ctx.write())?)
                .then(format!("Against what is expected: northbound defect pace {id}")))
        }
        DefectCommand::Pace { id } => view::pace(id, ctx),
        DefectCommand::Close { id, by, unfixed } => edit(ctx, id, by, |d| {
            d.state = if *unfixed { DefectState::Closed } else { DefectState::Fixed };
            d.ended_by = Some(by.clone());
        }),
        DefectCommand::Status { id } => view::status(id, ctx),
        DefectCommand::Common(c) => common::<Defect>(c, ctx),
    }
}

fn edit(ctx: &Ctx, id: &str, what: &str, change: impl FnOnce(&mut Defect)) -> Result<Answer> {
    let store = ctx.store()?;
    Ok(record_view::receipt(&ctx.gate(&store).update::<Defect>(
        id,
        &with_reason(ctx, what),
        |d| {
            change(d);
            Ok(())
        },
    )?))
}

fn hits(
    ctx: &Ctx,
    id: &str,
    functions: &[String],
    srvs: &[String],
    attributes: &[String],
) -> Result<Answer> {
    if functions.is_empty() && srvs.is_empty() && attributes.is_empty() {
        return Err(CliError::usage("say what it hits: --function, --srv or --attribute"));
    }
    let rules = ctx.rules()?;
    if let Some(odd) = srvs.iter().find(|s| rules.catalogue().get(s).is_none()) {
        return Err(CliError::input(format!(
            "{odd:?} is no Service Reference Variant of the catalogue; `northbound rules list --prefix catalogue/` shows them"
        )));
    }
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let list = |l: &[String]| (!l.is_empty()).then(|| l.to_vec());
    let receipt = gate.update::<Defect>(id, &with_reason(ctx, "what it hits"), |d| {
        d.functions = list(functions).or(d.functions.take());
        d.srvs = list(srvs).or(d.srvs.take());
        d.attributes = list(attributes).or(d.attributes.take());
        Ok(())
    })?;
    let mut a = record_view::receipt(&receipt);
    if let Some(action) = gate.show::<Defect>(id, northbound_registers::AsAt::NOW)?.record.asked_in
    {
        let standing = gate.action_standing(&action, northbound_registers::AsAt::NOW)?;
        if !standing.is_closed() {
            a = a.then(format!(
                "It reads as unknown until the action {action} is closed (now: {standing})."
            ));
        }
    }
    Ok(a)
}

fn impact(ctx: &Ctx, a: &ImpactArgs, provisional: bool) -> Result<Answer> {
    let store = ctx.store()?;
    let new = ClassImpact {
        class: a.class.clone(),
        level: a.level,
        by: author(a.by.as_deref(), &ctx.actor),
        on: a.on.unwrap_or(ctx.now.day()),
        provisional,
        review: a.at.clone(),
        note: a.note.clone(),
    };
    let receipt = ctx.gate(&store).update::<Defect>(&a.id, &with_reason(ctx, if provisional { "first view of its impact" } else { "impact reviewed" }), |d| {
        // A class is reviewed by the review that was to settle it.
        if let Some(first) = d.impact_on(&a.class).filter(|i| !provisional && i.provisional && i.review != a.at) {
            return Err(RegisterError::Frozen { noun: northbound_registers::Noun::Defect, id: a.id.clone(), why: format!("its impact on {} is provisional until {}, not {}; name that review, or give another first view", a.class, first.review, a.at) });
        }
        d.impacts.push(new);
        Ok(())
    })?;
    Ok(record_view::receipt(&receipt))
}
