//! Records that speak for a User belong to the party of that User.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::Record,
    records::participants::parties::User,
    rights,
    tx::{Tx, parse},
};

impl Tx<'_> {
    /// Refuses a record for a User of another party, and one dated other than now unless the actor
    /// sees everything.
    pub(crate) fn allow_speaking<T: Record>(
        &self,
        record: &T,
        party: Option<&str>,
    ) -> Result<(), RegisterError> {
        self.allow_owner(record, party)?;
        self.write().not_ahead(record.dated())?;
        match record.dated() {
            Some(stated)
                if stated != self.write().now && !rights::Visibility::of(self.actor()).all =>
            {
                Err(RegisterError::Backdated {
                    actor: self.actor().to_string(),
                    noun: T::NOUN,
                    stated,
                    now: self.write().now,
                })
            }
            _ => Ok(()),
        }
    }

    /// Refuses a record that names a User of another party than its own.
    pub(crate) fn allow_owner<T: Record>(
        &self,
        record: &T,
        party: Option<&str>,
    ) -> Result<(), RegisterError> {
        let Some(user) = record.owner() else { return Ok(()) };
        let id = user.to_string();
        let held = match self.head(Noun::User, &id)?.filter(|h| h.live) {
            Some(h) => Some(parse::<User>(&id, &h.body)?.party),
            None => None,
        };
        if held.is_some() && held.as_deref() == party {
            return Ok(());
        }
        Err(RegisterError::Owner {
            noun: T::NOUN,
            user,
            party: party.unwrap_or("(none)").to_owned(),
            held,
        })
    }
}
