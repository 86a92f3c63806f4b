//! Messages: every planted difference is found, no other is, and the counts follow. Data invented.

use super::*;
use northbound_types::{Eui64, Generation, Leg, MessageId, RequestId, TestKind, Utc};
use proptest::prelude::*;
use std::sync::Arc;

const HOUR: i64 = messages::ZONE_STEP_US;
/// 2026-04-15T12:00:00Z: noon, so that a few hours either way stay in the day.
const NOON: i64 = 1_776_254_400_000_000;
const CUT_OFF: Utc = Utc(NOON + 400 * HOUR);

fn message(counter: u64) -> Message {
    Message {
        id: MessageId {
            namespace: "duis".into(),
            request: RequestId {
                originator: Eui64(0x90B3_D51F_3001_0000),
                target: Eui64(0x00DB_1234_5678_90A0),
                counter,
            },
            leg: Leg::Send,
            instance: 0,
        },
        received: Utc(NOON),
        known: Utc(NOON),
        test_kind: TestKind::None,
        generation: Generation::Smets2,
        attributes: [("region", "north"), ("srv", "4.1.1")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into(),
        place: format!("row {counter}"),
    }
}

type Findings = (Vec<Finding>, MessageTotals);

fn run(
    a: &[Message],
    b: &[Message],
    profiles: (&Profile, &Profile),
) -> Result<Findings, ReconcileError> {
    let mut found = Vec::new();
    fn stream(m: &[Message]) -> impl Iterator<Item = Result<Message, ReconcileError>> + '_ {
        m.iter().cloned().map(Ok)
    }
    let totals = reconcile_messages(stream(a), stream(b), profiles, &mut |f| found.push(f))?;
    Ok((found, totals))
}

/// A difference to plant into one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plant {
    None,
    Lost,
    Copies(u8),
    Zone(i8),
    Midnight,
    CutOff,
    Test,
    Smets1,
    Attribute,
    Clock,
}

fn plant() -> impl Strategy<Value = Plant> {
    prop_oneof![
        6 => Just(Plant::None),
        1 => Just(Plant::Lost),
        1 => (1..4u8).prop_map(Plant::Copies),
        1 => prop_oneof![(-11..0i8), (1..12i8)].prop_map(Plant::Zone),
        1 => Just(Plant::Midnight),
        1 => Just(Plant::CutOff),
        1 => Just(Plant::Test),
        1 => Just(Plant::Smets1),
        1 => Just(Plant::Attribute),
        1 => Just(Plant::Clock),
    ]
}

impl Plant {
    /// Makes the two sides' copies of a message, and says which findings must come of it.
    fn apply(self, m: Message) -> (Vec<Message>, Vec<Message>, Vec<Cause>) {
        let mut n = m.clone();
        match self {
            Plant::None => (vec![m], vec![n], vec![]),
            Plant::Lost => (vec![m], vec![], vec![Cause::Missing]),
            Plant::Copies(k) => {
                (vec![m; usize::from(k) + 1], vec![n], vec![Cause::Duplicate; k.into()])
            }
            Plant::Zone(h) => {
                n.received.0 += i64::from(h) * HOUR;
                (vec![m], vec![n], vec![Cause::DayBoundary])
            }
            Plant::Midnight => {
                // Just before midnight here, just after it there.
                let mut m = m;
                m.received.0 += 12 * HOUR - 1;
                n.received.0 += 12 * HOUR + 1;
                (vec![m], vec![n], vec![Cause::DayBoundary])
            }
            Plant::CutOff => {
                let m = Message { known: Utc(CUT_OFF.0 + 1), ..m };
                (vec![m], vec![], vec![Cause::CutOff])
            }
            Plant::Test => {
                let m = Message { test_kind: TestKind::Rtt3, ..m };
                (vec![m], vec![], vec![Cause::TestTraffic])
            }
            Plant::Smets1 => {
                let m = Message { generation: Generation::Smets1, ..m };
                (vec![m], vec![], vec![Cause::Generation])
            }
            Plant::Attribute => {
                n.attributes.insert("region".into(), "south".into());
                (vec![m], vec![n], vec![Cause::Attribute])
            }
            Plant::Clock => {
                n.received.0 += 1;
                (vec![m], vec![n], vec![Cause::Attribute])
            }
        }
    }
}

fn profile(messages: &[Message], cut_off: Option<Utc>) -> Profile {
    let mut p = Profile { cut_off, ..Profile::default() };
    for m in messages {
        p.see(m.test_kind, m.generation);
    }
    p
}

fn keys_of(m: &Message) -> Option<Vec<Arc<str>>> {
    Some(vec![Arc::from(m.received.day().to_string()), Arc::from(m.attributes["region"].as_str())])
}

