//! The steps of each type of change, from the rules.

use crate::{Answer, AppError, Context, Result, Table};
use northbound_documents::change_process::{ProcessStep, ProcessType, page};
use northbound_rules::templates::{Template, TemplateKind};
use serde_json::json;
use std::path::Path;

/// The process of every type of change, or of the type `kind`, as tables. With `out` it is also
/// written there as one HTML page for Users.
///
/// # Errors
/// [`Kind::NotFound`](crate::error::Kind::NotFound) where the rules have no such type; where the page
/// cannot be written.
pub fn process(ctx: &Context, kind: Option<&str>, out: Option<&Path>) -> Result<Answer> {
    let rules = ctx.rules()?;
    let types: Vec<ProcessType> = rules
        .templates(TemplateKind::Change)
        .filter(|t| kind.is_none_or(|k| k == t.id))
        .map(|t| process_type(&t))
        .collect();
    if let Some(kind) = kind.filter(|_| types.is_empty()) {
        return Err(AppError::not_found(format!(
            "there is no type of change {kind:?}; `northbound change process` lists them"
        )));
    }
    let mut answer = Answer::new(json!({"rules": rules.id(), "types": types, "out": out}));
    for t in &types {
        answer = answer.table(steps(t));
    }
    let Some(out) = out else { return Ok(answer) };
    if ctx.dry_run {
        return Ok(answer.say(format!("Dry run: would write {}.", out.display())));
    }
    let html = page(&types, rules.id())?;
    let io = |e| AppError::io("write", out, e);
    crate::whole_file::write(out, |to| to.write_all(html.as_ref()).map_err(io))?;
    Ok(answer.say(format!("Wrote {}.", out.display())))
}

fn process_type(t: &Template<'_>) -> ProcessType {
    let step = |i: &northbound_rules::templates::TemplateItem| ProcessStep {
        key: i.key.clone(),
        title: i.title.clone(),
        who: i.who.clone(),
    };
    ProcessType {
        id: t.id.to_owned(),
        title: t.title.to_owned(),
        mark: t.provenance.mark.to_string(),
        source: t.provenance.source.clone(),
        note: t.provenance.note.clone(),
        steps: t.items.iter().map(step).collect(),
    }
}

fn steps(t: &ProcessType) -> Table {
    let mut table =
        Table::new(&format!("{} ({}; {})", t.title, t.id, t.standing()), &[">step", "what", "who"]);
    for (n, s) in t.steps.iter().enumerate() {
        table.row([(n + 1).to_string(), s.title.clone(), s.who.clone()]);
    }
    table
}
