//! The TLS options of commands that listen.

use clap::Args;
use northbound_transport::{ClientCertificates, Tls};
use std::path::PathBuf;

/// TLS options of a listener.
#[derive(Debug, Clone, Args)]
pub(crate) struct TlsArgs {
    /// Server certificate for TLS (PEM). Without one plain HTTP is used; `serve` allows that on loopback only
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// Private key of the server certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Certificate authorities of client certificates (PEM). Without this option none are requested
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    client_authorities: Option<PathBuf>,
    /// Client certificates are optional
    #[arg(long, requires = "client_authorities")]
    client_certificates_optional: bool,
}

impl TlsArgs {
    /// The TLS settings; `None` if no option was given.
    pub(crate) fn tls(&self) -> Option<Tls> {
        let (certificate, key) = self.tls_certificate.clone().zip(self.tls_key.clone())?;
        let client_certificates = if self.client_certificates_optional {
            ClientCertificates::Optional
        } else {
            ClientCertificates::Required
        };
        Some(Tls {
            certificate,
            key,
            client_authorities: self.client_authorities.clone(),
            client_certificates,
        })
    }
}
