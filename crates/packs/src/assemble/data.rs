//! What machines read: every result and everything that the document shows, with exact numbers and
//! selectors. Nothing of a clock stands in it but the as-at time.

use super::figures::{Address, Entry, own_selectors};
use crate::{
    PackError,
    evidence::Evidence,
    incidents::{IncidentView, arrivals, of_evidence},
};
use northbound_documents::model::{RuleUsed, SourceFile};
use northbound_measures::{
    MeasureResult,
    evaluate::{
        counting::feeds_seen,
        coverage::{Ground, OwnMessages, own_messages},
        evaluate, history_months, unplaced,
    },
    incidents::Which,
    inputs::{HistoryPoint, Inputs, StatedFigure},
    oversight::{
        claims::{Claim, ClaimReport, Level, check_claims},
        explanations::{Explanation, Requirement, required},
    },
    statistics::{
        correlation::{Correlation, correlate},
        latency::{Percentiles, four_ways},
        sampling::{Mix, Sampling, SamplingInput, check, mixes},
    },
    views::{
        diff::{Statement, statements},
        process::{ProcessLine, ProcessView, view},
        registration::ArrivalLine,
        volumes::{Volume, totals},
    },
};
use northbound_rules::measure::{Basis, MeasureDef};
use northbound_types::{AlertState, Dim, Mode, Period, Region, Selector, TestKind, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What the file says it is.
pub const FORMAT: &str = "northbound-pack-data/1";
/// The ways to count test commands that stand side by side (M2).
pub const WAYS: [&str; 3] = ["answered-only", "all-attempts", "own-requests"];
/// Lags in days at which alerts and payloads are correlated.
pub const LAGS: [i32; 3] = [0, 1, 2];

/// A result with its figure id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered {
    /// Figure id.
    pub id: String,
    /// The result.
    pub result: MeasureResult,
}

/// The sampling rule for one kind of test in one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampled {
    /// Kind of test.
    pub kind: TestKind,
    /// What was found.
    pub found: Sampling,
}

/// Response times of one region and mode, in four ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatencyLine {
    /// Region.
    pub region: Region,
    /// Mode.
    pub mode: Mode,
    /// With and without unanswered attempts and tests.
    pub ways: Vec<Percentiles>,
}

/// The alert books of one region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertLine {
    /// Region word.
    pub region: String,
    /// Received, duplicates included.
    pub received: u64,
    /// By state.
    pub by_state: BTreeMap<AlertState, u64>,
    /// What forwarded copies say that they stand for.
    pub carried: i64,
}

/// What somebody said about months, against the months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    /// Measure.
    pub measure: String,
    /// Provider.
    pub provider: String,
    /// Region.
    pub region: Region,
    /// Below which level.
    pub level: Level,
    /// The statements with who makes them and where.
    pub said: Vec<(String, String)>,
    /// What was found.
    pub report: ClaimReport,
}

/// Two series by day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correlated {
    /// Region.
    pub region: Region,
    /// First and second series in words.
    pub series: (String, String),
    /// Lag in days.
    pub lag: i32,
    /// r, n and lag; else why there is none.
    pub found: Result<Correlation, String>,
}

/// A stated figure with the place that it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// As stated.
    pub stated: StatedFigure,
    /// File and row.
    pub file: String,
}

