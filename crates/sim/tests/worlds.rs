//! Worlds as such: the books balance, every state is reached, traffic scales, tests look better
//! than what Users get.

use northbound_flow::{Effect, Movement};
use northbound_sim::{DayTraffic, MIX, Scenario, SimConfig, SimError, Watch, World};
use northbound_types::{
    AlertState, BookKey, Books, Eui64, Generation, Mode, Region, RequestState, Srv, TestKind,
    kinds::Kind,
};
use std::collections::{BTreeMap, BTreeSet};

fn world(seed: u64, meters: u32, days: u32) -> World {
    World::new(SimConfig { seed, meters, days: Some(days), ..SimConfig::default() }).unwrap()
}

/// Collects the days and every movement of the core.
#[derive(Default)]
struct Seen {
    days: Vec<DayTraffic>,
    movements: Vec<Movement>,
}

impl Watch for Seen {
    fn day(&mut self, day: DayTraffic) -> Result<(), SimError> {
        self.days.push(day);
        Ok(())
    }
    fn effect(&mut self, _at: i64, effect: &Effect) {
        if let Effect::Moved(m) = effect {
            self.movements.push(*m);
        }
    }
}

fn seen(w: &World) -> Seen {
    let mut seen = Seen::default();
    w.play(&mut seen).unwrap();
    seen
}

fn all(w: &World) -> Vec<DayTraffic> {
    seen(w).days
}

fn post<'m>(movements: impl Iterator<Item = &'m Movement>) -> Books {
    let mut books = Books::default();
    for m in movements {
        let key = BookKey { day: m.day, region: m.region, kind: m.kind };
        match m.from {
            None => books.enter(key, m.to, 1),
            Some(from) => books.shift(key, from, m.to, 1),
        }
    }
    books
}

fn entered(days: &[DayTraffic]) -> Books {
    let mut exchanges = Books::default();
    for e in days.iter().flat_map(|d| &d.requests) {
        exchanges.enter(e.book(), e.state(), 1);
    }
    exchanges
}

/// The core's movements against the records of the files; alerts against each other.
fn balances(w: &World, seen: &Seen) {
    let (mut carried, mut consolidated, mut residue) = (0, 0, 0);
    for d in &seen.days {
        for e in d.requests.iter().chain(&d.tests) {
            assert!(
                e.times.received.0 < w.cut_off() && e.times.ended.is_none_or(|t| t.0 < w.cut_off())
            );
            assert_eq!(e.times.received.day(), d.day);
        }
        carried += d.alerts.iter().map(|a| a.carried).sum::<i64>();
        consolidated +=
            d.alerts.iter().filter(|a| a.state == AlertState::Consolidated).count() as i64;
        residue += d.residue as i64;
    }
    let movements = post(seen.movements.iter());
    assert_eq!(movements.check(), vec![]);
    assert_eq!(Books::compare(&movements, &entered(&seen.days)), vec![]);
    assert_eq!(carried + residue, consolidated);
}

#[test]
fn books_balance_over_fifty_seeds() {
    for seed in 0..50 {
        let w = world(seed, 40 + (seed as u32 * 7) % 60, 1 + (seed as u32) % 9);
        balances(&w, &seen(&w));
    }
}

/// The planted bug: any one movement that is not posted is found, for every state that was reached.
#[test]
fn a_missing_movement_is_found_for_each_state() {
    let w = world(4, 600, 30);
    let seen = seen(&w);
    let exchanges = entered(&seen.days);
    let targets: BTreeSet<RequestState> = seen.movements.iter().map(|m| m.to).collect();
    for state in targets {
        let skip = seen.movements.iter().position(|m| m.to == state).unwrap();
        let books =
            post(seen.movements.iter().enumerate().filter(|(i, _)| *i != skip).map(|(_, m)| m));
        assert!(
            !Books::compare(&books, &exchanges).is_empty(),
            "a missing move to {state} went unseen"
        );
    }
}

