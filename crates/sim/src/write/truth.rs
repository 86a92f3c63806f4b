//! What is planted, and what the written files hold.

use crate::{alerts::Alert, exchange::Exchange, firmware::Payload, world::World};
use northbound_types::{AlertState, Mode, RequestState, Timeliness, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// Tests of one provider and kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TestCounts {
    /// Sent.
    pub attempts: u64,
    /// Answered, not above the limit.
    pub in_time: u64,
    /// Answered, above it.
    pub late: u64,
    /// Not answered, whatever the reason.
    pub unanswered: u64,
}

impl TestCounts {
    fn add(&mut self, e: &Exchange) {
        self.attempts += 1;
        let (answered, target) = (e.times.answer_sent.map(|t| t.0), e.target_at.map(|t| t.0));
        match Timeliness::judge(e.state(), e.times.received.0, answered, target) {
            Timeliness::InTime => self.in_time += 1,
            Timeliness::Late => self.late += 1,
            _ => self.unanswered += 1,
        }
    }
}

/// Planted differences between the service's records of a User and that User's own log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    /// Rows of the User in the service's records.
    pub service_rows: u64,
    /// Rows in the User's log.
    pub user_rows: u64,
    /// Only in the service's records: the User's log has lost them. Message ids.
    pub missing_from_user_log: Vec<String>,
    /// Only in the User's log: the service's records have lost them. Message ids.
    pub missing_from_service: Vec<String>,
    /// Twice in the User's log. Message ids.
    pub duplicated_in_user_log: Vec<String>,
    /// Written in UTC where the log means local time, and so on the day before. Message ids.
    pub wrong_zone_other_day: Vec<String>,
    /// Rows whose local day differs from the UTC day (what a count by local day would shift).
    pub local_day_differs: u64,
    /// User-run tests, which the User's log leaves out.
    pub tests_not_in_user_log: u64,
    /// First-generation messages, which the User's log leaves out (tests not counted again).
    pub smets1_not_in_user_log: u64,
    /// Received after the User's log was taken (neither tests nor first generation).
    pub after_user_cut_off: u64,
}

/// The alerts of the files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AlertCounts {
    /// Rows.
    pub received: u64,
    /// By state.
    pub by_state: BTreeMap<AlertState, u64>,
    /// Sum of what forwarded copies carry.
    pub carried: i64,
    /// Consolidated and carried by no copy: the storm is open at the cut-off.
    pub residue: i64,
}

/// The archive of DUIS messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ArchiveCounts {
    /// XML files.
    pub messages: u64,
    /// Requests among them.
    pub requests: u64,
    /// Acknowledgements and refusals.
    pub immediate: u64,
    /// Answers.
    pub answers: u64,
    /// Alerts.
    pub alerts: u64,
}

/// Outage alerts of one three-minute window.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WindowCounts {
    /// Distinct hubs.
    pub hubs: u64,
    /// Alerts received.
    pub received: u64,
    /// Alerts forwarded.
    pub passed: u64,
}

/// All truths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// Says that it is invented.
    pub note: String,
    /// Seed.
    pub seed: u64,
    /// Meters.
    pub meters: u32,
    /// Month.
    pub period: String,
    /// Days.
    pub days: u32,
    /// Rows of the message files by region, mode and state.
    pub messages: BTreeMap<String, BTreeMap<Mode, BTreeMap<RequestState, u64>>>,
    /// What really happened to tests, by provider and kind.
    pub tests: BTreeMap<String, BTreeMap<String, TestCounts>>,
    /// What the providers' logs say.
    pub tests_logged: BTreeMap<String, BTreeMap<String, TestCounts>>,
    /// What they say once the correction is in.
    pub tests_corrected: BTreeMap<String, BTreeMap<String, TestCounts>>,
    /// Alerts.
    pub alerts: AlertCounts,
    /// AD1 in region North by window: the instant at which each begins, UTC.
    pub outage_windows: BTreeMap<String, WindowCounts>,
    /// Payloads by provider: (completed in time, late, failed, pending).
    pub payloads: BTreeMap<String, [u64; 4]>,
    /// Planted differences.
    pub reconciliation: Reconciliation,
    /// The archive.
    pub archive: ArchiveCounts,
    /// Measure rows whose stated history has a planted shape, in words.
    pub stated: BTreeMap<String, String>,
    /// Tests with the shortest limit by provider and day, as logged: what daily figures are made of.
    #[serde(skip)]
    pub(crate) daily: BTreeMap<(&'static str, northbound_types::Day), TestCounts>,
    #[serde(skip)]
    hubs_seen: std::collections::BTreeSet<(String, u64)>,
}

