//! Signs messages under the interface's one profile.
//!
//! What is sent is the canonical form itself, without white space between elements: so what is
//! digested are the very bytes that go out, and tools that drop such white space before they
//! digest agree with those that do not.

use crate::build::BuildError;
use crate::canon::{self, Scope};
use crate::certificate::{Certificate, Usage};
use crate::envelope::Envelope;
use crate::keys::{KeyError, PrivateKey};
use crate::read::{decode, drive, refused};
use crate::refusal::Refusal;
use crate::scan::{Ns, Observer, Scan};
use crate::signature::{ECDSA_SHA256, ENVELOPED, EXCLUSIVE, SHA256};
use crate::{Limits, SIGNATURE_NAMESPACE};
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::events::BytesStart;

/// Why a message was not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The certificate is not that of the key.
    #[error("certificate {serial} does not belong to this private key")]
    OtherKey {
        /// Serial number, decimal.
        serial: u128,
    },
    /// The certificate's key is not for signing.
    #[error("certificate {serial}: its key is not for signing")]
    Usage {
        /// Serial number, decimal.
        serial: u128,
    },
    /// What is to be signed is no message.
    #[error(transparent)]
    Unreadable(#[from] Refusal),
    /// What is to be signed has no canonical form.
    #[error("the message has no canonical form: {0}")]
    NotCanonical(String),
    /// The message could not be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What a signer signs once.
const TRIAL: &[u8] = b"trial";

/// Who signs: a certificate and its key.
#[derive(Debug)]
pub struct Signer {
    key: PrivateKey,
    certificate: Certificate,
    /// KeyInfo, which is the same in every signature.
    key_info: String,
}

impl Signer {
    /// A signer. It signs once for trial: the first signature of a process takes the library some
    /// 100 ms to seed its random numbers, which is better spent here than on a User's message.
    ///
    /// # Errors
    /// A certificate that is not that of the key, or not for signing.
    pub fn new(key: PrivateKey, certificate: Certificate) -> Result<Signer, SignError> {
        let serial = certificate.serial;
        if key.public() != &certificate.public_key {
            return Err(SignError::OtherKey { serial });
        }
        if certificate.usage != Usage::DigitalSignature {
            return Err(SignError::Usage { serial });
        }
        if !certificate.public_key.verifies(TRIAL, &key.sign(TRIAL)?) {
            return Err(SignError::OtherKey { serial });
        }
        let mut issuer = Vec::new();
        canon::text(&certificate.issuer, &mut issuer);
        let key_info = format!(
            "<ds:KeyInfo><ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>{}</ds:X509IssuerName>\
            <ds:X509SerialNumber>{serial}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data></ds:KeyInfo></ds:Signature>",
            String::from_utf8_lossy(&issuer)
        );
        Ok(Signer { key, certificate, key_info })
    }

    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// Signs any message of the interface: white space between elements, comments, processing
    /// instructions and a signature that is there already are dropped, and what is returned is to
    /// be sent as it is.
    ///
    /// # Errors
    /// Bytes that are no Request or Response within `limits`.
    pub fn sign(&self, message: &[u8], limits: &Limits) -> Result<Vec<u8>, SignError> {
        let (text, skipped) = decode(message, limits)?;
        let mut scan = Scan::new(text, limits, Compact::default());
        let mut start = 0;
        drive(&mut scan, &mut start, message.len(), limits, Envelope::new)
            .map_err(|fault| refused(message, skipped, &scan, start, fault))?;
        let Compact { out, scope, root_end, .. } = scan.into_observer();
        if let Some(odd) = scope.odd {
            return Err(SignError::NotCanonical(odd));
        }
        self.append(out, root_end)
    }

    /// Signs what is canonical already and ends with an end tag at `root_end`.
    pub(crate) fn append(
        &self,
        mut canonical: Vec<u8>,
        root_end: usize,
    ) -> Result<Vec<u8>, SignError> {
        let digest = STANDARD.encode(digest::digest(&digest::SHA256, &canonical));
        let signature = STANDARD.encode(self.key.sign(signed_info(&digest, true).as_bytes())?);
        let end = canonical.split_off(root_end);
        canonical.reserve(1200 + end.len());
        for piece in [
            "<ds:Signature xmlns:ds=\"",
            SIGNATURE_NAMESPACE,
            "\">",
            &signed_info(&digest, false),
            "<ds:SignatureValue>",
            &signature,
            "</ds:SignatureValue>",
            &self.key_info,
        ] {
            canonical.extend_from_slice(piece.as_bytes());
        }
        canonical.extend_from_slice(&end);
        Ok(canonical)
    }
}

/// SignedInfo, canonical where `apex` (it then declares its prefix itself), else as it is sent.
fn signed_info(digest: &str, apex: bool) -> String {
    let declared =
        if apex { format!(" xmlns:ds=\"{SIGNATURE_NAMESPACE}\"") } else { String::new() };
    format!(
        "<ds:SignedInfo{declared}><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod>\
        <ds:SignatureMethod Algorithm=\"{ECDSA_SHA256}\"></ds:SignatureMethod><ds:Reference URI=\"\"><ds:Transforms>\
        <ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"{SHA256}\"></ds:DigestMethod>\
        <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )
}

/// Writes the canonical form without white space between elements, and without the signature.
#[derive(Default)]
struct Compact {
    out: Vec<u8>,
    scope: Scope,
    inside_signature: bool,
    /// White space that may turn out to be between elements.
    blank: Vec<u8>,
    /// Was the last thing a start tag? Then white space before its end tag is its text.
    leaf: bool,
    root_end: usize,
}

const SIGNATURE_DEPTH: usize = 2;

impl Compact {
    fn text_with(&mut self, blank: bool, write: impl FnOnce(&mut Vec<u8>)) {
        if self.inside_signature {
            return;
        }
        write(&mut self.blank);
        if !blank {
            self.keep();
        }
    }

    /// The white space is text.
    fn keep(&mut self) {
        self.out.append(&mut self.blank);
        self.leaf = true;
    }
}

impl Observer for Compact {
    fn open(&mut self, depth: usize, ns: Ns, tag: &BytesStart<'_>) {
        if depth == SIGNATURE_DEPTH && ns == Ns::Signature {
            self.inside_signature = true;
        }
        self.blank.clear();
        self.leaf = true;
        if self.inside_signature {
            self.scope.pass(depth, tag);
        } else {
            self.scope.inclusive(depth, tag, &mut self.out);
        }
    }

    fn text(&mut self, raw: &str, cdata: bool) {
        let blank = !cdata && crate::values::trimmed(raw).is_empty();
        self.text_with(blank, |out| canon::text(raw, out));
    }

    fn reference(&mut self, c: char) {
        self.text_with(false, |out| canon::text_char(c, out));
    }

    fn close(&mut self, depth: usize, name: &str) {
        if self.inside_signature {
            if depth == SIGNATURE_DEPTH {
                self.inside_signature = false;
            }
        } else {
            if self.leaf {
                self.keep();
            } else {
                self.blank.clear();
            }
            if depth == 1 {
                self.root_end = self.out.len();
            }
            canon::close(name, &mut self.out);
        }
        self.leaf = false;
        self.blank.clear();
        self.scope.leave(depth);
    }
}
