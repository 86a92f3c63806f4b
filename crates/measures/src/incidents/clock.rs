//! The clock of an incident and what CPM4 and CPM5 make of it: resolved within target time ÷
//! relevant incidents (`docs/incidents.md`). Which incidents are relevant, whose, when the clock
//! stands still and what a reopened one is, are settings; nothing of it is known.

use crate::{
    incidents::{IncidentEvent, Life, Step, lives},
    result::{Counted, Part},
};
use northbound_rules::{
    incidents::{CategoryRule, TargetTime},
    setting_words::RelevantIncidents,
};
use northbound_types::{
    Day, Figure, IncidentEventKind, IncidentId, IncidentState, Null, NullReason, Period, Quantity,
    Ratio, Utc, workdays::Calendar,
};
use serde::{Deserialize, Serialize};

/// How incidents are judged, from the rules.
#[derive(Debug, Clone)]
pub struct IncidentRules {
    /// Target times by category and date.
    pub targets: Vec<CategoryRule>,
    /// The calendar, where days are Working Days; `None`: calendar days.
    pub working: Option<Calendar>,
    /// Does the clock stand still while the incident is suspended?
    pub stops: bool,
    /// Is each opening an occasion of its own?
    pub each_opening: bool,
    /// Events that are an initial response.
    pub responses: Vec<IncidentEventKind>,
    /// Which incidents a period counts.
    pub relevant: RelevantIncidents,
    /// Whose incidents count.
    pub responsible: Vec<String>,
    /// Keys of settings and categories that nobody has confirmed.
    pub unconfirmed: Vec<String>,
}

impl IncidentRules {
    /// The target times of a category for what was opened at a time.
    pub(crate) fn target(
        &self,
        category: Option<u8>,
        opened: Utc,
    ) -> Result<&CategoryRule, &'static str> {
        let c = category.ok_or("its category is not known")?;
        self.targets
            .iter()
            .filter(|t| t.category == c && t.from <= opened.day())
            .max_by_key(|t| t.from)
            .ok_or("no target time was in force when it was opened")
    }
}

/// Which incidents a period counts, in words.
const fn relevance(relevant: RelevantIncidents) -> &'static str {
    match relevant {
        RelevantIncidents::Due => "whose target time falls in the period",
        RelevantIncidents::Raised => "opened in the period",
        RelevantIncidents::Resolved => "resolved in the period",
    }
}

/// What an evaluation reads of incidents.
#[derive(Debug, Clone, Copy)]
pub struct IncidentInputs<'a> {
    /// Events, of whatever time.
    pub events: &'a [IncidentEvent],
    /// How they are judged; `None` where the rules have nothing on incidents.
    pub rules: Option<&'a IncidentRules>,
}

impl IncidentInputs<'static> {
    /// No register of incidents.
    pub const NONE: IncidentInputs<'static> = IncidentInputs { events: &[], rules: None };
}

/// How one occasion stands against its target time.
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
    /// When its target time ends; `None` where that is unknown, or the clock stands still.
    pub due: Option<Utc>,
    /// How long the clock ran, µs; `None` where a time is unknown.
    pub ran: Option<i64>,
    /// How it stands.
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

pub(crate) fn within(at: Option<Utc>, period: Period) -> bool {
    at.is_some_and(|t| t >= period.first().start() && t < period.after().start())
}

/// The figure of some categories in a period.
#[must_use]
pub fn count(
    inputs: IncidentInputs<'_>,
    categories: &[u8],
    period: Period,
    as_at: Utc,
    watched: bool,
) -> Counted {
    let Some(rules) = inputs.rules else {
        return null(NullReason::NotReported, "the rules have no target times of incidents");
    };
    let all = lives(inputs.events, as_at);
    if all.is_empty() && !watched {
        return null(
            NullReason::NotReported,
            "no incident is registered, and no feed for incidents is registered",
        );
    }
    let mut t = Tally::default();
    for life in &all {
        let list = occasions(life, rules, as_at);
        if list.is_empty()
            && within(Some(life.first()), period)
            && life.category.is_none_or(|c| categories.contains(&c))
        {
            t.left += 1;
        }
        for o in &list {
            t.add(o, categories, period, as_at, rules);
        }
    }
    t.counted(rules)
}

