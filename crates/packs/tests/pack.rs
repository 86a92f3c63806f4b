//! From a small invented ledger to packs: what must hold whatever the figures are.

use crate::fixture;

use fixture::{APRIL, Fixture, Lot, said, tests, utc};
use northbound_ledger::rows::StatedRow;
use northbound_measures::evaluate::bands::Band;
use northbound_packs::{
    data::PackData,
    evidence::Scope,
    explain::{Question, explain, export},
    store,
};
use northbound_registers::records::{
    data::feeds::{Expected, Fault, Feed, Severity},
    reporting::{
        claims::Claim,
        explanations::{Explanation, Given},
    },
    service::services::{ServiceInterval, ServiceKind},
};
use northbound_types::{
    Figure, NullReason, Quantity, Ratio, Region,
    RequestState::{AnsweredSuccess, TimedOut},
    TestKind,
    percent::percent_of,
};

const MAY: &str = "2026-05-03T00:00:00Z";

fn ask(now: &str) -> Scope {
    Scope::of(APRIL, utc(now))
}

fn figure<'a>(
    d: &'a PackData,
    measure: &str,
    provider: &str,
) -> &'a northbound_measures::MeasureResult {
    &d.results
        .iter()
        .find(|n| n.result.measure == measure && n.result.provider == provider)
        .unwrap()
        .result
}
fn ratio(f: &Figure) -> Option<Ratio> {
    match f.as_value()?.quantity {
        Quantity::Ratio(r) => Some(r),
        _ => None,
    }
}

fn feed(id: &str, brings: &str, provider: Option<&str>, calendar: Expected) -> Feed {
    Feed {
        id: id.into(),
        title: format!("{id} (invented)"),
        provider: provider.map(Into::into),
        region: None,
        brings: brings.split(',').map(Into::into).collect(),
        measures: Vec::new(),
        rank: 1,
        calendar,
        days: Default::default(),
        from: "2026-04-01".parse().unwrap(),
        to: None,
        owner: format!("{id} team"),
    }
}

fn explained(measure: &str, provider: &str, region: Region, given: Given) -> Explanation {
    Explanation {
        measure: measure.into(),
        provider: provider.into(),
        region,
        period: APRIL,
        text: "Invented reason.".into(),
        given,
        said_by: "CSPN".into(),
        document: String::new(),
        place: String::new(),
        steps: None,
        repeat_of: None,
    }
}

fn thousand() -> Fixture {
    let mut h = Fixture::new();
    h.messages(
        "tests.csv",
        &[
            tests(Region::North, "cspn", AnsweredSuccess, 900),
            tests(Region::North, "cspn", TimedOut, 100),
        ],
        MAY,
    );
    h
}

#[test]
fn m2_a_thousand_sent_nine_hundred_answered_reads_three_ways() {
    let h = thousand();
    let made = h.build(&ask("2026-05-04T00:00:00Z"), "p");
    let r = figure(&made.built.data, "PM4.3", "CSPN");
    assert_eq!(ratio(&r.figure), Some(Ratio { num: 900, den: 900 }));
    assert_eq!(r.excluded.iter().map(|l| l.count).sum::<u64>(), 100);
    let way = |w: &str| {
        made.built
            .data
            .ways
            .iter()
            .find(|n| {
                n.result.methodology == w
                    && n.result.measure == "PM4.3"
                    && n.result.provider == "CSPN"
            })
            .unwrap()
    };
    assert_eq!(ratio(&way("all-attempts").result.figure), Some(Ratio { num: 900, den: 1_000 }));
    assert!(
        matches!(&way("own-requests").result.figure, Figure::Null(n) if n.reason == NullReason::NotReported),
        "no feed could bring Users' own requests"
    );
    let html = std::fs::read_to_string(h.out("p").join("pack.html")).unwrap();
    // The class by which the test of stopped feeds looks for a met cell stands here.
    for text in ["100.00 %", "90.00 %", "class=\"band met\""] {
        assert!(html.contains(text), "{text}");
    }
    let csv = std::fs::read_to_string(h.out("p").join("csv/three-ways.csv")).unwrap();
    let line = csv.lines().find(|l| l.contains("PM4.3 CSPN")).unwrap();
    assert!(line.contains("100.00") && line.contains("90.00") && line.contains(",100,"), "{line}");
}

