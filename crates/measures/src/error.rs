//! What this crate refuses.

use northbound_rules::measure::Aggregate;
use northbound_types::Region;

/// Why an evaluation, override, claim or wording was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MeasureError {
    /// The cells lack a dimension that every measure on exchanges needs.
    #[error(
        "the counts lack the dimension {0:?}: ask the ledger for cells with at least the dimensions of NEEDED_DIMS"
    )]
    MissingDim(String),
    /// An override without its who, when or why, or one that would hide a null.
    #[error("override of {measure} {provider} {region} refused: {why}")]
    Override {
        /// Measure.
        measure: String,
        /// Provider.
        provider: String,
        /// Region.
        region: Region,
        /// What is wrong and what to do.
        why: String,
    },
    /// A text that claims a cause where only a correlation was computed.
    #[error(
        "{word:?} at character {at} claims a cause; a correlation shows none: say \"moved together\" or \"moved apart\""
    )]
    CausalWording {
        /// The words found.
        word: String,
        /// Where, in characters from 0.
        at: usize,
    },
    /// A claim that is not understood.
    #[error(
        "{0:?} is no claim of a run or a window: write \"below target 10 months in a row\" or \"below target in 16 of the last 17 months\""
    )]
    Claim(String),
    /// Contributions cannot be computed for this strategy.
    #[error("no contributions for {:?}: {why}", strategy.as_str())]
    Contributions {
        /// The aggregation strategy.
        strategy: Aggregate,
        /// Why not.
        why: String,
    },
    /// An exposure that cannot be computed.
    #[error("no exposure: {0}")]
    Exposure(String),
    /// A before and after that cannot be set side by side.
    #[error("no observation: {0}")]
    Observation(String),
    /// Counts by class that add up to more than their total.
    #[error("{name}: its classes add up to more than its {total}; correct one of the counts")]
    ClassesOverTotal {
        /// Which list.
        name: String,
        /// Its total.
        total: u64,
    },
    /// A list of more Users than there are.
    #[error("{name}: {total} of a population of {population}; correct one of the counts")]
    OverPopulation {
        /// Which list.
        name: String,
        /// Its total.
        total: u64,
        /// How many Users there are.
        population: u64,
    },
    /// A correlation that cannot be computed.
    #[error("no correlation: {0}")]
    Correlation(String),
}
