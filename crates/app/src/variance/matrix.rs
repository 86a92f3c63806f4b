//! Who gave forecasts: User by month.

use super::{
    cells::{shown, table},
    own, pseudonyms, span_of,
};
use crate::{
    answer::{Answer, Table},
    context::Context,
    error::Result,
    forecast::{ActualsChoice, View, view_of, with_forecasts},
};
use northbound_measures::forecast::{
    grouped,
    matrix::{self, Matrix},
};
use northbound_packs::evidence::forecasts::ActualsFrom;
use northbound_types::{ForecastKind, Period};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Which months of which forecasts.
#[derive(Debug, Clone)]
pub struct MatrixRequest {
    /// Last month
    pub period: Period,
    /// Number of months, ending with the last
    pub months: u32,
    /// Only for this kind. Default: both
    pub kind: Option<ForecastKind>,
    /// Audience: group, secas or user. Default: group, or user for a User
    pub view: Option<View>,
    /// Document id; pseudonyms are stable within one document
    pub document: Option<String>,
    /// See [`ActualsChoice`].
    pub actuals: ActualsChoice,
}

/// Which Users had a forecast in force in each month, and which sent traffic without one.
///
/// # Errors
/// Where the view is not the Actor's to ask for, or ledger, rules or registers cannot be read.
pub fn matrix(ctx: &Context, a: &MatrixRequest) -> Result<Answer> {
    let periods = span_of(a.period, a.months)?;
    let view = view_of(a.view, ctx)?;
    let kinds: Vec<ForecastKind> = a.kind.map_or_else(|| ForecastKind::ALL.to_vec(), |k| vec![k]);
    with_forecasts(ctx, |sources, gate| {
        let mut answer = Answer::new(Value::Null);
        let mut list = Vec::new();
        for kind in kinds {
            let from = if a.kind.is_some() || kind == ForecastKind::Sr {
                a.actuals.of(kind)?
            } else {
                ActualsFrom::Stated
            };
            let mut f = sources.read(kind, &periods, 0, from)?;
            if view == View::User {
                own(ctx, &mut f);
            }
            let variances = f.variances();
            let hidden: Vec<bool> = variances
                .iter()
                .zip(&f.months)
                .map(|(v, (m, _))| {
                    view == View::Group && grouped::by_class(v, m.small_below).list_withheld
                })
                .collect();
            let mut m = matrix::make(&variances, &hidden);
            let withheld = hidden.contains(&true);
            if view == View::Group {
                let names = pseudonyms(
                    ctx,
                    gate,
                    a.document.as_deref().unwrap_or(&format!("matrix {}", a.period)),
                    &f.members,
                )?;
                for r in &mut m.rows {
                    r.user = names.of(&r.user).unwrap_or("a User").to_owned();
                    r.party.clear();
                    r.class.clear();
                }
                m.rows.sort_by(|x, y| x.user.cmp(&y.user));
            }
            answer = answer.table(matrix_table(kind, &m));
            if withheld {
                answer = answer.then(format!("{kind}: [c] is suppressed, since in those months a list of Users together with the counts by class would identify a User."));
            }
            let remarks: BTreeMap<String, &Vec<String>> = variances
                .iter()
                .filter(|v| !v.annotations.is_empty())
                .map(|v| (v.period.to_string(), &v.annotations))
                .collect();
            for (p, r) in &remarks {
                answer = answer.then(format!("Remark on {p}: {}.", r.join("; ")));
            }
            list.push(json!({"kind": kind, "matrix": m, "list_withheld": withheld, "annotations": remarks}));
        }
        answer.json = json!({"kinds": list});
        Ok(answer)
    })
}

fn matrix_table(kind: ForecastKind, m: &Matrix) -> Table {
    let mut t = table(
        &format!("{kind} forecasts"),
        ["kind", "user", "party"]
            .iter()
            .map(|c| (*c).to_owned())
            .chain(m.months.iter().map(ToString::to_string))
            .chain([">months with traffic and no forecast".to_owned()])
            .collect(),
    );
    for r in &m.rows {
        t.rows.push(
            [kind.to_string(), r.user.clone(), r.party.clone()]
                .into_iter()
                .chain(r.standing.iter().map(|s| s.map_or("[c]", |s| s.words()).to_owned()))
                .chain([r.unforecast.to_string()])
                .collect(),
        );
    }
    for (s, n) in &m.totals {
        if n.iter().flatten().all(|x| *x == 0) {
            continue;
        }
        t.rows.push(
            [kind.to_string(), format!("all: {}", s.words()), String::new()]
                .into_iter()
                .chain(n.iter().map(|n| shown(*n)))
                .chain([String::new()])
                .collect(),
        );
    }
    t
}
