//! The service's time: the wall clock's, made such that it never runs back.

use northbound_types::Utc;
use std::{sync::Arc, time::Duration};

/// A difference between wall clock and passing time from which on it is called a jump.
pub const JUMP: Duration = Duration::from_secs(2);

/// Where time comes from: the wall clock, and a steady one that only measures how much passed.
pub trait Clock: Send + Sync {
    /// The wall clock.
    fn wall(&self) -> Utc;
    /// Time since some instant; never runs back.
    fn passed(&self) -> Duration;
    /// How many times as fast as real time both run.
    fn speed(&self) -> u32 {
        1
    }
    /// A real time, µs UTC, by this clock: where it runs fast, what others say they did when is put
    /// on its scale.
    fn of_real(&self, real: i64) -> i64 {
        real
    }
}

/// A clock that is shared.
pub type SharedClock = Arc<dyn Clock>;

/// The wall clock stood elsewhere than the time that passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jump {
    /// Where it stood, had it gone on steadily.
    pub expected: Utc,
    /// Where it stands.
    pub found: Utc,
}

/// Times for the journal. After a jump back time goes on at half its pace until the wall clock has
/// caught up; a jump forward is followed, since it cannot be told from a machine that slept.
pub struct Steady {
    clock: SharedClock,
    last: Utc,
    wall: Utc,
    passed: Duration,
}

impl Steady {
    /// Begins at the wall clock, or at the time of the last record where that is later.
    #[must_use]
    pub fn from(clock: SharedClock, last: Utc) -> Steady {
        let (wall, passed) = (clock.wall(), clock.passed());
        Steady { clock, last: last.max(wall), wall, passed }
    }

    /// How many times as fast as real time it runs.
    #[must_use]
    pub fn speed(&self) -> u32 {
        self.clock.speed()
    }

    /// The time that was given last.
    #[must_use]
    pub fn last(&self) -> Utc {
        self.last
    }

    /// The time now, never before the last; and whether the wall clock has jumped since.
    pub fn now(&mut self) -> (Utc, Option<Jump>) {
        let (wall, passed) = (self.clock.wall(), self.clock.passed());
        let step = micros(passed.saturating_sub(self.passed));
        let expected = Utc(self.wall.0.saturating_add(step));
        let jump = ((wall.0 - expected.0).unsigned_abs() >= JUMP.as_micros() as u64)
            .then_some(Jump { expected, found: wall });
        self.last = if wall >= self.last { wall } else { Utc(self.last.0 + step / 2) };
        (self.wall, self.passed) = (wall, passed);
        (self.last, jump)
    }
}

fn micros(d: Duration) -> i64 {
    i64::try_from(d.as_micros()).unwrap_or(i64::MAX)
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    begun: std::time::Instant,
}

impl SystemClock {
    /// The machine's clocks, to be shared.
    #[must_use]
    pub fn shared() -> SharedClock {
        Arc::new(SystemClock { begun: std::time::Instant::now() })
    }
}

/// Clocks that run faster, from a start on: for scenarios and demonstrations.
pub struct Fast {
    clock: SharedClock,
    /// Where the real clock stood, and what this one said then.
    begun: Utc,
    start: Utc,
    speed: u32,
}

impl Fast {
    /// As `clock`, so many times as fast from now on.
    #[must_use]
    pub fn from_now(clock: SharedClock, speed: u32) -> SharedClock {
        Fast::starting(clock, Utc(0), speed)
    }

    /// The same, no earlier than `at`: where a fast clock went on before, time does not stand still
    /// until the real one has caught up.
    #[must_use]
    pub fn starting(clock: SharedClock, at: Utc, speed: u32) -> SharedClock {
        if speed <= 1 {
            return clock;
        }
        let begun = clock.wall();
        Arc::new(Fast { clock, begun, start: begun.max(at), speed })
    }
}

impl Clock for Fast {
    fn wall(&self) -> Utc {
        Utc(self.of_real(self.clock.wall().0))
    }
    fn of_real(&self, real: i64) -> i64 {
        self.start.0.saturating_add((real - self.begun.0).saturating_mul(i64::from(self.speed)))
    }
    fn passed(&self) -> Duration {
        self.clock.passed() * self.speed
    }
    fn speed(&self) -> u32 {
        self.speed
    }
}

impl Clock for SystemClock {
    fn wall(&self) -> Utc {
        Utc(std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |d| d.as_micros() as i64))
    }
    fn passed(&self) -> Duration {
        self.begun.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

    #[derive(Default)]
    struct Hands {
        wall: AtomicI64,
        passed: AtomicI64,
    }
    impl Clock for Hands {
        fn wall(&self) -> Utc {
            Utc(self.wall.load(SeqCst))
        }
        fn passed(&self) -> Duration {
            Duration::from_micros(self.passed.load(SeqCst) as u64)
        }
    }
    impl Hands {
        fn go(&self, wall: i64, passed: i64) {
            self.wall.fetch_add(wall, SeqCst);
            self.passed.fetch_add(passed, SeqCst);
        }
    }

    #[test]
    fn time_never_runs_back_and_jumps_are_noticed_at_their_edge() {
        let hands = Arc::new(Hands::default());
        let edge = JUMP.as_micros() as i64;
        let mut steady = Steady::from(hands.clone(), Utc(0));
        hands.go(1_000, 1_000);
        assert_eq!(steady.now(), (Utc(1_000), None));
        hands.go(edge - 1, 0);
        assert_eq!(steady.now(), (Utc(edge + 999), None));
        hands.go(edge, 0);
        assert_eq!(
            steady.now().1,
            Some(Jump { expected: Utc(edge + 999), found: Utc(2 * edge + 999) })
        );
        // An hour back: time goes on at half its pace.
        hands.go(-3_600_000_000, 0);
        let (before, jump) = steady.now();
        assert!(jump.is_some() && before == Utc(2 * edge + 999));
        hands.go(10, 10);
        assert_eq!(steady.now(), (Utc(before.0 + 5), None));
        hands.go(3_600_000_000, 3_600_000_000);
        let (after, _) = steady.now();
        assert!(after > before && after.0 - before.0 <= 3_600_000_010);
    }

    #[test]
    fn a_fast_clock_starts_now_and_keeps_its_pace() {
        let hands = Arc::new(Hands::default());
        hands.go(100, 100);
        let fast = Fast::from_now(hands.clone(), 60);
        hands.go(2, 2);
        assert_eq!(
            (fast.wall(), fast.passed(), fast.speed()),
            (Utc(220), Duration::from_micros(102 * 60), 60)
        );
        assert_eq!((fast.of_real(101), fast.of_real(99)), (160, 40));
        assert_eq!(Fast::from_now(hands.clone(), 1).wall(), Utc(102));
        // A journal that is ahead: time goes on from its end.
        let later = Fast::starting(hands.clone(), Utc(5_000), 60);
        hands.go(1, 1);
        assert_eq!((later.wall(), later.of_real(102)), (Utc(5_060), 5_000));
    }

    #[test]
    fn it_begins_no_earlier_than_the_last_record() {
        let hands = Arc::new(Hands::default());
        hands.go(5, 0);
        assert_eq!(Steady::from(hands.clone(), Utc(9)).now().0, Utc(9));
        assert_eq!(Steady::from(hands, Utc(3)).now().0, Utc(5));
    }
}
