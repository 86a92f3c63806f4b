//! Mailings to the contacts of a topic, with proof of each message.
//!
//! Messages go to the outbox, a folder of files that any mail program can hand over. They are first
//! written to a folder beside it; then the proofs are recorded in one transaction; then the folder is
//! renamed. If any step fails, the outbox holds no message without a proof, and the next `send`
//! finishes what was recorded. Where a mail relay is set up, [`relay`] hands the messages to it.

mod bounces;
mod draft;
mod message;
mod proof;
pub mod relay;
mod send;

use crate::Context;
use std::path::PathBuf;

pub use bounces::record_bounces;
pub use draft::{NewMailing, Text, draft};
pub use proof::proof;
pub use send::send;

/// Folder of the outbox below the data folder.
const OUTBOX: &str = "outbox";

/// The folder of a mailing in the outbox, and the one in which it is prepared.
fn folders(ctx: &Context, id: &str) -> (PathBuf, PathBuf) {
    let outbox = ctx.data.join(OUTBOX);
    (outbox.join(id), outbox.join(format!("{id}.part")))
}
