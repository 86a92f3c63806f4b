//! The scenarios at the root of the repository are read and do what they say; a fault of a text is
//! told with its line.

use northbound_emulator::{
    Command, Fate, Pace, Scenario, Trouble,
    fleet::device,
    latency::{HOUR, MINUTE},
    scenario::{EndpointFault, MAX_ENTRIES, MAX_METERS, MAX_PER_MINUTE, duration, read},
};
use northbound_types::{Region, Utc};

const START: Utc = Utc(20_600 * 86_400_000_000 + 9 * HOUR);

fn kept(name: &str) -> Scenario {
    let path = format!("{}/../../scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    read(name, &std::fs::read_to_string(path).unwrap()).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn every_kept_scenario_is_read_and_ends_what_it_begins() {
    let folder = format!("{}/../../scenarios", env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .filter_map(|n| n.strip_suffix(".toml").map(str::to_owned))
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "failing-endpoint",
            "gas-meters-wake",
            "power-outage",
            "region-down-an-hour",
            "region-times-out"
        ]
    );
    for name in names {
        let s = kept(&name);
        assert!(!s.title.is_empty() && s.description.len() > 40, "{name}");
        assert!(!s.traffic.is_empty(), "{name}: nothing happens");
        for span in s
            .faults
            .iter()
            .map(|f| f.span)
            .chain(s.storms.iter().map(|x| x.span))
            .chain(s.endpoints.iter().map(|e| e.span))
            .chain(s.traffic.iter().map(|t| t.span))
        {
            assert!(span.from < span.until && span.until <= s.length, "{name}: {span:?}");
        }
    }
}

#[test]
fn a_region_times_out_and_the_others_do_not() {
    let s = kept("region-times-out");
    let n = s.network(START);
    let lost = |region: Region, minute: i64| {
        let homes: Vec<u32> = n
            .fleet
            .homes
            .iter()
            .filter(|h| h.region == region && h.connected_on(START.day()))
            .map(|h| h.number)
            .collect();
        let gone = homes
            .iter()
            .filter(|&&h| {
                let c = Command {
                    at: START.0 + minute * MINUTE,
                    target: device(h, northbound_emulator::DeviceType::Esme),
                    key: 1,
                    pace: Pace::OnDemand,
                    error_ppm: 0,
                };
                matches!(n.dispatch(&c), Fate::Lost { .. })
            })
            .count();
        gone * 100 / homes.len()
    };
    assert_eq!((lost(Region::North, 10), lost(Region::North, 39)), (100, 100));
    assert!(
        lost(Region::North, 9) < 30 && lost(Region::North, 40) < 30 && lost(Region::South, 20) < 5
    );
}

#[test]
fn a_power_cut_is_reported_by_thousands_and_a_short_one_by_nobody() {
    let s = kept("power-outage");
    let n = s.network(START);
    let alerts = n.alerts_on(START.day(), START.day(), &s.storms(START));
    let outages: Vec<_> = alerts.iter().filter(|a| a.code == "AD1").collect();
    assert_eq!(outages.len(), 4_000);
    assert!(outages.iter().all(
        |a| a.raised >= START.0 + 13 * MINUTE && a.raised < START.0 + 13 * MINUTE + 20_000_000
    ));
    assert!(s.faults.iter().any(
        |f| f.region == Region::Central && matches!(f.trouble, Trouble::PowerCut { hubs: 500 })
    ));
}

#[test]
fn an_endpoint_fails_from_its_first_instant_to_before_its_last() {
    let s = kept("failing-endpoint");
    let user = s.endpoints[0].user;
    let kind = |minute: i64, us: i64| s.endpoint(user, minute * MINUTE + us).map(|e| e.kind);
    assert_eq!(
        [kind(5, -1), kind(5, 0), kind(15, -1), kind(15, 0), kind(25, 0), kind(35, 0), kind(40, 0)],
        [
            None,
            Some(EndpointFault::Dead),
            Some(EndpointFault::Dead),
            Some(EndpointFault::Error500),
            Some(EndpointFault::Slow),
            Some(EndpointFault::TooLarge),
            None
        ]
    );
    assert_eq!(s.endpoint(user, 30 * MINUTE).map(|e| e.delay), duration("8s"));
    assert_eq!(s.endpoint(s.traffic[1].user, 10 * MINUTE), None);
}

const HEAD: &str = "title = \"t\"\ndescription = \"d\"\nseed = 1\nmeters = 10\nlength = \"1h\"\n";
const FAULT: &str = "[[fault]]\nregion = \"north\"\nfrom = \"1m\"\nuntil = \"2m\"\n";

/// Each text has its fault in that line, and an error that contains that part.
fn check_faults(cases: &[(String, usize, &str)]) {
    for (text, line, part) in cases {
        let e = read("x.toml", text).unwrap_err();
        assert_eq!(e.line, *line, "{e}\n{text}");
        assert!(e.to_string().contains(part), "{e}");
    }
}

