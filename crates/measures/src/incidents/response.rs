//! The initial response to an incident against its target time. Which events are one is a setting;
//! where none is on record nobody can say whether there was none or nobody wrote it down, so that is a
//! null with its reason and never a miss.

use crate::incidents::{
    Life,
    clock::{Standing, advance, elapsed, spells, unknown},
    in_time::and_more,
    in_time::within,
    rules::IncidentRules,
};
use northbound_rules::{
    incidents::{FIRST_CATEGORY, LAST_CATEGORY},
    setting_words::RelevantIncidents,
};
use northbound_types::{
    Figure, FigureState, IncidentId, Null, NullReason, Period, Quantity, Ratio, Utc,
};
use serde::{Deserialize, Serialize};

/// The state of the initial response of one occasion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// Which incident.
    pub incident: IncidentId,
    /// Category as last set.
    pub category: Option<u8>,
    /// Who has to resolve it, as last set.
    pub responsible: Option<String>,
    /// When it was opened.
    pub opened: Utc,
    /// By when the response was due; `None` where the target is not known.
    pub due: Option<Utc>,
    /// When it came; `None` where none is on record, or not when.
    pub at: Option<Utc>,
    /// How long it took, µs.
    pub took: Option<i64>,
    /// Its state.
    pub standing: Standing,
}

/// The response of each occasion of an incident; those withdrawn or merged are left out. The clock
/// never stops: nobody waits for somebody else before the first answer.
#[must_use]
pub fn responses(life: &Life, rules: &IncidentRules, as_at: Utc) -> Vec<Response> {
    spells(life, rules)
        .into_iter()
        .filter(|s| !s.left)
        .filter_map(|s| {
            let opened = s.opened?;
            let mut r = Response {
                incident: life.incident,
                category: life.category,
                responsible: life.responsible.clone(),
                opened,
                due: None,
                at: None,
                took: None,
                standing: Standing::Running,
            };
            let target = match rules.target(life.category, opened) {
                Ok(t) => t.response,
                Err(why) => {
                    r.standing = unknown(why);
                    return Some(r);
                }
            };
            if !s.opening_dated {
                r.standing = unknown("its opening is not dated");
                return Some(r);
            }
            let working = rules.working.as_ref().filter(|_| target.in_days);
            r.due = Some(advance(opened, target.micros, working));
            r.standing = match s.responded {
                Some((at, true)) => {
                    let took = elapsed(opened, at, working);
                    (r.at, r.took) = (Some(at), Some(took));
                    // Exactly at the target time is in time.
                    if took <= target.micros { Standing::InTime } else { Standing::Late }
                }
                Some((_, false)) => unknown("the time of its initial response is not known"),
                None if s.ended.is_none() && elapsed(opened, as_at, working) <= target.micros => {
                    Standing::Running
                }
                None => unknown("no initial response is on record"),
            };
            Some(r)
        })
        .collect()
}

/// The responses of one category in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseLine {
    /// Category; `None` where none is set.
    pub category: Option<u8>,
    /// Answered in time.
    pub in_time: u64,
    /// Answered late.
    pub late: u64,
    /// Not answered, and not due yet.
    pub running: u64,
    /// Of which it cannot be said.
    pub unknown: u64,
    /// Somebody else's to resolve, and not counted.
    pub others: u64,
    /// In time of all that were due.
    pub figure: Figure,
}

/// By category, those without one last; categories without any are left out.
#[must_use]
pub fn by_category(
    lives: &[Life],
    rules: &IncidentRules,
    period: Period,
    as_at: Utc,
) -> Vec<ResponseLine> {
    let all: Vec<Response> = lives
        .iter()
        .flat_map(|l| responses(l, rules, as_at))
        .filter(|r| touches(r, rules.relevant, period))
        .collect();
    (FIRST_CATEGORY..=LAST_CATEGORY)
        .map(Some)
        .chain([None])
        .filter_map(|c| {
            let mine: Vec<&Response> = all.iter().filter(|r| r.category == c).collect();
            (!mine.is_empty()).then(|| line(c, &mine, rules))
        })
        .collect()
}

fn touches(r: &Response, relevant: RelevantIncidents, period: Period) -> bool {
    match relevant {
        RelevantIncidents::Due => within(r.due.or(Some(r.opened)), period),
        RelevantIncidents::Raised => within(Some(r.opened), period),
        // What ends the wait for a response is the response.
        RelevantIncidents::Resolved => within(r.at.or(r.due).or(Some(r.opened)), period),
    }
}

fn line(category: Option<u8>, mine: &[&Response], rules: &IncidentRules) -> ResponseLine {
    let mut l = ResponseLine {
        category,
        in_time: 0,
        late: 0,
        running: 0,
        unknown: 0,
        others: 0,
        figure: Figure::ratio(0, 0),
    };
    let mut why: Vec<String> = Vec::new();
    for r in mine {
        match (&r.standing, r.responsible.as_ref().map(|p| rules.responsible.contains(p))) {
            (_, Some(false)) => l.others += 1,
            (Standing::Unknown { why: w }, _) => {
                l.unknown += 1;
                why.push(format!("{}: {w}", r.incident));
            }
            (_, None) => {
                l.unknown += 1;
                why.push(format!("{}: the responsible party is not stated", r.incident));
            }
            (Standing::InTime, _) => l.in_time += 1,
            (Standing::Late, _) => l.late += 1,
            (Standing::Running | Standing::Overdue, _) => l.running += 1,
        }
    }
    l.figure = if l.unknown > 0 { unknown_figure(&l, &why) } else { known_figure(&l, rules) };
    l
}

