//! `status`, `audit` and `view`: what people state, apart from what is measured.

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

/// Statements on the state of the service, beside what was measured
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum StatusCommand {
    /// Record a statement with its basis and author; with --colour it is a claim on the service, without one a note
    Add(StatusArgs),
    /// The statements of a period, claims beside the measured figures, and which are in tension with them
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

/// A statement.
#[derive(Debug, Clone, Args)]
pub(crate) struct StatusArgs {
    /// What is stated
    #[arg(long)]
    text: String,
    /// The period that it covers
    #[arg(long)]
    period: Period,
    /// The colour that it claims: green, amber or red
    #[arg(long)]
    colour: Option<Colour>,
    /// Measure that it covers. Default: the service as a whole
    #[arg(long = "measure", value_name = "ID")]
    measures: Vec<String>,
    /// Region. Default: everywhere
    #[arg(long, default_value = "none")]
    region: Region,
    /// Its basis, as its author states it
    #[arg(long, default_value = "")]
    basis: String,
    /// Who makes it. Default: who acts
    #[arg(long)]
    author: Option<String>,
    /// When it was made. Default: today
    #[arg(long, value_name = "DAY")]
    on: Option<Day>,
    /// In which document
    #[arg(long, default_value = "")]
    document: String,
    /// Where in it
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

/// Assurance work: a claim until evidence is attached
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AuditCommand {
    /// Record an audit or review and its result as reported
    Add {
        /// What was looked at
        #[arg(long)]
        scope: String,
        /// The result, as reported
        #[arg(long)]
        result: String,
        /// When
        #[arg(long, value_name = "DAY")]
        on: Day,
        /// Who did the work
        #[arg(long, default_value = "")]
        by: String,
        /// Who reports it. Default: who acts
        #[arg(long)]
        told_by: Option<String>,
    },
    /// Attach evidence: a document that was received
    Evidence {
        /// Its id
        id: String,
        /// The document
        #[arg(long, value_name = "ID")]
        document: String,
        /// Where in it
        #[arg(long, default_value = "")]
        place: String,
    },
    /// Assurance work, with what is evidence and what is a claim
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

/// Views that bodies take
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ViewCommand {
    /// Record the view that a body took at a meeting
    Add {
        /// The body
        #[arg(long)]
        body: String,
        /// Period
        #[arg(long)]
        period: Period,
        /// On what
        #[arg(long)]
        subject: String,
        /// The view
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
