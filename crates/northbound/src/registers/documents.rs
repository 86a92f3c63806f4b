//! `document` and `action`.

use super::{Common, add, common};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::{
    documents::{self, actions},
    registers::view,
};
use northbound_registers::records::oversight::{
    actions::{Action, ActionStatus, DueStep, canonical},
    documents::{Document, DocumentKind},
};
use northbound_types::{Day, Period};

/// Documents, received or promised
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum DocumentCommand {
    /// Register a document that was received or promised
    Add(DocumentArgs),
    /// Record the receipt of a promised document
    Arrive {
        /// Reference of the document
        id: String,
        /// Date of receipt. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// SHA-256 of its bytes
        #[arg(long, default_value = "")]
        sha256: String,
        /// Where the document is filed
        #[arg(long, default_value = "")]
        filed: String,
    },
    #[command(flatten)]
    Common(Common),
}

/// Options of `document add`.
#[derive(Debug, Clone, Args)]
pub(crate) struct DocumentArgs {
    /// Reference
    id: String,
    /// Kind, such as minutes, performance-report, sr-variance, panel-paper, letter
    #[arg(long)]
    kind: DocumentKind,
    /// Title
    #[arg(long)]
    title: String,
    /// Owner: the body or party that owns or owes it
    #[arg(long)]
    owner: String,
    /// Period covered
    #[arg(long)]
    period: Option<Period>,
    /// Version: draft, final, 2 …
    #[arg(long, default_value = "")]
    version_text: String,
    /// Class of the marking
    #[arg(long, default_value = "")]
    marking: String,
    /// Sharing statement printed on the document
    #[arg(long, default_value = "")]
    sharing: String,
    /// Due date
    #[arg(long, value_name = "DAY")]
    due: Option<Day>,
    /// Date of receipt; without it the document counts as promised
    #[arg(long, value_name = "DAY")]
    arrived: Option<Day>,
    /// Last day for comments, inclusive, UTC
    #[arg(long, value_name = "DAY")]
    comments_by: Option<Day>,
    /// SHA-256 of its bytes
    #[arg(long, default_value = "")]
    sha256: String,
    /// Where the document is filed
    #[arg(long, default_value = "")]
    filed: String,
}

pub(crate) fn document(c: &DocumentCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        DocumentCommand::Add(a) => add(
            &Document {
                id: a.id.clone(),
                kind: a.kind,
                title: a.title.clone(),
                period: a.period,
                version: a.version_text.clone(),
                marking: a.marking.clone(),
                sharing: a.sharing.clone(),
                owner: a.owner.clone(),
                due: a.due,
                arrived: a.arrived,
                comments_by: a.comments_by,
                sha256: a.sha256.clone(),
                filed: a.filed.clone(),
                approved_by: String::new(),
            },
            ctx,
        ),
        DocumentCommand::Arrive { id, on, sha256, filed } => {
            let on = on.unwrap_or(ctx.now.day());
            Ok(view::receipt(&documents::arrive(ctx, id, on, sha256, filed)?))
        }
        DocumentCommand::Common(Common::List(f)) => documents::list(ctx, f.period, f.withdrawn),
        DocumentCommand::Common(c) => common::<Document>(c, ctx),
    }
}

/// Actions set by meetings
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ActionCommand {
    /// Register an action
    Add(ActionArgs),
    /// Set another target date; earlier dates stay on record
    Due {
        /// Id of the action, in any spelling
        id: String,
        /// The date
        #[arg(required_unless_present = "none")]
        target: Option<Day>,
        /// Record that there is no date
        #[arg(long, conflicts_with = "target")]
        none: bool,
        /// Meeting or body that sets the date
        #[arg(long)]
        by: String,
        /// Date on which it was set. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// The document that records it
        #[arg(long, default_value = "")]
        source: String,
    },
    /// Record that the owner claims completion
    Claim {
        /// Id of the action, in any spelling
        id: String,
        /// Evidence
        #[arg(long, default_value = "")]
        evidence: String,
    },
    /// Close an action; refused without evidence and the meeting that accepted it
    Close {
        /// Id of the action, in any spelling
        id: String,
        /// Evidence of completion: document and place
        #[arg(long, default_value = "")]
        evidence: String,
        /// The meeting that accepted it
        #[arg(long, default_value = "")]
        meeting: String,
    },
    #[command(flatten)]
    Common(Common),
}

/// Options of `action add`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ActionArgs {
    /// Id as spelt in the source
    found: String,
    /// Text of the action
    #[arg(long)]
    text: String,
    /// Body that owns it
    #[arg(long)]
    owner: String,
    /// Person in that body
    #[arg(long, value_name = "PERSON")]
    lead: Option<String>,
    /// Date on which it was raised
    #[arg(long, value_name = "DAY")]
    raised: Option<Day>,
    /// Target date
    #[arg(long, value_name = "DAY")]
    due: Option<Day>,
    /// Meeting or body that set the date. Default: the owner
    #[arg(long)]
    set_by: Option<String>,
    /// Document that records it
    #[arg(long, value_name = "ID")]
    document: Option<String>,
    /// Place in the document
    #[arg(long, default_value = "")]
    place: String,
    /// Topic
    #[arg(long, default_value = "")]
    topic: String,
}

pub(crate) fn action(c: &ActionCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ActionCommand::Add(a) => {
            let step = |target| DueStep {
                target: Some(target),
                set_on: a.raised.unwrap_or(ctx.now.day()),
                set_by: a.set_by.clone().unwrap_or_else(|| a.owner.clone()),
                source: a.place.clone(),
            };
            add(
                &Action {
                    found: a.found.clone(),
                    canonical: canonical(&a.found),
                    text: a.text.clone(),
                    owner: a.owner.clone(),
                    lead: a.lead.clone(),
                    raised: a.raised,
                    status: ActionStatus::Open,
                    evidence: String::new(),
                    closed_at: String::new(),
                    dues: a.due.map(step).into_iter().collect(),
                    document: a.document.clone(),
                    place: a.place.clone(),
                    topic: a.topic.clone(),
                },
                ctx,
            )
        }
        ActionCommand::Due { id, target, none: _, by, on, source } => {
            let step = DueStep {
                target: *target,
                set_on: on.unwrap_or(ctx.now.day()),
                set_by: by.clone(),
                source: source.clone(),
            };
            Ok(view::receipt(&actions::set_due(ctx, id, &step)?))
        }
        ActionCommand::Claim { id, evidence } => {
            Ok(view::receipt(&actions::claim_done(ctx, id, evidence)?))
        }
        ActionCommand::Close { id, evidence, meeting } => {
            Ok(view::receipt(&actions::close(ctx, id, evidence, meeting)?))
        }
        ActionCommand::Common(c) => common::<Action>(&canonical_id(c), ctx),
    }
}

/// The same command with the canonical spelling of the id.
fn canonical_id(c: &Common) -> Common {
    match c.clone() {
        Common::Show { id } => Common::Show { id: canonical(&id) },
        Common::History { id } => Common::History { id: canonical(&id) },
        Common::Change { id, set } => Common::Change { id: canonical(&id), set },
        Common::Withdraw { id } => Common::Withdraw { id: canonical(&id) },
        list @ Common::List(_) => list,
    }
}