#[test]
fn nothing_answered_is_a_null_and_never_a_number() {
    let mut h = Fixture::new();
    h.messages("tests.csv", &[tests(Region::North, "cspn", TimedOut, 100)], MAY);
    let made = h.build(&ask("2026-05-04T00:00:00Z"), "p");
    let r = figure(&made.built.data, "PM4.3", "CSPN");
    assert!(
        matches!(&r.figure, Figure::Null(n) if n.reason == NullReason::NoEvents),
        "{:?}",
        r.figure
    );
    assert_eq!(r.band, Band::Null);
}

#[test]
fn with_every_feed_stopped_nothing_reads_as_met() {
    let mut h = Fixture::new();
    for (id, brings) in [
        ("dsp", "messages"),
        ("cspn", "tests"),
        ("alerts", "alerts"),
        ("payloads", "payloads"),
        ("services", "services"),
        ("hubs", "hubs"),
        ("figures", "figures"),
    ] {
        h.keep(&feed(id, brings, None, Expected::Daily), "2026-04-01T01:00:00Z");
    }
    // Plenty was known before everything stopped.
    h.stated("figures.csv", &[said("CPM1", APRIL.previous(), "99.9")], "2026-04-20T00:00:00Z");
    let made = h.build(&ask("2026-05-04T00:00:00Z"), "p");
    assert!(
        made.built
            .data
            .results
            .iter()
            .all(|n| n.result.band != Band::Met && n.result.rag.as_str() != "green")
    );
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(h.out("p").join("pack.json")).unwrap()).unwrap();
    assert!(
        json["pack"]["front"]["headlines"]
            .as_array()
            .unwrap()
            .iter()
            .all(|x| x["cell"]["band"] != "met")
    );
    let html = std::fs::read_to_string(h.out("p").join("pack.html")).unwrap();
    assert!(html.contains("Every feed has stopped"));
    assert!(!html.contains("class=\"band met\""), "a cell reads as met");
}

#[test]
fn a_faulty_feed_makes_a_null_with_source_since_and_owner() {
    let mut h = Fixture::new();
    h.keep(&feed("cspn", "tests", Some("CSPN"), Expected::Daily), "2026-04-01T01:00:00Z");
    h.keep(
        &Fault {
            feed: Some("cspn".into()),
            provider: Some("CSPN".into()),
            from: "2026-04-11".parse().unwrap(),
            to: Some("2026-04-20".parse().unwrap()),
            what: "loses tests".into(),
            change_request: None,
            severity: Severity::Unreliable,
            measures: Vec::new(),
            owner: Some("CSPN reporting team".into()),
            reported_by: "test".into(),
            closed_by: None,
        },
        "2026-04-21T00:00:00Z",
    );
    h.messages("tests.csv", &[tests(Region::North, "cspn", AnsweredSuccess, 900)], MAY);
    let made = h.build(&ask("2026-05-04T00:00:00Z"), "p");
    let Figure::Null(n) = &figure(&made.built.data, "PM4.3", "CSPN").figure else {
        panic!("not a null")
    };
    assert_eq!(
        (n.reason, n.owner.as_deref(), n.since),
        (NullReason::Unreliable, Some("CSPN reporting team"), Some("2026-04-11".parse().unwrap()))
    );
    let Figure::Null(cpm) = &figure(&made.built.data, "CPM1", "DCC").figure else {
        panic!("a composite with a null part has a value")
    };
    assert!(cpm.bounds.is_some());
}

