//! The policy of a day, made from the rules.

use super::{
    Capacity, Codes, Hold, Keep, Policy, Retry, ServiceRule, StormRule, Threshold, Timeouts,
};
use crate::vocabulary::{Class, DeviceType, Role};
use northbound_rules::{
    RuleError, RuleSet,
    catalogue::{FutureDated, Service},
    setting_words::Switch,
};
use northbound_types::{
    AlertCode, CommandVariant, Day, Eui64, Region, ResponseCode, text_enum::UnknownWord,
};
use std::{collections::HashMap, str::FromStr};

const SECOND: i64 = 1_000_000;

/// Why no policy could be made from the rules.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// A rule is missing or of another kind.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A setting is not of its type.
    #[error("setting {key} of traffic.toml: {text:?}: {source}")]
    Parse {
        /// Key of the setting.
        key: String,
        /// Its value.
        text: String,
        /// Why it could not be read.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A setting has a value that is not allowed.
    #[error("setting {key} of traffic.toml: {text:?}: {problem}")]
    Value {
        /// Key of the setting.
        key: String,
        /// Its value.
        text: String,
        /// Why it is not allowed.
        problem: String,
    },
}

/// Reads settings of one day.
struct Reader<'r> {
    rules: &'r RuleSet,
    day: Day,
}

impl Reader<'_> {
    fn integer(&self, key: &str) -> Result<i64, PolicyError> {
        Ok(self.rules.traffic(key, self.day)?.integer(self.day)?)
    }
    fn seconds(&self, key: &str) -> Result<i64, PolicyError> {
        Ok(self.integer(key)? * SECOND)
    }
    fn small<T: TryFrom<i64>>(&self, key: &str) -> Result<T, PolicyError> {
        let n = self.integer(key)?;
        T::try_from(n).map_err(|_| value(key, &n.to_string(), "is out of its range"))
    }
    fn text(&self, key: &str) -> Result<&str, PolicyError> {
        Ok(self.rules.traffic(key, self.day)?.text(self.day)?)
    }
    fn list(&self, key: &str) -> Result<&[String], PolicyError> {
        Ok(self.rules.traffic(key, self.day)?.list(self.day)?)
    }
    fn parsed<T: FromStr>(&self, key: &str) -> Result<T, PolicyError>
    where
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        let text = self.text(key)?;
        text.parse().map_err(|e: T::Err| unreadable(key, text, e))
    }
    fn all<T: FromStr>(&self, key: &str) -> Result<Vec<T>, PolicyError>
    where
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        self.list(key)?
            .iter()
            .map(|t| t.parse().map_err(|e: T::Err| unreadable(key, t, e)))
            .collect()
    }
    fn code(&self, occasion: &str) -> Result<ResponseCode, PolicyError> {
        self.parsed(&format!("code-{occasion}"))
    }
}

fn unreadable(
    key: &str,
    text: &str,
    source: impl std::error::Error + Send + Sync + 'static,
) -> PolicyError {
    PolicyError::Parse { key: key.to_owned(), text: text.to_owned(), source: Box::new(source) }
}

fn value(key: &str, text: &str, problem: &str) -> PolicyError {
    PolicyError::Value { key: key.to_owned(), text: text.to_owned(), problem: problem.to_owned() }
}

impl Policy {
    /// The policy that the rules make for a day.
    ///
    /// # Errors
    /// Where a setting is missing or cannot be understood.
    pub fn from_rules(rules: &RuleSet, day: Day) -> Result<Policy, PolicyError> {
        let r = Reader { rules, day };
        let each = |region| -> Result<Capacity, PolicyError> {
            Ok(Capacity {
                region,
                in_flight: r.small("region-in-flight")?,
                queued: r.small("region-queue")?,
            })
        };
        Ok(Policy {
            rules: rules.id().into(),
            service: r.parsed("service-eui")?,
            services: services(&r)?,
            registered_roles: r.all("registered-roles")?,
            timeouts: Timeouts {
                on_demand: r.seconds("timeout-on-demand-seconds")?,
                asleep: r.seconds("timeout-asleep-seconds")?,
                patient: r.seconds("timeout-patient-seconds")?,
            },
            retry: Retry {
                tries: r.small("command-further-tries")?,
                after: r.seconds("command-retry-after-seconds")?,
            },
            capacity: vec![each(Region::North)?, each(Region::Central)?, each(Region::South)?],
            weights: weights(&r)?,
            longest_queue: r.seconds("queue-longest-seconds")?,
            codes: codes(&r)?,
            keep: Keep {
                pre_command: r.seconds("pre-command-expires-seconds")?,
                late_answer: r.seconds("late-answer-seconds")?,
                quarantine: r.seconds("quarantine-expires-seconds")?,
                outcome: r.seconds("outcome-kept-seconds")?,
            },
            thresholds: r
                .list("thresholds")?
                .iter()
                .map(|t| threshold(t))
                .collect::<Result<_, _>>()?,
            storm: StormRule {
                on: r.parsed::<Switch>("storm-protection")? == Switch::On,
                threshold: r.small("storm-threshold")?,
                window: r.seconds("storm-window-seconds")?,
                period: r.seconds("storm-period-seconds")?,
                quiet: r.seconds("storm-quiet-seconds")?,
                excluded: r.all::<AlertCode>("storm-excluded")?,
            },
            outage_codes: outage_codes(&r)?,
        })
    }
}

