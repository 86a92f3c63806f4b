//! Evidence to a pack: the machine's data, and the document that people read. Pure: the same
//! evidence gives the same pack.

pub mod assurance;
pub mod brief;
pub mod cells;
pub mod changes;
pub mod claims;
pub mod explanations;
pub mod forecasts;
pub mod front;
pub mod incidents;
pub mod marks;
pub mod operations;
pub mod oversight;
pub mod performance;
pub mod proof;
pub mod quality;
pub mod reconciliation;
pub mod revisions;
pub mod service;
pub mod smets1;
pub mod sources;
pub mod tests_section;
pub mod trends;
pub mod ways_chart;
pub mod words;

use crate::{
    PackError,
    data::{self, PackData},
    evidence::Evidence,
};
use northbound_documents::model::{Document, Named, Origin, Status};
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
    let material = Material { e, data };
    let mut sections = vec![performance::measures(&material)];
    sections.extend(performance::composites(&material));
    sections.push(trends::section(&material));
    sections.extend(tests_section::section(&material));
    sections.extend(service::processes(&material));
    sections.extend(service::latency(&material));
    sections.extend(operations::all(&material));
    sections.extend(changes::section(&material));
    sections.extend(smets1::sections(&material));
    sections.extend(forecasts::section(&data.forecasts, e.forecast_problem.as_deref()));
    sections.extend(incidents::section(data.incidents.as_ref(), &data.arrivals));
    sections.push(quality::section(&material));
    sections.extend(oversight::sections(&material));
    sections.push(explanations::section(&material));
    sections.push(assurance::section(&material));
    sections.extend(claims::section(&material));
    sections.push(reconciliation::section(&material));
    sections.push(revisions::section(edition));
    sections.push(sources::section(&material));
    let (sections, evidence) = proof::apart(sections, data);
    let mut document = Document {
        title: edition.title.clone(),
        network: edition.network.clone(),
        period: e.period,
        version: edition.version,
        status: edition.status.clone(),
        marking: edition.marking.clone(),
        as_at: e.known.as_at,
        cut_off: cut_off(e),
        methodology: methodology(e),
        origin: origin(e),
        previous: edition.previous.clone(),
        front: front::front(&material, edition),
        sections,
        evidence,
        shorthand: sources::marks(e),
        rules: data.rules_used.clone(),
        sources: data.sources.clone(),
    };
    let sections = document.sections.iter_mut().flat_map(|s| &mut s.blocks);
    cells::own_ids(document.front.blocks.iter_mut().chain(sections));
    marks::say_once(&mut document, data);
    document
}

/// What the parts of the document are made from.
#[derive(Clone, Copy)]
pub struct Material<'a> {
    /// Evidence.
    pub e: &'a Evidence,
    /// Data.
    pub data: &'a PackData,
}

/// Messages received before this time are in.
fn cut_off(e: &Evidence) -> Utc {
    e.period.after().start().min(e.known.as_at)
}

/// The methodology by which the evidence was counted.
pub(crate) fn methodology(e: &Evidence) -> Named {
    let m = &e.known.methodology;
    Named { id: m.id.clone(), title: m.title.clone() }
}

/// The versions of ledger and rules, as printed.
pub(crate) fn origin(e: &Evidence) -> Origin {
    let manifest = match e.known.snapshot.root.hash.as_str() {
        "" => "(empty ledger)".to_owned(),
        hash => hash.to_owned(),
    };
    Origin { manifest, rules: e.known.rules.id().to_owned() }
}
