//! One file that arrived: recognised by its name, checked by its layout, judged (accepted, duplicate,
//! out of order, rejected), and its rows taken.

use super::missing::raise;
use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    ingest::{expand, rejects::Rejects},
    input,
};
use northbound_ingest::{
    RejectSink,
    registration::{self as reader, Checked, MAX_FILE},
    source::sha256,
};
use northbound_registers::{
    Begun, Counts, Gate, Query, Store, Write,
    records::data::{
        registrations::{FileOutcome, RegistrationFile},
        sources::SourceFile,
    },
};
use northbound_rules::{RuleSet, registration::RegistrationLayout};
use northbound_types::Utc;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Name under which a file is stored.
fn name_of(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

/// The layout that a file's name belongs to.
pub(super) fn layout_of<'r>(rules: &'r RuleSet, name: &str) -> Result<&'r RegistrationLayout> {
    let mut mine = rules.layouts().iter().filter(|l| l.owns(name));
    match (mine.next(), mine.next()) {
        (Some(l), None) => Ok(l),
        (Some(a), Some(b)) => Err(AppError::input(format!(
            "{name} matches the layouts {} and {}; make their file names differ in DATA/rules/registration/",
            a.id, b.id
        ))),
        (None, _) => {
            let names: Vec<String> =
                rules.layouts().iter().map(|l| format!("{} ({})", l.name, l.id)).collect();
            Err(AppError::input(format!(
                "{name} matches no layout of registration files; their names are {}; add a layout in DATA/rules/registration/",
                names.join(", ")
            )))
        }
    }
}

/// What became of a file that arrived.
pub(super) struct Arrived {
    pub(super) file: RegistrationFile,
    /// `false` where it had been taken before, and nothing is new.
    pub(super) new: bool,
    pub(super) rejects: Option<String>,
}

/// Takes one file that came at a time. Again for the same file only says what became of it, unless it
/// waits for one before it. With a reason to `release` it, it need not wait.
pub(super) fn take(
    path: &Path,
    arrived: Utc,
    release: Option<&str>,
    rules: &RuleSet,
    store: &Store,
    ctx: &Context,
) -> Result<Arrived> {
    let name = name_of(path);
    let layout = layout_of(rules, &name)?;
    let bytes = input::bytes(path, MAX_FILE)?;
    let gate = ctx.gate(store);
    let mut file = RegistrationFile {
        sha256: sha256(&bytes),
        layout: layout.id.clone(),
        provider: String::new(),
        day: None,
        sequence: None,
        arrived,
        outcome: FileOutcome::Rejected,
        late: false,
        why: String::new(),
        rows: 0,
        rejected: 0,
        source: None,
        incident: None,
        name,
    };
    let before = gate.find::<RegistrationFile>(&file.id(), ctx.as_at())?;
    if let Some(k) = &before {
        if k.record.outcome != FileOutcome::OutOfOrder {
            return Ok(Arrived { file: k.record.clone(), new: false, rejects: None });
        }
        // It came when it first came, however long it had to wait.
        file.arrived = k.record.arrived;
        file.incident = k.record.incident;
    }
    let checked = reader::check(layout, &file.name, &bytes);
    (file.provider, file.day, file.sequence, file.rows) = (
        checked.header.provider.clone(),
        checked.header.day,
        checked.header.sequence,
        checked.details,
    );
    judge(&mut file, &checked, &gate, rules, release)?;
    if let Some(k) = before.as_ref().filter(|k| k.record == file) {
        return Ok(Arrived { file: k.record.clone(), new: false, rejects: None });
    }
    let rejects = if file.outcome == FileOutcome::Accepted {
        rows(&mut file, &checked, bytes.len(), &gate, ctx)?
    } else {
        None
    };
    raise(&mut file, rules, &gate, ctx)?;
    keep(&gate, &file, before.is_some(), ctx)?;
    Ok(Arrived { file, new: true, rejects })
}

fn keep(gate: &Gate<'_>, file: &RegistrationFile, again: bool, ctx: &Context) -> Result<()> {
    let write = Write { expect_version: None, ..ctx.write() };
    if again {
        let reason = if file.why.is_empty() { "the previous file was received" } else { &file.why };
        gate.put(file, &write.with_reason(reason))?;
    } else {
        gate.add(file, &write)?;
    }
    Ok(())
}

