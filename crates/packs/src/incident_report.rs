//! The report on the incidents of one area, or of all, as a document of its own (`docs/needs.md`
//! R3).

use crate::{
    assemble::{
        Edition,
        incidents::{arrivals_table, blocks, life_table, sum_in_words},
        methodology, origin, sources, words,
    },
    data::{incidents::IncidentView, provenance::rules_used},
    evidence::{Evidence, incidents::HalfTakenFile},
};
use northbound_documents::model::{Document, Front, Para, Section};
use northbound_measures::views::registration::ArrivalLine;

/// The report on the incidents of one area (or of all) as a document.
#[must_use]
pub fn document(e: &Evidence, v: &IncidentView, arrivals: &[ArrivalLine], title: &str) -> Document {
    let edition = Edition::draft();
    Document {
        title: title.to_owned(),
        network: edition.network,
        period: v.period,
        version: 1,
        status: edition.status,
        marking: String::new(),
        as_at: v.as_at,
        cut_off: v.period.after().start().min(v.as_at),
        methodology: methodology(e),
        origin: origin(e),
        previous: String::new(),
        front: front(v),
        sections: sections(v, arrivals),
        evidence: Vec::new(),
        shorthand: sources::marks(e),
        rules: rules_used(e)
            .into_iter()
            .filter(|r| {
                r.id.starts_with("setting/incident-")
                    || r.id.starts_with("incident-category/")
                    || r.id.starts_with("registration-")
            })
            .collect(),
        sources: Vec::new(),
    }
}

fn sections(v: &IncidentView, arrivals: &[ArrivalLine]) -> Vec<Section> {
    let mut sections = vec![Section {
        id: "incident-report".to_owned(),
        heading: "Stock and flow".to_owned(),
        message: sum_in_words(&v.balance),
        intro: vec![Para::plain(
            "Opening + opened + reopened − resolved − withdrawn − merged = open. What became known after the as-at time does not count.",
        )],
        blocks: blocks(v),
    }];
    sections.extend(life_table(v).map(|b| Section {
        id: "incidents".to_owned(),
        heading: "Incidents".to_owned(),
        message: "Each incident that was open in the period or is open now.".to_owned(),
        intro: Vec::new(),
        blocks: vec![b],
    }));
    sections.extend(arrivals_table(arrivals).map(|b| Section {
        id: "arrivals".to_owned(),
        heading: "Registration files".to_owned(),
        message: "Files due and received.".to_owned(),
        intro: Vec::new(),
        blocks: vec![b],
    }));
    sections
}

fn front(v: &IncidentView) -> Front {
    let contradictions = v.reports.iter().flat_map(|r| &r.contradictions).cloned();
    let half_taken = v.half_taken.iter().map(HalfTakenFile::warning);
    Front {
        warnings: half_taken.chain(contradictions).map(Para::plain).collect(),
        statements: vec![Para::plain(format!(
            "{}; {} open at the as-at time.",
            sum_in_words(&v.balance),
            words::things(v.ages.len() as u64, "incident is", "incidents are")
        ))],
        ..Front::default()
    }
}