fn counted(name: &str, messages: &[Message]) -> Source {
    let mut s = Source::new(name, 0, ["day", "region"]);
    for m in messages {
        if let Some(keys) = keys_of(m) {
            s.rows.push(CountRow { keys, count: 1, rounded_to: 0 });
        }
    }
    s
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_planted_difference_is_found_and_no_other(plants in prop::collection::vec(plant(), 1..80), swap in any::<bool>()) {
        let (mut a, mut b, mut expected) = (vec![], vec![], vec![]);
        for (i, p) in plants.iter().enumerate() {
            let (x, y, causes) = p.apply(message(i as u64));
            expected.extend(causes.into_iter().map(|c| (i as u64, c)));
            a.extend(x);
            b.extend(y);
        }
        // One SMETS2 message of its own makes sure that the side is known to hold that generation.
        let more = message(plants.len() as u64);
        a.push(more.clone());
        b.push(more);
        if swap { std::mem::swap(&mut a, &mut b); }
        let cut_off = Some(CUT_OFF);
        let (found, totals) = run(&a, &b, (&profile(&a, cut_off), &profile(&b, cut_off))).unwrap();
        let got: Vec<_> = found.iter().map(|f| (f.id.request.counter, f.cause)).collect();
        prop_assert_eq!(got, expected);
        prop_assert!(found.iter().all(|f| f.also.is_empty()));
        prop_assert_eq!((totals.a, totals.b), (a.len() as u64, b.len() as u64));
        prop_assert_eq!(totals.alike + totals.differing + totals.only_a, totals.a);
        prop_assert_eq!(totals.alike + totals.differing + totals.only_b, totals.b);

        // The same findings explain every count by day and region to the last message.
        let hints = measured_hints(&found, "a", "b", keys_of);
        let r = reconcile(&[counted("a", &a), counted("b", &b)], &Options::default(), &hints).unwrap();
        for line in &r.pairs[0].lines {
            prop_assert_eq!(line.unexplained, 0);
            prop_assert!(line.parts.iter().all(|p| p.strength == Strength::Measured && p.evidence.starts_with("messages")), "{:?}", line);
        }
    }
}

#[test]
fn a_test_missing_from_a_side_that_holds_tests_is_missing() {
    let test = |c| Message { test_kind: TestKind::Rtt3, ..message(c) };
    let (a, b) = (vec![test(1), test(2)], vec![test(2)]);
    let (found, _) = run(&a, &b, (&profile(&a, None), &profile(&b, None))).unwrap();
    assert_eq!(found.iter().map(|f| f.cause).collect::<Vec<_>>(), [Cause::Missing]);
}

#[test]
fn causes_that_would_each_do_are_all_named() {
    let m = Message {
        test_kind: TestKind::Rtt2,
        generation: Generation::Smets1,
        known: Utc(CUT_OFF.0 + 1),
        ..message(1)
    };
    let b = Profile { cut_off: Some(CUT_OFF), ..Profile::default() };
    let (found, _) = run(std::slice::from_ref(&m), &[], (&Profile::default(), &b)).unwrap();
    assert_eq!(
        (found[0].cause, found[0].also.as_slice()),
        (Cause::CutOff, &[Cause::TestTraffic, Cause::Generation][..])
    );
    // At the cut-off itself it should be there.
    let (found, _) =
        run(&[Message { known: CUT_OFF, ..m }], &[], (&Profile::default(), &b)).unwrap();
    assert_eq!(found[0].cause, Cause::TestTraffic);
}

#[test]
fn a_moved_message_with_another_region_has_both_causes() {
    let mut n = message(1);
    n.received.0 -= 13 * HOUR;
    n.attributes.insert("region".into(), "south".into());
    let (found, _) = run(&[message(1)], &[n], (&Profile::default(), &Profile::default())).unwrap();
    assert_eq!(
        (found[0].cause, found[0].also.as_slice(), found[0].other_day),
        (Cause::DayBoundary, &[Cause::Attribute][..], true)
    );
    assert_eq!(found[0].changed, [("region".into(), "north".into(), "south".into())]);
}

#[test]
fn whole_hours_end_at_the_widest_zone() {
    // Beyond any zone the day still differs; within the day only whole hours are a zone.
    for (shift, cause) in
        [(HOUR, Cause::DayBoundary), (HOUR + 1, Cause::Attribute), (27 * HOUR, Cause::DayBoundary)]
    {
        let mut n = message(1);
        n.received.0 += shift;
        let (found, _) =
            run(&[message(1)], &[n], (&Profile::default(), &Profile::default())).unwrap();
        assert_eq!(found[0].cause, cause, "{shift}");
    }
}

#[test]
fn unsorted_streams_and_endless_copies_are_refused() {
    let none = Profile::default();
    let e = run(&[message(2), message(1)], &[], (&none, &none)).unwrap_err();
    assert!(matches!(e, ReconcileError::Unsorted { side: "a", .. }), "{e}");
    let e = run(&[], &[message(1), message(2), message(1)], (&none, &none)).unwrap_err();
    assert!(matches!(e, ReconcileError::Unsorted { side: "b", .. }), "{e}");
    let copies = |n| vec![message(1); n];
    assert!(run(&copies(messages::MAX_COPIES), &[], (&none, &none)).is_ok());
    assert!(matches!(
        run(&copies(messages::MAX_COPIES + 1), &[], (&none, &none)),
        Err(ReconcileError::Copies { .. })
    ));
}
