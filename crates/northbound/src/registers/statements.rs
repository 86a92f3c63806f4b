//! `status`, `audit` and `view`: what people state, kept apart from what is measured.

use super::{Common, add, common};
use crate::{
    context::Ctx,
    error::Result,
    evidence,
    output::{Answer, Table},
};
use clap::{Args, Subcommand};
use northbound_app::registers::{author, view, with_reason};
use northbound_measures::oversight::tension::{Beside, Tension};
use northbound_packs::oversight::held_against;
use northbound_registers::{
    Query,
    records::{
        feedback::statements::{Audit, StatementKind, Status, View},
        reporting::overrides::Colour,
    },
};
use northbound_types::{Day, Period, Region};
use serde_json::json;

/// Statements on the state of the service, beside what was measured
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum StatusCommand {
    /// Keep a statement with its basis and author; with --colour it is a claim on the service, without one a note
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
    /// The period that it speaks of
    #[arg(long)]
    period: Period,
    /// The colour that it claims: green, amber or red
    #[arg(long)]
    colour: Option<Colour>,
    /// Measure that it speaks of. Default: the service as a whole
    #[arg(long = "measure", value_name = "ID")]
    measures: Vec<String>,
    /// Region. Default: everywhere
    #[arg(long, default_value = "none")]
    region: Region,
    /// What it rests on, as its author says
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
            beside_figures(ctx, *period, methodology.as_deref())
        }
        StatusCommand::Common(c) => common::<Status>(c, ctx),
    }
}

fn beside_figures(ctx: &Ctx, period: Period, methodology: Option<&str>) -> Result<Answer> {
    let store = ctx.store()?;
    let kept = ctx
        .gate(&store)
        .list::<Status>(&Query { period: Some(period), ..Query::as_at(ctx.as_at()) })?;
    let results =
        evidence::gather(ctx, &store, period, methodology, &mut ctx.progress())?.evaluate()?;
    let mut t = Table::new(
        "What is claimed, and what was measured",
        &["id", "claimed", "by", "text", "basis", "measured", "standing"],
    );
    let mut notes = Table::new("Notes, kept out of any score", &["id", "on", "by", "text"]);
    let (mut out, mut tense) = (Vec::new(), 0);
    for k in &kept {
        let s = &k.record;
        let Some((tension, rows)) = held_against(s, &results) else {
            notes.row([k.id.clone(), s.on.to_string(), s.author.clone(), s.text.clone()]);
            out.push(json!({"id": k.id, "status": s, "tension": null, "beside": []}));
            continue;
        };
        if tension == Tension::InTension {
            tense += 1;
        }
        let basis = if s.basis.is_empty() { "none given".to_owned() } else { s.basis.clone() };
        t.row([
            k.id.clone(),
            s.colour.map_or_else(String::new, |c| c.to_string()),
            s.author.clone(),
            s.text.clone(),
            basis,
            measured(&rows),
            tension.to_string(),
        ]);
        out.push(json!({"id": k.id, "status": s, "tension": tension, "beside": rows}));
    }
    Ok(Answer::new(json!({"period": period, "statements": out}))
        .say(format!(
            "{} statements on {period}, {tense} of them in tension with the figures.",
            kept.len()
        ))
        .table(t)
        .table(notes))
}

/// Rows worse than the claim by name; else how many there are.
fn measured(rows: &[Beside]) -> String {
    let worse: Vec<String> = rows
        .iter()
        .filter(|b| b.worse)
        .map(|b| format!("{} {} {}: {}", b.measure, b.provider, b.region, b.band.words()))
        .collect();
    if worse.is_empty() { format!("{} rows, none worse", rows.len()) } else { worse.join("; ") }
}

/// Assurance work: a claim until evidence is attached
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AuditCommand {
    /// Note an audit or review and its result as told
    Add {
        /// What was looked at
        #[arg(long)]
        scope: String,
        /// The result, as told
        #[arg(long)]
        result: String,
        /// When
        #[arg(long, value_name = "DAY")]
        on: Day,
        /// Who did the work
        #[arg(long, default_value = "")]
        by: String,
        /// Who tells of it. Default: who acts
        #[arg(long)]
        told_by: Option<String>,
    },
    /// Attach evidence: a document that is here
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

/// What the result of assurance work is worth.
pub(crate) const fn worth(a: &Audit) -> &'static str {
    if a.evidence.is_some() { "evidence attached" } else { "claim" }
}

pub(crate) fn audit(c: &AuditCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        AuditCommand::Add { scope, result, on, by, told_by } => Ok(add(
            &Audit {
                scope: scope.clone(),
                on: *on,
                result: result.clone(),
                by: by.clone(),
                told_by: author(told_by.as_deref(), &ctx.actor),
                evidence: None,
                place: String::new(),
            },
            ctx,
        )?
        .say("Its result is a claim until evidence is attached (`audit evidence`).")),
        AuditCommand::Evidence { id, document, place } => {
            let store = ctx.store()?;
            Ok(view::receipt(&ctx.gate(&store).attach_evidence(
                id,
                document,
                place,
                &with_reason(ctx, "evidence attached"),
            )?))
        }
        AuditCommand::Log => {
            let store = ctx.store()?;
            let kept = ctx.gate(&store).list::<Audit>(&Query::as_at(ctx.as_at()))?;
            let mut t =
                Table::new("", &["id", "scope", "on", "result", "worth", "evidence", "told by"]);
            for k in &kept {
                let a = &k.record;
                t.row([
                    k.id.clone(),
                    a.scope.clone(),
                    a.on.to_string(),
                    a.result.clone(),
                    worth(a).to_owned(),
                    a.evidence.clone().unwrap_or_default(),
                    a.told_by.clone(),
                ]);
            }
            Ok(Answer::new(json!({"audits": kept.iter().map(|k| json!({"id": k.id, "audit": k.record, "worth": worth(&k.record)})).collect::<Vec<_>>()})).table(t))
        }
        AuditCommand::Common(c) => common::<Audit>(c, ctx),
    }
}

/// Views that bodies take
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ViewCommand {
    /// Keep the view that a body took at a meeting
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
