//! The settings of the mail relay.

use crate::{AppError, Context, Result};
use serde::Deserialize;
use std::{
    net::ToSocketAddrs,
    path::{Path, PathBuf},
};

/// Name of the settings in the data folder.
const FILE_NAME: &str = "relay.toml";

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Protection {
    /// Plain at first, then TLS before any command (ports 587 and 25).
    Starttls,
    /// TLS from the first byte (port 465).
    Tls,
    /// None: loopback only.
    None,
}

/// The relay and how to reach it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Relay {
    pub(super) host: String,
    #[serde(default = "submission_port")]
    pub(super) port: u16,
    #[serde(default = "starttls")]
    pub(super) tls: Protection,
    /// Certificates in PEM that are trusted in place of the system's.
    pub(super) authorities: Option<PathBuf>,
    pub(super) user: Option<String>,
    password_env: Option<String>,
    password_file: Option<PathBuf>,
    #[serde(default = "timeout_seconds")]
    pub(super) timeout_seconds: u64,
    /// Domain given in EHLO.
    #[serde(default = "hello")]
    pub(super) hello: String,
}

fn submission_port() -> u16 {
    587
}
fn starttls() -> Protection {
    Protection::Starttls
}
fn timeout_seconds() -> u64 {
    60
}
fn hello() -> String {
    "localhost".to_owned()
}

impl Relay {
    /// Reads and checks the settings; paths in them are relative to their file.
    pub(super) fn read(ctx: &Context, path: Option<&Path>) -> Result<Relay> {
        let path = path.map_or_else(|| ctx.data.join(FILE_NAME), Path::to_owned);
        let text = std::fs::read_to_string(&path).map_err(|e| if e.kind() == std::io::ErrorKind::NotFound {
            AppError::not_found(format!("{} does not exist: it names the mail relay (docs/contacts.md); without a relay, send the files in the outbox with any mail program", path.display()))
        } else { AppError::io("read", &path, e) })?;
        let mut relay: Relay = toml::from_str(&text)
            .map_err(|e| AppError::input(format!("{}: {e}", path.display())))?;
        let base = path.parent().unwrap_or(Path::new("."));
        for p in [&mut relay.authorities, &mut relay.password_file].into_iter().flatten() {
            *p = base.join(&*p);
        }
        match relay.problem() {
            Some(problem) => Err(AppError::input(format!("{}: {problem}", path.display()))),
            None => Ok(relay),
        }
    }

    fn problem(&self) -> Option<&'static str> {
        if self.host.trim().is_empty() {
            return Some("host is empty");
        }
        if !(1..=3_600).contains(&self.timeout_seconds) {
            return Some("timeout-seconds: must be from 1 to 3600");
        }
        if self.user.is_some() != (self.password_env.is_some() || self.password_file.is_some()) {
            return Some("user needs password-env or password-file");
        }
        if self.password_env.is_some() && self.password_file.is_some() {
            return Some("give password-env or password-file, not both");
        }
        if self.tls == Protection::None && !self.is_loopback() {
            return Some(
                "tls = \"none\" is allowed only for a relay on loopback; write \"starttls\" or \"tls\"",
            );
        }
        None
    }

    /// Host and port.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn is_loopback(&self) -> bool {
        (self.host.as_str(), self.port)
            .to_socket_addrs()
            .is_ok_and(|mut a| a.len() > 0 && a.all(|a| a.ip().is_loopback()))
    }

    pub(super) fn password(&self, environment: &dyn Fn(&str) -> Option<String>) -> Result<String> {
        if let Some(name) = &self.password_env {
            return environment(name).ok_or_else(|| {
                AppError::refused(format!(
                    "the environment variable {name} with the relay's password is not set"
                ))
            });
        }
        let Some(path) = &self.password_file else { return Ok(String::new()) };
        let text = std::fs::read_to_string(path).map_err(|e| AppError::io("read", path, e))?;
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }
}
