//! How far a long step is. A use-case reports it; whoever called decides how to show it.

use std::{fmt, sync::Arc};

/// Shows the progress of one run of a use-case, until it is dropped.
pub trait ShowProgress: Send {
    /// `done` of `total` units of `step` are complete; `total` is 0 where it is not known.
    fn show(&mut self, step: &str, done: u64, total: u64);
    /// The same for a step whose units are bytes: its speed may be shown too.
    fn show_bytes(&mut self, step: &str, done: u64, total: u64) {
        self.show(step, done, total);
    }
}

/// Makes a [`ShowProgress`] for each run; [`Context`](crate::Context) carries it.
#[derive(Clone)]
pub struct ProgressFactory(Arc<dyn Fn() -> Box<dyn ShowProgress> + Send + Sync>);

impl ProgressFactory {
    /// A factory that calls `make` at the start of each run.
    pub fn new(make: impl Fn() -> Box<dyn ShowProgress> + Send + Sync + 'static) -> Self {
        ProgressFactory(Arc::new(make))
    }

    /// Shows nothing: for tests, and for callers without a display.
    #[must_use]
    pub fn silent() -> Self {
        ProgressFactory::new(|| Box::new(Silent))
    }

    pub(crate) fn start(&self) -> Progress {
        Progress((self.0)())
    }
}

impl fmt::Debug for ProgressFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProgressFactory")
    }
}

struct Silent;

impl ShowProgress for Silent {
    fn show(&mut self, _: &str, _: u64, _: u64) {}
}

/// The progress of one run.
pub struct Progress(Box<dyn ShowProgress>);

impl Progress {
    /// Reports that `done` of `total` units of `step` are complete.
    pub fn tell(&mut self, step: &str, done: u64, total: u64) {
        self.0.show(step, done, total);
    }

    /// Reports that `done` of `total` bytes of `step` are complete.
    pub fn tell_bytes(&mut self, step: &str, done: u64, total: u64) {
        self.0.show_bytes(step, done, total);
    }
}
