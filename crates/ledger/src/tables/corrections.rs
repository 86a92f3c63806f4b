//! Why a record does not count.

/// Why a record gives way to another of the same identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectionReason {
    /// The other record's source corrects this one's, or the live service replaced it by a later state.
    Superseded,
    /// The other record says the same.
    Duplicate,
    /// The other record says something else and goes first; it counts as disputed.
    Collision,
}

impl CorrectionReason {
    /// The word in the column `reason` of the table `corrections`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            CorrectionReason::Superseded => "superseded",
            CorrectionReason::Duplicate => "duplicate",
            CorrectionReason::Collision => "collision",
        }
    }
    /// The reason of a word of that column. A word of a later version counts as a collision: the record
    /// gives way, and what it says may differ.
    pub(crate) fn of(word: &str) -> CorrectionReason {
        [CorrectionReason::Superseded, CorrectionReason::Duplicate]
            .into_iter()
            .find(|r| r.as_str() == word)
            .unwrap_or(CorrectionReason::Collision)
    }
}
