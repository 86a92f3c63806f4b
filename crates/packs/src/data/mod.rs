//! The pack as machines read it: every result and everything that the document shows, with exact
//! numbers and selectors. Its only time is the as-at time, so the same evidence gives the same data.

pub mod collisions;
pub mod figures;
pub mod forecasts;
pub mod incidents;
pub mod process;
pub mod provenance;
pub mod test_commands;

mod claims;
mod traffic;

use crate::{PackError, evidence::Evidence};
use collisions::CollisionView;
use figures::{Address, Entry};
use incidents::IncidentView;
use northbound_documents::model::{RuleUsed, SourceFile};
use northbound_measures::{
    MeasureResult,
    evaluate::{evaluate, unplaced},
    incidents::Which,
    inputs::{HistoryPoint, StatedFigure},
    oversight::{
        claims::{ClaimReport, Level},
        explanations::{Explanation, Requirement, required},
    },
    statistics::{
        correlation::Correlation,
        latency::Percentiles,
        sampling::{Mix, Sampling, mixes},
    },
    views::{
        diff::{Statement, statements},
        process::ProcessView,
        registration::ArrivalLine,
        volumes::Volume,
    },
};
use northbound_types::{AlertState, Mode, Period, Region, TestKind, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the file says it is.
pub const FORMAT: &str = "northbound-pack-data/1";
/// The methodologies by which test commands are counted side by side (needs.md M2).
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
    /// Further alerts that forwarded copies represent, by their own count.
    pub carried: i64,
}

/// The alerts of one code in one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertCode {
    /// Region word.
    pub region: String,
    /// Code as received; empty where none was.
    pub code: String,
    /// Received, duplicates included.
    pub received: u64,
}

/// Statements about a row's months, checked against the months.
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

/// A stated figure with the file that it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedEntry {
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
    /// Alerts received, by code; absent in packs of earlier versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_codes: Vec<AlertCode>,
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
    pub stated: Vec<StatedEntry>,
    /// Stated figures that speak of no row.
    pub unplaced: Vec<StatedFigure>,
    /// Records that contradict each other.
    #[serde(default, skip_serializing_if = "CollisionView::is_empty")]
    pub collisions: CollisionView,
    /// Forecasts and variance, as the group sees them.
    #[serde(default)]
    pub forecasts: Vec<forecasts::ForecastView>,
    /// Rules used.
    pub rules_used: Vec<RuleUsed>,
    /// Rules that still need a confirmation.
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
    let known = &e.known;
    let cited = e.cited();
    let inputs = e.inputs();
    let results = evaluate(&inputs)?;
    let ways = test_commands::ways(e, &inputs, &results)?;
    let process = process::view_of(e, None, &results);
    let by_hour = mixes(&e.counts.messages.by_hour);
    let explanations = known.registered.explanations.iter();
    Ok(PackData {
        format: FORMAT.to_owned(),
        period: e.period,
        as_at: known.as_at,
        methodology: known.methodology.id.clone(),
        rules: known.rules.id().to_owned(),
        required: required(&results, &known.registered.explanations),
        explanations: explanations.filter(|x| x.period == e.period).cloned().collect(),
        sampling: test_commands::sampling(e),
        mixes: by_hour.into_iter().map(|(k, m)| (k.to_owned(), m)).collect(),
        incidents: Some(incidents::of_evidence(e, &Which::default())).filter(|v| !v.is_empty()),
        arrivals: incidents::arrivals(
            &known.rules,
            &known.registered.arrivals,
            e.period,
            known.as_at,
        )?,
        latency: traffic::latency(e, &inputs),
        alerts: traffic::alerts(e),
        alert_codes: traffic::alert_codes(e),
        volumes: traffic::volumes(e),
        claims: claims::claims(e, &results),
        correlations: traffic::correlations(e),
        statements: results.iter().flat_map(statements).collect(),
        history: e.history.clone(),
        forecasts: e.forecasts.iter().filter_map(|(k, f)| forecasts::view(*k, f)).collect(),
        stated: provenance::stated(e),
        collisions: collisions::of_period(e)?,
        unplaced: unplaced(&inputs).into_iter().cloned().collect(),
        rules_used: provenance::rules_used(e),
        unconfirmed: known.unconfirmed.iter().cloned().collect(),
        sources: provenance::sources(e),
        figures: figures(&results, &ways, &process, &cited),
        results: numbered(results, &cited),
        ways: numbered(ways, &cited),
        process,
        manifest: known.snapshot.root.hash.clone(),
    })
}

/// Every figure that can be explained, in order of id.
fn figures(
    results: &[MeasureResult],
    ways: &[MeasureResult],
    process: &ProcessView,
    cited: &str,
) -> Vec<Entry> {
    let rows = results.iter().chain(ways).map(|r| Entry::of(Address::of(r), cited));
    let mut out: Vec<Entry> = rows.chain(process::entries(process, cited)).collect();
    out.sort_by(|a, b| a.id.cmp(&b.id));
    out.dedup();
    out
}

fn numbered(results: Vec<MeasureResult>, cited: &str) -> Vec<Numbered> {
    let id = |r: &MeasureResult| Address::of(r).id(cited);
    results.into_iter().map(|result| Numbered { id: id(&result), result }).collect()
}
