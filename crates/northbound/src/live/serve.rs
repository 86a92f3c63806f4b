//! `serve`: the live service in the foreground.

use super::{demo, log::LogArgs, tls::TlsArgs};
use crate::{
    context::Ctx,
    error::{CliError, Kind, Result},
    output::{Answer, Format},
};
use clap::Args;
use northbound_app::service::{ledger_sink, network, settings};
use northbound_gateway::{
    Config, Service, Setup,
    clock::{Fast, SystemClock},
};
use northbound_keys::Keys;
use northbound_ledger::journal::inspect;
use northbound_types::Utc;
use serde_json::json;
use std::{
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
};

/// Options of `serve`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServeArgs {
    /// Settings file (docs/serve.md). Default: service.toml in the data folder, if present
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address of the User interface; port 0 picks a free port
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Loopback address of the control interface
    #[arg(long, value_name = "ADDRESS")]
    control: Option<SocketAddr>,
    /// On the first start, create invented Users with keys, invented devices and an emulated network
    #[arg(long)]
    pub(crate) demo: bool,
    /// Number of meters of the demo network
    #[arg(long, value_name = "N", default_value_t = 300)]
    meters: u32,
    /// Address of a separate device process (`devices`). Default: devices are emulated in this process
    #[arg(long, value_name = "ADDRESS")]
    devices: Option<SocketAddr>,
    /// Speed as a multiple of real time, for the emulated devices too
    #[arg(long, value_name = "N")]
    speed: Option<u32>,
    #[command(flatten)]
    tls: TlsArgs,
    #[command(flatten)]
    log: LogArgs,
}

pub(crate) fn run(args: &ServeArgs, ctx: &Ctx) -> Result<Answer> {
    if args.demo {
        demo::prepare(ctx, demo::SEED, args.meters)?;
    }
    let config = config(args, ctx)?;
    let rules = ctx.rules()?;
    let (planned, speed) = (config.network.clone(), config.speed);
    let data = ctx.data.clone();
    // After a fast run the journal is ahead of the wall clock.
    let ahead = if speed > 1 {
        inspect::look(&ctx.journal(), false)?.segments.last().map_or(Utc(0), |s| s.last_at)
    } else {
        Utc(0)
    };
    let clock = Fast::starting(SystemClock::shared(), ahead, speed);
    let (log, writer) = args.log.open(Arc::clone(&clock))?;
    let ledger = ledger_sink(ctx, &config, clock.wall())?;
    let setup = Setup {
        data: ctx.data.clone(),
        config,
        rules,
        clock,
        log,
        ledger: Some(ledger),
        network: Box::new(move |keys: &Keys| network::start(&planned, speed, &data, keys)),
        permits: northbound_app::access::permits(),
    };
    let mut service = Service::start(setup)?;
    service.heed_signals();
    tell(&service, args, ctx)?;
    service.wait();
    let position = service.stop();
    drop(writer);
    Ok(Answer::new(json!({"stopped": true, "position": position}))
        .say(format!("Stopped cleanly at journal position {position}.")))
}

/// Prints the addresses immediately, since the parent process waits for them.
fn tell(service: &Service, args: &ServeArgs, ctx: &Ctx) -> Result<()> {
    let mut out = io::stdout().lock();
    let (duis, control, data) = (service.url(), service.control, ctx.data.display());
    let first = args.demo.then(|| demo::first_request(demo::SEED, args.meters)).flatten();
    let what = first.map_or_else(
        || "FILE --user EUI".to_owned(),
        |(user, meter)| format!("--sample 4.1.1 --user {user} --device {meter}"),
    );
    let printed = if ctx.format == Format::Json {
        writeln!(
            out,
            "{}",
            json!({"duis": duis, "control": control.to_string(), "pid": std::process::id()})
        )
    } else {
        writeln!(
            out,
            "User interface: {duis}\nControl:        http://{control} (token in {data}/service.json)\n\nSend something:  northbound --data {data} send {what}\nWatch:           northbound --data {data} top\nStop:            Ctrl-C\n"
        )
    };
    printed
        .and_then(|()| out.flush())
        .map_err(|e| CliError::internal(format!("cannot write to standard output: {e}")))
}

fn config(args: &ServeArgs, ctx: &Ctx) -> Result<Config> {
    let mut config = settings(ctx, args.config.as_deref())?;
    if let Some(a) = args.listen {
        config.listen = a;
    }
    if let Some(a) = args.control {
        config.control.listen = a;
    }
    if let Some(a) = args.devices {
        config.network.devices = Some(a);
    }
    if let Some(n) = args.speed {
        config.speed = n;
    }
    if let Some(tls) = args.tls.tls() {
        config.tls = Some(tls);
    }
    config.check().map_err(CliError::usage)?;
    // Only a virtual clock may run ahead: `latest` is set on the machine's.
    if config.speed != 1 && ctx.latest.is_some() {
        return Err(CliError::new(
            Kind::Refused,
            "folder.clock",
            format!(
                "{} is on the machine's clock, and the service would run {} times as fast; make a folder with `northbound init --virtual`, or leave --speed out",
                ctx.data.display(),
                config.speed
            ),
        ));
    }
    Ok(config)
}
