//! Verifies the signature of a message under the interface's one profile.

use crate::certificate::{Certificate, Usage};
use crate::envelope::Envelope;
use crate::keyring::Keyring;
use crate::keys::SIGNATURE_BYTES;
use crate::message::Message;
use crate::read::{Root, decode, drive, read_message, refused};
use crate::refusal::Refusal;
use crate::scan::Scan;
use crate::signature::{SignatureObserver, SignedParts};
use crate::{Limits, Services};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use northbound_types::{Eui64, Utc, text_enum};
use std::collections::{BTreeMap, BTreeSet};

text_enum! {
    /// What is wrong with a signature. The words are stable: logs and reports contain them.
    pub enum SignatureCode("signature refusal") {
        /// No signature.
        Missing = "signature-missing",
        /// An element, attribute or text in the signature that the profile has not, or not there.
        Structure = "signature-structure",
        /// SignedInfo is not canonicalised by exclusive canonicalisation without prefix list.
        CanonicalisationMethod = "canonicalisation-method",
        /// Not ECDSA with SHA-256.
        SignatureMethod = "signature-method",
        /// Not exactly one reference, to the whole message.
        Reference = "signature-reference",
        /// Not exactly one transform, enveloped signature.
        Transforms = "signature-transforms",
        /// Not SHA-256.
        DigestMethod = "digest-method",
        /// Not the base64 of 32 bytes.
        DigestValue = "digest-value",
        /// Not the base64 of 64 bytes, r and s.
        SignatureValue = "signature-value",
        /// The key is not named by issuer and serial number, and by nothing else.
        KeyInfo = "key-info",
        /// Not a decimal number of up to 128 bits.
        SerialNumber = "serial-number",
        /// A signature, or a part of one, elsewhere in the message.
        Nested = "nested-signature",
        /// An attribute Id somewhere: only the whole message can be referred to.
        IdAttribute = "id-attribute",
        /// The message has no canonical form.
        NotCanonical = "not-canonical",
        /// No certificate with this serial number is trusted.
        UnknownSerial = "unknown-serial",
        /// The certificate's key is not for signing.
        WrongUsage = "wrong-usage",
        /// The certificate belongs to another party than the one that must have signed.
        WrongSigner = "wrong-signer",
        /// The certificate's role may not sign messages of this kind.
        WrongRole = "wrong-role",
        /// The certificate is not valid yet.
        NotYetValid = "not-yet-valid",
        /// The certificate is valid no longer.
        Expired = "expired",
        /// The message was changed after it was signed.
        DigestMismatch = "digest-mismatch",
        /// The signature is not that of the certificate's key.
        SignatureMismatch = "signature-mismatch",
    }
}

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct SignatureRefusal {
    /// The fault, in words.
    pub code: SignatureCode,
    /// What was found and what was expected.
    pub detail: String,
}

impl SignatureRefusal {
    pub(crate) fn new(code: SignatureCode, detail: impl Into<String>) -> SignatureRefusal {
        SignatureRefusal { code, detail: detail.into() }
    }
}

/// A signature that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// The certificate's serial number.
    pub serial: u128,
    /// Whose signature it is.
    pub signer: Eui64,
    /// The role that the certificate says.
    pub role: Option<u8>,
}

/// Role of a certificate with which a User signs messages, as in the published test certificates
/// (`docs/signatures.md`).
pub const ROLE_USER_XML: u8 = 0x87;
/// Role of a certificate with which the service signs messages.
pub const ROLE_DSP_XML: u8 = 0x89;

/// Settings of verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyRules {
    /// Roles whose certificates may sign requests.
    pub request_roles: BTreeSet<u8>,
    /// Roles whose certificates may sign responses and alerts.
    pub response_roles: BTreeSet<u8>,
    /// Signers with roles of their own instead: one published test supplier, say, signs with its
    /// certificate for device messages.
    pub roles_of: BTreeMap<Eui64, BTreeSet<u8>>,
    /// Who signs responses and alerts. Requests are signed by the originator of their RequestID.
    pub response_signers: BTreeSet<Eui64>,
    /// Is a certificate refused outside its dates? Most published test certificates have expired.
    pub check_dates: bool,
}

