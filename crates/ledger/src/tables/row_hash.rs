//! The hash of a row's identity or content.

/// A 96-bit and a 64-bit hash, computed word by word. It is the same on every machine, since it decides
/// the order of otherwise equal records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowHash {
    a: u64,
    b: u64,
}

impl RowHash {
    pub(crate) const fn new() -> RowHash {
        RowHash { a: 0x9E37_79B9_7F4A_7C15, b: 0xC2B2_AE3D_27D4_EB4F }
    }
    #[inline]
    pub(crate) fn word(&mut self, w: u64) -> &mut Self {
        let m = u128::from(self.a ^ w).wrapping_mul(0xDA94_2042_E4DD_58B5_u128);
        self.a = (m as u64) ^ ((m >> 64) as u64) ^ self.b.rotate_left(23);
        let m = u128::from(self.b ^ w.rotate_left(32)).wrapping_mul(0xA076_1D64_78BD_642F_u128);
        self.b = (m as u64) ^ ((m >> 64) as u64);
        self
    }
    #[inline]
    pub(crate) fn text(&mut self, t: &str) -> &mut Self {
        for c in t.as_bytes().chunks(8) {
            let mut w = [0u8; 8];
            w[..c.len()].copy_from_slice(c);
            self.word(u64::from_le_bytes(w));
        }
        self.word(t.len() as u64 | 1 << 63)
    }
    pub(crate) fn id(self) -> (u64, u32) {
        let mut s = self;
        s.word(1);
        (s.a, s.b as u32)
    }
    pub(crate) fn content(self) -> u64 {
        let mut s = self;
        s.word(2);
        s.a ^ s.b
    }
}
