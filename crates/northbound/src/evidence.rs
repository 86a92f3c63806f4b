//! Everything that figures of a period rest on, gathered as the packs gather it.

use crate::{context::Ctx, error::Result, progress::Progress};
use northbound_packs::evidence::{Evidence, Scope, Sources, gather as read};
use northbound_registers::Store;
use northbound_types::Period;

/// The evidence of a period as at `--as-at`.
pub(crate) fn gather(
    ctx: &Ctx,
    store: &Store,
    period: Period,
    methodology: Option<&str>,
    progress: &mut Progress,
) -> Result<Evidence> {
    let (ledger, gate, rules) = (ctx.ledger(), ctx.gate(store), ctx.rules()?);
    let sources = Sources { data: &ctx.data, ledger: &ledger, gate: &gate, rules: &rules };
    let scope = Scope {
        as_at: ctx.as_at,
        methodology: methodology.map(str::to_owned),
        ..Scope::of(period, ctx.now)
    };
    Ok(read(&sources, &scope, &mut |step| progress.tell(step, 0, 1))?)
}
