//! Sources of counts: the ledger, stated figures, a file of counts, a file of messages.

mod file;
mod ledger;
mod stated;
mod whole;

use super::{
    Request,
    spec::{SourceKind, Spec, option},
};
use crate::{
    context::Context,
    error::{AppError, Result},
    progress::Progress,
};
use northbound_ledger::{Days, Snapshot, judge::RulesJudge};
use northbound_measures::reconcile::{Message, Profile, Source};
use northbound_types::{Day, Period, Utc};

/// A source with its counts, and with its messages where it holds identities.
#[derive(Debug, Clone)]
pub(super) struct LoadedSource {
    pub(super) spec: Spec,
    pub(super) source: Source,
    /// Sorted by identity; `None` where the source holds no identities (or too many).
    pub(super) messages: Option<Vec<Message>>,
    pub(super) profile: Profile,
    /// Remarks for people on how it was read.
    pub(super) notes: Vec<String>,
}

/// Reads sources.
pub(super) struct SourceReader<'a> {
    pub(super) ctx: &'a Context,
    pub(super) request: &'a Request,
    pub(super) snapshot: &'a Snapshot,
    pub(super) judge: &'a RulesJudge,
    pub(super) progress: &'a mut Progress,
}

impl SourceReader<'_> {
    /// A source with the request's options for it; the ledger is counted by `keys`.
    pub(super) fn load(&mut self, spec: &Spec, keys: &[String]) -> Result<LoadedSource> {
        let mut loaded = match &spec.kind {
            SourceKind::Ledger(narrowed) => self.ledger(spec, narrowed, keys)?,
            SourceKind::Stated(source, measure) => self.stated(spec, source, measure.as_deref())?,
            SourceKind::File(path) => self.file(spec, path)?,
        };
        self.options(&mut loaded)?;
        Ok(loaded)
    }

    fn options(&self, loaded: &mut LoadedSource) -> Result<()> {
        let (request, name) = (self.request, loaded.spec.name.as_str());
        let number = |t: &str| {
            t.parse::<i64>()
                .map_err(|_| AppError::usage(format!("{name}={t}: {t:?} is not a whole number")))
        };
        let s = &mut loaded.source;
        if !loaded.spec.is_ledger() {
            s.tolerance = request.tolerance;
        }
        if let Some(unit) = option(&request.rounded, name) {
            let unit = number(unit)?;
            for r in &mut s.rows {
                r.rounded_to = unit;
            }
        }
        if let Some(z) = option(&request.zone, name) {
            s.notes.zone_minutes = Some(
                i32::try_from(number(z)?)
                    .map_err(|_| AppError::usage(format!("--zone {name}={z}: write minutes")))?,
            );
        }
        if let Some(t) = option(&request.cut_off, name) {
            let at: Utc =
                t.parse().map_err(|e| AppError::usage(format!("--cut-off {name}={t}: {e}")))?;
            s.notes.cut_off = Some(at);
            loaded.profile.cut_off = Some(at);
        }
        if let Some(d) = option(&request.definition, name) {
            s.notes.definition = Some(d.to_owned());
        }
        if let Some(b) = option(&request.series_break, name) {
            let (p, what) = b.split_once(':').ok_or_else(|| {
                AppError::usage(format!("--series-break {name}={b}: write NAME=PERIOD:TEXT"))
            })?;
            s.notes.series_break = Some((p.to_owned(), what.to_owned()));
        }
        Ok(())
    }

    /// The days asked for, or all.
    pub(super) fn days(&self) -> Days {
        self.request.period.map_or((Day(i32::MIN), Day(i32::MAX)), |p| (p.first(), p.after()))
    }

    /// Does a period, as a source writes it, lie within the requested one?
    fn within(&self, text: &str) -> bool {
        let Some(wanted) = self.request.period else { return true };
        text.parse::<Period>()
            .is_ok_and(|p| p.first() >= wanted.first() && p.after() <= wanted.after())
    }
}
