//! A data folder of its own for each test.

use northbound_app::Context;
use northbound_types::{Actor, Utc};
use tempfile::TempDir;

/// A new data folder, with a context of `actor` at `now`. The folder lives as long as the guard.
pub fn context(actor: &str, now: &str) -> (TempDir, Context) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let ctx = Context::new(data, Actor::parse(actor).unwrap(), now.parse::<Utc>().unwrap());
    (folder, ctx)
}

/// The same data folder as seen by another actor, with a reason.
pub fn acting(ctx: &Context, actor: &str, reason: &str) -> Context {
    Context { actor: Actor::parse(actor).unwrap(), reason: reason.to_owned(), ..ctx.clone() }
}
