//! Everything that a pack rests on, read once and owned: rules as they stood, counts from the
//! ledger, what people keep. Cut to what was known at the as-at time.

pub mod archive;
pub mod calendar;
pub mod forecasts;
pub mod history;
pub mod incidents;
pub mod messages;
pub mod registered;

use crate::PackError;
use archive::Archive;
use forecasts::{ActualsFrom, Desk, Forecasts};
use messages::Messages;
use northbound_ledger::{Ledger, Reading, Snapshot, judge::RulesJudge};
use northbound_measures::{
    Inputs, MeasureResult, Settings,
    evaluate::{activity, evaluate},
    incidents::clock::{IncidentInputs, IncidentRules},
    inputs::{FeedCoverage, HistoryPoint, Latency, StatedFigure},
};
use northbound_registers::gate::Gate;
use northbound_rules::{RuleSet, measure::Methodology};
use northbound_types::{Day, ForecastKind, Period, Utc};
use registered::Registered;
use std::{collections::BTreeSet, path::Path};

/// The methodology of a pack that names none.
pub const DEFAULT_METHODOLOGY: &str = "pmm-2018";
/// Months before the period that streaks and charts look at.
pub const HISTORY_MONTHS: i32 = 36;

/// Where the evidence is.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The data folder.
    pub data: &'a Path,
    /// The ledger.
    pub ledger: &'a Ledger,
    /// The registers, as the one who asks may see them.
    pub gate: &'a Gate<'a>,
    /// The rules in force now.
    pub rules: &'a RuleSet,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Period.
    pub period: Period,
    /// What was known at this time counts; `now` where none is given.
    pub as_at: Option<Utc>,
    /// Methodology; [`DEFAULT_METHODOLOGY`] where none is given.
    pub methodology: Option<String>,
    /// The clock.
    pub now: Utc,
    /// A certain version of the ledger and of the rules: for what was frozen.
    pub frozen: Option<Frozen>,
}

impl Ask {
    /// A period as at now, by the default methodology.
    #[must_use]
    pub fn of(period: Period, now: Utc) -> Ask {
        Ask { period, as_at: None, methodology: None, now, frozen: None }
    }
}

/// What a written pack cites.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Frozen {
    /// Root manifest hash; empty for an empty ledger.
    pub manifest: String,
    /// Rule-set hash.
    pub rules: String,
    /// Revision of the registers.
    pub revision: i64,
}

/// A step of long work, for a progress display.
pub type Step<'a> = &'a mut dyn FnMut(&'static str);

/// The evidence of one period.
#[derive(Debug)]
pub struct Evidence {
    /// Period.
    pub period: Period,
    /// As at.
    pub as_at: Utc,
    /// The rules as they stood.
    pub rules: RuleSet,
    /// How to count.
    pub methodology: Methodology,
    /// Settings on the first day of the period.
    pub settings: Settings,
    /// The ledger as at.
    pub snapshot: Snapshot,
    /// The rules as the ledger's judge.
    pub judge: RulesJudge,
    /// Counts of the period and of whatever earlier days its measures look at.
    pub messages: Messages,
    /// What people keep.
    pub registered: Registered,
    /// Stated figures of all periods.
    pub stated: Vec<StatedFigure>,
    /// The source file of each stated figure, in the same order.
    pub stated_sources: Vec<String>,
    /// Feeds with what was expected and what came.
    pub feeds: Vec<FeedCoverage>,
    /// How incidents are judged.
    pub incident_rules: IncidentRules,
    /// Rules that nobody has confirmed.
    pub unconfirmed: BTreeSet<String>,
    /// Earlier months.
    pub history: Vec<HistoryPoint>,
    /// Forecasts by kind, for the months that a pack shows; none for a period that is no month.
    pub forecasts: Vec<(ForecastKind, Forecasts)>,
    /// Why forecasts cannot be shown, where that is so.
    pub forecast_problem: Option<String>,
    /// No version of the ledger is let go before what is made of this is noted.
    pub reading: Option<Reading>,
}

impl Evidence {
    /// What the measures read.
    #[must_use]
    pub fn inputs(&self) -> Inputs<'_> {
        let m = &self.messages;
        Inputs {
            period: self.period,
            as_at: self.as_at,
            measures: self.rules.measures(),
            methodology: &self.methodology,
            settings: &self.settings,
            cells: &m.cells,
            latency: Latency { dims: messages::LATENCY, rows: &m.latency, edges: &m.edges },
            services: &self.registered.services,
            outages: &m.outages,
            payloads: &m.payloads,
            hubs: &self.registered.hubs,
            population: &self.registered.population,
            incidents: IncidentInputs {
                events: &self.registered.incidents,
                rules: Some(&self.incident_rules),
            },
            tests_by_hour: &m.by_hour,
            stated: &self.stated,
            feeds: &self.feeds,
            faults: &self.registered.faults,
            exceptions: &self.registered.exceptions,
            overrides: &self.registered.overrides,
            unconfirmed: &self.unconfirmed,
            history: &self.history,
        }
    }
    /// The results of every measure row.
    ///
    /// # Errors
    /// As [`evaluate()`].
    pub fn evaluate(&self) -> Result<Vec<MeasureResult>, PackError> {
        Ok(evaluate(&self.inputs())?)
    }
    /// What a pack made of this cites.
    #[must_use]
    pub fn frozen(&self) -> Frozen {
        Frozen {
            manifest: self.snapshot.root.hash.clone(),
            rules: self.rules.id().to_owned(),
            revision: self.registered.revision,
        }
    }
    /// The days of the period.
    #[must_use]
    pub fn days(&self) -> (Day, Day) {
        (self.period.first(), self.period.after())
    }
}

