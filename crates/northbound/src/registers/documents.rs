//! `document` and `action`.

use super::{Common, Filter, add, common};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table},
};
use clap::{Args, Subcommand};
use northbound_app::registers::{view, with_reason};
use northbound_registers::{
    Query,
    records::oversight::{
        actions::{Action, ActionStatus, DueStep, canonical},
        documents::{Document, DocumentKind},
    },
};
use northbound_types::{Day, Period};
use serde_json::json;

/// Documents: here, or promised
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum DocumentCommand {
    /// Register a document, or one that was promised
    Add(DocumentArgs),
    /// A promised document came
    Arrive {
        /// Its reference
        id: String,
        /// Day on which it came. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// SHA-256 of its bytes
        #[arg(long, default_value = "")]
        sha256: String,
        /// Where it is filed
        #[arg(long, default_value = "")]
        filed: String,
    },
    #[command(flatten)]
    Common(Common),
}

/// A document.
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
    /// Who owes or owns it: a body or a party
    #[arg(long)]
    owner: String,
    /// Period that it reports on
    #[arg(long)]
    period: Option<Period>,
    /// draft, final, 2 …
    #[arg(long, default_value = "")]
    version_text: String,
    /// Class of its marking
    #[arg(long, default_value = "")]
    marking: String,
    /// The sharing statement printed on it
    #[arg(long, default_value = "")]
    sharing: String,
    /// When it is due
    #[arg(long, value_name = "DAY")]
    due: Option<Day>,
    /// When it came; without it the document is expected
    #[arg(long, value_name = "DAY")]
    arrived: Option<Day>,
    /// Last day for comments, inclusive, UTC
    #[arg(long, value_name = "DAY")]
    comments_by: Option<Day>,
    /// SHA-256 of its bytes
    #[arg(long, default_value = "")]
    sha256: String,
    /// Where it is filed
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
            },
            ctx,
        ),
        DocumentCommand::Arrive { id, on, sha256, filed } => {
            let (on, store) = (on.unwrap_or(ctx.now.day()), ctx.store()?);
            Ok(view::receipt(&ctx.gate(&store).update::<Document>(
                id,
                &with_reason(ctx, "it came"),
                |d| {
                    d.arrived = Some(on);
                    if !sha256.is_empty() {
                        d.sha256.clone_from(sha256);
                    }
                    if !filed.is_empty() {
                        d.filed.clone_from(filed);
                    }
                    Ok(())
                },
            )?))
        }
        DocumentCommand::Common(Common::List(f)) => list(f, ctx),
        DocumentCommand::Common(c) => common::<Document>(c, ctx),
    }
}

fn list(f: &Filter, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let kept = ctx.gate(&store).list::<Document>(&Query {
        period: f.period,
        withdrawn: f.withdrawn,
        ..Query::as_at(ctx.as_at())
    })?;
    let day = ctx.as_at.unwrap_or(ctx.now).day();
    let mut t = Table::new(
        "",
        &[
            "id",
            "kind",
            "title",
            "period",
            "version",
            "marking",
            "owner",
            "due",
            "standing",
            "comments by",
        ],
    );
    let mut records = Vec::new();
    let shown = |d: Option<Day>| d.map_or_else(String::new, |d| d.to_string());
    for k in &kept {
        let (d, standing) = (&k.record, k.record.standing(day));
        t.row([
            k.id.clone(),
            d.kind.to_string(),
            d.title.clone(),
            d.period.map_or_else(String::new, |p| p.to_string()),
            d.version.clone(),
            d.marking.clone(),
            d.owner.clone(),
            shown(d.due),
            standing.to_string(),
            shown(d.comments_by),
        ]);
        let mut j = json!(k);
        j["standing"] = json!(standing);
        records.push(j);
    }
    Ok(Answer::new(json!({"records": records, "on": day})).table(t))
}

/// Actions that meetings gave
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ActionCommand {
    /// Register an action
    Add(ActionArgs),
    /// Set another target date; the earlier ones stay
    Due {
        /// Its id, in any spelling
        id: String,
        /// The date
        #[arg(required_unless_present = "none")]
        target: Option<Day>,
        /// Say that there is no date
        #[arg(long, conflicts_with = "target")]
        none: bool,
        /// Meeting or body that sets it
        #[arg(long)]
        by: String,
        /// When it was set. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// Where that stands
        #[arg(long, default_value = "")]
        source: String,
    },
    /// Its owner says that it is done
    Claim {
        /// Its id, in any spelling
        id: String,
        /// What shows it
        #[arg(long, default_value = "")]
        evidence: String,
    },
    /// Close it: refused without evidence and the meeting that accepted it
    Close {
        /// Its id, in any spelling
        id: String,
        /// What shows that it is done: a document, a place
        #[arg(long, default_value = "")]
        evidence: String,
        /// The meeting that accepted it
        #[arg(long, default_value = "")]
        meeting: String,
    },
    #[command(flatten)]
    Common(Common),
}

/// An action.
#[derive(Debug, Clone, Args)]
pub(crate) struct ActionArgs {
    /// Its id as it was found
    found: String,
    /// What is to be done
    #[arg(long)]
    text: String,
    /// The body that owns it
    #[arg(long)]
    owner: String,
    /// A person of it
    #[arg(long, value_name = "PERSON")]
    lead: Option<String>,
    /// When it was raised
    #[arg(long, value_name = "DAY")]
    raised: Option<Day>,
    /// Target date
    #[arg(long, value_name = "DAY")]
    due: Option<Day>,
    /// Meeting or body that set the date. Default: the owner
    #[arg(long)]
    set_by: Option<String>,
    /// Document that it stands in
    #[arg(long, value_name = "ID")]
    document: Option<String>,
    /// Place in it
    #[arg(long, default_value = "")]
    place: String,
    /// What it is about
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
            let store = ctx.store()?;
            Ok(view::receipt(&ctx.gate(&store).action_due(
                id,
                &step,
                &with_reason(ctx, &format!("date set by {by}")),
            )?))
        }
        ActionCommand::Claim { id, evidence } => {
            status(ctx, id, ActionStatus::ClaimedDone, evidence, "")
        }
        ActionCommand::Close { id, evidence, meeting } => {
            if evidence.trim().is_empty() || meeting.trim().is_empty() {
                return Err(CliError::refused(format!(
                    "action {id} is not closed: closing needs evidence and the meeting that accepted it; give --evidence and --meeting"
                )));
            }
            status(ctx, id, ActionStatus::Closed, evidence, meeting)
        }
        ActionCommand::Common(c) => common::<Action>(&spelt(c), ctx),
    }
}

fn status(
    ctx: &Ctx,
    id: &str,
    status: ActionStatus,
    evidence: &str,
    meeting: &str,
) -> Result<Answer> {
    let store = ctx.store()?;
    let why = if meeting.is_empty() {
        "its owner says that it is done".to_owned()
    } else {
        format!("accepted by {meeting}")
    };
    Ok(view::receipt(&ctx.gate(&store).action_status(
        id,
        status,
        evidence,
        meeting,
        &with_reason(ctx, &why),
    )?))
}

/// The same command with the id in its one spelling.
fn spelt(c: &Common) -> Common {
    match c.clone() {
        Common::Show { id } => Common::Show { id: canonical(&id) },
        Common::History { id } => Common::History { id: canonical(&id) },
        Common::Change { id, set } => Common::Change { id: canonical(&id), set },
        Common::Withdraw { id } => Common::Withdraw { id: canonical(&id) },
        list @ Common::List(_) => list,
    }
}