fn codes(r: &Reader<'_>) -> Result<Codes, PolicyError> {
    Ok(Codes {
        unknown_user: r.code("unknown-user")?,
        role: r.code("role")?,
        user_status: r.code("user-status")?,
        unknown_device: r.code("unknown-device")?,
        role_for_device: r.code("role-for-device")?,
        device_type: r.code("device-type")?,
        device_status: r.code("device-status")?,
        local_delivery: r.code("local-delivery")?,
        wrong_service: r.code("wrong-service")?,
        variant: r.code("variant")?,
        replay: r.code("replay")?,
        pre_command: r.code("pre-command")?,
        sequence: r.code("sequence")?,
        full: r.code("full")?,
        shed: r.code("shed")?,
        no_route: r.code("no-route")?,
        timed_out: r.code("timed-out")?,
        timed_out_future: r.code("timed-out-future")?,
        device_error: r.code("device-error")?,
        deleted: r.code("deleted")?,
        cancelled: r.code("cancelled")?,
        fallback: r.code("fallback")?,
        quarantined: r.parsed("code-quarantined-alert")?,
    })
}

fn outage_codes(r: &Reader<'_>) -> Result<Vec<AlertCode>, PolicyError> {
    let key = "power-outage-codes";
    let all = r.all::<AlertCode>(key)?;
    if all.is_empty() {
        return Err(value(key, "", "names no code; without one no outage can be reported"));
    }
    Ok(all)
}

/// `class=n` for each class that is named; the others have 1.
fn weights(r: &Reader<'_>) -> Result<Vec<u32>, PolicyError> {
    let key = "queue-weights";
    let mut all = vec![1; Class::ALL.len()];
    for text in r.list(key)? {
        let (class, n) =
            text.split_once('=').ok_or_else(|| value(key, text, "write class=share"))?;
        let class: Class = class.parse().map_err(|e: UnknownWord| unreadable(key, text, e))?;
        all[class as usize] = n
            .parse()
            .ok()
            .filter(|n| (1..=1_000).contains(n))
            .ok_or_else(|| value(key, text, "the share is a whole number from 1 to 1000"))?;
    }
    Ok(all)
}

/// `user/srv/limit/seconds`, with `*` for all Users or all services.
fn threshold(text: &str) -> Result<Threshold, PolicyError> {
    let bad = || {
        value(
            "thresholds",
            text,
            "write user/srv/limit/seconds with * for all, such as 90-B3-D5-1F-30-01-00-01/2.2/1000/3600",
        )
    };
    let parts: Vec<&str> = text.split('/').collect();
    let [user, srv, limit, seconds] = parts[..] else { return Err(bad()) };
    Ok(Threshold {
        user: if user == "*" { None } else { Some(user.parse::<Eui64>().map_err(|_| bad())?) },
        srv: if srv == "*" { None } else { Some(srv.parse().map_err(|_| bad())?) },
        limit: limit.parse().map_err(|_| bad())?,
        window: seconds
            .parse::<u32>()
            .ok()
            .filter(|s| (1..=31_622_400).contains(s))
            .map(|s| i64::from(s) * SECOND)
            .ok_or_else(bad)?,
    })
}

