//! The network as its users see it: faults bite where and when they hold, gas meters sleep, hubs
//! report a power cut after three minutes, and no answer depends on the order of the questions.

use northbound_emulator::{
    AlertSource, Command, DeviceType, Fate, Fault, Fleet, FleetConfig, Network, Pace, Storm,
    Trouble,
    fleet::device,
    latency::{GOOD_CENTRAL, GOOD_SOUTH, HOUR, MINUTE, POOR_NORTH, SECOND},
    wan::{GSME_WAKES_EVERY, NO_ROUTE_AFTER},
};
use northbound_types::{Day, Region, time::DAY_US};

const DAY: Day = Day(20_544);

fn network(meters: u32, faults: Vec<Fault>) -> Network {
    let fleet = Fleet::build(&FleetConfig { seed: 11, meters, first: DAY, days: 30 });
    Network::new(11, fleet, vec![POOR_NORTH, GOOD_CENTRAL, GOOD_SOUTH], faults)
}

fn ask(n: &Network, home: u32, kind: DeviceType, at: i64, pace: Pace) -> Fate {
    n.dispatch(&Command { at, target: device(home, kind), key: at as u64, pace, error_ppm: 0 })
}

/// On-demand answers within 30 s among all Commands to connected meters of a region, per thousand.
fn in_time(n: &Network, region: Region, start: i64) -> u64 {
    let (mut good, mut all) = (0, 0);
    for h in n.fleet.homes.iter().filter(|h| h.region == region && h.connected_on(DAY)) {
        for k in 0..4 {
            let at = start + k * 1_001;
            all += 1;
            if let Fate::Answered { answered, .. } =
                ask(n, h.number, DeviceType::Esme, at, Pace::OnDemand)
            {
                good += u64::from(answered - at <= 30 * SECOND);
            }
        }
    }
    good * 1_000 / all
}

fn connected(n: &Network, region: Region) -> u32 {
    n.fleet
        .homes
        .iter()
        .find(|h| h.region == region && h.gas && h.connected_on(DAY))
        .unwrap()
        .number
}

#[test]
fn the_poor_region_is_poor_by_day_and_the_others_are_not() {
    let n = network(5_000, vec![]);
    let (noon, night) = (DAY.start().0 + 12 * HOUR, DAY.start().0 + 3 * HOUR);
    assert!(
        (700..820).contains(&in_time(&n, Region::North, noon)),
        "{}",
        in_time(&n, Region::North, noon)
    );
    assert!(in_time(&n, Region::North, night) > 920);
    for r in [Region::Central, Region::South] {
        assert!(in_time(&n, r, noon) > 985);
    }
}

#[test]
fn hubs_of_the_poor_region_answer_within_the_limit_or_not_at_all() {
    let n = network(5_000, vec![]);
    let (mut answered, mut lost) = (0, 0);
    for h in n.fleet.homes.iter().filter(|h| h.region == Region::North && h.connected_on(DAY)) {
        let at = DAY.start().0 + 2 * HOUR;
        match ask(&n, h.number, DeviceType::Chf, at, Pace::OnDemand) {
            Fate::Answered { answered: a, .. } => {
                assert!(a - at <= 25 * SECOND);
                answered += 1;
            }
            Fate::Lost { .. } => lost += 1,
            Fate::NoRoute { .. } => panic!("connected"),
        }
    }
    assert!(lost * 100 / (answered + lost) >= 4, "{lost} of {}", answered + lost);
}

#[test]
fn faults_hold_from_their_first_instant_to_before_their_last() {
    let (from, until) = (DAY.start().0 + HOUR, DAY.start().0 + 2 * HOUR);
    let n =
        network(600, vec![Fault { region: Region::South, from, until, trouble: Trouble::Outage }]);
    let home = connected(&n, Region::South);
    let at = |t| ask(&n, home, DeviceType::Chf, t, Pace::OnDemand);
    assert_eq!(at(from), Fate::NoRoute { known: from + NO_ROUTE_AFTER });
    assert_eq!(at(until - 1), Fate::NoRoute { known: until - 1 + NO_ROUTE_AFTER });
    assert!(
        !matches!(at(from - 1), Fate::NoRoute { .. }) && !matches!(at(until), Fate::NoRoute { .. })
    );
    assert!(!matches!(
        ask(&n, connected(&n, Region::Central), DeviceType::Chf, from, Pace::OnDemand),
        Fate::NoRoute { .. }
    ));
}

