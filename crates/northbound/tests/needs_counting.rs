//! Test commands counted three ways, whether they resemble real traffic, small numbers (M2, M2b, M12).

use crate::support;
use support::needs::{Log, Pack, READS, Room, Sent, TESTS, fraction};

fn ways(p: &Pack) -> [String; 4] {
    ["answered_only", "all_attempts", "own_requests", "unanswered"]
        .map(|c| p.cell("three-ways", "PM4.3 CSPN North", c).replace(" [p]", ""))
}

#[test]
fn m2_900_of_1000_answered_in_time_are_100_and_90_per_cent_with_100_left_out() {
    let p = Room::with(&[
        TESTS.of(900, Some(5)),
        TESTS.of(100, None),
        READS.of(800, Some(5)),
        READS.of(200, None),
    ])
    .april();
    assert_eq!(ways(&p), ["100.00 %", "90.00 %", "80.00 %", "100"]);
    assert_eq!(p.share("PM4.3", "north"), (900, 900));
    assert_eq!(p.cell("exclusions", "PM4.3 CSPN North", "count"), "100");
    assert_eq!(p.cell("measure-detail", "PM4.3 CSPN North", "left_out"), "100");
    // One answer fewer, and one own request more: each way tells.
    let p = Room::with(&[
        TESTS.of(899, Some(5)),
        TESTS.of(101, None),
        READS.of(801, Some(5)),
        READS.of(199, None),
    ])
    .april();
    assert_eq!(ways(&p), ["100.00 %", "89.90 %", "80.10 %", "101"]);
}

#[test]
fn m2_an_answer_at_25_seconds_is_in_time_and_at_26_late() {
    let p = Room::with(&[TESTS.of(999, Some(25)), TESTS.of(1, Some(26))]).april();
    assert_eq!(p.share("PM4.3", "north"), (999, 1000));
    assert_eq!(
        Room::with(&[TESTS.of(1000, Some(25))]).april().share("PM4.3", "north"),
        (1000, 1000)
    );
}

#[test]
fn m2_nothing_answered_is_null_and_never_0_or_100() {
    let p = Room::with(&[TESTS.of(300, None)]).april();
    assert_eq!(
        (p.null("PM4.3", "north"), p.band("PM4.3", "north")),
        ("no-events".to_owned(), "null".to_owned())
    );
    assert_eq!(p.printed("PM4.3 CSPN North"), "[w]");
    assert_eq!(
        (ways(&p)[1].clone(), ways(&p)[3].clone()),
        ("0.00 %".to_owned(), "300".to_owned()),
        "all attempts: none of 300"
    );
    // One answer: a figure, of one.
    let p = Room::with(&[TESTS.of(299, None), TESTS.of(1, Some(5))]).april();
    assert_eq!(p.share("PM4.3", "north"), (1, 1));
}

#[test]
fn m2_compare_names_the_messages_that_only_one_way_counts() {
    let r = Room::with(&[TESTS.of(9, Some(5)), TESTS.of(1, None)]);
    let c = &r
        .json("methodology compare answered-only all-attempts --period 2026-04 --measure PM4.3")["comparisons"]
        [0];
    assert_eq!(
        (c["figure_a"]["quantity"]["den"].as_u64(), c["figure_b"]["quantity"]["den"].as_u64()),
        (Some(9), Some(10))
    );
    let named = c["messages"][0]["messages"].as_array().unwrap();
    assert_eq!(
        (named.len(), named[0]["record"]["counter"].as_str(), named[0]["row"].as_u64()),
        (1, Some("10"), Some(11))
    );
    let r = Room::with(&[TESTS.of(10, Some(5))]);
    assert_eq!(r.json("methodology compare answered-only all-attempts --period 2026-04 --measure PM4.3")["comparisons"].as_array().unwrap().len(), 0, "everything answered: both ways agree");
}

fn population(r: &Room, hubs: u32) {
    let mut text = "day,region,generation,device_type,status,count\n".to_owned();
    for d in 1..=30 {
        text += &format!(
            "2026-04-{d:02},north,smets2,CHF,commissioned,{hubs}\n2026-04-{d:02},north,smets2,CHF,installed,700\n2026-04-{d:02},north,smets2,ESME,commissioned,5000\n"
        );
    }
    r.write("population.csv", &text);
    r.nb("ingest population population.csv").ok();
}

#[test]
fn m2b_tests_per_hub() {
    for (hubs, tests, standing) in [
        (1000, 490, "too few"),
        (1000, 499, "too few"),
        (1000, 500, "enough"),
        (100, 49, "too few"),
        (100, 50, "enough"),
    ] {
        let r = Room::with(&[TESTS.of(tests, Some(5))]);
        population(&r, hubs);
        let p = r.april();
        assert_eq!(
            p.cell("test-sampling", "rtt4 North", "standing"),
            standing,
            "{tests} tests for {hubs} hubs"
        );
        assert_eq!(
            p.cell("test-sampling", "rtt4 North", "hubs_value"),
            hubs.to_string(),
            "only commissioned hubs count"
        );
    }
    // Without a population the rule is not passed by silence.
    assert_eq!(
        Room::with(&[TESTS.of(500, Some(5))]).april().cell(
            "test-sampling",
            "rtt4 North",
            "standing"
        ),
        "cannot be checked"
    );
}

