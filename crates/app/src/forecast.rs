//! Forecasts of traffic: submitted from history or typed, and what is recorded beside them.

mod due;
pub mod notice;
pub mod reasons;
mod skill;
mod submit;

pub use due::{DueRequest, due};
pub use skill::{SkillRequest, skill};
pub use submit::{SubmitRequest, prefill, submit};

use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    variance::make_secret,
};
use northbound_measures::forecast::Member;
use northbound_packs::evidence::{
    DEFAULT_METHODOLOGY,
    forecasts::{ActualsFrom, ForecastSources},
};
use northbound_registers::{
    AsAt, Gate, Query, Visibility,
    records::{forecasting::forecasts::Forecast, participants::parties::User},
};
use northbound_types::{Eui64, ForecastKind, Period};
use serde_json::json;

/// The audience of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The group: counts by class, pseudonyms, small counts suppressed.
    Group,
    /// The secretariat: with names.
    Secas,
    /// One User: only its own data.
    User,
}

/// Roles to which the names behind pseudonyms are open (G3).
const SECRETARIAT: [&str; 2] = ["secretary", "analyst"];

/// The view asked for, by the rights of who acts: the group's for staff, its own for a User, names for the
/// secretariat alone.
pub(crate) fn view_of(asked: Option<View>, ctx: &Context) -> Result<View> {
    let all = Visibility::of(&ctx.actor).all;
    let names = ctx.actor.roles.iter().any(|r| SECRETARIAT.contains(&r.as_str()));
    match asked {
        None => Ok(if all { View::Group } else { View::User }),
        Some(v) if names || (all && v == View::Group) || (!all && v == View::User) => Ok(v),
        Some(_) if all => Err(AppError::refused(format!(
            "{} may not see which Users are behind the pseudonyms: use --view group, or act as secretary or analyst",
            ctx.actor
        ))),
        Some(_) => Err(AppError::refused(format!(
            "{} may see only its own data: use --view user, or act as analyst or secretary",
            ctx.actor
        ))),
    }
}

/// Which source of actuals: the ledger for Service Requests, what was stated for certificates.
#[derive(Debug, Clone, Default)]
pub struct ActualsChoice {
    /// Actuals: ledger (counted messages) or stated (`ingest volumes`). Default: ledger for sr, stated for csr
    pub actuals: Option<ActualsFrom>,
}

impl ActualsChoice {
    pub(crate) fn of(&self, kind: ForecastKind) -> Result<ActualsFrom> {
        match (kind, self.actuals) {
            (ForecastKind::Csr, Some(ActualsFrom::Ledger)) => Err(AppError::usage(
                "certificate requests are not in the ledger: their actuals come from `ingest volumes` (--actuals stated)",
            )),
            (ForecastKind::Csr, _) => Ok(ActualsFrom::Stated),
            (ForecastKind::Sr, from) => Ok(from.unwrap_or(ActualsFrom::Ledger)),
        }
    }
}

/// Runs `work` with everything that forecasts are read from.
pub(crate) fn with_forecasts<R>(
    ctx: &Context,
    work: impl FnOnce(&ForecastSources<'_>, &Gate<'_>) -> Result<R>,
) -> Result<R> {
    let store = ctx.store()?;
    make_secret(ctx, &store)?;
    let (gate, rules, snapshot) = (ctx.gate(&store), ctx.rules()?, ctx.snapshot()?);
    let judge = ctx.judge(&store)?;
    let floor = rules
        .methodology(DEFAULT_METHODOLOGY)
        .map(|m| m.coverage_floor)
        .ok_or_else(|| AppError::internal("the default methodology is missing"))?;
    let sources = ForecastSources {
        rules: &rules,
        gate: &gate,
        state: ctx.as_at(),
        snapshot: &snapshot,
        judge: &judge,
        as_at: ctx.as_at.unwrap_or(ctx.now),
        floor,
    };
    work(&sources, &gate)
}

/// A calendar month, as these commands take no other period.
pub(crate) fn month(p: Period) -> Result<Period> {
    if matches!(p, Period::Month(..)) {
        Ok(p)
    } else {
        Err(AppError::usage(format!("{p} is not a month; forecasts are by month, such as 2026-05")))
    }
}

