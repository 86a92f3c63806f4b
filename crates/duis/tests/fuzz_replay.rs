//! Replays the fuzz target on a stable build: a seeded mutator over the invented corpus, and
//! generated messages.

use crate::mutator;
use crate::samples;

use mutator::{Dice, mutate};
use northbound_duis::{Limits, Message, fuzz::fuzz_read, read};
use proptest::prelude::*;

const MUTATIONS: usize = 24_000;

#[test]
fn mutated_messages_never_panic_and_are_always_judged_alike() {
    let mut files: Vec<_> =
        std::fs::read_dir(samples::folder()).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let corpus: Vec<Vec<u8>> = files.iter().map(|f| std::fs::read(f).unwrap()).collect();
    let (services, limits) = (samples::services(), Limits::default());
    let mut dice = Dice(0x5EED_0D15);
    let (mut accepted, mut refused) = (0, std::collections::BTreeSet::new());
    for _ in 0..MUTATIONS {
        let data = mutate(&mut dice, &corpus);
        fuzz_read(&data);
        match read(&data, &limits, &services) {
            Ok(_) => accepted += 1,
            Err(r) => {
                refused.insert(r.code);
            }
        }
    }
    // A mutator that never gets past the first check would prove nothing.
    assert!(accepted > 200, "{accepted} accepted");
    assert!(refused.len() > 15, "{refused:?}");
}

fn eui() -> impl Strategy<Value = u64> {
    any::<u64>()
}

fn dashed(eui: u64, lower: bool) -> String {
    let text = northbound_types::Eui64(eui).to_string();
    if lower { text.to_lowercase() } else { text }
}

proptest! {
    /// A request that is written by the rules is read back, whatever the prefix, case, white space
    /// and service.
    #[test]
    fn written_requests_are_read_back(
        originator in eui(), target in eui(), counter in any::<u64>(), lower in any::<bool>(),
        prefix in "[a-zA-Z_][a-zA-Z0-9_.-]{0,8}", pick in any::<proptest::sample::Index>(), blank in "[ \t\r\n]{0,3}", signed in any::<bool>(),
    ) {
        prop_assume!(!prefix.to_lowercase().starts_with("xml"));
        let services = samples::services();
        let all: Vec<_> = services.iter().collect();
        let service = all[pick.index(all.len())];
        let variant = service.variants[0];
        let id = format!("{}:{}:{counter}", dashed(originator, lower), dashed(target, !lower));
        let p = &prefix;
        let signature = if signed { "<S:Signature xmlns:S='http://www.w3.org/2000/09/xmldsig#'/>" } else { "" };
        let text = format!("<{p}:Request xmlns:{p}='{ns}' schemaVersion='5.2'>{blank}<{p}:Header>{blank}<{p}:RequestID>{blank}{id}{blank}</{p}:RequestID>\
            <{p}:CommandVariant>&#{v};</{p}:CommandVariant><{p}:ServiceReference><![CDATA[{sr}]]></{p}:ServiceReference>\
            <{p}:ServiceReferenceVariant>{srv}</{p}:ServiceReferenceVariant></{p}:Header>{blank}<{p}:Body><{p}:{body}/></{p}:Body>{signature}</{p}:Request>",
            ns = northbound_duis::NAMESPACE, v = 48 + u32::from(variant.number()), sr = service.service_reference, srv = service.srv, body = service.body_element);
        match read(text.as_bytes(), &Limits::default(), &services) {
            Ok(Message::Request(r)) => {
                prop_assert_eq!(&r.id.text, &id);
                prop_assert_eq!((r.id.id.originator.0, r.id.id.target.0, r.id.id.counter), (originator, target, counter));
                prop_assert_eq!(r.variant, variant);
                prop_assert_eq!(&r.srv, &service.srv);
                prop_assert_eq!(r.has_signature, signed);
                prop_assert!(r.variant_listed);
            }
            other => prop_assert!(false, "{:?} for {}", other, text),
        }
    }

    /// Whatever bytes come, they are judged without a panic.
    #[test]
    fn any_bytes_are_judged(data in proptest::collection::vec(any::<u8>(), 0..400)) { fuzz_read(&data); }

    /// Text made of the pieces of XML is judged without a panic.
    #[test]
    fn any_markup_is_judged(pieces in proptest::collection::vec("<sr:[A-Z][a-z]{0,6}>|</sr:[A-Z][a-z]{0,6}>|[&<>\"' a-z0-9;#!\\[\\]-]{0,12}", 0..30)) {
        fuzz_read(pieces.concat().as_bytes());
    }
}
