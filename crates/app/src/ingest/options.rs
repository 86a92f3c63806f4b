//! From a request to the settings of the reader.

use super::Request;
use crate::{
    context::Context,
    error::{AppError, Result},
};
use northbound_ingest::{Layout, Mapping, Options, source::sha256};
use northbound_registers::{RegisterError, records::data::feeds::Feed};

/// Rank of a file whose feed is not registered: below every registered feed.
const UNREGISTERED_RANK: i64 = 100;

pub(super) fn options(ctx: &Context, request: &Request, layout: Layout) -> Result<Options> {
    if let (Some(stated), Some(latest)) = (request.known, ctx.latest)
        && stated > latest
    {
        return Err(RegisterError::Ahead { stated, latest }.into());
    }
    let mut o = Options::new(request.known.unwrap_or(ctx.now));
    o.mapping = request.map.as_deref().map(Mapping::load).transpose()?;
    if let Some(zone) = &request.zone {
        o.mapping = Some(with_zone(o.mapping.take().unwrap_or_default(), zone)?);
    }
    if layout != Layout::Messages {
        o.layout = Some(layout);
    }
    if let Some(f) = &request.feed {
        o.feed.clone_from(f);
    }
    if let Some(s) = &request.source {
        o.source.clone_from(s);
    }
    o.memory = ctx.memory;
    o.rank = rank(ctx, request)?;
    o.corrects.clone_from(&request.corrects);
    o.allow_mostly_bad = request.allow_mostly_bad;
    Ok(o)
}

/// The zone changes what the rows mean, so it is part of what identifies the reading.
fn with_zone(mut m: Mapping, zone: &str) -> Result<Mapping> {
    m.times.zone = Some(jiff::tz::TimeZone::get(zone).map_err(|e| {
        AppError::usage(format!("--zone {zone:?}: {e}; write a name such as Europe/London"))
    })?);
    m.sha256 = sha256(format!("{}\nzone {zone}", m.sha256).as_bytes());
    Ok(m)
}

/// The rank requested, else that of the registered feed, else [`UNREGISTERED_RANK`].
pub(super) fn rank(ctx: &Context, request: &Request) -> Result<i64> {
    if let Some(r) = request.rank {
        return Ok(r);
    }
    let Some(feed) = &request.feed else { return Ok(UNREGISTERED_RANK) };
    let store = ctx.store()?;
    Ok(ctx
        .gate(&store)
        .find::<Feed>(feed, ctx.as_at())?
        .map_or(UNREGISTERED_RANK, |k| k.record.rank))
}
