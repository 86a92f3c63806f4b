//! CPM4 and CPM5: incidents resolved within their target time ÷ relevant incidents
//! (`docs/incidents.md`).

use crate::{
    incidents::{
        clock::{Occasion, Standing, occasions},
        lives,
        rules::{IncidentInputs, IncidentRules},
    },
    result::{Counted, Part},
};
use northbound_rules::setting_words::RelevantIncidents;
use northbound_types::{Figure, IncidentId, Null, NullReason, Period, Quantity, Ratio, Utc};

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