#[test]
fn a_month_balances_and_reaches_every_state() {
    let w = world(2026, 2_500, 30);
    let seen = seen(&w);
    balances(&w, &seen);
    let days = seen.days;
    let mut reached: BTreeMap<RequestState, u64> =
        RequestState::ALL.iter().map(|&s| (s, 0)).collect();
    for e in days.iter().flat_map(|d| &d.requests) {
        *reached.entry(e.state()).or_default() += 1;
    }
    println!("states at the cut-off: {reached:?}");
    assert!(reached.values().all(|&n| n > 0), "{reached:?}");
    let late = days
        .iter()
        .flat_map(|d| &d.requests)
        .filter(|e| e.state() == RequestState::TimedOut && e.times.answered_at_wan.is_some())
        .count();
    println!("answered after time-out: {late}");
    assert!(late > 0);
    let kinds: BTreeSet<Kind> =
        days.iter().flat_map(|d| d.requests.iter().chain(&d.tests)).map(|e| e.kind).collect();
    assert_eq!(kinds.len(), 3, "{kinds:?}");
    let users: BTreeSet<Eui64> =
        days.iter().flat_map(|d| &d.requests).map(|e| e.originator).collect();
    let srvs: BTreeSet<Srv> = days.iter().flat_map(|d| &d.requests).map(|e| e.srv).collect();
    assert!(
        users.len() >= 12 && srvs.len() >= 30,
        "{} Users, {} variants",
        users.len(),
        srvs.len()
    );
    let readings =
        days.iter().flat_map(|d| &d.requests).filter(|e| e.srv.as_str().starts_with("4.")).count()
            * 100
            / days.iter().map(|d| d.requests.len()).sum::<usize>();
    assert!((54..=64).contains(&readings), "{readings} % readings");
}

#[test]
fn traffic_scales_with_meters_and_days() {
    for (meters, days) in [(100, 30), (200, 30), (200, 15), (1_000, 3), (7, 1)] {
        let w = world(5, meters, days);
        let traffic = all(&w);
        let messages: usize = traffic.iter().map(|d| d.requests.len()).sum();
        // A few requests more, which cancel another, or fewer, where a transform was refused.
        let planned = (meters * 48 * days / 30) as usize;
        assert!(
            (planned - planned / 100..=planned + planned / 100 + 1).contains(&messages),
            "{messages} of {planned}"
        );
    }
    let alerts = |meters: u32| {
        let scenario = Scenario { storms: false, outages: false, ..Scenario::default() };
        let w = World::new(SimConfig { meters, scenario, ..SimConfig::default() }).unwrap();
        all(&w).iter().map(|d| d.alerts.len()).sum::<usize>() as u32
    };
    for meters in [300, 600] {
        assert!((meters * 76..meters * 78).contains(&alerts(meters)), "{}", alerts(meters));
    }
}

/// In time among attempts, in thousandths: Users' on-demand requests within 30 s.
fn own(days: &[DayTraffic], region: Region) -> u64 {
    let mine = days.iter().flat_map(|d| &d.requests).filter(|e| {
        e.region == region
            && e.mode == Mode::OnDemand
            && e.test_kind == TestKind::None
            && e.state().is_attempt()
    });
    let (mut good, mut n) = (0, 0);
    for e in mine {
        n += 1;
        good += u64::from(
            e.state().is_answered()
                && e.times.answer_sent.is_some_and(|a| a.0 - e.times.received.0 <= 30_000_000),
        );
    }
    good * 1_000 / n
}

#[test]
fn m2_tests_look_perfect_while_own_requests_time_out() {
    let w = world(2026, 3_000, 30);
    let days = all(&w);
    let tests: Vec<_> = days
        .iter()
        .flat_map(|d| &d.tests)
        .filter(|e| e.region == Region::North && e.test_kind == TestKind::Rtt4)
        .collect();
    let answered = tests.iter().filter(|e| e.state().is_answered()).count();
    let in_time = tests
        .iter()
        .filter(|e| e.state().is_answered() && e.times.answer_sent <= e.target_at)
        .count();
    assert_eq!(in_time, answered, "answered only: 100 %");
    assert!(answered < tests.len() && answered * 100 / tests.len() < 99, "all attempts are fewer");
    let quiet =
        tests.iter().filter(|e| northbound_emulator::latency::is_quiet(e.times.received.0)).count();
    assert!(quiet * 10 > tests.len() * 9, "{quiet} of {}", tests.len());
    println!(
        "own requests in time, thousandths: {} {} {}",
        own(&days, Region::North),
        own(&days, Region::Central),
        own(&days, Region::South)
    );
    assert!(own(&days, Region::North) < 850);
    for r in [Region::Central, Region::South] {
        assert!(own(&days, r) > 950, "{r}: {}", own(&days, r));
    }
    let good = World::new(SimConfig {
        meters: 3_000,
        scenario: Scenario { poor_north: false, ..Scenario::default() },
        ..SimConfig::default()
    })
    .unwrap();
    assert!(own(&all(&good), Region::North) > 950, "the switch turns the trouble off");
}

