//! The arrival watch: what came, then what did not; and the live service is told, where one runs.

use super::{
    WatchArgs,
    apply::{self, Applied},
    arrive::{self, Came},
    days,
    missing::{self, Opened},
};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Format, Table},
};
use northbound_client::control::Client;
use northbound_measures::views::registration::{DueState, Standing};
use serde_json::json;
use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

/// Endings of files that are still being written.
const UNFINISHED: [&str; 3] = ["part", "tmp", "filepart"];

/// Length and time of change of each file, to tell one that is still being written.
type Seen = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// What one look found.
struct Look {
    came: Vec<Came>,
    unknown: Vec<String>,
    /// Files that could not be looked at; the next look tries again.
    failed: Vec<(String, CliError)>,
    standings: Vec<Standing>,
    opened: Vec<Opened>,
}

/// Registrations that could not be told are tried again so long after, though nothing new came.
const AGAIN: Duration = Duration::from_secs(600);

/// When the live service was last told, and as of which revision of the registers.
#[derive(Default)]
struct Teller {
    told: Option<(i64, Instant)>,
    owing: bool,
}

impl Teller {
    /// Tells the live service what is new, where one runs.
    fn tell(&mut self, ctx: &Ctx) -> Result<Option<Applied>> {
        let store = ctx.store()?;
        let due = self.told.is_none_or(|(revision, at)| {
            store.revision().map_or(true, |r| r != revision)
                || (self.owing && at.elapsed() >= AGAIN)
        });
        if !due || Client::of(&ctx.data).is_err() {
            return Ok(None);
        }
        let done = apply::tell(&store, false, ctx)?;
        self.owing = !done.left.is_empty();
        self.told = Some((store.revision()?, Instant::now()));
        Ok(Some(done))
    }
}

pub(super) fn watch(a: &WatchArgs, ctx: &Ctx) -> Result<Answer> {
    if a.once {
        return once(a, ctx);
    }
    if ctx.dry_run {
        return Err(CliError::usage(
            "--dry-run goes with --once: a watch that keeps nothing would find the same again and again",
        ));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::internal(format!("cannot start: {e}")))?;
    // A signal is heard between two looks: what a look has begun it finishes.
    let mut stop = Box::pin(runtime.block_on(async { crate::devices::interrupted() })?);
    let (mut before, mut teller) = (Seen::new(), Teller::default());
    let (start, mut looks, mut taken) = (Instant::now(), 0u64, 0usize);
    say(ctx, &[Line::new("watching", json!(a.dir), format!("watching {}", a.dir.display()))]);
    loop {
        // The clock of the command goes on with the machine's.
        let now = northbound_types::Utc(
            ctx.now.0 + i64::try_from(start.elapsed().as_micros()).unwrap_or(i64::MAX),
        );
        let ctx = &ctx.with(northbound_app::Context { now, ..ctx.app.clone() });
        match around(a, &mut before, &mut teller, ctx) {
            Ok(n) => taken += n,
            // A folder that cannot be listed at the start is a mistake; later it may come back.
            Err(e) if looks == 0 => return Err(e),
            Err(e) => say(
                ctx,
                &[Line::new(
                    "failed",
                    json!({"message": e.to_string()}),
                    format!("this look failed: {}", e.to_string()),
                )],
            ),
        }
        looks += 1;
        let asked = runtime.block_on(async { tokio::select! { () = &mut stop => true, () = tokio::time::sleep(Duration::from_secs(a.every)) => false } });
        if asked {
            break;
        }
    }
    Ok(Answer::raw(if ctx.format == Format::Json {
        format!("{}\n", json!({"stopped": true, "looks": looks, "files": taken}))
    } else {
        format!("stopped after {looks} looks, {taken} files\n")
    }))
}

/// One look of the loop, and what it found as lines. How many files were new.
fn around(a: &WatchArgs, before: &mut Seen, teller: &mut Teller, ctx: &Ctx) -> Result<usize> {
    let seen = files(&a.dir)?;
    // A file that changed since the last look is still being written.
    let still: Seen = seen
        .iter()
        .filter(|(p, s)| before.get(*p) == Some(s))
        .map(|(p, s)| (p.clone(), *s))
        .collect();
    let found = look(a, &still, ctx)?;
    *before = seen;
    say(ctx, &lines(&found));
    match teller.tell(ctx) {
        Ok(Some(done)) if !done.told.is_empty() || !done.left.is_empty() => {
            say(ctx, &[Line::new("applied", done.json(), done.words())])
        }
        Ok(_) => {}
        // The files are taken; the service is told when it answers.
        Err(e) => say(
            ctx,
            &[Line::new(
                "failed",
                json!({"message": e.to_string()}),
                format!("the live service was not told: {}", e.to_string()),
            )],
        ),
    }
    Ok(found.came.len())
}

fn once(a: &WatchArgs, ctx: &Ctx) -> Result<Answer> {
    let mut found = look(a, &files(&a.dir)?, ctx)?;
    // The others are taken; this one is not.
    if let Some((_, e)) = found.failed.pop() {
        return Err(e);
    }
    let applied = if ctx.dry_run { None } else { Teller::default().tell(ctx)? };
    let mut answer = answer(&found, ctx);
    if let Some(o) = answer.json.as_object_mut() {
        o.insert(
            "applied".to_owned(),
            applied.as_ref().map_or(serde_json::Value::Null, Applied::json),
        );
    }
    Ok(match &applied {
        Some(done) => answer.then(format!("{}.", done.words())),
        None => answer,
    })
}