fn null(reason: NullReason, why: &str) -> Counted {
    Counted::only(Figure::Null(Null::because(reason, why)))
}

#[derive(Default)]
struct Tally {
    in_time: u64,
    late: u64,
    overdue: u64,
    running: u64,
    others: u64,
    left: u64,
    unknown: Vec<(IncidentId, String)>,
}

impl Tally {
    fn add(
        &mut self,
        o: &Occasion,
        categories: &[u8],
        period: Period,
        as_at: Utc,
        rules: &IncidentRules,
    ) {
        if o.category.is_some_and(|c| !categories.contains(&c)) {
            return;
        }
        let whose = o.responsible.as_ref().map(|r| rules.responsible.contains(r));
        let touches = match (&o.standing, rules.relevant) {
            // What is not known of it may put it into the period while it lived in it.
            (Standing::Unknown { .. }, _) => {
                o.opened < period.after().start()
                    && o.ended.unwrap_or(as_at) >= period.first().start()
            }
            (_, RelevantIncidents::Due) => within(o.due, period),
            (_, RelevantIncidents::Raised) => within(Some(o.opened), period),
            (_, RelevantIncidents::Resolved) => within(o.ended, period),
        };
        if !touches {
            return;
        }
        if whose == Some(false) {
            self.others += 1;
            return;
        }
        let why = match (&o.standing, whose) {
            (Standing::Unknown { why }, _) => Some(why.clone()),
            (_, None) => Some("the responsible party is not stated".to_owned()),
            _ => None,
        };
        if let Some(why) = why {
            self.unknown.push((o.incident, why));
            return;
        }
        match o.standing {
            Standing::InTime => self.in_time += 1,
            Standing::Late => self.late += 1,
            Standing::Overdue => self.overdue += 1,
            Standing::Running | Standing::Unknown { .. } => self.running += 1,
        }
    }

    fn counted(self, rules: &IncidentRules) -> Counted {
        let (num, den) = (self.in_time, self.in_time + self.late + self.overdue);
        let mut c = Counted::of_parts(vec![Part {
            label: format!("incidents {}", relevance(rules.relevant)),
            numerator: None,
            denominator: None,
            num,
            den,
        }]);
        c.missed("resolved after the target time", self.late);
        c.missed("not resolved, past the target time", self.overdue);
        c.leave_out("target time not reached yet", self.running);
        c.leave_out("somebody else's to resolve", self.others);
        c.leave_out("withdrawn or merged", self.left);
        let n = self.unknown.len() as u64;
        c.leave_out("cannot be placed", n);
        if n > 0 {
            let share = |num, den| Quantity::Ratio(Ratio { num, den });
            let named: Vec<String> =
                self.unknown.iter().take(5).map(|(id, why)| format!("{id}: {why}")).collect();
            let mut null = Null::because(
                NullReason::NotDeterminable,
                format!(
                    "{n} of {} cannot be placed: {}{}",
                    den + n,
                    named.join("; "),
                    if n > 5 { "; …" } else { "" }
                ),
            );
            // Each of them may be in or out, met or missed.
            null.bounds = Some((share(num, den + n), share(num + n, den + n)));
            c.figure = Figure::Null(null);
        }
        let days = if rules.working.is_some() { "Working Days" } else { "calendar days" };
        let stops =
            if rules.stops { "stops while an incident is suspended" } else { "never stops" };
        let again = if rules.each_opening {
            "each opening counts"
        } else {
            "a reopened incident counts once"
        };
        c.notes.push(format!(
            "incidents {}; target times in {days}; the clock {stops}; {again}; responsible: {}",
            relevance(rules.relevant),
            rules.responsible.join(", ")
        ));
        c
    }
}

#[cfg(test)]
pub(crate) mod tests;
