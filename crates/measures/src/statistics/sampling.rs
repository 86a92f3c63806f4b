//! Do test commands resemble real traffic (M2b)? The sampling rule (at least 0.5 tests per
//! commissioned hub over the period), the hours in which the tests ran, and how their mix compares
//! with Users' own requests.

use crate::notes::things;
use crate::{
    inputs::{PopulationDay, TestsByHour},
    settings::Settings,
};
use northbound_types::{Cells, Day, Dim, Period, Ratio, Region, Selector, TestKind};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The sampling rule for one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampling {
    /// Region.
    pub region: Region,
    /// Test commands in the period.
    pub tests: u64,
    /// Sum over the days of commissioned hubs.
    pub hub_days: u64,
    /// Days for which a population is known; hubs on average are `hub_days ÷ days`.
    pub days: u64,
    /// Tests per hub asked for.
    pub asked: Ratio,
    /// Enough? `None` where no population is known.
    pub passes: Option<bool>,
    /// Days of the period without any test.
    pub days_without_tests: Vec<Day>,
    /// All tests lie in quiet hours.
    pub only_quiet_hours: bool,
    /// What is wrong, in words.
    pub findings: Vec<String>,
}

/// One line of the comparison of tests with own requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mix {
    /// The hour, region or device type.
    pub key: String,
    /// Tests.
    pub tests: Ratio,
    /// Own requests.
    pub own: Ratio,
    /// Own requests here and not one test.
    pub untested: bool,
}

/// Tests per hub against the rule: `tests ÷ (hub_days ÷ days) ≥ asked`, in whole numbers.
///
/// `None` where there is no population or the rule has no denominator.
#[must_use]
pub fn enough(tests: u64, hub_days: u64, days: u64, asked: Ratio) -> Option<bool> {
    if hub_days == 0 || asked.den == 0 {
        return None;
    }
    Some(
        u128::from(tests) * u128::from(days) * u128::from(asked.den)
            >= u128::from(asked.num) * u128::from(hub_days),
    )
}

/// What one region's tests are checked against.
#[derive(Debug, Clone, Copy)]
pub struct SamplingInput<'a> {
    /// Period.
    pub period: Period,
    /// Counts with Day, Region and TestKind.
    pub cells: &'a Cells,
    /// Kinds of test that the rule is about.
    pub kinds: &'a [TestKind],
    /// Population.
    pub population: &'a [PopulationDay],
    /// By hour.
    pub by_hour: &'a [TestsByHour],
    /// Settings.
    pub settings: &'a Settings,
}

/// Checks the tests of one region.
#[must_use]
pub fn check(input: SamplingInput<'_>, region: Region) -> Sampling {
    let s = input.settings;
    let mut by_day: BTreeMap<Day, u64> = BTreeMap::new();
    for p in input.population.iter().filter(|p| {
        p.region == region
            && input.period.contains(p.day)
            && s.hub_device_types.contains(&p.device_type)
            && s.commissioned.contains(&p.status)
    }) {
        *by_day.entry(p.day).or_default() += p.count;
    }
    let select = Selector::all()
        .and(Dim::Region, [region.as_str()])
        .and(Dim::TestKind, input.kinds.iter().map(|k| k.as_str()));
    let tests = crate::evaluate::slices::narrow(input.cells, input.period, &select, &[Dim::Day]);
    let tested: BTreeSet<String> = crate::evaluate::slices::values(&tests, Dim::Day);
    let (hub_days, days) = (by_day.values().sum(), by_day.len() as u64);
    let total = tests.sum(&Selector::all()).count;
    let mut out = Sampling {
        region,
        tests: total,
        hub_days,
        days,
        asked: s.tests_per_hub,
        passes: enough(total, hub_days, days, s.tests_per_hub),
        days_without_tests: input
            .period
            .each_day()
            .filter(|d| !tested.contains(&d.to_string()))
            .collect(),
        only_quiet_hours: only_quiet(input.by_hour.iter().filter(|h| h.region == region), s),
        findings: Vec::new(),
    };
    out.findings = findings(&out, input.period, s);
    out
}

/// What is wrong with the tests of a region, in words.
fn findings(out: &Sampling, period: Period, s: &Settings) -> Vec<String> {
    let mut findings = Vec::new();
    match out.passes {
        Some(false) => findings.push(format!(
            "too few tests: {} for {} over {}, required are {} in {} per hub",
            out.tests,
            things(out.hub_days, "hub day", "hub days"),
            things(out.days, "day", "days"),
            out.asked.num,
            out.asked.den
        )),
        None => findings.push(
            "the number of commissioned hubs is unknown: the sampling rule cannot be checked"
                .to_owned(),
        ),
        Some(true) => {}
    }
    if out.days > 0 && out.days < period.days() as u64 {
        findings.push(format!(
            "population known for {} of {}",
            out.days,
            things(period.days() as u64, "day", "days")
        ));
    }
    if out.only_quiet_hours {
        findings.push(format!(
            "all tests are in quiet hours ({:02}:00 to {:02}:00 UTC)",
            s.quiet_from, s.quiet_to
        ));
    }
    if out.tests > 0 && !out.days_without_tests.is_empty() {
        findings.push(format!(
            "not spread over the days: {} without a test",
            things(out.days_without_tests.len() as u64, "day", "days")
        ));
    }
    findings
}

