//! Taking connections: so many at once, each with its limits, and none that holds up another.

use super::tls::Acceptor;
use crate::{
    config::Limits,
    error::{GatewayError, Result},
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

/// Who is at the other end.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Address.
    pub address: SocketAddr,
    /// The client's certificate, where one was shown (DER).
    pub certificate: Option<Arc<[u8]>>,
}

/// A socket that takes connections.
pub struct Listening {
    /// Where.
    pub address: SocketAddr,
    listener: TcpListener,
}

/// Opens a socket.
///
/// # Errors
/// [`GatewayError::Listen`].
pub async fn listen(address: SocketAddr) -> Result<Listening> {
    let open = async {
        let listener = TcpListener::bind(address).await?;
        Ok::<_, std::io::Error>(Listening { address: listener.local_addr()?, listener })
    };
    open.await.map_err(|source| GatewayError::Listen { address, source })
}

/// Waits after a failed accept.
async fn accept_pause() {
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

impl Listening {
    /// Takes connections until `stop` turns true, and then lets each finish the request that it is at.
    /// `limits` hold for each; `answer` is asked for each request.
    pub(crate) async fn run<S, F, B>(
        self,
        limits: Limits,
        acceptor: Option<Acceptor>,
        mut stop: watch::Receiver<bool>,
        answer: S,
    ) where
        S: Fn(hyper::Request<Incoming>, Peer) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = hyper::Response<B>> + Send + 'static,
        B: hyper::body::Body<Data = bytes::Bytes> + Send + Unpin + 'static,
        B::Error: std::error::Error + Send + Sync,
    {
        let places = Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS)));
        loop {
            let taken = tokio::select! {
                biased;
                _ = stop.wait_for(|s| *s) => break,
                taken = take(&self.listener, &places) => taken,
            };
            let Some((stream, address, place)) = taken else {
                accept_pause().await;
                continue;
            };
            let (limits, acceptor, stop, answer) =
                (limits.clone(), acceptor.clone(), stop.clone(), answer.clone());
            tokio::spawn(async move {
                let _place = place;
                // Small answers go out at once.
                let _ = stream.set_nodelay(true);
                match acceptor {
                    None => {
                        connection(
                            stream,
                            Peer { address, certificate: None },
                            &limits,
                            stop,
                            answer,
                        )
                        .await
                    }
                    Some(a) => {
                        if let Ok(Ok(stream)) =
                            tokio::time::timeout(HANDSHAKE, a.accept(stream)).await
                        {
                            let certificate = super::tls::shown(&stream);
                            connection(
                                stream,
                                Peer { address, certificate },
                                &limits,
                                stop,
                                answer,
                            )
                            .await;
                        }
                    }
                }
            });
        }
        // Whoever is still connected finishes; the semaphore is whole again when all are gone.
        let _all = places.acquire_many(u32::try_from(limits.connections).unwrap_or(u32::MAX)).await;
    }
}

async fn take(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    let (stream, address) = listener.accept().await.ok()?;
    Some((stream, address, place))
}

async fn connection<I, S, F, B>(
    io: I,
    peer: Peer,
    limits: &Limits,
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
        .header_read_timeout(limits.header_time())
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