/// Reads the evidence of a period.
///
/// # Errors
/// Where ledger, registers or rules cannot be read, or the methodology is not known.
pub fn gather(place: &Place<'_>, ask: &Ask, step: Step<'_>) -> Result<Evidence, PackError> {
    let as_at = ask.as_at.unwrap_or(ask.now);
    let reading = place.ledger.reading()?;
    step("reading the rules as they stood");
    let mut archive = Archive::open(place.data)?;
    archive.keep(place.rules, ask.now)?;
    let rules = match &ask.frozen {
        Some(f) => archive.load(&f.rules)?,
        None => archive.in_force(as_at)?,
    };
    let name = ask.methodology.as_deref().unwrap_or(DEFAULT_METHODOLOGY);
    let methodology = rules.methodology(name).cloned().ok_or_else(|| {
        let known: Vec<&str> = rules.methodologies().iter().map(|m| m.id.as_str()).collect();
        PackError::NotFound(format!(
            "there is no methodology {name:?}; use one of {}",
            known.join(", ")
        ))
    })?;
    let settings = settings(&rules, ask.period.first())?;
    step("reading the registers");
    let registered = registered::read(place.gate, as_at, ask.frozen.as_ref().map(|f| f.revision))?;
    let confirmed: BTreeSet<String> = registered.confirmed.keys().cloned().collect();
    let judge = RulesJudge::new(&rules, &confirmed);
    let snapshot = match &ask.frozen {
        Some(f) if !f.manifest.is_empty() => place.ledger.snapshot_of(&f.manifest, Some(as_at))?,
        _ => place.ledger.snapshot(Some(as_at))?,
    };
    step("reading stated figures");
    let (stated, stated_sources) = messages::stated(&snapshot)?;
    let unconfirmed = rules.unconfirmed_keys(&confirmed);
    let incident_rules = incidents::rules(&rules, ask.period.first(), &unconfirmed)?;
    let mut evidence = Evidence {
        period: ask.period,
        as_at,
        methodology,
        settings,
        judge,
        messages: Messages::default(),
        registered,
        stated,
        stated_sources,
        feeds: Vec::new(),
        incident_rules,
        unconfirmed,
        history: Vec::new(),
        forecasts: Vec::new(),
        forecast_problem: None,
        reading,
        snapshot,
        rules,
    };
    step("looking at earlier months");
    evidence.history = history::points(&mut evidence)?;
    step("counting the period's messages");
    evidence.messages = messages::read(&evidence, ask.period, true)?;
    evidence.feeds = calendar::coverage(&evidence, ask.period)?;
    step("reading forecasts");
    match forecasts(place.gate, &evidence) {
        Ok(found) => evidence.forecasts = found,
        // A rule set of before there were forecasts, or a month that no calendar reaches: the rest of the pack stands.
        Err(PackError::Rules(e)) => evidence.forecast_problem = Some(e.to_string()),
        Err(e) => return Err(e),
    }
    Ok(evidence)
}

/// Forecasts for the months up to the period: of Service Requests where there are Users, of certificates
/// where anything was forecast or counted.
fn forecasts(gate: &Gate<'_>, e: &Evidence) -> Result<Vec<(ForecastKind, Forecasts)>, PackError> {
    if !matches!(e.period, Period::Month(..)) || e.registered.users.is_empty() {
        return Ok(Vec::new());
    }
    let desk = Desk {
        rules: &e.rules,
        gate,
        state: e.registered.state,
        snapshot: &e.snapshot,
        judge: &e.judge,
        as_at: e.as_at,
        floor: e.methodology.coverage_floor,
    };
    let months: Vec<Period> =
        (0..crate::assemble::forecasts::MONTHS).rev().map(|n| e.period.plus(-n)).collect();
    let mut out = Vec::new();
    for (kind, from) in
        [(ForecastKind::Sr, ActualsFrom::Ledger), (ForecastKind::Csr, ActualsFrom::Stated)]
    {
        let f = desk.read(kind, &months, 0, from)?;
        if kind == ForecastKind::Sr
            || !f.submissions.is_empty()
            || f.actuals.values().any(|a| a.known)
        {
            out.push((kind, f));
        }
    }
    Ok(out)
}

/// First day and first day after of everything that the measures of a period look at.
#[must_use]
pub fn reach(rules: &RuleSet, period: Period) -> (Day, Day) {
    rules
        .measures()
        .iter()
        .map(|d| activity(d, period))
        .fold((period.first(), period.after()), |(a, b), p| (a.min(p.first()), b.max(p.after())))
}

fn settings(rules: &RuleSet, day: Day) -> Result<Settings, PackError> {
    let small = |key: &str| -> Result<i64, PackError> { Ok(rules.integer(key, day)?) };
    let fit = |key: &str, v: i64| {
        PackError::Refused(format!(
            "the setting {key} is {v}, which does not fit; correct settings.toml"
        ))
    };
    let hour = |key: &str| -> Result<u8, PackError> {
        let v = small(key)?;
        u8::try_from(v).map_err(|_| fit(key, v))
    };
    let window = small("outage-window-minutes")?;
    let connect = small("connect-days")?;
    Ok(Settings {
        wilson_z: rules.fraction("wilson-z", day)?,
        outage_window_minutes: u32::try_from(window)
            .map_err(|_| fit("outage-window-minutes", window))?,
        quiet_from: hour("test-quiet-from-hour")?,
        quiet_to: hour("test-quiet-to-hour")?,
        tests_per_hub: rules.fraction("tests-per-hub", day)?,
        hub_device_types: rules.list("hub-device-types", day)?.to_vec(),
        commissioned: rules.list("commissioned-statuses", day)?.to_vec(),
        connect_days: i32::try_from(connect).map_err(|_| fit("connect-days", connect))?,
        wide_interval: rules.fraction("wide-interval", day)?,
    })
}
