//! Whether a User gave a forecast for a month: given, late, none, or no User at all. Joiners and
//! leavers are not blamed (F2), and a forecast of zero is given (R8).

use super::{Member, Month, Submission};
use northbound_types::{Day, Utc, text_enum};

text_enum! {
    /// The state of a User for a month.
    pub enum Standing("standing of a forecast") {
        /// In time, or by somebody who was no User when it was due.
        Given = "given",
        /// Only after it was due.
        Late = "late",
        /// Never, though a User from the due day to the end of the month.
        None = "none",
        /// Became a User after the due day.
        NotYetUser = "not-yet-a-user",
        /// Ceased to be a User before the month was over.
        Left = "left",
        /// No forecast is asked for in this month: Users only give notice of exceptional demand.
        NotAsked = "not-asked",
    }
}

impl Standing {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Standing::Given => "given",
            Standing::Late => "given late",
            Standing::None => "none",
            Standing::NotYetUser => "not yet a User",
            Standing::Left => "no longer a User",
            Standing::NotAsked => "not asked for",
        }
    }
}

/// What was found of one User and month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted<'s> {
    /// Its state.
    pub standing: Standing,
    /// The forecast in force: the latest submitted before the month began (or during it, where the
    /// rules count that).
    pub used: Option<&'s Submission>,
    /// It was made for an earlier quarter than the one due last.
    pub older: bool,
    /// One came during the month and is not used.
    pub unused: Option<&'s Submission>,
}

/// Finds the state of a User. `submissions` may hold other Users' and other months'.
#[must_use]
pub fn find<'s>(
    month: &Month,
    member: &Member,
    submissions: &'s [Submission],
    previous_due: Option<Day>,
) -> Submitted<'s> {
    let (begin, end) = (month.period.first().start(), month.period.after().start());
    let covering = || {
        submissions.iter().filter(|s| s.user == member.user && s.months.contains_key(&month.period))
    };
    let latest = |before: Utc| {
        covering().filter(|s| s.made < before).max_by(|a, b| (a.made, &a.id).cmp(&(b.made, &b.id)))
    };
    let used = latest(if month.during_counts { end } else { begin });
    let came = latest(end);
    let unused = came.filter(|c| c.made >= begin && used.is_none_or(|u| u.id != c.id));
    let in_time = covering().any(|s| s.made < month.due.end());
    let standing = if !month.asked_for {
        Standing::NotAsked
    } else if in_time {
        Standing::Given
    } else if came.is_some() {
        if member.on(month.due) { Standing::Late } else { Standing::Given }
    } else {
        without(month, member)
    };
    let older = used.is_some_and(|u| previous_due.is_some_and(|d| u.made < d.end()));
    Submitted { standing, used, older, unused }
}

fn without(month: &Month, member: &Member) -> Standing {
    let last = month.period.after().plus(-1);
    if member.on(month.due) {
        return if member.on(last) { Standing::None } else { Standing::Left };
    }
    // No User on the due day: one that comes later has not joined yet, one that never comes back has left.
    let joined_since = member.held.iter().any(|(from, _)| *from > month.due);
    if joined_since || member.held.is_empty() { Standing::NotYetUser } else { Standing::Left }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::sample::{MAY, member, month, sent};

    fn of(subs: &[Submission], held: &[(&str, &str)]) -> Standing {
        find(&month(MAY), &member("A", held), subs, None).standing
    }

    #[test]
    fn the_due_day_is_the_edge_between_given_and_late() {
        let user = [("2020-01-01", "")];
        assert_eq!(of(&[sent("A", "2026-04-23T23:59:59Z", 5)], &user), Standing::Given);
        assert_eq!(of(&[sent("A", "2026-04-24T00:00:00Z", 5)], &user), Standing::Late);
        assert_eq!(
            of(&[sent("A", "2026-04-23T09:00:00Z", 0)], &user),
            Standing::Given,
            "zero is not none"
        );
        assert_eq!(of(&[sent("B", "2026-04-23T09:00:00Z", 5)], &user), Standing::None);
        assert_eq!(
            of(&[sent("A", "2026-06-01T00:00:00Z", 5)], &user),
            Standing::None,
            "after the month nothing is foretold"
        );
        // In time first and revised late is still in time.
        assert_eq!(
            of(
                &[sent("A", "2026-04-10T00:00:00Z", 5), sent("A", "2026-04-28T00:00:00Z", 6)],
                &user
            ),
            Standing::Given
        );
    }

    #[test]
    fn the_latest_before_the_month_is_in_force_and_one_during_it_only_where_the_rules_say_so() {
        let subs = [
            sent("A", "2026-04-10T00:00:00Z", 5),
            sent("A", "2026-04-30T23:59:59Z", 6),
            sent("A", "2026-05-01T00:00:00Z", 7),
        ];
        let m = member("A", &[("2020-01-01", "")]);
        let found = find(&month(MAY), &m, &subs, None);
        assert_eq!(
            (found.used.unwrap().made, found.unused.unwrap().made),
            (subs[1].made, subs[2].made)
        );
        let counts = Month { during_counts: true, ..month(MAY) };
        let found = find(&counts, &m, &subs, None);
        assert_eq!((found.used.unwrap().made, found.unused), (subs[2].made, None));
    }

    #[test]
    fn joiners_and_leavers_are_not_blamed() {
        assert_eq!(of(&[], &[("2026-04-23", "")]), Standing::None, "a User on the due day");
        assert_eq!(of(&[], &[("2026-04-24", "")]), Standing::NotYetUser);
        assert_eq!(of(&[], &[("2020-01-01", "2026-05-30")]), Standing::Left);
        assert_eq!(of(&[], &[("2020-01-01", "2026-05-31")]), Standing::None);
        assert_eq!(of(&[], &[("2020-01-01", "2026-03-01")]), Standing::Left);
        assert_eq!(
            of(&[], &[("2020-01-01", "2026-03-01"), ("2026-04-25", "")]),
            Standing::NotYetUser,
            "back again"
        );
        assert_eq!(
            of(&[sent("A", "2026-04-28T00:00:00Z", 5)], &[("2026-04-24", "")]),
            Standing::Given,
            "nothing was due from it"
        );
    }

    #[test]
    fn where_only_notice_is_asked_for_nobody_is_without_a_forecast() {
        let m = Month { asked_for: false, ..month(MAY) };
        assert_eq!(
            find(&m, &member("A", &[("2020-01-01", "")]), &[], None).standing,
            Standing::NotAsked
        );
    }
}
