//! Faults and traffic of a scenario in words.

use crate::answer::count;
use northbound_emulator::{
    model::fault::Trouble,
    scenario::{EndpointFault, PlannedEndpoint, PlannedTraffic, Span},
};

/// A second and a minute, in µs.
const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
/// Parts in a million that are everything, and that are one per cent.
const ALL_PPM: u64 = 1_000_000;
const PERCENT_PPM: u64 = 10_000;

/// What is wrong with a region.
pub(super) fn trouble(t: Trouble) -> String {
    match t {
        Trouble::Outage => "answers every message that there is no route".to_owned(),
        Trouble::Slow { percent } => {
            format!("takes {} times as long", decimal(percent.unsigned_abs(), 100))
        }
        Trouble::Loss { ppm } if ppm >= ALL_PPM => "loses all messages".to_owned(),
        Trouble::Loss { ppm } => {
            format!("loses {} % of messages more than usual", decimal(ppm, PERCENT_PPM))
        }
        Trouble::PowerCut { hubs } => {
            format!("power cut at {} Communications Hubs", count(hubs.into()))
        }
        Trouble::ReportingTool => {
            "the provider's reporting tool is faulty; the network works".to_owned()
        }
    }
}

/// How an endpoint fails.
pub(super) fn endpoint(e: &PlannedEndpoint) -> String {
    match e.kind {
        EndpointFault::Dead => "refuses connections".to_owned(),
        EndpointFault::Error500 => "answers HTTP 500 (internal error)".to_owned(),
        EndpointFault::Slow => format!("answers after {}", length(e.delay)),
        EndpointFault::TooLarge => "answers HTTP 413 (message too large)".to_owned(),
    }
}

/// Requests of a User.
pub(super) fn traffic(x: &PlannedTraffic) -> String {
    format!("{} requests a minute, of service {}", count(x.per_minute.into()), x.srv)
}

/// From when to when, counted from the start of the run.
pub(super) fn span(s: Span) -> String {
    format!("{} to {}", length(s.from), length(s.until))
}

/// A length of time in the largest unit that expresses it in whole numbers.
pub(super) fn length(us: i64) -> String {
    match us {
        0 => "0 min".to_owned(),
        us if us % MINUTE == 0 => format!("{} min", us / MINUTE),
        us if us % SECOND == 0 => format!("{} s", us / SECOND),
        us => format!("{} ms", us / 1_000),
    }
}

/// `n` ÷ `of` with as few decimals as it needs, at most four.
fn decimal(n: u64, of: u64) -> String {
    let text = format!("{}.{:04}", n / of, n % of * 10_000 / of);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_words() {
        assert_eq!(trouble(Trouble::Loss { ppm: 1_000_000 }), "loses all messages");
        assert_eq!(
            trouble(Trouble::Loss { ppm: 200_000 }),
            "loses 20 % of messages more than usual"
        );
        assert_eq!(
            trouble(Trouble::Loss { ppm: 999_999 }),
            "loses 99.9999 % of messages more than usual"
        );
        assert_eq!(trouble(Trouble::Slow { percent: 600 }), "takes 6 times as long");
        assert_eq!(trouble(Trouble::Slow { percent: 150 }), "takes 1.5 times as long");
        assert_eq!(
            (length(2_000_000), length(600_000_000), length(1_500)),
            ("2 s".into(), "10 min".into(), "1 ms".into())
        );
    }
}
