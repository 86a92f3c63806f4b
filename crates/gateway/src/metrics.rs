//! Metrics of the running service, in the text form that Prometheus reads (OpenMetrics). No figure of a report is
//! computed from them: figures come from the ledger.

use northbound_flow::effect::Record;
use northbound_types::RequestState;
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter, family::Family, gauge, histogram::Histogram},
    registry::Registry,
};
use std::{sync::atomic::AtomicU64, time::Duration};

/// Media type of [`Metrics::print`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the names of all metrics begin with.
const PREFIX: &str = "northbound";

/// Upper bounds of the buckets of durations, in seconds.
const BOUNDS: [f64; 14] =
    [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 10.0];

/// A number that only grows.
pub type Counter = counter::Counter<u64, AtomicU64>;
/// A number that is set.
pub type Gauge = gauge::Gauge<u64, AtomicU64>;

/// Durations in buckets.
#[derive(Debug, Clone)]
pub struct Durations(Histogram);

impl Default for Durations {
    fn default() -> Durations {
        Durations(Histogram::new(BOUNDS))
    }
}

impl Durations {
    /// Counts one.
    pub fn note(&self, d: Duration) {
        self.0.observe(d.as_secs_f64());
    }
}

/// Labels of a request: region and class.
type RegionAndClass = [(&'static str, &'static str); 2];

/// All metrics of a service. A clone shares them.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    /// Requests over HTTP.
    pub requests: Counter,
    /// Requests answered with another status than 200.
    pub problems: Counter,
    /// Messages rejected at the ingress.
    pub turned_away: Counter,
    /// Open connections to the User interface.
    pub connections: Gauge,
    /// Connections for which there was no room.
    pub connections_refused: Counter,
    /// From the last byte of a request to its answer.
    pub answered: Durations,
    /// Reading and verifying a request.
    pub verified: Durations,
    /// Syncs of the journal.
    pub sync: Durations,
    /// Inputs in the journal.
    pub stored: Counter,
    /// Attempts to deliver.
    pub tries: Counter,
    /// Messages that Users accepted.
    pub delivered: Counter,
    /// Messages that Users did not accept.
    pub parked: Counter,
    /// 1 while the journal cannot be written.
    pub suspended: Gauge,
    /// Jumps of the wall clock.
    pub clock_jumps: Counter,
    /// Rows that wait for the ledger.
    pub ledger_waiting: Gauge,
    /// Position of the journal up to which the ledger has every row.
    pub ledger_position: Gauge,
    /// Failed attempts to commit to the ledger.
    pub ledger_commit_failures: Counter,
    /// 1 while commits to the ledger fail.
    pub ledger_failing: Gauge,
    /// Failed attempts to compact closed days of the ledger.
    pub ledger_compaction_failures: Counter,
    timed_out: Family<RegionAndClass, Counter>,
}

impl Metrics {
    /// A batch was synced.
    pub fn synced(&self, took: Duration, inputs: usize) {
        self.sync.note(took);
        self.stored.inc_by(inputs as u64);
    }

    /// An exchange was settled.
    pub fn settled(&self, r: &Record) {
        if r.state == RequestState::TimedOut {
            let labels = [("region", r.region.as_str()), ("class", r.class.as_str())];
            self.timed_out.get_or_create(&labels).inc();
        }
    }

