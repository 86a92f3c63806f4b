//! Counts of incidents as a report states them, held against their own sum, the report before, and
//! the register (`docs/needs.md` X2, X3). What a report does not identify stays unknown and is shown
//! as unknown.

use crate::incidents::{Life, Which, books::balance};
use northbound_types::{IncidentEventKind, IncidentId, IncidentState, Period, Utc};
use serde::{Deserialize, Serialize};

/// Counts as a report states them: the record of `northbound-registers` with its id and its source in
/// one text. [`crate::inputs`] says why it is defined twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedCounts {
    /// Id of the record.
    pub id: String,
    /// What the report is about.
    pub area: String,
    /// Which period.
    pub period: Period,
    /// Open at its start.
    pub opening: Option<u64>,
    /// Opened in it.
    pub opened: Option<u64>,
    /// Opened again.
    pub reopened: Option<u64>,
    /// Resolved.
    pub resolved: Option<u64>,
    /// Withdrawn or merged.
    pub withdrawn: Option<u64>,
    /// Open at its end.
    pub open: u64,
    /// Those open at its end that it identifies.
    pub identified: Vec<IncidentId>,
    /// Who states it, in which document, where.
    pub said: String,
}

/// How many were open when the period began, if the stated counts are true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Implied {
    /// Exactly so many if nothing was left out of the counts; each resolution left out makes it one
    /// more.
    pub least: i64,
    /// In words.
    pub words: String,
}

/// What became of the incidents that a report left open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// The as-at time.
    pub as_at: Utc,
    /// Identified, and no longer open.
    pub ended: Vec<IncidentId>,
    /// Identified, escalated since the period.
    pub escalated: Vec<IncidentId>,
    /// Identified, still open.
    pub still_open: Vec<IncidentId>,
    /// Identified, and nothing is registered of it.
    pub not_registered: Vec<IncidentId>,
    /// Of those that the report left open so many are open, if nothing else moved.
    pub open_of_reported: u64,
    /// How many of these nobody identified or registered: it is not known that they did not move.
    pub unknown: u64,
    /// Opened since, as far as the register holds them.
    pub opened_since: u64,
    /// In words.
    pub words: String,
}

/// A report against itself, the one before, and the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportCheck {
    /// As stated.
    pub stated: StatedCounts,
    /// The opening that the counts imply; `None` where a count is not stated.
    pub implied: Option<Implied>,
    /// How many of those open are identified.
    pub identified: u64,
    /// How many are not.
    pub unknown: u64,
    /// What contradicts the report, in words.
    pub contradictions: Vec<String>,
    /// What became of its incidents since; `None` where the as-at time is not after the period.
    pub since: Option<Since>,
}

const fn signed(n: u64) -> i64 {
    if n > i64::MAX as u64 { i64::MAX } else { n as i64 }
}

fn implied(s: &StatedCounts) -> Option<Implied> {
    let (opened, resolved) = (s.opened?, s.resolved?);
    let (again, gone) = (s.reopened.unwrap_or(0), s.withdrawn.unwrap_or(0));
    let least = signed(s.open) + signed(resolved) + signed(gone) - signed(opened) - signed(again);
    let words = if least < 0 {
        format!(
            "{opened} opened less {resolved} resolved leaves at least {}, yet {} are stated as open: {} more must have been resolved, withdrawn or merged",
            signed(opened + again) - signed(resolved + gone),
            s.open,
            -least
        )
    } else {
        format!(
            "{least} were open at the start if the {resolved} resolved are all of the period; each omitted resolution adds one"
        )
    };
    Some(Implied { least, words })
}

/// Checks one report. `before` is the report on the period before, where there is one.
#[must_use]
pub fn check(
    stated: &StatedCounts,
    before: Option<&StatedCounts>,
    lives: &[Life],
    as_at: Utc,
) -> ReportCheck {
    let implied = implied(stated);
    let mut against = Vec::new();
    let n = stated.identified.len() as u64;
    if let Some(i) = &implied {
        if i.least < 0 {
            against.push(i.words.clone());
        }
        if let Some(opening) = stated.opening {
            own_sum(stated, opening, i.least, &mut against);
        }
        if let Some(b) = before.filter(|_| i.least >= 0) {
            previous(b, i.least, &mut against);
        }
    }
    if n > stated.open {
        against.push(format!("{n} are identified as open, but {} are stated", stated.open));
    }
    registered(stated, lives, &mut against);
    let end = stated.period.after().start();
    let since = (as_at > end).then(|| since(stated, lives, end, as_at));
    ReportCheck {
        implied,
        identified: n,
        unknown: stated.open.saturating_sub(n),
        contradictions: against,
        since,
        stated: stated.clone(),
    }
}

