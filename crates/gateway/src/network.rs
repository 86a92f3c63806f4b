//! The regional network as the service sees it: Commands go out, answers and alerts come back,
//! and after a crash the service asks what became of a Command.
//!
//! A network never blocks its caller: [`RegionalNetwork::dispatch`] hands a Command over and
//! returns, and everything that comes back is a [`NetworkEvent`] on the channel that was made with
//! the network. Events come at least once. An answer that was lost on its way is not repeated by
//! itself: ask for it.

mod emulated;
mod tcp;

pub use emulated::EmulatedNetwork;
pub use tcp::TcpNetwork;

use northbound_gbcs::{Correlation, Cra, ErrorCode, GbcsError};
use northbound_network::Pace;
use northbound_types::Eui64;

/// Commands and questions that may wait to be handed over; more are refused with
/// [`NetworkError::Busy`].
pub const MAX_WAITING: usize = 65_536;
/// Events that may wait for the service. While so many do, the network waits with the next.
pub const MAX_EVENTS: usize = 65_536;

/// A Command for the network's interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    /// The GBCS message.
    pub bytes: Vec<u8>,
    /// How much time it has.
    pub pace: Pace,
}

/// What comes back. Times in µs UTC by the network's clock.
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
        /// Its place in the network's list: say [`RegionalNetwork::alert_taken`] with it once it is
        /// safe, or it comes again after a reconnection.
        number: u64,
        /// When it was at the interface.
        at: i64,
        /// What it is.
        alert: NetworkAlert,
    },
    /// The answer to [`RegionalNetwork::ask`].
    Told {
        /// Which Command was asked for.
        correlation: Correlation,
        /// What is known of it.
        told: Told,
    },
}

impl NetworkEvent {
    /// The same with its times put on another scale.
    #[must_use]
    pub fn at(mut self, scale: impl Fn(i64) -> i64) -> NetworkEvent {
        match &mut self {
            NetworkEvent::Connected
            | NetworkEvent::Disconnected
            | NetworkEvent::Told { told: Told::Executing | Told::Unknown, .. } => {}
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
            NetworkEvent::Told { told: Told::Known { delivered, .. }, .. } => {
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

/// What the network knows of a Command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The device did it; this is its answer, as it stands in the execution log.
    Known {
        /// When the device had the Command, µs UTC.
        delivered: i64,
        /// The GBCS message.
        bytes: Vec<u8>,
    },
    /// It is under way to the device. Its answer follows: as an answer, or as [`Told::Known`] where
    /// a crash has lost that.
    Executing,
    /// The device never had it, as far as the network knows: it may be sent again.
    Unknown,
}

/// Why the network does not take what it is given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Too much waits already.
    #[error("{MAX_WAITING} Commands wait for the regional network already; try again later")]
    Busy,
    /// The network was shut down.
    #[error("the regional network was shut down")]
    Closed,
    /// The bytes are no Command.
    #[error("this can't be put on the regional network: {0}")]
    Message(#[from] northbound_gbcs::GbcsError),
}

/// A regional network, emulated or real.
pub trait RegionalNetwork: Send + Sync {
    /// Hands a Command over, without waiting. It goes out at least when the network is connected;
    /// a crash of either side may lose it: [`RegionalNetwork::ask`] tells.
    ///
    /// # Errors
    /// The bytes are no Command, too much waits, or the network was shut down.
    fn dispatch(&self, command: Dispatch) -> Result<Correlation, NetworkError>;

    /// Asks what became of a Command. The answer comes as [`NetworkEvent::Told`].
    ///
    /// # Errors
    /// Too much waits, or the network was shut down.
    fn ask(&self, correlation: Correlation) -> Result<(), NetworkError>;

    /// Says that an alert, and all before it, are safe on our side and need not come again.
    ///
    /// # Errors
    /// Too much waits, or the network was shut down.
    fn alert_taken(&self, number: u64) -> Result<(), NetworkError>;
}

/// The key of a Command that is to be dispatched.
fn command_key(bytes: &[u8]) -> Result<Correlation, NetworkError> {
    let p = northbound_gbcs::parse(bytes)?;
    match p.message.cra {
        Cra::Command => Ok(p.message.correlation()?),
        other => Err(NetworkError::Message(GbcsError {
            code: ErrorCode::UnknownCra,
            offset: 0,
            detail: format!("a {other} can't be sent to a device"),
        })),
    }
}
