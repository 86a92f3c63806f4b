//! Figures that somebody stated, alone and beside computed ones.

use super::*;

#[test]
fn stated_beside_computed() {
    let c = cells(&[
        ("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", 900),
        ("2026-04-02", "north", "f", "rtt4", "timed-out", "unanswered", 100),
    ]);
    let defs = [tests_def()];
    let m = methodology(Counting::AllAttempts, Subject::Tests, Aggregate::Mean);
    let run = |list: &[StatedFigure]| {
        evaluate(&Inputs { stated: list, ..inputs(&c, &defs, &m) }).unwrap()
    };
    let r = run(&[
        stated("PM4.3", "CSPN", "north", "100.0 %"),
        stated("PM4.3", "CSPC", "central", "99.50%"),
    ]);
    let north = row(&r, "PM4.3", Region::North);
    assert_eq!((state(north), north.stated[0].conflicts), (FigureState::Disputed, Some(true)));
    assert_eq!(north.figure.share(), Figure::ratio(9, 10).share());
    // The ledger has nothing for Central: what was stated stands.
    let central = row(&r, "PM4.3", Region::Central);
    assert_eq!((central.basis, central.band), (FigureBasis::Stated, Band::Met));
    let r = run(&[stated("PM4.3", "CSPN", "north", "90.0")]);
    assert_eq!(state(row(&r, "PM4.3", Region::North)), FigureState::Ok);
    let mut two = vec![
        stated("PM4.3", "CSPC", "central", "99.5"),
        stated("PM4.3", "CSPC", "central", "97.0"),
    ];
    (two[1].version, two[1].known) = ("2".into(), Utc(2));
    let r = run(&two);
    let central = row(&r, "PM4.3", Region::Central);
    assert!(central.stated[0].superseded && central.band == Band::BelowTarget);
    two[1].document = "another".into();
    let r = run(&two);
    assert_eq!(state(row(&r, "PM4.3", Region::Central)), FigureState::Disputed);
}

#[test]
fn x10_an_ambiguous_number_keeps_its_readings() {
    let c = cells(&[]);
    let defs = [def("PM2", &[("CSPN", Region::North)], Basis::StatedOnly)];
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let mut s = stated("PM2", "CSPN", "north", "54.80 %");
    s.readings = vec![
        ("value achieved".into(), "54.80".into()),
        ("the minimum itself".into(), "54.80".into()),
    ];
    let list = [s];
    let r = evaluate(&Inputs { stated: &list, ..inputs(&c, &defs, &m) }).unwrap().remove(0);
    let v = r.figure.as_value().unwrap();
    let Quantity::Stated(q) = &v.quantity else { panic!() };
    assert_eq!(
        (q.readings.len(), v.state, r.band, r.rag),
        (2, FigureState::Disputed, Band::Unresolved, Rag::Grey)
    );
    assert!(r.figure.share().is_none() && v.notes[0].contains("unresolved"));
}

/// The stated figure of CPM9 for every order of the rows; the same in all.
fn in_any_order(list: &[StatedFigure]) -> Figure {
    let c = cells(&[]);
    let defs = [def("CPM9", &[("CSPN", Region::North)], Basis::StatedOnly)];
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let one = |list: &[StatedFigure]| {
        let r = evaluate(&Inputs { stated: list, ..inputs(&c, &defs, &m) }).unwrap().remove(0);
        assert_eq!(r.stated.len(), list.len(), "all are kept");
        r.figure
    };
    let first = one(list);
    let mut orders = vec![list.to_vec()];
    for at in 1..list.len() {
        let mut more = Vec::new();
        for order in &orders {
            for to in 0..at {
                let mut swapped = order.clone();
                swapped.swap(at, to);
                more.push(swapped);
            }
        }
        orders.extend(more);
    }
    assert_eq!(orders.len(), (1..=list.len()).product::<usize>());
    for order in orders {
        assert_eq!(one(&order), first);
    }
    first
}

