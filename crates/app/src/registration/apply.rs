//! Sends the live service who is registered where: the difference between what the accepted files say
//! and what it was sent before, as inputs of its journal.
//!
//! Each step is sent first and recorded as sent afterwards. After an interruption in between, the next
//! run sends it again, which changes nothing: a registration with the same device, role and start
//! replaces itself.

use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    live::{self, Destination},
    registers::with_reason,
};
use northbound_client::{
    ClientError,
    control::{ASKED, CHANGES, ChangeAsked, Client, UNCHANGED},
};
use northbound_flow::{
    Change, Control,
    event::{Registration, UserRecord},
    vocabulary::Role,
};
use northbound_gateway::offline;
use northbound_registers::{
    Store,
    records::data::live_registrations::{AppliedRegistration, NotApplied, NotAppliedReason, Plan},
    rights,
};
use northbound_types::{Eui64, Utc};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Steps that are sent in one request and recorded in one transaction.
const TOGETHER: usize = CHANGES;
/// The reason of a change for which none is given.
const WHY: &str = "registration data";

/// Where the live service is found.
enum Live {
    Running(Client),
    Journal,
}

impl Live {
    fn find(ctx: &Context) -> Result<Live> {
        match Client::of(&ctx.data, &ctx.actor) {
            Ok(client) => Ok(Live::Running(client)),
            Err(ClientError::NotRunning { .. }) if ctx.data.join(offline::JOURNAL).exists() => {
                Ok(Live::Journal)
            }
            Err(ClientError::NotRunning { .. }) => Err(AppError::not_found(format!(
                "no live service has been started on {}: there is nothing to apply registrations to",
                ctx.data.display()
            ))),
            Err(e) => Err(e.into()),
        }
    }

    /// Its Users, and its time, which may run ahead of ours.
    fn users(&self, ctx: &Context) -> Result<(BTreeSet<Eui64>, Utc)> {
        let (all, now): (Vec<UserRecord>, Utc) = match self {
            Live::Running(c) => (
                serde_json::from_value(c.get("/users")?["users"].take())
                    .map_err(|e| AppError::internal(format!("the service's answer: {e}")))?,
                live::core_time(ctx)?,
            ),
            Live::Journal => {
                offline::look(&ctx.data, live::policy(ctx)?, ctx.now, |f| (f.users(), f.now()))?
            }
        };
        Ok((all.iter().map(|u| u.eui).collect(), now.max(ctx.now)))
    }

    /// Which of these devices it has.
    fn devices(&self, of: &BTreeSet<Eui64>, ctx: &Context) -> Result<BTreeSet<Eui64>> {
        match self {
            Live::Running(c) => {
                let mut known = BTreeSet::new();
                for some in of.iter().copied().collect::<Vec<_>>().chunks(ASKED) {
                    known.extend(c.known(some)?);
                }
                Ok(known)
            }
            Live::Journal => Ok(offline::look(&ctx.data, live::policy(ctx)?, ctx.now, |f| {
                of.iter().copied().filter(|d| f.device(*d).is_some()).collect()
            })?),
        }
    }
}

/// What was sent, and what could not be.
pub struct Applied {
    pub(super) applied: Vec<(String, AppliedRegistration)>,
    pub(super) left: Vec<NotApplied>,
    to: Option<Destination>,
}

impl Applied {
    /// In one line.
    pub(super) fn sentence(&self) -> String {
        let done = match (self.applied.len(), self.to) {
            (0, _) => "no new registrations for the live service".to_owned(),
            (n, Some(to)) => format!("{n} registrations applied: {}", to.words()),
            (n, None) => format!("{n} registrations would be applied"),
        };
        if self.left.is_empty() {
            return done;
        }
        let mut by: BTreeMap<&str, usize> = BTreeMap::new();
        for l in &self.left {
            *by.entry(l.reason.as_str()).or_default() += 1;
        }
        format!(
            "{done}; {} could not be applied: {}",
            self.left.len(),
            by.iter().map(|(r, n)| format!("{n} {r}")).collect::<Vec<_>>().join(", ")
        )
    }
    pub(super) fn json(&self) -> serde_json::Value {
        let applied: Vec<_> = self.applied.iter().map(|(at, t)| json!({"at": at, "device": t.device, "role": t.role, "user": t.user, "from": t.from})).collect();
        json!({"told": applied, "left": self.left, "to": self.to.map(Destination::as_str)})
    }
}

