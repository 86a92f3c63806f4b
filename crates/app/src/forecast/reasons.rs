//! Why no forecast was submitted (F3). The group is shown no name of a User who did not agree.

use super::{View, month, user, view_of};
use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    registers::{self, view},
    variance::pseudonyms,
};
use northbound_measures::forecast::{Member, pseudonym::Pseudonyms, suppress::hide};
use northbound_registers::{
    Gate, Query, Stored,
    records::{forecasting::forecast_notes::ForecastReason, participants::parties::Party},
};
use northbound_types::{Day, Eui64, ForecastKind, Period};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// A reason to record.
#[derive(Debug, Clone)]
pub struct ReasonRequest {
    /// The User. Default: the only User of the acting party
    pub user: Option<Eui64>,
    /// Kind of forecast
    pub kind: ForecastKind,
    /// The month without a forecast
    pub period: Period,
    /// Reason code, from the setting forecast-reason-codes
    pub code: String,
    /// Text of the reason
    pub text: String,
    /// What would help the User to forecast
    pub idea: String,
    /// Date of the contact. Default: today
    pub contacted: Option<Day>,
    /// Channel: call, mail or meeting
    pub channel: String,
    /// The User agreed to be named to the group
    pub may_be_named: bool,
}

/// Which reasons to show.
#[derive(Debug, Clone)]
pub struct ReasonFilter {
    /// Only for this month
    pub period: Option<Period>,
    /// Only of this kind
    pub kind: Option<ForecastKind>,
    /// Audience. Default: group, or for a User its own data
    pub view: Option<View>,
    /// Document id; pseudonyms are stable within one document
    pub document: Option<String>,
}

/// Records why a User submitted no forecast.
///
/// # Errors
/// Where the code is not one of the setting `forecast-reason-codes`, or the gate refuses.
pub fn note(ctx: &Context, a: &ReasonRequest) -> Result<Answer> {
    let codes = ctx.rules()?.list("forecast-reason-codes", ctx.now.day())?.to_vec();
    if !codes.contains(&a.code) {
        return Err(AppError::usage(format!(
            "--code {:?} is not one of the codes {}; the setting forecast-reason-codes defines them",
            a.code,
            codes.join(", ")
        )));
    }
    let store = ctx.store()?;
    let who = user(a.user, ctx, &ctx.gate(&store))?;
    let receipt = registers::add(
        ctx,
        &ForecastReason {
            kind: a.kind,
            user: who.eui,
            party: who.party,
            period: month(a.period)?,
            code: a.code.clone(),
            text: a.text.clone(),
            idea: a.idea.clone(),
            contacted: a.contacted.unwrap_or(ctx.now.day()),
            channel: a.channel.clone(),
            agreed_to_be_named: a.may_be_named,
        },
    )?;
    Ok(view::receipt(&receipt))
}

fn reasons(
    a: &ReasonFilter,
    ctx: &Context,
    gate: &Gate<'_>,
) -> Result<Vec<Stored<ForecastReason>>> {
    let all =
        gate.list::<ForecastReason>(&Query { period: a.period, ..Query::as_at(ctx.as_at()) })?;
    Ok(all.into_iter().filter(|k| a.kind.is_none_or(|x| x == k.record.kind)).collect())
}

/// Reasons given; the group sees codes under pseudonyms unless a User agreed to be named.
///
/// # Errors
/// Where the view is not the Actor's to ask for, or the registers cannot be read.
pub fn list(ctx: &Context, a: &ReasonFilter) -> Result<Answer> {
    let (view, store) = (view_of(a.view, ctx)?, ctx.store()?);
    let gate = ctx.gate(&store);
    let reasons = reasons(a, ctx, &gate)?;
    let users: BTreeSet<String> = reasons.iter().map(|k| k.record.user.to_string()).collect();
    let named = if view == View::Group {
        Some(pseudonyms_of(
            ctx,
            &gate,
            a.document.as_deref().unwrap_or("forecast reasons"),
            &users,
        )?)
    } else {
        None
    };
    let mut t = Table::new(
        "",
        &["user", "kind", "month", "code", "text", "what would help", "contacted", "by"],
    );
    let mut lines = Vec::new();
    for k in &reasons {
        let r = &k.record;
        // What somebody wrote may tell who it is; only the code goes to the group.
        let masked = named.as_ref().filter(|_| !r.agreed_to_be_named);
        let who = masked.map_or_else(
            || r.user.to_string(),
            |n| n.of(&r.user.to_string()).unwrap_or("a User").to_owned(),
        );
        let (text, idea) = if masked.is_some() {
            (String::new(), String::new())
        } else {
            (r.text.clone(), r.idea.clone())
        };
        t.row([
            who.clone(),
            r.kind.to_string(),
            r.period.to_string(),
            r.code.clone(),
            text.clone(),
            idea.clone(),
            r.contacted.to_string(),
            r.channel.clone(),
        ]);
        lines.push(json!({"id": masked.is_none().then_some(&k.id), "user": who, "party": masked.is_none().then_some(&r.party), "kind": r.kind, "period": r.period, "code": r.code, "text": text, "idea": idea, "contacted": r.contacted, "channel": r.channel}));
    }
    Ok(Answer::new(json!({"reasons": lines})).table(t))
}