fn cpm9(place: &str, text: &str) -> StatedFigure {
    StatedFigure { place: place.into(), ..stated("CPM9", "CSPN", "north", text) }
}

#[test]
fn two_statements_of_one_document_are_disputed_whatever_their_order() {
    let contradictory = in_any_order(&[
        cpm9("row 2 (hidden)", "95.12%"),
        cpm9("row 10", "97.12%"),
        cpm9("row 3", "97.12%"),
    ]);
    let v = contradictory.as_value().unwrap();
    let Quantity::Stated(s) = &v.quantity else { panic!("{v:?}") };
    assert_eq!((s.text.as_str(), v.state), ("95.12% or 97.12%", FigureState::Disputed));
    let places: Vec<&str> = s.readings.iter().map(|r| r.meaning.as_str()).collect();
    assert_eq!(places, ["as in row 2 (hidden)", "as in row 10"]);
    assert!(contradictory.share().is_none() && v.notes[0].contains("no value is chosen"));
    // A null beside a value, and two counts.
    let null = StatedFigure { text: None, null: Some("not-reported".into()), ..cpm9("row 4", "") };
    let with_null = in_any_order(&[cpm9("row 2", "97%"), null]);
    assert!(with_null.share().is_none() && with_null.as_value().is_some());
    let count = |n| StatedFigure { text: None, count: Some(n), ..cpm9("row 5", "") };
    assert!(matches!(
        &in_any_order(&[count(5), count(7)]).as_value().unwrap().quantity,
        Quantity::Stated(s) if s.text == "5 or 7"
    ));
}

#[test]
fn statements_of_one_document_that_agree_are_one_figure() {
    let exact =
        StatedFigure { numerator: Some(9), denominator: Some(10), ..cpm9("row 3", "90.0%") };
    let f = in_any_order(&[cpm9("row 2", "90%"), exact, cpm9("row 4", "90.0%")]);
    assert_eq!(f, Figure::ratio(9, 10));
    let f = in_any_order(&[cpm9("row 2", "97.1%"), cpm9("row 3", "97.12%")]);
    assert!(matches!(&f.as_value().unwrap().quantity, Quantity::Stated(s) if s.text == "97.12%"));
    assert_eq!(f.as_value().unwrap().state, FigureState::Ok);
    // Declared ranks decide, and the figure says that it is disputed.
    let worse = StatedFigure { rank: 200, ..cpm9("row 2", "95%") };
    let f = in_any_order(&[cpm9("row 3", "97%"), worse]);
    assert!(matches!(&f.as_value().unwrap().quantity, Quantity::Stated(s) if s.text == "97%"));
    assert_eq!(f.as_value().unwrap().state, FigureState::Disputed);
}

#[test]
fn a_bare_fraction_and_a_bare_target_are_held_against_nothing() {
    let c = cells(&[]);
    let mut monthly = def("CPM9", &[("CSPN", Region::North)], Basis::StatedOnly);
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let run = |d: &MeasureDef, s: StatedFigure| {
        let (defs, list) = ([d.clone()], [s]);
        evaluate(&Inputs { stated: &list, ..inputs(&c, &defs, &m) }).unwrap().remove(0)
    };
    let r = run(&monthly, cpm9("row 2", "0.994"));
    let Quantity::Stated(s) = &r.figure.as_value().unwrap().quantity else { panic!() };
    let texts: Vec<&str> = s.readings.iter().map(|r| r.text.as_str()).collect();
    assert_eq!((texts, r.band), (vec!["0.994%", "99.4%"], Band::Unresolved));
    let counted =
        StatedFigure { numerator: Some(994), denominator: Some(1000), ..cpm9("row 2", "0.994") };
    assert_eq!(run(&monthly, counted).figure, Figure::ratio(994, 1000));
    monthly.levels.clear();
    let bare = StatedFigure { target: Some("0.99".into()), ..cpm9("row 2", "98%") };
    assert_eq!(run(&monthly, bare).band, Band::UnknownLevels);
    let written = StatedFigure { target: Some("99%".into()), ..cpm9("row 2", "98%") };
    assert_eq!(run(&monthly, written).band, Band::BelowTarget);
}