#[test]
fn a_pack_built_again_as_at_the_same_time_has_the_same_bytes() {
    let mut h = thousand();
    let then = "2026-05-04T00:00:00Z";
    h.keep(&explained("UR1", "CSPN", Region::North, Given::Report), "2026-05-03T12:00:00Z");
    h.build(&ask(then), "first");
    // Later: more messages, another rule, another explanation, another fault.
    h.messages("late.csv", &[tests(Region::North, "cspn", TimedOut, 50)], "2026-05-10T00:00:00Z");
    h.rule(
        "settings.toml",
        &include_str!("../../../rules/settings.toml").replace("value = \"5%\"", "value = \"7%\""),
    );
    h.keep(&explained("PM4.3", "CSPN", Region::North, Given::Report), "2026-05-11T00:00:00Z");
    let again = Scope { as_at: Some(utc(then)), ..ask("2026-06-01T00:00:00Z") };
    h.build(&again, "again");
    for name in
        ["data.json", "pack.json", "pack.html", "csv/measures-by-region.csv", "manifest.json"]
    {
        let read = |p: &str| std::fs::read(h.out(p).join(name)).unwrap();
        assert!(read("first") == read("again"), "{name} differs");
    }
    let now = h.build(&ask("2026-06-01T00:00:00Z"), "now");
    assert_eq!(
        figure(&now.built.data, "PM4.3", "CSPN").excluded.iter().map(|l| l.count).sum::<u64>(),
        150
    );
    assert_ne!(now.built.data.rules, h.build(&again, "again").built.data.rules);
}

#[test]
fn m1_below_minimum_without_a_reason_in_the_report_is_refused_by_name() {
    let mut h = Fixture::new();
    let late =
        Lot { answer: Some(60_000_000), ..tests(Region::North, "cspn", AnsweredSuccess, 200) };
    h.messages("tests.csv", &[tests(Region::North, "cspn", AnsweredSuccess, 300), late], MAY);
    // What the other components of CPM1 count did not happen, and the feed that would bring it was there.
    let network = feed("cspn", "messages,tests,payloads", None, Expected::Daily);
    h.keep(&network, "2026-04-01T01:00:00Z");
    let first = ask("2026-05-04T00:00:00Z");
    h.keep(&explained("PM4.3", "CSPN", Region::North, Given::Offline), "2026-05-03T10:00:00Z");
    let refused = h.issue(&first, "").unwrap_err().to_string();
    assert!(
        refused.contains("PM4.3 CSPN north 2026-04") && refused.contains("CPM1 DCC none 2026-04"),
        "{refused}"
    );
    for (m, p, r) in [("PM4.3", "CSPN", Region::North), ("CPM1", "DCC", Region::None)] {
        h.keep(&explained(m, p, r, Given::Report), "2026-05-03T11:00:00Z");
    }
    let one = h.issue(&first, "").unwrap();
    assert_eq!(one.issued.as_ref().map(|i| i.1), Some(1));
    // A file that came later changes the figure; the reissue says so.
    h.messages(
        "more.csv",
        &[tests(Region::North, "cspn", AnsweredSuccess, 9_500)],
        "2026-05-20T00:00:00Z",
    );
    let second = ask("2026-05-21T00:00:00Z");
    assert!(h.issue(&second, "").unwrap_err().to_string().contains("--reason"));
    let two = h.issue(&second, "more tests came in").unwrap();
    assert_eq!(two.issued.as_ref().map(|i| i.1), Some(2));
    let (_, _, d) = h.with(|p| store::diff(p, "2026-04/1", "2026-04/2")).unwrap();
    let c = d.changes.iter().find(|c| c.measure == "PM4.3" && c.field == "figure").unwrap();
    assert!(
        c.before.contains("300 of 500")
            && c.after.contains("9800 of 10000")
            && c.reason.contains("more.csv"),
        "{c:?}"
    );
    assert!(d.fallen.iter().any(|(s, _)| s.measure == "PM4.3" && s.about == "band"));
    let html = std::fs::read_to_string(two.folder.join("pack.html")).unwrap();
    assert!(html.contains("Issue 2") && html.contains("more.csv"));
    // What was issued stays, and a changed file is seen.
    let at = northbound_registers::AsAt::NOW;
    assert_eq!(
        h.with(|p| store::show(p, "2026-04/1", at)).unwrap().1,
        store::FileFindings::default()
    );
    std::fs::write(one.folder.join("pack.html"), "changed").unwrap();
    assert_eq!(h.with(|p| store::show(p, "2026-04/1", at)).unwrap().1.changed, ["pack.html"]);
}