/// Absent, late, duplicate, out of order and rejected are different findings.
fn judge(
    file: &mut RegistrationFile,
    checked: &Checked,
    gate: &Gate<'_>,
    rules: &RuleSet,
    release: Option<&str>,
) -> Result<()> {
    let earlier = accepted(&file.layout, gate)?;
    if let Some(day) = file.day {
        file.late = rules.due_files(day, day.plus(1))?.iter().any(|d| {
            d.rule.provider == file.provider
                && d.rule.layout == file.layout
                && file.arrived > d.cut_off
        });
    }
    if let Some(same) = earlier.iter().find(|f| f.sha256 == file.sha256) {
        (file.outcome, file.why) =
            (FileOutcome::Duplicate, format!("the same bytes were accepted as {}", same.name));
        return Ok(());
    }
    if !checked.sound() {
        (file.outcome, file.why) = (FileOutcome::Rejected, checked.why());
        return Ok(());
    }
    if !checked.rejects.is_empty() && checked.rows.is_empty() {
        (file.outcome, file.why) =
            (FileOutcome::Rejected, format!("none of its {} rows could be read", checked.details));
        return Ok(());
    }
    let mine: Vec<&RegistrationFile> =
        earlier.iter().filter(|f| f.provider == file.provider).collect();
    let layout = rules.layouts().iter().find(|l| l.id == file.layout);
    (file.outcome, file.why) = in_sequence(file, &mine, layout, release);
    Ok(())
}

/// The accepted files of a layout, in the order in which they were accepted.
fn accepted(layout: &str, gate: &Gate<'_>) -> Result<Vec<RegistrationFile>> {
    let mut stored = gate
        .list::<RegistrationFile>(&Query { lookup: Some(layout.to_owned()), ..Query::default() })?;
    stored.sort_by_key(|k| k.revision);
    let files = stored.into_iter().map(|k| k.record);
    Ok(files.filter(|f| f.outcome == FileOutcome::Accepted).collect())
}

/// Outcome and reason of a sound file by its number, or where it has none by its day.
fn in_sequence(
    file: &RegistrationFile,
    mine: &[&RegistrationFile],
    layout: Option<&RegistrationLayout>,
    release: Option<&str>,
) -> (FileOutcome, String) {
    let last = mine.iter().filter_map(|f| f.sequence).next_back();
    let expected = last.map(|n| layout.map_or(n.saturating_add(1), |l| l.next_sequence(n)));
    if expected.is_some() && file.sequence == expected {
        return (FileOutcome::Accepted, String::new());
    }
    if let Some(same) = since_wrap(mine).iter().find(|f| {
        if file.sequence.is_some() { f.sequence == file.sequence } else { f.day == file.day }
    }) {
        let what = file
            .sequence
            .map_or_else(|| "a file for the same day".to_owned(), |n| format!("sequence {n}"));
        let why = format!("{what} was accepted as {}, with other content", same.name);
        return (FileOutcome::Duplicate, why);
    }
    let (Some(expected), Some(n)) = (expected, file.sequence) else {
        return (FileOutcome::Accepted, String::new());
    };
    let why = format!("sequence {n} came, {expected} was expected");
    match release {
        None => (FileOutcome::OutOfOrder, why),
        Some(reason) => (FileOutcome::Accepted, format!("{why}; released: {reason}")),
    }
}

/// The files since numbering last began again: a number before that may come once more.
fn since_wrap<'f, 'r>(files: &'f [&'r RegistrationFile]) -> &'f [&'r RegistrationFile] {
    let wrap = files.windows(2).rposition(|pair| pair[1].sequence < pair[0].sequence);
    &files[wrap.map_or(0, |at| at + 1)..]
}

/// Puts the rows in: all of one file in one transaction.
fn rows(
    file: &mut RegistrationFile,
    checked: &Checked,
    bytes: usize,
    gate: &Gate<'_>,
    ctx: &Context,
) -> Result<Option<String>> {
    file.rejected = i64::try_from(checked.rejects.len()).unwrap_or(i64::MAX);
    let rejects = write_rejects(file, checked, ctx)?;
    let source = SourceFile {
        mapping: file.layout.clone(),
        feed: file.provider.clone(),
        ..SourceFile::new(
            &file.name,
            &file.sha256,
            i64::try_from(bytes).unwrap_or(i64::MAX),
            "registration",
        )
    };
    let write = Write { known: Some(file.arrived), expect_version: None, ..ctx.write() };
    match gate.begin_import(&source, &write)? {
        // The rows went in and the process ended before it could say so.
        Begun::Already(k) => file.source = Some(k.id),
        Begun::Import(mut import) => {
            for r in &checked.rows {
                import.add(&r.change, r.line, None)?;
            }
            let accepted = i64::try_from(checked.rows.len()).unwrap_or(i64::MAX);
            let id =
                import.finish(Counts { rows: file.rows, accepted, rejected: file.rejected })?.id;
            if !ctx.dry_run {
                file.source = Some(id);
            }
        }
    }
    Ok(rejects)
}

