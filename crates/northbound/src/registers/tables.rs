//! Registers filled from files: `service`, `population`, `hub`, `volume`.

use super::{Filter, history, list, show};
use crate::{context::Ctx, error::Result, output::Answer};
use clap::Subcommand;
use northbound_registers::{
    Noun, Record,
    records::{
        data::volumes::Volume,
        service::{hubs::HubInstall, population::PopulationDay, services::ServiceInterval},
    },
};

/// The read commands; `ingest` adds rows and `ingest retract` retracts a file.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ReadCommand {
    /// List the rows
    List(Filter),
    /// Show one row
    Show {
        /// Id of the row
        id: String,
    },
    /// Show the history of a row
    History {
        /// Id of the row
        id: String,
    },
}

pub(crate) fn run(noun: Noun, c: &ReadCommand, ctx: &Ctx) -> Result<Answer> {
    match noun {
        Noun::Service => read::<ServiceInterval>(c, ctx),
        Noun::Population => read::<PopulationDay>(c, ctx),
        Noun::Volume => read::<Volume>(c, ctx),
        _ => read::<HubInstall>(c, ctx),
    }
}

fn read<T: Record>(c: &ReadCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        ReadCommand::List(f) => list::<T>(f, ctx),
        ReadCommand::Show { id } => show::<T>(id, ctx),
        ReadCommand::History { id } => history(T::NOUN, id, ctx),
    }
}