#[test]
fn a_figure_opens_down_to_its_messages_and_re_adds() {
    let h = thousand();
    let made = h.build(&ask("2026-05-04T00:00:00Z"), "p");
    let id = &made
        .built
        .data
        .results
        .iter()
        .find(|n| n.result.measure == "PM4.3" && n.result.provider == "CSPN")
        .unwrap()
        .id;
    let ask = |named: &str, now: &str, limit| {
        let question = Question { named, as_at: None, now: utc(now), skip: 0, limit };
        h.with(|p| explain(p, &question, &mut |_| {}))
    };
    let open = |named: &str| ask(named, "2026-05-05T00:00:00Z", 7).unwrap();
    let a = open(id);
    assert_eq!(&a.explained.id, id);
    assert!(a.explained.adds.from_messages);
    assert!(
        a.explained
            .adds
            .counts
            .iter()
            .any(|c| c.what.contains("fell due") && c.counted == 900 && c.found == 900)
    );
    assert_eq!((a.explained.messages.len(), a.explained.next), (7, Some(7)));
    assert_eq!(a.explained.files[0].name, "tests.csv");
    assert!(a.explained.rules.iter().any(|r| r.id == "target/rtt4"));
    let mut out = Vec::new();
    assert_eq!(export::csv(&a, &mut out, &mut |_| {}).unwrap(), 1_000);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(
        (
            text.lines().filter(|l| l.starts_with("met,")).count(),
            text.lines().filter(|l| l.starts_with("left out: unanswered: timed-out,")).count()
        ),
        (900, 100)
    );
    assert_eq!(
        ratio(&open("PM4.3/CSPN/north/2026-04/all-attempts").explained.figure),
        Some(Ratio { num: 900, den: 1_000 })
    );
    // A pack of an earlier time still opens as it was.
    let missing = ask("0000000000000000", MAY, 1);
    assert!(missing.unwrap_err().to_string().contains("0000000000000000"));
}

#[test]
fn every_figure_that_a_pack_prints_can_be_explained() {
    let mut h = thousand();
    h.messages(
        "own.csv",
        &[
            Lot { test: TestKind::None, ..tests(Region::North, "dsp", AnsweredSuccess, 40) },
            Lot { test: TestKind::None, ..tests(Region::South, "dsp", TimedOut, 10) },
        ],
        "2026-05-03T01:00:00Z",
    );
    let made = h.build(&ask("2026-05-04T00:00:00Z"), "p");
    let printed = northbound_documents::model::figures_of(&made.built.document);
    assert!(printed.len() > 40, "{}", printed.len());
    for f in &printed {
        let (noted, entry) =
            h.with(|s| store::find_figure(s, &f.id)).unwrap_or_else(|e| panic!("{}: {e}", f.what));
        assert_eq!((noted.period, entry.id.as_str()), (APRIL, f.id.as_str()));
    }
    let own = printed.iter().find(|f| f.what.starts_with("Own requests by region, South")).unwrap();
    let a = h
        .with(|p| {
            explain(
                p,
                &Question { named: &own.id, as_at: None, now: utc(MAY), skip: 0, limit: 3 },
                &mut |_| {},
            )
        })
        .unwrap();
    assert_eq!(ratio(&a.explained.figure), Some(Ratio { num: 0, den: 10 }));
    assert_eq!(a.explained.messages.len(), 3);
}

