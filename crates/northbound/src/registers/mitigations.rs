//! `mitigation`: specifications of mitigations.

use super::{Common, common};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_app::{
    registers::view,
    smets1::mitigations::{self, NewMitigation},
};
use northbound_registers::records::smets1::mitigations::Mitigation;

/// The default template.
const TEMPLATE: &str = "specification";

/// Specifications of mitigations
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MitigationCommand {
    /// Start a specification; the rules define the parts that it needs
    Add {
        /// Defect
        #[arg(long, value_name = "ID")]
        defect: String,
        /// Title
        #[arg(long)]
        title: String,
        /// Action that asks for it
        #[arg(long, value_name = "ID")]
        action: Option<String>,
        /// Document that contains it; leave out if it was only given orally
        #[arg(long, default_value = "")]
        document: String,
        /// Template in the rules
        #[arg(long, default_value = TEMPLATE, value_name = "ID")]
        template: String,
    },
    /// Write a part
    Part {
        /// Id of the specification
        id: String,
        /// Key of the part
        key: String,
        /// Text of the part
        #[arg(long)]
        text: String,
    },
    /// Show which parts are present and which are missing
    Check {
        /// Id of the specification
        id: String,
    },
    #[command(flatten)]
    Common(Common),
}

pub(crate) fn mitigation(c: &MitigationCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        MitigationCommand::Add { defect, title, action, document, template } => {
            let new = NewMitigation {
                defect: defect.clone(),
                title: title.clone(),
                action: action.clone(),
                document: document.clone(),
                template: template.clone(),
            };
            Ok(view::receipt(&mitigations::add(ctx, &new)?))
        }
        MitigationCommand::Part { id, key, text } => mitigations::write_part(ctx, id, key, text),
        MitigationCommand::Check { id } => mitigations::check(ctx, id),
        MitigationCommand::Common(c) => common::<Mitigation>(c, ctx),
    }
}
