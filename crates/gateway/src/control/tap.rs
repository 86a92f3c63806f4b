//! `/v1/tap`: the steps of messages as lines of JSON, until the client goes or the service stops.

use super::{Interface, extract::Parameters, problems::Refused};
use crate::tap::{Filter, TapStep};
use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use hyper::body::Frame;
use northbound_types::{Eui64, RequestId};
use serde::Deserialize;
use serde_json::json;
use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::sync::{
    broadcast::{Receiver, error::RecvError},
    mpsc, watch,
};

/// Lines that may wait for the client.
const LINES: usize = 256;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    request: Option<RequestId>,
    device: Option<Eui64>,
    user: Option<Eui64>,
}

pub(super) async fn watch(
    State(interface): State<Arc<Interface>>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Refused> {
    let filter = Filter { request: asked.request, device: asked.device, user: asked.user };
    let (lines, out) = mpsc::channel::<Bytes>(LINES);
    tokio::spawn(send(interface.tap.watch(), interface.stopping.clone(), filter, lines));
    let media = [(header::CONTENT_TYPE, "application/x-ndjson")];
    Ok((media, Body::new(Lines(out))).into_response())
}

async fn send(
    mut steps: Receiver<Arc<TapStep>>,
    mut stopping: watch::Receiver<bool>,
    filter: Filter,
    lines: mpsc::Sender<Bytes>,
) {
    loop {
        let step = tokio::select! {
            step = steps.recv() => step,
            _ = stopping.wait_for(|s| *s) => return,
            () = lines.closed() => return,
        };
        let line = match step {
            Ok(s) if filter.wants(&s) => serde_json::to_string(s.as_ref()).unwrap_or_default(),
            Ok(_) => continue,
            Err(RecvError::Lagged(n)) => json!({"step": "lost", "lines": n}).to_string(),
            Err(RecvError::Closed) => return,
        };
        if lines.send(Bytes::from(line + "\n")).await.is_err() {
            return;
        }
    }
}

/// A body of lines as they come.
struct Lines(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Lines {
    type Data = Bytes;
    type Error = Infallible;
    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|line| line.map(|b| Ok(Frame::data(b))))
    }
}
