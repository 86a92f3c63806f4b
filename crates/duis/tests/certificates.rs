//! Certificates, keys and keyrings: made here, read back, and refused with what is wrong.

use crate::keys;

use keys::{NETWORK_OPERATOR, NOW, SUPPLIER, certificate, key, key_of};
use northbound_duis::{
    Certificate, CertificateError, FOREVER, KeyError, Keyring, KeyringError,
    MOST_CERTIFICATE_BYTES, MOST_KEY_BYTES, PrivateKey, PublicKey, Usage, read_keystore,
};
use northbound_types::{Eui64, Utc};

const SIGN: Usage = Usage::DigitalSignature;
const SECOND: i64 = 1_000_000;

fn utc(text: &str) -> Utc {
    text.parse().unwrap()
}

#[test]
fn what_is_issued_is_read_back() {
    let cases = [
        (
            SUPPLIER,
            u128::MAX >> 1,
            Some(0x87),
            SIGN,
            utc("2018-01-01T00:00:00Z"),
            utc("2118-01-01T00:00:00Z"),
        ),
        (
            NETWORK_OPERATOR,
            1,
            Some(0x03),
            Usage::KeyAgreement,
            utc("1950-01-01T00:00:00Z"),
            utc("2049-12-31T23:59:59Z"),
        ),
        (Eui64(u64::MAX), u128::MAX, Some(0), SIGN, utc("2050-01-01T00:00:00Z"), FOREVER),
        // A device's certificate has no role and its EUI elsewhere.
        (
            Eui64(0x00DB_1234_5678_90A0),
            0x80,
            None,
            Usage::KeyAgreement,
            utc("1999-12-31T23:59:59Z"),
            FOREVER,
        ),
    ];
    for (eui, serial, role, usage, from, to) in cases {
        let made = certificate(eui, serial, role, usage, from, to);
        assert_eq!((made.serial, made.eui, made.role, made.usage), (serial, eui, role, usage));
        assert_eq!((made.not_before, made.not_after), (from, to));
        assert_eq!(made.issuer, "CN=T1,OU=07");
        assert_eq!(&made.public_key, key_of(serial).public());
        assert_eq!(
            Certificate::from_pem(&format!("Bag Attributes\n{}", made.to_pem())).unwrap().der,
            made.der
        );
        assert!(made.valid_at(from) && made.valid_at(to) && !made.valid_at(Utc(from.0 - 1)));
    }
}

/// The bytes of a certificate with one piece replaced by another of the same length.
fn edited(from: &[u8], to: &[u8]) -> Result<Certificate, CertificateError> {
    let der = certificate(SUPPLIER, 5, Some(0x87), SIGN, Utc(0), FOREVER).der;
    let at = der.windows(from.len()).rposition(|w| w == from).expect("the piece is there");
    Certificate::from_der(&[&der[..at], to, &der[at + from.len()..]].concat())
}

#[test]
fn roles_are_hexadecimal() {
    assert_eq!(edited(b"\x0C\x0287", b"\x0C\x027F").unwrap().role, Some(0x7F));
    assert_eq!(
        edited(b"\x0C\x0287", b"\x0C\x02zz").unwrap_err(),
        CertificateError::Role { serial: 5, text: "zz".into() }
    );
}

#[test]
fn what_is_no_certificate_of_the_interface_is_refused() {
    assert!(matches!(
        edited(&[0x03, 0x02, 0x07, 0x80], &[0x03, 0x02, 0x07, 0x02]),
        Err(CertificateError::Usage { serial: 5 })
    ));
    assert!(matches!(
        edited(&[0x55, 0x04, 0x2D], &[0x55, 0x04, 0x2E]),
        Err(CertificateError::NoEui { serial: 5 })
    ));
    // P-256 of another name; a point that is not on the curve.
    assert!(matches!(
        edited(&[0x3D, 0x03, 0x01, 0x07], &[0x3D, 0x03, 0x01, 0x06]),
        Err(CertificateError::NotP256 { serial: 5 })
    ));
    let point = *certificate(SUPPLIER, 5, Some(0x87), SIGN, Utc(0), FOREVER).public_key.point();
    let mut off = point;
    off[64] ^= 1;
    assert!(matches!(edited(&point, &off), Err(CertificateError::NotP256 { serial: 5 })));
    let der = certificate(SUPPLIER, 5, Some(0x87), SIGN, Utc(0), FOREVER).der;
    for cut in 0..der.len() {
        assert!(Certificate::from_der(&der[..cut]).is_err(), "cut at {cut}");
    }
    assert!(matches!(
        Certificate::from_der(&[der.as_slice(), &[0]].concat()),
        Err(CertificateError::NotX509(_))
    ));
    assert!(matches!(
        Certificate::from_der(&vec![0x30; MOST_CERTIFICATE_BYTES]),
        Err(CertificateError::NotX509(_))
    ));
    assert_eq!(
        Certificate::from_der(&vec![0x30; MOST_CERTIFICATE_BYTES + 1]).unwrap_err(),
        CertificateError::TooLarge(MOST_CERTIFICATE_BYTES + 1)
    );
    assert_eq!(Certificate::from_pem("MIIB").unwrap_err(), CertificateError::NotPem);
}