fn pseudonyms_of(
    ctx: &Context,
    gate: &Gate<'_>,
    document: &str,
    users: &BTreeSet<String>,
) -> Result<Pseudonyms> {
    let members: Vec<_> = users
        .iter()
        .map(|u| Member {
            user: u.clone(),
            party: String::new(),
            class: String::new(),
            held: Vec::new(),
        })
        .collect();
    pseudonyms(ctx, gate, document, &members)
}

/// How often which reason was given, by class; small counts are hidden from the group.
///
/// # Errors
/// As [`list`].
pub fn counts(ctx: &Context, a: &ReasonFilter) -> Result<Answer> {
    let (view, store) = (view_of(a.view, ctx)?, ctx.store()?);
    let gate = ctx.gate(&store);
    let classes: BTreeMap<String, String> = gate
        .list::<Party>(&Query::as_at(ctx.as_at()))?
        .into_iter()
        .map(|k| (k.record.id, k.record.category))
        .collect();
    let mut by: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let mut codes: BTreeSet<String> = BTreeSet::new();
    for k in reasons(a, ctx, &gate)? {
        let class = classes.get(&k.record.party).cloned().unwrap_or_else(|| "unknown".to_owned());
        codes.insert(k.record.code.clone());
        *by.entry(class).or_default().entry(k.record.code).or_default() += 1;
    }
    let codes: Vec<String> = codes.into_iter().collect();
    let grid: Vec<Vec<u64>> = by
        .values()
        .map(|row| codes.iter().map(|c| row.get(c).copied().unwrap_or(0)).collect())
        .collect();
    let rules = ctx.rules()?;
    let below = if view == View::Group {
        u64::try_from(rules.integer("small-cell-below", ctx.now.day())?).unwrap_or(0)
    } else {
        0
    };
    let hidden = hide(&grid, below);
    let cell = |n: u64, h: bool| if h { "[c]".to_owned() } else { n.to_string() };
    let mut head = vec!["class".to_owned()];
    head.extend(codes.iter().map(|c| format!(">{c}")));
    let mut t = Table { title: String::new(), columns: head, ..Table::default() };
    let mut lines = Vec::new();
    let sums: Vec<u64> =
        (0..codes.len()).map(|c| grid.iter().filter_map(|r| r.get(c)).sum()).collect();
    let mut put = |name: &str, counts: &[u64], hidden: &[bool]| {
        t.rows.push(
            std::iter::once(name.to_owned())
                .chain(counts.iter().zip(hidden).map(|(n, h)| cell(*n, *h)))
                .collect(),
        );
        lines.push(json!({"class": name, "counts": codes.iter().zip(counts.iter().zip(hidden)).map(|(c, (n, h))| (c.clone(), json!((!h).then_some(n)))).collect::<serde_json::Map<_, _>>()}));
    };
    for (name, (row, h)) in by.keys().zip(grid.iter().zip(&hidden.cells)) {
        put(name, row, h);
    }
    if !grid.is_empty() {
        put("all", &sums, &hidden.sums);
    }
    let mut answer =
        Answer::new(json!({"codes": codes, "counts": lines, "small_below": below})).table(t);
    if !hidden.none() {
        answer = answer.then(format!(
            "[c]: counts of fewer than {below} are hidden, and any total that would reveal them."
        ));
    }
    Ok(answer)
}
