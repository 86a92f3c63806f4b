//! Makes certificates of the shape of the interface's, for Users, services and devices of an
//! emulated network. They are for tests: their issuer is invented, and nobody else trusts it.

use crate::certificate::{Certificate, FOREVER, Usage};
use crate::der::{bit_string, element, oid, tag, unsigned};
use crate::keys::{KeyError, PrivateKey, PublicKey};
use northbound_types::{Eui64, Utc};

/// What a new certificate says.
#[derive(Debug, Clone)]
pub struct CertificateRequest<'a> {
    /// Serial number. From 128 random bits, the highest of them cleared, as the known ones have it.
    pub serial: u128,
    /// Common name of the issuer.
    pub issuer: &'a str,
    /// Whose it is.
    pub eui: Eui64,
    /// Role; `None` makes a device's certificate (empty subject, the EUI in subjectAltName).
    pub role: Option<u8>,
    /// What the key may do.
    pub usage: Usage,
    /// First instant at which it is valid, cut to the second.
    pub not_before: Utc,
    /// Last instant at which it is valid, cut to the second; [`FOREVER`] for no end.
    pub not_after: Utc,
    /// The key.
    pub public_key: &'a PublicKey,
}

/// Role of an issuing authority.
const ISSUING_AUTHORITY: &str = "07";
/// The type of hardware that a device's certificate must name; any object identifier does (1.2.826.0.1: Great Britain).
const HARDWARE_TYPE: &[u8] = &[0x2A, 0x86, 0x3A, 0x00, 0x01];

/// A certificate, signed with the issuer's key.
///
/// # Errors
/// [`KeyError::Library`], which was never seen; a time before 1950 or after 9999.
pub fn issue(
    request: &CertificateRequest<'_>,
    issuer_key: &PrivateKey,
) -> Result<Certificate, KeyError> {
    let algorithm = element(tag::SEQUENCE, &[&element(tag::OID, &[oid::ECDSA_SHA256])]);
    let issuer = element(
        tag::SEQUENCE,
        &[
            &name_part(oid::ORGANISATIONAL_UNIT, &utf8(ISSUING_AUTHORITY)),
            &name_part(oid::COMMON_NAME, &utf8(request.issuer)),
        ],
    );
    let eui = request.eui.0.to_be_bytes();
    let subject = match request.role {
        Some(role) => element(
            tag::SEQUENCE,
            &[
                &name_part(oid::ORGANISATIONAL_UNIT, &utf8(&format!("{role:02X}"))),
                &name_part(oid::UNIQUE_IDENTIFIER, &bit_string(&eui)),
            ],
        ),
        None => element(tag::SEQUENCE, &[]),
    };
    let key = element(
        tag::SEQUENCE,
        &[
            &element(
                tag::SEQUENCE,
                &[&element(tag::OID, &[oid::EC_PUBLIC_KEY]), &element(tag::OID, &[oid::P256])],
            ),
            &bit_string(request.public_key.point()),
        ],
    );
    let validity = element(tag::SEQUENCE, &[&time(request.not_before)?, &time(request.not_after)?]);
    let body = element(
        tag::SEQUENCE,
        &[
            &element(tag::context(0), &[&unsigned(2)]),
            &unsigned(request.serial),
            &algorithm,
            &issuer,
            &validity,
            &subject,
            &key,
            &element(
                tag::context(3),
                &[&element(
                    tag::SEQUENCE,
                    &[&key_usage(request.usage), &alternative_name(request)],
                )],
            ),
        ],
    );
    let signature = der_signature(&issuer_key.sign(&body)?);
    let der = element(tag::SEQUENCE, &[&body, &algorithm, &bit_string(&signature)]);
    Certificate::from_der(&der)
        .map_err(|_| KeyError::Library("to read a certificate that was just made"))
}

fn utf8(text: &str) -> Vec<u8> {
    element(tag::UTF8_STRING, &[text.as_bytes()])
}

fn name_part(kind: &[u8], value: &[u8]) -> Vec<u8> {
    element(tag::SET, &[&element(tag::SEQUENCE, &[&element(tag::OID, &[kind]), value])])
}

fn extension(kind: &[u8], value: &[u8]) -> Vec<u8> {
    element(
        tag::SEQUENCE,
        &[
            &element(tag::OID, &[kind]),
            &element(tag::BOOLEAN, &[&[0xFF]]),
            &element(tag::OCTET_STRING, &[value]),
        ],
    )
}

fn key_usage(usage: Usage) -> Vec<u8> {
    let bits: &[u8] = match usage {
        Usage::DigitalSignature => &[7, 0x80],
        Usage::KeyAgreement => &[3, 0x08],
    };
    extension(oid::KEY_USAGE, &element(tag::BIT_STRING, &[bits]))
}

/// Devices only.
fn alternative_name(request: &CertificateRequest<'_>) -> Vec<u8> {
    if request.role.is_some() {
        return Vec::new();
    }
    let module = element(
        tag::SEQUENCE,
        &[
            &element(tag::OID, &[HARDWARE_TYPE]),
            &element(tag::OCTET_STRING, &[&request.eui.0.to_be_bytes()]),
        ],
    );
    let other = element(
        tag::context(0),
        &[&element(tag::OID, &[oid::HARDWARE_MODULE]), &element(tag::context(0), &[&module])],
    );
    extension(oid::SUBJECT_ALT_NAME, &element(tag::SEQUENCE, &[&other]))
}

/// UTCTime to 2049, GeneralizedTime after (RFC 5280, 4.1.2.5).
fn time(at: Utc) -> Result<Vec<u8>, KeyError> {
    if at == FOREVER {
        return Ok(element(tag::GENERALIZED_TIME, &[b"99991231235959Z"]));
    }
    let text = at.to_string();
    let digits: String =
        text.chars().take_while(|&c| c != '.').filter(char::is_ascii_digit).collect();
    match (digits.len(), digits.get(..2), digits.get(2..)) {
        (14, Some("20"), Some(short)) if digits.as_str() < "2050" => {
            Ok(element(tag::UTC_TIME, &[short.as_bytes(), b"Z"]))
        }
        (14, Some("19"), Some(short)) if digits.as_str() >= "1950" => {
            Ok(element(tag::UTC_TIME, &[short.as_bytes(), b"Z"]))
        }
        (14, Some("20" | "21" | "22"), _) => {
            Ok(element(tag::GENERALIZED_TIME, &[digits.as_bytes(), b"Z"]))
        }
        _ => Err(KeyError::Library("a date before 1950 or after 2299 in a certificate")),
    }
}

/// r and s as DER has them.
fn der_signature(raw: &[u8; 64]) -> Vec<u8> {
    let part = |bytes: &[u8]| {
        let short = &bytes[bytes.iter().position(|&b| b != 0).unwrap_or(bytes.len() - 1)..];
        element(tag::INTEGER, &[if short[0] >= 0x80 { &[0] } else { &[] }, short])
    };
    element(tag::SEQUENCE, &[&part(&raw[..32]), &part(&raw[32..])])
}
