//! Exceptional Events: from claim to letter, and measures with and without the event.

use crate::{
    Answer, Context, Result, Table,
    answer::Measured,
    evidence,
    registers::{self, view, with_reason},
};
use northbound_measures::views::diff::figure_words;
use northbound_packs::oversight::{Effect, effects};
use northbound_registers::{
    AsAt, Receipt,
    records::oversight::cases::{Case, CaseStep, CaseStepKind},
};
use northbound_types::{Day, Period, Region};
use serde_json::json;

/// Decimals of a share in print.
const DECIMALS: u32 = 2;

/// A claim that an event was exceptional.
#[derive(Debug, Clone)]
pub struct NewCase {
    /// Short title.
    pub title: String,
    /// Claimant.
    pub claimant: String,
    /// First day of the event.
    pub from: Day,
    /// Last day, inclusive.
    pub to: Day,
    /// Measures for which it is claimed.
    pub measures: Vec<String>,
    /// Affected regions; all if empty.
    pub regions: Vec<Region>,
    /// Date of the claim; today if not given.
    pub on: Option<Day>,
}

/// Records a claim.
///
/// # Errors
/// Where the registers refuse it.
pub fn add(ctx: &Context, new: &NewCase) -> Result<Receipt> {
    let claim = CaseStep {
        what: CaseStepKind::Claimed,
        on: new.on.unwrap_or(ctx.now.day()),
        by: new.claimant.clone(),
        text: String::new(),
        document: String::new(),
    };
    let case = Case {
        title: new.title.clone(),
        claimant: new.claimant.clone(),
        from: new.from,
        to: new.to,
        measures: new.measures.clone(),
        regions: new.regions.clone(),
        steps: vec![claim],
    };
    registers::add(ctx, &case)
}

/// Records the next step of a case, and returns its new state.
///
/// # Errors
/// Where the step cannot follow, or its body may not take it.
pub fn take_step(ctx: &Context, id: &str, step: &CaseStep) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let write = with_reason(ctx, &format!("{} by {}", step.what, step.by));
    let receipt = gate.case_step(id, step, &write)?;
    let answer = view::receipt(&receipt);
    Ok(match gate.show::<Case>(id, AsAt::NOW) {
        Ok(k) if !receipt.dry_run => {
            answer.say(format!("Its state is now: {}.", k.record.standing(ctx.now.day())))
        }
        _ => answer,
    })
}

/// A case with its steps, and each measure of a month with and without the event.
///
/// # Errors
/// Where there is no such case, or the evidence of the month cannot be gathered.
pub fn effect(
    ctx: &Context,
    id: &str,
    period: Period,
    methodology: Option<&str>,
) -> Result<Answer> {
    let store = ctx.store()?;
    let case = ctx.gate(&store).show::<Case>(id, ctx.as_at())?.record;
    let e = evidence::gather(ctx, &store, period, methodology, &mut ctx.progress())?;
    let found = effects(&e, &case)?;
    let standing = case.standing(ctx.as_at.unwrap_or(ctx.now).day());
    let said = format!("{id}, {}: {standing}.", case.title);
    let (steps, with_and_without) = (steps(&case), with_and_without(&found));
    Ok(Answer::new(
        json!({"id": id, "case": case, "standing": standing, "period": period, "effects": found}),
    )
    .say(said)
    .table(steps)
    .table(with_and_without))
}

fn steps(case: &Case) -> Table {
    let mut t = Table::new("Steps", &["step", "on", "by", "description", "document"]);
    for s in &case.steps {
        t.row([
            s.what.to_string(),
            s.on.to_string(),
            s.by.clone(),
            s.text.clone(),
            s.document.clone(),
        ]);
    }
    t
}

fn with_and_without(effects: &[Effect]) -> Table {
    let mut t = Table::new(
        "With and without the event",
        &[
            "measure",
            "provider",
            "region",
            "with the event",
            "band",
            "without it",
            "band without it",
            "note",
        ],
    )
    .figures(&["with the event", "without it"]);
    for Effect { with, without, note } in effects {
        t.row([
            with.measure.clone(),
            with.provider.clone(),
            with.region.to_string(),
            figure_words(&with.figure, DECIMALS),
            with.band.to_string(),
            without.as_ref().map_or_else(String::new, |w| figure_words(&w.figure, DECIMALS)),
            without.as_ref().map_or_else(String::new, |w| w.band.to_string()),
            note.clone(),
        ]);
        t.figure("with the event", Measured::of(&with.figure, DECIMALS, &[]));
        let without = without.as_ref().map(|w| Measured::of(&w.figure, DECIMALS, &[]));
        t.figure("without it", without.unwrap_or_default());
    }
    t
}
