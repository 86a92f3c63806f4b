//! `forecast skill` (F4).

use super::{From, View, at_desk, member, month, submit::HISTORY_MONTHS, user, view};
use crate::{
    context::Ctx,
    error::Result,
    output::{Answer, Table, count},
    variance::pseudonyms,
};
use clap::Args;
use northbound_measures::forecast::{Month, skill};
use northbound_types::{Eui64, ForecastKind, Period};
use serde_json::json;

/// How far off?
#[derive(Debug, Clone, Args)]
pub(crate) struct SkillArgs {
    /// Of what
    #[arg(long, default_value = "sr")]
    kind: ForecastKind,
    /// Last month
    #[arg(long, value_name = "MONTH")]
    period: Period,
    /// How many months up to it
    #[arg(long, value_name = "N", default_value_t = 6)]
    months: u32,
    /// Who reads it. Default: group; a User its own
    #[arg(long, value_enum)]
    view: Option<View>,
    /// Only this User
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// Id of the document, within which pseudonyms stay
    #[arg(long, value_name = "ID")]
    document: Option<String>,
    #[command(flatten)]
    actuals: From,
}

pub(super) fn run(a: &SkillArgs, ctx: &Ctx) -> Result<Answer> {
    let last = month(a.period)?;
    let months: Vec<Period> = (0..i32::try_from(a.months.clamp(1, 36)).unwrap_or(1))
        .rev()
        .map(|n| last.plus(-n))
        .collect();
    let view = view(a.view, ctx)?;
    at_desk(ctx, |desk, gate| {
        let f = desk.read(a.kind, &months, HISTORY_MONTHS, a.actuals.of(a.kind)?)?;
        let held_out =
            usize::try_from(desk.rules.integer("forecast-held-out-months", last.first())?)
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
        let mut t = Table::new(
            "",
            &[
                "user",
                ">lines",
                ">requests",
                ">off: submitted",
                ">off: last month",
                ">off: year before",
                ">off: our own",
                ">without history",
                ">without actual",
                "finding",
            ],
        );
        let row = |name: &str, e: &skill::Errors, none: [u64; 2], findings: &[String]| {
            vec![
                name.to_owned(),
                count(e.lines),
                e.actual.to_string(),
                count(e.submitted),
                count(e.last_month),
                count(e.same_season),
                count(e.own),
                count(none[0]),
                count(none[1]),
                findings.join("; "),
            ]
        };
        for s in &found {
            t.row(row(&s.user, &s.errors, [s.without_history, s.without_actual], &s.findings));
        }
        if found.len() > 1 {
            t.row(row(
                "all",
                &all,
                [
                    found.iter().map(|s| s.without_history).sum(),
                    found.iter().map(|s| s.without_actual).sum(),
                ],
                &all.findings(),
            ));
        }
        Ok(Answer::new(json!({"kind": a.kind, "months": months, "users": found, "all": {"errors": all, "findings": all.findings()}}))
            .say(format!("Sums of what each forecast was off by, over {} to {last}; a line counts where all four have a number.", months.first().copied().unwrap_or(last))).table(t))
    })
}
