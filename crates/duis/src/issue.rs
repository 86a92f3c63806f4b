//! Makes certificates of the shape of the interface's, for Users, services and devices of an
//! emulated network. They are for tests: their issuer is invented, and no other party trusts it.

use crate::certificate::{Certificate, Usage};
use crate::keys::{KeyError, PrivateKey, PublicKey};
use crate::x509::{
    Attribute, Body, EcdsaSignature, Extension, HardwareModuleName, Name, OTHER_NAME, OtherName,
    SignedCertificate, Validity, Version, oid, written_time,
};
use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef, UintRef};
use der::{Encode, Tag};
use northbound_types::{Eui64, Utc};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

/// What a new certificate says.
#[derive(Debug, Clone)]
pub struct CertificateRequest<'a> {
    /// Serial number. From 128 random bits, the highest of them cleared, as the known ones have it.
    pub serial: u128,
    /// Common name of the issuer.
    pub issuer: &'a str,
    /// EUI-64 of the holder.
    pub eui: Eui64,
    /// Role; `None` makes a device's certificate (empty subject, the EUI in subjectAltName).
    pub role: Option<u8>,
    /// What the key may do.
    pub usage: Usage,
    /// First instant at which it is valid, cut to the second.
    pub not_before: Utc,
    /// Last instant at which it is valid, cut to the second; [`FOREVER`](crate::FOREVER) for no end.
    pub not_after: Utc,
    /// The key.
    pub public_key: &'a PublicKey,
}

/// Role of an issuing authority.
const ISSUING_AUTHORITY: &str = "07";
/// The type of hardware that a device's certificate must name; any object identifier does (1.2.826.0.1: Great Britain).
const HARDWARE_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.826.0.1");

/// A certificate, signed with the issuer's key.
///
/// # Errors
/// [`KeyError::Library`] and [`KeyError::Encoding`], which were never seen; a time before 1950 or
/// after 2299.
pub fn issue(
    request: &CertificateRequest<'_>,
    issuer_key: &PrivateKey,
) -> Result<Certificate, KeyError> {
    const DATE: KeyError = KeyError::Library("a date before 1950 or after 2299 in a certificate");
    let (from, to) = (written_time(request.not_before), written_time(request.not_after));
    let (from, to) = (from.ok_or(DATE)?, to.ok_or(DATE)?);
    let algorithm = AlgorithmIdentifierRef { oid: oid::ECDSA_SHA256, parameters: None };
    let (serial, eui) = (request.serial.to_be_bytes(), request.eui.0.to_be_bytes());
    let identifier = BitStringRef::from_bytes(&eui)?.to_der()?;
    let role = request.role.map(|role| format!("{role:02X}"));
    let (usage, alternative) = (key_usage(request.usage)?, alternative_name(&eui)?);
    let subject = match &role {
        Some(role) => name([
            (oid::ORGANISATIONAL_UNIT, utf8(role)?),
            (oid::UNIQUE_IDENTIFIER, AnyRef::try_from(&identifier[..])?),
        ])?,
        None => Name::new(),
    };
    let extensions = match &role {
        Some(_) => vec![critical(oid::KEY_USAGE, &usage)?],
        None => {
            vec![critical(oid::KEY_USAGE, &usage)?, critical(oid::SUBJECT_ALT_NAME, &alternative)?]
        }
    };
    let body = Body {
        version: Version::V3,
        serial: UintRef::new(&serial)?,
        algorithm,
        issuer: name([
            (oid::ORGANISATIONAL_UNIT, utf8(ISSUING_AUTHORITY)?),
            (oid::COMMON_NAME, utf8(request.issuer)?),
        ])?,
        validity: Validity {
            not_before: AnyRef::new(from.0, from.1.as_bytes())?,
            not_after: AnyRef::new(to.0, to.1.as_bytes())?,
        },
        subject,
        public_key: SubjectPublicKeyInfoRef {
            algorithm: AlgorithmIdentifierRef {
                oid: oid::EC_PUBLIC_KEY,
                parameters: Some(AnyRef::from(&oid::P256)),
            },
            subject_public_key: BitStringRef::from_bytes(request.public_key.point())?,
        },
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(extensions),
    };
    signed(body, issuer_key)
}

/// The body with the issuer's signature, read back.
fn signed(body: Body<'_>, issuer_key: &PrivateKey) -> Result<Certificate, KeyError> {
    let signature = issuer_key.sign(&body.to_der()?)?;
    let (r, s) = signature.split_at(signature.len() / 2);
    let signature = EcdsaSignature { r: UintRef::new(r)?, s: UintRef::new(s)? }.to_der()?;
    let (algorithm, signature) = (body.algorithm, BitStringRef::from_bytes(&signature)?);
    let der = SignedCertificate { body, algorithm, signature }.to_der()?;
    Certificate::from_der(&der)
        .map_err(|_| KeyError::Library("to read a certificate that was just made"))
}

fn utf8(text: &str) -> der::Result<AnyRef<'_>> {
    AnyRef::new(Tag::Utf8String, text.as_bytes())
}

fn name<'a, const N: usize>(
    attributes: [(ObjectIdentifier, AnyRef<'a>); N],
) -> der::Result<Name<'a>> {
    attributes.into_iter().map(|(kind, value)| [Attribute { kind, value }].try_into()).collect()
}

fn key_usage(usage: Usage) -> der::Result<Vec<u8>> {
    let (unused, bits) = match usage {
        Usage::DigitalSignature => (7, [0x80]),
        Usage::KeyAgreement => (3, [0x08]),
    };
    BitStringRef::new(unused, &bits)?.to_der()
}

/// A device's EUI-64 as a hardwareModuleName.
fn alternative_name(eui: &[u8]) -> der::Result<Vec<u8>> {
    let module = HardwareModuleName { hardware: HARDWARE_TYPE, serial: OctetStringRef::new(eui)? }
        .to_der()?;
    let other = OtherName { kind: oid::HARDWARE_MODULE, value: AnyRef::try_from(&module[..])? };
    let other = other.to_der()?;
    vec![AnyRef::new(OTHER_NAME, AnyRef::try_from(&other[..])?.value())?].to_der()
}

fn critical(kind: ObjectIdentifier, value: &[u8]) -> der::Result<Extension<'_>> {
    Ok(Extension { kind, critical: true, value: OctetStringRef::new(value)? })
}
