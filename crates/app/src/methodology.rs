//! The methodologies, that is the ways to count: list them, show one, compare two on a period.

pub mod compare;

use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
};
use northbound_rules::{RuleSet, measure::Methodology};
use northbound_types::percent::percent;
use serde_json::json;

/// Every methodology.
///
/// # Errors
/// Where the rules cannot be read.
pub fn list(ctx: &Context) -> Result<Answer> {
    let set = ctx.rules()?;
    let all: Vec<&Methodology> = set.methodologies().iter().collect();
    Ok(Answer::new(json!({"methodologies": all})).table(table(&all)))
}

/// One methodology with its provenance.
///
/// # Errors
/// Where there is none of this id, or the rules cannot be read.
pub fn show(ctx: &Context, id: &str) -> Result<Answer> {
    let set = ctx.rules()?;
    let m = find(&set, id)?;
    let mut source = Table::new("Sources", &["mark", "source", "note"]);
    source.row([m.provenance.mark.as_str(), &m.provenance.source, &m.provenance.note]);
    Ok(Answer::new(json!({"methodology": m})).table(table(&[m])).table(source))
}

fn find<'r>(set: &'r RuleSet, id: &str) -> Result<&'r Methodology> {
    set.methodology(id).ok_or_else(|| {
        AppError::not_found(format!(
            "there is no methodology {id:?}; `northbound methodology list` shows them"
        ))
    })
}

fn table(list: &[&Methodology]) -> Table {
    let mut t = Table::new(
        "",
        &[
            "id",
            "title",
            "counts",
            "subject",
            "aggregates by",
            ">coverage floor (%)",
            ">low volume below (events)",
            "valid from",
        ],
    );
    for m in list {
        t.row([
            m.id.clone(),
            m.title.clone(),
            m.count.to_string(),
            m.subject.to_string(),
            m.aggregate.to_string(),
            percent(m.coverage_floor, 1, &[]).unwrap_or_default(),
            m.low_volume.to_string(),
            m.from.to_string(),
        ]);
    }
    t
}
