//! Nominated contacts by party and topic (C1), and examples of where the list was wrong (C3).
//!
//! A party keeps its own. What is proposed is not in force until another person confirms it; until
//! then the entry in force stays. So a slip, or somebody else's hand, never silences a party.

use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::Noun,
    record::{Identity, Index, Record, invalid, needed, ordered},
};
use northbound_types::{Day, Utc, same_person, text_enum};
use serde::{Deserialize, Serialize};

/// Longest address, bytes (RFC 5321, 4.5.3.1.3: 256 with the angle brackets).
pub const MAX_ADDRESS_BYTES: usize = 254;

/// An address that somebody proposed and nobody has confirmed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Address.
    pub address: String,
    /// Role in words, such as `SMETS1 migration lead`.
    pub role: String,
    /// The person who proposed it: somebody else confirms.
    pub by: String,
    /// When.
    pub at: Utc,
}

/// A message that came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    /// When.
    pub at: Utc,
    /// Why, as the mail system said.
    pub why: String,
    /// Id of the message.
    pub message_id: String,
}

/// A contact of a party for a topic. Its history is the change log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Party.
    pub party: String,
    /// Topic.
    pub topic: String,
    /// The address in force; empty until the first one is confirmed.
    pub address: String,
    /// Role of whoever reads it; empty until the first one is confirmed.
    pub role: String,
    /// First day on which it is used.
    pub from: Day,
    /// Last day, inclusive; null while it is used.
    pub to: Option<Day>,
    /// When the address in force was last confirmed; null where never.
    pub confirmed: Option<Day>,
    /// Who confirmed it last; empty where none did.
    pub confirmed_by: String,
    /// What is proposed; null where nothing is.
    pub proposed: Option<Proposal>,
    /// The latest message to the address in force that came back; null where none did.
    pub bounced: Option<Bounce>,
}

impl Contact {
    /// A new contact: proposed, not yet in force.
    #[must_use]
    pub fn propose(
        party: &str,
        topic: &str,
        proposal: Proposal,
        from: Day,
        to: Option<Day>,
    ) -> Contact {
        Contact {
            party: party.to_owned(),
            topic: topic.to_owned(),
            address: String::new(),
            role: String::new(),
            from,
            to,
            confirmed: None,
            confirmed_by: String::new(),
            proposed: Some(proposal),
            bounced: None,
        }
    }
}

/// Is it an address that a message can be sent to? One `@`, something on both sides, nothing that
/// could break out of a header.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let plain = text.len() <= MAX_ADDRESS_BYTES
        && text.chars().all(|c| c.is_ascii_graphic() && !"<>()[],;:\\\"".contains(c));
    plain
        && text.split_once('@').is_some_and(|(l, d)| {
            !l.is_empty()
                && !d.is_empty()
                && !d.contains('@')
                && !d.starts_with('.')
                && !d.ends_with('.')
        })
}

impl Record for Contact {
    const NOUN: Noun = Noun::Contact;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index {
            party: Some(self.party.clone()),
            lookup: Some(self.topic.clone()),
            ..Index::default()
        }
        .days(self.from, self.to)
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Contact, "party", &self.party)?;
        needed(Noun::Contact, "topic", &self.topic)?;
        ordered(Noun::Contact, &self.from, self.to.as_ref())?;
        for (field, address) in [
            ("address", Some(&self.address)),
            ("proposed", self.proposed.as_ref().map(|p| &p.address)),
        ] {
            if let Some(a) = address.filter(|a| field == "proposed" || !a.is_empty())
                && !is_address(a)
            {
                return Err(invalid(
                    Noun::Contact,
                    field,
                    format!("{a:?} is not an address such as desk@party.example"),
                ));
            }
        }
        if self.address.is_empty() && self.proposed.is_none() {
            return Err(invalid(Noun::Contact, "address", "is missing, and none is proposed"));
        }
        if self.address.is_empty() == self.confirmed.is_some() {
            return Err(invalid(
                Noun::Contact,
                "confirmed",
                "and address go together: an address is in force once it is confirmed",
            ));
        }
        Ok(())
    }
    /// The address in force changes by confirmation of what was proposed, and in no other way.
    fn check_change(&self, id: &str, before: &Self) -> Result<(), RegisterError> {
        let frozen = |why: &str| {
            Err(RegisterError::Frozen {
                noun: Noun::Contact,
                id: id.to_owned(),
                why: why.to_owned(),
            })
        };
        if self.party != before.party {
            return frozen("the party of a contact cannot be changed; withdraw it and add another");
        }
        let taken = before
            .proposed
            .as_ref()
            .is_some_and(|p| p.address == self.address && p.role == self.role);
        let same = self.address == before.address && self.role == before.role;
        if !same && !(taken && self.proposed.is_none()) {
            return frozen(
                "an address is proposed with `contact change ID --address A` and confirmed by another person with `contact confirm ID`",
            );
        }
        Ok(())
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::Party, self.party.clone())]
    }
}

