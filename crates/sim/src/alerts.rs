//! Alerts as the service records them: for whom, and what became of each.

use crate::{exchange::Exchange, storm::{self, Verdict}, users::Role, world::World};
use northbound_network::{DeviceType, Raised, Rng, latency::SECOND};
use northbound_types::{AlertState, Day, Eui64, Mode, Region, RequestState};
use std::collections::BTreeMap;

/// One alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the alerts layout")]
pub struct Alert {
    pub device: Eui64,
    pub recipient: Eui64,
    pub counter: u64,
    pub code: &'static str,
    /// `device` or `dcc`.
    pub alert_kind: &'static str,
    pub state: AlertState,
    pub excluded: bool,
    pub carried: i64,
    pub raised: i64,
    pub received: i64,
    pub delivered: Option<i64>,
    pub region: Region,
    pub provider: &'static str,
    pub feed: &'static str,
    /// Counted in a storm that is open at the cut-off: this alert's share of the residue.
    pub residue: i64,
}

/// Codes that storm protection leaves alone (an assumption).
const EXCLUDED: &[&str] = &["AD1", "8F66", "8F67", "8F75"];

/// The day's alerts by time of receipt; those received at or after the cut-off are not known yet.
pub(crate) fn alerts(world: &World, day: Day, requests: &[Exchange]) -> Vec<Alert> {
    let raised = world.network.alerts_on(world.first(), day, &world.storms);
    let mut all: Vec<Alert> = raised.iter().filter_map(|r| alert(world, r)).collect();
    all.extend(requests.iter().filter_map(|e| closing(world, day, e)));
    duplicates(world, day, &mut all);
    all.retain(|a| a.received < world.cut_off());
    all.sort_unstable_by_key(|a| (a.received, a.device, a.counter, a.state));
    protect(world, day, &mut all);
    for a in &mut all {
        if a.delivered.is_some_and(|d| d >= world.cut_off()) { a.delivered = None; a.state = AlertState::Pending; }
    }
    all
}

fn alert(world: &World, r: &Raised) -> Option<Alert> {
    let (home, kind) = world.network.fleet.home(r.device)?;
    let network_code = r.code == "AD1" || r.code.starts_with("80");
    let role = if network_code { Role::Ed } else if matches!(kind, DeviceType::Gpf | DeviceType::Gsme) { Role::Gs } else { Role::Is };
    let recipient = world.config.users[usize::from(world.serving[home.number as usize][role as usize])].eui;
    let mut rng = Rng::stream(world.config.seed, &[40, r.device.0, r.counter]);
    let outage = r.code == "AD1";
    // In the poor region some outage alerts of hubs are not passed on.
    let refused = rng.chance(if outage && home.region == Region::North { 45_000 } else { 800 });
    let takes = rng.between(200, 3_000) * 1_000;
    let state = if refused { AlertState::Refused } else {
        match rng.below(1_000) { 0 => AlertState::Parked, 1..=2 => AlertState::Pending, _ => AlertState::Delivered }
    };
    Some(Alert {
        device: r.device, recipient, counter: r.counter, code: r.code, alert_kind: if outage { "dcc" } else { "device" }, state,
        excluded: EXCLUDED.contains(&r.code), carried: 0, raised: r.raised, received: r.received,
        delivered: (state == AlertState::Delivered).then_some(r.received + takes),
        region: home.region, provider: world.network.profile(home.region)?.provider, feed: "alerts", residue: 0,
    })
}

/// A device that executes at a stated time says so with 8F66 or 8F67: the answer's own leg.
fn closing(world: &World, day: Day, e: &Exchange) -> Option<Alert> {
    if e.mode != Mode::FutureDated || e.cv != 5 { return None; }
    let (answered, sent) = (e.times.answered_at_wan?, e.times.answer_sent?);
    let code = match e.state() { RequestState::AnsweredSuccess => "8F66", RequestState::AnsweredDeviceError => "8F67", _ => return None };
    if answered >= day.end().0 { return None; }
    Some(Alert {
        device: e.target, recipient: e.originator, counter: (answered / 1_000).unsigned_abs(), code, alert_kind: "device",
        state: AlertState::Delivered, excluded: true, carried: 0, raised: answered - SECOND, received: answered,
        delivered: Some(e.times.delivered.unwrap_or(sent)), region: e.region, provider: world.network.profile(e.region)?.provider, feed: "alerts", residue: 0,
    })
}

/// Some arrive twice: same device, recipient and counter, a little later, within the day.
fn duplicates(world: &World, day: Day, all: &mut Vec<Alert>) {
    let repeats: Vec<Alert> = all.iter().filter_map(|a| {
        let mut rng = Rng::stream(world.config.seed, &[41, a.device.0, a.counter]);
        if a.excluded || !rng.chance(4_000) { return None; }
        let received = a.received + rng.between(1, 60) * SECOND;
        (received < day.end().0).then_some(Alert { state: AlertState::Duplicate, received, delivered: None, carried: 0, ..*a })
    }).collect();
    all.extend(repeats);
}

/// Storm protection, by device, code and recipient; exact repeats were taken out before.
fn protect(world: &World, day: Day, all: &mut [Alert]) {
    let mut groups: BTreeMap<(Eui64, &str, Eui64), Vec<usize>> = BTreeMap::new();
    for (i, a) in all.iter().enumerate() {
        if !a.excluded && !matches!(a.state, AlertState::Duplicate | AlertState::Refused) { groups.entry((a.device, a.code, a.recipient)).or_default().push(i); }
    }
    let open_at = (day.end().0 == world.cut_off()).then_some(world.cut_off());
    for at in groups.into_values().filter(|g| g.len() > storm::THRESHOLD) {
        let times: Vec<i64> = at.iter().map(|&i| all[i].received).collect();
        let (verdicts, mut residue) = storm::judge(&times, open_at);
        for (&i, verdict) in at.iter().zip(&verdicts).rev() {
            let a = &mut all[i];
            match verdict {
                Verdict::Pass => {}
                Verdict::Consolidate => {
                    a.state = AlertState::Consolidated;
                    a.delivered = None;
                    if residue > 0 { a.residue = 1; residue -= 1; }
                }
                Verdict::Carry(n) => {
                    a.carried = *n;
                    a.state = AlertState::Delivered;
                    a.delivered = Some(a.received + SECOND);
                }
            }
        }
    }
}