fn services(r: &Reader<'_>) -> Result<Vec<ServiceRule>, PolicyError> {
    let mut class_of = HashMap::new();
    for class in [Class::Prepayment, Class::Install, Class::ChangeOfSupplier, Class::Bulk] {
        for srv in r.list(&format!("class-{class}"))? {
            class_of.insert(srv.as_str(), class);
        }
    }
    let mut by_use_case: HashMap<&str, u16> = HashMap::new();
    for code in r.rules.codes().messages.values() {
        if let Ok(n) = u16::from_str_radix(&code.code, 16) {
            by_use_case.insert(code.class.as_str(), n);
        }
    }
    let mut all = r
        .rules
        .catalogue()
        .services()
        .iter()
        .map(|s| service(s, &class_of, &by_use_case))
        .collect::<Result<Vec<_>, _>>()?;
    all.sort_by_key(|s| s.srv);
    Ok(all)
}

fn service(
    s: &Service,
    class_of: &HashMap<&str, Class>,
    by_use_case: &HashMap<&str, u16>,
) -> Result<ServiceRule, PolicyError> {
    Ok(ServiceRule {
        srv: s
            .srv
            .parse()
            .map_err(|_| value("srv_catalogue.csv", &s.srv, "is no Service Reference Variant"))?,
        // No User can have a role that the core does not know: it is left out.
        roles: s.roles.iter().filter_map(|r| r.parse::<Role>().ok()).collect(),
        variants: s
            .command_variants
            .iter()
            .filter(|v| **v != CommandVariant::Internal)
            .fold(0, |bits, v| bits | 1 << v.number()),
        critical: s.critical,
        non_device: s.non_device,
        hold: match s.future_dated {
            FutureDated::No => Hold::Nobody,
            FutureDated::Dsp | FutureDated::Both => Hold::Service,
            FutureDated::Device => Hold::Device,
        },
        schedulable: s.schedulable,
        device_types: s
            .use_cases
            .iter()
            .try_fold(0u16, |bits, u| types_of(u).map(|t| bits | t))
            .unwrap_or(0),
        message_code: s
            .use_cases
            .iter()
            .find_map(|u| by_use_case.get(u.as_str()).copied())
            .unwrap_or(0),
        class: class_of.get(s.srv.as_str()).copied().unwrap_or(Class::OnDemand),
    })
}

/// Device types of a GBCS use case by the first letters of its name; `None` where it is for any.
fn types_of(use_case: &str) -> Option<u16> {
    let bit = |t: DeviceType| 1u16 << t as u8;
    match use_case.get(..3)? {
        "ECS" => Some(bit(DeviceType::Esme)),
        "GCS" => Some(bit(DeviceType::Gsme) | bit(DeviceType::Gpf)),
        "CCS" => Some(bit(DeviceType::Chf)),
        "PCS" => Some(bit(DeviceType::Ppmid)),
        "HCS" => Some(bit(DeviceType::Hcalcs)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_rules_make_a_policy() {
        let rules = RuleSet::embedded().unwrap();
        let p = Policy::from_rules(&rules, Day(20_000)).unwrap();
        assert_eq!(p.services.len(), 129);
        let read = p.service("4.1.1".parse().unwrap()).unwrap();
        assert!(
            read.takes(CommandVariant::Send)
                && !read.takes(CommandVariant::Transform)
                && !read.takes(CommandVariant::NonDevice)
                && read.fits(DeviceType::Esme)
                && read.fits(DeviceType::Gpf)
                && !read.fits(DeviceType::Chf)
        );
        assert_ne!(read.message_code, 0);
        let top_up = p.service("2.2".parse().unwrap()).unwrap();
        assert_eq!((top_up.class, top_up.device_types), (Class::Prepayment, 0));
        assert!(
            p.services.iter().filter(|s| !s.non_device).filter(|s| s.message_code == 0).count()
                < 40
        );
        assert_eq!(p.weight(Class::Bulk), 1);
    }

    #[test]
    fn thresholds_are_read_to_the_letter() {
        assert_eq!(
            threshold("*/2.2/10/60").unwrap(),
            Threshold {
                user: None,
                srv: Some("2.2".parse().unwrap()),
                limit: 10,
                window: 60 * SECOND
            }
        );
        for bad in ["", "*/*/1", "*/*/x/60", "*/*/1/0", "nobody/*/1/60", "*/1/2/3/4"] {
            assert!(threshold(bad).is_err(), "{bad}");
        }
    }
}
