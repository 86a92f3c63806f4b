//! All messages behind a figure as CSV: what met, what missed, what was left out and why.

use super::Answer;
use crate::{PackError, evidence::Progress};
use northbound_ledger::{
    drill::{Message, Query},
    schema::Table,
};
use northbound_measures::incidents::in_time::CountedIncident;
use northbound_types::{Selector, Timeliness, Utc, printable};
use std::io::Write;

/// Messages of one page of the export.
const PAGE: u64 = 20_000;

/// Writes every message behind the figure; returns how many. The first column says how each counts.
///
/// # Errors
/// [`PackError::Refused`] where the messages are others' own; where they cannot be read or the file
/// not be written.
pub fn csv(a: &Answer, to: &mut dyn Write, progress: Progress<'_>) -> Result<u64, PackError> {
    if !a.open {
        return Err(PackError::Refused("the messages behind this figure belong to other parties; act as analyst, or as the User whose requests they are".to_owned()));
    }
    if !a.explained.incidents.is_empty() {
        return incidents(&a.explained.incidents, to);
    }
    let mut out = csv::WriterBuilder::new().from_writer(to);
    let columns: Vec<&str> = Table::Exchanges.columns().iter().map(|(n, _)| *n).collect();
    let fail = PackError::Csv;
    let head = ["counts_as"].into_iter().chain(columns.iter().copied()).chain([
        "timeliness",
        "latency_us",
        "target_us",
        "target_assumed",
        "source_file",
        "source_row",
    ]);
    out.write_record(head).map_err(fail)?;
    let mut written = 0;
    let due = |m: &Message| {
        if m.timeliness == Timeliness::InTime { "met".to_owned() } else { "missed".to_owned() }
    };
    let mut lists: Vec<(Vec<Selector>, Option<String>)> =
        vec![(a.behind.denominator.clone(), None)];
    lists.extend(
        a.behind
            .excluded
            .iter()
            .map(|(why, s)| (vec![s.clone()], Some(format!("left out: {why}")))),
    );
    for (selectors, label) in lists.iter().filter(|l| !l.0.is_empty()) {
        let mut skip = 0;
        loop {
            progress("writing messages");
            let q = Query { days: a.behind.days, selectors, skip, limit: PAGE, set_aside: false };
            let page = a.evidence.known.snapshot.messages(&q, &a.evidence.known.judge)?;
            for m in &page.messages {
                out.write_record(record(m, &label.clone().unwrap_or_else(|| due(m)), &columns))
                    .map_err(fail)?;
                written += 1;
            }
            match page.next {
                Some(n) => skip = n,
                None => break,
            }
        }
    }
    out.flush().map_err(|e| PackError::Csv(e.into()))?;
    Ok(written)
}

/// The incidents behind a figure of incidents.
fn incidents(list: &[CountedIncident], to: &mut dyn Write) -> Result<u64, PackError> {
    let mut out = csv::WriterBuilder::new().from_writer(to);
    let head = ["counts_as", "incident", "category", "responsible", "opened", "due", "resolved"];
    out.write_record(head).map_err(PackError::Csv)?;
    let at = |t: Option<Utc>| t.map_or_else(String::new, |t| t.to_string());
    for i in list {
        out.write_record([
            harmless(i.counts_as.clone()),
            i.incident.to_string(),
            i.category.map_or_else(String::new, |c| c.to_string()),
            harmless(i.responsible.clone().unwrap_or_default()),
            at(i.opened),
            at(i.due),
            at(i.resolved),
        ])
        .map_err(PackError::Csv)?;
    }
    out.flush().map_err(|e| PackError::Csv(e.into()))?;
    Ok(list.len() as u64)
}

fn record(m: &Message, counts_as: &str, columns: &[&str]) -> Vec<String> {
    let number = |n: Option<i64>| n.map_or_else(String::new, |v| v.to_string());
    let mut row = vec![harmless(counts_as.to_owned())];
    row.extend(columns.iter().map(|c| harmless(m.record.get(c).cloned().unwrap_or_default())));
    row.extend([
        m.timeliness.to_string(),
        number(m.latency_us),
        number(m.target_us),
        m.target_assumed.to_string(),
        harmless(m.source_file.clone()),
        m.row.to_string(),
    ]);
    row
}

/// Text of the input: no spreadsheet takes it for a formula, and nothing in it is hidden.
fn harmless(text: String) -> String {
    printable::visible(&printable::cell(&text)).into_owned()
}
