//! Any message is written and read back; a message that is cut anywhere, or that has bytes of
//! another kind, is refused with a code and a place.

use crate::messages;

use messages::{Owned, any_message};
use northbound_gbcs::{
    AlertKey, Cra, ErrorCode, Message, Signature, Supplementary, build,
    fuzz::{fuzz_content, fuzz_parse},
    parse,
};
use northbound_types::Eui64;
use proptest::prelude::*;

fn command() -> Message<'static> {
    Message {
        cra: Cra::Command,
        counter: 0x0102_0304_0506_0708,
        originator: Eui64(0x90B3_D51F_3001_0000),
        recipient: Eui64(0x00DB_1234_0100_0007),
        date_time: None,
        code: 0x0027,
        supplementary: Supplementary::None,
        content: &[0xAA, 0xBB],
        signature: Signature::Empty,
        mac: None,
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(u8::is_ascii_hexdigit)
        .map(|b| (b as char).to_digit(16).unwrap() as u8)
        .collect();
    digits.chunks(2).map(|p| p[0] << 4 | p[1]).collect()
}

/// The layout, byte by byte, written out from its description.
const BODY: &str =
    "DF 09 01 0102030405060708 08 90B3D51F30010000 08 00DB123401000007 00 02 0027 02 AABB 00";

#[test]
fn the_layout_is_the_described_one() {
    assert_eq!(build(&command()).unwrap(), hex(BODY));
    let with_mac = Message { mac: Some([0xCC; 12]), ..command() };
    // 5 + 37 + 12 bytes follow the length: 36 hexadecimal.
    assert_eq!(
        build(&with_mac).unwrap(),
        hex(&format!("DD 00 00 00 00 00 00 36 11 00 00 00 00 {BODY} CCCCCCCCCCCCCCCCCCCCCCCC"))
    );
}

#[test]
fn what_is_signed_and_what_is_authenticated() {
    let bytes = build(&Message {
        signature: Signature::Signed(&[9; 64]),
        mac: Some([0xCC; 12]),
        ..command()
    })
    .unwrap();
    let p = parse(&bytes).unwrap();
    let body = hex(BODY);
    assert_eq!(p.signed, &body[1..body.len() - 1]);
    assert_eq!(p.body[..body.len() - 1], body[..body.len() - 1]);
    assert_eq!(p.body[body.len() - 1..], [&[0x40][..], &[9; 64]].concat());
}

#[test]
fn each_wrong_byte_has_its_code_and_place() {
    let with_mac = build(&Message { mac: Some([0xCC; 12]), ..command() }).unwrap();
    for (at, value, code) in [
        (0, 0xDE, ErrorCode::UnknownStart),
        (1, 1, ErrorCode::Segmented),
        (3, 1, ErrorCode::FixedByte),
        (7, 0x35, ErrorCode::MacLength),
        (7, 0x37, ErrorCode::Truncated),
        (7, 0x84, ErrorCode::LengthForm),
        (8, 0x31, ErrorCode::FixedByte),
        (13, 0xDE, ErrorCode::FixedByte),
        (14, 8, ErrorCode::FixedByte),
        (15, 4, ErrorCode::UnknownCra),
        (24, 7, ErrorCode::FixedByte),
        (33, 9, ErrorCode::FixedByte),
        (42, 11, ErrorCode::PartLength),
        (43, 1, ErrorCode::PartLength),
        (46, 0x80, ErrorCode::LengthForm),
        (46, 3, ErrorCode::SignatureMissing),
        (49, 1, ErrorCode::PartLength),
        (49, 0x40, ErrorCode::Truncated),
    ] {
        let mut odd = with_mac.clone();
        odd[at] = value;
        let e = parse(&odd).unwrap_err();
        assert_eq!(e.code, code, "byte {at} = {value:02X}: {e}");
    }
    assert_eq!(
        parse(&[with_mac.clone(), vec![0]].concat()).unwrap_err().code,
        ErrorCode::MacLength
    );
    assert_eq!(parse(&[hex(BODY), vec![0]].concat()).unwrap_err().code, ErrorCode::Trailing);
    assert_eq!(parse(&[]).unwrap_err().code, ErrorCode::Truncated);
}

