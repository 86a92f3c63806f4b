//! An agenda as a document.

use super::{Agenda, NO_PAPER, Paper, Purpose, rows};
use northbound_documents::{
    meeting::{Block, MeetingDocument},
    render::words::day,
};
use northbound_types::Utc;

/// The agenda as it is printed: a table of the items, then each with its points. `papers` are the documents
/// that the register knows; `at` is stored as the time of creation.
#[must_use]
pub fn document(agenda: &Agenda, papers: &[Paper], at: Utc) -> MeetingDocument {
    let about = &agenda.about;
    let table = agenda
        .items
        .iter()
        .enumerate()
        .map(|(n, item)| {
            let said: Vec<String> = rows(agenda, papers)
                .into_iter()
                .filter(|r| r.item == n + 1)
                .map(|r| match (r.document.is_empty(), r.remark.is_empty()) {
                    (true, _) => r.remark,
                    (false, true) => r.document,
                    (false, false) => format!("{} ({})", r.document, r.remark),
                })
                .collect();
            let purpose = match item.purpose {
                Purpose::Procedure => String::new(),
                p => format!("for {p}"),
            };
            vec![(n + 1).to_string(), item.title.clone(), purpose, said.join("; ")]
        })
        .collect();
    let columns = [("Item", 8), ("Title", 42), ("Purpose", 18), ("Papers", 32)];
    let mut blocks = vec![Block::table("", &columns, table)];
    for (n, item) in agenda.items.iter().enumerate().filter(|(_, i)| !i.points.is_empty()) {
        blocks.push(Block::heading(format!("{}. {}", n + 1, item.title)));
        if item.lacks_paper() {
            blocks.push(Block::labelled("Note:", NO_PAPER));
        }
        blocks.push(Block::Items { items: item.points.clone() });
    }
    let mut subtitle =
        vec![format!("Meeting: {}", about.reference()), format!("Date: {}", day(about.date))];
    subtitle.extend(agenda.papers_due.map(|d| format!("Papers due: {}", day(d))));
    MeetingDocument {
        title: format!("Agenda of {} {}", about.title, about.meeting),
        subtitle,
        marking: about.marking.clone(),
        body: about.body.clone(),
        version: if about.status.is_empty() {
            String::new()
        } else {
            format!("Status: {}", about.status)
        },
        at,
        blocks,
    }
}
