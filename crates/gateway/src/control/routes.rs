//! Routes that read the service, and those that direct messages, reload keys and stop it.

use super::{
    Interface, StopReason,
    extract::{Answer, Document, Json, Parameters},
    problems::Refused,
    top,
};
use crate::metrics::MEDIA_TYPE;
use axum::{
    Extension,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use northbound_client::control::ASKED;
use northbound_flow::Core;
use northbound_registers::rights;
use northbound_transport::Url;
use northbound_types::{Actor, Eui64, RequestId};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use tracing::info;

/// Devices on one page.
const PAGE: usize = 10_000;

type Service = State<Arc<Interface>>;

/// Metrics in the text form of Prometheus.
pub(super) async fn metrics(State(i): Service) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, MEDIA_TYPE)], i.metrics.print())
}

pub(super) async fn status(State(i): Service) -> Answer {
    let (users, devices, open, now) = i
        .look(|f| {
            let s = f.snapshot();
            (s.users, s.devices, s.open, f.now())
        })
        .await?;
    let (calls, notifications) = i.engine.waiting();
    let mut status = i.about.clone();
    if let Value::Object(o) = &mut status {
        for (k, v) in [
            ("users", json!(users)),
            ("devices", json!(devices)),
            ("open", json!(open)),
            ("core_time", json!(now.to_string())),
            ("waiting", json!({"requests": calls, "events": notifications})),
            ("stored", json!(i.metrics.stored.get())),
            ("suspended", json!(i.metrics.suspended.get() > 0)),
            ("ledger_position", json!(i.metrics.ledger_position.get())),
            ("ledger_waiting", json!(i.metrics.ledger_waiting.get())),
            ("ledger_failing", json!(i.ledger.commit_failure())),
            ("ledger_not_compacted", json!(i.ledger.compaction_failure())),
            ("connections", json!(i.metrics.connections.get())),
            ("watchers", json!(i.tap.watchers())),
            ("rules", json!(i.ingress.policy().rules)),
        ] {
            o.insert(k.to_owned(), v);
        }
    }
    Ok(Json(status))
}

pub(super) async fn top(State(i): Service) -> Answer {
    let view = top::complete(i.look(top::of_core).await?, &i.deliveries, &i.metrics);
    serde_json::to_value(view).map(Json).map_err(|e| Refused::bad(e.to_string()))
}

pub(super) async fn users(State(i): Service) -> Answer {
    Ok(Json(json!({"users": i.look(Core::users).await?})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Devices {
    eui: Option<Eui64>,
    after: Option<Eui64>,
    limit: Option<usize>,
}

/// One device (`eui`), or a page of them (`after`, `limit`).
pub(super) async fn devices(State(i): Service, Parameters(asked): Parameters<Devices>) -> Answer {
    let limit = asked.limit.unwrap_or(PAGE);
    if !(1..=PAGE).contains(&limit) {
        return Err(Refused::bad(format!("limit {limit}: write 1 to {PAGE}")));
    }
    let found = i
        .look(move |f| match asked.eui {
            Some(d) => f.device(d).into_iter().collect(),
            None => f.devices(asked.after, limit),
        })
        .await?;
    Ok(Json(json!({"devices": found})))
}

/// Which of these devices the core has.
pub(super) async fn known(State(i): Service, Document(devices): Document<Vec<Eui64>>) -> Answer {
    if devices.len() > ASKED {
        return Err(Refused::bad(format!(
            "{} devices: ask for at most {ASKED} at once",
            devices.len()
        )));
    }
    let known: Vec<Eui64> =
        i.look(move |f| devices.into_iter().filter(|d| f.device(*d).is_some()).collect()).await?;
    Ok(Json(json!({"devices": known})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    id: RequestId,
}

pub(super) async fn request(State(i): Service, Parameters(asked): Parameters<Request>) -> Answer {
    let open = i.look(move |f| f.find(asked.id)).await?;
    Ok(Json(json!({"request": asked.id.to_string(), "open": open})))
}

pub(super) async fn endpoints(State(i): Service) -> Answer {
    Ok(Json(json!({"endpoints": i.deliveries.endpoints()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Endpoint {
    user: Eui64,
    url: Option<String>,
}

/// Directs the messages of a User to an address, or nowhere.
pub(super) async fn endpoint(
    State(i): Service,
    Extension(actor): Extension<Actor>,
    Document(e): Document<Endpoint>,
) -> Answer {
    check_user(&i, &actor, e.user).await?;
    let url = e.url.as_deref().map(url).transpose()?;
    i.deliveries.direct(e.user, url.clone());
    Ok(Json(json!({"user": e.user, "url": url.map(|u| u.to_string())})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Route {
    request: RequestId,
    url: String,
}

/// Directs the messages about one request to an address.
pub(super) async fn route(
    State(i): Service,
    Extension(actor): Extension<Actor>,
    Document(r): Document<Route>,
) -> Answer {
    check_user(&i, &actor, r.request.originator).await?;
    let url = url(&r.url)?;
    i.deliveries.route(r.request, url.clone());
    Ok(Json(json!({"request": r.request.to_string(), "url": url.to_string()})))
}

/// Refuses whoever may not act for this User: only those of its own party may, and whoever runs the service.
async fn check_user(i: &Interface, actor: &Actor, user: Eui64) -> Result<(), Refused> {
    if rights::may_change_live(actor) {
        return Ok(());
    }
    let users = i.look(Core::users).await?;
    let party = users.iter().find(|u| u.eui == user).map(|u| &*u.party);
    if party.is_some() && party == actor.party.as_deref() {
        return Ok(());
    }
    Err(Refused::new(
        StatusCode::FORBIDDEN,
        "control.right",
        format!("{actor} may not act for {user}: it is no User of its own party"),
    ))
}

fn url(text: &str) -> Result<Url, Refused> {
    text.parse().map_err(|e: northbound_transport::UrlError| Refused::bad(e.to_string()))
}

/// Reads the key folder again.
pub(super) async fn keys(State(i): Service) -> Answer {
    let keys = (i.load_keys)()
        .map_err(|e| Refused::new(StatusCode::CONFLICT, "control.keys", e.to_string()))?;
    let n = keys.ring.len();
    i.ingress.change_keys(Arc::new(keys));
    info!(event = "keys.loaded", certificates = n);
    Ok(Json(json!({"certificates": n})))
}

pub(super) async fn stop(State(i): Service) -> Answer {
    let _ = i.stop.try_send(StopReason::Asked);
    Ok(Json(json!({"stopping": true})))
}
