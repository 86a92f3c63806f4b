//! `devices`: the emulated devices as a process of their own. Hidden: `serve` starts it, and tests do.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    live::log::LogArgs,
    output::{Answer, Format},
};
use clap::Args;
use northbound_emulator::devices::{Settings, serve};
use northbound_emulator::{Scenario, scenario};
use northbound_gateway::clock::SystemClock;
use northbound_gbcs::keys::PublicKey;
use northbound_types::Eui64;
use serde_json::json;
use std::{io::Write, net::SocketAddr, path::PathBuf};

/// Number of meters if neither a scenario nor `--meters` gives one.
const METERS: u32 = 5_000;

/// Run the emulated devices as a separate process until interrupted
#[derive(Debug, Clone, Args)]
pub(crate) struct DevicesArgs {
    /// Loopback address to listen on; port 0 picks a free port
    #[arg(long, default_value = "127.0.0.1:8078", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Scenario file with the faults, the seed and the meters
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed", "meters"])]
    scenario: Option<PathBuf>,
    /// Random seed of the emulated network
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Number of meters
    #[arg(long, default_value_t = METERS, value_name = "N")]
    meters: u32,
    /// Speed as a multiple of real time
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    factor: u32,
    /// A User that receives device alerts; with several, each home is assigned one. Without any, devices raise no alerts
    #[arg(long, value_name = "EUI")]
    recipient: Vec<Eui64>,
    /// Probability of an error response, in parts per million
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=1_000_000))]
    error_ppm: u64,
    /// Public key-agreement key of the Access Control Broker, 65 bytes in hexadecimal; Commands without its MAC are rejected
    #[arg(long, value_name = "HEX")]
    broker_key: Option<String>,
    /// Public key-agreement key of a User, whose responses then carry a MAC
    #[arg(long, value_name = "EUI=HEX")]
    recipient_key: Vec<String>,
    /// Sign alerts and the responses to signed Commands
    #[arg(long)]
    sign: bool,
    #[command(flatten)]
    log: LogArgs,
}

pub(crate) fn run(args: &DevicesArgs, ctx: &Ctx) -> Result<Answer> {
    let settings = settings(args, ctx)?;
    let (log, _writer) = args.log.open(SystemClock::shared())?;
    let _logged = tracing::dispatcher::set_default(&log);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::internal(format!("cannot start: {e}")))?;
    let json = ctx.format == Format::Json;
    let folder = settings.data.display().to_string();
    // The parent process may ask this one to stop as soon as it has printed its address.
    let stop = runtime.block_on(async { interrupted() })?;
    runtime.block_on(serve(settings, args.listen, |address, found| {
        let line = if json { json!({"listening": address.to_string(), "executions": found.records, "torn_bytes": found.torn}).to_string() } else {
            format!("devices listen on {address}; {} executions logged in {folder}{}", found.records, if found.torn > 0 { format!(", {} bytes of an incomplete record removed", found.torn) } else { String::new() })
        };
        // The parent process waits for this line; if it does not read it, the devices run on.
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }, stop))?;
    Ok(Answer::raw(String::new()))
}

fn settings(args: &DevicesArgs, ctx: &Ctx) -> Result<Settings> {
    let scenario = match &args.scenario {
        Some(path) => northbound_app::scenario::of_file(path)?,
        None => plain(args.seed, args.meters)?,
    };
    let broker = args.broker_key.as_deref().map(public_key).transpose()?;
    let recipient_keys = args
        .recipient_key
        .iter()
        .map(|text| {
            let (eui, key) = text.split_once('=').ok_or_else(|| {
                CliError::usage(format!("--recipient-key {text:?}: write it as EUI=HEX"))
            })?;
            Ok((
                eui.parse::<Eui64>()
                    .map_err(|e| CliError::usage(format!("--recipient-key: {e}")))?,
                public_key(key)?,
            ))
        })
        .collect::<Result<_>>()?;
    let plain = Settings::new(ctx.data.join("devices"), scenario, args.recipient.clone());
    Ok(Settings {
        factor: args.factor,
        error_ppm: args.error_ppm,
        broker,
        recipient_keys,
        sign: args.sign,
        ..plain
    })
}

/// A network without scripted faults.
fn plain(seed: u64, meters: u32) -> Result<Scenario> {
    if !(1..=scenario::MAX_METERS).contains(&meters) {
        return Err(CliError::usage(format!(
            "--meters {meters}: must be from 1 to {}",
            scenario::MAX_METERS
        )));
    }
    Ok(Scenario {
        title: "no scripted faults".into(),
        description: String::new(),
        seed,
        meters,
        length: scenario::MAX_LENGTH,
        faults: Vec::new(),
        storms: Vec::new(),
        endpoints: Vec::new(),
        traffic: Vec::new(),
    })
}

fn public_key(text: &str) -> Result<PublicKey> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect();
    let bytes: Vec<u8> =
        digits.unwrap_or_default().chunks(2).map(|p| p.iter().fold(0, |n, d| n << 4 | d)).collect();
    PublicKey::read(&bytes).map_err(|e| {
        CliError::usage(format!("{} ({} hexadecimal digits were given)", e.detail, text.len()))
    })
}

/// Done when the process is asked to stop. The handlers are in place when this returns.
pub(crate) fn interrupted() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let catch =
        |kind| signal(kind).map_err(|e| CliError::internal(format!("cannot catch signals: {e}")));
    let (mut term, mut int) = (catch(SignalKind::terminate())?, catch(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    })
}
