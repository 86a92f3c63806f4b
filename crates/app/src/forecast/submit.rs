//! Submitting a forecast, entered directly or made from the User's history with exceptions.

use super::{ActualsChoice, month, user, with_forecasts};
use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
};
use northbound_measures::forecast::{
    own::{self, Proposed},
    variance::UserVariance,
};
use northbound_packs::evidence::forecasts::{ActualsFrom, ForecastSources};
use northbound_registers::{
    AsAt, Gate, Query, Stored, Write,
    records::{
        forecasting::forecasts::{Forecast, ForecastLine, Made},
        participants::parties::User,
    },
};
use northbound_types::{Eui64, ForecastKind, Mode, Period, Utc};
use serde_json::json;
use std::collections::BTreeMap;

/// Months of history that are read: two years beside the year of the season.
pub(super) const HISTORY_MONTHS: i32 = 36;

/// Whole months for which the use of the last forecast is reported.
const USED_MONTHS: i32 = 3;

/// A forecast to submit.
#[derive(Debug, Clone)]
pub struct SubmitRequest {
    /// The User. Default: the only User of the acting party
    pub user: Option<Eui64>,
    /// Kind: sr (Service Requests) or csr (certificate requests)
    pub kind: ForecastKind,
    /// First month. Default: next month
    pub from: Option<Period>,
    /// Number of months. Default: as the rules require
    pub months: Option<u32>,
    /// Prefill every service that the User used from its own history
    pub from_history: bool,
    /// An exception: SRV:MODE:MONTH=N, or SRV:MODE=N for every month; single:MONTH=N for certificates
    pub set: Vec<String>,
    /// Leave a service out: SRV:MODE. It then has no forecast, which is not a forecast of zero
    pub leave_out: Vec<String>,
    /// Time of submission, for a forecast received on paper; only an analyst, operations or the secretary may give one. Default: now
    pub made: Option<Utc>,
    /// A note to the forecast
    pub note: String,
    /// See [`ActualsChoice`].
    pub actuals: ActualsChoice,
}

/// The months of a forecast.
fn months(a: &SubmitRequest, sources: &ForecastSources<'_>, now: Utc) -> Result<Vec<Period>> {
    let first = month(a.from.unwrap_or(now.day().month().next()))?;
    let n = match a.months {
        Some(n) => i32::try_from(n).unwrap_or(0),
        None => sources.rules.forecast_months(first.previous())?.len() as i32,
    };
    if !(1..=36).contains(&n) {
        return Err(AppError::usage(format!("--months {n}: give 1 to 36")));
    }
    Ok((0..n).map(|k| first.plus(k)).collect())
}

/// What a User's history proposes.
struct Proposals {
    lines: Vec<Proposed>,
    /// The newest month that is known, where it is older than the last whole month.
    stale: Option<(Period, Period)>,
}

impl Proposals {
    const NONE: Proposals = Proposals { lines: Vec::new(), stale: None };

    /// What to say about a history that ends early.
    fn note(&self) -> Option<String> {
        let (newest, last) = self.stale?;
        Some(format!(
            "The newest month of your requests that is known in full is {newest}, and the last whole month is {last}: the forecast is made from older months."
        ))
    }
}

/// Proposes each service for every month asked for. A history that ends before the last whole month
/// is used as far as it goes.
fn proposals(
    a: &SubmitRequest,
    who: &User,
    months: &[Period],
    sources: &ForecastSources<'_>,
) -> Result<Proposals> {
    let from = a.actuals.of(a.kind)?;
    let last = sources.as_at.day().month().previous();
    let actuals = sources.actuals(a.kind, (0..HISTORY_MONTHS).map(|n| last.plus(-n)), from)?;
    let held_out =
        usize::try_from(sources.rules.integer("forecast-held-out-months", sources.as_at.day())?)
            .unwrap_or(0);
    let history = own::history(&actuals, &who.eui.to_string(), last);
    let newest = history.keys().next_back().copied();
    // What is known of no month of the last year is no history to forecast from.
    let Some(newest) = newest.filter(|m| *m > last.plus(-12)) else { return Ok(Proposals::NONE) };
    let lines = own::prefill(&history, months, newest, held_out);
    let missing: Vec<String> = months
        .iter()
        .filter(|m| !lines.is_empty() && !lines.iter().any(|l| l.period == **m))
        .map(ToString::to_string)
        .collect();
    if !missing.is_empty() {
        return Err(AppError::input(format!(
            "the history proposes nothing for {}; enter these months with --set, or ask for fewer with --from and --months",
            missing.join(", ")
        )));
    }
    Ok(Proposals { lines, stale: (newest < last).then_some((newest, last)) })
}

