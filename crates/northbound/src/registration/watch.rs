//! `registration watch`: scans a folder until the process is stopped, and prints what it finds.

use super::WatchArgs;
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Format},
};
use northbound_app::{
    Context,
    registration::{self, Watch, WatchLine},
};
use northbound_types::Utc;
use serde_json::json;
use std::{
    io::Write,
    time::{Duration, Instant},
};

pub(super) fn watch(a: &WatchArgs, ctx: &Ctx) -> Result<Answer> {
    if a.once {
        return registration::once(ctx, &a.request());
    }
    if ctx.dry_run {
        return Err(CliError::usage(
            "--dry-run needs --once: a watch that stores nothing would find the same files again and again",
        ));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::internal(format!("cannot start: {e}")))?;
    // Signals are handled between two scans; a scan that has begun is finished.
    let mut stop = Box::pin(runtime.block_on(async { crate::devices::interrupted() })?);
    let (mut watch, request) = (Watch::default(), a.request());
    let (start, mut looks, mut taken) = (Instant::now(), 0u64, 0usize);
    let watching = format!("watching {}", a.dir.display());
    say(ctx, ctx.now, &[WatchLine { key: "watching", json: json!(a.dir), text: watching }]);
    loop {
        // A clock set with --clock advances with the machine's clock.
        let passed = i64::try_from(start.elapsed().as_micros()).unwrap_or(i64::MAX);
        let now = Utc(ctx.now.0 + passed);
        match watch.look(&Context { now, ..ctx.app.clone() }, &request) {
            Ok(found) => {
                say(ctx, now, &found.lines);
                taken += found.files;
            }
            // A folder that cannot be listed at the start is an error; later it may reappear.
            Err(e) if looks == 0 => return Err(e),
            Err(e) => say(ctx, now, &[WatchLine::failed("this scan failed", &e)]),
        }
        looks += 1;
        let pause = Duration::from_secs(a.every);
        let asked = runtime.block_on(async {
            tokio::select! { () = &mut stop => true, () = tokio::time::sleep(pause) => false }
        });
        if asked {
            break;
        }
    }
    Ok(Answer::raw(if ctx.format == Format::Json {
        format!("{}\n", json!({"stopped": true, "looks": looks, "files": taken}))
    } else {
        format!("stopped after {looks} scans, {taken} files loaded\n")
    }))
}

/// Prints lines as they come. A closed output does not stop the watch.
fn say(ctx: &Ctx, at: Utc, lines: &[WatchLine]) {
    let mut out = std::io::stdout().lock();
    for l in lines {
        let _ = if ctx.format == Format::Json {
            writeln!(out, "{}", json!({"at": at, l.key: l.json}))
        } else {
            writeln!(out, "{at} {}", l.text)
        };
    }
    let _ = out.flush();
}
