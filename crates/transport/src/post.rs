//! Posting messages over HTTP/1.1, on connections that are kept open.

use crate::{
    error::{PostError, Result},
    tls,
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use std::{
    fmt, io,
    path::Path,
    pin::Pin,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::oneshot,
    task::AbortHandle,
};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};

/// Bytes of an answer's body that are read.
const ANSWER_BYTES: usize = 8 << 20;
/// Bytes of a body that is only read so that the connection can be kept.
const UNUSED_ANSWER_BYTES: usize = 64 * 1024;
/// Bytes of an answer's headers and of all that comes before them, such as `100 Continue`.
const HEADER_BYTES: usize = 64 * 1024;

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
    /// Bytes that may still come as part of this answer.
    left: Arc<AtomicUsize>,
    _task: Task,
}

/// The task that reads and writes a connection. It ends with the sender, whatever the other side does.
struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A stream from which only so many bytes are read.
struct Limited<I> {
    stream: I,
    left: Arc<AtomicUsize>,
}

impl<I: AsyncRead + Unpin> AsyncRead for Limited<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        let more = buf.filled().len() - before;
        let left = self.left.load(Relaxed);
        if more > left {
            self.left.store(0, Relaxed);
            return Poll::Ready(Err(io::Error::other("the answer is too long")));
        }
        self.left.store(left - more, Relaxed);
        read
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Limited<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// An answer, as far as it was read.
struct Read {
    status: u16,
    body: Vec<u8>,
    /// Whether that is all of it.
    whole: bool,
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
            match one(&mut sender, url, Bytes::from(body), ANSWER_BYTES).await {
                Ok(answer) => Ok((answer.status, answer.body)),
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
            match one(&mut sender, url, body.clone(), UNUSED_ANSWER_BYTES).await {
                Ok(answer) => {
                    kept.0 = answer.whole.then_some((at, sender));
                    return Ok(answer.status);
                }
                Err(e) if e.is_canceled() || e.is_closed() || e.is_incomplete_message() => {}
                Err(e) => return Err(PostError::Ended(sender.cause(&e).await)),
            }
        }
        let mut sender = self.connect(url).await?;
        match one(&mut sender, url, body, UNUSED_ANSWER_BYTES).await {
            Ok(answer) => {
                kept.0 = answer.whole.then(|| (url.clone(), sender));
                Ok(answer.status)
            }
            Err(e) => Err(PostError::Ended(sender.cause(&e).await)),
        }
    }

    async fn connect(&self, url: &Url) -> std::result::Result<Sender, PostError> {
        let stream = TcpStream::connect((url.host.as_str(), url.port)).await?;
        let _ = stream.set_nodelay(true);
        if !url.tls {
            return handshake(stream).await;
        }
        let name = ServerName::try_from(url.host.clone())?;
        handshake(self.connector.connect(name, stream).await?).await
    }
}

async fn handshake<I: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: I,
) -> std::result::Result<Sender, PostError> {
    let left = Arc::new(AtomicUsize::new(0));
    let io = TokioIo::new(Limited { stream, left: Arc::clone(&left) });
    let (requests, connection) = http1::Builder::new()
        .max_buf_size(HEADER_BYTES)
        .handshake(io)
        .await
        .map_err(|e| PostError::Ended(chain(&e)))?;
    let (end, ended) = oneshot::channel();
    let task = tokio::spawn(async move {
        if let Err(e) = connection.await {
            let _ = end.send(chain(&e));
        }
    });
    Ok(Sender { requests, ended, left, _task: Task(task.abort_handle()) })
}

/// Posts one message, and reads at most `most` bytes of the answer's body.
async fn one(sender: &mut Sender, url: &Url, body: Bytes, most: usize) -> hyper::Result<Read> {
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
    // Twice the body, since it may come in chunks of a few bytes.
    sender.left.store(HEADER_BYTES + 2 * most, Relaxed);
    let answer = sender.requests.send_request(request).await?;
    let status = answer.status().as_u16();
    let mut body = answer.into_body();
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => read.extend(frame.data_ref().into_iter().flatten()),
            // Its body was cut off, in chunks of a few bytes; its status is known.
            Err(_) if sender.left.load(Relaxed) == 0 => {
                return Ok(Read { status, body: read, whole: false });
            }
            Err(e) => return Err(e),
        }
        if read.len() > most {
            return Ok(Read { status, body: read, whole: false });
        }
    }
    Ok(Read { status, body: read, whole: true })
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

    /// An endpoint that reads a little of one request, then sends `first` and without end `more`. Tells when the other
    /// side has cut it off.
    fn streaming(first: &'static [u8], more: &'static [u8]) -> (Url, std::thread::JoinHandle<u64>) {
        use std::io::{Read as _, Write as _};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let endpoint = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]).unwrap();
            let mut sent = first.len() as u64;
            stream.write_all(first).unwrap();
            while stream.write_all(more).is_ok() {
                sent += more.len() as u64;
            }
            sent
        });
        (url, endpoint)
    }

    #[test]
    fn an_endpoint_that_streams_without_end_is_cut_off() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let patience = Duration::from_secs(60);
        let client = Client::new(None, None, patience).unwrap();
        let begun = std::time::Instant::now();
        for (first, more, answers) in [
            (&b""[..], &b"HTTP/1.1 100 Continue\r\n\r\n"[..], false),
            (b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n", false),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"4\r\nmore\r\n", true),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", b"more", true),
        ] {
            let (url, endpoint) = streaming(first, more);
            runtime.block_on(async {
                let mut kept = Connection::default();
                let status = client.post(&url, Bytes::from_static(b"<x/>"), &mut kept).await;
                assert_eq!(status.is_ok(), answers, "{status:?}");
                assert!(kept.0.is_none(), "the connection is not used again");
                // The task of the connection ends as soon as it is run.
                tokio::task::yield_now().await;
            });
            let sent = endpoint.join().unwrap();
            // What it wrote beyond the limit was in the buffers of the operating system.
            assert!(sent < 64 << 20, "{sent} bytes");
        }
        assert!(begun.elapsed() < patience / 2, "the limit ends it, not the time");
    }
}
