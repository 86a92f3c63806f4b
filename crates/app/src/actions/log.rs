//! The log of actions as a table: written out, brought in, and edited in bulk. What a file would change is shown
//! before it is changed (`--dry-run`).

use super::{Filter, Owner, Standing, named, owner, owners, standings};
use crate::{
    Answer, AppError, Context, Result, Table, answer::count, registers::with_reason, whole_file,
};
use northbound_documents::template::{self, Check, Column, Template};
use northbound_ingest::table;
use northbound_registers::{
    AsAt, Gate, Receipt, Verb,
    records::oversight::actions::{Action, ActionStatus, DueStep, Found, Update},
};
use northbound_types::Day;
use serde_json::json;
use std::path::Path;

/// Bytes of a log.
const MOST_BYTES: u64 = 16 << 20;
/// Wrong rows that are named; the others are counted.
const NAMED: usize = 20;

/// The columns of a log: name, what it holds, and the headers under which other logs have it.
const COLUMNS: [(&str, &str, &[&str]); 13] = [
    (
        "action",
        "Id as printed; empty where it has none",
        &["action id", "id", "ref", "reference", "action ref", "action no", "number", "no"],
    ),
    ("series", "Series of meetings", &["meeting series"]),
    ("meeting", "The meeting that raised it", &["raised at", "meeting raised"]),
    ("text", "What is to be done", &["description", "action text", "action description", "what"]),
    ("owner", "The body or party that owns it", &["action owner", "responsible", "assigned to"]),
    ("raised", "When it was raised", &["date raised", "raised on", "opened"]),
    (
        "due",
        "The latest target date",
        &["due date", "target", "target date", "revised date", "deadline"],
    ),
    ("implied", "A target that is no date, such as next meeting", &[]),
    ("status", "open, claimed-done, closed", &["state"]),
    ("update", "A report to add", &["latest update", "progress", "comments", "comment", "notes"]),
    ("topic", "What it is about", &["subject", "area"]),
    ("evidence", "What shows that it is done", &["closing evidence"]),
    ("record", "Ties the row to its record where the id does not; leave it as it is", &[]),
];

/// What a file does not say.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// Series of rows without one.
    pub series: String,
    /// The meeting that sets dates and texts, and accepts what the file calls closed.
    pub meeting: String,
}

/// Writes the actions of a filter as a workbook (`.xlsx`) or CSV (`.csv`).
///
/// # Errors
/// Where the file has another ending or cannot be written.
pub fn export(ctx: &Context, filter: &Filter, out: &Path) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let day = ctx.as_at.unwrap_or(ctx.now).day();
    let found = standings(ctx, &gate, day, filter)?;
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    let form = form(&owners(&gate, ctx.as_at())?);
    let bytes = match out.extension().and_then(|e| e.to_str()) {
        Some("xlsx") => template::filled(&form, &rows)?,
        Some("csv") => template::csv(&form, &rows)?,
        _ => {
            return Err(AppError::usage(format!(
                "{}: end the name with .xlsx or .csv",
                out.display()
            )));
        }
    };
    if !ctx.dry_run {
        whole_file::write(out, |to| {
            to.write_all(&bytes).map_err(|e| AppError::io("write", out, e))
        })?;
    }
    let did = if ctx.dry_run { "Would write" } else { "Wrote" };
    let n = count(rows.len() as u64);
    Ok(Answer::new(json!({"file": out, "actions": rows.len()}))
        .say(format!("{did} {n} actions to {}.", out.display()))
        .then(format!(
            "Edit it, then see what would change: northbound action import {} --dry-run",
            out.display()
        )))
}

