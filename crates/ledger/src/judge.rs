//! What a scan needs of the rules: target times and latency buckets, under one id. The id goes into
//! every rollup, so that a rollup made with other rules is seen to be stale.

use northbound_types::Day;

/// What decides the target of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TargetQuery<'a> {
    /// Service Reference Variant.
    pub srv: &'a str,
    /// Meter generation.
    pub generation: &'a str,
    /// User Role.
    pub role: &'a str,
    /// On-demand, future-dated, scheduled, non-device.
    pub mode: &'a str,
    /// Kind of test.
    pub test_kind: &'a str,
    /// Received day: rules have dates.
    pub day: Day,
}

/// A target that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Target Response Time in µs.
    pub micros: i64,
    /// `true` where nobody has confirmed the rule: what it judges is provisional.
    pub assumed: bool,
}

/// Judges exchanges: implemented by the rules, and by tests.
pub trait Judge: Sync {
    /// Id of the rule set, with everything that changes a judgement.
    fn id(&self) -> &str;
    /// The target that applies, `None` where no rule gives one.
    fn target(&self, query: &TargetQuery<'_>) -> Option<Target>;
    /// The bucket of a latency in µs; -1 where negative.
    fn bucket(&self, micros: i64) -> i32;
    /// How many buckets there are.
    fn buckets(&self) -> usize;
}
