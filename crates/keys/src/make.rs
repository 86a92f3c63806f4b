//! New keys with certificates of an invented issuer: for tests and demonstrations, trusted by nobody
//! but this installation.

use crate::{Held, ROLE_ACB, folder};
use crate::{KeysError, Result};
use northbound_duis::{
    CertificateRequest, FOREVER, KeyError, PrivateKey, ROLE_DSP_XML, ROLE_USER_XML, Usage, issue,
};
use northbound_types::{Eui64, Utc};
use std::{fs, path::Path};

/// Common name of the issuer: what it is.
const ISSUER: &str = "INVENTED";
/// Key of the issuer.
const ISSUER_KEY: &str = "issuer.pem";
/// Draws that may fail in a row; one in 2^32 does.
const DRAWS: usize = 8;

/// A key to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Making {
    /// EUI-64 of the holder.
    pub eui: Eui64,
    /// Role of the certificate; none for a device.
    pub role: Option<u8>,
    /// For what.
    pub usage: Usage,
}

/// Random bytes of the machine.
///
/// # Errors
/// Where the machine has none.
pub fn entropy(into: &mut [u8]) -> Result<()> {
    aws_lc_rs::rand::fill(into).map_err(|source| KeysError::Random { source })
}

/// Draws random bytes.
type Draw<'d> = &'d mut dyn FnMut(&mut [u8]) -> Result<()>;

/// Makes a key and its certificate, valid from now on without an end, and puts both into the folder.
///
/// # Errors
/// A folder that cannot be written.
pub fn make(folder: &Path, what: Making, now: Utc, draw: Draw<'_>) -> Result<Held> {
    let issuer = issuer(folder, draw)?;
    let key = key(folder, draw)?;
    let mut serial = [0; 16];
    draw(&mut serial)?;
    serial[0] &= 0x7F;
    let request = CertificateRequest {
        serial: u128::from_be_bytes(serial),
        issuer: ISSUER,
        eui: what.eui,
        role: what.role,
        usage: what.usage,
        not_before: now,
        not_after: FOREVER,
        public_key: key.public(),
    };
    let certificate = issue(&request, &issuer).map_err(KeysError::unusable(folder))?;
    folder::write(folder, &certificate, Some(&key.to_pem()))
}

/// What the service needs: to sign messages, and to agree with devices.
///
/// # Errors
/// As [`make`].
pub fn make_service(folder: &Path, service: Eui64, now: Utc, draw: Draw<'_>) -> Result<Vec<Held>> {
    [
        (ROLE_DSP_XML, Usage::DigitalSignature),
        (ROLE_ACB, Usage::DigitalSignature),
        (ROLE_ACB, Usage::KeyAgreement),
    ]
    .into_iter()
    .map(|(role, usage)| make(folder, Making { eui: service, role: Some(role), usage }, now, draw))
    .collect()
}

/// Keys that [`make_service`] makes.
pub const OF_SERVICE: usize = 3;
/// Keys that [`make_user`] makes.
pub const OF_USER: usize = 3;

/// What a User needs: to sign messages, to sign Commands (in the role of its certificates), and to
/// agree with devices.
///
/// # Errors
/// As [`make`].
pub fn make_user(
    folder: &Path,
    user: Eui64,
    role: u8,
    now: Utc,
    draw: Draw<'_>,
) -> Result<Vec<Held>> {
    [
        (ROLE_USER_XML, Usage::DigitalSignature),
        (role, Usage::DigitalSignature),
        (role, Usage::KeyAgreement),
    ]
    .into_iter()
    .map(|(role, usage)| make(folder, Making { eui: user, role: Some(role), usage }, now, draw))
    .collect()
}

fn key(folder: &Path, draw: Draw<'_>) -> Result<PrivateKey> {
    let mut last = KeyError::NotInRange;
    for _ in 0..DRAWS {
        let mut bytes = [0; 32];
        draw(&mut bytes)?;
        match PrivateKey::from_entropy(&bytes) {
            Ok(k) => return Ok(k),
            Err(e) => last = e,
        }
    }
    Err(KeysError::unusable(folder)(last))
}

/// The installation's own issuer, made at the first use.
fn issuer(folder: &Path, draw: Draw<'_>) -> Result<PrivateKey> {
    let path = folder.join(ISSUER_KEY);
    match fs::read_to_string(&path) {
        Ok(pem) => PrivateKey::from_pem(&pem).map_err(KeysError::unusable(&path)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            fs::create_dir_all(folder).map_err(KeysError::io("make", folder))?;
            let made = key(folder, draw)?;
            folder::write_secret(&path, &made.to_pem())?;
            Ok(made)
        }
        Err(e) => Err(KeysError::io("read", &path)(e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Keys;

    #[test]
    fn what_is_made_is_found_again_and_belongs_together() {
        let dir = tempfile::tempdir().unwrap();
        let (service, user) = (Eui64(0x90B3_D51F_3000_0002), Eui64(0x90B3_D51F_3001_0001));
        let mut seed = 0u8;
        let mut draw = |b: &mut [u8]| {
            seed += 1;
            b.fill(seed);
            Ok(())
        };
        make_service(dir.path(), service, Utc(0), &mut draw).unwrap();
        make_user(dir.path(), user, 2, Utc(0), &mut draw).unwrap();
        let keys = Keys::load(dir.path(), service, None).unwrap();
        assert_eq!(keys.ring.len(), 6);
        assert_eq!(keys.signer().unwrap().certificate().role, Some(ROLE_DSP_XML));
        assert_eq!(
            keys.user_signer(user).unwrap().unwrap().certificate().role,
            Some(ROLE_USER_XML)
        );
        assert!(keys.user_signer(Eui64(1)).unwrap().is_none() && keys.command_key(user).is_some());
        let listed: Vec<_> = Keys::list(dir.path()).unwrap().iter().map(Held::listed).collect();
        assert!(listed.len() == 6 && listed.iter().all(|l| l.private_key && l.not_after.is_none()));
        #[cfg(unix)]
        for entry in fs::read_dir(dir.path()).unwrap() {
            let path = entry.unwrap().path();
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &fs::metadata(&path).unwrap().permissions(),
            ) & 0o077;
            assert!(
                mode == 0 || path.to_string_lossy().ends_with(".cert.pem"),
                "{} can be read by others",
                path.display()
            );
        }
        let serial = listed[0].serial.parse().unwrap();
        assert!(
            folder::remove(dir.path(), serial).unwrap()
                && !folder::remove(dir.path(), serial).unwrap()
        );
        assert!(Keys::load(dir.path(), service, Some(7)).is_err(), "a signer that is not there");
    }
}
