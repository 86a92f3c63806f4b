//! `document`.

use super::{Common, add, common};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::{documents, registers::view};
use northbound_registers::records::oversight::documents::{Document, DocumentKind};
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
