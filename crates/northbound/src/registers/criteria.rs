//! `criteria`: the Live Services Criteria.

use super::{Common, common};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::{
    registers::{author, view},
    smets1::criteria::{self, NewChecklist},
};
use northbound_registers::records::smets1::criteria::{Criteria, ItemEvidence, Ruling};
use northbound_types::Day;

/// The default template.
const TEMPLATE: &str = "live-services";

/// Live Services Criteria: checklists with evidence
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CriteriaCommand {
    /// Begin a checklist; its items come from the rules
    Add(AddArgs),
    /// Add the evidence that an item is met
    Evidence {
        /// Name of the checklist
        id: String,
        /// Key of the item
        key: String,
        /// In words
        #[arg(long, default_value = "")]
        text: String,
        /// Document and place
        #[arg(long)]
        document: String,
        /// Who says so. Default: who acts
        #[arg(long)]
        by: Option<String>,
        /// When. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// Note something that is open beside the items
    Open {
        /// Name of the checklist
        id: String,
        /// In words
        #[arg(long)]
        text: String,
        /// Who has to close it
        #[arg(long)]
        owner: String,
    },
    /// Close what was open beside the items
    Close {
        /// Name of the checklist
        id: String,
        /// Its number in `show`, from 1
        number: usize,
        /// What closed it
        #[arg(long)]
        by: String,
    },
    /// Mark it as ready: refused while anything is open; the error names it
    Ready {
        /// Name of the checklist
        id: String,
    },
    /// Record what its body decided; `met` is refused while anything is open
    Decide {
        /// Name of the checklist
        id: String,
        /// met, not-met or deferred
        #[arg(long)]
        ruling: Ruling,
        /// In words
        #[arg(long)]
        outcome: String,
        /// When. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// The document that records it
        #[arg(long, default_value = "")]
        document: String,
    },
    /// One checklist: items, evidence, what is open
    Status {
        /// Name of the checklist
        id: String,
    },
    #[command(flatten)]
    Common(Common),
}

/// What is begun.
#[derive(Debug, Clone, Args)]
pub(crate) struct AddArgs {
    /// Name, such as MOC-1
    id: String,
    /// Title
    #[arg(long)]
    title: String,
    /// Cohort: IOC, MOC or FOC
    #[arg(long)]
    cohort: String,
    /// The body that decides
    #[arg(long)]
    body: String,
    /// Day of its review
    #[arg(long, value_name = "DAY")]
    review: Option<Day>,
    /// Actions that must be closed
    #[arg(long = "action", value_delimiter = ',', value_name = "ID")]
    actions: Vec<String>,
    /// Defects that must be assessed
    #[arg(long = "defect", value_delimiter = ',', value_name = "ID")]
    defects: Vec<String>,
    /// Template of the rules
    #[arg(long, default_value = TEMPLATE, value_name = "ID")]
    template: String,
}

pub(crate) fn criteria(c: &CriteriaCommand, ctx: &Ctx) -> Result<Answer> {
    let today = ctx.now.day();
    let receipt = match c {
        CriteriaCommand::Add(a) => criteria::add(ctx, &a.checklist())?,
        CriteriaCommand::Evidence { id, key, text, document, by, on } => {
            let evidence = ItemEvidence {
                text: text.clone(),
                document: document.clone(),
                by: author(by.as_deref(), &ctx.actor),
                on: on.unwrap_or(today),
            };
            criteria::add_evidence(ctx, id, key, evidence)?
        }
        CriteriaCommand::Open { id, text, owner } => criteria::open_item(ctx, id, text, owner)?,
        CriteriaCommand::Close { id, number, by } => criteria::close_item(ctx, id, *number, by)?,
        CriteriaCommand::Ready { id } => criteria::mark_ready(ctx, id)?,
        CriteriaCommand::Decide { id, ruling, outcome, on, document } => {
            criteria::decide(ctx, id, *ruling, on.unwrap_or(today), outcome, document)?
        }
        CriteriaCommand::Status { id } => return criteria::status(ctx, id),
        CriteriaCommand::Common(c) => return common::<Criteria>(c, ctx),
    };
    Ok(view::receipt(&receipt))
}

impl AddArgs {
    fn checklist(&self) -> NewChecklist {
        NewChecklist {
            id: self.id.clone(),
            title: self.title.clone(),
            cohort: self.cohort.clone(),
            body: self.body.clone(),
            review: self.review,
            actions: self.actions.clone(),
            defects: self.defects.clone(),
            template: self.template.clone(),
        }
    }
}