#[test]
fn m2b_tests_only_in_quiet_hours_are_flagged() {
    let quiet = |log: &[_]| Room::with(log).april().cell("test-sampling", "rtt4 North", "quiet");
    assert_eq!(
        quiet(&[TESTS.of(200, Some(5)).at_hour(2), TESTS.of(100, Some(5)).at_hour(23)]),
        "all in quiet hours"
    );
    assert_eq!(
        quiet(&[TESTS.of(200, Some(5)).at_hour(2), TESTS.of(1, Some(5)).at_hour(6)]),
        "",
        "06:00 is no quiet hour"
    );
    assert_eq!(
        quiet(&[TESTS.of(200, Some(5)).at_hour(2), TESTS.of(1, Some(5)).at_hour(5)]),
        "all in quiet hours"
    );
}

#[test]
fn m2b_the_mix_of_tests_stands_beside_that_of_own_requests() {
    let p =
        Room::with(&[TESTS.of(90, Some(5)).at_hour(2), READS.of(90, Some(5)).at_hour(18)]).april();
    assert_eq!(
        (
            p.cell("test-mix-hour", "18:00 UTC", "untested"),
            p.cell("test-mix-hour", "02:00 UTC", "untested")
        ),
        ("no test here".to_owned(), String::new())
    );
    let p = Room::with(&[
        TESTS.of(89, Some(5)).at_hour(2),
        TESTS.of(1, Some(5)).at_hour(18),
        READS.of(90, Some(5)).at_hour(18),
    ])
    .april();
    assert_eq!(p.cell("test-mix-hour", "18:00 UTC", "untested"), "");
}

#[test]
fn m12_5_of_6_look_weaker_than_500_of_600() {
    let p = Room::with(&[
        TESTS.of(5, Some(5)),
        TESTS.of(1, Some(30)),
        TESTS.of(500, Some(5)).in_region("south"),
        TESTS.of(100, Some(30)).in_region("south"),
    ])
    .april();
    assert_eq!((p.share("PM4.3", "north"), p.share("PM4.3", "south")), ((5, 6), (500, 600)));
    let printed = |region: &str| p.printed(region);
    assert!(
        printed("PM4.3 CSPN North").contains("83.33 %")
            && printed("PM4.3 CSPS South").contains("83.33 %"),
        "the same share"
    );
    assert_eq!(
        (p.state("PM4.3", "north"), p.state("PM4.3", "south")),
        ("low-volume".to_owned(), "provisional".to_owned())
    );
    assert!(
        printed("PM4.3 CSPN North").contains("[low]")
            && !printed("PM4.3 CSPS South").contains("[low]")
    );
    // Wilson intervals by hand, z = 1.96: 5 of 6 is 43.65 % to 96.99 %, 500 of 600 is 80.14 % to 86.10 %.
    let interval = |row: &str| p.cell("measure-detail", row, "interval");
    let ends = |region: &str| {
        let i = &p.row("PM4.3", region)["interval"];
        ["low", "high"].map(|k| {
            let (n, d) = fraction(&i[k]);
            n as f64 / d as f64
        })
    };
    let ([low, high], [south_low, south_high]) = (ends("north"), ends("south"));
    assert!((low - 0.4365).abs() < 0.0001 && (high - 0.9699).abs() < 0.0001, "{low} {high}");
    assert!(
        (south_low - 0.8014).abs() < 0.0001 && (south_high - 0.8610).abs() < 0.0001,
        "{south_low} {south_high}"
    );
    assert_eq!(
        (interval("PM4.3 CSPN North"), interval("PM4.3 CSPS South")),
        ("43.65 % to 96.99 %".to_owned(), "80.14 % to 86.10 %".to_owned())
    );
    // The line is at 100 events.
    let state = |n| Room::with(&[TESTS.of(n, Some(5))]).april().state("PM4.3", "north");
    assert_eq!((state(99), state(100)), ("low-volume".to_owned(), "provisional".to_owned()));
}

#[test]
fn open_requests_are_attempts_and_refused_ones_are_not() {
    let mut log = Log::of(&[READS.of(8, Some(5))]);
    for (n, state, code) in
        [(101, "in-flight", ""), (102, "refused", "E20"), (103, "cancelled", "")]
    {
        log.text += &format!(
            "90-B3-D5-1F-30-01-00-02:00-DB-12-34-56-78-90-A0:{n},4.1.1,on-demand,smets2,none,north,CSPN,dsp,{state},{code},2026-04-20T12:00:00Z,,,2026-04-28T23:59:59Z\n"
        );
    }
    // A second User: one User's log alone would make no figure of the network.
    log.add(Sent { user: 3, ..READS.of(1, Some(5)).in_region("south") });
    let r = Room::new();
    r.messages("messages.csv", &log);
    let p = r.pack("all", "--period 2026-04 --methodology all-attempts");
    assert_eq!(p.share("UR1", "north"), (8, 9));
    let left: u64 = p.row("UR1", "north")["excluded"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["count"].as_u64().unwrap())
        .sum();
    assert_eq!(left, 2);
}
