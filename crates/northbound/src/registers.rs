//! What people keep: one way for all registers to add, change, list, show and tell the history.

pub(crate) mod cases;
pub(crate) mod changes;
pub(crate) mod combinations;
pub(crate) mod contacts;
pub(crate) mod criteria;
pub(crate) mod defects;
pub(crate) mod documents;
pub(crate) mod feeds;
pub(crate) mod figures;
pub(crate) mod migrations;
pub(crate) mod mitigations;
pub(crate) mod parties;
pub(crate) mod people;
pub(crate) mod statements;
pub(crate) mod tables;
mod value;
pub(crate) mod voices;

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table},
};
use clap::{Args, Subcommand};
use northbound_registers::{
    EventFilter, Kept, Noun, Query, Receipt, Record, Verb, registers::confirmations::Confirmation,
};
use northbound_rules::RuleInfo;
use northbound_types::{Actor, Period, Region, Utc};
use serde_json::{Value, json};

/// Which records.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Filter {
    /// Only of this measure
    #[arg(long, value_name = "ID")]
    pub(crate) measure: Option<String>,
    /// Only of this provider
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,
    /// Only of this region
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<Region>,
    /// Only of this period
    #[arg(long, value_name = "PERIOD")]
    pub(crate) period: Option<Period>,
    /// Withdrawn ones too
    #[arg(long)]
    pub(crate) withdrawn: bool,
}

/// What every register can do.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Common {
    /// What is kept
    List(Filter),
    /// One record
    Show {
        /// Its id
        id: String,
    },
    /// Every state that a record has been in
    History {
        /// Its id
        id: String,
    },
    /// Change a record: KEY=VALUE, with the JSON keys that `show` prints; needs --reason
    Change {
        /// Its id
        id: String,
        /// What to change; an empty value clears it
        #[arg(required = true, value_name = "KEY=VALUE")]
        set: Vec<String>,
    },
    /// Take a record back; it stays in the history. Needs --reason
    Withdraw {
        /// Its id
        id: String,
    },
}

/// Runs what every register can do. `columns` are JSON keys of the record for the list.
pub(crate) fn common<T: Record>(c: &Common, ctx: &Ctx, columns: &[&str]) -> Result<Answer> {
    match c {
        Common::List(f) => list::<T>(f, ctx, columns),
        Common::Show { id } => show::<T>(id, ctx),
        Common::History { id } => history(T::NOUN, id, ctx),
        Common::Change { id, set } => {
            let store = ctx.store()?;
            let gate = ctx.gate(&store);
            let held = gate.show::<T>(id, northbound_registers::AsAt::NOW)?;
            let record: T = value::changed(&held.record, set)?;
            // What was read is what is changed: somebody else's change in between is never lost.
            let mut write = ctx.write();
            write.expect_version = write.expect_version.or(Some(held.version));
            Ok(receipt_answer(&gate.change(id, &record, &write)?))
        }
        Common::Withdraw { id } => {
            let store = ctx.store()?;
            Ok(receipt_answer(&ctx.gate(&store).withdraw::<T>(id, &ctx.write())?))
        }
    }
}

pub(crate) fn add<T: Record>(record: &T, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    Ok(receipt_answer(&ctx.gate(&store).add(record, &ctx.write())?))
}

pub(crate) fn list<T: Record>(f: &Filter, ctx: &Ctx, columns: &[&str]) -> Result<Answer> {
    let store = ctx.store()?;
    let query = Query {
        measure: f.measure.clone(),
        provider: f.provider.clone(),
        region: f.region,
        period: f.period,
        withdrawn: f.withdrawn,
        ..Query::as_at(ctx.as_at())
    };
    let kept = ctx.gate(&store).list::<T>(&query)?;
    let mut head = vec!["id", ">version"];
    head.extend(columns);
    head.extend(["recorded (UTC)", "by"]);
    let mut t = Table::new("", &head);
    for k in &kept {
        let body = json!(k.record);
        let mut cells = vec![k.id.clone(), k.version.to_string()];
        cells.extend(columns.iter().map(|c| text(body.get(*c))));
        cells.extend([k.recorded.to_string(), k.actor.clone()]);
        t.row(cells);
    }
    Ok(Answer::new(json!({"records": kept.iter().map(kept_json).collect::<Vec<_>>()})).table(t))
}

fn kept_json<T: Record>(k: &Kept<T>) -> Value {
    json!(k)
}

/// A JSON value as a cell.
pub(crate) fn text(v: Option<&Value>) -> String {
    match v {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(s)) => s.clone(),
        Some(Value::Array(a)) => a.iter().map(|v| text(Some(v))).collect::<Vec<_>>().join(" "),
        Some(v) => v.to_string(),
    }
}

