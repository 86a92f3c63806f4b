//! What the loopback interface answers.

use super::top;
use crate::{
    clock::SharedClock,
    egress::Deliveries,
    engine::{Call, Handle, Outcome as CallOutcome},
    ingress::Ingress,
    ledger_sink::LedgerHealth,
    log::{Level, Log, References},
    metrics::Metrics,
    problem::{Problem, json_answer},
    tap::{Filter, Tap},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited, combinators::BoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Frame, Incoming},
    header,
};
use northbound_client::control::{
    ASKED, CHANGES, ChangeAsked, Changed, REQUEST_BYTES, Top, UNCHANGED,
};
use northbound_flow::event::{Change, Control};
use northbound_keys::Keys;
use northbound_registers::rights;
use northbound_transport::{Url, UrlError};
use northbound_types::{Actor, Eui64, RequestId};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::sync::{broadcast::error::RecvError, mpsc, oneshot, watch};

/// What is sent back.
pub(crate) type Answer = Response<BoxBody<Bytes, Infallible>>;

/// Why the service stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// Somebody asked over this interface.
    Asked,
    /// A signal.
    Signal,
}

/// The interface.
pub struct Interface {
    pub(crate) token: String,
    pub(crate) engine: Handle,
    pub(crate) deliveries: Deliveries,
    pub(crate) ingress: Arc<Ingress>,
    pub(crate) load_keys: Box<dyn Fn() -> crate::Result<Keys> + Send + Sync>,
    pub(crate) tap: Tap,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) ledger: LedgerHealth,
    pub(crate) clock: SharedClock,
    pub(crate) log: Log,
    pub(crate) references: References,
    pub(crate) about: Value,
    pub(crate) stop: mpsc::Sender<StopReason>,
    pub(crate) stopping: watch::Receiver<bool>,
}

/// Devices on one page.
const PAGE: usize = 10_000;

/// What went wrong, for a client.
struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refused {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refused {
        Refused { status, code, message: message.into() }
    }
    fn bad(message: impl Into<String>) -> Refused {
        Refused::new(StatusCode::BAD_REQUEST, "control.request", message)
    }
}

impl From<Problem> for Refused {
    fn from(p: Problem) -> Refused {
        Refused::new(p.status, p.code, p.message)
    }
}

