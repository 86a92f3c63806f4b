//! The clock of an incident: the occasions on which it had to be resolved, how long each ran and
//! when it was due (`docs/incidents.md`).

use crate::incidents::{Life, Step, rules::IncidentRules};
use northbound_rules::incidents::TargetTime;
use northbound_types::{
    Day, IncidentEventKind, IncidentId, IncidentState, Utc, workdays::Calendar,
};
use serde::{Deserialize, Serialize};

/// The state of one occasion against its target time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Standing {
    /// Resolved, not after its target time.
    InTime,
    /// Resolved after it.
    Late,
    /// Not resolved, and past it.
    Overdue,
    /// Not resolved, and not past it.
    Running,
    /// Cannot be said.
    Unknown {
        /// Why.
        why: String,
    },
}

/// One occasion on which an incident had to be resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occasion {
    /// Which incident.
    pub incident: IncidentId,
    /// Category as last set.
    pub category: Option<u8>,
    /// Who has to resolve it, as last set.
    pub responsible: Option<String>,
    /// When it was opened.
    pub opened: Utc,
    /// When it was resolved.
    pub ended: Option<Utc>,
    /// When its target time ends; `None` where that is unknown, or the clock is stopped.
    pub due: Option<Utc>,
    /// How long the clock ran, µs; `None` where a time is unknown.
    pub ran: Option<i64>,
    /// Its state.
    pub standing: Standing,
}

/// Time between two instants that counts; on Working Days only where a calendar is given.
pub(crate) fn elapsed(from: Utc, to: Utc, working: Option<&Calendar>) -> i64 {
    let Some(calendar) = working else { return (to.0 - from.0).max(0) };
    if to <= from {
        return 0;
    }
    (from.day().0..=to.day().0)
        .map(Day)
        .filter(|d| calendar.is_working(*d))
        .map(|d| (to.0.min(d.end().0) - from.0.max(d.start().0)).max(0))
        .sum()
}

/// The instant at which so much more time has counted.
pub(crate) fn advance(from: Utc, left: i64, working: Option<&Calendar>) -> Utc {
    let Some(calendar) = working else { return Utc(from.0.saturating_add(left)) };
    /// Days looked at: a target time is at most 366 Working Days.
    const MAX_DAYS: i32 = 1500;
    let (mut at, mut left) = (from, left);
    for d in (from.day().0..from.day().0 + MAX_DAYS).map(Day).filter(|d| calendar.is_working(*d)) {
        let start = at.0.max(d.start().0);
        if left <= d.end().0 - start {
            return Utc(start + left);
        }
        left -= d.end().0 - start;
        at = d.end();
    }
    Utc(at.0.saturating_add(left))
}

/// A stretch in which the clock ran; `None`: it still runs.
type Run = (Utc, Option<Utc>);

/// The stretches of one occasion, and when it ended.
#[derive(Debug, Default)]
pub(crate) struct Spell {
    pub(crate) opened: Option<Utc>,
    /// `false`: it is only known that it was opened by then.
    pub(crate) opening_dated: bool,
    /// The first initial response, and whether its time is known.
    pub(crate) responded: Option<(Utc, bool)>,
    runs: Vec<Run>,
    pub(crate) ended: Option<Utc>,
    dated: bool,
    pub(crate) left: bool,
}

/// The occasions of a life, each with its runs. An incident that was withdrawn or merged while open
/// had no occasion to be resolved: `left`.
pub(crate) fn spells(life: &Life, rules: &IncidentRules) -> Vec<Spell> {
    let mut out: Vec<Spell> = Vec::new();
    for s in &life.steps {
        let was_open = s.before == Some(IncidentState::Open);
        let opens = s.after == IncidentState::Open && !was_open;
        if opens || (s.before.is_none() && s.after != IncidentState::Open) {
            if out.is_empty() || rules.each_opening {
                let dated = s.dated
                    && (s.event == IncidentEventKind::Opened
                        || s.event == IncidentEventKind::Reopened);
                out.push(Spell {
                    opened: Some(s.at),
                    opening_dated: dated,
                    dated,
                    ..Spell::default()
                });
            }
            if let Some(last) = out.last_mut() {
                last.dated &= s.dated;
                (last.ended, last.left) = (None, false);
                if opens {
                    last.runs.push((s.at, None));
                }
            }
        }
        let Some(last) = out.last_mut() else { continue };
        if rules.responses.contains(&s.event) && last.responded.is_none() {
            last.responded = Some((s.at, s.dated));
        }
        step(last, s, rules.stops);
    }
    out
}