/// The pack as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackData {
    /// [`FORMAT`].
    pub format: String,
    /// Period.
    pub period: Period,
    /// As at.
    pub as_at: Utc,
    /// Methodology id.
    pub methodology: String,
    /// Root manifest hash.
    pub manifest: String,
    /// Rule-set hash.
    pub rules: String,
    /// Every measure row.
    pub results: Vec<Numbered>,
    /// The test measures under [`WAYS`].
    pub ways: Vec<Numbered>,
    /// Rows below target with what was said about them.
    pub required: Vec<Requirement>,
    /// All explanations of the period.
    pub explanations: Vec<Explanation>,
    /// The sampling rule.
    pub sampling: Vec<Sampled>,
    /// Tests beside own requests by hour, region, device type.
    pub mixes: Vec<(String, Vec<Mix>)>,
    /// Users' own requests.
    pub process: ProcessView,
    /// Response times.
    pub latency: Vec<LatencyLine>,
    /// Alert books.
    pub alerts: Vec<AlertLine>,
    /// Requests by region and mode, tests apart.
    pub volumes: Vec<Volume>,
    /// Incidents; absent where none is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incidents: Option<IncidentView>,
    /// Registration files due and come; absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arrivals: Vec<ArrivalLine>,
    /// Statements about months.
    pub claims: Vec<Claimed>,
    /// Alerts and payloads by day.
    pub correlations: Vec<Correlated>,
    /// The sentences that the results make.
    pub statements: Vec<Statement>,
    /// Earlier months.
    pub history: Vec<HistoryPoint>,
    /// Stated figures of the period.
    pub stated: Vec<Said>,
    /// Stated figures that speak of no row.
    pub unplaced: Vec<StatedFigure>,
    /// Forecasts and variance, as the group sees them.
    #[serde(default)]
    pub forecasts: Vec<super::forecasts::ForecastView>,
    /// Rules used.
    pub rules_used: Vec<RuleUsed>,
    /// Rules that nobody has confirmed.
    pub unconfirmed: Vec<String>,
    /// Files.
    pub sources: Vec<SourceFile>,
    /// Every figure that can be explained.
    pub figures: Vec<Entry>,
}

/// Makes the data.
///
/// # Errors
/// Where the measures refuse the evidence.
pub fn make(e: &Evidence) -> Result<PackData, PackError> {
    let manifest = e.snapshot.root.hash.clone();
    let inputs = e.inputs();
    let results = evaluate(&inputs)?;
    let ways = ways(e, &inputs, &results)?;
    let process = process_view(e, None, &results);
    let mut figures: Vec<Entry> =
        results.iter().chain(&ways).map(Address::of).map(|a| entry(a, &manifest)).collect();
    figures.extend(process_entries(&process, &manifest));
    figures.sort_by(|a, b| a.id.cmp(&b.id));
    figures.dedup();
    let number = |list: Vec<MeasureResult>| {
        list.into_iter()
            .map(|result| Numbered { id: Address::of(&result).id(&manifest), result })
            .collect::<Vec<_>>()
    };
    Ok(PackData {
        format: FORMAT.to_owned(),
        period: e.period,
        as_at: e.as_at,
        methodology: e.methodology.id.clone(),
        rules: e.rules.id().to_owned(),
        required: required(&results, &e.registered.explanations),
        explanations: e
            .registered
            .explanations
            .iter()
            .filter(|x| x.period == e.period)
            .cloned()
            .collect(),
        sampling: sampling(e),
        mixes: mixes(&e.messages.by_hour).into_iter().map(|(k, m)| (k.to_owned(), m)).collect(),
        incidents: Some(of_evidence(e, &Which::default())).filter(|v| !v.is_empty()),
        arrivals: arrivals(&e.rules, &e.registered.arrivals, e.period, e.as_at)?,
        latency: latency(e, &inputs),
        alerts: alerts(e),
        volumes: volumes(e),
        claims: claims(e, &results),
        correlations: correlations(e),
        statements: results.iter().flat_map(statements).collect(),
        history: e.history.clone(),
        forecasts: e.forecasts.iter().filter_map(|(k, f)| super::forecasts::view(*k, f)).collect(),
        stated: said(e),
        unplaced: unplaced(&inputs).into_iter().cloned().collect(),
        rules_used: rules_used(e),
        unconfirmed: e.unconfirmed.iter().cloned().collect(),
        sources: sources(e),
        results: number(results),
        ways: number(ways),
        process,
        figures,
        manifest,
    })
}

fn entry(address: Address, manifest: &str) -> Entry {
    Entry { id: address.id(manifest), address, numerator: None, denominator: None }
}

/// The figures of a view, with their selectors.
#[must_use]
pub fn process_entries(v: &ProcessView, manifest: &str) -> Vec<Entry> {
    process_lines(v)
        .into_iter()
        .map(|(address, l)| {
            let (num, den) = own_selectors(&l.selector);
            Entry { numerator: Some(num), denominator: Some(den), ..entry(address, manifest) }
        })
        .collect()
}

/// The lines of a view, each with its address.
#[must_use]
pub fn process_lines(v: &ProcessView) -> Vec<(Address, &ProcessLine)> {
    let views = [("process", &v.processes), ("srv", &v.srvs), ("region", &v.regions)];
    views
        .into_iter()
        .flat_map(|(name, lines)| {
            lines.iter().map(move |l| (Address::own(name, &l.key, v.user.as_deref(), v.period), l))
        })
        .collect()
}

