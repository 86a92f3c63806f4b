//! Refusals of the control interface: who may ask, what is asked, and how the answer looks.

use super::{Interface, ROUTES};
use crate::problem::{Problem, problem_answer};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use northbound_client::control::{ACTOR, METRICS};
use northbound_types::Actor;
use std::sync::Arc;
use tracing::{Instrument, debug_span, info};

/// A refusal on its way to [`report`], which writes the answer.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refused {
    pub(super) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
    ) -> Refused {
        Refused { status, code, message: message.into() }
    }
    pub(super) fn bad(message: impl Into<String>) -> Refused {
        Refused::new(StatusCode::BAD_REQUEST, "control.request", message)
    }
}

impl From<Problem> for Refused {
    fn from(p: Problem) -> Refused {
        Refused::new(p.status, p.code, p.message)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Nothing is under this path.
pub(super) async fn path() -> Refused {
    Refused::new(StatusCode::NOT_FOUND, "control.path", "nothing under this path")
}

/// The path does not have this method; the `Allow` header says which it has.
pub(super) async fn method(method: Method, uri: Uri) -> Refused {
    Refused::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "control.method",
        format!("{} does not take {method}", uri.path()),
    )
}

/// Refuses a request without the token of the data folder, without an Actor, or of an Actor who may not run the
/// command of its route. A path or method without a route goes on to its own refusal.
pub(super) async fn authorise(
    State(interface): State<Arc<Interface>>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.uri().path() != METRICS && !knows_token(&request, interface.token.as_bytes()) {
        return Refused::from(Problem::UNAUTHORISED).into_response();
    }
    let path = request.uri().path();
    let route = ROUTES.iter().find(|r| r.takes(request.method(), path));
    if let Some(command) = route.and_then(|r| r.command) {
        match acting(&request, command, &interface) {
            Ok(actor) => {
                request.extensions_mut().insert(actor);
            }
            Err(refused) => return refused.into_response(),
        }
    }
    next.run(request).await
}

/// Who acts, if they may run the command.
fn acting(request: &Request, command: &str, interface: &Interface) -> Result<Actor, Refused> {
    let named = request.headers().get(ACTOR).and_then(|v| std::str::from_utf8(v.as_bytes()).ok());
    let actor = named.and_then(Actor::parse).ok_or_else(|| {
        Refused::new(
            StatusCode::FORBIDDEN,
            "control.actor",
            format!("the header {ACTOR} must name who acts: person[@party][/body][+role…]"),
        )
    })?;
    if (interface.permits)(command, &actor) {
        return Ok(actor);
    }
    Err(Refused::new(
        StatusCode::FORBIDDEN,
        "control.right",
        format!("{actor} may not do this: it needs the permission of `{command}`"),
    ))
}

/// Compares in constant time.
fn knows_token(request: &Request, token: &[u8]) -> bool {
    let shown = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|v| v.as_bytes().strip_prefix(b"Bearer "))
        .unwrap_or(b"");
    shown.len() == token.len() && shown.iter().zip(token).fold(0, |d, (a, b)| d | (a ^ b)) == 0
}

/// Logs a refusal and writes the problem.
pub(super) async fn report(
    State(interface): State<Arc<Interface>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let span = debug_span!("control", method = %request.method(), path);
    let mut response = next.run(request).instrument(span.clone()).await;
    let Some(refused) = response.extensions_mut().remove::<Refused>() else { return response };
    let reference = interface.references.next();
    let Refused { status, code, message } = refused;
    span.in_scope(|| info!(event = code, reference, status = status.as_u16(), path, why = message));
    let mut answer = problem_answer(status, code, &message, &reference).map(Body::new);
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allow);
    }
    answer
}
