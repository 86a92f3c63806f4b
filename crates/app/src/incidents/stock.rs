//! Stock and flow of incidents in a period, and the ages of the open ones.

use super::{
    events, incident_rules, known_lives, moment,
    view::{category, text},
};
use crate::{Answer, Context, Result, Table};
use northbound_measures::incidents::{
    Which,
    books::{Balance, age_bands, ages},
};
use northbound_packs::{
    data::incidents::{self, IncidentView},
    evidence::incidents::{self as recorded, HalfTakenFile},
};
use northbound_registers::{AsAt, Store};
use northbound_types::Period;
use serde_json::json;

/// Shown with a period that is not over.
const NOT_OVER: &str = "The period is not over: the open incidents are those open now.";

/// The incidents of a period with their stock and flow.
pub(super) fn view(
    ctx: &Context,
    store: &Store,
    period: Period,
    which: &Which,
) -> Result<IncidentView> {
    let stated = recorded::stated(&ctx.gate(store), AsAt::NOW, moment(ctx))?;
    let found = incidents::view(
        &events(ctx, store)?,
        &stated,
        &incident_rules(ctx, store)?,
        period,
        moment(ctx),
        which,
    );
    let files = ctx.gate(store).sources(AsAt::NOW)?;
    let half_taken =
        files.iter().filter(|k| k.live).filter_map(|k| HalfTakenFile::of(&k.record)).collect();
    Ok(IncidentView { half_taken, ..found })
}

/// An answer with a warning for each file of events that was taken only in part.
pub(super) fn marked(answer: Answer, v: &IncidentView) -> Answer {
    v.half_taken.iter().fold(answer, |a, f| a.then(format!("Warning: {}", f.warning())))
}

/// Stock and flow of a period, and what reports state of it; [`Answer::found`] where a report
/// contradicts the events.
///
/// # Errors
/// Where the registers or the rules cannot be read.
pub fn balance(ctx: &Context, period: Period, which: &Which) -> Result<Answer> {
    let store = ctx.store()?;
    let v = view(ctx, &store, period, which)?;
    let json = json!({"as_at": v.as_at, "period": period, "which": v.which, "balance": v.balance, "holds": v.balance.holds(), "by_category": v.by_category, "reports": v.reports, "half_taken": v.half_taken});
    let mut a = marked(Answer::new(json).table(balances(&v)), &v);
    if let Some(t) = reports(&v) {
        a = a.table(t);
    }
    if moment(ctx) < period.after().start() {
        a = a.then(NOT_OVER);
    }
    a.found = v.reports.iter().any(|r| !r.contradictions.is_empty());
    Ok(a)
}

/// Stock and flow by category.
pub(super) fn balances(v: &IncidentView) -> Table {
    let head = [
        "category",
        ">open at start",
        ">opened",
        ">first known",
        ">reopened",
        ">resolved",
        ">withdrawn",
        ">merged",
        ">open at end",
        ">closed",
    ];
    let mut t = Table::new("Stock and flow", &head);
    let mut row = |name: String, b: &Balance| {
        let counts = [
            b.opening,
            b.opened,
            b.appeared,
            b.reopened,
            b.resolved,
            b.withdrawn,
            b.merged,
            b.open,
            b.closed,
        ];
        t.row(std::iter::once(name).chain(counts.map(|n| n.to_string())));
    };
    for (c, b) in &v.by_category {
        row(category(*c), b);
    }
    row("all".to_owned(), &v.balance);
    t
}

/// What reports state, checked against the events; `None` where there is no report.
pub(super) fn reports(v: &IncidentView) -> Option<Table> {
    if v.reports.is_empty() {
        return None;
    }
    let mut t = Table::new("As stated in reports", &["report", "area", "finding", "assessment"]);
    for r in &v.reports {
        let mut row = |finding: &str, words: &str| {
            t.row([
                r.stated.id.clone(),
                r.stated.area.clone(),
                finding.to_owned(),
                words.to_owned(),
            ]);
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

/// List open incidents by age, oldest first.
///
/// # Errors
/// Where the registers cannot be read.
pub fn age(ctx: &Context, which: &Which) -> Result<Answer> {
    let store = ctx.store()?;
    let all = known_lives(ctx, &store)?;
    let open = ages(&all, moment(ctx), which);
    let head = [
        "incident",
        ">age (days)",
        "open since (UTC)",
        "category",
        "responsible",
        "escalated to",
        "title",
    ];
    let mut t = Table::new("", &head);
    for a in &open {
        let Some(l) = all.iter().find(|l| l.incident == a.incident) else { continue };
        t.row([
            a.incident.to_string(),
            a.days.to_string(),
            if a.exact { a.since.to_string() } else { format!("by {}", a.since) },
            category(l.category),
            text(l.responsible.as_ref()),
            text(l.escalated_to.as_ref()),
            l.title.clone(),
        ]);
    }
    let bands = age_bands(&open);
    let mut b = Table::new("By age", &["days", ">open"]);
    for (from, to, n) in &bands {
        let days = to.map_or_else(|| format!("{from} or more"), |t| format!("{from} to {t}"));
        b.row([days, n.to_string()]);
    }
    Ok(Answer::new(json!({"as_at": moment(ctx), "open": open, "bands": bands})).table(t).table(b))
}
