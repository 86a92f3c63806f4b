//! `receive`: a User's endpoint.

use super::{policy_of, runtime, services, tls::TlsArgs};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Format},
};
use clap::Args;
use northbound_app::live::answers;
use northbound_client::{
    ClientError,
    control::Client as Control,
    receive::{Behaviour, CLIENT_BYTES, Checks, Received, Receiver},
};
use northbound_gateway::clock::SystemClock;
use northbound_keys::{FOLDER, Keys};
use northbound_types::Eui64;
use serde_json::json;
use std::{
    io::{self, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

/// Options of `receive`, with the failures to simulate.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReceiveArgs {
    /// User whose endpoint this is; the running service then delivers here
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// Address to listen on; port 0 picks a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    #[command(flatten)]
    tls: TlsArgs,
    /// Respond with this HTTP status instead of 204
    #[arg(long, value_name = "STATUS", value_parser = clap::value_parser!(u16).range(200..=599))]
    status: Option<u16>,
    /// Delay each response by this many milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    delay: u64,
    /// Reject larger messages (in bytes) with status 413
    #[arg(long, value_name = "BYTES", default_value_t = CLIENT_BYTES)]
    most: usize,
    /// Stop after this many messages
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// Stop after this many seconds
    #[arg(long = "for", value_name = "S")]
    seconds: Option<u64>,
    /// Print the messages unmodified
    #[arg(long)]
    xml: bool,
}

pub(crate) fn run(args: &ReceiveArgs, ctx: &Ctx) -> Result<Answer> {
    let rules = ctx.rules()?;
    let policy = policy_of(&rules, ctx)?;
    let keys = Arc::new(Keys::load(&ctx.data.join(FOLDER), policy.service, None)?);
    let checks = Checks {
        keys,
        service: policy.service,
        services: services(&rules),
        clock: Arc::new(|| SystemClock::shared().wall()),
        most: args.most,
    };
    let behaviour = Behaviour { status: args.status, delay: Duration::from_millis(args.delay) };
    runtime()?.block_on(async {
        let tls = args.tls.tls();
        let mut receiver = Receiver::start(args.listen, tls.as_ref(), checks, behaviour).await?;
        let url = format!("{}://{}/", if tls.is_some() { "https" } else { "http" }, receiver.address);
        register(args.user, &url, ctx)?;
        tell(&url, ctx)?;
        let until = async { match args.seconds { Some(s) => tokio::time::sleep(Duration::from_secs(s)).await, None => std::future::pending().await } };
        let mut until = std::pin::pin!(until);
        let mut seen = 0;
        while args.count.is_none_or(|n| seen < n) {
            let next = tokio::select! { m = receiver.messages.recv() => m, () = &mut until => break, _ = tokio::signal::ctrl_c() => break };
            let Some(message) = next else { break };
            seen += 1;
            if !print(&message, args.xml, ctx) { break; }
        }
        receiver.stop().await;
        Ok(Answer::raw(""))
    })
}

/// Sets the delivery address in the running service; without a service the address is only printed.
fn register(user: Option<Eui64>, url: &str, ctx: &Ctx) -> Result<()> {
    let Some(user) = user else { return Ok(()) };
    match Control::of(&ctx.data, &ctx.actor) {
        Ok(c) => {
            c.post("/endpoint", &json!({"user": user, "url": url}))?;
            Ok(())
        }
        Err(ClientError::NotRunning { .. }) => Err(CliError::not_found(format!(
            "no service runs on {}: leave out --user to listen without one",
            ctx.data.display()
        ))),
        Err(e) => Err(e.into()),
    }
}

fn tell(url: &str, ctx: &Ctx) -> Result<()> {
    let mut out = io::stdout().lock();
    let printed = if ctx.format == Format::Json {
        writeln!(out, "{}", json!({"listening": url}))
    } else {
        writeln!(out, "Listening on {url}")
    };
    printed
        .and_then(|()| out.flush())
        .map_err(|e| CliError::internal(format!("cannot write to standard output: {e}")))
}

/// `false` once standard output is closed.
fn print(r: &Received, xml: bool, ctx: &Ctx) -> bool {
    let mut out = io::stdout().lock();
    let line = if ctx.format == Format::Json {
        answers::json(r).to_string()
    } else {
        match &r.message {
            Some(m) => format!(
                "{}  {}  {:<7} {}  {}{}",
                r.status,
                m.at,
                m.code,
                m.request
                    .as_ref()
                    .or(m.response.as_ref())
                    .map(|i| i.text.as_str())
                    .unwrap_or_default(),
                answers::holds(&m.body),
                r.refused.as_ref().map(|w| format!("  REFUSED: {w}")).unwrap_or_default()
            ),
            None => format!("{}  refused: {}", r.status, r.refused.clone().unwrap_or_default()),
        }
    };
    let mut written = writeln!(out, "{line}");
    if xml {
        written = written.and_then(|()| writeln!(out, "{}", String::from_utf8_lossy(&r.body)));
    }
    written.and_then(|()| out.flush()).is_ok()
}
