//! Alerts in order, resumed after a crash, with their GBCS messages.

use northbound_emulator::{
    AlertContent, DeviceType, Due, Emulator, Fault, Feed, Fleet, FleetConfig, Network, Pace,
    Recipients, Storm, Taken, Trouble,
    fleet::{device, home_of},
    latency::{GOOD_CENTRAL, GOOD_SOUTH, HOUR, MINUTE, POOR_NORTH, SECOND},
};
use northbound_gbcs::{
    AlertKey, Cra, Message, Signature, Supplementary,
    alert::{alert_code, closes_future_dated},
    build,
    content::{CommandContent, closed_command},
    parse,
};
use northbound_types::{Day, Eui64, Region};

const DAY: Day = Day(20_544);
const USERS: [Eui64; 2] = [Eui64(0x90B3_D51F_3001_0001), Eui64(0x90B3_D51F_3001_0002)];

fn emulator(faults: Vec<Fault>) -> Emulator {
    let fleet = Fleet::build(&FleetConfig { seed: 11, meters: 2_000, first: DAY, days: 30 });
    Emulator::new(Network::new(11, fleet, vec![POOR_NORTH, GOOD_CENTRAL, GOOD_SOUTH], faults))
}

fn feed(e: &Emulator, from: i64, users: &[Eui64]) -> Feed {
    let storm = Storm {
        home: 4,
        code: "8F3E",
        from: DAY.start().0 + HOUR,
        until: DAY.start().0 + 2 * HOUR,
        every: 2 * SECOND,
    };
    Feed::new(&e.network, DAY, vec![storm], Recipients(users.to_vec()), from)
}

fn all(e: &Emulator, f: &mut Feed, until: i64) -> Vec<Due> {
    std::iter::from_fn(|| f.next(e, until).unwrap()).collect()
}

fn cut() -> Fault {
    Fault {
        region: Region::North,
        from: DAY.start().0 + 9 * HOUR,
        until: DAY.start().0 + 9 * HOUR + 10 * MINUTE,
        trouble: Trouble::PowerCut { hubs: 60 },
    }
}

#[test]
fn alerts_come_in_order_once_and_over_days() {
    let e = emulator(vec![cut()]);
    let until = DAY.plus(3).start().0;
    let list = all(&e, &mut feed(&e, DAY.start().0, &USERS), until);
    assert!(list.windows(2).all(|w| w[0].number < w[1].number && w[0].at <= w[1].at));
    assert!(list.iter().all(|d| d.at >= DAY.start().0 && d.at < until));
    let mut keys = std::collections::HashSet::new();
    let (mut outages, mut restored, mut usual) = (0, 0, 0);
    for d in &list {
        match &d.content {
            AlertContent::PowerOutage { hub, since } => {
                outages += 1;
                assert_eq!((*since, home_of(*hub).unwrap().1), (cut().from, DeviceType::Chf));
            }
            AlertContent::Device(bytes) => {
                let m = parse(bytes).unwrap().message;
                assert!(keys.insert(AlertKey::of(&m).unwrap()), "the same key twice");
                assert_eq!(m.recipient, USERS[home_of(m.originator).unwrap().0 as usize % 2]);
                match alert_code(m.content).unwrap() {
                    0x8F36 => {
                        restored += 1;
                        assert!(d.at >= cut().until);
                    }
                    _ => usual += 1,
                }
            }
        }
    }
    // Three days of the murmur, and an hour of repeats each two to two and a half seconds.
    assert_eq!((outages, restored), (60, 60));
    assert!((3 * 2_000 * 76 / 30 + 1_400..3 * 2_000 * 76 / 30 + 1_850).contains(&usual), "{usual}");
}

#[test]
fn a_feed_that_is_resumed_gives_the_same_from_there() {
    let e = emulator(vec![cut()]);
    let until = DAY.plus(2).start().0;
    let list = all(&e, &mut feed(&e, DAY.start().0, &USERS), until);
    for at in [1, 700, list.len() / 2, list.len() - 1] {
        let from = list[at].at;
        let rest = all(&e, &mut feed(&e, from, &USERS), until);
        let want: Vec<&Due> = list.iter().filter(|d| d.at >= from).collect();
        assert_eq!(rest.iter().collect::<Vec<_>>().len(), want.len());
        assert!(rest.iter().zip(want).all(|(a, b)| a.content == b.content && a.at == b.at));
    }
}

