//! The rules that a scan needs: target times and latency buckets, under one id. Every rollup records
//! the id, so that one made with other rules is recognised as stale.

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
    /// Leg: a transform has its own target.
    pub leg: &'a str,
    /// Received day: rules have dates.
    pub day: Day,
}

/// A target that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Target Response Time in µs.
    pub micros: i64,
    /// `true` for an unconfirmed rule: figures that depend on it are provisional.
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
    /// The buckets of many latencies at once.
    fn bucket_all(&self, micros: &[i64], out: &mut [i32]) {
        for (o, &m) in out.iter_mut().zip(micros) {
            *o = self.bucket(m);
        }
    }
    /// How many buckets there are.
    fn buckets(&self) -> usize;
}

/// The rules in force as a judge.
#[derive(Debug, Clone)]
pub struct RulesJudge {
    resolver: northbound_rules::TargetResolver,
    id: String,
}

impl RulesJudge {
    /// From a rule set and the confirmation keys (`id#hash`) that the registers hold.
    #[must_use]
    pub fn new(
        rules: &northbound_rules::RuleSet,
        confirmed: &std::collections::BTreeSet<String>,
    ) -> RulesJudge {
        let resolver = rules.resolver(confirmed);
        let id = format!("{}-{}", resolver.fingerprint(), northbound_rules::buckets::BUCKETS);
        RulesJudge { resolver, id }
    }
}

impl Judge for RulesJudge {
    fn id(&self) -> &str {
        &self.id
    }
    fn target(&self, q: &TargetQuery<'_>) -> Option<Target> {
        let key = northbound_rules::TargetKey {
            srv: q.srv,
            generation: q.generation,
            role: q.role,
            mode: q.mode,
            test_kind: q.test_kind,
            leg: q.leg,
        };
        self.resolver.resolve(&key, q.day).map(|(micros, assumed)| Target { micros, assumed })
    }
    #[inline]
    fn bucket(&self, micros: i64) -> i32 {
        northbound_rules::buckets::bucket_of(micros)
    }
    fn buckets(&self) -> usize {
        northbound_rules::buckets::BUCKETS
    }
}
