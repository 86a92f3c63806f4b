//! What people state, feel, claim and decide around the figures: a section each, where there is anything.

mod examples;
mod exceptional_events;
mod regions;
mod sentiment;
mod statements;
mod work_packages;

use super::Material;
use northbound_documents::model::{Block, Section};

/// The sections that have something to say.
pub(super) fn sections(d: &Material<'_>) -> Vec<Section> {
    [
        statements::section(d),
        regions::section(d),
        sentiment::section(d),
        exceptional_events::section(d),
        work_packages::section(d),
        examples::section(d),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A section without an introduction; `None` without blocks.
fn section(id: &str, heading: &str, message: &str, blocks: Vec<Block>) -> Option<Section> {
    (!blocks.is_empty()).then(|| Section {
        id: id.to_owned(),
        heading: heading.to_owned(),
        message: message.to_owned(),
        intro: Vec::new(),
        blocks,
    })
}