#[test]
fn m2b_every_provider_sends_half_a_test_per_hub_and_kind() {
    let w = world(1, 2_000, 30);
    let days = all(&w);
    for r in [Region::North, Region::Central, Region::South] {
        let hubs = w
            .network
            .fleet
            .homes
            .iter()
            .filter(|h| {
                h.region == r
                    && h.generation == Generation::Smets2
                    && h.in_coverage
                    && h.connected_on(w.first().plus(29))
            })
            .count();
        for kind in [TestKind::Rtt2, TestKind::Rtt3, TestKind::Rtt4] {
            let n = days
                .iter()
                .flat_map(|d| &d.tests)
                .filter(|e| e.region == r && e.test_kind == kind)
                .count();
            assert!(n * 2 >= hubs, "{r} {kind}: {n} for {hubs}");
        }
    }
}

#[test]
fn the_mix_keeps_to_the_catalogue() {
    let mut reader =
        csv::Reader::from_reader(include_str!("../../../rules/codes/srv_catalogue.csv").as_bytes());
    let header = reader.headers().unwrap().clone();
    let catalogue: BTreeMap<String, BTreeMap<String, String>> = reader
        .records()
        .map(|r| {
            let row: BTreeMap<String, String> = header
                .iter()
                .map(str::to_owned)
                .zip(r.unwrap().iter().map(str::to_owned))
                .collect();
            (row["srv"].clone(), row)
        })
        .collect();
    for t in MIX {
        let c = &catalogue[t.srv];
        for role in t.roles {
            assert!(
                c["eligible_user_roles"].split(';').any(|r| r == role.as_str()),
                "{} {role}",
                t.srv
            );
        }
        assert_eq!(t.critical, c["critical"] == "Yes", "{}", t.srv);
        let allowed = match t.mode {
            Mode::OnDemand => c["on_demand"] == "Yes",
            Mode::FutureDated => c["future_dated_pattern"] != "No",
            Mode::Scheduled => c["dcc_scheduled"] == "Yes",
            Mode::NonDevice => c["non_device"] == "Yes",
        };
        assert!(allowed, "{} {}", t.srv, t.mode);
    }
    let roles: BTreeMap<&str, BTreeSet<&str>> = catalogue
        .iter()
        .map(|(k, c)| (k.as_str(), c["eligible_user_roles"].split(';').collect()))
        .collect();
    for e in all(&world(9, 500, 10)).iter().flat_map(|d| &d.requests) {
        assert!(
            e.state() == RequestState::Refused || roles[e.srv.as_str()].contains(e.role),
            "{} {}",
            e.srv,
            e.role
        );
    }
}

#[test]
fn codes_are_published() {
    let list: BTreeSet<&str> = include_str!("../../../rules/codes/response_codes.csv")
        .lines()
        .filter_map(|l| l.split(',').next())
        .collect();
    for e in all(&world(9, 500, 30)).iter().flat_map(|d| d.requests.iter().chain(&d.tests)) {
        assert!(e.code.is_none() || list.contains(e.code.as_str()), "{}", e.code);
    }
}

#[test]
fn limits_are_refused_by_name() {
    let bad = |c: SimConfig| match World::new(c) {
        Err(SimError::Config(text)) => text,
        other => panic!("{other:?}"),
    };
    assert!(bad(SimConfig { meters: 0, ..SimConfig::default() }).starts_with("meters is 0"));
    assert!(
        bad(SimConfig { meters: northbound_sim::MAX_METERS + 1, ..SimConfig::default() })
            .contains("10000000")
    );
    assert!(bad(SimConfig { days: Some(31), ..SimConfig::default() }).starts_with("days is 31"));
    assert!(bad(SimConfig { days: Some(0), ..SimConfig::default() }).starts_with("days is 0"));
    assert!(
        bad(SimConfig { period: "2026-Q2".parse().unwrap(), ..SimConfig::default() })
            .contains("2026-Q2")
    );
    assert!(bad(SimConfig { users: Vec::new(), ..SimConfig::default() }).starts_with("no User"));
}