#[test]
fn figures_of_another_kind_of_period_are_listed_and_not_lost() {
    let c = cells(&[]);
    let monthly = def("CPM9", &[("CSPN", Region::North)], Basis::StatedOnly);
    let quarterly =
        MeasureDef { id: "PM3".into(), period: ActivityPeriod::Quarter, lag: 1, ..monthly.clone() };
    let defs = [monthly, quarterly];
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let of = |measure: &str, period: &str| StatedFigure {
        period: period.parse().unwrap(),
        ..stated(measure, "CSPN", "north", "97%")
    };
    let list = [
        of("CPM9", "2026-04-01"),
        of("CPM9", "2026-Q2"),
        of("CPM9", "2026-05-01"),
        of("CPM9", "2026-Q1"),
        of("CPM9", "2026-03"),
        of("PM3", "2026-Q1"),
    ];
    let i = Inputs { stated: &list, ..inputs(&c, &defs, &m) };
    let periods: Vec<String> = unplaced(&i).iter().map(|s| s.period.to_string()).collect();
    assert_eq!(periods, ["2026-04-01", "2026-Q2"]);
    let all = evaluate(&i).unwrap();
    assert_eq!(row(&all, "CPM9", Region::North).stated.len(), 0);
    assert_eq!(row(&all, "PM3", Region::North).stated.len(), 1, "the quarter of its activity");
}

#[test]
fn a_null_by_coverage_is_not_papered_over_by_what_was_stated() {
    let c = cells(&[]);
    let defs = [tests_def()];
    let m = methodology(Counting::AnsweredOnly, Subject::Tests, Aggregate::Mean);
    let feeds = [FeedCoverage { observed: BTreeSet::new(), ..feed("f", "tests", 1..=1) }];
    let list = [stated("PM4.3", "CSPN", "north", "100 %")];
    let r = evaluate(&Inputs { feeds: &feeds, stated: &list, ..inputs(&c, &defs, &m) })
        .unwrap()
        .remove(0);
    assert_eq!((null(&r), r.band, r.stated.len()), (NullReason::Unreliable, Band::Null, 1));
    // The feed of the tests says nothing about the requests that stand in for them, a provider's fault neither.
    let own = methodology(Counting::AllAttempts, Subject::OwnRequests, Aggregate::Mean);
    let c = cells(&[("2026-04-02", "north", "u", "none", "answered-success", "in-time", 100)]);
    let whole_month = Fault {
        feed: None,
        provider: Some("CSPN".into()),
        ..fault("f", 1, 30, Severity::Unreliable)
    };
    let faults = [whole_month];
    let feeds = [FeedCoverage {
        provider: Some("CSPN".into()),
        carries: vec![],
        observed: BTreeSet::new(),
        ..feed("f", "tests", 1..=1)
    }];
    let with_own = evaluate(&Inputs { feeds: &feeds, faults: &faults, ..inputs(&c, &defs, &own) })
        .unwrap()
        .remove(0);
    assert_eq!(
        (state(&with_own), with_own.band, with_own.faults.len()),
        (FigureState::Ok, Band::Met, 0)
    );
    let tested = evaluate(&Inputs { feeds: &[], faults: &faults, ..inputs(&c, &defs, &m) })
        .unwrap()
        .remove(0);
    assert_eq!(null(&tested), NullReason::Unreliable);
    let stopped = evaluate(&Inputs { feeds: &feeds, ..inputs(&c, &defs, &m) }).unwrap().remove(0);
    assert_eq!(null(&stopped), NullReason::Unreliable);
}