/// `SRV:MODE[:MONTH]` or, for certificates, `SRV[:MONTH]`.
fn key(a: &SubmitRequest, text: &str) -> Result<(String, String, Option<Period>)> {
    let wrong = |why: &str| {
        AppError::usage(format!(
            "{text:?}: {why}; write {}",
            if a.kind == ForecastKind::Sr {
                "SRV:MODE:MONTH=N, such as 4.1.1:on-demand:2026-05=1200"
            } else {
                "single:MONTH=N or batched:MONTH=N"
            }
        ))
    };
    let parts: Vec<&str> = text.split(':').collect();
    let period = |t: &str| t.parse::<Period>().map_err(|e| wrong(&e.to_string())).and_then(month);
    match (a.kind, parts.as_slice()) {
        (ForecastKind::Sr, [srv, mode, rest @ ..]) if rest.len() < 2 => {
            mode.parse::<Mode>().map_err(|e| wrong(&e.to_string()))?;
            Ok((
                (*srv).to_owned(),
                (*mode).to_owned(),
                rest.first().map(|t| period(t)).transpose()?,
            ))
        }
        (ForecastKind::Csr, [srv, rest @ ..]) if rest.len() < 2 => {
            Ok(((*srv).to_owned(), String::new(), rest.first().map(|t| period(t)).transpose()?))
        }
        _ => Err(wrong("it has the wrong number of parts")),
    }
}

/// Lines by history and exceptions. An exception outside the months is refused: it would make a month
/// that names one service and leaves all others without a forecast.
fn lines(a: &SubmitRequest, months: &[Period], proposed: &[Proposed]) -> Result<Vec<ForecastLine>> {
    let mut by: BTreeMap<(Period, String, String), i64> = proposed
        .iter()
        .map(|p| ((p.period, p.line.srv.clone(), p.line.mode.clone()), p.count))
        .collect();
    for s in &a.set {
        let (text, n) = s.split_once('=').ok_or_else(|| {
            AppError::usage(format!("--set {s:?} has no count; write SRV:MODE:MONTH=N"))
        })?;
        let n: i64 = n
            .parse()
            .map_err(|_| AppError::usage(format!("--set {s:?}: {n:?} is not a whole number")))?;
        let (srv, mode, period) = key(a, text)?;
        if let Some(p) = period.filter(|p| !months.contains(p)) {
            return Err(AppError::usage(format!(
                "--set {s:?}: {p} is not one of the forecast months ({} to {}); give --from and --months",
                months.first().map(ToString::to_string).unwrap_or_default(),
                months.last().map(ToString::to_string).unwrap_or_default()
            )));
        }
        for p in months.iter().filter(|p| period.is_none_or(|x| x == **p)) {
            by.insert((*p, srv.clone(), mode.clone()), n);
        }
    }
    for s in &a.leave_out {
        let (srv, mode, period) = key(a, s)?;
        let before = by.len();
        by.retain(|(p, x, y), _| !(x == &srv && y == &mode && period.is_none_or(|q| q == *p)));
        if by.len() == before {
            return Err(AppError::usage(format!("--leave-out {s:?}: there is no such line")));
        }
    }
    Ok(by
        .into_iter()
        .map(|((period, srv, mode), count)| ForecastLine { period, srv, mode, count })
        .collect())
}

