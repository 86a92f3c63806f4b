//! What a message may be at most. Each is tested at its edge (`tests/limits.rs`).

/// The greatest length that the two-byte form can say.
pub const MAX_LENGTH: usize = 0xFFFF;
/// Bytes of a whole message, MAC header and MAC included: what the MAC header's own length can
/// cover, with the ten bytes before and of that length.
pub const MAX_MESSAGE_BYTES: usize = 10 + MAX_LENGTH;
/// Bytes of the part with message code and supplementary fields. The longest seen, with a
/// key-agreement certificate, has about 424.
pub const MAX_OTHER_BYTES: usize = 1_024;
/// Bytes of a signature: r and s of P-256.
pub const SIGNATURE_BYTES: usize = 64;
/// Bytes of a MAC.
pub const MAC_BYTES: usize = 12;
/// Bytes of a date-time, where there is one.
pub const DATE_TIME_BYTES: usize = 12;
