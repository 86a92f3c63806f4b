//! Availability, outage windows, firmware against alerts: hand-made oracles at their edges (M5, M17).

use crate::support;
use std::fmt::Write as _;
use support::needs::{Pack, Room, TESTS};

fn services(rows: &str, clock: &str, period: &str) -> Pack {
    let r = Room::new();
    r.write("services.csv", &format!("service,from,to,kind\n{rows}"));
    r.at(clock, "ingest services services.csv").ok();
    r.pack_at(clock, "p", &format!("--period {period}"))
}

#[test]
fn m5_43200_minutes_60_down_20_planned_are_99_9074_per_cent() {
    let april =
        |rows: &str| services(rows, "2026-05-20T09:00:00Z", "2026-04").share("PM2.1", "none");
    let down = "DCC Data Service,2026-04-10T10:00:00Z,2026-04-10T11:00:00Z,down\n";
    let (num, den) = april(&format!(
        "{down}DCC Data Service,2026-04-10T10:00:00Z,2026-04-10T10:20:00Z,planned\n"
    ));
    assert_eq!((num, den, num * 1_000_000 / den), (43_160, 43_200, 999_074));
    assert_eq!(
        april(&format!(
            "{down}DCC Data Service,2026-04-10T10:00:00Z,2026-04-10T10:19:00Z,planned\n"
        )),
        (43_159, 43_200)
    );
    // Planned maintenance that nothing was down in lifts nothing.
    assert_eq!(
        april(&format!(
            "{down}DCC Data Service,2026-04-11T10:00:00Z,2026-04-11T10:20:00Z,planned\n"
        )),
        (43_140, 43_200)
    );
}

#[test]
fn m5_223_of_44640_minutes_meet_99_5_per_cent_and_224_do_not_though_they_round_to_it() {
    let may = |to: &str| {
        services(
            &format!("DCC Data Service,2026-05-10T10:00:00Z,2026-05-10T{to}:00Z,down\n"),
            "2026-06-20T09:00:00Z",
            "2026-05",
        )
    };
    let (met, below) = (may("13:43"), may("13:44"));
    assert_eq!(
        (met.share("PM2.1", "none"), met.band("PM2.1", "none")),
        ((44_417, 44_640), "met".to_owned())
    );
    assert_eq!(
        (below.share("PM2.1", "none"), below.band("PM2.1", "none")),
        ((44_416, 44_640), "below-target".to_owned())
    );
    let printed = |p: &Pack| p.printed("PM2.1 DSP National").replace(" [p]", "");
    assert_eq!(
        (printed(&met), printed(&below)),
        ("99.50 %".to_owned(), "99.49 %".to_owned()),
        "99.49821 % is never printed as 99.50 %"
    );
}

/// `(hubs, alerts, time)` in the North; the last alert of all is not passed on.
fn outages(groups: &[(u32, u32, &str)]) -> Pack {
    let mut text =
        "device,recipient,counter,code,state,received,delivered,region,provider,feed,known\n"
            .to_owned();
    let total: u32 = groups.iter().map(|g| g.1).sum();
    let mut n = 0;
    for (g, (hubs, alerts, time)) in groups.iter().enumerate() {
        for i in 0..*alerts {
            n += 1;
            let (state, delivered) =
                if n == total { ("refused", "") } else { ("delivered", "2026-04-30T00:00:00Z") };
            writeln!(text, "00-DB-12-34-56-{g:02X}-00-{:02X},90-B3-D5-1F-30-01-00-02,{n},AD1,{state},{time},{delivered},north,CSPN,import,2026-05-01T00:00:00Z", i % hubs).unwrap();
        }
    }
    let r = Room::new();
    r.write("alerts.csv", &text);
    r.nb("ingest messages alerts.csv").ok();
    r.april()
}

#[test]
fn outage_windows_are_classed_by_distinct_hubs_and_the_ratio_is_of_alerts() {
    let p = outages(&[(50, 120, "2026-04-10T10:00:00Z")]);
    assert_eq!(
        (p.share("PM12.1", "north"), p.null("PM12.2", "north")),
        ((119, 120), "no-events".to_owned())
    );
    assert_eq!(
        (
            p.cell("outage-windows", "PM12.1 CSPN North", "passed"),
            p.cell("outage-windows", "PM12.1 CSPN North", "received")
        ),
        ("119".to_owned(), "120".to_owned())
    );
    let p = outages(&[(51, 120, "2026-04-10T10:00:00Z")]);
    assert_eq!(
        (p.null("PM12.1", "north"), p.share("PM12.2", "north")),
        ("no-events".to_owned(), (119, 120))
    );
}

#[test]
fn outage_windows_are_480_a_day_cut_from_midnight() {
    let large = |a: &str, b: &str| {
        outages(&[(30, 30, a), (30, 30, b)]).null("PM12.1", "north") == "no-events"
    };
    assert!(large("2026-04-10T00:00:00Z", "2026-04-10T00:02:59Z"), "60 hubs in the first window");
    assert!(
        !large("2026-04-10T00:02:59Z", "2026-04-10T00:03:00Z"),
        "30 in the first, 30 in the second"
    );
    assert!(large("2026-04-10T23:57:00Z", "2026-04-10T23:59:59Z"), "60 in the 480th");
    assert!(!large("2026-04-10T23:59:59Z", "2026-04-11T00:00:00Z"), "no window spans two days");
    // Over one whole day each of 480 windows with one hub more in one of them: that one alone is large.
    let day =
        |hubs| outages(&[(50, 50, "2026-04-10T10:00:00Z"), (hubs, hubs, "2026-04-10T10:03:00Z")]);
    assert_eq!(
        (day(50).share("PM12.1", "north"), day(51).share("PM12.1", "north")),
        ((99, 100), (50, 50))
    );
}