type Outcome = Result<Value, Refused>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointAsked {
    user: Eui64,
    url: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteAsked {
    request: RequestId,
    url: String,
}

impl Interface {
    /// Answers one request.
    pub(crate) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Answer {
        let path = request.uri().path().to_owned();
        let get = request.method() == Method::GET;
        if get && path == "/metrics" {
            return text("text/plain; version=0.0.4", self.metrics.print());
        }
        if !self.knows(&request) {
            return self.refused(Problem::UNAUTHORISED.into(), &path);
        }
        if get && path == "/tap" {
            return match filter(request.uri().query().unwrap_or("")) {
                Ok(f) => self.watched(f),
                Err(e) => self.refused(e, &path),
            };
        }
        let outcome = match (get, path.as_str()) {
            (true, "/status") => self.status().await,
            (true, "/top") => self.top().await,
            (true, "/endpoints") => Ok(json!({"endpoints": self.deliveries.endpoints()})),
            (true, "/devices") => self.devices(request.uri().query().unwrap_or("")).await,
            (true, "/users") => {
                self.look(northbound_flow::Core::users).await.map(|u| json!({"users": u}))
            }
            (true, "/request") => self.find(request.uri().query().unwrap_or("")).await,
            (false, "/change") => match body(request).await {
                Ok(c) => self.change(c).await,
                Err(e) => Err(e),
            },
            (false, "/changes") => match body(request).await {
                Ok(c) => self.changes(c).await,
                Err(e) => Err(e),
            },
            (false, "/known") => match body(request).await {
                Ok(d) => self.known(d).await,
                Err(e) => Err(e),
            },
            (false, "/endpoint") => body(request).await.and_then(|e| self.endpoint(&e)),
            (false, "/route") => body(request).await.and_then(|r| self.route(&r)),
            (false, "/keys") => self.keys(),
            (false, "/stop") => {
                let _ = self.stop.try_send(StopReason::Asked);
                Ok(json!({"stopping": true}))
            }
            _ => {
                Err(Refused::new(StatusCode::NOT_FOUND, "control.path", "nothing under this path"))
            }
        };
        match outcome {
            Ok(v) => boxed(json_answer(StatusCode::OK, &v)),
            Err(e) => self.refused(e, &path),
        }
    }

    /// Compares in the same time whatever is wrong.
    fn knows(&self, request: &Request<Incoming>) -> bool {
        let shown = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|v| v.as_bytes().strip_prefix(b"Bearer "))
            .unwrap_or(b"");
        let token = self.token.as_bytes();
        shown.len() == token.len() && shown.iter().zip(token).fold(0, |d, (a, b)| d | (a ^ b)) == 0
    }

    fn refused(&self, e: Refused, path: &str) -> Answer {
        let reference = self.references.next();
        self.log.say(self.clock.wall(), Level::Info, e.code, json!({"reference": reference, "status": e.status.as_u16(), "path": path, "why": e.message}));
        boxed(json_answer(
            e.status,
            &json!({"code": e.code, "message": e.message, "reference": reference}),
        ))
    }

    async fn status(&self) -> Outcome {
        let (users, devices, open, now) = self
            .look(|f| {
                let s = f.snapshot();
                (s.users, s.devices, s.open, f.now())
            })
            .await?;
        let (calls, notifications) = self.engine.waiting();
        let mut about = self.about.clone();
        if let Value::Object(o) = &mut about {
            for (k, v) in [
                ("users", json!(users)),
                ("devices", json!(devices)),
                ("open", json!(open)),
                ("core_time", json!(now.to_string())),
                ("waiting", json!({"requests": calls, "events": notifications})),
                ("stored", json!(self.metrics.stored.get())),
                ("suspended", json!(self.metrics.suspended.get() > 0)),
                ("ledger_position", json!(self.metrics.ledger_position.get())),
                ("ledger_waiting", json!(self.metrics.ledger_waiting.get())),
                ("ledger_failing", json!(self.ledger.commit_failure())),
                ("ledger_not_compacted", json!(self.ledger.compaction_failure())),
                ("connections", json!(self.metrics.connections.get())),
                ("watchers", json!(self.tap.watchers())),
                ("rules", json!(self.ingress.policy().rules)),
            ] {
                o.insert(k.to_owned(), v);
            }
        }
        Ok(about)
    }

    async fn look<T: Send + 'static>(
        &self,
        see: impl FnOnce(&northbound_flow::Core) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        self.engine.look(see).await.ok_or_else(|| Problem::STOPPING.into())
    }

    async fn top(&self) -> Outcome {
        let view: Top =
            top::complete(self.look(top::of_core).await?, &self.deliveries, &self.metrics);
        serde_json::to_value(view).map_err(|e| Refused::bad(e.to_string()))
    }

    async fn find(&self, query: &str) -> Outcome {
        let id: RequestId = values(query)
            .find(|(k, _)| k == "id")
            .map(|(_, v)| v)
            .unwrap_or_default()
            .parse()
            .map_err(|e: northbound_types::id::IdError| Refused::bad(e.to_string()))?;
        let found = self.look(move |f| f.find(id)).await?;
        Ok(json!({"request": id.to_string(), "open": found}))
    }

    /// One device (`eui`), or a page of them (`after`, `limit`).
    async fn devices(&self, query: &str) -> Outcome {
        let (mut one, mut after, mut limit) = (None, None, PAGE);
        for (key, value) in values(query) {
            let eui = || value.parse::<Eui64>().map_err(|e| Refused::bad(e.to_string()));
            match key.as_str() {
                "eui" => one = Some(eui()?),
                "after" => after = Some(eui()?),
                "limit" => {
                    limit =
                        value.parse().ok().filter(|n| (1..=PAGE).contains(n)).ok_or_else(|| {
                            Refused::bad(format!("limit {value:?}: write 1 to {PAGE}"))
                        })?
                }
                _ => {
                    return Err(Refused::bad(format!(
                        "{key:?}: devices are asked for with eui, after and limit"
                    )));
                }
            }
        }
        let found = self
            .look(move |f| match one {
                Some(d) => f.device(d).into_iter().collect(),
                None => f.devices(after, limit),
            })
            .await?;
        Ok(json!({"devices": found}))
    }

    /// Which of some devices the core has.
    async fn known(&self, devices: Vec<Eui64>) -> Outcome {
        if devices.len() > ASKED {
            return Err(Refused::bad(format!(
                "{} devices: ask for at most {ASKED} at once",
                devices.len()
            )));
        }
        let found: Vec<Eui64> = self
            .look(move |f| devices.into_iter().filter(|d| f.device(*d).is_some()).collect())
            .await?;
        Ok(json!({"devices": found}))
    }

    async fn change(&self, asked: ChangeAsked) -> Outcome {
        made(self.hand_over(asked)?).await.map(|()| json!({"changed": true}))
    }

    /// Several changes, handed over together so that they share their syncs. Each is made or not by itself.
    async fn changes(&self, asked: Vec<ChangeAsked>) -> Outcome {
        if asked.len() > CHANGES {
            return Err(Refused::bad(format!(
                "{} changes: send at most {CHANGES} at once",
                asked.len()
            )));
        }
        // All are handed over before the first is waited for.
        let handed: Vec<_> = asked.into_iter().map(|a| self.hand_over(a)).collect();
        let mut out = Vec::with_capacity(handed.len());
        for h in handed {
            let outcome = match h {
                Ok(said) => made(said).await,
                Err(e) => Err(e),
            };
            out.push(match outcome {
                Ok(()) => Changed {
                    changed: true,
                    status: 200,
                    code: String::new(),
                    message: String::new(),
                },
                Err(e) => Changed {
                    changed: false,
                    status: e.status.as_u16(),
                    code: e.code.to_owned(),
                    message: e.message,
                },
            });
        }
        Ok(json!({"outcomes": out}))
    }

    /// Gives a change to the engine, where who asks for it may make it.
    fn hand_over(&self, asked: ChangeAsked) -> Result<oneshot::Receiver<CallOutcome>, Refused> {
        let actor = Actor::parse(&asked.actor)
            .ok_or_else(|| Refused::bad(format!("actor {:?} names nobody", asked.actor)))?;
        if !rights::may_change_live(&actor) {
            return Err(Refused::new(
                StatusCode::FORBIDDEN,
                "control.right",
                format!(
                    "{actor} may not change the live service: that needs one of the roles {}",
                    rights::LIVE_ROLES.join(", ")
                ),
            ));
        }
        if matches!(asked.change, Change::Policy(_)) {
            return Err(Refused::new(
                StatusCode::FORBIDDEN,
                "control.policy",
                "a policy is made from the rules: change them and start the service again",
            ));
        }
        let control =
            Control { actor: actor.to_string(), reason: asked.reason, change: asked.change };
        let (to, said) = oneshot::channel();
        self.engine
            .call(Call::Control(Box::new(control), to))
            .map_err(|(_, why)| Refused::from(Problem::from(why)))?;
        Ok(said)
    }

    fn endpoint(&self, e: &EndpointAsked) -> Outcome {
        let url = e
            .url
            .as_deref()
            .map(str::parse::<Url>)
            .transpose()
            .map_err(|e| Refused::bad(e.to_string()))?;
        self.deliveries.direct(e.user, url.clone());
        Ok(json!({"user": e.user, "url": url.map(|u| u.to_string())}))
    }

    fn route(&self, r: &RouteAsked) -> Outcome {
        let url: Url = r.url.parse().map_err(|e: UrlError| Refused::bad(e.to_string()))?;
        self.deliveries.route(r.request, url.clone());
        Ok(json!({"request": r.request.to_string(), "url": url.to_string()}))
    }

    fn keys(&self) -> Outcome {
        let keys = (self.load_keys)()
            .map_err(|e| Refused::new(StatusCode::CONFLICT, "control.keys", e.to_string()))?;
        let n = keys.ring.len();
        self.ingress.change_keys(Arc::new(keys));
        self.log.say(self.clock.wall(), Level::Info, "keys.loaded", json!({"certificates": n}));
        Ok(json!({"certificates": n}))
    }

    /// Lines as they come, until the client goes or the service stops.
    fn watched(&self, filter: Filter) -> Answer {
        let (mut steps, mut stopping) = (self.tap.watch(), self.stopping.clone());
        let (lines, out) = mpsc::channel::<Bytes>(256);
        tokio::spawn(async move {
            loop {
                let step = tokio::select! { s = steps.recv() => s, _ = stopping.wait_for(|s| *s) => return, () = lines.closed() => return };
                let line = match step {
                    Ok(s) if filter.wants(&s) => {
                        serde_json::to_string(s.as_ref()).unwrap_or_default()
                    }
                    Ok(_) => continue,
                    Err(RecvError::Lagged(n)) => json!({"step": "lost", "lines": n}).to_string(),
                    Err(RecvError::Closed) => return,
                };
                if lines.send(Bytes::from(line + "\n")).await.is_err() {
                    return;
                }
            }
        });
        let mut answer = Response::new(BodyExt::boxed(Streamed(out)));
        answer
            .headers_mut()
            .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/x-ndjson"));
        answer
    }
}

