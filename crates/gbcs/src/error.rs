//! What is wrong with a message: a stable code, the byte, and what was found.

use northbound_types::text_enum;

text_enum! {
    /// What is wrong. The words are stable: logs and refusals contain them.
    pub enum ErrorCode("GBCS error") {
        /// The bytes end before the message does.
        Truncated = "truncated",
        /// Bytes after the end of the message.
        Trailing = "trailing",
        /// More bytes than the limit.
        TooLarge = "too-large",
        /// Begins with neither `DD` nor `DF`.
        UnknownStart = "unknown-start",
        /// A block of a segmented message: another format, not read.
        Segmented = "segmented",
        /// A fixed byte has another value.
        FixedByte = "fixed-byte",
        /// A length in a form other than one byte, `81 xx` or `82 xx xx`.
        LengthForm = "length-form",
        /// A part is shorter or longer than it may be.
        PartLength = "part-length",
        /// Neither Command (01), Response (02) nor Alert (03).
        UnknownCra = "unknown-cra",
        /// The MAC header's length does not lead to the end of the message.
        MacLength = "mac-length",
        /// The signature is missing where a MAC follows.
        SignatureMissing = "signature-missing",
        /// The content holds no alert code in a known form.
        NoAlertCode = "no-alert-code",
        /// The content is not in the emulated network's format.
        BadContent = "bad-content",
        /// A Signed Pre-Command is not the Pre-Command that was issued.
        NotAsIssued = "not-as-issued",
        /// The message is not a Pre-Command.
        NotPreCommand = "not-pre-command",
        /// A key is not one of P-256.
        BadKey = "bad-key",
        /// The signature does not verify.
        BadSignature = "bad-signature",
        /// The MAC does not verify.
        BadMac = "bad-mac",
    }
}

/// A message that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("GBCS message, byte {offset}: {code}: {detail}")]
pub struct GbcsError {
    /// The fault, in words.
    pub code: ErrorCode,
    /// Where: bytes from the start of the message, from 0, never beyond its end.
    pub offset: usize,
    /// What was found and what was expected.
    pub detail: String,
}

impl GbcsError {
    pub(crate) fn new(code: ErrorCode, offset: usize, detail: impl Into<String>) -> GbcsError {
        GbcsError { code, offset, detail: detail.into() }
    }
}
