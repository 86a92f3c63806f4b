//! Posting messages over HTTP/1.1, on connections that are kept open.

use crate::{
    error::{PostError, Result},
    tls,
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use std::{fmt, path::Path, str::FromStr, time::Duration};
use tokio::{net::TcpStream, sync::oneshot};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};

/// Bytes of an answer that are read.
const ANSWER_BYTES: usize = 8 << 20;

/// An `http` or `https` address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    tls: bool,
    host: String,
    port: u16,
    path: String,
}

/// A text that is no such address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address: write http://127.0.0.1:9000/path or https://host/path")]
pub struct UrlError(String);

impl FromStr for Url {
    type Err = UrlError;
    fn from_str(text: &str) -> std::result::Result<Url, UrlError> {
        let wrong = || UrlError(text.chars().take(200).collect());
        if text.bytes().any(|b| b <= b' ' || b == 0x7F) {
            return Err(wrong());
        }
        let uri: hyper::Uri = text.parse().map_err(|_| wrong())?;
        let tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(wrong()),
        };
        if uri.authority().is_none_or(|a| a.as_str().contains('@')) {
            return Err(wrong());
        }
        let host = uri
            .host()
            .filter(|h| !h.is_empty())
            .ok_or_else(wrong)?
            .trim_matches(['[', ']'])
            .to_owned();
        let path = uri.path_and_query().map_or("/", |p| p.as_str());
        Ok(Url {
            tls,
            host,
            port: uri.port_u16().unwrap_or(if tls { 443 } else { 80 }),
            path: if path.is_empty() { "/" } else { path }.to_owned(),
        })
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", if self.tls { "https" } else { "http" }, self.authority(), self.path)
    }
}

impl Url {
    /// The address with another part at the end of its path.
    #[must_use]
    pub fn join(&self, part: &str) -> Url {
        Url { path: format!("{}/{part}", self.path.trim_end_matches('/')), ..self.clone() }
    }

    fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// How long an error of the connection itself may come after that of a request on it.
const CAUSE: Duration = Duration::from_millis(200);

/// An open connection, and what will have ended it.
struct Sender {
    requests: http1::SendRequest<Full<Bytes>>,
    ended: oneshot::Receiver<String>,
}

impl Sender {
    /// Why a request came to nothing: what ended the connection, where that is known.
    async fn cause(self, e: &hyper::Error) -> String {
        match tokio::time::timeout(CAUSE, self.ended).await {
            Ok(Ok(why)) => why,
            _ => chain(e),
        }
    }
}

/// The text of an error with those of its sources.
fn chain(e: &dyn std::error::Error) -> String {
    let mut text = e.to_string();
    let mut next = e.source();
    while let Some(e) = next {
        let more = e.to_string();
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        next = e.source();
    }
    text
}

/// Makes connections. Clones share the settings.
#[derive(Clone)]
pub struct Client {
    connector: TlsConnector,
    timeout: Duration,
}

/// A connection that is kept open between messages.
#[derive(Default)]
pub struct Connection(Option<(Url, Sender)>);

impl Client {
    /// A client that trusts these authorities for `https`, shows its `own` certificate (with its key)
    /// where one is asked for, and gives up after `timeout`.
    ///
    /// # Errors
    /// Files that cannot be read, or do not belong together.
    pub fn new(
        authorities: Option<&Path>,
        own: Option<(&Path, &Path)>,
        timeout: Duration,
    ) -> Result<Client> {
        Ok(Client { connector: tls::connector(authorities, own)?, timeout })
    }

    /// Posts a message over a connection that is kept, or a new one, and returns the HTTP status.
    ///
    /// # Errors
    /// There is no answer in time, or no connection.
    pub async fn post(
        &self,
        url: &Url,
        body: Bytes,
        kept: &mut Connection,
    ) -> std::result::Result<u16, PostError> {
        match tokio::time::timeout(self.timeout, self.attempt(url, body, kept)).await {
            Ok(answer) => answer,
            Err(_) => {
                kept.0 = None;
                Err(PostError::Timeout { milliseconds: self.timeout.as_millis() })
            }
        }
    }

