//! From the regional network to the engine.

use crate::{
    engine::{Handle, Notification},
    ingress::Ingress,
    log::{Level, Log},
    wan::{NetworkEvent, codec},
};
use northbound_flow::event::Event;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::mpsc::Receiver;

/// Forwards events of the network until it ends. Blocks while the engine's queue is full; the network then waits too.
pub(super) fn forward(
    mut events: Receiver<NetworkEvent>,
    engine: Handle,
    ingress: Arc<Ingress>,
    log: Log,
    clock: crate::clock::SharedClock,
) {
    while let Some(event) = events.blocking_recv() {
        let alert =
            if let NetworkEvent::Alert { number, .. } = &event { Some(*number) } else { None };
        match &event {
            // Whatever was on its way when the connection broke is asked for.
            NetworkEvent::Connected => {
                log.say(clock.wall(), Level::Info, "network.connected", json!({}));
                engine.notify_waiting(Notification { event: Event::Restarted, alert: None });
                continue;
            }
            NetworkEvent::Disconnected => {
                log.say(clock.wall(), Level::Warn, "network.disconnected", json!({}));
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
            Err(why) => {
                log.say(clock.wall(), Level::Warn, "network.unreadable", json!({"why": why}))
            }
        }
    }
}
