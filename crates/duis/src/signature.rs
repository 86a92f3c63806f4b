//! The signature of a message, parts while the message is read: the digest of everything but the
//! signature, the canonical SignedInfo, and the values, under the one profile of the interface.
//!
//! The profile leaves no choice, so the signature's elements come in one sequence, and anything
//! else (an Id, a second reference, another algorithm, a certificate inside) is refused.

use crate::canon::{self, Place, Rendered, Scope, attribute_parts, plain_value};
use crate::refusal::quoted;
use crate::scan::{Ns, Observer};
use crate::values::trimmed;
use crate::verify::{SignatureCode, SignatureRefusal};
use aws_lc_rs::digest::{self, Digest};
use quick_xml::events::BytesStart;

pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const ECDSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(crate) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
/// Bytes of one value inside the signature: 88 are needed, and line ends between.
pub const MOST_SIGNATURE_TEXT: usize = 256;
/// Bytes of canonical form that are collected before they are digested.
const CHUNK: usize = 64 * 1024;

/// A value that is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Digest,
    Signature,
    Serial,
    /// Text that is allowed and says nothing that is verified.
    Ignored,
}

/// What comes next inside the signature.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// This element, with this one attribute or none, and with text or none.
    Open(&'static str, Option<(&'static str, &'static str)>, Option<Keep>),
    /// The end of the open element.
    Close,
}

const fn open(name: &'static str) -> Step {
    Step::Open(name, None, None)
}
const fn algorithm(name: &'static str, value: &'static str) -> Step {
    Step::Open(name, Some(("Algorithm", value)), None)
}
const fn holds(name: &'static str, keep: Keep) -> Step {
    Step::Open(name, None, Some(keep))
}

/// The signature from its start tag to its end tag; and what it means where a step is not met.
const STEPS: [(Step, SignatureCode); COMPLETE + 1] = {
    use SignatureCode as C;
    use Step::Close;
    [
        (open("Signature"), C::Structure),
        (open("SignedInfo"), C::Structure),
        (algorithm("CanonicalizationMethod", EXCLUSIVE), C::CanonicalisationMethod),
        (Close, C::CanonicalisationMethod),
        (algorithm("SignatureMethod", ECDSA_SHA256), C::SignatureMethod),
        (Close, C::SignatureMethod),
        (Step::Open("Reference", Some(("URI", "")), None), C::Reference),
        (open("Transforms"), C::Transforms),
        (algorithm("Transform", ENVELOPED), C::Transforms),
        (Close, C::Transforms),
        (Close, C::Transforms),
        (algorithm("DigestMethod", SHA256), C::DigestMethod),
        (Close, C::DigestMethod),
        (holds("DigestValue", Keep::Digest), C::DigestValue),
        (Close, C::DigestValue),
        (Close, C::Reference),
        // A second Reference would be here.
        (Close, C::Reference),
        (holds("SignatureValue", Keep::Signature), C::SignatureValue),
        (Close, C::SignatureValue),
        (open("KeyInfo"), C::KeyInfo),
        (open("X509Data"), C::KeyInfo),
        (open("X509IssuerSerial"), C::KeyInfo),
        (holds("X509IssuerName", Keep::Ignored), C::KeyInfo),
        (Close, C::KeyInfo),
        (holds("X509SerialNumber", Keep::Serial), C::SerialNumber),
        (Close, C::SerialNumber),
        (Close, C::KeyInfo),
        (Close, C::KeyInfo),
        (Close, C::KeyInfo),
        (Close, C::Structure),
        // After the end nothing is expected: a second signature is refused.
        (Close, C::Structure),
    ]
};
/// The step at which the signature is complete.
const COMPLETE: usize = 30;
/// The depths of Signature and SignedInfo.
const SIGNATURE_DEPTH: usize = 2;
const SIGNED_INFO_DEPTH: usize = 3;
/// Where a first-generation answer has a signed document of its own inside.
const SMETS1_DEPTH: usize = 4;

/// Consumes the reader's event stream and collects what verifying a signature needs, so that parsed
/// and verified bytes cannot diverge.
pub(crate) struct SignatureObserver {
    scope: Scope,
    document: Vec<u8>,
    digest: digest::Context,
    rendered: Rendered,
    signed_info: Vec<u8>,
    step: usize,
    inside: bool,
    in_signed_info: bool,
    keep: Option<Keep>,
    digest_value: String,
    signature_value: String,
    serial: String,
    response: bool,
    inner_document: bool,
    root_closed: bool,
    /// Bytes of canonical form that are collected before they are digested.
    chunk: usize,
    fault: Option<SignatureRefusal>,
}

