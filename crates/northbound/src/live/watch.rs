//! `status`, `top`, `tap`: observing the running service.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{self, Answer, Format},
};
use clap::Args;
use northbound_app::{
    live::activity,
    requests::{self, RequestPath},
};
use northbound_client::control::{Client, Top};
use northbound_types::{Eui64, RequestId};
use serde_json::Value;
use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

pub(crate) fn status(ctx: &Ctx) -> Result<Answer> {
    let status = Client::of(&ctx.data, &ctx.actor)?.get("/status")?;
    let t = activity::status(&status);
    Ok(Answer::new(status).table(t))
}

/// Options of `top`.
#[derive(Debug, Clone, Args)]
pub(crate) struct TopArgs {
    /// Print once and exit
    #[arg(long)]
    once: bool,
    /// Seconds between updates
    #[arg(long, value_name = "S", default_value_t = 2)]
    every: u64,
}

pub(crate) fn top(args: &TopArgs, ctx: &Ctx) -> Result<Answer> {
    let client = Client::of(&ctx.data, &ctx.actor)?;
    let look = || -> Result<(Value, Top)> {
        let v = client.get("/top")?;
        let top = serde_json::from_value(v.clone())
            .map_err(|e| CliError::internal(format!("the service's answer: {e}")))?;
        Ok((v, top))
    };
    let (mut value, mut last) = look()?;
    if args.once {
        return Ok(activity::shown(&last, None).with_json(value));
    }
    let mut since = Instant::now();
    loop {
        std::thread::sleep(Duration::from_secs(args.every.max(1)));
        let (v, now) = look()?;
        let answer = activity::shown(&now, Some((&last, since.elapsed())));
        since = Instant::now();
        (value, last) = (v, now);
        // A terminal shows one frame in the place of the other; a pipe gets them one after the other.
        let screen = output::screen();
        if screen.capable && ctx.format == Format::Table {
            let frame = output::drawn(&answer, screen)?;
            let mut out = io::stdout().lock();
            let drawn = write!(out, "{}", northbound_terminal::redraw(&frame, screen.height));
            if drawn.and_then(|()| out.flush()).is_err() {
                return Ok(Answer::raw(""));
            }
        } else {
            output::print_part(&answer.with_json(value.clone()), ctx.format)?;
        }
    }
}

/// Options of `tap`.
#[derive(Debug, Clone, Args)]
pub(crate) struct TapArgs {
    /// Only for this request
    #[arg(long, value_name = "REQUESTID")]
    request: Option<RequestId>,
    /// Only for this device
    #[arg(long, value_name = "EUI")]
    device: Option<Eui64>,
    /// Only for this User
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// Stop after this many steps
    #[arg(long, value_name = "N")]
    count: Option<usize>,
}

pub(crate) fn tap(args: &TapArgs, ctx: &Ctx) -> Result<Answer> {
    let mut asked = Vec::new();
    if let Some(r) = args.request {
        asked.push(format!("request={r}"));
    }
    if let Some(d) = args.device {
        asked.push(format!("device={d}"));
    }
    if let Some(u) = args.user {
        asked.push(format!("user={u}"));
    }
    // Open before the request is looked up, so that no step between is lost.
    let lines = Client::of(&ctx.data, &ctx.actor)?.lines(&format!("/tap?{}", asked.join("&")))?;
    if let Some(id) = args.request {
        match requests::is_over(ctx, id)? {
            Some(true) => return known(ctx, id),
            Some(false) => {}
            None => eprint_line("no such request yet; waiting for it (Ctrl-C ends)"),
        }
    }
    let mut out = io::stdout().lock();
    let mut seen = 0;
    for line in lines {
        let line = line.map_err(|e| CliError::internal(format!("the service's answer: {e}")))?;
        let settled = activity::is_settled(&line);
        let printed = if ctx.format == Format::Json { line } else { activity::step(&line) };
        // A closed output is no error.
        if writeln!(out, "{printed}").and_then(|()| out.flush()).is_err() {
            break;
        }
        seen += 1;
        if args.count == Some(seen) {
            break;
        }
        if let Some(id) = args.request.filter(|_| settled)
            && requests::is_over(ctx, id)? == Some(true)
        {
            drop(out);
            return known(ctx, id);
        }
    }
    Ok(Answer::raw(""))
}

/// What is known of a request that is over.
fn known(ctx: &Ctx, id: RequestId) -> Result<Answer> {
    requests::show(ctx, &RequestPath { id, instance: None, limit: 20 })
}

/// A closed standard error is no error.
fn eprint_line(text: &str) {
    let _ = writeln!(io::stderr(), "northbound: {text}");
}
