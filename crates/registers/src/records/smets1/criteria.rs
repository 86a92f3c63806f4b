//! Live Services Criteria (D11): a checklist with evidence, open items, the actions and defects that
//! it waits for, and a decision by a named body. It is ready only when nothing is open.

use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::{Noun, Verb},
    read::AsAt,
    record::{Identity, Index, Record, invalid, needed, only_via},
    records::{
        oversight::decisions::{self, Decision},
        smets1::defects::Defect,
    },
    tx::parse,
    write::{approved, expect, live_head},
};
use northbound_types::{Day, Utc, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// The state of a checklist.
    pub enum CriteriaState("state of criteria") {
        /// Something is open.
        Open = "open",
        /// Nothing was open when it was called ready.
        Ready = "ready",
        /// The body decided.
        Decided = "decided",
    }
}

text_enum! {
    /// What the body decided.
    pub enum Ruling("decision on criteria") {
        /// They are met.
        Met = "met",
        /// They are not.
        NotMet = "not-met",
        /// Put off.
        Deferred = "deferred",
    }
}

/// What shows that an item is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemEvidence {
    /// In words.
    pub text: String,
    /// Document and place.
    pub document: String,
    /// Who says so.
    pub by: String,
    /// When.
    pub on: Day,
}

/// An item of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// Key.
    pub key: String,
    /// In words.
    pub title: String,
    /// What shows it; null while nothing does.
    pub evidence: Option<ItemEvidence>,
}

/// Something that came up beside the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenItem {
    /// In words.
    pub text: String,
    /// Whose it is.
    pub owner: String,
    /// Since when.
    pub since: Day,
    /// What closed it; null while it is open.
    pub closed: Option<String>,
}

/// A checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criteria {
    /// Name: `MOC-1`.
    pub id: String,
    /// Title.
    pub title: String,
    /// Cohort.
    pub cohort: String,
    /// The body that decides.
    pub body: String,
    /// Day of its review; null while none is set.
    pub review: Option<Day>,
    /// Items, in order.
    pub items: Vec<Criterion>,
    /// What came up beside them.
    pub open_items: Vec<OpenItem>,
    /// Actions that must be closed.
    pub actions: Vec<String>,
    /// Defects that must be assessed, by id.
    pub defects: Vec<String>,
    /// Its state.
    pub state: CriteriaState,
    /// When it was called ready, and by whom.
    pub ready: Option<(Utc, String)>,
    /// What the body decided; null while it has not.
    pub ruling: Option<Ruling>,
    /// What bodies decide on it.
    pub trail: Vec<Decision>,
}

impl Record for Criteria {
    const NOUN: Noun = Noun::Criteria;
    fn identity(&self) -> Identity {
        Identity::Given(self.id.clone())
    }
    fn index(&self) -> Index {
        Index { lookup: Some(self.cohort.clone()), ..Index::default() }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Criteria, "id", &self.id)?;
        needed(Noun::Criteria, "title", &self.title)?;
        needed(Noun::Criteria, "body", &self.body)?;
        if self.items.is_empty() {
            return Err(invalid(
                Noun::Criteria,
                "items",
                "is empty; a checklist has at least one item",
            ));
        }
        for i in self.items.iter().filter_map(|i| i.evidence.as_ref()) {
            needed(Noun::Criteria, "items", &i.document)?;
        }
        for i in &self.open_items {
            needed(Noun::Criteria, "open_items", &i.text)?;
        }
        for d in &self.trail {
            d.check(Noun::Criteria)?;
        }
        if self.state == CriteriaState::Ready && self.ready.is_none() {
            return Err(invalid(
                Noun::Criteria,
                "state",
                "is ready, but it was not marked so; use `northbound criteria ready`",
            ));
        }
        if (self.state == CriteriaState::Decided) != self.ruling.is_some() {
            return Err(invalid(
                Noun::Criteria,
                "ruling",
                "must be given if, and only if, the body decided; use `northbound criteria decide`",
            ));
        }
        Ok(())
    }
    fn guard_direct_edit(&self, id: &str, before: Option<&Self>) -> Result<(), RegisterError> {
        let reopened = self.state == CriteriaState::Open
            && before.is_some_and(|b| b.state != CriteriaState::Open);
        only_via(Noun::Criteria, id, &[("state", !reopened, "northbound criteria open")])
    }
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        let frozen = |why: &str| {
            Err(RegisterError::Frozen {
                noun: Noun::Criteria,
                id: id.to_owned(),
                why: why.to_owned(),
            })
        };
        // Something new takes it back to open; nothing but the gate brings it on.
        let back =
            self.state == CriteriaState::Open && self.ready.is_none() && self.ruling.is_none();
        if (self.state, &self.ready, self.ruling) != (before.state, &before.ready, before.ruling)
            && !back
        {
            return frozen(
                "it becomes ready or decided only by `northbound criteria ready` and `northbound criteria decide`",
            );
        }
        decisions::only_grows(Noun::Criteria, id, &before.trail, &self.trail)
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        self.defects.iter().map(|d| (Noun::Defect, d.clone())).collect()
    }
}

