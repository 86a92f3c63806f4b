//! What owners and meetings do with an action.

use super::{owner, owners};
use crate::{
    AppError, Context, Result,
    names::{self, Named},
    registers::with_reason,
};
use northbound_registers::{
    AsAt, Receipt,
    records::oversight::actions::{
        Action, ActionStatus, Deliverable, DueStep, Instalment, Link, LinkTo, Recurrence, Update,
    },
};
use northbound_types::{Day, Period};

/// A new action.
#[derive(Debug, Clone, Default)]
pub struct NewAction {
    /// Id as printed; empty where it has none.
    pub found: String,
    /// What is to be done.
    pub text: String,
    /// Who owns it: a body or a party, by id or name.
    pub owner: String,
    /// A person of it.
    pub lead: Option<String>,
    /// Series of meetings.
    pub series: String,
    /// The meeting that raised it, where the id does not say.
    pub meeting: String,
    /// When it was raised.
    pub raised: Option<Day>,
    /// Target date.
    pub due: Option<Day>,
    /// Who set it; the meeting or the owner where empty.
    pub set_by: String,
    /// A target that is no date.
    pub implied: String,
    /// First month, where it is due every month.
    pub every_month_from: Option<Period>,
    /// The document that records it.
    pub document: Option<String>,
    /// Place in the document.
    pub place: String,
    /// Topic.
    pub topic: String,
}

/// Adds an action.
///
/// # Errors
/// Where there is no such owner, or the same series has the id already.
pub fn add(ctx: &Context, new: &NewAction) -> Result<Receipt> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let owner = owner(&owners(&gate, AsAt::NOW)?, &new.owner)?;
    let mut action = Action::new(new.found.trim(), new.text.trim(), &owner);
    let first = |a: &str, b: &str| if a.is_empty() { b.to_owned() } else { a.to_owned() };
    action.meeting = first(&new.meeting, action.raised_at());
    new.series.trim().clone_into(&mut action.series);
    action.lead.clone_from(&new.lead);
    action.raised = new.raised;
    action.implied.clone_from(&new.implied);
    action.document.clone_from(&new.document);
    action.place.clone_from(&new.place);
    action.topic.clone_from(&new.topic);
    action.recurrence =
        new.every_month_from.map(|first| Recurrence { first, last: None, received: Vec::new() });
    action.dues = new
        .due
        .map(|target| DueStep {
            target: Some(target),
            set_on: new.raised.unwrap_or(ctx.now.day()),
            set_by: first(&new.set_by, &first(action.raised_at(), &owner)),
            source: new.place.clone(),
        })
        .into_iter()
        .collect();
    Ok(named(gate.action_add(&action, &ctx.write())?))
}

/// A receipt that names the action as people do, never by the record's own key.
pub(crate) fn named(mut r: Receipt) -> Receipt {
    let action = r.after.clone().and_then(|v| serde_json::from_value::<Action>(v).ok());
    if let Some(a) = action {
        r.id = a.label();
    }
    r
}

fn update(ctx: &Context, id: &str, why: &str, edit: impl FnOnce(&mut Action)) -> Result<Receipt> {
    let store = ctx.store()?;
    let done = ctx.gate(&store).action_update(id, &with_reason(ctx, why), |a| {
        edit(a);
        Ok(())
    })?;
    Ok(named(done))
}

/// Sets another target date; earlier dates stay on record.
///
/// # Errors
/// Where the registers refuse it.
pub fn set_due(ctx: &Context, id: &str, due: &DueStep) -> Result<Receipt> {
    update(ctx, id, &format!("date set by {}", due.set_by), |a| a.dues.push(due.clone()))
}

