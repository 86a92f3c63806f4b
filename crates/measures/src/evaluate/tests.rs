//! Evaluation end to end, from counts to results. All data invented.

use crate::{
    evaluate::{
        bands::{Band, Override, OverrideAction, Rag},
        evaluate, unplaced,
    },
    inputs::*,
    result::{Contributions, FigureBasis, MeasureResult},
    sample::{APRIL, cells, def, inputs, methodology, tests_def},
};
use northbound_rules::measure::{
    ActivityPeriod, Aggregate, Basis, ConnectedBy, Counting, MeasureDef, Subject,
};
use northbound_types::{
    Day, Figure, FigureState, NullReason, Period, Quantity, Ratio, Region, Utc, percent::percent_of,
};
use std::collections::{BTreeMap, BTreeSet};

mod sources;
mod stated_figures;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}
fn null(r: &MeasureResult) -> NullReason {
    match &r.figure {
        Figure::Null(n) => n.reason,
        Figure::Value(v) => panic!("a value: {v:?}"),
    }
}
fn state(r: &MeasureResult) -> FigureState {
    r.figure.as_value().unwrap().state
}
fn row<'a>(all: &'a [MeasureResult], m: &str, region: Region) -> &'a MeasureResult {
    all.iter().find(|r| r.measure == m && r.region == region).unwrap()
}

fn feed(name: &str, carries: &str, observed: std::ops::RangeInclusive<i32>) -> FeedCoverage {
    let first = APRIL.first();
    FeedCoverage {
        feed: name.into(),
        provider: None,
        region: None,
        carries: vec![carries.into()],
        measures: vec![],
        owner: Some("DSP".into()),
        expected: APRIL.each_day().collect(),
        observed: observed.map(|n| first.plus(n - 1)).collect(),
    }
}
fn fault(name: &str, from: i32, to: i32, severity: Severity) -> Fault {
    Fault {
        feed: Some(name.into()),
        provider: None,
        measures: vec![],
        from: APRIL.first().plus(from - 1),
        to: Some(APRIL.first().plus(to - 1)),
        what: "counts doubled".into(),
        change_request: Some("CR-1".into()),
        owner: Some("CSPN".into()),
        severity,
    }
}
fn stated(measure: &str, provider: &str, region: &str, text: &str) -> StatedFigure {
    StatedFigure {
        measure: measure.into(),
        period: APRIL,
        keys: BTreeMap::from([
            ("provider".into(), provider.into()),
            ("region".into(), region.into()),
        ]),
        numerator: None,
        denominator: None,
        count: None,
        text: Some(text.into()),
        readings: vec![],
        null: None,
        target: None,
        minimum: None,
        source: provider.into(),
        document: "report".into(),
        version: "1".into(),
        place: "p. 1".into(),
        known: Utc(1),
        rank: 0,
    }
}

#[test]
fn m2_a_thousand_sent_nine_hundred_answered() {
    let c = cells(&[
        ("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", 900),
        ("2026-04-02", "north", "f", "rtt4", "timed-out", "unanswered", 100),
        ("2026-04-02", "central", "f", "rtt4", "timed-out", "unanswered", 40),
        ("2026-05-01", "north", "f", "rtt4", "timed-out", "unanswered", 7),
    ]);
    let defs = [tests_def()];
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let all = evaluate(&inputs(&c, &defs, &m)).unwrap();
    let north = row(&all, "PM4.3", Region::North);
    assert_eq!(north.figure.share(), Figure::ratio(1, 1).share());
    assert_eq!((north.excluded.len(), north.excluded[0].count), (1, 100));
    assert_eq!(north.band, Band::Met);
    // None answered: null, never 0 % or 100 %, and the 40 stay visible.
    let central = row(&all, "PM4.3", Region::Central);
    assert_eq!(
        (null(central), central.excluded[0].count, central.band),
        (NullReason::NoEvents, 40, Band::Null)
    );
    let m = methodology(Counting::AllAttempts, Subject::Tests, Aggregate::Mean);
    let all = evaluate(&inputs(&c, &defs, &m)).unwrap();
    let north = row(&all, "PM4.3", Region::North);
    assert_eq!(percent_of(&north.figure.share().unwrap(), 1, &[]).unwrap(), "90.0");
    assert_eq!((north.band, north.rag), (Band::BelowMinimum, Rag::Red));
    assert!(north.interval.is_some());
}

