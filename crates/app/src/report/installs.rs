//! Installations of a period against an explicit baseline and source.

use crate::{
    answer::{Answer, Measured, Table, count},
    context::Context,
    error::{AppError, Result},
};
use northbound_measures::smets1::install_index::{InstallRow, index, index_text};
use northbound_registers::{
    Query,
    records::service::{hubs::HubInstall, installs::InstallCount},
};
use northbound_types::{Figure, Period, Region};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The source that counts the registered hub installations.
const HUBS: &str = "hubs";

/// Which installations to compare.
#[derive(Debug, Clone)]
pub struct InstallsRequest {
    /// The period.
    pub period: Period,
    /// The period that it is compared with.
    pub baseline: Option<Period>,
    /// Who states the counts; `hubs` counts the hub installs of the registers.
    pub source: Option<String>,
}

/// Compares the installations of two periods, region by region.
///
/// # Errors
/// Where baseline or source is absent, the source states nothing of them, or the registers cannot be read.
pub fn installs(ctx: &Context, request: &InstallsRequest) -> Result<Answer> {
    let InstallsRequest { period, baseline, source } = request;
    let (period, baseline, source) = (*period, *baseline, source.as_deref());
    let (Some(baseline), Some(source)) = (baseline, source) else {
        let missing = match (baseline, source) {
            (None, None) => "baseline and no source",
            (None, _) => "baseline",
            _ => "source",
        };
        return Err(AppError::refused(format!(
            "an index needs an explicit baseline and source, and there is no {missing}; give --baseline PERIOD and --source NAME (`install list` lists the stated counts; {HUBS} counts the registered hub installations)"
        )));
    };
    if baseline == period {
        return Err(AppError::refused(format!("{period} cannot be its own baseline")));
    }
    let rows = if source == HUBS { counted(ctx, period, baseline)? } else { stated(ctx, source)? };
    let lines = index(&rows, period, baseline);
    if lines.is_empty() {
        return Err(AppError::not_found(format!(
            "{source} states no installations of {period} or {baseline}; `install list` lists the stated counts"
        )));
    }
    let mut t = Table::new(
        "",
        &["region", &format!(">{period}"), &format!(">{baseline}"), ">index", "to be known"],
    )
    .figures(&["index"]);
    for l in &lines {
        let shown = |n: Option<u64>| n.map_or_else(|| "not stated".to_owned(), count);
        let index = match &l.index {
            Figure::Null(n) => n.detail.clone(),
            f => index_text(f).unwrap_or_default(),
        };
        t.row([
            l.region.to_string(),
            shown(l.now),
            shown(l.baseline),
            index,
            l.warnings.join("; "),
        ]);
        t.figure("index", Measured::of(&l.index, 1, &[]));
    }
    let texts: Vec<_> =
        lines.iter().map(|l| json!({"line": l, "index": index_text(&l.index)})).collect();
    Ok(Answer::new(
        json!({"period": period, "baseline": baseline, "source": source, "lines": texts}),
    )
    .say(format!("Installations of {period} against {baseline}, per day, as counted by {source}."))
    .table(t))
}

fn stated(ctx: &Context, source: &str) -> Result<Vec<InstallRow>> {
    let store = ctx.store()?;
    let counts = ctx.gate(&store).list::<InstallCount>(&Query {
        lookup: Some(source.to_owned()),
        ..Query::as_at(ctx.as_at())
    })?;
    Ok(counts
        .into_iter()
        .map(|k| k.record)
        .map(|i| InstallRow {
            period: i.period,
            region: i.region,
            count: u64::try_from(i.count).unwrap_or(0),
            coverage: i.coverage,
            series_break: i.series_break,
        })
        .collect())
}

/// Registered hub installations; their coverage is who reported in which region.
fn counted(ctx: &Context, period: Period, baseline: Period) -> Result<Vec<InstallRow>> {
    let store = ctx.store()?;
    let rows = ctx.gate(&store).current::<HubInstall>(&Query::as_at(ctx.as_at()))?.rows;
    let mut by: BTreeMap<(Period, Region), (u64, BTreeSet<String>)> = BTreeMap::new();
    for h in rows.into_iter().map(|k| k.record) {
        let Some(p) = [period, baseline].into_iter().find(|p| p.contains(h.installed)) else {
            continue;
        };
        let e = by.entry((p, h.region)).or_default();
        e.0 += 1;
        e.1.insert(h.provider);
    }
    Ok(by
        .into_iter()
        .map(|((period, region), (count, who))| InstallRow {
            period,
            region,
            count,
            coverage: format!("reported by {}", who.into_iter().collect::<Vec<_>>().join(", ")),
            series_break: String::new(),
        })
        .collect())
}
