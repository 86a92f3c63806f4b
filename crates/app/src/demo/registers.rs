//! The invented register records: feeds, faults, parties, Users, explanations, annotations.

use crate::{
    context::Context,
    error::{AppError, Result},
};
use northbound_registers::{
    Gate, Query, Record,
    records::{
        data::feeds::{Expected, Fault, Feed, Severity},
        participants::parties::{Party, RoleHeld, User},
        reporting::{
            annotations::Annotation,
            explanations::{Explanation, Given},
        },
    },
};
use northbound_types::{Day, Eui64, Period, Region, Utc};
use serde::Deserialize;
use std::{fmt::Write, path::Path};

#[derive(Deserialize)]
struct File {
    feeds: Vec<RawFeed>,
    faults: Vec<RawFault>,
    users: Vec<RawUser>,
    explanations: Vec<RawExplanation>,
    annotations: Vec<RawAnnotation>,
    sources: Vec<RawSource>,
}
#[derive(Deserialize)]
struct RawFeed {
    id: String,
    title: String,
    carries: Vec<String>,
    provider: String,
    owner: String,
    calendar: Expected,
    expected_from: Day,
    expected_to: Day,
}
#[derive(Deserialize)]
struct RawFault {
    feed: String,
    provider: String,
    from: Day,
    to: Day,
    measures: Vec<String>,
    severity: Severity,
    owner: String,
    reference: String,
    description: String,
}
#[derive(Deserialize)]
struct RawUser {
    user: Eui64,
    party: String,
    name: String,
    category: String,
    roles: Vec<String>,
    from: Day,
}
#[derive(Deserialize)]
struct RawExplanation {
    measure: String,
    provider: String,
    region: Region,
    period: Period,
    text: String,
    given: String,
    by: String,
    steps: Option<String>,
}
#[derive(Deserialize)]
struct RawAnnotation {
    from: Day,
    to: Day,
    title: String,
    text: String,
    by: String,
}
#[derive(Deserialize)]
struct RawSource {
    source: String,
    rank: i64,
}
#[derive(Deserialize)]
struct Note {
    corrections: Vec<RawCorrection>,
}
#[derive(Deserialize)]
struct RawCorrection {
    corrects: String,
    known: Utc,
    feed: String,
    last_day: Day,
    reason: String,
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).map_err(|e| AppError::io("read", path, e))?;
    serde_json::from_str(&text).map_err(|e| AppError::internal(format!("{}: {e}", path.display())))
}

fn note(input: &Path) -> Result<Note> {
    read(&input.join("correction/correction.json"))
}

/// When the correction was sent.
pub(super) fn corrected_at(input: &Path) -> Result<Utc> {
    note(input)?
        .corrections
        .iter()
        .map(|c| c.known)
        .max()
        .ok_or_else(|| AppError::internal("the simulated correction has no note"))
}

/// The files that it corrects.
pub(super) fn corrects(input: &Path) -> Result<Vec<String>> {
    Ok(note(input)?.corrections.into_iter().map(|c| c.corrects).collect())
}

/// The days that were sent again are faulty no longer: the fault begins after them.
pub(super) fn repaired(input: &Path, ctx: &Context) -> Result<()> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    for c in note(input)?.corrections {
        for k in gate.list::<Fault>(&Query { lookup: Some(c.feed.clone()), ..Query::default() })? {
            if k.record.to.is_some_and(|to| to <= c.last_day) {
                continue;
            }
            let write = ctx.write().with_reason(&c.reason);
            gate.update::<Fault>(&k.id, &write, |f| {
                let _ = write!(
                    f.what,
                    " The days {} to {} were faulty too and have been sent again.",
                    f.from, c.last_day
                );
                f.from = f.from.max(c.last_day.plus(1));
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// Loads the invented register records.
pub(super) fn load(input: &Path, ctx: &Context) -> Result<()> {
    let f: File = read(&input.join("registers.json"))?;
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    feeds(f.feeds, &f.sources, &gate, ctx)?;
    faults(f.faults, &gate, ctx)?;
    users(f.users, &gate, ctx)?;
    explanations(f.explanations, &gate, ctx)?;
    annotations(f.annotations, &gate, ctx)
}

fn feeds(feeds: Vec<RawFeed>, sources: &[RawSource], gate: &Gate<'_>, ctx: &Context) -> Result<()> {
    for r in feeds {
        let rank = sources.iter().find(|s| s.source == r.id).map_or(10, |s| s.rank);
        keep(
            gate,
            &Feed {
                id: r.id,
                title: r.title,
                provider: Some(r.provider).filter(|p| !p.is_empty()),
                region: None,
                brings: r.carries,
                measures: Vec::new(),
                rank,
                calendar: r.calendar,
                days: Default::default(),
                from: r.expected_from,
                to: Some(r.expected_to),
                owner: r.owner,
            },
            ctx,
        )?;
    }
    Ok(())
}

fn faults(faults: Vec<RawFault>, gate: &Gate<'_>, ctx: &Context) -> Result<()> {
    for r in faults {
        keep(
            gate,
            &Fault {
                feed: Some(r.feed),
                provider: Some(r.provider),
                from: r.from,
                to: Some(r.to),
                what: r.description,
                change_request: Some(r.reference),
                severity: r.severity,
                measures: r.measures,
                owner: Some(r.owner.clone()),
                reported_by: r.owner,
                closed_by: None,
            },
            ctx,
        )?;
    }
    Ok(())
}

fn users(users: Vec<RawUser>, gate: &Gate<'_>, ctx: &Context) -> Result<()> {
    for r in users {
        keep(gate, &Party { id: r.party.clone(), name: r.name, category: r.category }, ctx)?;
        let roles =
            r.roles.into_iter().map(|role| RoleHeld { role, from: r.from, to: None }).collect();
        keep(gate, &User { eui: r.user, party: r.party, roles }, ctx)?;
    }
    Ok(())
}

fn explanations(explanations: Vec<RawExplanation>, gate: &Gate<'_>, ctx: &Context) -> Result<()> {
    for r in explanations {
        let given = if r.given == "offline" { Given::Offline } else { Given::Report };
        gate.explain(
            &Explanation {
                measure: r.measure,
                provider: r.provider,
                region: r.region,
                period: r.period,
                text: r.text,
                given,
                said_by: r.by,
                document: String::new(),
                place: String::new(),
                steps: r.steps,
                repeat_of: None,
            },
            &ctx.write(),
        )?;
    }
    Ok(())
}

fn annotations(annotations: Vec<RawAnnotation>, gate: &Gate<'_>, ctx: &Context) -> Result<()> {
    for r in annotations {
        keep(
            gate,
            &Annotation {
                from: r.from,
                to: Some(r.to),
                title: r.title,
                text: r.text,
                source: r.by,
            },
            ctx,
        )?;
    }
    Ok(())
}

fn keep<T: Record>(gate: &Gate<'_>, record: &T, ctx: &Context) -> Result<()> {
    Ok(gate.add(record, &ctx.write()).map(|_| ())?)
}
