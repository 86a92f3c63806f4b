//! Migration by week: plan beside actuals, active and dormant installations apart.

use crate::{Answer, Context, Result, Table, answer::count};
use northbound_packs::smets1::{Migrated, Stream, streams, weeks};
use northbound_registers::{
    Query,
    records::smets1::migrations::{MeterStatus, MigrationWeek},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Which streams.
#[derive(Debug, Clone, Default)]
pub struct StreamFilter {
    /// Only of this cohort.
    pub cohort: Option<String>,
    /// Only active, or only dormant ones.
    pub status: Option<MeterStatus>,
}

/// The streams in force now, and the numbers on which sources contradict each other.
pub(super) fn read(
    ctx: &Context,
    filter: &StreamFilter,
) -> Result<(BTreeMap<Stream, Migrated>, Vec<String>)> {
    let store = ctx.store()?;
    let now = ctx.gate(&store).current::<MigrationWeek>(&Query::as_at(ctx.as_at()))?;
    let disputes = now.disputes.iter().map(|d| d.about.clone()).collect();
    let rows: Vec<MigrationWeek> = now
        .rows
        .into_iter()
        .map(|k| k.record)
        .filter(|r| {
            filter.cohort.as_ref().is_none_or(|c| *c == r.cohort)
                && filter.status.is_none_or(|s| s == r.status)
        })
        .collect();
    Ok((streams(&rows), disputes))
}

/// Plan and actuals of each stream, week by week.
///
/// # Errors
/// Where the registers cannot be read.
pub fn by_week(ctx: &Context, filter: &StreamFilter) -> Result<Answer> {
    let (all, disputes) = read(ctx, filter)?;
    let mut answer = Answer::new(Value::Null);
    let mut out = Vec::new();
    for (stream, m) in &all {
        let lines = weeks(m);
        let head = [
            "week of",
            ">planned",
            ">planned so far",
            ">migrated",
            ">migrated so far",
            ">due in all",
            ">cap a week",
        ];
        let mut t = Table::new(&stream.words(), &head);
        let n = |v: Option<u64>| v.map(count).unwrap_or_default();
        for l in &lines {
            t.row([
                l.week.to_string(),
                n(l.planned),
                n(l.planned_so_far),
                n(l.actual),
                n(l.actual_so_far),
                n(l.due),
                n(l.cap),
            ]);
        }
        answer = answer.table(t);
        out.push(json!({"cohort": stream.cohort, "combination": stream.combination, "status": stream.status, "weeks": lines}));
    }
    answer.json = json!({"streams": out, "disputes": disputes});
    for d in &disputes {
        answer = answer.then(format!("Sources contradict each other on {d}."));
    }
    Ok(if all.is_empty() { answer.say("There are no counts.") } else { answer })
}
