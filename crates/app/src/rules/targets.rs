//! The Target Response Times resolved for what the ledger holds, in the columns of the table `targets`
//! that `crates/ledger/rollup.sql` reads, so that another engine can run that SQL without knowing how a
//! rule is chosen.

use crate::{
    answer::{Answer, Table},
    context::Context,
    error::Result,
};
use northbound_ledger::judge::{Judge, Target, TargetQuery};
use northbound_types::{Day, Leg, cells::Dim};
use serde_json::{Value, json};

/// The dimensions of the counts that decide a target. The leg is not one, so every leg is resolved.
const DIMS: [Dim; 5] = [Dim::Srv, Dim::Generation, Dim::Role, Dim::Mode, Dim::TestKind];

/// Every target with the days on which it holds.
///
/// # Errors
/// Where the ledger, the registers or the rules cannot be read.
pub fn targets(ctx: &Context) -> Result<Answer> {
    let store = ctx.store()?;
    let judge = ctx.judge(&store)?;
    let snapshot = ctx.snapshot()?;
    let mut table = Table::new(
        "",
        &[
            "srv",
            "generation",
            "role",
            "mode",
            "test_kind",
            "leg",
            "first_day",
            "after_day",
            ">micros",
            "assumed",
        ],
    );
    let mut list: Vec<Value> = Vec::new();
    let Some((first, last)) = snapshot.span() else {
        return Ok(Answer::new(json!({"judge": judge.id(), "targets": list}))
            .say("The ledger holds no exchange yet.")
            .table(table));
    };
    let days = (first, last.plus(1));
    for row in snapshot.cells(days, &DIMS, &judge)?.rows {
        let [srv, generation, role, mode, test_kind] = row.keys.as_slice() else { continue };
        for leg in Leg::ALL.iter().map(|l| l.as_str()) {
            let spans = spans(days, |day| {
                judge.target(&TargetQuery { srv, generation, role, mode, test_kind, leg, day })
            });
            for (from, after, t) in spans {
                let assumed = if t.assumed { "true" } else { "false" };
                table.row([
                    &**srv,
                    &**generation,
                    &**role,
                    &**mode,
                    &**test_kind,
                    leg,
                    &from.to_string(),
                    &after.to_string(),
                    &t.micros.to_string(),
                    assumed,
                ]);
                list.push(json!({"srv": &**srv, "generation": &**generation, "role": &**role, "mode": &**mode, "test_kind": &**test_kind, "leg": leg,
                    "first_day": from, "after_day": after, "micros": t.micros, "assumed": t.assumed}));
            }
        }
    }
    Ok(Answer::new(json!({"judge": judge.id(), "targets": list})).table(table)
        .then("`assumed` targets come from an unconfirmed rule. Date ranges are half-open; a combination without a row has no target."))
}

/// Runs of days under one target; days without a target are left out.
fn spans(days: (Day, Day), target: impl Fn(Day) -> Option<Target>) -> Vec<(Day, Day, Target)> {
    let mut found: Vec<(Day, Day, Target)> = Vec::new();
    for day in (days.0.0..days.1.0).map(Day) {
        let Some(t) = target(day) else { continue };
        match found.last_mut() {
            Some((_, after, last)) if *after == day && *last == t => *after = day.plus(1),
            _ => found.push((day, day.plus(1), t)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_break_where_the_target_changes_or_is_missing() {
        let t = |micros| Target { micros, assumed: false };
        let by_day = [Some(t(1)), Some(t(1)), Some(t(2)), None, Some(t(2)), Some(t(2))];
        let got = spans((Day(10), Day(16)), |d| by_day[usize::try_from(d.0 - 10).unwrap()]);
        assert_eq!(
            got,
            [(Day(10), Day(12), t(1)), (Day(12), Day(13), t(2)), (Day(14), Day(16), t(2))]
        );
    }

    #[test]
    fn no_days_no_spans() {
        assert!(spans((Day(3), Day(3)), |_| Some(Target { micros: 1, assumed: true })).is_empty());
    }
}
