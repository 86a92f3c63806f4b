//! Signatures of what the data folder records, with the service's key in `keys/`.

use crate::{
    context::Context,
    error::{AppError, Result},
    live::policy,
    service::settings,
};
use northbound_duis::Certificate;
use northbound_keys::{FOLDER, OfService, RecordKey, record_certificates};
use northbound_ledger::seal::{SIGNATURE_BYTES, SealError, Seals, Verdict};
use std::sync::OnceLock;

/// The keys and certificates of a data folder. They are read when they are first needed.
#[derive(Debug)]
pub(crate) struct FolderSeals {
    ctx: Context,
    key: OnceLock<RecordKey>,
    certificates: OnceLock<Vec<Certificate>>,
}

impl FolderSeals {
    pub(crate) fn of(ctx: &Context) -> FolderSeals {
        FolderSeals { ctx: ctx.clone(), key: OnceLock::new(), certificates: OnceLock::new() }
    }

    fn owner(&self) -> Result<OfService> {
        let signs = settings(&self.ctx, None)?.serial().map_err(AppError::usage)?;
        Ok(OfService { service: policy(&self.ctx)?.service, signs })
    }

    /// The key that signs now. A key that is made later is found by the next call.
    pub(crate) fn key(&self) -> Result<Option<&RecordKey>> {
        let folder = self.ctx.data.join(FOLDER);
        if self.key.get().is_none()
            && folder.exists()
            && let Some(key) = RecordKey::load(&folder, self.owner()?)?
        {
            let _ = self.key.set(key);
        }
        Ok(self.key.get())
    }

    fn certificates(&self) -> Result<&[Certificate]> {
        if self.certificates.get().is_none() {
            let all = record_certificates(&self.ctx.data.join(FOLDER), self.owner()?)?;
            let _ = self.certificates.set(all);
        }
        Ok(self.certificates.get().map_or(&[], Vec::as_slice))
    }
}

impl Seals for FolderSeals {
    fn signer(&self) -> std::result::Result<Option<String>, SealError> {
        Ok(self.key()?.map(|k| k.certificate.serial.to_string()))
    }

    fn sign(&self, message: &[u8]) -> std::result::Result<[u8; SIGNATURE_BYTES], SealError> {
        let key = self.key()?.ok_or("the service's key is gone")?;
        Ok(key.sign(message)?)
    }

    fn verify(
        &self,
        serial: &str,
        message: &[u8],
        signature: &[u8; SIGNATURE_BYTES],
    ) -> std::result::Result<Verdict, SealError> {
        let found = self.certificates()?.iter().find(|c| c.serial.to_string() == serial);
        Ok(match found {
            None => Verdict::Unknown,
            Some(c) if c.public_key.verifies(message, signature) => Verdict::Valid,
            Some(_) => Verdict::Invalid,
        })
    }
}
