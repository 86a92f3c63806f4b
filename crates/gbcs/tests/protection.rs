//! MACs and signatures. The vector was computed by another implementation (Python's `cryptography`) from the
//! description in `docs/gbcs.md`; keys and message are invented.

use northbound_gbcs::{
    Cra, ErrorCode, Message, Signature, Supplementary, build,
    keys::{AgreementKey, PublicKey, SigningKey},
    mac, parse, pre_command,
};
use northbound_types::Eui64;

const BROKER: &str = "northbound test vector: broker";
const DEVICE: &str = "northbound test vector: device";
const DEVICE_PUBLIC: &str = "04916199BBE379604D9D5EA8124145FF4B4E1BF55CAE5DA8763559D9625500378D5F780EA623745267B32FA009FC74BD60929D611313DD7BDA07F81B70F9D1A535";
const MAC: &str = "3E0A83F124BA42D8A97AB457";

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[i * 2..i * 2 + 2], 16).unwrap()).collect()
}

/// A private key that is the hash of a name.
fn named(name: &str) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, name.as_bytes()).as_ref().to_vec()
}
fn agreement(name: &str) -> AgreementKey {
    AgreementKey::read(&named(name)).unwrap()
}

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

#[test]
fn the_vector_holds_from_both_sides() {
    let (broker, device) = (agreement(BROKER), agreement(DEVICE));
    assert_eq!(device.public().unwrap().0[..], hex(DEVICE_PUBLIC));
    let z = broker.agree(&device.public().unwrap()).unwrap();
    let bytes = mac::with_mac(&z, &command()).unwrap();
    let p = parse(&bytes).unwrap();
    assert_eq!(p.message.mac.unwrap()[..], hex(MAC));
    let other_side = device.agree(&broker.public().unwrap()).unwrap();
    assert!(mac::parse_verified(&other_side, &bytes).is_ok());
    // A signature part that is missing is written as 00, which the MAC covers.
    assert_eq!(
        mac::with_mac(&z, &Message { signature: Signature::Absent, ..command() }).unwrap(),
        bytes
    );
}

#[test]
fn any_changed_bit_breaks_the_mac() {
    let z = agreement(BROKER).agree(&agreement(DEVICE).public().unwrap()).unwrap();
    let bytes = mac::with_mac(&z, &command()).unwrap();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut odd = bytes.clone();
            odd[at] ^= 1 << bit;
            assert!(mac::parse_verified(&z, &odd).is_err(), "byte {at}, bit {bit}");
        }
    }
    assert_eq!(
        mac::parse_verified(&z, &build(&command()).unwrap()).unwrap_err().code,
        ErrorCode::BadMac
    );
    let stranger = agreement("northbound test vector: stranger")
        .agree(&agreement(DEVICE).public().unwrap())
        .unwrap();
    assert_eq!(mac::parse_verified(&stranger, &bytes).unwrap_err().code, ErrorCode::BadMac);
}

#[test]
fn a_users_signature_over_a_pre_command() {
    let user = SigningKey::read(&named("northbound test: user")).unwrap();
    let issued = pre_command::issue(&command()).unwrap();
    let raw = user.sign(pre_command::to_sign(&issued).unwrap()).unwrap();
    let signed = pre_command::sign_with(&issued, &raw).unwrap();
    let p = pre_command::check_as_issued(&issued, &signed).unwrap();
    assert_eq!(user.public().unwrap().verify_message(&p), Ok(()));
    let other = SigningKey::read(&named("northbound test: another user")).unwrap();
    let e = other.public().unwrap().verify_message(&p).unwrap_err();
    assert_eq!((e.code, e.offset), (ErrorCode::BadSignature, issued.len() - 1));
    // The signature holds with a MAC around it, and not over another counter.
    let z = agreement(BROKER).agree(&agreement(DEVICE).public().unwrap()).unwrap();
    let sent = mac::with_mac(&z, &p.message).unwrap();
    assert_eq!(
        user.public().unwrap().verify_message(&mac::parse_verified(&z, &sent).unwrap()),
        Ok(())
    );
    let moved = build(&Message { counter: 7, ..p.message }).unwrap();
    assert_eq!(
        user.public().unwrap().verify_message(&parse(&moved).unwrap()).unwrap_err().code,
        ErrorCode::BadSignature
    );
    assert_eq!(
        user.public().unwrap().verify_message(&parse(&issued).unwrap()).unwrap_err().code,
        ErrorCode::SignatureMissing
    );
}

#[test]
fn what_is_no_key_is_refused() {
    for odd in [&[0u8; 32][..], &[0xFF; 32], &[1; 31], &[]] {
        assert_eq!(AgreementKey::read(odd).unwrap_err().code, ErrorCode::BadKey);
        assert!(SigningKey::read(odd).is_err());
    }
    assert!(PublicKey::read(&[4; 64]).is_err() && PublicKey::read(&[3; 65]).is_err());
    let off_curve = PublicKey::read(&[4; 65]).unwrap();
    assert_eq!(agreement(DEVICE).agree(&off_curve).unwrap_err().code, ErrorCode::BadKey);
    assert_eq!(off_curve.verify(b"x", &[1; 64]).unwrap_err().code, ErrorCode::BadSignature);
    assert!(AgreementKey::read_der(b"no").is_err() && SigningKey::read_der(b"no").is_err());
}
