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
    /// Register a combination that still needs proof; the same pair again is refused, however it is spelt
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
        /// Those that still need proof instead
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
