//! One request over HTTP: from its path to its answer.

use super::{
    body::{Bodies, Read},
    memory::{Memory, MemoryLimits},
    quota::StrangerLimits,
    strangers::Strangers,
    verify::{Ingress, Refused, Rejection, Verified},
};
use crate::{
    clock::SharedClock,
    config::Config,
    engine::{Call, Handle, Outcome},
    log::References,
    metrics::Metrics,
    problem::{Answer, Problem},
    responses::{ResponseError, Responses},
};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Response, StatusCode, body::Incoming, header};
use northbound_duis::{Certificate, Signer};
use northbound_flow::event::{Unverified, WebService};
use northbound_transport::{ConnectionChange, Peer, counted_address};
use northbound_types::{Eui64, Utc};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;
use tracing::{Instrument, Span, debug, debug_span, field, info, warn};

/// A message of this length takes long enough to read that others should not wait for it.
const LONG: usize = 256 * 1024;
/// Characters of a path that are logged.
const LOGGED_PATH: usize = 200;

/// The User interface.
pub struct UserInterface {
    base: String,
    bodies: Bodies,
    answer_time: Duration,
    sign: bool,
    ingress: Arc<Ingress>,
    engine: Handle,
    clock: SharedClock,
    references: References,
    strangers: Strangers,
    metrics: Arc<Metrics>,
}

/// A request that is answered with a problem instead of a message.
struct Failed {
    problem: Problem,
    why: String,
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Failed {
        Failed { problem, why: String::new() }
    }
}

impl UserInterface {
    /// The interface in front of an engine.
    #[must_use]
    pub fn new(
        config: &Config,
        ingress: Arc<Ingress>,
        engine: Handle,
        clock: SharedClock,
        strangers: StrangerLimits,
        metrics: Arc<Metrics>,
    ) -> UserInterface {
        let limits = &config.limits;
        UserInterface {
            base: config.base.clone(),
            bodies: Bodies {
                memory: Memory::new(MemoryLimits {
                    bytes: limits.bodies_bytes,
                    reserved: limits.bodies_reserved_bytes,
                    each_address: limits.bodies_each_address_bytes,
                }),
                time: limits.body_time(),
                discard: limits.discard_bytes,
            },
            answer_time: limits.answer_time(),
            sign: config.sign_acknowledgements,
            references: References::from(clock.wall()),
            strangers: Strangers::new(strangers, clock.wall()),
            ingress,
            engine,
            clock,
            metrics,
        }
    }

    /// Counts open connections.
    pub(crate) fn connections(&self, change: ConnectionChange) {
        match change {
            ConnectionChange::Opened => self.metrics.connections.inc(),
            ConnectionChange::Closed => self.metrics.connections.dec(),
            ConnectionChange::Refused => self.metrics.connections_refused.inc(),
        };
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, request: hyper::Request<Incoming>, peer: &Peer) -> Answer {
        // At the default level the span is off.
        let span = debug_span!(
            "request",
            method = %request.method(),
            path = shortened(request.uri().path()),
            peer = %peer.address,
            request = field::Empty,
        );
        self.answer_within(&span, request, peer).instrument(span.clone()).await
    }

    async fn answer_within(
        &self,
        span: &Span,
        request: hyper::Request<Incoming>,
        peer: &Peer,
    ) -> Answer {
        self.metrics.requests.inc();
        let begun = Instant::now();
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        match self.message(span, request, peer).await {
            Ok(xml) => {
                let took = begun.elapsed();
                self.metrics.answered.note(took);
                debug!(event = "request.answered", seconds = took.as_secs_f64());
                message(xml)
            }
            Err(f) => {
                self.metrics.problems.inc();
                let reference = self.references.next();
                if self.strangers.is_logged(peer.address.ip()) {
                    failed(&f, &reference, &method, &path, peer);
                }
                f.problem.answer(&reference)
            }
        }
    }

    async fn message(
        &self,
        span: &Span,
        request: hyper::Request<Incoming>,
        peer: &Peer,
    ) -> Result<Vec<u8>, Failed> {
        let service = self.service(request.uri().path()).ok_or(Problem::NOT_FOUND)?;
        if request.method() != Method::POST {
            return Err(Problem::METHOD.into());
        }
        if !is_xml(&request) {
            return Err(Problem::MEDIA_TYPE.into());
        }
        let connected = connected(peer)?;
        let held = self.bodies.memory.body(peer.address.ip(), peer.known);
        let most = self.ingress.most_bytes(service);
        let (verified, memory) = match self.bodies.read(request.into_body(), most, held).await {
            Read::Whole(bytes, memory) => (self.verify(service, bytes, connected), Some(memory)),
            Read::TooLong => (
                self.ingress.reject_unread(&[], connected, format!("more than {most} bytes")),
                None,
            ),
            Read::Slow => return Err(Problem::SLOW.into()),
            Read::Broken => return Err(Problem::BROKEN.into()),
            Read::NoRoom => return Err(Problem::BUSY.into()),
        };
        let answered = match verified {
            Verified::Accepted(r) => {
                span.record("request", field::display(r.id));
                let said = self.ask(|to| Call::Request(r, to)).await?;
                match said {
                    Outcome::Reply(reply) => self.write(|a| a.reply(&reply, self.clock.wall())),
                    other => return Err(unexpected(&other)),
                }
            }
            Verified::Rejected(rejected) => self.reject(*rejected, peer).await?,
        };
        drop(memory);
        answered.map_err(|e| Failed { problem: Problem::INTERNAL, why: e.to_string() })
    }

