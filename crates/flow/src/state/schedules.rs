//! Schedules that the service holds.

use crate::{
    event::{ScheduleAsked, ScheduleRecord},
    vocabulary::Frequency,
};
use northbound_types::{Day, Eui64, Srv, Utc, time::DAY_US};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Schedule {
    record: ScheduleRecord,
    runs: i64,
}

/// By number; they start at 1.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Schedules {
    held: BTreeMap<u64, Schedule>,
    last: u64,
}

/// A run that is due.
pub(crate) struct Run {
    pub(crate) schedule: ScheduleRecord,
    /// Number of the run among all runs under the schedule's RequestID.
    pub(crate) instance: i64,
    /// Time of the next run, µs; `None` where this was the last.
    pub(crate) next: Option<i64>,
}

impl Schedules {
    /// Adds a schedule and gives its number.
    pub(crate) fn add(&mut self, record: ScheduleRecord) -> u64 {
        self.last += 1;
        self.held.insert(self.last, Schedule { record, runs: 0 });
        self.last
    }

    /// Deletes a schedule of this User; those of others are left alone.
    pub(crate) fn delete(&mut self, number: u64, user: Eui64) {
        if self.held.get(&number).is_some_and(|s| s.record.made_by.originator == user) {
            self.held.remove(&number);
        }
    }

    /// Number and service of the schedules that a User made, for one device or for all.
    pub(crate) fn of(&self, user: Eui64, device: Option<Eui64>) -> Vec<(u64, Srv)> {
        self.held
            .iter()
            .filter(|(_, s)| {
                s.record.made_by.originator == user
                    && device.is_none_or(|d| s.record.asked.device == d)
            })
            .map(|(n, s)| (*n, s.record.asked.srv))
            .collect()
    }

    /// Counts a run that is due; a schedule whose last run this is goes.
    pub(crate) fn run(&mut self, number: u64, due: i64) -> Option<Run> {
        let s = self.held.get_mut(&number)?;
        s.runs += 1;
        let next = after(&s.record.asked, due);
        let run = Run {
            instance: instance(number, s.runs),
            next: s.record.asked.last.is_none_or(|last| next <= last.0).then_some(next),
            schedule: s.record.clone(),
        };
        if run.next.is_none() {
            self.held.remove(&number);
        }
        Some(run)
    }
}

/// The run after the one at `at`. The day of the month stays that of the first run, or is the
/// month's last.
fn after(asked: &ScheduleAsked, at: i64) -> i64 {
    let months = match asked.every {
        Frequency::Daily => return at + DAY_US,
        Frequency::Weekly => return at + 7 * DAY_US,
        Frequency::Monthly => 1,
        Frequency::Quarterly => 3,
        Frequency::HalfYearly => 6,
        Frequency::Yearly => 12,
    };
    let wanted = i32::from(asked.first.day().date().day());
    let month = Utc(at).day().month().plus(months);
    let day = Day(month.first().0 + wanted.min(month.days()) - 1);
    day.start().0 + at.rem_euclid(DAY_US)
}

/// Runs of all schedules made by one request have different numbers.
fn instance(schedule: u64, run: i64) -> i64 {
    i64::try_from(schedule).unwrap_or(0).wrapping_shl(24).wrapping_add(run) & i64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_where_they_end() {
        let at = |t: &str| t.parse::<Utc>().unwrap();
        let mut asked = ScheduleAsked {
            srv: Srv::of("4.8.1"),
            device: Eui64(1),
            every: Frequency::Monthly,
            first: at("2026-01-31T01:00:00Z"),
            last: None,
        };
        let mut t = asked.first.0;
        let mut days = Vec::new();
        for _ in 0..4 {
            t = after(&asked, t);
            days.push(Utc(t).to_string());
        }
        assert_eq!(
            days,
            [
                "2026-02-28T01:00:00Z",
                "2026-03-31T01:00:00Z",
                "2026-04-30T01:00:00Z",
                "2026-05-31T01:00:00Z"
            ]
        );
        asked.every = Frequency::Weekly;
        assert_eq!(after(&asked, 0), 7 * DAY_US);
        asked.every = Frequency::Yearly;
        assert_eq!(Utc(after(&asked, asked.first.0)).to_string(), "2027-01-31T01:00:00Z");
    }
}