/// A body of lines as they come.
struct Streamed(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Streamed {
    type Data = Bytes;
    type Error = Infallible;
    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|line| line.map(|b| Ok(Frame::data(b))))
    }
}

fn boxed(answer: Response<Full<Bytes>>) -> Answer {
    answer.map(BodyExt::boxed)
}

fn text(media: &'static str, body: String) -> Answer {
    let mut answer = Response::new(BodyExt::boxed(Full::new(Bytes::from(body))));
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media));
    answer
}

/// What the engine says of a change.
async fn made(said: oneshot::Receiver<CallOutcome>) -> Result<(), Refused> {
    match said.await {
        Ok(CallOutcome::Recorded | CallOutcome::Reply(_)) => Ok(()),
        Ok(CallOutcome::Unchanged(why)) => Err(Refused::new(StatusCode::CONFLICT, UNCHANGED, why)),
        Ok(CallOutcome::NotAccepted(why)) => Err(Problem::from(why).into()),
        Err(_) => Err(Problem::STOPPING.into()),
    }
}

async fn body<T: serde::de::DeserializeOwned>(request: Request<Incoming>) -> Result<T, Refused> {
    let bytes = Limited::new(request.into_body(), REQUEST_BYTES)
        .collect()
        .await
        .map_err(|e| Refused::bad(format!("the body cannot be read: {e}")))?
        .to_bytes();
    serde_json::from_slice(&bytes).map_err(|e| Refused::bad(e.to_string()))
}

fn values(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    query
        .split('&')
        .filter_map(|p| p.split_once('='))
        .map(|(k, v)| (k.to_owned(), v.replace("%3A", ":").replace("%3a", ":")))
}

fn filter(query: &str) -> Result<Filter, Refused> {
    let mut f = Filter::default();
    for (key, value) in values(query) {
        let bad = |e: northbound_types::id::IdError| Refused::bad(e.to_string());
        match key.as_str() {
            "request" => f.request = Some(value.parse().map_err(bad)?),
            "device" => f.device = Some(value.parse().map_err(bad)?),
            "user" => f.user = Some(value.parse().map_err(bad)?),
            _ => {
                return Err(Refused::bad(format!("{key:?}: filters are request, device and user")));
            }
        }
    }
    Ok(f)
}