#[test]
fn m19_unknown_regions_are_shown_and_never_counted() {
    let c = cells(&[
        ("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", 98),
        ("2026-04-02", "north", "f", "rtt4", "answered-success", "no-target", 2),
        ("2026-04-02", "unknown", "f", "rtt4", "answered-success", "in-time", 50),
        ("2026-04-02", "none", "f", "none", "answered-success", "in-time", 10),
    ]);
    let national = def(
        "DSP1.1",
        &[("DSP", Region::None)],
        Basis::Exchanges { select: northbound_types::Selector::all() },
    );
    let defs = [tests_def(), national];
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let all = evaluate(&inputs(&c, &defs, &m)).unwrap();
    let north = row(&all, "PM4.3", Region::North);
    assert_eq!(north.parts[0].den, 100);
    assert!(north.excluded.iter().any(|l| l.reason.contains("region unknown") && l.count == 50));
    assert!(
        north.breakdown.iter().any(|l| l.reason == "answered, no target known" && l.count == 2)
    );
    let national = row(&all, "DSP1.1", Region::None);
    assert_eq!(
        national.parts.iter().map(|p| p.label.as_str()).collect::<Vec<_>>(),
        ["none", "north", "unknown"]
    );
    let mut nowhere = stated("PM4.3", "CSPN", "north", "100 %");
    nowhere.keys.clear();
    let list = [nowhere];
    let i = Inputs { stated: &list, ..inputs(&c, &defs, &m) };
    assert_eq!(unplaced(&i).len(), 1);
}

#[test]
fn faulty_days_are_not_observed_and_the_rest_re_adds() {
    let c = cells(&[
        ("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", 10),
        ("2026-04-02", "north", "g", "rtt4", "answered-success", "in-time", 20),
        ("2026-04-20", "north", "f", "rtt4", "answered-success", "in-time", 40),
        ("2026-04-20", "north", "g", "rtt4", "timed-out", "unanswered", 80),
    ]);
    let defs = [tests_def()];
    let m = methodology(Counting::AllAttempts, Subject::Tests, Aggregate::Mean);
    let faults = [fault("f", 2, 3, Severity::Unreliable)];
    let feeds = [feed("f", "tests", 1..=30), feed("g", "tests", 1..=30)];
    let i = Inputs { faults: &faults, feeds: &feeds, ..inputs(&c, &defs, &m) };
    let all = evaluate(&i).unwrap();
    let r = row(&all, "PM4.3", Region::North);
    assert_eq!((r.coverage.observed, r.coverage.expected), (58, 60));
    assert_eq!(r.figure.as_value().unwrap().quantity, Quantity::Ratio(Ratio { num: 60, den: 140 }));
    assert_eq!(state(r), FigureState::Suspect);
    let lost: u64 =
        r.excluded.iter().filter(|l| l.reason.contains("counts doubled")).map(|l| l.count).sum();
    assert_eq!(lost, 10);
    assert_eq!(c.sum(r.selection.as_ref().unwrap()).count, 150);
    assert_eq!(r.faults[0].days, 2);
    // Nine days of one feed and 51 of 60 days: under 90 %.
    let faults = [fault("f", 2, 10, Severity::Unreliable)];
    let all = evaluate(&Inputs { faults: &faults, ..i }).unwrap();
    let Figure::Null(n) = &row(&all, "PM4.3", Region::North).figure else { panic!() };
    assert_eq!(
        (n.reason, n.source.as_deref(), n.since, n.owner.as_deref()),
        (NullReason::Unreliable, Some("f"), Some(day("2026-04-02")), Some("CSPN"))
    );
    // Exactly at the floor it is still a figure.
    let faults = [fault("f", 2, 7, Severity::Unreliable)];
    assert_eq!(
        state(row(&evaluate(&Inputs { faults: &faults, ..i }).unwrap(), "PM4.3", Region::North)),
        FigureState::Suspect
    );
}

fn one_of_each() -> Vec<MeasureDef> {
    vec![
        tests_def(),
        def("PM2.1", &[("DSP", Region::None)], Basis::Availability { service: "DS".into() }),
        def(
            "PM12.1",
            &[("CSPN", Region::North)],
            Basis::OutageWindows { code: "AD1".into(), hubs: 50, above: false },
        ),
        def("PM2", &[("CSPN", Region::North)], Basis::Payloads),
        def("PM1.1", &[("CSPS", Region::South)], Basis::Hubs { when: ConnectedBy::Install }),
        def("COV1", &[("CSPN", Region::North)], Basis::CoverageAccuracy),
        def("CPM6", &[("DCC", Region::None)], Basis::StatedOnly),
        def(
            "CPM1",
            &[("DCC", Region::None)],
            Basis::Composite { of: vec!["PM4.3".into(), "PM2".into()], aggregate: None },
        ),
        def(
            "CPM9",
            &[("DCC", Region::None)],
            Basis::Composite { of: vec!["CPM1".into()], aggregate: None },
        ),
    ]
}

