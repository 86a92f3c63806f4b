//! Delivery of messages to Users, at least once. Each User has its own queue and connections, so that none waits
//! behind another. Memory is bounded: the core holds every message until it is delivered, so a long queue holds only
//! numbers and fetches each message when its turn comes.

mod endpoints;
mod queue;
mod worker;

pub use endpoints::{Endpoint, Endpoints, note};

use crate::{config, engine::Handle, ingress::Ingress, metrics::Metrics};
use northbound_flow::effect::Delivery;
use northbound_transport::{Client, Url};
use northbound_types::{Eui64, RequestId};
use queue::Queue;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{runtime, sync::watch, task::JoinSet};

/// What workers share.
pub(crate) struct Shared {
    pub(crate) settings: config::Delivery,
    pub(crate) client: Client,
    pub(crate) ingress: Arc<Ingress>,
    pub(crate) engine: Handle,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) endpoints: Endpoints,
    pub(crate) stop: watch::Receiver<bool>,
}

/// All queues.
#[derive(Clone)]
pub struct Deliveries {
    shared: Arc<Shared>,
    queues: Arc<Mutex<HashMap<Eui64, Arc<Queue>>>>,
    workers: Arc<Mutex<JoinSet<()>>>,
    runtime: runtime::Handle,
}

impl Deliveries {
    pub(crate) fn new(shared: Shared, runtime: runtime::Handle) -> Deliveries {
        Deliveries {
            shared: Arc::new(shared),
            queues: Arc::default(),
            workers: Arc::default(),
            runtime,
        }
    }

    /// Takes a message. Never waits.
    pub fn add(&self, message: Box<Delivery>) {
        self.queue(message.to).push(message);
    }

    fn queue(&self, user: Eui64) -> Arc<Queue> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(q) = queues.get(&user) {
            return Arc::clone(q);
        }
        let queue = Arc::new(Queue::new(self.shared.settings.kept));
        queues.insert(user, Arc::clone(&queue));
        drop(queues);
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..self.shared.settings.connections {
            workers.spawn_on(
                worker::run(user, Arc::clone(&queue), Arc::clone(&self.shared)),
                &self.runtime,
            );
        }
        queue
    }

    /// Where messages of a User go from now on; `None` keeps them until there is an endpoint again.
    pub fn direct(&self, user: Eui64, url: Option<Url>) {
        self.shared.endpoints.direct(user, url);
        self.queue(user).wake_all();
    }

    /// Where the answer to one request goes instead.
    pub fn route(&self, request: RequestId, url: Url) {
        self.shared.endpoints.route(request, url);
        self.queue(request.originator).wake_all();
    }

    /// Every endpoint.
    #[must_use]
    pub fn endpoints(&self) -> Vec<Endpoint> {
        self.shared.endpoints.list()
    }

    /// Messages that wait, by User, most first.
    #[must_use]
    pub fn waiting(&self) -> Vec<(Eui64, usize)> {
        let queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<(Eui64, usize)> =
            queues.iter().map(|(u, q)| (*u, q.len())).filter(|(_, n)| *n > 0).collect();
        all.sort_by_key(|(u, n)| (std::cmp::Reverse(*n), *u));
        all
    }

    /// Turns that workers took for a User, ever.
    #[cfg(test)]
    pub(crate) fn turns(&self, user: Eui64) -> u64 {
        self.queue(user).turns()
    }

    /// Are all messages taken, but for those of Users whose endpoint fails or is not known?
    #[must_use]
    pub fn is_drained(&self) -> bool {
        let queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        queues.iter().all(|(u, q)| {
            q.len() == 0 || q.is_failing() || self.shared.endpoints.of(*u, None).is_none()
        })
    }
}