/// Responses that a null names.
const NAMED: usize = 5;

/// A null with the bounds between which the share lies, whatever the unknown responses were.
fn unknown_figure(l: &ResponseLine, why: &[String]) -> Figure {
    let due = l.in_time + l.late;
    let more = and_more(why.len(), NAMED);
    let named: Vec<&str> = why.iter().take(NAMED).map(String::as_str).collect();
    let text = format!(
        "{} of {} cannot be determined: {}{more}",
        l.unknown,
        due + l.unknown,
        named.join("; ")
    );
    if due == 0 {
        return Figure::Null(Null::because(NullReason::NotReported, text));
    }
    let share = |num, den| Quantity::Ratio(Ratio { num, den });
    let mut null = Null::because(NullReason::NotDeterminable, text);
    null.bounds =
        Some((share(l.in_time, due + l.unknown), share(l.in_time + l.unknown, due + l.unknown)));
    Figure::Null(null)
}

fn known_figure(l: &ResponseLine, rules: &IncidentRules) -> Figure {
    let f = Figure::ratio(l.in_time, l.in_time + l.late);
    if rules.unconfirmed.is_empty() {
        return f;
    }
    f.weaken(
        FigureState::Provisional,
        format!("based on unconfirmed rules: {}", rules.unconfirmed.join(", ")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incidents::{
        IncidentEvent, lives,
        rules::sample as rules,
        tests::{at, event},
    };
    use northbound_types::IncidentEventKind as E;

    const MAY: Period = Period::month(2020, 5);

    fn opened(n: u64, category: u8) -> IncidentEvent {
        IncidentEvent {
            category: Some(category),
            responsible: Some("DCC".into()),
            ..event(n, E::Opened, "2020-05-05T08:00:00Z")
        }
    }
    fn lines(events: &[IncidentEvent], rules: &IncidentRules) -> Vec<ResponseLine> {
        by_category(&lives(events, at("2020-06-01")), rules, MAY, at("2020-06-01"))
    }
    fn one(log: &[IncidentEvent], as_at: &str) -> Standing {
        responses(&lives(log, at(as_at))[0], &rules(), at(as_at)).remove(0).standing
    }

    #[test]
    fn the_target_time_itself_is_in_time_and_only_a_response_stops_the_clock() {
        let answered = |t: &str| {
            one(
                &[
                    opened(1, 1),
                    event(1, E::Comment, "2020-05-05T08:10:00Z"),
                    event(1, E::Responded, t),
                ],
                "2020-06-01",
            )
        };
        assert_eq!(answered("2020-05-05T09:00:00Z"), Standing::InTime);
        assert_eq!(answered("2020-05-05T09:00:00.000001Z"), Standing::Late);
        // The first one counts.
        assert_eq!(
            one(
                &[
                    opened(1, 1),
                    event(1, E::Responded, "2020-05-05T08:30:00Z"),
                    event(1, E::Responded, "2020-05-06")
                ],
                "2020-06-01"
            ),
            Standing::InTime
        );
    }

    #[test]
    fn no_response_on_record_is_no_miss() {
        let log = [opened(1, 1), event(1, E::Resolved, "2020-05-05T08:20:00Z")];
        assert_eq!(one(&log, "2020-06-01"), unknown("no initial response is on record"));
        assert_eq!(one(&[opened(1, 1)], "2020-05-05T08:59:00Z"), Standing::Running);
        assert_eq!(
            one(&[opened(1, 1)], "2020-05-05T09:00:01Z"),
            unknown("no initial response is on record")
        );
        let l = &lines(&log, &rules())[0];
        assert!(
            matches!(&l.figure, Figure::Null(n) if n.reason == NullReason::NotReported && n.detail.contains("INC000000000001")),
            "{l:?}"
        );
        // Another setting: a comment is a response as well.
        let r = IncidentRules { responses: vec![E::Responded, E::Comment], ..rules() };
        let log = [opened(1, 1), event(1, E::Comment, "2020-05-05T08:10:00Z")];
        assert_eq!((lines(&log, &r)[0].in_time, lines(&log, &rules())[0].unknown), (1, 1));
    }

    #[test]
    fn categories_stand_apart_and_what_is_not_known_bounds_the_share() {
        let log = [
            opened(1, 1),
            event(1, E::Responded, "2020-05-05T08:30:00Z"),
            opened(2, 1),
            event(2, E::Responded, "2020-05-05T10:30:00Z"),
            opened(3, 2),
            event(3, E::Responded, "2020-05-05T08:30:00Z"),
            opened(4, 2),
            IncidentEvent { responsible: Some("RDP1".into()), ..opened(5, 1) },
        ];
        let all = lines(&log, &rules());
        assert_eq!(
            all.iter()
                .map(|l| (l.category.unwrap_or(0), l.in_time, l.late, l.unknown, l.others))
                .collect::<Vec<_>>(),
            [(1, 1, 1, 0, 1), (2, 1, 0, 1, 0)]
        );
        assert_eq!(all[0].figure, Figure::ratio(1, 2));
        let Figure::Null(n) = &all[1].figure else { panic!("{all:?}") };
        assert_eq!(
            (n.reason, &n.bounds),
            (
                NullReason::NotDeterminable,
                &Some((
                    Quantity::Ratio(Ratio { num: 1, den: 2 }),
                    Quantity::Ratio(Ratio { num: 2, den: 2 })
                ))
            )
        );
    }
}
