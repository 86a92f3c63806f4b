//! What cannot be trusted is a null with a reason, and silence is never green (M4, M6–M9).

use crate::support;
use support::needs::{Log, Pack, READS, Room, Sent, TESTS, fraction, sum};

/// 1,000 tests in each region, of the North's so many late.
fn three(late: u32) -> Vec<Sent> {
    vec![
        TESTS.of(1000 - late, Some(5)),
        TESTS.of(late, Some(30)),
        TESTS.of(1000, Some(5)).in_region("central"),
        TESTS.of(1000, Some(5)).in_region("south"),
    ]
}

fn feed(r: &Room, id: &str, brings: &str, provider: &str) {
    r.nb(&format!("feed add {id} --brings {brings} --provider {provider} --calendar daily --from 2026-04-01 --to 2026-04-28 --owner {provider}")).ok();
}

#[test]
fn m4_contributions_sum_to_the_gap_and_name_the_component() {
    let gap = |late| {
        let r = Room::with(&three(late));
        r.network_feed();
        let p = r.april();
        let c = &p.row("CPM1", "none")["contributions"];
        let parts = c["parts"].as_array().unwrap();
        let total = sum(parts.iter().map(|x| fraction(&x["part"])));
        assert_eq!(total, sum([fraction(&c["gap"])]), "{c}");
        let first =
            format!("{} {} {}", parts[0]["measure"], parts[0]["provider"], parts[0]["region"])
                .replace('"', "");
        (total, first, p)
    };
    // 99 % − (90 % + 100 % + 100 %) ÷ 3 = 7/300.
    let (total, first, p) = gap(100);
    assert_eq!((total, first.as_str()), ((7, 300), "PM4.3 CSPN north"));
    assert_eq!(
        p.cell("components-cpm1-dcc-none-2026-04", "Gap between target and figure", "contribution"),
        "2.3333"
    );
    assert_eq!(
        p.cell("components-cpm1-dcc-none-2026-04", "PM4.3 CSPN North", "contribution"),
        "3.0000"
    );
    assert_eq!(gap(101).0, (71, 3000), "one late test more");
}

#[test]
fn m4_firmware_and_availability_are_never_confused() {
    let r = Room::with(&three(0));
    r.network_feed();
    r.write(
        "services.csv",
        "service,from,to,kind\nDCC Data Service,2026-04-10T00:00:00Z,2026-04-20T00:00:00Z,down\n",
    );
    r.nb("ingest services services.csv").ok();
    let p = r.april();
    assert_eq!(
        (p.band("PM2.1", "none"), p.null("PM2", "north"), p.band("CPM1", "none")),
        ("below-minimum".to_owned(), "no-events".to_owned(), "met".to_owned()),
        "ten days down are no firmware"
    );
    let list = "originator,device,counter,received,completed,target_at,region,provider,known\n90-B3-D5-1F-30-01-00-02,00-DB-12-34-56-78-01-01,1,2026-04-10T08:00:00Z,2026-04-10T20:00:00Z,2026-04-10T18:00:00Z,north,CSPN,2026-05-01T00:00:00Z\n";
    r.write("payloads.csv", list);
    r.nb("ingest payloads payloads.csv").ok();
    let p = r.april();
    assert_eq!(
        (p.share("PM2", "north"), p.share("PM2.1", "none"), p.band("CPM1", "none")),
        ((0, 1), (28_800, 43_200), "below-minimum".to_owned())
    );
}

