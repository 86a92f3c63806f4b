//! Statements about figures: explanations, annotations and overrides.

use crate::{
    Answer, AppError, Context, Result,
    names::row_exists,
    registers::{self, view},
};
use northbound_measures::statistics::correlation::check_wording;
use northbound_registers::{
    Receipt, Record,
    records::reporting::{
        annotations::Annotation,
        explanations::{Explanation, repeat_of},
        overrides::Override,
    },
};

/// Records the reason for a missed target, and tells which earlier explanation it repeats.
///
/// # Errors
/// Where no measure has the row, and where the registers refuse it.
pub fn explain(ctx: &Context, explanation: &Explanation) -> Result<Answer> {
    row_exists(ctx, Explanation::NOUN, &explanation.index())?;
    let store = ctx.store()?;
    let receipt = ctx.gate(&store).explain(explanation, &ctx.write())?;
    let answer = view::receipt(&receipt);
    let after = receipt.after.as_ref();
    Ok(match after.and_then(|record| record.get("repeat_of")).and_then(|v| v.as_str()) {
        Some(id) => {
            answer.say(format!("It repeats {id}: the same reason was given for an earlier period."))
        }
        None if repeat_of(explanation, &[]).is_some() => {
            answer.say("It points to an earlier reason, but none is recorded for the row.")
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
