//! A User's endpoint: checks messages as known clients do, and can simulate failures.

use crate::error::Result;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response, StatusCode, body::Incoming, header};
use northbound_duis::{
    Limits, Message, Response as DuisResponse, Services, Verifier, VerifyRules, read_and_verify,
};
use northbound_keys::Keys;
use northbound_transport::{Capacity, ConnectionLimits, Tls, listen, tls};
use northbound_types::{Eui64, RequestId, Utc};
use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

/// The largest message that known clients accept, in bytes.
pub const CLIENT_BYTES: usize = 100 * 1024;
/// Received messages that may wait in the queue.
const WAITING: usize = 4_096;

/// Limits of connections to the endpoint.
const LIMITS: ConnectionLimits = ConnectionLimits {
    capacity: Capacity { connections: 10_000, reserved: 0, each_address: 10_000 },
    header_bytes: 16 * 1024,
    header_time: Duration::from_secs(60),
};

/// How the endpoint responds to messages that it would accept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Behaviour {
    /// This status instead of 204.
    pub status: Option<u16>,
    /// Delay before the response.
    pub delay: Duration,
}

/// A received message and the response to it.
#[derive(Debug, Clone)]
pub struct Received {
    /// HTTP status of the response.
    pub status: u16,
    /// The message, if it could be read.
    pub message: Option<Box<DuisResponse>>,
    /// Why it was refused.
    pub refused: Option<String>,
    /// Signer of the message; `None` if it is unsigned.
    pub signer: Option<Eui64>,
    /// The bytes of the message.
    pub body: Bytes,
}

/// What is needed to verify messages.
pub struct Checks {
    /// Certificates of the signers.
    pub keys: Arc<Keys>,
    /// Who signs messages to Users.
    pub service: Eui64,
    /// The service catalogue.
    pub services: Services,
    /// The clock by which certificates are valid.
    pub clock: Arc<dyn Fn() -> Utc + Send + Sync>,
    /// Largest message accepted, in bytes.
    pub most: usize,
}

/// A running endpoint.
pub struct Receiver {
    /// The address on which it listens.
    pub address: SocketAddr,
    /// The received messages.
    pub messages: mpsc::Receiver<Received>,
    behaviour: Arc<Mutex<Behaviour>>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// The response to this request; other messages that come before it are ignored. `None` where it does not come
    /// within `wait`.
    pub async fn response_to(&mut self, id: RequestId, wait: Duration) -> Option<Received> {
        let of_it = |r: &Received| {
            let request = r.message.as_ref().and_then(|m| m.request.as_ref());
            request.is_some_and(|r| r.id == id)
        };
        tokio::time::timeout(wait, async {
            loop {
                let received = self.messages.recv().await?;
                if of_it(&received) {
                    return Some(received);
                }
            }
        })
        .await
        .ok()
        .flatten()
    }

    /// Starts to listen, with TLS if given. Must be called within a runtime.
    ///
    /// # Errors
    /// An address that cannot be listened on; TLS files that cannot be read.
    pub async fn start(
        address: SocketAddr,
        tls: Option<&Tls>,
        checks: Checks,
        behaviour: Behaviour,
    ) -> Result<Receiver> {
        let acceptor = tls.map(tls::acceptor).transpose()?;
        let socket = listen(address).await?;
        let (address, (to, messages), (stop, stopping)) =
            (socket.address, mpsc::channel(WAITING), watch::channel(false));
        let behaviour = Arc::new(Mutex::new(behaviour));
        let (checks, how) = (Arc::new(checks), Arc::clone(&behaviour));
        let task = tokio::spawn(socket.run(LIMITS, acceptor, stopping, move |request, _| {
            let (checks, how, to) = (
                Arc::clone(&checks),
                *how.lock().unwrap_or_else(PoisonError::into_inner),
                to.clone(),
            );
            async move { answer(request, &checks, how, &to).await }
        }));
        Ok(Receiver { address, messages, behaviour, stop, task })
    }

    /// Changes how the endpoint responds from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap_or_else(PoisonError::into_inner) = behaviour;
    }

    /// Stops listening.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        self.task.abort();
        let _ = self.task.await;
    }
}

async fn answer(
    request: Request<Incoming>,
    checks: &Checks,
    how: Behaviour,
    to: &mpsc::Sender<Received>,
) -> Response<Full<Bytes>> {
    let xml = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .and_then(|t| t.split(';').next())
        .is_some_and(|t| t.trim().eq_ignore_ascii_case("application/xml"));
    let refused = |status: u16, why: String, body: Bytes| Received {
        status,
        message: None,
        refused: Some(why),
        signer: None,
        body,
    };
    let mut received = if !xml {
        refused(404, "not application/xml".to_owned(), Bytes::new())
    } else {
        match Limited::new(request.into_body(), checks.most).collect().await {
            Ok(whole) => checks.check(whole.to_bytes()),
            Err(_) => refused(
                413,
                format!("more than {} bytes, or broken off", checks.most),
                Bytes::new(),
            ),
        }
    };
    if !how.delay.is_zero() {
        tokio::time::sleep(how.delay).await;
    }
    if let Some(s) = how.status {
        received.status = s;
    }
    let status = StatusCode::from_u16(received.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // A full or closed queue is no reason to reject the message.
    let _ = to.try_send(received);
    let mut answer = Response::new(Full::new(Bytes::new()));
    *answer.status_mut() = status;
    answer
}

impl Checks {
    /// 204 for a message that a client would accept, else 400.
    fn check(&self, body: Bytes) -> Received {
        let rules = VerifyRules {
            response_signers: BTreeSet::from([self.service]),
            ..VerifyRules::default()
        };
        let verifier = Verifier { keyring: &self.keys.ring, rules: &rules, now: (self.clock)() };
        let read = read_and_verify(&body, &Limits::default(), &self.services, &verifier);
        let (message, refused, signer) = match read {
            Ok((Message::Response(r), Ok(signed))) => (Some(r), None, Some(signed.signer)),
            // An unsigned message is accepted; an invalid signature is not.
            Ok((Message::Response(r), Err(_))) if !r.has_signature => (Some(r), None, None),
            Ok((Message::Response(r), Err(e))) => (Some(r), Some(e.to_string()), None),
            Ok((Message::Request(_), _)) => (None, Some("a Request".to_owned()), None),
            Err(e) => (None, Some(e.to_string()), None),
        };
        Received {
            status: if refused.is_some() { 400 } else { 204 },
            message,
            refused,
            signer,
            body,
        }
    }
}
