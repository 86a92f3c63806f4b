//! From the regional network to the engine.

use crate::{
    door::Door,
    engine::{Back, Handle},
    log::{Level, Log},
    network::NetworkEvent,
    southbound,
};
use northbound_flow::event::Event;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::mpsc::Receiver;

/// Passes on what the network says, on a thread of its own, and waits where the engine does: the
/// network then waits too. Ends with the network.
pub(super) fn forward(
    mut events: Receiver<NetworkEvent>,
    engine: Handle,
    door: Arc<Door>,
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
                engine.tell_waiting(Back { event: Event::Restarted, alert: None });
                continue;
            }
            NetworkEvent::Disconnected => {
                log.say(clock.wall(), Level::Warn, "network.disconnected", json!({}));
                continue;
            }
            _ => {}
        }
        let policy = door.policy();
        match southbound::received(
            event.at(|t| clock.of_real(t)),
            policy.service,
            policy.outage_codes.first().copied().unwrap_or_default(),
        ) {
            Ok(Some(event)) => engine.tell_waiting(Back { event, alert }),
            Ok(None) => {}
            Err(why) => {
                log.say(clock.wall(), Level::Warn, "network.unreadable", json!({"why": why}))
            }
        }
    }
}
