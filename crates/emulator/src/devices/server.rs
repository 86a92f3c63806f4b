//! The devices on loopback.

use super::{
    DevicesError, Settings,
    core::{self, Input},
    frame::{self, LENGTH_BYTES, MAX_FRAME_BYTES, Request},
    log::Opened,
};
use crate::interface::MAX_EVENTS;
use std::{future::Future, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader, BufWriter},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc::{Receiver, Sender, channel},
    task::JoinSet,
    time::timeout,
};
use tracing::{Instrument, debug_span, info, warn};

/// A connection that says nothing sensible for so long at its start is closed.
const HELLO_WITHIN: Duration = Duration::from_secs(5);

/// Runs the devices until `stop` is done. `ready` is called once, with the address and what was
/// found in the log.
///
/// # Errors
/// The folder or its log, the address, or a disk that fails while it runs. A failing disk stops
/// the devices: an answer without a record would be a lie.
pub async fn serve(
    settings: Settings,
    address: SocketAddr,
    ready: impl FnOnce(SocketAddr, &Opened),
    stop: impl Future<Output = ()>,
) -> Result<(), DevicesError> {
    let refused = |source| DevicesError::Listen { address, source };
    if !address.ip().is_loopback() {
        return Err(refused(std::io::Error::new(
            std::io::ErrorKind::InvalidInput,
            "not a loopback address",
        )));
    }
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let (inputs, found, thread) = core::start(settings)?;
    if found.torn > 0 {
        warn!(event = "devices.torn", bytes = found.torn);
    }
    ready(listener.local_addr().map_err(refused)?, &found);
    let (mut number, mut connections) = (0, JoinSet::new());
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            () = inputs.closed() => break,
            taken = listener.accept() => if let Ok((stream, _)) = taken {
                number += 1;
                let span = debug_span!("connection", number);
                connections.spawn(connection(stream, number, inputs.clone()).instrument(span));
            },
            Some(_) = connections.join_next() => {}
        }
    }
    // The thread ends when no input can come any more: all of the log is synced then.
    connections.shutdown().await;
    drop(inputs);
    tokio::task::spawn_blocking(move || thread.join())
        .await
        .map_err(|e| DevicesError::Stopped { reason: "its task failed", source: Some(e) })?
        .unwrap_or_else(|_| Err(DevicesError::Stopped { reason: "the thread broke", source: None }))
}

async fn connection(stream: TcpStream, listener: u64, inputs: Sender<Input>) {
    let _ = stream.set_nodelay(true);
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    if write.write_all(&frame::hello()).await.is_err() {
        return;
    }
    match timeout(HELLO_WITHIN, next(&mut read)).await {
        Ok(Some(f)) if frame::check_hello(&f).is_ok() => {}
        _ => return,
    }
    let (events, outgoing) = channel(MAX_EVENTS);
    if inputs.send(Input::Attach { listener, events }).await.is_err() {
        return;
    }
    info!(event = "devices.connected", number = listener);
    let writer = tokio::spawn(write_events(write, outgoing));
    while let Some(bytes) = next(&mut read).await {
        let input = match Request::decode(&bytes) {
            Ok(Request::Command { pace, bytes }) => Input::Command { pace, bytes },
            Ok(Request::Ask(key)) => Input::Ask(key),
            Ok(Request::AlertTaken(number)) => Input::AlertTaken(number),
            Ok(Request::Hello) | Err(_) => break,
        };
        if inputs.send(input).await.is_err() {
            break;
        }
    }
    info!(event = "devices.disconnected", number = listener);
    let _ = inputs.send(Input::Detach { listener }).await;
    writer.abort();
}

/// The next frame without its length; `None` where the connection ends or the length is too great.
pub async fn next(read: &mut BufReader<OwnedReadHalf>) -> Option<Vec<u8>> {
    let mut length = [0; LENGTH_BYTES];
    read.read_exact(&mut length).await.ok()?;
    let length = u32::from_be_bytes(length) as usize;
    if !(1..=MAX_FRAME_BYTES).contains(&length) {
        return None;
    }
    let mut bytes = vec![0; length];
    read.read_exact(&mut bytes).await.ok()?;
    Some(bytes)
}

async fn write_events(write: OwnedWriteHalf, mut events: Receiver<crate::interface::NetworkEvent>) {
    let mut write = BufWriter::new(write);
    while let Some(event) = events.recv().await {
        let Some(bytes) = frame::encode_event(&event) else { continue };
        if write.write_all(&bytes).await.is_err() {
            return;
        }
        // One packet for what comes together.
        if events.is_empty() && write.flush().await.is_err() {
            return;
        }
    }
}
