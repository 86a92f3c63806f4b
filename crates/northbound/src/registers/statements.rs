//! `status`, `audit` and `view`: statements of people, separate from measurements.

use super::{Common, add, common};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::{
    registers::{author, view},
    statements,
};
use northbound_registers::records::{
    feedback::statements::{Audit, StatementKind, Status, View},
    reporting::overrides::Colour,
};
use northbound_types::{Day, Period, Region};

/// Statements on the state of the service, beside the measured figures
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum StatusCommand {
    /// Record a statement with its basis and author; with --colour it is a claim about the service, without one a note
    Add(StatusArgs),
    /// Show the statements of a period beside the measured figures, and which contradict them
    Beside {
        /// Month
        #[arg(long)]
        period: Period,
        /// Methodology of the figures
        #[arg(long, value_name = "ID")]
        methodology: Option<String>,
    },
    #[command(flatten)]
    Common(Common),
}

/// Options of `status add`.
#[derive(Debug, Clone, Args)]
pub(crate) struct StatusArgs {
    /// Text of the statement
    #[arg(long)]
    text: String,
    /// Period covered
    #[arg(long)]
    period: Period,
    /// Claimed colour: green, amber or red
    #[arg(long)]
    colour: Option<Colour>,
    /// Measure covered. Default: the service as a whole
    #[arg(long = "measure", value_name = "ID")]
    measures: Vec<String>,
    /// Region. Default: all
    #[arg(long, default_value = "none")]
    region: Region,
    /// Its basis, as its author states it
    #[arg(long, default_value = "")]
    basis: String,
    /// Author. Default: the acting person
    #[arg(long)]
    author: Option<String>,
    /// Date of the statement. Default: today
    #[arg(long, value_name = "DAY")]
    on: Option<Day>,
    /// Document that contains it
    #[arg(long, default_value = "")]
    document: String,
    /// Place in the document
    #[arg(long, default_value = "")]
    place: String,
}

pub(crate) fn status(c: &StatusCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        StatusCommand::Add(a) => add(
            &Status {
                period: a.period,
                on: a.on.unwrap_or(ctx.now.day()),
                kind: if a.colour.is_some() { StatementKind::Service } else { StatementKind::Note },
                text: a.text.clone(),
                colour: a.colour,
                measures: a.measures.clone(),
                region: a.region,
                basis: a.basis.clone(),
                author: author(a.author.as_deref(), &ctx.actor),
                document: a.document.clone(),
                place: a.place.clone(),
            },
            ctx,
        ),
        StatusCommand::Beside { period, methodology } => {
            statements::beside_figures(ctx, *period, methodology.as_deref())
        }
        StatusCommand::Common(c) => common::<Status>(c, ctx),
    }
}

/// Audits and reviews; each result is a claim until evidence is attached
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AuditCommand {
    /// Record an audit or review with its reported result
    Add {
        /// Scope of the audit or review
        #[arg(long)]
        scope: String,
        /// Result, as reported
        #[arg(long)]
        result: String,
        /// Date
        #[arg(long, value_name = "DAY")]
        on: Day,
        /// Who did the work
        #[arg(long, default_value = "")]
        by: String,
        /// Who reports it. Default: the acting person
        #[arg(long)]
        told_by: Option<String>,
    },
    /// Attach a received document as evidence
    Evidence {
        /// Id of the audit
        id: String,
        /// The document
        #[arg(long, value_name = "ID")]
        document: String,
        /// Place in the document
        #[arg(long, default_value = "")]
        place: String,
    },
    /// List audits and reviews, showing which results are evidenced and which are claims
    Log,
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn audit(c: &AuditCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        AuditCommand::Add { scope, result, on, by, told_by } => {
            let audit = Audit {
                scope: scope.clone(),
                on: *on,
                result: result.clone(),
                by: by.clone(),
                told_by: author(told_by.as_deref(), &ctx.actor),
                evidence: None,
                place: String::new(),
            };
            statements::add_audit(ctx, &audit)
        }
        AuditCommand::Evidence { id, document, place } => {
            Ok(view::receipt(&statements::attach_evidence(ctx, id, document, place)?))
        }
        AuditCommand::Log => statements::audit_log(ctx),
        AuditCommand::Common(c) => common::<Audit>(c, ctx),
    }
}

/// Views taken by bodies
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ViewCommand {
    /// Record a view that a body took at a meeting
    Add {
        /// The body
        #[arg(long)]
        body: String,
        /// Period
        #[arg(long)]
        period: Period,
        /// Subject
        #[arg(long)]
        subject: String,
        /// Text of the view
        #[arg(long)]
        text: String,
        /// Meeting
        #[arg(long)]
        meeting: String,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn view(c: &ViewCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ViewCommand::Add { body, period, subject, text, meeting } => add(
            &View {
                period: *period,
                body: body.clone(),
                subject: subject.clone(),
                text: text.clone(),
                meeting: meeting.clone(),
            },
            ctx,
        ),
        ViewCommand::Common(c) => common::<View>(c, ctx),
    }
}
