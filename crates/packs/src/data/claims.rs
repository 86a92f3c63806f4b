//! Statements about months, checked against the months.

use super::Claimed;
use crate::evidence::Evidence;
use northbound_measures::{
    MeasureResult,
    evaluate::history_months,
    oversight::claims::{Claim, Level, check_claims},
};

pub(super) fn claims(e: &Evidence, results: &[MeasureResult]) -> Vec<Claimed> {
    let mut out = Vec::new();
    for r in results {
        let mine: Vec<_> = e
            .known
            .registered
            .claims
            .iter()
            .filter(|c| {
                c.measure == r.measure
                    && c.provider == r.provider
                    && c.region == r.region
                    && c.until <= e.period
            })
            .collect();
        if mine.is_empty() {
            continue;
        }
        let Some(def) = e.known.rules.measure(&r.measure) else { continue };
        let Some(row) = def.rows.iter().find(|x| x.provider == r.provider && x.region == r.region)
        else {
            continue;
        };
        let (target, minimum) = history_months(def, row, &e.history, Some(r));
        for level in [Level::Target, Level::Minimum] {
            let read: Vec<(Claim, (String, String))> = mine
                .iter()
                .filter_map(|c| {
                    let place = [c.source.as_str(), c.document.as_str(), c.place.as_str()]
                        .into_iter()
                        .filter(|t| !t.is_empty())
                        .collect::<Vec<_>>()
                        .join(", ");
                    Claim::parse(&c.text, c.until)
                        .ok()
                        .filter(|p| p.below() == level)
                        .map(|p| (p, (c.text.clone(), place)))
                })
                .collect();
            if read.is_empty() {
                continue;
            }
            let parsed: Vec<Claim> = read.iter().map(|x| x.0.clone()).collect();
            let table = if level == Level::Target { &target } else { &minimum };
            out.push(Claimed {
                measure: r.measure.clone(),
                provider: r.provider.clone(),
                region: r.region,
                level,
                said: read.into_iter().map(|x| x.1).collect(),
                report: check_claims(table, level, &parsed),
            });
        }
    }
    out
}
