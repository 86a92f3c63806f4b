//! First-time connectivity (PM1.1, PM1.2) and the accuracy of the coverage database (COV1):
//! `docs/measures.md`, Hub installs. An attempted install is inside the Coverage Area, first
//! installed in the activity period, has 8.14.1 or 8.14.2 received, and is no Allowed Exception.

use crate::{
    inputs::HubInstall,
    result::{Counted, Part},
};
use northbound_types::{Day, Figure, Null, NullReason, Period, Region};

/// Installed and connected.
pub const SRV_CONNECTED: &str = "8.14.1";
/// Installed without SM WAN.
pub const SRV_NO_WAN: &str = "8.14.2";

/// What is asked of an install.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Connected at install: 8.14.1 received.
    AtInstall,
    /// Connected within so many days of the install.
    WithinDays(i32),
    /// The coverage database had not promised coverage where the install found none.
    CoverageAsPredicted,
}

impl When {
    /// From the word in the rules: `at-install`, `within-90-days`, `coverage` (also
    /// `coverage-accuracy`). `days` is the setting.
    #[must_use]
    pub fn of(word: &str, days: i32) -> Option<When> {
        match word {
            "at-install" => Some(When::AtInstall),
            "within-90-days" => Some(When::WithinDays(days)),
            "coverage" | "coverage-accuracy" | "prediction" => Some(When::CoverageAsPredicted),
            _ => None,
        }
    }
}

/// Counts the installs of one row. `as_at` is the day up to which connections are known.
#[must_use]
pub fn count(
    list: &[HubInstall],
    period: Period,
    provider: &str,
    region: Region,
    word: &str,
    days: i32,
    as_at: Day,
) -> Counted {
    let Some(when) = When::of(word, days) else {
        return Counted::only(Figure::Null(Null::because(
            NullReason::NotDeterminable,
            format!(
                "hub installs {word:?} are not known; use at-install, within-90-days or coverage"
            ),
        )));
    };
    let (mut num, mut den) = (0, 0);
    let mut out: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
    for h in list.iter().filter(|h| {
        period.contains(h.installed) && (h.provider.is_empty() || h.provider == provider)
    }) {
        if region != Region::None && h.region != region && h.region != Region::Unknown {
            continue;
        }
        match judge(h, when, region, as_at) {
            Ok(met) => {
                den += 1;
                num += u64::from(met);
            }
            Err(why) => *out.entry(why).or_default() += 1,
        }
    }
    let mut c = Counted::of_parts(vec![Part {
        label: "attempted installs".to_owned(),
        numerator: None,
        denominator: None,
        num,
        den,
    }]);
    c.missed(
        if when == When::CoverageAsPredicted {
            "coverage was promised and not found"
        } else {
            "not connected"
        },
        den - num,
    );
    for (why, n) in out {
        c.leave_out(why, n);
    }
    c.notes.push(format!("installs of {period}"));
    c
}

fn judge(h: &HubInstall, when: When, region: Region, as_at: Day) -> Result<bool, &'static str> {
    if region != Region::None && h.region == Region::Unknown {
        return Err("region unknown: never in a regional figure");
    }
    if h.exception.is_some() {
        return Err("Allowed Exception");
    }
    if h.srv != SRV_CONNECTED && h.srv != SRV_NO_WAN {
        return Err("neither 8.14.1 nor 8.14.2 received");
    }
    let at_install = h.srv == SRV_CONNECTED;
    if when == When::CoverageAsPredicted {
        return h.predicted.map(|p| !(p && !at_install)).ok_or("no coverage prediction known");
    }
    if !h.in_coverage {
        return Err("outside the Coverage Area");
    }
    match when {
        When::WithinDays(n) => {
            let in_time = at_install || h.connected.is_some_and(|c| c.0 - h.installed.0 <= n);
            // Still open: the days have not passed, so a miss is not yet one.
            if !in_time && as_at.0 - h.installed.0 <= n {
                Err("the days to connect have not passed")
            } else {
                Ok(in_time)
            }
        }
        When::AtInstall | When::CoverageAsPredicted => Ok(at_install),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub(n: u32, srv: &str, connected: Option<&str>, predicted: Option<bool>) -> HubInstall {
        HubInstall {
            hub: format!("00-DB-12-34-00-00-00-{n:02X}"),
            region: Region::South,
            provider: "CSPS".into(),
            installed: "2026-01-01".parse().unwrap(),
            srv: srv.into(),
            in_coverage: true,
            connected: connected.map(|d| d.parse().unwrap()),
            exception: None,
            predicted,
        }
    }

    #[test]
    fn ninety_days_are_in_and_ninety_one_are_not() {
        let q1: Period = "2026-Q1".parse().unwrap();
        let list = [
            hub(1, SRV_CONNECTED, None, Some(true)),
            hub(2, SRV_NO_WAN, Some("2026-04-01"), Some(true)),
            hub(3, SRV_NO_WAN, Some("2026-04-02"), Some(false)),
            hub(4, "", None, None),
        ];
        let run = |word, as_at: &str| {
            count(&list, q1, "CSPS", Region::South, word, 90, as_at.parse().unwrap())
        };
        assert_eq!(run("at-install", "2026-07-01").figure, Figure::ratio(1, 3));
        assert_eq!(run("within-90-days", "2026-07-01").figure, Figure::ratio(2, 3));
        assert_eq!(run("coverage", "2026-07-01").figure, Figure::ratio(2, 3));
        assert_eq!(run("within-90-days", "2026-07-01").excluded[0].count, 1);
        // With 90 days not yet over, the late one is no miss yet.
        assert_eq!(run("within-90-days", "2026-04-01").figure, Figure::ratio(2, 2));
        assert!(matches!(run("else", "2026-07-01").figure, Figure::Null(_)));
    }
}
