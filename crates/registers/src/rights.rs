//! Who may do what to which register, and who sees which records. The table of commands
//! (`northbound_app::access`) rests on this one.

use crate::{
    error::RegisterError,
    noun::{Noun, Verb},
};
use northbound_types::Actor;

/// Every role that the table knows. A role of another name gives no right.
pub const ROLES: &[&str] =
    &["user", "provider", "member", "secretary", "operations", "analyst", "auditor", "chair"];
/// Sees everything, since it answers for the whole.
pub const STAFF: &[&str] = &["analyst", "operations", "secretary", "chair", "auditor"];

/// The party of records that only staff may see. No actor can act for it.
pub const STAFF_ONLY: &str = "(staff)";
/// The party of records that staff and the network's provider (role `provider`) may see.
pub const PROVIDER_ONLY: &str = "(provider)";

/// The roles of which one is needed.
#[must_use]
pub const fn roles_for(noun: Noun, verb: Verb) -> &'static [&'static str] {
    const SERVICE: &[&str] = &["analyst", "operations"];
    const REPORTS: &[&str] = &["analyst", "operations", "secretary"];
    const GOVERNANCE: &[&str] = &["analyst", "operations", "secretary", "chair"];
    const GROUP: &[&str] = &["analyst", "secretary", "chair"];
    const SECRETARIAT: &[&str] = &["analyst", "secretary"];
    const SECRETARIAT_AND_USERS: &[&str] = &["analyst", "secretary", "user"];
    const REPORTS_AND_USERS: &[&str] = &["analyst", "operations", "secretary", "user"];
    use Noun as N;
    match (noun, verb) {
        (N::Feed | N::Fault | N::Service | N::Population | N::Hub | N::Coverage, _)
        | (N::RegistrationFile | N::Registration | N::Meter | N::AppliedRegistration, _)
        | (N::Volume, _) => SERVICE,
        // A User brings its own traffic; what it brings can be taken back by it as well.
        (N::Source, _) => &["analyst", "operations", "user"],
        (N::Explanation | N::Annotation | N::Claim | N::Document, _)
        | (N::Change | N::Combination | N::Defect | N::Occurrence, _)
        | (N::Migration | N::Criteria | N::Mitigation, _) => GOVERNANCE,
        (N::Assurance, _) => &["analyst", "operations", "auditor", "chair"],
        (N::Confirmation, _) => &["analyst", "secretary", "chair", "auditor"],
        (N::Status | N::Audit, _) => &["analyst", "operations", "secretary", "chair", "auditor"],
        (N::Override | N::Action | N::View | N::Case | N::WorkPackage | N::MetricDefect, _)
        | (N::Pack, Verb::Approve) => GROUP,
        (N::Exception | N::Person | N::Name | N::Body, _)
        | (N::Mailing | N::Delivery | N::PseudonymKey, _)
        | (N::Pack, Verb::Issue) => SECRETARIAT,
        // The provider answers; what is passed on to it is not its choice.
        (N::PassedExample, Verb::Change) => &["analyst", "secretary", "provider"],
        (N::PassedExample, _) => SECRETARIAT,
        (N::Pack | N::Figure | N::Sentiment | N::Complaint | N::Example, _) => {
            SECRETARIAT_AND_USERS
        }
        (N::Comment, _) => &["analyst", "secretary", "chair", "user"],
        (N::Party | N::User | N::IncidentEvent | N::IncidentReport | N::Install, _) => REPORTS,
        // What a User submitted stays; only staff may take back a mistaken entry of theirs.
        (N::Forecast | N::ForecastNotice, Verb::Withdraw | Verb::Retract) => REPORTS,
        // A party maintains its own contacts.
        (N::Contact | N::ContactIssue | N::Reconciliation | N::Difference, _)
        | (N::Forecast | N::ForecastNotice | N::ForecastReason, _) => REPORTS_AND_USERS,
        (N::Retention, _) => &["operations", "secretary", "chair"],
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

/// What an actor sees: everything, or records without a party and those of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visibility {
    /// Everything.
    pub all: bool,
    /// The party whose records it sees beside those without a party.
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
    fn visibility_needs_the_role() {
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
