//! The variance of one or more months: for the group, the secretariat or one User.

use super::{
    cells::{cells, head, shown, table},
    own, pseudonyms, span_of,
};
use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    forecast::{ActualsChoice, View, member, view_of, with_forecasts},
};
use northbound_measures::{
    evaluate::coverage::Reliability,
    forecast::{
        grouped::{self, ClassCounts, GroupVariance},
        pseudonym::Pseudonyms,
        variance::{self, Span, UserVariance, Variance},
    },
};
use northbound_packs::{
    evidence::forecasts::{ForecastSources, SETTINGS},
    variance_report::remark,
};
use northbound_registers::Gate;
use northbound_types::{Eui64, ForecastKind, Period};
use serde_json::{Value, json};

/// Which months of the variance, for whom.
#[derive(Debug, Clone)]
pub struct MonthsRequest {
    /// Month
    pub period: Period,
    /// Number of months ending with this one, with their sums
    pub months: u32,
    /// Audience: group, secas or user. Default: group, or user for a User
    pub view: Option<View>,
    /// Only for this User (views secas and user)
    pub user: Option<Eui64>,
    /// Also by service (views secas and user)
    pub by_service: bool,
    /// Document id; pseudonyms are stable within one document. Default: kind and month
    pub document: Option<String>,
    /// See [`ActualsChoice`].
    pub actuals: ActualsChoice,
}

/// Forecasts in force against what came, month by month, and their sums.
///
/// # Errors
/// Where the view is not the Actor's to ask for, or ledger, rules or registers cannot be read.
pub fn months(ctx: &Context, kind: ForecastKind, a: &MonthsRequest) -> Result<Answer> {
    let periods = span_of(a.period, a.months)?;
    let view = view_of(a.view, ctx)?;
    if view == View::Group && (a.user.is_some() || a.by_service) {
        return Err(AppError::usage(
            "--user and --by-service would identify Users to the group; use --view secas or --view user",
        ));
    }
    with_forecasts(ctx, |sources, gate| {
        let mut f = sources.read(kind, &periods, 0, a.actuals.of(kind)?)?;
        let few = f.months.last().map_or(0, |(m, _)| m.small_below);
        if let Some(u) = a.user {
            let one = member(&f.members, u)?;
            f.members = vec![one];
        }
        if view == View::User {
            own(ctx, &mut f);
        }
        let variances = f.variances();
        let Some((m, _)) = f.months.last() else {
            return Err(AppError::internal("no month was read"));
        };
        let spans = variance::spans(&variances, m.low, m.high);
        let mut answer = if view == View::Group {
            let document = a.document.clone().unwrap_or_else(|| format!("{kind} {}", a.period));
            let names = pseudonyms(ctx, gate, &document, &f.members)?;
            group(kind, &variances, few, &names, &document)
        } else {
            named(kind, &variances, a.by_service)
        };
        // A span of few Users, or two whose difference is few, would stand open to the group.
        let small = |n: u64| n > 0 && n < few;
        let hidden = view == View::Group
            && (small(spans.0.pairs)
                || small(spans.1.pairs)
                || small(spans.0.pairs - spans.1.pairs));
        if let Some(o) = answer.json.as_object_mut() {
            o.insert("all_months".to_owned(), if hidden { Value::Null } else { json!(spans.0) });
            o.insert(
                "without_remarked".to_owned(),
                if hidden { Value::Null } else { json!(spans.1) },
            );
        }
        if !hidden && (a.months > 1 || !spans_agree(&spans)) {
            answer = answer.table(spans_table(&spans));
        }
        rests_on(remarks(answer, &variances), kind, sources, gate, ctx)
    })
}

/// Adds what is known of the reliability of each month, and the annotations.
fn remarks(mut answer: Answer, variances: &[Variance]) -> Answer {
    for v in variances {
        if let Some(s) = v.ground.sentence(v.period) {
            answer = answer.then(s);
        }
    }
    for v in variances.iter().filter(|v| !v.annotations.is_empty()) {
        answer = answer.then(format!(
            "Remark on {}: {}. The month is included; sums are given with and without it.",
            v.period,
            v.annotations.join("; ")
        ));
    }
    answer
}

fn spans_agree(s: &(Span, Span)) -> bool {
    s.0.months == s.1.months
}

/// Adds the unconfirmed rules on which it is based.
fn rests_on(
    mut answer: Answer,
    kind: ForecastKind,
    sources: &ForecastSources<'_>,
    gate: &Gate<'_>,
    ctx: &Context,
) -> Result<Answer> {
    let open = sources.rules.unconfirmed(&gate.confirmed(ctx.as_at())?);
    let own = [format!("{kind}-forecast-rule"), format!("{kind}-forecast-roles")];
    let ids: Vec<String> = open
        .into_iter()
        .map(|i| i.id)
        .filter(|i| {
            i.strip_prefix("setting/")
                .is_some_and(|k| SETTINGS.contains(&k) || own.iter().any(|o| o == k))
        })
        .collect();
    if let Some(o) = answer.json.as_object_mut() {
        o.insert("unconfirmed".to_owned(), json!(ids));
    }
    if !ids.is_empty() {
        answer = answer.then(format!(
            "Provisional: based on {} unconfirmed rules ({}).",
            ids.len(),
            ids.iter().map(|i| i.trim_start_matches("setting/")).collect::<Vec<_>>().join(", ")
        ));
    }
    Ok(answer)
}

