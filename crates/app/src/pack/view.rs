//! A pack that was built or issued, as tables and sentences.

use super::Made;
use crate::{
    answer::{Answer, Measured, Table},
    context::Context,
};
use northbound_measures::evaluate::bands::Band;
use northbound_packs::assemble::{cells, front::unfinished, marks, words};
use serde_json::json;

/// Unconfirmed figures that are named; JSON has all.
const NAMED: usize = 10;

/// Every measure row with its figure and band.
#[must_use]
pub fn headline(m: &Made) -> Table {
    let mut t =
        Table::new("", &["measure", "provider", "region", ">figure", "band", "since", "figure id"])
            .figures(&["figure"]);
    for n in &m.built.data.results {
        let r = &n.result;
        let band = if r.band == Band::Null { "no figure" } else { r.band_words() };
        t.row([
            r.measure.clone(),
            r.provider.clone(),
            r.region.to_string(),
            marks::printed(&cells::result(r, &n.id), &r.figure, &m.built.data),
            band.to_owned(),
            words::since(r),
            n.id.clone(),
        ]);
        t.figure("figure", Measured::of(&r.figure, r.decimals, &r.levels.list()));
    }
    t
}

/// A pack that was built or issued, or would be on a dry run.
#[must_use]
pub fn made(ctx: &Context, m: &Made) -> Answer {
    let d = &m.built.data;
    let number = m.issued.as_ref().map(|i| i.1);
    let said = match (number, ctx.dry_run && m.files.is_empty()) {
        (Some(n), true) => format!("Would issue {} as number {n}; nothing was written.", d.period),
        (Some(n), false) => {
            format!("Issued {} as number {n}, in {}.", d.period, m.folder.display())
        }
        (None, _) => format!(
            "Built the pack of {} as known at {}, in {}.",
            d.period,
            d.as_at,
            m.folder.display()
        ),
    };
    let mut a = Answer::new(json!({
        "period": d.period, "as_at": d.as_at, "methodology": d.methodology, "manifest": d.manifest, "rules": d.rules, "folder": m.folder.display().to_string(),
        "number": number, "pack": m.issued.as_ref().map(|i| &i.0), "files": m.files, "blocks_issue": m.blockers, "unconfirmed_rules": d.unconfirmed,
        "results": d.results, "required": d.required,
        "unconfirmed_figures": m.unconfirmed, "unfinished": unfinished(d.period, d.as_at).map(|u| u.0),
    })).say(said).table(headline(m)).built(&m.folder);
    if let Some((_, text)) = unfinished(d.period, d.as_at) {
        a = a.say(format!("Warning: {text}"));
    }
    if !m.blockers.is_empty() {
        a = a.then(format!(
            "Below minimum without a reason in the report, so the pack cannot be issued: {}.",
            m.blockers.join("; ")
        ));
    }
    if !m.unconfirmed.is_empty() {
        let shown: Vec<&str> = m.unconfirmed.iter().take(NAMED).map(String::as_str).collect();
        let more = m.unconfirmed.len().saturating_sub(NAMED);
        let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
        a = a.then(format!(
            "Not confirmed, so that the pack cannot be accepted yet: {}{rest}. Confirm each with `northbound assurance add`.",
            shown.join("; ")
        ));
    }
    let open = marks::unconfirmed_rules(d);
    if open > 0 {
        a = a.then(format!(
            "{} not confirmed; to see them: northbound rules list --unconfirmed",
            words::things(open as u64, "rule is", "rules are")
        ));
    }
    a.then("To see how a figure was made: northbound explain ID")
}
