//! `mitigation`: a specification in parts; incomplete without its residual risk.

use super::{Common, common};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table},
};
use clap::Subcommand;
use northbound_app::registers::{view, with_reason};
use northbound_registers::records::smets1::mitigations::{Mitigation, RESIDUAL_RISK};
use northbound_rules::templates::TemplateKind;
use serde_json::json;
use std::collections::BTreeMap;

/// The template that stands where none is named.
const TEMPLATE: &str = "specification";

/// Specifications of mitigations
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MitigationCommand {
    /// Begin a specification; the rules say which parts it needs
    Add {
        /// The defect
        #[arg(long, value_name = "ID")]
        defect: String,
        /// Title
        #[arg(long)]
        title: String,
        /// The action that asks for it
        #[arg(long, value_name = "ID")]
        action: Option<String>,
        /// Document in which it stands; without one it was only spoken
        #[arg(long, default_value = "")]
        document: String,
        /// Template of the rules
        #[arg(long, default_value = TEMPLATE, value_name = "ID")]
        template: String,
    },
    /// Write a part
    Part {
        /// Its id
        id: String,
        /// Key of the part
        key: String,
        /// What it says
        #[arg(long)]
        text: String,
    },
    /// Which parts are there and which are missing
    Check {
        /// Its id
        id: String,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn mitigation(c: &MitigationCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        MitigationCommand::Add { defect, title, action, document, template } => {
            let rules = ctx.rules()?;
            let t = rules.template(TemplateKind::Mitigation, template).ok_or_else(|| {
                CliError::input(format!(
                    "there is no template {template:?}; smets1.toml holds {}",
                    rules
                        .templates(TemplateKind::Mitigation)
                        .map(|t| t.id)
                        .collect::<Vec<_>>()
                        .join(", ")
                ))
            })?;
            let required = t.items.iter().map(|i| i.key.clone()).collect();
            super::add(
                &Mitigation {
                    defect: defect.clone(),
                    title: title.clone(),
                    action: action.clone(),
                    required,
                    parts: BTreeMap::new(),
                    document: document.clone(),
                },
                ctx,
            )
        }
        MitigationCommand::Part { id, key, text } => {
            let store = ctx.store()?;
            let receipt = ctx.gate(&store).update::<Mitigation>(
                id,
                &with_reason(ctx, "a part written"),
                |m| {
                    m.parts.insert(key.clone(), text.clone());
                    Ok(())
                },
            )?;
            let missing = receipt
                .after
                .as_ref()
                .and_then(|v| serde_json::from_value::<Mitigation>(v.clone()).ok())
                .map(|m| m.missing())
                .unwrap_or_default();
            Ok(view::receipt(&receipt).then(standing(&missing)))
        }
        MitigationCommand::Check { id } => check(id, ctx),
        MitigationCommand::Common(c) => common::<Mitigation>(c, ctx),
    }
}

fn standing(missing: &[String]) -> String {
    if missing.is_empty() {
        "Complete.".to_owned()
    } else {
        format!("Incomplete: it lacks {}.", missing.join(", "))
    }
}

fn check(id: &str, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let k = ctx.gate(&store).show::<Mitigation>(id, ctx.as_at())?;
    let (m, missing) = (&k.record, k.record.missing());
    let mut t = Table::new("", &["part", "standing", "what it says"]);
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
            .say(format!("{id}: {}", standing(&missing)))
            .table(t);
    a.found = !missing.is_empty();
    Ok(a)
}