#[test]
fn alerts_around_midnight_are_in_order_and_resumed_like_all_others() {
    // Supply is back ten seconds before midnight: meters say so before and after.
    let e = emulator(vec![Fault {
        region: Region::South,
        from: DAY.end().0 - 4 * MINUTE,
        until: DAY.end().0 - 10 * SECOND,
        trouble: Trouble::PowerCut { hubs: 300 },
    }]);
    let (from, until) = (DAY.end().0 - MINUTE, DAY.end().0 + MINUTE);
    let list = all(&e, &mut feed(&e, from, &USERS), until);
    assert!(list.windows(2).all(|w| w[0].number < w[1].number && w[0].at <= w[1].at));
    let after = list.iter().filter(|d| d.at >= DAY.end().0).count();
    assert!(after > 100 && after < list.len(), "{after} of {}", list.len());
    for at in (0..list.len()).step_by(17) {
        let rest = all(&e, &mut feed(&e, list[at].at, &USERS), until);
        let want: Vec<&Due> = list.iter().filter(|d| d.at >= list[at].at).collect();
        assert_eq!(rest.iter().collect::<Vec<_>>(), want, "from {}", list[at].at);
    }
}

#[test]
fn nothing_comes_before_its_time_and_without_users_only_the_network_speaks() {
    let e = emulator(vec![cut()]);
    let mut f = feed(&e, DAY.start().0, &USERS);
    let next = f.next_at(&e.network);
    assert_eq!(f.next(&e, next).unwrap(), None);
    assert_eq!(f.next(&e, next + 1).unwrap().map(|d| d.at), Some(next));
    let silent = all(&e, &mut feed(&e, DAY.start().0, &[]), DAY.plus(1).start().0);
    assert_eq!(silent.len(), 60);
    assert!(silent.iter().all(|d| matches!(d.content, AlertContent::PowerOutage { .. })));
}

#[test]
fn a_future_dated_command_is_closed_by_its_alert() {
    let mut e = emulator(vec![]);
    let home = e
        .network
        .fleet
        .homes
        .iter()
        .find(|h| h.number % 3 == 1 && h.gas && h.connected_on(DAY))
        .unwrap()
        .number;
    for (kind, code) in [(DeviceType::Esme, 0x00CC), (DeviceType::Gsme, 0x00CD)] {
        let (sent, due) = (DAY.start().0 + 10 * HOUR, DAY.start().0 + 20 * HOUR);
        let content = CommandContent {
            srv: "1.1.1".into(),
            once: false,
            execute_at: Some(due),
            parameters: vec![],
        }
        .write()
        .unwrap();
        let m = Message {
            cra: Cra::Command,
            counter: 77,
            originator: USERS[0],
            recipient: device(home, kind),
            date_time: None,
            code: 0x19,
            supplementary: Supplementary::None,
            content: &content,
            signature: Signature::Empty,
            mac: None,
        };
        let bytes = build(&m).unwrap();
        let record = (0..50)
            .find_map(|k| match e.take(&bytes, Pace::OnDemand, sent + k).unwrap().1 {
                Taken::Answered { record, .. } | Taken::Lost { record, .. } => record,
                _ => None,
            })
            .unwrap();
        let mut f = feed(&e, sent, &USERS);
        f.promise(&record);
        let closing: Vec<Due> = all(&e, &mut f, due + HOUR).into_iter().filter(|d| matches!(&d.content, AlertContent::Device(b) if closes_future_dated(alert_code(parse(b).unwrap().message.content).unwrap()))).collect();
        assert_eq!(closing.iter().map(|d| d.at).collect::<Vec<_>>(), [due]);
        let AlertContent::Device(bytes) = &closing[0].content else { unreachable!() };
        let alert = parse(bytes).unwrap().message;
        assert_eq!(
            (alert.code, alert.recipient, closed_command(alert.content)),
            (code, USERS[0], Some((77, 0x19)))
        );
    }
}
