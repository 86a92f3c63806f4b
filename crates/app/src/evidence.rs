//! What the figures of a period are made of, gathered in the same way as for a pack.

use crate::{Context, Result, progress::Progress};
use northbound_packs::{
    evidence::{Evidence, Scope, Sources, gather as read},
    store as packs,
};
use northbound_registers::{AsAt, Store, records::reporting::packs::Pack};
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
    let scope = Scope {
        as_at: ctx.as_at,
        methodology: methodology.map(str::to_owned),
        ..Scope::of(period, ctx.now)
    };
    of_scope(ctx, store, &scope, progress)
}

fn of_scope(
    ctx: &Context,
    store: &Store,
    scope: &Scope,
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
    Ok(read(&sources, scope, &mut |step| progress.tell(step, 0, 1))?)
}

/// The evidence of the newest issue of a period, and the issue's name; as known now where the period was never
/// issued, and where `methodology`, [`Context::as_at`] or `current` ask for something else.
///
/// # Errors
/// As [`gather`]; where the rules of the issue are not in the archive.
pub fn of_newest_issue(
    ctx: &Context,
    store: &Store,
    period: Period,
    methodology: Option<&str>,
    current: bool,
    progress: &mut Progress,
) -> Result<(Evidence, Option<String>)> {
    let asked_otherwise = current || ctx.as_at.is_some() || methodology.is_some();
    let issued = ctx.gate(store).issued(period, None, AsAt::NOW)?;
    let Some(newest) = issued.iter().filter(|_| !asked_otherwise).max_by_key(|k| k.record.number)
    else {
        return Ok((gather(ctx, store, period, methodology, progress)?, None));
    };
    let scope = Scope { now: ctx.now, ..packs::scope_of(&newest.record) };
    let e = of_scope(ctx, store, &scope, progress)?;
    Ok((e, Some(name(&newest.record))))
}

fn name(p: &Pack) -> String {
    format!("{}/{}", p.period, p.number.unwrap_or_default())
}

/// As at what time an answer is, and which issue of the period says something of another time: in words.
///
/// # Errors
/// Where the registers cannot be read.
pub fn rests_on(ctx: &Context, store: &Store, e: &Evidence) -> Result<String> {
    let as_at = e.known.as_at;
    let issued = ctx.gate(store).issued(e.period, None, AsAt::NOW)?;
    let newest = issued.iter().max_by_key(|k| k.record.number).map(|k| &k.record);
    Ok(match newest {
        Some(p) if p.as_at != as_at => format!(
            "As known at {as_at}. The newest issue, {}, is as known at {}; --as-at {} answers as it does.",
            name(p),
            p.as_at,
            p.as_at
        ),
        Some(p) => format!("As known at {as_at}, as the issue {}.", name(p)),
        None => format!("As known at {as_at}."),
    })
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
