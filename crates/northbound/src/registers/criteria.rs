//! `criteria`: the checklist for live services; ready only when nothing is open.

use super::{Common, common};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table},
};
use clap::{Args, Subcommand};
use northbound_app::registers::{author, view, with_reason};
use northbound_registers::{
    Noun, RegisterError,
    records::smets1::criteria::{
        Criteria, CriteriaState, Criterion, ItemEvidence, OpenItem, Ruling,
    },
};
use northbound_rules::templates::TemplateKind;
use northbound_types::Day;
use serde_json::json;

/// The template that stands where none is named.
const TEMPLATE: &str = "live-services";

/// Live Services Criteria: checklists with evidence
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CriteriaCommand {
    /// Begin a checklist; its items come from the rules
    Add(AddArgs),
    /// What shows that an item is met
    Evidence {
        /// Name of the checklist
        id: String,
        /// Key of the item
        key: String,
        /// In words
        #[arg(long, default_value = "")]
        text: String,
        /// Document and place
        #[arg(long)]
        document: String,
        /// Who says so. Default: who acts
        #[arg(long)]
        by: Option<String>,
        /// When. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// Note something that is open beside the items
    Open {
        /// Name of the checklist
        id: String,
        /// In words
        #[arg(long)]
        text: String,
        /// Whose it is
        #[arg(long)]
        owner: String,
    },
    /// Close what was open beside the items
    Close {
        /// Name of the checklist
        id: String,
        /// Its number in `show`, from 1
        number: usize,
        /// What closed it
        #[arg(long)]
        by: String,
    },
    /// Call it ready: refused while anything is open, by name
    Ready {
        /// Name of the checklist
        id: String,
    },
    /// What its body decided; `met` is refused while anything is open
    Decide {
        /// Name of the checklist
        id: String,
        /// met, not-met or deferred
        #[arg(long)]
        ruling: Ruling,
        /// In words
        #[arg(long)]
        outcome: String,
        /// When. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// Where that stands
        #[arg(long, default_value = "")]
        document: String,
    },
    /// One checklist as it stands now: items, evidence, what is open
    Status {
        /// Name of the checklist
        id: String,
    },
    #[command(flatten)]
    Common(Common),
}

/// What is begun.
#[derive(Debug, Clone, Args)]
pub(crate) struct AddArgs {
    /// Name, such as MOC-1
    id: String,
    /// Title
    #[arg(long)]
    title: String,
    /// Cohort: IOC, MOC or FOC
    #[arg(long)]
    cohort: String,
    /// The body that decides
    #[arg(long)]
    body: String,
    /// Day of its review
    #[arg(long, value_name = "DAY")]
    review: Option<Day>,
    /// Actions that must be closed
    #[arg(long = "action", value_delimiter = ',', value_name = "ID")]
    actions: Vec<String>,
    /// Defects that must be assessed
    #[arg(long = "defect", value_delimiter = ',', value_name = "ID")]
    defects: Vec<String>,
    /// Template of the rules
    #[arg(long, default_value = TEMPLATE, value_name = "ID")]
    template: String,
}

pub(crate) fn criteria(c: &CriteriaCommand, ctx: &Ctx) -> Result<Answer> {
    let today = ctx.now.day();
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    match c {
        CriteriaCommand::Add(a) => add(a, ctx),
        CriteriaCommand::Evidence { id, key, text, document, by, on } => {
            let evidence = ItemEvidence {
                text: text.clone(),
                document: document.clone(),
                by: author(by.as_deref(), &ctx.actor),
                on: on.unwrap_or(today),
            };
            let receipt = gate.update::<Criteria>(id, &with_reason(ctx, "evidence"), |c| {
                let known: Vec<String> = c.items.iter().map(|i| i.key.clone()).collect();
                let item = c.items.iter_mut().find(|i| i.key == *key).ok_or_else(|| {
                    RegisterError::Invalid {
                        noun: Noun::Criteria,
                        field: "items",
                        problem: format!("has no {key:?}; the items are {}", known.join(", ")),
                    }
                })?;
                item.evidence = Some(evidence);
                Ok(())
            })?;
            Ok(view::receipt(&receipt))
        }
        CriteriaCommand::Open { id, text, owner } => {
            Ok(view::receipt(&gate.update::<Criteria>(
                id,
                &with_reason(ctx, "open item"),
                |c| {
                    c.open_items.push(OpenItem {
                        text: text.clone(),
                        owner: owner.clone(),
                        since: today,
                        closed: None,
                    });
                    // What is ready is not, once something is open.
                    if c.state == CriteriaState::Ready {
                        c.state = CriteriaState::Open;
                        c.ready = None;
                    }
                    Ok(())
                },
            )?))
        }
        CriteriaCommand::Close { id, number, by } => {
            Ok(view::receipt(&gate.update::<Criteria>(id, &with_reason(ctx, by), |c| {
                let held = c.open_items.len();
                let item = number.checked_sub(1).and_then(|n| c.open_items.get_mut(n)).ok_or_else(
                    || RegisterError::Invalid {
                        noun: Noun::Criteria,
                        field: "open_items",
                        problem: format!("has no number {number}; there are {held}"),
                    },
                )?;
                item.closed = Some(by.clone());
                Ok(())
            })?))
        }
        CriteriaCommand::Ready { id } => Ok(view::receipt(&gate.ready_criteria(id, &ctx.write())?)),
        CriteriaCommand::Decide { id, ruling, outcome, on, document } => {
            Ok(view::receipt(&gate.decide_criteria(
                id,
                *ruling,
                on.unwrap_or(today),
                outcome,
                document,
                &ctx.write(),
            )?))
        }
        CriteriaCommand::Status { id } => status(id, ctx),
        CriteriaCommand::Common(c) => common::<Criteria>(c, ctx),
    }
}

fn add(a: &AddArgs, ctx: &Ctx) -> Result<Answer> {
    let rules = ctx.rules()?;
    let t = rules.template(TemplateKind::Criteria, &a.template).ok_or_else(|| {
        CliError::input(format!(
            "there is no template {:?}; smets1.toml holds {}",
            a.template,
            rules.templates(TemplateKind::Criteria).map(|t| t.id).collect::<Vec<_>>().join(", ")
        ))
    })?;
    super::add(
        &Criteria {
            id: a.id.clone(),
            title: a.title.clone(),
            cohort: a.cohort.clone(),
            body: a.body.clone(),
            review: a.review,
            items: t
                .items
                .iter()
                .map(|i| Criterion { key: i.key.clone(), title: i.title.clone(), evidence: None })
                .collect(),
            open_items: Vec::new(),
            actions: a.actions.clone(),
            defects: a.defects.clone(),
            state: CriteriaState::Open,
            ready: None,
            ruling: None,
            trail: Vec::new(),
        },
        ctx,
    )
}

fn status(id: &str, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let k = gate.show::<Criteria>(id, ctx.as_at())?;
    let (c, as_at) = (&k.record, ctx.as_at.unwrap_or(ctx.now).day());
    let open = gate.blockers(c, ctx.as_at())?;
    let mut items = Table::new("Items", &["key", "what", "evidence", "document", "by", "on"]);
    for i in &c.items {
        let e = i.evidence.as_ref();
        items.row([
            i.key.clone(),
            i.title.clone(),
            e.map_or_else(|| "none".to_owned(), |e| e.text.clone()),
            e.map(|e| e.document.clone()).unwrap_or_default(),
            e.map(|e| e.by.clone()).unwrap_or_default(),
            e.map(|e| e.on.to_string()).unwrap_or_default(),
        ]);
    }
    let mut beside =
        Table::new("Open beside the items", &[">number", "what", "whose", "since", "closed by"]);
    for (n, o) in c.open_items.iter().enumerate() {
        beside.row([
            (n + 1).to_string(),
            o.text.clone(),
            o.owner.clone(),
            o.since.to_string(),
            o.closed.clone().unwrap_or_default(),
        ]);
    }
    let standing: Vec<(String, String)> = c
        .actions
        .iter()
        .map(|a| Ok((a.clone(), gate.action_standing(a, ctx.as_at())?.to_string())))
        .collect::<Result<_>>()?;
    let mut actions = Table::new("Actions", &["action", "standing"]);
    for (a, s) in &standing {
        actions.row([a.clone(), s.clone()]);
    }
    let mut trail = Table::new("Bodies", &["body", "asked", "standing"]);
    for t in &c.trail {
        trail.row([t.body.clone(), t.question.clone(), t.standing(as_at)]);
    }
    let no_longer = c.state == CriteriaState::Ready && !open.is_empty();
    let words = match (c.state, open.len()) {
        (CriteriaState::Decided, _) => {
            format!("decided: {}", c.ruling.map(|r| r.to_string()).unwrap_or_default())
        }
        (CriteriaState::Ready, 0) => "ready".to_owned(),
        (CriteriaState::Ready, n) => format!("was called ready, and is not: {n} open"),
        (CriteriaState::Open, 0) => "nothing is open; it can be called ready".to_owned(),
        (CriteriaState::Open, n) => format!("not ready: {n} open"),
    };
    let mut a = Answer::new(json!({"criteria": k, "as_at": as_at, "ready": c.state == CriteriaState::Ready && open.is_empty(), "open": open, "actions": standing.iter().map(|(a, s)| json!({"action": a, "standing": s})).collect::<Vec<_>>(), "no_longer_ready": no_longer, "words": words}))
        .say(format!("{id} ({}, {}): {words}.", c.title, c.body)).table(items).table(actions);
    if !c.open_items.is_empty() {
        a = a.table(beside);
    }
    if !c.trail.is_empty() {
        a = a.table(trail);
    }
    for o in &open {
        a = a.then(format!("Open: {o}."));
    }
    Ok(a)
}
