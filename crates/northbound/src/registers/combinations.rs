//! `combination`: SMETS1 device models with a communications provider, and the list of eligible ones.

use super::{Common, common};
use crate::{
    context::Ctx,
    error::Result,
    output::{Answer, Table},
};
use clap::Subcommand;
use northbound_app::registers::{view, with_reason};
use northbound_registers::{
    Query,
    records::smets1::combinations::{Combination, Evidence, Listing, Proof},
};
use northbound_types::Day;
use serde_json::json;

/// SMETS1 device models with a communications provider
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CombinationCommand {
    /// Register a combination that waits for its proof; the same pair again is refused, however it is spelt
    Add {
        /// Device models
        #[arg(long = "model", required = true, value_delimiter = ',', value_name = "NAME")]
        models: Vec<String>,
        /// Communications provider
        #[arg(long, value_name = "NAME")]
        csp: String,
        /// Cohort: IOC, MOC or FOC
        #[arg(long)]
        cohort: Option<String>,
        /// In words
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Add a piece of evidence
    Evidence {
        /// Its id
        id: String,
        /// own-test, equivalent-test or review
        #[arg(long)]
        proof: Proof,
        /// What it shows
        #[arg(long, default_value = "")]
        text: String,
        /// Document and place
        #[arg(long)]
        document: String,
        /// Its day. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// Put it on the list of eligible ones: refused without evidence, or with an open defect not assessed
    Admit {
        /// Its id
        id: String,
        /// Day on which it is added. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// The list of eligible ones, with evidence, day first added and open defects
    Eligible {
        /// Those that wait for their proof instead
        #[arg(long)]
        pending: bool,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn combination(c: &CombinationCommand, ctx: &Ctx) -> Result<Answer> {
    let today = ctx.now.day();
    match c {
        CombinationCommand::Add { models, csp, cohort, note } => super::add(
            &Combination {
                cohort: cohort.clone(),
                note: note.clone(),
                ..Combination::pending(models.clone(), csp)
            },
            ctx,
        ),
        CombinationCommand::Evidence { id, proof, text, document, on } => {
            let store = ctx.store()?;
            let piece = Evidence {
                proof: *proof,
                text: text.clone(),
                document: document.clone(),
                on: on.unwrap_or(today),
            };
            Ok(view::receipt(&ctx.gate(&store).update::<Combination>(
                id,
                &with_reason(ctx, "evidence"),
                |c| {
                    c.evidence.push(piece);
                    Ok(())
                },
            )?))
        }
        CombinationCommand::Admit { id, on } => {
            let store = ctx.store()?;
            Ok(view::receipt(&ctx.gate(&store).admit_combination(
                id,
                on.unwrap_or(today),
                &ctx.write(),
            )?))
        }
        CombinationCommand::Eligible { pending } => {
            listed(if *pending { Listing::Pending } else { Listing::Eligible }, ctx)
        }
        CombinationCommand::Common(c) => common::<Combination>(c, ctx),
    }
}

fn listed(which: Listing, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let mut t = Table::new(
        "",
        &["combination", "cohort", "first added", "evidence", "open defects", "standing"],
    );
    let mut lines = Vec::new();
    for k in gate
        .list::<Combination>(&Query::as_at(ctx.as_at()))?
        .into_iter()
        .filter(|k| k.record.list == which)
    {
        let open = gate.open_defects(&k.id, ctx.as_at())?;
        let unassessed: Vec<&str> = open
            .iter()
            .filter(|d| !d.record.not_assessed().is_empty())
            .map(|d| d.id.as_str())
            .collect();
        let standing = match (which, unassessed.is_empty()) {
            (Listing::Eligible, false) => {
                format!("live with a defect not assessed: {}", unassessed.join(", "))
            }
            (_, false) => format!("cannot go live: {} not assessed", unassessed.join(", ")),
            (_, true) if k.record.evidence.is_empty() => "cannot go live: no evidence".to_owned(),
            (_, true) => String::new(),
        };
        t.row([
            k.id.clone(),
            k.record.cohort.clone().unwrap_or_default(),
            k.record.first_added.map(|d| d.to_string()).unwrap_or_default(),
            k.record
                .evidence
                .iter()
                .map(|e| format!("{}: {}", e.proof, e.document))
                .collect::<Vec<_>>()
                .join("; "),
            open.iter()
                .map(|d| format!("{} {}", d.id, d.record.title))
                .collect::<Vec<_>>()
                .join("; "),
            standing.clone(),
        ]);
        lines.push(json!({"combination": k, "open_defects": open.iter().map(|d| &d.id).collect::<Vec<_>>(), "not_assessed": unassessed, "standing": standing}));
    }
    Ok(Answer::new(json!({"list": which, "combinations": lines})).table(t))
}
