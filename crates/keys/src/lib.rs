//! Certificates and keys in a folder of PEM files, shared by the service and the User's client.
//!
//! `DATA/keys/NAME.cert.pem` is a trusted certificate, `NAME.key.pem` its private key where this installation
//! holds it. A certificate is trusted because it is in the folder; no chain is followed.

mod error;
mod folder;
mod make;
mod record;

pub use error::{CommandSignatureError, KeysError, Result};
pub use folder::{CERTIFICATE, FOLDER, Held, Listed, remove, write, write_secret};
pub use make::{Making, OF_SERVICE, OF_USER, entropy, make, make_service, make_user};
pub use record::{OfService, RecordKey, record_certificates};

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
    /// Public keys of devices without a certificate.
    device_keys: Option<DeviceKeys>,
}

/// Finds the public agreement key of a device that has no certificate, such as an emulated one.
pub type DeviceKeys = Box<dyn Fn(Eui64) -> Option<PublicKey> + Send + Sync>;

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
            ring.insert(held.certificate.clone()).map_err(KeysError::unusable(&held.path))?;
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
            device_keys: None,
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
            return Err(KeysError::Missing {
                path: folder.to_owned(),
                message: format!(
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

    /// Sets where the keys of devices without a certificate are found.
    #[must_use]
    pub fn with_device_keys(mut self, keys: Option<DeviceKeys>) -> Keys {
        self.device_keys = keys;
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

    /// Signs requests of a User, like [`Keys::user_signer`]; a missing key is an error that says what to do.
    ///
    /// # Errors
    /// The folder does not hold the User's key.
    pub fn user(&self, user: Eui64, folder: &Path) -> Result<Signer> {
        self.user_signer(user)?.ok_or_else(|| KeysError::Missing {
            path: folder.to_owned(),
            message: format!(
                "no private key of {user}: make one with `northbound key make --user {user}`, or import it"
            ),
        })
    }

    /// The key by which a User signs Commands, where this folder holds it.
    #[must_use]
    pub fn command_key(&self, user: Eui64) -> Option<Arc<Held>> {
        self.newest(|c| c.eui == user && signs_commands(c))
    }

    /// Verifies the signature of a signed Pre-Command with the User's certificates for Commands.
    ///
    /// # Errors
    /// There is no such certificate, or none of them verifies the signature.
    pub fn verify_command(
        &self,
        user: Eui64,
        read: &Parsed<'_>,
    ) -> std::result::Result<(), CommandSignatureError> {
        let mut last = CommandSignatureError::NoCertificate(user);
        for c in self.ring.of_owner(user, Usage::DigitalSignature).filter(|c| signs_commands(c)) {
            match PublicKey::read(c.public_key.point()).and_then(|k| k.verify_message(read)) {
                Ok(()) => return Ok(()),
                Err(e) => last = e.into(),
            }
        }
        Err(last)
    }

    /// The secret that the service shares with a device, where the keys of both are known.
    pub fn shared_secret(&self, device: Eui64) -> Option<SharedSecret> {
        let own = self.agreement.as_ref()?;
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        *secrets.entry(device).or_insert_with(|| {
            let theirs = match self.ring.of_owner(device, Usage::KeyAgreement).next() {
                Some(c) => PublicKey::read(c.public_key.point()).ok()?,
                None => self.device_keys.as_ref()?(device)?,
            };
            own.agree(&theirs).ok()
        })
    }
}

fn signs_commands(c: &Certificate) -> bool {
    c.usage == Usage::DigitalSignature && !matches!(c.role, Some(ROLE_USER_XML | ROLE_DSP_XML))
}

impl Held {
    pub(crate) fn private(&self) -> Result<PrivateKey> {
        let pem = self.key.as_deref().ok_or_else(|| KeysError::Missing {
            path: self.path.clone(),
            message: "its private key is not here".to_owned(),
        })?;
        PrivateKey::from_pem(pem).map_err(KeysError::unusable(&self.path))
    }
    fn signer(&self) -> Result<Signer> {
        Signer::new(self.private()?, self.certificate.clone())
            .map_err(KeysError::unusable(&self.path))
    }
    fn agreement(&self) -> Result<AgreementKey> {
        AgreementKey::read_der(self.private()?.to_pkcs8()).map_err(KeysError::unusable(&self.path))
    }

    /// Signs bytes as Commands are signed.
    ///
    /// # Errors
    /// The key is not here or cannot be read.
    pub fn sign(&self, bytes: &[u8]) -> Result<[u8; 64]> {
        self.private()?.sign(bytes).map_err(KeysError::unusable(&self.path))
    }
}
