//! Evidence to a pack: the machine's data, and the document that people read. Pure: the same
//! evidence gives the same pack.

pub mod cells;
pub mod changes;
pub mod data;
pub mod figures;
pub mod forecasts;
pub mod front;
pub mod incidents;
pub mod operations;
pub mod oversight;
pub mod people;
pub mod performance;
pub mod quality;
pub mod service;
pub mod smets1;
pub mod sources;
pub mod tests_section;
pub mod trends;
pub mod ways_chart;
pub mod words;

use crate::{PackError, evidence::Evidence};
use data::PackData;
use northbound_documents::model::{Document, Named, Origin, Section, Status};
use northbound_measures::views::diff::Difference;
use northbound_types::Utc;

/// What a pack says of itself.
#[derive(Debug, Clone)]
pub struct Edition {
    /// Title.
    pub title: String,
    /// Whose service is reported.
    pub network: String,
    /// Version, from 1.
    pub version: u32,
    /// Draft or issued.
    pub status: Status,
    /// Handling marking; empty where there is none.
    pub marking: String,
    /// Which pack came before, in words; empty where none did.
    pub previous: String,
    /// What changed since it.
    pub since: Option<Difference>,
}

impl Edition {
    /// A draft of the first version.
    #[must_use]
    pub fn draft() -> Edition {
        Edition {
            title: "Monthly performance pack".to_owned(),
            network: "Smart-metering network".to_owned(),
            version: 1,
            status: Status::Draft,
            marking: String::new(),
            previous: String::new(),
            since: None,
        }
    }
}

/// A pack: what machines read, and what people read.
#[derive(Debug, Clone)]
pub struct Built {
    /// The data.
    pub data: PackData,
    /// The document.
    pub document: Document,
}

/// Makes the pack.
///
/// # Errors
/// Where the measures refuse the evidence.
pub fn pack(e: &Evidence, edition: &Edition) -> Result<Built, PackError> {
    let data = data::make(e)?;
    let document = document(e, &data, edition);
    Ok(Built { data, document })
}

/// The document of data that are made already.
#[must_use]
pub fn document(e: &Evidence, data: &PackData, edition: &Edition) -> Document {
    let desk = Desk { e, data };
    let mut sections = vec![performance::measures(&desk)];
    sections.extend(performance::composites(&desk));
    sections.push(trends::section(&desk));
    sections.extend(tests_section::section(&desk));
    sections.extend(service::processes(&desk));
    sections.extend(service::latency(&desk));
    sections.extend(operations::all(&desk));
    sections.extend(changes::section(&desk));
    sections.extend(smets1::sections(&desk));
    sections.extend(forecasts::section(&data.forecasts, e.forecast_problem.as_deref()));
    sections.extend(incidents::of_pack(&desk));
    sections.push(quality::section(&desk));
    sections.extend(oversight::sections(&desk));
    sections.push(people::explanations(&desk));
    sections.push(people::assurance(&desk));
    sections.extend(people::claims(&desk));
    sections.push(people::reconciliations(&desk));
    sections.push(people::revisions(&desk, edition));
    sections.push(sources::section(&desk));
    Document {
        title: edition.title.clone(),
        network: edition.network.clone(),
        period: e.period,
        version: edition.version,
        status: edition.status.clone(),
        marking: edition.marking.clone(),
        as_at: e.as_at,
        cut_off: cut_off(e),
        methodology: Named { id: e.methodology.id.clone(), title: e.methodology.title.clone() },
        origin: Origin { manifest: shown_manifest(&data.manifest), rules: data.rules.clone() },
        previous: edition.previous.clone(),
        front: front::front(&desk),
        sections: sections
            .into_iter()
            .filter(|s: &Section| !s.blocks.is_empty() || !s.intro.is_empty())
            .collect(),
        shorthand: sources::marks(e),
        rules: data.rules_used.clone(),
        sources: data.sources.clone(),
    }
}

/// What the parts of the document are made from.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// Evidence.
    pub e: &'a Evidence,
    /// Data.
    pub data: &'a PackData,
}

/// Messages received before this time are in.
fn cut_off(e: &Evidence) -> Utc {
    e.period.after().start().min(e.as_at)
}

fn shown_manifest(hash: &str) -> String {
    if hash.is_empty() { "(empty ledger)".to_owned() } else { hash.to_owned() }
}
