//! Targets for fuzzing, as plain functions: a stable build replays them over a corpus with a
//! seeded mutator, and a fuzzing engine may call them as they are.

use crate::{
    Certificate, CertificateRequest, DEFAULT_PAYLOAD_BYTES, FOREVER, Keyring, Limits, Message,
    PrivateKey, ROLE_USER_XML, Services, SignatureCode, Signer, Usage, Verifier, VerifyRules,
    body_fields, canonical, gbcs_payload, issue, read, read_and_verify,
};
use northbound_types::{CommandVariant, Eui64, Utc};
use std::sync::LazyLock;

static SERVICES: LazyLock<Services> = LazyLock::new(|| {
    Services::from_catalogue(include_str!("../../../rules/codes/srv_catalogue.csv"))
        .unwrap_or_default()
});

/// Reads whatever bytes come. It must not panic; what it reads must be within the limits and be
/// read the same again; what it refuses must have a place inside the bytes.
pub fn fuzz_read(data: &[u8]) {
    let limits = Limits::default();
    let first = read(data, &limits, &SERVICES);
    assert_eq!(first, read(data, &limits, &SERVICES), "the same bytes were read in two ways");
    match first {
        Ok(Message::Request(request)) => {
            assert_ne!(request.variant, CommandVariant::Internal);
            assert!(request.devices.len() <= limits.devices);
            assert!(SERVICES.get(&request.srv).is_some());
            assert!(request.signature_bytes.is_none_or(|(from, to)| from < to && to <= data.len()));
        }
        Ok(Message::Response(response)) => assert!(!response.code.is_empty()),
        Err(refusal) => {
            assert!(refusal.offset <= data.len());
            assert!(refusal.line >= 1 && refusal.column >= 1);
            assert!(!refusal.detail.is_empty());
        }
    }
}

/// The User of the invented corpus, and the keyring that trusts it alone.
static USER: LazyLock<Option<(Signer, Keyring)>> = LazyLock::new(|| {
    let (key, issuer) =
        (PrivateKey::from_entropy(&[5; 32]).ok()?, PrivateKey::from_entropy(&[7; 32]).ok()?);
    let request = CertificateRequest {
        serial: 5,
        issuer: "T1",
        eui: Eui64(0x90B3_D51F_3001_0000),
        role: Some(ROLE_USER_XML),
        usage: Usage::DigitalSignature,
        not_before: Utc(0),
        not_after: FOREVER,
        public_key: key.public(),
    };
    let certificate = issue(&request, &issuer).ok()?;
    let mut keyring = Keyring::new();
    keyring.insert(certificate.clone()).ok()?;
    Some((Signer::new(key, certificate).ok()?, keyring))
});

/// Signs whatever message comes, as the User of the corpus; `None` for what is no message.
#[must_use]
pub fn signed(data: &[u8]) -> Option<Vec<u8>> {
    USER.as_ref()?.0.sign(data, &Limits::default()).ok()
}

/// Reads and verifies whatever bytes come; returns whether the signature is the User's. It must not
/// panic and must judge alike twice; and a message is read in the same way with and without its signature being heard.
pub fn fuzz_verify(data: &[u8]) -> bool {
    let Some((_, keyring)) = USER.as_ref() else { return false };
    let (rules, limits) = (VerifyRules::default(), Limits::default());
    let verifier = Verifier { keyring, rules: &rules, now: Utc(0) };
    let first = read_and_verify(data, &limits, &SERVICES, &verifier);
    assert_eq!(
        first,
        read_and_verify(data, &limits, &SERVICES, &verifier),
        "the same bytes were judged in two ways"
    );
    assert_eq!(
        first.as_ref().map(|(message, _)| message),
        read(data, &limits, &SERVICES).as_ref(),
        "hearing the signature changed what was read"
    );
    let _ = gbcs_payload(data, &limits, DEFAULT_PAYLOAD_BYTES);
    let _ = body_fields(data, &limits, DEFAULT_PAYLOAD_BYTES);
    matches!(first, Ok((_, Ok(_))))
}

/// Signs whatever bytes come. What is signed must be what is sent, and must verify unless it holds
/// what the profile has not; signing it again must change nothing but the signature.
pub fn fuzz_sign(data: &[u8]) {
    let (Some((_, keyring)), Some(sent)) = (USER.as_ref(), signed(data)) else { return };
    let (rules, limits) = (VerifyRules::default(), Limits::default());
    let verifier = Verifier { keyring, rules: &rules, now: Utc(0) };
    let document = canonical(&sent, &limits).map(|(document, _)| document);
    let again = signed(&sent).map(|s| canonical(&s, &limits).map(|(document, _)| document));
    assert_eq!(again.as_ref(), Some(&document), "signing twice changed the message");
    if let (Ok(document), Some(end)) = (document, sent.windows(2).rposition(|w| w == b"</")) {
        let from = document.len() - (sent.len() - end);
        assert_eq!(&document[..from], &sent[..from], "what was digested is not what is sent");
    }
    if let Ok((_, Err(refusal))) = read_and_verify(&sent, &limits, &SERVICES, &verifier) {
        assert!(
            matches!(
                refusal.code,
                SignatureCode::WrongSigner | SignatureCode::Nested | SignatureCode::IdAttribute
            ),
            "{refusal}"
        );
    }
}

/// Reads whatever bytes come as a certificate, in DER and in PEM.
pub fn fuzz_certificate(data: &[u8]) {
    if let Ok(certificate) = Certificate::from_der(data) {
        assert_eq!(certificate.der, data);
        assert!(
            Certificate::from_pem(&certificate.to_pem())
                .is_ok_and(|c| c.serial == certificate.serial),
            "what was read is not written so that it can be read"
        );
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Certificate::from_pem(text);
    }
    let _ = PrivateKey::from_pkcs8(data);
}