    fn service(&self, path: &str) -> Option<WebService> {
        match path.strip_prefix(self.base.as_str())? {
            "/serviceS" => Some(WebService::Send),
            "/serviceT" => Some(WebService::Transform),
            "/serviceD" => Some(WebService::NonDevice),
            _ => None,
        }
    }

    fn verify(&self, service: WebService, bytes: Bytes, connected: Option<Eui64>) -> Verified {
        let begun = Instant::now();
        let now = self.clock.wall();
        // A long message leaves this thread's other connections to the others.
        let verified = if bytes.len() > LONG {
            tokio::task::block_in_place(|| self.ingress.verify(service, &bytes, connected, now))
        } else {
            self.ingress.verify(service, &bytes, connected, now)
        };
        self.metrics.verified.note(begun.elapsed());
        verified
    }

    /// Records a rejected message, then answers it.
    async fn reject(
        &self,
        rejected: Rejection,
        peer: &Peer,
    ) -> Result<Result<Vec<u8>, ResponseError>, Failed> {
        self.metrics.turned_away.inc();
        let Rejection { refused, written, why } = rejected;
        let (code, srv) = refused.answer();
        match refused {
            Refused::OfSender(event) => {
                self.log_rejected(
                    "message.rejected",
                    peer,
                    written.as_deref(),
                    code.as_str(),
                    &why,
                );
                self.ask(|to| Call::Rejected(Box::new(event), to)).await?;
            }
            Refused::Unverified { claimed, user, reason, code, .. } => {
                let now = self.clock.wall();
                let message = Unverified {
                    address: counted_address(peer.address.ip()).to_string().into(),
                    user,
                    reason,
                    code,
                    claimed,
                    messages: 1,
                    first: now,
                    last: now,
                };
                if let Some(alone) = self.strangers.note(message, now, &self.engine) {
                    let written = written.as_deref();
                    self.log_rejected("message.unverified", peer, written, code.as_str(), &why);
                    let recorded = self.ask(|to| Call::Unverified(Box::new(alone.clone()), to));
                    if let Err(f) = recorded.await {
                        // Where the answer was only late, it may be counted twice, but never not at all.
                        self.strangers.count(&alone);
                        return Err(f);
                    }
                }
            }
        }
        Ok(self.write(|a| a.refusal(written.as_deref(), srv, code.as_str(), self.clock.wall())))
    }

    fn log_rejected(
        &self,
        event: &'static str,
        peer: &Peer,
        request: Option<&str>,
        code: &str,
        why: &str,
    ) {
        let reference = self.references.next();
        info!(event, reference, peer = %peer.address, request, code, why);
    }

    /// Records what was counted of senders that were not verified, where a window has ended; at a `stop` everything.
    pub(crate) fn record_strangers(&self, stop: bool) {
        self.strangers.end(self.clock.wall(), stop, &self.engine);
    }

    /// Hands an input to the engine and waits until it is stored and answered.
    async fn ask(
        &self,
        call: impl FnOnce(oneshot::Sender<Outcome>) -> Call,
    ) -> Result<Outcome, Failed> {
        let (to, said) = oneshot::channel();
        self.engine.call(call(to)).map_err(|(_, why)| Problem::from(why))?;
        match tokio::time::timeout(self.answer_time, said).await {
            Err(_) => Err(Problem::LATE.into()),
            Ok(Err(_)) => Err(Problem::STOPPING.into()),
            Ok(Ok(Outcome::NotAccepted(why))) => Err(Problem::from(why).into()),
            Ok(Ok(said)) => Ok(said),
        }
    }

    fn write(
        &self,
        with: impl FnOnce(&Responses<'_>) -> Result<Vec<u8>, ResponseError>,
    ) -> Result<Vec<u8>, ResponseError> {
        let keys = self.ingress.keys();
        let signer: Option<&Signer> = keys.signer().filter(|_| self.sign).map(AsRef::as_ref);
        with(&Responses {
            services: self.ingress.services(),
            service: self.ingress.policy().service,
            signer,
        })
    }

    /// The time by which everything here goes.
    #[must_use]
    pub fn now(&self) -> Utc {
        self.clock.wall()
    }
}

/// Whose certificate the connection has shown; `None` where it has shown none.
fn connected(peer: &Peer) -> Result<Option<Eui64>, Failed> {
    let Some(der) = peer.certificate.as_deref() else { return Ok(None) };
    match Certificate::from_der(der) {
        Ok(certificate) => Ok(Some(certificate.eui)),
        Err(e) => Err(Failed { problem: Problem::CERTIFICATE, why: e.to_string() }),
    }
}

/// Logs a request that is answered with a problem.
fn failed(f: &Failed, reference: &str, method: &Method, path: &str, peer: &Peer) {
    let (event, status) = (f.problem.code, f.problem.status.as_u16());
    let (method, path, peer, why) = (method.as_str(), shortened(path), peer.address, &f.why);
    if f.problem.status.is_server_error() {
        warn!(event, reference, status, method, path, %peer, why);
    } else {
        info!(event, reference, status, method, path, %peer, why);
    }
}

/// The beginning of a path, for the log.
fn shortened(path: &str) -> &str {
    path.char_indices().nth(LOGGED_PATH).map_or(path, |(end, _)| &path[..end])
}

fn unexpected(said: &Outcome) -> Failed {
    Failed {
        problem: Problem::INTERNAL,
        why: format!("the engine answered a request with {said:?}"),
    }
}

fn is_xml(request: &hyper::Request<Incoming>) -> bool {
    let stated =
        request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    stated.split(';').next().is_some_and(|t| t.trim().eq_ignore_ascii_case("application/xml"))
}

fn message(xml: Vec<u8>) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(xml)));
    *answer.status_mut() = StatusCode::OK;
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/xml"));
    answer
}
