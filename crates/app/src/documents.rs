//! Documents, received or promised.

use crate::{
    Answer, Context, Result, Table,
    registers::{self, with_reason},
};
use northbound_registers::{Query, Receipt, records::oversight::documents::Document};
use northbound_types::{Day, Period};
use serde_json::json;

/// Records the receipt of a promised document. An empty `sha256` or `filed` leaves what was recorded.
///
/// # Errors
/// Where the registers refuse it.
pub fn arrive(ctx: &Context, id: &str, on: Day, sha256: &str, filed: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).update::<Document>(id, &with_reason(ctx, "received"), |d| {
        d.arrived = Some(on);
        if !sha256.is_empty() {
            sha256.clone_into(&mut d.sha256);
        }
        if !filed.is_empty() {
            filed.clone_into(&mut d.filed);
        }
        Ok(())
    })?)
}

/// Documents with their standing on the day asked for.
///
/// # Errors
/// Where the registers cannot be read.
pub fn list(ctx: &Context, period: Option<Period>, withdrawn: bool) -> Result<Answer> {
    let query = Query { period, withdrawn, ..Query::default() };
    let documents = registers::list::<Document>(ctx, &query)?;
    let today = ctx.as_at.unwrap_or(ctx.now).day();
    let head = [
        "id",
        "kind",
        "title",
        "period",
        "version",
        "marking",
        "owner",
        "due",
        "standing",
        "comments by",
    ];
    let mut t = Table::new("", &head);
    let mut records = Vec::new();
    let day = |d: Option<Day>| d.map_or_else(String::new, |d| d.to_string());
    for k in &documents {
        let (d, standing) = (&k.record, k.record.standing(today));
        t.row([
            k.id.clone(),
            d.kind.to_string(),
            d.title.clone(),
            d.period.map_or_else(String::new, |p| p.to_string()),
            d.version.clone(),
            d.marking.clone(),
            d.owner.clone(),
            day(d.due),
            standing.to_string(),
            day(d.comments_by),
        ]);
        let mut j = json!(k);
        j["standing"] = json!(standing);
        records.push(j);
    }
    Ok(Answer::new(json!({"records": records, "on": today})).table(t))
}
