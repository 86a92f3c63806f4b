//! What came back: each bounce is noted at its message, and at the contact whose address it is.

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table},
    registers::documents::because,
};
use northbound_registers::{
    RegisterError,
    records::participants::{contacts::Bounce, mailings::Bounced},
};
use northbound_types::Utc;
use serde::Deserialize;
use serde_json::json;
use std::path::Path;

/// A row of the file.
#[derive(Debug, Deserialize)]
struct Row {
    message_id: String,
    at: String,
    why: String,
}

/// Most rows of one file.
const MAX_ROWS: usize = 100_000;

pub(super) fn take(ctx: &Ctx, file: &Path) -> Result<Answer> {
    let bytes = std::fs::read(file).map_err(|e| CliError::io("read", file, e))?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes.as_slice());
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let (mut noted, mut already, mut refused) = (Vec::new(), 0u64, Vec::new());
    for (n, row) in reader.deserialize::<Row>().enumerate() {
        let line = n + 2;
        if n >= MAX_ROWS {
            return Err(CliError::refused(format!(
                "{} has more than {MAX_ROWS} rows; split it",
                file.display()
            )));
        }
        let row = match row {
            Ok(r) => r,
            Err(e) => {
                refused.push((line, format!("{e}; columns are message_id, at, why")));
                continue;
            }
        };
        let at: Utc = match row.at.parse() {
            Ok(t) => t,
            Err(e) => {
                refused.push((line, format!("at: {e}")));
                continue;
            }
        };
        let id = row.message_id.trim_start_matches('<').trim_end_matches('>').to_owned();
        match gate.bounce(
            &Bounce { at, why: row.why, message_id: id.clone() },
            &because(ctx, "it came back"),
        ) {
            Ok(Bounced::Already) => already += 1,
            Ok(what) => noted.push((id, what == Bounced::Contact)),
            Err(RegisterError::NotFound { .. }) => {
                refused.push((line, format!("no message {id:?} was sent from here")))
            }
            Err(e) => return Err(e.into()),
        }
    }
    let mut t = Table::new("Came back", &["message", "contact flagged"]);
    for (id, flagged) in &noted {
        t.row([
            id.clone(),
            if *flagged { "yes" } else { "no: its address has changed since" }.to_owned(),
        ]);
    }
    let mut r = Table::new("Not taken", &[">line", "why"]);
    for (line, why) in &refused {
        r.row([line.to_string(), why.clone()]);
    }
    if noted.is_empty() && already == 0 && !refused.is_empty() {
        return Err(CliError::input(format!(
            "{}: no row could be taken; line {}: {}",
            file.display(),
            refused[0].0,
            refused[0].1
        )));
    }
    Ok(Answer::new(json!({
        "noted": noted.iter().map(|(id, f)| json!({"message_id": id, "contact_flagged": f})).collect::<Vec<_>>(), "already": already,
        "refused": refused.iter().map(|(l, w)| json!({"line": l, "why": w})).collect::<Vec<_>>(),
    })).say(format!("{} came back, {already} were noted before, {} rows were not taken.", noted.len(), refused.len())).table(t).table(r))
}
