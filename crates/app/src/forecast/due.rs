//! When forecasts are due.

use super::{month, with_forecasts};
use crate::{
    answer::{Answer, Table},
    context::Context,
    error::Result,
};
use northbound_types::{ForecastKind, Period};
use serde_json::json;

/// Which months.
#[derive(Debug, Clone)]
pub struct DueRequest {
    /// First month. Default: the current one
    pub period: Option<Period>,
    /// Number of months
    pub months: u32,
}

/// Most months in one answer.
const MOST_MONTHS: u32 = 120;

/// When forecasts are due, and by when Users are notified of their actuals, by month.
///
/// # Errors
/// Where the first month is not a month, or rules or registers cannot be read.
pub fn due(ctx: &Context, a: &DueRequest) -> Result<Answer> {
    let first = month(a.period.unwrap_or(ctx.now.day().month()))?;
    with_forecasts(ctx, |sources, _| {
        let mut t = Table::new(
            "",
            &[
                "month",
                "forecast due in this month by",
                "covering",
                "forecast for this month due by",
                "Users notified by",
            ],
        );
        let mut list = Vec::new();
        for n in 0..i32::try_from(a.months.min(MOST_MONTHS)).unwrap_or(0) {
            let p = first.plus(n);
            let own = sources.rules.forecast_due_in(p)?;
            let covers = if own.is_some() { sources.rules.forecast_months(p)? } else { Vec::new() };
            let (m, _) = sources.month(ForecastKind::Sr, p)?;
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
