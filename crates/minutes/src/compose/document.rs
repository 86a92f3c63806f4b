//! Composed minutes as a document.

use super::Right;
use super::{Attendance, Composed, Entry, Item, Target};
use northbound_documents::{
    meeting::{Block, MeetingDocument},
    render::words::day,
};
use northbound_types::Utc;

/// The minutes as they are printed: attendance, a chapter for each agenda item, and the actions in one
/// table at the end. `at` is stored as the time of creation.
#[must_use]
pub fn document(composed: &Composed, at: Utc) -> MeetingDocument {
    let about = &composed.about;
    let mut blocks = attendance(&composed.attendance);
    let untitled = composed.items.iter().take_while(|i| i.title.is_empty()).count();
    for (n, item) in composed.items.iter().enumerate() {
        if !item.title.is_empty() {
            blocks.push(Block::heading(format!("{}. {}", n + 1 - untitled, item.title)));
        }
        blocks.extend(item.entries.iter().map(entry));
    }
    blocks.extend(updates(&composed.items));
    blocks.extend(actions(&composed.items));
    MeetingDocument {
        title: format!("Minutes of {} {}", about.title, about.meeting),
        subtitle: vec![
            format!("Meeting: {}", about.reference()),
            format!("Date: {}", day(about.date)),
        ],
        marking: about.marking.clone(),
        body: about.body.clone(),
        version: format!("Status: {}", about.status),
        at,
        blocks,
    }
}

fn attendance(people: &[Attendance]) -> Vec<Block> {
    let mut out = Vec::new();
    for (right, caption) in [
        (Right::Member, "Members present"),
        (Right::Participant, "Other participants"),
        (Right::Apology, "Apologies"),
    ] {
        let rows: Vec<Vec<String>> = people
            .iter()
            .filter(|p| p.right == right)
            .map(|p| {
                let remarks = [&p.alternate, &p.part];
                let remarks = remarks.iter().filter(|r| !r.is_empty()).map(|r| r.as_str());
                let remarks = remarks.collect::<Vec<_>>().join(", ");
                vec![p.category.clone(), p.name.clone(), p.organisation.clone(), remarks]
            })
            .collect();
        if !rows.is_empty() {
            let columns =
                [("Category", 25), ("Name", 25), ("Organisation", 25), ("Attendance", 25)];
            out.push(Block::heading(caption));
            out.push(Block::table("", &columns, rows));
        }
    }
    out
}

fn entry(entry: &Entry) -> Block {
    match entry {
        Entry::Discussion { text } => Block::text(text),
        Entry::Note { text } => Block::labelled("Note:", text),
        Entry::Decision { body, verb, to, text } => {
            let to = if to.is_empty() { String::new() } else { format!(" to {to}") };
            Block::labelled("DECISION:", format!("{body} {}{to} {text}", verb.to_uppercase()))
        }
        Entry::Action { id, owner, target, text } => {
            let by = match target {
                Target::None => String::new(),
                other => format!(", by {}", until(other)),
            };
            Block::labelled(format!("ACTION {id}:"), format!("{text} ({owner}{by})"))
        }
        Entry::Update { id, text } => Block::labelled(format!("UPDATE {id}:"), text),
    }
}

/// `9 July 2026`, `next meeting`, or that none was set.
#[must_use]
pub(super) fn until(target: &Target) -> String {
    match target {
        Target::None => "none set".to_owned(),
        Target::Day { day: d } => day(*d),
        Target::Implied { words } => words.clone(),
    }
}

fn updates(items: &[Item]) -> Vec<Block> {
    let rows: Vec<Vec<String>> = items
        .iter()
        .flat_map(|i| &i.entries)
        .filter_map(|e| match e {
            Entry::Update { id, text } => Some(vec![id.clone(), text.clone()]),
            _ => None,
        })
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let columns = [("Action", 18), ("Update", 82)];
    vec![Block::heading("Actions of earlier meetings"), Block::table("", &columns, rows)]
}

fn actions(items: &[Item]) -> Vec<Block> {
    let rows: Vec<Vec<String>> = items
        .iter()
        .flat_map(|i| &i.entries)
        .filter_map(|e| match e {
            Entry::Action { id, owner, target, text } => {
                Some(vec![id.clone(), text.clone(), owner.clone(), until(target)])
            }
            _ => None,
        })
        .collect();
    if rows.is_empty() {
        return vec![Block::heading("New actions"), Block::text("None.")];
    }
    let columns = [("Action", 14), ("Text", 50), ("Owner", 16), ("Target date", 20)];
    vec![Block::heading("New actions"), Block::table("", &columns, rows)]
}