impl Default for VerifyRules {
    /// Users sign requests, the service signs responses, dates count. No signer of responses is
    /// known.
    fn default() -> VerifyRules {
        VerifyRules {
            request_roles: BTreeSet::from([ROLE_USER_XML]),
            response_roles: BTreeSet::from([ROLE_DSP_XML]),
            roles_of: BTreeMap::new(),
            response_signers: BTreeSet::new(),
            check_dates: true,
        }
    }
}

/// Everything that a signature is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Verifier<'a> {
    /// The certificates that are trusted.
    pub keyring: &'a Keyring,
    /// Settings.
    pub rules: &'a VerifyRules,
    /// The present time, for the certificates' dates.
    pub now: Utc,
}

/// Who must have signed.
#[derive(Debug, Clone, Copy)]
enum Expected<'a> {
    One(Eui64),
    Any(&'a BTreeSet<Eui64>),
}

/// Reads a message and verifies its signature in one pass.
///
/// A request must be signed by the originator of its RequestID, a response or alert by one of
/// `response_signers`. Where the signature does not count, the message is returned all the same,
/// since the answer must name its RequestID.
///
/// # Errors
/// As [`crate::read()`]: bytes that are no message. Their signature is not judged.
pub fn read_and_verify(
    bytes: &[u8],
    limits: &Limits,
    services: &Services,
    verifier: &Verifier<'_>,
) -> Result<(Message, Result<Signed, SignatureRefusal>), Refusal> {
    let (text, skipped) = decode(bytes, limits)?;
    let mut scan = Scan::new(text, limits, SignatureObserver::new(text.len()));
    let message = read_message(&mut scan, bytes, skipped, limits, services)?;
    let rules = verifier.rules;
    let (expected, roles) = match &message {
        Message::Request(r) => (Expected::One(r.id.id.originator), &rules.request_roles),
        Message::Response(_) => (Expected::Any(&rules.response_signers), &rules.response_roles),
    };
    let signed =
        scan.into_observer().finish().and_then(|parts| verifier.judge(&parts, expected, roles));
    Ok((message, signed))
}

