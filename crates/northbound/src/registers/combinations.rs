//! `combination`: SMETS1 device models with a communications provider.

use super::{Common, add, common};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::{registers::view, smets1::combinations};
use northbound_registers::records::smets1::combinations::{Combination, Evidence, Listing, Proof};
use northbound_types::Day;

/// SMETS1 device models with a communications provider
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CombinationCommand {
    /// Register a combination that still needs evidence; a pair that is already registered is refused, in any spelling
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
        /// Note
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Add a piece of evidence
    Evidence {
        /// Id of the combination
        id: String,
        /// Kind: own-test, equivalent-test or review
        #[arg(long)]
        proof: Proof,
        /// What it shows
        #[arg(long, default_value = "")]
        text: String,
        /// Document and place
        #[arg(long)]
        document: String,
        /// Date of the evidence. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// Add a combination to the eligible ones; refused without evidence or with an open defect that is not assessed
    Admit {
        /// Id of the combination
        id: String,
        /// Date on which it becomes eligible. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// List eligible combinations with evidence, date first added and open defects
    Eligible {
        /// List those that still need evidence instead
        #[arg(long)]
        pending: bool,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn combination(c: &CombinationCommand, ctx: &Ctx) -> Result<Answer> {
    let today = ctx.now.day();
    match c {
        CombinationCommand::Add { models, csp, cohort, note } => {
            let (cohort, note) = (cohort.clone(), note.clone());
            add(&Combination { cohort, note, ..Combination::pending(models.clone(), csp) }, ctx)
        }
        CombinationCommand::Evidence { id, proof, text, document, on } => {
            let evidence = Evidence {
                proof: *proof,
                text: text.clone(),
                document: document.clone(),
                on: on.unwrap_or(today),
            };
            Ok(view::receipt(&combinations::add_evidence(ctx, id, evidence)?))
        }
        CombinationCommand::Admit { id, on } => {
            Ok(view::receipt(&combinations::admit(ctx, id, on.unwrap_or(today))?))
        }
        CombinationCommand::Eligible { pending } => {
            combinations::listing(ctx, if *pending { Listing::Pending } else { Listing::Eligible })
        }
        CombinationCommand::Common(c) => common::<Combination>(c, ctx),
    }
}
