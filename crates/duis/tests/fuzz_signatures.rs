//! Replays the fuzz targets of signatures and certificates on a stable build.

use crate::keys;
use crate::mutator;
use crate::samples;

use keys::{SUPPLIER, certificate};
use mutator::{Dice, mutate};
use northbound_duis::fuzz::{fuzz_certificate, fuzz_sign, fuzz_verify, signed};
use northbound_duis::{FOREVER, Limits, Usage, canonical};
use northbound_types::Utc;

const MUTATIONS: usize = 6_000;

fn corpus() -> Vec<Vec<u8>> {
    let mut files: Vec<_> =
        std::fs::read_dir(samples::folder()).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    files.iter().map(|f| std::fs::read(f).unwrap()).collect()
}

/// What verifies after a change is what was signed, in its canonical form.
#[test]
fn no_mutation_of_a_signed_message_verifies_as_another() {
    let originals: Vec<Vec<u8>> = corpus()
        .iter()
        .filter_map(|m| signed(m))
        .filter(|m| m.windows(11).any(|w| w == b"<sr:Request"))
        .collect();
    assert!(originals.len() > 5);
    let known: Vec<Vec<u8>> =
        originals.iter().map(|m| canonical(m, &Limits::default()).unwrap().0).collect();
    assert!(originals.iter().any(|m| fuzz_verify(m)), "nothing of the corpus verifies");
    let mut dice = Dice(0x5165_ED00);
    let (mut same, mut changed) = (0, 0);
    for _ in 0..MUTATIONS {
        let data = mutate(&mut dice, &originals);
        if !fuzz_verify(&data) {
            changed += 1;
            continue;
        }
        let document = canonical(&data, &Limits::default()).unwrap().0;
        assert!(
            known.contains(&document),
            "verified, and never signed: {}",
            String::from_utf8_lossy(&data)
        );
        same += 1;
    }
    // A mutator that changes nothing, or breaks everything, would prove nothing.
    assert!(same > 10 && changed > MUTATIONS / 2, "{same} as signed, {changed} refused");
}

/// Each single byte of a signed message, changed in one bit.
#[test]
fn no_flipped_bit_verifies_as_another() {
    let message = signed(samples::sample("request_read").as_bytes()).unwrap();
    let known = canonical(&message, &Limits::default()).unwrap().0;
    let mut refused = 0;
    for at in 0..message.len() {
        let mut data = message.clone();
        data[at] ^= 1 << (at % 7);
        if fuzz_verify(&data) {
            assert_eq!(canonical(&data, &Limits::default()).unwrap().0, known, "byte {at}");
        } else {
            refused += 1;
        }
    }
    // What may change is the issuer's name, which is not verified.
    assert!(refused > message.len() - 20, "{refused} of {}", message.len());
}

#[test]
fn whatever_is_signed_verifies() {
    let corpus = corpus();
    let mut dice = Dice(0x51_6E00);
    let mut accepted = 0;
    for _ in 0..MUTATIONS {
        let data = mutate(&mut dice, &corpus);
        fuzz_sign(&data);
        accepted += usize::from(signed(&data).is_some());
    }
    assert!(accepted > 500, "{accepted} signed");
}

#[test]
fn mutated_certificates_never_panic() {
    let der = certificate(SUPPLIER, 5, Some(0x87), Usage::DigitalSignature, Utc(0), FOREVER).der;
    let device = certificate(SUPPLIER, 6, None, Usage::KeyAgreement, Utc(0), FOREVER).der;
    let mut dice = Dice(0xCE27);
    for _ in 0..20_000 {
        let mut data = if dice.roll(2) == 0 { der.clone() } else { device.clone() };
        for _ in 0..=dice.roll(3) {
            let at = dice.roll(data.len());
            match dice.roll(4) {
                0 => data.truncate(at + 1),
                1 => {
                    data.insert(at, dice.roll(256) as u8);
                }
                _ => data[at] = dice.roll(256) as u8,
            }
        }
        fuzz_certificate(&data);
    }
}