fn bands(p: &Pack) -> Vec<String> {
    p.figures().iter().map(|r| r["band"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn m6_with_every_feed_stopped_no_measure_reads_as_met() {
    let r = Room::new();
    for (id, brings, provider) in [
        ("messages", "messages", "DSP"),
        ("tests-n", "tests,payloads,alerts,hubs", "CSPN"),
        ("tests-c", "tests,payloads,hubs,services", "CSPC"),
        ("tests-s", "tests,payloads,hubs,services", "CSPS"),
        ("service", "services", "DSP"),
    ] {
        feed(&r, id, brings, provider);
    }
    let p = r.april();
    assert!(!bands(&p).iter().any(|b| b == "met"), "{:?}", bands(&p));
    assert!(
        p.figures().iter().all(|r| r["rag"] == "grey" && r["figure"]["is"] == "null"),
        "every figure is a grey null"
    );
    assert!(p.figures().iter().all(|r| !r["figure"]["reason"].as_str().unwrap().is_empty()));
    let html = p.text("pack.html");
    assert!(
        html.contains("Every feed has stopped")
            && !html.contains("class=\"band met\"")
            && !html.contains("class=\"met band\"")
    );
    assert!(
        !p.text("pack.json").contains("\"band\": \"met\"")
            && !p.text("data.json").contains("\"band\": \"met\"")
    );
    assert_eq!(p.null("PM4.3", "north"), "unreliable");
    // One feed alive is a figure again, and only there.
    let alive = Room::with(&[Sent { feed: "tests-n", ..TESTS.of(1000, Some(5)) }]);
    for (id, provider) in [("tests-n", "CSPN"), ("tests-c", "CSPC")] {
        feed(&alive, id, "tests", provider);
    }
    let p = alive.april();
    assert_eq!(
        (p.band("PM4.3", "north"), p.null("PM4.3", "central"), p.null("CPM1", "none")),
        ("met".to_owned(), "unreliable".to_owned(), "not-determinable".to_owned())
    );
    assert!(p.text("pack.html").contains("met band") || p.text("pack.html").contains("band met"));
}

#[test]
fn m6_coverage_is_held_against_the_calendar_and_not_against_what_came() {
    // 28 days are expected, the floor is 90 %: 26 days pass it, 25 do not.
    let with = |days: u32| {
        let r = Room::new();
        r.messages("m.csv", Log::from(1).add(Sent { feed: "tests-n", ..TESTS.of(days, Some(5)) }));
        feed(&r, "tests-n", "tests", "CSPN");
        r.april()
    };
    let (kept, null) = (with(26), with(25));
    assert_eq!(
        (kept.cell("measure-detail", "PM4.3 CSPN North", "coverage"), kept.state("PM4.3", "north")),
        ("26 of 28".to_owned(), "suspect".to_owned())
    );
    assert_eq!(
        (null.cell("measure-detail", "PM4.3 CSPN North", "coverage"), null.null("PM4.3", "north")),
        ("25 of 28".to_owned(), "unreliable".to_owned())
    );
    let n = &null.row("PM4.3", "north")["figure"];
    assert_eq!(n["owner"], "CSPN", "a null says whose job it is");
}

#[test]
fn m6_a_null_stays_grey_and_an_override_needs_name_reason_and_time() {
    let r = Room::with(&[TESTS.of(959, Some(5)), TESTS.of(41, Some(30))]);
    let add = |region: &str, provider: &str, why: &[&str]| {
        r.run(
            &[
                &[
                    "override",
                    "add",
                    "--measure",
                    "PM4.3",
                    "--provider",
                    provider,
                    "--region",
                    region,
                    "--period",
                    "2026-04",
                    "--colour",
                    "green",
                ],
                why,
            ]
            .concat(),
        )
    };
    assert!(add("north", "CSPN", &[]).code(4).err.contains("needs a reason"));
    add("north", "CSPN", &["--reason", "agreed with the Panel"]).ok();
    add("central", "CSPC", &["--reason", "agreed with the Panel"]).ok();
    let p = r.april();
    let north = p.row("PM4.3", "north");
    assert_eq!(
        (north["rag"].as_str(), north["band"].as_str()),
        (Some("green"), Some("below-minimum")),
        "the colour changes, the band does not"
    );
    assert_eq!(
        (
            north["overridden"]["who"].as_str(),
            north["overridden"]["why"].as_str(),
            north["overridden"]["at"].as_str()
        ),
        (Some("kim"), Some("agreed with the Panel"), Some("2026-05-20T09:02:00Z"))
    );
    assert!(
        p.cell("measure-detail", "PM4.3 CSPN North", "figure_note").contains("overridden by kim")
    );
    assert_eq!(
        (p.row("PM4.3", "central")["rag"].as_str(), p.cell("overrides", "PM4.3 CSPN North", "why")),
        (Some("grey"), "agreed with the Panel".to_owned()),
        "a null is grey whatever anybody says"
    );
}

#[test]
fn m7_a_null_part_makes_the_composite_not_determinable_with_bounds() {
    let r = Room::with(&three(100));
    r.network_feed();
    let before = r.april();
    assert_eq!(
        (
            before.share("PM4.3", "north"),
            fraction(&before.row("CPM1", "none")["figure"]["quantity"])
        ),
        ((900, 1000), (29, 30))
    );
    r.nb("feed fault --provider CSPN --from 2026-04-01 --to 2026-04-28 --what \
         'the test tool lost its clock' --owner CSPN --measures PM4.3")
        .ok();
    let p = r.april();
    let n = &p.row("PM4.3", "north")["figure"];
    assert_eq!(
        (n["reason"].as_str(), n["since"].as_str(), n["owner"].as_str()),
        (Some("unreliable"), Some("2026-04-01"), Some("CSPN"))
    );
    let c = &p.row("CPM1", "none")["figure"];
    assert_eq!(
        (c["reason"].as_str(), fraction(&c["bounds"][0]), fraction(&c["bounds"][1])),
        (Some("not-determinable"), (2, 3), (1, 1)),
        "{c}"
    );
    assert!(
        p.cell("measure-detail", "CPM1 DCC National", "figure_note")
            .contains("between 66.67 % and 100.00 %")
    );
    assert_eq!(p.printed("PM4.3 CSPN North"), "[u]");
}

#[test]
fn m7_a_withheld_figure_is_null_and_the_first_value_stays_in_the_audit_trail() {
    let r = Room::with(&three(0));
    r.messages("own.csv", Log::from(9001).add(READS.of(200, Some(5))));
    let before = "2026-05-20T09:30:00Z";
    assert_eq!(r.pack_at(before, "first", "--period 2026-04").band("PM4.3", "north"), "met");
    r.wait(60);
    r.nb("override add --measure PM4.3 --provider CSPN --region north --period 2026-04 \
         --withhold unreliable --reason 'tool fault not yet understood'")
        .ok();
    let p = r.pack_at("2026-05-21T09:00:00Z", "later", "--period 2026-04");
    assert_eq!(
        (p.null("PM4.3", "north"), p.null("CPM1", "none")),
        ("unreliable".to_owned(), "not-determinable".to_owned())
    );
    assert!(
        p.cell("measure-detail", "PM4.3 CSPN North", "figure_note")
            .contains("tool fault not yet understood")
    );
    assert_eq!(r.json("event list --noun override")["events"].as_array().unwrap().len(), 1);
    // As at the time before, it still opens as it was.
    let shown = |as_at: &str| {
        r.at("2026-05-21T09:00:00Z", &format!("explain PM4.3/CSPN/north/2026-04 --as-at {as_at}"))
            .ok()
            .json()["figure"]["printed"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(shown(before).starts_with("100.00 %"));
    assert_eq!(shown("2026-05-21T08:00:00Z"), "[u]");
}

#[test]
fn m8_a_report_is_not_accepted_while_a_figure_is_unconfirmed() {
    let r = Room::with(&[TESTS.of(1000, Some(5))]);
    r.network_feed();
    let says = |t: &str| r.april().text("pack.html").contains(t);
    assert!(says("2 figures are not confirmed: the report cannot be accepted yet."));
    let assure = |measure: &str, provider: &str, region: &str, status: &str| {
        r.nb(&format!(
            "assurance add --measure {measure} --provider {provider} --region {region} \
             --period 2026-04 --status {status} --what 'recounted from the log' --by OPSG"
        ))
        .ok();
    };
    assure("PM4.3", "CSPN", "north", "confirmed");
    assert!(says("1 figure is not confirmed: the report cannot be accepted yet."));
    assert_eq!(
        ["status", "what", "by"].map(|c| r.april().cell("assurance-list", "PM4.3 CSPN North", c)),
        ["confirmed", "recounted from the log", "OPSG"]
    );
    assure("CPM1", "DCC", "none", "unconfirmed");
    assert!(says("cannot be accepted yet"), "a record that says unconfirmed confirms nothing");
    let id =
        r.json("assurance list --measure CPM1")["records"][0]["id"].as_str().unwrap().to_owned();
    r.run(&["assurance", "change", &id, "status=confirmed", "--reason", "checked"]).ok();
    assert!(says("the report can be accepted") && !says("cannot be accepted yet"));
}

fn other_figures_of_the_same_messages_are_null(r: &Room, p: &Pack) {
    // Response times and volumes are made of the same messages.
    let d = p.data();
    assert!(
        d["latency"][0]["ways"][0]["at"]
            .as_array()
            .unwrap()
            .iter()
            .all(|at| at[1]["reason"] == "unreliable"),
        "{}",
        d["latency"]
    );
    assert_eq!(
        (d["volumes"][0]["ground"]["null"]["reason"].as_str(), d["volumes"][0]["count"].as_u64()),
        (Some("unreliable"), Some(100))
    );
    for (table, row, column) in [
        ("own-by-region", "North", "in_time_share"),
        ("volume-counts", "North", "requests"),
        ("response-times", "North, on-demand", "p50"),
    ] {
        assert_eq!(p.cell(table, row, column), "[u]", "{table}");
    }
    // Opened, the share says the same; another's report stands beside it as it is.
    let opened = r.json("explain OWN/region=north/2026-04 --limit 0")["figure"].clone();
    assert_eq!(
        (opened["printed"].as_str(), opened["figure"]["owner"].as_str()),
        (Some("[u]"), Some("DSP")),
        "{opened}"
    );
    assert!(opened["note"].as_str().unwrap().contains("counts twice"));
}

#[test]
fn m7_what_users_got_is_null_too_where_the_feed_of_their_requests_fails() {
    let r = Room::with(&[
        READS.of(90, Some(5)),
        READS.of(10, None),
        READS.of(50, Some(5)).in_region("south"),
    ]);
    feed(&r, "dsp", "messages", "DSP");
    let fault = |days: &str| {
        r.nb(&format!(
            "feed fault dsp --from 2026-04-01 --to {days} --what 'counts twice' --severity \
             unreliable --owner DSP --format json"
        ))
        .ok()
        .json()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let share = |p: &Pack| {
        p.data()["process"]["regions"]
            .as_array()
            .unwrap()
            .iter()
            .find(|l| l["key"] == "north")
            .unwrap()["share"]
            .clone()
    };
    assert_eq!(share(&r.april())["is"], "value");
    // Two faulty days of 28 mark it; three leave less than nine tenths.
    let id = fault("2026-04-02");
    assert_eq!(share(&r.april())["state"], "suspect");
    r.run(&["fault", "change", &id, "to=2026-04-03", "--reason", "it lasted a day longer"]).ok();
    let p = r.april();
    assert_eq!(
        (share(&p)["is"].as_str(), share(&p)["reason"].as_str()),
        (Some("null"), Some("unreliable")),
        "{}",
        share(&p)
    );
    other_figures_of_the_same_messages_are_null(&r, &p);
    // A fault of other days takes nothing away.
    r.nb(&format!("fault change {id} from=2026-03-30 to=2026-03-31 --reason 'it was March'")).ok();
    assert_eq!(share(&r.april())["is"], "value");
}

#[test]
fn m9_a_known_fault_marks_the_months_and_measures_that_it_hits() {
    let r = Room::with(&[
        TESTS.of(1000, Some(5)),
        TESTS.of(1000, Some(5)).in_month("2026-03"),
        Sent { test: "rtt3", ..TESTS.of(1000, Some(5)) },
    ]);
    feed(&r, "tests", "tests", "CSPN");
    r.nb("feed fault tests --from 2026-04-10 --to 2026-04-19 --what 'reads 0 s' \
         --severity suspect --measures PM4.3 --owner CSPN --change-request CR-7")
        .ok();
    let (april, march) = (r.april(), r.pack("march", "--period 2026-03"));
    assert_eq!(
        (
            april.state("PM4.3", "north"),
            april.state("PM4.2", "north"),
            march.state("PM4.3", "north")
        ),
        ("suspect".to_owned(), "provisional".to_owned(), "provisional".to_owned())
    );
    let hit = &april.row("PM4.3", "north")["faults"][0];
    assert_eq!(
        (hit["days"].as_u64(), hit["fault"]["change_request"].as_str()),
        (Some(10), Some("CR-7"))
    );
    assert_eq!(
        (april.cell("faults", "tests", "days"), april.cell("faults", "tests", "change_request")),
        ("10".to_owned(), "CR-7".to_owned())
    );
    assert!(april.printed("PM4.3 CSPN North").contains("[s]"));
    // A fault that lasts grows older; one that ended the day before the month hits nothing in it.
    let r = Room::with(&[TESTS.of(1000, Some(5))]);
    feed(&r, "tests", "tests", "CSPN");
    let fault = r
        .nb("feed fault tests --from 2026-03-25 --to 2026-03-31 --what 'reads 0 s' \
             --severity suspect --format json")
        .ok()
        .json();
    assert_eq!(r.april().state("PM4.3", "north"), "provisional");
    r.run(&[
        "fault",
        "change",
        fault["id"].as_str().unwrap(),
        "to=2026-04-01",
        "--reason",
        "it lasted a day longer",
    ])
    .ok();
    assert_eq!(r.april().state("PM4.3", "north"), "suspect");
}