fn own_sum(s: &StatedCounts, opening: u64, least: i64, against: &mut Vec<String>) {
    let by = signed(opening) - least;
    if by == 0 {
        return;
    }
    let sum = signed(s.open) + by;
    let why = if by > 0 {
        format!("{by} resolved, withdrawn or merged are missing")
    } else {
        format!("{} opened are missing", -by)
    };
    against.push(format!("opening {opening} + opened {} − resolved {} makes {sum}, not {}: {why}, or a count is wrong", s.opened.unwrap_or(0) + s.reopened.unwrap_or(0), s.resolved.unwrap_or(0) + s.withdrawn.unwrap_or(0), s.open));
}

fn previous(b: &StatedCounts, least: i64, against: &mut Vec<String>) {
    let held = signed(b.open);
    if held < least {
        against.push(format!("the previous report ({}) had {held} open at the end, but these counts need at least {least} at the start", b.period));
    }
    if held > least {
        against.push(format!("the previous report ({}) had {held} open at the end: {} resolved, withdrawn or merged are missing in these counts", b.period, held - least));
    }
}

/// What is registered may be less than what there was; more than was stated contradicts it.
fn registered(s: &StatedCounts, lives: &[Life], against: &mut Vec<String>) {
    let which = Which { area: Some(s.area.clone()), ..Which::default() };
    let b = balance(lives, s.period, &which);
    let mut more = |what: &str, held: u64, said: Option<u64>| {
        if let Some(said) = said.filter(|said| held > *said) {
            against.push(format!(
                "the register has {held} {what} in the period, the report states {said}"
            ));
        }
    };
    more("opened", b.opened, s.opened);
    more("resolved", b.resolved, s.resolved);
    more("reopened", b.reopened, s.reopened);
    if b.open > s.open {
        against.push(format!(
            "the register has {} open at the end of the period, the report states {}",
            b.open, s.open
        ));
    }
    let end = s.period.after().start();
    for id in &s.identified {
        let Some(l) = lives.iter().find(|l| l.incident == *id) else { continue };
        match l.state_before(end) {
            None => against
                .push(format!("{id} is stated as open, but it is first known at {}", l.first())),
            Some(IncidentState::Open) => {}
            Some(state) => against.push(format!(
                "{id} is stated as open, but it was {state} before the period ended"
            )),
        }
        if l.area.as_ref().is_some_and(|a| *a != s.area) {
            against.push(format!(
                "{id} is registered under {}, not {}",
                l.area.as_deref().unwrap_or_default(),
                s.area
            ));
        }
    }
}