    /// Posts a message over a connection of its own, and returns status and answer.
    ///
    /// # Errors
    /// There is no answer in time, or no connection.
    pub async fn exchange(
        &self,
        url: &Url,
        body: Vec<u8>,
    ) -> std::result::Result<(u16, Vec<u8>), PostError> {
        let one = async {
            let mut sender = self.connect(url).await?;
            match one(&mut sender, url, Bytes::from(body)).await {
                Ok(answer) => Ok(answer),
                Err(e) => Err(PostError::Ended(sender.cause(&e).await)),
            }
        };
        tokio::time::timeout(self.timeout, one)
            .await
            .map_err(|_| PostError::Timeout { milliseconds: self.timeout.as_millis() })?
    }

    async fn attempt(
        &self,
        url: &Url,
        body: Bytes,
        kept: &mut Connection,
    ) -> std::result::Result<u16, PostError> {
        // A kept connection may have been closed meanwhile: then a new one is made, once.
        if let Some((at, mut sender)) = kept.0.take()
            && at == *url
            && sender.requests.ready().await.is_ok()
        {
            match one(&mut sender, url, body.clone()).await {
                Ok((status, _)) => {
                    kept.0 = Some((at, sender));
                    return Ok(status);
                }
                Err(e) if e.is_canceled() || e.is_closed() || e.is_incomplete_message() => {}
                Err(e) => return Err(PostError::Ended(sender.cause(&e).await)),
            }
        }
        let mut sender = self.connect(url).await?;
        match one(&mut sender, url, body).await {
            Ok((status, _)) => {
                kept.0 = Some((url.clone(), sender));
                Ok(status)
            }
            Err(e) => Err(PostError::Ended(sender.cause(&e).await)),
        }
    }

    async fn connect(&self, url: &Url) -> std::result::Result<Sender, PostError> {
        let stream = TcpStream::connect((url.host.as_str(), url.port)).await?;
        let _ = stream.set_nodelay(true);
        if !url.tls {
            return handshake(TokioIo::new(stream)).await;
        }
        let name = ServerName::try_from(url.host.clone())?;
        handshake(TokioIo::new(self.connector.connect(name, stream).await?)).await
    }
}

async fn handshake<I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static>(
    io: I,
) -> std::result::Result<Sender, PostError> {
    let (requests, connection) =
        http1::handshake(io).await.map_err(|e| PostError::Ended(chain(&e)))?;
    let (end, ended) = oneshot::channel();
    tokio::spawn(async move {
        if let Err(e) = connection.await {
            let _ = end.send(chain(&e));
        }
    });
    Ok(Sender { requests, ended })
}

async fn one(sender: &mut Sender, url: &Url, body: Bytes) -> hyper::Result<(u16, Vec<u8>)> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    // The path was read as part of an address, so it can be read again.
    if let Ok(path) = url.path.parse() {
        *request.uri_mut() = path;
    }
    let headers = request.headers_mut();
    if let Ok(host) = header::HeaderValue::from_str(&url.authority()) {
        headers.insert(header::HOST, host);
    }
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/xml"));
    let answer = sender.requests.send_request(request).await?;
    let status = answer.status().as_u16();
    let mut body = answer.into_body();
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame?.data_ref() {
            read.extend_from_slice(data);
        }
        if read.len() > ANSWER_BYTES {
            break;
        }
    }
    Ok((status, read))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_or_refused() {
        for (text, back) in [
            ("http://127.0.0.1:9000/smartdcc/duis", "http://127.0.0.1:9000/smartdcc/duis"),
            ("https://x.example", "https://x.example:443/"),
            ("http://[::1]:8/a?b=c", "http://[::1]:8/a?b=c"),
        ] {
            assert_eq!(text.parse::<Url>().unwrap().to_string(), back);
        }
        for bad in
            ["", "127.0.0.1:9000", "ftp://x/", "http:///x", "http://a b/", "http://u@x/", "/path"]
        {
            assert!(bad.parse::<Url>().is_err(), "{bad:?}");
        }
    }
}
