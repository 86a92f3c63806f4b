//! The steps of a change. Which step may follow which, and who may approve, is checked by the
//! registers.

use crate::{
    AppError, Context, Result,
    registers::{self, author, with_reason},
};
use northbound_registers::{
    Receipt,
    records::oversight::changes::{
        Change, Consultation, OperationalView, RunOutcome, UserImpact, Window,
    },
};
use northbound_rules::templates::TemplateKind;
use northbound_types::{Day, Region};

/// A change to raise.
#[derive(Debug, Clone)]
pub struct NewChange {
    /// Title.
    pub title: String,
    /// Type; the rules have a template of it.
    pub kind: String,
    /// Affected systems.
    pub systems: Vec<String>,
    /// Measures on whose charts its window is drawn; all where empty.
    pub measures: Vec<String>,
    /// Regions that it touches; all where empty.
    pub regions: Vec<Region>,
    /// Full description.
    pub text: String,
    /// Date on which it was raised; today if not given.
    pub raised: Option<Day>,
    /// Who raised it; the Actor if not given.
    pub by: Option<String>,
    /// Its number in another system.
    pub reference: Option<String>,
    /// When it is to run.
    pub planned: Option<Window>,
}

/// Raises a change.
///
/// # Errors
/// Where the rules do not have its type or one of its measures, or the registers refuse it.
pub fn add(ctx: &Context, new: &NewChange) -> Result<Receipt> {
    let rules = ctx.rules()?;
    if rules.template(TemplateKind::Change, &new.kind).is_none() {
        let known: Vec<&str> = rules.templates(TemplateKind::Change).map(|t| t.id).collect();
        return Err(AppError::input(format!(
            "there is no type of change {:?}; use one of {}, or add it to DATA/rules/changes.toml",
            new.kind,
            known.join(", ")
        )));
    }
    if let Some(odd) = new.measures.iter().find(|m| rules.measure(m).is_none()) {
        return Err(AppError::input(format!(
            "there is no measure {odd:?}; `northbound rules list --prefix measure/` shows them"
        )));
    }
    let raised = Change::raised(
        &new.title,
        &new.kind,
        new.systems.clone(),
        new.raised.unwrap_or(ctx.now.day()),
        &author(new.by.as_deref(), &ctx.actor),
    );
    let change = Change {
        measures: new.measures.clone(),
        regions: new.regions.clone(),
        text: new.text.clone(),
        reference: new.reference.clone(),
        planned: new.planned.clone(),
        ..raised
    };
    registers::add(ctx, &change)
}

/// Records the impact on Users.
///
/// # Errors
/// Where the registers refuse it; so for every step below.
pub fn assess_impact(ctx: &Context, id: &str, impact: UserImpact) -> Result<Receipt> {
    edit(ctx, id, "User impact assessed", |c| c.impact = Some(impact))
}

/// Records who was consulted, until when, and the outcome.
///
/// # Errors
/// Where the registers refuse it.
pub fn consult(ctx: &Context, id: &str, consultation: Consultation) -> Result<Receipt> {
    edit(ctx, id, "consultation", |c| c.consultation = Some(consultation))
}

/// Records the operational view of a body.
///
/// # Errors
/// Where the registers refuse it.
pub fn give_view(ctx: &Context, id: &str, view: OperationalView) -> Result<Receipt> {
    edit(ctx, id, "operational view", |c| c.view = Some(view))
}

/// Plans when the change runs.
///
/// # Errors
/// Where the registers refuse it.
pub fn plan(ctx: &Context, id: &str, window: Window) -> Result<Receipt> {
    edit(ctx, id, "window planned", |c| c.planned = Some(window))
}

/// Approves a change. `past_missing` approves it although something is missing.
///
/// # Errors
/// If something is missing, or the Actor may not approve; only the chair, with a reason, may
/// approve despite missing steps.
pub fn approve(ctx: &Context, id: &str, past_missing: bool) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).approve_change(id, past_missing, &ctx.write())?)
}

/// Records when the change ran. One that was not approved is marked as such for good.
///
/// # Errors
/// Where the window is not over, or the change has ended already.
pub fn record_run(ctx: &Context, id: &str, window: Window, backed_out: bool) -> Result<Receipt> {
    let store = ctx.store()?;
    let outcome = if backed_out { RunOutcome::BackedOut } else { RunOutcome::Completed };
    let write = with_reason(ctx, "it ran");
    Ok(ctx.gate(&store).record_change_run(id, window, outcome, &write)?)
}

/// Rejects or abandons a change.
///
/// # Errors
/// Where no reason is given, or the registers refuse it.
pub fn reject(ctx: &Context, id: &str, on: Day) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).reject_change(id, on, &ctx.write())?)
}

fn edit(ctx: &Context, id: &str, step: &str, change: impl FnOnce(&mut Change)) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).update::<Change>(id, &with_reason(ctx, step), |c| {
        change(c);
        Ok(())
    })?)
}
