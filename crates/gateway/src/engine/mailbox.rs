//! What waits for the engine: what somebody waits for in front, what must only not be lost behind.

use super::{WAITING_EVENTS, WAITING_REQUESTS};
use crate::http::Problem;
use northbound_flow::{
    Core,
    effect::Reply,
    event::{Control, Event, Rejected, Request},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::oneshot;

/// What is said to whoever waits.
#[derive(Debug)]
pub enum Said {
    /// The core's answer to a request.
    Reply(Box<Reply>),
    /// It is recorded; there is no more to it.
    Recorded,
    /// A change was not made, and why.
    Unchanged(String),
    /// It was not accepted: nothing of it is stored.
    NotTaken(&'static str),
}

impl Said {
    /// The problem that a reason of [`Said::NotTaken`] is.
    pub(crate) fn problem(reason: &str) -> Problem {
        [Problem::BUSY, Problem::FULL, Problem::STOPPING]
            .into_iter()
            .find(|p| p.code == reason)
            .unwrap_or(Problem::BUSY)
    }
}

/// Looks at the core between two batches.
pub type Look = Box<dyn FnOnce(&Core) + Send>;

/// Inputs that somebody waits for.
pub enum Front {
    /// A request.
    Request(Box<Request>, oneshot::Sender<Said>),
    /// A message that was turned away.
    Away(Box<Rejected>, oneshot::Sender<Said>),
    /// A change.
    Control(Box<Control>, oneshot::Sender<Said>),
    /// A look: no input.
    Look(Look),
}

/// Inputs that nobody waits for.
pub struct Back {
    /// The input.
    pub event: Event,
    /// The alert's number in the network's list, which is taken once this is stored.
    pub alert: Option<u64>,
}

#[derive(Default)]
struct Waiting {
    front: VecDeque<Front>,
    back: VecDeque<Back>,
    stop: bool,
    /// Requests are refused for this reason.
    closed: Option<&'static str>,
}

#[derive(Default)]
struct Mailbox {
    waiting: Mutex<Waiting>,
    more: Condvar,
    room: Condvar,
}

/// By which others reach the engine.
#[derive(Clone, Default)]
pub struct Handle {
    box_: Arc<Mailbox>,
}

impl Handle {
    /// A mailbox for an engine.
    #[must_use]
    pub fn new() -> Handle {
        Handle::default()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.box_.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts in what somebody waits for; gives it back with the reason where it is not taken.
    ///
    /// # Errors
    /// Too much waits, or nothing is taken now.
    pub fn ask(&self, input: Front) -> Result<(), (Front, &'static str)> {
        let mut w = self.lock();
        let message = matches!(input, Front::Request(..) | Front::Away(..));
        if let Some(why) = w.closed.filter(|_| message) {
            return Err((input, why));
        }
        if w.stop {
            return Err((input, Problem::STOPPING.code));
        }
        if w.front.len() >= WAITING_REQUESTS {
            return Err((input, Problem::BUSY.code));
        }
        w.front.push_back(input);
        drop(w);
        self.box_.more.notify_one();
        Ok(())
    }

    /// Puts in what must not be lost; gives it back where too much waits.
    ///
    /// # Errors
    /// Too much waits: wait, and try again.
    pub fn tell(&self, input: Back) -> Result<(), Back> {
        let mut w = self.lock();
        if w.back.len() >= WAITING_EVENTS {
            return Err(input);
        }
        w.back.push_back(input);
        drop(w);
        self.box_.more.notify_one();
        Ok(())
    }

    /// The same, waiting for room on this thread.
    pub fn tell_waiting(&self, mut input: Back) {
        loop {
            match self.tell(input) {
                Ok(()) => return,
                Err(back) => input = back,
            }
            let w = self.lock();
            let _ = self.box_.room.wait_timeout(w, Duration::from_millis(50));
        }
    }

    /// Looks at the core, and returns what was seen; none where the engine has stopped.
    pub async fn look<T: Send + 'static>(
        &self,
        see: impl FnOnce(&Core) -> T + Send + 'static,
    ) -> Option<T> {
        let (send, seen) = oneshot::channel();
        self.ask(Front::Look(Box::new(move |flow| {
            let _ = send.send(see(flow));
        })))
        .ok()?;
        seen.await.ok()
    }

    /// Requests are refused from now on, for this reason; `None` takes them again.
    pub fn close(&self, why: Option<&'static str>) {
        self.lock().closed = why;
    }

    /// Asks the engine to stop once what waits is done.
    pub fn stop(&self) {
        self.lock().stop = true;
        self.box_.more.notify_one();
    }

    /// How many wait, in front and behind.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        let w = self.lock();
        (w.front.len(), w.back.len())
    }

    /// Takes up to `most` of each side, waiting up to `wait` for the first and then `gather` for more.
    /// With `front_only` what must not be lost stays where it is. The flag says whether to stop: then
    /// nothing is left.
    pub(super) fn take(
        &self,
        most: usize,
        wait: Duration,
        gather: Duration,
        front_only: bool,
        into: (&mut Vec<Front>, &mut Vec<Back>),
    ) -> bool {
        let mut w = self.lock();
        let idle = |w: &Waiting| w.front.is_empty() && (front_only || w.back.is_empty()) && !w.stop;
        if idle(&w) && !wait.is_zero() {
            w = self
                .box_
                .more
                .wait_timeout_while(w, wait, |w| idle(w))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        // Nobody is woken by what comes meanwhile.
        if !gather.is_zero() && !idle(&w) && !w.stop && w.front.len().max(w.back.len()) < most {
            drop(w);
            std::thread::sleep(gather);
            w = self.lock();
        }
        let n = w.front.len().min(most);
        into.0.extend(w.front.drain(..n));
        if !front_only {
            let n = w.back.len().min(most);
            into.1.extend(w.back.drain(..n));
            if n > 0 {
                self.box_.room.notify_all();
            }
        }
        w.stop && w.front.is_empty() && (front_only || w.back.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away() -> (Front, oneshot::Receiver<Said>) {
        let (send, receive) = oneshot::channel();
        (
            Front::Away(
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
            assert!(h.ask(away().0).is_ok());
        }
        assert_eq!(h.ask(away().0).err().map(|(_, why)| why), Some(Problem::BUSY.code));
        let (mut front, mut back) = (Vec::new(), Vec::new());
        assert!(!h.take(
            usize::MAX,
            Duration::ZERO,
            Duration::ZERO,
            false,
            (&mut front, &mut back)
        ));
        assert_eq!(front.len(), WAITING_REQUESTS);
        h.close(Some(Problem::FULL.code));
        assert_eq!(h.ask(away().0).err().map(|(_, why)| why), Some(Problem::FULL.code));
        assert!(h.ask(Front::Look(Box::new(|_| ()))).is_ok(), "looks are taken all the same");
        h.close(None);
        assert!(h.ask(away().0).is_ok());
    }

    #[test]
    fn what_must_not_be_lost_is_given_back_where_there_is_no_room() {
        let h = Handle::new();
        let tick = || Back { event: Event::Tick, alert: None };
        for _ in 0..WAITING_EVENTS {
            assert!(h.tell(tick()).is_ok());
        }
        assert!(h.tell(tick()).is_err());
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
