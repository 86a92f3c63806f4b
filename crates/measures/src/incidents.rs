//! Incidents: from events to the life of each, as it was known at a time and without later
//! knowledge. Books are in [`crate::incidents::books`], clocks in [`crate::incidents::clock`], CPM4
//! and CPM5 in [`crate::incidents::in_time`], reports of others in [`crate::incidents::reports`].

pub mod books;
pub mod clock;
pub mod in_time;
pub mod reports;
pub mod response;
pub mod rules;

use northbound_types::{IncidentEventKind, IncidentId, IncidentState, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Something that happened to an incident: the record of `northbound-registers` with its id and since
/// when it is known. [`crate::inputs`] says why it is defined twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentEvent {
    /// Id of the record that says so.
    pub id: String,
    /// Which incident.
    pub incident: IncidentId,
    /// What happened.
    pub event: IncidentEventKind,
    /// When; `None` where it is only known that it did.
    pub at: Option<Utc>,
    /// Since when it is known.
    pub known: Utc,
    /// Category that was set.
    pub category: Option<u8>,
    /// Who was made responsible.
    pub responsible: Option<String>,
    /// What it is about.
    pub area: Option<String>,
    /// The provider concerned.
    pub provider: Option<String>,
    /// To whom it was escalated.
    pub to: Option<String>,
    /// Under which incident it is dealt with.
    pub into: Option<IncidentId>,
    /// Title, or what was said.
    pub text: String,
    /// Who says so.
    pub by: String,
}

impl IncidentEvent {
    /// When it counts: when it happened; where that is unknown, when it became known.
    #[must_use]
    pub fn moment(&self) -> Utc {
        self.at.unwrap_or(self.known)
    }
    /// Was it known at a time? What happens later is not known before.
    #[must_use]
    pub fn known_at(&self, as_at: Utc) -> bool {
        self.known <= as_at && self.moment() <= as_at
    }
}

/// A step in the life of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Id of the record.
    pub id: String,
    /// When it counts.
    pub at: Utc,
    /// `false`: it is only known that it happened by then.
    pub dated: bool,
    /// Since when it is known.
    pub known: Utc,
    /// What happened.
    pub event: IncidentEventKind,
    /// The state before; `None` before anything was known of it.
    pub before: Option<IncidentState>,
    /// The state after.
    pub after: IncidentState,
    /// In words: category set, who was made responsible, to whom it was escalated, what was said.
    pub text: String,
    /// Who says so.
    pub by: String,
}

impl Step {
    /// Does it change whether the incident is open?
    #[must_use]
    pub fn moves(&self) -> bool {
        (self.before == Some(IncidentState::Open)) != (self.after == IncidentState::Open)
    }
}

/// The life of one incident as it was known at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// Which incident.
    pub incident: IncidentId,
    /// Title; empty where there is none.
    pub title: String,
    /// What it is about.
    pub area: Option<String>,
    /// The provider concerned.
    pub provider: Option<String>,
    /// Category, as last set.
    pub category: Option<u8>,
    /// Who has to resolve it, as last set.
    pub responsible: Option<String>,
    /// Its state.
    pub state: IncidentState,
    /// `true` while it waits for somebody else.
    pub suspended: bool,
    /// When it was opened; `None` where that is not recorded or not dated.
    pub opened: Option<Utc>,
    /// When it was last resolved, or closed where no resolution is recorded; `None` where it is open.
    pub resolved: Option<Utc>,
    /// When it was closed.
    pub closed: Option<Utc>,
    /// To whom it was escalated last.
    pub escalated_to: Option<String>,
    /// How often it was escalated.
    pub escalations: u32,
    /// How often it was opened again.
    pub reopened: u32,
    /// Under which incident it is dealt with.
    pub merged_into: Option<IncidentId>,
    /// Everything that happened, in order.
    pub steps: Vec<Step>,
    /// What does not fit together, in words.
    pub findings: Vec<String>,
}

