//! The ingested files: list them, show one, retract one.

use crate::{
    answer::{Answer, Table, count},
    context::Context,
    error::{AppError, Kind, Result},
    ledger::registers_at,
    registers::view,
};
use northbound_ledger::manifest::{Manifest, SourceEntry};
use northbound_registers::{
    Stored,
    records::data::sources::{SourceFile, SourceState},
};
use serde_json::{Value, json};

/// An ingested file, whether its rows are in the ledger or in the registers.
struct Entry {
    id: String,
    json: Value,
    cells: [String; 12],
}

fn of_ledger(s: &SourceEntry, m: &Manifest) -> Entry {
    let gone = m.retracted.iter().find(|r| r.source == s.id);
    let state = gone.map_or_else(|| "active".to_owned(), |r| format!("retracted {}", r.at));
    Entry {
        id: s.id.to_string(),
        json: json!({
            "id": s.id.to_string(), "file": s.name, "layout": s.layout, "feed": s.feed, "rank": s.rank, "rows": s.rows, "rejected": s.rejected,
            "duplicates": s.duplicates, "collisions": s.collisions, "known": s.known, "recorded": s.recorded, "by": s.by, "corrects": s.corrects,
            "sha256": s.sha256, "bytes": s.bytes, "mapping": s.mapping, "kept_in": "ledger", "retracted": gone.map(|r| json!({"at": r.at, "by": r.by, "reason": r.reason})),
        }),
        cells: [
            s.id.to_string(),
            s.name.clone(),
            s.layout.clone(),
            s.feed.clone(),
            s.rank.to_string(),
            count(s.rows),
            count(s.rejected),
            count(s.duplicates),
            count(s.collisions),
            s.known.to_string(),
            s.recorded.to_string(),
            state,
        ],
    }
}

fn of_registers(k: &Stored<SourceFile>) -> Entry {
    let (r, n) = (&k.record, |v: i64| count(v.unsigned_abs()));
    let gone = r.state == SourceState::Retracted || !k.live;
    let state = if gone { format!("retracted {}", k.recorded) } else { "active".to_owned() };
    Entry {
        id: k.id.clone(),
        json: json!({
            "id": k.id, "file": r.name, "layout": r.layout, "feed": r.feed, "rank": r.rank, "rows": r.accepted, "rejected": r.rejected, "duplicates": r.duplicates,
            "collisions": 0, "known": k.known, "recorded": k.recorded, "by": k.actor, "corrects": r.corrects, "sha256": r.sha256, "bytes": r.bytes,
            "mapping": r.mapping, "kept_in": "registers", "retracted": gone.then(|| json!({"at": k.recorded, "by": k.actor, "reason": k.reason})),
        }),
        cells: [
            k.id.clone(),
            r.name.clone(),
            r.layout.clone(),
            r.feed.clone(),
            r.rank.to_string(),
            n(r.accepted),
            n(r.rejected),
            n(r.duplicates),
            "0".to_owned(),
            k.known.to_string(),
            k.recorded.to_string(),
            state,
        ],
    }
}

fn entries(ctx: &Context) -> Result<Vec<Entry>> {
    let snap = ctx.snapshot()?;
    let m = &snap.root.manifest;
    let mut all: Vec<Entry> = m.sources.iter().map(|s| of_ledger(s, m)).collect();
    let store = ctx.store()?;
    all.extend(
        ctx.gate(&store)
            .sources(ctx.as_at())?
            .iter()
            .filter(|k| k.record.ledger_source.is_none())
            .map(of_registers),
    );
    Ok(all)
}

const COLUMNS: [&str; 12] = [
    "id",
    "file",
    "layout",
    "feed",
    ">rank",
    ">rows",
    ">rejected",
    ">duplicates",
    ">collisions",
    "known since (UTC)",
    "ingested (UTC)",
    "state",
];

