//! Devices in the same process: nothing of theirs outlives it.

use super::{Dispatch, MAX_EVENTS, NetworkError, NetworkEvent, RegionalNetwork};
use northbound_emulator::devices::{
    DevicesError, Settings,
    core::{self, Input},
};
use northbound_gbcs::Correlation;
use tokio::sync::mpsc::{Receiver, Sender, channel, error::TrySendError};

/// Devices in the same process.
#[derive(Debug, Clone)]
pub struct EmulatedNetwork {
    inputs: Sender<Input>,
}

impl EmulatedNetwork {
    /// Starts the devices on a thread of their own. Their folder is not used: nothing is written.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start(
        settings: Settings,
    ) -> Result<(EmulatedNetwork, Receiver<NetworkEvent>), DevicesError> {
        let (inputs, _) = core::start_in_memory(settings)?;
        let (events, received) = channel(MAX_EVENTS);
        let _ = events.try_send(NetworkEvent::Connected);
        inputs.try_send(Input::Attach { listener: 0, events }).map_err(|_| {
            DevicesError::Stopped { reason: "the thread takes no input", source: None }
        })?;
        Ok((EmulatedNetwork { inputs }, received))
    }

    fn say(&self, input: Input) -> Result<(), NetworkError> {
        self.inputs.try_send(input).map_err(|e| match e {
            TrySendError::Full(_) => NetworkError::Busy,
            TrySendError::Closed(_) => NetworkError::Closed,
        })
    }
}

impl RegionalNetwork for EmulatedNetwork {
    fn dispatch(&self, command: Dispatch) -> Result<(), NetworkError> {
        self.say(Input::Command { pace: command.pace, bytes: command.bytes })
    }
    fn ask(&self, correlation: Correlation) -> Result<(), NetworkError> {
        self.say(Input::Ask(correlation))
    }
    fn alert_taken(&self, number: u64) -> Result<(), NetworkError> {
        self.say(Input::AlertTaken(number))
    }
}
