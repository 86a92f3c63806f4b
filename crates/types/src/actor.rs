//! Who acts. Every write to a register or to the live service takes an Actor.

use serde::{Deserialize, Serialize};

/// A person acting for a party or body in certain roles. On the command line: `--as`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Who, as the person registered (a name or a login); never printed in public documents.
    pub person: String,
    /// The party acted for, where there is one.
    pub party: Option<String>,
    /// The body acted for, where there is one.
    pub body: Option<String>,
    /// Roles such as `analyst`, `operations`, `secretary`, `chair`, `user`.
    pub roles: Vec<String>,
}

impl Actor {
    /// Reads `person[@party][/body][+role…]`, such as `kim@ACME/opsg+analyst`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Actor> {
        let (head, roles) = text.split_once('+').map_or((text, ""), |(h, r)| (h, r));
        let (head, body) = head.split_once('/').map_or((head, None), |(h, b)| (h, Some(b)));
        let (person, party) = head.split_once('@').map_or((head, None), |(p, q)| (p, Some(q)));
        let full = |t: &str| (!t.trim().is_empty()).then(|| t.trim().to_owned());
        Some(Actor {
            person: full(person)?,
            party: party.and_then(full),
            body: body.and_then(full),
            roles: roles.split('+').filter_map(full).collect(),
        })
    }
}

/// Are these two ids one person? Spaces around them and the case of letters make no second person.
#[must_use]
pub fn same_person(a: &str, b: &str) -> bool {
    let folded = |t: &str| t.trim().chars().flat_map(char::to_lowercase).collect::<String>();
    folded(a) == folded(b)
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.person)?;
        if let Some(p) = &self.party {
            write!(f, "@{p}")?;
        }
        if let Some(b) = &self.body {
            write!(f, "/{b}")?;
        }
        for r in &self.roles {
            write!(f, "+{r}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::same_person;

    #[test]
    fn case_and_spaces_make_no_second_person() {
        assert!(same_person("Kim", " kim") && same_person("ÉVA", "éva"));
        assert!(!same_person("kim", "kim2"));
    }
}
