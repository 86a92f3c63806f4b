//! P-256 keys: signing and verifying as the interface writes signatures (r and s, 32 bytes each),
//! and agreeing on a shared secret.

use crate::certificate::{pem_block, to_pem};
use aws_lc_rs::agreement::{self, ECDH_P256, UnparsedPublicKey};
use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    ParsedPublicKey,
};
use std::fmt;

/// Bytes of a signature: r and s.
pub const SIGNATURE_BYTES: usize = 64;
/// Bytes of an uncompressed point: 04, x, y.
pub const POINT_BYTES: usize = 65;
/// Bytes of a private key in PKCS#8. Those of the interface have 138.
pub const MOST_KEY_BYTES: usize = 4 * 1024;

/// Why a key was not read or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not PEM with one block `PRIVATE KEY`.
    #[error(
        "private key: not PEM: write -----BEGIN PRIVATE KEY-----, base64 of PKCS#8, -----END PRIVATE KEY-----"
    )]
    NotPem,
    /// More bytes than a key may have.
    #[error("private key: {0} bytes, at most {MOST_KEY_BYTES}")]
    TooLarge(usize),
    /// Not a P-256 key in PKCS#8.
    #[error("private key: not a P-256 key in PKCS#8")]
    NotP256,
    /// Not a number that can be a key: zero, or not below the order of the curve.
    #[error("private key: these 32 bytes cannot be a P-256 key (chance 2^-32): draw again")]
    NotInRange,
    /// The library refused the operation.
    #[error("the cryptographic library refused {0}")]
    Library(&'static str),
    /// What was to be signed could not be encoded.
    #[error("a certificate cannot be encoded: {0}")]
    Encoding(#[from] der::Error),
}

/// A public key of P-256, ready to verify.
#[derive(Clone)]
pub struct PublicKey {
    point: [u8; POINT_BYTES],
    parsed: ParsedPublicKey,
}

impl PublicKey {
    /// From an uncompressed point (`04`, x, y); `None` where it is no point of the curve.
    #[must_use]
    pub fn from_point(bytes: &[u8]) -> Option<PublicKey> {
        let point: [u8; POINT_BYTES] =
            bytes.try_into().ok().filter(|p: &[u8; POINT_BYTES]| p[0] == 4)?;
        Some(PublicKey {
            point,
            parsed: ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok()?,
        })
    }

    /// `04`, x, y.
    #[must_use]
    pub fn point(&self) -> &[u8; POINT_BYTES] {
        &self.point
    }

    /// Is `signature` (r and s) this key's over the SHA-256 of `message`?
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(")?;
        for b in &self.point[1..9] {
            write!(f, "{b:02X}")?;
        }
        f.write_str("…)")
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &PublicKey) -> bool {
        self.point == other.point
    }
}
impl Eq for PublicKey {}

/// A private key of P-256. It is never printed.
pub struct PrivateKey {
    pair: EcdsaKeyPair,
    pkcs8: Vec<u8>,
    public: PublicKey,
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(of {:?})", self.public)
    }
}

impl PrivateKey {
    /// From 32 random bytes, which are the key: the caller draws them from a source fit for keys.
    ///
    /// # Errors
    /// [`KeyError::NotInRange`] where they are no key; draw again.
    pub fn from_entropy(bytes: &[u8; 32]) -> Result<PrivateKey, KeyError> {
        let key = agreement::PrivateKey::from_private_key(&ECDH_P256, bytes)
            .map_err(|_| KeyError::NotInRange)?;
        let public = key.compute_public_key().map_err(|_| KeyError::NotInRange)?;
        let scalar: EcPrivateKeyBin<'_> =
            key.as_be_bytes().map_err(|_| KeyError::Library("to write a key"))?;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            scalar.as_ref(),
            public.as_ref(),
        )
        .map_err(|_| KeyError::NotInRange)?;
        PrivateKey::new(pair)
    }

    /// From PKCS#8 in DER.
    ///
    /// # Errors
    /// Bytes that are not a P-256 key.
    pub fn from_pkcs8(der: &[u8]) -> Result<PrivateKey, KeyError> {
        if der.len() > MOST_KEY_BYTES {
            return Err(KeyError::TooLarge(der.len()));
        }
        PrivateKey::new(
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der)
                .map_err(|_| KeyError::NotP256)?,
        )
    }

    /// From PKCS#8 in PEM (`BEGIN PRIVATE KEY`).
    ///
    /// # Errors
    /// Text that is not PEM, and as [`PrivateKey::from_pkcs8`].
    pub fn from_pem(text: &str) -> Result<PrivateKey, KeyError> {
        if text.len() > 2 * MOST_KEY_BYTES {
            return Err(KeyError::TooLarge(text.len()));
        }
        PrivateKey::from_pkcs8(&pem_block(text, "PRIVATE KEY").ok_or(KeyError::NotPem)?)
    }

    fn new(pair: EcdsaKeyPair) -> Result<PrivateKey, KeyError> {
        let pkcs8 =
            pair.to_pkcs8v1().map_err(|_| KeyError::Library("to write a key"))?.as_ref().to_vec();
        let public = PublicKey::from_point(pair.public_key().as_ref()).ok_or(KeyError::NotP256)?;
        Ok(PrivateKey { pair, pkcs8, public })
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// As PKCS#8 in DER. Secret.
    #[must_use]
    pub fn to_pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// As PKCS#8 in PEM. Secret.
    #[must_use]
    pub fn to_pem(&self) -> String {
        to_pem("PRIVATE KEY", &self.pkcs8)
    }

    /// r and s over the SHA-256 of `message`. The nonce is the library's own (hedged with the key),
    /// so two signatures of one message differ.
    ///
    /// # Errors
    /// [`KeyError::Library`], which was never seen.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_BYTES], KeyError> {
        let refused = KeyError::Library("to sign");
        let signature = self.pair.sign(&SystemRandom::new(), message).map_err(|_| refused)?;
        signature.as_ref().try_into().map_err(|_| refused)
    }

    /// The shared secret Z with another's public key (P-256 ECDH): x of the common point.
    ///
    /// # Errors
    /// [`KeyError::Library`], which was never seen.
    pub fn agree(&self, other: &PublicKey) -> Result<[u8; 32], KeyError> {
        let refused = KeyError::Library("to agree on a secret");
        let key = agreement::PrivateKey::from_private_key_der(&ECDH_P256, &self.pkcs8)
            .map_err(|_| refused)?;
        agreement::agree(&key, UnparsedPublicKey::new(&ECDH_P256, other.point), refused, |z| {
            z.try_into().map_err(|_| refused)
        })
    }
}
