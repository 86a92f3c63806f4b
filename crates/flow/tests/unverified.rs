//! Messages without a verified sender are no exchanges, and the books count them.

use northbound_flow::{
    Core, Effect, Policy,
    books::RunBooks,
    event::{Event, Unverified, UnverifiedReason},
};
use northbound_types::{Day, Eui64, RequestId, Utc};

fn messages(n: u64) -> Event {
    Event::Unverified(Box::new(Unverified {
        address: "192.0.2.1".into(),
        user: None,
        reason: UnverifiedReason::Signature,
        code: "E1".parse().unwrap(),
        claimed: Some(RequestId {
            originator: Eui64(0x90B3_D51F_3001_0001),
            target: Eui64(0x00DB_1234_0100_0001),
            counter: 7,
        }),
        messages: n,
        first: Utc(1),
        last: Utc(2),
    }))
}

#[test]
fn they_move_nothing_and_every_one_is_counted() {
    let rules = northbound_rules::RuleSet::embedded().unwrap();
    let mut core = Core::new(Policy::from_rules(&rules, Day(20_000)).unwrap());
    let (mut books, mut effects) = (RunBooks::default(), Vec::new());
    core.apply(Utc(3), &messages(1), &mut effects);
    core.apply(Utc(4), &messages(299), &mut effects);
    assert!(effects.iter().all(|e| matches!(e, Effect::Unverified(_))), "{effects:?}");
    assert_eq!((effects.len(), core.counts().unverified, core.counts().entered), (2, 300, 0));
    books.post(&effects[0]);
    assert_eq!(books.check(&core).len(), 1, "a row is missing");
    books.post(&effects[1]);
    assert_eq!(books.check(&core), vec![]);
    assert!(core.broken().is_empty());
}
