//! `change process`: the steps of each type, from the rules, as a page.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table},
};
use clap::Args;
use northbound_documents::change_process::{ProcessStep, ProcessType, page};
use northbound_rules::templates::TemplateKind;
use serde_json::json;
use std::path::PathBuf;

/// Which types, and where to.
#[derive(Debug, Clone, Args)]
pub(crate) struct ProcessArgs {
    /// Only this type
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Write it as one HTML page
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(a: &ProcessArgs, ctx: &Ctx) -> Result<Answer> {
    let rules = ctx.rules()?;
    let types: Vec<ProcessType> = rules
        .templates(TemplateKind::Change)
        .filter(|t| a.kind.as_deref().is_none_or(|k| k == t.id))
        .map(|t| ProcessType {
            id: t.id.to_owned(),
            title: t.title.to_owned(),
            mark: t.provenance.mark.clone(),
            source: t.provenance.source.clone(),
            note: t.provenance.note.clone(),
            steps: t
                .items
                .iter()
                .map(|i| ProcessStep {
                    key: i.key.clone(),
                    title: i.title.clone(),
                    who: i.who.clone(),
                })
                .collect(),
        })
        .collect();
    if let Some(kind) = a.kind.as_ref().filter(|_| types.is_empty()) {
        return Err(CliError::not_found(format!(
            "there is no type of change {kind:?}; `northbound change process` lists them"
        )));
    }
    let mut answer = Answer::new(json!({"rules": rules.id(), "types": types, "out": a.out}));
    for t in &types {
        let mut table = Table::new(
            &format!("{} ({}; {})", t.title, t.id, t.standing()),
            &[">step", "what", "who"],
        );
        for (n, s) in t.steps.iter().enumerate() {
            table.row([(n + 1).to_string(), s.title.clone(), s.who.clone()]);
        }
        answer = answer.table(table);
    }
    if let Some(out) = &a.out {
        if ctx.dry_run {
            return Ok(answer.say(format!("Dry run: would write {}.", out.display())));
        }
        std::fs::write(out, page(&types, rules.id())?)
            .map_err(|e| CliError::io("write", out, e))?;
        answer = answer.say(format!("Wrote {}.", out.display()));
    }
    Ok(answer)
}