impl Life {
    /// The state just before a time; `None` where nothing was known of it then.
    #[must_use]
    pub fn state_before(&self, at: Utc) -> Option<IncidentState> {
        self.steps.iter().rev().find(|s| s.at < at).map(|s| s.after)
    }
    /// Is it open?
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == IncidentState::Open
    }
    /// When it is first heard of.
    #[must_use]
    pub fn first(&self) -> Utc {
        self.steps.first().map_or(Utc(i64::MIN), |s| s.at)
    }
}

/// Order of events of one moment, where more than one could come first.
const fn rank(e: IncidentEventKind) -> u8 {
    use IncidentEventKind as E;
    match e {
        E::Opened => 0,
        E::Reopened => 1,
        E::Details => 2,
        E::Category => 3,
        E::Assigned => 4,
        E::Resumed => 5,
        E::Escalated => 6,
        E::Comment | E::Responded => 7,
        E::Suspended => 8,
        E::Resolved => 9,
        E::Closed => 10,
        E::Merged => 11,
        E::Withdrawn => 12,
    }
}

/// The lives of all incidents of which something was known at a time, by id.
#[must_use]
pub fn lives(events: &[IncidentEvent], as_at: Utc) -> Vec<Life> {
    let mut by: BTreeMap<IncidentId, Vec<&IncidentEvent>> = BTreeMap::new();
    for e in events.iter().filter(|e| e.known_at(as_at)) {
        by.entry(e.incident).or_default().push(e);
    }
    by.into_iter().map(|(id, list)| life(id, list)).collect()
}

fn life(id: IncidentId, mut events: Vec<&IncidentEvent>) -> Life {
    events.sort_by(|a, b| {
        (a.moment(), rank(a.event), a.known, &a.id).cmp(&(
            b.moment(),
            rank(b.event),
            b.known,
            &b.id,
        ))
    });
    let mut life = Life {
        incident: id,
        title: String::new(),
        area: None,
        provider: None,
        category: None,
        responsible: None,
        state: IncidentState::Open,
        suspended: false,
        opened: None,
        resolved: None,
        closed: None,
        escalated_to: None,
        escalations: 0,
        reopened: 0,
        merged_into: None,
        steps: Vec::new(),
        findings: Vec::new(),
    };
    let mut state = None;
    while !events.is_empty() {
        // Of events at one moment the first that can follow goes first: a log with days alone has no other order.
        let now = events[0].moment();
        let same = events.iter().take_while(|e| e.moment() == now).count();
        let at =
            (0..same).find(|i| IncidentState::after(state, events[*i].event).is_ok()).unwrap_or(0);
        let e = events.remove(at);
        state = Some(life.take(state, e));
    }
    life
}

impl Life {
    fn take(&mut self, before: Option<IncidentState>, e: &IncidentEvent) -> IncidentState {
        let after = match IncidentState::after(before, e.event) {
            Ok(s) => s,
            Err(why) => {
                self.findings.push(format!("{} at {}: {why}", e.event, e.moment()));
                // Without its opening it is taken to have been open just before; anything else changes nothing.
                match before {
                    Some(s) => s,
                    None => IncidentState::after(Some(IncidentState::Open), e.event)
                        .unwrap_or(IncidentState::Open),
                }
            }
        };
        self.note_step(before, after, e);
        self.note_details(e);
        self.state = after;
        self.steps.push(Step {
            id: e.id.clone(),
            at: e.moment(),
            dated: e.at.is_some(),
            known: e.known,
            event: e.event,
            before,
            after,
            text: words(e),
            by: e.by.clone(),
        });
        after
    }

