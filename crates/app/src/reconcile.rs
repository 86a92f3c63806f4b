//! Reconciles two or more sources of counts, and records what was decided about their differences.

pub mod decisions;
mod hints;
mod keys;
mod messages;
mod sources;
mod spec;
mod view;

use crate::{
    access,
    context::Context,
    error::{AppError, Result},
};
use messages::PairFindings;
use northbound_measures::reconcile::{
    Hint, Line, Options, Report, Source, apply_known, reconcile as reconcile_counts,
};
use northbound_registers::Visibility;
use northbound_types::{Dim, Eui64, Period};
use sources::{LoadedSource, SourceReader};
use std::path::PathBuf;

/// Most messages of a source that are compared one by one; beyond, sources are compared by counts alone.
pub const MAX_MESSAGES: u64 = 400_000;

/// Which sources to reconcile, and how.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Two or more of `[NAME=]ledger[:dimension=value,…]`, `stated:SOURCE[/MEASURE]` or a file of counts
    /// or messages.
    pub sources: Vec<String>,
    /// Keys to compare by; those that all sources hold where it is empty.
    pub keys: Vec<String>,
    /// Only this period.
    pub period: Option<Period>,
    /// Tolerance in messages for rows of a stated source or file.
    pub tolerance: i64,
    /// `NAME=N`: the unit to which a source's counts are rounded.
    pub rounded: Vec<String>,
    /// `NAME=MINUTES`: offset of a source's day from UTC.
    pub zone: Vec<String>,
    /// `NAME=TIME`: a source holds nothing that it learned later.
    pub cut_off: Vec<String>,
    /// `NAME=TEXT`: the definition by which a source counts.
    pub definition: Vec<String>,
    /// `NAME=PERIOD:TEXT`: the first period that a source counts in a new way.
    pub series_break: Vec<String>,
    /// The measure of a stated source that names none.
    pub measure: Option<String>,
    /// Mapping file for files of messages.
    pub map: Option<PathBuf>,
    /// Keep matching lines in the report.
    pub matching: bool,
    /// Record the run in the registers; a dry run never does.
    pub record: bool,
}

/// The outcome of a run.
#[derive(Debug, Clone)]
pub struct Reconciled {
    /// The comparison of counts, pair by pair, with what is known of each difference.
    pub report: Report,
    /// Id of the run in the registers, where it was recorded.
    pub run: Option<String>,
    /// Remarks for people.
    pub notes: Vec<String>,
    findings: Vec<PairFindings>,
}

impl Reconciled {
    /// Does any line differ by more than the tolerance, or match only because differences cancel out?
    #[must_use]
    pub fn differs(&self) -> bool {
        self.report.pairs.iter().any(|p| p.lines.iter().any(Line::differs))
    }
}

/// Reconciles the sources of a request.
///
/// # Errors
/// Where fewer than two sources are named, one cannot be read, or they have no key in common.
pub fn reconcile(ctx: &Context, request: &Request) -> Result<Reconciled> {
    if request.sources.len() < 2 {
        return Err(AppError::usage(
            "reconcile takes two or more sources; `northbound reconcile --help` shows how to name them",
        ));
    }
    let store = ctx.store()?;
    let judge = ctx.judge(&store)?;
    let snapshot = ctx.snapshot()?;
    let mut progress = ctx.progress();
    let mut reader =
        SourceReader { ctx, request, snapshot: &snapshot, judge: &judge, progress: &mut progress };
    let (loaded, keys) = load(request, &mut reader)?;
    let findings = messages::compare(&loaded, &keys)?;
    let mut hints: Vec<Hint> = findings.iter().flat_map(|f| f.hints.iter().cloned()).collect();
    for l in &loaded {
        hints.extend(hints::of(l, &loaded, &findings, &keys, &mut reader)?);
    }
    let sources: Vec<Source> = loaded.iter().map(|l| l.source.clone()).collect();
    let hints = hints::within(hints, &sources, &keys);
    let options = Options { keys, keep_matching: request.matching };
    let mut report = reconcile_counts(&sources, &options, &hints)?;
    let gate = ctx.gate(&store);
    apply_known(&decisions::known(ctx, &gate)?, &mut report);
    drop(progress);
    let run = if !request.record || ctx.dry_run {
        None
    } else {
        Some(decisions::record(ctx, &gate, request.period, &report)?)
    };
    let mut notes: Vec<String> = loaded.iter().flat_map(|l| l.notes.iter().cloned()).collect();
    notes.extend(messages::cut_off_notes(&loaded, &findings));
    Ok(Reconciled { report, run, notes, findings })
}

/// The sources of a request, and the keys by which to compare them.
fn load(
    request: &Request,
    reader: &mut SourceReader<'_>,
) -> Result<(Vec<LoadedSource>, Vec<String>)> {
    let specs = request.sources.iter().map(|s| spec::parse(s)).collect::<Result<Vec<_>>>()?;
    spec::check_names(&specs, request)?;
    for s in &specs {
        check_ledger(reader.ctx, s)?;
    }
    // The keys of the other sources decide by which the ledger is counted, so it comes last.
    let mut loaded: Vec<Option<LoadedSource>> = Vec::new();
    for s in &specs {
        loaded.push(if s.is_ledger() { None } else { Some(reader.load(s, &[])?) });
    }
    let keys = keys::common(&request.keys, loaded.iter().flatten().map(|l| &l.source))?;
    for (s, l) in specs.iter().zip(&mut loaded) {
        if l.is_none() {
            *l = Some(reader.load(s, &keys)?);
        }
    }
    let mut loaded: Vec<LoadedSource> = loaded.into_iter().flatten().collect();
    keys::unify(&mut loaded, &keys);
    Ok((loaded, keys))
}

/// Whoever does not see everything compares only messages of a User of its own party: a difference
/// names the messages that make it.
fn check_ledger(ctx: &Context, s: &spec::Spec) -> Result<()> {
    let spec::SourceKind::Ledger(narrowed) = &s.kind else { return Ok(()) };
    if Visibility::of(&ctx.actor).all {
        return Ok(());
    }
    match narrowed.iter().find(|(d, _)| *d == Dim::User) {
        Some((_, user)) => access::check_user(ctx, eui(user)?),
        None => Err(AppError::refused(format!(
            "{} may not compare everybody's messages: narrow the ledger to a User of its own party, such as ledger:user=EUI",
            ctx.actor
        ))),
    }
}

fn eui(text: &str) -> Result<Eui64> {
    text.parse().map_err(|e| AppError::usage(format!("ledger:user={text}: {e}")))
}
