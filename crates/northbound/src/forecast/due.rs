//! `forecast due`.

use super::{at_desk, month};
use crate::{
    context::Ctx,
    error::Result,
    output::{Answer, Table},
};
use clap::Args;
use northbound_types::Period;
use serde_json::json;

/// When is what due?
#[derive(Debug, Clone, Args)]
pub(crate) struct DueArgs {
    /// First month. Default: this one
    #[arg(long, value_name = "MONTH")]
    period: Option<Period>,
    /// How many months
    #[arg(long, value_name = "N", default_value_t = 12)]
    months: u32,
}

/// Most months in one answer.
const MOST_MONTHS: u32 = 120;

pub(super) fn run(a: &DueArgs, ctx: &Ctx) -> Result<Answer> {
    let first = month(a.period.unwrap_or(ctx.now.day().month()))?;
    at_desk(ctx, |desk, _| {
        let mut t = Table::new(
            "",
            &[
                "month",
                "forecast due in it by",
                "it covers",
                "forecast for it was due by",
                "Users are told by",
            ],
        );
        let mut list = Vec::new();
        for n in 0..i32::try_from(a.months.min(MOST_MONTHS)).unwrap_or(0) {
            let p = first.plus(n);
            let own = desk.rules.forecast_due_in(p)?;
            let covers = if own.is_some() { desk.rules.forecast_months(p)? } else { Vec::new() };
            let (m, _) = desk.month(northbound_types::ForecastKind::Sr, p)?;
            let span = covers
                .first()
                .zip(covers.last())
                .map(|(a, b)| format!("{a} to {b}"))
                .unwrap_or_default();
            t.row([
                p.to_string(),
                own.map(|d| d.to_string()).unwrap_or_default(),
                span,
                m.due.to_string(),
                m.report_due.to_string(),
            ]);
            list.push(json!({"period": p, "due": own, "covers": covers, "was_due": m.due, "report_due": m.report_due}));
        }
        Ok(Answer::new(json!({"months": list})).table(t))
    })
}
