//! Certificates of organisations and devices, as far as the interface uses them: whose key it
//! is, for what, in which role and when. Chains are not followed: certificates are pinned.

use crate::keys::PublicKey;
use crate::x509::{
    Body, HardwareModuleName, Name, OTHER_NAME, OtherName, SignedCertificate, attribute, oid,
    printed_name, read_time,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use der::{Decode, Tag, Tagged};
use northbound_types::{Eui64, Utc, text_enum};
use spki::SubjectPublicKeyInfoRef;

/// Bytes of a certificate. Those of the interface have about 400.
pub const MOST_CERTIFICATE_BYTES: usize = 16 * 1024;

text_enum! {
    /// What the key of a certificate may do.
    pub enum Usage("key usage") {
        /// Sign: messages of the interface, or what a device sends or takes.
        DigitalSignature = "digital-signature",
        /// Agree on the key of a MAC.
        KeyAgreement = "key-agreement",
    }
}

/// A certificate.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// Serial number: with it alone a message names its certificate.
    pub serial: u128,
    /// EUI-64 of the holder: the subject's x500UniqueIdentifier (2.5.4.45), or of a device the serial
    /// number of the hardwareModuleName in its subjectAltName.
    pub eui: Eui64,
    /// The subject's organisational unit: the role, in hexadecimal. Devices have none.
    pub role: Option<u8>,
    /// Key usage.
    pub usage: Usage,
    /// First instant at which it is valid.
    pub not_before: Utc,
    /// Last instant at which it is valid; [`FOREVER`] where the certificate says 99991231235959Z.
    pub not_after: Utc,
    /// The issuer's name as signatures print it (RFC 2253: the last part first), such as `CN=Z1,OU=07`.
    pub issuer: String,
    /// The P-256 key.
    pub public_key: PublicKey,
    /// The certificate's bytes.
    pub der: Vec<u8>,
}

/// `99991231235959Z`: a certificate without an end (RFC 5280, 4.1.2.5).
pub const FOREVER: Utc = Utc(i64::MAX);

/// Why bytes are not a certificate of the interface.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// More bytes than a certificate may have.
    #[error("certificate: {0} bytes, at most {MOST_CERTIFICATE_BYTES}")]
    TooLarge(usize),
    /// Not PEM with one block `CERTIFICATE`.
    #[error(
        "certificate: not PEM: write -----BEGIN CERTIFICATE-----, base64, -----END CERTIFICATE-----"
    )]
    NotPem,
    /// Not an X.509 certificate in DER.
    #[error("certificate: not X.509 in DER: {0}")]
    NotX509(#[source] der::Error),
    /// A serial number of more bytes than messages can name.
    #[error("certificate: the serial number has {0} bytes, at most 16")]
    LongSerial(usize),
    /// A time that is neither UTCTime nor GeneralizedTime to the second and in UTC.
    #[error("certificate {serial}: {field} is not a time in UTC to the second")]
    Time {
        /// Serial number, decimal.
        serial: u128,
        /// `notBefore` or `notAfter`.
        field: &'static str,
    },
    /// A key other than an uncompressed point of P-256.
    #[error("certificate {serial}: the key is not on P-256")]
    NotP256 {
        /// Serial number, decimal.
        serial: u128,
    },
    /// Neither an x500UniqueIdentifier nor a hardwareModuleName with eight bytes.
    #[error(
        "certificate {serial}: no EUI-64: neither x500UniqueIdentifier in the subject nor hardwareModuleName in subjectAltName"
    )]
    NoEui {
        /// Serial number, decimal.
        serial: u128,
    },
    /// An organisational unit that is no role.
    #[error(
        "certificate {serial}: organisational unit {text:?} is not a role: two hexadecimal digits"
    )]
    Role {
        /// Serial number, decimal.
        serial: u128,
        /// The organisational unit.
        text: String,
    },
    /// Neither digital signature nor key agreement.
    #[error("certificate {serial}: key usage is neither digital signature nor key agreement")]
    Usage {
        /// Serial number, decimal.
        serial: u128,
    },
}

impl Certificate {
    /// From PEM: one block `CERTIFICATE`, text around it is passed over.
    ///
    /// # Errors
    /// Text that is not PEM, and as [`Certificate::from_der`].
    pub fn from_pem(text: &str) -> Result<Certificate, CertificateError> {
        if text.len() > 2 * MOST_CERTIFICATE_BYTES {
            return Err(CertificateError::TooLarge(text.len()));
        }
        Certificate::from_der(&pem_block(text, "CERTIFICATE").ok_or(CertificateError::NotPem)?)
    }

