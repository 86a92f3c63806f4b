//! Parties, and Users: EUIs of a party with their roles, by date.

use crate::{
    error::RegisterError,
    gate::Gate,
    noun::Noun,
    read::AsAt,
    record::{Identity, Index, Record, Stored, invalid, needed, ordered},
};
use northbound_types::{Day, Eui64};
use serde::{Deserialize, Serialize};

/// A party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Short name, as in `person@PARTY`.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Category, such as `large-supplier`, `small-supplier`, `network-operator`, `other`.
    pub category: String,
}

impl Record for Party {
    const NOUN: Noun = Noun::Party;
    fn identity(&self) -> Identity {
        Identity::Given(self.id.clone())
    }
    fn index(&self) -> Index {
        Index { lookup: Some(self.category.clone()), ..Index::default() }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Party, "id", &self.id)?;
        needed(Noun::Party, "name", &self.name)?;
        needed(Noun::Party, "category", &self.category)
    }
}

/// A role held for some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleHeld {
    /// User Role, such as `IS`, `GS`, `ENO`.
    pub role: String,
    /// First day.
    pub from: Day,
    /// Last day, inclusive; null while it is held.
    pub to: Option<Day>,
}

/// A User: one EUI, of one party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The EUI by which it signs.
    pub eui: Eui64,
    /// Whose it is.
    pub party: String,
    /// Roles with their dates; several may be held at once.
    pub roles: Vec<RoleHeld>,
}

impl User {
    /// The roles held on a day.
    pub fn roles_on(&self, day: Day) -> impl Iterator<Item = &str> {
        self.roles
            .iter()
            .filter(move |r| r.from <= day && r.to.is_none_or(|t| day <= t))
            .map(|r| r.role.as_str())
    }
}

impl Record for User {
    const NOUN: Noun = Noun::User;
    fn identity(&self) -> Identity {
        Identity::Given(self.eui.to_string())
    }
    // Which EUI belongs to which party is no secret of the party, so `Index::party` stays empty.
    fn index(&self) -> Index {
        Index { lookup: Some(self.party.clone()), ..Index::default() }
    }
    fn check(&self) -> Result<(), RegisterError> {
        if self.roles.is_empty() {
            return Err(invalid(
                Noun::User,
                "roles",
                "is empty; a User has at least one role, with the day from which it is held",
            ));
        }
        for r in &self.roles {
            needed(Noun::User, "roles", &r.role)?;
            ordered(Noun::User, &r.from, r.to.as_ref())?;
        }
        Ok(())
    }
    fn refs(&self) -> Vec<(Noun, String)> {
        vec![(Noun::Party, self.party.clone())]
    }
}

/// A User with the party that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserOfParty {
    /// The User.
    pub user: Stored<User>,
    /// Its party.
    pub party: Stored<Party>,
}

impl Gate<'_> {
    /// The User and party of an EUI, if they are registered.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn party_of(
        &self,
        eui: Eui64,
        as_at: impl Into<AsAt>,
    ) -> Result<Option<UserOfParty>, RegisterError> {
        let as_at = as_at.into();
        let Some(user) = self.find::<User>(&eui.to_string(), as_at)? else { return Ok(None) };
        Ok(self.find::<Party>(&user.record.party, as_at)?.map(|party| UserOfParty { user, party }))
    }
}
