//! What people state about figures: explanations, annotations, assurance, overrides, exceptions, claims.

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

/// Which figure.
#[derive(Debug, Clone, Args)]
pub(crate) struct On {
    /// Measure
    #[arg(long, value_name = "ID")]
    measure: String,
    /// Provider
    #[arg(long, value_name = "NAME")]
    provider: String,
    /// Region; none for a national figure
    #[arg(long, default_value = "none")]
    region: Region,
    /// Period
    #[arg(long)]
    period: Period,
}

/// Reasons for misses
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ExplanationCommand {
    /// Give a reason
    Add(ExplanationArgs),
    #[command(flatten)]
    Common(Common),
}

/// A reason.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExplanationArgs {
    #[command(flatten)]
    on: On,
    /// The reason
    #[arg(long)]
    text: String,
    /// Given outside the report: in a meeting, by mail
    #[arg(long)]
    offline: bool,
    /// Who gave it. Default: who acts
    #[arg(long)]
    by: Option<String>,
    /// Document or meeting in which it was given
    #[arg(long, default_value = "")]
    document: String,
    /// Place in it
    #[arg(long, default_value = "")]
    place: String,
    /// What is done so that it does not happen again
    #[arg(long)]
    steps: Option<String>,
    /// The earlier explanation that it repeats; found on its own where not given
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

/// Remarks on a stretch of time
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AnnotationCommand {
    /// Remark on a stretch of time, such as a pandemic
    Add {
        /// First day
        #[arg(long)]
        from: Day,
        /// Last day, inclusive
        #[arg(long)]
        to: Option<Day>,
        /// In a few words, for charts
        #[arg(long)]
        title: String,
        /// In full
        #[arg(long, default_value = "")]
        text: String,
        /// Who says so, where. Default: who acts
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

/// How far figures can be relied on
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AssuranceCommand {
    /// State how far a figure can be relied on
    Add {
        #[command(flatten)]
        on: On,
        /// unconfirmed, confirmed or assured
        #[arg(long)]
        status: Status,
        /// What was checked, and against what
        #[arg(long)]
        what: String,
        /// Who states it. Default: who acts
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

/// Colours set and figures withheld by a person
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum OverrideCommand {
    /// Set a colour or withhold a figure; needs --reason
    Add {
        #[command(flatten)]
        on: On,
        /// green, amber, red or grey
        #[arg(long, conflicts_with = "withhold", required_unless_present = "withhold")]
        colour: Option<Colour>,
        /// Show no value, for this reason: unreliable, not-reported …
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

/// Attempts that an Allowed Exception takes out
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ExceptionCommand {
    /// Take attempts out of a measure
    Add {
        #[command(flatten)]
        on: On,
        /// How many attempts
        #[arg(long)]
        count: i64,
        /// How many of them had met the standard
        #[arg(long, default_value_t = 0)]
        met: i64,
        /// Which exception
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

/// Statements about months, checked against the figures
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
        /// Region; none for a national figure
        #[arg(long, default_value = "none")]
        region: Region,
        /// The last month that it covers
        #[arg(long, value_name = "PERIOD")]
        until: Period,
        /// The statement
        #[arg(long)]
        text: String,
        /// Who makes it. Default: who acts
        #[arg(long)]
        source: Option<String>,
        /// In which document
        #[arg(long, default_value = "")]
        document: String,
        /// Where in it
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
