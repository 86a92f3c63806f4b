//! Contacts from a table: CSV or a workbook, such as the one that `template contacts` writes.

use super::{NewContact, check_topic, propose};
use crate::{
    AppError, Context, Result,
    answer::{Answer, Table, count},
    names::{self, Named},
};
use northbound_ingest::table;
use northbound_registers::{
    AsAt, Query,
    records::participants::contacts::{Contact, is_address},
};
use northbound_types::Day;
use serde_json::json;
use std::path::Path;

/// Bytes of a table of contacts.
const MOST_BYTES: u64 = 4 << 20;

/// Proposes every contact of a file that the register does not have yet. A file with a row that is wrong is
/// refused as a whole.
///
/// # Errors
/// Where the file cannot be read, a column is missing or a row is wrong, with its line; where the registers
/// refuse a contact.
pub fn import(ctx: &Context, file: &Path) -> Result<Answer> {
    let rows = read(ctx, file)?;
    let stored = {
        let store = ctx.store()?;
        let query = Query::as_at(AsAt::NOW);
        ctx.gate(&store).list::<Contact>(&query)?
    };
    let (mut t, mut proposed, mut already) =
        (Table::new("", &["id", "party", "topic", "address", "role", "what"]), Vec::new(), 0);
    for new in &rows {
        let (id, what) = match stored.iter().find(|k| says_so(&k.record, new)) {
            Some(k) => {
                already += 1;
                (k.id.clone(), "was there already")
            }
            None => {
                let id = propose(ctx, new)?.id;
                proposed.push(json!({"id": id, "party": new.party, "topic": new.topic}));
                (id, "proposed")
            }
        };
        let NewContact { party, topic, address, role, .. } = new;
        t.row([id.as_str(), party, topic, address, role, what]);
    }
    let did = if ctx.dry_run { "would be proposed" } else { "proposed" };
    let mut answer =
        Answer::new(json!({"proposed": proposed, "already": already, "dry_run": ctx.dry_run}))
            .say(format!(
                "{} contacts {did}, {} were there already.",
                count(proposed.len() as u64),
                count(already)
            ))
            .table(t);
    if !proposed.is_empty() {
        answer = answer.then("Nothing is sent to a new contact until another person confirms it (`northbound contact confirm ID`).");
    }
    Ok(answer)
}

/// Is this contact in the register, in force or proposed?
fn says_so(c: &Contact, new: &NewContact) -> bool {
    let proposed = c.proposed.as_ref().map(|p| (p.address.as_str(), p.role.as_str()));
    let wanted = (new.address.as_str(), new.role.as_str());
    let same = (c.address.as_str(), c.role.as_str()) == wanted || proposed == Some(wanted);
    same && c.party == new.party && c.topic == new.topic
}

fn read(ctx: &Context, file: &Path) -> Result<Vec<NewContact>> {
    let none = || {
        AppError::input(format!(
            "{}: a table with the columns party, topic, address and role is needed; `northbound template contacts --out FILE.xlsx` writes one",
            file.display()
        ))
    };
    let wanted = |header: &[String]| {
        let has = |n: &str| header.iter().any(|h| h.eq_ignore_ascii_case(n));
        ["party", "topic", "address", "role"].into_iter().all(has)
    };
    let table = table::read(file, MOST_BYTES, wanted)?.ok_or_else(none)?;
    let of = |row: &[String], name: &str| -> String {
        let at = table.header.iter().position(|h| h.eq_ignore_ascii_case(name));
        at.and_then(|at| row.get(at)).map(|c| c.trim().to_owned()).unwrap_or_default()
    };
    let mut all = Vec::new();
    for (line, row) in &table.rows {
        let wrong =
            |why: String| AppError::input(format!("{}, line {line}: {why}", file.display()));
        let day = |name: &str| -> Result<Option<Day>> {
            let text = of(row, name);
            if text.is_empty() {
                return Ok(None);
            }
            text.parse()
                .map(Some)
                .map_err(|e: northbound_types::time::TimeError| wrong(e.to_string()))
        };
        let (address, role) = (of(row, "address"), of(row, "role"));
        if !is_address(&address) {
            return Err(wrong(format!("{address:?} is no mail address")));
        }
        if role.is_empty() {
            return Err(wrong("the role is empty: say in words who reads it".to_owned()));
        }
        let party =
            names::known(ctx, Named::Party, &of(row, "party")).map_err(|e| wrong(e.to_string()))?;
        let topic = of(row, "topic");
        check_topic(ctx, &topic).map_err(|e| wrong(e.to_string()))?;
        all.push(NewContact { party, topic, address, role, from: day("from")?, to: day("to")? });
    }
    if all.is_empty() {
        return Err(AppError::input(format!("{} has no row below its header", file.display())));
    }
    Ok(all)
}
