//! A listener for HTTP/1.1 with or without TLS: a limited number of connections, each with its limits, and none
//! that delays another. When all are taken, the stranger's connection that has been idle longest is closed.

use crate::{
    error::{Result, TransportError},
    open::{Capacity, Connections, Place},
    tls::{self, Acceptor},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    future::Future,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
};

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Pause after a failed accept: the machine is out of something.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The other end of a connection.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Address.
    pub address: SocketAddr,
    /// The client's certificate, where one was shown (DER).
    pub certificate: Option<Arc<[u8]>>,
    /// Whether it has shown a certificate, or has one of the known addresses.
    pub known: bool,
}

/// A change of the number of open connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionChange {
    /// One was accepted.
    Opened,
    /// One has ended.
    Closed,
    /// One was refused, because there were too many.
    Refused,
}

type Observer = Arc<dyn Fn(ConnectionChange) + Send + Sync>;
type KnownAddress = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// A socket that accepts connections.
pub struct Listening {
    /// Its address, with the port that was chosen where 0 was asked for.
    pub address: SocketAddr,
    listener: TcpListener,
    observer: Option<Observer>,
    known: KnownAddress,
}

/// An open connection, whose count ends with it, however its task ends.
struct Open(Option<Observer>);

impl Open {
    fn new(observer: Option<Observer>) -> Open {
        if let Some(o) = &observer {
            o(ConnectionChange::Opened);
        }
        Open(observer)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(o) = &self.0 {
            o(ConnectionChange::Closed);
        }
    }
}

/// Opens a socket.
///
/// # Errors
/// [`TransportError::Listen`].
pub async fn listen(address: SocketAddr) -> Result<Listening> {
    let open = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let known: KnownAddress = Arc::new(|_| false);
        Ok::<_, std::io::Error>(Listening { address, listener, observer: None, known })
    };
    open.await.map_err(|source| TransportError::Listen { address, source })
}

/// Limits of the connections to one listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// How many connections there may be.
    pub capacity: Capacity,
    /// Bytes of a request line with its headers.
    pub header_bytes: usize,
    /// Time in which the headers must have arrived; a connection may be idle as long.
    pub header_time: Duration,
}

impl Listening {
    /// Calls `observer` at each change of the number of open connections.
    #[must_use]
    pub fn observed(
        self,
        observer: impl Fn(ConnectionChange) + Send + Sync + 'static,
    ) -> Listening {
        Listening { observer: Some(Arc::new(observer)), ..self }
    }

    /// Takes clients with these addresses for known ones, as it does those that show a certificate.
    #[must_use]
    pub fn knowing(self, known: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Listening {
        Listening { known: Arc::new(known), ..self }
    }

    /// Accepts connections until `stop` turns true, then lets each finish its current request. `answer` is called
    /// for each request.
    pub async fn run<S, F, B>(
        self,
        limits: ConnectionLimits,
        acceptor: Option<Acceptor>,
        mut stop: watch::Receiver<bool>,
        answer: S,
    ) where
        S: Fn(hyper::Request<Incoming>, Peer) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = hyper::Response<B>> + Send + 'static,
        B: hyper::body::Body<Data = bytes::Bytes> + Send + Unpin + 'static,
        B::Error: std::error::Error + Send + Sync,
    {
        let connections = Connections::new(limits.capacity);
        let (running, mut ended) = mpsc::channel::<()>(1);
        loop {
            let accepted_one = tokio::select! {
                biased;
                _ = stop.wait_for(|s| *s) => break,
                one = self.listener.accept() => one,
            };
            let Ok((stream, address)) = accepted_one else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let known = (self.known)(address.ip());
            let Some(place) = connections.open(address.ip(), known) else {
                if let Some(o) = &self.observer {
                    o(ConnectionChange::Refused);
                }
                continue;
            };
            let (acceptor, stop, answer) = (acceptor.clone(), stop.clone(), answer.clone());
            let (open, running) = (Open::new(self.observer.clone()), running.clone());
            tokio::spawn(async move {
                let (_open, _running) = (open, running);
                // Small answers go out at once.
                let _ = stream.set_nodelay(true);
                let place = Arc::new(place);
                let peer = Peer { address, certificate: None, known };
                tokio::select! {
                    () = place.closed() => {}
                    () = accepted(stream, peer, limits, acceptor, stop, (answer, Arc::clone(&place))) => {}
                }
            });
        }
        // Nothing is ever sent: this returns when every connection has finished.
        drop(running);
        let _ = ended.recv().await;
    }
}

/// Serves a connection, after its TLS handshake where there is one.
async fn accepted<S, F, B>(
    stream: TcpStream,
    peer: Peer,
    limits: ConnectionLimits,
    acceptor: Option<Acceptor>,
    stop: watch::Receiver<bool>,
    answer: (S, Arc<Place>),
) where
    S: Fn(hyper::Request<Incoming>, Peer) -> F + Send + 'static,
    F: Future<Output = hyper::Response<B>> + Send + 'static,
    B: hyper::body::Body<Data = bytes::Bytes> + Send + Unpin + 'static,
    B::Error: std::error::Error + Send + Sync,
{
    let Some(acceptor) = acceptor else {
        return connection(stream, peer, limits, stop, answer).await;
    };
    if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
        let certificate = tls::shown(&stream);
        if certificate.is_some() {
            answer.1.is_known();
        }
        let known = peer.known || certificate.is_some();
        let peer = Peer { certificate, known, ..peer };
        connection(stream, peer, limits, stop, answer).await;
    }
}

async fn connection<I, S, F, B>(
    io: I,
    peer: Peer,
    limits: ConnectionLimits,
    mut stop: watch::Receiver<bool>,
    (answer, place): (S, Arc<Place>),
) where
    I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    S: Fn(hyper::Request<Incoming>, Peer) -> F + Send + 'static,
    F: Future<Output = hyper::Response<B>> + Send + 'static,
    B: hyper::body::Body<Data = bytes::Bytes> + Send + Unpin + 'static,
    B::Error: std::error::Error + Send + Sync,
{
    let service = service_fn(move |request| {
        let (answer, place) = (answer(request, peer.clone()), Arc::clone(&place));
        async move {
            place.begin();
            let answer = answer.await;
            place.end();
            Ok::<_, std::convert::Infallible>(answer)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_buf_size(limits.header_bytes)
        .serve_connection(TokioIo::new(io), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // What goes wrong on one connection is over with it.
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|s| *s) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
