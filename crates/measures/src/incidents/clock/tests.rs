//! Clocks at their edges, and the figure that they make. All incidents are invented.

use super::*;
use crate::incidents::tests::{at, event};
use crate::{
    incidents::{
        IncidentEvent,
        in_time::count,
        lives,
        rules::{IncidentInputs, sample as rules},
    },
    result::Counted,
};
use IncidentEventKind as E;
use northbound_rules::setting_words::RelevantIncidents;
use northbound_types::{Figure, Null, NullReason, Period, Quantity, Ratio};

const MAY: Period = Period::month(2020, 5);
const HOUR: i64 = 3_600_000_000;

fn opened(n: u64, category: u8, when: &str) -> IncidentEvent {
    IncidentEvent {
        category: Some(category),
        responsible: Some("DCC".into()),
        ..event(n, E::Opened, when)
    }
}

fn standing(events: &[IncidentEvent], r: &IncidentRules) -> Vec<Standing> {
    let t = at("2020-07-01");
    lives(events, t).iter().flat_map(|l| occasions(l, r, t)).map(|o| o.standing).collect()
}

fn figure(events: &[IncidentEvent], r: &IncidentRules, as_at: &str) -> Counted {
    count(IncidentInputs { events, rules: Some(r) }, &[1, 2], MAY, at(as_at), false)
}

#[test]
fn the_target_time_itself_is_in_time() {
    let until = |t: &str| {
        standing(&[opened(1, 1, "2020-05-05T08:00:00Z"), event(1, E::Resolved, t)], &rules())
            .remove(0)
    };
    assert_eq!(until("2020-05-05T12:00:00Z"), Standing::InTime);
    assert_eq!(until("2020-05-05T12:00:00.000001Z"), Standing::Late);
}

#[test]
fn the_clock_stands_still_while_suspended_unless_the_rule_says_never() {
    let log = [
        opened(1, 1, "2020-05-05T08:00:00Z"),
        event(1, E::Suspended, "2020-05-05T09:00:00Z"),
        event(1, E::Resumed, "2020-05-05T19:00:00Z"),
        event(1, E::Resolved, "2020-05-05T22:00:00Z"),
    ];
    assert_eq!(standing(&log, &rules()), [Standing::InTime]);
    assert_eq!(standing(&log, &IncidentRules { stops: false, ..rules() }), [Standing::Late]);
    let o = &occasions(&lives(&log, at("2020-06-01"))[0], &rules(), at("2020-06-01"))[0];
    assert_eq!((o.ran, o.due), (Some(4 * HOUR), Some(at("2020-05-05T22:00:00Z"))));
    // Stopped and never resumed: nothing is due.
    let o = &occasions(&lives(&log[..2], at("2020-06-01"))[0], &rules(), at("2020-06-01"))[0];
    assert_eq!((o.due, &o.standing), (None, &Standing::Running));
}

#[test]
fn days_are_calendar_days_or_working_days() {
    // Friday 8 May 2020 was a holiday; five Working Days from Thursday noon end on Friday 15 May at noon.
    let calendar = Calendar { id: "c".into(), holidays: ["2020-05-08".parse().unwrap()].into() };
    let due = |working: Option<Calendar>| {
        let r = IncidentRules { working, ..rules() };
        let t = at("2020-05-07T13:00:00Z");
        occasions(&lives(&[opened(1, 4, "2020-05-07T12:00:00Z")], t)[0], &r, t)[0]
            .due
            .unwrap()
            .to_string()
    };
    assert_eq!(due(None), "2020-05-12T12:00:00Z");
    assert_eq!(due(Some(calendar.clone())), "2020-05-15T12:00:00Z");
    // Hours run on over a weekend, whatever the days do.
    let r = IncidentRules { working: Some(calendar), ..rules() };
    assert_eq!(
        occasions(&lives(&[opened(1, 2, "2020-05-09")], at("2020-05-09"))[0], &r, at("2020-05-09"))
            [0]
        .due,
        Some(at("2020-05-10"))
    );
}

#[test]
fn a_reopened_incident_is_one_occasion_or_two() {
    let log = [
        opened(1, 1, "2020-05-05T08:00:00Z"),
        event(1, E::Resolved, "2020-05-05T10:00:00Z"),
        event(1, E::Reopened, "2020-05-06T08:00:00Z"),
        event(1, E::Resolved, "2020-05-06T11:00:00Z"),
    ];
    assert_eq!(standing(&log, &rules()), [Standing::Late], "2 hours and 3 hours are more than 4");
    assert_eq!(
        standing(&log, &IncidentRules { each_opening: true, ..rules() }),
        [Standing::InTime, Standing::InTime]
    );
}

