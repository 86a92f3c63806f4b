//! Two queues before the engine: calls whose caller awaits an outcome, and notifications that must not be lost.

use super::{WAITING_EVENTS, WAITING_REQUESTS};
use crate::ledger_sink::RowBuffer;
use northbound_flow::{
    Core,
    effect::Reply,
    event::{Control, Event, Rejected, Request, Unverified},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::oneshot;

/// Why a call is not accepted. Nothing of it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// Too much is under way.
    Busy,
    /// The journal cannot be written.
    NotStored,
    /// The engine stops.
    Stopping,
}

/// The outcome of a call.
#[derive(Debug)]
pub enum Outcome {
    /// The core's answer to a request.
    Reply(Box<Reply>),
    /// It is recorded and has no answer.
    Recorded,
    /// A change was not made, and why.
    Unchanged(String),
    /// It was not accepted: nothing of it is stored.
    NotAccepted(Unavailable),
}

/// Looks at the core, and at the rows that the ledger does not have yet, between two batches.
pub type Look = Box<dyn FnOnce(&Core, &RowBuffer) + Send>;

/// An input whose caller awaits the outcome.
pub enum Call {
    /// A request.
    Request(Box<Request>, oneshot::Sender<Outcome>),
    /// A message of a verified sender that was rejected at the ingress.
    Rejected(Box<Rejected>, oneshot::Sender<Outcome>),
    /// A message whose sender was not verified.
    Unverified(Box<Unverified>, oneshot::Sender<Outcome>),
    /// A change.
    Control(Box<Control>, oneshot::Sender<Outcome>),
    /// A look: no input.
    Look(Look),
}

/// An input without a caller.
pub struct Notification {
    /// The input.
    pub event: Event,
    /// The alert's number in the network's list, which is taken once this is stored.
    pub alert: Option<u64>,
}

#[derive(Default)]
struct Waiting {
    calls: VecDeque<Call>,
    notifications: VecDeque<Notification>,
    stop: bool,
    /// Requests are refused for this reason.
    closed: Option<Unavailable>,
}

#[derive(Default)]
struct Mailbox {
    waiting: Mutex<Waiting>,
    more: Condvar,
    space: Condvar,
}

/// The way of other threads to the engine. Clones share it.
#[derive(Clone, Default)]
pub struct Handle {
    mailbox: Arc<Mailbox>,
}

impl Handle {
    /// A mailbox for an engine.
    #[must_use]
    pub fn new() -> Handle {
        Handle::default()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.mailbox.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a call; returns it with the reason where it is not accepted.
    ///
    /// # Errors
    /// Too many calls wait, or none are accepted now.
    pub fn call(&self, input: Call) -> Result<(), (Call, Unavailable)> {
        let mut w = self.lock();
        let message =
            matches!(input, Call::Request(..) | Call::Rejected(..) | Call::Unverified(..));
        if let Some(why) = w.closed.filter(|_| message) {
            return Err((input, why));
        }
        if w.stop {
            return Err((input, Unavailable::Stopping));
        }
        if w.calls.len() >= WAITING_REQUESTS {
            return Err((input, Unavailable::Busy));
        }
        w.calls.push_back(input);
        drop(w);
        self.mailbox.more.notify_one();
        Ok(())
    }

    /// Queues a notification; returns it where too many wait.
    ///
    /// # Errors
    /// Too many wait: pause and try again.
    pub fn notify(&self, input: Notification) -> Result<(), Notification> {
        let mut w = self.lock();
        if w.notifications.len() >= WAITING_EVENTS {
            return Err(input);
        }
        w.notifications.push_back(input);
        drop(w);
        self.mailbox.more.notify_one();
        Ok(())
    }

    /// Queues a notification; blocks this thread while too many wait.
    pub fn notify_waiting(&self, mut input: Notification) {
        loop {
            match self.notify(input) {
                Ok(()) => return,
                Err(back) => input = back,
            }
            let w = self.lock();
            let _ = self.mailbox.space.wait_timeout(w, Duration::from_millis(50));
        }
    }

    /// Reads from the core between two batches; `None` where the engine has stopped.
    pub async fn look<T: Send + 'static>(
        &self,
        see: impl FnOnce(&Core) -> T + Send + 'static,
    ) -> Option<T> {
        self.look_with_rows(|flow, _| see(flow)).await
    }

