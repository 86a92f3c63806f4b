//! Signing and verifying under the interface's one profile, with certificates made here.

mod samples;

use northbound_duis::build::{RequestBody, RequestOut, ServiceRef};
use northbound_duis::{
    CertificateRequest, FOREVER, Keyring, Limits, Message, PrivateKey, ROLE_USER_XML, SignatureCode, Signer, Usage, Verifier, VerifyError, VerifyRules, issue,
    read_and_verify, verify,
};
use northbound_types::{Eui64, Utc};

const SUPPLIER: Eui64 = Eui64(0x90B3_D51F_3001_0000);
const NETWORK_OPERATOR: Eui64 = Eui64(0x90B3_D51F_3002_0000);
const NOW: Utc = Utc(1_775_044_800_000_000);

fn signer(eui: Eui64, serial: u128, role: u8) -> Signer {
    let issuer = PrivateKey::from_entropy(&[7; 32]).unwrap();
    let key = PrivateKey::from_entropy(&[serial as u8; 32]).unwrap();
    let request = CertificateRequest {
        serial, issuer: "T1", eui, role: Some(role), usage: Usage::DigitalSignature, not_before: Utc(0), not_after: FOREVER, public_key: key.public(),
    };
    let certificate = issue(&request, &issuer).unwrap();
    Signer::new(key, certificate).unwrap()
}

fn keyring(signers: &[&Signer]) -> Keyring {
    let mut ring = Keyring::new();
    for s in signers { ring.insert(s.certificate().clone()).unwrap(); }
    ring
}

fn request(body: RequestBody<'_>) -> RequestOut<'_> {
    RequestOut {
        schema_version: "5.4", id: "90-b3-d5-1f-30-01-00-00:00-db-12-34-56-78-90-a0:1775044800000", first_in_sequence: None, preceding: None, variant: 1,
        service: ServiceRef { reference: "4.1", srv: "4.1.1" }, body,
    }
}

#[test]
fn what_is_signed_verifies() {
    let user = signer(SUPPLIER, 5, ROLE_USER_XML);
    let other = signer(NETWORK_OPERATOR, 6, ROLE_USER_XML);
    let ring = keyring(&[&user, &other]);
    let rules = VerifyRules::default();
    let verifier = Verifier { keyring: &ring, rules: &rules, now: NOW };
    let bytes = request(RequestBody::read("ReadInstantaneousImportRegisters", None)).signed(&user).unwrap();
    let (message, signed) = read_and_verify(&bytes, &Limits::default(), &samples::services(), &verifier).unwrap();
    assert!(matches!(message, Message::Request(_)));
    assert_eq!(signed.unwrap().signer, SUPPLIER);
    assert_eq!(verify(&bytes, &Limits::default(), &verifier, SUPPLIER).unwrap().serial, 5);
    // Somebody else's good signature is not the originator's.
    let forged = other.sign(&bytes, &Limits::default()).unwrap();
    let (_, signed) = read_and_verify(&forged, &Limits::default(), &samples::services(), &verifier).unwrap();
    assert_eq!(signed.unwrap_err().code, SignatureCode::WrongSigner);
    assert!(matches!(verify(&forged, &Limits::default(), &verifier, SUPPLIER), Err(VerifyError::Signature(e)) if e.code == SignatureCode::WrongSigner));
}
