//! Reported figures: packs, their figures, explanations of misses, overrides, assurance, claims.

pub mod annotations;
pub mod assurance;
pub mod claims;
pub mod confirmations;
pub mod explanations;
pub mod figures;
pub mod metric_defects;
pub mod overrides;
pub mod packs;