impl Truth {
    pub(crate) fn new(world: &World) -> Truth {
        Truth {
            note: "invented by the simulator; no real source has this file".to_owned(),
            seed: world.config.seed,
            meters: world.network.fleet.meters,
            period: world.config.period.to_string(),
            days: world.days,
            messages: BTreeMap::new(),
            tests: BTreeMap::new(),
            tests_logged: BTreeMap::new(),
            tests_corrected: BTreeMap::new(),
            alerts: AlertCounts::default(),
            outage_windows: BTreeMap::new(),
            payloads: BTreeMap::new(),
            reconciliation: Reconciliation::default(),
            archive: ArchiveCounts::default(),
            stated: BTreeMap::new(),
            daily: BTreeMap::new(),
            hubs_seen: std::collections::BTreeSet::new(),
        }
    }

    pub(crate) fn message(&mut self, e: &Exchange) {
        *self
            .messages
            .entry(e.region.to_string())
            .or_default()
            .entry(e.mode)
            .or_default()
            .entry(e.state())
            .or_default() += 1;
    }

    pub(crate) fn test(&mut self, e: &Exchange) {
        cell(&mut self.tests, e).add(e);
    }
    pub(crate) fn test_row(&mut self, e: &Exchange) {
        if e.test_kind == northbound_types::TestKind::Rtt4 {
            self.daily.entry((e.provider, e.times.received.day())).or_default().add(e);
        }
        cell(&mut self.tests_logged, e).add(e);
        cell(&mut self.tests_corrected, e).add(e);
    }
    /// A row of the correction takes the place of what was logged, where anything was.
    pub(crate) fn resent(&mut self, e: &Exchange, logged: Option<&Exchange>) {
        let c = cell(&mut self.tests_corrected, e);
        if logged.is_some() {
            c.attempts -= 1;
            c.in_time -= 1;
        }
        c.add(e);
    }

    pub(crate) fn alert(&mut self, a: &Alert) {
        let c = &mut self.alerts;
        c.received += 1;
        *c.by_state.entry(a.state).or_default() += 1;
        c.carried += a.carried;
        if a.code.as_str() == "AD1" && a.region == northbound_types::Region::North {
            const WINDOW: i64 = 180_000_000;
            let key = Utc(a.received.0 - a.received.0.rem_euclid(WINDOW)).to_string();
            let new = self.hubs_seen.insert((key.clone(), a.device.0));
            let w = self.outage_windows.entry(key).or_default();
            w.hubs += u64::from(new);
            w.received += 1;
            w.passed += u64::from(a.state.is_forwarded());
        }
    }

    pub(crate) fn residue(&mut self, residue: u64) {
        self.alerts.residue += i64::try_from(residue).unwrap_or(i64::MAX);
    }

    pub(crate) fn payload(&mut self, p: &Payload) {
        let row = self.payloads.entry(p.provider.to_owned()).or_default();
        let at = match (p.state, p.completed) {
            ("completed", Some(c)) => usize::from(c > p.target_at),
            ("failed", _) => 2,
            _ => 3,
        };
        row[at] += 1;
    }
}

fn cell<'a>(
    map: &'a mut BTreeMap<String, BTreeMap<String, TestCounts>>,
    e: &Exchange,
) -> &'a mut TestCounts {
    map.entry(e.provider.to_owned()).or_default().entry(e.test_kind.to_string()).or_default()
}
