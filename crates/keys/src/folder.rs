//! The folder of certificates and keys.

use crate::{KeysError, Result};
use northbound_duis::Certificate;
use northbound_types::{Eui64, Utc};
use serde::Serialize;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// Name of the folder in the data folder.
pub const FOLDER: &str = "keys";
/// Ending of the names of certificates.
pub const CERTIFICATE: &str = ".cert.pem";
const KEY: &str = ".key.pem";

/// A certificate with its key, where that is here too.
#[derive(Clone)]
pub struct Held {
    /// The certificate's file.
    pub path: PathBuf,
    /// The certificate.
    pub certificate: Certificate,
    /// The key in PEM. Secret.
    pub(crate) key: Option<String>,
}

/// What a list says of a certificate. No key is ever printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Serial number in decimal, as messages name it.
    pub serial: String,
    /// EUI-64 of the holder.
    pub eui: Eui64,
    /// Role in hexadecimal; null for devices.
    pub role: Option<String>,
    /// `digital-signature` or `key-agreement`.
    pub usage: &'static str,
    /// First instant.
    pub not_before: Utc,
    /// Last instant; null without an end.
    pub not_after: Option<Utc>,
    /// Is the private key here?
    pub private_key: bool,
    /// File name.
    pub file: String,
}

impl Held {
    /// What a list says of it.
    #[must_use]
    pub fn listed(&self) -> Listed {
        let c = &self.certificate;
        Listed {
            serial: c.serial.to_string(),
            eui: c.eui,
            role: c.role.map(|r| format!("{r:02X}")),
            usage: c.usage.as_str(),
            not_before: c.not_before,
            not_after: (c.not_after != northbound_duis::FOREVER).then_some(c.not_after),
            private_key: self.key.is_some(),
            file: self
                .path
                .file_name()
                .map(|n| n.to_string_lossy().into_owned())
                .unwrap_or_default(),
        }
    }
}

/// Everything in the folder, by file name; nothing where there is no folder.
pub(crate) fn read(folder: &Path) -> Result<Vec<Held>> {
    stems(folder)?.iter().map(|stem| one(folder, stem)).collect()
}

/// Every certificate in the folder, with its file name without ending. No private key is read.
pub(crate) fn certificates(folder: &Path) -> Result<Vec<(String, Certificate)>> {
    let all = stems(folder)?.into_iter().map(|stem| {
        let (_, certificate) = certificate(folder, &stem)?;
        Ok((stem, certificate))
    });
    all.collect()
}

/// File names of certificates, without their ending, sorted.
fn stems(folder: &Path) -> Result<Vec<String>> {
    let listed = match fs::read_dir(folder) {
        Ok(l) => l,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(KeysError::io("list", folder)(e)),
    };
    let mut stems: Vec<String> = Vec::new();
    for entry in listed {
        let name = entry.map_err(KeysError::io("list", folder))?.file_name();
        stems.extend(name.to_string_lossy().strip_suffix(CERTIFICATE).map(str::to_owned));
    }
    stems.sort_unstable();
    Ok(stems)
}

fn certificate(folder: &Path, stem: &str) -> Result<(PathBuf, Certificate)> {
    let path = folder.join(format!("{stem}{CERTIFICATE}"));
    let text = fs::read_to_string(&path).map_err(KeysError::io("read", &path))?;
    let certificate = Certificate::from_pem(&text).map_err(KeysError::unusable(&path))?;
    Ok((path, certificate))
}

pub(crate) fn one(folder: &Path, stem: &str) -> Result<Held> {
    let (path, certificate) = certificate(folder, stem)?;
    let key_path = folder.join(format!("{stem}{KEY}"));
    let key = match fs::read_to_string(&key_path) {
        Ok(k) => Some(k),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => return Err(KeysError::io("read", &key_path)(e)),
    };
    Ok(Held { path, certificate, key })
}

impl super::Keys {
    /// Everything in the folder, with what may be printed of it.
    ///
    /// # Errors
    /// As [`super::Keys::load`].
    pub fn list(folder: &Path) -> Result<Vec<Held>> {
        read(folder)
    }
}

/// Puts a certificate into the folder, with its key where given. The same one twice is no error.
///
/// # Errors
/// A file that cannot be written.
pub fn write(folder: &Path, certificate: &Certificate, key: Option<&str>) -> Result<Held> {
    fs::create_dir_all(folder).map_err(KeysError::io("make", folder))?;
    let role = certificate.role.map_or_else(|| "device".to_owned(), |r| format!("{r:02X}"));
    let stem = format!("{}_{role}_{}_{}", certificate.eui, certificate.usage, certificate.serial);
    if let Some(key) = key {
        write_secret(&folder.join(format!("{stem}{KEY}")), key)?;
    }
    let path = folder.join(format!("{stem}{CERTIFICATE}"));
    write_whole(&path, &certificate.to_pem(), false)?;
    one(folder, &stem)
}

/// Takes a certificate out of the folder; its key goes too. `false` where it was not there.
///
/// # Errors
/// A file that cannot be removed.
pub fn remove(folder: &Path, serial: u128) -> Result<bool> {
    let Some(held) = read(folder)?.into_iter().find(|h| h.certificate.serial == serial) else {
        return Ok(false);
    };
    if let Some(stem) =
        held.path.file_name().and_then(|n| n.to_str()).and_then(|n| n.strip_suffix(CERTIFICATE))
        && held.key.is_some()
    {
        let key = folder.join(format!("{stem}{KEY}"));
        fs::remove_file(&key).map_err(KeysError::io("remove", &key))?;
    }
    fs::remove_file(&held.path).map_err(KeysError::io("remove", &held.path))?;
    Ok(true)
}

/// Writes a file with mode 0600, so that only its owner can read it.
///
/// # Errors
/// The file cannot be written.
pub fn write_secret(path: &Path, text: &str) -> Result<()> {
    write_whole(path, text, true)
}

/// Writes a file beside its place and renames it: a process that is killed leaves no half certificate,
/// which would keep all others from being read.
fn write_whole(path: &Path, text: &str, secret: bool) -> Result<()> {
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    // Of a killed process that had the same number.
    let _ = fs::remove_file(&part);
    let written = options.open(&part).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written.map_err(KeysError::io("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_no_certificate_and_does_not_hinder() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.cert.pem");
        let part = dir.path().join(format!("a.cert.{}.part", std::process::id()));
        fs::write(&part, "-----BEGIN").unwrap();
        assert!(read(dir.path()).unwrap().is_empty());
        write_whole(&path, "whole", false).unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), part.exists()), ("whole", false));
        // Where it cannot be put in place, nothing is left either.
        let taken = dir.path().join("taken");
        fs::create_dir(&taken).unwrap();
        assert!(write_whole(&taken, "whole", true).is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }
}
