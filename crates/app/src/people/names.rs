//! Names of people. They are in a register of their own; everywhere else a person is a handle.

use crate::{
    Answer, Context, Result, Table, input,
    registers::{self, view},
};
use northbound_registers::{
    Query,
    records::participants::people::{Person, PersonName, names_in},
};
use serde_json::json;
use std::path::PathBuf;

/// Adds a person, and the name into its own register.
///
/// # Errors
/// Where the registers refuse it.
pub fn add(ctx: &Context, person: &Person, name: Option<&str>) -> Result<Answer> {
    let store = ctx.store()?;
    let receipts = ctx.gate(&store).add_person(person, name, &ctx.write())?;
    let answer = view::first_receipt(&receipts);
    Ok(if receipts.len() > 1 {
        answer.say("The name is stored separately; `person names` shows it to staff.")
    } else {
        answer
    })
}

/// Every name that the Actor may see.
///
/// # Errors
/// Where the registers cannot be read.
pub fn names(ctx: &Context) -> Result<Vec<PersonName>> {
    let names = registers::list::<PersonName>(ctx, &Query::default())?;
    Ok(names.into_iter().map(|k| k.record).collect())
}

/// A table of names.
#[must_use]
pub fn listed(names: &[PersonName]) -> Answer {
    let mut t = Table::new("", &["person", "name", "party"]);
    for n in names {
        t.row([n.person.clone(), n.name.clone(), n.party.clone().unwrap_or_default()]);
    }
    Answer::new(json!({"names": names})).table(t)
}

/// Looks for names in text files that should have none. Findings are reported by handle, so that the
/// report itself names nobody; [`Answer::found`] where there is one.
///
/// # Errors
/// Where a file cannot be read.
pub fn find_in_files(ctx: &Context, files: &[PathBuf]) -> Result<Answer> {
    let names = names(ctx)?;
    let mut found = Vec::new();
    let mut t = Table::new("Names found", &["file", "person"]);
    for file in files {
        let bytes = input::bytes(file, input::MAX_FILE)?;
        for n in names_in(&String::from_utf8_lossy(&bytes), &names) {
            t.row([file.display().to_string(), n.person.clone()]);
            found.push(json!({"file": file.display().to_string(), "person": n.person}));
        }
    }
    let mut a = Answer::new(json!({"found": found, "files": files.len(), "names": names.len()}));
    a.found = !found.is_empty();
    Ok(a.say(format!(
        "{} files searched for {} names: {} found.",
        files.len(),
        names.len(),
        found.len()
    ))
    .table(t))
}