    /// Takes over what a change of state says: times, counts, suspension.
    fn note_step(
        &mut self,
        before: Option<IncidentState>,
        after: IncidentState,
        e: &IncidentEvent,
    ) {
        use IncidentEventKind as E;
        let changed = before != Some(after);
        match e.event {
            E::Opened if before.is_none() => self.opened = e.at,
            E::Reopened if changed => {
                self.reopened += 1;
                (self.resolved, self.closed, self.merged_into) = (None, None, None);
            }
            E::Resolved if changed => self.resolved = Some(e.moment()),
            E::Closed if changed => {
                if before == Some(IncidentState::Open) {
                    self.findings.push(format!(
                        "closed at {} without a resolution: counted as resolved then",
                        e.moment()
                    ));
                }
                self.resolved = self.resolved.or(Some(e.moment()));
                self.closed = Some(e.moment());
            }
            E::Merged if changed => self.merged_into = e.into,
            E::Escalated => {
                self.escalations += 1;
                self.escalated_to.clone_from(&e.to);
            }
            _ => {}
        }
        if e.event == E::Suspended && after == IncidentState::Open {
            self.suspended = true;
        }
        if e.event == E::Resumed || after != IncidentState::Open || e.event == E::Reopened {
            self.suspended = false;
        }
    }

    /// Takes over what an event states anew: the last statement counts.
    fn note_details(&mut self, e: &IncidentEvent) {
        use IncidentEventKind as E;
        if e.category.is_some() {
            self.category = e.category;
        }
        if e.responsible.is_some() {
            self.responsible.clone_from(&e.responsible);
        }
        if e.area.is_some() {
            self.area.clone_from(&e.area);
        }
        if e.provider.is_some() {
            self.provider.clone_from(&e.provider);
        }
        if matches!(e.event, E::Opened | E::Details) && !e.text.is_empty() {
            self.title.clone_from(&e.text);
        }
    }
}

fn words(e: &IncidentEvent) -> String {
    let mut parts = Vec::new();
    if let Some(c) = e.category {
        parts.push(format!("category {c}"));
    }
    if let Some(r) = &e.responsible {
        parts.push(format!("resolved by {r}"));
    }
    if let Some(t) = &e.to {
        parts.push(format!("to {t}"));
    }
    if let Some(i) = &e.into {
        parts.push(format!("into {i}"));
    }
    if !e.text.is_empty() {
        parts.push(e.text.clone());
    }
    parts.join("; ")
}

/// Which incidents: by area, provider and category, as last set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Which {
    /// Area.
    pub area: Option<String>,
    /// Provider concerned.
    pub provider: Option<String>,
    /// Category.
    pub category: Option<u8>,
}

