//! From registration data to the live service: which devices serve a supply point, what the service
//! was told, and the steps that lead from there to what the files say now.
//!
//! Nothing remembers "up to where": what is told is compared with what holds. So a step that could
//! not be told stays a difference, one that was told twice is none, and a file that is taken back
//! leads to the step that undoes it.

use crate::records::data::registrations::{RegistrationChange, is_point};
use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::Noun,
    read::Query,
    record::{Identity, Imported, Index, Record, invalid, needed},
    rights::STAFF_ONLY,
};
use northbound_types::{Eui64, Utc, text_enum};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A device that serves a supply point. The live service knows devices only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Meter {
    /// The supply point (MPAN of 13 digits, MPRN of 6 to 10).
    pub point: String,
    /// The device.
    pub device: Eui64,
}

impl Record for Meter {
    const NOUN: Noun = Noun::Meter;
    fn identity(&self) -> Identity {
        Identity::Content
    }
    fn index(&self) -> Index {
        Index {
            party: Some(STAFF_ONLY.to_owned()),
            lookup: Some(self.point.clone()),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        if !is_point(&self.point) || self.point.contains('-') {
            return Err(invalid(
                Self::NOUN,
                "point",
                format!("({}) is not a supply point of 6 to 13 digits", self.point),
            ));
        }
        Ok(())
    }
}

impl Imported for Meter {
    fn about(&self) -> String {
        format!("{}|{}", self.point, self.device)
    }
}

/// What the live service was last told of a device, role and start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The device.
    pub device: Eui64,
    /// The role, as the live service spells it.
    pub role: String,
    /// From when.
    pub from: Utc,
    /// Who; null: nobody.
    pub user: Option<Eui64>,
}

impl Record for Told {
    const NOUN: Noun = Noun::Told;
    fn identity(&self) -> Identity {
        Identity::Given(format!("{}|{}|{}", self.device, self.role, self.from))
    }
    fn index(&self) -> Index {
        Index {
            party: Some(STAFF_ONLY.to_owned()),
            lookup: Some(self.device.to_string()),
            from: Some(self.from),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Self::NOUN, "role", &self.role)
    }
}

text_enum! {
    /// Why the live service cannot be told of a registration yet.
    pub enum Untold("reason why a registration is not applied") {
        /// No device is known at the supply point.
        UnknownPoint = "unknown-point",
        /// The name of the role belongs to none of the live service.
        UnknownRole = "unknown-role",
        /// The live service has no such User; it is told that nobody holds the role from then on.
        UnknownUser = "unknown-user",
        /// The live service has no such device.
        UnknownDevice = "unknown-device",
        /// One device serves two places, and they differ in who holds the role.
        TwoPlaces = "two-places",
        /// The live service would not take it.
        Refused = "refused",
    }
}

/// A registration of which the live service is not told, or not in full.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Left {
    /// Supply point or device.
    pub at: String,
    /// The role as the file names it.
    pub role: String,
    /// The User; null where it is about no one step.
    pub user: Option<Eui64>,
    /// From when; null where it is about no one step.
    pub from: Option<Utc>,
    /// Why, as a word.
    pub reason: Untold,
    /// Why, in words, with what to do.
    pub why: String,
}

/// What the live service is to be told, and what it cannot be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Each with the place it comes from, in order of device, role and start.
    pub steps: Vec<(String, Told)>,
    /// What stays a difference.
    pub left: Vec<Left>,
}

/// Who holds one role at one place from when on.
type Line = BTreeMap<Utc, Option<Eui64>>;

/// The steps of rows sorted by start: an end counts only where no later row starts before it.
fn line(rows: &[&RegistrationChange]) -> Line {
    let mut out = Line::new();
    for (i, r) in rows.iter().enumerate() {
        out.insert(r.from, r.user);
        if let Some(to) = r.to
            && rows.get(i + 1).is_none_or(|next| next.from > to)
        {
            out.insert(to, None);
        }
    }
    out
}

/// Who holds the role at a time.
fn holder(line: &Line, at: Utc) -> Option<Eui64> {
    line.range(..=at).next_back().and_then(|(_, u)| *u)
}

