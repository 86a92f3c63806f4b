//! The common path: acknowledged, sent, answered, delivered; refused with the known codes; given up;
//! never executed twice.

use crate::network;

use network::*;
use northbound_flow::{
    Body, Change, Effect, Event, Outcome, effect::DeliveryRecord, event::Registration,
    vocabulary::Role,
};
use northbound_types::{AlertState, CommandVariant, Kind, Leg, RequestState as S, Utc};

#[test]
fn a_read_is_acknowledged_sent_answered_and_delivered() {
    let mut h = Network::new();
    let r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    let out = h.send(r.clone());
    assert_eq!((code(&out).as_str(), reply(&out).id), ("I99", r.id));
    let c = commands(&out).pop().unwrap();
    assert_eq!(
        (c.correlation.device, c.correlation.recipient, c.correlation.counter),
        (ESME, SUPPLIER, r.id.counter)
    );
    let out = h.answer(&c, true);
    let d = deliveries(&out).pop().unwrap();
    assert_eq!((d.code.as_str(), d.answers.as_ref().unwrap().0, payload(&d)), ("I0", r.id, true));
    assert!(settled(&out).is_empty(), "not taken yet");
    assert!(settled(&h.attempt(d.number, 503, Outcome::Again)).is_empty());
    let row = settled(&h.attempt(d.number, 204, Outcome::Delivered)).pop().unwrap();
    assert_eq!(
        (row.state, row.times.answered_at_wan.is_some(), row.times.delivered),
        (S::AnsweredSuccess, true, Some(Utc(h.at)))
    );
    assert!(
        row.times.acknowledged <= row.times.queued && row.times.sent_to_wan < row.times.answer_sent
    );
}

#[test]
fn a_device_error_and_no_route_are_told_with_their_codes() {
    let mut h = Network::new();
    let r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    let c = commands(&h.send(r)).pop().unwrap();
    assert_eq!(deliveries(&h.answer(&c, false))[0].code.as_str(), "E100");
    let r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    let c = commands(&h.send(r)).pop().unwrap();
    assert_eq!(deliveries(&h.step(Event::NoRoute(c.correlation)))[0].code.as_str(), "E20");
}

#[test]
fn refusals_have_the_known_codes_and_a_row_each() {
    let mut h = Network::new();
    let cases: Vec<(&str, northbound_flow::Request)> = vec![
        ("E13", {
            let mut r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
            r.service = northbound_flow::WebService::Transform;
            r
        }),
        ("E12", h.ask(SUPPLIER, ESME, 4, "4.1.1")),
        ("E1", h.ask(ESME, ESME, 1, "4.1.1")),
        ("E2", h.ask(NETWORK, ESME, 1, "2.2")),
        ("E19", h.ask(SUPPLIER, northbound_types::Eui64(5), 1, "4.1.1")),
        ("E4", h.ask(OTHER, ESME, 1, "4.1.1")),
        ("E11", h.ask(SUPPLIER, HUB, 1, "4.1.1")),
        ("E1", {
            let mut r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
            r.signer = OTHER;
            r
        }),
    ];
    for (want, r) in cases {
        let out = h.send(r);
        assert_eq!(code(&out), want);
        assert_eq!(settled(&out)[0].state, S::Refused);
        assert!(commands(&out).is_empty() && deliveries(&out).is_empty());
    }
    let identities: std::collections::BTreeSet<_> =
        h.settled.iter().map(|r| (r.id, r.leg, r.instance)).collect();
    assert_eq!(identities.len(), h.settled.len(), "each refusal has an identity of its own");
}

#[test]
fn a_replay_is_refused_and_the_next_counter_is_not() {
    let mut h = Network::new();
    let first = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    assert_eq!(code(&h.send(first.clone())), "I99");
    let fallback = h.flow.policy().codes.replay.to_string();
    assert_eq!(code(&h.send(first.clone())), fallback);
    let mut next = first;
    next.id.counter += 1;
    assert_eq!(code(&h.send(next)), "I99");
}

