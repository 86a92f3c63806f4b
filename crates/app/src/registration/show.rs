//! What is due, what came, and who is registered where.
use super::{DaysRequest, ListRequest, days};
use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
};
use northbound_measures::views::registration::standings;
use northbound_packs::evidence::incidents;
use northbound_registers::{
    AsAt, Query, Stored,
    records::data::registrations::{FileOutcome, RegistrationChange, RegistrationFile},
};
use northbound_types::Utc;
use serde_json::{Value, json};
use std::path::Path;

fn moment(ctx: &Context) -> Utc {
    ctx.as_at.unwrap_or(ctx.now)
}

/// The files due, with provider, cut-off and status.
///
/// # Errors
/// Where rules or registers cannot be read.
pub fn expected(ctx: &Context, a: &DaysRequest) -> Result<Answer> {
    let (rules, store) = (ctx.rules()?, ctx.store()?);
    let (from, after) = days(ctx, a.from, a.to)?;
    let files = incidents::arrivals(&ctx.gate(&store), AsAt::NOW, moment(ctx))?;
    let mut all = standings(&rules.due_files(from, after)?, &files, moment(ctx));
    all.retain(|s| a.provider.as_ref().is_none_or(|p| *p == s.due.rule.provider));
    let mut t = Table::new(
        "",
        &["provider", "layout", "for", "cut-off (UTC)", "state", "arrived (UTC)", "file"],
    );
    for s in &all {
        t.row([
            s.due.rule.provider.clone(),
            s.due.rule.layout.clone(),
            s.due.day.to_string(),
            s.due.cut_off.to_string(),
            s.state.to_string(),
            s.arrived.map(|t| t.to_string()).unwrap_or_default(),
            s.name.clone().unwrap_or_default(),
        ]);
    }
    let list: Vec<Value> = all.iter().map(|s| json!({"provider": s.due.rule.provider, "layout": s.due.rule.layout, "day": s.due.day, "cut_off": s.due.cut_off, "raises": s.due.raises, "state": s.state, "arrived": s.arrived, "file": s.name})).collect();
    let mut answer = Answer::new(
        json!({"as_at": moment(ctx), "from": from, "to": after.plus(-1), "expected": list}),
    )
    .table(t);
    if rules.expected_files().is_empty() {
        answer = answer.then("No registration file is expected: DATA/rules/registration/expected.toml defines who sends which file by when (docs/registration.md).");
    }
    Ok(answer)
}

/// Files that arrived, and what became of each; files that wait for an earlier one whatever their day.
///
/// # Errors
/// Where rules or registers cannot be read.
pub fn arrivals(ctx: &Context, a: &DaysRequest) -> Result<Answer> {
    let store = ctx.store()?;
    let (from, after) = days(ctx, a.from, a.to)?;
    let within = |f: &RegistrationFile| {
        let d = f.day.unwrap_or(f.arrived.day());
        d >= from && d < after
    };
    let mut all: Vec<Stored<RegistrationFile>> = ctx
        .gate(&store)
        .list::<RegistrationFile>(&Query {
            provider: a.provider.clone(),
            ..Query::as_at(ctx.as_at())
        })?
        .into_iter()
        .filter(|k| within(&k.record) || k.record.outcome == FileOutcome::OutOfOrder)
        .collect();
    all.sort_by(|x, y| (x.record.arrived, &x.record.name).cmp(&(y.record.arrived, &y.record.name)));
    let mut t = Table::new(
        "",
        &[
            "arrived (UTC)",
            "file",
            "layout",
            "provider",
            "for",
            ">sequence",
            "outcome",
            "late",
            ">rows",
            ">rejected",
            "incident",
            "why",
        ],
    );
    for k in &all {
        let f = &k.record;
        t.row([
            f.arrived.to_string(),
            f.name.clone(),
            f.layout.clone(),
            f.provider.clone(),
            f.day.map(|d| d.to_string()).unwrap_or_default(),
            f.sequence.map(|n| n.to_string()).unwrap_or_default(),
            f.outcome.to_string(),
            if f.late { "late".to_owned() } else { String::new() },
            f.rows.to_string(),
            f.rejected.to_string(),
            f.incident.map(|i| i.to_string()).unwrap_or_default(),
            f.why.clone(),
        ]);
    }
    Ok(Answer::new(json!({"from": from, "to": after.plus(-1), "arrivals": all})).table(t))
}

fn table(rows: &[Stored<RegistrationChange>]) -> Table {
    let mut t =
        Table::new("", &["at", "role", "User", "from (UTC)", "to (UTC)", "known since (UTC)"]);
    for k in rows {
        let r = &k.record;
        t.row([
            r.at.clone(),
            r.role.clone(),
            r.user.map_or_else(|| "nobody".to_owned(), |u| u.to_string()),
            r.from.to_string(),
            r.to.map(|t| t.to_string()).unwrap_or_default(),
            k.known.to_string(),
        ]);
    }
    t
}

