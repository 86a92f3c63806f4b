//! What the live service and the tools beside it share: its settings and its ledger.

pub mod network;

use crate::{
    context::Context,
    error::{AppError, Result},
    input,
    ledger::{registers_at, versions},
};
use northbound_gateway::{
    Config,
    ledger_sink::{LedgerSink, Sink, Thinning},
};
use northbound_ledger::{Ledger, LedgerError, Pruned};
use northbound_registers::{Query, records::participants::parties::User};
use northbound_types::{Eui64, Utc};
use std::{fs::OpenOptions, io::Write, path::Path, sync::Arc};
use tracing::{info, warn};

/// Name of the settings file in the data folder, read where no other file is named.
pub const SETTINGS: &str = "service.toml";

/// The settings in `file`, else those of the data folder, else the defaults.
///
/// # Errors
/// Where the file cannot be read or a setting is wrong.
pub fn settings(ctx: &Context, file: Option<&Path>) -> Result<Config> {
    let own = ctx.data.join(SETTINGS);
    Ok(match file {
        Some(path) => Config::load(path)?,
        None if own.exists() => Config::load(&own)?,
        None => Config::default(),
    })
}

/// The sink that writes to the ledger of the data folder and prunes its old versions. It logs each pruning.
///
/// # Errors
/// Where ledger, registers or rules cannot be read, or a setting is wrong.
pub fn ledger_sink(ctx: &Context, config: &Config, now: Utc) -> Result<Box<dyn Sink>> {
    let days = ctx.rules()?.integer(versions::KEPT_DAYS, now.day())?;
    let of = ctx.clone();
    let cited = move || versions::cited(&of).map_err(|e| LedgerError::Refused(e.to_string()));
    let said = |at: Utc, done: std::result::Result<Pruned, LedgerError>| match done {
        Ok(t) if t.versions == 0 => {}
        Ok(Pruned { versions, files, bytes, kept, .. }) => {
            info!(event = "ledger.thinned", at = %at, versions, files, bytes, kept);
        }
        Err(e) => warn!(event = "ledger.not-thinned", at = %at, why = %e),
    };
    let sink = ledger_sink_on(ctx, &ctx.ledger(), config, now)?;
    Ok(Box::new(sink.thinned(Thinning { days, cited: Box::new(cited), said: Box::new(said) })))
}

/// A sink that writes to another ledger, judged by the registers of the data folder.
///
/// # Errors
/// As [`ledger_sink`].
pub fn ledger_sink_on(
    ctx: &Context,
    ledger: &Ledger,
    config: &Config,
    now: Utc,
) -> Result<LedgerSink> {
    let store = ctx.store()?;
    let judge = Arc::new(ctx.judge(&store)?);
    let providers = config.network.providers().map_err(AppError::usage)?;
    Ok(LedgerSink::open(ledger, judge, registers_at(&store)?, providers, now)?)
}

/// A log that is appended to a file.
///
/// # Errors
/// Where the file cannot be opened.
pub fn open_log(path: &Path) -> Result<Box<dyn Write + Send>> {
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|e| AppError::io("write the log to", path, e))?;
    Ok(Box::new(file))
}

/// The bytes of a file that a User sends.
///
/// # Errors
/// Where it cannot be read.
pub fn read_request(path: &Path) -> Result<Vec<u8>> {
    input::bytes(path, input::MAX_FILE)
}

/// Threads for a use-case that waits for connections.
///
/// # Errors
/// Where the machine starts no threads.
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| AppError::internal(format!("threads cannot be started: {e}")))
}

/// The User that sends: as named, or the one of the Actor's party.
///
/// # Errors
/// Where the party has no User or several, or the registers cannot be read.
pub fn sending_user(ctx: &Context, given: Option<Eui64>) -> Result<Eui64> {
    if let Some(u) = given {
        return Ok(u);
    }
    let party = ctx.actor.party.clone().ok_or_else(|| {
        AppError::usage("name the User with --user EUI, or its party with --as person@PARTY")
    })?;
    let store = ctx.store()?;
    let of: Vec<Eui64> = ctx
        .gate(&store)
        .list::<User>(&Query::as_at(ctx.as_at()))?
        .into_iter()
        .map(|k| k.record)
        .filter(|u| u.party == party)
        .map(|u| u.eui)
        .collect();
    match of[..] {
        [one] => Ok(one),
        [] => {
            Err(AppError::not_found(format!("party {party} has no User; name one with --user EUI")))
        }
        _ => Err(AppError::usage(format!(
            "party {party} has several Users: {}; name one with --user",
            of.iter().map(Eui64::to_string).collect::<Vec<_>>().join(", ")
        ))),
    }
}
