//! What is beside the messages: targets, forecasts and counts of two sources.

use super::{USERS, srvs, user_eui, write_table};
use crate::Any;
use crate::dice::Dice;
use arrow_array::{ArrayRef, Int64Array, StringArray};
use std::{path::Path, sync::Arc};

/// Targets, forecasts, and two tables of counts of about 270,000 keys.
pub fn tables(out: &Path, seed: u64, rules: &northbound_rules::RuleSet) -> Result<(), Any> {
    let srvs = srvs(rules);
    let mut d = Dice::new(seed ^ 0x7AB1E5);
    targets(out, &srvs)?;
    forecasts(out, &srvs, &mut d)?;
    counts(out, &srvs, &mut d)
}

fn targets(out: &Path, srvs: &[String]) -> Result<(), Any> {
    let mut w = csv::Writer::from_path(out.join("targets.csv"))?;
    w.write_record(["srv", "generation", "test_kind", "seconds"])?;
    for (i, srv) in srvs.iter().enumerate() {
        for g in ["smets1", "smets2"] {
            // One SRV in four has no target: its answers are never in time.
            for t in ["none", "rtt2", "rtt3", "rtt4"] {
                if i % 4 != 3 {
                    w.write_record([srv, g, t, ["30", "600", "10"][i % 3]])?;
                }
            }
        }
    }
    w.flush()?;
    Ok(())
}

/// One month of most pairs of User and SRV.
fn forecasts(out: &Path, srvs: &[String], d: &mut Dice) -> Result<(), Any> {
    let pairs: Vec<(i64, &String)> = (0..USERS as u64)
        .flat_map(|u| srvs.iter().map(move |s| (user_eui(u), s)))
        .filter(|_| d.below(10) > 0)
        .collect();
    write_table(
        &out.join("forecasts.parquet"),
        vec![
            ("user", Arc::new(Int64Array::from_iter_values(pairs.iter().map(|p| p.0))) as ArrayRef),
            ("srv", Arc::new(StringArray::from_iter_values(pairs.iter().map(|p| p.1)))),
            ("month", Arc::new(StringArray::from_iter_values(pairs.iter().map(|_| "2026-04")))),
            (
                "forecast",
                Arc::new(Int64Array::from_iter_values(pairs.iter().map(|_| d.below(5_000) as i64))),
            ),
        ],
    )
}

/// One count, as the first source has it.
struct Count<'a> {
    period: String,
    user: i64,
    srv: &'a String,
    region: &'static str,
    count: i64,
}

/// The counts of two sources: each lost some, and the second changed some.
fn counts(out: &Path, srvs: &[String], d: &mut Dice) -> Result<(), Any> {
    let all: Vec<Count<'_>> = (1..=12)
        .flat_map(|m| (0..USERS as u64).map(move |u| (m, u)))
        .flat_map(|(m, u)| {
            srvs.iter().flat_map(move |s| {
                ["north", "central", "south"].map(|r| (format!("2025-{m:02}"), user_eui(u), s, r))
            })
        })
        .map(|(period, user, srv, region)| Count {
            period,
            user,
            srv,
            region,
            count: d.below(100_000) as i64,
        })
        .collect();
    for (name, lost, changed) in [("counts_a", 500, 0), ("counts_b", 333, 100)] {
        let mut rows: Vec<(&Count<'_>, i64)> = Vec::new();
        for c in &all {
            if d.below(lost) == 0 {
                continue;
            }
            let delta =
                if changed > 0 && d.below(changed) == 0 { d.below(100) as i64 - 50 } else { 0 };
            rows.push((c, c.count + delta));
        }
        for i in (1..rows.len()).rev() {
            rows.swap(i, d.below(i as u64 + 1) as usize);
        }
        let text = |of: fn(&Count<'_>) -> String| {
            Arc::new(StringArray::from_iter_values(rows.iter().map(|r| of(r.0)))) as ArrayRef
        };
        let number = |of: fn(&(&Count<'_>, i64)) -> i64| {
            Arc::new(Int64Array::from_iter_values(rows.iter().map(of))) as ArrayRef
        };
        write_table(
            &out.join(format!("{name}.parquet")),
            vec![
                ("period", text(|c| c.period.clone())),
                ("user", number(|r| r.0.user)),
                ("srv", text(|c| c.srv.clone())),
                ("region", text(|c| c.region.to_owned())),
                ("count", number(|r| r.1)),
            ],
        )?;
    }
    Ok(())
}