/// Names of roles in files, as the live service spells them.
fn roles(ctx: &Context) -> Result<BTreeMap<String, String>> {
    let mut out: BTreeMap<String, String> =
        Role::ALL.iter().map(|r| (r.to_string(), r.to_string())).collect();
    for entry in ctx.rules()?.list("registration-roles", ctx.now.day())? {
        let wrong = || {
            AppError::input(format!(
                "setting registration-roles: {entry:?} is not NAME=ROLE with one of the roles {}; correct it in DATA/rules/settings.toml",
                Role::ALL.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(", ")
            ))
        };
        let (name, role) = entry.split_once('=').ok_or_else(wrong)?;
        let role: Role = role.trim().parse().map_err(|_| wrong())?;
        out.insert(name.trim().to_owned(), role.to_string());
    }
    Ok(out)
}

/// Sends what is new; with `afresh`, everything.
pub(super) fn send(ctx: &Context, store: &Store, afresh: bool) -> Result<Applied> {
    if !rights::may_change_live(&ctx.actor) {
        return Err(AppError::refused(format!(
            "{} may not change the live service: that needs one of the roles {}; name a role with --as",
            ctx.actor,
            rights::LIVE_ROLES.join(", ")
        )));
    }
    let live = Live::find(ctx)?;
    let (users, now) = live.users(ctx)?;
    let Plan { steps, mut left } =
        ctx.gate(store).registration_plan(now, &roles(ctx)?, &users, afresh)?;
    let wanted: BTreeSet<Eui64> = steps.iter().map(|(_, s)| s.device).collect();
    let known = if wanted.is_empty() { BTreeSet::new() } else { live.devices(&wanted, ctx)? };
    let (steps, without): (Vec<_>, Vec<_>) =
        steps.into_iter().partition(|(_, s)| known.contains(&s.device));
    left.extend(without.into_iter().map(|(at, s)| {
        not_told(
            at,
            &s,
            NotAppliedReason::UnknownDevice,
            format!(
                "the live service has no device {}; add it with `device add` or `device import`",
                s.device
            ),
        )
    }));
    if ctx.dry_run || steps.is_empty() {
        return Ok(Applied { applied: steps, left, to: None });
    }
    let ctx = &Context {
        reason: Some(ctx.reason.trim()).filter(|r| !r.is_empty()).unwrap_or(WHY).to_owned(),
        expect_version: None,
        ..ctx.clone()
    };
    let mut applied = Vec::new();
    let to = match &live {
        Live::Journal => {
            into_journal(ctx, store, &steps, now)?;
            applied = steps;
            Destination::Journal
        }
        Live::Running(client) => {
            for some in steps.chunks(TOGETHER) {
                let (taken, broke) = post(client, some, now, &mut left, ctx)?;
                note(store, &taken, ctx)?;
                applied.extend(taken);
                if let Some(e) = broke {
                    return Err(e);
                }
            }
            Destination::Running
        }
    };
    Ok(Applied { applied, left, to: Some(to) })
}