#[test]
fn slow_and_loss_do_what_they_say() {
    let all =
        |trouble| vec![Fault { region: Region::Central, from: i64::MIN, until: i64::MAX, trouble }];
    let (plain, slow) = (network(600, vec![]), network(600, all(Trouble::Slow { percent: 300 })));
    let (home, at) = (connected(&plain, Region::Central), DAY.start().0 + 10 * HOUR);
    let took = |n: &Network| match ask(n, home, DeviceType::Chf, at, Pace::OnDemand) {
        Fate::Answered { answered, .. } => answered - at,
        f => panic!("{f:?}"),
    };
    assert!((took(&slow) - 3 * took(&plain)).abs() <= 8_000, "{} {}", took(&slow), took(&plain));
    assert!(matches!(
        ask(
            &network(600, all(Trouble::Loss { ppm: 1_000_000 })),
            home,
            DeviceType::Chf,
            at,
            Pace::OnDemand
        ),
        Fate::Lost { .. }
    ));
}

#[test]
fn a_gas_meter_answers_only_when_it_wakes() {
    let n = network(600, vec![]);
    let home = connected(&n, Region::South);
    let mut wakes = std::collections::BTreeSet::new();
    for k in 0..200 {
        let at = DAY.start().0 + k * 7 * MINUTE;
        if let Fate::Answered { delivered, .. } =
            ask(&n, home, DeviceType::Gsme, at, Pace::OnDemand)
        {
            assert!(delivered >= at && delivered - at <= GSME_WAKES_EVERY + 90 * SECOND);
            wakes.insert(delivered.rem_euclid(GSME_WAKES_EVERY));
        }
    }
    assert_eq!(wakes.len(), 1, "one minute of its own: {wakes:?}");
}

#[test]
fn a_power_cut_raises_ad1_after_three_minutes_and_not_at_three() {
    let cut = |minutes: i64, extra: i64| {
        let from = DAY.start().0 + 9 * HOUR;
        let n = network(
            2_000,
            vec![Fault {
                region: Region::North,
                from,
                until: from + minutes * MINUTE + extra,
                trouble: Trouble::PowerCut { hubs: 60 },
            }],
        );
        let home = n.dark(0)[0];
        assert!(matches!(
            ask(&n, home, DeviceType::Esme, from + 1, Pace::OnDemand),
            Fate::Lost { delivered: None }
        ));
        n.alerts_on(DAY, DAY, &[]).into_iter().filter(|a| a.code == "AD1").collect::<Vec<_>>()
    };
    assert!(cut(3, 0).is_empty());
    let said = cut(3, 1);
    assert_eq!(said.len(), 60);
    for a in said {
        let after = a.raised - (DAY.start().0 + 9 * HOUR);
        assert!((3 * MINUTE..3 * MINUTE + 20 * SECOND).contains(&after) && a.received > a.raised);
        assert_eq!(a.source, AlertSource::PowerCut(0));
    }
}

#[test]
fn alerts_scale_and_counters_are_unique_per_device() {
    let n = network(900, vec![]);
    let storm = Storm {
        home: 4,
        code: "8F3E",
        from: DAY.start().0,
        until: DAY.start().0 + HOUR,
        every: 2 * SECOND,
    };
    let mut month = 0;
    for d in 0..30 {
        let alerts = n.alerts_on(DAY, DAY.plus(d), &[storm]);
        let mut ids: Vec<_> = alerts.iter().map(|a| (a.device, a.counter)).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), alerts.len());
        assert!(alerts.windows(2).all(|w| w[0].received <= w[1].received));
        month += alerts.iter().filter(|a| a.source == AlertSource::Usual).count();
        let repeats = alerts.iter().filter(|a| a.source == AlertSource::Storm(0)).count();
        assert_eq!(repeats > 1_000, d == 0, "day {d}: {repeats}");
    }
    assert_eq!(month, 900 * 76);
}

#[test]
fn the_order_of_questions_changes_nothing() {
    let n = network(900, vec![]);
    let questions: Vec<(u32, i64)> =
        (0..400).map(|i| (i % 300, DAY.start().0 + i64::from(i) * 97 * SECOND % DAY_US)).collect();
    let forward: Vec<Fate> =
        questions.iter().map(|&(h, at)| ask(&n, h, DeviceType::Esme, at, Pace::Relaxed)).collect();
    let mut backward: Vec<Fate> = questions
        .iter()
        .rev()
        .map(|&(h, at)| ask(&n, h, DeviceType::Esme, at, Pace::Relaxed))
        .collect();
    backward.reverse();
    assert_eq!(forward, backward);
    for (f, (_, at)) in forward.iter().zip(&questions) {
        if let Fate::Answered { delivered, answered, .. } = f {
            assert!(at <= delivered && delivered <= answered);
        }
    }
}

#[test]
fn codes_of_the_murmur_are_published() {
    let list = include_str!("../../../rules/codes/device_alert_codes.csv");
    for (code, _, _) in northbound_emulator::alerts::USUAL {
        assert!(list.lines().any(|l| l.split(',').next() == Some(code)), "{code}");
    }
}