/// Every ingested file, retracted ones included.
///
/// # Errors
/// Where the ledger or the registers cannot be read.
pub fn list(ctx: &Context) -> Result<Answer> {
    let all = entries(ctx)?;
    let mut t = Table::new("", &COLUMNS);
    for e in &all {
        t.row(e.cells.clone());
    }
    Ok(Answer::new(json!({"files": all.iter().map(|e| &e.json).collect::<Vec<_>>()})).table(t))
}

fn find(ctx: &Context, named: &str) -> Result<Entry> {
    /// Fewer digits of a hash may mean several files.
    const LEAST_HASH_DIGITS: usize = 8;
    let text =
        |e: &Entry, k: &str| e.json.get(k).and_then(Value::as_str).unwrap_or_default().to_owned();
    entries(ctx)?
        .into_iter()
        .rev()
        .find(|e| {
            e.id == named
                || text(e, "file") == named
                || (named.len() >= LEAST_HASH_DIGITS && text(e, "sha256").starts_with(named))
        })
        .ok_or_else(|| {
            AppError::not_found(format!(
                "no ingested file is named {named:?}; `northbound ingest list` lists them"
            ))
        })
}

/// One ingested file; `named` is its number, its name or at least 8 digits of its SHA-256.
///
/// # Errors
/// Where there is no such file.
pub fn show(ctx: &Context, named: &str) -> Result<Answer> {
    let e = find(ctx, named)?;
    let mut t = Table::new("", &["file", e.id.as_str()]);
    for (k, v) in e.json.as_object().into_iter().flatten() {
        view::values(k, v, &mut |place, value| t.row([place.to_owned(), value]));
    }
    Ok(Answer::new(e.json.clone()).table(t))
}

/// Rows of an ingested file that contradict another of the same identity.
///
/// # Errors
/// Where there is no such file in the ledger, or the actor may not see all parties' rows.
pub fn collisions(ctx: &Context, named: &str) -> Result<Answer> {
    super::collisions::list(ctx, &find(ctx, named)?.id)
}

/// Retracts a file: from now on its rows do not count. As at earlier times they still do.
///
/// # Errors
/// Where there is no such file, it is retracted already, or the reason or the right is missing.
pub fn retract(ctx: &Context, named: &str) -> Result<Answer> {
    let e = find(ctx, named)?;
    if ctx.reason.is_empty() {
        return Err(AppError::refused(
            "retracting a file needs a reason: give it with --reason 'why'",
        ));
    }
    if !e.json.get("retracted").is_none_or(Value::is_null) {
        return Err(AppError::new(
            Kind::Conflict,
            "ingest.retracted",
            format!("file {} was already retracted", e.id),
        ));
    }
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let ledger_id: Option<i64> = e.id.parse().ok();
    let record = gate.sources(ctx.as_at())?.into_iter().find(|k| {
        k.live && (k.id == e.id || (ledger_id.is_some() && k.record.ledger_source == ledger_id))
    });
    let judge = ctx.judge(&store)?;
    let mut days = 0;
    // The gate of the registers decides for the ledger too, so it is asked before anything changes.
    if let Some(k) = &record {
        gate.retract_source(&k.id, &northbound_registers::Write { dry_run: true, ..ctx.write() })?;
    }
    if let Some(id) = ledger_id
        && !ctx.dry_run
    {
        let mut progress = ctx.progress();
        let mut tx = ctx.ledger().begin(ctx.now)?;
        tx.retract(id, &ctx.actor.to_string(), &ctx.reason)?;
        days = tx
            .commit(&judge, &format!("retract source {id}"), registers_at(&store)?, &mut |p| {
                progress.tell(p.step, p.done, p.total)
            })?
            .days
            .len();
    }
    if let Some(k) = &record {
        gate.retract_source(&k.id, &ctx.write())?;
    }
    let said = if ctx.dry_run {
        format!("Would retract file {}; nothing was changed.", e.id)
    } else {
        format!(
            "Retracted file {}; its rows no longer count. As at earlier times they still do.",
            e.id
        )
    };
    Ok(Answer::new(
        json!({"id": e.id, "retracted": !ctx.dry_run, "dry_run": ctx.dry_run, "days": days}),
    )
    .say(said))
}
