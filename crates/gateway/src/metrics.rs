//! Counters of the running service, in the text form that Prometheus reads. They judge nothing:
//! figures come from the ledger.

use northbound_flow::{effect::Record, vocabulary::Class};
use northbound_types::{Region, RequestState};
use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Media type of [`Metrics::print`].
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4";

/// Upper bounds of the buckets of times, µs.
const BOUNDS: [u64; 14] = [
    500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
    2_000_000, 3_000_000, 10_000_000,
];

/// A number that only grows, or one that is set.
#[derive(Debug, Default)]
pub struct Number(AtomicU64);

impl Number {
    /// Adds.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Relaxed);
    }
    /// Takes away.
    pub fn take(&self, n: u64) {
        self.0.fetch_sub(n, Relaxed);
    }
    /// Sets.
    pub fn set(&self, n: u64) {
        self.0.store(n, Relaxed);
    }
    /// Reads.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Times in buckets.
#[derive(Debug, Default)]
pub struct Times {
    buckets: [Number; BOUNDS.len() + 1],
    sum: Number,
}

impl Times {
    /// Notes one.
    pub fn note(&self, d: Duration) {
        let us = u64::try_from(d.as_micros()).unwrap_or(u64::MAX);
        self.buckets[BOUNDS.partition_point(|b| *b < us)].add(1);
        self.sum.add(us);
    }

    fn print(&self, out: &mut String, name: &str, help: &str) {
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} histogram");
        let mut so_far = 0;
        for (i, n) in self.buckets.iter().enumerate() {
            so_far += n.get();
            let bound = BOUNDS.get(i).map_or_else(|| "+Inf".to_owned(), |b| seconds(*b));
            let _ = writeln!(out, "{name}_bucket{{le=\"{bound}\"}} {so_far}");
        }
        let _ = writeln!(out, "{name}_sum {}\n{name}_count {so_far}", seconds(self.sum.get()));
    }
}

/// Microseconds as seconds, exactly.
fn seconds(us: u64) -> String {
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}

/// All counters.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Requests over HTTP.
    pub requests: Number,
    /// Of them answered with another status than 200.
    pub problems: Number,
    /// Turned away at the door.
    pub turned_away: Number,
    /// Connections now.
    pub connections: Number,
    /// From the last byte of a request to its answer.
    pub answered: Times,
    /// Reading and verifying.
    pub verified: Times,
    /// Syncs of the journal.
    pub sync: Times,
    /// Inputs stored.
    pub stored: Number,
    /// Tries to deliver.
    pub tries: Number,
    /// Delivered.
    pub delivered: Number,
    /// Parked.
    pub parked: Number,
    /// 1 while the journal takes nothing.
    pub suspended: Number,
    /// Times that the wall clock jumped.
    pub clock_jumps: Number,
    /// Rows that wait for the ledger.
    pub ledger_waiting: Number,
    /// Position of the ledger.
    pub ledger_position: Number,
    /// Failed attempts to commit to the ledger.
    pub ledger_commit_failures: Number,
    /// 1 while commits to the ledger fail.
    pub ledger_failing: Number,
    /// Failed attempts to compact closed days of the ledger.
    pub ledger_compaction_failures: Number,
    /// Requests that ended timed out, by region and class.
    timed_out: TimedOut,
}

#[derive(Debug, Default)]
struct TimedOut([[Number; Class::ALL.len()]; Region::ALL.len()]);

impl Metrics {
    /// A batch was synced.
    pub fn synced(&self, took: Duration, inputs: usize) {
        self.sync.note(took);
        self.stored.add(inputs as u64);
    }

    /// An exchange was settled.
    pub fn settled(&self, r: &Record) {
        if r.state == RequestState::TimedOut {
            self.timed_out.0[r.region as usize][r.class as usize].add(1);
        }
    }

    /// The text that Prometheus reads.
    #[must_use]
    pub fn print(&self) -> String {
        let mut out = String::new();
        for (name, kind, help, n) in [
            ("northbound_requests_total", "counter", "requests over HTTP", &self.requests),
            (
                "northbound_problems_total",
                "counter",
                "requests answered with another status than 200",
                &self.problems,
            ),
            ("northbound_turned_away_total", "counter", "rejected on receipt", &self.turned_away),
            (
                "northbound_connections",
                "gauge",
                "connections to the User interface",
                &self.connections,
            ),
            ("northbound_inputs_stored_total", "counter", "inputs in the journal", &self.stored),
            ("northbound_delivery_tries_total", "counter", "delivery attempts", &self.tries),
            ("northbound_delivered_total", "counter", "messages delivered", &self.delivered),
            ("northbound_parked_total", "counter", "messages parked", &self.parked),
            ("northbound_journal_suspended", "gauge", "1 while the disk refuses", &self.suspended),
            (
                "northbound_clock_jumps_total",
                "counter",
                "jumps of the wall clock",
                &self.clock_jumps,
            ),
            (
                "northbound_ledger_rows_waiting",
                "gauge",
                "rows that wait for the ledger",
                &self.ledger_waiting,
            ),
            (
                "northbound_ledger_position",
                "gauge",
                "journal position that the ledger holds",
                &self.ledger_position,
            ),
            (
                "northbound_ledger_commit_failures_total",
                "counter",
                "failed attempts to commit to the ledger",
                &self.ledger_commit_failures,
            ),
            (
                "northbound_ledger_failing",
                "gauge",
                "1 while commits to the ledger fail",
                &self.ledger_failing,
            ),
            (
                "northbound_ledger_compaction_failures_total",
                "counter",
                "failed attempts to compact closed days of the ledger",
                &self.ledger_compaction_failures,
            ),
        ] {
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {}", n.get());
        }
        self.answered.print(
            &mut out,
            "northbound_answer_seconds",
            "from the last byte of a request to its answer",
        );
        self.verified.print(
            &mut out,
            "northbound_verify_seconds",
            "reading and verifying a request",
        );
        self.sync.print(&mut out, "northbound_sync_seconds", "syncs of the journal");
        let name = "northbound_settled_timed_out_total";
        let _ = writeln!(out, "# HELP {name} requests that ended timed out\n# TYPE {name} counter");
        for r in Region::ALL {
            for c in Class::ALL {
                let n = self.timed_out.0[*r as usize][*c as usize].get();
                if n > 0 {
                    let _ = writeln!(out, "{name}{{region=\"{r}\",class=\"{c}\"}} {n}");
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_at_a_bound_counts_below_it() {
        let t = Times::default();
        t.note(Duration::from_micros(500));
        t.note(Duration::from_micros(501));
        t.note(Duration::from_secs(11));
        let mut out = String::new();
        t.print(&mut out, "x", "y");
        for line in [
            "x_bucket{le=\"0.000500\"} 1",
            "x_bucket{le=\"0.001000\"} 2",
            "x_bucket{le=\"10.000000\"} 2",
            "x_bucket{le=\"+Inf\"} 3",
            "x_sum 11.001001",
            "x_count 3",
        ] {
            assert!(out.lines().any(|l| l == line), "{line} is missing in\n{out}");
        }
    }

    #[test]
    fn every_line_is_a_comment_or_a_number() {
        let text = Metrics::default().print();
        assert!(
            text.lines().all(|l| l.starts_with('#')
                || l.rsplit_once(' ')
                    .is_some_and(|(_, n)| n.bytes().all(|b| b.is_ascii_digit() || b == b'.'))),
            "{text}"
        );
    }
}
