//! What the regional network reports to the service. Events come at least once; a response that was lost is not
//! repeated unless the service asks for the status of its Command.

use northbound_gbcs::Correlation;
use northbound_types::Eui64;

/// Events that may wait for the service. While so many wait, the network holds back the next.
pub const MAX_EVENTS: usize = 65_536;

/// An event at the network's interface. Times in µs UTC by the network's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkEvent {
    /// The network can be reached (again). Whoever has Commands in flight asks for each now.
    Connected,
    /// The network can't be reached; it is tried again until it can.
    Disconnected,
    /// A device's response is at the interface.
    Answer {
        /// Which Command it answers.
        correlation: Correlation,
        /// When the device had the Command.
        delivered: i64,
        /// When the response was at the interface.
        at: i64,
        /// The GBCS message.
        bytes: Vec<u8>,
    },
    /// The network says that there is no way to the device.
    NoRoute {
        /// Which Command can't be delivered.
        correlation: Correlation,
        /// When it says so.
        at: i64,
    },
    /// An alert is at the interface.
    Alert {
        /// Its number in the network's list. The service confirms it once the alert is stored; an alert that was
        /// not confirmed comes again after a reconnection.
        number: u64,
        /// When it was at the interface.
        at: i64,
        /// The alert.
        alert: NetworkAlert,
    },
    /// The answer to a question after the status of a Command.
    Status {
        /// The Command that was asked for.
        correlation: Correlation,
        /// Its status.
        status: CommandStatus,
    },
}

impl NetworkEvent {
    /// The event with its times converted, such as to a clock that runs fast.
    #[must_use]
    pub fn at(mut self, scale: impl Fn(i64) -> i64) -> NetworkEvent {
        match &mut self {
            NetworkEvent::Connected
            | NetworkEvent::Disconnected
            | NetworkEvent::Status {
                status: CommandStatus::Executing | CommandStatus::Unknown,
                ..
            } => {}
            NetworkEvent::Answer { delivered, at, .. } => {
                *delivered = scale(*delivered);
                *at = scale(*at);
            }
            NetworkEvent::NoRoute { at, .. } => *at = scale(*at),
            NetworkEvent::Alert { at, alert, .. } => {
                *at = scale(*at);
                if let NetworkAlert::PowerOutage { since, .. } = alert {
                    *since = scale(*since);
                }
            }
            NetworkEvent::Status { status: CommandStatus::Known { delivered, .. }, .. } => {
                *delivered = scale(*delivered)
            }
        }
        self
    }
}

/// An alert of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkAlert {
    /// A device's own: the GBCS message.
    Device(Vec<u8>),
    /// The network's: a hub without supply for three minutes (AD1).
    PowerOutage {
        /// The hub.
        hub: Eui64,
        /// Since when it is without supply, µs UTC.
        since: i64,
    },
}

/// Status of a Command in the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandStatus {
    /// The device did it; this is its answer, as it stands in the execution log.
    Known {
        /// When the device had the Command, µs UTC.
        delivered: i64,
        /// The GBCS message.
        bytes: Vec<u8>,
    },
    /// It is under way to the device. Its answer follows: as an answer, or as [`CommandStatus::Known`] where
    /// a crash has lost that.
    Executing,
    /// The device never had it, as far as the network knows: it may be sent again.
    Unknown,
}