fn since(s: &StatedCounts, lives: &[Life], end: Utc, as_at: Utc) -> Since {
    let mut out = Since {
        as_at,
        ended: Vec::new(),
        escalated: Vec::new(),
        still_open: Vec::new(),
        not_registered: Vec::new(),
        open_of_reported: 0,
        unknown: 0,
        opened_since: 0,
        words: String::new(),
    };
    for id in &s.identified {
        let Some(l) = lives.iter().find(|l| l.incident == *id) else {
            out.not_registered.push(*id);
            continue;
        };
        if l.is_open() {
            out.still_open.push(*id);
        } else {
            out.ended.push(*id);
        }
        if l.steps.iter().any(|x| x.event == IncidentEventKind::Escalated && x.at >= end) {
            out.escalated.push(*id);
        }
    }
    out.open_of_reported = s.open.saturating_sub(out.ended.len() as u64);
    out.unknown = out.open_of_reported.saturating_sub(out.still_open.len() as u64);
    let area = |l: &&Life| l.area.as_deref() == Some(s.area.as_str());
    out.opened_since =
        lives.iter().filter(area).filter(|l| l.opened.is_some_and(|t| t >= end)).count() as u64;
    let mut words = format!(
        "{} of the report's {} are open at {as_at} if nothing else moved: {} ended since, {} escalated",
        out.open_of_reported,
        s.open,
        out.ended.len(),
        out.escalated.len()
    );
    if out.unknown > 0 {
        words.push_str(&format!(
            "; {} of them are not identified, so nothing is known of them",
            out.unknown
        ));
    }
    words.push_str(&match out.opened_since {
        0 => "; incidents opened since are not known".to_owned(),
        n => format!("; {n} opened since are registered, there may be more"),
    });
    out.words = words;
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incidents::{
        IncidentEvent, lives,
        tests::{at, event, id},
    };
    use IncidentEventKind as E;

    fn may(opened: u64, resolved: u64, open: u64) -> StatedCounts {
        StatedCounts {
            id: "incident-report-1".into(),
            area: "registration-data".into(),
            period: Period::month(2020, 5),
            opening: None,
            opened: Some(opened),
            reopened: None,
            resolved: Some(resolved),
            withdrawn: None,
            open,
            identified: vec![id(1), id(2), id(3)],
            said: "DCC".into(),
        }
    }
    fn log() -> Vec<IncidentEvent> {
        let mut all: Vec<_> = (1..=3).map(|n| event(n, E::Opened, "2020-05-12")).collect();
        for e in &mut all {
            e.area = Some("registration-data".into());
        }
        all.extend([
            event(1, E::Closed, "2020-06-05"),
            event(2, E::Resolved, "2020-06-10"),
            event(3, E::Escalated, "2020-06-15"),
        ]);
        all
    }

    #[test]
    fn x2_five_opened_three_resolved_five_open_imply_three_at_the_start() {
        let c = check(&may(5, 3, 5), None, &[], at("2020-05-31"));
        assert_eq!(
            (c.implied.as_ref().unwrap().least, c.identified, c.unknown, c.contradictions.len()),
            (3, 3, 2, 0)
        );
        assert!(c.implied.unwrap().words.contains("adds one"));
        assert_eq!(check(&may(5, 2, 5), None, &[], at("2020-05-31")).implied.unwrap().least, 2);
        assert_eq!(
            check(&may(5, 3, 1), None, &[], at("2020-05-31")).contradictions.len(),
            2,
            "less than nothing at the start, and more identified than open"
        );
    }

    #[test]
    fn a_stated_opening_must_add_up_and_agree_with_the_report_before() {
        let with = |opening| {
            check(
                &StatedCounts { opening: Some(opening), ..may(5, 3, 5) },
                None,
                &[],
                at("2020-05-31"),
            )
            .contradictions
        };
        assert!(with(3).is_empty());
        assert!(
            with(4)[0].contains("makes 6, not 5: 1 resolved, withdrawn or merged are missing"),
            "{:?}",
            with(4)
        );
        assert!(with(2)[0].contains("makes 4, not 5: 1 opened are missing"), "{:?}", with(2));
        let before = |open| {
            check(
                &may(5, 3, 5),
                Some(&StatedCounts { period: Period::month(2020, 4), ..may(0, 0, open) }),
                &[],
                at("2020-05-31"),
            )
            .contradictions
            .len()
        };
        assert_eq!((before(3), before(2), before(4)), (0, 1, 1));
    }

    #[test]
    fn x3_two_ended_and_one_escalated_leave_three_if_nothing_else_moved() {
        let t = at("2020-06-22");
        let s = check(&may(5, 3, 5), None, &lives(&log(), t), t).since.unwrap();
        assert_eq!(
            (
                s.open_of_reported,
                s.ended.len(),
                s.escalated,
                s.still_open,
                s.unknown,
                s.opened_since
            ),
            (3, 2, vec![id(3)], vec![id(3)], 2, 0)
        );
        assert!(
            s.words.contains("if nothing else moved")
                && s.words.contains("opened since are not known"),
            "{}",
            s.words
        );
        // A week earlier one had ended less.
        let t = at("2020-06-09");
        assert_eq!(
            check(&may(5, 3, 5), None, &lives(&log(), t), t).since.unwrap().open_of_reported,
            4
        );
    }

    #[test]
    fn the_register_contradicts_what_it_holds_more_of() {
        let t = at("2020-06-22");
        let c = check(&may(2, 3, 5), None, &lives(&log(), t), t).contradictions;
        assert!(c.iter().any(|w| w.contains("the register has 3 opened")), "{c:?}");
        let mut closed = log();
        closed.push(event(3, E::Resolved, "2020-05-30"));
        assert!(
            check(&may(5, 3, 5), None, &lives(&closed, t), t).contradictions[0]
                .contains("was resolved before the period ended")
        );
    }
}
