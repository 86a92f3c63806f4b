//! Bodies: read within a time, up to a length, and no more of them at once than memory allows.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use std::{sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory is given out in pieces of this many bytes.
const PIECE: usize = 16 * 1024;

/// What came of a body.
#[derive(Debug)]
pub(crate) enum Read {
    /// All of it. The permit holds its memory.
    Whole(Bytes, Option<OwnedSemaphorePermit>),
    /// Longer than it may be. What was read of it was not kept; where its end was not read, the
    /// connection ends with the answer.
    TooLong,
    /// It did not come in time.
    Slow,
    /// The connection broke.
    Broken,
    /// There is no memory for it now.
    NoRoom,
}

/// How bodies are read.
#[derive(Debug, Clone)]
pub(crate) struct Bodies {
    memory: Arc<Semaphore>,
    time: Duration,
    discard: usize,
}

impl Bodies {
    pub(crate) fn new(memory: usize, time: Duration, discard: usize) -> Bodies {
        let pieces = memory.div_ceil(PIECE).clamp(1, Semaphore::MAX_PERMITS.min(u32::MAX as usize));
        Bodies { memory: Arc::new(Semaphore::new(pieces)), time, discard }
    }

    /// Reads a body of at most `most` bytes. Memory is taken as the bytes come: a client that states
    /// a long body and sends none holds nothing.
    pub(crate) async fn read(&self, body: Incoming, most: usize) -> Read {
        tokio::time::timeout(self.time, self.within(body, most)).await.unwrap_or(Read::Slow)
    }

    async fn within(&self, mut body: Incoming, most: usize) -> Read {
        let stated = body.size_hint().exact().map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        if stated.is_some_and(|n| n > most) {
            return self.discard(body, stated).await;
        }
        let mut held: Option<OwnedSemaphorePermit> = None;
        let mut whole: Option<Bytes> = None;
        let mut joined = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return Read::Broken };
            let Ok(data) = frame.into_data() else { continue };
            let so_far = joined.len() + whole.as_ref().map_or(0, Bytes::len);
            if so_far + data.len() > most {
                drop((joined, whole));
                return self.discard(body, None).await;
            }
            let more = (so_far + data.len())
                .div_ceil(PIECE)
                .saturating_sub(held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits));
            if more > 0 {
                let Ok(permit) = Arc::clone(&self.memory)
                    .try_acquire_many_owned(u32::try_from(more).unwrap_or(u32::MAX))
                else {
                    return Read::NoRoom;
                };
                match &mut held {
                    Some(h) => h.merge(permit),
                    None => held = Some(permit),
                }
            }
            // Most messages come in one piece, which then needs no copy.
            match whole.take() {
                None if joined.is_empty() => whole = Some(data),
                None => joined.extend_from_slice(&data),
                Some(first) => {
                    joined.reserve(stated.unwrap_or(0).max(first.len() + data.len()));
                    joined.extend_from_slice(&first);
                    joined.extend_from_slice(&data);
                }
            }
        }
        Read::Whole(whole.unwrap_or_else(|| joined.freeze()), held)
    }

    /// Reads and drops, so that a client that only reads after writing still hears the refusal.
    async fn discard(&self, mut body: Incoming, stated: Option<usize>) -> Read {
        if stated.is_some_and(|n| n > self.discard) {
            return Read::TooLong;
        }
        let mut dropped = 0;
        while let Some(Ok(frame)) = body.frame().await {
            dropped += frame.data_ref().map_or(0, Bytes::len);
            if dropped > self.discard {
                return Read::TooLong;
            }
        }
        Read::TooLong
    }
}