#[test]
fn with_every_feed_stopped_no_measure_reads_as_met() {
    let c = cells(&[]);
    let defs = one_of_each();
    for (word, subject) in
        [(Counting::AnsweredOnly, Subject::Tests), (Counting::AllAttempts, Subject::OwnRequests)]
    {
        let m = methodology(word, subject, Aggregate::Mean);
        let nothing = evaluate(&inputs(&c, &defs, &m)).unwrap();
        let carries = ["tests", "messages", "services", "alerts", "payloads", "hubs", "figures"];
        let feeds: Vec<_> = carries
            .iter()
            .map(|w| FeedCoverage { observed: BTreeSet::new(), ..feed(w, w, 1..=1) })
            .collect();
        let stopped = evaluate(&Inputs { feeds: &feeds, ..inputs(&c, &defs, &m) }).unwrap();
        for r in nothing.iter().chain(&stopped) {
            assert!(
                r.band == Band::Null && r.rag == Rag::Grey && r.figure.as_value().is_none(),
                "{} reads as {}",
                r.name(),
                r.band
            );
        }
        assert_eq!(null(row(&stopped, "PM2.1", Region::None)), NullReason::Unreliable);
    }
}

#[test]
fn m7_a_null_part_makes_the_composite_undetermined_with_bounds() {
    let c = cells(&[
        ("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", 90),
        ("2026-04-02", "north", "f", "rtt4", "timed-out", "unanswered", 10),
    ]);
    let defs = [
        tests_def(),
        def(
            "CPM1",
            &[("DCC", Region::None)],
            Basis::Composite { of: vec!["PM4.3".into()], aggregate: None },
        ),
    ];
    let m = methodology(Counting::AllAttempts, Subject::Tests, Aggregate::Mean);
    let feeds = [feed("f", "tests", 1..=30)];
    let base = Inputs { feeds: &feeds, ..inputs(&c, &defs, &m) };
    let r = evaluate(&base).unwrap();
    let cpm = row(&r, "CPM1", Region::None);
    // Central has no events although its feed arrived: it leaves the aggregate and is named.
    assert_eq!(percent_of(&cpm.figure.share().unwrap(), 2, &[]).unwrap(), "90.00");
    assert!(
        cpm.components.len() == 2
            && !cpm.components[1].counted
            && cpm.notes.iter().any(|n| n.contains("left out: PM4.3 CSPC central"))
    );
    assert!(cpm.notes.iter().any(|n| n == "combined by mean from 1 of 2 rows; 1 left out"));
    assert!(matches!(cpm.contributions, Contributions::Table { .. }));
    let over = [Override {
        measure: "PM4.3".into(),
        provider: "CSPC".into(),
        region: Region::Central,
        period: APRIL,
        action: OverrideAction::Withhold { reason: NullReason::Unreliable },
        who: "chair".into(),
        at: Some(Utc(1)),
        why: "tool faulty".into(),
    }];
    let r = evaluate(&Inputs { overrides: &over, ..base }).unwrap();
    let Figure::Null(n) = &row(&r, "CPM1", Region::None).figure else { panic!() };
    let (low, high) = n.bounds.clone().unwrap();
    assert_eq!(
        (n.reason, low.share(), high.share()),
        (
            NullReason::NotDeterminable,
            Figure::ratio(45, 100).share(),
            Figure::ratio(95, 100).share()
        )
    );
}

#[test]
fn a_circle_of_composites_is_not_determinable() {
    let c = cells(&[]);
    let m = methodology(Counting::AllAttempts, Subject::Tests, Aggregate::Mean);
    let circle = [
        def(
            "A",
            &[("X", Region::None)],
            Basis::Composite { of: vec!["B".into()], aggregate: None },
        ),
        def(
            "B",
            &[("X", Region::None)],
            Basis::Composite { of: vec!["A".into()], aggregate: None },
        ),
    ];
    assert!(
        evaluate(&inputs(&c, &circle, &m))
            .unwrap()
            .iter()
            .all(|r| null(r) == NullReason::NotDeterminable)
    );
}

