//! The devices' time: that of the wall, or faster by a factor from the start of the network.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Model time against real time. Real time is read from the wall once and then from a clock that
/// never jumps.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    wall: i64,
    since: Instant,
    start: i64,
    factor: i64,
}

/// Now by the wall, µs UTC.
#[must_use]
pub fn wall() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX))
}

impl Clock {
    /// A clock of a network that started at `start`, µs UTC, and runs `factor` times as fast.
    #[must_use]
    pub fn new(start: i64, factor: u32) -> Clock {
        Clock { wall: wall(), since: Instant::now(), start, factor: i64::from(factor.max(1)) }
    }

    /// Now, real, µs UTC.
    #[must_use]
    pub fn real(&self) -> i64 {
        self.wall + i64::try_from(self.since.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    /// Now, by the model, µs UTC.
    #[must_use]
    pub fn model(&self) -> i64 {
        self.to_model(self.real())
    }

    /// A real time in model time.
    #[must_use]
    pub fn to_model(&self, real: i64) -> i64 {
        self.start.saturating_add((real - self.start).saturating_mul(self.factor))
    }

    /// A model time in real time, rounded up so that nothing happens too early.
    #[must_use]
    pub fn to_real(&self, model: i64) -> i64 {
        let past = model.saturating_sub(self.start);
        self.start.saturating_add(
            past.div_euclid(self.factor) + i64::from(past.rem_euclid(self.factor) > 0),
        )
    }

    /// How long from now until a model time (nothing where it is past).
    #[must_use]
    pub fn until(&self, model: i64) -> Duration {
        Duration::from_micros(
            u64::try_from(self.to_real(model).saturating_sub(self.real())).unwrap_or(0),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn model_time_runs_from_the_start_by_the_factor() {
        let c = Clock::new(1_000, 60);
        assert_eq!((c.to_model(1_000), c.to_model(1_001), c.to_model(999)), (1_000, 1_060, 940));
        for model in [940, 1_000, 1_001, 1_059, 1_060, 1_061] {
            let real = c.to_real(model);
            assert!(c.to_model(real) >= model && c.to_model(real - 1) < model, "{model}");
        }
        let plain = Clock::new(5, 1);
        assert_eq!((plain.to_real(7), plain.to_model(7)), (7, 7));
        assert!(plain.until(i64::MAX).as_secs() > 1_000_000 && plain.until(0).is_zero());
    }
}
