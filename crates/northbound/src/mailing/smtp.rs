//! The mail relay: where it is, how it is trusted, and one message handed over to it.
//!
//! A message goes out in steps (sender, recipient, data), so that the caller can note that its bytes
//! are about to go: only from then until the reply is it open whether the relay has it.

use crate::{
    context::Ctx,
    error::{CliError, Kind, Result},
};
use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{Certificate, CertificateStore, SmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt, Rset},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
        response::Response,
    },
};
use serde::Deserialize;
use std::{
    net::ToSocketAddrs,
    path::{Path, PathBuf},
    time::Duration,
};

/// Name of the settings in the data folder.
pub(super) const SETTINGS: &str = "relay.toml";
/// Longest reply that is kept, characters.
const REPLY_CHARS: usize = 300;

/// How the connection is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Guard {
    /// Plain at first, then TLS before anything is said (port 587, 25).
    Starttls,
    /// TLS from the first byte (port 465).
    Tls,
    /// None: loopback only.
    None,
}

/// The settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Relay {
    host: String,
    #[serde(default = "submission")]
    port: u16,
    #[serde(default = "starttls")]
    tls: Guard,
    authorities: Option<PathBuf>,
    user: Option<String>,
    password_env: Option<String>,
    password_file: Option<PathBuf>,
    #[serde(default = "seconds")]
    timeout_seconds: u64,
    #[serde(default = "hello")]
    hello: String,
}

fn submission() -> u16 {
    587
}
fn starttls() -> Guard {
    Guard::Starttls
}
fn seconds() -> u64 {
    60
}
fn hello() -> String {
    "localhost".to_owned()
}

/// What became of one message.
pub(super) enum Outcome {
    /// The relay took it.
    Taken(String),
    /// Not now.
    PutOff(String),
    /// Never.
    Refused(String),
    /// The connection broke while its bytes went out: nobody knows.
    Open(String),
}

fn broken(relay: &Relay, what: &str, e: &Error) -> CliError {
    // A relay that says no for good is no fault of the machine.
    let exit = if e.is_permanent() { Kind::Refused } else { Kind::Internal };
    CliError::new(
        exit,
        "mailing.relay",
        format!(
            "{what} {}: {}; nothing is lost, run it again once that is put right",
            relay.name(),
            words(e)
        ),
    )
}

/// An error with its cause.
fn words(e: &Error) -> String {
    let mut text = e.to_string();
    if let Some(cause) = std::error::Error::source(e) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text.chars().take(REPLY_CHARS).collect()
}

fn said(r: &Response) -> String {
    format!("{} {}", r.code(), r.message().collect::<Vec<_>>().join(" "))
        .chars()
        .take(REPLY_CHARS)
        .collect()
}

