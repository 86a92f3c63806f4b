//! Any inputs in any order: the books balance and the invariants hold after each; the journal played
//! again gives the same effects, also from a checkpoint in the middle.

use crate::network;

use network::*;
use northbound_flow::{Change, Core, Effect, Event, Outcome, codec, policy::Threshold};
use northbound_types::{Eui64, RequestState as S, Utc, time::DAY_US};
use proptest::prelude::*;

/// Low limits everywhere, so that every guard is used.
fn tight() -> northbound_flow::Policy {
    let mut p = policy();
    p.retry.tries = 1;
    p.longest_queue = 100 * SECOND;
    for c in &mut p.capacity {
        (c.in_flight, c.queued) = (1, 5);
    }
    p.thresholds = vec![Threshold { user: None, srv: Some(srv("2.2")), limit: 3, window: DAY_US }];
    (p.storm.threshold, p.storm.quiet) = (3, 100 * SECOND);
    p
}

/// A network and Users that are out to confuse the core, and what they have seen of it.
struct Opponents {
    network: Network,
    sent: Vec<northbound_flow::Command>,
    delivered: Vec<u64>,
    last: Option<northbound_types::RequestId>,
}

impl Opponents {
    /// Makes the move that two numbers encode.
    fn play(&mut self, what: u8, n: u16) -> Vec<Effect> {
        let pick = |len: usize| usize::from(n) % len.max(1);
        let h = &mut self.network;
        match what % 16 {
            0..=4 => self.ask(n),
            5..=7 if !self.sent.is_empty() => {
                let c = self.sent[pick(self.sent.len())].clone();
                h.answer(&c, !n.is_multiple_of(4))
            }
            8 if !self.sent.is_empty() => {
                let c = self.sent[pick(self.sent.len())].correlation;
                h.step(if n.is_multiple_of(2) { Event::NoRoute(c) } else { Event::NotReceived(c) })
            }
            9..=10 if !self.delivered.is_empty() => h.attempt(
                self.delivered[pick(self.delivered.len())],
                200,
                *[Outcome::Delivered, Outcome::Again, Outcome::Parked].get(pick(3)).unwrap(),
            ),
            11 => h.alert(
                [ESME, HUB, Eui64(8)][pick(3)],
                u64::from(n),
                ["8F3E", "AD1", "8F66"][pick(3)],
                n.is_multiple_of(2).then_some(SUPPLIER),
            ),
            12 => h.wait(i64::from(n) * SECOND),
            13 => h.wait(i64::from(n) * 3_600 * SECOND),
            14 => {
                let held: Vec<u64> = h.flow.quarantined().map(|(r, ..)| r).collect();
                let r = held.get(pick(held.len())).copied().unwrap_or(77);
                h.change(if n.is_multiple_of(2) { Change::Release(r) } else { Change::Delete(r) })
            }
            _ => h.step(Event::Restarted),
        }
    }

    fn ask(&mut self, n: u16) -> Vec<Effect> {
        let h = &mut self.network;
        let (target, service) = [
            (ESME, "4.1.1"),
            (GSME, "2.2"),
            (ESME, "2.2"),
            (HUB, "8.11"),
            (Eui64(9), "4.1.1"),
            (SERVICE, "8.2"),
        ][usize::from(n) % 6];
        let user = if n.is_multiple_of(7) { OTHER } else { SUPPLIER };
        let mut r = h.ask(user, target, if service == "8.2" { 8 } else { 1 }, service);
        if n.is_multiple_of(3) {
            r.execution = Some(Utc(h.at + i64::from(n) * SECOND));
        }
        if n.is_multiple_of(11) {
            r.id.counter -= 3;
        }
        if n.is_multiple_of(5) {
            r.preceding = self.last;
        }
        r.first_in_sequence = n.is_multiple_of(2);
        if n % 8 == 3 {
            (r.cancels, r.execution) = (true, Some(Utc(i64::MAX)));
        }
        self.last = Some(r.id);
        h.send(r)
    }
}

/// Plays a list of choices against the core.
fn play(choices: &[(u8, u16)]) -> (Network, Vec<Effect>) {
    let mut o = Opponents {
        network: Network::with(tight()),
        sent: Vec::new(),
        delivered: Vec::new(),
        last: None,
    };
    let mut all = Vec::new();
    for &(what, n) in choices {
        let out = o.play(what, n);
        for e in &out {
            match e {
                Effect::Dispatch(c) => o.sent.push((**c).clone()),
                Effect::Deliver(d) => o.delivered.push(d.number),
                _ => {}
            }
        }
        all.extend(out);
    }
    (o.network, all)
}

fn replay(journal: &[(i64, Vec<u8>)], from: Core) -> (Core, Vec<Effect>) {
    let mut flow = from;
    let mut all = Vec::new();
    for (at, bytes) in journal {
        flow.apply(Utc(*at), &codec::decode_event(bytes).unwrap(), &mut all);
    }
    (flow, all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn messages_are_conserved_and_a_replay_is_the_same(choices in proptest::collection::vec((any::<u8>(), any::<u16>()), 1..120), cut in 0usize..120) {
        let (h, all) = play(&choices);
        let (again, effects) = replay(&h.journal, Core::new(tight()));
        prop_assert_eq!(&effects[effects.len() - all.len()..], &all[..]);
        let cut = cut.min(h.journal.len());
        let (middle, first) = replay(&h.journal[..cut], Core::new(tight()));
        let restored = codec::decode_state(&codec::encode_state(&middle).unwrap()).unwrap();
        let (end, second) = replay(&h.journal[cut..], restored);
        prop_assert_eq!([first, second].concat(), effects);
        prop_assert_eq!(end.counts(), again.counts());
    }

    /// Any bytes are an input or an error, never a crash.
    #[test]
    fn damaged_inputs_are_errors(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = codec::decode_event(&bytes);
        bytes.insert(0, codec::EVENT_VERSION);
        let _ = codec::decode_event(&bytes);
    }
}

#[test]
fn the_random_walk_reaches_every_state() {
    let mut reached = std::collections::BTreeSet::new();
    let mut rng = 12_345u64;
    for _ in 0..40 {
        let choices: Vec<(u8, u16)> = (0..150)
            .map(|_| {
                rng = rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                ((rng >> 33) as u8, (rng >> 41) as u16)
            })
            .collect();
        let (h, _) = play(&choices);
        reached.extend(h.books.moved.accounts.values().flat_map(|a| a.by_state.keys().copied()));
    }
    let missed: Vec<&S> = S::ALL.iter().filter(|s| !reached.contains(s)).collect();
    assert!(missed.is_empty(), "{missed:?}");
}
