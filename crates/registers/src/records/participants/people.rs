//! People, by role. The name stands in a register of its own, so that everything else can be read,
//! printed and exported without one (G4).

use crate::{
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::Noun,
    read::Query,
    record::{Identity, Index, Record, invalid, needed, ordered},
    rights::{STAFF_ONLY, Visibility},
};
use northbound_types::Day;
use serde::{Deserialize, Serialize};

/// A person as others refer to it: by a handle and a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Handle, such as `member-ls-1`. Not the name.
    pub id: String,
    /// Role in words, such as `secretary of the group`: what stands where the name would.
    pub role: String,
    /// The body that it sits on or works for.
    pub body: Option<String>,
    /// The party that it speaks for.
    pub party: Option<String>,
    /// First day in the role.
    pub from: Day,
    /// Last day, inclusive; null while it is held.
    pub to: Option<Day>,
}

impl Record for Person {
    const NOUN: Noun = Noun::Person;
    fn identity(&self) -> Identity {
        Identity::Given(self.id.clone())
    }
    fn index(&self) -> Index {
        Index { lookup: self.body.clone().or_else(|| self.party.clone()), ..Index::default() }
            .days(self.from, self.to)
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Person, "id", &self.id)?;
        needed(Noun::Person, "role", &self.role)?;
        ordered(Noun::Person, &self.from, self.to.as_ref())
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        let body = self.body.iter().map(|b| (Noun::Body, b.clone()));
        body.chain(self.party.iter().map(|p| (Noun::Party, p.clone()))).collect()
    }
}

/// Fewest letters of a name: a shorter one would be found in every text.
pub const MIN_NAME_CHARS: usize = 3;

/// The name of a person. Staff see all; a User sees those of its own party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// The person.
    pub person: String,
    /// The name.
    pub name: String,
    /// The party whose Users may see it too; null: staff only.
    pub party: Option<String>,
}

impl Record for PersonName {
    const NOUN: Noun = Noun::Name;
    fn identity(&self) -> Identity {
        Identity::Given(self.person.clone())
    }
    fn index(&self) -> Index {
        Index {
            party: Some(self.party.clone().unwrap_or_else(|| STAFF_ONLY.to_owned())),
            ..Index::default()
        }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Name, "person", &self.person)?;
        if self.name.trim().chars().count() < MIN_NAME_CHARS {
            return Err(invalid(
                Noun::Name,
                "name",
                format!("has fewer than {MIN_NAME_CHARS} letters; give the full name"),
            ));
        }
        Ok(())
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::Person, self.person.clone())]
    }
}

impl Gate<'_> {
    /// Keeps a person and, apart from it, the name.
    ///
    /// # Errors
    /// As [`Gate::add`].
    pub fn add_person(
        &self,
        person: &Person,
        name: Option<&str>,
        write: &Write,
    ) -> Result<Vec<Receipt>, RegisterError> {
        self.one(write, |tx| {
            let mut done = vec![crate::write::add(tx, person, crate::noun::Verb::Add)?];
            if let Some(name) = name {
                let name = PersonName {
                    person: person.id.clone(),
                    name: name.to_owned(),
                    party: person.party.clone(),
                };
                done.push(crate::write::add(tx, &name, crate::noun::Verb::Add)?);
            }
            Ok(done)
        })
    }
}

/// A person whose name a text has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPerson {
    /// The person; `None` where the Actor may not see this name, and so may not learn whose it is.
    pub person: Option<String>,
}

impl Gate<'_> {
    /// The people whose names stand in a text. All names are looked for, whoever asks.
    ///
    /// # Errors
    /// [`RegisterError::Sql`], [`RegisterError::Body`].
    pub fn named_people(&self, text: &str) -> Result<Vec<NamedPerson>, RegisterError> {
        let everything = Gate {
            store: self.store,
            actor: self.actor.clone(),
            visibility: Visibility { all: true, party: None },
        };
        let plain = |gate: &Gate<'_>| -> Result<Vec<PersonName>, RegisterError> {
            Ok(gate.list(&Query::default())?.into_iter().map(|k| k.record).collect())
        };
        let (all, seen) = (plain(&everything)?, plain(self)?);
        Ok(names_in(text, &all)
            .into_iter()
            .map(|n| NamedPerson { person: seen.contains(n).then(|| n.person.clone()) })
            .collect())
    }
}

/// The names that stand in a text, each with its person: a text for readers by role has none.
#[must_use]
pub fn names_in<'n>(text: &str, names: &'n [PersonName]) -> Vec<&'n PersonName> {
    let words = |t: &str| {
        format!(
            " {} ",
            t.to_lowercase()
                .split(|c: char| !c.is_alphanumeric())
                .filter(|w| !w.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        )
    };
    let text = words(text);
    names.iter().filter(|n| text.contains(&words(&n.name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_whatever_its_spelling_around_and_not_inside_words() {
        let names = [PersonName { person: "p".into(), name: "Ann Example".into(), party: None }];
        for (text, n) in [
            ("said ANN  EXAMPLE.", 1),
            ("ann-example@party.invalid", 1),
            ("Joann Example", 0),
            ("Ann Examples", 0),
            ("the chair", 0),
        ] {
            assert_eq!(names_in(text, &names).len(), n, "{text}");
        }
    }
}