    /// From DER.
    ///
    /// # Errors
    /// Bytes that are not a certificate for P-256 with an EUI-64 and a usage. The issuer's
    /// signature is not checked: who may be trusted is decided by who is put into the keyring.
    pub fn from_der(der: &[u8]) -> Result<Certificate, CertificateError> {
        if der.len() > MOST_CERTIFICATE_BYTES {
            return Err(CertificateError::TooLarge(der.len()));
        }
        let read = SignedCertificate::from_der(der).map_err(CertificateError::NotX509)?.body;
        let serial = serial(read.serial.as_bytes())
            .ok_or_else(|| CertificateError::LongSerial(read.serial.as_bytes().len()))?;
        let time = |at, field| read_time(at).ok_or(CertificateError::Time { serial, field });
        let public_key =
            public_key(&read.public_key).ok_or(CertificateError::NotP256 { serial })?;
        let extended = extended(&read).map_err(CertificateError::NotX509)?;
        let unique = attribute(&read.subject, oid::UNIQUE_IDENTIFIER)
            .and_then(|value| eight(value.value().strip_prefix(&[0])?));
        let eui = unique.or(extended.eui).map(Eui64).ok_or(CertificateError::NoEui { serial })?;
        Ok(Certificate {
            serial,
            eui,
            role: role_of(&read.subject, serial)?,
            usage: extended.usage.ok_or(CertificateError::Usage { serial })?,
            not_before: time(read.validity.not_before, "notBefore")?,
            not_after: time(read.validity.not_after, "notAfter")?,
            issuer: printed_name(&read.issuer),
            public_key,
            der: der.to_vec(),
        })
    }

    /// As PEM, lines of 64 characters.
    #[must_use]
    pub fn to_pem(&self) -> String {
        to_pem("CERTIFICATE", &self.der)
    }

    /// Whether it is valid at that instant.
    #[must_use]
    pub fn valid_at(&self, now: Utc) -> bool {
        self.not_before <= now && now <= self.not_after
    }
}

/// The role that the subject's organisational unit states, if it has one.
fn role_of(subject: &Name<'_>, serial: u128) -> Result<Option<u8>, CertificateError> {
    let Some(unit) = attribute(subject, oid::ORGANISATIONAL_UNIT) else { return Ok(None) };
    let text = String::from_utf8_lossy(unit.value());
    let refused = || CertificateError::Role { serial, text: text.chars().take(40).collect() };
    role(&text).ok_or_else(refused).map(Some)
}

/// Two hexadecimal digits; or three decimal ones, as one published certificate of the DSP writes
/// 137 (0x89).
fn role(text: &str) -> Option<u8> {
    match text.len() {
        1 | 2 if text.bytes().all(|b| b.is_ascii_hexdigit()) => u8::from_str_radix(text, 16).ok(),
        3 if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}

/// The key, or `None` where it is of another kind.
fn public_key(info: &SubjectPublicKeyInfoRef<'_>) -> Option<PublicKey> {
    let curve = info.algorithm.parameters?.decode_as::<ObjectIdentifier>().ok()?;
    if info.algorithm.oid != oid::EC_PUBLIC_KEY || curve != oid::P256 {
        return None;
    }
    PublicKey::from_point(info.subject_public_key.as_bytes()?)
}

/// What the extensions say, as far as it is used.
#[derive(Default)]
struct Extended {
    usage: Option<Usage>,
    eui: Option<u64>,
}

fn extended(body: &Body<'_>) -> der::Result<Extended> {
    let mut found = Extended::default();
    for extension in body.extensions.iter().flatten() {
        let value = extension.value.as_bytes();
        match extension.kind {
            oid::KEY_USAGE => found.usage = usage(BitStringRef::from_der(value)?),
            oid::SUBJECT_ALT_NAME => found.eui = hardware_serial(&Vec::from_der(value)?)?,
            _ => {}
        }
    }
    Ok(found)
}

/// Bit 0 is digitalSignature, bit 4 keyAgreement; a key for both counts as one that signs.
fn usage(bits: BitStringRef<'_>) -> Option<Usage> {
    match |bit| bits.get(bit) == Some(true) {
        set if set(0) => Some(Usage::DigitalSignature),
        set if set(4) => Some(Usage::KeyAgreement),
        _ => None,
    }
}

/// The serial number of the first hardwareModuleName, where it has eight bytes.
fn hardware_serial(names: &[AnyRef<'_>]) -> der::Result<Option<u64>> {
    for name in names.iter().filter(|n| n.tag() == OTHER_NAME) {
        let other: OtherName<'_> = AnyRef::new(Tag::Sequence, name.value())?.decode_as()?;
        if other.kind == oid::HARDWARE_MODULE {
            let module: HardwareModuleName<'_> = other.value.decode_as()?;
            return Ok(eight(module.serial.as_bytes()));
        }
    }
    Ok(None)
}

fn eight(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_be_bytes)
}

/// The serial number; `None` where it has more than 128 bits.
fn serial(bytes: &[u8]) -> Option<u128> {
    (bytes.len() <= size_of::<u128>()).then(|| bytes.iter().fold(0, |n, &b| n << 8 | u128::from(b)))
}

/// The bytes of the one block of that name.
pub(crate) fn pem_block(text: &str, name: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {name}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {name}-----"))?;
    let joined: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(joined).ok()
}

/// A block of that name.
pub(crate) fn to_pem(name: &str, der: &[u8]) -> String {
    const LINE: usize = 64;
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {name}-----\n");
    for (i, c) in text.chars().enumerate() {
        if i > 0 && i % LINE == 0 {
            pem.push('\n');
        }
        pem.push(c);
    }
    pem + &format!("\n-----END {name}-----\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_hexadecimal_and_one_is_decimal() {
        for (text, value) in [
            ("87", 0x87),
            ("7F", 0x7F),
            ("7f", 0x7F),
            ("2", 2),
            ("00", 0),
            ("137", 0x89),
            ("255", 0xFF),
        ] {
            assert_eq!(role(text), Some(value), "{text}");
        }
        for bad in ["", "256", "1A7", "zz", "0087", "-1", "+1"] {
            assert_eq!(role(bad), None, "{bad}");
        }
    }
}
