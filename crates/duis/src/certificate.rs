//! Certificates of organisations and devices, as far as the interface uses them: whose key it
//! is, for what, in which role and when. Chains are not followed: certificates are pinned.

use crate::der::{Der, NotDer, oid, tag};
use crate::keys::PublicKey;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use northbound_types::{Eui64, Utc, text_enum};

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
    /// Whose it is: the subject's x500UniqueIdentifier (2.5.4.45), or of a device the serial
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
    #[error("certificate: not X.509 in DER, at {0}")]
    NotX509(&'static str),
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
        /// What was written.
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
        let at = |place: &'static str| move |_: NotDer| CertificateError::NotX509(place);
        let mut outer = Der(der);
        let mut parts = outer.take(tag::SEQUENCE).map_err(at("the outer sequence"))?;
        outer.end().map_err(at("the end"))?;
        let mut body = parts.take(tag::SEQUENCE).map_err(at("tbsCertificate"))?;
        body.take_if(tag::context(0)).map_err(at("version"))?;
        let serial = body.unsigned().map_err(at("serialNumber (128 bits, positive)"))?;
        body.take(tag::SEQUENCE).map_err(at("signature"))?;
        let issuer = name(body.take(tag::SEQUENCE).map_err(at("issuer"))?).map_err(at("issuer"))?;
        let mut validity = body.take(tag::SEQUENCE).map_err(at("validity"))?;
        let not_before = time(&mut validity).map_err(at("notBefore"))?;
        let not_after = time(&mut validity).map_err(at("notAfter"))?;
        let subject =
            name(body.take(tag::SEQUENCE).map_err(at("subject"))?).map_err(at("subject"))?;
        let key = body.take(tag::SEQUENCE).map_err(at("subjectPublicKeyInfo"))?;
        let public_key = public_key(key)
            .map_err(at("subjectPublicKeyInfo"))?
            .ok_or(CertificateError::NotP256 { serial })?;
        let extensions = extensions(body).map_err(at("extensions"))?;
        let unique = subject
            .iter()
            .find(|p| p.kind == oid::UNIQUE_IDENTIFIER)
            .and_then(|p| eight(p.value.strip_prefix(&[0])?));
        let eui = unique.or(extensions.eui).map(Eui64).ok_or(CertificateError::NoEui { serial })?;
        let usage = extensions.usage.ok_or(CertificateError::Usage { serial })?;
        let role = subject.iter().find(|p| p.kind == oid::ORGANISATIONAL_UNIT).map(|p| {
            let text = String::from_utf8_lossy(p.value).into_owned();
            role(&text)
                .ok_or(CertificateError::Role { serial, text: text.chars().take(40).collect() })
        });
        Ok(Certificate {
            serial,
            eui,
            role: role.transpose()?,
            usage,
            not_before,
            not_after,
            issuer: printed(&issuer),
            public_key,
            der: der.to_vec(),
        })
    }

    /// As PEM, lines of 64 characters.
    #[must_use]
    pub fn to_pem(&self) -> String {
        to_pem("CERTIFICATE", &self.der)
    }

    /// Is it valid at that instant?
    #[must_use]
    pub fn valid_at(&self, now: Utc) -> bool {
        self.not_before <= now && now <= self.not_after
    }
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

/// One attribute of a name.
struct NamePart<'a> {
    kind: &'a [u8],
    value: &'a [u8],
    tag: u8,
}

