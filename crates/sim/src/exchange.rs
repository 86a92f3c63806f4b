//! One request with its times and the states that it went through.

use northbound_types::{
    BookKey, Books, Eui64, Generation, Kind, Leg, Mode, Region, RequestState, TestKind, Utc,
};

/// Most steps that any life takes: held, queued, in flight, end, with room to spare.
const MOST_STEPS: usize = 6;

/// The states in the order in which they were entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    steps: [(RequestState, i64); MOST_STEPS],
    len: usize,
}

impl Path {
    /// A request comes into being in this state.
    #[must_use]
    pub fn enter(state: RequestState, at: i64) -> Path { Path { steps: [(state, at); MOST_STEPS], len: 1 } }

    /// Moves on.
    ///
    /// # Panics
    /// Where the move is unlawful or goes back in time: the simulator itself is wrong then.
    pub fn step(&mut self, next: RequestState, at: i64) {
        let (now, since) = self.last();
        assert!(now.may_become(next), "unlawful move from {now} to {next}");
        assert!(at >= since, "{next} at {at} before {now} at {since}");
        self.steps[self.len] = (next, at);
        self.len += 1;
    }

    /// Where it is, and since when.
    #[must_use]
    pub fn last(&self) -> (RequestState, i64) { self.steps[self.len - 1] }

    /// All steps.
    #[must_use]
    pub fn steps(&self) -> &[(RequestState, i64)] { &self.steps[..self.len] }

    fn cut(&mut self, at: i64) { while self.len > 1 && self.steps[self.len - 1].1 >= at { self.len -= 1; } }
}

/// Times in µs UTC; `None` where it never happened or nobody knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the message layout")]
pub struct Times {
    pub user_sent: Option<i64>,
    pub received: i64,
    pub acknowledged: Option<i64>,
    pub due: Option<i64>,
    pub released: Option<i64>,
    pub queued: Option<i64>,
    pub sent_to_wan: Option<i64>,
    pub delivered_to_device: Option<i64>,
    pub answered_at_wan: Option<i64>,
    pub answer_sent: Option<i64>,
    pub delivered: Option<i64>,
}

/// One exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the message layout")]
pub struct Exchange {
    pub namespace: &'static str,
    pub originator: Eui64,
    pub target: Eui64,
    pub counter: u64,
    pub leg: Leg,
    pub instance: i64,
    pub kind: Kind,
    pub mode: Mode,
    pub srv: &'static str,
    /// 0 where there is none.
    pub cv: u8,
    pub role: &'static str,
    pub party_category: &'static str,
    pub class: &'static str,
    pub generation: Generation,
    pub device_type: &'static str,
    pub test_kind: TestKind,
    pub region: Region,
    pub provider: &'static str,
    pub feed: &'static str,
    pub code: &'static str,
    pub times: Times,
    pub target_at: Option<i64>,
    pub timeout_at: Option<i64>,
    pub path: Path,
}

impl Exchange {
    /// Where it is.
    #[must_use]
    pub fn state(&self) -> RequestState { self.path.last().0 }

    /// Forgets what happened at or after the cut-off: what was planned (due, time-out) stays.
    pub(crate) fn cut(&mut self, at: i64) {
        self.path.cut(at);
        let t = &mut self.times;
        for time in [&mut t.acknowledged, &mut t.released, &mut t.queued, &mut t.sent_to_wan, &mut t.delivered_to_device,
            &mut t.answered_at_wan, &mut t.answer_sent, &mut t.delivered] {
            *time = time.filter(|&x| x < at);
        }
        if self.state().is_live() { self.code = ""; }
    }

    /// The book that it belongs to.
    #[must_use]
    pub fn book(&self) -> BookKey { BookKey { day: Utc(self.times.received).day(), region: self.region, kind: self.kind } }

    /// Posts its movements, one by one.
    pub fn post(&self, books: &mut Books) {
        let steps = self.path.steps();
        books.enter(self.book(), steps[0].0, 1);
        for w in steps.windows(2) { books.shift(self.book(), w[0].0, w[1].0, 1); }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "unlawful move")]
    fn an_unlawful_move_is_caught() { Path::enter(RequestState::Refused, 0).step(RequestState::Queued, 1); }

    #[test]
    #[should_panic(expected = "before")]
    fn time_does_not_run_back() { Path::enter(RequestState::Queued, 5).step(RequestState::InFlight, 4); }
}