/// Records what an owner, or a meeting, reports on an action. An owner reports on its own actions only.
///
/// # Errors
/// Where the Actor speaks for a body or party that does not own it.
pub fn report(ctx: &Context, id: &str, text: &str, meeting: &str) -> Result<Receipt> {
    if text.trim().is_empty() {
        return Err(AppError::usage("the report is empty: say in words what was done"));
    }
    let store = ctx.store()?;
    let stored = ctx.gate(&store).action(id, AsAt::NOW)?;
    let by = crate::registers::author(None, &ctx.actor);
    let speaks_for = ctx.actor.party.as_ref().or(ctx.actor.body.as_ref());
    let keeps = |r: &String| ["secretary", "analyst", "chair"].contains(&r.as_str());
    let keeper = ctx.actor.roles.iter().any(keeps);
    let owner = &stored.record.owner;
    if !keeper && speaks_for.is_none_or(|who| !who.eq_ignore_ascii_case(owner)) {
        return Err(AppError::refused(format!(
            "action {} belongs to {owner}: an owner reports on its own actions only",
            stored.record.label()
        )));
    }
    let said = Update {
        on: ctx.now.day(),
        by,
        meeting: meeting.to_owned(),
        text: text.trim().to_owned(),
        source: String::new(),
    };
    update(ctx, id, "report of its owner", |a| a.updates.push(said))
}

/// Records that the owner claims an action as done.
///
/// # Errors
/// Where the registers refuse it.
pub fn claim_done(ctx: &Context, id: &str, evidence: &str) -> Result<Receipt> {
    must_be_open(ctx, id)?;
    update(ctx, id, "claimed as done by its owner", |a| {
        a.status = ActionStatus::ClaimedDone;
        if !evidence.trim().is_empty() {
            evidence.clone_into(&mut a.evidence);
        }
    })
}

/// Closes an action with its evidence and the meeting that accepted it.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) where either is missing, or a part of it was not received.
pub fn close(ctx: &Context, id: &str, evidence: &str, meeting: &str) -> Result<Receipt> {
    if evidence.trim().is_empty() || meeting.trim().is_empty() {
        return Err(AppError::refused(format!(
            "action {id} is not closed: closing needs evidence and the meeting that accepted it; give --evidence and --meeting"
        )));
    }
    must_be_open(ctx, id)?;
    update(ctx, id, &format!("accepted by {meeting}"), |a| {
        a.status = ActionStatus::Closed;
        evidence.clone_into(&mut a.evidence);
        meeting.clone_into(&mut a.closed_at);
    })
}

fn must_be_open(ctx: &Context, id: &str) -> Result<()> {
    let store = ctx.store()?;
    let a = ctx.gate(&store).action(id, AsAt::NOW)?.record;
    if a.status.is_open() {
        return Ok(());
    }
    Err(AppError::refused(format!(
        "action {} is {}; `northbound action reopen {id} --meeting MEETING` opens it again",
        a.label(),
        a.status
    )))
}

/// Opens an action again that was closed or superseded; what had closed it stays as a report.
///
/// # Errors
/// Where it is open.
pub fn reopen(ctx: &Context, id: &str, meeting: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    let before = ctx.gate(&store).action(id, AsAt::NOW)?.record;
    if before.status.is_open() {
        return Err(AppError::refused(format!("action {} is open", before.label())));
    }
    let text = format!(
        "Opened again; it was {} ({}).",
        before.status,
        [before.evidence.as_str(), &before.closed_at, &before.superseded_by.join(", ")]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>()
            .join("; ")
    );
    let (on, by) = (ctx.now.day(), crate::registers::author(None, &ctx.actor));
    update(ctx, id, &format!("opened again by {meeting}"), |a| {
        a.status = ActionStatus::Open;
        a.evidence.clear();
        a.closed_at.clear();
        a.superseded_by.clear();
        let (meeting, source) = (meeting.to_owned(), String::new());
        a.updates.push(Update { on, by, meeting, text, source });
    })
}

/// Replaces an action by others.
///
/// # Errors
/// Where one of the others is not registered, or is the action itself.
pub fn supersede(ctx: &Context, id: &str, by: &[String], meeting: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let this = gate.action(id, AsAt::NOW)?;
    let mut others = Vec::new();
    for other in by {
        let other = gate.action(other, AsAt::NOW)?;
        if other.id == this.id {
            return Err(AppError::usage(format!("action {id} cannot supersede itself")));
        }
        others.push(other.record.label());
    }
    update(ctx, id, &format!("superseded by {}", others.join(", ")), |a| {
        a.status = ActionStatus::Superseded;
        a.superseded_by = others;
        meeting.clone_into(&mut a.closed_at);
    })
}

/// Replaces the text; the old one stays as a version.
///
/// # Errors
/// Where the registers refuse it.
pub fn set_text(ctx: &Context, id: &str, text: &str, meeting: &str) -> Result<Receipt> {
    let on = ctx.now.day();
    update(ctx, id, &format!("text as of {meeting}"), |a| a.set_text(text, meeting, on))
}

