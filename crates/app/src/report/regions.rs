//! Evidence on each region from all sides, and where it does not agree.

use super::gathered;
use crate::{
    answer::{Answer, Measured, Table, count},
    context::Context,
    error::Result,
};
use northbound_packs::{data, oversight::regions};
use northbound_types::{Period, Ratio};
use serde_json::json;

/// The evidence on each region.
///
/// # Errors
/// Where the evidence cannot be read.
pub fn evidence_by_region(
    ctx: &Context,
    period: Period,
    methodology: Option<&str>,
) -> Result<Answer> {
    let (e, known) = gathered(ctx, period, methodology)?;
    let data = data::make(&e)?;
    let (found, compared) = regions::evidence(&e, &data)?;
    let mut t = Table::new("Evidence", &["region", "source", "what", "count", "says", "why"])
        .figures(&["count"]);
    let mut conflicts = Table::new("Disagreements", &["region", "in favour", "against"]);
    let ratio = |r: Option<Ratio>| {
        r.map_or_else(String::new, |r| format!("{} of {}", count(r.num), count(r.den)))
    };
    for r in &found {
        for w in &r.witnesses {
            t.row([
                r.region.to_string(),
                w.side.to_string(),
                w.what.clone(),
                ratio(w.ratio),
                w.says.to_string(),
                w.why.clone(),
            ]);
            t.figure("count", w.ratio.map(|r| Measured::share(r, 2)).unwrap_or_default());
        }
        let names = |s: &[northbound_measures::oversight::evidence::Side]| {
            s.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", ")
        };
        if r.conflict {
            conflicts.row([r.region.to_string(), names(&r.well), names(&r.not_well)]);
        }
    }
    let mut tests = Table::new(
        "Tests that Users ran, against the other regions",
        &["region", ">its own", ">the others", ">difference, points", "interval", "finding"],
    )
    .figures(&["its own", "the others"]);
    for c in &compared {
        let (d, i, f) = match &c.difference {
            Ok(d) => (d.points.clone(), format!("{} to {}", d.low, d.high), d.found.to_string()),
            Err(why) => (String::new(), String::new(), why.clone()),
        };
        tests.row([c.region.to_string(), ratio(Some(c.own)), ratio(Some(c.others)), d, i, f]);
        tests.figure("its own", Measured::share(c.own, 2));
        tests.figure("the others", Measured::share(c.others, 2));
    }
    Ok(Answer::new(json!({"period": period, "methodology": e.known.methodology.id, "manifest": e.known.snapshot.root.hash, "regions": found, "tests": compared})).say(known).table(t).table(conflicts).table(tests))
}
