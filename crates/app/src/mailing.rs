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

use crate::{AppError, Context, Result, error::Kind};
use std::{
    fs::{File, TryLockError},
    path::PathBuf,
};

pub use bounces::record_bounces;
pub use draft::{NewMailing, Text, draft};
pub use proof::proof;
pub use send::send;

/// Folder of the outbox below the data folder.
const OUTBOX: &str = "outbox";

/// Only one process at a time changes the outbox: two would send everything twice, or one would
/// clear what the other has written.
fn lock(ctx: &Context, name: &str) -> Result<File> {
    let dir = ctx.data.join(OUTBOX);
    std::fs::create_dir_all(&dir).map_err(|e| AppError::io("make", &dir, e))?;
    let path = dir.join(name);
    let file = File::create(&path).map_err(|e| AppError::io("make", &path, e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(AppError::new(
            Kind::Conflict,
            "mailing.busy",
            "another process is sending or submitting messages; wait until it has finished",
        )),
        Err(TryLockError::Error(e)) => Err(AppError::io("lock", &path, e)),
    }
}

/// The folder of a mailing in the outbox, and the one in which it is prepared.
fn folders(ctx: &Context, id: &str) -> (PathBuf, PathBuf) {
    let outbox = ctx.data.join(OUTBOX);
    (outbox.join(id), outbox.join(format!("{id}.part")))
}
