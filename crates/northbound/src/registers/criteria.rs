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
    /// Start a checklist; its items come from the rules
    Add(AddArgs),
    /// Add the evidence that an item is met
    Evidence {
        /// Name of the checklist
        id: String,
        /// Key of the item
        key: String,
        /// Description
        #[arg(long, default_value = "")]
        text: String,
        /// Document and place
        #[arg(long)]
        document: String,
        /// Who states it. Default: the acting person
        #[arg(long)]
        by: Option<String>,
        /// Date. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
    },
    /// Add an open point that is not one of the items
    Open {
        /// Name of the checklist
        id: String,
        /// Description
        #[arg(long)]
        text: String,
        /// Owner of the open point
        #[arg(long)]
        owner: String,
    },
    /// Close an open point
    Close {
        /// Name of the checklist
        id: String,
        /// Number of the open point in `show`, counted from 1
        number: usize,
        /// How it was closed
        #[arg(long)]
        by: String,
    },
    /// Mark the checklist as ready; refused while anything is open, with a list of what is
    Ready {
        /// Name of the checklist
        id: String,
    },
    /// Record the decision of its body; `met` is refused while anything is open
    Decide {
        /// Name of the checklist
        id: String,
        /// Decision: met, not-met or deferred
        #[arg(long)]
        ruling: Ruling,
        /// Description
        #[arg(long)]
        outcome: String,
        /// Date. Default: today
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// The document that records it
        #[arg(long, default_value = "")]
        document: String,
    },
    /// Show one checklist: items, evidence, open points
    Status {
        /// Name of the checklist
        id: String,
    },
    #[command(flatten)]
    Common(Common),
}

/// Options of `criteria add`.
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
    /// Date of its review
    #[arg(long, value_name = "DAY")]
    review: Option<Day>,
    /// Actions that must be closed
    #[arg(long = "action", value_delimiter = ',', value_name = "ID")]
    actions: Vec<String>,
    /// Defects that must be assessed
    #[arg(long = "defect", value_delimiter = ',', value_name = "ID")]
    defects: Vec<String>,
    /// Template in the rules
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
