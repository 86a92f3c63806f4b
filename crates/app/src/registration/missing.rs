//! Incidents that findings on registration files open: one for each file that did not come by its
//! cut-off, one for each that came and could not be taken.

use crate::{context::Context, error::Result};
use northbound_measures::views::registration::{DueState, Standing, standings};
use northbound_packs::evidence::incidents;
use northbound_registers::{
    AsAt, Gate, Query, RegisterError, Write,
    records::{
        data::registrations::{FileOutcome, RegistrationFile},
        service::incidents::{IncidentEvent, own_id},
    },
};
use northbound_rules::{RuleSet, registration::ExpectedFile};
use northbound_types::{Day, IncidentEventKind, IncidentId, Utc};

/// The area of incidents on registration data.
pub(super) const AREA: &str = "registration-data";
/// Who opens them.
const BY: &str = "registration watch";

/// An incident that was opened.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct Opened {
    pub(super) incident: IncidentId,
    pub(super) provider: String,
    pub(super) layout: String,
    pub(super) day: Day,
    pub(super) at: Utc,
}

/// Which incident a missing file has: the same for whoever finds it missing.
pub(super) fn missing_id(provider: &str, layout: &str, day: Day) -> IncidentId {
    own_id(&format!("missing|{provider}|{layout}|{day}"))
}

/// Adds an event once: a second watcher, or the same one again, finds it there.
fn add_once(gate: &Gate<'_>, e: &IncidentEvent, ctx: &Context) -> Result<bool> {
    let write = Write { expect_version: None, known: None, ..ctx.write() };
    match gate.add(e, &write) {
        Ok(_) => Ok(true),
        Err(RegisterError::Exists { .. }) => Ok(false),
        Err(e) => Err(e.into()),
    }
}

fn known(gate: &Gate<'_>, id: IncidentId) -> Result<bool> {
    Ok(!gate
        .list::<IncidentEvent>(&Query {
            lookup: Some(id.to_string()),
            withdrawn: true,
            ..Query::default()
        })?
        .is_empty())
}

fn opening(
    id: IncidentId,
    at: Utc,
    provider: &str,
    rule: Option<&ExpectedFile>,
    text: String,
) -> IncidentEvent {
    IncidentEvent {
        category: rule.and_then(|r| r.category).map(i64::from),
        responsible: rule
            .map(|r| r.responsible.clone())
            .or_else(|| Some(provider.to_owned()).filter(|p| !p.is_empty())),
        area: Some(AREA.to_owned()),
        provider: Some(provider.to_owned()).filter(|p| !p.is_empty()),
        text,
        ..IncidentEvent::new(id, IncidentEventKind::Opened, Some(at), BY)
    }
}

fn raises(rules: &RuleSet, finding: &str, day: Day) -> Result<bool> {
    Ok(rules.list("registration-raises", day)?.iter().any(|w| w == finding))
}

/// Opens an incident for each file that is missing past its cut-off and grace. Again finds them open.
pub(super) fn open_missing(
    from: Day,
    after: Day,
    rules: &RuleSet,
    gate: &Gate<'_>,
    ctx: &Context,
) -> Result<(Vec<Standing>, Vec<Opened>)> {
    let due = rules.due_files(from, after)?;
    let files = incidents::arrivals(gate, AsAt::NOW, ctx.now)?;
    let all = standings(&due, &files, ctx.now);
    let mut opened = Vec::new();
    for s in all.iter().filter(|s| s.state == DueState::Missing && ctx.now > s.due.raises) {
        let r = &s.due.rule;
        if !raises(rules, "missing", s.due.day)? {
            continue;
        }
        let id = missing_id(&r.provider, &r.layout, s.due.day);
        // One that somebody took back stays so.
        if known(gate, id)? {
            continue;
        }
        let text = format!(
            "{} of {} for {} was not received by {}",
            r.layout, r.provider, s.due.day, s.due.cut_off
        );
        if add_once(gate, &opening(id, s.due.cut_off, &r.provider, Some(r), text), ctx)? {
            opened.push(Opened {
                incident: id,
                provider: r.provider.clone(),
                layout: r.layout.clone(),
                day: s.due.day,
                at: s.due.cut_off,
            });
        }
    }
    Ok((all, opened))
}

/// Opens an incident for what is wrong with a file that came, where the rules say so; and tells the
/// incident of a missing file that it has come.
pub(super) fn raise(
    file: &mut RegistrationFile,
    rules: &RuleSet,
    gate: &Gate<'_>,
    ctx: &Context,
) -> Result<()> {
    let on = file.arrived.day();
    let rule = rules
        .expected_files()
        .iter()
        .filter(|e| {
            e.provider == file.provider
                && e.layout == file.layout
                && e.from <= file.day.unwrap_or(on)
        })
        .max_by_key(|e| e.from);
    let outcome =
        Some(file.outcome).filter(|o| *o != FileOutcome::Accepted).map(FileOutcome::as_str);
    for finding in outcome
        .into_iter()
        .chain(Some("late").filter(|_| file.late && file.outcome == FileOutcome::Accepted))
    {
        if file.incident.is_some() || !raises(rules, finding, on)? {
            continue;
        }
        let id = own_id(&format!("{finding}|{}|{}", file.name, file.sha256));
        let why = if file.why.is_empty() { String::new() } else { format!(": {}", file.why) };
        if !known(gate, id)? {
            add_once(
                gate,
                &opening(
                    id,
                    file.arrived,
                    &file.provider,
                    rule,
                    format!("{} {finding}{why}", file.name),
                ),
                ctx,
            )?;
        }
        file.incident = Some(id);
    }
    let Some(day) = file.day.filter(|_| file.outcome == FileOutcome::Accepted) else {
        return Ok(());
    };
    let id = missing_id(&file.provider, &file.layout, day);
    if known(gate, id)? {
        let text = format!("{} was received at {} and accepted", file.name, file.arrived);
        add_once(
            gate,
            &IncidentEvent {
                text,
                ..IncidentEvent::new(id, IncidentEventKind::Comment, Some(file.arrived), BY)
            },
            ctx,
        )?;
        file.incident = file.incident.or(Some(id));
    }
    Ok(())
}