    /// As [`Handle::look`], and at the rows that the ledger does not have yet.
    pub async fn look_with_rows<T: Send + 'static>(
        &self,
        see: impl FnOnce(&Core, &RowBuffer) -> T + Send + 'static,
    ) -> Option<T> {
        let (send, seen) = oneshot::channel();
        self.call(Call::Look(Box::new(move |flow, rows| {
            let _ = send.send(see(flow, rows));
        })))
        .ok()?;
        seen.await.ok()
    }

    /// Refuses requests from now on for this reason; `None` accepts them again.
    pub fn close(&self, why: Option<Unavailable>) {
        self.lock().closed = why;
    }

    /// Asks the engine to stop once what waits is done.
    pub fn stop(&self) {
        self.lock().stop = true;
        self.mailbox.more.notify_one();
    }

    /// Numbers of waiting calls and notifications.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        let w = self.lock();
        (w.calls.len(), w.notifications.len())
    }

    /// Takes up to `most` of each queue, waiting up to `wait` for the first and then `gather` for more.
    /// With `calls_only` notifications stay queued. Returns `true` when the engine should stop: both queues are
    /// empty then.
    pub(super) fn take(
        &self,
        most: usize,
        wait: Duration,
        gather: Duration,
        calls_only: bool,
        into: (&mut Vec<Call>, &mut Vec<Notification>),
    ) -> bool {
        let mut w = self.lock();
        let idle = |w: &Waiting| {
            w.calls.is_empty() && (calls_only || w.notifications.is_empty()) && !w.stop
        };
        if idle(&w) && !wait.is_zero() {
            w = self
                .mailbox
                .more
                .wait_timeout_while(w, wait, |w| idle(w))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        // Nobody is woken by what comes meanwhile.
        if !gather.is_zero()
            && !idle(&w)
            && !w.stop
            && w.calls.len().max(w.notifications.len()) < most
        {
            drop(w);
            std::thread::sleep(gather);
            w = self.lock();
        }
        let n = w.calls.len().min(most);
        into.0.extend(w.calls.drain(..n));
        if !calls_only {
            let n = w.notifications.len().min(most);
            into.1.extend(w.notifications.drain(..n));
            if n > 0 {
                self.mailbox.space.notify_all();
            }
        }
        w.stop && w.calls.is_empty() && (calls_only || w.notifications.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected() -> (Call, oneshot::Receiver<Outcome>) {
        let (send, receive) = oneshot::channel();
        (
            Call::Rejected(
                Box::new(Rejected {
                    id: None,
                    from: None,
                    cv: None,
                    srv: northbound_types::Srv::NONE,
                    code: northbound_types::ResponseCode::of("E1"),
                }),
                send,
            ),
            receive,
        )
    }

    #[test]
    fn requests_are_refused_above_the_limit_and_while_closed() {
        let h = Handle::new();
        for _ in 0..WAITING_REQUESTS {
            assert!(h.call(rejected().0).is_ok());
        }
        assert_eq!(h.call(rejected().0).err().map(|(_, why)| why), Some(Unavailable::Busy));
        let (mut front, mut back) = (Vec::new(), Vec::new());
        assert!(!h.take(
            usize::MAX,
            Duration::ZERO,
            Duration::ZERO,
            false,
            (&mut front, &mut back)
        ));
        assert_eq!(front.len(), WAITING_REQUESTS);
        h.close(Some(Unavailable::NotStored));
        assert_eq!(h.call(rejected().0).err().map(|(_, why)| why), Some(Unavailable::NotStored));
        assert!(h.call(Call::Look(Box::new(|_, _| ()))).is_ok(), "looks are taken all the same");
        h.close(None);
        assert!(h.call(rejected().0).is_ok());
    }

    #[test]
    fn what_must_not_be_lost_is_given_back_where_there_is_no_room() {
        let h = Handle::new();
        let tick = || Notification { event: Event::Tick, alert: None };
        for _ in 0..WAITING_EVENTS {
            assert!(h.notify(tick()).is_ok());
        }
        assert!(h.notify(tick()).is_err());
        let (mut front, mut back) = (Vec::new(), Vec::new());
        h.stop();
        assert!(
            !h.take(1, Duration::ZERO, Duration::ZERO, true, (&mut front, &mut back))
                || back.is_empty()
        );
        assert!(h.take(usize::MAX, Duration::ZERO, Duration::ZERO, false, (&mut front, &mut back)));
        assert_eq!(back.len(), WAITING_EVENTS);
    }
}
