//! The regional network as the service sees it: Commands go out, answers and alerts come back,
//! and after a crash the service asks what became of a Command.
//!
//! A network never blocks its caller: [`RegionalNetwork::dispatch`] hands a Command over and
//! returns, and everything that comes back is a [`NetworkEvent`] on the channel that was made with
//! the network. Events come at least once. An answer that was lost on its way is not repeated by
//! itself: ask for it.

pub(crate) mod codec;
mod emulated;
mod tcp;

pub use emulated::EmulatedNetwork;
pub use tcp::TcpNetwork;

use northbound_emulator::Pace;
pub use northbound_emulator::interface::{CommandStatus, MAX_EVENTS, NetworkAlert, NetworkEvent};
use northbound_gbcs::{Correlation, Cra, ErrorCode, GbcsError};

/// Commands and questions that may wait to be handed over; more are refused with
/// [`NetworkError::Busy`].
pub const MAX_WAITING: usize = 65_536;

/// A Command for the network's interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    pub(crate) correlation: Correlation,
    pub(crate) bytes: Vec<u8>,
    pub(crate) pace: Pace,
}

impl Dispatch {
    /// A Command of which only the bytes are known.
    ///
    /// # Errors
    /// The bytes are no Command.
    pub fn new(bytes: Vec<u8>, pace: Pace) -> Result<Dispatch, NetworkError> {
        let read = northbound_gbcs::parse(&bytes)?;
        let correlation = match read.message.cra {
            Cra::Command => read.message.correlation()?,
            other => {
                return Err(NetworkError::Message(GbcsError {
                    code: ErrorCode::UnknownCra,
                    offset: 0,
                    detail: format!("a {other} can't be sent to a device"),
                }));
            }
        };
        Ok(Dispatch { correlation, bytes, pace })
    }

    /// Identifies the Command and its response.
    #[must_use]
    pub fn correlation(&self) -> Correlation {
        self.correlation
    }
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
    /// Hands a Command over, without waiting. It is sent once the network is connected. A crash of either side may
    /// lose it: [`RegionalNetwork::ask`] finds out.
    ///
    /// # Errors
    /// Too much waits, or the network was shut down.
    fn dispatch(&self, command: Dispatch) -> Result<(), NetworkError>;

    /// Asks what became of a Command. The answer comes as [`NetworkEvent::Status`].
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