fn row(s: &Standing) -> Vec<String> {
    let (a, day) =
        (&s.stored.record, |d: Option<Day>| d.map_or_else(String::new, |d| d.to_string()));
    vec![
        a.found.clone(),
        a.series.clone(),
        a.raised_at().to_owned(),
        a.text.clone(),
        a.owner.clone(),
        day(a.raised),
        day(s.flags.due),
        a.implied.clone(),
        a.status.to_string(),
        String::new(),
        a.topic.clone(),
        a.evidence.clone(),
        a.key.clone(),
    ]
}

fn form(owners: &[Owner]) -> Template {
    let column = |(name, about, _): &(&str, &str, &[&str])| Column {
        name: (*name).to_owned(),
        needed: ["text", "owner"].contains(name),
        about: (*about).to_owned(),
        check: match *name {
            "raised" | "due" => Check::Day,
            "owner" => Check::List(owners.iter().map(|o| o.id.clone()).collect()),
            "status" => Check::List(ActionStatus::ALL.iter().map(ToString::to_string).collect()),
            _ => Check::Text,
        },
        example: match *name {
            "action" => "33xx/01".to_owned(),
            "text" => "Send the list again (invented)".to_owned(),
            _ => String::new(),
        },
    };
    Template {
        title: "Actions".to_owned(),
        command: "northbound action import FILE.xlsx --meeting MEETING --dry-run".to_owned(),
        notes: vec![
            "An empty cell changes nothing. Another date, text or report is added; the earlier one stays on record.".to_owned(),
        ],
        columns: COLUMNS.iter().map(column).collect(),
    }
}

/// A row of a file.
struct Said {
    line: i64,
    action: Action,
    /// Cells that are not empty, by column.
    given: Vec<&'static str>,
}

/// Brings in a log: new actions are added, and those that the register has are changed where the file says
/// otherwise. The same file again changes nothing. A file with a wrong row is refused as a whole.
///
/// # Errors
/// Where the file cannot be read or rows are wrong, each with its line; where the registers refuse a change.
pub fn import(ctx: &Context, file: &Path, defaults: &Defaults) -> Result<Answer> {
    let (all, unknown) = read(ctx, file, defaults)?;
    // All rows are tried before one is written, so that a row that the registers refuse leaves nothing behind.
    let trial = Context { dry_run: true, ..ctx.clone() };
    for said in &all {
        apply(&trial, file, said, defaults).map_err(|e| {
            AppError::refused(format!(
                "{}, line {}: {e}; nothing was written",
                file.display(),
                said.line
            ))
        })?;
    }
    let mut t = Table::new("", &["action", "field", "before", "after"]);
    let (mut added, mut changed, mut same, mut json) = (0u64, 0u64, 0u64, Vec::new());
    for said in &all {
        let r = named(apply(ctx, file, said, defaults)?);
        match (r.changed, r.verb) {
            (false, _) => same += 1,
            (true, Verb::Add) => {
                added += 1;
                t.row([r.id.clone(), "new".to_owned(), String::new(), said.action.text.clone()]);
            }
            (true, _) => {
                changed += 1;
                for c in &r.changes {
                    let text = |v| crate::registers::view::text(Some(v));
                    t.row([r.id.clone(), c.key.clone(), text(&c.before), text(&c.after)]);
                }
            }
        }
        json.push(
            json!({"line": said.line, "action": r.id, "changed": r.changed, "changes": r.changes}),
        );
    }
    let would = if ctx.dry_run { "would be " } else { "" };
    let mut answer = Answer::new(json!({"rows": json, "added": added, "changed": changed, "unchanged": same, "dry_run": ctx.dry_run, "columns_not_read": unknown}))
        .say(format!(
            "{} actions {would}added, {} {would}changed, {} unchanged.",
            count(added), count(changed), count(same)
        ))
        .table(t);
    if !unknown.is_empty() {
        answer = answer.then(format!("Columns not read: {}.", unknown.join(", ")));
    }
    Ok(answer)
}

