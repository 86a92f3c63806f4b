//! The arrival watch: takes files that arrived, opens an incident for each that did not, and sends
//! the live service what follows, where one runs.

use super::{
    WatchRequest,
    apply::{self, Applied},
    arrive::{self, Arrived},
    days,
    missing::{self, Opened},
};
use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
};
use northbound_client::control::Client;
use northbound_measures::views::registration::{DueState, Standing};
use northbound_registers::records::data::registrations::FileOutcome;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

/// Endings of files that are still being written.
const UNFINISHED: [&str; 3] = ["part", "tmp", "filepart"];

/// Length and modification time of each file, to recognise one that is still being written.
type Seen = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// Registrations that the live service would not take are sent again after this pause, though nothing
/// new arrived.
const RETRY_AFTER: Duration = Duration::from_secs(600);

/// A watch of one folder that looks again and again.
#[derive(Default)]
pub struct Watch {
    before: Seen,
    sender: Sender,
}

/// What one look of a watch found.
pub struct Watched {
    /// In the order in which it happened.
    pub lines: Vec<WatchLine>,
    /// Files that were taken.
    pub files: usize,
}

/// One finding of a watch: for people, and as JSON under a key.
pub struct WatchLine {
    /// Key of the JSON.
    pub key: &'static str,
    /// The finding.
    pub json: Value,
    /// The finding in words.
    pub text: String,
}

impl WatchLine {
    fn new(key: &'static str, json: Value, text: String) -> WatchLine {
        WatchLine { key, json, text }
    }

    /// A look, or a part of one, that failed.
    #[must_use]
    pub fn failed(what: &str, e: &AppError) -> WatchLine {
        WatchLine::new("failed", json!({"message": e.to_string()}), format!("{what}: {e}"))
    }
}

impl Watch {
    /// Looks once. A file that changed since the last look is still being written and waits for the next.
    ///
    /// # Errors
    /// Where the folder cannot be listed, or rules or registers cannot be read. A single file that cannot
    /// be read, and a live service that cannot be reached, are among the lines; the next look tries again.
    pub fn look(&mut self, ctx: &Context, a: &WatchRequest) -> Result<Watched> {
        let seen = files(&a.dir)?;
        let still: Seen = seen
            .iter()
            .filter(|(p, s)| self.before.get(*p) == Some(s))
            .map(|(p, s)| (p.clone(), *s))
            .collect();
        let found = look(ctx, a, &still)?;
        self.before = seen;
        let mut lines = lines(&found);
        match self.sender.send(ctx) {
            Ok(Some(done)) if !done.applied.is_empty() || !done.left.is_empty() => {
                lines.push(WatchLine::new("applied", done.json(), done.sentence()));
            }
            Ok(_) => {}
            Err(e) => lines
                .push(WatchLine::failed("registrations were not applied to the live service", &e)),
        }
        Ok(Watched { lines, files: found.arrived.len() })
    }
}

/// Looks once at every file of the folder.
///
/// # Errors
/// As [`Watch::look`], and where a file could not be read, after the others are taken.
pub fn once(ctx: &Context, a: &WatchRequest) -> Result<Answer> {
    let mut found = look(ctx, a, &files(&a.dir)?)?;
    if let Some((_, e)) = found.failed.pop() {
        return Err(e);
    }
    let applied = if ctx.dry_run { None } else { Sender::default().send(ctx)? };
    let mut answer = answer(ctx, &found);
    if let Some(o) = answer.json.as_object_mut() {
        o.insert("applied".to_owned(), applied.as_ref().map_or(Value::Null, Applied::json));
    }
    Ok(match &applied {
        Some(done) => answer.then(format!("{}.", done.sentence())),
        None => answer,
    })
}

/// The findings of one look.
struct Look {
    arrived: Vec<Arrived>,
    unknown: Vec<String>,
    /// Files that could not be read; the next look tries again.
    failed: Vec<(String, AppError)>,
    standings: Vec<Standing>,
    opened: Vec<Opened>,
}

/// When the live service was last sent something, and as of which revision of the registers.
#[derive(Default)]
struct Sender {
    last: Option<(i64, Instant)>,
    owing: bool,
}