/// The view of one User, or of all.
#[must_use]
pub fn process_view(e: &Evidence, user: Option<&str>, results: &[MeasureResult]) -> ProcessView {
    let cells = &e.messages.by_user;
    let srvs: BTreeSet<String> = cells
        .index(Dim::Srv)
        .map_or_else(BTreeSet::new, |i| cells.rows.iter().map(|r| r.keys[i].to_string()).collect());
    let map: BTreeMap<String, String> = srvs
        .into_iter()
        .map(|s| {
            let p = e.rules.process_of(&s).to_owned();
            (s, p)
        })
        .collect();
    let shown: Vec<MeasureResult> =
        results.iter().filter(|r| beside_service(e, &r.measure)).cloned().collect();
    view(cells, e.period, user, &map, &shown, &|s| own_ground(e, s))
}

/// What Users' own messages of the period rest on, of those that the selection takes.
#[must_use]
pub fn own_ground(e: &Evidence, which: &Selector) -> Ground {
    let own = which.clone().and(Dim::TestKind, [TestKind::None.as_str()]);
    let region = which.any_of.iter().find(|(d, _)| *d == Dim::Region).and_then(|(_, v)| {
        match v.iter().collect::<Vec<_>>().as_slice() {
            [one] => one.parse().ok(),
            _ => None,
        }
    });
    let own = OwnMessages {
        activity: e.period,
        region,
        seen: &feeds_seen(&e.messages.cells, e.period, &own),
        as_at: e.as_at,
    };
    own_messages(own, &e.feeds, &e.registered.faults, e.methodology.coverage_floor)
}

/// Measures that tell of the answers to requests: what a User's own service is set beside.
fn beside_service(e: &Evidence, measure: &str) -> bool {
    e.rules
        .measure(measure)
        .is_some_and(|d| matches!(d.basis, Basis::Exchanges { .. } | Basis::Composite { .. }))
}

/// Is it a measure of the network's test commands?
#[must_use]
pub fn is_test_measure(d: &MeasureDef) -> bool {
    let test =
        |v: &String| matches!(v.parse(), Ok(TestKind::Rtt2 | TestKind::Rtt3 | TestKind::Rtt4));
    matches!(&d.basis, Basis::Exchanges { select } if select.any_of.iter().any(|(dim, v)| *dim == Dim::TestKind && !v.is_empty() && v.iter().all(test)))
}

fn ways(
    e: &Evidence,
    inputs: &Inputs<'_>,
    results: &[MeasureResult],
) -> Result<Vec<MeasureResult>, PackError> {
    let tests: Vec<MeasureDef> =
        e.rules.measures().iter().filter(|d| is_test_measure(d)).cloned().collect();
    let mut out = Vec::new();
    for way in WAYS {
        let Some(methodology) = e.rules.methodology(way) else { continue };
        if way == e.methodology.id {
            out.extend(results.iter().filter(|r| tests.iter().any(|t| t.id == r.measure)).cloned());
            continue;
        }
        // What people decided and stated concerns the reported figure, not the other ways to count it.
        out.extend(evaluate(&Inputs {
            measures: &tests,
            methodology,
            overrides: &[],
            stated: &[],
            history: &[],
            ..*inputs
        })?);
    }
    Ok(out)
}

fn sampling(e: &Evidence) -> Vec<Sampled> {
    let mut out = Vec::new();
    for kind in [TestKind::Rtt2, TestKind::Rtt3, TestKind::Rtt4] {
        let kinds = [kind];
        let input = SamplingInput {
            period: e.period,
            cells: &e.messages.cells,
            kinds: &kinds,
            population: &e.registered.population,
            by_hour: &e.messages.by_hour,
            settings: &e.settings,
        };
        for region in [Region::North, Region::Central, Region::South] {
            out.push(Sampled { kind, found: check(input, region) });
        }
    }
    out
}

