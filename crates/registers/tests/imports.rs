//! Files of rows: once only, whole or not at all, taken back without a trace in the present and
//! with every trace in the past. The order in which they came never decides.

use crate::shared;
use northbound_registers::{
    Added, AsAt, Begun, Counts, EventFilter, Gate, Imported, Query, Write,
    records::{
        data::sources::{SourceFile, SourceState},
        service::{hubs::HubInstall, population::PopulationDay, services::ServiceInterval},
    },
};
use shared::{analyst, down, file, hub, people, store, t};

fn bring<T: Imported>(
    gate: &Gate<'_>,
    file: &SourceFile,
    rows: &[T],
    write: &Write,
) -> (String, Vec<Added>) {
    let Begun::Import(mut i) = gate.begin_import(file, write).unwrap() else {
        panic!("{} is here already", file.name)
    };
    let added =
        rows.iter().enumerate().map(|(n, r)| i.add(r, n as i64 + 2, None).unwrap()).collect();
    let n = rows.len() as i64;
    (i.finish(Counts { rows: n, accepted: n, rejected: 0 }).unwrap().id, added)
}

#[test]
fn the_same_bytes_come_in_again_for_another_layout_or_feed() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let first = file("a.csv");
    let other_layout = SourceFile { layout: "population".into(), ..first.clone() };
    let other_feed = SourceFile { feed: "south".into(), ..first.clone() };
    for (n, again) in [&first, &other_layout, &other_feed].into_iter().enumerate() {
        let Begun::Import(i) = gate.begin_import(again, &Write::at(t(1))).unwrap() else {
            panic!("refused: {again:?}")
        };
        assert_eq!(i.finish(Default::default()).unwrap().id, format!("source-{}", n + 1));
    }
    for (n, again) in [&first, &other_layout, &other_feed].into_iter().enumerate() {
        let Begun::Already(kept) = gate.begin_import(again, &Write::at(t(2))).unwrap() else {
            panic!("twice: {again:?}")
        };
        assert_eq!(kept.id, format!("source-{}", n + 1));
    }
}

#[test]
fn the_same_file_twice_adds_nothing() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let row = down("DSP", "2026-04-01T10:00:00Z", Some("2026-04-01T11:00:00Z"));
    let (id, added) = bring(&gate, &file("a.csv"), std::slice::from_ref(&row), &Write::at(t(1)));
    assert_eq!(added, [Added::New]);
    let Begun::Already(k) = gate.begin_import(&file("a.csv"), &Write::at(t(2))).unwrap() else {
        panic!("twice")
    };
    assert_eq!(k.id, id);
    assert_eq!(store.revision().unwrap(), 1, "not even a revision is used up");
    assert_eq!(gate.events(&EventFilter::default()).unwrap().len(), 1, "one file, one event");
}

#[test]
fn a_row_of_two_files_stays_until_both_are_retracted() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let row = down("DSP", "2026-04-01T10:00:00Z", Some("2026-04-01T11:00:00Z"));
    let (a, _) = bring(&gate, &file("a.csv"), std::slice::from_ref(&row), &Write::at(t(1)));
    let (b, added) = bring(
        &gate,
        &file("b.csv"),
        &[row.clone(), row.clone(), down("DSP", "2026-04-02T10:00:00Z", None)],
        &Write::at(t(2)),
    );
    assert_eq!(added, [Added::Duplicate, Added::Duplicate, Added::New]);
    assert_eq!(gate.source(&b, AsAt::NOW).unwrap().record.duplicates, 2);
    let count = |as_at: AsAt| gate.list::<ServiceInterval>(&Query::as_at(as_at)).unwrap().len();
    assert_eq!(count(AsAt::NOW), 2);
    assert_eq!(gate.retract_source(&a, &Write::at(t(3))).unwrap_err().code(), "registers.reason");
    gate.retract_source(&a, &Write::at(t(3)).with_reason("wrong month")).unwrap();
    assert_eq!(count(AsAt::NOW), 2, "the other file still says so");
    gate.retract_source(&b, &Write::at(t(4)).with_reason("wrong month")).unwrap();
    assert_eq!(count(AsAt::NOW), 0);
    assert_eq!((count(AsAt::recorded(t(1))), count(AsAt::recorded(t(3)))), (1, 2));
    assert_eq!(
        gate.retract_source(&b, &Write::at(t(5)).with_reason("again")).unwrap_err().code(),
        "registers.frozen"
    );
    let states: Vec<_> =
        gate.sources(AsAt::NOW).unwrap().into_iter().map(|k| k.record.state).collect();
    assert_eq!(states, [SourceState::Retracted, SourceState::Retracted]);
    // Once retracted it may come again, and its rows with it.
    bring(&gate, &file("a.csv"), &[row], &Write::at(t(6)));
    assert_eq!(count(AsAt::NOW), 1);
}

#[test]
fn rows_of_one_file_are_found_and_lead_back_to_its_lines() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let (a, _) = bring(&gate, &file("a.csv"), &[hub("h1")], &Write::at(t(1)));
    let (b, _) =
        bring(&gate, &file("b.csv"), &[hub("h2"), hub("h1")], &Write::at(t(2)).known(t(-50)));
    let of = |s: &str| {
        gate.list::<HubInstall>(&Query { source: Some(s.to_owned()), ..Query::default() }).unwrap()
    };
    assert_eq!((of(&a).len(), of(&b).len()), (1, 2));
    let origins = gate.origins(northbound_registers::Noun::Hub, &of(&a)[0].id, AsAt::NOW).unwrap();
    assert_eq!(
        origins.iter().map(|o| (o.source.as_str(), o.place)).collect::<Vec<_>>(),
        [(a.as_str(), 2), (b.as_str(), 3)]
    );
    // It was known as early as the earlier of the two files says.
    assert_eq!(of(&a)[0].known, t(-50));
    let known = |at| gate.list::<HubInstall>(&Query::as_at(AsAt::known(at))).unwrap().len();
    assert_eq!((known(t(-51)), known(t(-50)), known(t(1))), (0, 2, 2));
}