#[test]
fn each_fault_of_the_head_has_its_line_and_reason() {
    check_faults(&[
        (HEAD.replace("meters = 10", "meters = 0"), 4, "meters"),
        (HEAD.replace("meters = 10", &format!("meters = {}", MAX_METERS + 1)), 4, "1000000"),
        (HEAD.replace("1h", "1 hour"), 5, "no duration"),
        (HEAD.replace("1h", "41d"), 5, "40d"),
        (HEAD.replace("seed = 1", "seed = -1"), 3, "x.toml, line 3"),
        (format!("{HEAD}colour = 1\n"), 6, "colour"),
        (HEAD.replace("title = \"t\"\n", ""), 1, "title"),
        ("title = \"t".into(), 1, "x.toml"),
    ]);
}

#[test]
fn each_fault_of_a_fault_entry_has_its_line_and_reason() {
    check_faults(&[
        (
            format!("{HEAD}{FAULT}trouble = \"flood\"\n"),
            10,
            "outage, silent, slow, loss, power-cut",
        ),
        (format!("{HEAD}{FAULT}trouble = \"slow\"\n"), 10, "needs percent"),
        (format!("{HEAD}{FAULT}trouble = \"slow\"\npercent = 99\n"), 11, "from 100"),
        (
            format!("{HEAD}{FAULT}trouble = \"outage\"\nppm = 5\n"),
            11,
            "belongs to trouble = \"loss\"",
        ),
        (format!("{HEAD}{FAULT}trouble = \"loss\"\nppm = 1000001\n"), 11, "1000000"),
        (format!("{HEAD}{FAULT}trouble = \"power-cut\"\nhubs = 0\n"), 11, "at least one"),
        (format!("{HEAD}{}trouble = \"outage\"\n", FAULT.replace("2m", "1m")), 9, "comes after"),
        (
            format!("{HEAD}{}trouble = \"outage\"\n", FAULT.replace("north", "none")),
            7,
            "north, central or south",
        ),
        (format!("{HEAD}{}trouble = \"outage\"\n", FAULT.replace("north", "west")), 7, "west"),
    ]);
}

#[test]
fn each_fault_of_another_entry_has_its_line_and_reason() {
    check_faults(&[
        (
            format!(
                "{HEAD}[[storm]]\nhome = 1\ncode = \"8F\"\nfrom = \"0\"\nuntil = \"1m\"\nevery = \"2s\"\n"
            ),
            8,
            "no alert",
        ),
        (
            format!(
                "{HEAD}[[storm]]\nhome = 1\ncode = \"8F3E\"\nfrom = \"0\"\nuntil = \"1m\"\nevery = \"999ms\"\n"
            ),
            11,
            "once a second",
        ),
        (
            format!(
                "{HEAD}[[endpoint]]\nuser = \"90-B3-D5-1F-30-01-00-01\"\nfrom = \"0\"\nuntil = \"1m\"\nkind = \"slow\"\n"
            ),
            10,
            "needs delay",
        ),
        (
            format!(
                "{HEAD}[[endpoint]]\nuser = \"90-B3-D5-1F-30-01-00-01\"\nfrom = \"0\"\nuntil = \"1m\"\nkind = \"500\"\ndelay = \"1s\"\n"
            ),
            11,
            "belongs to",
        ),
        (
            format!(
                "{HEAD}[[traffic]]\nuser = \"90-B3-D5-1F-30-01-00-01\"\nsrv = \"all\"\ndevice = \"ESME\"\nfrom = \"0\"\nuntil = \"1m\"\nper_minute = 1\n"
            ),
            8,
            "4.1.1",
        ),
        (
            format!(
                "{HEAD}[[traffic]]\nuser = \"90-B3-D5-1F-30-01-00-01\"\nsrv = \"4.1.1\"\ndevice = \"ESME\"\nfrom = \"0\"\nuntil = \"1m\"\nper_minute = {}\n",
                MAX_PER_MINUTE + 1
            ),
            12,
            "600000",
        ),
    ]);
}

#[test]
fn limits_of_a_scenario_hold_at_their_edge() {
    let many = |n: usize| format!("{HEAD}{}", format!("{FAULT}trouble = \"outage\"\n").repeat(n));
    assert_eq!(read("x", &many(MAX_ENTRIES)).unwrap().faults.len(), MAX_ENTRIES);
    assert!(read("x", &many(MAX_ENTRIES + 1)).unwrap_err().to_string().contains("at most 1000"));
    assert!(
        read("x", &HEAD.replace("1h", "40d").replace("= 10", &format!("= {MAX_METERS}"))).is_ok()
    );
    assert!(read("x", &format!("{HEAD}{FAULT}trouble = \"slow\"\npercent = 100\n")).is_ok());
}