impl Sender {
    /// Sends the live service what is new, where one runs.
    fn send(&mut self, ctx: &Context) -> Result<Option<Applied>> {
        let store = ctx.store()?;
        let due = self.last.is_none_or(|(revision, at)| {
            store.revision().map_or(true, |r| r != revision)
                || (self.owing && at.elapsed() >= RETRY_AFTER)
        });
        if !due || Client::of(&ctx.data, &ctx.actor).is_err() {
            return Ok(None);
        }
        let done = apply::send(ctx, &store, false)?;
        self.owing = !done.left.is_empty();
        self.last = Some((store.revision()?, Instant::now()));
        Ok(Some(done))
    }
}

fn files(dir: &Path) -> Result<Seen> {
    let mut out = Seen::new();
    for entry in std::fs::read_dir(dir).map_err(|e| AppError::io("list", dir, e))? {
        let path = entry.map_err(|e| AppError::io("list", dir, e))?.path();
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let unfinished = name.starts_with('.')
            || path
                .extension()
                .is_some_and(|x| UNFINISHED.iter().any(|u| x.eq_ignore_ascii_case(u)));
        // A file may be removed between the listing and this look at it.
        let Some(meta) = std::fs::metadata(&path).ok().filter(|m| m.is_file() && !unfinished)
        else {
            continue;
        };
        out.insert(path, (meta.len(), meta.modified().ok()));
    }
    Ok(out)
}

fn look(ctx: &Context, a: &WatchRequest, found: &Seen) -> Result<Look> {
    let (rules, store) = (ctx.rules()?, ctx.store()?);
    let mut arrived: Vec<Arrived> = Vec::new();
    let (mut unknown, mut failed) = (Vec::new(), Vec::new());
    let mut paths: Vec<&PathBuf> = found.keys().collect();
    // Until nothing moves: a file that arrived may be what another waits for.
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
            let c = match arrive::take(path, ctx.now, None, &rules, &store, ctx) {
                Ok(c) => c,
                Err(e) => {
                    failed.push((name, e));
                    continue;
                }
            };
            if c.file.outcome == FileOutcome::OutOfOrder {
                waiting.push(path);
            } else if c.new {
                moved = true;
            }
            if c.new {
                arrived.retain(|x| x.file.name != c.file.name || x.file.sha256 != c.file.sha256);
                arrived.push(c);
            }
        }
        if !moved || waiting.is_empty() || ctx.dry_run {
            break;
        }
        paths = waiting;
    }
    let (from, after) = days(ctx, a.since, None)?;
    let gate = ctx.gate(&store);
    let (standings, opened) = missing::open_missing(from, after, &rules, &gate, ctx)?;
    Ok(Look { arrived, unknown, failed, standings, opened })
}

fn lines(l: &Look) -> Vec<WatchLine> {
    let arrived = l.arrived.iter().map(|c| {
        let why = if c.file.why.is_empty() { String::new() } else { format!(": {}", c.file.why) };
        WatchLine::new(
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
        WatchLine::new(
            "opened",
            json!(o),
            format!("{}: {} of {} for {} is missing", o.incident, o.layout, o.provider, o.day),
        )
    });
    let failed = l.failed.iter().map(|(name, e)| {
        WatchLine::new(
            "failed",
            json!({"file": name, "message": e.to_string()}),
            format!("{name} could not be loaded: {e}"),
        )
    });
    arrived.chain(opened).chain(failed).collect()
}

fn answer(ctx: &Context, l: &Look) -> Answer {
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
    let mut a = arrive::answer(ctx, &l.arrived);
    a.tables[0].title = "Arrived".to_owned();
    a.tables.push(t);
    if let Some(o) = a.json.as_object_mut() {
        o.insert("missing".to_owned(), missing.iter().map(|s| json!({"provider": s.due.rule.provider, "layout": s.due.rule.layout, "day": s.due.day, "cut_off": s.due.cut_off, "incident": missing::missing_id(&s.due.rule.provider, &s.due.rule.layout, s.due.day)})).collect());
        o.insert("opened".to_owned(), json!(l.opened));
        o.insert("not_registration_files".to_owned(), json!(l.unknown));
    }
    for o in &l.opened {
        a = a.then(format!(
            "{} opened: {} of {} for {} was not received by {}.",
            o.incident, o.layout, o.provider, o.day, o.at
        ));
    }
    if !l.unknown.is_empty() {
        a = a.then(format!("Ignored, since the name matches no layout: {}.", l.unknown.join(", ")));
    }
    a
}
