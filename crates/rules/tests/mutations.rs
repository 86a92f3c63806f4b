//! Whatever bytes stand in a rule file, reading and checking never panic, and each error can be
//! printed. Mutations come from a fixed seed, so a failure repeats.

use northbound_rules::{
    RuleSet,
    files::{self, EMBEDDED, RuleFile},
};
use std::collections::BTreeSet;

/// Rounds per file.
const ROUNDS: u32 = 25;
/// Bytes that mean something to TOML and CSV, so that a mutation gets past the first character.
const TELLING: &[u8] = b"\"'[]{}=,#.\n\r\t -0189aE%;\\\x00\xff\xc3";

/// A small generator (SplitMix64).
struct Random(u64);
impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => {
                bytes.insert(at, TELLING[random.below(TELLING.len())]);
            }
            1 if !bytes.is_empty() => {
                bytes[at] = TELLING[random.below(TELLING.len())];
            }
            2 if !bytes.is_empty() => {
                bytes.remove(at);
            }
            3 => bytes.truncate(at),
            _ if !bytes.is_empty() => {
                bytes[at] = random.next() as u8;
            }
            _ => {}
        }
    }
}

#[test]
fn mutated_files_never_panic() {
    let whole = files::collect(None).unwrap();
    let (mut refused, mut read) = (0, 0);
    for (i, (name, text)) in EMBEDDED.iter().enumerate() {
        let mut random = Random(0x6e6f_7274_6862_6f75 ^ i as u64);
        for _ in 0..ROUNDS {
            let mut bytes = text.as_bytes().to_vec();
            mutate(&mut bytes, &mut random);
            let mut set = whole.clone();
            set[i] = RuleFile::new(name, bytes, true);
            match RuleSet::from_files(set) {
                Ok(set) => {
                    read += 1;
                    for f in set.check() {
                        assert!(!f.to_string().is_empty());
                    }
                    assert!(set.unconfirmed(&BTreeSet::new()).len() <= set.rules().len());
                }
                Err(e) => {
                    refused += 1;
                    assert!(e.to_string().contains(name), "{e} does not name {name}");
                }
            }
        }
    }
    assert!(
        refused > 100 && read > 100,
        "the mutations reach too little: {refused} refused, {read} read"
    );
}
