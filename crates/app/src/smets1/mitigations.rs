//! Specifications of mitigations, in the parts that the rules ask for.

use super::criteria::template_items;
use crate::{
    Answer, Context, Result, Table,
    registers::{self, with_reason},
};
use northbound_registers::{
    Receipt,
    records::smets1::mitigations::{Mitigation, RESIDUAL_RISK},
};
use northbound_rules::templates::TemplateKind;
use serde_json::json;
use std::collections::BTreeMap;

/// A specification to begin.
#[derive(Debug, Clone)]
pub struct NewMitigation {
    /// Defect.
    pub defect: String,
    /// Title.
    pub title: String,
    /// Action that asks for it.
    pub action: Option<String>,
    /// The document that holds it; empty where it was only given in speech.
    pub document: String,
    /// Template of the rules that says which parts it needs.
    pub template: String,
}

/// Begins a specification.
///
/// # Errors
/// Where the rules have no such template, or the registers refuse it.
pub fn add(ctx: &Context, new: &NewMitigation) -> Result<Receipt> {
    let items = template_items(ctx, TemplateKind::Mitigation, &new.template)?;
    let mitigation = Mitigation {
        defect: new.defect.clone(),
        title: new.title.clone(),
        action: new.action.clone(),
        required: items.into_iter().map(|i| i.key).collect(),
        parts: BTreeMap::new(),
        document: new.document.clone(),
    };
    registers::add(ctx, &mitigation)
}

/// Writes a part, and says which parts are still missing.
///
/// # Errors
/// Where the registers refuse it.
pub fn write_part(ctx: &Context, id: &str, key: &str, text: &str) -> Result<Answer> {
    let store = ctx.store()?;
    let receipt =
        ctx.gate(&store).update::<Mitigation>(id, &with_reason(ctx, "a part written"), |m| {
            m.parts.insert(key.to_owned(), text.to_owned());
            Ok(())
        })?;
    let after = receipt.after.as_ref();
    let missing = after
        .and_then(|v| serde_json::from_value::<Mitigation>(v.clone()).ok())
        .map(|m| m.missing())
        .unwrap_or_default();
    Ok(registers::view::receipt(&receipt).then(completeness(&missing)))
}

/// Which parts of a specification are there; [`Answer::found`] where one is missing.
///
/// # Errors
/// Where there is no such specification.
pub fn check(ctx: &Context, id: &str) -> Result<Answer> {
    let k = registers::show::<Mitigation>(ctx, id)?;
    let (m, missing) = (&k.record, k.record.missing());
    let mut t = Table::new("", &["part", "standing", "text"]);
    let residual = RESIDUAL_RISK.to_owned();
    for key in m.required.iter().chain((!m.required.contains(&residual)).then_some(&residual)) {
        t.row([
            key.clone(),
            if missing.contains(key) { "missing".to_owned() } else { "there".to_owned() },
            m.parts.get(key).cloned().unwrap_or_default(),
        ]);
    }
    let mut a =
        Answer::new(json!({"mitigation": k, "complete": missing.is_empty(), "missing": missing}))
            .say(format!("{id}: {}", completeness(&missing)))
            .table(t);
    a.found = !missing.is_empty();
    Ok(a)
}

fn completeness(missing: &[String]) -> String {
    if missing.is_empty() {
        "Complete.".to_owned()
    } else {
        format!("Incomplete: it lacks {}.", missing.join(", "))
    }
}
