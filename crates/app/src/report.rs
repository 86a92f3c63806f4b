//! Reports for one reader, each as an answer: a User's own service, installations, sentiment, evidence by
//! region, defects of measures.

mod defects;
mod installs;
mod own_service;
mod regions;
mod sentiment;

pub use defects::defects;
pub use installs::{InstallsRequest, installs};
pub use own_service::{OwnServiceRequest, own_service};
pub use regions::evidence_by_region;
pub use sentiment::sentiment;

use crate::{context::Context, error::Result, evidence};
use northbound_packs::evidence::Evidence;
use northbound_types::Period;

/// The evidence of a period, and as at what time it is, in words.
fn gathered(
    ctx: &Context,
    period: Period,
    methodology: Option<&str>,
) -> Result<(Evidence, String)> {
    let store = ctx.store()?;
    let e = evidence::gather(ctx, &store, period, methodology, &mut ctx.progress())?;
    let known = evidence::rests_on(ctx, &store, &e)?;
    Ok((e, known))
}