#[test]
fn a_pre_command_comes_back_signed_once_and_in_time() {
    let mut h = Network::new();
    let transform = || {
        let mut r = Network::new().ask(SUPPLIER, ESME, 4, "1.5");
        r.pre_command = Some([7; 32]);
        r
    };
    let cv4 = transform();
    let out = h.send(cv4.clone());
    assert_eq!(code(&out), "I0");
    assert!(matches!(&reply(&out).body, Body::PreCommand(p) if *p == cv4.content));
    let mut cv5 = northbound_flow::Request {
        cv: CommandVariant::SignedSend,
        service: northbound_flow::WebService::Send,
        ..cv4.clone()
    };
    cv5.pre_command = Some([8; 32]);
    let refusal = h.flow.policy().codes.pre_command.to_string();
    assert_eq!(code(&h.send(cv5.clone())), refusal, "another content than was given out");
    cv5.pre_command = cv4.pre_command;
    let out = h.send(cv5.clone());
    assert_eq!((code(&out).as_str(), reply(&out).id), ("I99", cv4.id));
    assert!(!commands(&out)[0].repeatable, "what is critical is never sent twice");
    assert_eq!(code(&h.send(cv5)), refusal, "used");
    let mut late = transform();
    late.id.counter += 10;
    h.send(late.clone());
    let day = h.flow.policy().keep.pre_command;
    h.wait(day);
    assert_eq!(
        code(&h.send(northbound_flow::Request {
            cv: CommandVariant::SignedSend,
            service: northbound_flow::WebService::Send,
            ..late
        })),
        refusal,
        "expired"
    );
}

#[test]
fn what_is_given_up_stays_so_and_a_late_answer_is_noted() {
    let mut h = Network::new();
    let r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    let c = commands(&h.send(r)).pop().unwrap();
    let limit = h.flow.policy().timeouts.on_demand;
    let sent = h.at;
    assert!(deliveries(&h.wait(limit - 1)).is_empty());
    let d = deliveries(&h.wait(1)).pop().unwrap();
    assert_eq!((d.code.as_str(), d.body), ("E21", Body::Empty));
    h.attempt(d.number, 204, Outcome::Delivered);
    assert!(deliveries(&h.answer(&c, true)).is_empty());
    let keep = h.flow.policy().keep.late_answer;
    let row = settled(&h.wait(keep)).pop().unwrap();
    assert_eq!(
        (row.state, row.timeout_at, row.times.answer_sent),
        (S::TimedOut, Some(Utc(sent + limit)), None)
    );
    assert!(row.times.answered_at_wan.is_some_and(|t| t.0 > sent + limit));
    assert_eq!(h.flow.counts().late_answers, 1);
}

#[test]
fn a_sleeping_meter_has_longer() {
    let mut h = Network::new();
    let r = h.ask(SUPPLIER, GSME, 1, "2.2");
    let c = commands(&h.send(r)).pop().unwrap();
    assert_eq!(c.timeout_at.0 - h.at, h.flow.policy().timeouts.asleep);
}

#[test]
fn only_what_may_run_twice_is_tried_again() {
    let mut p = policy();
    p.retry.tries = 2;
    let mut h = Network::with(p);
    let after = h.flow.policy().retry.after;
    let r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    let first = commands(&h.send(r)).pop().unwrap();
    let second = commands(&h.wait(after)).pop().unwrap();
    assert_eq!((second.attempt, second.correlation), (2, first.correlation));
    h.wait(after);
    assert!(commands(&h.wait(after)).is_empty(), "two further tries and no more");
    assert_eq!(h.flow.counts().dispatched, 3);
}

#[test]
fn after_a_restart_the_network_is_asked_and_users_are_told_again() {
    let mut h = Network::new();
    let r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    let c = commands(&h.send(r)).pop().unwrap();
    let r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    let other = commands(&h.send(r)).pop().unwrap();
    let d = deliveries(&h.answer(&other, true)).pop().unwrap();
    let out = h.step(Event::Restarted);
    assert!(
        out.contains(&Effect::Ask(c.correlation)) && !out.contains(&Effect::Ask(other.correlation))
    );
    assert_eq!(deliveries(&out), [d]);
    let again = commands(&h.step(Event::NotReceived(c.correlation))).pop().unwrap();
    assert_eq!(again.correlation, c.correlation);
    assert!(
        commands(&h.step(Event::NotReceived(other.correlation))).is_empty(),
        "what was answered is not sent again"
    );
}

#[test]
fn inventory_shows_the_home_and_a_pre_notification_adds_to_it() {
    let mut h = Network::new();
    let mut r = h.ask(SUPPLIER, SERVICE, 8, "8.2");
    r.about = Some(ESME);
    let out = h.send(r);
    let Body::Inventory(items) = &reply(&out).body else { panic!("no inventory") };
    assert_eq!(items.iter().map(|i| i.device).collect::<Vec<_>>(), [HUB, ESME, GSME]);
    let new = northbound_types::Eui64(0x00DB_1234_0100_0099);
    let mut r = h.ask(SUPPLIER, SERVICE, 8, "12.2");
    (r.about, r.about_type) = (Some(new), Some(northbound_flow::vocabulary::DeviceType::Esme));
    assert_eq!(code(&h.send(r)), "I0");
    let r = h.ask(SUPPLIER, new, 1, "4.1.1");
    assert_eq!(code(&h.send(r)), "E4", "announced, and no User is registered for it");
}