fn name(mut der: Der<'_>) -> Result<Vec<NamePart<'_>>, NotDer> {
    let mut parts = Vec::new();
    while !der.is_empty() {
        let mut set = der.take(tag::SET)?;
        while !set.is_empty() {
            let mut pair = set.take(tag::SEQUENCE)?;
            let kind = pair.take(tag::OID)?.0;
            let (tag, value, _) = pair.any()?;
            pair.end()?;
            parts.push(NamePart { kind, value, tag });
        }
    }
    Ok(parts)
}

/// RFC 2253: the last part first, special characters escaped.
fn printed(parts: &[NamePart<'_>]) -> String {
    let mut text = String::new();
    for part in parts.iter().rev() {
        if !text.is_empty() {
            text.push(',');
        }
        match part.kind {
            oid::COMMON_NAME => text.push_str("CN="),
            oid::ORGANISATIONAL_UNIT => text.push_str("OU="),
            other => text.push_str(&format!("OID.{}=", dotted(other))),
        }
        match std::str::from_utf8(part.value) {
            Ok(value) if part.tag != tag::BIT_STRING => {
                for c in value.chars() {
                    if matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' | '#') {
                        text.push('\\');
                    }
                    text.push(c);
                }
            }
            _ => text.push_str(
                &part.value.iter().fold(String::from("#"), |t, b| t + &format!("{b:02X}")),
            ),
        }
    }
    text
}

fn dotted(bytes: &[u8]) -> String {
    let mut numbers: Vec<u64> = Vec::new();
    let mut n = 0u64;
    for &b in bytes {
        n = n << 7 | u64::from(b & 0x7F);
        if b < 0x80 {
            if numbers.is_empty() {
                let first = (n / 40).min(2);
                numbers.push(first);
                n -= first * 40;
            }
            numbers.push(std::mem::take(&mut n));
        }
    }
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

/// UTCTime (1950 to 2049) or GeneralizedTime, to the second and in UTC.
fn time(der: &mut Der<'_>) -> Result<Utc, NotDer> {
    let (tag, content, _) = der.any()?;
    let text = std::str::from_utf8(content)
        .ok()
        .and_then(|t| t.strip_suffix('Z'))
        .filter(|t| t.bytes().all(|b| b.is_ascii_digit()))
        .ok_or(NotDer)?;
    let full = match (tag, text.len()) {
        (tag::UTC_TIME, 12) => {
            format!("{}{text}", if text.as_bytes()[0] >= b'5' { "19" } else { "20" })
        }
        (tag::GENERALIZED_TIME, 14) => text.to_owned(),
        _ => return Err(NotDer),
    };
    if full == "99991231235959" {
        return Ok(FOREVER);
    }
    let part = |from: usize, to: usize| &full[from..to];
    format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(8, 10),
        part(10, 12),
        part(12, 14)
    )
    .parse()
    .map_err(|_| NotDer)
}

/// The key, or `None` where it is of another kind.
fn public_key(mut info: Der<'_>) -> Result<Option<PublicKey>, NotDer> {
    let mut algorithm = info.take(tag::SEQUENCE)?;
    let kind = algorithm.take(tag::OID)?.0;
    let curve = algorithm.take_if(tag::OID)?;
    let point = info.bit_string()?;
    if kind != oid::EC_PUBLIC_KEY || curve.map(|c| c.0) != Some(oid::P256) {
        return Ok(None);
    }
    Ok(PublicKey::from_point(point))
}

#[derive(Default)]
struct Extensions {
    usage: Option<Usage>,
    eui: Option<u64>,
}

fn extensions(mut rest: Der<'_>) -> Result<Extensions, NotDer> {
    let mut found = Extensions::default();
    while !rest.is_empty() {
        let (tag, content, _) = rest.any()?;
        if tag != tag::context(3) {
            continue;
        }
        let mut list = Der(content).take(tag::SEQUENCE)?;
        while !list.is_empty() {
            let mut extension = list.take(tag::SEQUENCE)?;
            let kind = extension.take(tag::OID)?.0;
            extension.take_if(tag::BOOLEAN)?;
            let value = extension.take(tag::OCTET_STRING)?;
            match kind {
                oid::KEY_USAGE => found.usage = key_usage(value)?,
                oid::SUBJECT_ALT_NAME => found.eui = hardware_serial(value)?,
                _ => {}
            }
        }
    }
    Ok(found)
}

/// Bit 0 is digitalSignature, bit 4 keyAgreement; a key for both counts as one that signs.
fn key_usage(mut value: Der<'_>) -> Result<Option<Usage>, NotDer> {
    let [_, bits, ..] = value.take(tag::BIT_STRING)?.0 else { return Ok(None) };
    Ok(match bits {
        b if b & 0x80 != 0 => Some(Usage::DigitalSignature),
        b if b & 0x08 != 0 => Some(Usage::KeyAgreement),
        _ => None,
    })
}

/// otherName hardwareModuleName: the type of hardware, then its serial number.
fn hardware_serial(mut value: Der<'_>) -> Result<Option<u64>, NotDer> {
    let mut names = value.take(tag::SEQUENCE)?;
    while !names.is_empty() {
        let (tag, content, _) = names.any()?;
        let mut other = Der(content);
        if tag != tag::context(0) || other.take(tag::OID)?.0 != oid::HARDWARE_MODULE {
            continue;
        }
        let mut module = other.take(tag::context(0))?.take(tag::SEQUENCE)?;
        module.take(tag::OID)?;
        return Ok(eight(module.take(tag::OCTET_STRING)?.0));
    }
    Ok(None)
}

fn eight(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_be_bytes)
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

    #[test]
    fn names_are_printed_as_signatures_print_them() {
        let part =
            |kind: &'static [u8], value: &'static [u8], tag: u8| NamePart { kind, value, tag };
        let name = [
            part(oid::ORGANISATIONAL_UNIT, b"07", tag::UTF8_STRING),
            part(oid::COMMON_NAME, b"a,b", tag::UTF8_STRING),
            part(oid::UNIQUE_IDENTIFIER, &[0, 0xAB], tag::BIT_STRING),
        ];
        assert_eq!(printed(&name), "OID.2.5.4.45=#00AB,CN=a\\,b,OU=07");
    }
}
