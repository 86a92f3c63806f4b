//! Keys of P-256: agreement for MACs, signatures of Users and devices.

use crate::{
    error::{ErrorCode, GbcsError},
    limits::SIGNATURE_BYTES,
    message::Signature,
    parse::Parsed,
};
use aws_lc_rs::{
    agreement::{self, ECDH_P256},
    rand::SystemRandom,
    signature::{
        self, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    },
};
use std::fmt;

/// Bytes of a public key: `04`, x and y.
pub const PUBLIC_BYTES: usize = 65;
/// Bytes of a private key.
pub const PRIVATE_BYTES: usize = 32;

/// A public key, uncompressed. Whether it is a point of the curve is found when it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub [u8; PUBLIC_BYTES]);

/// A private key for agreement.
pub struct AgreementKey(agreement::PrivateKey);

/// What two parties have in common. It belongs to a pair of keys and may be stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SharedSecret(pub(crate) [u8; 32]);

/// A private key for signatures.
pub struct SigningKey(EcdsaKeyPair);

fn bad_key(detail: &str) -> GbcsError {
    GbcsError::new(ErrorCode::BadKey, 0, detail)
}

impl PublicKey {
    /// From bytes.
    ///
    /// # Errors
    /// `bad-key` unless there are 65 bytes that begin with `04`.
    pub fn read(bytes: &[u8]) -> Result<PublicKey, GbcsError> {
        match <[u8; PUBLIC_BYTES]>::try_from(bytes) {
            Ok(b) if b[0] == 4 => Ok(PublicKey(b)),
            _ => Err(bad_key("a public key of P-256 is 04, x and y: 65 bytes")),
        }
    }

    /// Verifies a raw signature, r and s, over bytes.
    ///
    /// # Errors
    /// `bad-signature` where it does not verify, be it for another key or other bytes.
    pub fn verify(&self, signed: &[u8], raw: &[u8; SIGNATURE_BYTES]) -> Result<(), GbcsError> {
        signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.0[..])
            .verify(signed, raw)
            .map_err(|_| {
                GbcsError::new(
                    ErrorCode::BadSignature,
                    0,
                    "the signature is not of this key over these bytes",
                )
            })
    }

    /// Verifies the signature of a message: a User's over a Signed Pre-Command, a device's over a
    /// response or alert.
    ///
    /// # Errors
    /// `signature-missing`, `bad-signature`; the offset is that of the signature part.
    pub fn verify_message(&self, p: &Parsed<'_>) -> Result<(), GbcsError> {
        let at = 1 + p.signed.len();
        match p.message.signature {
            Signature::Signed(raw) => {
                self.verify(p.signed, raw).map_err(|e| GbcsError { offset: at, ..e })
            }
            Signature::Absent | Signature::Empty => {
                Err(GbcsError::new(ErrorCode::SignatureMissing, at, "the message is not signed"))
            }
        }
    }
}

impl AgreementKey {
    /// From 32 bytes, big-endian.
    ///
    /// # Errors
    /// `bad-key` unless it is a number from 1 to below the curve's order.
    pub fn read(bytes: &[u8]) -> Result<AgreementKey, GbcsError> {
        agreement::PrivateKey::from_private_key(&ECDH_P256, bytes).map(AgreementKey).map_err(|_| {
            bad_key("no private key of P-256: 32 bytes, above zero and below the order")
        })
    }

    /// From PKCS#8 or RFC 5915 in DER.
    ///
    /// # Errors
    /// `bad-key`.
    pub fn read_der(der: &[u8]) -> Result<AgreementKey, GbcsError> {
        agreement::PrivateKey::from_private_key_der(&ECDH_P256, der)
            .map(AgreementKey)
            .map_err(|_| bad_key("no private key of P-256 in DER"))
    }

    /// The public key that belongs to it.
    ///
    /// # Errors
    /// `bad-key`, never in practice.
    pub fn public(&self) -> Result<PublicKey, GbcsError> {
        let public = self
            .0
            .compute_public_key()
            .map_err(|_| bad_key("the public key cannot be computed"))?;
        PublicKey::read(public.as_ref())
    }

    /// What this key has in common with another's.
    ///
    /// # Errors
    /// `bad-key` where the other is no point of the curve.
    pub fn agree(&self, with: &PublicKey) -> Result<SharedSecret, GbcsError> {
        let other = agreement::UnparsedPublicKey::new(&ECDH_P256, &with.0[..]);
        agreement::agree(&self.0, other, bad_key("the public key is no point of P-256"), |z| {
            <[u8; 32]>::try_from(z)
                .map(SharedSecret)
                .map_err(|_| bad_key("a shared secret of P-256 has 32 bytes"))
        })
    }
}

impl SigningKey {
    /// From PKCS#8 in DER.
    ///
    /// # Errors
    /// `bad-key`.
    pub fn read_der(der: &[u8]) -> Result<SigningKey, GbcsError> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der)
            .map(SigningKey)
            .map_err(|_| bad_key("no private key of P-256 in PKCS#8"))
    }

    /// From 32 bytes, big-endian.
    ///
    /// # Errors
    /// `bad-key` unless it is a number from 1 to below the curve's order.
    pub fn read(bytes: &[u8]) -> Result<SigningKey, GbcsError> {
        let public = AgreementKey::read(bytes)?.public()?;
        EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            bytes,
            &public.0,
        )
        .map(SigningKey)
        .map_err(|_| bad_key("no private key of P-256"))
    }

    /// The public key that belongs to it.
    ///
    /// # Errors
    /// `bad-key`, never in practice.
    pub fn public(&self) -> Result<PublicKey, GbcsError> {
        PublicKey::read(self.0.public_key().as_ref())
    }

    /// Signs bytes: r and s. The only place of this crate that draws random numbers: the library
    /// takes its nonce from the system, whoever calls.
    ///
    /// # Errors
    /// `bad-key` where the library cannot sign.
    pub fn sign(&self, bytes: &[u8]) -> Result<[u8; SIGNATURE_BYTES], GbcsError> {
        let raw = self.0.sign(&SystemRandom::new(), bytes).map_err(|_| bad_key("cannot sign"))?;
        raw.as_ref().try_into().map_err(|_| bad_key("a signature of P-256 has 64 bytes"))
    }
}

// Keys are never printed.
impl fmt::Debug for AgreementKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgreementKey")
    }
}
impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedSecret")
    }
}
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}
