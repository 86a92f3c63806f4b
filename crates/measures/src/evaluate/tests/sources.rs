//! Reasons of nulls, rows that begin and end, measures of which less is better.

use super::*;
use northbound_rules::measure::Better;

fn all(i: &Inputs<'_>) -> Vec<MeasureResult> {
    evaluate(i).unwrap()
}

fn composite(of: &[&str], aggregate: Option<Aggregate>) -> MeasureDef {
    let of = of.iter().map(|m| (*m).to_owned()).collect();
    def("CPM1", &[("DCC", Region::None)], Basis::Composite { of, aggregate })
}

#[test]
fn nothing_fell_due_only_where_a_source_was_there() {
    let none = cells(&[]);
    let defs = one_of_each();
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let counted = ["PM4.3", "PM12.1", "PM2", "PM1.1", "COV1"];
    let base = inputs(&none, &defs, &m);
    for r in all(&base).iter().filter(|r| counted.contains(&r.measure.as_str())) {
        assert_eq!(null(r), NullReason::NotReported, "{}", r.name());
    }
    let feeds: Vec<_> =
        ["tests", "alerts", "payloads", "hubs"].iter().map(|w| feed(w, w, 1..=30)).collect();
    for r in all(&Inputs { feeds: &feeds, ..base }).iter() {
        if counted.contains(&r.measure.as_str()) {
            assert_eq!(null(r), NullReason::NoEvents, "{}", r.name());
        }
    }
    // A feed that was due in another month only covers nothing of this one.
    let may: Vec<_> = feeds
        .iter()
        .map(|f| FeedCoverage { expected: APRIL.next().each_day().collect(), ..f.clone() })
        .collect();
    let r = all(&Inputs { feeds: &may, ..base });
    assert_eq!(null(row(&r, "PM4.3", Region::North)), NullReason::NotReported);
    // What arrived without any feed and is left out shows that a source was there.
    let open = cells(&[("2026-04-02", "north", "f", "rtt4", "timed-out", "unanswered", 40)]);
    let r = all(&inputs(&open, &defs, &m));
    assert_eq!(null(row(&r, "PM4.3", Region::North)), NullReason::NoEvents);
    assert_eq!(null(row(&r, "PM4.3", Region::Central)), NullReason::NotReported);
    assert_eq!(null(row(&r, "CPM1", Region::None)), NullReason::NotReported);
    let some = cells(&[("2026-04-02", "north", "f", "rtt4", "answered-success", "late", 40)]);
    let r = all(&inputs(&some, &defs, &m));
    assert_eq!(null(row(&r, "CPM1", Region::None)), NullReason::NotDeterminable);
}

#[test]
fn one_users_log_is_no_measure_of_the_network() {
    let c = cells(&[("2026-04-02", "north", "f", "none", "answered-success", "in-time", 90)]);
    let national = def(
        "DSP1.1",
        &[("DSP", Region::None)],
        Basis::Exchanges { select: northbound_types::Selector::all() },
    );
    let defs = [national, composite(&["DSP1.1"], None)];
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let several = inputs(&c, &defs, &m);
    assert_eq!(row(&all(&several), "DSP1.1", Region::None).band, Band::Met);
    let one = Inputs { only_user: Some("90-B3-D5-1F-30-01-00-02"), ..several };
    let r = all(&one);
    let Figure::Null(n) = &row(&r, "DSP1.1", Region::None).figure else { panic!() };
    assert_eq!(n.reason, NullReason::NotDeterminable);
    assert!(n.detail.contains("90-B3-D5-1F-30-01-00-02"), "{}", n.detail);
    assert_eq!(null(row(&r, "CPM1", Region::None)), NullReason::NotDeterminable);
    // A feed of the network says what was due of it.
    let feeds = [feed("f", "messages", 1..=30)];
    assert_eq!(row(&all(&Inputs { feeds: &feeds, ..one }), "DSP1.1", Region::None).band, Band::Met);
}

#[test]
fn a_period_that_has_not_begun_makes_no_claim() {
    let c = cells(&[]);
    let defs = one_of_each();
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let feeds = [feed("s", "services", 1..=30)];
    let point = HistoryPoint {
        measure: "PM2.1".into(),
        provider: "DSP".into(),
        region: Region::None,
        period: APRIL.previous(),
        figure: Figure::ratio(90, 100),
        target: None,
        minimum: None,
    };
    let history = [point];
    let i = Inputs { feeds: &feeds, history: &history, ..inputs(&c, &defs, &m) };
    let begun = all(&Inputs { as_at: "2026-04-01T00:00:00Z".parse().unwrap(), ..i });
    assert!(row(&begun, "PM2.1", Region::None).streak.is_some());
    let before = all(&Inputs { as_at: "2026-03-31T23:59:59Z".parse().unwrap(), ..i });
    for r in &before {
        assert!(r.figure.as_value().is_none() && r.streak.is_none(), "{}", r.name());
    }
    assert_eq!(null(row(&before, "PM2.1", Region::None)), NullReason::NotReported);
}

