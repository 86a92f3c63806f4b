//! Who may do what, and who sees what. The one table; nothing else decides.

use crate::{
    error::RegisterError,
    noun::{Noun, Verb},
};
use northbound_types::Actor;

/// Sees everything, since it answers for the whole.
const STAFF: &[&str] = &["analyst", "operations", "secretary", "chair", "auditor"];

/// The party of records that only staff may see. No actor can act for it.
pub const STAFF_ONLY: &str = "(staff)";
/// The party of records that staff and the network's provider (role `provider`) may see.
pub const PROVIDER_ONLY: &str = "(provider)";

/// The roles of which one is needed.
#[must_use]
pub const fn roles_for(noun: Noun, verb: Verb) -> &'static [&'static str] {
    match noun {
        Noun::Feed
        | Noun::Fault
        | Noun::Service
        | Noun::Population
        | Noun::Hub
        | Noun::Coverage => &["analyst", "operations"],
        // A User brings its own traffic; what it brings can be taken back by it as well.
        Noun::Source => &["analyst", "operations", "user"],
        Noun::Exception => &["analyst", "secretary"],
        Noun::Explanation | Noun::Annotation => &["analyst", "operations", "secretary", "chair"],
        Noun::Assurance => &["analyst", "operations", "auditor", "chair"],
        Noun::Override => &["analyst", "secretary", "chair"],
        Noun::Confirmation => &["analyst", "secretary", "chair", "auditor"],
        Noun::Pack => match verb {
            Verb::Issue => &["analyst", "secretary"],
            Verb::Add
            | Verb::Change
            | Verb::Withdraw
            | Verb::Import
            | Verb::Retract
            | Verb::Print
            | Verb::Approve => &["analyst", "secretary", "user"],
        },
        Noun::Figure => &["analyst", "secretary", "user"],
        Noun::Reconciliation | Noun::Difference => &["analyst", "operations", "secretary", "user"],
        Noun::Claim => &["analyst", "operations", "secretary", "chair"],
        Noun::Party | Noun::User => &["analyst", "operations", "secretary"],
        Noun::Person | Noun::Name | Noun::Body => &["analyst", "secretary"],
        Noun::Document => &["analyst", "operations", "secretary", "chair"],
        Noun::Action => &["analyst", "secretary", "chair"],
        Noun::IncidentEvent | Noun::IncidentReport => &["analyst", "operations", "secretary"],
        Noun::RegistrationFile | Noun::Registration | Noun::Meter | Noun::Told => {
            &["analyst", "operations"]
        }
        // A party keeps its own contacts, and says its own mind.
        Noun::Contact | Noun::ContactIssue => &["analyst", "operations", "secretary", "user"],
        Noun::Sentiment | Noun::Complaint | Noun::Example => &["analyst", "secretary", "user"],
        Noun::Comment => &["analyst", "secretary", "chair", "user"],
        Noun::Mailing | Noun::Delivery => &["analyst", "secretary"],
        Noun::Status | Noun::Audit => &["analyst", "operations", "secretary", "chair", "auditor"],
        Noun::View | Noun::Case | Noun::WorkPackage | Noun::MetricDefect => {
            &["analyst", "secretary", "chair"]
        }
        Noun::Install => &["analyst", "operations", "secretary"],
        // The provider answers; what is passed on to it is not its choice.
        Noun::PassedExample => match verb {
            Verb::Change => &["analyst", "secretary", "provider"],
            _ => &["analyst", "secretary"],
        },
        Noun::Retention => &["operations", "secretary", "chair"],
        Noun::Change
        | Noun::Combination
        | Noun::Defect
        | Noun::Occurrence
        | Noun::Migration
        | Noun::Criteria
        | Noun::Mitigation => &["analyst", "operations", "secretary", "chair"],
        // What a User submitted stays; a mistake of the desk is taken back by the desk.
        Noun::Forecast | Noun::ForecastNotice => match verb {
            Verb::Withdraw | Verb::Retract => &["analyst", "operations", "secretary"],
            Verb::Add | Verb::Change | Verb::Import | Verb::Issue | Verb::Print | Verb::Approve => {
                &["analyst", "operations", "secretary", "user"]
            }
        },
        Noun::ForecastReason => &["analyst", "operations", "secretary", "user"],
        Noun::Volume => &["analyst", "operations"],
        Noun::PseudonymKey => &["analyst", "secretary"],
    }
}

/// Roles of which one is needed to change the live service: inventory, Users, registrations, pauses,
/// what is held.
pub const LIVE_ROLES: &[&str] = &["operations", "analyst"];

/// May this actor change the live service?
#[must_use]
pub fn may_change_live(actor: &Actor) -> bool {
    actor.roles.iter().any(|r| LIVE_ROLES.contains(&r.as_str()))
}

