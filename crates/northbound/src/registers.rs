//! The commands of every register: list, show, history, change and withdraw.

pub(crate) mod actions;
pub(crate) mod cases;
pub(crate) mod changes;
pub(crate) mod combinations;
pub(crate) mod contacts;
pub(crate) mod criteria;
pub(crate) mod defects;
pub(crate) mod documents;
pub(crate) mod feedback;
pub(crate) mod feeds;
pub(crate) mod figures;
pub(crate) mod migrations;
pub(crate) mod mitigations;
pub(crate) mod parties;
pub(crate) mod people;
pub(crate) mod statements;
pub(crate) mod tables;

use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::registers::{self, EventsRequest, view};
use northbound_registers::{Noun, Query, Record, Verb};
use northbound_types::{Period, Region, Utc};

/// Which records to list.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Filter {
    /// Only for this measure
    #[arg(long, value_name = "ID")]
    pub(crate) measure: Option<String>,
    /// Only for this provider
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,
    /// Only for this region
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<Region>,
    /// Only for this period
    #[arg(long, value_name = "PERIOD")]
    pub(crate) period: Option<Period>,
    /// Include withdrawn records
    #[arg(long)]
    pub(crate) withdrawn: bool,
}

/// The commands of every register.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Common {
    /// List the records
    List(Filter),
    /// Show one record
    Show {
        /// Id of the record
        id: String,
    },
    /// Show every version of a record
    History {
        /// Id of the record
        id: String,
    },
    /// Change a record with KEY=VALUE, using the JSON keys printed by `show`; needs --reason
    Change {
        /// Id of the record
        id: String,
        /// Keys to change, as KEY=VALUE; an empty value clears the key
        #[arg(required = true, value_name = "KEY=VALUE")]
        set: Vec<String>,
    },
    /// Withdraw a record, which stays in the history; needs --reason
    Withdraw {
        /// Id of the record
        id: String,
    },
}

impl Filter {
    pub(crate) fn query(&self) -> Query {
        Query {
            measure: self.measure.clone(),
            provider: self.provider.clone(),
            region: self.region,
            period: self.period,
            withdrawn: self.withdrawn,
            ..Query::default()
        }
    }
}

pub(crate) fn common<T: Record>(c: &Common, ctx: &Ctx) -> Result<Answer> {
    Ok(match c {
        Common::List(f) => list::<T>(f, ctx)?,
        Common::Show { id } => show::<T>(id, ctx)?,
        Common::History { id } => history(T::NOUN, id, ctx)?,
        Common::Change { id, set } => view::receipt(&registers::change::<T>(ctx, id, set)?),
        Common::Withdraw { id } => withdraw::<T>(id, ctx)?,
    })
}

pub(crate) fn add<T: Record>(record: &T, ctx: &Ctx) -> Result<Answer> {
    Ok(view::receipt(&registers::add(ctx, record)?))
}

pub(crate) fn list<T: Record>(f: &Filter, ctx: &Ctx) -> Result<Answer> {
    Ok(view::records(&registers::list::<T>(ctx, &f.query())?))
}

pub(crate) fn show<T: Record>(id: &str, ctx: &Ctx) -> Result<Answer> {
    Ok(view::record(&registers::show::<T>(ctx, id)?))
}

pub(crate) fn withdraw<T: Record>(id: &str, ctx: &Ctx) -> Result<Answer> {
    Ok(view::receipt(&registers::withdraw::<T>(ctx, id)?))
}

pub(crate) fn history(noun: Noun, id: &str, ctx: &Ctx) -> Result<Answer> {
    Ok(view::history(noun, id, &registers::history(ctx, noun, id)?))
}

/// The audit trail
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum EventCommand {
    /// List events with actor and reason, oldest first
    List {
        /// Only for this register
        #[arg(long, value_name = "NOUN")]
        noun: Option<Noun>,
        /// Only for this record
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// Only of this kind
        #[arg(long, value_name = "VERB")]
        verb: Option<Verb>,
        /// Only by this actor, as printed in the events
        #[arg(long, value_name = "ACTOR")]
        by: Option<String>,
        /// Only since this time
        #[arg(long, value_name = "TIME")]
        since: Option<Utc>,
        /// Maximum number of events
        #[arg(long, value_name = "N")]
        limit: Option<i64>,
    },
}

pub(crate) fn events(c: &EventCommand, ctx: &Ctx) -> Result<Answer> {
    let EventCommand::List { noun, id, verb, by, since, limit } = c;
    let request = EventsRequest {
        noun: *noun,
        id: id.clone(),
        verb: *verb,
        actor: by.clone(),
        since: *since,
        limit: *limit,
    };
    Ok(view::events(&registers::events(ctx, &request)?))
}
