//! SMETS1 (needs.md D1 to D14): a section each where anything is registered.

mod combinations;
mod defects;
mod migration;
mod readiness;

use super::Material;
use northbound_documents::model::Section;
use northbound_types::Day;

/// The sections that have something to say.
pub(super) fn sections(d: &Material<'_>) -> Vec<Section> {
    [combinations::section(d), defects::section(d), migration::section(d), readiness::section(d)]
        .into_iter()
        .flatten()
        .collect()
}

/// The day of the as-at time.
fn today(d: &Material<'_>) -> Day {
    d.e.known.as_at.day()
}
