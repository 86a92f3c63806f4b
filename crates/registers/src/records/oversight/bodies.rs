//! Bodies, with what each may do: the group recommends, the Panel decides, the Board approves money.

use crate::{
    error::RegisterError,
    noun::Noun,
    record::{Identity, Index, Record, needed},
};
use northbound_types::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a body is.
    pub enum BodyKind("kind of body") {
        /// A group that reviews and recommends.
        Group = "group",
        /// A committee of its own field (security, testing, certificates).
        Committee = "committee",
        /// The Panel.
        Panel = "panel",
        /// A board that holds money.
        Board = "board",
        /// The secretariat.
        Secretariat = "secretariat",
        /// The Authority.
        Authority = "authority",
        /// Government.
        Government = "government",
        /// The network's operator or one of its service providers.
        Provider = "provider",
        /// Something else.
        Other = "other",
    }
}

text_enum! {
    /// What a body may do.
    pub enum Power("power of a body") {
        /// Give a view, recommend.
        Recommend = "recommend",
        /// Decide.
        Decide = "decide",
        /// Approve money.
        ApproveMoney = "approve-money",
        /// Be told.
        BeTold = "be-told",
    }
}

/// A body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// Short name, as in `person/BODY`.
    pub id: String,
    /// Full name.
    pub name: String,
    /// What it is.
    pub kind: BodyKind,
    /// What it may do; empty where unknown.
    pub powers: Vec<Power>,
}

impl Record for Body {
    const NOUN: Noun = Noun::Body;
    fn identity(&self) -> Identity {
        Identity::Given(self.id.clone())
    }
    fn index(&self) -> Index {
        Index { lookup: Some(self.kind.to_string()), ..Index::default() }
    }
    fn check(&self) -> Result<(), RegisterError> {
        needed(Noun::Body, "id", &self.id)?;
        needed(Noun::Body, "name", &self.name)
    }
}
