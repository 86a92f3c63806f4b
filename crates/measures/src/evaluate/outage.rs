//! Power outage alerts (`docs/measures.md`, Outage windows): each day is cut from 00:00 UTC into
//! fixed windows of 3 minutes, 480 a day. Distinct hubs decide the class of a window, alerts make
//! the ratio.

use crate::{
    inputs::OutageWindow,
    result::{Counted, Part},
};
use northbound_types::{Day, FigureState, Period, Region, Utc};

/// The window of its day that an instant belongs to; 0 where the length is 0.
#[must_use]
pub const fn window_of(at: Utc, minutes: u32) -> u16 {
    if minutes == 0 {
        return 0;
    }
    let into_day = at.0.rem_euclid(northbound_types::time::DAY_US);
    (into_day / (minutes as i64 * 60_000_000)) as u16
}

/// What one row of the measure counts.
#[derive(Debug, Clone, Copy)]
pub struct Class<'a> {
    /// Alert code.
    pub code: &'a str,
    /// Class limit in distinct hubs.
    pub hubs: u32,
    /// Windows with more hubs than the limit, instead of at most.
    pub above: bool,
    /// Windows in a day; a window beyond is refused.
    pub windows: u32,
}

/// Counts the windows of one class in one region (every region for a national row).
#[must_use]
pub fn count(
    windows: &[OutageWindow],
    period: Period,
    region: Region,
    class: Class<'_>,
    faulty: &dyn Fn(Day) -> bool,
) -> Counted {
    let (mut num, mut den, mut events) = (0, 0, 0u64);
    let (mut other, mut unknown, mut bad, mut unread) = (0, 0, 0, 0);
    for w in windows.iter().filter(|w| w.code == class.code && period.contains(w.day) && w.hubs > 0)
    {
        let mine = region == Region::None || w.region == region;
        if w.region == Region::Unknown && region != Region::None {
            unknown += w.received;
            continue;
        }
        if !mine {
            continue;
        }
        if u32::from(w.window) >= class.windows {
            unread += w.received;
            continue;
        }
        if faulty(w.day) {
            bad += w.received;
            continue;
        }
        if (w.hubs > u64::from(class.hubs)) != class.above {
            other += w.received;
            continue;
        }
        events += 1;
        num += w.passed;
        den += w.received;
    }
    let label = format!(
        "alerts of windows with {} {} hubs",
        if class.above { "more than" } else { "at most" },
        class.hubs
    );
    let mut c =
        Counted::of_parts(vec![Part { label, numerator: None, denominator: None, num, den }]);
    c.missed("received and not passed on", den.saturating_sub(num));
    c.leave_out("windows of the other class", other);
    c.leave_out("region unknown: never in a regional figure", unknown);
    c.leave_out("source unreliable on the day", bad);
    c.leave_out("window beyond the end of the day", unread);
    c.notes.push(format!("{events} windows; {} windows a day, from 00:00 UTC", class.windows));
    if num > den {
        c.figure = c.figure.weaken(FigureState::Suspect, "more alerts passed on than received");
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_types::{Figure, Null, NullReason};

    const APRIL: Period = Period::month(2026, 4);
    fn win(hubs: u64, received: u64, passed: u64) -> OutageWindow {
        OutageWindow {
            day: "2026-04-02".parse().unwrap(),
            window: 3,
            region: Region::North,
            code: "AD1".into(),
            hubs,
            received,
            passed,
        }
    }
    const fn class(above: bool) -> Class<'static> {
        Class { code: "AD1", hubs: 50, above, windows: 480 }
    }

    #[test]
    fn fifty_hubs_are_isolated_and_fifty_one_are_not() {
        let never = |_: Day| false;
        let list = [win(50, 120, 114), win(51, 60, 30)];
        assert_eq!(
            count(&list, APRIL, Region::North, class(false), &never).figure,
            Figure::ratio(114, 120)
        );
        assert_eq!(
            count(&list, APRIL, Region::North, class(true), &never).figure,
            Figure::ratio(30, 60)
        );
        assert!(matches!(
            count(&list, APRIL, Region::South, class(true), &never).figure,
            Figure::Null(Null { reason: NullReason::NoEvents, .. })
        ));
        let c = count(&list, APRIL, Region::North, class(false), &|_| true);
        assert_eq!(c.excluded[0].count, 180);
    }

    #[test]
    fn a_day_has_480_windows() {
        let day: Day = "2026-04-02".parse().unwrap();
        assert_eq!(window_of(day.start(), 3), 0);
        assert_eq!(window_of(Utc(day.end().0 - 1), 3), 479);
        assert_eq!(window_of(Utc(day.start().0 + 180_000_000 - 1), 3), 0);
        assert_eq!(window_of(Utc(day.start().0 + 180_000_000), 3), 1);
    }
}
