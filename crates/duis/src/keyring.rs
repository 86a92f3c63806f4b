//! The certificates that are trusted, and how they are found.

use crate::certificate::{Certificate, CertificateError, Usage};
use crate::keys::{KeyError, PrivateKey};
use northbound_types::Eui64;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Certificates in one keyring: some tens of thousands of Users and devices.
pub const MOST_CERTIFICATES: usize = 1_000_000;

/// Why a certificate or a keystore was refused.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// Another certificate has this serial number: a message could not say which is meant.
    #[error(
        "certificate {serial}: another certificate with this serial number is already in the keyring"
    )]
    SameSerial {
        /// Serial number, decimal.
        serial: u128,
    },
    /// The keyring is full.
    #[error("keyring: it already has {MOST_CERTIFICATES} certificates, the maximum")]
    Full,
    /// Not JSON of a keystore's form.
    #[error("keystore: {0}")]
    Keystore(#[source] serde_json::Error),
    /// An entry under another serial number than its certificate's.
    #[error("keystore, {place}: the certificate has serial {serial}")]
    OtherSerial {
        /// EUI and serial as the keystore writes them.
        place: String,
        /// Serial number of the certificate, decimal.
        serial: u128,
    },
    /// An entry's certificate.
    #[error("keystore, {place}: {source}")]
    Certificate {
        /// EUI and serial as the keystore writes them.
        place: String,
        /// Why it is refused.
        source: CertificateError,
    },
    /// An entry's private key.
    #[error("keystore, {place}: {source}")]
    Key {
        /// EUI and serial as the keystore writes them.
        place: String,
        /// Why it is refused.
        source: KeyError,
    },
}

/// The certificates that are trusted. Being in it is all the trust there is: no chain is followed.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    by_serial: HashMap<u128, Arc<Certificate>>,
    by_owner: BTreeMap<(Eui64, Usage, Option<u8>), Vec<Arc<Certificate>>>,
}

impl Keyring {
    /// An empty one.
    #[must_use]
    pub fn new() -> Keyring {
        Keyring::default()
    }

    /// Trusts a certificate. The same one twice is no error.
    ///
    /// # Errors
    /// A different certificate with the same serial number, or a full keyring.
    pub fn insert(&mut self, certificate: Certificate) -> Result<Arc<Certificate>, KeyringError> {
        let serial = certificate.serial;
        if let Some(known) = self.by_serial.get(&serial) {
            return if known.der == certificate.der {
                Ok(Arc::clone(known))
            } else {
                Err(KeyringError::SameSerial { serial })
            };
        }
        if self.by_serial.len() == MOST_CERTIFICATES {
            return Err(KeyringError::Full);
        }
        let certificate = Arc::new(certificate);
        self.by_serial.insert(serial, Arc::clone(&certificate));
        let owner = (certificate.eui, certificate.usage, certificate.role);
        self.by_owner.entry(owner).or_default().push(Arc::clone(&certificate));
        Ok(certificate)
    }

    /// Trusts a certificate no longer; `false` where it was not there.
    pub fn remove(&mut self, serial: u128) -> bool {
        let Some(certificate) = self.by_serial.remove(&serial) else { return false };
        let owner = (certificate.eui, certificate.usage, certificate.role);
        if let Some(list) = self.by_owner.get_mut(&owner) {
            list.retain(|c| c.serial != serial);
            if list.is_empty() {
                self.by_owner.remove(&owner);
            }
        }
        true
    }

    /// By serial number alone, as a signature names its certificate.
    #[must_use]
    pub fn by_serial(&self, serial: u128) -> Option<&Arc<Certificate>> {
        self.by_serial.get(&serial)
    }

    /// By owner, usage and role, in the order they were put in. One EUI may have several, of two
    /// generations, say.
    #[must_use]
    pub fn find(&self, eui: Eui64, usage: Usage, role: Option<u8>) -> &[Arc<Certificate>] {
        self.by_owner.get(&(eui, usage, role)).map_or(&[], Vec::as_slice)
    }

    /// All certificates of an owner for a usage, whatever their role.
    pub fn of_owner(&self, eui: Eui64, usage: Usage) -> impl Iterator<Item = &Arc<Certificate>> {
        self.by_owner
            .range((eui, usage, None)..=(eui, usage, Some(u8::MAX)))
            .flat_map(|(_, list)| list)
    }

    /// All certificates, by owner.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Certificate>> {
        self.by_owner.values().flatten()
    }

    /// Number of certificates.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_serial.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_serial.is_empty()
    }
}

/// One entry of a keystore: a certificate, and its key where the keystore has it.
#[derive(Debug)]
pub struct KeystoreEntry {
    /// The certificate.
    pub certificate: Certificate,
    /// Its private key.
    pub key: Option<PrivateKey>,
    /// The name that the keystore gives it.
    pub name: String,
}

#[derive(Deserialize)]
struct Listed {
    certificate: String,
    #[serde(rename = "privateKey")]
    private_key: Option<String>,
    name: Option<String>,
}

/// Reads a `keystore.json` as the published test keystore has it: EUI, then `digitalSignature` or
/// `keyAgreement`, then the decimal serial, then `certificate` and `privateKey` in PEM. What an
/// entry says of its role is not used: the certificate says it.
///
/// # Errors
/// Text that is not such a keystore, and entries whose certificate or key cannot be read.
pub fn read_keystore(json: &str) -> Result<Vec<KeystoreEntry>, KeyringError> {
    type Usages = BTreeMap<String, BTreeMap<String, Listed>>;
    let owners: BTreeMap<String, Usages> =
        serde_json::from_str(json).map_err(KeyringError::Keystore)?;
    let mut entries = Vec::new();
    for (eui, usages) in owners {
        for (serial, listed) in usages.into_values().flatten() {
            let place = format!("{eui}, serial {serial}");
            let certificate = Certificate::from_pem(&listed.certificate)
                .map_err(|source| KeyringError::Certificate { place: place.clone(), source })?;
            if certificate.serial.to_string() != serial {
                let serial = certificate.serial;
                return Err(KeyringError::OtherSerial { place, serial });
            }
            let key = listed
                .private_key
                .as_deref()
                .map(PrivateKey::from_pem)
                .transpose()
                .map_err(|source| KeyringError::Key { place, source })?;
            entries.push(KeystoreEntry { certificate, key, name: listed.name.unwrap_or_default() });
        }
    }
    Ok(entries)
}
