//! Registers that files fill: `service`, `population`, `hub`, `volume`.

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

/// What can be seen of it; `ingest` fills it and `ingest retract` takes a file back.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ReadCommand {
    /// What is kept
    List(Filter),
    /// One row
    Show {
        /// Its id
        id: String,
    },
    /// Every state that a row has been in
    History {
        /// Its id
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
