//! Response times, alerts and volumes of the period, and how alerts and payloads correlate.

use super::{AlertCode, AlertLine, Correlated, LAGS, LatencyLine, process::own_ground};
use crate::evidence::Evidence;
use northbound_measures::{
    inputs::Inputs,
    statistics::{correlation::correlate, latency::four_ways},
    views::volumes::{Volume, totals},
};
use northbound_types::{AlertState, Dim, Mode, Region, Selector, TestKind};
use std::collections::BTreeMap;

pub(super) fn latency(e: &Evidence, inputs: &Inputs<'_>) -> Vec<LatencyLine> {
    let mut out = Vec::new();
    for region in [Region::North, Region::Central, Region::South, Region::None] {
        for &mode in Mode::ALL {
            let which =
                Selector::all().and(Dim::Region, [region.as_str()]).and(Dim::Mode, [mode.as_str()]);
            let deadline = e
                .counts
                .messages
                .deadlines
                .get(&(region.to_string(), mode.to_string()))
                .copied()
                .flatten();
            let mut ways = four_ways(inputs.latency, &which, deadline);
            let ground = own_ground(e, &which);
            for (_, figure) in ways.iter_mut().flat_map(|w| &mut w.at) {
                *figure = ground.under(figure.clone());
            }
            if ways.iter().any(|w| w.offered > 0) {
                out.push(LatencyLine { region, mode, ways });
            }
        }
    }
    out
}

pub(super) fn alerts(e: &Evidence) -> Vec<AlertLine> {
    let mut out: BTreeMap<String, AlertLine> = BTreeMap::new();
    for ((_, region, _, state), (n, carried)) in &e.counts.messages.alerts {
        let line = out
            .entry(region.clone())
            .or_insert_with(|| AlertLine { region: region.clone(), ..AlertLine::default() });
        line.received += n;
        line.carried += carried;
        if let Ok(state) = state.parse::<AlertState>() {
            *line.by_state.entry(state).or_default() += n;
        }
    }
    out.into_values().collect()
}

/// By region, the most frequent code first.
pub(super) fn alert_codes(e: &Evidence) -> Vec<AlertCode> {
    let mut by: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for ((_, region, code, _), (n, _)) in &e.counts.messages.alerts {
        *by.entry((region, code)).or_default() += n;
    }
    let mut out: Vec<AlertCode> = by
        .into_iter()
        .map(|((region, code), received)| AlertCode {
            region: region.to_owned(),
            code: code.to_owned(),
            received,
        })
        .collect();
    out.sort_by(|a, b| (&a.region, b.received, &a.code).cmp(&(&b.region, a.received, &b.code)));
    out
}

pub(super) fn volumes(e: &Evidence) -> Vec<Volume> {
    let own = Selector::all().and(Dim::TestKind, [TestKind::None.as_str()]);
    totals(&e.counts.messages.by_user, e.period, &own, &[Dim::Region, Dim::Mode], &|s| {
        own_ground(e, s)
    })
}

pub(super) fn correlations(e: &Evidence) -> Vec<Correlated> {
    /// A share of payloads by day in hundredths of a per cent.
    const SCALE: u64 = 10_000;
    let mut out = Vec::new();
    for region in [Region::North, Region::Central, Region::South] {
        let mut alerts = BTreeMap::new();
        for ((day, r, _, _), (n, _)) in &e.counts.messages.alerts {
            if r == region.as_str() {
                *alerts.entry(*day).or_insert(0i64) += i64::try_from(*n).unwrap_or(i64::MAX);
            }
        }
        let mut sums: BTreeMap<_, (u64, u64)> = BTreeMap::new();
        for p in e
            .counts
            .messages
            .payloads
            .iter()
            .filter(|p| p.region == region && e.period.contains(p.day))
        {
            let s = sums.entry(p.day).or_default();
            s.0 += p.in_time;
            s.1 += p.in_time + p.late + p.no_target + p.failed + p.pending;
        }
        let shares: BTreeMap<_, i64> = sums
            .into_iter()
            .filter(|(_, s)| s.1 > 0)
            .map(|(d, s)| (d, i64::try_from(s.0 * SCALE / s.1).unwrap_or(i64::MAX)))
            .collect();
        if alerts.is_empty() || shares.is_empty() {
            continue;
        }
        for lag in LAGS {
            let found = correlate(&alerts, &shares, lag).map_err(|x| x.to_string());
            out.push(Correlated {
                region,
                series: (
                    "alerts received by day".to_owned(),
                    "share of that day's firmware payloads completed in time".to_owned(),
                ),
                lag,
                found,
            });
        }
    }
    out
}
