//! Firmware payloads completed by their target. The same way to count as for exchanges: a payload
//! that failed or is pending is one without an answer.

use crate::{
    inputs::PayloadCount,
    result::{Counted, Part},
};
use northbound_rules::measure::Counting;
use northbound_types::{Day, Period, Region};

/// Counts the payloads of one row. `faulty(day, feed)` tells what was not observed.
#[must_use]
pub fn count(
    list: &[PayloadCount],
    period: Period,
    provider: &str,
    region: Region,
    counting: Counting,
    faulty: &dyn Fn(Day, &str) -> bool,
) -> Counted {
    let mut sum = PayloadCount {
        day: period.first(),
        region,
        provider: provider.to_owned(),
        feed: String::new(),
        in_time: 0,
        late: 0,
        no_target: 0,
        failed: 0,
        pending: 0,
    };
    let (mut unknown, mut bad) = (0, 0);
    for p in list.iter().filter(|p| period.contains(p.day)) {
        let all = p.in_time + p.late + p.no_target + p.failed + p.pending;
        if region != Region::None
            && p.region == Region::Unknown
            && (p.provider == provider || p.provider.is_empty())
        {
            unknown += all;
            continue;
        }
        if region != Region::None && p.region != region {
            continue;
        }
        if faulty(p.day, &p.feed) {
            bad += all;
            continue;
        }
        sum.in_time += p.in_time;
        sum.late += p.late;
        sum.no_target += p.no_target;
        sum.failed += p.failed;
        sum.pending += p.pending;
    }
    let mut c = counted(&sum, counting);
    c.leave_out("region unknown: never in a regional figure", unknown);
    c.leave_out("source unreliable on the day", bad);
    c
}

/// The figure of summed payloads under a counting rule.
fn counted(sum: &PayloadCount, counting: Counting) -> Counted {
    let completed = sum.in_time + sum.late + sum.no_target;
    let den = if counting == Counting::AllAttempts {
        completed + sum.failed + sum.pending
    } else {
        completed
    };
    let mut c = Counted::of_parts(vec![Part {
        label: "payloads".to_owned(),
        numerator: None,
        denominator: None,
        num: sum.in_time,
        den,
    }]);
    c.missed("late", sum.late);
    c.missed("completed, no target known", sum.no_target);
    if counting == Counting::AllAttempts {
        c.missed("failed", sum.failed);
        c.missed("pending at the cut-off", sum.pending);
    } else {
        c.leave_out("failed", sum.failed);
        c.leave_out("pending at the cut-off", sum.pending);
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_types::Figure;

    #[test]
    fn failures_count_by_the_methodology_and_are_always_shown() {
        let p = PayloadCount {
            day: "2026-04-02".parse().unwrap(),
            region: Region::North,
            provider: "CSPN".into(),
            feed: "f".into(),
            in_time: 80,
            late: 5,
            no_target: 1,
            failed: 10,
            pending: 4,
        };
        let stray = PayloadCount { region: Region::Unknown, ..p.clone() };
        let list = [p, stray];
        let run = |w| count(&list, Period::month(2026, 4), "CSPN", Region::North, w, &|_, _| false);
        assert_eq!(run(Counting::AnsweredOnly).figure, Figure::ratio(80, 86));
        assert_eq!(run(Counting::AllAttempts).figure, Figure::ratio(80, 100));
        let shown: u64 = run(Counting::AnsweredOnly).excluded.iter().map(|l| l.count).sum();
        assert_eq!(shown, 114);
    }
}
