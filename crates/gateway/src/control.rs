//! The control interface: HTTP and JSON over loopback for those who operate the service, under `/v1`. Its documents are
//! defined in `northbound_client::control`, which also has the client. Every refusal is a problem with a stable code
//! and the reference id that the log has too.

mod changes;
mod extract;
mod messages;
mod problems;
mod routes;
mod table;
mod tap;
mod top;

pub use table::{Changes, ROUTES, Route, Verb};

use crate::{
    egress::Deliveries, engine::Handle, ingress::Ingress, ledger_sink::LedgerHealth,
    log::References, metrics::Metrics, problem::Problem, tap::Tap,
};
use axum::{Router, middleware::from_fn_with_state};
use northbound_flow::Core;
use northbound_keys::Keys;
use northbound_types::Actor;
use problems::Refused;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// Why the service stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// Somebody asked over this interface.
    Asked,
    /// A signal.
    Signal,
}

/// Whether an Actor may run a command, by the one table of who may run what.
pub type Permits = Arc<dyn Fn(&str, &Actor) -> bool + Send + Sync>;

/// What the routes of the interface use.
pub struct Interface {
    pub(crate) token: String,
    pub(crate) permits: Permits,
    pub(crate) engine: Handle,
    pub(crate) deliveries: Deliveries,
    pub(crate) ingress: Arc<Ingress>,
    pub(crate) load_keys: Box<dyn Fn() -> crate::Result<Keys> + Send + Sync>,
    pub(crate) tap: Tap,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) ledger: LedgerHealth,
    pub(crate) references: References,
    pub(crate) about: Value,
    pub(crate) stop: mpsc::Sender<StopReason>,
    pub(crate) stopping: watch::Receiver<bool>,
}

impl Interface {
    /// Reads from the core between two batches.
    async fn look<T: Send + 'static>(
        &self,
        see: impl FnOnce(&Core) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        self.engine.look(see).await.ok_or_else(|| Problem::STOPPING.into())
    }
}

/// The interface: the routes of the table, and a problem for everything else.
pub(crate) fn router(interface: Arc<Interface>) -> Router {
    table::router()
        .method_not_allowed_fallback(problems::method)
        .fallback(problems::path)
        .layer(from_fn_with_state(Arc::clone(&interface), problems::authorise))
        .layer(from_fn_with_state(Arc::clone(&interface), problems::report))
        .with_state(interface)
}