#[test]
fn cpm4_counts_what_fell_due_and_says_what_it_left_out() {
    let mut log = vec![
        opened(1, 1, "2020-05-05"),
        event(1, E::Resolved, "2020-05-05T03:00:00Z"),
        opened(2, 2, "2020-05-05"),
        event(2, E::Resolved, "2020-05-07"),
    ];
    log.extend([
        opened(3, 4, "2020-05-05"),
        opened(4, 1, "2020-05-31T22:00:00Z"),
        opened(5, 1, "2020-05-31T20:00:00Z"),
    ]);
    let c = figure(&log, &rules(), "2020-06-02");
    assert_eq!(
        c.figure,
        Figure::ratio(1, 2),
        "3 is of another category; 4 and 5 fall due in June, the first instant included"
    );
    let by = |relevant| figure(&log, &IncidentRules { relevant, ..rules() }, "2020-06-02").figure;
    assert_eq!(
        (by(RelevantIncidents::Raised), by(RelevantIncidents::Resolved)),
        (Figure::ratio(1, 4), Figure::ratio(1, 2))
    );
    log[0].responsible = Some("CSPN".into());
    let c = figure(&log, &rules(), "2020-06-02");
    assert_eq!(
        (c.figure, c.excluded.iter().map(|l| l.count).sum::<u64>()),
        (Figure::ratio(0, 1), 1)
    );
}

#[test]
fn what_cannot_be_placed_makes_a_null_with_bounds() {
    let mut log = vec![
        opened(1, 1, "2020-05-05"),
        event(1, E::Resolved, "2020-05-05T03:00:00Z"),
        opened(2, 1, "2020-05-06"),
        event(2, E::Resolved, "2020-05-06T03:00:00Z"),
    ];
    assert_eq!(figure(&log, &rules(), "2020-06-02").figure, Figure::ratio(2, 2));
    log[2].category = None;
    let Figure::Null(n) = figure(&log, &rules(), "2020-06-02").figure else { panic!("a value") };
    assert_eq!(
        (n.reason, n.bounds),
        (
            NullReason::NotDeterminable,
            Some((
                Quantity::Ratio(Ratio { num: 1, den: 2 }),
                Quantity::Ratio(Ratio { num: 2, den: 2 })
            ))
        )
    );
    (log[2].category, log[2].responsible) = (Some(1), None);
    assert!(matches!(
        figure(&log, &rules(), "2020-06-02").figure,
        Figure::Null(Null { reason: NullReason::NotDeterminable, .. })
    ));
    (log[2].responsible, log[3].at) = (Some("DCC".into()), None);
    assert!(
        matches!(
            figure(&log, &rules(), "2020-06-02").figure,
            Figure::Null(Null { reason: NullReason::NotDeterminable, .. })
        ),
        "a resolution without a time"
    );
}

#[test]
fn no_register_is_not_the_same_as_no_incidents() {
    let null = |c: Counted| match c.figure {
        Figure::Null(n) => n.reason,
        Figure::Value(v) => panic!("{v:?}"),
    };
    assert_eq!(
        null(count(
            IncidentInputs { events: &[], rules: Some(&rules()) },
            &[1],
            MAY,
            at("2020-06-02"),
            false
        )),
        NullReason::NotReported
    );
    assert_eq!(
        null(count(
            IncidentInputs { events: &[], rules: Some(&rules()) },
            &[1],
            MAY,
            at("2020-06-02"),
            true
        )),
        NullReason::NoEvents
    );
    assert_eq!(
        null(count(
            IncidentInputs { events: &[opened(1, 1, "2020-03-05")], rules: Some(&rules()) },
            &[1],
            MAY,
            at("2020-06-02"),
            false
        )),
        NullReason::NoEvents
    );
    assert_eq!(
        null(count(IncidentInputs::NONE, &[1], MAY, at("2020-06-02"), true)),
        NullReason::NotReported
    );
}

#[test]
fn withdrawn_and_merged_incidents_had_no_occasion() {
    for end in [E::Withdrawn, E::Merged] {
        let log = [
            opened(1, 1, "2020-05-05"),
            event(1, end, "2020-05-06"),
            opened(2, 1, "2020-05-05"),
            event(2, E::Resolved, "2020-05-05T01:00:00Z"),
        ];
        assert_eq!(figure(&log, &rules(), "2020-06-02").figure, Figure::ratio(1, 1));
    }
}