/// Why a message did not verify.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// It is no message: the signature was not looked at.
    #[error(transparent)]
    Unreadable(#[from] Refusal),
    /// Its signature does not count.
    #[error(transparent)]
    Signature(#[from] SignatureRefusal),
}

/// Verifies the signature of a message whose signer is known, without reading more than its
/// envelope: which service it asks for may be unknown.
///
/// # Errors
/// Bytes that are no message, and signatures that do not count.
pub fn verify(
    bytes: &[u8],
    limits: &Limits,
    verifier: &Verifier<'_>,
    signer: Eui64,
) -> Result<Signed, VerifyError> {
    let (text, skipped) = decode(bytes, limits)?;
    let mut scan = Scan::new(text, limits, SignatureObserver::new(text.len()));
    let mut start = 0;
    let envelope = drive(&mut scan, &mut start, bytes.len(), limits, Envelope::new)
        .map_err(|fault| refused(bytes, skipped, &scan, start, fault))?;
    let roles = match envelope.root {
        Root::Request => &verifier.rules.request_roles,
        Root::Response => &verifier.rules.response_roles,
    };
    let parts = scan.into_observer().finish()?;
    Ok(verifier.judge(&parts, Expected::One(signer), roles)?)
}

/// The canonical forms of a message without its signature, and of its SignedInfo (empty where it
/// has none that fits the profile): what is digested and what is signed.
///
/// # Errors
/// Bytes that are no message, and messages without a canonical form.
pub fn canonical(bytes: &[u8], limits: &Limits) -> Result<(Vec<u8>, Vec<u8>), VerifyError> {
    let (text, skipped) = decode(bytes, limits)?;
    let mut scan = Scan::new(text, limits, SignatureObserver::keeping(text.len()));
    let mut start = 0;
    drive(&mut scan, &mut start, bytes.len(), limits, Envelope::new)
        .map_err(|fault| refused(bytes, skipped, &scan, start, fault))?;
    Ok(scan.into_observer().forms()?)
}

impl Verifier<'_> {
    /// Cheap checks first; the curve's arithmetic comes last.
    fn judge(
        &self,
        parts: &SignedParts,
        expected: Expected<'_>,
        roles: &BTreeSet<u8>,
    ) -> Result<Signed, SignatureRefusal> {
        let digest: [u8; 32] = base64(&parts.digest_value).ok_or_else(|| {
            SignatureRefusal::new(SignatureCode::DigestValue, "not the base64 of 32 bytes")
        })?;
        let signature: [u8; SIGNATURE_BYTES] = base64(&parts.signature_value).ok_or_else(|| {
            SignatureRefusal::new(
                SignatureCode::SignatureValue,
                "not the base64 of 64 bytes, r and s",
            )
        })?;
        let certificate = self.certificate(&parts.serial)?;
        self.may_sign(certificate, expected, roles)?;
        if parts.digest.as_ref() != digest {
            return Err(SignatureRefusal::new(
                SignatureCode::DigestMismatch,
                "the message is not as it was signed",
            ));
        }
        if !certificate.public_key.verifies(&parts.signed_info, &signature) {
            return Err(SignatureRefusal::new(
                SignatureCode::SignatureMismatch,
                format!("not signed with the key of certificate {}", certificate.serial),
            ));
        }
        Ok(Signed { serial: certificate.serial, signer: certificate.eui, role: certificate.role })
    }

    /// By serial number alone; the issuer's name is not verified and not looked at.
    fn certificate(&self, text: &str) -> Result<&Certificate, SignatureRefusal> {
        let digits = crate::values::trimmed(text);
        let serial = Some(digits)
            .filter(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|d| d.parse::<u128>().ok())
            .ok_or_else(|| {
                SignatureRefusal::new(
                    SignatureCode::SerialNumber,
                    format!(
                        "{}: not a decimal number of up to 128 bits",
                        crate::refusal::quoted(digits)
                    ),
                )
            })?;
        self.keyring.by_serial(serial).map(AsRef::as_ref).ok_or_else(|| {
            SignatureRefusal::new(
                SignatureCode::UnknownSerial,
                format!("no certificate with serial number {serial} is trusted"),
            )
        })
    }

    fn may_sign(
        &self,
        certificate: &Certificate,
        expected: Expected<'_>,
        roles: &BTreeSet<u8>,
    ) -> Result<(), SignatureRefusal> {
        let refuse = |code, detail: String| {
            Err(SignatureRefusal::new(
                code,
                format!("certificate {}: {detail}", certificate.serial),
            ))
        };
        let (signer, is_signer) = match expected {
            Expected::One(eui) => (eui.to_string(), eui == certificate.eui),
            Expected::Any(set) => {
                ("one of the service's signers".to_owned(), set.contains(&certificate.eui))
            }
        };
        if !is_signer {
            return refuse(
                SignatureCode::WrongSigner,
                format!("it belongs to {}, and {signer} must have signed", certificate.eui),
            );
        }
        if certificate.usage != Usage::DigitalSignature {
            return refuse(
                SignatureCode::WrongUsage,
                format!("its key is for {}", certificate.usage),
            );
        }
        let roles = self.rules.roles_of.get(&certificate.eui).unwrap_or(roles);
        if !certificate.role.is_some_and(|r| roles.contains(&r)) {
            return refuse(
                SignatureCode::WrongRole,
                certificate.role.map_or_else(
                    || "it has no role".to_owned(),
                    |r| format!("its role {r:02X} may not sign this"),
                ),
            );
        }
        if self.rules.check_dates && self.now < certificate.not_before {
            return refuse(
                SignatureCode::NotYetValid,
                format!("valid from {}", certificate.not_before),
            );
        }
        if self.rules.check_dates && self.now > certificate.not_after {
            return refuse(
                SignatureCode::Expired,
                format!("valid until {}", certificate.not_after),
            );
        }
        Ok(())
    }
}

/// Base64 without the line ends and spaces that signing tools put between.
fn base64<const N: usize>(text: &str) -> Option<[u8; N]> {
    let joined: Vec<u8> =
        text.bytes().filter(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n')).collect();
    STANDARD.decode(joined).ok()?.try_into().ok()
}
