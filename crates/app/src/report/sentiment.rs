//! What parties say of the service, by class and region, never by name.

use super::gathered;
use crate::{
    answer::{Answer, Table, count},
    context::Context,
    error::Result,
};
use northbound_measures::oversight::sentiment::ClassLine;
use northbound_packs::oversight::class_lines;
use northbound_types::Period;
use serde_json::json;

/// The sentiment of a period. Classes that are too small to hide who spoke have no counts.
///
/// # Errors
/// Where the evidence cannot be read.
pub fn sentiment(ctx: &Context, period: Period) -> Result<Answer> {
    let (e, known) = gathered(ctx, period, None)?;
    let lines = class_lines(&e)?;
    let mut t =
        Table::new("", &["region", "class", ">parties", ">poor", ">fair", ">good", "hidden"]);
    for ClassLine { region, class, counts, hidden } in &lines {
        let class = if class.is_empty() { "all" } else { class };
        let cells = counts.map_or_else(
            || vec![String::new(); 4],
            |m| [m.parties, m.poor, m.fair, m.good].map(count).to_vec(),
        );
        t.row([vec![region.to_string(), class.to_owned()], cells, vec![hidden.clone()]].concat());
    }
    let said = if lines.is_empty() {
        "none received".to_owned()
    } else {
        format!(
            "Sentiment of {period} by class; no party is named, and each counts once per region."
        )
    };
    Ok(Answer::new(json!({"period": period, "lines": lines})).say(said).say(known).table(t))
}
