//! Bodies: read within a time, up to a length, and no more of them at once than memory allows.

use super::memory::{Held, Memory};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use std::time::Duration;

/// What came of a body.
#[derive(Debug)]
pub(crate) enum Read {
    /// All of it, with its memory.
    Whole(Bytes, Held),
    /// Longer than it may be. What was read of it was not kept; where its end was not read, the
    /// connection ends with the answer.
    TooLong,
    /// It did not come in time, or others needed its memory.
    Slow,
    /// The connection broke.
    Broken,
    /// There is no memory for it now.
    NoRoom,
}

/// How bodies are read.
#[derive(Debug, Clone)]
pub(crate) struct Bodies {
    pub(super) memory: Memory,
    pub(super) time: Duration,
    pub(super) discard: usize,
}

impl Bodies {
    /// Reads a body of at most `most` bytes into `held`. Memory is taken as the bytes come: a client that states a
    /// long body and sends none holds nothing.
    pub(crate) async fn read(&self, body: Incoming, most: usize, held: Held) -> Read {
        tokio::time::timeout(self.time, self.within(body, most, held)).await.unwrap_or(Read::Slow)
    }

    async fn within(&self, mut body: Incoming, most: usize, held: Held) -> Read {
        let stated = body.size_hint().exact().map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        if stated.is_some_and(|n| n > most) {
            return self.discard(body, stated).await;
        }
        let mut whole: Option<Bytes> = None;
        let mut joined = BytesMut::new();
        loop {
            let frame = tokio::select! {
                biased;
                () = held.dropped() => return Read::Slow,
                frame = body.frame() => frame,
            };
            let Some(frame) = frame else { break };
            let Ok(frame) = frame else { return Read::Broken };
            let Ok(data) = frame.into_data() else { continue };
            let so_far = joined.len() + whole.as_ref().map_or(0, Bytes::len);
            if so_far + data.len() > most {
                drop((joined, whole, held));
                return self.discard(body, None).await;
            }
            if !held.grow(so_far + data.len()) {
                return Read::NoRoom;
            }
            // Most messages come in one piece, which then needs no copy.
            match whole.take() {
                None if joined.is_empty() => whole = Some(data),
                None => joined.extend_from_slice(&data),
                Some(first) => {
                    joined.extend_from_slice(&first);
                    joined.extend_from_slice(&data);
                }
            }
        }
        held.is_whole();
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