#[test]
fn a_refused_row_stops_nothing_and_a_dropped_import_leaves_nothing() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let bad = down("DSP", "2026-04-01T10:00:30Z", None);
    let good = down("DSP", "2026-04-01T10:00:00Z", None);
    let Begun::Import(mut i) = gate.begin_import(&file("a.csv"), &Write::at(t(1))).unwrap() else {
        panic!("new")
    };
    assert_eq!(i.add(&bad, 2, None).unwrap_err().code(), "registers.invalid");
    assert_eq!(i.add(&good, 3, None).unwrap(), Added::New);
    drop(i);
    assert_eq!(store.revision().unwrap(), 0);
    assert!(gate.list::<ServiceInterval>(&Query::default()).unwrap().is_empty());
    let Begun::Import(mut i) = gate.begin_import(&file("a.csv"), &Write::at(t(1)).dry()).unwrap()
    else {
        panic!("nothing of it stayed")
    };
    i.add(&good, 3, None).unwrap();
    assert!(i.finish(Counts { rows: 2, accepted: 1, rejected: 1 }).unwrap().dry_run);
    assert_eq!(store.revision().unwrap(), 0);
}

/// Both orders of two files give the same rows that count and the same disputes.
fn both_orders(
    a: (&SourceFile, PopulationDay, i64),
    b: (&SourceFile, PopulationDay, i64),
) -> (i64, usize, u64) {
    let outcome = |order: [&(&SourceFile, PopulationDay, i64); 2]| {
        let (_dir, store) = store();
        let gate = store.as_actor(&analyst());
        for (n, (f, row, known)) in order.into_iter().enumerate() {
            bring(
                &gate,
                f,
                std::slice::from_ref(row),
                &Write::at(t(1000 + n as i64)).known(t(*known)),
            );
        }
        let c = gate.current::<PopulationDay>(&Query::default()).unwrap();
        assert_eq!(c.rows.len(), 1);
        (c.rows[0].record.count, c.disputes.len(), c.restated)
    };
    let first = outcome([&a, &b]);
    assert_eq!(first, outcome([&b, &a]), "the order of ingest decided");
    first
}

#[test]
fn a_contradiction_is_settled_by_rank_and_shown() {
    let low = SourceFile { rank: 1, feed: "north".into(), ..file("low.csv") };
    let high = SourceFile { rank: 2, feed: "other".into(), ..file("high.csv") };
    // The lower rank counts, though the other was stated later.
    assert_eq!(
        both_orders((&low, people("2026-04-01", 10), 1), (&high, people("2026-04-01", 20), 2)),
        (10, 1, 0)
    );
    // The same feed restates: the later statement counts, and nothing is disputed.
    let later = SourceFile { rank: 1, feed: "north".into(), ..file("later.csv") };
    assert_eq!(
        both_orders((&low, people("2026-04-01", 10), 1), (&later, people("2026-04-01", 20), 2)),
        (20, 0, 1)
    );
    // The same feed says two things at one time: that is a contradiction again.
    assert_eq!(
        both_orders((&low, people("2026-04-01", 10), 1), (&later, people("2026-04-01", 20), 1)).1,
        1
    );
}

#[test]
fn stating_an_old_value_anew_makes_it_current() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    for (n, count) in [10, 20, 10].into_iter().enumerate() {
        bring(
            &gate,
            &file(&format!("m{n}.csv")),
            &[people("2026-04-01", count)],
            &Write::at(t(n as i64 + 1)),
        );
    }
    let current = |as_at: AsAt| {
        gate.current::<PopulationDay>(&Query::as_at(as_at)).unwrap().rows[0].record.count
    };
    assert_eq!(
        (current(AsAt::recorded(t(1))), current(AsAt::recorded(t(2))), current(AsAt::NOW)),
        (10, 20, 10)
    );
}

#[test]
fn a_persons_word_goes_before_a_file_and_outlives_it() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    let (a, _) = bring(&gate, &file("a.csv"), &[people("2026-04-01", 10)], &Write::at(t(1)));
    gate.add(&people("2026-04-01", 12), &Write::at(t(2)).with_reason("counted by hand")).unwrap();
    let c = gate.current::<PopulationDay>(&Query::default()).unwrap();
    assert_eq!((c.rows[0].record.count, c.disputes.len(), c.restated), (12, 0, 1));
    // The same row as the file's, stated by hand as well, stays when the file goes.
    gate.add(&people("2026-04-01", 10), &Write::at(t(3))).unwrap();
    gate.retract_source(&a, &Write::at(t(4)).with_reason("r")).unwrap();
    assert_eq!(gate.list::<PopulationDay>(&Query::default()).unwrap().len(), 2);
}

#[test]
fn a_hub_connected_later_is_one_hub() {
    let (_dir, store) = store();
    let gate = store.as_actor(&analyst());
    bring(&gate, &file("april.csv"), &[hub("h1")], &Write::at(t(1)));
    bring(
        &gate,
        &file("may.csv"),
        &[HubInstall { connected: Some("2026-05-02".parse().unwrap()), ..hub("h1") }],
        &Write::at(t(2)),
    );
    let c = gate.current::<HubInstall>(&Query::default()).unwrap();
    assert_eq!((c.rows.len(), c.rows[0].record.connected.is_some(), c.restated), (1, true, 1));
    assert!(
        gate.current::<HubInstall>(&Query::as_at(Some(t(1)))).unwrap().rows[0]
            .record
            .connected
            .is_none()
    );
}
