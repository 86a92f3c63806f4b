//! From registration data to the live service: which devices serve a supply point, which
//! registrations the service has applied, and the steps from there to what the files say now.
//!
//! There is no position to resume from: each run compares applied with desired registrations. A
//! step that could not be applied stays a difference, one applied twice is none, and a file that is
//! taken back leads to the step that undoes it.

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

/// What the live service last applied for a device, role and start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedRegistration {
    /// The device.
    pub device: Eui64,
    /// The role, as the live service spells it.
    pub role: String,
    /// From when.
    pub from: Utc,
    /// The User; null where the role has no holder.
    pub user: Option<Eui64>,
}

impl Record for AppliedRegistration {
    const NOUN: Noun = Noun::AppliedRegistration;
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
    /// Why a registration is not applied to the live service yet.
    pub enum NotAppliedReason("reason why a registration is not applied") {
        /// No device is known at the supply point.
        UnknownPoint = "unknown-point",
        /// The name of the role belongs to none of the live service.
        UnknownRole = "unknown-role",
        /// The live service has no such User; from then on the role has no holder there.
        UnknownUser = "unknown-user",
        /// The live service has no such device.
        UnknownDevice = "unknown-device",
        /// One device serves two places, and they differ in who holds the role.
        TwoPlaces = "two-places",
        /// The live service refused it.
        Refused = "refused",
    }
}

/// A registration that is not applied to the live service, or not in full.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NotApplied {
    /// Supply point or device.
    pub at: String,
    /// The role as the file names it.
    pub role: String,
    /// The User; null where it is about no one step.
    pub user: Option<Eui64>,
    /// From when; null where it is about no one step.
    pub from: Option<Utc>,
    /// Why, as a word.
    pub reason: NotAppliedReason,
    /// Why, in words, with what to do.
    pub why: String,
}

/// What is to be applied to the live service, and what cannot be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Each with the place it comes from, in order of device, role and start.
    pub steps: Vec<(String, AppliedRegistration)>,
    /// What stays a difference.
    pub left: Vec<NotApplied>,
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

/// The steps from what is applied to what holds. What was over by now is forgotten by the service
/// and left out.
fn differences(holds: &Line, applied: &Line, now: Utc) -> Line {
    let current = holds.range(..=now).next_back().map(|(from, _)| *from);
    let mut out: Line = holds
        .iter()
        .filter(|(from, user)| {
            current.is_none_or(|c| **from >= c) && applied.get(from) != Some(user)
        })
        .map(|(f, u)| (*f, *u))
        .collect();
    // An applied step that is none any more: from then on whoever held before goes on.
    for (from, user) in applied
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

/// The lines that places want for one device and role, each with the first row of its place.
type Places<'r> = Vec<(&'r RegistrationChange, Line)>;

impl Plan {
    fn block(&mut self, row: &RegistrationChange, reason: NotAppliedReason, why: String) {
        self.left.push(NotApplied {
            at: row.at.clone(),
            role: row.role.clone(),
            user: None,
            from: None,
            reason,
            why,
        });
    }

