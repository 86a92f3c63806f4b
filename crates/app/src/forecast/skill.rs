//! The error of forecasts compared with naive ones (F4).

use super::{
    ActualsChoice, View, member, month, submit::HISTORY_MONTHS, user, view_of, with_forecasts,
};
use crate::{
    answer::{Answer, Table, count},
    context::Context,
    error::Result,
    variance::pseudonyms,
};
use northbound_measures::forecast::{Month, skill};
use northbound_types::{Eui64, ForecastKind, Period};
use serde_json::json;

/// Whose forecasts of which months.
#[derive(Debug, Clone)]
pub struct SkillRequest {
    /// Kind of forecast
    pub kind: ForecastKind,
    /// Last month
    pub period: Period,
    /// Number of months, ending with the last
    pub months: u32,
    /// Audience. Default: group, or for a User its own data
    pub view: Option<View>,
    /// Only for this User
    pub user: Option<Eui64>,
    /// Document id; pseudonyms are stable within one document
    pub document: Option<String>,
    /// See [`ActualsChoice`].
    pub actuals: ActualsChoice,
}

/// Sums of the errors of submitted forecasts, beside those of naive ones.
///
/// # Errors
/// Where the view is not the Actor's to ask for, or ledger, rules or registers cannot be read.
pub fn skill(ctx: &Context, a: &SkillRequest) -> Result<Answer> {
    let last = month(a.period)?;
    let months: Vec<Period> = (0..i32::try_from(a.months.clamp(1, 36)).unwrap_or(1))
        .rev()
        .map(|n| last.plus(-n))
        .collect();
    let view = view_of(a.view, ctx)?;
    with_forecasts(ctx, |sources, gate| {
        let f = sources.read(a.kind, &months, HISTORY_MONTHS, a.actuals.of(a.kind)?)?;
        let held_out =
            usize::try_from(sources.rules.integer("forecast-held-out-months", last.first())?)
                .unwrap_or(0);
        let terms: Vec<Month> = f.months.iter().map(|m| m.0.clone()).collect();
        let members = match a.user {
            Some(u) => vec![member(&f.members, user(Some(u), ctx, gate)?.eui)?],
            None => f.members.clone(),
        };
        let mut found: Vec<_> = members
            .iter()
            .map(|m| skill::of(&terms, m, &f.submissions, &f.actuals, held_out))
            .filter(|s| s.errors.lines + s.without_history + s.without_actual > 0)
            .collect();
        let mut all = skill::Errors::default();
        for s in &found {
            all = all.plus(&s.errors);
        }
        if view == View::Group {
            let names = pseudonyms(
                ctx,
                gate,
                a.document.as_deref().unwrap_or(&format!("skill {last}")),
                &f.members,
            )?;
            for s in &mut found {
                s.user = names.of(&s.user).unwrap_or("a User").to_owned();
                s.class.clear();
            }
            found.sort_by(|x, y| x.user.cmp(&y.user));
        }
        let t = table(&found, &all);
        Ok(Answer::new(json!({"kind": a.kind, "months": months, "users": found, "all": {"errors": all, "findings": all.findings()}}))
            .say(format!("Sums of absolute errors over {} to {last}, over the lines for which all four have a number.", months.first().copied().unwrap_or(last))).table(t))
    })
}

/// The errors of each User, and of all together where there are several.
fn table(found: &[skill::Skill], all: &skill::Errors) -> Table {
    let mut t = Table::new(
        "",
        &[
            "user",
            ">lines",
            ">requests",
            ">error: submitted",
            ">error: last month",
            ">error: year before",
            ">error: our own",
            ">without history",
            ">without actual",
            "finding",
        ],
    );
    let sum = |n: Option<u64>| n.map_or_else(String::new, count);
    let row = |name: &str, e: &skill::Errors, none: [u64; 2], findings: &[String]| {
        vec![
            name.to_owned(),
            count(e.lines),
            e.actual.map_or_else(String::new, |n| n.to_string()),
            sum(e.submitted),
            sum(e.last_month),
            sum(e.same_season),
            sum(e.own),
            count(none[0]),
            count(none[1]),
            findings.join("; "),
        ]
    };
    for s in found {
        t.row(row(&s.user, &s.errors, [s.without_history, s.without_actual], &s.findings));
    }
    if found.len() > 1 {
        t.row(row(
            "all",
            all,
            [
                found.iter().map(|s| s.without_history).sum(),
                found.iter().map(|s| s.without_actual).sum(),
            ],
            &all.findings(),
        ));
    }
    t
}