#[test]
fn a_response_has_the_key_of_its_command_and_a_neighbour_has_not() {
    let c = command();
    let r = Message {
        cra: Cra::Response,
        originator: c.recipient,
        recipient: c.originator,
        content: &[],
        ..c
    };
    let key = c.correlation().unwrap();
    assert_eq!(key, r.correlation().unwrap());
    for other in [
        Message { counter: c.counter + 1, ..r },
        Message { code: c.code + 1, ..r },
        Message { originator: Eui64(c.recipient.0 + 1), ..r },
        Message { recipient: Eui64(c.originator.0 + 1), ..r },
        Message { cra: Cra::Command, ..r },
    ] {
        assert_ne!(other.correlation().unwrap(), key, "{other:?}");
    }
    let a = Message { cra: Cra::Alert, ..r };
    assert!(a.correlation().is_err() && AlertKey::of(&r).is_err());
    assert_eq!(
        AlertKey::of(&a).unwrap(),
        AlertKey { device: c.recipient, recipient: c.originator, counter: c.counter }
    );
}

#[test]
fn supplementary_fields_are_told_by_their_length() {
    let (id, counter, originator_counter) = (Eui64(1), 2, 3);
    for (s, other) in [
        (Supplementary::None, 2),
        (Supplementary::Party { id }, 10),
        (Supplementary::PartyCounter { id, counter }, 18),
        (Supplementary::PartyCounters { id, counter, originator_counter }, 26),
        (Supplementary::Opaque(&[5; 422]), 424),
    ] {
        let bytes = build(&Message { supplementary: s, ..command() }).unwrap();
        if other < 0x80 {
            assert_eq!(usize::from(bytes[30]), other);
        }
        assert_eq!(parse(&bytes).unwrap().message.supplementary, s);
    }
    for n in [0, 8, 16, 24] {
        assert_eq!(
            build(&Message { supplementary: Supplementary::Opaque(&vec![0; n]), ..command() })
                .unwrap_err()
                .code,
            ErrorCode::PartLength
        );
    }
}

#[test]
fn a_longer_form_of_a_length_is_read() {
    let plain = hex(BODY);
    let odd = hex(&BODY.replace("00 02 0027 02 AABB", "00 81 02 0027 82 0002 AABB"));
    assert_eq!(parse(&odd).unwrap().message, parse(&plain).unwrap().message);
    assert_ne!(parse(&odd).unwrap().signed, parse(&plain).unwrap().signed);
}

/// xorshift64*: the same seed gives the same bytes everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides.max(1)
    }
}

#[test]
fn mutated_messages_never_panic_and_are_always_judged_alike() {
    let corpus = messages::corpus();
    let mut dice = Dice(0x5EED_06BC);
    let (mut accepted, mut refused) = (0, std::collections::BTreeSet::new());
    for _ in 0..60_000 {
        let mut data = corpus[dice.roll(corpus.len())].clone();
        for _ in 0..=dice.roll(3) {
            let at = dice.roll(data.len());
            match dice.roll(4) {
                0 if at < data.len() => data[at] ^= 1 << dice.roll(8),
                1 if at < data.len() => {
                    data[at] = [0, 1, 2, 8, 9, 0x40, 0x80, 0x81, 0x82, 0xFF][dice.roll(10)]
                }
                2 => data.truncate(at),
                _ => data.insert(at, dice.roll(256) as u8),
            }
        }
        fuzz_parse(&data);
        match parse(&data) {
            Ok(_) => accepted += 1,
            Err(e) => {
                refused.insert(e.code);
            }
        }
    }
    assert!(accepted > 1_000, "{accepted} accepted");
    assert!(refused.len() >= 9, "{refused:?}");
}

proptest! {
    #[test]
    fn any_message_is_read_back(m in any_message()) {
        let bytes = build(&m.message()).unwrap();
        prop_assert_eq!(parse(&bytes).unwrap().message, m.message());
        fuzz_parse(&bytes);
    }

    #[test]
    fn a_message_cut_anywhere_is_told_as_cut(m in any_message()) {
        let m = Owned { signature: Some(m.signature.flatten()), ..m };
        let bytes = build(&m.message()).unwrap();
        let content_end = 1 + parse(&bytes).unwrap().signed.len();
        for n in 0..bytes.len() {
            // A message without MAC that ends with its content is whole: a Pre-Command.
            if m.mac.is_none() && n == content_end { prop_assert!(parse(&bytes[..n]).is_ok()); continue; }
            let e = parse(&bytes[..n]).unwrap_err();
            prop_assert_eq!((e.code, e.offset), (ErrorCode::Truncated, n));
        }
    }

    #[test]
    fn any_bytes_are_judged(data in proptest::collection::vec(any::<u8>(), 0..200)) {
        fuzz_parse(&data);
        fuzz_content(&data);
    }
}
