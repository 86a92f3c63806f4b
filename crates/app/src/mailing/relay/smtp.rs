//! One connection to the relay.
//!
//! A message is handed over in steps (sender, recipient, data), so that the caller can record that its
//! bytes are about to be sent: only from then until the reply is it unknown whether the relay has it.

use super::settings::{Protection, Relay};
use crate::error::{AppError, Kind, Result};
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
use std::time::Duration;

/// Longest reply that is recorded, characters.
const REPLY_CHARS: usize = 300;

/// What the relay made of one message.
pub(super) enum Reply {
    /// It accepted the message.
    Accepted(String),
    /// It asks to try again later.
    Deferred(String),
    /// It refused the message for good.
    Refused(String),
    /// The connection broke while the bytes were sent: whether the relay has it is unknown.
    Unknown(String),
}

/// A failure before the first message; a permanent refusal is no fault of the machine.
fn failed(relay: &Relay, what: &str, e: &Error) -> AppError {
    let kind = if e.is_permanent() { Kind::Refused } else { Kind::Internal };
    AppError::new(
        kind,
        "mailing.relay",
        format!(
            "{what} {}: {}; nothing is lost, run it again once that is corrected",
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

fn reply_text(r: &Response) -> String {
    format!("{} {}", r.code(), r.message().collect::<Vec<_>>().join(" "))
        .chars()
        .take(REPLY_CHARS)
        .collect()
}

impl Relay {
    fn parameters(&self) -> Result<TlsParameters> {
        let mut b = TlsParameters::builder(self.host.clone());
        if let Some(path) = &self.authorities {
            let pem = std::fs::read(path).map_err(|e| AppError::io("read", path, e))?;
            let bad = |e: Error| AppError::input(format!("{}: {}", path.display(), words(&e)));
            b = b
                .certificate_store(CertificateStore::None)
                .add_root_certificate(Certificate::from_pem(&pem).map_err(bad)?);
        }
        b.build_rustls()
            .map_err(|e| AppError::input(format!("TLS to {}: {}", self.name(), words(&e))))
    }

    /// Connects with the protection and the login of the settings.
    pub(super) fn connect(
        &self,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Connection> {
        let (timeout, hello) =
            (Some(Duration::from_secs(self.timeout_seconds)), ClientId::Domain(self.hello.clone()));
        let tls = if self.tls == Protection::None { None } else { Some(self.parameters()?) };
        let password = self.user.as_ref().map(|_| self.password(environment)).transpose()?;
        let mut c = SmtpConnection::connect(
            (self.host.as_str(), self.port),
            timeout,
            &hello,
            tls.as_ref().filter(|_| self.tls == Protection::Tls),
            None,
        )
        .map_err(|e| failed(self, "cannot reach", &e))?;
        if let (Protection::Starttls, Some(tls)) = (self.tls, &tls) {
            c.starttls(tls, &hello).map_err(|e| failed(self, "no TLS with", &e))?;
        }
        if let (Some(user), Some(password)) = (&self.user, password) {
            c.auth(
                &[Mechanism::Plain, Mechanism::Login],
                &Credentials::new(user.clone(), password),
            )
            .map_err(|e| failed(self, "login refused by", &e))?;
        }
        Ok(Connection(c))
    }
}

/// A connection over which messages are sent one after another.
pub(super) struct Connection(SmtpConnection);

/// The refusal of one command.
fn refusal(e: &Error) -> Reply {
    if e.is_permanent() { Reply::Refused(words(e)) } else { Reply::Deferred(words(e)) }
}

impl Connection {
    /// Gives sender and recipient, and asks to send the data; `Err` with the reply where the relay
    /// does not accept them.
    pub(super) fn offer(
        &mut self,
        from: &str,
        to: &str,
        bytes: &[u8],
    ) -> std::result::Result<(), Reply> {
        let address = |text: &str| {
            text.parse::<Address>().map_err(|e| Reply::Refused(format!("{text}: {e}")))
        };
        let (from, to) = (address(from)?, address(to)?);
        let lacks = |what: &str| Reply::Refused(format!("the relay does not accept {what}"));
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
            let reply = refusal(&e);
            // After a refusal the relay goes on with the next message.
            if e.status().is_some() {
                let _ = self.0.command(Rset);
            }
            reply
        })
    }

    /// Sends the bytes of a message.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Reply {
        // lettre ends the message with a line break of its own.
        match self.0.message(bytes.strip_suffix(b"\r\n").unwrap_or(bytes)) {
            Ok(r) => Reply::Accepted(reply_text(&r)),
            Err(e) if e.status().is_some() => refusal(&e),
            Err(e) => Reply::Unknown(words(&e)),
        }
    }

    pub(super) fn is_alive(&mut self) -> bool {
        self.0.test_connected()
    }

    pub(super) fn quit(mut self) {
        let _ = self.0.quit();
    }
}
