//! One connection to one User: takes the next message, posts it, and reports the attempt.

use super::{
    Shared,
    queue::{FAILING_AFTER, Queue, Turn},
};
use crate::{engine::Notification, metrics::Counter, responses::Responses};
use bytes::Bytes;
use northbound_flow::{
    effect::Delivery,
    event::{Attempt, Event, Outcome},
};
use northbound_transport::Connection;
use northbound_types::Eui64;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tracing::{error, warn};

/// Pause while the engine takes nothing.
const ENGINE_BUSY: Duration = Duration::from_millis(20);
/// Statuses by which a receiver says that it will never have a message.
const WILL_NOT: [u16; 3] = [400, 404, 413];
/// Doublings after which a pause grows no more.
const DOUBLINGS: u32 = 16;

pub(super) async fn run(user: Eui64, queue: Arc<Queue>, shared: Arc<Shared>) {
    let mut kept = Connection::default();
    let mut stop = shared.stop.clone();
    let none = || shared.endpoints.has_none(user);
    loop {
        if none() {
            tokio::select! { biased; _ = stop.wait_for(|s| *s) => return, () = queue.directed(longest_pause(&shared), none) => continue }
        }
        let turn = tokio::select! {
            biased;
            _ = stop.wait_for(|s| *s) => return,
            turn = queue.next() => turn,
        };
        if none() {
            queue.put_back(turn);
            continue;
        }
        one(user, turn, &queue, &shared, &mut kept).await;
    }
}

async fn one(user: Eui64, mut turn: Turn, queue: &Queue, shared: &Shared, kept: &mut Connection) {
    let message = match turn.message.take() {
        Some(m) => m,
        None => match fetch(shared, turn.number).await {
            Some(m) => m,
            // Settled meanwhile, or the service stops.
            None => return queue.done(turn.number, false),
        },
    };
    let request = message.answers.as_ref().map(|(id, _)| *id);
    let Some(url) = shared.endpoints.of(user, request) else {
        turn.message = Some(message);
        // Others may have a way of their own.
        return queue.put_off(turn, longest_pause(shared), Instant::now());
    };
    let status = match write(shared, &message) {
        Ok(xml) => shared.client.post(&url, xml, kept).await,
        Err(why) => {
            error!(event = "delivery.unwritable", delivery = turn.number, %user, why);
            return settle(turn, 0, Outcome::Parked, queue, shared).await;
        }
    };
    shared.metrics.tries.inc();
    turn.message = Some(message);
    match status {
        Ok(s @ 200..=299) => settle(turn, s, Outcome::Delivered, queue, shared).await,
        Ok(s) if WILL_NOT.contains(&s) && turn.tries + 1 >= shared.settings.refused_tries => {
            settle(turn, s, Outcome::Parked, queue, shared).await
        }
        Ok(s) => {
            tell(shared, Attempt { delivery: turn.number, status: s, outcome: Outcome::Again })
                .await;
            let pause = pause(shared, turn.tries, turn.number);
            queue.again(turn, pause, false, Instant::now());
        }
        Err(why) => {
            tell(shared, Attempt { delivery: turn.number, status: 0, outcome: Outcome::Again })
                .await;
            let failures = queue.failures() + 1;
            if failures == FAILING_AFTER {
                warn!(event = "endpoint.failing", %user, %url, %why);
            }
            let pause = pause(shared, failures.saturating_sub(1), turn.number);
            queue.again(turn, pause, true, Instant::now());
        }
    }
}

/// The pause before the next try: doubles from the first to the longest, and spread by a quarter so
/// that what failed together does not come back together.
fn pause(shared: &Shared, tries: u32, number: u64) -> Duration {
    let s = &shared.settings;
    let doubled = s
        .first_pause_milliseconds
        .saturating_mul(1 << tries.min(DOUBLINGS))
        .min(s.longest_pause_milliseconds);
    Duration::from_millis(doubled - doubled / 4 * (number % 8) / 8)
}

fn longest_pause(shared: &Shared) -> Duration {
    Duration::from_millis(shared.settings.longest_pause_milliseconds)
}

async fn settle(turn: Turn, status: u16, outcome: Outcome, queue: &Queue, shared: &Shared) {
    let counter = match outcome {
        Outcome::Delivered => Some(&shared.metrics.delivered),
        Outcome::Parked => Some(&shared.metrics.parked),
        Outcome::Again => None,
    };
    counter.map(Counter::inc);
    tell(shared, Attempt { delivery: turn.number, status, outcome }).await;
    queue.done(turn.number, outcome == Outcome::Delivered);
}

async fn tell(shared: &Shared, attempt: Attempt) {
    let mut input = Notification { event: Event::Attempt(attempt), alert: None };
    while let Err(back) = shared.engine.notify(input) {
        input = back;
        tokio::time::sleep(ENGINE_BUSY).await;
    }
}

async fn fetch(shared: &Shared, number: u64) -> Option<Box<Delivery>> {
    shared.engine.look(move |flow| flow.delivery(number).cloned().map(Box::new)).await.flatten()
}

/// The message, signed. Written anew at each try: a key may have changed.
fn write(shared: &Shared, d: &Delivery) -> Result<Bytes, String> {
    let keys = shared.ingress.keys();
    let answers = Responses {
        services: shared.ingress.services(),
        service: shared.ingress.policy().service,
        signer: keys.signer().map(AsRef::as_ref),
    };
    answers.delivery(d).map(Bytes::from).map_err(|e| e.to_string())
}
