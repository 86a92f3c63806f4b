//! Which devices serve a supply point: the live service knows devices, files name supply points.

use crate::ingest::rejects::Rejects;
use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Kind, Result},
    input,
};
use northbound_ingest::{
    Reject, RejectSink,
    error::Reason,
    small_table::{SmallRow, SmallTable},
    source::sha256,
};
use northbound_registers::{
    Begun, Counts, Query, Record, Write,
    records::data::{live_registrations::Meter, sources::SourceFile},
};
use serde_json::json;
use std::path::Path;

/// Columns of the file.
const COLUMNS: [&str; 2] = ["point", "device"];

/// Takes the devices of supply points from a CSV with the columns `point` and `device`.
///
/// # Errors
/// Where the file cannot be read, lacks a column, or every row is rejected; or more than half of them,
/// unless a mostly bad file is allowed.
pub fn import(ctx: &Context, path: &Path, allow_mostly_bad: bool) -> Result<Answer> {
    let bytes = input::bytes(path, input::MAX_FILE)?;
    let name = path
        .file_name()
        .map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    let hash = sha256(&bytes);
    let mut rejects = Rejects::new(&ctx.data.join("rejects"), &name, &hash, !ctx.dry_run);
    let (taken, total) = read(path, &name, &bytes, &mut rejects)?;
    let refused = i64::try_from(rejects.count).unwrap_or(i64::MAX);
    let file = rejects.finish()?;
    if taken.is_empty() && total > 0 {
        return Err(AppError::input(format!(
            "{}: none of its {total} rows was accepted{}",
            path.display(),
            file.map(|f| format!("; {f} says why")).unwrap_or_default()
        )));
    }
    if !allow_mostly_bad && refused.saturating_mul(2) > total {
        return Err(AppError::Failed {
            kind: Kind::BadInput,
            code: "ingest.mostly-bad",
            message: format!(
                "{}: {refused} of its {total} rows were rejected{}; nothing was imported. Correct the file, or take the rest with --allow-mostly-bad",
                path.display(),
                file.map(|f| format!("; {f} says why")).unwrap_or_default()
            ),
        });
    }
    let store = ctx.store()?;
    let source =
        SourceFile::new(&name, &hash, i64::try_from(bytes.len()).unwrap_or(i64::MAX), "meters");
    let accepted = i64::try_from(taken.len()).unwrap_or(i64::MAX);
    let new = match ctx
        .gate(&store)
        .begin_import(&source, &Write { expect_version: None, ..ctx.write() })?
    {
        Begun::Already(_) => false,
        Begun::Import(mut import) => {
            for (m, line) in &taken {
                import.add(m, *line, None)?;
            }
            import.finish(Counts { rows: total, accepted, rejected: refused })?;
            true
        }
    };
    let mut a = Answer::new(json!({"file": name, "new": new, "rows": total, "accepted": accepted, "rejected": refused, "rejects": file, "dry_run": ctx.dry_run}))
        .say(if !new { format!("{name} was already loaded, nothing added.") } else { format!("{accepted} of {total} rows {}.", if ctx.dry_run { "would be accepted" } else { "accepted; `registration apply` applies the resulting registrations to the live service" }) });
    if let Some(f) = &file {
        a = a.then(format!("Warning: {refused} rows were rejected; {f} says where and why."));
    }
    Ok(a)
}

/// The pairs of a file with their lines, and how many rows it has.
fn read(
    path: &Path,
    name: &str,
    bytes: &[u8],
    rejects: &mut Rejects,
) -> Result<(Vec<(Meter, i64)>, i64)> {
    let from = Box::new(std::io::Cursor::new(bytes.to_vec()));
    let mut table = SmallTable::open(path, from)?;
    let mut at = [0; COLUMNS.len()];
    for (i, c) in COLUMNS.iter().enumerate() {
        at[i] = table.need(c)?;
    }
    let (mut taken, mut total) = (Vec::new(), 0i64);
    while let Some(SmallRow { line, cells }) = table.next_row()? {
        total += 1;
        let bad = match cells {
            Err((reason, why)) => unreadable(name, line, reason, why),
            Ok(row) => match meter(name, &row, at, line) {
                Ok(pair) => {
                    taken.push(pair);
                    continue;
                }
                Err(bad) => *bad,
            },
        };
        rejects
            .reject(&bad)
            .map_err(|e| AppError::internal(format!("cannot write a reject: {e}")))?;
    }
    Ok((taken, total))
}

fn unreadable(name: &str, line: i64, reason: Reason, why: String) -> Reject {
    Reject {
        file: name.to_owned(),
        line,
        column: String::new(),
        reason,
        why,
        value: String::new(),
        raw: String::new(),
    }
}

/// The pair of a row with its line, or why it is rejected.
fn meter(
    name: &str,
    row: &[String],
    at: [usize; COLUMNS.len()],
    line: i64,
) -> std::result::Result<(Meter, i64), Box<Reject>> {
    let cell = |i: usize| row.get(at[i]).map_or("", String::as_str);
    let wrong = |i: usize, reason, why| {
        Box::new(Reject {
            file: name.to_owned(),
            line,
            column: COLUMNS[i].to_owned(),
            reason,
            why,
            value: cell(i).to_owned(),
            raw: row.join(","),
        })
    };
    let device = cell(1).parse().map_err(|e| wrong(1, Reason::MalformedEui, format!("{e}")))?;
    let meter = Meter { point: cell(0).to_owned(), device };
    meter.check().map_err(|e| wrong(0, Reason::Contradiction, e.to_string()))?;
    Ok((meter, line))
}

/// The pairs that are known, of one supply point or all.
///
/// # Errors
/// Where the registers cannot be read.
pub fn list(ctx: &Context, point: Option<&str>) -> Result<Answer> {
    let store = ctx.store()?;
    let mut all = ctx
        .gate(&store)
        .list::<Meter>(&Query { lookup: point.map(str::to_owned), ..Query::as_at(ctx.as_at()) })?;
    all.sort_by(|a, b| a.record.cmp(&b.record));
    let mut t = Table::new("", &["supply point", "device", "known since (UTC)"]);
    for k in &all {
        t.row([k.record.point.clone(), k.record.device.to_string(), k.known.to_string()]);
    }
    Ok(Answer::new(json!({"meters": all})).table(t))
}
