//! One file being read: its plan, its counts, its rejects. Every row that a reader hands in is
//! either accepted or rejected here, so that none is lost.

use crate::{
    cell::{RawRow, Row},
    error::{Bad, Fault, IngestError, Reason, fault, shown},
    layout::Layout,
    limits::{EARLY_ROWS, EARLY_SHARE, PROGRESS_ROWS},
    mapping::Mapping,
    options::Options,
    plan::Plan,
    rejects::{Reject, RejectSink},
    source::{Done, SourceMeta},
    summary::{FileSummary, Flag, Flags, Phase, Progress},
};
use northbound_ledger::{
    Memory,
    memory::{OverLimit, ROWS_BETWEEN},
    sink::SinkError,
};
use northbound_types::Utc;
use std::{collections::BTreeMap, rc::Rc};

/// Why a row did not go in.
pub(crate) enum LoadError {
    Row(Bad),
    Sink(SinkError),
}
impl From<Bad> for LoadError {
    fn from(bad: Bad) -> Self {
        LoadError::Row(bad)
    }
}

/// What a loader needs to know beside the row.
pub(crate) struct Context<'o> {
    pub(crate) options: &'o Options,
    pub(crate) file: &'o str,
    pub(crate) flags: Flags,
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// The row is one that its sheet does not show.
    pub(crate) hidden: bool,
}

impl Context<'_> {
    pub(crate) fn saw(&mut self, received: i64) {
        self.first = self.first.min(received);
        self.last = self.last.max(received);
    }
}

/// Makes rows of one layout and gives them to a sink.
pub(crate) trait Load {
    fn load<R: RawRow>(
        &mut self,
        row: &Row<'_, R>,
        place: i64,
        context: &mut Context<'_>,
    ) -> Result<(), LoadError>;
}

/// One file being read.
pub(crate) struct Session<'o> {
    meta: &'o SourceMeta,
    pub(crate) mapping: &'o Mapping,
    plan: Option<Plan>,
    context: Context<'o>,
    read: u64,
    rejected: u64,
    by_reason: BTreeMap<Reason, u64>,
    first_reject: Option<(i64, String)>,
    rejects: &'o mut dyn RejectSink,
    progress: &'o mut dyn FnMut(Progress<'_>),
    pub(crate) done: Done,
    /// Sentences for people about the file.
    pub(crate) notes: Vec<String>,
}

