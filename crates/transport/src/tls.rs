//! TLS 1.2 and 1.3, with or without certificates of the clients.

use crate::error::{Result, TransportError};
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsAcceptor, TlsConnector,
    rustls::{
        ClientConfig, RootCertStore, ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer},
        server::WebPkiClientVerifier,
    },
    server::TlsStream,
};

/// TLS of a listener. Files in PEM.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tls {
    /// The listener's certificate and those above it.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// Authorities whose client certificates are taken; without them none are asked for.
    pub client_authorities: Option<PathBuf>,
    /// Whether a client must show one.
    #[serde(default)]
    pub client_certificates: ClientCertificates,
}

/// Must a client show a certificate?
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientCertificates {
    /// Yes.
    #[default]
    Required,
    /// It may.
    Optional,
}

/// Accepts TLS connections.
pub type Acceptor = TlsAcceptor;

/// What is needed to take TLS connections.
///
/// # Errors
/// Files that cannot be read, or do not belong together.
pub fn acceptor(tls: &Tls) -> Result<Acceptor> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let certificates = certificates(&tls.certificate)?;
    let key = key(&tls.key)?;
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let builder = match &tls.client_authorities {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots(path)?), provider);
            let verifier = if tls.client_certificates == ClientCertificates::Optional {
                verifier.allow_unauthenticated()
            } else {
                verifier
            };
            builder.with_client_cert_verifier(
                verifier
                    .build()
                    .map_err(|source| TransportError::Authorities { path: path.clone(), source })?,
            )
        }
    };
    let config =
        builder.with_single_cert(certificates, key).map_err(pair(&tls.certificate, &tls.key))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// What is needed to connect to others. `own` is the certificate that is shown where one is asked
/// for, and its key.
///
/// # Errors
/// Files that cannot be read, or do not belong together.
pub fn connector(authorities: Option<&Path>, own: Option<(&Path, &Path)>) -> Result<TlsConnector> {
    let roots = authorities.map_or_else(|| Ok(RootCertStore::empty()), roots)?;
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?;
    let builder = builder.with_root_certificates(roots);
    let config = match own {
        None => builder.with_no_client_auth(),
        Some((certificate, of)) => builder
            .with_client_auth_cert(certificates(certificate)?, key(of)?)
            .map_err(pair(certificate, of))?,
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The certificate that a client has shown.
pub fn shown(stream: &TlsStream<TcpStream>) -> Option<Arc<[u8]>> {
    stream.get_ref().1.peer_certificates().and_then(<[_]>::first).map(|c| Arc::from(c.as_ref()))
}

fn pair(
    certificate: &Path,
    key: &Path,
) -> impl FnOnce(tokio_rustls::rustls::Error) -> TransportError {
    let (certificate, key) = (certificate.to_owned(), key.to_owned());
    move |source| TransportError::Pair { certificate, key, source }
}

fn pem(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(TransportError::io("read", path))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let found: Vec<_> = rustls_pemfile::certs(&mut pem(path)?.as_slice())
        .collect::<std::io::Result<_>>()
        .map_err(TransportError::io("read", path))?;
    if found.is_empty() {
        return Err(TransportError::Empty { path: path.to_owned(), missing: "certificate" });
    }
    Ok(found)
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let found = rustls_pemfile::private_key(&mut pem(path)?.as_slice())
        .map_err(TransportError::io("read", path))?;
    found.ok_or_else(|| TransportError::Empty { path: path.to_owned(), missing: "private key" })
}

fn roots(path: &Path) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for c in certificates(path)? {
        roots
            .add(c)
            .map_err(|source| TransportError::Authority { path: path.to_owned(), source })?;
    }
    Ok(roots)
}