fn step(spell: &mut Spell, s: &Step, stops: bool) {
    use IncidentEventKind as E;
    let stop = |spell: &mut Spell| {
        if let Some(run) = spell.runs.last_mut().filter(|r| r.1.is_none()) {
            run.1 = Some(s.at);
        }
    };
    match s.event {
        E::Suspended if stops && s.after == IncidentState::Open => {
            stop(spell);
            spell.dated &= s.dated;
        }
        E::Resumed
            if stops
                && s.after == IncidentState::Open
                && spell.runs.last().is_some_and(|r| r.1.is_some()) =>
        {
            spell.runs.push((s.at, None));
            spell.dated &= s.dated;
        }
        _ if matches!(s.after, IncidentState::Merged | IncidentState::Withdrawn) => {
            stop(spell);
            spell.left = true;
        }
        _ if s.after != IncidentState::Open && (s.moves() || s.before.is_none()) => {
            stop(spell);
            spell.ended = Some(s.at);
            spell.dated &= s.dated;
        }
        _ => {}
    }
}

/// Every occasion of an incident, as known at a time; those that were withdrawn or merged are left
/// out.
#[must_use]
pub fn occasions(life: &Life, rules: &IncidentRules, as_at: Utc) -> Vec<Occasion> {
    spells(life, rules)
        .into_iter()
        .filter(|s| !s.left)
        .filter_map(|s| {
            let opened = s.opened?;
            let mut o = Occasion {
                incident: life.incident,
                category: life.category,
                responsible: life.responsible.clone(),
                opened,
                ended: s.ended,
                due: None,
                ran: None,
                standing: Standing::Running,
            };
            let target = match rules.target(life.category, opened) {
                Ok(t) => t,
                Err(why) => {
                    o.standing = unknown(why);
                    return Some(o);
                }
            };
            if !s.dated {
                o.standing = unknown("one of its times is not known");
                return Some(o);
            }
            judge(&mut o, &s.runs, target.resolution, rules, as_at);
            Some(o)
        })
        .collect()
}

pub(crate) fn unknown(why: &str) -> Standing {
    Standing::Unknown { why: why.to_owned() }
}

fn judge(o: &mut Occasion, runs: &[Run], target: TargetTime, rules: &IncidentRules, as_at: Utc) {
    let working = rules.working.as_ref().filter(|_| target.in_days);
    let mut ran = 0;
    for (from, to) in runs {
        let stretch = elapsed(*from, to.unwrap_or(as_at), working);
        // The clock stood at less than the target before this stretch, and ran past it in it.
        if o.due.is_none() && ran + stretch >= target.micros {
            o.due = Some(advance(*from, target.micros - ran, working));
        }
        ran += stretch;
    }
    let running = runs.last().is_some_and(|r| r.1.is_none());
    // Resolved early, or still running: where the clock would have come to.
    if o.due.is_none() && (running || o.ended.is_some()) {
        o.due = Some(advance(o.ended.unwrap_or(as_at), target.micros - ran, working));
    }
    o.ran = Some(ran);
    // Exactly at the target time is in time.
    o.standing = match (ran <= target.micros, o.ended.is_some()) {
        (true, true) => Standing::InTime,
        (false, true) => Standing::Late,
        (true, false) => Standing::Running,
        (false, false) => Standing::Overdue,
    };
}

#[cfg(test)]
mod tests;
