//! Statements about figures: explanations, annotations, assurance, overrides, exceptions, claims.

use super::{Common, add, common};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::{
    figures,
    registers::{author, view},
};
use northbound_registers::records::{
    reporting::{
        annotations::Annotation,
        assurance::{Assurance, Status},
        claims::Claim,
        explanations::{Explanation, Given},
        overrides::{Colour, Override},
    },
    service::exceptions::AllowedException,
};
use northbound_types::{Day, NullReason, Period, Region};

/// The figure concerned.
#[derive(Debug, Clone, Args)]
pub(crate) struct On {
    /// Measure
    #[arg(long, value_name = "ID")]
    measure: String,
    /// Provider
    #[arg(long, value_name = "NAME")]
    provider: String,
    /// Region; leave out for a national figure
    #[arg(long, default_value = "none")]
    region: Region,
    /// Period
    #[arg(long)]
    period: Period,
}

/// Reasons for missed targets
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ExplanationCommand {
    /// Record the reason for a missed target
    Add(ExplanationArgs),
    #[command(flatten)]
    Common(Common),
}

/// Options of `explanation add`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExplanationArgs {
    #[command(flatten)]
    on: On,
    /// Reason
    #[arg(long)]
    text: String,
    /// The reason was given outside the report, in a meeting or by mail
    #[arg(long)]
    offline: bool,
    /// Who gave it. Default: the acting person
    #[arg(long)]
    by: Option<String>,
    /// Document or meeting in which it was given
    #[arg(long, default_value = "")]
    document: String,
    /// Place in the document
    #[arg(long, default_value = "")]
    place: String,
    /// Measures taken to prevent a recurrence
    #[arg(long)]
    steps: Option<String>,
    /// Earlier explanation that it repeats. Default: detected automatically
    #[arg(long, value_name = "ID")]
    repeats: Option<String>,
}

pub(crate) fn explanation(c: &ExplanationCommand, ctx: &Ctx) -> Result<Answer> {
    let a = match c {
        ExplanationCommand::Add(a) => a,
        ExplanationCommand::Common(c) => return common::<Explanation>(c, ctx),
    };
    let explanation = Explanation {
        measure: a.on.measure.clone(),
        provider: a.on.provider.clone(),
        region: a.on.region,
        period: a.on.period,
        text: a.text.clone(),
        given: if a.offline { Given::Offline } else { Given::Report },
        said_by: author(a.by.as_deref(), &ctx.actor),
        document: a.document.clone(),
        place: a.place.clone(),
        steps: a.steps.clone(),
        repeat_of: a.repeats.clone(),
    };
    figures::explain(ctx, &explanation)
}

/// Remarks on a period of time
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AnnotationCommand {
    /// Add a remark on a period of time, such as a pandemic
    Add {
        /// First day
        #[arg(long)]
        from: Day,
        /// Last day, inclusive
        #[arg(long)]
        to: Option<Day>,
        /// Short label for charts
        #[arg(long)]
        title: String,
        /// Full text
        #[arg(long, default_value = "")]
        text: String,
        /// Source of the remark. Default: the acting person
        #[arg(long)]
        source: Option<String>,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn annotation(c: &AnnotationCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        AnnotationCommand::Add { from, to, title, text, source } => {
            let annotation = Annotation {
                from: *from,
                to: *to,
                title: title.clone(),
                text: text.clone(),
                source: author(source.as_deref(), &ctx.actor),
            };
            Ok(view::receipt(&figures::annotate(ctx, &annotation)?))
        }
        AnnotationCommand::Common(c) => common::<Annotation>(c, ctx),
    }
}

/// Assurance status of figures
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AssuranceCommand {
    /// Record the assurance status of a figure
    Add {
        #[command(flatten)]
        on: On,
        /// Status: unconfirmed, confirmed or assured
        #[arg(long)]
        status: Status,
        /// What was checked against what
        #[arg(long)]
        what: String,
        /// Who states it. Default: the acting person
        #[arg(long)]
        by: Option<String>,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn assurance(c: &AssuranceCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        AssuranceCommand::Add { on, status, what, by } => add(
            &Assurance {
                measure: on.measure.clone(),
                provider: on.provider.clone(),
                region: on.region,
                period: on.period,
                status: *status,
                what: what.clone(),
                said_by: author(by.as_deref(), &ctx.actor),
            },
            ctx,
        ),
        AssuranceCommand::Common(c) => common::<Assurance>(c, ctx),
    }
}

/// Colours set, and figures withheld, by a person
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum OverrideCommand {
    /// Set a colour or withhold a figure; needs --reason
    Add {
        #[command(flatten)]
        on: On,
        /// Colour: green, amber, red or grey
        #[arg(long, conflicts_with = "withhold", required_unless_present = "withhold")]
        colour: Option<Colour>,
        /// Withhold the value, for this reason: unreliable, not-reported …
        #[arg(long, value_name = "NULL")]
        withhold: Option<NullReason>,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn overrides(c: &OverrideCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        OverrideCommand::Add { on, colour, withhold } => {
            let record = Override {
                measure: on.measure.clone(),
                provider: on.provider.clone(),
                region: on.region,
                period: on.period,
                colour: *colour,
                withhold: *withhold,
                who: ctx.actor.person.clone(),
                at: ctx.now,
                why: ctx.reason.clone(),
            };
            Ok(view::receipt(&figures::override_figure(ctx, &record)?))
        }
        OverrideCommand::Common(c) => common::<Override>(c, ctx),
    }
}

/// Attempts excluded by an Allowed Exception
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ExceptionCommand {
    /// Exclude attempts from a measure
    Add {
        #[command(flatten)]
        on: On,
        /// Number of attempts
        #[arg(long)]
        count: i64,
        /// Number of these that had met the standard
        #[arg(long, default_value_t = 0)]
        met: i64,
        /// Name of the Allowed Exception
        #[arg(long)]
        exception: String,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn exception(c: &ExceptionCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ExceptionCommand::Add { on, count, met, exception } => add(
            &AllowedException {
                measure: on.measure.clone(),
                provider: on.provider.clone(),
                region: on.region,
                period: on.period,
                count: *count,
                met: *met,
                reason: exception.clone(),
            },
            ctx,
        ),
        ExceptionCommand::Common(c) => common::<AllowedException>(c, ctx),
    }
}

/// Statements about runs of months, checked against the figures
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ClaimCommand {
    /// Record a statement, such as: below target 10 months in a row
    Add {
        /// Measure
        #[arg(long, value_name = "ID")]
        measure: String,
        /// Provider
        #[arg(long, value_name = "NAME")]
        provider: String,
        /// Region; leave out for a national figure
        #[arg(long, default_value = "none")]
        region: Region,
        /// Last month covered
        #[arg(long, value_name = "PERIOD")]
        until: Period,
        /// The statement
        #[arg(long)]
        text: String,
        /// Author of the statement. Default: the acting person
        #[arg(long)]
        source: Option<String>,
        /// Document that states it
        #[arg(long, default_value = "")]
        document: String,
        /// Place in the document
        #[arg(long, default_value = "")]
        place: String,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn claim(c: &ClaimCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ClaimCommand::Add { measure, provider, region, until, text, source, document, place } => {
            add(
                &Claim {
                    measure: measure.clone(),
                    provider: provider.clone(),
                    region: *region,
                    until: *until,
                    text: text.clone(),
                    source: author(source.as_deref(), &ctx.actor),
                    document: document.clone(),
                    place: place.clone(),
                },
                ctx,
            )
        }
        ClaimCommand::Common(c) => common::<Claim>(c, ctx),
    }
}
