//! DUIS XML: reads requests, acknowledgements, responses and alerts, with limits and coded refusals;
//! builds, signs and verifies them.
//!
//! [`read()`] takes the bytes of one message and returns what an account of the traffic needs, or a
//! [`Refusal`] with a stable code and its place. It streams: no tree is built, no entity is ever
//! expanded beyond the five predefined ones, and what is stored is bounded by [`Limits`].
//!
//! [`read_and_verify`] does the same and verifies the signature in the same pass, under the one
//! profile that the interface has; [`Signer`] signs under it, and [`mod@build`] writes messages.
//!
//! ```
//! use northbound_duis::build::{RequestBody, RequestOut, ServiceRef};
//! use northbound_duis::{CertificateRequest, FOREVER, Keyring, Limits, PrivateKey, Services, Signer, Usage, Verifier, VerifyRules, issue, read_and_verify};
//! use northbound_types::{CommandVariant, Eui64, Utc};
//!
//! let (issuer, key) = (PrivateKey::from_entropy(&[7; 32])?, PrivateKey::from_entropy(&[5; 32])?);
//! let certificate = issue(&CertificateRequest {
//!     serial: 5, issuer: "T1", eui: Eui64(0x90B3_D51F_3001_0000), role: Some(0x87), usage: Usage::DigitalSignature,
//!     not_before: Utc(0), not_after: FOREVER, public_key: key.public(),
//! }, &issuer)?;
//! let mut keyring = Keyring::new();
//! keyring.insert(certificate.clone())?;
//! let request = RequestOut {
//!     schema_version: "5.4", id: "90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:1", first_in_sequence: None, preceding: None, variant: CommandVariant::Send,
//!     service: ServiceRef { reference: "4.1", srv: "4.1.1" }, body: RequestBody::read("ReadInstantaneousImportRegisters", None),
//! };
//! let bytes = request.signed(&Signer::new(key, certificate)?)?;
//!
//! let services = Services::from_catalogue(include_str!("../../../rules/codes/srv_catalogue.csv"))?;
//! let verifier = Verifier { keyring: &keyring, rules: &VerifyRules::default(), now: Utc(1) };
//! let (_message, signed) = read_and_verify(&bytes, &Limits::default(), &services, &verifier)?;
//! assert_eq!(signed?.serial, 5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Not here: validity against the whole schema (a message may be well-formed, have the right
//! header and still be invalid inside its service's element).

pub mod build;
mod canon;
mod certificate;
mod envelope;
mod fields;
pub mod fuzz;
mod issue;
mod keyring;
mod keys;
mod limits;
mod message;
mod read;
mod refusal;
mod request;
mod response;
mod scan;
mod services;
mod sign;
mod signature;
mod text_of;
mod values;
mod verify;
mod x509;

pub use certificate::{Certificate, CertificateError, FOREVER, MOST_CERTIFICATE_BYTES, Usage};
pub use fields::{BodyField, DEFAULT_PAYLOAD_BYTES, body_fields, gbcs_payload, payload_bytes};
pub use issue::{CertificateRequest, issue};
pub use keyring::{Keyring, KeyringError, KeystoreEntry, MOST_CERTIFICATES, read_keystore};
pub use keys::{KeyError, MOST_KEY_BYTES, POINT_BYTES, PrivateKey, PublicKey, SIGNATURE_BYTES};
pub use sign::{SignError, Signer};
pub use signature::MOST_SIGNATURE_TEXT;
pub use text_of::text_of;
pub use verify::{
    ROLE_DSP_XML, ROLE_USER_XML, SignatureCode, SignatureRefusal, Signed, Verifier, VerifyError,
    VerifyRules, canonical, read_and_verify, verify,
};

pub use limits::{
    DEFAULT_ATTRIBUTES, DEFAULT_BODY_BYTES, DEFAULT_DEPTH, DEFAULT_DEVICES, DEFAULT_ELEMENTS,
    DEFAULT_FIELD_BYTES, DEFAULT_FIRMWARE_BYTES, DEFAULT_RESPONSE_BYTES, Limits,
};
pub use message::{
    Breach, Content, DccAlert, DeviceAlert, FutureDated, IdText, Message, Quarantine, Request,
    Response, ResponseBody, Schedule, Service, Smets1, Throttled,
};
pub use read::read;
pub use refusal::{Refusal, RefusalCode};
pub use services::{CatalogueError, ServiceEntry, Services};

/// The namespace of every DUIS element, whatever its prefix.
pub const NAMESPACE: &str = "http://www.dccinterface.co.uk/ServiceUserGateway";
/// The namespace of XML signatures.
pub const SIGNATURE_NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";
