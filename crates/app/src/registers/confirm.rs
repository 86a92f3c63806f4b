//! The record that confirms a rule.

use crate::Context;
use northbound_registers::records::reporting::confirmations::Confirmation;
use northbound_rules::RuleInfo;

/// A confirmation of `rule` with the value that it has now. It lapses when the value changes.
#[must_use]
pub fn confirmation(ctx: &Context, rule: &RuleInfo, source: &str) -> Confirmation {
    let hash = rule.confirmation_key.rsplit_once('#').map_or("", |(_, h)| h);
    Confirmation {
        rule: rule.id.clone(),
        value_hash: hash.to_owned(),
        by: ctx.actor.to_string(),
        at: ctx.now,
        source: source.to_owned(),
        reason: ctx.reason.clone(),
    }
}