/// The lines of a forecast, with the way each count was made.
fn table(kind: ForecastKind, user: Eui64, lines: &[ForecastLine], proposed: &[Proposed]) -> Table {
    let mut t =
        Table::new("", &["kind", "user", "srv", "mode", "period", ">count", "way", "basis"]);
    for l in lines {
        let p = proposed.iter().find(|p| {
            p.period == l.period
                && p.line.srv == l.srv
                && p.line.mode == l.mode
                && p.count == l.count
        });
        t.row([
            kind.to_string(),
            user.to_string(),
            l.srv.clone(),
            l.mode.clone(),
            l.period.to_string(),
            l.count.to_string(),
            p.map_or_else(|| "typed".to_owned(), |p| p.way.to_string()),
            p.map(|p| p.basis.clone()).unwrap_or_default(),
        ]);
    }
    t
}

/// The submission that this one repeats: the User's newest, with the same lines and note, made after
/// the last due day that has passed. After a due day the same forecast counts as renewed.
fn repeated(
    record: &Forecast,
    sources: &ForecastSources<'_>,
    gate: &Gate<'_>,
) -> Result<Option<Stored<Forecast>>> {
    let sorted = |f: &Forecast| {
        let mut lines = f.lines.clone();
        lines.sort();
        lines
    };
    let newest = gate
        .list::<Forecast>(&Query::as_at(AsAt::NOW))?
        .into_iter()
        .filter(|k| k.record.user == record.user && k.record.kind == record.kind)
        .max_by_key(|k| (k.record.made, k.known));
    let Some(newest) = newest.filter(|k| {
        k.record.made <= record.made
            && k.record.note == record.note
            && sorted(&k.record) == sorted(record)
    }) else {
        return Ok(None);
    };
    let due = sources.rules.forecasts_due_before(record.made.day().month().next())?;
    let passed = due.into_iter().find(|d| d.end() <= record.made);
    Ok(passed.is_none_or(|d| newest.record.made >= d.end()).then_some(newest))
}

/// What [`submit`] would submit from history, with the way each count was made.
///
/// # Errors
/// Where the User or the months cannot be used, or ledger, rules or registers cannot be read.
pub fn prefill(ctx: &Context, a: &SubmitRequest) -> Result<Answer> {
    with_forecasts(ctx, |sources, gate| {
        let who = user(a.user, ctx, gate)?;
        let months = months(a, sources, sources.as_at)?;
        let proposals = proposals(a, &who, &months, sources)?;
        let proposed = &proposals.lines;
        let entries = lines(a, &months, proposed)?;
        let mut answer = Answer::new(json!({"kind": a.kind, "user": who.eui, "months": months, "proposed": proposed, "lines": entries}))
            .table(table(a.kind, who.eui, &entries, proposed));
        if let Some(note) = proposals.note() {
            answer = answer.then(note);
        }
        Ok(answer
            .then("Submit it with `northbound forecast submit --from-history`, or print it with --format csv, edit it and import it with `northbound forecast import FILE`."))
    })
}

/// Submits a forecast, from history, typed, or both.
///
/// # Errors
/// Where there is nothing to submit, an exception names no month of the forecast, or the gate refuses.
pub fn submit(ctx: &Context, a: &SubmitRequest) -> Result<Answer> {
    with_forecasts(ctx, |sources, gate| {
        let who = user(a.user, ctx, gate)?;
        let months = months(a, sources, ctx.now)?;
        let proposals =
            if a.from_history { proposals(a, &who, &months, sources)? } else { Proposals::NONE };
        let proposed = &proposals.lines;
        let lines = lines(a, &months, proposed)?;
        if lines.is_empty() {
            return Err(AppError::input(if a.from_history {
                format!(
                    "{} has no requests in the last year of data, so there is no history to forecast from; enter counts with --set, a forecast of zero as SRV:MODE=0",
                    who.eui
                )
            } else {
                "there is nothing to submit: give --set SRV:MODE:MONTH=N, or --from-history"
                    .to_owned()
            }));
        }
        let how = if a.from_history { Made::History } else { Made::Typed };
        let record = Forecast {
            kind: a.kind,
            user: who.eui,
            party: who.party.clone(),
            made: a.made.unwrap_or(ctx.now),
            how,
            lines,
            note: a.note.clone(),
        };
        // Whoever states a time of submission records a paper that came in; the gate decides who may.
        let earlier = if a.made.is_none() { repeated(&record, sources, gate)? } else { None };
        if let Some(earlier) = earlier {
            return Ok(Answer::new(json!({"receipt": null, "repeats": earlier.id, "lines": record.lines.len(), "proposed": proposed}))
                .say(format!("Forecast {}, submitted on {}, is the same and no due day has passed since: nothing was added.", earlier.id, earlier.record.made.day())));
        }
        let write = Write { known: Some(record.made), ..ctx.write() };
        let before = used(a, &who, sources)?;
        let receipt = gate.add(&record, &write)?;
        let uses = tell(sources, &record, &before)?;
        let did = if receipt.dry_run { "Dry run: would have submitted" } else { "Submitted" };
        let mut answer = Answer::new(json!({"receipt": receipt, "lines": record.lines.len(), "typed": a.set.len(), "used_for": uses.iter().collect::<Vec<_>>(), "proposed": proposed}))
            .say(format!("{did} forecast {}: {} lines for {} to {}, {} of them exceptions.", receipt.id, record.lines.len(), first(&record), last(&record), exceptions(&record, proposed)))
            .table(table(record.kind, record.user, &record.lines, proposed));
        for t in proposals.note().into_iter().chain(uses) {
            answer = answer.then(t);
        }
        Ok(answer)
    })
}