fn read(ctx: &Context, file: &Path, defaults: &Defaults) -> Result<(Vec<Said>, Vec<String>)> {
    let wanted = |header: &[String]| columns(header).is_some();
    let table = table::read(file, MOST_BYTES, wanted)?.ok_or_else(|| {
        AppError::input(format!(
            "{}: a table with at least a column of texts and a column of owners is needed; `northbound action export --out FILE.xlsx` writes one",
            file.display()
        ))
    })?;
    let at = columns(&table.header).unwrap_or_default();
    let read = |i: &usize| at.iter().any(|(_, there)| there == i);
    let unknown = (0..table.header.len())
        .filter(|i| !read(i))
        .filter_map(|i| table.header.get(i).filter(|h| !h.trim().is_empty()).cloned())
        .collect();
    let store = ctx.store()?;
    let all = owners(&ctx.gate(&store), AsAt::NOW)?;
    let (mut out, mut wrong) = (Vec::new(), Vec::new());
    for (line, cells) in &table.rows {
        if cells.iter().all(|c| c.trim().is_empty()) {
            continue;
        }
        match said(*line, cells, &at, &all, defaults, ctx.now.day()) {
            Ok(said) => out.push(said),
            Err(why) => wrong.push(format!("line {line}: {why}")),
        }
    }
    if wrong.is_empty() {
        return Ok((out, unknown));
    }
    let more = wrong.len().saturating_sub(NAMED);
    wrong.truncate(NAMED);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    Err(AppError::input(format!(
        "{}: nothing was read: {}{rest}",
        file.display(),
        wrong.join("; ")
    )))
}