    /// The text that Prometheus reads, of media type [`MEDIA_TYPE`].
    #[must_use]
    pub fn print(&self) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut out, &self.registry());
        out
    }

    fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix(PREFIX);
        for (name, help, counter) in self.counters() {
            registry.register(name, help, counter.clone());
        }
        for (name, help, gauge) in self.gauges() {
            registry.register(name, help, gauge.clone());
        }
        for (name, help, durations) in self.durations() {
            registry.register(name, help, durations.0.clone());
        }
        let help = "requests that ended timed out";
        registry.register("settled_timed_out", help, self.timed_out.clone());
        registry
    }

    /// Counters without labels. The name of each sample ends in `_total`.
    fn counters(&self) -> [(&'static str, &'static str, &Counter); 11] {
        [
            ("requests", "requests over HTTP", &self.requests),
            ("problems", "requests answered with another status than 200", &self.problems),
            ("turned_away", "messages rejected at the ingress", &self.turned_away),
            (
                "connections_refused",
                "connections refused because there were too many",
                &self.connections_refused,
            ),
            ("inputs_stored", "inputs in the journal", &self.stored),
            ("delivery_tries", "attempts to deliver", &self.tries),
            ("delivered", "messages that Users accepted", &self.delivered),
            ("parked", "messages that Users did not accept", &self.parked),
            ("clock_jumps", "jumps of the wall clock", &self.clock_jumps),
            (
                "ledger_commit_failures",
                "failed attempts to commit to the ledger",
                &self.ledger_commit_failures,
            ),
            (
                "ledger_compaction_failures",
                "failed attempts to compact closed days of the ledger",
                &self.ledger_compaction_failures,
            ),
        ]
    }

    fn gauges(&self) -> [(&'static str, &'static str, &Gauge); 5] {
        [
            ("connections", "connections to the User interface", &self.connections),
            ("journal_suspended", "1 while the journal cannot be written", &self.suspended),
            ("ledger_rows_waiting", "rows that wait for the ledger", &self.ledger_waiting),
            ("ledger_position", "journal position that the ledger holds", &self.ledger_position),
            ("ledger_failing", "1 while commits to the ledger fail", &self.ledger_failing),
        ]
    }

    fn durations(&self) -> [(&'static str, &'static str, &Durations); 3] {
        [
            ("answer_seconds", "from the last byte of a request to its answer", &self.answered),
            ("verify_seconds", "reading and verifying a request", &self.verified),
            ("sync_seconds", "syncs of the journal", &self.sync),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_time_at_a_bound_counts_below_it() {
        let m = Metrics::default();
        m.sync.note(Duration::from_micros(500));
        m.sync.note(Duration::from_micros(501));
        m.sync.note(Duration::from_secs(11));
        let out = m.print();
        for line in [
            "northbound_sync_seconds_bucket{le=\"0.0005\"} 1",
            "northbound_sync_seconds_bucket{le=\"0.001\"} 2",
            "northbound_sync_seconds_bucket{le=\"10.0\"} 2",
            "northbound_sync_seconds_bucket{le=\"+Inf\"} 3",
            "northbound_sync_seconds_sum 11.001001",
            "northbound_sync_seconds_count 3",
        ] {
            assert!(out.lines().any(|l| l == line), "{line} is missing in\n{out}");
        }
    }

    /// Names and labels of the samples. Dashboards use them, so they are only added to.
    const SAMPLES: [&str; 26] = [
        "northbound_answer_seconds_bucket le",
        "northbound_answer_seconds_count",
        "northbound_answer_seconds_sum",
        "northbound_clock_jumps_total",
        "northbound_connections",
        "northbound_connections_refused_total",
        "northbound_delivered_total",
        "northbound_delivery_tries_total",
        "northbound_inputs_stored_total",
        "northbound_journal_suspended",
        "northbound_ledger_commit_failures_total",
        "northbound_ledger_compaction_failures_total",
        "northbound_ledger_failing",
        "northbound_ledger_position",
        "northbound_ledger_rows_waiting",
        "northbound_parked_total",
        "northbound_problems_total",
        "northbound_requests_total",
        "northbound_settled_timed_out_total region class",
        "northbound_sync_seconds_bucket le",
        "northbound_sync_seconds_count",
        "northbound_sync_seconds_sum",
        "northbound_turned_away_total",
        "northbound_verify_seconds_bucket le",
        "northbound_verify_seconds_count",
        "northbound_verify_seconds_sum",
    ];

    #[test]
    fn the_samples_are_those_of_before() {
        let m = Metrics::default();
        m.requests.inc_by(2);
        m.timed_out.get_or_create(&[("region", "north"), ("class", "bulk")]).inc();
        let out = m.print();
        let mut found = BTreeSet::new();
        for line in out.lines().filter(|l| !l.starts_with('#')) {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            assert!(value.parse::<f64>().is_ok(), "{line}");
            let (name, labels) = sample.split_once('{').unwrap_or((sample, ""));
            let labels = labels.trim_end_matches('}').split(',').filter_map(|l| l.split_once('='));
            let labels: Vec<&str> = labels.map(|(label, _)| label).collect();
            found.insert([&[name], labels.as_slice()].concat().join(" "));
        }
        assert_eq!(found, SAMPLES.map(str::to_owned).into(), "{out}");
        assert!(out.contains("northbound_requests_total 2\n"), "{out}");
        let timed_out = "northbound_settled_timed_out_total{region=\"north\",class=\"bulk\"} 1\n";
        assert!(out.contains(timed_out) && out.ends_with("# EOF\n"), "{out}");
    }
}
