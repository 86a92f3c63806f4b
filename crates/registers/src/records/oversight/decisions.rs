//! What bodies decide on a matter, in order: each with the day on which it is due, and pending until
//! its own day has come (D13).

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{invalid, needed},
};
use northbound_types::Day;
use serde::{Deserialize, Serialize};

/// One body's part in the trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The body: `SSC`, `TAG`, `OPSG`, `Panel`.
    pub body: String,
    /// What it is asked.
    pub question: String,
    /// Day on which it is to decide; null where none is set.
    pub due: Option<Day>,
    /// Day on which it decided; null while it has not.
    pub on: Option<Day>,
    /// What it decided; empty while it has not.
    pub outcome: String,
    /// Where that stands; empty where unknown.
    pub document: String,
}

impl Decision {
    /// Has it not decided by then?
    #[must_use]
    pub fn pending(&self, as_at: Day) -> bool {
        self.on.is_none_or(|d| d > as_at)
    }

    /// As it stood on a day, in words: `pending, due 2020-06-24`, or the outcome with its day.
    #[must_use]
    pub fn standing(&self, as_at: Day) -> String {
        match (self.on.filter(|d| *d <= as_at), self.due) {
            (Some(on), _) => format!("{} ({on})", self.outcome),
            (None, Some(due)) if due < as_at => format!("pending, was due {due}"),
            (None, Some(due)) => format!("pending, due {due}"),
            (None, None) => "pending, no date".to_owned(),
        }
    }

    pub(in crate::records) fn check(&self, noun: Noun) -> Result<(), RegisterError> {
        needed(noun, "trail", &self.body)?;
        needed(noun, "trail", &self.question)?;
        if self.on.is_some() == self.outcome.trim().is_empty() {
            return Err(invalid(
                noun,
                "trail",
                format!("{}: a decision needs both a day and an outcome", self.body),
            ));
        }
        Ok(())
    }
}

/// Writes what a body decided onto its oldest open question; where none is open, as a decision of its own.
pub(in crate::records) fn decide(
    trail: &mut Vec<Decision>,
    body: &str,
    on: Day,
    outcome: &str,
    document: &str,
) {
    let open = trail.iter().position(|d| d.body == body && d.on.is_none());
    let at = open.unwrap_or_else(|| {
        trail.push(Decision {
            body: body.to_owned(),
            question: "of its own accord".to_owned(),
            due: None,
            on: None,
            outcome: String::new(),
            document: String::new(),
        });
        trail.len() - 1
    });
    if let Some(d) = trail.get_mut(at) {
        d.on = Some(on);
        outcome.clone_into(&mut d.outcome);
        document.clone_into(&mut d.document);
    }
}

/// A trail only grows: what was asked or decided stays.
pub(in crate::records) fn only_grows(
    noun: Noun,
    id: &str,
    before: &[Decision],
    after: &[Decision],
) -> Result<(), RegisterError> {
    let stays = before.len() <= after.len()
        && before.iter().zip(after).all(|(b, a)| {
            b == a || (b.on.is_none() && b.body == a.body && b.question == a.question)
        });
    if stays {
        Ok(())
    } else {
        Err(RegisterError::Frozen {
            noun,
            id: id.to_owned(),
            why: "questions and decisions cannot be changed; add another decision".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(t: &str) -> Day {
        t.parse().unwrap()
    }

    #[test]
    fn a_decision_is_pending_until_its_day() {
        let mut trail = vec![Decision {
            body: "SSC".into(),
            question: "review".into(),
            due: Some(day("2020-06-24")),
            on: None,
            outcome: String::new(),
            document: String::new(),
        }];
        assert_eq!(trail[0].standing(day("2020-06-22")), "pending, due 2020-06-24");
        assert_eq!(trail[0].standing(day("2020-06-25")), "pending, was due 2020-06-24");
        decide(&mut trail, "SSC", day("2020-06-24"), "accepted", "minutes");
        assert_eq!(
            (trail.len(), trail[0].standing(day("2020-06-24"))),
            (1, "accepted (2020-06-24)".to_owned())
        );
        assert!(trail[0].pending(day("2020-06-23")), "as at the day before it had not decided");
        decide(&mut trail, "SSC", day("2020-07-01"), "again", "");
        assert_eq!(trail.len(), 2);
        let mut other = trail.clone();
        other[0].outcome = "refused".into();
        assert!(only_grows(Noun::Defect, "d", &trail, &other).is_err());
        assert!(only_grows(Noun::Defect, "d", &trail[..1], &trail).is_ok());
    }
}