/// The parts of a signature, still to be verified.
pub(crate) struct SignedParts {
    /// SHA-256 of the message without its signature.
    pub digest: Digest,
    /// The canonical SignedInfo.
    pub signed_info: Vec<u8>,
    pub digest_value: String,
    pub signature_value: String,
    pub serial: String,
}

impl SignatureObserver {
    pub fn new(size: usize) -> SignatureObserver {
        SignatureObserver {
            scope: Scope::default(),
            document: Vec::with_capacity(size.min(CHUNK) + 256),
            digest: digest::Context::new(&digest::SHA256),
            rendered: Rendered::default(),
            signed_info: Vec::with_capacity(1024),
            step: 0,
            inside: false,
            in_signed_info: false,
            keep: None,
            digest_value: String::new(),
            signature_value: String::new(),
            serial: String::new(),
            response: false,
            inner_document: false,
            root_closed: false,
            chunk: CHUNK,
            fault: None,
        }
    }

    /// An observer that keeps the whole canonical form.
    pub fn keeping(size: usize) -> SignatureObserver {
        SignatureObserver { chunk: usize::MAX, ..SignatureObserver::new(size) }
    }

    /// The canonical forms of the message without its signature and of SignedInfo, whether or not the
    /// signature is valid.
    pub fn forms(self) -> Result<(Vec<u8>, Vec<u8>), SignatureRefusal> {
        match self.scope.odd {
            Some(odd) => Err(SignatureRefusal::new(SignatureCode::NotCanonical, odd)),
            None => Ok((self.document, self.signed_info)),
        }
    }

    /// The parts of the signature, once the message was read to its end.
    pub fn finish(mut self) -> Result<SignedParts, SignatureRefusal> {
        if let Some(odd) = self.scope.odd.take() {
            self.refuse(SignatureCode::NotCanonical, odd);
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if self.step == 0 {
            return Err(SignatureRefusal::new(SignatureCode::Missing, "no signature"));
        }
        if self.step != COMPLETE {
            return Err(SignatureRefusal::new(
                SignatureCode::Structure,
                "the signature is not complete",
            ));
        }
        self.digest.update(&self.document);
        Ok(SignedParts {
            digest: self.digest.finish(),
            signed_info: self.signed_info,
            digest_value: self.digest_value,
            signature_value: self.signature_value,
            serial: self.serial,
        })
    }

    /// The first fault counts.
    fn refuse(&mut self, code: SignatureCode, detail: impl Into<String>) {
        if self.fault.is_none() {
            self.fault = Some(SignatureRefusal::new(code, detail));
        }
    }

    /// Is one element inside the signature the one that must come, with what it must have?
    fn element(&mut self, ns: Ns, tag: &BytesStart<'_>) {
        if self.fault.is_some() {
            return;
        }
        let local = tag.local_name();
        let name = local.as_ref();
        let (step, code) = STEPS[self.step];
        let Step::Open(wanted, attribute, keep) = step else {
            return self.refuse(code, format!("{} where nothing more is allowed", quoted(name)));
        };
        if ns != Ns::Signature || name != wanted {
            return self.refuse(code, format!("{} where {wanted} must be", quoted(name)));
        }
        let mut seen = false;
        for (name, raw) in attribute_parts(tag.attributes_raw()) {
            if name == "xmlns" || name.starts_with("xmlns:") {
                continue;
            }
            match attribute {
                Some((key, value)) if key == name => {
                    let found = plain_value(raw);
                    if found != value {
                        return self.refuse(
                            code,
                            format!("{key} is {}: only {value:?} is accepted", quoted(&found)),
                        );
                    }
                    seen = true;
                }
                _ => return self.refuse(code, format!("attribute {} on {wanted}", quoted(name))),
            }
        }
        if let (Some((key, _)), false) = (attribute, seen) {
            return self.refuse(code, format!("{wanted} without {key}"));
        }
        self.keep = keep;
        self.step += 1;
    }

    fn end_of_element(&mut self) {
        self.keep = None;
        if self.fault.is_some() {
            return;
        }
        match STEPS[self.step] {
            (Step::Close, _) => self.step += 1,
            (Step::Open(wanted, ..), code) => self.refuse(code, format!("no {wanted}")),
        }
    }

    /// Text inside the signature.
    fn value(&mut self, piece: &str) {
        let value = match self.keep {
            Some(Keep::Digest) => &mut self.digest_value,
            Some(Keep::Signature) => &mut self.signature_value,
            Some(Keep::Serial) => &mut self.serial,
            Some(Keep::Ignored) => return,
            None => {
                if !trimmed(piece).is_empty() {
                    self.refuse(
                        SignatureCode::Structure,
                        format!("text {}", quoted(trimmed(piece))),
                    );
                }
                return;
            }
        };
        if value.len() + piece.len() > MOST_SIGNATURE_TEXT {
            return self.refuse(
                SignatureCode::Structure,
                format!("a value of more than {MOST_SIGNATURE_TEXT} bytes"),
            );
        }
        value.push_str(piece);
    }

    /// Elements of signatures, and attributes that point at elements, are allowed nowhere else.
    fn outside(&mut self, depth: usize, ns: Ns, tag: &BytesStart<'_>) {
        let name = tag.local_name();
        if depth == 1 {
            self.response = name.as_ref() == "Response";
        }
        // An answer of a first-generation device is a signed document inside: its parts are text here.
        if depth == SMETS1_DEPTH
            && self.response
            && ns == Ns::Duis
            && name.as_ref() == "SMETS1SignedResponse"
        {
            self.inner_document = true;
        }
        if self.inner_document {
            return;
        }
        if ns == Ns::Signature {
            self.refuse(
                SignatureCode::Nested,
                format!("{} outside the message's own signature", quoted(name.as_ref())),
            );
        }
        let identified = attribute_parts(tag.attributes_raw())
            .find(|(n, _)| n.rsplit(':').next().is_some_and(|l| l.eq_ignore_ascii_case("id")));
        if let Some((n, _)) = identified {
            self.refuse(
                SignatureCode::IdAttribute,
                format!("attribute {} on {}", quoted(n), quoted(name.as_ref())),
            );
        }
    }

    fn digest_if_long(&mut self) {
        if self.document.len() < self.chunk {
            return;
        }
        self.digest.update(&self.document);
        self.document.clear();
    }
}

impl Observer for SignatureObserver {
    fn open(&mut self, depth: usize, ns: Ns, tag: &BytesStart<'_>) {
        if depth == SIGNATURE_DEPTH && ns == Ns::Signature {
            self.inside = true;
        }
        if !self.inside {
            self.outside(depth, ns, tag);
            self.scope.inclusive(depth, tag, &mut self.document);
            return self.digest_if_long();
        }
        self.element(ns, tag);
        if depth == SIGNED_INFO_DEPTH && tag.local_name().as_ref() == "SignedInfo" {
            self.in_signed_info = true;
        }
        if self.in_signed_info && self.fault.is_none() {
            self.scope.exclusive(depth, tag, &mut self.rendered, &mut self.signed_info);
        } else {
            self.scope.pass(depth, tag);
        }
    }

