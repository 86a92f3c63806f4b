//! The flags of whatever listens with TLS.

use clap::Args;
use northbound_transport::{ClientCertificates, Tls};
use std::path::PathBuf;

/// TLS of a listener.
#[derive(Debug, Clone, Args)]
pub(crate) struct TlsArgs {
    /// Listen with TLS: the certificate (PEM). Without one plain HTTP is spoken, by `serve` on loopback only
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// Its key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Authorities of client certificates (PEM); without them none are asked for
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    client_authorities: Option<PathBuf>,
    /// Clients may show a certificate, and need not
    #[arg(long, requires = "client_authorities")]
    client_certificates_optional: bool,
}

impl TlsArgs {
    /// What they say; none where they say nothing.
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
