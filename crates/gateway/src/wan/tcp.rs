//! Devices in another process, over loopback TCP. It connects again by itself.

use super::{Dispatch, MAX_EVENTS, MAX_WAITING, NetworkError, NetworkEvent, RegionalNetwork};
use northbound_emulator::devices::{
    frame::{self, Request},
    next_frame,
};
use northbound_gbcs::Correlation;
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncWriteExt, BufReader, BufWriter},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc::{Receiver, Sender, channel, error::TrySendError},
    time::{sleep, timeout},
};

/// The first wait before connecting again; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(50);
/// The longest wait before connecting again.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// A connection attempt, with its hello, may take so long.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Devices in another process.
#[derive(Debug, Clone)]
pub struct TcpNetwork {
    waiting: Sender<Request>,
}

impl TcpNetwork {
    /// Connects to the devices at an address, and again whenever the connection breaks. Must be
    /// called within a tokio runtime. It ends when the returned network and all its clones are
    /// dropped.
    #[must_use]
    pub fn connect(address: SocketAddr) -> (TcpNetwork, Receiver<NetworkEvent>) {
        let (waiting, said) = channel(MAX_WAITING);
        let (events, received) = channel(MAX_EVENTS);
        tokio::spawn(keep_connected(address, said, events));
        (TcpNetwork { waiting }, received)
    }

    fn say(&self, said: Request) -> Result<(), NetworkError> {
        self.waiting.try_send(said).map_err(|e| match e {
            TrySendError::Full(_) => NetworkError::Busy,
            TrySendError::Closed(_) => NetworkError::Closed,
        })
    }
}

impl RegionalNetwork for TcpNetwork {
    fn dispatch(&self, command: Dispatch) -> Result<(), NetworkError> {
        self.say(Request::Command { pace: command.pace, bytes: command.bytes })
    }
    fn ask(&self, correlation: Correlation) -> Result<(), NetworkError> {
        self.say(Request::Ask(correlation))
    }
    fn alert_taken(&self, number: u64) -> Result<(), NetworkError> {
        self.say(Request::AlertTaken(number))
    }
}

async fn keep_connected(
    address: SocketAddr,
    mut said: Receiver<Request>,
    events: Sender<NetworkEvent>,
) {
    let mut wait = FIRST_WAIT;
    while !said.is_closed() || !said.is_empty() {
        if let Ok(Some((read, write))) = timeout(CONNECT_WITHIN, connect(address)).await {
            wait = FIRST_WAIT;
            if events.send(NetworkEvent::Connected).await.is_err() {
                return;
            }
            let reader = tokio::spawn(read_events(read, events.clone()));
            let ended = write_said(write, &mut said, &reader).await;
            reader.abort();
            // Nothing of the old connection comes after this.
            let _ = reader.await;
            if ended || events.send(NetworkEvent::Disconnected).await.is_err() {
                return;
            }
        }
        tokio::select! {
            () = sleep(wait) => {}
            () = events.closed() => return,
        }
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

async fn connect(
    address: SocketAddr,
) -> Option<(BufReader<OwnedReadHalf>, BufWriter<OwnedWriteHalf>)> {
    let stream = TcpStream::connect(address).await.ok()?;
    let _ = stream.set_nodelay(true);
    let (read, write) = stream.into_split();
    let (mut read, mut write) = (BufReader::new(read), BufWriter::new(write));
    write.write_all(&frame::hello()).await.ok()?;
    write.flush().await.ok()?;
    frame::check_hello(&next_frame(&mut read).await?).ok()?;
    Some((read, write))
}

async fn read_events(mut read: BufReader<OwnedReadHalf>, events: Sender<NetworkEvent>) {
    while let Some(bytes) = next_frame(&mut read).await {
        let Ok(event) = frame::decode_event(&bytes) else { return };
        if events.send(event).await.is_err() {
            return;
        }
    }
}

/// `true` where there is nothing more to say, ever; `false` where the connection broke.
async fn write_said(
    mut write: BufWriter<OwnedWriteHalf>,
    said: &mut Receiver<Request>,
    reader: &tokio::task::JoinHandle<()>,
) -> bool {
    loop {
        // A reader that is done has seen the end of the connection. A timer, since a handle can't
        // be awaited and kept.
        let next = match timeout(FIRST_WAIT, said.recv()).await {
            Ok(None) => return write.flush().await.is_ok(),
            Ok(Some(next)) => next,
            Err(_) if reader.is_finished() => return false,
            Err(_) => continue,
        };
        if write.write_all(&next.encode()).await.is_err() {
            return false;
        }
        if said.is_empty() && write.flush().await.is_err() {
            return false;
        }
    }
}