/// Records what was received for one month, or a deliverable.
///
/// # Errors
/// Where the action has no such part, or it was received already.
pub fn receive(ctx: &Context, id: &str, part: &Part, on: Day, evidence: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    let a = ctx.gate(&store).action(id, AsAt::NOW)?.record;
    match part {
        Part::Month(period) => {
            let Some(r) = &a.recurrence else {
                return Err(AppError::usage(format!(
                    "action {id} is not due every month; `northbound action recur {id} --first PERIOD` makes it so"
                )));
            };
            if *period < r.first || r.last.is_some_and(|last| *period > last) {
                return Err(AppError::usage(format!("action {id} is not due for {period}")));
            }
        }
        Part::Deliverable(what) => {
            if !a.deliverables.iter().any(|d| d.what.eq_ignore_ascii_case(what)) {
                let all: Vec<&str> = a.deliverables.iter().map(|d| d.what.as_str()).collect();
                return Err(AppError::not_found(format!(
                    "action {id} has no deliverable {what:?}; it has: {}",
                    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
                )));
            }
        }
    }
    update(ctx, id, "part received", |a| match part {
        Part::Month(period) => {
            if let Some(r) = &mut a.recurrence {
                let evidence = evidence.to_owned();
                r.received.push(Instalment { period: *period, on, evidence });
            }
        }
        Part::Deliverable(what) => {
            for d in a.deliverables.iter_mut().filter(|d| d.what.eq_ignore_ascii_case(what)) {
                d.received = Some(on);
            }
        }
    })
}

/// A part of an action that can be received by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The instalment of a month.
    Month(Period),
    /// A deliverable, by its name.
    Deliverable(String),
}

/// Makes an action due every month, or ends that; adds a deliverable where one is named.
///
/// # Errors
/// Where neither a month nor a deliverable is given.
pub fn recur(
    ctx: &Context,
    id: &str,
    first: Option<Period>,
    last: Option<Period>,
    deliverable: Option<&Deliverable>,
) -> Result<Receipt> {
    if first.is_none() && last.is_none() && deliverable.is_none() {
        return Err(AppError::usage("give --first, --last or --deliverable"));
    }
    let months = [first, last].into_iter().flatten().all(|p| matches!(p, Period::Month(..)));
    if !months {
        return Err(AppError::usage("a recurring action is due by month, such as 2026-04"));
    }
    let store = ctx.store()?;
    let now = ctx.gate(&store).action(id, AsAt::NOW)?.record;
    if first.is_none() && last.is_some() && now.recurrence.is_none() {
        return Err(AppError::usage(format!("action {id} is not due every month; give --first")));
    }
    update(ctx, id, "parts of a recurring action", |a| {
        if let Some(first) = first {
            let received = a.recurrence.take().map(|r| r.received).unwrap_or_default();
            a.recurrence = Some(Recurrence { first, last: None, received });
        }
        if let (Some(last), Some(r)) = (last, &mut a.recurrence) {
            r.last = Some(last);
        }
        a.deliverables.extend(deliverable.cloned());
    })
}

/// Sixteen hexadecimal digits, as printed beside a figure.
fn is_figure_id(id: &str) -> bool {
    id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Links an action to what it is about, or takes the link back.
///
/// # Errors
/// Where what it names is not registered, the measure of a figure's name is not known, or there is no such link. The
/// id of a printed figure is taken as it is.
pub fn link(ctx: &Context, id: &str, link: &Link, remove: bool) -> Result<Receipt> {
    if !remove && link.to == LinkTo::Figure && !is_figure_id(&link.id) {
        let measure = link.id.split('/').next().unwrap_or_default();
        names::known(ctx, Named::Measure, measure)?;
    }
    if remove {
        let store = ctx.store()?;
        let a = ctx.gate(&store).action(id, AsAt::NOW)?.record;
        if !a.links.contains(link) {
            return Err(AppError::not_found(format!(
                "action {} has no link to {} {}",
                a.label(),
                link.to,
                link.id
            )));
        }
    }
    update(ctx, id, if remove { "link removed" } else { "linked" }, |a| {
        a.links.retain(|l| l != link);
        if !remove {
            a.links.push(link.clone());
        }
    })
}