#[test]
fn a_change_of_supplier_holds_from_its_time() {
    let mut h = Network::new();
    let from = Utc(h.at + 3_600 * SECOND);
    h.change(Change::Registration(Registration {
        device: ESME,
        role: Role::Is,
        user: Some(OTHER),
        from,
    }));
    let r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    assert_eq!(code(&h.send(r)), "I99");
    let mut future = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    future.execution = Some(Utc(from.0 + 1));
    assert_eq!(code(&h.send(future)), "E4", "another User will be registered then");
    h.wait(3_600 * SECOND);
    let r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    assert_eq!(code(&h.send(r)), "E4");
    let r = h.ask(OTHER, ESME, 1, "4.1.1");
    assert_eq!(code(&h.send(r)), "I99");
}

#[test]
fn a_power_outage_is_told_to_the_network_operator() {
    let mut h = Network::new();
    let d = deliveries(&h.alert(HUB, 1, "AD1", None));
    assert_eq!((d.len(), d[0].to), (1, NETWORK));
    assert!(matches!(d[0].body, Body::PowerOutage { hub: HUB, .. }) && d[0].answers.is_none());
    let out = h.attempt(d[0].number, 204, Outcome::Delivered);
    assert!(out.iter().any(|e| matches!(e, Effect::AlertSettled(a) if a.state == AlertState::Delivered && a.recipient == NETWORK)));
}

#[test]
fn which_codes_tell_of_an_outage_is_a_setting() {
    let mut h = Network::new();
    let alert = |h: &mut Network, n: u64| {
        let d = deliveries(&h.alert(HUB, n, "AD9", None));
        (d[0].to, matches!(d[0].body, Body::PowerOutage { .. }))
    };
    assert_eq!(alert(&mut h, 1), (SUPPLIER, false), "another code is the supplier's");
    let mut policy = h.flow.policy().clone();
    policy.outage_codes.push("AD9".parse().unwrap());
    h.change(Change::Policy(Box::new(policy)));
    assert_eq!(alert(&mut h, 2), (NETWORK, true));
}

/// The rows of tries.
fn tried(out: &[Effect]) -> Vec<DeliveryRecord> {
    out.iter()
        .filter_map(|e| if let Effect::Tried(r) = e { Some(r.as_ref().clone()) } else { None })
        .collect()
}

#[test]
fn a_try_says_what_was_delivered() {
    let mut h = Network::new();
    let r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    let asked = r.id;
    let c = commands(&h.send(r)).pop().unwrap();
    let d = deliveries(&h.answer(&c, true)).pop().unwrap();
    let t = tried(&h.attempt(d.number, 500, Outcome::Again)).pop().unwrap();
    assert_eq!(
        (t.request, t.unit, t.code.as_str(), t.alert, t.attempt, t.status),
        (Some(asked), Some((Leg::Send, 0)), "I0", None, 1, 500)
    );
    let d = deliveries(&h.alert(ESME, 5, "8F3E", Some(SUPPLIER))).pop().unwrap();
    let t = tried(&h.attempt(d.number, 204, Outcome::Delivered)).pop().unwrap();
    assert_eq!(
        (t.request, t.unit, t.alert.unwrap().as_str(), t.from, t.counter),
        (None, None, "8F3E", ESME, 5)
    );
}

#[test]
fn alerts_for_nobody_and_repeats_have_rows() {
    let mut h = Network::new();
    let state = |out: &[Effect]| {
        out.iter().find_map(|e| if let Effect::AlertSettled(a) = e { Some(a.state) } else { None })
    };
    assert_eq!(
        state(&h.alert(northbound_types::Eui64(3), 1, "8F3E", None)),
        Some(AlertState::Refused)
    );
    assert_eq!(deliveries(&h.alert(ESME, 5, "8F3E", Some(SUPPLIER))).len(), 1);
    assert_eq!(state(&h.alert(ESME, 5, "8F3E", Some(SUPPLIER))), Some(AlertState::Duplicate));
}

#[test]
fn a_parked_answer_is_not_delivered_and_is_settled() {
    let mut h = Network::new();
    let r = h.ask(SUPPLIER, ESME, 1, "4.1.1");
    let c = commands(&h.send(r)).pop().unwrap();
    let d = deliveries(&h.answer(&c, true)).pop().unwrap();
    let row = settled(&h.attempt(d.number, 413, Outcome::Parked)).pop().unwrap();
    assert_eq!((row.state, row.times.delivered), (S::AnsweredSuccess, None));
    assert_eq!(row.kind, Kind::ServiceRequest);
}
