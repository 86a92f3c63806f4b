//! What people state, feel, claim and decide about a period, set beside the figures. The arithmetic is
//! in `northbound-measures`.

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
use northbound_registers::{Stored, records as kept};
use northbound_rules::measure::Basis;
use serde::{Deserialize, Serialize};

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
    case: &kept::oversight::cases::Case,
) -> Result<Vec<Effect>, PackError> {
    let cells = without(&e.counts.messages.cells, case.from, case.to, &case.regions);
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
                "not computed from requests alone, so the event cannot be excluded here".to_owned()
            };
            Effect { with, without, note }
        })
        .collect())
}

/// Is the measure made of requests, itself or through all its components?
fn counted(e: &Evidence, measure: &str) -> bool {
    match e.known.rules.measure(measure).map(|d| &d.basis) {
        Some(Basis::Exchanges { .. }) => true,
        Some(Basis::Composite { of, .. }) => of.iter().all(|m| {
            matches!(e.known.rules.measure(m).map(|d| &d.basis), Some(Basis::Exchanges { .. }))
        }),
        _ => false,
    }
}

/// What parties say of the period's months, by class and region, small classes hidden.
///
/// # Errors
/// Where the setting cannot be read.
pub fn class_lines(e: &Evidence) -> Result<Vec<ClassLine>, PackError> {
    let least = u64::try_from(e.known.rules.integer("sentiment-least-parties", e.period.first())?)
        .unwrap_or(0);
    let o = &e.known.registered.oversight;
    let mut said: Vec<&kept::feedback::sentiments::Sentiment> = o
        .sentiments
        .iter()
        .map(|k| &k.record)
        .filter(|s| s.period.first() >= e.period.first() && s.period.after() <= e.period.after())
        .collect();
    // Of several months of a quarter the last one counts.
    said.sort_by_key(|s| s.period.first());
    let mood = |m| match m {
        kept::feedback::sentiments::Mood::Poor => Mood::Poor,
        kept::feedback::sentiments::Mood::Fair => Mood::Fair,
        kept::feedback::sentiments::Mood::Good => Mood::Good,
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
    s: &kept::feedback::statements::Status,
    results: &[MeasureResult],
) -> Option<(Tension, Vec<Beside>)> {
    use kept::reporting::overrides::Colour;
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
) -> impl Iterator<Item = &Stored<kept::feedback::statements::Status>> {
    e.known.registered.oversight.statements.iter().filter(move |k| k.record.period == e.period)
}
