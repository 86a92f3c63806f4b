//! TLS 1.2 and 1.3, with or without certificates of the clients.

use crate::{
    config::{ClientCertificates, Tls},
    error::{GatewayError, Result},
};
use std::{path::Path, sync::Arc};
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

/// Takes TLS connections.
pub(crate) type Acceptor = TlsAcceptor;

/// What is needed to take TLS connections.
///
/// # Errors
/// Files that cannot be read, or do not belong together.
pub(crate) fn acceptor(tls: &Tls) -> Result<Acceptor> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let certificates = certificates(&tls.certificate)?;
    let key = key(&tls.key)?;
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(wrong)?;
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
                    .map_err(|e| GatewayError::Tls(format!("{}: {e}", path.display())))?,
            )
        }
    };
    let config = builder.with_single_cert(certificates, key).map_err(|e| {
        GatewayError::Tls(format!("{} with {}: {e}", tls.certificate.display(), tls.key.display()))
    })?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// What is needed to connect to others. `own` is the certificate that is shown where one is asked
/// for, and its key.
///
/// # Errors
/// Files that cannot be read, or do not belong together.
pub(crate) fn connector(
    authorities: Option<&Path>,
    own: Option<(&Path, &Path)>,
) -> Result<TlsConnector> {
    let roots = authorities.map_or_else(|| Ok(RootCertStore::empty()), roots)?;
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(wrong)?;
    let builder = builder.with_root_certificates(roots);
    let config = match own {
        None => builder.with_no_client_auth(),
        Some((certificate, of)) => {
            let together = |e| {
                GatewayError::Tls(format!("{} with {}: {e}", certificate.display(), of.display()))
            };
            builder.with_client_auth_cert(certificates(certificate)?, key(of)?).map_err(together)?
        }
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The certificate that a client has shown.
pub(crate) fn shown(stream: &TlsStream<TcpStream>) -> Option<Arc<[u8]>> {
    stream.get_ref().1.peer_certificates().and_then(<[_]>::first).map(|c| Arc::from(c.as_ref()))
}

fn wrong(e: tokio_rustls::rustls::Error) -> GatewayError {
    GatewayError::Tls(e.to_string())
}

fn pem(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(GatewayError::io("read", path))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let found: Vec<_> = rustls_pemfile::certs(&mut pem(path)?.as_slice())
        .collect::<std::io::Result<_>>()
        .map_err(GatewayError::io("read", path))?;
    if found.is_empty() {
        return Err(GatewayError::Tls(format!("{}: no certificate in PEM", path.display())));
    }
    Ok(found)
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let found = rustls_pemfile::private_key(&mut pem(path)?.as_slice())
        .map_err(GatewayError::io("read", path))?;
    found.ok_or_else(|| GatewayError::Tls(format!("{}: no private key in PEM", path.display())))
}

fn roots(path: &Path) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for c in certificates(path)? {
        roots.add(c).map_err(|e| GatewayError::Tls(format!("{}: {e}", path.display())))?;
    }
    Ok(roots)
}
