//! The service's key for what it records: manifests of the ledger and receipts.

use crate::{KeysError, Result, folder};
use northbound_duis::{Certificate, PrivateKey, ROLE_DSP_XML, Usage};
use northbound_types::Eui64;
use std::path::Path;

/// Which certificates are the service's for signing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfService {
    /// The service's EUI-64.
    pub service: Eui64,
    /// Serial number of the certificate that signs; the newest where it is absent.
    pub signs: Option<u128>,
}

impl OfService {
    fn is(&self, c: &Certificate) -> bool {
        let own = c.eui == self.service
            && c.role == Some(ROLE_DSP_XML)
            && c.usage == Usage::DigitalSignature;
        own || self.signs == Some(c.serial)
    }
}

/// The service's certificates for signing, those of earlier keys too. No private key is read.
///
/// # Errors
/// A certificate that cannot be read.
pub fn record_certificates(folder: &Path, of: OfService) -> Result<Vec<Certificate>> {
    let mut all = folder::certificates(folder)?;
    all.retain(|(_, c)| of.is(c));
    Ok(all.into_iter().map(|(_, c)| c).collect())
}

/// The service's key for signing, with its certificate.
#[derive(Debug)]
pub struct RecordKey {
    /// The certificate.
    pub certificate: Certificate,
    key: PrivateKey,
}

impl RecordKey {
    /// The key in the folder: of the certificate that signs, else of the newest. `None` where the folder
    /// has no such key.
    ///
    /// # Errors
    /// A certificate or key that cannot be read, or that do not belong together.
    pub fn load(folder: &Path, of: OfService) -> Result<Option<RecordKey>> {
        let mut all = folder::certificates(folder)?;
        all.retain(|(_, c)| of.signs.map_or_else(|| of.is(c), |s| s == c.serial));
        all.sort_by_key(|(_, c)| (c.not_before, c.serial));
        for (stem, certificate) in all.into_iter().rev() {
            let held = folder::one(folder, &stem)?;
            if held.key.is_none() {
                continue;
            }
            let key = held.private()?;
            if key.public() != &certificate.public_key {
                return Err(KeysError::Missing {
                    path: held.path,
                    message: "its private key is not the certificate's; import the right one"
                        .to_owned(),
                });
            }
            return Ok(Some(RecordKey { certificate, key }));
        }
        Ok(None)
    }

    /// Signs bytes: r and s.
    ///
    /// # Errors
    /// Where the cryptographic library refuses.
    pub fn sign(&self, bytes: &[u8]) -> Result<[u8; 64]> {
        self.key.sign(bytes).map_err(KeysError::unusable(Path::new("the service's key")))
    }
}
