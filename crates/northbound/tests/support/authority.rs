//! Invented authorities with certificates for this machine, trusted by nobody but the test that made them.
use crate::support::Room;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};

/// An authority, with its certificate in a file.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub file: String,
}

pub fn authority(room: &Room, name: &str, key: KeyPair) -> Authority {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationalUnitName, "07");
    params.distinguished_name.push(DnType::CommonName, name);
    let file = room.write(&format!("{name}.pem"), &params.self_signed(&key).unwrap().pem());
    Authority { issuer: Issuer::new(params, key), file }
}

impl Authority {
    pub fn invented(room: &Room, name: &str) -> Authority {
        authority(room, name, KeyPair::generate().unwrap())
    }
    /// A certificate for this machine and its key, as files.
    pub fn issue(&self, room: &Room, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])
            .unwrap()
            .signed_by(&key, &self.issuer)
            .unwrap();
        (
            room.write(&format!("{name}.pem"), &certificate.pem()),
            room.write(&format!("{name}.key"), &key.serialize_pem()),
        )
    }
}