/// Alerts by day, and of each day's ten payloads so many in time.
fn beside(alerts: &[u32], good: &[u32]) -> Pack {
    let r = Room::new();
    let mut a =
        "device,recipient,counter,code,state,received,delivered,region,provider,feed,known\n"
            .to_owned();
    let mut p = "originator,device,counter,firmware,region,provider,feed,received,completed,target_at,state,known\n".to_owned();
    for (day, (n, good)) in alerts.iter().zip(good).enumerate() {
        let day = day + 1;
        for i in 0..*n {
            writeln!(a, "00-DB-12-34-56-78-00-01,90-B3-D5-1F-30-01-00-02,{},8F20,delivered,2026-04-{day:02}T10:00:00Z,2026-04-{day:02}T10:00:05Z,north,CSPN,import,2026-05-01T00:00:00Z", day as u32 * 1000 + i).unwrap();
        }
        for i in 0..10u32 {
            let done = if i < *good { 12 } else { 20 };
            writeln!(p, "90-B3-D5-1F-30-01-00-02,00-DB-12-34-56-78-01-{i:02X},{},F1,north,CSPN,import,2026-04-{day:02}T08:00:00Z,2026-04-{day:02}T{done}:00:00Z,2026-04-{day:02}T18:00:00Z,completed,2026-05-01T00:00:00Z", day as u32 * 100 + i).unwrap();
        }
    }
    r.write("alerts.csv", &a);
    r.write("payloads.csv", &p);
    r.nb("ingest messages alerts.csv").ok();
    r.nb("ingest payloads payloads.csv").ok();
    r.april()
}

#[test]
fn m17_correlation_tells_n_r_and_lag_and_no_cause() {
    let line = |p: &Pack, lag: &str| {
        let t = p.table("correlation-table");
        let l = t.iter().find(|l| l["lag"] == lag).unwrap_or_else(|| panic!("{t:?}")).clone();
        (l["r"].clone(), l["n"].clone())
    };
    let p = beside(&[10, 20, 30, 40], &[9, 8, 7, 6]);
    assert_eq!(line(&p, "0 days"), ("-1.0000".to_owned(), "4".to_owned()));
    assert_eq!(line(&p, "1 day"), ("-1.0000".to_owned(), "3".to_owned()), "a lag costs a pair");
    assert_eq!(line(&p, "2 days").0, "", "two pairs say nothing");
    // One payload more on the last day. By hand: −35 ÷ √(500 · 2.75) = −0.94388.
    assert_eq!(line(&beside(&[10, 20, 30, 40], &[9, 8, 7, 7]), "0 days").0, "-0.9439");
    for l in p.table("correlation-table") {
        let words = l["finding"].to_lowercase();
        assert!(
            !["caused", "due to", "because", "led to", "as a result"]
                .iter()
                .any(|w| words.contains(w)),
            "{words}"
        );
    }
}

#[test]
fn m17_a_remark_beside_the_charts_may_not_claim_a_cause() {
    let r = Room::new();
    let add = |text: &str| {
        r.nb(&format!(
            "annotation add --from 2026-04-01 --to 2026-04-09 --title 'Alert storm' --text \
             '{text}'"
        ))
    };
    let refused = add("Firmware was late, caused by the alerts").code(4);
    assert!(refused.err.contains("caused"), "{}", refused.err);
    add("Firmware was late on the days of many alerts").code(0);
    assert_eq!(r.json("annotation list")["records"].as_array().unwrap().len(), 1);
}

#[test]
fn m5_equality_is_met_and_bands_are_three() {
    let band = |good, late| {
        Room::with(&[TESTS.of(good, Some(5)), TESTS.of(late, Some(30))])
            .april()
            .band("PM4.3", "north")
    };
    assert_eq!(
        [band(990, 10), band(989, 11), band(960, 40), band(959, 41)],
        ["met", "below-target", "below-target", "below-minimum"]
    );
}

#[test]
fn m5_a_level_that_changes_inside_a_year_holds_from_its_day() {
    let r = Room::with(&[
        TESTS.of(985, Some(5)).in_month("2026-03"),
        TESTS.of(15, Some(30)).in_month("2026-03"),
        TESTS.of(985, Some(5)),
        TESTS.of(15, Some(30)),
    ]);
    assert_eq!(
        (r.pack("m", "--period 2026-03").band("PM4.3", "north"), r.april().band("PM4.3", "north")),
        ("below-target".to_owned(), "below-target".to_owned())
    );
    let before = "basis = { kind = \"exchanges\", select = { test_kind = [\"rtt4\"] } }\nmark = \"published\"\nsource = \"Performance Measurement Methodology, 29 March 2018\"\nnote = \"ratio rebuilt from its published terms; how time-outs count is not known and is a matter of the methodology\"\n";
    r.overlay("measures/csp.toml", before, &format!("{before}[[measure.levels]]\nfrom = \"2026-04-01\"\ntarget = \"98%\"\nminimum = \"95%\"\nmark = \"assumed\"\n"));
    let later = |p: &Pack| p.band("PM4.3", "north");
    let clock = "2026-05-21T09:00:00Z";
    assert_eq!(
        (
            later(&r.pack_at(clock, "m2", "--period 2026-03")),
            later(&r.pack_at(clock, "a2", "--period 2026-04"))
        ),
        ("below-target".to_owned(), "met".to_owned())
    );
}
