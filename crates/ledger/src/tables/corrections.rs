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
}
