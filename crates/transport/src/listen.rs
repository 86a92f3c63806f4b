//! A listener for HTTP/1.1 with or without TLS: a limited number of connections, each with its limits, and none
//! that delays another.

use crate::{
    error::{Result, TransportError},
    tls::{self, Acceptor},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
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
}

/// A change of the number of open connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionChange {
    /// One was accepted.
    Opened,
    /// One has ended.
    Closed,
}

type Observer = Arc<dyn Fn(ConnectionChange) + Send + Sync>;

/// A socket that accepts connections.
pub struct Listening {
    /// Its address, with the port that was chosen where 0 was asked for.
    pub address: SocketAddr,
    listener: TcpListener,
    observer: Option<Observer>,
}

/// An open connection: its permit and its count end with it, however its task ends.
struct Open {
    _permit: OwnedSemaphorePermit,
    observer: Option<Observer>,
}

impl Open {
    fn new(permit: OwnedSemaphorePermit, observer: Option<Observer>) -> Open {
        if let Some(o) = &observer {
            o(ConnectionChange::Opened);
        }
        Open { _permit: permit, observer }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(o) = &self.observer {
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
        Ok::<_, std::io::Error>(Listening { address, listener, observer: None })
    };
    open.await.map_err(|source| TransportError::Listen { address, source })
}

/// Limits of the connections to one listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections at the same time; the next one waits.
    pub connections: usize,
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
        let permits = Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS)));
        loop {
            let taken = tokio::select! {
                biased;
                _ = stop.wait_for(|s| *s) => break,
                taken = take(&self.listener, &permits) => taken,
            };
            let Some((stream, address, permit)) = taken else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let (acceptor, stop, answer) = (acceptor.clone(), stop.clone(), answer.clone());
            let open = Open::new(permit, self.observer.clone());
            tokio::spawn(async move {
                let _open = open;
                // Small answers go out at once.
                let _ = stream.set_nodelay(true);
                accepted(stream, address, limits, acceptor, stop, answer).await;
            });
        }
        // All permits are back once every connection has finished.
        let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
        let _all = permits.acquire_many(all).await;
    }
}

/// Serves a connection, after its TLS handshake where there is one.
async fn accepted<S, F, B>(
    stream: TcpStream,
    address: SocketAddr,
    limits: ConnectionLimits,
    acceptor: Option<Acceptor>,
    stop: watch::Receiver<bool>,
    answer: S,
) where
    S: Fn(hyper::Request<Incoming>, Peer) -> F + Send + 'static,
    F: Future<Output = hyper::Response<B>> + Send + 'static,
    B: hyper::body::Body<Data = bytes::Bytes> + Send + Unpin + 'static,
    B::Error: std::error::Error + Send + Sync,
{
    let Some(acceptor) = acceptor else {
        let peer = Peer { address, certificate: None };
        return connection(stream, peer, limits, stop, answer).await;
    };
    if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
        let peer = Peer { address, certificate: tls::shown(&stream) };
        connection(stream, peer, limits, stop, answer).await;
    }
}

async fn take(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    let (stream, address) = listener.accept().await.ok()?;
    Some((stream, address, permit))
}

async fn connection<I, S, F, B>(
    io: I,
    peer: Peer,
    limits: ConnectionLimits,
    mut stop: watch::Receiver<bool>,
    answer: S,
) where
    I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    S: Fn(hyper::Request<Incoming>, Peer) -> F + Send + 'static,
    F: Future<Output = hyper::Response<B>> + Send + 'static,
    B: hyper::body::Body<Data = bytes::Bytes> + Send + Unpin + 'static,
    B::Error: std::error::Error + Send + Sync,
{
    let service = service_fn(move |request| {
        let answer = answer(request, peer.clone());
        async move { Ok::<_, std::convert::Infallible>(answer.await) }
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