/// What was known at the time asked for; `on` may be another.
fn query(ctx: &Context, at: Option<&str>) -> Query {
    Query {
        lookup: at.map(str::to_owned),
        ..Query::as_at(ctx.as_at.map_or(AsAt::NOW, AsAt::known))
    }
}

/// List registrations: who holds which role where.
///
/// # Errors
/// Where the registers cannot be read.
pub fn list(ctx: &Context, a: &ListRequest) -> Result<Answer> {
    let store = ctx.store()?;
    let on = a.on.unwrap_or(moment(ctx));
    let mut rows = ctx.gate(&store).registered_at(&query(ctx, None), on)?;
    rows.retain(|k| {
        a.role.as_ref().is_none_or(|r| *r == k.record.role)
            && a.user.is_none_or(|u| k.record.user == Some(u))
    });
    Ok(Answer::new(json!({"as_at": moment(ctx), "on": on, "registrations": rows}))
        .table(table(&rows)))
}

/// Who holds which role at one supply point or device.
///
/// # Errors
/// Where nothing is registered there, or the registers cannot be read.
pub fn show(ctx: &Context, at: &str, on: Option<Utc>) -> Result<Answer> {
    let store = ctx.store()?;
    let on = on.unwrap_or(moment(ctx));
    let rows = ctx.gate(&store).registered_at(&query(ctx, Some(at)), on)?;
    if rows.is_empty()
        && ctx.gate(&store).list::<RegistrationChange>(&query(ctx, Some(at)))?.is_empty()
    {
        return Err(AppError::not_found(format!(
            "there is no registration for {at}; `northbound registration list` lists those that exist"
        )));
    }
    Ok(Answer::new(json!({"as_at": moment(ctx), "on": on, "at": at, "registrations": rows}))
        .table(table(&rows)))
}

/// Show every registration of one supply point or device, with its source file.
///
/// # Errors
/// As [`show`].
pub fn history(ctx: &Context, at: &str) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let q = query(ctx, Some(at));
    let mut rows = gate.list::<RegistrationChange>(&q)?;
    if rows.is_empty() {
        return Err(AppError::not_found(format!(
            "there is no registration for {at}; `northbound registration list` lists those that exist"
        )));
    }
    rows.sort_by(|a, b| {
        (&a.record.role, a.record.from, a.known).cmp(&(&b.record.role, b.record.from, b.known))
    });
    let mut t = Table::new(
        "",
        &["role", "User", "from (UTC)", "to (UTC)", "known since (UTC)", "file and line"],
    );
    let mut list = Vec::new();
    for k in &rows {
        let origins = gate.origins(northbound_registers::Noun::Registration, &k.id, q.as_at)?;
        let mut places = Vec::new();
        for o in &origins {
            places.push(format!(
                "{} line {}",
                gate.show::<northbound_registers::records::data::sources::SourceFile>(
                    &o.source,
                    AsAt::NOW
                )?
                .record
                .name,
                o.place
            ));
        }
        let r = &k.record;
        t.row([
            r.role.clone(),
            r.user.map_or_else(|| "nobody".to_owned(), |u| u.to_string()),
            r.from.to_string(),
            r.to.map(|t| t.to_string()).unwrap_or_default(),
            k.known.to_string(),
            places.join(", "),
        ]);
        list.push(json!({"registration": r, "known": k.known, "recorded": k.recorded, "origins": origins, "places": places}));
    }
    Ok(Answer::new(json!({"at": at, "history": list})).table(t))
}

/// Registrations that came after a revision of the registers; `out` takes them as JSON lines.
///
/// # Errors
/// Where the registers cannot be read or the file cannot be written.
pub fn changes(ctx: &Context, after: i64, out: Option<&Path>) -> Result<Answer> {
    let store = ctx.store()?;
    let all = ctx.gate(&store).registrations_after(after)?;
    let last = all.last().map_or(after, |c| c.revision);
    if let Some(path) = out.filter(|_| !ctx.dry_run) {
        let io = |e| AppError::io("write", path, e);
        crate::whole_file::write(path, |file| {
            all.iter().try_for_each(|c| writeln!(file, "{}", json!(c)).map_err(io))
        })?;
    }
    let mut t = Table::new("", &[">revision", "at", "role", "User", "from (UTC)", "to (UTC)"]);
    for c in &all {
        let r = &c.change;
        t.row([
            c.revision.to_string(),
            r.at.clone(),
            r.role.clone(),
            r.user.map_or_else(|| "nobody".to_owned(), |u| u.to_string()),
            r.from.to_string(),
            r.to.map(|t| t.to_string()).unwrap_or_default(),
        ]);
    }
    Ok(Answer::new(json!({"after": after, "last": last, "changes": all}))
        .table(t)
        .then(format!("Continue with --after {last}.")))
}
