//! Availability (`docs/measures.md`): (period minutes − unscheduled downtime) ÷ period minutes.
//!
//! Unscheduled downtime = complete minutes unavailable − minutes of planned maintenance. Minutes
//! are cut to whole ones per outage; outages of one service that overlap or touch are one outage;
//! everything is clipped to the period. Planned maintenance comes off the downtime, never off the
//! denominator.

use crate::{
    inputs::{ServiceInterval, ServiceKind},
    result::{Counted, Part},
};
use northbound_types::{Figure, Null, NullReason, Period, Utc};

/// Microseconds in a minute.
const MINUTE_US: i64 = 60_000_000;

/// Merged stretches of time, ascending, none touching another.
fn merged(mut list: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    list.retain(|(a, b)| a < b);
    list.sort_unstable();
    let mut out: Vec<(i64, i64)> = Vec::new();
    for (from, to) in list {
        match out.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

/// Minutes of one period of one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minutes {
    /// Every minute of the period.
    pub period: u64,
    /// Complete minutes unavailable.
    pub down: u64,
    /// Of these, within planned maintenance.
    pub planned: u64,
}

impl Minutes {
    /// Unscheduled downtime.
    #[must_use]
    pub const fn unscheduled(self) -> u64 {
        self.down.saturating_sub(self.planned)
    }
}

/// The minutes of a service in a period. An outage that lasts is counted up to `as_at`.
#[must_use]
pub fn minutes(
    service: &str,
    intervals: &[ServiceInterval],
    period: Period,
    as_at: Utc,
) -> Minutes {
    let (first, after) = (period.first().start().0, period.after().start().0);
    let stretches = |kind: ServiceKind| {
        merged(
            intervals
                .iter()
                .filter(|i| i.service == service && i.kind == kind)
                .map(|i| (i.from.0.max(first), i.to.unwrap_or(as_at).0.min(after)))
                .collect(),
        )
    };
    let planned = stretches(ServiceKind::Planned);
    let whole = |us: i64| (us / MINUTE_US).max(0) as u64;
    let mut m = Minutes { period: period.minutes().max(0) as u64, down: 0, planned: 0 };
    for (from, to) in stretches(ServiceKind::Down) {
        m.down += whole(to - from);
        let overlap: i64 = planned.iter().map(|&(a, b)| (to.min(b) - from.max(a)).max(0)).sum();
        m.planned += whole(overlap);
    }
    m
}

/// The figure. Without any statement about the service (no interval, no feed that watches it) it
/// is not reported: silence is no proof of availability.
#[must_use]
pub fn count(
    service: &str,
    intervals: &[ServiceInterval],
    period: Period,
    as_at: Utc,
    watched: bool,
) -> Counted {
    let touched = intervals.iter().any(|i| {
        i.service == service
            && i.from < period.after().start()
            && i.to.is_none_or(|t| t > period.first().start())
    });
    if !touched && !watched {
        return Counted::only(Figure::Null(Null::because(
            NullReason::NotReported,
            format!(
                "no downtime of {service:?} is stated for the period, and no feed for it is registered"
            ),
        )));
    }
    let m = minutes(service, intervals, period, as_at);
    let mut c = Counted::of_parts(vec![Part {
        label: "minutes of the period".to_owned(),
        numerator: None,
        denominator: None,
        num: m.period.saturating_sub(m.unscheduled()),
        den: m.period,
    }]);
    c.missed("unscheduled downtime, whole minutes", m.unscheduled());
    c.notes
        .push(format!("{} whole minutes down, {} of them planned maintenance", m.down, m.planned));
    c
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::bands::{Band, band};
    use northbound_types::{Ratio, percent::percent_of};

    fn at(text: &str) -> Utc {
        text.parse().unwrap()
    }
    fn iv(kind: ServiceKind, from: &str, to: &str) -> ServiceInterval {
        ServiceInterval { service: "DS".into(), from: at(from), to: Some(at(to)), kind }
    }
    const APRIL: Period = Period::month(2026, 4);
    const MAY: Period = Period::month(2026, 5);

    #[test]
    fn sixty_down_of_which_twenty_planned() {
        let list = [
            iv(ServiceKind::Down, "2026-04-10T10:00:00Z", "2026-04-10T11:00:00Z"),
            iv(ServiceKind::Planned, "2026-04-10T10:40:00Z", "2026-04-10T11:30:00Z"),
        ];
        assert_eq!(
            minutes("DS", &list, APRIL, at("2026-06-01")),
            Minutes { period: 43_200, down: 60, planned: 20 }
        );
        let f = count("DS", &list, APRIL, at("2026-06-01"), false).figure;
        assert_eq!(percent_of(&f.share().unwrap(), 4, &[]).unwrap(), "99.9074");
    }

    #[test]
    fn the_edge_at_995() {
        let t = Some(Ratio { num: 995, den: 1000 });
        let down = |to: &str| {
            count(
                "DS",
                &[iv(ServiceKind::Down, "2026-05-01T00:00:00Z", to)],
                MAY,
                at("2026-06-01"),
                false,
            )
            .figure
        };
        assert_eq!(band(&down("2026-05-01T03:43:59Z"), t, None), Band::Met);
        assert_eq!(band(&down("2026-05-01T03:44:00Z"), t, None), Band::BelowTarget);
    }

    #[test]
    fn outages_merge_are_clipped_and_cut_one_by_one() {
        let list = [
            iv(ServiceKind::Down, "2026-03-31T23:50:00Z", "2026-04-01T00:10:30Z"),
            iv(ServiceKind::Down, "2026-04-01T00:05:00Z", "2026-04-01T00:20:45Z"),
            iv(ServiceKind::Down, "2026-04-02T00:00:00Z", "2026-04-02T00:00:59Z"),
            iv(ServiceKind::Down, "2026-04-03T00:00:00Z", "2026-04-03T00:00:59Z"),
            iv(ServiceKind::Down, "2026-04-30T23:59:00Z", "2026-05-03T00:00:00Z"),
        ];
        // 20 whole minutes of 20:45, none of the two of 59 s, 1 before the month ends.
        assert_eq!(minutes("DS", &list, APRIL, at("2026-06-01")).down, 21);
        let lasting = ServiceInterval {
            service: "DS".into(),
            from: at("2026-04-01"),
            to: None,
            kind: ServiceKind::Down,
        };
        assert_eq!(minutes("DS", &[lasting], APRIL, at("2026-04-01T01:00:00Z")).down, 60);
    }

    #[test]
    fn silence_is_not_availability() {
        assert!(matches!(
            count("DS", &[], APRIL, at("2026-06-01"), false).figure,
            Figure::Null(Null { reason: NullReason::NotReported, .. })
        ));
        assert_eq!(
            count("DS", &[], APRIL, at("2026-06-01"), true).figure,
            Figure::ratio(43_200, 43_200)
        );
    }
}