#[test]
fn x1_statements_are_held_against_the_months() {
    let mut h = Fixture::new();
    // Seventeen months to April 2026: the seventh met, all others missed.
    let months: Vec<StatedRow> = (0..17)
        .map(|i| said("CPM1", APRIL.plus(i - 16), if i == 5 { "99.50" } else { "98.00" }))
        .collect();
    h.stated("figures.csv", &months, "2026-05-02T00:00:00Z");
    for text in ["below target 10 months in a row", "below target in 16 of the last 17 months"] {
        h.keep(
            &Claim {
                measure: "CPM1".into(),
                provider: "DCC".into(),
                region: Region::None,
                until: APRIL,
                text: text.into(),
                source: "minutes (invented)".into(),
                document: String::new(),
                place: String::new(),
            },
            MAY,
        );
    }
    let made = h.build(&ask("2026-05-04T00:00:00Z"), "p");
    let r = figure(&made.built.data, "CPM1", "DCC");
    let s = r.streak.as_ref().unwrap();
    assert_eq!((s.below_target.least, s.count_below_target.least, s.months), (11, 16, 17));
    let c = &made.built.data.claims[0];
    assert!(c.report.contradict_table);
    // The statements together need June 2025; the months have May.
    assert_eq!(c.report.must_have_met, [APRIL.plus(-10)]);
    let html = std::fs::read_to_string(h.out("p").join("pack.html")).unwrap();
    assert!(html.contains("June 2025") && html.contains("contradict"));
    assert!(html.contains(
        "Below target since June 2025, 11 months in a row; missed 16 of the last 17 months."
    ));
}

#[test]
fn availability_takes_planned_minutes_off_the_downtime() {
    let h = Fixture::new();
    let iv = |kind, from: &str, to: &str| ServiceInterval {
        service: "DCC Data Service".into(),
        from: utc(from),
        to: Some(utc(to)),
        kind,
        reference: String::new(),
        note: String::new(),
    };
    h.keep(&iv(ServiceKind::Down, "2026-04-10T10:00:00Z", "2026-04-10T11:00:00Z"), MAY);
    h.keep(&iv(ServiceKind::Planned, "2026-04-10T10:40:00Z", "2026-04-10T11:30:00Z"), MAY);
    let made = h.build(&ask("2026-05-04T00:00:00Z"), "p");
    let r = figure(&made.built.data, "PM2.1", "DSP");
    assert_eq!(percent_of(&r.figure.share().unwrap(), 4, &[]).unwrap(), "99.9074");
    assert_eq!(r.band, Band::Met);
}

#[test]
fn m4_contributions_sum_to_the_gap() {
    use northbound_measures::result::Contributions;
    let mut h = Fixture::new();
    let network = feed("cspn", "messages,tests,payloads", None, Expected::Daily);
    h.keep(&network, "2026-04-01T01:00:00Z");
    let late =
        Lot { answer: Some(60_000_000), ..tests(Region::North, "cspn", AnsweredSuccess, 100) };
    h.messages(
        "tests.csv",
        &[
            tests(Region::North, "cspn", AnsweredSuccess, 900),
            late,
            tests(Region::Central, "cspc", AnsweredSuccess, 500),
            tests(Region::South, "csps", AnsweredSuccess, 500),
        ],
        MAY,
    );
    let made = h.build(&ask("2026-05-04T00:00:00Z"), "p");
    let r = figure(&made.built.data, "CPM1", "DCC");
    let Contributions::Table { gap, parts } = &r.contributions else {
        panic!("{:?}", r.contributions)
    };
    let sum = parts
        .iter()
        .filter_map(|p| p.part.share())
        .fold(num_rational::BigRational::from_integer(0.into()), |a, b| a + b);
    assert_eq!(Some(sum), gap.share());
    assert_eq!((parts[0].measure.as_str(), parts[0].provider.as_str()), ("PM4.3", "CSPN"));
}

/// The party ACME with one User.
fn register_acme(h: &mut Fixture, eui: &str) {
    use northbound_registers::records::participants::parties::{Party, RoleHeld, User};
    h.keep(
        &Party {
            id: "ACME".into(),
            name: "Acme (invented)".into(),
            category: "large-supplier".into(),
        },
        MAY,
    );
    h.keep(
        &User {
            eui: eui.parse().unwrap(),
            party: "ACME".into(),
            roles: vec![RoleHeld {
                role: "IS".into(),
                from: "2020-01-01".parse().unwrap(),
                to: None,
            }],
        },
        MAY,
    );
}

