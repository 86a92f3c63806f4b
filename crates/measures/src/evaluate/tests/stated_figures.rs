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
