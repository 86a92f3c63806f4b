//! Live Services Criteria: a checklist is ready only when nothing is open.

mod view;

use crate::{
    AppError, Context, Result,
    registers::{self, with_reason},
};
use northbound_registers::{
    Receipt,
    records::smets1::criteria::{Criteria, CriteriaState, Criterion, ItemEvidence, Ruling},
};
use northbound_rules::templates::{TemplateItem, TemplateKind};
use northbound_types::Day;

pub use view::status;

/// A checklist to begin.
#[derive(Debug, Clone)]
pub struct NewChecklist {
    /// Name, such as MOC-1.
    pub id: String,
    /// Title.
    pub title: String,
    /// Cohort: IOC, MOC or FOC.
    pub cohort: String,
    /// The body that decides.
    pub body: String,
    /// Date of its review.
    pub review: Option<Day>,
    /// Actions that must be closed.
    pub actions: Vec<String>,
    /// Defects that must be assessed.
    pub defects: Vec<String>,
    /// Template of the rules that has the items.
    pub template: String,
}

/// Begins a checklist with the items of its template.
///
/// # Errors
/// Where the rules have no such template, or the registers refuse it.
pub fn add(ctx: &Context, new: &NewChecklist) -> Result<Receipt> {
    let items = template_items(ctx, TemplateKind::Criteria, &new.template)?;
    let item = |i: TemplateItem| Criterion { key: i.key, title: i.title, evidence: None };
    let checklist = Criteria {
        id: new.id.clone(),
        title: new.title.clone(),
        cohort: new.cohort.clone(),
        body: new.body.clone(),
        review: new.review,
        items: items.into_iter().map(item).collect(),
        open_items: Vec::new(),
        actions: new.actions.clone(),
        defects: new.defects.clone(),
        state: CriteriaState::Open,
        ready: None,
        ruling: None,
        trail: Vec::new(),
    };
    registers::add(ctx, &checklist)
}

/// The items of a template of the rules.
pub(super) fn template_items(
    ctx: &Context,
    kind: TemplateKind,
    id: &str,
) -> Result<Vec<TemplateItem>> {
    let rules = ctx.rules()?;
    let template = rules.template(kind, id).ok_or_else(|| {
        let known: Vec<&str> = rules.templates(kind).map(|t| t.id).collect();
        AppError::input(format!(
            "there is no template {id:?}; smets1.toml holds {}",
            known.join(", ")
        ))
    })?;
    Ok(template.items.to_vec())
}

/// Adds the evidence that an item is met.
///
/// # Errors
/// Where the checklist has no such item.
pub fn add_evidence(ctx: &Context, id: &str, key: &str, evidence: ItemEvidence) -> Result<Receipt> {
    let store = ctx.store()?;
    let write = with_reason(ctx, "evidence");
    Ok(ctx.gate(&store).add_criteria_evidence(id, key, evidence, &write)?)
}

/// Adds something open beside the items; a checklist that was ready is open again.
///
/// # Errors
/// Where the registers refuse it.
pub fn open_item(ctx: &Context, id: &str, text: &str, owner: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    let write = with_reason(ctx, "open item");
    Ok(ctx.gate(&store).open_criteria_item(id, text, owner, ctx.now.day(), &write)?)
}

/// Closes an open item by its number, from 1.
///
/// # Errors
/// Where there is no such number.
pub fn close_item(ctx: &Context, id: &str, number: usize, by: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).close_criteria_item(id, number, by, &with_reason(ctx, by))?)
}

/// Marks a checklist as ready.
///
/// # Errors
/// Where anything is open; the error names it.
pub fn mark_ready(ctx: &Context, id: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).ready_criteria(id, &ctx.write())?)
}

/// Records what its body decided.
///
/// # Errors
/// Where the ruling is `met` and anything is open.
pub fn decide(
    ctx: &Context,
    id: &str,
    ruling: Ruling,
    on: Day,
    outcome: &str,
    document: &str,
) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).decide_criteria(id, ruling, on, outcome, document, &ctx.write())?)
}