pub(crate) fn show<T: Record>(id: &str, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let k = ctx.gate(&store).show::<T>(id, ctx.as_at())?;
    let mut t = Table::new("", &[T::NOUN.as_str(), k.id.as_str()]);
    for (key, v) in json!(k.record).as_object().into_iter().flatten() {
        t.row([key.clone(), text(Some(v))]);
    }
    let mut e = Table::new("", &["kept", ""]);
    for (key, v) in [
        ("version", k.version.to_string()),
        ("recorded (UTC)", k.recorded.to_string()),
        ("known since (UTC)", k.known.to_string()),
        ("by", k.actor.clone()),
        ("why", k.reason.clone()),
    ] {
        e.row([key.to_owned(), v]);
    }
    Ok(Answer::new(kept_json(&k)).table(t).table(e))
}

pub(crate) fn history(noun: Noun, id: &str, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let changes = ctx.gate(&store).history(noun, id, ctx.as_at())?;
    let mut t = Table::new("", &[">version", "recorded (UTC)", "what", "by", "why", "changes"]);
    for c in &changes {
        let what = if c.version == 1 {
            String::new()
        } else {
            c.changes
                .iter()
                .map(|f| format!("{}: {} → {}", f.key, text(Some(&f.before)), text(Some(&f.after))))
                .collect::<Vec<_>>()
                .join("; ")
        };
        t.row([
            c.version.to_string(),
            c.recorded.to_string(),
            c.verb.to_string(),
            c.actor.clone(),
            c.reason.clone(),
            what,
        ]);
    }
    Ok(Answer::new(json!({"noun": noun, "id": id, "history": changes})).table(t))
}

/// What a write did.
pub(crate) fn receipt_answer(r: &Receipt) -> Answer {
    let did = match (r.verb, r.changed) {
        (_, false) => "Unchanged",
        (Verb::Add, _) => "Added",
        (Verb::Withdraw, _) => "Withdrew",
        (Verb::Issue, _) => "Issued",
        (Verb::Approve, _) => "Approved",
        _ => "Changed",
    };
    let mut a = Answer::new(json!(r));
    a = a.say(if r.dry_run {
        format!(
            "Dry run: would have {} {} {} (version {}); nothing was kept.",
            did.to_lowercase(),
            r.noun,
            r.id,
            r.version
        )
    } else {
        format!("{did} {} {} (version {}).", r.noun, r.id, r.version)
    });
    if matches!(r.verb, Verb::Change | Verb::Approve) && r.changed {
        let mut t = Table::new("", &["key", "before", "after"]);
        for c in &r.changes {
            t.row([c.key.clone(), text(Some(&c.before)), text(Some(&c.after))]);
        }
        a = a.table(t);
    }
    a
}

/// Who says something: the flag, else the party, body or person that acts.
pub(crate) fn sayer(given: Option<&str>, actor: &Actor) -> String {
    given.map_or_else(
        || {
            actor
                .party
                .clone()
                .or_else(|| actor.body.clone())
                .unwrap_or_else(|| actor.person.clone())
        },
        str::to_owned,
    )
}

/// A rule confirmed as it stands.
pub(crate) fn confirmation(rule: &RuleInfo, source: &str, ctx: &Ctx) -> Confirmation {
    let hash = rule.confirmation_key.rsplit_once('#').map_or("", |(_, h)| h);
    Confirmation {
        rule: rule.id.clone(),
        value_hash: hash.to_owned(),
        by: ctx.actor.to_string(),
        at: ctx.now,
        source: source.to_owned(),
        reason: ctx.reason.clone(),
    }
}

/// The audit trail
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum EventCommand {
    /// What happened, by whom and why, oldest first
    List {
        /// Only of this register
        #[arg(long, value_name = "NOUN")]
        noun: Option<Noun>,
        /// Only of this record
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// Only of this kind
        #[arg(long, value_name = "VERB")]
        verb: Option<Verb>,
        /// Only by this actor, as the events name it
        #[arg(long, value_name = "ACTOR")]
        by: Option<String>,
        /// Only since then
        #[arg(long, value_name = "TIME")]
        since: Option<Utc>,
        /// At most so many
        #[arg(long, value_name = "N")]
        limit: Option<i64>,
    },
}

pub(crate) fn events(c: &EventCommand, ctx: &Ctx) -> Result<Answer> {
    let EventCommand::List { noun, id, verb, by, since, limit } = c;
    if id.is_some() && noun.is_none() {
        return Err(CliError::usage("--id needs --noun, since ids are unique within a register"));
    }
    let store = ctx.store()?;
    let filter = EventFilter {
        as_at: ctx.as_at(),
        noun: *noun,
        id: id.clone(),
        verb: *verb,
        actor: by.clone(),
        since: *since,
        after_revision: None,
        limit: *limit,
    };
    let events = ctx.gate(&store).events(&filter)?;
    let mut t =
        Table::new("", &[">revision", "recorded (UTC)", "what", "register", "id", "by", "why"]);
    for e in &events {
        t.row([
            e.revision.to_string(),
            e.recorded.to_string(),
            e.verb.to_string(),
            e.noun.to_string(),
            e.id.clone(),
            e.actor.clone(),
            e.reason.clone(),
        ]);
    }
    Ok(Answer::new(json!({"events": events})).table(t))
}
