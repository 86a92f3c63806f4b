//! How long the network takes, per region and pace: a table of quantiles, read by straight lines
//! between them, in whole microseconds.

use crate::model::rng::Rng;
use northbound_types::Region;

/// A second in µs.
pub const SECOND: i64 = 1_000_000;
/// A minute in µs.
pub const MINUTE: i64 = 60 * SECOND;
/// An hour in µs.
pub const HOUR: i64 = 60 * MINUTE;

/// A distribution: `(share in ppm, µs)`, both rising, first share 0, last 1,000,000. The last
/// value is the greatest that is ever drawn.
#[derive(Debug, Clone, Copy)]
pub struct Latency(pub &'static [(u64, i64)]);

impl Latency {
    /// One draw, µs.
    pub fn draw(self, rng: &mut Rng) -> i64 {
        self.at(rng.below(1_000_001))
    }

    /// The quantile at a share in ppm, µs.
    #[must_use]
    pub fn at(self, ppm: u64) -> i64 {
        let mut last = (0, 0);
        for &(share, value) in self.0 {
            if ppm <= share {
                let span = (share - last.0) as i64;
                return if span == 0 {
                    value
                } else {
                    last.1 + (value - last.1) * (ppm - last.0) as i64 / span
                };
            }
            last = (share, value);
        }
        last.1
    }
}

/// How one region behaves in quiet and in busy hours. All of it invented.
#[derive(Debug, Clone, Copy)]
pub struct RegionProfile {
    /// The region.
    pub region: Region,
    /// Its provider.
    pub provider: &'static str,
    /// On-demand Commands to a meter in busy hours.
    pub busy: Latency,
    /// On-demand Commands to a meter in quiet hours.
    pub quiet: Latency,
    /// On-demand Commands to a hub (no home network to cross): what the shortest test measures.
    pub hub: Latency,
    /// Commands with hours to spare.
    pub relaxed: Latency,
    /// Commands with a day to spare.
    pub bulk: Latency,
    /// Commands to a meter that vanish in busy hours, ppm.
    pub loss_busy: u64,
    /// Commands to a meter that vanish in quiet hours, ppm.
    pub loss_quiet: u64,
    /// Commands to a hub that vanish, ppm.
    pub loss_hub: u64,
    /// Commands with time to spare that vanish in spite of repeats, ppm.
    pub loss_patient: u64,
}

/// Before this hour (UTC) the network is quiet.
pub const QUIET_UNTIL_HOUR: i64 = 6;

/// Is the instant in the quiet hours?
#[must_use]
pub fn is_quiet(at: i64) -> bool {
    at.rem_euclid(24 * HOUR) < QUIET_UNTIL_HOUR * HOUR
}

/// The poor region: Users wait and often in vain, while its hubs answer tests within 25 s or not
/// at all.
pub const POOR_NORTH: RegionProfile = RegionProfile {
    region: Region::North,
    provider: "CSPN",
    busy: Latency(&[
        (0, 2 * SECOND),
        (500_000, 11 * SECOND),
        (800_000, 20 * SECOND),
        (900_000, 28 * SECOND),
        (960_000, 60 * SECOND),
        (1_000_000, 420 * SECOND),
    ]),
    quiet: Latency(&[
        (0, 2 * SECOND),
        (500_000, 6 * SECOND),
        (950_000, 18 * SECOND),
        (1_000_000, 40 * SECOND),
    ]),
    hub: Latency(&[
        (0, SECOND),
        (500_000, 4 * SECOND),
        (950_000, 12 * SECOND),
        (1_000_000, 23 * SECOND),
    ]),
    relaxed: Latency(&[
        (0, 20 * SECOND),
        (500_000, 5 * MINUTE),
        (950_000, 45 * MINUTE),
        (1_000_000, 115 * MINUTE),
    ]),
    bulk: Latency(&[
        (0, MINUTE),
        (500_000, 40 * MINUTE),
        (950_000, 7 * HOUR),
        (1_000_000, 21 * HOUR),
    ]),
    loss_busy: 155_000,
    loss_quiet: 45_000,
    loss_hub: 65_000,
    loss_patient: 30_000,
};

/// A region in good order.
pub const GOOD_CENTRAL: RegionProfile = RegionProfile {
    region: Region::Central,
    provider: "CSPC",
    busy: Latency(&[
        (0, SECOND),
        (500_000, 4 * SECOND),
        (950_000, 11 * SECOND),
        (995_000, 26 * SECOND),
        (1_000_000, 90 * SECOND),
    ]),
    quiet: Latency(&[
        (0, SECOND),
        (500_000, 3 * SECOND),
        (950_000, 8 * SECOND),
        (1_000_000, 24 * SECOND),
    ]),
    hub: Latency(&[
        (0, SECOND),
        (500_000, 3 * SECOND),
        (950_000, 9 * SECOND),
        (1_000_000, 24 * SECOND),
    ]),
    relaxed: Latency(&[
        (0, 10 * SECOND),
        (500_000, 2 * MINUTE),
        (950_000, 20 * MINUTE),
        (1_000_000, 110 * MINUTE),
    ]),
    bulk: Latency(&[
        (0, 30 * SECOND),
        (500_000, 20 * MINUTE),
        (950_000, 3 * HOUR),
        (1_000_000, 20 * HOUR),
    ]),
    loss_busy: 3_000,
    loss_quiet: 1_500,
    loss_hub: 3_000,
    loss_patient: 1_500,
};

/// Another region in good order, a little quicker.
pub const GOOD_SOUTH: RegionProfile = RegionProfile {
    region: Region::South,
    provider: "CSPS",
    busy: Latency(&[
        (0, SECOND),
        (500_000, 4 * SECOND),
        (950_000, 10 * SECOND),
        (996_000, 25 * SECOND),
        (1_000_000, 80 * SECOND),
    ]),
    loss_busy: 2_500,
    loss_hub: 2_500,
    ..GOOD_CENTRAL
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_read_between_the_points() {
        let l = Latency(&[(0, 100), (500_000, 200), (1_000_000, 1_000)]);
        assert_eq!(
            [0, 250_000, 500_000, 750_000, 1_000_000].map(|p| l.at(p)),
            [100, 150, 200, 600, 1_000]
        );
    }

    #[test]
    fn the_tables_rise_and_are_whole() {
        for p in [POOR_NORTH, GOOD_CENTRAL, GOOD_SOUTH] {
            for l in [p.busy, p.quiet, p.hub, p.relaxed, p.bulk] {
                assert_eq!((l.0[0].0, l.0[l.0.len() - 1].0), (0, 1_000_000));
                assert!(l.0.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
            }
            assert!(
                p.hub.at(1_000_000) < 25 * SECOND,
                "a hub without faults answers within the shortest limit"
            );
        }
    }

    #[test]
    fn quiet_ends_at_six() {
        assert!(is_quiet(0) && is_quiet(6 * HOUR - 1) && !is_quiet(6 * HOUR));
        assert!(!is_quiet(-1), "23:59 before the epoch is busy");
    }
}
