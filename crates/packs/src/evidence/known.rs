//! Rules, registers and ledger as known at one time, and the counts of any period by them.

use super::{
    Scope, Sources,
    archive::Archive,
    calendar, incidents,
    messages::{self, Messages},
    registered::{self, Registered},
};
use crate::PackError;
use northbound_ledger::{Snapshot, judge::RulesJudge};
use northbound_measures::{
    Inputs, Settings,
    evaluate::activity,
    incidents::rules::{IncidentInputs, IncidentRules},
    inputs::{FeedCoverage, HistoryPoint, Latency, StatedFigure},
};
use northbound_rules::{RuleSet, measure::Methodology};
use northbound_types::{Day, Period, Utc};
use std::collections::BTreeSet;

/// Rules, registers and ledger as known at the as-at time. The same for every period that is counted.
#[derive(Debug)]
pub struct Known {
    /// What came or was recorded later is not in.
    pub as_at: Utc,
    /// The rules in force then.
    pub rules: RuleSet,
    /// The rules in force at the time of the command, to be archived once it records what it built.
    pub(crate) to_archive: Option<(RuleSet, Utc)>,
    /// How to count.
    pub methodology: Methodology,
    /// Settings on the first day of the period asked for.
    pub settings: Settings,
    /// The ledger.
    pub snapshot: Snapshot,
    /// The rules as the ledger's judge.
    pub judge: RulesJudge,
    /// The registers.
    pub registered: Registered,
    /// Stated figures of all periods.
    pub stated: Vec<StatedFigure>,
    /// The source file of each stated figure, in the same order.
    pub stated_sources: Vec<String>,
    /// How incidents are judged.
    pub incident_rules: IncidentRules,
    /// Rules without a confirmation.
    pub unconfirmed: BTreeSet<String>,
}

/// What the ledger counts in a period, and which feeds those counts rest on.
#[derive(Debug)]
pub struct Counts {
    /// Counts of the period and of whatever earlier days its measures look at.
    pub messages: Messages,
    /// Feeds, each with the days expected and the days that came.
    pub feeds: Vec<FeedCoverage>,
    /// The only User with messages, where no feed of the network was due and nothing else is in the ledger.
    pub only_user: Option<String>,
}

/// How much of a period is read from the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// What measures are evaluated from.
    Measures,
    /// Also what only a document shows: counts by User, latency, deadlines, alerts.
    Document,
}

impl Known {
    /// Reads the rules in force, the registers and the ledger.
    pub(super) fn read(
        sources: &Sources<'_>,
        scope: &Scope,
        progress: &mut dyn FnMut(&'static str),
    ) -> Result<Known, PackError> {
        let as_at = scope.as_at.unwrap_or(scope.now);
        progress("reading the rules as at the time");
        let mut archive = Archive::open(sources.data)?;
        archive.assume(sources.rules, scope.now);
        let rules = match &scope.frozen {
            Some(f) => archive.load(&f.rules)?,
            None => archive.in_force(as_at)?,
        };
        let methodology = methodology(&rules, scope)?;
        let settings = settings(&rules, scope.period.first())?;
        progress("reading the registers");
        let registered =
            registered::read(sources.gate, as_at, scope.frozen.as_ref().map(|f| f.revision))?;
        let confirmed: BTreeSet<String> = registered.confirmed.keys().cloned().collect();
        let judge = RulesJudge::new(&rules, &confirmed);
        let snapshot = match &scope.frozen {
            Some(f) if !f.manifest.is_empty() => {
                sources.ledger.snapshot_of(&f.manifest, Some(as_at))?
            }
            _ => sources.ledger.snapshot(Some(as_at))?,
        };
        progress("reading stated figures");
        let (stated, stated_sources) = messages::stated(&snapshot)?;
        let unconfirmed = rules.unconfirmed_keys(&confirmed);
        let incident_rules = incidents::rules(&rules, scope.period.first(), &unconfirmed)?;
        Ok(Known {
            as_at,
            to_archive: sources.record.then(|| (sources.rules.clone(), scope.now)),
            rules,
            methodology,
            settings,
            snapshot,
            judge,
            registered,
            stated,
            stated_sources,
            incident_rules,
            unconfirmed,
        })
    }

    /// Counts the messages of a period, and the coverage of its feeds.
    pub(crate) fn counts(&self, period: Period, detail: Detail) -> Result<Counts, PackError> {
        self.with_coverage(messages::read(self, period, detail)?, period)
    }

    /// The counts of a period of which the ledger holds no day.
    pub(super) fn no_counts(&self, period: Period) -> Result<Counts, PackError> {
        self.with_coverage(Messages::default(), period)
    }

    fn with_coverage(&self, messages: Messages, period: Period) -> Result<Counts, PackError> {
        let feeds = calendar::coverage(self, &messages, period)?;
        let watched = feeds.iter().any(|f| {
            let traffic = |c: &String| c == "messages" || c == "tests";
            !f.expected.is_empty() && (f.carries.is_empty() || f.carries.iter().any(traffic))
        });
        let only_user = if watched || messages.cells.rows.is_empty() {
            None
        } else {
            messages::only_user(self, period)?
        };
        Ok(Counts { feeds, messages, only_user })
    }

    /// What the measures of a period are evaluated from.
    #[must_use]
    pub fn inputs<'a>(
        &'a self,
        period: Period,
        counts: &'a Counts,
        history: &'a [HistoryPoint],
    ) -> Inputs<'a> {
        let m = &counts.messages;
        Inputs {
            period,
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
            only_user: counts.only_user.as_deref(),
            stated: &self.stated,
            feeds: &counts.feeds,
            faults: &self.registered.faults,
            exceptions: &self.registered.exceptions,
            overrides: &self.registered.overrides,
            unconfirmed: &self.unconfirmed,
            history,
        }
    }
}

fn methodology(rules: &RuleSet, scope: &Scope) -> Result<Methodology, PackError> {
    let name = scope.methodology.as_deref().unwrap_or(super::DEFAULT_METHODOLOGY);
    rules.methodology(name).cloned().ok_or_else(|| {
        let known: Vec<&str> = rules.methodologies().iter().map(|m| m.id.as_str()).collect();
        PackError::NotFound(format!(
            "there is no methodology {name:?}; use one of {}",
            known.join(", ")
        ))
    })
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
            "the setting {key} is {v}, which is out of range; correct settings.toml"
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
