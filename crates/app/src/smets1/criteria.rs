//! Live Services Criteria: a checklist is ready only when nothing is open.

mod view;

use crate::{
    AppError, Context, Result,
    registers::{self, with_reason},
};
use northbound_registers::{
    Noun, Receipt, RegisterError,
    records::smets1::criteria::{
        Criteria, CriteriaState, Criterion, ItemEvidence, OpenItem, Ruling,
    },
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
    /// Day of its review.
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
    Ok(ctx.gate(&store).update::<Criteria>(id, &with_reason(ctx, "evidence"), |c| {
        let known: Vec<String> = c.items.iter().map(|i| i.key.clone()).collect();
        let item = c.items.iter_mut().find(|i| i.key == key).ok_or_else(|| {
            invalid("items", format!("has no {key:?}; the items are {}", known.join(", ")))
        })?;
        item.evidence = Some(evidence);
        Ok(())
    })?)
}

/// Adds something open beside the items; a checklist that was ready is open again.
///
/// # Errors
/// Where the registers refuse it.
pub fn open_item(ctx: &Context, id: &str, text: &str, owner: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).update::<Criteria>(id, &with_reason(ctx, "open item"), |c| {
        c.open_items.push(OpenItem {
            text: text.to_owned(),
            owner: owner.to_owned(),
            since: ctx.now.day(),
            closed: None,
        });
        if c.state == CriteriaState::Ready {
            c.state = CriteriaState::Open;
            c.ready = None;
        }
        Ok(())
    })?)
}

/// Closes an open item by its number, from 1.
///
/// # Errors
/// Where there is no such number.
pub fn close_item(ctx: &Context, id: &str, number: usize, by: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).update::<Criteria>(id, &with_reason(ctx, by), |c| {
        let count = c.open_items.len();
        let item = number.checked_sub(1).and_then(|n| c.open_items.get_mut(n));
        let item = item.ok_or_else(|| {
            invalid("open_items", format!("has no number {number}; there are {count}"))
        })?;
        item.closed = Some(by.to_owned());
        Ok(())
    })?)
}

fn invalid(field: &'static str, problem: String) -> RegisterError {
    RegisterError::Invalid { noun: Noun::Criteria, field, problem }
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
