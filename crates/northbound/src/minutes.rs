//! `minutes` and `agenda`: their command lines.

use crate::{context::Ctx, error::Result, output::Answer};
use clap::{Args, Subcommand};
use northbound_app::{agenda, meeting_files::Of, minutes_in, minutes_out};
use northbound_types::{Day, Period};
use std::path::PathBuf;

/// The meeting that a document is of.
#[derive(Debug, Clone, Args)]
pub(crate) struct MeetingArgs {
    /// Series of meetings, such as opsg-reporting
    #[arg(long, value_name = "ID")]
    series: String,
    /// Meeting in the series, such as 33xx
    #[arg(long)]
    meeting: String,
    /// Date of the meeting
    #[arg(long, value_name = "DAY")]
    date: Day,
    /// Body that meets. Default: the first word of the series
    #[arg(long)]
    body: Option<String>,
    /// Title of the series in words. Default: from its id
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Handling marking, as printed
    #[arg(long, value_name = "TEXT", default_value = "")]
    marking: String,
    /// State of the document, as printed
    #[arg(long, value_name = "TEXT", default_value = "Draft")]
    status: String,
}

impl MeetingArgs {
    fn of(self) -> Of {
        let MeetingArgs { series, meeting, date, body, title, marking, status } = self;
        Of { series, meeting, date, body, title, marking, status }
    }
}

/// Minutes: from notes to documents, drafts, final versions
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MinutesCommand {
    /// Show what is read in a file of minutes: headings, paragraphs, items, tables; nothing enters a register
    Blocks {
        /// Minutes as text or Markdown
        file: PathBuf,
    },
    /// Write minutes from notes in plain lines; nothing enters a register
    Write {
        /// Notes, text (docs/meetings.md has the lines)
        notes: PathBuf,
        #[command(flatten)]
        of: MeetingArgs,
        /// Word document whose styles minutes.docx takes; `template document` writes ours
        #[arg(long, value_name = "DOCX")]
        template: Option<PathBuf>,
        /// Output folder for minutes.docx, .pdf, .html and .txt
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Register a draft that members may comment on, or the next draft
    Draft {
        /// Reference, such as OPSG_33xx_2206
        id: String,
        /// The draft
        #[arg(long)]
        file: PathBuf,
        /// Title
        #[arg(long)]
        title: String,
        /// Body that owns the minutes
        #[arg(long)]
        owner: String,
        /// Last day for comments, inclusive, UTC
        #[arg(long, value_name = "DAY")]
        comments_by: Option<Day>,
    },
    /// Make a draft final; refused while a comment has no answer
    Final {
        /// Reference
        id: String,
        /// The final file
        #[arg(long)]
        file: PathBuf,
        /// Meeting that approved the minutes
        #[arg(long, value_name = "MEETING")]
        approved_by: String,
    },
    /// Make a new version of final minutes; needs a reason
    Correct {
        /// Reference
        id: String,
        /// The corrected file
        #[arg(long)]
        file: PathBuf,
    },
}

pub(crate) fn run(c: &MinutesCommand, ctx: &Ctx) -> Result<Answer> {
    match c.clone() {
        MinutesCommand::Blocks { file } => minutes_in::blocks(ctx, &file),
        MinutesCommand::Write { notes, of, template, out } => {
            minutes_out::write(ctx, &minutes_out::Request { notes, of: of.of(), template, out })
        }
        MinutesCommand::Draft { id, file, title, owner, comments_by } => {
            minutes_out::draft(ctx, &minutes_out::Drafted { id, file, title, owner, comments_by })
        }
        MinutesCommand::Final { id, file, approved_by } => {
            minutes_out::finish(ctx, &id, &approved_by, &file)
        }
        MinutesCommand::Correct { id, file } => minutes_out::correct(ctx, &id, &file),
    }
}

/// Agendas: drafted from what is due, printed, their papers collated
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AgendaCommand {
    /// Draft the agenda from actions due, reports of the month, decisions awaited and draft minutes
    Draft {
        #[command(flatten)]
        of: MeetingArgs,
        /// Last day for papers
        #[arg(long, value_name = "DAY")]
        papers_due: Option<Day>,
        /// Month on which reports are expected. Default: the month before the meeting's
        #[arg(long)]
        period: Option<Period>,
        /// JSON file to write and edit
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Print an agenda as DOCX, PDF, HTML and text
    Print {
        /// The agenda, JSON
        agenda: PathBuf,
        /// Word document whose styles agenda.docx takes
        #[arg(long, value_name = "DOCX")]
        template: Option<PathBuf>,
        /// Output folder
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Collect the papers in the order of the agenda into a folder with one table of contents
    Papers {
        /// The agenda, JSON
        agenda: PathBuf,
        /// Folder with the papers, each named by the id of its document
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// Output folder
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

pub(crate) fn agenda(c: &AgendaCommand, ctx: &Ctx) -> Result<Answer> {
    match c.clone() {
        AgendaCommand::Draft { of, papers_due, period, out } => {
            agenda::draft(ctx, &agenda::Request { of: of.of(), papers_due, period, out })
        }
        AgendaCommand::Print { agenda, template, out } => {
            agenda::print(ctx, &agenda, template.as_deref(), &out)
        }
        AgendaCommand::Papers { agenda, from, out } => agenda::papers(ctx, &agenda, &from, &out),
    }
}