fn write_rejects(
    file: &RegistrationFile,
    checked: &Checked,
    ctx: &Context,
) -> Result<Option<String>> {
    let mut out = Rejects::new(&ctx.data.join("rejects"), &file.name, &file.sha256, !ctx.dry_run);
    for r in &checked.rejects {
        out.reject(r).map_err(|e| AppError::internal(format!("cannot write a reject: {e}")))?;
    }
    out.finish()
}

/// What became of files, as a table.
pub(super) fn table(list: &[Arrived]) -> Table {
    let mut t = Table::new(
        "",
        &[
            "file",
            "layout",
            "provider",
            "for",
            ">sequence",
            "arrived (UTC)",
            "outcome",
            ">rows",
            ">rejected",
            "incident",
            "why",
        ],
    );
    for c in list {
        let f = &c.file;
        let outcome = if f.late { format!("{}, late", f.outcome) } else { f.outcome.to_string() };
        t.row([
            f.name.clone(),
            f.layout.clone(),
            f.provider.clone(),
            f.day.map(|d| d.to_string()).unwrap_or_default(),
            f.sequence.map(|n| n.to_string()).unwrap_or_default(),
            f.arrived.to_string(),
            outcome,
            f.rows.to_string(),
            f.rejected.to_string(),
            f.incident.map(|i| i.to_string()).unwrap_or_default(),
            f.why.clone(),
        ]);
    }
    t
}

/// Takes files that arrived outside the watched folder.
///
/// # Errors
/// Where `arrived` is in the future, a file cannot be read or belongs to no layout, or files are to be
/// released from waiting without a reason.
pub fn import(
    ctx: &Context,
    paths: &[PathBuf],
    arrived: Option<Utc>,
    release: bool,
) -> Result<Answer> {
    if let Some(t) = arrived.filter(|t| *t > ctx.now) {
        return Err(AppError::usage(format!(
            "--arrived {t} is in the future; it is now {}",
            ctx.now
        )));
    }
    if release && ctx.reason.is_empty() {
        return Err(AppError::refused(
            "releasing a file that waits for an earlier one needs a reason: give it with --reason 'why'",
        ));
    }
    let release = release.then_some(ctx.reason.as_str());
    let (rules, store) = (ctx.rules()?, ctx.store()?);
    let mut all = Vec::new();
    for path in expand(paths)?.files {
        all.push(take(&path, arrived.unwrap_or(ctx.now), release, &rules, &store, ctx)?);
    }
    Ok(answer(ctx, &all))
}

/// The answer of whatever takes files.
pub(super) fn answer(ctx: &Context, all: &[Arrived]) -> Answer {
    let mut a = Answer::new(json!({"files": all.iter().map(|c| json!({"file": c.file, "new": c.new, "rejects": c.rejects})).collect::<Vec<_>>(), "dry_run": ctx.dry_run})).table(table(all));
    if ctx.dry_run {
        a = a.say("Dry run: nothing was stored.");
    }
    for c in all {
        if !c.new {
            a = a.then(format!("{}: already loaded, nothing added.", c.file.name));
        }
        if let Some(p) = &c.rejects {
            a = a.then(format!(
                "Warning: {} of {} rows of {} were rejected; {p} says where and why.",
                c.file.rejected, c.file.rows, c.file.name
            ));
        }
    }
    a
}

/// Checks files by their layout and records nothing.
///
/// # Errors
/// Where a file cannot be read or belongs to no layout.
pub fn check(ctx: &Context, paths: &[PathBuf]) -> Result<Answer> {
    let rules = ctx.rules()?;
    let mut t = Table::new(
        "",
        &["file", "layout", "provider", "for", ">sequence", ">rows", ">bad rows", "finding"],
    );
    let (mut list, mut bad) = (Vec::new(), false);
    for path in expand(paths)?.files {
        let name = name_of(&path);
        let layout = layout_of(&rules, &name)?;
        let c = reader::check(layout, &name, &input::bytes(&path, MAX_FILE)?);
        let mut findings: Vec<String> =
            c.refused.iter().map(|(line, why)| format!("line {line}: {why}")).collect();
        findings
            .extend(c.rejects.iter().map(|r| format!("line {}: {}: {}", r.line, r.column, r.why)));
        bad |= !findings.is_empty();
        let h = &c.header;
        t.row([
            name.clone(),
            layout.id.clone(),
            h.provider.clone(),
            h.day.map(|d| d.to_string()).unwrap_or_default(),
            h.sequence.map(|n| n.to_string()).unwrap_or_default(),
            c.details.to_string(),
            c.rejects.len().to_string(),
            findings.join("; "),
        ]);
        list.push(json!({"file": name, "layout": layout.id, "provider": h.provider, "day": h.day, "sequence": h.sequence, "rows": c.details, "taken": c.rows.len(), "sound": c.sound(), "findings": findings}));
    }
    let mut a = Answer::new(json!({"files": list})).table(t);
    a.found = bad;
    Ok(a)
}