impl<'o> Session<'o> {
    pub(crate) fn new(
        meta: &'o SourceMeta,
        options: &'o Options,
        mapping: &'o Mapping,
        rejects: &'o mut dyn RejectSink,
        progress: &'o mut dyn FnMut(Progress<'_>),
    ) -> Session<'o> {
        let context = Context {
            options,
            file: &meta.name,
            flags: Flags::default(),
            first: i64::MAX,
            last: i64::MIN,
            hidden: false,
        };
        Session {
            meta,
            mapping,
            plan: None,
            context,
            read: 0,
            rejected: 0,
            by_reason: BTreeMap::new(),
            first_reject: None,
            rejects,
            progress,
            done: Rc::default(),
            notes: Vec::new(),
        }
    }

    pub(crate) fn path(&self) -> &'o std::path::Path {
        &self.meta.path
    }
    pub(crate) fn layout(&self) -> Layout {
        self.meta.layout
    }

    /// The header, before the first row.
    pub(crate) fn header(&mut self, names: &[String], open: bool) -> Result<(), IngestError> {
        self.plan = Some(Plan::resolve(self.path(), self.meta.layout, self.mapping, names, open)?);
        Ok(())
    }

    /// What the plan takes from the source, for a reader that can leave out the rest.
    pub(crate) fn plan(&self) -> Option<&Plan> {
        self.plan.as_ref()
    }

    /// One row that its reader could take apart.
    #[inline]
    pub(crate) fn row<R: RawRow, L: Load>(
        &mut self,
        loader: &mut L,
        raw: &R,
        place: i64,
    ) -> Result<(), IngestError> {
        let Some(plan) = &self.plan else {
            return Err(IngestError::Header {
                path: self.path().to_owned(),
                why: "there is no header".into(),
            });
        };
        let outcome = loader.load(&Row { raw, plan }, place, &mut self.context);
        match outcome {
            Ok(()) => self.count(),
            Err(LoadError::Row(bad)) => self.reject(place, *bad, &raw.raw()),
            Err(LoadError::Sink(source)) => {
                Err(IngestError::Sink { path: self.path().to_owned(), line: place, source })
            }
        }
    }

    /// The same, with flags that are counted where the row is accepted.
    pub(crate) fn row_with<R: RawRow, L: Load>(
        &mut self,
        loader: &mut L,
        raw: &R,
        place: i64,
        flags: &[(Flag, bool)],
    ) -> Result<(), IngestError> {
        self.context.hidden = flags.contains(&(Flag::HiddenRow, true));
        let rejected = self.rejected;
        self.row(loader, raw, place)?;
        if self.rejected == rejected {
            flags.iter().filter(|f| f.1).for_each(|f| self.context.flags.add(f.0));
        }
        Ok(())
    }

    /// Does the plan use the source column of this name?
    pub(crate) fn uses(&self, header: &str) -> bool {
        let ignored = self.plan.as_ref().is_none_or(|p| p.ignored.iter().any(|i| i == header));
        !header.trim().is_empty() && !ignored
    }

    /// One row that could not even be taken apart.
    pub(crate) fn malformed(
        &mut self,
        place: i64,
        reason: Reason,
        why: impl Into<String>,
        raw: &str,
    ) -> Result<(), IngestError> {
        self.reject(place, *fault("", reason, why, ""), raw)
    }

    #[inline]
    fn count(&mut self) -> Result<(), IngestError> {
        self.read += 1;
        if self.read.is_multiple_of(PROGRESS_ROWS) {
            self.tell();
        }
        if self.read.is_multiple_of(ROWS_BETWEEN) {
            self.check_memory()?;
        }
        if self.read == EARLY_ROWS { self.judge_early() } else { Ok(()) }
    }

    /// The memory that the process may use.
    pub(crate) fn memory(&self) -> Memory {
        self.context.options.memory
    }

    /// Refuses the file where the process uses more memory than it may.
    pub(crate) fn check_memory(&self) -> Result<(), IngestError> {
        self.context.options.memory.check().map_err(|source| self.over(source))
    }

    fn over(&self, source: OverLimit) -> IngestError {
        IngestError::Memory { path: self.path().to_owned(), source }
    }

    fn judge_early(&mut self) -> Result<(), IngestError> {
        if self.context.options.allow_mostly_bad || self.rejected * EARLY_SHARE <= self.read {
            return Ok(());
        }
        let (line, first) = self.first_reject.clone().unwrap_or_default();
        Err(IngestError::MostlyBad {
            path: self.path().to_owned(),
            read: self.read,
            rejected: self.rejected,
            line,
            first,
        })
    }

    fn reject(&mut self, line: i64, bad: Fault, raw: &str) -> Result<(), IngestError> {
        self.rejected += 1;
        *self.by_reason.entry(bad.reason).or_insert(0) += 1;
        if self.first_reject.is_none() {
            let what = if bad.column.is_empty() {
                bad.why.clone()
            } else {
                format!("{} {:?}: {}", bad.column, bad.value, bad.why)
            };
            self.first_reject = Some((line, what));
        }
        if let Some(limit) = self.context.options.max_rejects.filter(|&limit| self.rejected > limit)
        {
            return Err(IngestError::RejectLimit { path: self.path().to_owned(), limit });
        }
        self.rejects
            .reject(&Reject {
                file: self.meta.name.clone(),
                line,
                column: bad.column.into_owned(),
                reason: bad.reason,
                why: bad.why,
                value: bad.value,
                raw: shown(raw).to_owned(),
            })
            .map_err(|source| IngestError::Rejects { source })?;
        self.count()
    }

    fn tell(&mut self) {
        (self.progress)(Progress {
            file: &self.meta.name,
            phase: Phase::Reading,
            done: self.done.get().min(self.meta.bytes),
            total: self.meta.bytes,
            rows: self.read,
            rejected: self.rejected,
        });
    }

    /// The end of the file.
    pub(crate) fn finish(mut self) -> Result<FileSummary, IngestError> {
        if self.read == 0 {
            let path = self.path().to_owned();
            return Err(if self.plan.is_some() {
                IngestError::HeaderOnly { path }
            } else {
                IngestError::Empty { path }
            });
        }
        self.done.set(self.meta.bytes);
        self.tell();
        let some = self.context.first <= self.context.last;
        Ok(FileSummary {
            source: self.meta.clone(),
            read: self.read,
            accepted: self.read - self.rejected,
            rejected: self.rejected,
            by_reason: self.by_reason,
            flags: self.context.flags.counts(),
            ignored_columns: self.plan.map(|p| p.ignored).unwrap_or_default(),
            first: some.then_some(Utc(self.context.first)),
            last: some.then_some(Utc(self.context.last)),
            already_known: false,
            notes: self.notes,
        })
    }
}