/// Must a reason be given?
#[must_use]
pub const fn needs_reason(verb: Verb) -> bool {
    match verb {
        Verb::Change | Verb::Withdraw | Verb::Retract => true,
        Verb::Add | Verb::Import | Verb::Issue | Verb::Print | Verb::Approve => false,
    }
}

/// What an actor sees: everything, or what belongs to nobody and to its own party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visibility {
    /// Everything.
    pub all: bool,
    /// The party whose own records it sees beside those of nobody.
    pub party: Option<String>,
}

impl Visibility {
    /// What this actor sees.
    #[must_use]
    pub fn of(actor: &Actor) -> Visibility {
        let all = actor.roles.iter().any(|r| STAFF.contains(&r.as_str()));
        // Without the role of a User, a party named in the actor proves no right to its records.
        let own = actor.roles.iter().any(|r| r == "user");
        let party = actor
            .party
            .clone()
            .filter(|p| own && ![STAFF_ONLY, PROVIDER_ONLY].contains(&p.as_str()));
        let provider =
            actor.roles.iter().any(|r| r == "provider").then(|| PROVIDER_ONLY.to_owned());
        Visibility { all, party: party.or(provider) }
    }
    /// May it see a record of that party?
    #[must_use]
    pub fn sees(&self, party: Option<&str>) -> bool {
        self.all || party.is_none() || party == self.party.as_deref()
    }
}

/// Refuses where the actor lacks the role, or writes what belongs to another party. Somebody who
/// holds the needed role only as a User writes nothing but records of its own party.
pub(crate) fn check(
    actor: &Actor,
    noun: Noun,
    verb: Verb,
    party: Option<&str>,
) -> Result<(), RegisterError> {
    let roles = roles_for(noun, verb);
    let held = |r: &str| actor.roles.iter().any(|h| h == r);
    if !roles.iter().any(|r| held(r)) {
        return Err(RegisterError::Right {
            actor: actor.to_string(),
            person: actor.person.clone(),
            verb,
            noun,
            roles,
        });
    }
    if !roles.iter().filter(|r| **r != "user").any(|r| held(r))
        && (actor.party.is_none() || party != actor.party.as_deref())
    {
        return Err(RegisterError::Party {
            actor: actor.to_string(),
            noun,
            party: party.unwrap_or("(none)").to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(text: &str) -> Actor {
        Actor::parse(text).unwrap()
    }

    #[test]
    fn a_refusal_names_the_role_that_is_missing() {
        let e = check(&actor("kim+user"), Noun::Feed, Verb::Add, None).unwrap_err();
        assert_eq!(e.code(), "registers.right");
        assert!(
            e.to_string().contains("analyst, operations") && e.to_string().contains("kim+analyst"),
            "{e}"
        );
        check(&actor("kim+analyst"), Noun::Feed, Verb::Add, None).unwrap();
    }

    #[test]
    fn a_user_writes_only_for_its_own_party() {
        let u = actor("kim@ACME+user");
        check(&u, Noun::Source, Verb::Import, Some("ACME")).unwrap();
        for other in [None, Some("OTHER")] {
            assert_eq!(
                check(&u, Noun::Source, Verb::Import, other).unwrap_err().code(),
                "registers.party"
            );
        }
        assert_eq!(
            check(&actor("kim+user"), Noun::Source, Verb::Import, None).unwrap_err().code(),
            "registers.party"
        );
        check(&actor("kim@ACME+user+analyst"), Noun::Source, Verb::Import, Some("OTHER")).unwrap();
        // Issuing a pack is nobody's own affair.
        assert_eq!(
            check(&u, Noun::Pack, Verb::Issue, Some("ACME")).unwrap_err().code(),
            "registers.right"
        );
    }

    #[test]
    fn sight_needs_the_role() {
        assert!(!Visibility::of(&actor("kim@ACME")).sees(Some("ACME")));
        assert!(Visibility::of(&actor("kim@ACME+user")).sees(Some("ACME")));
        assert!(!Visibility::of(&actor("kim@ACME+user")).sees(Some("OTHER")));
        assert!(Visibility::of(&actor("kim@ACME+user")).sees(None));
        assert!(Visibility::of(&actor("kim+auditor")).sees(Some("ACME")));
        assert!(!Visibility::of(&actor("kim@(staff)+user")).sees(Some(STAFF_ONLY)));
        assert!(Visibility::of(&actor("kim+secretary")).sees(Some(STAFF_ONLY)));
        assert!(
            Visibility::of(&actor("lee/dcc+provider")).sees(Some(PROVIDER_ONLY))
                && !Visibility::of(&actor("lee/dcc+provider")).sees(Some("ACME"))
        );
        assert!(!Visibility::of(&actor("kim@(provider)+user")).sees(Some(PROVIDER_ONLY)));
    }

    #[test]
    fn every_register_can_be_written_by_somebody() {
        for n in Noun::ALL {
            for v in Verb::ALL {
                assert!(!roles_for(*n, *v).is_empty());
            }
        }
    }
}
