//! Notices of exceptional demand, where the rules require these instead of forecasts.

use super::{ActualsChoice, View, month, user, view_of, with_forecasts};
use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    registers::view,
    variance::pseudonyms,
};
use northbound_measures::forecast::notice;
use northbound_packs::evidence::forecasts::ForecastSources;
use northbound_registers::{Query, Write, records::forecasting::forecast_notes::ForecastNotice};
use northbound_rules::setting_words::ForecastRule;
use northbound_types::{Eui64, ForecastKind, Period, Ratio};
use serde_json::json;
use std::collections::BTreeSet;

/// A notice to give.
#[derive(Debug, Clone)]
pub struct NoticeRequest {
    /// The User. Default: the only User of the acting party
    pub user: Option<Eui64>,
    /// Kind of request
    pub kind: ForecastKind,
    /// Month of the demand
    pub period: Period,
    /// Number of requests expected in the month
    pub count: i64,
    /// Reason for the exceptional demand
    pub text: String,
    /// See [`ActualsChoice`].
    pub actuals: ActualsChoice,
}

/// Which month is checked, for whom.
#[derive(Debug, Clone)]
pub struct CheckRequest {
    /// Kind of request
    pub kind: ForecastKind,
    /// Month
    pub period: Period,
    /// Audience. Default: group, or for a User its own data
    pub view: Option<View>,
    /// Document id; pseudonyms are stable within one document
    pub document: Option<String>,
    /// See [`ActualsChoice`].
    pub actuals: ActualsChoice,
}

/// Share and window of the rule on a month.
fn rule(
    sources: &ForecastSources<'_>,
    kind: ForecastKind,
    period: Period,
) -> Result<(bool, Ratio, u32)> {
    let (r, day) = (sources.rules, period.first());
    let rule: ForecastRule = r.word(&format!("{kind}-forecast-rule"), day)?;
    Ok((
        rule == ForecastRule::Notice,
        r.fraction("notice-above", day)?,
        u32::try_from(r.integer("notice-average-months", day)?).unwrap_or(1),
    ))
}

fn not_asked(kind: ForecastKind, period: Period) -> String {
    format!(
        "in {period} the rules require {kind} forecasts, not notices: the setting {kind}-forecast-rule switches between the two from a given day"
    )
}

/// Gives notice of exceptional demand.
///
/// # Errors
/// If the rules of the month require forecasts and not notices, or the gate refuses.
pub fn add(ctx: &Context, a: &NoticeRequest) -> Result<Answer> {
    with_forecasts(ctx, |sources, gate| {
        let period = month(a.period)?;
        let who = user(a.user, ctx, gate)?;
        let (asked, above, window) = rule(sources, a.kind, period)?;
        if !asked {
            return Err(AppError::refused(not_asked(a.kind, period)));
        }
        let from = a.actuals.of(a.kind)?;
        let actuals = sources.actuals(
            a.kind,
            (1..=i32::try_from(window).unwrap_or(0)).map(|n| period.plus(-n)),
            from,
        )?;
        let average = notice::average(&actuals, &who.eui.to_string(), period, window);
        let record = ForecastNotice {
            kind: a.kind,
            user: who.eui,
            party: who.party,
            period,
            count: a.count,
            text: a.text.clone(),
            made: ctx.now,
        };
        let receipt = gate.add(&record, &Write { known: Some(ctx.now), ..ctx.write() })?;
        let said = match (average.exceeded_by(a.count, above), average.threshold(above)) {
            (Some(true), Some(t)) => format!(
                "{} is exceptional: it is above {t}, the limit computed from the last {} known months{}.",
                a.count,
                average.months,
                left_out(&average)
            ),
            (Some(false), Some(t)) => format!(
                "{} is not exceptional: notice is required only above {t}, the limit computed from the last {} known months{}.",
                a.count,
                average.months,
                left_out(&average)
            ),
            _ => "No earlier month is known, so whether that is exceptional cannot be determined."
                .to_owned(),
        };
        Ok(view::receipt(&receipt).then(said))
    })
}

/// Notices given, of one month or all.
///
/// # Errors
/// Where the registers cannot be read.
pub fn list(ctx: &Context, period: Option<Period>) -> Result<Answer> {
    let store = ctx.store()?;
    let notices =
        ctx.gate(&store).list::<ForecastNotice>(&Query { period, ..Query::as_at(ctx.as_at()) })?;
    let mut t = Table::new(
        "",
        &["id", "kind", "user", "party", "month", ">expected", "given (UTC)", "what"],
    );
    for k in &notices {
        let r = &k.record;
        t.row([
            k.id.clone(),
            r.kind.to_string(),
            r.user.to_string(),
            r.party.clone(),
            r.period.to_string(),
            r.count.to_string(),
            r.made.to_string(),
            r.text.clone(),
        ]);
    }
    Ok(Answer::new(json!({"records": notices})).table(t))
}

/// Whose demand was exceptional in a month, and who had given notice.
///
/// # Errors
/// If the rules of the month require no notices, or the Actor may not use the view.
pub fn check(ctx: &Context, a: &CheckRequest) -> Result<Answer> {
    let period = month(a.period)?;
    let view = view_of(a.view, ctx)?;
    with_forecasts(ctx, |sources, gate| {
        let (asked, above, window) = rule(sources, a.kind, period)?;
        if !asked {
            return Err(AppError::refused(not_asked(a.kind, period)));
        }
        let f = sources.read(
            a.kind,
            &[period],
            i32::try_from(window).unwrap_or(0),
            a.actuals.of(a.kind)?,
        )?;
        let notices = gate
            .list::<ForecastNotice>(&Query { period: Some(period), ..Query::as_at(ctx.as_at()) })?;
        let given: BTreeSet<String> = notices
            .into_iter()
            .filter(|k| k.record.kind == a.kind && k.record.made < period.first().start())
            .map(|k| k.record.user.to_string())
            .collect();
        let mut rows =
            notice::check(&f.actuals, &f.members, period, window, above, &|u| given.contains(u));
        if view == View::Group {
            let names = pseudonyms(
                ctx,
                gate,
                a.document.as_deref().unwrap_or(&format!("notice {period}")),
                &f.members,
            )?;
            for r in &mut rows {
                r.user = names.of(&r.user).unwrap_or("a User").to_owned();
                r.party.clear();
                r.class.clear();
            }
            rows.sort_by(|x, y| x.user.cmp(&y.user));
        }
        let t = table(&rows);
        Ok(Answer::new(json!({"kind": a.kind, "period": period, "above": above, "window_months": window, "users": rows})).table(t))
    })
}

/// How many months an average leaves out, because they are not known (M7).
fn left_out(average: &notice::Average) -> String {
    match average.window.saturating_sub(average.months) {
        0 => String::new(),
        n => format!("; {n} of {} are not known and are left out", average.window),
    }
}

/// The finding on each User.
fn table(rows: &[notice::NoticeRow]) -> Table {
    let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
    let mut t = Table::new(
        "",
        &[
            "user",
            "party",
            ">months known",
            ">months left out",
            ">limit",
            ">actual",
            "notice",
            "finding",
        ],
    );
    for r in rows {
        t.row([
            r.user.clone(),
            r.party.clone(),
            r.average.months.to_string(),
            r.average.window.saturating_sub(r.average.months).to_string(),
            number(r.threshold),
            number(r.actual),
            if r.notice { "given" } else { "" }.to_owned(),
            r.finding.clone(),
        ]);
    }
    t
}
