//! From the regional network to the engine.

use crate::{
    engine::{Handle, Notification},
    ingress::Ingress,
    wan::{NetworkEvent, codec},
};
use northbound_flow::event::Event;
use std::sync::Arc;
use tokio::sync::mpsc::Receiver;
use tracing::{info, warn};

/// Forwards events of the network until it ends. Blocks while the engine's queue is full; the network then waits too.
pub(super) fn forward(
    mut events: Receiver<NetworkEvent>,
    engine: Handle,
    ingress: Arc<Ingress>,
    clock: crate::clock::SharedClock,
) {
    while let Some(event) = events.blocking_recv() {
        let alert =
            if let NetworkEvent::Alert { number, .. } = &event { Some(*number) } else { None };
        match &event {
            // Whatever was on its way when the connection broke is asked for.
            NetworkEvent::Connected => {
                info!(event = "network.connected");
                engine.notify_waiting(Notification { event: Event::Restarted, alert: None });
                continue;
            }
            NetworkEvent::Disconnected => {
                warn!(event = "network.disconnected");
                continue;
            }
            _ => {}
        }
        let policy = ingress.policy();
        match codec::received(
            event.at(|t| clock.of_real(t)),
            policy.service,
            policy.outage_codes.first().copied().unwrap_or_default(),
        ) {
            Ok(Some(event)) => engine.notify_waiting(Notification { event, alert }),
            Ok(None) => {}
            Err(why) => warn!(event = "network.unreadable", why),
        }
    }
}