fn named(kind: ForecastKind, months: &[Variance], by_service: bool) -> Answer {
    let mut t = table("", head(&["month", "user", "party", "class", "forecast given"]));
    t.columns.push("remark".to_owned());
    let mut lines = table("By service", head(&["month", "user", "SRV", "mode", "forecast given"]));
    for v in months {
        for u in &v.users {
            let mut row = vec![
                v.period.to_string(),
                u.user.clone(),
                u.party.clone(),
                u.class.clone(),
                u.standing.words().to_owned(),
            ];
            row.extend(cells(&u.total, &v.ground));
            row.push(remark(u));
            t.rows.push(row);
            for l in &u.lines {
                let mut row = vec![
                    v.period.to_string(),
                    u.user.clone(),
                    l.line.srv.clone(),
                    l.line.mode.clone(),
                    l.standing.words().to_owned(),
                ];
                row.extend(cells(&l.compared, &v.ground));
                lines.rows.push(row);
            }
        }
    }
    let mut answer = Answer::new(json!({"kind": kind, "months": months})).say(due(months));
    // As CSV the first table is printed: the one asked for.
    if by_service {
        answer = answer.table(lines);
    }
    answer.table(t)
}

fn due(months: &[Variance]) -> String {
    months
        .last()
        .map(|v| {
            format!(
                "Forecasts for {} were due by {}; each User is notified of its actuals by {}.",
                v.period, v.due, v.report_due
            )
        })
        .unwrap_or_default()
}

fn group(
    kind: ForecastKind,
    months: &[Variance],
    few: u64,
    names: &Pseudonyms,
    document: &str,
) -> Answer {
    let views: Vec<(&Variance, GroupVariance)> =
        months.iter().map(|v| (v, grouped::make(v, few, names))).collect();
    let withheld = views.iter().any(|(_, g)| g.counts.list_withheld);
    let all_withheld = views.iter().all(|(_, g)| g.counts.list_withheld);
    let mut users = table(
        "By User, under pseudonyms of this document",
        head(&["month", "user", "forecast given"]),
    );
    let mut answer = Answer::new(Value::Null).say(due(months));
    let mut list = Vec::new();
    for (v, g) in &views {
        answer = answer.table(class_table(v.period, &g.counts));
        let shown_users: &[UserVariance] = &g.users;
        for u in shown_users {
            let mut row = vec![v.period.to_string(), u.user.clone(), u.standing.words().to_owned()];
            row.extend(cells(&u.total, &v.ground));
            users.rows.push(row);
        }
        list.push(json!({"period": v.period, "due": v.due, "report_due": v.report_due, "annotations": v.annotations, "ground": v.ground, "counts": g.counts, "users": shown_users}));
    }
    answer.json =
        json!({"kind": kind, "document": document, "list_withheld": withheld, "months": list});
    if !all_withheld {
        answer = answer.table(users);
    }
    if withheld {
        answer = answer.then("No list of Users is given for a month in which, together with the counts by class, it would identify a User.");
    }
    answer.then(format!("[c]: counts of fewer than {few} are hidden, and any total that would reveal them. `--view secas` names the Users."))
}

fn class_table(period: Period, c: &ClassCounts) -> Table {
    let mut t = table(
        &format!("Users by class, {period}"),
        std::iter::once("class".to_owned())
            .chain(c.places.iter().map(|p| format!(">{}", p.words())))
            .collect(),
    );
    for (name, n) in &c.classes {
        t.rows.push(std::iter::once(name.clone()).chain(n.iter().map(|n| shown(*n))).collect());
    }
    t.rows.push(std::iter::once("all".to_owned()).chain(c.all.iter().map(|n| shown(*n))).collect());
    t
}

fn spans_table((all, without): &(Span, Span)) -> Table {
    let mut t = table(
        "Sums over the months, of Users with a forecast and a known actual",
        head(&[
            "months",
            ">how many",
            ">without reliable actual",
            ">forecasts compared with actuals",
        ]),
    );
    for (name, s) in [("all", all), ("without months with remarks", without)] {
        let mut row = vec![
            name.to_owned(),
            s.months.len().to_string(),
            s.without_actual.len().to_string(),
            s.pairs.to_string(),
        ];
        row.extend(cells(&s.compared, &Reliability::default()));
        t.rows.push(row);
    }
    t
}
