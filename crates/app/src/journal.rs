//! The live service's journal: list its segments, check every record, show records, replay it.
//!
//! Files are read without a lock, so all of it can be done while the service writes. The contents of a
//! record belong to the live core; here a record has a size and a hash.

mod replay;

pub use replay::replay;

use crate::{
    answer::{Answer, Table, count},
    context::Context,
    error::{AppError, Result},
};
use northbound_ledger::journal::inspect::{self, Damage, Report};
use serde_json::{Value, json};

/// The journal on disk, and the position up to which the ledger holds it.
fn look(ctx: &Context, deep: bool) -> Result<(Report, u64)> {
    // The ledger is read first: the journal had every position in it on disk before.
    let in_ledger = ctx.ledger().newest()?.map_or(0, |r| r.manifest.journal_position);
    let mut report = inspect::look(&ctx.journal(), deep)?;
    let last = report.segments.last().map_or(report.released, |s| s.last);
    if in_ledger > last {
        let file = report.segments.last().map_or_else(|| "journal".to_owned(), |s| s.file.clone());
        let why = format!(
            "the ledger contains position {in_ledger}, but the journal ends at {last}: acknowledged records are missing"
        );
        report.damage.push(Damage {
            file,
            offset: report.segments.last().map_or(0, |s| s.bytes),
            why,
        });
    }
    Ok((report, in_ledger))
}

fn json_of(report: &Report, in_ledger: u64) -> Value {
    json!({
        "first": report.segments.first().map(|s| s.first), "last": report.segments.last().map(|s| s.last), "in_ledger": in_ledger, "released": report.released,
        "segments": report.segments, "checkpoints": report.checkpoints, "records_read": report.read, "damage": report.damage,
    })
}

fn segments(report: &Report) -> Table {
    let mut t =
        Table::new("", &["segment", ">first", ">last", "begun", "last record", ">bytes", "state"]);
    for s in &report.segments {
        let state = if s.sealed {
            "sealed".to_owned()
        } else if s.unfinished > 0 {
            format!("open, {} bytes at its end are an incomplete record", count(s.unfinished))
        } else {
            "open".to_owned()
        };
        let (last, last_at) = if s.last < s.first {
            ("none".to_owned(), String::new())
        } else {
            (s.last.to_string(), s.last_at.to_string())
        };
        t.row([
            s.file.clone(),
            s.first.to_string(),
            last,
            s.made.to_string(),
            last_at,
            count(s.bytes),
            state,
        ]);
    }
    t
}

fn checkpoints(report: &Report) -> Option<Table> {
    let mut t = Table::new("Checkpoints", &[">position", "taken", ">bytes", "state"]);
    for c in &report.checkpoints {
        t.row([
            c.position.to_string(),
            c.at.map(|a| a.to_string()).unwrap_or_default(),
            count(c.bytes),
            if c.problem.is_empty() { "whole".to_owned() } else { c.problem.clone() },
        ]);
    }
    (!report.checkpoints.is_empty()).then_some(t)
}

fn answer(report: &Report, in_ledger: u64) -> Answer {
    let mut a = Answer::new(json_of(report, in_ledger));
    if report.segments.is_empty() {
        a = a.say("There is no journal here; the live service creates one.");
    }
    a = a.table(segments(report));
    if let Some(t) = checkpoints(report) {
        a = a.table(t);
    }
    a
}

fn with_damage(mut a: Answer, damage: &[Damage]) -> Answer {
    a.found = !damage.is_empty();
    if !a.found {
        return a;
    }
    let mut t = Table::new("Damage", &["file", ">byte", "what"]);
    for d in damage {
        t.row([d.file.clone(), d.offset.to_string(), d.why.clone()]);
    }
    a.table(t).then("Something is wrong: leave this folder as it is and compare it with a backup. Nothing was changed.")
}

/// Show segments and checkpoints with their positions and times.
///
/// # Errors
/// Where the ledger or the journal cannot be read.
pub fn list(ctx: &Context) -> Result<Answer> {
    let (report, in_ledger) = look(ctx, false)?;
    Ok(with_damage(answer(&report, in_ledger), &report.damage))
}

/// Reads every record, computes every hash again, and compares with the ledger. The answer says
/// `found` where something is wrong.
///
/// # Errors
/// Where the ledger or the journal cannot be read.
pub fn check(ctx: &Context) -> Result<Answer> {
    let (report, in_ledger) = look(ctx, true)?;
    let mut summary = Table::new("", &["checked", ">number"]);
    for (what, n) in [
        ("segments", report.segments.len() as u64),
        ("records read", report.read),
        ("checkpoints", report.checkpoints.len() as u64),
        ("last position in the ledger", in_ledger),
        ("positions deleted", report.released),
        ("damaged places", report.damage.len() as u64),
    ] {
        summary.row([what.to_owned(), count(n)]);
    }
    Ok(with_damage(Answer::new(json_of(&report, in_ledger)).table(summary), &report.damage))
}

/// At most `limit` records from `position` on, else from the first.
///
/// # Errors
/// Where the position is not in the journal, or the journal cannot be read.
pub fn show(ctx: &Context, position: Option<u64>, limit: usize) -> Result<Answer> {
    let report = inspect::look(&ctx.journal(), false)?;
    let first = report.segments.first().map_or(report.released + 1, |s| s.first);
    let from = position.unwrap_or(first);
    if from < first {
        return Err(AppError::not_found(format!(
            "the journal begins with position {first}; {from} was deleted"
        )));
    }
    let (found, damage) = inspect::records(&ctx.journal(), from, limit)?;
    if let (true, None, Some(p)) = (found.is_empty(), &damage, position) {
        return Err(AppError::not_found(format!(
            "there is no position {p}; the journal ends with {}",
            report.segments.last().map_or(report.released, |s| s.last)
        )));
    }
    let mut t = Table::new(
        "",
        &[">position", "time", ">bytes", "SHA-256 of the payload", "segment", ">byte"],
    );
    let mut rows = Vec::with_capacity(found.len());
    for f in &found {
        let (r, hash) = (&f.record, f.record.sha256());
        rows.push(json!({"position": r.position, "at": r.at, "bytes": r.payload.len(), "sha256": hash, "segment": f.file, "offset": f.offset}));
        t.row([
            r.position.to_string(),
            r.at.to_string(),
            count(r.payload.len() as u64),
            hash,
            f.file.clone(),
            f.offset.to_string(),
        ]);
    }
    let damage: Vec<Damage> = damage.into_iter().collect();
    Ok(with_damage(Answer::new(json!({"records": rows, "damage": damage})).table(t), &damage))
}