/// An example of where the list was wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactIssue {
    /// The entry; null where the fault is that there is none.
    pub contact: Option<String>,
    /// The party that it is about.
    pub party: String,
    /// The topic.
    pub topic: String,
    /// What was wrong.
    pub what: String,
    /// Who reports it.
    pub reported_by: String,
    /// When.
    pub reported: Day,
    /// Its state.
    pub state: IssueState,
    /// What was done; empty until then.
    pub answer: String,
}

text_enum! {
    /// The state of an issue.
    pub enum IssueState("state of an issue") {
        /// Nobody has looked at it yet.
        Open = "open",
        /// Somebody is at it.
        InWork = "in-work",
        /// Done, with an answer.
        Resolved = "resolved",
    }
}

impl Record for ContactIssue {
    const NOUN: Noun = Noun::ContactIssue;
    fn identity(&self) -> Identity {
        Identity::Numbered
    }
    fn index(&self) -> Index {
        Index { party: Some(self.party.clone()), lookup: self.contact.clone(), ..Index::default() }
            .on(self.reported)
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::ContactIssue, "party", &self.party)?;
        needed(Noun::ContactIssue, "what", &self.what)?;
        needed(Noun::ContactIssue, "reported_by", &self.reported_by)?;
        if self.state == IssueState::Resolved {
            needed(Noun::ContactIssue, "answer", &self.answer)?;
        }
        Ok(())
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        let contact = self.contact.iter().map(|c| (Noun::Contact, c.clone()));
        contact.chain([(Noun::Party, self.party.clone())]).collect()
    }
}

impl Gate<'_> {
    /// Confirms what is proposed, which then is in force; where nothing is proposed, says that the
    /// address in force still holds. `person` acts, and is not the one who proposed.
    ///
    /// # Errors
    /// As [`Gate::change`]; [`RegisterError::Frozen`] where the proposer confirms, or where the
    /// address in force bounced and nothing else is proposed.
    pub fn confirm_contact(
        &self,
        id: &str,
        person: &str,
        on: Day,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.update::<Contact>(id, write, |c| {
            let frozen =
                |why: String| RegisterError::Frozen { noun: Noun::Contact, id: id.to_owned(), why };
            if let Some(p) = c.proposed.take() {
                if same_person(&p.by, person) {
                    return Err(frozen(format!(
                        "{person} proposed this address; another person confirms it"
                    )));
                }
                c.address = p.address;
                c.role = p.role;
                c.bounced = None;
            } else if let Some(b) = &c.bounced {
                return Err(frozen(format!(
                    "a message to it bounced at {} ({}); propose another address, or the same one again",
                    b.at, b.why
                )));
            }
            c.confirmed = Some(on);
            person.clone_into(&mut c.confirmed_by);
            Ok(())
        })
    }

    /// Proposes another address or role, which takes effect once another person confirms it
    /// ([`Gate::confirm_contact`]). What is `None` stays as it is, or as it was last proposed.
    ///
    /// # Errors
    /// As [`Gate::change`].
    pub fn propose_contact(
        &self,
        id: &str,
        address: Option<&str>,
        role: Option<&str>,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.update::<Contact>(id, write, |c| {
            let (a, r) = match &c.proposed {
                Some(p) => (p.address.clone(), p.role.clone()),
                None => (c.address.clone(), c.role.clone()),
            };
            c.proposed = Some(Proposal {
                address: address.map_or(a, str::to_owned),
                role: role.map_or(r, str::to_owned),
                by: self.actor.person.clone(),
                at: write.now,
            });
            Ok(())
        })
    }

    /// Ends a contact as of a day.
    ///
    /// # Errors
    /// As [`Gate::change`].
    pub fn end_contact(&self, id: &str, on: Day, write: &Write) -> Result<Receipt, RegisterError> {
        self.update::<Contact>(id, write, |c| {
            c.to = Some(on);
            Ok(())
        })
    }

    /// Resolves an issue of the contact list with an answer.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] without an answer; else as [`Gate::change`].
    pub fn resolve_contact_issue(
        &self,
        id: &str,
        answer: &str,
        write: &Write,
    ) -> Result<Receipt, RegisterError> {
        self.update::<ContactIssue>(id, write, |i| {
            i.state = IssueState::Resolved;
            answer.clone_into(&mut i.answer);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_cannot_break_out_of_a_header() {
        for good in ["desk@party.example", "a+b@x"] {
            assert!(is_address(good), "{good}");
        }
        for bad in
            ["desk", "@x", "a@", "a@b@c", "a b@c", "a@b\r\nBcc: c@d", "<a@b>", "a@.b", "a@b."]
        {
            assert!(!is_address(bad), "{bad:?}");
        }
        let long = format!("{}@x", "a".repeat(MAX_ADDRESS_BYTES - 2));
        assert!(is_address(&long) && !is_address(&format!("a{long}")));
    }
}
