//! What waits, is held, is shed or consolidated: nothing is lost on these ways either.

use crate::network;

use network::*;
use northbound_flow::{
    Body, Change, Effect, Event, Outcome,
    event::{Alert, ScheduleAsked, ScheduleRecord},
    policy::Threshold,
    vocabulary::{Frequency, Role},
};
use northbound_types::{
    AlertState, CommandVariant, Eui64, Kind, Region, RequestId, RequestState as S, Utc,
    time::DAY_US,
};

#[test]
fn a_future_dated_request_waits_until_it_is_due() {
    let mut h = Network::new();
    let mut r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    r.execution = Some(Utc(h.at + 100 * SECOND));
    assert!(commands(&h.send(r)).is_empty());
    let out = h.wait(100 * SECOND);
    assert_eq!(commands(&out).len(), 1);
    assert!(
        out.iter().any(
            |e| matches!(e, Effect::Moved(m) if m.from == Some(S::Waiting) && m.to == S::Queued)
        )
    );
}

#[test]
fn what_the_device_holds_is_closed_by_its_alert() {
    let mut h = Network::new();
    let mut cv4 = h.ask(SUPPLIER, ESME, 4, "1.1.1");
    cv4.pre_command = Some([1; 32]);
    h.send(cv4.clone());
    let due = h.at + 1_000 * SECOND;
    let c = commands(&h.send(northbound_flow::Request {
        cv: CommandVariant::SignedSend,
        service: northbound_flow::WebService::Send,
        execution: Some(Utc(due)),
        ..cv4
    }))
    .pop()
    .unwrap();
    assert_eq!(c.execution, Some(Utc(due)));
    assert!(deliveries(&h.answer(&c, true)).is_empty(), "only taken");
    h.wait(1_000 * SECOND);
    let close = Alert {
        device: ESME,
        recipient: Some(SUPPLIER),
        counter: 9,
        code: "8F66".parse().unwrap(),
        dcc: false,
        raised: None,
        closes: Some(c.correlation),
        content: vec![4],
    };
    let out = h.step(Event::Alert(Box::new(close)));
    assert!(
        matches!(&deliveries(&out)[0].body, Body::FutureDated { payload, .. } if *payload == [4])
    );
    assert!(
        out.iter()
            .any(|e| matches!(e, Effect::AlertSettled(a) if a.state == AlertState::Delivered))
    );
}

#[test]
fn a_follower_goes_when_its_predecessor_succeeds_and_fails_when_it_fails() {
    for success in [true, false] {
        let mut h = Network::new();
        let mut first = h.ask(SUPPLIER, ESME, 1, "4.1.1");
        first.first_in_sequence = true;
        let c = commands(&h.send(first.clone())).pop().unwrap();
        let mut second = h.ask(SUPPLIER, ESME, 1, "4.1.1");
        second.preceding = Some(first.id);
        assert!(commands(&h.send(second)).is_empty());
        let out = h.answer(&c, success);
        assert_eq!(commands(&out).len(), usize::from(success));
        assert_eq!(
            out.iter().any(|e| matches!(e, Effect::Moved(m) if m.to == S::PredecessorFailed)),
            !success
        );
    }
    let mut h = Network::new();
    let mut orphan = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    orphan.preceding = Some(RequestId { counter: 1, ..orphan.id });
    let refusal = h.flow.policy().codes.sequence.to_string();
    assert_eq!(code(&h.send(orphan)), refusal);
}

#[test]
fn the_excess_is_held_and_what_equals_the_threshold_is_not() {
    let mut p = policy();
    p.thresholds =
        vec![Threshold { user: Some(SUPPLIER), srv: Some(srv("2.2")), limit: 2, window: DAY_US }];
    let mut h = Network::with(p);
    for n in 1..=4u64 {
        let r = h.ask(SUPPLIER, ESME, 1, "2.2");
        let out = h.send(r);
        assert_eq!(code(&out), "I99");
        assert_eq!(commands(&out).len(), usize::from(n <= 2), "request {n}");
        assert_eq!(
            deliveries(&out).iter().any(|d| matches!(d.body, Body::Quarantined { .. })),
            n > 2
        );
    }
    let held: Vec<u64> = h.flow.quarantined().map(|(r, ..)| r).collect();
    assert_eq!(held.len(), 2);
    assert_eq!(
        commands(&h.change(Change::Release(held[0]))).len(),
        1,
        "released, and not counted again"
    );
    let out = h.change(Change::Delete(held[1]));
    assert!(out.iter().any(|e| matches!(e, Effect::Moved(m) if m.to == S::QuarantineDeleted)));
    assert!(
        matches!(&h.change(Change::Delete(held[1]))[0], Effect::Notice(_)),
        "nothing is held under it any more"
    );
}

#[test]
fn a_held_request_expires() {
    let mut p = policy();
    p.thresholds = vec![Threshold { user: None, srv: None, limit: 0, window: DAY_US }];
    let mut h = Network::with(p);
    let r = h.ask(SUPPLIER, ESME, 1, "2.2");
    h.send(r);
    let keep = h.flow.policy().keep.quarantine;
    let out = h.wait(keep);
    assert!(out.iter().any(|e| matches!(e, Effect::Moved(m) if m.to == S::QuarantineExpired)));
}

