//! The providers' round-trip-time tests: to commissioned second-generation hubs inside the
//! Coverage Area, split into three groups, as many per hub and month as the rule asks with some to
//! spare. In the poor region nearly all lie in the quiet hours.

use crate::{
    exchange::{Exchange, Times},
    users::tester,
    world::World,
};
use northbound_emulator::{
    Command, DeviceType, Fate, Home, Pace, Rng,
    fleet::device,
    latency::{HOUR, QUIET_UNTIL_HOUR, SECOND},
};
use northbound_types::{
    Day, Generation, Kind, Leg, Mode, Region, RequestState as S, ResponseCode, Srv, TestKind, Utc,
    time::DAY_US,
};

/// Tests of each kind per hub in thirty days, in hundredths: above the 0.5 of the rule.
pub const TESTS_PER_HUB_HUNDREDTHS: u64 = 60;
/// Of the poor region's tests so many lie in the quiet hours, ppm.
const QUIET_PPM: u64 = 960_000;

/// A kind of test: its limit, when it is given up, its pace and mode.
struct Group(TestKind, i64, i64, Pace, Mode);

const GROUPS: &[Group] = &[
    Group(TestKind::Rtt4, 25 * SECOND, 120 * SECOND, Pace::OnDemand, Mode::OnDemand),
    Group(TestKind::Rtt3, 2 * HOUR, 6 * HOUR, Pace::Relaxed, Mode::FutureDated),
    Group(TestKind::Rtt2, 22 * HOUR, 26 * HOUR, Pace::Bulk, Mode::Scheduled),
];

/// The provider's name for its counters and its feed.
pub(crate) fn feed(region: Region) -> &'static str {
    match region {
        Region::North => "cspn",
        Region::Central => "cspc",
        _ => "csps",
    }
}

/// The day's tests, by time, not yet cut off.
pub(crate) fn tests(world: &World, day: Day) -> Vec<Exchange> {
    let mut all = Vec::new();
    for profile in &world.network.profiles {
        let hubs: Vec<&Home> = world
            .network
            .fleet
            .homes
            .iter()
            .filter(|h| {
                h.region == profile.region
                    && h.generation == Generation::Smets2
                    && h.in_coverage
                    && h.connected_on(day.plus(-1))
            })
            .collect();
        if hubs.is_empty() {
            continue;
        }
        let since = u64::try_from(world.number(day)).unwrap_or(0);
        let until =
            |days: u64| (hubs.len() as u64 * TESTS_PER_HUB_HUNDREDTHS * days).div_ceil(3_000);
        for (g, group) in GROUPS.iter().enumerate() {
            for n in until(since)..until(since + 1) {
                let mut rng = Rng::stream(
                    world.config.seed,
                    &[30, profile.region as u64, g as u64, day.0 as u64, n],
                );
                let home = hubs[rng.below(hubs.len() as u64) as usize];
                let quiet = profile.region == Region::North
                    && world.config.scenario.poor_north
                    && rng.chance(QUIET_PPM);
                let at = day.start().0
                    + rng.between(
                        0,
                        if quiet { QUIET_UNTIL_HOUR * HOUR } else { DAY_US - 20 * SECOND },
                    );
                all.push(test(profile.provider, home, group, at - at.rem_euclid(1_000)));
            }
        }
    }
    all.sort_unstable_by_key(|e| (e.originator, e.target, e.times.received, e.test_kind));
    for i in 1..all.len() {
        if (all[i - 1].originator, all[i - 1].target) == (all[i].originator, all[i].target)
            && all[i].times.received <= all[i - 1].times.received
        {
            let at = all[i - 1].times.received.0 + 1_000;
            let kind = all[i].test_kind;
            let home = world.network.fleet.home(all[i].target).map(|(h, _)| h);
            if let (Some(home), Some(group)) = (home, GROUPS.iter().find(|g| g.0 == kind)) {
                all[i] = test(all[i].provider, home, group, at);
            }
        }
    }
    for e in &mut all {
        run(world, e);
    }
    all.sort_unstable_by_key(|e| (e.times.received, e.originator, e.target));
    all
}

fn test(
    provider: &'static str,
    home: &Home,
    &Group(kind, limit, give_up, _, mode): &Group,
    at: i64,
) -> Exchange {
    Exchange {
        namespace: feed(home.region),
        originator: tester(home.region),
        target: device(home.number, DeviceType::Chf),
        counter: (at / 1_000).unsigned_abs(),
        leg: Leg::Send,
        instance: 0,
        kind: Kind::NetworkCommand,
        mode,
        srv: Srv::NONE,
        cv: None,
        role: "",
        party_category: "",
        class: "test",
        generation: Generation::Smets2,
        device_type: DeviceType::Chf.as_str(),
        test_kind: kind,
        region: home.region,
        provider,
        feed: feed(home.region),
        code: ResponseCode::NONE,
        times: Times {
            queued: Some(Utc(at)),
            sent_to_wan: Some(Utc(at)),
            ..Times::received(Utc(at))
        },
        target_at: Some(Utc(at + limit)),
        timeout_at: Some(Utc(at + give_up)),
        state: S::InFlight,
    }
}

fn run(world: &World, e: &mut Exchange) {
    let (at, give_up) = (e.times.received.0, e.timeout_at.map_or(i64::MAX, |t| t.0));
    let pace = GROUPS.iter().find(|g| g.0 == e.test_kind).map_or(Pace::OnDemand, |g| g.3);
    let end = |e: &mut Exchange, state: S, code: ResponseCode, at: i64| {
        (e.state, e.code, e.times.ended) = (state, code, Some(Utc(at)))
    };
    match world.network.dispatch(&Command {
        at,
        target: e.target,
        key: e.counter,
        pace,
        error_ppm: 0,
    }) {
        Fate::NoRoute { known } => end(e, S::FailedNoRoute, ResponseCode::of("E20"), known),
        Fate::Lost { .. } => end(e, S::TimedOut, ResponseCode::of("E21"), give_up),
        Fate::Answered { delivered, answered, .. } => {
            e.times.delivered_to_device = Some(Utc(delivered));
            e.times.answered_at_wan = Some(Utc(answered));
            if answered >= give_up {
                return end(e, S::TimedOut, ResponseCode::of("E21"), give_up);
            }
            e.times.answer_sent = Some(Utc(answered));
            end(e, S::AnsweredSuccess, ResponseCode::of("I0"), answered);
        }
    }
}
