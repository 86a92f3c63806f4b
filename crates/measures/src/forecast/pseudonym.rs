//! Names that stand for Users in a group view: the same User has the same one throughout a document
//! and another one in the next. Without the secret nobody can tell who it is, though EUIs are known.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Letters and digits that are not taken for one another.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of a pseudonym; more where two would be alike.
const LENGTH: usize = 5;

/// What Users are called in one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pseudonyms {
    by_user: BTreeMap<String, String>,
}

impl Pseudonyms {
    /// For these Users, in the document of that id, under a secret that only its keeper has.
    #[must_use]
    pub fn new<'u>(
        secret: &str,
        document: &str,
        users: impl IntoIterator<Item = &'u str>,
    ) -> Pseudonyms {
        let codes: BTreeMap<String, String> =
            users.into_iter().map(|u| (u.to_owned(), code(secret, document, u))).collect();
        let most = codes.values().map(String::len).min().unwrap_or(0);
        let length = (LENGTH..most)
            .find(|n| {
                let mut cut: Vec<&str> = codes.values().map(|c| &c[..*n]).collect();
                cut.sort_unstable();
                cut.windows(2).all(|w| w[0] != w[1])
            })
            .unwrap_or(most);
        Pseudonyms {
            by_user: codes
                .into_iter()
                .map(|(u, c)| (u, format!("User {}", &c[..length])))
                .collect(),
        }
    }
    /// What a User is called.
    #[must_use]
    pub fn of(&self, user: &str) -> Option<&str> {
        self.by_user.get(user).map(String::as_str)
    }
}

/// The keyed hash in letters. Each part is preceded by its length, so that no two inputs run together.
fn code(secret: &str, document: &str, user: &str) -> String {
    let mut inner = Sha256::new();
    for part in [secret, document, user] {
        inner.update((part.len() as u64).to_be_bytes());
        inner.update(part.as_bytes());
    }
    // Hashed twice with the secret in both, so that nothing can be appended.
    let mut outer = Sha256::new();
    outer.update(secret.as_bytes());
    outer.update(inner.finalize());
    outer.finalize().iter().map(|b| char::from(LETTERS[usize::from(b & 31)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_within_a_document_and_different_in_the_next() {
        let users = ["90-B3-D5-1F-30-01-00-01", "90-B3-D5-1F-30-01-00-02"];
        let a = Pseudonyms::new("s", "sr 2026-05", users);
        assert_eq!(
            a.of(users[0]),
            Pseudonyms::new("s", "sr 2026-05", [users[0]]).of(users[0]),
            "whoever else is in it"
        );
        assert_ne!(a.of(users[0]), a.of(users[1]));
        assert_ne!(a.of(users[0]), Pseudonyms::new("s", "sr 2026-06", users).of(users[0]));
        assert_ne!(a.of(users[0]), Pseudonyms::new("t", "sr 2026-05", users).of(users[0]));
        assert_eq!((a.of("somebody"), a.of(users[0]).unwrap().len()), (None, 5 + LENGTH));
    }

    #[test]
    fn many_users_stay_apart() {
        let users: Vec<String> = (0..4_000).map(|n| format!("u{n}")).collect();
        let p = Pseudonyms::new("s", "d", users.iter().map(String::as_str));
        let mut names: Vec<&str> = users.iter().filter_map(|u| p.of(u)).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), users.len());
    }
}
