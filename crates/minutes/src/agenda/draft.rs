//! What goes on the next agenda.

use super::{Agenda, AgendaItem, FORMAT, Purpose};
use crate::compose::About;
use northbound_documents::render::words::day;
use northbound_types::Day;

/// An open action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Id as printed.
    pub id: String,
    /// Owner.
    pub owner: String,
    /// What is to be done.
    pub text: String,
    /// The target date in force; null where none was stated.
    pub target: Option<Day>,
    /// Its owner says that it is done.
    pub claimed: bool,
}

/// A report that is expected, or here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Title with its period.
    pub title: String,
    /// Its id in the register of documents.
    pub document: String,
    /// How it is, in words: `came 3 June 2026`, `expected by …`, `overdue since …`.
    pub standing: String,
}

/// A decision that a body is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// Matter.
    pub title: String,
    /// What is asked, until when.
    pub points: Vec<String>,
    /// Documents on it.
    pub papers: Vec<String>,
}

/// What an agenda is drafted from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    /// Draft minutes that are to be approved: title and id of the document.
    pub minutes: Vec<(String, String)>,
    /// Open actions of the body.
    pub actions: Vec<Due>,
    /// Standing reports.
    pub reports: Vec<Report>,
    /// Decisions.
    pub awaited: Vec<Awaited>,
}

/// The part of a meeting's number that says which series it is of: `xx` of `33xx`, nothing of `34`.
fn suffix(meeting: &str) -> String {
    meeting.trim_start_matches(|c: char| c.is_ascii_digit()).to_lowercase()
}

/// Is the action due at this meeting? Where its latest target is on or before the day of the meeting; without any
/// target, at each meeting of the series that raised it.
fn is_due(action: &Due, about: &About) -> bool {
    match action.target {
        Some(target) => target <= about.date,
        None => {
            let raised = action.id.split_once('/').map_or("", |(meeting, _)| meeting);
            !raised.is_empty() && suffix(raised) == suffix(&about.meeting)
        }
    }
}

/// Drafts the agenda: minutes to approve, actions due (those overdue on `today` first), reports,
/// decisions.
#[must_use]
pub fn draft(about: &About, papers_due: Option<Day>, today: Day, input: &Input) -> Agenda {
    let procedure = |title: &str, points: Vec<String>| AgendaItem {
        title: title.to_owned(),
        purpose: Purpose::Procedure,
        points,
        papers: Vec::new(),
    };
    let mut items = vec![procedure("Welcome and apologies", Vec::new())];
    items.extend(input.minutes.iter().map(|(title, document)| AgendaItem {
        title: format!("Approval of minutes: {title}"),
        purpose: Purpose::Decision,
        points: Vec::new(),
        papers: vec![document.clone()],
    }));
    let mut due: Vec<&Due> = input.actions.iter().filter(|a| is_due(a, about)).collect();
    due.sort_by(|a, b| {
        (a.target.is_none(), a.target, &a.id).cmp(&(b.target.is_none(), b.target, &b.id))
    });
    items.push(procedure("Actions", due.into_iter().map(|a| point(a, today)).collect()));
    items.extend(input.reports.iter().map(|r| AgendaItem {
        title: r.title.clone(),
        purpose: Purpose::Discussion,
        points: vec![r.standing.clone()],
        papers: vec![r.document.clone()],
    }));
    items.extend(input.awaited.iter().map(|d| AgendaItem {
        title: d.title.clone(),
        purpose: Purpose::Decision,
        points: d.points.clone(),
        papers: d.papers.clone(),
    }));
    items.push(procedure("Any other business", Vec::new()));
    items.push(procedure("Next meeting", Vec::new()));
    Agenda { format: FORMAT.to_owned(), about: about.clone(), papers_due, items }
}

fn point(a: &Due, today: Day) -> String {
    let when = match a.target {
        Some(target) if target <= today => format!("overdue, target {}", day(target)),
        Some(target) => format!("due {}", day(target)),
        None => "no target date".to_owned(),
    };
    let claimed = if a.claimed { "; its owner says that it is done" } else { "" };
    format!("{} ({}, {when}{claimed}): {}", a.id, a.owner, a.text)
}