fn files(dir: &Path) -> Result<Seen> {
    let mut out = Seen::new();
    for entry in std::fs::read_dir(dir).map_err(|e| CliError::io("list", dir, e))? {
        let path = entry.map_err(|e| CliError::io("list", dir, e))?.path();
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let unfinished = name.starts_with('.')
            || path
                .extension()
                .is_some_and(|x| UNFINISHED.iter().any(|u| x.eq_ignore_ascii_case(u)));
        // One that went away meanwhile is gone.
        let Some(meta) = std::fs::metadata(&path).ok().filter(|m| m.is_file() && !unfinished)
        else {
            continue;
        };
        out.insert(path, (meta.len(), meta.modified().ok()));
    }
    Ok(out)
}

fn look(a: &WatchArgs, found: &Seen, ctx: &Ctx) -> Result<Look> {
    let (rules, store) = (ctx.rules()?, ctx.store()?);
    let mut came: Vec<Came> = Vec::new();
    let (mut unknown, mut failed) = (Vec::new(), Vec::new());
    let mut paths: Vec<&PathBuf> = found.keys().collect();
    // Until nothing moves: a file that came may be what another waited for.
    loop {
        let mut moved = false;
        let mut waiting = Vec::new();
        for path in paths {
            let name =
                path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if !rules.layouts().iter().any(|l| l.owns(&name)) {
                unknown.push(name);
                continue;
            }
            let c = match arrive::take(path, ctx.now, &rules, &store, ctx) {
                Ok(c) => c,
                Err(e) => {
                    failed.push((name, e));
                    continue;
                }
            };
            if c.file.outcome
                == northbound_registers::records::data::registrations::FileOutcome::OutOfOrder
            {
                waiting.push(path);
            } else if c.new {
                moved = true;
            }
            if c.new {
                came.retain(|x| x.file.name != c.file.name || x.file.sha256 != c.file.sha256);
                came.push(c);
            }
        }
        if !moved || waiting.is_empty() || ctx.dry_run {
            break;
        }
        paths = waiting;
    }
    let (from, after) = days(a.since, None, ctx)?;
    let gate = ctx.gate(&store);
    let (standings, opened) = missing::open_missing(from, after, &rules, &gate, ctx)?;
    Ok(Look { came, unknown, failed, standings, opened })
}

/// A line of the loop: for people, and as JSON under a key.
struct Line {
    key: &'static str,
    json: serde_json::Value,
    text: String,
}

impl Line {
    fn new(key: &'static str, json: serde_json::Value, text: String) -> Line {
        Line { key, json, text }
    }
}

/// Prints lines as they come. Whoever does not read them any more does not stop the watch.
fn say(ctx: &Ctx, lines: &[Line]) {
    let mut out = std::io::stdout().lock();
    for l in lines {
        let _ = if ctx.format == Format::Json {
            writeln!(out, "{}", json!({"at": ctx.now, l.key: l.json}))
        } else {
            writeln!(out, "{} {}", ctx.now, l.text)
        };
    }
    let _ = out.flush();
}

fn lines(l: &Look) -> Vec<Line> {
    let came = l.came.iter().map(|c| {
        let why = if c.file.why.is_empty() { String::new() } else { format!(": {}", c.file.why) };
        Line::new(
            "file",
            json!({"file": c.file, "new": c.new, "rejects": c.rejects}),
            format!(
                "{}: {}{}{why}",
                c.file.name,
                c.file.outcome,
                if c.file.late { ", late" } else { "" }
            ),
        )
    });
    let opened = l.opened.iter().map(|o| {
        Line::new(
            "opened",
            json!(o),
            format!("{}: {} of {} for {} is missing", o.incident, o.layout, o.provider, o.day),
        )
    });
    let failed = l.failed.iter().map(|(name, e)| {
        Line::new(
            "failed",
            json!({"file": name, "message": e.to_string()}),
            format!("{name} could not be taken: {}", e.to_string()),
        )
    });
    came.chain(opened).chain(failed).collect()
}

fn answer(l: &Look, ctx: &Ctx) -> Answer {
    let missing: Vec<&Standing> =
        l.standings.iter().filter(|s| s.state == DueState::Missing).collect();
    let mut t = Table::new("Missing", &["provider", "layout", "for", "cut-off (UTC)", "incident"]);
    for s in &missing {
        t.row([
            s.due.rule.provider.clone(),
            s.due.rule.layout.clone(),
            s.due.day.to_string(),
            s.due.cut_off.to_string(),
            missing::missing_id(&s.due.rule.provider, &s.due.rule.layout, s.due.day).to_string(),
        ]);
    }
    let mut a = arrive::answer(&l.came, ctx);
    a.tables[0].title = "Came".to_owned();
    a.tables.push(t);
    if let Some(o) = a.json.as_object_mut() {
        o.insert("missing".to_owned(), missing.iter().map(|s| json!({"provider": s.due.rule.provider, "layout": s.due.rule.layout, "day": s.due.day, "cut_off": s.due.cut_off, "incident": missing::missing_id(&s.due.rule.provider, &s.due.rule.layout, s.due.day)})).collect());
        o.insert("opened".to_owned(), json!(l.opened));
        o.insert("not_registration_files".to_owned(), json!(l.unknown));
    }
    for o in &l.opened {
        a = a.then(format!(
            "{} opened: {} of {} for {} did not come by {}.",
            o.incident, o.layout, o.provider, o.day, o.at
        ));
    }
    if !l.unknown.is_empty() {
        a = a.then(format!(
            "Called like no registration file, left alone: {}.",
            l.unknown.join(", ")
        ));
    }
    a
}
