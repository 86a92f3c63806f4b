//! Defects of measures with the numbers that show them.

use super::gathered;
use crate::{
    answer::{Answer, Table},
    context::Context,
    error::Result,
};
use northbound_packs::{data, oversight::defects::defects as defects_of};
use northbound_types::Period;
use serde_json::json;

/// The defects of measures that show in a period, a row for each piece of evidence.
///
/// # Errors
/// Where the evidence cannot be read.
pub fn defects(ctx: &Context, period: Period) -> Result<Answer> {
    let (e, known) = gathered(ctx, period, None)?;
    let data = data::make(&e)?;
    let found = defects_of(&e, &data);
    let mut t = Table::new(
        "",
        &[
            "measure",
            "provider",
            "region",
            "defect",
            "found by",
            "change",
            "methodology",
            "figure",
            ">met",
            ">counted",
            ">left out",
            "figure id",
        ],
    );
    for d in &found {
        let head = [
            d.measure.clone(),
            d.provider.clone(),
            d.region.to_string(),
            d.what.clone(),
            d.found_by.clone(),
            d.change.clone(),
        ]
        .to_vec();
        if d.evidence.is_empty() {
            t.row([head.clone(), vec![String::new(); 6]].concat());
        }
        for w in &d.evidence {
            t.row(
                [
                    head.clone(),
                    vec![
                        w.methodology.clone(),
                        w.text.clone(),
                        w.num.to_string(),
                        w.den.to_string(),
                        w.excluded.to_string(),
                        w.figure.clone(),
                    ],
                ]
                .concat(),
            );
        }
    }
    Ok(Answer::new(
        json!({"period": period, "manifest": data.manifest, "rules": data.rules, "defects": found}),
    )
    .say(known)
    .table(t))
}
