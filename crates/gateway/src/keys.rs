//! Certificates and keys: a folder of PEM files, and what the running service makes of it.
//!
//! `DATA/keys/NAME.cert.pem` is a certificate that is trusted, `NAME.key.pem` its private key where
//! this installation holds it. Being in the folder is all the trust there is; no chain is followed.

mod folder;
mod make;

pub(crate) use folder::secret;
pub use folder::{FOLDER, Held, Listed, remove, write};
pub use make::{Making, entropy, make, make_service, make_user};

use crate::error::{GatewayError, Result};
use northbound_duis::{
    Certificate, Keyring, PrivateKey, ROLE_DSP_XML, ROLE_USER_XML, Signer, Usage,
};
use northbound_gbcs::{
    Parsed,
    keys::{AgreementKey, PublicKey, SharedSecret},
};
use northbound_types::Eui64;
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// Role of certificates of the Access Control Broker.
pub const ROLE_ACB: u8 = 0x04;

/// What the service holds.
pub struct Keys {
    /// Certificates that are trusted.
    pub ring: Keyring,
    private: HashMap<u128, Arc<Held>>,
    /// Signs what the service sends.
    signer: Option<Arc<Signer>>,
    /// Agrees with devices on the keys of MACs.
    agreement: Option<AgreementKey>,
    /// What was agreed with each device; one agreement takes as long as a verification.
    secrets: Mutex<HashMap<Eui64, Option<SharedSecret>>>,
    /// Seed of the emulated devices' keys, which have no certificates.
    emulated: Option<u64>,
}

impl Keys {
    /// Reads the folder. `service` is the service's own EUI, `signs` the serial number of the
    /// certificate that signs; else it is the newest, the greatest serial among equals.
    ///
    /// # Errors
    /// A file that is no certificate or key, or two that contradict each other.
    pub fn load(folder: &Path, service: Eui64, signs: Option<u128>) -> Result<Keys> {
        let mut ring = Keyring::new();
        let mut private = HashMap::new();
        for held in folder::read(folder)? {
            ring.insert(held.certificate.clone())
                .map_err(|e| GatewayError::Key { path: held.path.clone(), why: e.to_string() })?;
            if held.key.is_some() {
                private.insert(held.certificate.serial, Arc::new(held));
            }
        }
        let mut keys = Keys {
            ring,
            private,
            signer: None,
            agreement: None,
            secrets: Mutex::new(HashMap::new()),
            emulated: None,
        };
        let own = |c: &Certificate| match signs {
            Some(s) => c.serial == s,
            None => {
                c.eui == service
                    && c.role == Some(ROLE_DSP_XML)
                    && c.usage == Usage::DigitalSignature
            }
        };
        keys.signer = keys.newest(own).map(|h| h.signer()).transpose()?.map(Arc::new);
        if let (Some(serial), None) = (signs, &keys.signer) {
            return Err(GatewayError::Key {
                path: folder.to_owned(),
                why: format!(
                    "there is no private key for the certificate {serial} that is to sign; import it, or change sign-with"
                ),
            });
        }
        let agreement = keys
            .newest(|c| c.eui == service && c.usage == Usage::KeyAgreement)
            .map(|h| h.agreement())
            .transpose()?;
        keys.agreement = agreement;
        Ok(keys)
    }

    /// Devices without a certificate have the keys that follow from this seed.
    #[must_use]
    pub fn with_emulated(mut self, seed: Option<u64>) -> Keys {
        self.emulated = seed;
        self
    }

    /// The service's key by which devices check Commands.
    #[must_use]
    pub fn broker(&self) -> Option<PublicKey> {
        self.agreement.as_ref().and_then(|k| k.public().ok())
    }

    fn newest(&self, is: impl Fn(&Certificate) -> bool) -> Option<Arc<Held>> {
        self.private
            .values()
            .filter(|h| is(&h.certificate))
            .max_by_key(|h| (h.certificate.not_before, h.certificate.serial))
            .cloned()
    }

    /// Who signs what the service sends.
    #[must_use]
    pub fn signer(&self) -> Option<&Arc<Signer>> {
        self.signer.as_ref()
    }

    /// Who signs requests of a User here, where this folder holds its key.
    ///
    /// # Errors
    /// A certificate that does not belong to its key.
    pub fn user_signer(&self, user: Eui64) -> Result<Option<Signer>> {
        let roles = |wanted: bool| {
            move |c: &Certificate| {
                c.eui == user
                    && c.usage == Usage::DigitalSignature
                    && (c.role == Some(ROLE_USER_XML)) == wanted
            }
        };
        self.newest(roles(true))
            .or_else(|| self.newest(roles(false)))
            .map(|h| h.signer())
            .transpose()
    }

    /// The key by which a User signs Commands, where this folder holds it.
    #[must_use]
    pub fn command_key(&self, user: Eui64) -> Option<Arc<Held>> {
        self.newest(|c| c.eui == user && signs_commands(c))
    }

    /// Is this signed Pre-Command signed by that User?
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn verify_command(
        &self,
        user: Eui64,
        read: &Parsed<'_>,
    ) -> std::result::Result<(), String> {
        let mut last = format!("no certificate of {user} for Commands is trusted");
        for c in self.ring.of_owner(user, Usage::DigitalSignature).filter(|c| signs_commands(c)) {
            match PublicKey::read(c.public_key.point()).and_then(|k| k.verify_message(read)) {
                Ok(()) => return Ok(()),
                Err(e) => last = e.to_string(),
            }
        }
        Err(last)
    }

    /// What the service and a device have in common, where both certificates are here.
    pub(crate) fn with_device(&self, device: Eui64) -> Option<SharedSecret> {
        let own = self.agreement.as_ref()?;
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        *secrets.entry(device).or_insert_with(|| {
            let theirs = match self.ring.of_owner(device, Usage::KeyAgreement).next() {
                Some(c) => PublicKey::read(c.public_key.point()).ok()?,
                None => northbound_network::protection::agreement_key(self.emulated?, device)
                    .ok()?
                    .public()
                    .ok()?,
            };
            own.agree(&theirs).ok()
        })
    }
}

fn signs_commands(c: &Certificate) -> bool {
    c.usage == Usage::DigitalSignature && !matches!(c.role, Some(ROLE_USER_XML | ROLE_DSP_XML))
}

impl Held {
    fn private(&self) -> Result<PrivateKey> {
        let pem = self
            .key
            .as_deref()
            .ok_or_else(|| self.wrong("its private key is not here".to_owned()))?;
        PrivateKey::from_pem(pem).map_err(|e| self.wrong(e.to_string()))
    }
    fn signer(&self) -> Result<Signer> {
        Signer::new(self.private()?, self.certificate.clone())
            .map_err(|e| self.wrong(e.to_string()))
    }
    fn agreement(&self) -> Result<AgreementKey> {
        AgreementKey::read_der(self.private()?.to_pkcs8()).map_err(|e| self.wrong(e.to_string()))
    }
    fn wrong(&self, why: String) -> GatewayError {
        GatewayError::Key { path: self.path.clone(), why }
    }

    /// Signs bytes as Commands are signed.
    ///
    /// # Errors
    /// A key that cannot be read.
    pub fn sign(&self, bytes: &[u8]) -> Result<[u8; 64]> {
        self.private()?.sign(bytes).map_err(|e| self.wrong(e.to_string()))
    }
}
