//! The papers of an agenda in the order of its items.

use super::{Agenda, NO_PAPER, Paper};
use northbound_documents::{
    meeting::{Block, MeetingDocument},
    render::words::day,
};
use northbound_types::{Day, Utc};
use serde::Serialize;

/// A paper of an item, or an item without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Number of the item, from 1.
    pub item: usize,
    /// Title of the item.
    pub title: String,
    /// Id of the paper; empty where the item has none.
    pub document: String,
    /// Title of the paper; empty where it is not registered.
    pub paper: String,
    /// Day on which it came; null while it is not here.
    pub arrived: Option<Day>,
    /// Days after the last day for papers; 0 where it is in time or not here.
    pub late_days: i32,
    /// What a reader must know: late, not here, no paper. Empty where all is well.
    pub remark: String,
}

/// A row for each paper in the order of the agenda, and one for each item that lacks a paper.
#[must_use]
pub fn rows(agenda: &Agenda, papers: &[Paper]) -> Vec<Row> {
    let mut out = Vec::new();
    for (n, item) in agenda.items.iter().enumerate() {
        let row = |document: &str, remark: &str| Row {
            item: n + 1,
            title: item.title.clone(),
            document: document.to_owned(),
            paper: String::new(),
            arrived: None,
            late_days: 0,
            remark: remark.to_owned(),
        };
        if item.lacks_paper() {
            out.push(row("", NO_PAPER));
        }
        for id in &item.papers {
            let Some(known) = papers.iter().find(|p| p.id == *id) else {
                out.push(row(id, "not in the register of documents"));
                continue;
            };
            out.push(Row {
                paper: known.title.clone(),
                arrived: known.arrived,
                ..row(id, "").with_lateness(known.arrived, agenda.papers_due)
            });
        }
    }
    out
}

impl Row {
    fn with_lateness(mut self, arrived: Option<Day>, due: Option<Day>) -> Row {
        match (arrived, due) {
            (None, _) => "not here yet".clone_into(&mut self.remark),
            (Some(came), Some(due)) if came > due => {
                self.late_days = came.0 - due.0;
                let days = if self.late_days == 1 { "day" } else { "days" };
                self.remark = format!("late by {} {days}", self.late_days);
            }
            _ => {}
        }
        self
    }
}

/// The table of contents of the papers. `files` has the name of the file of each row, empty where there is
/// none.
#[must_use]
pub fn contents(agenda: &Agenda, rows: &[Row], files: &[String], at: Utc) -> MeetingDocument {
    let about = &agenda.about;
    let came = |r: &Row| r.arrived.map_or_else(String::new, day);
    let table = rows
        .iter()
        .enumerate()
        .map(|(n, r)| {
            let paper = if r.paper.is_empty() { &r.document } else { &r.paper };
            let file = files.get(n).cloned().unwrap_or_default();
            vec![
                r.item.to_string(),
                r.title.clone(),
                paper.clone(),
                came(r),
                r.remark.clone(),
                file,
            ]
        })
        .collect();
    let columns =
        [("Item", 7), ("Title", 24), ("Paper", 20), ("Came", 13), ("Remark", 16), ("File", 20)];
    let mut subtitle =
        vec![format!("Meeting: {}", about.reference()), format!("Date: {}", day(about.date))];
    subtitle.extend(agenda.papers_due.map(|d| format!("Papers due: {}", day(d))));
    MeetingDocument {
        title: format!("Papers of {} {}", about.title, about.meeting),
        subtitle,
        marking: about.marking.clone(),
        body: about.body.clone(),
        version: String::new(),
        at,
        blocks: vec![Block::table("", &columns, table)],
    }
}
