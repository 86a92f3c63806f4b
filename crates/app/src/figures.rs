//! Statements about figures: explanations, annotations and overrides.

use crate::{
    Answer, AppError, Context, Result,
    registers::{self, view},
};
use northbound_measures::statistics::correlation::check_wording;
use northbound_registers::{
    Receipt,
    records::reporting::{annotations::Annotation, explanations::Explanation, overrides::Override},
};

/// Records the reason for a missed target, and tells which earlier explanation it repeats.
///
/// # Errors
/// Where the registers refuse it.
pub fn explain(ctx: &Context, explanation: &Explanation) -> Result<Answer> {
    let store = ctx.store()?;
    let receipt = ctx.gate(&store).explain(explanation, &ctx.write())?;
    let answer = view::receipt(&receipt);
    let after = receipt.after.as_ref();
    Ok(match after.and_then(|record| record.get("repeat_of")).and_then(|v| v.as_str()) {
        Some(id) => {
            answer.say(format!("It repeats {id}: the same reason was given for an earlier period."))
        }
        None => answer,
    })
}

/// Adds a remark on a period of time. It is shown beside charts and correlations, where two series
/// that move together can be read as cause and effect; so it may not claim a cause.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) where its wording claims one.
pub fn annotate(ctx: &Context, annotation: &Annotation) -> Result<Receipt> {
    for words in [&annotation.title, &annotation.text] {
        check_wording(words).map_err(|e| AppError::refused(format!("{e}; a remark says what happened. Record the reason for a missed target with `northbound explanation add`, under a name")))?;
    }
    registers::add(ctx, annotation)
}

/// Sets the colour of a figure, or withholds the figure, in the name of the Actor.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) where no reason is given.
pub fn override_figure(ctx: &Context, record: &Override) -> Result<Receipt> {
    if record.why.is_empty() {
        return Err(AppError::refused("an override needs a reason: give it with --reason 'why'"));
    }
    registers::add(ctx, record)
}
