//! The table of routes: the router is made from it, so a route that is not in it does not exist.

use super::{Interface, changes, messages, routes, tap};
use axum::{
    Router,
    http::Method,
    routing::{MethodFilter, MethodRouter, on},
};
use northbound_client::control::METRICS;
use std::{fmt, sync::Arc};

/// What a successful request to a route changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changes {
    /// Reads only.
    Nothing,
    /// The core's state, through the journal and with an Actor.
    Core,
    /// Where messages to Users are delivered, until the service stops.
    Deliveries,
    /// The certificates and keys in use.
    Keys,
    /// Ends the service.
    Stop,
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Changes::Nothing => "nothing",
            Changes::Core => "the core's state",
            Changes::Deliveries => "where messages are delivered",
            Changes::Keys => "the keys in use",
            Changes::Stop => "stops the service",
        })
    }
}

/// One route of the control interface.
#[derive(Debug)]
pub struct Route {
    /// The method that the path takes; HEAD goes with GET.
    pub method: Verb,
    /// The path, with its version.
    pub path: &'static str,
    /// What it changes.
    pub changes: Changes,
    /// The command of the command line whose permission a request needs. `None` needs neither Actor nor token.
    pub command: Option<&'static str>,
    handler: fn(MethodFilter) -> MethodRouter<Arc<Interface>>,
}

/// The methods of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Reads.
    Get,
    /// Changes something, or carries a question too long for a query.
    Post,
}

impl Verb {
    /// The method of HTTP.
    #[must_use]
    pub fn method(self) -> Method {
        match self {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
        }
    }

    fn filter(self) -> MethodFilter {
        match self {
            Verb::Get => MethodFilter::GET,
            Verb::Post => MethodFilter::POST,
        }
    }
}

impl Route {
    /// Whether a request of this method and path goes to this route.
    pub(super) fn takes(&self, method: &Method, path: &str) -> bool {
        let own = self.method.method();
        self.path == path && (*method == own || (own == Method::GET && *method == Method::HEAD))
    }
}

type Handler = fn(MethodFilter) -> MethodRouter<Arc<Interface>>;

const fn get(path: &'static str, command: &'static str, handler: Handler) -> Route {
    let (method, changes, command) = (Verb::Get, Changes::Nothing, Some(command));
    Route { method, path, changes, command, handler }
}

const fn post(
    path: &'static str,
    changes: Changes,
    command: &'static str,
    handler: Handler,
) -> Route {
    Route { method: Verb::Post, path, changes, command: Some(command), handler }
}

/// Metrics name no User, no device and no message.
const fn metrics(path: &'static str, handler: Handler) -> Route {
    Route { method: Verb::Get, path, changes: Changes::Nothing, command: None, handler }
}

/// Every route. `docs/serve.md` lists the same.
pub static ROUTES: [Route; 16] = [
    metrics(METRICS, |m| on(m, routes::metrics)),
    get("/v1/status", "status", |m| on(m, routes::status)),
    get("/v1/top", "top", |m| on(m, routes::top)),
    get("/v1/users", "device list", |m| on(m, routes::users)),
    get("/v1/devices", "device list", |m| on(m, routes::devices)),
    get("/v1/request", "tap", |m| on(m, routes::request)),
    get("/v1/messages", "request list", |m| on(m, messages::uncommitted)),
    get("/v1/endpoints", "status", |m| on(m, routes::endpoints)),
    get("/v1/tap", "tap", |m| on(m, tap::watch)),
    post("/v1/known", Changes::Nothing, "device import", |m| on(m, routes::known)),
    post("/v1/change", Changes::Core, "device add", |m| on(m, changes::one)),
    post("/v1/changes", Changes::Core, "device add", |m| on(m, changes::several)),
    post("/v1/endpoint", Changes::Deliveries, "receive", |m| on(m, routes::endpoint)),
    post("/v1/route", Changes::Deliveries, "send", |m| on(m, routes::route)),
    post("/v1/keys", Changes::Keys, "key import", |m| on(m, routes::keys)),
    post("/v1/stop", Changes::Stop, "serve", |m| on(m, routes::stop)),
];

/// A router with the routes of the table and no others.
pub(super) fn router() -> Router<Arc<Interface>> {
    ROUTES
        .iter()
        .fold(Router::new(), |router, r| router.route(r.path, (r.handler)(r.method.filter())))
}