/// Writes all steps into the journal of a service that does not run, and records them as sent.
fn into_journal(
    ctx: &Context,
    store: &Store,
    steps: &[(String, AppliedRegistration)],
    now: Utc,
) -> Result<()> {
    let controls = steps
        .iter()
        .map(|(_, s)| {
            Ok(Control {
                actor: ctx.actor.to_string(),
                reason: ctx.reason.clone(),
                change: change(s, now)?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    offline::change(&ctx.data, live::policy(ctx)?, &controls, ctx.now)?;
    for some in steps.chunks(TOGETHER) {
        note(store, some, ctx)?;
    }
    Ok(())
}

/// Sends some steps to the running service and returns those that it took. A step that it refuses goes to
/// `left`; another error is returned beside those that were taken. Where the connection breaks it is not known
/// which were taken, so the next run sends them again.
fn post(
    client: &Client,
    some: &[(String, AppliedRegistration)],
    now: Utc,
    left: &mut Vec<NotApplied>,
    ctx: &Context,
) -> Result<(Vec<(String, AppliedRegistration)>, Option<AppError>)> {
    let asked = some
        .iter()
        .map(|(_, s)| {
            Ok(ChangeAsked {
                actor: ctx.actor.to_string(),
                reason: ctx.reason.clone(),
                change: change(s, now)?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let (mut taken, mut broke) = (Vec::new(), None);
    for ((at, s), outcome) in some.iter().zip(client.change(&asked)?) {
        if outcome.changed {
            taken.push((at.clone(), s.clone()));
        } else if outcome.code == UNCHANGED {
            left.push(not_told(at.clone(), s, NotAppliedReason::Refused, outcome.message));
        } else {
            broke = broke.or_else(|| outcome.into_result().err().map(Into::into));
        }
    }
    Ok((taken, broke))
}

fn not_told(
    at: String,
    s: &AppliedRegistration,
    reason: NotAppliedReason,
    why: String,
) -> NotApplied {
    NotApplied { at, role: s.role.clone(), user: s.user, from: Some(s.from), reason, why }
}

/// A registration that began in the past is sent as starting now: the service goes by the latest start, and
/// one that was entered directly since then must not outlast what the files say.
fn change(s: &AppliedRegistration, now: Utc) -> Result<Change> {
    let role = s
        .role
        .parse()
        .map_err(|e: northbound_types::text_enum::UnknownWord| AppError::internal(e.to_string()))?;
    Ok(Change::Registration(Registration {
        device: s.device,
        role,
        user: s.user,
        from: s.from.max(now),
    }))
}

fn note(store: &Store, some: &[(String, AppliedRegistration)], ctx: &Context) -> Result<()> {
    let steps: Vec<AppliedRegistration> = some.iter().map(|(_, s)| s.clone()).collect();
    ctx.gate(store).record_applied(&steps, &with_reason(ctx, WHY))?;
    Ok(())
}

/// Sends the live service what it has not been sent yet; with `afresh`, everything.
///
/// # Errors
/// Where the Actor may not change the live service, or it refuses or cannot be reached.
pub fn apply(ctx: &Context, afresh: bool) -> Result<Answer> {
    let store = ctx.store()?;
    let done = send(ctx, &store, afresh)?;
    let mut applied = Table::new("Applied", &["at", "device", "role", "User", "from (UTC)"]);
    for (at, s) in &done.applied {
        applied.row([
            at.clone(),
            s.device.to_string(),
            s.role.clone(),
            s.user.map_or_else(|| "nobody".to_owned(), |u| u.to_string()),
            s.from.to_string(),
        ]);
    }
    let mut left =
        Table::new("Not applied", &["at", "role", "User", "from (UTC)", "reason", "why"]);
    for l in &done.left {
        left.row([
            l.at.clone(),
            l.role.clone(),
            l.user.map(|u| u.to_string()).unwrap_or_default(),
            l.from.map(|t| t.to_string()).unwrap_or_default(),
            l.reason.to_string(),
            l.why.clone(),
        ]);
    }
    let mut json = done.json();
    json["dry_run"] = json!(ctx.dry_run);
    let mut a = Answer::new(json).say(format!("{}.", done.sentence())).table(applied).table(left);
    if ctx.dry_run {
        a = a.say("Dry run: nothing was applied.");
    }
    if !done.left.is_empty() {
        a = a.then("Warning: registrations that could not be applied are retried by the next run.");
    }
    Ok(a)
}
