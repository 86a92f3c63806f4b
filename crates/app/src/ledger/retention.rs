//! For how long the tables of the ledger are kept. Message bodies are never stored: the ledger
//! holds headers (who, what, when, how it ended) and the hash of each source file.

use crate::{
    answer::{Answer, Table, count},
    context::Context,
    error::{AppError, Result},
    registers::view,
};
use northbound_ledger::schema::Table as LedgerTable;
use northbound_registers::{
    Query,
    records::data::retention::{Kind, Retention},
};
use northbound_types::Day;
use serde_json::json;

const NO_BODIES: &str = "Message bodies are not stored: only headers, times, outcomes and the hash of each source file.";

/// What a decision does not do yet; printed when it is made, not only when it is to be applied.
const NOT_CARRIED_OUT: &str = "The decision is recorded, but this version deletes no rows of the ledger, because issued packs cite the files: `ledger retention apply --dry-run` lists what is due.";

/// A table of the ledger with the retention decision in force.
struct TableRetention {
    table: &'static str,
    rows: u64,
    bytes: u64,
    first: Option<Day>,
    decided: Option<Retention>,
    due_before: Option<Day>,
    due_files: u64,
    due_rows: u64,
}

fn tables(ctx: &Context) -> Result<Vec<TableRetention>> {
    let store = ctx.store()?;
    let today = ctx.now.day();
    let decisions = ctx.gate(&store).list::<Retention>(&Query::as_at(ctx.as_at()))?;
    let snap = ctx.snapshot()?;
    Ok(LedgerTable::ALL
        .iter()
        .map(|&t| {
            let files = snap.root.manifest.files(t);
            let decided = decisions
                .iter()
                .map(|k| &k.record)
                .find(|r| {
                    r.what == t.name() && r.from <= today && r.to.is_none_or(|to| today <= to)
                })
                .cloned();
            // Rows are kept for n months after the month of receipt: in month m, those received before
            // month m − n are due.
            let due_before = decided
                .as_ref()
                .and_then(|r| r.months)
                .and_then(|m| i32::try_from(m).ok())
                .map(|m| today.month().plus(-m).first());
            let due =
                files.iter().filter(|f| due_before.is_some_and(|b| f.day.is_some_and(|d| d < b)));
            let (due_files, due_rows) = due.fold((0, 0), |(n, rows), f| (n + 1, rows + f.rows));
            TableRetention {
                table: t.name(),
                rows: files.iter().map(|f| f.rows).sum(),
                bytes: files.iter().map(|f| f.bytes).sum(),
                first: files.iter().filter_map(|f| f.day).min(),
                decided,
                due_before,
                due_files,
                due_rows,
            }
        })
        .collect())
}

fn json_of(l: &TableRetention) -> serde_json::Value {
    json!({
        "table": l.table, "rows": l.rows, "bytes": l.bytes, "first_day": l.first, "keep": l.decided.as_ref().map_or(Kind::Headers, |r| r.keep),
        "months": l.decided.as_ref().and_then(|r| r.months), "decided_by": l.decided.as_ref().map(|r| r.decided_by.clone()), "due_before": l.due_before, "due_files": l.due_files, "due_rows": l.due_rows,
    })
}

/// Size and age of each table, and the decision in force.
///
/// # Errors
/// Where ledger or registers cannot be read.
pub fn show(ctx: &Context) -> Result<Answer> {
    let mut t = Table::new(
        "",
        &["table", ">rows", ">bytes", "first day", "stored", "months", "decided by"],
    );
    let tables = tables(ctx)?;
    for l in &tables {
        let months = l.decided.as_ref().map_or_else(
            || "no limit".to_owned(),
            |r| r.months.map_or_else(|| "no limit".to_owned(), |m| m.to_string()),
        );
        let by = l.decided.as_ref().map_or_else(|| "default".to_owned(), |r| r.decided_by.clone());
        t.row([
            l.table.to_owned(),
            count(l.rows),
            count(l.bytes),
            l.first.map(|d| d.to_string()).unwrap_or_default(),
            "headers and hashes".to_owned(),
            months,
            by,
        ]);
    }
    Ok(Answer::new(
        json!({"bodies_stored": false, "tables": tables.iter().map(json_of).collect::<Vec<_>>()}),
    )
    .say(NO_BODIES)
    .table(t))
}

/// Decides that a table is kept for `months` after the month of receipt, without end where there are
/// none; from day `from`, by default today.
///
/// # Errors
/// Where there is no such table, no reason is given, or the Actor lacks the right.
pub fn set(ctx: &Context, what: &str, months: Option<i64>, from: Option<Day>) -> Result<Answer> {
    if !LedgerTable::ALL.iter().any(|t| t.name() == what) {
        let names: Vec<&str> = LedgerTable::ALL.iter().map(|t| t.name()).collect();
        return Err(AppError::not_found(format!(
            "there is no table {what:?}; the tables are {}",
            names.join(", ")
        )));
    }
    if ctx.reason.is_empty() {
        return Err(AppError::refused(
            "a retention decision needs a reason: give it with --reason 'why'",
        ));
    }
    let store = ctx.store()?;
    let r = Retention {
        what: what.to_owned(),
        keep: Kind::Headers,
        months,
        from: from.unwrap_or(ctx.now.day()),
        to: None,
        decided_by: ctx.actor.to_string(),
        ground: ctx.reason.clone(),
    };
    let receipt = ctx.gate(&store).put(&r, &ctx.write())?;
    Ok(if months.is_some() {
        view::receipt(&receipt).then(NOT_CARRIED_OUT)
    } else {
        view::receipt(&receipt)
    })
}

/// The files and rows that are due by the decisions in force. Only as a dry run: nothing is deleted.
///
/// # Errors
/// Without dry run, or where ledger or registers cannot be read.
pub fn apply(ctx: &Context) -> Result<Answer> {
    if !ctx.dry_run {
        return Err(AppError::refused(
            "this version deletes nothing: issued packs cite the files. `ledger retention apply --dry-run` lists the files due; remove them yourself once nothing cites them",
        ));
    }
    let tables = tables(ctx)?;
    let mut t = Table::new("", &["table", "received before", ">files due", ">rows due"]);
    for l in tables.iter().filter(|l| l.due_files > 0) {
        t.row([
            l.table.to_owned(),
            l.due_before.map(|d| d.to_string()).unwrap_or_default(),
            count(l.due_files),
            count(l.due_rows),
        ]);
    }
    Ok(Answer::new(json!({"dry_run": true, "bodies_stored": false, "tables": tables.iter().map(json_of).collect::<Vec<_>>()})).say(NO_BODIES).table(t))
}