    fn text(&mut self, raw: &str, cdata: bool) {
        if !self.inside {
            canon::text(raw, &mut self.document);
            return self.digest_if_long();
        }
        if cdata {
            return self.refuse(SignatureCode::Structure, "CDATA inside the signature");
        }
        self.value(raw);
        if self.in_signed_info && self.fault.is_none() {
            canon::text(raw, &mut self.signed_info);
        }
    }

    fn reference(&mut self, c: char) {
        if !self.inside {
            return canon::text_char(c, &mut self.document);
        }
        self.value(c.encode_utf8(&mut [0; 4]));
        if self.in_signed_info && self.fault.is_none() {
            canon::text_char(c, &mut self.signed_info);
        }
    }

    fn close(&mut self, depth: usize, name: &str) {
        if self.inside {
            self.end_of_element();
            if self.in_signed_info && self.fault.is_none() {
                canon::close(name, &mut self.signed_info);
                self.rendered.leave(depth);
            }
            if depth == SIGNED_INFO_DEPTH {
                self.in_signed_info = false;
            }
            if depth == SIGNATURE_DEPTH {
                self.inside = false;
            }
        } else {
            canon::close(name, &mut self.document);
            if depth == SMETS1_DEPTH {
                self.inner_document = false;
            }
        }
        if depth == 1 {
            self.root_closed = true;
        }
        self.scope.leave(depth);
    }

    fn instruction(&mut self, depth: usize, target: &str, content: &str) {
        if self.inside {
            return self.refuse(
                SignatureCode::Structure,
                format!("processing instruction {}", quoted(target)),
            );
        }
        let place = match depth {
            0 if self.root_closed => Place::After,
            0 => Place::Before,
            _ => Place::Inside,
        };
        canon::instruction(target, content, place, &mut self.document);
    }
}
