//! One User's queue: what is ready, what waits for its next try, and how the endpoint does.

use northbound_flow::effect::Delivery;
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// Failures in a row after which the endpoint counts as failing: then one message at a time tries it.
pub(super) const FAILING_AFTER: u32 = 3;

/// A message whose turn has come.
pub(super) struct Turn {
    pub(super) number: u64,
    /// The message, where it is still in memory.
    pub(super) message: Option<Box<Delivery>>,
    /// Tries before this one.
    pub(super) tries: u32,
}

#[derive(Default)]
struct State {
    ready: VecDeque<u64>,
    later: BinaryHeap<Reverse<(Instant, u64)>>,
    /// Messages in memory.
    kept: HashMap<u64, Box<Delivery>>,
    /// Numbers in the queue or at a worker, so that a message handed over twice is sent once.
    known: HashSet<u64>,
    tries: HashMap<u64, u32>,
    failures: u32,
    /// Nothing is tried before this.
    pause: Option<Instant>,
    trying: u32,
    #[cfg(test)]
    turns: u64,
}

/// A queue.
pub(super) struct Queue {
    state: Mutex<State>,
    more: Notify,
    /// The endpoint has changed.
    directed: Notify,
    most: usize,
}

impl Queue {
    pub(super) fn new(most: usize) -> Queue {
        Queue { state: Mutex::default(), more: Notify::new(), directed: Notify::new(), most }
    }
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, message: Box<Delivery>) {
        let mut s = self.lock();
        let number = message.number;
        if !s.known.insert(number) {
            return;
        }
        s.ready.push_back(number);
        if s.kept.len() < self.most {
            s.kept.insert(number, message);
        }
        drop(s);
        self.more.notify_one();
    }

    pub(super) fn len(&self) -> usize {
        self.lock().known.len()
    }
    pub(super) fn is_failing(&self) -> bool {
        self.lock().failures >= FAILING_AFTER
    }

    /// The endpoint has changed: everything is tried at once.
    pub(super) fn wake_all(&self) {
        let mut s = self.lock();
        (s.failures, s.pause) = (0, None);
        let later: Vec<u64> = std::mem::take(&mut s.later)
            .into_sorted_vec()
            .into_iter()
            .rev()
            .map(|Reverse((_, n))| n)
            .collect();
        s.ready.extend(later);
        drop(s);
        self.more.notify_waiters();
        self.directed.notify_waiters();
    }

    /// Waits for the next turn.
    pub(super) async fn next(&self) -> Turn {
        loop {
            let more = self.more.notified();
            tokio::pin!(more);
            more.as_mut().enable();
            match self.ready(Instant::now()) {
                Ok(turn) => return turn,
                Err(Some(wait)) => {
                    let _ = tokio::time::timeout(wait, more).await;
                }
                Err(None) => more.await,
            }
        }
    }

    /// The next turn, or how long nothing becomes ready by itself.
    fn ready(&self, now: Instant) -> Result<Turn, Option<Duration>> {
        let mut s = self.lock();
        while let Some(Reverse((at, n))) = s.later.peek().copied() {
            if at > now {
                break;
            }
            s.later.pop();
            s.ready.push_back(n);
        }
        if s.ready.is_empty() {
            return Err(s.later.peek().map(|Reverse((at, _))| at.saturating_duration_since(now)));
        }
        if let Some(p) = s.pause.filter(|p| *p > now) {
            return Err(Some(p - now));
        }
        // While it fails, one try at a time is enough to see whether it is back.
        if s.failures >= FAILING_AFTER && s.trying > 0 {
            return Err(None);
        }
        let Some(number) = s.ready.pop_front() else { return Err(None) };
        s.trying += 1;
        #[cfg(test)]
        {
            s.turns += 1;
        }
        let (message, tries) = (s.kept.remove(&number), s.tries.get(&number).copied().unwrap_or(0));
        if s.ready.front().is_some() {
            self.more.notify_one();
        }
        Ok(Turn { number, message, tries })
    }

    /// A message is settled: taken, parked, or not the core's any more.
    pub(super) fn done(&self, number: u64, endpoint_works: bool) {
        let mut s = self.lock();
        s.known.remove(&number);
        s.tries.remove(&number);
        s.trying = s.trying.saturating_sub(1);
        if endpoint_works {
            (s.failures, s.pause) = (0, None);
        }
        drop(s);
        self.more.notify_one();
    }

    /// A message comes again after a pause. `down` where the endpoint itself did not answer.
    pub(super) fn again(&self, turn: Turn, pause: Duration, down: bool, now: Instant) {
        let mut s = self.lock();
        s.trying = s.trying.saturating_sub(1);
        *s.tries.entry(turn.number).or_default() += 1;
        if let Some(m) = turn.message
            && s.kept.len() < self.most
        {
            s.kept.insert(turn.number, m);
        }
        if down {
            s.failures = s.failures.saturating_add(1);
            if s.failures >= FAILING_AFTER {
                s.pause = Some(now + pause);
            }
            // The oldest goes first when it is back.
            s.ready.push_front(turn.number);
        } else {
            s.later.push(Reverse((now + pause, turn.number)));
        }
        drop(s);
        self.more.notify_one();
    }

    /// A message waits for an endpoint, and others come first.
    pub(super) fn put_off(&self, turn: Turn, pause: Duration, now: Instant) {
        let mut s = self.lock();
        s.trying = s.trying.saturating_sub(1);
        if let Some(m) = turn.message
            && s.kept.len() < self.most
        {
            s.kept.insert(turn.number, m);
        }
        s.later.push(Reverse((now + pause, turn.number)));
    }

    /// Waits until the endpoint has changed, at most so long, where there is `none`. No turn is taken
    /// meanwhile: a turn taken and put back wakes the next worker, and so on without end.
    pub(super) async fn directed(&self, most: Duration, none: impl Fn() -> bool) {
        let changed = self.directed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        if none() {
            let _ = tokio::time::timeout(most, changed).await;
        }
    }

    /// Turns that were taken, ever.
    #[cfg(test)]
    pub(super) fn turns(&self) -> u64 {
        self.lock().turns
    }

    /// A message waits for an endpoint; all of them do.
    pub(super) fn put_back(&self, turn: Turn) {
        let mut s = self.lock();
        s.trying = s.trying.saturating_sub(1);
        if let Some(m) = turn.message
            && s.kept.len() < self.most
        {
            s.kept.insert(turn.number, m);
        }
        s.ready.push_front(turn.number);
    }

    /// Failures of the endpoint in a row.
    pub(super) fn failures(&self) -> u32 {
        self.lock().failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_flow::effect::Body;
    use northbound_types::{Eui64, ResponseCode, Srv};

    fn message(number: u64) -> Box<Delivery> {
        Box::new(Delivery {
            number,
            to: Eui64(1),
            from: Eui64(2),
            answers: None,
            srv: Srv::NONE,
            code: ResponseCode::of("I0"),
            at: northbound_types::Utc(0),
            body: Body::Empty,
        })
    }

    #[test]
    fn one_more_than_is_kept_is_a_number_only_and_none_is_sent_twice() {
        let q = Queue::new(2);
        for n in [1, 2, 3, 3] {
            q.push(message(n));
        }
        assert_eq!(q.len(), 3);
        let turns: Vec<Turn> = (0..3).filter_map(|_| q.ready(Instant::now()).ok()).collect();
        assert_eq!(
            turns.iter().map(|t| (t.number, t.message.is_some())).collect::<Vec<_>>(),
            [(1, true), (2, true), (3, false)]
        );
        q.push(message(1));
        assert!(q.ready(Instant::now()).is_err(), "it is at a worker");
        q.done(1, true);
        q.push(message(1));
        assert!(q.ready(Instant::now()).is_ok());
    }

    #[test]
    fn a_refused_message_holds_up_no_other_and_a_dead_endpoint_is_tried_by_one() {
        let q = Queue::new(9);
        let now = Instant::now();
        for n in 1..=5 {
            q.push(message(n));
        }
        let first = q.ready(now).ok().unwrap();
        q.again(first, Duration::from_secs(9), false, now);
        let second = q.ready(now).ok().unwrap();
        assert_eq!(second.number, 2);
        q.again(second, Duration::from_secs(9), true, now);
        for _ in 1..FAILING_AFTER {
            let t = q.ready(now).ok().unwrap();
            assert_eq!(t.number, 2, "the oldest goes first");
            q.again(t, Duration::from_secs(9), true, now);
        }
        assert!(q.is_failing());
        assert!(matches!(q.ready(now), Err(Some(_))), "it pauses");
        let later = now + Duration::from_secs(10);
        let t = q.ready(later).ok().unwrap();
        assert!(q.ready(later).is_err(), "one at a time");
        q.done(t.number, true);
        assert!(q.ready(later).is_ok() && q.ready(later).is_ok() && !q.is_failing());
    }

    #[test]
    fn a_new_endpoint_is_tried_at_once() {
        let q = Queue::new(9);
        let now = Instant::now();
        q.push(message(1));
        let t = q.ready(now).ok().unwrap();
        q.again(t, Duration::from_secs(99), false, now);
        assert!(q.ready(now).is_err());
        q.wake_all();
        assert_eq!(q.ready(now).ok().unwrap().tries, 1);
    }
}
