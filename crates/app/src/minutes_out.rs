//! Minutes that this group writes: from notes to documents, drafts, comments, final versions.

mod versions;

pub use versions::{Drafted, correct, draft, finish};

use crate::{
    Answer, AppError, Context, Result, input, meeting_files, meeting_files::Of, registers,
};
use northbound_minutes::{
    MinutesError,
    compose::{self, Composed, Entry, MAX_BYTES},
};
use northbound_registers::{Query, records::oversight::actions::Action};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Which notes become minutes.
#[derive(Debug, Clone)]
pub struct Request {
    /// The notes.
    pub notes: PathBuf,
    /// The meeting.
    pub of: Of,
    /// Word document whose styles the minutes take; ours where it is absent.
    pub template: Option<PathBuf>,
    /// Folder to write into.
    pub out: PathBuf,
}

/// Composes minutes from notes and writes them as DOCX, PDF, HTML and text. Numbers of actions that the
/// register has of this meeting are passed over. Nothing enters a register.
///
/// # Errors
/// A line of the notes that is not understood, named with what is expected; where the registers cannot be
/// read or the folder cannot be written.
pub fn write(ctx: &Context, request: &Request) -> Result<Answer> {
    let Request { notes, of, template, out } = request;
    let composed = composed(ctx, notes, of)?;
    let document = compose::document(&composed, composed.about.date.start());
    let written = meeting_files::put(ctx, &document, "minutes", template.as_deref(), out)?;
    let entries = || composed.items.iter().flat_map(|i| &i.entries);
    let actions: Vec<&Entry> = entries().filter(|e| matches!(e, Entry::Action { .. })).collect();
    let decisions: Vec<&Entry> =
        entries().filter(|e| matches!(e, Entry::Decision { .. })).collect();
    let what = format!(
        "the minutes of {}, with {} actions and {} decisions,",
        composed.about.reference(),
        actions.len(),
        decisions.len()
    );
    let json = json!({
        "meeting": composed.about.reference(), "about": composed.about, "attendance": composed.attendance,
        "actions": actions, "decisions": decisions,
    });
    Ok(meeting_files::answer(ctx, &what, written, out, json).built(out))
}

fn composed(ctx: &Context, notes: &Path, of: &Of) -> Result<Composed> {
    let about = of.about();
    let text = input::text(notes, MAX_BYTES as u64)?;
    let taken: Vec<String> = registers::list::<Action>(ctx, &Query::default())?
        .into_iter()
        .map(|a| a.record.canonical)
        .filter(|id| id.split_once('/').is_some_and(|(m, _)| m == about.meeting))
        .collect();
    compose::read(&text, &notes.display().to_string(), &about, &taken).map_err(refused)
}

fn refused(e: MinutesError) -> AppError {
    AppError::input(e.to_string())
}
