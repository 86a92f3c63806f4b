//! The arrival watch: what came, then what did not.

use super::{WatchArgs, arrive::{self, Came}, days, missing::{self, Opened}};
use crate::{context::Ctx, error::{CliError, Result}, output::{Answer, Table}};
use northbound_measures::registration::{DueState, Standing};
use serde_json::json;
use std::{collections::BTreeMap, io::Write, path::{Path, PathBuf}, time::{Duration, SystemTime}};

/// Endings of files that are still being written.
const UNFINISHED: [&str; 3] = ["part", "tmp", "filepart"];

/// Length and time of change of each file, to tell one that is still being written.
type Seen = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// What one look found.
struct Look { came: Vec<Came>, unknown: Vec<String>, standings: Vec<Standing>, opened: Vec<Opened> }

pub(super) fn watch(a: &WatchArgs, ctx: &Ctx) -> Result<Answer> {
    if a.once { return Ok(answer(&look(a, &files(&a.dir)?, ctx)?, ctx)); }
    if ctx.dry_run { return Err(CliError::usage("--dry-run goes with --once: a watch that keeps nothing would find the same again and again")); }
    let mut before = Seen::new();
    let start = std::time::Instant::now();
    loop {
        let seen = files(&a.dir)?;
        // A file that changed since the last look is still being written.
        let still: Seen = seen.iter().filter(|(p, s)| before.get(*p) == Some(s)).map(|(p, s)| (p.clone(), *s)).collect();
        // The clock of the command goes on with the machine's.
        let now = northbound_types::Utc(ctx.now.0 + i64::try_from(start.elapsed().as_micros()).unwrap_or(i64::MAX));
        let found = look(a, &still, &Ctx { now, ..ctx.clone() })?;
        before = seen;
        let mut out = std::io::stdout().lock();
        for line in lines(&found) { let _ = writeln!(out, "{now} {line}"); }
        let _ = out.flush();
        drop(out);
        std::thread::sleep(Duration::from_secs(a.every));
    }
}

fn files(dir: &Path) -> Result<Seen> {
    let mut out = Seen::new();
    for entry in std::fs::read_dir(dir).map_err(|e| CliError::io("list", dir, &e))? {
        let path = entry.map_err(|e| CliError::io("list", dir, &e))?.path();
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let unfinished = name.starts_with('.') || path.extension().is_some_and(|x| UNFINISHED.iter().any(|u| x.eq_ignore_ascii_case(u)));
        // One that went away meanwhile is gone.
        let Some(meta) = std::fs::metadata(&path).ok().filter(|m| m.is_file() && !unfinished) else { continue };
        out.insert(path, (meta.len(), meta.modified().ok()));
    }
    Ok(out)
}

fn look(a: &WatchArgs, found: &Seen, ctx: &Ctx) -> Result<Look> {
    let (rules, store) = (ctx.rules()?, ctx.store()?);
    let mut came: Vec<Came> = Vec::new();
    let mut unknown = Vec::new();
    let mut paths: Vec<&PathBuf> = found.keys().collect();
    // Until nothing moves: a file that came may be what another waited for.
    loop {
        let mut moved = false;
        let mut waiting = Vec::new();
        for path in paths {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if !rules.layouts().iter().any(|l| l.owns(&name)) { unknown.push(name); continue; }
            let c = arrive::take(path, ctx.now, &rules, &store, ctx)?;
            if c.file.outcome == northbound_registers::registers::registrations::FileOutcome::OutOfOrder { waiting.push(path); }
            else if c.new { moved = true; }
            if c.new { came.retain(|x| x.file.name != c.file.name || x.file.sha256 != c.file.sha256); came.push(c); }
        }
        if !moved || waiting.is_empty() || ctx.dry_run { break; }
        paths = waiting;
    }
    let (from, after) = days(a.since, None, ctx)?;
    let gate = ctx.gate(&store);
    let (standings, opened) = missing::open_missing(from, after, &rules, &gate, ctx)?;
    Ok(Look { came, unknown, standings, opened })
}

fn lines(l: &Look) -> Vec<String> {
    let came = l.came.iter().map(|c| format!("{}: {}{}{}", c.file.name, c.file.outcome, if c.file.late { ", late" } else { "" }, if c.file.why.is_empty() { String::new() } else { format!(": {}", c.file.why) }));
    came.chain(l.opened.iter().map(|o| format!("{}: {} of {} for {} is missing", o.incident, o.layout, o.provider, o.day))).collect()
}

fn answer(l: &Look, ctx: &Ctx) -> Answer {
    let missing: Vec<&Standing> = l.standings.iter().filter(|s| s.state == DueState::Missing).collect();
    let mut t = Table::new("Missing", &["provider", "layout", "for", "cut-off (UTC)", "incident"]);
    for s in &missing { t.row([s.due.rule.provider.clone(), s.due.rule.layout.clone(), s.due.day.to_string(), s.due.cut_off.to_string(), missing::missing_id(&s.due.rule.provider, &s.due.rule.layout, s.due.day).to_string()]); }
    let mut a = arrive::answer(&l.came, ctx);
    a.tables[0].title = "Came".to_owned();
    a.tables.push(t);
    if let Some(o) = a.json.as_object_mut() {
        o.insert("missing".to_owned(), missing.iter().map(|s| json!({"provider": s.due.rule.provider, "layout": s.due.rule.layout, "day": s.due.day, "cut_off": s.due.cut_off, "incident": missing::missing_id(&s.due.rule.provider, &s.due.rule.layout, s.due.day)})).collect());
        o.insert("opened".to_owned(), json!(l.opened));
        o.insert("not_registration_files".to_owned(), json!(l.unknown));
    }
    for o in &l.opened { a = a.then(format!("{} opened: {} of {} for {} did not come by {}.", o.incident, o.layout, o.provider, o.day, o.at)); }
    if !l.unknown.is_empty() { a = a.then(format!("Called like no registration file, left alone: {}.", l.unknown.join(", "))); }
    a
}
