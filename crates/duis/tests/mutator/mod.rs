//! A seeded mutator of messages.

/// xorshift64*: the same seed gives the same bytes everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides.max(1)
    }
}

/// Pieces that parsers trip over.
const PIECES: [&[u8]; 14] = [
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"&b;",
    b"&#x0;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<?xml ?>",
    b"\xFF\xFE",
    b"\0",
    b"<sr:Request>",
    b"xmlns=\"\"",
    b"</",
    b"18446744073709551616",
];

pub fn mutate(dice: &mut Dice, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut data = corpus[dice.roll(corpus.len())].clone();
    for _ in 0..=dice.roll(3) {
        let at = dice.roll(data.len() + 1);
        let end = (at + dice.roll(40)).min(data.len());
        match dice.roll(8) {
            // Small changes that stay XML reach the checks behind the parser.
            6 | 7 => {
                let digits: Vec<usize> =
                    (0..data.len()).filter(|&i| data[i].is_ascii_digit()).collect();
                if let Some(&i) = digits.get(dice.roll(digits.len())) {
                    data[i] = b"0123456789"[dice.roll(10)];
                }
            }
            0 if at < data.len() => data[at] ^= 1 << dice.roll(8),
            1 => {
                data.drain(at..end);
            }
            2 => {
                data.splice(at..at, PIECES[dice.roll(PIECES.len())].iter().copied());
            }
            3 => {
                let piece = data[at..end].to_vec();
                let to = dice.roll(data.len() + 1);
                data.splice(to..to, piece);
            }
            4 => data.truncate(at),
            _ => {
                let other = &corpus[dice.roll(corpus.len())];
                let from = dice.roll(other.len());
                data.truncate(at);
                data.extend_from_slice(&other[from..]);
            }
        }
    }
    data
}
