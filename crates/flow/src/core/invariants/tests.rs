//! One planted bug for each invariant: the test makes a state that the steps of
//! the core never reach, and it must be named. An invariant without a planted bug fails the last test.

use super::*;
use crate::{
    Policy,
    effect::{Body, Delivery},
    event::{Correlation, IdText},
    state::Facts,
    vocabulary::Class,
};
use northbound_rules::RuleSet;
use northbound_types::{
    Day, Eui64, Generation, Kind, Leg, Mode, Region, RequestId, ResponseCode, TestKind, Utc,
};
use std::collections::BTreeSet;

const DEVICE: Eui64 = Eui64(0x00DB_1234_0100_0001);
const USER: Eui64 = Eui64(0x90B3_D51F_3001_0001);
const NOW: Utc = Utc(1_000_000);

fn core() -> Core {
    let rules = RuleSet::embedded().unwrap();
    let core = Core::new(Policy::from_rules(&rules, Day(20_000)).unwrap());
    assert_eq!(core.broken(), Vec::<String>::new(), "a new core is sound");
    core
}

fn request(counter: u64) -> RequestId {
    RequestId { originator: USER, target: DEVICE, counter }
}

fn exchange(state: S, region: Region) -> Exchange {
    let facts = Facts {
        id: request(7),
        written: IdText::Upper,
        leg: Leg::Send,
        instance: 0,
        kind: Kind::ServiceRequest,
        mode: Mode::OnDemand,
        srv: "4.1.1".parse().unwrap(),
        cv: None,
        user: None,
        role: None,
        party_category: "large-supplier".into(),
        class: Class::ALL[0],
        generation: Generation::Smets2,
        device_type: None,
        test: TestKind::None,
        region,
        repeatable: false,
        schedule: None,
        leads: false,
    };
    Exchange::new(facts, state, NOW)
}

fn delivery() -> Delivery {
    Delivery {
        number: 0,
        to: USER,
        from: DEVICE,
        answers: None,
        srv: "4.1.1".parse().unwrap(),
        code: ResponseCode::of("I0"),
        at: NOW,
        body: Body::Empty,
    }
}

fn correlation() -> Correlation {
    Correlation { device: DEVICE, recipient: USER, counter: 7, code: 0x0062 }
}

/// Enters an exchange past the books.
fn entered(exchange: Exchange) -> Core {
    let mut core = core();
    core.exchanges.enter(exchange);
    core
}

/// A core with one thing wrong, and the words in which the invariant says so.
fn planted() -> Vec<(&'static str, Core)> {
    let north = Region::North;
    let in_state = |state| entered(exchange(state, north));
    let mut misdirected = core();
    misdirected.exchanges.await_answer(correlation(), 99);
    let mut unasked = core();
    unasked.deliveries.add(delivery(), Purpose::Answer(99));
    let mut empty = core();
    empty.quarantine.hold(1, 99);
    let mut undelivered = exchange(S::AnsweredSuccess, north);
    undelivered.answer_sent(NOW);
    undelivered.await_delivery(99);
    let timed_out = exchange(S::TimedOut, north);
    let ended = timed_out.acknowledged(NOW, &[1, 2, 3], None);
    vec![
        ("is settled and still open", in_state(S::Refused)),
        ("is in flight and no answer would find it", in_state(S::InFlight)),
        ("is held under no event reference", in_state(S::Held)),
        ("is queued for no network", entered(exchange(S::Queued, Region::None))),
        ("has ended and still has its content", entered(ended)),
        ("waits for a delivery that does not exist", entered(undelivered)),
        ("has an answer sent, or none, against its state", in_state(S::AnsweredSuccess)),
        (
            "waits for a predecessor that it does not follow",
            entered(exchange(S::Waiting, north).acknowledged(NOW, &[], Some(request(6)))),
        ),
        ("by the region,", in_state(S::Queued)),
        ("by the counts,", in_state(S::Waiting)),
        ("which did not ask", misdirected),
        ("which does not wait for it", unasked),
        ("which is not held", empty),
    ]
}

#[test]
fn each_planted_bug_is_named_by_its_invariant() {
    for (words, core) in planted() {
        let found = core.broken();
        assert!(found.iter().any(|b| b.contains(words)), "{words:?} is not among {found:?}");
    }
}

#[test]
fn every_invariant_has_a_planted_bug() {
    // The texts of the invariants are all the sentences of the source that can reach a report.
    let source = include_str!("../invariants.rs");
    let planted: BTreeSet<&str> = planted().into_iter().map(|(words, _)| words).collect();
    let texts: BTreeSet<&str> = source
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|t| t.contains(' ') && !t.starts_with("exchange {n}"))
        .collect();
    for text in texts {
        assert!(planted.iter().any(|p| text.contains(p)), "nothing is planted for {text:?}");
    }
}