/// A figure as an Actor sees it: printed, how many of its messages, and whether they can be exported.
fn open_as(h: &Fixture, who: &str, named: &str) -> (String, usize, bool) {
    let actor = northbound_types::Actor::parse(who).unwrap();
    let (gate, rules) = (h.store.as_actor(&actor), h.rules());
    let sources = northbound_packs::evidence::Sources {
        data: h.data(),
        ledger: &h.ledger,
        gate: &gate,
        rules: &rules,
        record: true,
    };
    let question = Question {
        named,
        as_at: Some(utc("2026-05-04T00:00:00Z")),
        now: utc("2026-05-05T00:00:00Z"),
        skip: 0,
        limit: 5,
    };
    let a = explain(&sources, &question, &mut |_| {}).unwrap();
    let exported = export::csv(&a, &mut Vec::new(), &mut |_| {}).is_ok();
    (a.explained.printed, a.explained.messages.len(), exported)
}

#[test]
fn a_user_reads_its_own_report_and_no_other_partys_messages() {
    use northbound_packs::{Formats, evidence::gather, mine::report_mine};
    let mut h = Fixture::new();
    h.messages(
        "own.csv",
        &[
            Lot { test: TestKind::None, ..tests(Region::North, "dsp", AnsweredSuccess, 30) },
            Lot { test: TestKind::None, ..tests(Region::North, "dsp", TimedOut, 10) },
        ],
        MAY,
    );
    let eui = "90-B3-D5-1F-30-01-00-00";
    register_acme(&mut h, eui);
    let ask = ask("2026-05-04T00:00:00Z");
    h.with(|p| {
        let e = gather(p, &ask, &mut |_| {}).unwrap();
        let mine = report_mine(&e, eui).unwrap();
        assert_eq!(
            (
                mine.view.processes[0].key.as_str(),
                mine.view.processes[0].requests,
                mine.view.processes[0].unanswered
            ),
            ("billing-reads", 40, 10)
        );
        store::write_mine(p, &e, &mine, Formats::all(), &h.out("mine")).unwrap();
    });
    let csv = std::fs::read_to_string(h.out("mine").join("csv/own-by-process.csv")).unwrap();
    assert!(csv.contains("Billing reads") && csv.contains("75.00"), "{csv}");
    let open = |who: &str, named: &str| open_as(&h, who, named);
    let own = format!("OWN/user={eui}/process=billing-reads/2026-04");
    assert_eq!(open("kim@ACME+user", &own), ("75.00 %".to_owned(), 5, true));
    assert_eq!(open("kim@OTHER+user", &own), ("75.00 %".to_owned(), 0, false));
    let all = format!("OWN/user={}/2026-04", eui.to_lowercase());
    assert_eq!(open("kim@ACME+user", &all), ("75.00 %".to_owned(), 5, true));
    assert_eq!(open("kim@ACME+user", "UR1/CSPN/north/2026-04").1, 0);
    assert_eq!(open("kim+analyst", "UR1/CSPN/north/2026-04").1, 5);
}

#[test]
fn a_percentile_among_time_outs_is_longer_than_the_deadline() {
    let mut h = Fixture::new();
    h.messages(
        "own.csv",
        &[
            Lot { test: TestKind::None, ..tests(Region::North, "dsp", AnsweredSuccess, 90) },
            Lot { test: TestKind::None, ..tests(Region::North, "dsp", TimedOut, 10) },
        ],
        MAY,
    );
    let made = h.build(&ask("2026-05-04T00:00:00Z"), "p");
    let line = made.built.data.latency.iter().find(|l| l.region == Region::North).unwrap();
    let at = |unanswered: bool| {
        line.ways.iter().find(|w| w.with_unanswered == unanswered && !w.with_tests).unwrap()
    };
    let quantity = |f: &Figure| f.as_value().map(|v| v.quantity.clone());
    assert!(
        matches!(quantity(&at(true).at[0].1), Some(Quantity::Duration { micros, .. }) if (5_000_000..=5_050_000).contains(&micros))
    );
    assert_eq!(quantity(&at(true).at[1].1), Some(Quantity::LongerThan { micros: 60_000_000 }));
    assert!(matches!(quantity(&at(false).at[2].1), Some(Quantity::Duration { .. })));
    let csv = std::fs::read_to_string(h.out("p").join("csv/response-times.csv")).unwrap();
    assert!(csv.contains("> 60.00 s"), "{csv}");
}
