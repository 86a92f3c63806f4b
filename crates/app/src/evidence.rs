//! What the figures of a period are made of, gathered in the same way as for a pack.

use crate::{Context, Result, progress::Progress};
use northbound_packs::evidence::{Evidence, Scope, Sources, gather as read};
use northbound_registers::Store;
use northbound_types::Period;

/// The evidence of a period as at [`Context::as_at`]; without a methodology, by the default one.
///
/// # Errors
/// Where the ledger, the registers or the rules cannot be read, or the methodology is not known.
pub fn gather(
    ctx: &Context,
    store: &Store,
    period: Period,
    methodology: Option<&str>,
    progress: &mut Progress,
) -> Result<Evidence> {
    let (ledger, gate, rules) = (ctx.ledger(), ctx.gate(store), ctx.rules()?);
    let sources = Sources {
        data: &ctx.data,
        ledger: &ledger,
        gate: &gate,
        rules: &rules,
        record: ctx.writes,
    };
    let scope = Scope {
        as_at: ctx.as_at,
        methodology: methodology.map(str::to_owned),
        ..Scope::of(period, ctx.now)
    };
    Ok(read(&sources, &scope, &mut |step| progress.tell(step, 0, 1))?)
}

/// Calls `f` with everything of which a pack is made.
///
/// # Errors
/// Where registers or rules cannot be read, and as `f`.
pub fn with_sources<R>(ctx: &Context, f: impl FnOnce(&Sources<'_>) -> Result<R>) -> Result<R> {
    let (store, ledger, rules) = (ctx.store()?, ctx.ledger(), ctx.rules()?);
    let gate = ctx.gate(&store);
    f(&Sources { data: &ctx.data, ledger: &ledger, gate: &gate, rules: &rules, record: ctx.writes })
}