/// Where each column is; `None` without a text or an owner. A header `action` is the id, unless another
/// column is and no other has the text.
fn columns(header: &[String]) -> Option<Vec<(&'static str, usize)>> {
    let plain: Vec<String> =
        header.iter().map(|h| h.trim().to_lowercase().replace('_', " ")).collect();
    let mut out: Vec<(&'static str, usize)> = Vec::new();
    for (name, _, aliases) in COLUMNS {
        let by_alias = || aliases.iter().find_map(|a| plain.iter().position(|h| h == a));
        if let Some(i) = plain.iter().position(|h| h == name).or_else(by_alias) {
            out.push((name, i));
        }
    }
    let action = plain.iter().position(|h| h == "action");
    if let (Some(i), false) = (action, out.iter().any(|(n, _)| *n == "text")) {
        let aliases = COLUMNS[0].2;
        let id = aliases.iter().find_map(|a| plain.iter().position(|h| h == a));
        out.retain(|(n, _)| *n != "action");
        out.extend(id.map(|id| ("action", id)));
        out.push(("text", i));
    }
    let has = |name| out.iter().any(|(n, _)| *n == name);
    (has("text") && has("owner")).then_some(out)
}

fn said(
    line: i64,
    cells: &[String],
    at: &[(&'static str, usize)],
    all: &[Owner],
    defaults: &Defaults,
    today: Day,
) -> std::result::Result<Said, String> {
    let of = |name: &str| {
        let i = at.iter().find(|(n, _)| *n == name).map(|(_, i)| *i);
        i.and_then(|i| cells.get(i)).map(|c| c.trim()).unwrap_or_default()
    };
    let given = at.iter().map(|(n, _)| *n).filter(|n| !of(n).is_empty()).collect();
    if of("text").is_empty() {
        return Err("the text is empty".to_owned());
    }
    let owner = owner(all, of("owner")).map_err(|e| e.to_string())?;
    let mut action = Action::new(of("action"), of("text"), &owner);
    let or =
        |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
    action.series = or(of("series"), &defaults.series);
    action.meeting = or(of("meeting"), action.raised_at());
    action.raised = day(of("raised"))?;
    of("record").clone_into(&mut action.key);
    of("implied").clone_into(&mut action.implied);
    of("topic").clone_into(&mut action.topic);
    of("evidence").clone_into(&mut action.evidence);
    action.status = status(of("status"))?;
    let set_by = or(&defaults.meeting, &or(action.raised_at(), &owner));
    action.dues = day(of("due"))?
        .map(|target| DueStep {
            target: Some(target),
            set_on: if defaults.meeting.is_empty() {
                action.raised.unwrap_or(today)
            } else {
                today
            },
            set_by,
            source: String::new(),
        })
        .into_iter()
        .collect();
    if !of("update").is_empty() {
        action.updates.push(Update {
            on: today,
            by: owner,
            meeting: defaults.meeting.clone(),
            text: of("update").to_owned(),
            source: String::new(),
        });
    }
    Ok(Said { line, action, given })
}

/// A day as `2026-04-30`, `30/04/2026` or `30.04.2026`. A dash, `n/a` and `tbc` are no day.
fn day(text: &str) -> std::result::Result<Option<Day>, String> {
    let plain = text.to_lowercase();
    if ["", "-", "–", "n/a", "na", "none", "tbc", "tbd"].contains(&plain.as_str()) {
        return Ok(None);
    }
    let iso = match plain.split(['/', '.']).collect::<Vec<_>>()[..] {
        [d, m, y] if y.len() == 4 => format!("{y}-{m:0>2}-{d:0>2}"),
        _ => plain.split(['t', ' ']).next().unwrap_or_default().to_owned(),
    };
    iso.parse()
        .map(Some)
        .map_err(|_| format!("{text:?} is no day; write it as 2026-04-30 or 30/04/2026"))
}

fn status(text: &str) -> std::result::Result<ActionStatus, String> {
    match text.to_lowercase().as_str() {
        "" | "open" | "ongoing" | "on-going" | "in progress" | "new" => Ok(ActionStatus::Open),
        "closed" => Ok(ActionStatus::Closed),
        "superseded" => Ok(ActionStatus::Superseded),
        "claimed-done"
        | "claimed done"
        | "done"
        | "complete"
        | "completed"
        | "proposed for closure" => Ok(ActionStatus::ClaimedDone),
        _ => Err(format!("{text:?} is no state; it is open, claimed-done, closed or superseded")),
    }
}

fn apply(ctx: &Context, file: &Path, said: &Said, defaults: &Defaults) -> Result<Receipt> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let place = format!("{name}, line {}", said.line);
    let write = with_reason(ctx, &format!("read from {name}"));
    let mut new = said.action.clone();
    accepted(&mut new, &place, defaults);
    let Some(id) = known(&gate, &new)? else {
        new.place = place;
        if new.status == ActionStatus::Superseded {
            return Err(by_command(&new));
        }
        new.key = String::new();
        return Ok(gate.action_add(&new, &write)?);
    };
    let today = ctx.now.day();
    let before = gate.show::<Action>(&id, AsAt::NOW)?.record;
    if new.status == ActionStatus::Superseded && before.status != new.status {
        return Err(by_command(&before));
    }
    Ok(gate.update::<Action>(&id, &write, |a| {
        edit(a, &new, &said.given, &defaults.meeting, today);
        Ok(())
    })?)
}

fn by_command(a: &Action) -> AppError {
    AppError::refused(format!(
        "action {} is not superseded by a log, which does not say by what; use `northbound action supersede`",
        a.label()
    ))
}

/// A closed action needs the meeting that accepted it. Where neither file nor command names one, it is only
/// claimed as done.
fn accepted(new: &mut Action, place: &str, defaults: &Defaults) {
    if new.status == ActionStatus::Closed {
        if defaults.meeting.is_empty() {
            new.status = ActionStatus::ClaimedDone;
        } else {
            new.closed_at.clone_from(&defaults.meeting);
        }
    }
    let done = matches!(new.status, ActionStatus::Closed | ActionStatus::ClaimedDone);
    if done && new.evidence.is_empty() {
        place.clone_into(&mut new.evidence);
    }
}

/// The record of the action that a row means; `None` where it is new.
fn known(gate: &Gate<'_>, new: &Action) -> Result<Option<String>> {
    if !new.key.is_empty() && gate.find::<Action>(&new.key, AsAt::NOW)?.is_some() {
        return Ok(Some(new.key.clone()));
    }
    if new.canonical.is_empty() {
        return Ok(gate.find::<Action>(&new.own_key(), AsAt::NOW)?.map(|k| k.id));
    }
    let spelt = |series: &str| {
        if series.is_empty() {
            new.canonical.clone()
        } else {
            format!("{series}:{}", new.canonical)
        }
    };
    Ok(match gate.action_found(&spelt(&new.series), AsAt::NOW)? {
        Found::One(k) => Some(k.id),
        Found::None => match gate.action_found(&new.canonical, AsAt::NOW)? {
            // The series was not known when it was recorded.
            Found::One(k) if k.record.series.is_empty() => Some(k.id),
            _ => None,
        },
        Found::Several(_) => Some(gate.action(&spelt(&new.series), AsAt::NOW)?.id),
    })
}

/// What the row says otherwise; an empty cell says nothing.
fn edit(a: &mut Action, new: &Action, given: &[&str], meeting: &str, today: Day) {
    let says = |name: &str| given.contains(&name);
    a.merge_text(&new.text, meeting, today);
    a.owner.clone_from(&new.owner);
    if says("series") || a.series.is_empty() {
        a.series.clone_from(&new.series);
    }
    if says("topic") {
        a.topic.clone_from(&new.topic);
    }
    if says("implied") {
        a.implied.clone_from(&new.implied);
    }
    if says("raised") {
        a.raised = new.raised;
    }
    // A date that it had before is news only from another meeting: an old log that is read again says nothing.
    let had = |d: &&DueStep| a.dues.iter().any(|h| h.target == d.target);
    let news: Vec<DueStep> =
        new.dues.iter().filter(|d| !had(d) || !meeting.is_empty()).cloned().collect();
    let latest = a.due();
    for d in news.into_iter().filter(|d| d.target != latest) {
        a.add_due(&DueStep { set_on: today, ..d });
    }
    for u in &new.updates {
        if !a.updates.iter().any(|have| have.text == u.text) {
            a.updates.push(u.clone());
        }
    }
    if says("status") && new.status != a.status && a.status.is_open() {
        a.status = new.status;
        a.closed_at.clone_from(&new.closed_at);
        if a.evidence.is_empty() || says("evidence") {
            a.evidence.clone_from(&new.evidence);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_other_logs_are_found() {
        let of = |text: &str| {
            let header: Vec<String> = text.split(',').map(str::to_owned).collect();
            columns(&header)
        };
        let found = of("Action ID,Action,Owner,Target Date,Status,RAG").expect("a log");
        let at = |name| found.iter().find(|(n, _)| *n == name).map(|(_, i)| *i);
        assert_eq!(
            (at("action"), at("text"), at("owner"), at("due")),
            (Some(0), Some(1), Some(2), Some(3))
        );
        let ours = of("action,series,meeting,text,owner").expect("ours");
        assert_eq!((ours[0], ours[3]), (("action", 0), ("text", 3)));
        assert_eq!(of("action,status"), None);
    }

    #[test]
    fn days_come_in_three_forms_and_words_for_none() {
        for (text, wanted) in [
            ("2026-04-30", Some("2026-04-30")),
            ("30/4/2026", Some("2026-04-30")),
            ("30.04.2026", Some("2026-04-30")),
            ("2026-04-30 00:00:00", Some("2026-04-30")),
            ("TBC", None),
            ("n/a", None),
        ] {
            assert_eq!(day(text).expect(text).map(|d| d.to_string()).as_deref(), wanted, "{text}");
        }
        for text in ["31/04/2026", "next meeting", "30/04/26"] {
            assert!(day(text).is_err(), "{text}");
        }
    }
}
