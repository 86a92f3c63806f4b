//! Keys and certificates for tests, made here from fixed bytes.
use northbound_duis::{
    Certificate, CertificateRequest, FOREVER, Keyring, PrivateKey, Signer, Usage, issue,
};
use northbound_types::{Eui64, Utc};

pub const SUPPLIER: Eui64 = Eui64(0x90B3_D51F_3001_0000);
pub const NETWORK_OPERATOR: Eui64 = Eui64(0x90B3_D51F_3002_0000);
pub const DSP: Eui64 = Eui64(0x90B3_D51F_3000_0002);
/// 2026-04-01T12:00:00Z.
pub const NOW: Utc = Utc(1_775_044_800_000_000);

/// The key that is made of this byte 32 times.
pub fn key(byte: u8) -> PrivateKey {
    PrivateKey::from_entropy(&[byte; 32]).unwrap()
}

/// The key of a certificate that is made here: its serial number's last byte decides.
pub fn key_of(serial: u128) -> PrivateKey {
    key((serial as u8).clamp(1, 0xFE))
}

pub fn certificate(
    eui: Eui64,
    serial: u128,
    role: Option<u8>,
    usage: Usage,
    from: Utc,
    to: Utc,
) -> Certificate {
    let key = key_of(serial);
    issue(
        &CertificateRequest {
            serial,
            issuer: "T1",
            eui,
            role,
            usage,
            not_before: from,
            not_after: to,
            public_key: key.public(),
        },
        &self::key(0x77),
    )
    .unwrap()
}

/// A signer with the key of the serial's last byte.
pub fn signer(eui: Eui64, serial: u128, role: u8) -> Signer {
    Signer::new(
        key_of(serial),
        certificate(eui, serial, Some(role), Usage::DigitalSignature, Utc(0), FOREVER),
    )
    .unwrap()
}

pub fn keyring<'a>(certificates: impl IntoIterator<Item = &'a Certificate>) -> Keyring {
    let mut ring = Keyring::new();
    for c in certificates {
        ring.insert(c.clone()).unwrap();
    }
    ring
}
