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
        /// Document that holds it; leave out where it was only given in speech
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
        /// Its text
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
