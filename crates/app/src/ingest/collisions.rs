//! Records of an ingested file that contradict another of the same identity: both rows, which counts, and why.

use crate::{
    answer::{Answer, Table, count},
    context::Context,
    error::{AppError, Result},
};
use northbound_ledger::{Collision, Decided, Snapshot, SourceRecord, schema};
use northbound_registers::Visibility;
use northbound_types::Day;
use serde_json::{Value, json};

/// Most collisions that are listed of messages, and of stated figures.
const MOST: usize = 1000;
const ALL_DAYS: (Day, Day) = (Day(i32::MIN), Day(i32::MAX));

/// The collisions of the file with a number in the ledger.
///
/// # Errors
/// Where the actor may not see all parties' messages, the file has no rows in the ledger, or the ledger cannot be
/// read.
pub(super) fn list(ctx: &Context, id: &str) -> Result<Answer> {
    // The other row may be anybody's.
    if !Visibility::of(&ctx.actor).all {
        return Err(AppError::refused(
            "collisions show rows of all parties: only staff may list them (--as NAME+analyst)",
        ));
    }
    let Ok(source) = id.parse::<i64>() else {
        return Err(AppError::usage(format!(
            "file {id} is in the registers; only files of the ledger have collisions"
        )));
    };
    let snapshot = ctx.snapshot()?;
    let messages = snapshot.collisions(Some(source), Some(ALL_DAYS), MOST)?;
    let stated = snapshot.collisions(Some(source), None, MOST)?;
    let (list, all) = ([messages.list, stated.list].concat(), messages.all + stated.all);
    let json: Vec<Value> = list.iter().map(|c| json_of(&snapshot, c)).collect();
    let answer = Answer::new(json!({"id": id, "collisions": json, "all": all}));
    if all == 0 {
        return Ok(answer.say("No row of the file contradicts another of the same identity."));
    }
    let mut table = Table::new(
        "",
        &["record", "first row", "other row", "differences (first / other)", "counted"],
    );
    for c in &list {
        table.row(cells(&snapshot, c));
    }
    let listed = list.len() as u64;
    let answer = answer.table(table);
    Ok(if all > listed {
        answer.then(format!("{} more are not listed.", count(all - listed)))
    } else {
        answer
    })
}

/// A stated figure is chosen by declared rank or correction only.
fn is_disputed(c: &Collision) -> bool {
    c.table == schema::Table::Stated && c.decided == Decided::Content
}

fn counted(c: &Collision) -> String {
    if is_disputed(c) {
        "neither: the figure is disputed".to_owned()
    } else {
        format!("the first: {}", c.decided.words())
    }
}

fn file_name(snapshot: &Snapshot, r: &SourceRecord) -> String {
    let file = snapshot.root.manifest.source(r.source);
    file.map_or_else(|| format!("source {}", r.source), |f| f.name.clone())
}

fn cells(snapshot: &Snapshot, c: &Collision) -> [String; 5] {
    let identity: Vec<String> =
        c.identity().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let place = |r: &SourceRecord| format!("{}, row {}", file_name(snapshot, r), r.row);
    let known = |t: &str| if t.is_empty() { "unknown".to_owned() } else { t.to_owned() };
    let differences: Vec<String> = c
        .differences()
        .iter()
        .map(|(name, first, other)| format!("{name}: {} / {}", known(first), known(other)))
        .collect();
    [identity.join(" "), place(&c.first), place(&c.other), differences.join("; "), counted(c)]
}

fn json_of(snapshot: &Snapshot, c: &Collision) -> Value {
    let record = |r: &SourceRecord| json!({"source": r.source, "file": file_name(snapshot, r), "row": r.row, "record": r.columns});
    let identity: serde_json::Map<String, Value> =
        c.identity().into_iter().map(|(n, v)| (n.to_owned(), json!(v))).collect();
    let differences: Vec<Value> = c
        .differences()
        .iter()
        .map(|(column, first, other)| json!({"column": column, "first": first, "other": other}))
        .collect();
    json!({
        "table": c.table.name(), "identity": identity, "first": record(&c.first), "other": record(&c.other),
        "differences": differences, "decided_by": c.decided, "disputed": is_disputed(c), "counted": counted(c),
    })
}