impl Gate<'_> {
    /// What stands between a checklist and ready, by name: items without evidence, open items, actions
    /// that are not closed or not kept, defects not assessed.
    ///
    /// # Errors
    /// [`RegisterError::Sql`], [`RegisterError::Body`].
    pub fn blockers(
        &self,
        c: &Criteria,
        as_at: impl Into<AsAt>,
    ) -> Result<Vec<String>, RegisterError> {
        let as_at = as_at.into();
        let mut out: Vec<String> = c
            .items
            .iter()
            .filter(|i| i.evidence.is_none())
            .map(|i| format!("evidence for {:?} ({})", i.key, i.title))
            .collect();
        out.extend(
            c.open_items
                .iter()
                .filter(|i| i.closed.is_none())
                .map(|i| format!("the open item {:?}", i.text)),
        );
        for a in &c.actions {
            let standing = self.action_standing(a, as_at)?;
            if !standing.is_closed() {
                out.push(format!("the action {a} ({standing})"));
            }
        }
        for id in &c.defects {
            let Some(d) = self.find::<Defect>(id, as_at)?.map(|k| k.record) else {
                out.push(format!("the defect {id}, which does not exist"));
                continue;
            };
            out.extend(d.not_assessed().into_iter().map(|w| format!("{w} of {id}")));
        }
        Ok(out)
    }

    /// Calls a checklist ready.
    ///
    /// # Errors
    /// [`RegisterError::Missing`] naming everything open, [`RegisterError::Frozen`] where it is decided.
    pub fn ready_criteria(&self, id: &str, write: &Write) -> Result<Receipt, RegisterError> {
        self.pass(id, write, "ready", |c, at, by| {
            c.state = CriteriaState::Ready;
            c.ready = Some((at, by));
        })
    }

    /// Writes what the body decided. `met` needs everything closed; the others can be decided at any time.
    ///
    /// # Errors
    /// As [`Gate::ready_criteria`].
    pub fn decide_criteria(
        &self,
        id: &str,
        ruling: Ruling,
        on: Day,
        outcome: &str,
        document: &str,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        let to = if ruling == Ruling::Met { "met" } else { "" };
        self.pass(id, write, to, |c, _, _| {
            c.state = CriteriaState::Decided;
            c.ruling = Some(ruling);
            let body = c.body.clone();
            decisions::decide(&mut c.trail, &body, on, outcome, document);
        })
    }

    /// Records what shows that an item is met.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] where the checklist has no such item; else as [`Gate::change`].
    pub fn add_criteria_evidence(
        &self,
        id: &str,
        key: &str,
        evidence: ItemEvidence,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.via_gate::<Criteria>(id, write, |c| {
            let known: Vec<String> = c.items.iter().map(|i| i.key.clone()).collect();
            let item = c.items.iter_mut().find(|i| i.key == key).ok_or_else(|| {
                let problem = format!("has no {key:?}; the items are {}", known.join(", "));
                invalid(Noun::Criteria, "items", problem)
            })?;
            item.evidence = Some(evidence);
            Ok(())
        })
    }

    /// Notes an open item beside the checklist. A checklist that was ready is open again.
    ///
    /// # Errors
    /// As [`Gate::change`].
    pub fn open_criteria_item(
        &self,
        id: &str,
        text: &str,
        owner: &str,
        since: Day,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.via_gate::<Criteria>(id, write, |c| {
            c.open_items.push(OpenItem {
                text: text.to_owned(),
                owner: owner.to_owned(),
                since,
                closed: None,
            });
            if c.state == CriteriaState::Ready {
                c.state = CriteriaState::Open;
                c.ready = None;
            }
            Ok(())
        })
    }

    /// Closes an open item by its number, from 1. `closed_by` says what closed it.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] where there is no such number; else as [`Gate::change`].
    pub fn close_criteria_item(
        &self,
        id: &str,
        number: usize,
        closed_by: &str,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.via_gate::<Criteria>(id, write, |c| {
            let held = c.open_items.len();
            let item =
                number.checked_sub(1).and_then(|n| c.open_items.get_mut(n)).ok_or_else(|| {
                    let problem = format!("has no number {number}; there are {held}");
                    invalid(Noun::Criteria, "open_items", problem)
                })?;
            item.closed = Some(closed_by.to_owned());
            Ok(())
        })
    }

    /// One step through the gate; an empty `to` is a step that asks for nothing.
    fn pass(
        &self,
        id: &str,
        write: &Write,
        to: &'static str,
        step: impl FnOnce(&mut Criteria, Utc, String),
    ) -> Result<Receipt, RegisterError> {
        self.one(write, |tx| {
            let head = live_head::<Criteria>(tx, id)?;
            let mut c: Criteria = parse(id, &head.body)?;
            tx.allow(Noun::Criteria, Verb::Approve, None)?;
            expect(tx, Noun::Criteria, id, &head)?;
            let missing = if to.is_empty() { Vec::new() } else { self.blockers(&c, AsAt::NOW)? };
            if !missing.is_empty() {
                return Err(RegisterError::Missing {
                    noun: Noun::Criteria,
                    id: id.to_owned(),
                    to,
                    missing,
                    hint: "close each of them first; `northbound criteria show` lists them",
                });
            }
            step(&mut c, tx.recorded, self.actor.to_string());
            approved(tx, id, &head, &c)
        })
    }
}