impl Which {
    /// Is the incident one of them?
    #[must_use]
    pub fn takes(&self, life: &Life) -> bool {
        let same = |want: &Option<String>, have: &Option<String>| want.is_none() || want == have;
        same(&self.area, &life.area)
            && same(&self.provider, &life.provider)
            && (self.category.is_none() || self.category == life.category)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn at(text: &str) -> Utc {
        text.parse().unwrap()
    }
    pub(crate) fn id(n: u64) -> IncidentId {
        IncidentId::from_number(n).unwrap()
    }
    /// An event known when it happened.
    pub(crate) fn event(n: u64, kind: IncidentEventKind, when: &str) -> IncidentEvent {
        IncidentEvent {
            id: format!("{n}-{kind}-{when}"),
            incident: id(n),
            event: kind,
            at: Some(at(when)),
            known: at(when),
            category: None,
            responsible: None,
            area: None,
            provider: None,
            to: None,
            into: None,
            text: String::new(),
            by: "DCC".into(),
        }
    }
    use IncidentEventKind as E;

    #[test]
    fn later_knowledge_never_changes_an_earlier_state() {
        let mut events =
            vec![event(1, E::Opened, "2020-05-05"), event(1, E::Resolved, "2020-06-10")];
        let state =
            |events: &[IncidentEvent], t: &str| lives(events, at(t)).first().map(|l| l.state);
        assert_eq!(
            (
                state(&events, "2020-05-04"),
                state(&events, "2020-06-09"),
                state(&events, "2020-06-10")
            ),
            (None, Some(IncidentState::Open), Some(IncidentState::Resolved))
        );
        // It happened on 20 May, and nobody knew before 1 July.
        events[1].at = Some(at("2020-05-20"));
        events[1].known = at("2020-07-01");
        assert_eq!(
            (state(&events, "2020-06-30"), state(&events, "2020-07-01")),
            (Some(IncidentState::Open), Some(IncidentState::Resolved))
        );
        assert_eq!(lives(&events, at("2020-07-01"))[0].resolved, Some(at("2020-05-20")));
    }

    #[test]
    fn events_of_one_day_come_in_an_order_that_can_be() {
        let day = "2020-05-05";
        let state = |kinds: &[E]| {
            lives(&kinds.iter().map(|k| event(1, *k, day)).collect::<Vec<_>>(), at("2020-06-01"))[0]
                .clone()
        };
        assert_eq!(state(&[E::Closed, E::Resolved, E::Opened]).state, IncidentState::Closed);
        assert!(state(&[E::Closed, E::Resolved, E::Opened]).findings.is_empty());
        let again = [
            event(1, E::Opened, "2020-05-01"),
            event(1, E::Closed, "2020-05-02"),
            event(1, E::Resolved, day),
            event(1, E::Reopened, day),
        ];
        assert_eq!(lives(&again, at("2020-06-01"))[0].state, IncidentState::Resolved);
    }

    #[test]
    fn what_cannot_follow_changes_nothing_and_is_told() {
        let l = &lives(
            &[
                event(1, E::Opened, "2020-05-01"),
                event(1, E::Resolved, "2020-05-02"),
                event(1, E::Resolved, "2020-05-03"),
            ],
            at("2020-06-01"),
        )[0];
        assert_eq!((l.resolved, l.findings.len()), (Some(at("2020-05-02")), 1));
        let l = &lives(&[event(1, E::Closed, "2020-05-03")], at("2020-06-01"))[0];
        assert_eq!((l.state, l.opened), (IncidentState::Closed, None));
        assert!(l.findings[0].contains("opening is not recorded"), "{:?}", l.findings);
    }

    #[test]
    fn category_escalation_and_merging_are_kept_as_last_said() {
        let mut list = vec![
            event(1, E::Opened, "2020-05-01"),
            event(1, E::Category, "2020-05-02"),
            event(1, E::Escalated, "2020-05-03"),
            event(1, E::Merged, "2020-05-04"),
        ];
        (list[0].category, list[1].category, list[2].to, list[3].into) =
            (Some(4), Some(2), Some("service manager".into()), Some(id(2)));
        let l = &lives(&list, at("2020-06-01"))[0];
        assert_eq!(
            (l.category, l.escalated_to.as_deref(), l.escalations, l.merged_into, l.state),
            (Some(2), Some("service manager"), 1, Some(id(2)), IncidentState::Merged)
        );
        assert_eq!(lives(&list, at("2020-05-01T12:00:00Z"))[0].category, Some(4));
    }

    proptest! {
        #[test]
        fn order_of_events_given_never_matters(kinds in prop::collection::vec((0..13usize, 0..6i64, 0..6i64), 1..12), shift in 0..12usize) {
            let events: Vec<IncidentEvent> = kinds.iter().enumerate().map(|(i, (k, day, late))| {
                let mut e = event(1, E::ALL[*k], "2020-05-01");
                e.id = format!("e{i}");
                e.at = Some(Utc(at("2020-05-01").0 + day * 86_400_000_000));
                e.known = Utc(e.at.unwrap().0 + late * 86_400_000_000);
                e
            }).collect();
            let mut turned = events.clone();
            turned.rotate_left(shift % events.len());
            for d in 0..14 {
                let t = Utc(at("2020-05-01").0 + d * 86_400_000_000);
                prop_assert_eq!(lives(&events, t), lives(&turned, t));
                let known: Vec<IncidentEvent> = events.iter().filter(|e| e.known <= t).cloned().collect();
                prop_assert_eq!(lives(&events, t), lives(&known, t));
            }
        }
    }
}