fn latency(e: &Evidence, inputs: &Inputs<'_>) -> Vec<LatencyLine> {
    let mut out = Vec::new();
    for region in [Region::North, Region::Central, Region::South, Region::None] {
        for &mode in Mode::ALL {
            let which =
                Selector::all().and(Dim::Region, [region.as_str()]).and(Dim::Mode, [mode.as_str()]);
            let deadline = e
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

fn alerts(e: &Evidence) -> Vec<AlertLine> {
    let mut out: BTreeMap<String, AlertLine> = BTreeMap::new();
    for ((_, region, _, state), (n, carried)) in &e.messages.alerts {
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

fn volumes(e: &Evidence) -> Vec<Volume> {
    let own = Selector::all().and(Dim::TestKind, [TestKind::None.as_str()]);
    totals(&e.messages.by_user, e.period, &own, &[Dim::Region, Dim::Mode], &|s| own_ground(e, s))
}

fn claims(e: &Evidence, results: &[MeasureResult]) -> Vec<Claimed> {
    let mut out = Vec::new();
    for r in results {
        let mine: Vec<_> = e
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
        let Some(def) = e.rules.measure(&r.measure) else { continue };
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

fn correlations(e: &Evidence) -> Vec<Correlated> {
    /// A share of payloads by day in hundredths of a per cent.
    const SCALE: u64 = 10_000;
    let mut out = Vec::new();
    for region in [Region::North, Region::Central, Region::South] {
        let mut alerts = BTreeMap::new();
        for ((day, r, _, _), (n, _)) in &e.messages.alerts {
            if r == region.as_str() {
                *alerts.entry(*day).or_insert(0i64) += i64::try_from(*n).unwrap_or(i64::MAX);
            }
        }
        let mut sums: BTreeMap<_, (u64, u64)> = BTreeMap::new();
        for p in
            e.messages.payloads.iter().filter(|p| p.region == region && e.period.contains(p.day))
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

fn said(e: &Evidence) -> Vec<Said> {
    e.stated
        .iter()
        .zip(&e.stated_sources)
        .filter(|(s, _)| s.period == e.period)
        .map(|(s, file)| Said { stated: s.clone(), file: file.clone() })
        .collect()
}

/// Every rule that judges figures of the period: measures, levels, settings and targets in force,
/// and this methodology.
pub(crate) fn rules_used(e: &Evidence) -> Vec<RuleUsed> {
    let methodology = format!("methodology/{}", e.methodology.id);
    let last = e.period.after().plus(-1);
    e.rules
        .rules()
        .into_iter()
        .filter(|r| {
            [
                "measure/",
                "levels/",
                "setting/",
                "target/",
                "process/",
                "calendar/",
                "incident-category/",
            ]
            .iter()
            .any(|p| r.id.starts_with(p))
                || r.id == methodology
        })
        .filter(|r| r.from.is_none_or(|f| f <= last))
        .map(|r| RuleUsed {
            title: if r.value.is_empty()
                || r.id.starts_with("process/")
                || r.id.starts_with("calendar/")
            {
                r.title
            } else {
                format!("{}: {}", r.title, r.value)
            },
            mark: r.provenance.mark.clone(),
            source: r.provenance.source.clone(),
            note: r.provenance.note.clone(),
            needs_confirmation: r.provenance.needs_confirmation(),
            confirmed_by: e.registered.confirmed.get(&r.confirmation_key).cloned(),
            id: r.id,
        })
        .collect()
}

fn sources(e: &Evidence) -> Vec<SourceFile> {
    let m = &e.snapshot.root.manifest;
    let gone: BTreeSet<i64> =
        m.retracted.iter().filter(|r| r.at <= e.as_at).map(|r| r.source).collect();
    let mut out: Vec<SourceFile> = m
        .sources
        .iter()
        .filter(|s| !gone.contains(&s.id) && s.known <= e.as_at)
        .map(|s| SourceFile {
            name: s.name.clone(),
            kind: s.layout.clone(),
            feed: s.feed.clone(),
            rows: s.rows,
            sha256: s.sha256.clone(),
            known: s.known,
        })
        .collect();
    out.extend(e.registered.sources.iter().filter(|(_, s)| s.ledger_source.is_none()).map(
        |(known, s)| SourceFile {
            name: s.name.clone(),
            kind: s.layout.clone(),
            feed: s.feed.clone(),
            rows: u64::try_from(s.accepted).unwrap_or(0),
            sha256: s.sha256.clone(),
            known: *known,
        },
    ));
    out.sort_by(|a, b| (&a.name, &a.sha256).cmp(&(&b.name, &b.sha256)));
    out.dedup();
    out
}