#[test]
fn a_paused_region_sends_nothing_and_what_grows_too_old_is_shed() {
    let mut h = Network::new();
    h.change(Change::Pause { region: Region::North, until: None });
    let r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    assert!(commands(&h.send(r)).is_empty());
    let r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    let longest = h.flow.policy().longest_queue;
    h.wait(longest - 1);
    h.send(r);
    let out = h.wait(0);
    assert_eq!(out.iter().filter(|e| matches!(e, Effect::Moved(m) if m.to == S::Shed)).count(), 0);
    assert_eq!(
        commands(&h.change(Change::Resume(Region::North))).len(),
        1,
        "the younger of the two; the other was shed"
    );
    assert_eq!(h.flow.counts().in_state(Region::North, S::Shed), 1);
}

#[test]
fn a_full_queue_refuses_the_next() {
    let mut p = policy();
    for c in &mut p.capacity {
        (c.in_flight, c.queued) = (1, 2);
    }
    let mut h = Network::with(p);
    let codes: Vec<String> = (0..5)
        .map(|_| {
            let r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
            code(&h.send(r))
        })
        .collect();
    let full = h.flow.policy().codes.full.to_string();
    assert_eq!(codes, ["I99", "I99", "I99", full.as_str(), full.as_str()]);
}

#[test]
fn a_schedule_runs_each_day_as_units_of_its_own() {
    let mut h = Network::new();
    let made_by = RequestId { originator: SUPPLIER, target: SERVICE, counter: 5 };
    let first = Utc(h.at + DAY_US);
    h.change(Change::Schedule(ScheduleRecord {
        made_by,
        role: Role::Is,
        asked: ScheduleAsked {
            srv: srv("4.8.1"),
            device: ESME,
            every: Frequency::Daily,
            first,
            last: Some(Utc(first.0 + DAY_US)),
        },
    }));
    for n in 1..=2 {
        let c = commands(&h.wait(DAY_US)).pop().unwrap();
        assert_eq!(c.correlation.recipient, SERVICE, "under the service's own counter");
        let d = deliveries(&h.answer(&c, true)).pop().unwrap();
        assert!(matches!(d.body, Body::Scheduled { schedule: 1, .. }));
        let row = settled(&h.attempt(d.number, 204, Outcome::Delivered)).pop().unwrap();
        assert_eq!((row.kind, row.instance & 0xFFFF), (Kind::ScheduleInstance, n));
    }
    assert!(commands(&h.wait(3 * DAY_US)).is_empty(), "the last run was the last");
}

#[test]
fn a_thousand_repeats_become_a_few_copies_that_carry_the_count() {
    let mut h = Network::new();
    let (mut copies, mut carried) = (0, 0);
    for n in 0..1_000 {
        h.at += 6 * SECOND;
        let out = h.alert(ESME, n, "8F3E", Some(SUPPLIER));
        copies += deliveries(&out).len();
    }
    // Another code of the same device is not lost in the storm.
    assert_eq!(deliveries(&h.alert(ESME, 5_000, "8F12", Some(SUPPLIER))).len(), 1);
    assert_eq!(h.flow.snapshot().storms, 1);
    let quiet = h.flow.policy().storm.quiet;
    copies += deliveries(&h.wait(quiet)).len();
    assert_eq!(h.flow.snapshot().storms, 0);
    assert_eq!(h.flow.snapshot().residue, 0);
    h.flow.open(|_| {}, |a| carried += a.carried);
    assert_eq!(copies as i64 + carried, 1_000, "a copy and what it carries are all there were");
    assert!(copies < 20, "{copies}");
}

#[test]
fn the_storm_begins_above_the_threshold_and_excluded_codes_pass() {
    let mut h = Network::new();
    let threshold = u64::from(h.flow.policy().storm.threshold);
    for n in 0..threshold {
        assert_eq!(deliveries(&h.alert(ESME, n, "8F3E", Some(SUPPLIER))).len(), 1);
    }
    assert_eq!(deliveries(&h.alert(ESME, 99, "8F3E", Some(SUPPLIER))).len(), 0);
    for n in 0..3 * threshold {
        assert_eq!(deliveries(&h.alert(ESME, 100 + n, "8F75", Some(SUPPLIER))).len(), 1);
    }
    let mut p = policy();
    p.storm.on = false;
    h.change(Change::Policy(Box::new(p)));
    assert_eq!(deliveries(&h.alert(ESME, 900, "8F3E", Some(SUPPLIER))).len(), 1, "switched off");
}

#[test]
fn a_change_that_cannot_be_is_said_before_and_does_nothing() {
    let mut h = Network::new();
    let lost = Change::Device(device(
        Eui64(1),
        northbound_flow::vocabulary::DeviceType::Esme,
        Region::North,
        &[(Role::Is, Eui64(2))],
    ));
    assert!(h.flow.would_take(&lost).unwrap_err().to_string().contains("add the User first"));
    assert!(matches!(&h.change(lost)[0], Effect::Notice(_)));
}