/// The User: the one named, else the only one of the acting party.
pub(crate) fn user(named: Option<Eui64>, ctx: &Context, gate: &Gate<'_>) -> Result<User> {
    let users: Vec<User> =
        gate.list::<User>(&Query::as_at(AsAt::NOW))?.into_iter().map(|k| k.record).collect();
    if let Some(eui) = named {
        let found = users.into_iter().find(|u| u.eui == eui).ok_or_else(|| {
            AppError::not_found(format!(
                "User {eui} is not registered; add it with `northbound user add`"
            ))
        })?;
        let visibility = Visibility::of(&ctx.actor);
        if !visibility.sees(Some(&found.party)) {
            return Err(AppError::refused(format!(
                "{} may not see the forecasts of {eui}, a User of another party; act for that party (--as person@party+user) or as analyst",
                ctx.actor
            )));
        }
        return Ok(found);
    }
    let own: Vec<User> =
        users.into_iter().filter(|u| Some(&u.party) == ctx.actor.party.as_ref()).collect();
    match own.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(AppError::usage(
            "name the User with --user EUI: the acting party has no registered User",
        )),
        several => Err(AppError::usage(format!(
            "name the User with --user EUI: the acting party has {}",
            several.iter().map(|u| u.eui.to_string()).collect::<Vec<_>>().join(", ")
        ))),
    }
}

/// One of the visible members.
pub(crate) fn member(members: &[Member], user: Eui64) -> Result<Member> {
    let text = user.to_string();
    members.iter().find(|m| m.user == text).cloned().ok_or_else(|| AppError::not_found(format!("no forecast is required of {user}: it holds no role that has to submit one (`northbound user show {user}`)")))
}

/// List submitted forecasts.
///
/// # Errors
/// Where the registers cannot be read.
pub fn list(
    ctx: &Context,
    kind: Option<ForecastKind>,
    user: Option<Eui64>,
    period: Option<Period>,
    withdrawn: bool,
) -> Result<Answer> {
    let store = ctx.store()?;
    let kept =
        ctx.gate(&store).list::<Forecast>(&Query { withdrawn, ..Query::as_at(ctx.as_at()) })?;
    let mut t = Table::new(
        "",
        &[
            "id",
            "kind",
            "user",
            "party",
            "submitted (UTC)",
            "first month",
            "last month",
            ">lines",
            "how",
            "by",
        ],
    );
    let mut records = Vec::new();
    for k in kept {
        let (r, months) = (&k.record, k.record.months());
        if kind.is_some_and(|x| x != r.kind)
            || user.is_some_and(|x| x != r.user)
            || period.is_some_and(|x| !months.contains(&x))
        {
            continue;
        }
        let text = |p: Option<&Period>| p.map(ToString::to_string).unwrap_or_default();
        t.row([
            k.id.clone(),
            r.kind.to_string(),
            r.user.to_string(),
            r.party.clone(),
            r.made.to_string(),
            text(months.first()),
            text(months.last()),
            r.lines.len().to_string(),
            r.how.to_string(),
            k.actor.clone(),
        ]);
        records.push(k);
    }
    Ok(Answer::new(json!({"records": records})).table(t))
}

/// Show one forecast with its lines.
///
/// # Errors
/// Where there is no such forecast, or it is not the Actor's to see.
pub fn show(ctx: &Context, id: &str) -> Result<Answer> {
    let store = ctx.store()?;
    let k = ctx.gate(&store).show::<Forecast>(id, ctx.as_at())?;
    let mut t = Table::new("", &["month", "SRV", "mode", ">count"]);
    for l in &k.record.lines {
        t.row([l.period.to_string(), l.srv.clone(), l.mode.clone(), l.count.to_string()]);
    }
    let r = &k.record;
    Ok(Answer::new(json!(k))
        .say(format!(
            "{} forecast of {} ({}), submitted {} ({}).{}",
            r.kind,
            r.user,
            r.party,
            r.made,
            r.how,
            if r.note.is_empty() { String::new() } else { format!(" {}", r.note) }
        ))
        .table(t))
}
