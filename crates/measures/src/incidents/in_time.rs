//! CPM4 and CPM5: incidents resolved within their target time ÷ relevant incidents
//! (`docs/incidents.md`).

use crate::{
    incidents::{
        Life,
        clock::{Occasion, Standing, occasions},
        lives,
        rules::{IncidentInputs, IncidentRules},
    },
    result::{Counted, Part},
};
use northbound_rules::setting_words::RelevantIncidents;
use northbound_types::{Figure, IncidentId, Null, NullReason, Period, Quantity, Ratio, Utc};
use serde::Serialize;

/// Which incidents a period counts, in words.
const fn relevance(relevant: RelevantIncidents) -> &'static str {
    match relevant {
        RelevantIncidents::Due => "whose target time falls in the period",
        RelevantIncidents::Raised => "opened in the period",
        RelevantIncidents::Resolved => "resolved in the period",
    }
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
    each(&all, categories, period, as_at, rules, &mut |life, _, class| t.add(life.incident, class));
    t.counted(rules)
}

/// Calls `f` with each incident that a period counts or leaves out, its opening (none where it was withdrawn or
/// merged), and what it is to the figure.
fn each(
    lives: &[Life],
    categories: &[u8],
    period: Period,
    as_at: Utc,
    rules: &IncidentRules,
    f: &mut dyn FnMut(&Life, Option<&Occasion>, Class),
) {
    for life in lives {
        let list = occasions(life, rules, as_at);
        if list.is_empty()
            && within(Some(life.first()), period)
            && life.category.is_none_or(|c| categories.contains(&c))
        {
            f(life, None, Class::Left);
        }
        for o in &list {
            if let Some(class) = Class::of(o, categories, period, as_at, rules) {
                f(life, Some(o), class);
            }
        }
    }
}

/// An incident behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountedIncident {
    /// Which incident.
    pub incident: IncidentId,
    /// Category as last set.
    pub category: Option<u8>,
    /// Who has to resolve it, as last set.
    pub responsible: Option<String>,
    /// When it was opened; of a reopened incident, this time.
    pub opened: Option<Utc>,
    /// When its target time ends.
    pub due: Option<Utc>,
    /// When it was resolved.
    pub resolved: Option<Utc>,
    /// `met`, or why it was missed or left out.
    pub counts_as: String,
}

/// The incidents behind the figure of some categories in a period: those counted and those left out.
#[must_use]
pub fn listed(
    inputs: IncidentInputs<'_>,
    categories: &[u8],
    period: Period,
    as_at: Utc,
) -> Vec<CountedIncident> {
    let Some(rules) = inputs.rules else { return Vec::new() };
    let mut out = Vec::new();
    let all = lives(inputs.events, as_at);
    each(&all, categories, period, as_at, rules, &mut |life, o, class| {
        out.push(CountedIncident {
            incident: life.incident,
            category: o.map_or(life.category, |o| o.category),
            responsible: o.map_or_else(|| life.responsible.clone(), |o| o.responsible.clone()),
            opened: o.map(|o| o.opened).or(life.opened),
            due: o.and_then(|o| o.due),
            resolved: o.map_or(life.resolved, |o| o.ended),
            counts_as: class.words(),
        });
    });
    out
}

/// What a list of `all` that is cut after `shown` says at its end; nothing where it is whole.
pub(crate) fn and_more(all: usize, shown: usize) -> String {
    if all > shown { format!("; and {} more", all - shown) } else { String::new() }
}

fn null(reason: NullReason, why: &str) -> Counted {
    Counted::only(Figure::Null(Null::because(reason, why)))
}

/// What an incident is to the figure.
enum Class {
    InTime,
    Late,
    Overdue,
    Running,
    Others,
    Left,
    Unknown(String),
}

// The labels under which the figure counts them.
const LATE: &str = "resolved after the target time";
const OVERDUE: &str = "not resolved, past the target time";
const RUNNING: &str = "target time not reached yet";
const OTHERS: &str = "somebody else's to resolve";
const LEFT: &str = "withdrawn or merged";
const UNKNOWN: &str = "cannot be placed";
/// Incidents that a null names; the list of the figure has all.
const NAMED: usize = 5;

impl Class {
    fn words(&self) -> String {
        match self {
            Class::InTime => "met".to_owned(),
            Class::Late => format!("missed: {LATE}"),
            Class::Overdue => format!("missed: {OVERDUE}"),
            Class::Running => format!("left out: {RUNNING}"),
            Class::Others => format!("left out: {OTHERS}"),
            Class::Left => format!("left out: {LEFT}"),
            Class::Unknown(why) => format!("{UNKNOWN}: {why}"),
        }
    }
    /// `None` where the period does not count it.
    fn of(
        o: &Occasion,
        categories: &[u8],
        period: Period,
        as_at: Utc,
        rules: &IncidentRules,
    ) -> Option<Class> {
        if o.category.is_some_and(|c| !categories.contains(&c)) {
            return None;
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
            return None;
        }
        Some(match (&o.standing, whose) {
            (_, Some(false)) => Class::Others,
            (Standing::Unknown { why }, _) => Class::Unknown(why.clone()),
            (_, None) => Class::Unknown("the responsible party is not stated".to_owned()),
            (Standing::InTime, _) => Class::InTime,
            (Standing::Late, _) => Class::Late,
            (Standing::Overdue, _) => Class::Overdue,
            (Standing::Running, _) => Class::Running,
        })
    }
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
    fn add(&mut self, incident: IncidentId, class: Class) {
        match class {
            Class::InTime => self.in_time += 1,
            Class::Late => self.late += 1,
            Class::Overdue => self.overdue += 1,
            Class::Running => self.running += 1,
            Class::Others => self.others += 1,
            Class::Left => self.left += 1,
            Class::Unknown(why) => self.unknown.push((incident, why)),
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
        c.missed(LATE, self.late);
        c.missed(OVERDUE, self.overdue);
        c.leave_out(RUNNING, self.running);
        c.leave_out(OTHERS, self.others);
        c.leave_out(LEFT, self.left);
        let n = self.unknown.len() as u64;
        c.leave_out(UNKNOWN, n);
        if n > 0 {
            let share = |num, den| Quantity::Ratio(Ratio { num, den });
            let named: Vec<String> =
                self.unknown.iter().take(NAMED).map(|(id, why)| format!("{id}: {why}")).collect();
            let mut null = Null::because(
                NullReason::NotDeterminable,
                format!(
                    "{n} of {} cannot be placed: {}{}",
                    den + n,
                    named.join("; "),
                    and_more(self.unknown.len(), NAMED)
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