#[test]
fn exceptions_leave_numerator_and_denominator() {
    let c = cells(&[
        ("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", 980),
        ("2026-04-02", "north", "f", "rtt4", "timed-out", "unanswered", 20),
    ]);
    let defs = [tests_def()];
    let m = methodology(Counting::AllAttempts, Subject::Tests, Aggregate::Mean);
    let except = |count, met| {
        [AllowedException {
            measure: "PM4.3".into(),
            provider: "CSPN".into(),
            region: Region::North,
            period: APRIL,
            count,
            met,
            reason: "site closed".into(),
        }]
    };
    let run = |e: &[AllowedException]| {
        evaluate(&Inputs { exceptions: e, ..inputs(&c, &defs, &m) }).unwrap().remove(0)
    };
    let r = run(&except(15, 0));
    assert_eq!(
        r.figure.as_value().unwrap().quantity,
        Quantity::Ratio(Ratio { num: 980, den: 985 })
    );
    let e = r.exceptions.unwrap();
    assert_eq!(
        (e.count, e.without.share(), r.band),
        (15, Figure::ratio(980, 1000).share(), Band::Met)
    );
    let refused = run(&except(21, 0));
    assert!(refused.exceptions.is_none() && refused.notes.iter().any(|n| n.contains("refused")));
}

#[test]
fn m18_ages_states_and_lag() {
    let c = cells(&[("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", 29)]);
    let mut defs = [tests_def()];
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let base = inputs(&c, &defs, &m);
    let r = evaluate(&base).unwrap().remove(0);
    // 30 April to 22 June: 53 days. 29 events are too few where 30 are asked.
    assert_eq!((r.age_days, state(&r)), (53, FigureState::LowVolume));
    let may = evaluate(&Inputs { period: Period::month(2026, 5), ..base }).unwrap().remove(0);
    assert_eq!(may.age_days, 22);
    let keys = BTreeSet::from([
        "methodology:answered-only/tests/mean".to_owned(),
        "levels:PM4.3".to_owned(),
    ]);
    let r = evaluate(&Inputs { unconfirmed: &keys, ..base }).unwrap().remove(0);
    assert!(
        r.levels.unconfirmed
            && r.figure
                .as_value()
                .unwrap()
                .notes
                .iter()
                .any(|n| n.contains("which is unconfirmed"))
    );
    let early =
        evaluate(&Inputs { as_at: "2026-04-15".parse().unwrap(), ..base }).unwrap().remove(0);
    assert!(early.figure.as_value().unwrap().notes.iter().any(|n| n.contains("not over")));
    (defs[0].period, defs[0].lag) = (ActivityPeriod::Quarter, 1);
    let r = evaluate(&inputs(&c, &defs, &m)).unwrap().remove(0);
    assert_eq!((r.activity.to_string().as_str(), null(&r)), ("2026-Q1", NullReason::NotReported));
}

#[test]
fn m5_a_level_that_changes_inside_a_year() {
    let c = cells(&[
        ("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", 97),
        ("2026-04-02", "north", "f", "rtt4", "answered-success", "late", 3),
    ]);
    let mut defs = [tests_def()];
    let mut later = defs[0].levels[0].clone();
    (later.from, later.target) = (day("2026-04-01"), Some(Ratio { num: 97, den: 100 }));
    defs[0].levels.push(later);
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let history = [HistoryPoint {
        measure: "PM4.3".into(),
        provider: "CSPN".into(),
        region: Region::North,
        period: APRIL.previous(),
        figure: Figure::ratio(97, 100),
        target: None,
        minimum: None,
    }];
    let r = evaluate(&Inputs { history: &history, ..inputs(&c, &defs, &m) }).unwrap().remove(0);
    assert_eq!(r.band, Band::Met);
    let s = r.streak.unwrap();
    assert_eq!((s.below_target.greatest, s.count_below_target.least), (0, 1));
}

#[test]
fn results_keep_their_keys_in_json() {
    let c = cells(&[("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", 90)]);
    let defs = one_of_each();
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let all = evaluate(&inputs(&c, &defs, &m)).unwrap();
    let text = serde_json::to_string(&all).unwrap();
    assert_eq!(serde_json::from_str::<Vec<MeasureResult>>(&text).unwrap(), all);
    let one: serde_json::Value =
        serde_json::from_str::<serde_json::Value>(&text).unwrap()[0].clone();
    let keys: Vec<&str> = one.as_object().unwrap().keys().map(String::as_str).collect();
    let mut documented = vec![
        "measure",
        "title",
        "unit",
        "provider",
        "region",
        "period",
        "activity",
        "methodology",
        "decimals",
        "figure",
        "basis",
        "stated",
        "levels",
        "band",
        "rag",
        "overridden",
        "selection",
        "parts",
        "breakdown",
        "excluded",
        "interval",
        "coverage",
        "faults",
        "exceptions",
        "components",
        "contributions",
        "streak",
        "age_days",
        "notes",
    ];
    documented.sort_unstable();
    let mut keys = keys;
    keys.sort_unstable();
    assert_eq!(keys, documented);
}

