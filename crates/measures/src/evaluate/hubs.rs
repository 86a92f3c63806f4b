//! First-time connectivity (PM1.1, PM1.2) and the accuracy of the coverage database (COV1):
//! `docs/measures.md`, Hub installs. An attempted install is inside the Coverage Area, first
//! installed in the activity period, has 8.14.1 or 8.14.2 received, and is no Allowed Exception.

use crate::{
    inputs::HubInstall,
    result::{Counted, Part},
};
use northbound_rules::measure::ConnectedBy;
use northbound_types::{Day, Period, Region};

/// Installed and connected.
pub const SRV_CONNECTED: &str = "8.14.1";
/// Installed without SM WAN.
pub const SRV_NO_WAN: &str = "8.14.2";

/// What is asked of an install.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Connected at install: 8.14.1 received.
    ConnectedAtInstall,
    /// Connected within so many days of the install.
    ConnectedWithinDays(i32),
    /// The coverage database had not promised coverage where the install found none.
    CoverageAsPredicted,
}

impl Question {
    /// Was it connected by then? `days` is the setting `connect-days`.
    #[must_use]
    pub const fn connected(by: ConnectedBy, days: i32) -> Question {
        match by {
            ConnectedBy::Install => Question::ConnectedAtInstall,
            ConnectedBy::NinetyDays => Question::ConnectedWithinDays(days),
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
    question: Question,
    as_at: Day,
) -> Counted {
    let (mut num, mut den) = (0, 0);
    let mut out: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
    for h in list.iter().filter(|h| {
        period.contains(h.installed) && (h.provider.is_empty() || h.provider == provider)
    }) {
        if region != Region::None && h.region != region && h.region != Region::Unknown {
            continue;
        }
        match judge(h, question, region, as_at) {
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
        if question == Question::CoverageAsPredicted {
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

fn judge(
    h: &HubInstall,
    question: Question,
    region: Region,
    as_at: Day,
) -> Result<bool, &'static str> {
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
    if question == Question::CoverageAsPredicted {
        return h.predicted.map(|p| !(p && !at_install)).ok_or("no coverage prediction known");
    }
    if !h.in_coverage {
        return Err("outside the Coverage Area");
    }
    match question {
        Question::ConnectedWithinDays(n) => {
            let in_time = at_install || h.connected.is_some_and(|c| c.0 - h.installed.0 <= n);
            // Still open: the days have not passed, so a miss is not yet one.
            if !in_time && as_at.0 - h.installed.0 <= n {
                Err("the days to connect have not passed")
            } else {
                Ok(in_time)
            }
        }
        Question::ConnectedAtInstall | Question::CoverageAsPredicted => Ok(at_install),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_types::Figure;

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
        let run = |question, as_at: &str| {
            count(&list, q1, "CSPS", Region::South, question, as_at.parse().unwrap())
        };
        let at_install = Question::connected(ConnectedBy::Install, 90);
        let in_90_days = Question::connected(ConnectedBy::NinetyDays, 90);
        assert_eq!(run(at_install, "2026-07-01").figure, Figure::ratio(1, 3));
        assert_eq!(run(in_90_days, "2026-07-01").figure, Figure::ratio(2, 3));
        assert_eq!(run(Question::CoverageAsPredicted, "2026-07-01").figure, Figure::ratio(2, 3));
        assert_eq!(run(in_90_days, "2026-07-01").excluded[0].count, 1);
        // With 90 days not yet over, the late one is no miss yet.
        assert_eq!(run(in_90_days, "2026-04-01").figure, Figure::ratio(2, 2));
    }
}