impl Relay {
    /// Reads the settings; paths in them are relative to their file.
    pub(super) fn read(path: Option<&Path>, ctx: &Ctx) -> Result<Relay> {
        let path = path.map_or_else(|| ctx.data.join(SETTINGS), Path::to_owned);
        let text = std::fs::read_to_string(&path).map_err(|e| if e.kind() == std::io::ErrorKind::NotFound {
            CliError::not_found(format!("there is no {}: it says which mail relay takes messages (docs/contacts.md); without one hand over the files of the outbox with any mail program", path.display()))
        } else { CliError::io("read", &path, e) })?;
        let mut r: Relay = toml::from_str(&text)
            .map_err(|e| CliError::input(format!("{}: {e}", path.display())))?;
        let base = path.parent().unwrap_or(Path::new("."));
        for p in [&mut r.authorities, &mut r.password_file].into_iter().flatten() {
            *p = base.join(&*p);
        }
        let wrong = |why: &str| CliError::input(format!("{}: {why}", path.display()));
        if r.host.trim().is_empty() {
            return Err(wrong("host is empty"));
        }
        if !(1..=3_600).contains(&r.timeout_seconds) {
            return Err(wrong("timeout-seconds: from 1 to 3600"));
        }
        if r.user.is_some() != (r.password_env.is_some() || r.password_file.is_some()) {
            return Err(wrong("user goes with one of password-env and password-file"));
        }
        if r.password_env.is_some() && r.password_file.is_some() {
            return Err(wrong("password-env or password-file, not both"));
        }
        if r.tls == Guard::None && !r.is_loopback() {
            return Err(wrong(
                "tls = \"none\" is for a relay on loopback only; write \"starttls\" or \"tls\"",
            ));
        }
        Ok(r)
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

    fn password(&self) -> Result<String> {
        if let Some(name) = &self.password_env {
            return std::env::var(name).map_err(|_| {
                CliError::refused(format!(
                    "the environment variable {name} with the relay's password is not set"
                ))
            });
        }
        let Some(path) = &self.password_file else { return Ok(String::new()) };
        Ok(std::fs::read_to_string(path)
            .map_err(|e| CliError::io("read", path, e))?
            .trim_end_matches(['\r', '\n'])
            .to_owned())
    }

    fn parameters(&self) -> Result<TlsParameters> {
        let mut b = TlsParameters::builder(self.host.clone());
        if let Some(path) = &self.authorities {
            let pem = std::fs::read(path).map_err(|e| CliError::io("read", path, e))?;
            let bad = |e: Error| CliError::input(format!("{}: {}", path.display(), words(&e)));
            b = b
                .certificate_store(CertificateStore::None)
                .add_root_certificate(Certificate::from_pem(&pem).map_err(bad)?);
        }
        b.build_rustls()
            .map_err(|e| CliError::input(format!("TLS to {}: {}", self.name(), words(&e))))
    }

    /// Connects, in TLS and known to the relay, as the settings ask. Nothing of a message is said yet.
    pub(super) fn connect(&self) -> Result<Connection> {
        let (timeout, hello) =
            (Some(Duration::from_secs(self.timeout_seconds)), ClientId::Domain(self.hello.clone()));
        let tls = if self.tls == Guard::None { None } else { Some(self.parameters()?) };
        let password = self.user.as_ref().map(|_| self.password()).transpose()?;
        let mut c = SmtpConnection::connect(
            (self.host.as_str(), self.port),
            timeout,
            &hello,
            tls.as_ref().filter(|_| self.tls == Guard::Tls),
            None,
        )
        .map_err(|e| broken(self, "cannot reach", &e))?;
        if let (Guard::Starttls, Some(tls)) = (self.tls, &tls) {
            c.starttls(tls, &hello).map_err(|e| broken(self, "no TLS with", &e))?;
        }
        if let (Some(user), Some(password)) = (&self.user, password) {
            c.auth(
                &[Mechanism::Plain, Mechanism::Login],
                &Credentials::new(user.clone(), password),
            )
            .map_err(|e| broken(self, "no access to", &e))?;
        }
        Ok(Connection(c))
    }
}

/// A connection on which messages go out, one after another.
pub(super) struct Connection(SmtpConnection);

/// A no to one command: for now, or for good.
fn no(e: &Error) -> Outcome {
    if e.is_permanent() { Outcome::Refused(words(e)) } else { Outcome::PutOff(words(e)) }
}

impl Connection {
    /// Names sender and recipient, and asks to send. `Err`: what follows from the no.
    pub(super) fn offer(
        &mut self,
        from: &str,
        to: &str,
        bytes: &[u8],
    ) -> std::result::Result<(), Outcome> {
        let address = |text: &str| {
            text.parse::<Address>().map_err(|e| Outcome::Refused(format!("{text}: {e}")))
        };
        let (from, to) = (address(from)?, address(to)?);
        let lacks = |what: &str| Outcome::Refused(format!("the relay does not take {what}"));
        let mut with = Vec::new();
        let info = self.0.server_info();
        if !bytes.is_ascii() {
            if !info.supports_feature(Extension::EightBitMime) {
                return Err(lacks("text beyond ASCII (8BITMIME)"));
            }
            with.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        if !(from.as_ref() as &str).is_ascii() || !(to.as_ref() as &str).is_ascii() {
            if !info.supports_feature(Extension::SmtpUtfEight) {
                return Err(lacks("addresses beyond ASCII (SMTPUTF8)"));
            }
            with.push(MailParameter::SmtpUtfEight);
        }
        let asked = self
            .0
            .command(Mail::new(Some(from), with))
            .and_then(|_| self.0.command(Rcpt::new(to, Vec::new())))
            .and_then(|_| self.0.command(Data));
        asked.map(|_| ()).map_err(|e| {
            let outcome = no(&e);
            // A relay that said no goes on with the next message.
            if e.status().is_some() {
                let _ = self.0.command(Rset);
            }
            outcome
        })
    }

    /// Sends the bytes, and hears what the relay makes of them.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Outcome {
        // The line that ends a message brings its own line break.
        match self.0.message(bytes.strip_suffix(b"\r\n").unwrap_or(bytes)) {
            Ok(r) => Outcome::Taken(said(&r)),
            Err(e) if e.status().is_some() => no(&e),
            Err(e) => Outcome::Open(words(&e)),
        }
    }

    /// Does it still answer?
    pub(super) fn lives(&mut self) -> bool {
        self.0.test_connected()
    }

    pub(super) fn quit(mut self) {
        let _ = self.0.quit();
    }
}