/// What leads from what was told to what holds. What was over by now is forgotten by the service and
/// left out.
fn differences(holds: &Line, told: &Line, now: Utc) -> Line {
    let current = holds.range(..=now).next_back().map(|(from, _)| *from);
    let mut out: Line = holds
        .iter()
        .filter(|(from, user)| current.is_none_or(|c| **from >= c) && told.get(from) != Some(user))
        .map(|(f, u)| (*f, *u))
        .collect();
    // A step that was told and is none any more: from then on whoever held before goes on.
    for (from, user) in told
        .iter()
        .filter(|(from, _)| !holds.contains_key(from) && current.is_none_or(|c| **from > c))
    {
        let goes_on = holder(holds, *from);
        if goes_on != *user {
            out.insert(*from, goes_on);
        }
    }
    out
}

impl Gate<'_> {
    /// What the live service is to be told, so that its devices are registered as the accepted files
    /// say. `roles` leads from the files' names of roles to the service's words, `known` says which
    /// Users it has; with `afresh` it is taken to know nothing.
    ///
    /// # Errors
    /// [`RegisterError::Sql`], [`RegisterError::Body`].
    pub fn registration_plan(
        &self,
        now: Utc,
        roles: &BTreeMap<String, String>,
        known: &BTreeSet<Eui64>,
        afresh: bool,
    ) -> Result<Plan, RegisterError> {
        let mut devices: BTreeMap<String, Vec<Eui64>> = BTreeMap::new();
        for k in self.list::<Meter>(&Query::default())? {
            devices.entry(k.record.point).or_default().push(k.record.device);
        }
        let mut plan = Plan::default();
        let mut rows: Vec<RegistrationChange> = self
            .current::<RegistrationChange>(&Query::default())?
            .rows
            .into_iter()
            .map(|k| k.record)
            .collect();
        rows.sort_by(|a, b| (&a.at, &a.role, a.from).cmp(&(&b.at, &b.role, b.from)));
        let mut lines: BTreeMap<(Eui64, &str), Vec<(&RegistrationChange, Line)>> = BTreeMap::new();
        for same in rows.chunk_by(|a, b| a.at == b.at && a.role == b.role) {
            let first = &same[0];
            let mut cannot = |reason, why| {
                plan.left.push(Left {
                    at: first.at.clone(),
                    role: first.role.clone(),
                    user: None,
                    from: None,
                    reason,
                    why,
                })
            };
            let Some(role) = roles.get(&first.role) else {
                cannot(
                    Untold::UnknownRole,
                    format!("{} is not a role in the setting registration-roles", first.role),
                );
                continue;
            };
            let own = first.at.parse::<Eui64>().ok().map(|e| vec![e]);
            let Some(at) = own.as_ref().or_else(|| devices.get(&first.at)) else {
                cannot(
                    Untold::UnknownPoint,
                    format!(
                        "no device is known at supply point {}; add it with `registration meters import FILE`",
                        first.at
                    ),
                );
                continue;
            };
            let line = line(&same.iter().collect::<Vec<_>>());
            for d in at {
                lines.entry((*d, role)).or_default().push((first, line.clone()));
            }
        }
        let mut told: BTreeMap<(Eui64, String), Line> = BTreeMap::new();
        if !afresh {
            for k in self.list::<Told>(&Query::default())? {
                told.entry((k.record.device, k.record.role))
                    .or_default()
                    .insert(k.record.from, k.record.user);
            }
        }
        for ((device, role), mut of) in lines {
            let before = told.remove(&(device, role.to_owned())).unwrap_or_default();
            if of.iter().any(|(_, l)| *l != of[0].1) {
                for (r, _) in &of {
                    plan.left.push(Left { at: r.at.clone(), role: r.role.clone(), user: None, from: None, reason: Untold::TwoPlaces, why: format!("{device} serves {}, which have different holders of {role}; remove it from all but one", of.iter().map(|(r, _)| r.at.as_str()).collect::<Vec<_>>().join(" and ")) });
                }
                continue;
            }
            let (r, holds) = &mut of[0];
            let current = holds.range(..=now).next_back().map(|(from, _)| *from);
            for (from, user) in holds.iter_mut() {
                let Some(eui) = user.filter(|u| !known.contains(u)) else { continue };
                // Who held before does not hold any more, whether or not the new one is known.
                *user = None;
                if current.is_none_or(|c| *from >= c) {
                    plan.left.push(Left { at: r.at.clone(), role: r.role.clone(), user: Some(eui), from: Some(*from), reason: Untold::UnknownUser, why: format!("the live service has no User {eui}, so {role} of {device} is vacant from then on; add it with `user add --live`") });
                }
            }
            for (from, user) in differences(holds, &before, now) {
                plan.steps.push((r.at.clone(), Told { device, role: role.to_owned(), from, user }));
            }
        }
        // Told once, and no file and no supply point says so any more.
        for ((device, role), before) in told {
            for (from, user) in differences(&Line::new(), &before, now) {
                plan.steps
                    .push((device.to_string(), Told { device, role: role.clone(), from, user }));
            }
        }
        plan.steps.sort_by(|(_, a), (_, b)| {
            (a.device, &a.role, a.from).cmp(&(b.device, &b.role, b.from))
        });
        plan.left.sort();
        plan.left.dedup();
        Ok(plan)
    }

    /// Notes what the live service was told: all or nothing.
    ///
    /// # Errors
    /// As [`Gate::put`].
    pub fn note_told(&self, steps: &[Told], write: &Write) -> Result<Vec<Receipt>, RegisterError> {
        self.one(write, |tx| steps.iter().map(|s| crate::write::put(tx, s)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Option<Eui64> = Some(Eui64(1));
    const B: Option<Eui64> = Some(Eui64(2));

    fn row(user: Option<Eui64>, from: i64, to: Option<i64>) -> RegistrationChange {
        RegistrationChange {
            at: "123456".into(),
            role: "r".into(),
            user,
            from: Utc(from),
            to: to.map(Utc),
        }
    }
    fn of(steps: &[(i64, Option<Eui64>)]) -> Line {
        steps.iter().map(|(f, u)| (Utc(*f), *u)).collect()
    }

    #[test]
    fn an_end_counts_unless_somebody_takes_over_by_then() {
        let ends = [row(A, 10, Some(20)), row(B, 20, None)];
        assert_eq!(line(&ends.iter().collect::<Vec<_>>()), of(&[(10, A), (20, B)]));
        let gap = [row(A, 10, Some(19)), row(B, 20, Some(30))];
        assert_eq!(
            line(&gap.iter().collect::<Vec<_>>()),
            of(&[(10, A), (19, None), (20, B), (30, None)])
        );
        let cut = [row(A, 10, Some(25)), row(B, 20, None)];
        assert_eq!(line(&cut.iter().collect::<Vec<_>>()), of(&[(10, A), (20, B)]));
    }

    #[test]
    fn what_is_told_already_is_no_difference_and_what_fell_away_is_undone() {
        let holds = of(&[(10, A), (20, B), (90, A)]);
        assert_eq!(
            differences(&holds, &Line::new(), Utc(50)),
            of(&[(20, B), (90, A)]),
            "what has already ended is not applied"
        );
        assert_eq!(differences(&holds, &of(&[(20, B), (90, A)]), Utc(50)), Line::new());
        assert_eq!(
            differences(&holds, &of(&[(20, A), (90, A)]), Utc(50)),
            of(&[(20, B)]),
            "the same start with another User"
        );
        // The file that brought 20 and 90 is taken back.
        assert_eq!(
            differences(&of(&[(10, A)]), &of(&[(10, A), (20, B), (90, A)]), Utc(50)),
            of(&[(20, A)]),
            "90 says A, as holds then"
        );
        assert_eq!(differences(&Line::new(), &of(&[(10, A)]), Utc(50)), of(&[(10, None)]));
        assert_eq!(differences(&Line::new(), &of(&[(10, None)]), Utc(50)), Line::new());
    }
}