#[test]
fn keys_are_read_written_and_refused() {
    let made = key(5);
    let again = PrivateKey::from_pem(&made.to_pem()).unwrap();
    assert_eq!(again.public(), made.public());
    assert_eq!(PrivateKey::from_pkcs8(made.to_pkcs8()).unwrap().to_pkcs8(), made.to_pkcs8());
    let signature = again.sign(b"message").unwrap();
    assert!(made.public().verifies(b"message", &signature));
    assert!(!made.public().verifies(b"messagf", &signature));
    assert!(!key(6).public().verifies(b"message", &signature));
    // Zero, and what is not below the order of the curve.
    assert_eq!(PrivateKey::from_entropy(&[0; 32]).unwrap_err(), KeyError::NotInRange);
    assert_eq!(PrivateKey::from_entropy(&[0xFF; 32]).unwrap_err(), KeyError::NotInRange);
    assert_eq!(PrivateKey::from_pem("nothing").unwrap_err(), KeyError::NotPem);
    assert_eq!(PrivateKey::from_pkcs8(&vec![0; MOST_KEY_BYTES]).unwrap_err(), KeyError::NotP256);
    assert_eq!(
        PrivateKey::from_pkcs8(&vec![0; MOST_KEY_BYTES + 1]).unwrap_err(),
        KeyError::TooLarge(MOST_KEY_BYTES + 1)
    );
    assert!(
        PublicKey::from_point(&[4; 65]).is_none()
            && PublicKey::from_point(&made.public().point()[..33]).is_none()
    );
    // Nothing secret is printed.
    let printed = format!("{made:?}");
    assert!(!printed.contains("pkcs8") && printed.len() < 60, "{printed}");
}

#[test]
fn two_parties_agree_on_one_secret() {
    let (one, other) = (key(5), key(6));
    assert_eq!(one.agree(other.public()).unwrap(), other.agree(one.public()).unwrap());
    assert_ne!(one.agree(other.public()).unwrap(), one.agree(key(7).public()).unwrap());
}

#[test]
fn a_keyring_finds_by_serial_then_by_owner() {
    let mut ring = Keyring::new();
    assert!(ring.is_empty());
    let first = certificate(SUPPLIER, 5, Some(0x87), SIGN, Utc(0), FOREVER);
    let second = certificate(SUPPLIER, 6, Some(0x87), SIGN, Utc(0), NOW);
    let agreement = certificate(SUPPLIER, 7, Some(0x02), Usage::KeyAgreement, Utc(0), FOREVER);
    for c in [&first, &second, &agreement, &first] {
        ring.insert(c.clone()).unwrap();
    }
    assert_eq!(ring.len(), 3);
    assert_eq!(ring.by_serial(6).unwrap().not_after, NOW);
    assert!(ring.by_serial(8).is_none());
    assert_eq!(
        ring.find(SUPPLIER, SIGN, Some(0x87)).iter().map(|c| c.serial).collect::<Vec<_>>(),
        [5, 6]
    );
    assert!(ring.find(SUPPLIER, SIGN, Some(0x02)).is_empty());
    assert_eq!(
        ring.of_owner(SUPPLIER, Usage::KeyAgreement).map(|c| c.serial).collect::<Vec<_>>(),
        [7]
    );
    assert_eq!(ring.iter().count(), 3);
    // The same serial number with other content would leave open which is meant.
    let clash = certificate(NETWORK_OPERATOR, 5, Some(0x87), SIGN, Utc(0), FOREVER);
    assert!(matches!(ring.insert(clash), Err(KeyringError::SameSerial { serial: 5 })));
    assert!(ring.remove(5) && !ring.remove(5));
    assert_eq!(ring.find(SUPPLIER, SIGN, Some(0x87)).len(), 1);
}

#[test]
fn a_keystore_is_read_or_refused_with_its_entry() {
    let c = certificate(SUPPLIER, 5, Some(0x87), SIGN, Utc(0), Utc(NOW.0 / SECOND * SECOND));
    let entry = |serial: &str, key: &str| {
        serde_json::json!({"90b3d51f30010000": {"digitalSignature": {serial: {"certificate": c.to_pem(), "privateKey": key, "name": "invented", "role": 135}}}}).to_string()
    };
    let read = read_keystore(&entry("5", &key(5).to_pem())).unwrap();
    assert_eq!((read.len(), read[0].certificate.serial, read[0].name.as_str()), (1, 5, "invented"));
    assert_eq!(read[0].key.as_ref().unwrap().public(), &c.public_key);
    assert!(matches!(
        read_keystore(&entry("6", &key(5).to_pem())),
        Err(KeyringError::OtherSerial { serial: 5, .. })
    ));
    assert!(
        matches!(read_keystore(&entry("5", "nothing")), Err(KeyringError::Key { place, source: KeyError::NotPem }) if place == "90b3d51f30010000, serial 5")
    );
    assert!(matches!(read_keystore("[]"), Err(KeyringError::Keystore(_))));
}
