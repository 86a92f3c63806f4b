//! `report installs`, `sentiment`, `evidence` and `defects`.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    evidence,
    output::{Answer, Table, count},
};
use northbound_measures::{
    oversight::sentiment::ClassLine,
    smets1::install_index::{InstallRow, index, index_text},
};
use northbound_packs::{
    data,
    evidence::Evidence,
    oversight::{class_lines, defects::defects, regions},
};
use northbound_registers::{
    Query,
    records::service::{hubs::HubInstall, installs::InstallCount},
};
use northbound_types::{Figure, Period, Ratio, Region};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The source that counts the hub installs that are kept here.
const HUBS: &str = "hubs";

pub(super) fn installs(
    ctx: &Ctx,
    period: Period,
    baseline: Option<Period>,
    source: Option<&str>,
) -> Result<Answer> {
    let (Some(baseline), Some(source)) = (baseline, source) else {
        let missing = match (baseline, source) {
            (None, None) => "baseline and no source",
            (None, _) => "baseline",
            _ => "source",
        };
        return Err(CliError::refused(format!(
            "there is no index without an explicit baseline and source, and no {missing} is given; name them with --baseline PERIOD and --source NAME (`install list` shows what is stated; {HUBS} counts the hub installs kept here)"
        )));
    };
    if baseline == period {
        return Err(CliError::refused(format!("{period} cannot be its own baseline")));
    }
    let rows = if source == HUBS { counted(ctx, period, baseline)? } else { stated(ctx, source)? };
    let lines = index(&rows, period, baseline);
    if lines.is_empty() {
        return Err(CliError::not_found(format!(
            "{source} states no installations of {period} or {baseline}; `install list` shows what there is"
        )));
    }
    let mut t = Table::new(
        "",
        &["region", &format!(">{period}"), &format!(">{baseline}"), ">index", "to be known"],
    );
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
    }
    let texts: Vec<_> =
        lines.iter().map(|l| json!({"line": l, "index": index_text(&l.index)})).collect();
    Ok(Answer::new(
        json!({"period": period, "baseline": baseline, "source": source, "lines": texts}),
    )
    .say(format!(
        "Installations of {period} against {baseline}, for each day, as {source} counts them."
    ))
    .table(t))
}

fn stated(ctx: &Ctx, source: &str) -> Result<Vec<InstallRow>> {
    let store = ctx.store()?;
    let kept = ctx.gate(&store).list::<InstallCount>(&Query {
        lookup: Some(source.to_owned()),
        ..Query::as_at(ctx.as_at())
    })?;
    Ok(kept
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

/// Hub installs kept here; what they cover is who reported in which region.
fn counted(ctx: &Ctx, period: Period, baseline: Period) -> Result<Vec<InstallRow>> {
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

fn gathered(ctx: &Ctx, period: Period, methodology: Option<&str>) -> Result<Evidence> {
    let store = ctx.store()?;
    evidence::gather(ctx, &store, period, methodology, &mut ctx.progress())
}

pub(super) fn sentiment(ctx: &Ctx, period: Period) -> Result<Answer> {
    let e = gathered(ctx, period, None)?;
    let lines = class_lines(&e)?;
    let mut t =
        Table::new("", &["region", "class", ">parties", ">poor", ">fair", ">good", "hidden"]);
    for ClassLine { region, class, counts, hidden } in &lines {
        let class = if class.is_empty() { "all" } else { class };
        let cells = counts.map_or_else(
            || vec![String::new(); 4],
            |m| [m.parties, m.poor, m.fair, m.good].map(count).to_vec(),
        );
        t.row([vec![region.to_string(), class.to_owned()], cells, vec![hidden.clone()]].concat());
    }
    let said = if lines.is_empty() {
        "none received".to_owned()
    } else {
        format!("Sentiment of {period} by class; no party is named, and each counts once a region.")
    };
    Ok(Answer::new(json!({"period": period, "lines": lines})).say(said).table(t))
}

pub(super) fn evidence_by_region(
    ctx: &Ctx,
    period: Period,
    methodology: Option<&str>,
) -> Result<Answer> {
    let e = gathered(ctx, period, methodology)?;
    let data = data::make(&e)?;
    let (found, compared) = regions::evidence(&e, &data)?;
    let mut t = Table::new("Evidence", &["region", "source", "what", "count", "says", "why"]);
    let mut conflicts =
        Table::new("Where it does not agree", &["region", "says well", "says not well"]);
    let ratio = |r: Option<Ratio>| {
        r.map_or_else(String::new, |r| format!("{} of {}", count(r.num), count(r.den)))
    };
    for r in &found {
        for w in &r.witnesses {
            t.row([
                r.region.to_string(),
                w.side.to_string(),
                w.what.clone(),
                ratio(w.ratio),
                w.says.to_string(),
                w.why.clone(),
            ]);
        }
        let names = |s: &[northbound_measures::oversight::evidence::Side]| {
            s.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", ")
        };
        if r.conflict {
            conflicts.row([r.region.to_string(), names(&r.well), names(&r.not_well)]);
        }
    }
    let mut tests = Table::new(
        "Tests that Users ran, against the other regions",
        &["region", ">its own", ">the others", ">difference, points", "interval", "finding"],
    );
    for c in &compared {
        let (d, i, f) = match &c.difference {
            Ok(d) => (d.points.clone(), format!("{} to {}", d.low, d.high), d.found.to_string()),
            Err(why) => (String::new(), String::new(), why.clone()),
        };
        tests.row([c.region.to_string(), ratio(Some(c.own)), ratio(Some(c.others)), d, i, f]);
    }
    Ok(Answer::new(json!({"period": period, "methodology": e.known.methodology.id, "manifest": e.known.snapshot.root.hash, "regions": found, "tests": compared})).table(t).table(conflicts).table(tests))
}

pub(super) fn metric_defects(ctx: &Ctx, period: Period) -> Result<Answer> {
    let e = gathered(ctx, period, None)?;
    let data = data::make(&e)?;
    let found = defects(&e, &data);
    let mut t = Table::new(
        "",
        &[
            "measure",
            "provider",
            "region",
            "defect",
            "found by",
            "change",
            "methodology",
            "figure",
            ">met",
            ">counted",
            ">left out",
            "figure id",
        ],
    );
    for d in &found {
        let head = [
            d.measure.clone(),
            d.provider.clone(),
            d.region.to_string(),
            d.what.clone(),
            d.found_by.clone(),
            d.change.clone(),
        ]
        .to_vec();
        if d.evidence.is_empty() {
            t.row([head.clone(), vec![String::new(); 6]].concat());
        }
        for w in &d.evidence {
            t.row(
                [
                    head.clone(),
                    vec![
                        w.methodology.clone(),
                        w.text.clone(),
                        w.num.to_string(),
                        w.den.to_string(),
                        w.excluded.to_string(),
                        w.figure.clone(),
                    ],
                ]
                .concat(),
            );
        }
    }
    Ok(Answer::new(
        json!({"period": period, "manifest": data.manifest, "rules": data.rules, "defects": found}),
    )
    .table(t))
}