fn first(f: &Forecast) -> String {
    f.months().first().map(ToString::to_string).unwrap_or_default()
}

fn last(f: &Forecast) -> String {
    f.months().last().map(ToString::to_string).unwrap_or_default()
}

/// Lines that differ from what was proposed.
fn exceptions(f: &Forecast, proposed: &[Proposed]) -> usize {
    f.lines
        .iter()
        .filter(|l| {
            !proposed.iter().any(|p| {
                p.period == l.period
                    && p.line.srv == l.srv
                    && p.line.mode == l.mode
                    && p.count == l.count
            })
        })
        .count()
}

/// The last whole months of the User, with the forecast that was in force for each.
fn used(
    a: &SubmitRequest,
    who: &User,
    sources: &ForecastSources<'_>,
) -> Result<Vec<(Period, UserVariance)>> {
    let last = sources.as_at.day().month().previous();
    let months: Vec<Period> = (0..USED_MONTHS).rev().map(|n| last.plus(-n)).collect();
    let from = a.actuals.of(a.kind).unwrap_or(ActualsFrom::Stated);
    let f = sources.read(a.kind, &months, 0, from)?;
    let eui = who.eui.to_string();
    Ok(f.variances()
        .into_iter()
        .filter_map(|v| {
            v.users
                .into_iter()
                .find(|u| u.user == eui && u.submission.is_some())
                .map(|u| (v.period, u))
        })
        .collect())
}

/// What the forecast is used for, and what earlier ones were used for.
fn tell(
    sources: &ForecastSources<'_>,
    record: &Forecast,
    before: &[(Period, UserVariance)],
) -> Result<Vec<String>> {
    let mut out = Vec::new();
    if let Some(p) = record.months().first() {
        let (m, _) = sources.month(record.kind, *p)?;
        let user = record.user.to_string();
        let before = sources
            .submissions(record.kind)?
            .iter()
            .any(|s| s.user == user && s.months.contains_key(p) && s.made < m.due.end());
        let standing = if record.made < m.due.end() {
            "so it is on time"
        } else if before {
            "but an earlier forecast of yours for the month was on time; this one replaces it"
        } else {
            "so it is late"
        };
        out.push(format!("For {p} it was due by {}, {standing}. It is compared with your traffic in each month from then on; you are notified by the {} Working Day after the month.", m.due, nth(sources.rules.integer("user-report-due-working-days", p.first())?)));
        if !m.asked_for {
            out.push(format!("In {p} no {} forecast is required, only notice of exceptional demand (`northbound forecast notice add`).", record.kind));
        }
    }
    for (p, u) in before {
        let share = u
            .total
            .percent
            .as_ref()
            .map_or_else(|| u.total.why.clone(), |s| format!("you sent {s} % of it"));
        out.push(format!("Your last forecast for {p} was used in that month's variance: {share}."));
    }
    if before.is_empty() {
        out.push(
            "No earlier forecast of yours was in force in the last three whole months.".to_owned(),
        );
    }
    Ok(out)
}

fn nth(n: i64) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}