    /// What the files want, by device and role; rows sorted by place, role and start. Places without
    /// a device, and roles without a word of the service, are noted as not applied.
    fn desired<'r>(
        &mut self,
        rows: &'r [RegistrationChange],
        roles: &'r BTreeMap<String, String>,
        devices: &BTreeMap<String, Vec<Eui64>>,
    ) -> BTreeMap<(Eui64, &'r str), Places<'r>> {
        let mut lines: BTreeMap<(Eui64, &str), Places<'_>> = BTreeMap::new();
        for same in rows.chunk_by(|a, b| a.at == b.at && a.role == b.role) {
            let first = &same[0];
            let Some(role) = roles.get(&first.role) else {
                let why = format!("{} is not a role in the setting registration-roles", first.role);
                self.block(first, NotAppliedReason::UnknownRole, why);
                continue;
            };
            let own = first.at.parse::<Eui64>().ok().map(|e| vec![e]);
            let Some(at) = own.as_ref().or_else(|| devices.get(&first.at)) else {
                let why = format!(
                    "no device is known at supply point {}; add it with `registration meters import FILE`",
                    first.at
                );
                self.block(first, NotAppliedReason::UnknownPoint, why);
                continue;
            };
            let line = line(&same.iter().collect::<Vec<_>>());
            for d in at {
                lines.entry((*d, role)).or_default().push((first, line.clone()));
            }
        }
        lines
    }

    /// Adds the steps of one device and role, or why there are none.
    fn device(
        &mut self,
        device: Eui64,
        role: &str,
        mut places: Places<'_>,
        before: &Line,
        known: &BTreeSet<Eui64>,
        now: Utc,
    ) {
        if places.iter().any(|(_, l)| *l != places[0].1) {
            let names: Vec<&str> = places.iter().map(|(r, _)| r.at.as_str()).collect();
            let why = format!(
                "{device} serves {}, which have different holders of {role}; remove it from all but one",
                names.join(" and ")
            );
            for (r, _) in &places {
                self.block(r, NotAppliedReason::TwoPlaces, why.clone());
            }
            return;
        }
        let Some((r, holds)) = places.first_mut() else { return };
        let current = holds.range(..=now).next_back().map(|(from, _)| *from);
        for (from, user) in holds.iter_mut() {
            let Some(eui) = user.filter(|u| !known.contains(u)) else { continue };
            // Who held before does not hold any more, whether or not the new one is known.
            *user = None;
            if current.is_none_or(|c| *from >= c) {
                self.left.push(NotApplied {
                    at: r.at.clone(),
                    role: r.role.clone(),
                    user: Some(eui),
                    from: Some(*from),
                    reason: NotAppliedReason::UnknownUser,
                    why: format!("the live service has no User {eui}, so {role} of {device} is vacant from then on; add it with `user add --live`"),
                });
            }
        }
        for (from, user) in differences(holds, before, now) {
            let step = AppliedRegistration { device, role: role.to_owned(), from, user };
            self.steps.push((r.at.clone(), step));
        }
    }
}

impl Gate<'_> {
    /// What is to be applied to the live service, so that its devices are registered as the accepted
    /// files say. `roles` leads from the files' names of roles to the service's words, `known` says which
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
        let devices = self.devices_by_point()?;
        let mut rows: Vec<RegistrationChange> = self
            .current::<RegistrationChange>(&Query::default())?
            .rows
            .into_iter()
            .map(|k| k.record)
            .collect();
        rows.sort_by(|a, b| (&a.at, &a.role, a.from).cmp(&(&b.at, &b.role, b.from)));
        let mut applied = if afresh { BTreeMap::new() } else { self.applied_lines()? };
        let mut plan = Plan::default();
        for ((device, role), places) in plan.desired(&rows, roles, &devices) {
            let before = applied.remove(&(device, role.to_owned())).unwrap_or_default();
            plan.device(device, role, places, &before, known, now);
        }
        // Applied once, and no file and no supply point says so any more.
        for ((device, role), before) in applied {
            for (from, user) in differences(&Line::new(), &before, now) {
                let step = AppliedRegistration { device, role: role.clone(), from, user };
                plan.steps.push((device.to_string(), step));
            }
        }
        plan.steps.sort_by(|(_, a), (_, b)| {
            (a.device, &a.role, a.from).cmp(&(b.device, &b.role, b.from))
        });
        plan.left.sort();
        plan.left.dedup();
        Ok(plan)
    }

    fn devices_by_point(&self) -> Result<BTreeMap<String, Vec<Eui64>>, RegisterError> {
        let mut devices: BTreeMap<String, Vec<Eui64>> = BTreeMap::new();
        for k in self.list::<Meter>(&Query::default())? {
            devices.entry(k.record.point).or_default().push(k.record.device);
        }
        Ok(devices)
    }

    /// What the live service has applied, by device and role.
    fn applied_lines(&self) -> Result<BTreeMap<(Eui64, String), Line>, RegisterError> {
        let mut applied: BTreeMap<(Eui64, String), Line> = BTreeMap::new();
        for k in self.list::<AppliedRegistration>(&Query::default())? {
            applied
                .entry((k.record.device, k.record.role))
                .or_default()
                .insert(k.record.from, k.record.user);
        }
        Ok(applied)
    }

    /// Records what the live service has applied: all or nothing.
    ///
    /// # Errors
    /// As [`Gate::put`].
    pub fn record_applied(
        &self,
        steps: &[AppliedRegistration],
        write: &Write,
    ) -> Result<Vec<Receipt>, RegisterError> {
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
    fn what_is_applied_is_no_difference_and_what_fell_away_is_undone() {
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
