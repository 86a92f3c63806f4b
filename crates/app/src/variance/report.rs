//! The variance as a document.

use super::{pseudonyms, span_of};
use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    forecast::{ActualsChoice, View, view_of, with_forecasts},
};
use northbound_measures::forecast::Member;
use northbound_packs::{evidence::forecasts::ActualsFrom, variance_report};
use northbound_registers::{Query, Visibility, records::reporting::confirmations::Confirmation};
use northbound_types::{ForecastKind, Period};
use serde_json::json;
use std::{collections::BTreeMap, path::PathBuf};

/// The variance as a document.
#[derive(Debug, Clone)]
pub struct ReportRequest {
    /// Month
    pub period: Period,
    /// Number of months in the tables, ending with this one
    pub months: u32,
    /// Only for this kind. Default: both
    pub kind: Option<ForecastKind>,
    /// Audience: group or secas. Default: group
    pub view: Option<View>,
    /// Folder for its files
    pub out: PathBuf,
    /// See [`ActualsChoice`].
    pub actuals: ActualsChoice,
}

/// Writes the variance of a month as HTML, PDF, XLSX, CSV and JSON.
///
/// # Errors
/// Where the Actor may see its own forecasts only, or the files cannot be written.
pub fn report(ctx: &Context, a: &ReportRequest) -> Result<Answer> {
    let periods = span_of(a.period, a.months)?;
    let view = view_of(a.view, ctx)?;
    if view == View::User || !Visibility::of(&ctx.actor).all {
        return Err(AppError::refused(
            "the document is for the group or the secretariat: act as analyst or secretary. A User sees its own data with `northbound variance sr --view user`",
        ));
    }
    with_forecasts(ctx, |sources, gate| {
        let mut kinds = Vec::new();
        for k in a.kind.map_or_else(|| ForecastKind::ALL.to_vec(), |k| vec![k]) {
            let from = if a.kind.is_some() || k == ForecastKind::Sr {
                a.actuals.of(k)?
            } else {
                ActualsFrom::Stated
            };
            let f = sources.read(k, &periods, 0, from)?;
            if a.kind.is_some()
                || k == ForecastKind::Sr
                || !f.submissions.is_empty()
                || f.actuals.values().any(|x| x.known)
            {
                kinds.push((k, f));
            }
        }
        let members: Vec<Member> = kinds.iter().flat_map(|(_, f)| f.members.clone()).collect();
        let names = if view == View::Group {
            Some(pseudonyms(ctx, gate, &format!("report {}", a.period), &members)?)
        } else {
            None
        };
        let confirmed: BTreeMap<String, String> = gate
            .list::<Confirmation>(&Query::as_at(ctx.as_at()))?
            .into_iter()
            .map(|k| (k.record.key(), format!("{}, {}", k.record.by, k.record.at.day())))
            .collect();
        let made = variance_report::Report {
            period: a.period,
            as_at: sources.as_at,
            kinds: &kinds,
            names: names.as_ref(),
            rules: sources.rules,
            confirmed: &confirmed,
            manifest: &sources.snapshot.root.hash,
        };
        let files = if ctx.dry_run { Vec::new() } else { variance_report::write(&made, &a.out)? };
        let mut t = Table::new("", &["file", ">bytes", "SHA-256"]);
        for f in &files {
            t.row([f.name.clone(), f.bytes.to_string(), f.sha256.clone()]);
        }
        Ok(Answer::new(json!({"period": a.period, "view": if view == View::Group { "group" } else { "secas" }, "out": a.out, "files": files}))
            .say(format!("{} files in {}: open pack.html.", files.len(), a.out.display())).table(t).built(&a.out))
    })
}
