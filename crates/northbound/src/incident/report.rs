//! Stock and flow, ages, and the report as a document.

use super::{ReportArgs, WhichArgs, events, judging, known_lives, moment, show::category};
use crate::{
    context::Ctx,
    error::Result,
    evidence,
    output::{Answer, Table},
};
use northbound_measures::incidents::{
    Which,
    books::{Balance, age_bands, ages},
};
use northbound_packs::{
    Formats,
    assemble::incidents::sum_in_words,
    data::incidents::{self, IncidentView},
    evidence::incidents as kept,
    incident_report, render_all,
};
use northbound_registers::{AsAt, Store};
use northbound_types::Period;
use serde_json::json;

/// What an answer calls an open period.
const SO_FAR: &str = "The period is not over at this time: what is open is open now.";

fn books(v: &IncidentView) -> Table {
    let mut t = Table::new(
        "Stock and flow",
        &[
            "category",
            ">open at start",
            ">opened",
            ">first heard of",
            ">reopened",
            ">resolved",
            ">withdrawn",
            ">merged",
            ">open at end",
            ">closed",
        ],
    );
    let mut row = |name: String, b: &Balance| {
        let n = [
            b.opening,
            b.opened,
            b.appeared,
            b.reopened,
            b.resolved,
            b.withdrawn,
            b.merged,
            b.open,
            b.closed,
        ]
        .map(|n| n.to_string());
        t.row(std::iter::once(name).chain(n));
    };
    for (c, b) in &v.by_category {
        row(category(*c), b);
    }
    row("all".to_owned(), &v.balance);
    t
}

fn reports(v: &IncidentView) -> Option<Table> {
    if v.reports.is_empty() {
        return None;
    }
    let mut t = Table::new("As reports state it", &["report", "area", "finding", "in words"]);
    for r in &v.reports {
        let mut row = |what: &str, words: &str| {
            t.row([r.stated.id.clone(), r.stated.area.clone(), what.to_owned(), words.to_owned()])
        };
        if let Some(i) = r.implied.as_ref().filter(|i| i.least >= 0) {
            row("opening", &i.words);
        }
        row(
            "identified",
            &format!(
                "{} of the {} open are identified, {} unknown",
                r.identified, r.stated.open, r.unknown
            ),
        );
        for c in &r.contradictions {
            row("contradiction", c);
        }
        if let Some(s) = &r.since {
            row("since", &s.words);
        }
    }
    Some(t)
}

fn make(ctx: &Ctx, store: &Store, period: Period, which: &Which) -> Result<IncidentView> {
    let stated = kept::stated(&ctx.gate(store), AsAt::NOW, moment(ctx))?;
    Ok(incidents::view(
        &events(ctx, store)?,
        &stated,
        &judging(ctx, store)?,
        period,
        moment(ctx),
        which,
    ))
}

pub(super) fn balance(period: Period, which: &WhichArgs, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let v = make(ctx, &store, period, &which.which())?;
    let mut a = Answer::new(json!({"as_at": v.as_at, "period": period, "which": v.which, "balance": v.balance, "holds": v.balance.holds(), "by_category": v.by_category, "reports": v.reports})).table(books(&v));
    if let Some(t) = reports(&v) {
        a = a.table(t);
    }
    if moment(ctx) < period.after().start() {
        a = a.then(SO_FAR);
    }
    a.found = v.reports.iter().any(|r| !r.contradictions.is_empty());
    Ok(a)
}

pub(super) fn age(which: &WhichArgs, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let all = known_lives(ctx, &store)?;
    let list = ages(&all, moment(ctx), &which.which());
    let mut t = Table::new(
        "",
        &[
            "incident",
            ">age (days)",
            "open since (UTC)",
            "category",
            "responsible",
            "escalated to",
            "title",
        ],
    );
    for (a, l) in
        list.iter().filter_map(|a| all.iter().find(|l| l.incident == a.incident).map(|l| (a, l)))
    {
        t.row([
            a.incident.to_string(),
            a.days.to_string(),
            if a.exact { a.since.to_string() } else { format!("by {}", a.since) },
            category(l.category),
            l.responsible.clone().unwrap_or_default(),
            l.escalated_to.clone().unwrap_or_default(),
            l.title.clone(),
        ]);
    }
    let bands = age_bands(&list);
    let mut b = Table::new("By age", &["days", ">open"]);
    for (from, to, n) in &bands {
        b.row([
            to.map_or_else(|| format!("{from} and more"), |t| format!("{from} to {t}")),
            n.to_string(),
        ]);
    }
    Ok(Answer::new(json!({"as_at": moment(ctx), "open": list, "bands": bands})).table(t).table(b))
}

pub(super) fn report(a: &ReportArgs, ctx: &Ctx) -> Result<Answer> {
    let store = ctx.store()?;
    let which = Which {
        area: Some(a.area.clone()).filter(|x| x != "all"),
        provider: a.provider.clone(),
        category: None,
    };
    let v = make(ctx, &store, a.period, &which)?;
    let files = kept::arrivals(&ctx.gate(&store), AsAt::NOW, moment(ctx))?;
    let about_files = which.area.as_deref() == Some("registration-data");
    let mut came = if about_files {
        incidents::arrivals(&ctx.rules()?, &files, a.period, moment(ctx))?
    } else {
        Vec::new()
    };
    came.retain(|l| a.provider.as_ref().is_none_or(|p| *p == l.provider));
    let title = if about_files {
        "Registration Data Provider incident report".to_owned()
    } else {
        format!("Incident report: {}", a.area)
    };
    let files = match a.out.as_ref().filter(|_| !ctx.dry_run) {
        Some(out) => {
            let e = evidence::gather(ctx, &store, a.period, None, &mut ctx.progress())?;
            render_all(&incident_report::document(&e, &v, &came, &title), out, Formats::all())?
        }
        None => Vec::new(),
    };
    let mut list = Table::new(
        "Incidents",
        &["incident", "state", "category", "provider", "escalated to", "title"],
    );
    for l in &v.incidents {
        list.row([
            l.incident.to_string(),
            l.state.to_string(),
            category(l.category),
            l.provider.clone().unwrap_or_default(),
            l.escalated_to.clone().unwrap_or_default(),
            l.title.clone(),
        ]);
    }
    let mut answer =
        Answer::new(json!({"title": title, "view": v, "arrivals": came, "files": files}))
            .say(format!("{title}, {}, as at {}: {}.", a.period, v.as_at, sum_in_words(&v.balance)))
            .table(list)
            .table(books(&v));
    if let Some(t) = reports(&v) {
        answer = answer.table(t);
    }
    if !came.is_empty() {
        let mut t = Table::new(
            "Registration files",
            &[
                "provider",
                "layout",
                ">due",
                ">in time",
                ">late",
                ">missing",
                ">duplicates",
                ">out of order",
                ">refused",
            ],
        );
        for l in &came {
            t.row(
                [l.provider.clone(), l.layout.clone()].into_iter().chain(
                    [l.due, l.in_time, l.late, l.missing, l.duplicates, l.out_of_order, l.rejected]
                        .map(|n| n.to_string()),
                ),
            );
        }
        answer = answer.table(t);
    }
    if let Some(out) = a.out.as_ref().filter(|_| !ctx.dry_run) {
        answer = answer.then(format!("Written to {}.", out.display()));
    }
    Ok(answer)
}
