//! Bounces: each is recorded at its message, and at the contact whose address it is.

use crate::{Answer, AppError, Context, Result, Table, input, registers::with_reason};
use northbound_ingest::small_table::{SmallRow, SmallTable};
use northbound_registers::{
    Gate, RegisterError,
    records::participants::{contacts::Bounce, mailings::Bounced},
};
use northbound_types::Utc;
use serde_json::json;
use std::path::Path;

/// Most rows of one file.
const MAX_ROWS: usize = 100_000;

/// What the rows of a file came to.
#[derive(Default)]
struct Outcome {
    /// Message, and whether its contact was flagged; it is not where its address has changed since.
    recorded: Vec<(String, bool)>,
    already_recorded: u64,
    /// Line and reason.
    rejected: Vec<(i64, String)>,
}

/// Records the bounces of a CSV file with the columns `message_id`, `at` and `why`.
///
/// # Errors
/// Where the file cannot be read, has too many rows, or every row was rejected.
pub fn record_bounces(ctx: &Context, file: &Path) -> Result<Answer> {
    let bytes = std::io::Cursor::new(input::bytes(file, input::MAX_FILE)?);
    let mut table = SmallTable::open(file, Box::new(bytes))?;
    let columns = ["message_id", "at", "why"].map(|name| table.need(name));
    let [message_id, at, why] = columns;
    let (message_id, at, why) = (message_id?, at?, why?);
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let mut outcome = Outcome::default();
    let mut rows = 0;
    while let Some(SmallRow { line, cells }) = table.next_row()? {
        rows += 1;
        if rows > MAX_ROWS {
            return Err(AppError::refused(format!(
                "{} has more than {MAX_ROWS} rows; split it",
                file.display()
            )));
        }
        let read = cells
            .map_err(|(_, why)| why)
            .and_then(|c| bounce(&c[message_id], &c[at], c[why].clone()));
        match read {
            Ok(bounce) => outcome.record(ctx, &gate, &bounce, line)?,
            Err(why) => outcome.rejected.push((line, why)),
        }
    }
    if let ([], 0, [(line, why), ..]) =
        (&outcome.recorded[..], outcome.already_recorded, &outcome.rejected[..])
    {
        return Err(AppError::input(format!(
            "{}: no row was accepted; line {line}: {why}",
            file.display()
        )));
    }
    Ok(outcome.answer())
}

/// A row as a bounce, or why it is rejected.
fn bounce(message_id: &str, at: &str, why: String) -> std::result::Result<Bounce, String> {
    let at: Utc = at.parse().map_err(|e| format!("at: {e}"))?;
    let message_id = message_id.trim_start_matches('<').trim_end_matches('>').to_owned();
    Ok(Bounce { at, why, message_id })
}

impl Outcome {
    fn record(&mut self, ctx: &Context, gate: &Gate<'_>, b: &Bounce, line: i64) -> Result<()> {
        match gate.bounce(b, &with_reason(ctx, "bounced")) {
            Ok(Bounced::Already) => self.already_recorded += 1,
            Ok(flagged) => {
                self.recorded.push((b.message_id.clone(), flagged == Bounced::Contact));
            }
            Err(RegisterError::NotFound { .. }) => {
                self.rejected
                    .push((line, format!("no message {:?} was sent from here", b.message_id)));
            }
            Err(e) => return Err(e.into()),
        }
        Ok(())
    }

    fn answer(&self) -> Answer {
        let mut t = Table::new("Bounced", &["message", "contact marked"]);
        for (id, flagged) in &self.recorded {
            let flagged = if *flagged { "yes" } else { "no: its address has changed since" };
            t.row([id.clone(), flagged.to_owned()]);
        }
        let mut r = Table::new("Rejected rows", &[">line", "why"]);
        for (line, why) in &self.rejected {
            r.row([line.to_string(), why.clone()]);
        }
        let json = json!({
            "noted": self.recorded.iter().map(|(id, f)| json!({"message_id": id, "contact_flagged": f})).collect::<Vec<_>>(),
            "already": self.already_recorded,
            "refused": self.rejected.iter().map(|(l, w)| json!({"line": l, "why": w})).collect::<Vec<_>>(),
        });
        Answer::new(json)
            .say(format!(
                "{} bounced, {} were already recorded, {} rows were rejected.",
                self.recorded.len(),
                self.already_recorded,
                self.rejected.len()
            ))
            .table(t)
            .table(r)
    }
}