#[test]
fn a_closed_row_leaves_its_composite() {
    let c = cells(&[("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", 90)]);
    let mut defs = [tests_def(), composite(&["PM4.3"], None)];
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let with = |defs: &[MeasureDef], period| all(&Inputs { period, ..inputs(&c, defs, &m) });
    let open = with(&defs, APRIL);
    assert_eq!(null(row(&open, "CPM1", Region::None)), NullReason::NotDeterminable);
    defs[0].rows[1].to = Some(day("2026-03-31"));
    let closed = with(&defs, APRIL);
    assert_eq!(row(&closed, "CPM1", Region::None).band, Band::Met);
    let central = row(&closed, "PM4.3", Region::Central);
    assert_eq!((null(central), central.streak.is_none()), (NullReason::NotApplicable, true));
    assert!(
        row(&closed, "CPM1", Region::None).notes.iter().any(|n| n.contains("left out: PM4.3 CSPC"))
    );
    // On its last day it is still there.
    defs[0].rows[1].to = Some(day("2026-04-01"));
    assert_eq!(null(row(&with(&defs, APRIL), "CPM1", Region::None)), NullReason::NotDeterminable);
    // Not yet begun: it leaves the composite in the same way, and is judged from its first day on.
    (defs[0].rows[1].from, defs[0].rows[1].to) = (Some(day("2026-05-01")), None);
    assert_eq!(row(&with(&defs, APRIL), "CPM1", Region::None).band, Band::Met);
}

#[test]
fn days_outside_a_rows_life_are_not_expected_of_its_feed() {
    let c = cells(&[("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", 90)]);
    let mut defs = [tests_def()];
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let feeds = [feed("f", "tests", 1..=10)];
    let run =
        |defs: &[MeasureDef]| all(&Inputs { feeds: &feeds, ..inputs(&c, defs, &m) }).remove(0);
    assert_eq!(null(&run(&defs)), NullReason::Unreliable);
    defs[0].rows[0].to = Some(day("2026-04-10"));
    let r = run(&defs);
    assert_eq!((r.coverage.observed, r.coverage.expected, r.band), (10, 10, Band::Met));
}

#[test]
fn of_a_measure_where_less_is_better_a_miss_is_above_its_target() {
    let failed = |late| {
        let c = cells(&[
            ("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", late),
            ("2026-04-02", "north", "f", "rtt4", "answered-success", "late", 100 - late),
        ]);
        let mut defs = [tests_def()];
        defs[0].better = Better::Lower;
        (defs[0].levels[0].target, defs[0].levels[0].minimum) =
            (Some(Ratio { num: 2, den: 100 }), Some(Ratio { num: 5, den: 100 }));
        let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
        all(&inputs(&c, &defs, &m)).remove(0)
    };
    for (share, band) in
        [(1, Band::Met), (2, Band::Met), (3, Band::BelowTarget), (6, Band::BelowMinimum)]
    {
        assert_eq!(failed(share).band, band, "{share} %");
    }
    assert_eq!(failed(3).band_words(), "above target");
    assert_eq!(failed(3).streak.unwrap().below_target.least, 1);
}

#[test]
fn a_composite_is_combined_as_its_rule_chooses() {
    let c = cells(&[
        ("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", 90),
        ("2026-04-02", "north", "f", "rtt4", "answered-success", "late", 10),
        ("2026-04-02", "central", "f", "rtt4", "answered-success", "in-time", 10),
        ("2026-04-02", "central", "f", "rtt4", "answered-success", "late", 10),
    ]);
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let mut defs = [tests_def(), composite(&["PM4.3"], None)];
    assert_eq!(state(&all(&inputs(&c, &defs, &m)).pop().unwrap()), FigureState::LowVolume);
    defs[1].id = "OWN".into();
    let unchosen = all(&inputs(&c, &defs, &m)).pop().unwrap();
    assert!(
        unchosen
            .figure
            .as_value()
            .unwrap()
            .notes
            .iter()
            .any(|n| n.contains("chooses no aggregate"))
    );
    let cpm = |aggregate| {
        let defs = [tests_def(), composite(&["PM4.3"], aggregate)];
        let r = all(&inputs(&c, &defs, &m));
        percent_of(&row(&r, "CPM1", Region::None).figure.share().unwrap(), 2, &[]).unwrap()
    };
    assert_eq!(
        (cpm(None), cpm(Some(Aggregate::Pooled)), cpm(Some(Aggregate::Product))),
        ("70.00".to_owned(), "83.33".to_owned(), "45.00".to_owned())
    );
}

#[test]
fn a_stated_composite_stands_where_nobody_reported_its_components() {
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let defs = [tests_def(), composite(&["PM4.3"], None)];
    let said = [stated("CPM1", "DCC", "none", "98.00 %")];
    let run = |groups: &[crate::sample::Group<'_>], stated: &[StatedFigure]| {
        let c = cells(groups);
        all(&Inputs { stated, ..inputs(&c, &defs, &m) }).pop().unwrap()
    };
    assert_eq!(null(&run(&[], &[])), NullReason::NotReported);
    let r = run(&[], &said);
    assert_eq!((r.basis, r.band), (FigureBasis::Stated, Band::BelowTarget));
    // The North alone allows anything up to its own share and that of a Central without a miss.
    let north = |met| ("2026-04-02", "north", "f", "rtt4", "answered-success", met, 100);
    assert_eq!(null(&run(&[north("in-time")], &[])), NullReason::NotDeterminable);
    let r = run(&[north("in-time")], &said);
    assert_eq!(
        (r.basis, r.band, state(&r)),
        (FigureBasis::Stated, Band::BelowTarget, FigureState::Ok)
    );
    let r = run(&[north("late")], &said);
    assert_eq!(state(&r), FigureState::Disputed, "0 % in the North allows 50 % at most");
}
