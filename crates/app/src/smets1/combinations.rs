//! Device models with a communications provider, and the list of eligible ones.

use crate::{Answer, Context, Result, Table, registers::with_reason};
use northbound_registers::{
    Query, Receipt, Stored,
    records::smets1::{
        combinations::{Combination, Evidence, Listing},
        defects::Defect,
    },
};
use northbound_types::Day;
use serde_json::json;

/// Adds a piece of evidence.
///
/// # Errors
/// Where the registers refuse it.
pub fn add_evidence(ctx: &Context, id: &str, evidence: Evidence) -> Result<Receipt> {
    let store = ctx.store()?;
    let write = with_reason(ctx, "evidence");
    Ok(ctx.gate(&store).add_combination_evidence(id, evidence, &write)?)
}

/// Puts a combination on the list of eligible ones.
///
/// # Errors
/// Where it has no evidence, or an open defect that is not assessed.
pub fn admit(ctx: &Context, id: &str, on: Day) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).admit_combination(id, on, &ctx.write())?)
}

/// The combinations on a list, with their evidence and open defects.
///
/// # Errors
/// Where the registers cannot be read.
pub fn listing(ctx: &Context, list: Listing) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let mut t = Table::new(
        "",
        &["combination", "cohort", "first added", "evidence", "open defects", "standing"],
    );
    let mut lines = Vec::new();
    let mut combinations = gate.list::<Combination>(&Query::as_at(ctx.as_at()))?;
    combinations.retain(|k| k.record.list == list);
    for k in combinations {
        let open = gate.open_defects(&k.id, ctx.as_at())?;
        let unassessed: Vec<&str> = open
            .iter()
            .filter(|d| !d.record.not_assessed().is_empty())
            .map(|d| d.id.as_str())
            .collect();
        let standing = standing(&k.record, &unassessed);
        t.row(row(&k, &open, &standing));
        lines.push(json!({"combination": k, "open_defects": open.iter().map(|d| &d.id).collect::<Vec<_>>(), "not_assessed": unassessed, "standing": standing}));
    }
    Ok(Answer::new(json!({"list": list, "combinations": lines})).table(t))
}

fn row(k: &Stored<Combination>, open: &[Stored<Defect>], standing: &str) -> [String; 6] {
    let c = &k.record;
    let evidence = c.evidence.iter().map(|e| format!("{}: {}", e.proof, e.document));
    let defects = open.iter().map(|d| format!("{} {}", d.id, d.record.title));
    [
        k.id.clone(),
        c.cohort.clone().unwrap_or_default(),
        c.first_added.map(|d| d.to_string()).unwrap_or_default(),
        evidence.collect::<Vec<_>>().join("; "),
        defects.collect::<Vec<_>>().join("; "),
        standing.to_owned(),
    ]
}

/// What keeps it from going live, or is wrong with it although it is live.
fn standing(c: &Combination, unassessed: &[&str]) -> String {
    match (c.list, unassessed.is_empty()) {
        (Listing::Eligible, false) => {
            format!("live with a defect not assessed: {}", unassessed.join(", "))
        }
        (_, false) => format!("cannot go live: {} not assessed", unassessed.join(", ")),
        (_, true) if c.evidence.is_empty() => "cannot go live: no evidence".to_owned(),
        (_, true) => String::new(),
    }
}