fn only_quiet<'a>(hours: impl Iterator<Item = &'a TestsByHour>, s: &Settings) -> bool {
    let (mut quiet, mut other) = (0, 0);
    for h in hours {
        if s.is_quiet(h.hour) { quiet += h.tests } else { other += h.tests }
    }
    quiet > 0 && other == 0
}

/// Compares tests with own requests by `key` (hour, region, device type …), sorted by key.
#[must_use]
pub fn mix(by_hour: &[TestsByHour], key: impl Fn(&TestsByHour) -> String) -> Vec<Mix> {
    let mut by: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for h in by_hour {
        let e = by.entry(key(h)).or_default();
        e.0 += h.tests;
        e.1 += h.own;
    }
    let (tests, own) = by.values().fold((0, 0), |(t, o), v| (t + v.0, o + v.1));
    by.into_iter()
        .map(|(key, (t, o))| Mix {
            key,
            tests: Ratio { num: t, den: tests },
            own: Ratio { num: o, den: own },
            untested: o > 0 && t == 0,
        })
        .collect()
}

/// The three comparisons of M2b: by hour, region and device type.
#[must_use]
pub fn mixes(by_hour: &[TestsByHour]) -> [(&'static str, Vec<Mix>); 3] {
    [
        ("hour", mix(by_hour, |h| format!("{:02}", h.hour))),
        ("region", mix(by_hour, |h| h.region.to_string())),
        ("device_type", mix(by_hour, |h| h.device_type.clone())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::settings;

    #[test]
    fn m2b_tests_per_hub() {
        let asked = Ratio { num: 1, den: 2 };
        // 100 hubs on each of 30 days.
        assert_eq!(enough(49, 3_000, 30, asked), Some(false));
        assert_eq!(enough(50, 3_000, 30, asked), Some(true));
        assert_eq!(enough(50, 0, 0, asked), None);
        // Hubs that grow over the month: 3,001 hub days need more than 50 tests.
        assert_eq!(enough(50, 3_001, 30, asked), Some(false));
    }

    #[test]
    fn m2b_tests_only_in_quiet_hours_are_flagged() {
        let s = settings();
        let hour = |hour, tests| TestsByHour {
            region: Region::North,
            device_type: "CHF".into(),
            hour,
            tests,
            own: 10,
        };
        let (quiet, day) = (s.quiet_from, 12);
        assert!(only_quiet([hour(quiet, 5)].iter(), &s));
        assert!(!only_quiet([hour(quiet, 5), hour(day, 1)].iter(), &s));
        assert!(!only_quiet([hour(day, 0)].iter(), &s));
        let m = mix(&[hour(quiet, 5), hour(day, 0)], |h| h.hour.to_string());
        assert_eq!(
            m.iter().filter(|l| l.untested).map(|l| l.key.as_str()).collect::<Vec<_>>(),
            ["12"]
        );
    }

    #[test]
    fn m2b_the_check_of_a_region() {
        let s = settings();
        let period = crate::sample::APRIL;
        let run = |tests: u64, hour: u8| {
            let c = crate::sample::cells(&[
                ("2026-04-02", "north", "f", "rtt4", "answered-success", "in-time", tests),
                ("2026-04-03", "north", "f", "none", "answered-success", "in-time", 9),
            ]);
            let hub = |day, status: &str| PopulationDay {
                day,
                region: Region::North,
                generation: "smets2".into(),
                device_type: "CHF".into(),
                status: status.into(),
                count: 100,
            };
            let population: Vec<_> = period
                .each_day()
                .flat_map(|d| [hub(d, "commissioned"), hub(d, "installed")])
                .collect();
            let by_hour = [TestsByHour {
                region: Region::North,
                device_type: "CHF".into(),
                hour,
                tests,
                own: 9,
            }];
            check(
                SamplingInput {
                    period,
                    cells: &c,
                    kinds: &[TestKind::Rtt4],
                    population: &population,
                    by_hour: &by_hour,
                    settings: &s,
                },
                Region::North,
            )
        };
        let good = run(50, 12);
        assert_eq!(
            (good.tests, good.hub_days, good.days, good.passes, good.only_quiet_hours),
            (50, 3_000, 30, Some(true), false)
        );
        assert_eq!(good.days_without_tests.len(), 29);
        let bad = run(49, 2);
        assert_eq!((bad.passes, bad.only_quiet_hours), (Some(false), true));
        assert!(
            bad.findings.iter().any(|f| f.contains("quiet hours"))
                && bad.findings.iter().any(|f| f.contains("too few tests"))
        );
    }

    #[test]
    fn own_requests_without_tests_are_untested_in_each_mix() {
        assert_eq!(
            mixes(&[TestsByHour {
                region: Region::North,
                device_type: "ESME".into(),
                hour: 3,
                tests: 0,
                own: 4
            }])
            .map(|(_, m)| m[0].untested),
            [true; 3]
        );
    }
}
