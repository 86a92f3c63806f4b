//! Signatures of manifests. The signature is the last field of the file and is over all bytes before
//! it, so it can be verified without writing the manifest again.

use std::{error::Error, fmt};

/// What is signed begins with this, so that no signature of another kind can be used for a manifest.
const CONTEXT: &[u8] = b"northbound ledger manifest 1\n";
/// Bytes of a signature (ECDSA on P-256: r and s).
pub const SIGNATURE_BYTES: usize = 64;

const BEFORE: &[u8] = b",\n  \"signature\": \"";
const AFTER: &[u8] = b"\"\n}";
const DIGITS: usize = 2 * SIGNATURE_BYTES;

/// Why a manifest could not be signed.
pub type SealError = Box<dyn Error + Send + Sync>;

/// Whether a signature is one of a trusted certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Valid,
    /// It is not that certificate's over these bytes.
    Invalid,
    /// No certificate with this serial number is trusted.
    Unknown,
}

/// Signs and verifies manifests with the keys and certificates of the installation.
pub trait Seals: fmt::Debug + Send + Sync {
    /// Serial number (decimal) of the certificate whose key signs; `None` where there is no key.
    ///
    /// # Errors
    /// Where the keys cannot be read.
    fn signer(&self) -> Result<Option<String>, SealError>;
    /// Signs with that key.
    ///
    /// # Errors
    /// Where there is no key or it cannot be used.
    fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_BYTES], SealError>;
    /// Verifies a signature by the certificate with this serial number.
    ///
    /// # Errors
    /// Where the certificates cannot be read.
    fn verify(
        &self,
        serial: &str,
        message: &[u8],
        signature: &[u8; SIGNATURE_BYTES],
    ) -> Result<Verdict, SealError>;
}

/// What is signed of a manifest that was written without its signature.
pub(crate) fn message(unsigned: &[u8]) -> Vec<u8> {
    [CONTEXT, unsigned].concat()
}

/// The message and the signature of a signed manifest's file; `None` where its end is not as written.
pub(crate) fn split(file: &[u8]) -> Option<(Vec<u8>, [u8; SIGNATURE_BYTES])> {
    let rest = file.strip_suffix(AFTER)?;
    let (rest, digits) = rest.split_at_checked(rest.len().checked_sub(DIGITS)?)?;
    let content = rest.strip_suffix(BEFORE)?;
    Some((message(&[content, b"\n}"].concat()), unhex(digits)?))
}

/// The bytes of 128 lower-case hexadecimal digits.
#[must_use]
pub fn unhex(digits: &[u8]) -> Option<[u8; SIGNATURE_BYTES]> {
    let value = |d: u8| match d {
        b'0'..=b'9' => Some(d - b'0'),
        b'a'..=b'f' => Some(d - b'a' + 10),
        _ => None,
    };
    if digits.len() != DIGITS {
        return None;
    }
    let mut out = [0; SIGNATURE_BYTES];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_over_everything_before_it() {
        let signature = "0a".repeat(SIGNATURE_BYTES);
        let file = format!("{{\n  \"version\": 1,\n  \"signature\": \"{signature}\"\n}}");
        let (signed, found) = split(file.as_bytes()).unwrap();
        assert_eq!(signed, message(b"{\n  \"version\": 1\n}"));
        assert_eq!(found, [10; SIGNATURE_BYTES]);
    }

    #[test]
    fn a_signature_that_is_not_the_end_is_none() {
        let signature = "0a".repeat(SIGNATURE_BYTES);
        for file in [
            format!("{{\n  \"signature\": \"{signature}\",\n  \"version\": 1\n}}"),
            format!("{{\n  \"version\": 1,\n  \"signature\": \"{signature}\"\n}}\n"),
            format!("{{\n  \"version\": 1,\n  \"signature\": \"{}\"\n}}", signature.to_uppercase()),
            format!("{{\n  \"version\": 1,\n  \"signature\": \"{}\"\n}}", &signature[2..]),
            String::new(),
        ] {
            assert!(split(file.as_bytes()).is_none(), "{file}");
        }
    }
}
