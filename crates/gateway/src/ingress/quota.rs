//! How much may be recorded about senders that prove nothing, within a window of time: so much for each, and so
//! much in all. Users that show a client certificate share another total than strangers, so that a flood of strangers
//! hides no User.

use northbound_flow::policy::PolicyError;
use northbound_rules::{RuleError, RuleSet};
use northbound_types::{Day, Eui64, Utc};
use std::{collections::HashMap, net::IpAddr};

/// What is counted on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Sender {
    /// A User, by its TLS client certificate.
    User(Eui64),
    /// An address, of IPv6 its network.
    Address(IpAddr),
}

/// Limits of what is recorded in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Length of the window, µs.
    pub window: i64,
    /// For each sender.
    pub each: u32,
    /// For all senders of a kind together.
    pub all: u32,
}

/// The limits of what is recorded about strangers, from the settings of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StrangerLimits {
    /// Messages without a verified sender that are recorded one by one.
    pub messages: Allowance,
    /// Log lines of requests that are answered with a problem.
    pub problems: Allowance,
}

impl StrangerLimits {
    /// From the settings of a day.
    ///
    /// # Errors
    /// A setting that is missing.
    pub fn from_rules(rules: &RuleSet, day: Day) -> Result<StrangerLimits, PolicyError> {
        let number =
            |key: &str| -> Result<i64, RuleError> { rules.traffic(key, day)?.integer(day) };
        let window = number("unverified-window-seconds")?.saturating_mul(1_000_000);
        let allowance = |each: &str, all: &str| -> Result<Allowance, PolicyError> {
            let limit = |key| number(key).map(|n| u32::try_from(n).unwrap_or(u32::MAX));
            Ok(Allowance { window, each: limit(each)?, all: limit(all)? })
        };
        Ok(StrangerLimits {
            messages: allowance("unverified-each", "unverified-all")?,
            problems: allowance("problems-logged-each", "problems-logged-all")?,
        })
    }
}

/// What has been recorded in the present window.
#[derive(Debug)]
pub(crate) struct Quota {
    allowance: Allowance,
    begun: Utc,
    used: HashMap<Sender, u32>,
    users: u32,
    strangers: u32,
}

impl Quota {
    pub(crate) fn new(allowance: Allowance, now: Utc) -> Quota {
        Quota { allowance, begun: now, used: HashMap::new(), users: 0, strangers: 0 }
    }

    /// Whether the window is over.
    pub(crate) fn is_over(&self, now: Utc) -> bool {
        now.0.saturating_sub(self.begun.0) >= self.allowance.window
    }

    pub(crate) fn begin(&mut self, now: Utc) {
        *self = Quota::new(self.allowance, now);
    }

    /// Takes one record of a sender; `false` where the limit is reached.
    pub(crate) fn take(&mut self, sender: Sender) -> bool {
        let all = match sender {
            Sender::User(_) => &mut self.users,
            Sender::Address(_) => &mut self.strangers,
        };
        if *all >= self.allowance.all {
            return false;
        }
        // At most `all` senders of each kind are ever in the map.
        let used = self.used.entry(sender).or_default();
        if *used >= self.allowance.each {
            return false;
        }
        *used += 1;
        *all += 1;
        true
    }

    pub(crate) fn allowance(&self) -> Allowance {
        self.allowance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sender_and_all_together_have_a_limit_at_its_edge() {
        let mut q = Quota::new(Allowance { window: 10, each: 2, all: 3 }, Utc(100));
        let (a, b) =
            (Sender::Address([192, 0, 2, 1].into()), Sender::Address([192, 0, 2, 2].into()));
        assert_eq!([a, a, a, b, b].map(|s| q.take(s)), [true, true, false, true, false]);
        // Users have a total of their own.
        let user = |n| Sender::User(Eui64(n));
        assert_eq!([1, 1, 1, 2, 3].map(|n| q.take(user(n))), [true, true, false, true, false]);
        assert!(!q.is_over(Utc(109)) && q.is_over(Utc(110)));
        q.begin(Utc(110));
        assert!(q.take(a) && !q.is_over(Utc(119)));
    }
}
