//! Agendas: drafted from the registers, edited as a JSON file, printed, and their papers collated.

mod due;
mod papers;

pub use papers::papers;

use crate::{
    Answer, AppError, Context, Result, input, meeting_files, meeting_files::Of, registers,
    whole_file,
};
use northbound_minutes::agenda::{self, Agenda, FORMAT, Paper};
use northbound_registers::{
    Query,
    records::{
        oversight::documents::Document,
        reporting::packs::{Pack, PackStatus},
    },
};
use northbound_types::{Day, Period};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Which agenda to draft.
#[derive(Debug, Clone)]
pub struct Request {
    /// The meeting.
    pub of: Of,
    /// Last day for papers.
    pub papers_due: Option<Day>,
    /// The month on which reports are expected; the month before the meeting's where absent.
    pub period: Option<Period>,
    /// The file to write, JSON; only printed where absent.
    pub out: Option<PathBuf>,
}

/// Drafts the agenda: minutes to approve, actions due, reports of the month, decisions awaited.
///
/// # Errors
/// Where the registers cannot be read or the file cannot be written.
pub fn draft(ctx: &Context, request: &Request) -> Result<Answer> {
    let about = request.of.about();
    let period = request.period.unwrap_or_else(|| about.date.month().plus(-1));
    let today = ctx.as_at.unwrap_or(ctx.now).day();
    let input = due::input(ctx, &about, period, today)?;
    let drafted = agenda::draft(&about, request.papers_due, today, &input);
    let mut table = crate::Table::new("", &["item", "title", "purpose", "points", "papers"]);
    for (n, i) in drafted.items.iter().enumerate() {
        table.row([
            (n + 1).to_string(),
            i.title.clone(),
            i.purpose.to_string(),
            i.points.join("; "),
            i.papers.join(", "),
        ]);
    }
    let mut answer = Answer::new(json!(drafted)).table(table);
    if let Some(out) = &request.out {
        let bytes = northbound_documents::to_json(&drafted)?;
        if !ctx.dry_run {
            whole_file::write(out, |to| {
                to.write_all(&bytes).map_err(|e| AppError::io("write", out, e))
            })?;
        }
        let did = if ctx.dry_run { "Would write" } else { "Wrote" };
        answer = answer.say(format!(
            "{did} {file}. Edit it and print it with: northbound agenda print {file} --out FOLDER",
            file = out.display()
        ));
    }
    Ok(answer)
}

/// Prints an agenda as DOCX, PDF, HTML and text, with what is known of its papers.
///
/// # Errors
/// Where the file is no agenda, the registers cannot be read or the folder cannot be written.
pub fn print(ctx: &Context, file: &Path, template: Option<&Path>, out: &Path) -> Result<Answer> {
    let agenda = read(file)?;
    let papers = known(ctx)?;
    let document = agenda::document(&agenda, &papers, agenda.about.date.start());
    let written = meeting_files::put(ctx, &document, "agenda", template, out)?;
    let what = format!("the agenda of {}", agenda.about.reference());
    let json = json!({"meeting": agenda.about.reference(), "items": agenda.items.len()});
    Ok(meeting_files::answer(ctx, &what, written, out, json).built(out))
}

fn read(file: &Path) -> Result<Agenda> {
    let text = input::text(file, input::MAX_FILE)?;
    let agenda: Agenda = serde_json::from_str(&text)
        .map_err(|e| AppError::input(format!("{}: not an agenda: {e}", file.display())))?;
    if agenda.format != FORMAT {
        return Err(AppError::input(format!(
            "{}: its format is {:?}, expected {FORMAT:?}",
            file.display(),
            agenda.format
        )));
    }
    Ok(agenda)
}

/// Documents that are registered, and issued packs.
fn known(ctx: &Context) -> Result<Vec<Paper>> {
    let documents = registers::list::<Document>(ctx, &Query::default())?;
    let packs = registers::list::<Pack>(ctx, &Query::default())?;
    let packs =
        packs.into_iter().filter(|k| k.record.status == PackStatus::Issued).map(|k| Paper {
            title: format!("Brief of the pack of {}", k.record.period),
            arrived: Some(k.recorded.day()),
            id: k.id,
        });
    Ok(documents
        .into_iter()
        .map(|k| Paper { id: k.id, title: k.record.title, arrived: k.record.arrived })
        .chain(packs)
        .collect())
}