#[test]
fn missing_dimensions_are_refused() {
    let mut c = cells(&[("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", 90)]);
    c.dims.pop();
    let defs = [tests_def()];
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    assert!(evaluate(&inputs(&c, &defs, &m)).unwrap_err().to_string().contains("timeliness"));
}

#[test]
fn users_own_messages_rest_on_the_feeds_that_bring_them_whoever_reports() {
    use crate::evaluate::coverage::{OwnMessages, Reliability, own_messages};
    let ground =
        |region, seen: &[&str], feeds: &[&FeedCoverage], faults: &[Fault]| -> Reliability {
            let feeds: Vec<FeedCoverage> = feeds.iter().map(|f| (*f).clone()).collect();
            let seen = seen.iter().map(|f| (*f).to_owned()).collect();
            own_messages(
                OwnMessages { activity: APRIL, region, seen: &seen, as_at: Utc(i64::MAX / 2) },
                &feeds,
                faults,
                Ratio { num: 9, den: 10 },
            )
        };
    let north = FeedCoverage {
        provider: Some("CSPN".into()),
        region: Some(Region::North),
        ..feed("n", "messages", 1..=26)
    };
    // 27 of 30 days is the floor, 26 are below it; also of a feed of which nothing was seen.
    assert_eq!(ground(None, &[], &[&north], &[]).null.unwrap().reason, NullReason::Unreliable);
    let enough = FeedCoverage {
        observed: (0..27).map(|n| APRIL.first().plus(n)).collect(),
        ..north.clone()
    };
    let weak = ground(None, &[], &[&enough], &[]);
    assert!(weak.null.is_none() && weak.suspect[0].contains("27 of 30"), "{weak:?}");
    // What is missing in the North is not missing in the South.
    assert!(ground(Some(Region::South), &[], &[&north], &[]).is_firm());
    assert!(ground(Some(Region::North), &[], &[&north], &[]).null.is_some());
    let anybodys = FeedCoverage { provider: None, ..north };
    assert!(ground(Some(Region::South), &[], &[&anybodys], &[]).is_firm(), "whoever reports");
    assert!(ground(Some(Region::North), &[], &[&anybodys], &[]).null.is_some());
    // A feed of tests is no feed of theirs, unless it brought some.
    let tests = feed("t", "tests", 1..=1);
    assert!(ground(None, &["x"], &[&tests], &[]).is_firm());
    assert!(ground(None, &["t"], &[&tests], &[]).null.is_some());
    // A fault of everything that a provider brings hits its feeds; a fault of one measure does not.
    let whole = FeedCoverage { provider: Some("DSP".into()), ..feed("d", "messages", 1..=30) };
    let of = |measures: &[&str], provider: &str| Fault {
        feed: None,
        provider: Some(provider.into()),
        measures: measures.iter().map(|m| (*m).to_owned()).collect(),
        ..fault("", 1, 4, Severity::Unreliable)
    };
    assert!(ground(None, &["d"], &[&whole], &[of(&[], "DSP")]).null.is_some());
    assert!(ground(None, &["d"], &[&whole], &[of(&["PM4.3"], "DSP"), of(&[], "CSPN")]).is_firm());
    let suspect = Fault { severity: Severity::Suspect, ..fault("d", 3, 3, Severity::Suspect) };
    assert!(ground(None, &["d"], &[&whole], &[suspect]).suspect[0].contains("counts doubled"));
    // A feed that nobody registered can still be known to be faulty.
    assert!(ground(None, &["z"], &[], &[fault("z", 1, 30, Severity::Unreliable)]).null.is_some());
}

#[test]
fn this_months_figure_is_not_taken_from_the_history() {
    let c = cells(&[("2026-04-02", "north", "f", "rtt4", "answered-success", "late", 100)]);
    let defs = [tests_def()];
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let point = |period| HistoryPoint {
        measure: "PM4.3".into(),
        provider: "CSPN".into(),
        region: Region::North,
        period,
        figure: Figure::ratio(1, 1),
        target: None,
        minimum: None,
    };
    let history = [point(APRIL), point(APRIL.next())];
    let s = evaluate(&Inputs { history: &history, ..inputs(&c, &defs, &m) })
        .unwrap()
        .remove(0)
        .streak
        .unwrap();
    assert_eq!(
        (s.until, s.months, s.below_target.least, s.below_target.greatest),
        (APRIL, 1, 1, 1)
    );
}
