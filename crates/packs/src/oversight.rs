//! What people state, feel, claim and decide about a period, read with the evidence and set beside
//! the figures. Arithmetic stands in `northbound-measures`.

pub mod defects;
pub mod regions;

use crate::{PackError, evidence::Evidence};
use northbound_measures::{
    MeasureResult,
    evaluate::{bands::Rag, evaluate},
    inputs::Inputs,
    oversight::{
        sentiment::{ClassLine, Mood, Voice, by_class},
        tension::{Beside, Tension, beside},
    },
    views::event::without,
};
use northbound_registers::{Gate, Kept, Query, records};
use northbound_rules::measure::Basis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The registers around the figures, as at a time.
#[derive(Debug, Default)]
pub struct Oversight {
    /// Statements on the service, and notes.
    pub statements: Vec<Kept<records::feedback::statements::Status>>,
    /// Assurance work.
    pub audits: Vec<Kept<records::feedback::statements::Audit>>,
    /// Views that bodies take.
    pub views: Vec<Kept<records::feedback::statements::View>>,
    /// What parties say.
    pub sentiments: Vec<Kept<records::feedback::sentiments::Sentiment>>,
    /// Complaints.
    pub complaints: Vec<Kept<records::feedback::sentiments::Complaint>>,
    /// Exceptional Events.
    pub cases: Vec<Kept<records::oversight::cases::Case>>,
    /// Work packages.
    pub packages: Vec<Kept<records::oversight::workpackages::WorkPackage>>,
    /// Examples of where reports disagree.
    pub examples: Vec<Kept<records::feedback::examples::Example>>,
    /// What of them was passed on, by the example's id.
    pub passed: BTreeMap<String, records::feedback::examples::PassedExample>,
    /// Comments on documents.
    pub comments: Vec<Kept<records::feedback::comments::Comment>>,
    /// Documents.
    pub documents: Vec<Kept<records::oversight::documents::Document>>,
    /// Defects of measures.
    pub metric_defects: Vec<Kept<records::reporting::metric_defects::MetricDefect>>,
    /// Category of each party.
    pub classes: BTreeMap<String, String>,
}

/// Reads them.
///
/// # Errors
/// Where the registers cannot be read.
pub fn read(gate: &Gate<'_>, q: &Query) -> Result<Oversight, PackError> {
    Ok(Oversight {
        statements: gate.list(q)?,
        audits: gate.list(q)?,
        views: gate.list(q)?,
        sentiments: gate.list(q)?,
        complaints: gate.list(q)?,
        cases: gate.list(q)?,
        packages: gate.list(q)?,
        examples: gate.list(q)?,
        comments: gate.list(q)?,
        documents: gate.list(q)?,
        metric_defects: gate.list(q)?,
        passed: gate
            .list::<records::feedback::examples::PassedExample>(q)?
            .into_iter()
            .map(|k| (k.id, k.record))
            .collect(),
        classes: gate
            .list::<records::participants::parties::Party>(q)?
            .into_iter()
            .map(|k| (k.record.id, k.record.category))
            .collect(),
    })
}

/// A measure with and without an Exceptional Event. Both stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// As it is reported: with the event.
    pub with: MeasureResult,
    /// With the event's days and regions taken out; null where that cannot be worked out.
    pub without: Option<MeasureResult>,
    /// What to know about it.
    pub note: String,
}

/// The claimed measures of a case with and without it.
///
/// # Errors
/// Where the measures refuse the evidence.
pub fn effects(
    e: &Evidence,
    case: &records::oversight::cases::Case,
) -> Result<Vec<Effect>, PackError> {
    let cells = without(&e.messages.cells, case.from, case.to, &case.regions);
    // What people decided and stated concerns the reported figure.
    let less = evaluate(&Inputs {
        cells: &cells,
        overrides: &[],
        stated: &[],
        history: &[],
        ..e.inputs()
    })?;
    let hit = |r: &MeasureResult| {
        case.measures.contains(&r.measure)
            && (case.regions.is_empty()
                || case.regions.contains(&r.region)
                || !r.components.is_empty())
    };
    Ok(e.evaluate()?
        .into_iter()
        .filter(hit)
        .map(|with| {
            let known = counted(e, &with.measure);
            let without = less.iter().find(|l| l.key() == with.key()).filter(|_| known).cloned();
            let note = if known {
                format!("without messages received from {} to {}", case.from, case.to)
            } else {
                "not made of requests alone, so the event cannot be taken out of it here".to_owned()
            };
            Effect { with, without, note }
        })
        .collect())
}

/// Is the measure made of requests, itself or through all its components?
fn counted(e: &Evidence, measure: &str) -> bool {
    match e.rules.measure(measure).map(|d| &d.basis) {
        Some(Basis::Exchanges { .. }) => true,
        Some(Basis::Composite { of }) => of
            .iter()
            .all(|m| matches!(e.rules.measure(m).map(|d| &d.basis), Some(Basis::Exchanges { .. }))),
        _ => false,
    }
}

/// What parties say of the period's months, by class and region, small classes hidden.
///
/// # Errors
/// Where the setting cannot be read.
pub fn class_lines(e: &Evidence) -> Result<Vec<ClassLine>, PackError> {
    let least =
        u64::try_from(e.rules.integer("sentiment-least-parties", e.period.first())?).unwrap_or(0);
    let o = &e.registered.oversight;
    let mut said: Vec<&records::feedback::sentiments::Sentiment> = o
        .sentiments
        .iter()
        .map(|k| &k.record)
        .filter(|s| s.period.first() >= e.period.first() && s.period.after() <= e.period.after())
        .collect();
    // Of several months of a quarter the last one counts.
    said.sort_by_key(|s| s.period.first());
    let mood = |m| match m {
        records::feedback::sentiments::Mood::Poor => Mood::Poor,
        records::feedback::sentiments::Mood::Fair => Mood::Fair,
        records::feedback::sentiments::Mood::Good => Mood::Good,
    };
    let voices: Vec<Voice> = said
        .into_iter()
        .map(|s| Voice {
            party: s.party.clone(),
            class: o.classes.get(&s.party).cloned().unwrap_or_else(|| "unknown".to_owned()),
            region: s.region,
            mood: mood(s.mood),
        })
        .collect();
    Ok(by_class(&voices, least))
}

/// A claim on the service with its figures; a note has none.
#[must_use]
pub fn held_against(
    s: &records::feedback::statements::Status,
    results: &[MeasureResult],
) -> Option<(Tension, Vec<Beside>)> {
    use records::reporting::overrides::Colour;
    let rag = match s.colour? {
        Colour::Green => Rag::Green,
        Colour::Amber => Rag::Amber,
        Colour::Red => Rag::Red,
        Colour::Grey => Rag::Grey,
    };
    Some(beside(rag, &s.measures, s.region, results))
}

/// The statements on the period.
pub fn statements(
    e: &Evidence,
) -> impl Iterator<Item = &Kept<records::feedback::statements::Status>> {
    e.registered.oversight.statements.iter().filter(move |k| k.record.period == e.period)
}
