//! Defects found in SMETS1 testing: assessed, referred to bodies, decided on and fixed, with their
//! events counted against an expectation.

mod view;

use crate::{
    Answer, AppError, Context, Result,
    registers::{self, with_reason},
};
use northbound_measures::smets1::expectation::{Held, hold};
use northbound_packs::smets1::{expected, month_counts};
use northbound_registers::{
    AsAt, Gate, Query, Receipt, Stored,
    records::{
        oversight::decisions::Decision,
        smets1::{
            defects::{ClassImpact, Defect, DefectEnd, Expectation, FixDate},
            occurrences::Occurrence,
        },
    },
};
use northbound_types::Day;

pub use view::{pace, status};

/// What a defect hits. An empty list leaves what was recorded before.
#[derive(Debug, Clone, Default)]
pub struct Hits {
    /// Functions.
    pub functions: Vec<String>,
    /// Service Reference Variants of the catalogue.
    pub srvs: Vec<String>,
    /// Attributes.
    pub attributes: Vec<String>,
}

/// Records what a defect hits.
///
/// # Errors
/// Where nothing is given, or a Service Reference Variant is not in the catalogue.
pub fn record_hits(ctx: &Context, id: &str, hits: Hits) -> Result<Answer> {
    if hits.functions.is_empty() && hits.srvs.is_empty() && hits.attributes.is_empty() {
        return Err(AppError::usage("give what it affects: --function, --srv or --attribute"));
    }
    let rules = ctx.rules()?;
    if let Some(odd) = hits.srvs.iter().find(|s| rules.catalogue().get(s).is_none()) {
        return Err(AppError::input(format!(
            "{odd:?} is not a Service Reference Variant of the catalogue; `northbound rules list --prefix catalogue/` lists them"
        )));
    }
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let given = |list: Vec<String>| (!list.is_empty()).then_some(list);
    let receipt = gate.update::<Defect>(id, &with_reason(ctx, "scope"), |d| {
        d.functions = given(hits.functions).or(d.functions.take());
        d.srvs = given(hits.srvs).or(d.srvs.take());
        d.attributes = given(hits.attributes).or(d.attributes.take());
        Ok(())
    })?;
    let answer = registers::view::receipt(&receipt);
    let Some(action) = gate.show::<Defect>(id, AsAt::NOW)?.record.asked_in else {
        return Ok(answer);
    };
    let standing = gate.action_standing(&action, AsAt::NOW)?;
    if standing.is_closed() {
        return Ok(answer);
    }
    Ok(answer.then(format!(
        "The scope stays unknown until the action {action} is closed (now: {standing})."
    )))
}

/// Records the impact on a class of parties. A reviewed impact replaces a provisional one only by the
/// review that the provisional one names.
///
/// # Errors
/// Where another review was to settle it.
pub fn record_impact(ctx: &Context, id: &str, impact: ClassImpact) -> Result<Receipt> {
    let step = if impact.provisional { "impact, provisional" } else { "impact reviewed" };
    let store = ctx.store()?;
    Ok(ctx.gate(&store).record_defect_impact(id, impact, &with_reason(ctx, step))?)
}

/// Refers a defect to a body with a question.
///
/// # Errors
/// Where the registers refuse it.
pub fn refer(
    ctx: &Context,
    id: &str,
    body: &str,
    question: &str,
    due: Option<Day>,
) -> Result<Receipt> {
    let referral = Decision {
        body: body.to_owned(),
        question: question.to_owned(),
        due,
        on: None,
        outcome: String::new(),
        document: String::new(),
    };
    edit(ctx, id, "referred", |d| d.trail.push(referral))
}

/// Records what a body decided.
///
/// # Errors
/// Where the registers refuse it.
pub fn decide(
    ctx: &Context,
    id: &str,
    body: &str,
    on: Day,
    outcome: &str,
    document: &str,
) -> Result<Receipt> {
    edit(ctx, id, "decided", |d| d.decide(body, on, outcome, document))
}

/// Records a date for the fix; earlier dates stay on record.
///
/// # Errors
/// Where the registers refuse it.
pub fn date_fix(ctx: &Context, id: &str, fix: FixDate) -> Result<Receipt> {
    edit(ctx, id, "date of the fix", |d| d.fixes.push(fix))
}

/// Records how many events are expected.
///
/// # Errors
/// Where the registers refuse it.
pub fn expect(ctx: &Context, id: &str, expectation: Expectation) -> Result<Receipt> {
    edit(ctx, id, "expectation", |d| d.expectation = Some(expectation))
}

/// Records the events counted in a month; a later count of the same source replaces it.
///
/// # Errors
/// Where the registers refuse it.
pub fn count(ctx: &Context, occurrence: &Occurrence) -> Result<Answer> {
    let store = ctx.store()?;
    let receipt = ctx.gate(&store).put(occurrence, &ctx.write())?;
    Ok(registers::view::receipt(&receipt).then(format!(
        "Compare with the expected number: northbound defect pace {}",
        occurrence.defect
    )))
}

/// Ends a defect, by a fix or without one.
///
/// # Errors
/// Where the registers refuse it.
pub fn close(ctx: &Context, id: &str, by: &str, fixed: bool) -> Result<Receipt> {
    let store = ctx.store()?;
    let end = if fixed { DefectEnd::Fixed } else { DefectEnd::Unfixed };
    Ok(ctx.gate(&store).close_defect(id, end, by, &with_reason(ctx, by))?)
}

fn edit(ctx: &Context, id: &str, step: &str, change: impl FnOnce(&mut Defect)) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).update::<Defect>(id, &with_reason(ctx, step), |d| {
        change(d);
        Ok(())
    })?)
}

/// The counts of a defect against its expectation; `None` where it has none.
fn against_expectation(
    ctx: &Context,
    gate: &Gate<'_>,
    defect: &Stored<Defect>,
    as_at: Day,
) -> Result<Option<Held>> {
    let Some(expectation) = &defect.record.expectation else { return Ok(None) };
    let of_defect = Query { lookup: Some(defect.id.clone()), ..Query::as_at(ctx.as_at()) };
    let counts: Vec<Occurrence> =
        gate.list::<Occurrence>(&of_defect)?.into_iter().map(|k| k.record).collect();
    Ok(Some(hold(&expected(expectation), &month_counts(&counts), as_at)))
}
