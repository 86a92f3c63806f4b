//! Work packages of a quarter, with their activities and amounts.

use crate::{
    Answer, AppError, Context, Result, Table,
    registers::{self, view, with_reason},
};
use northbound_registers::{
    Receipt,
    records::oversight::workpackages::{
        ApprovalStep, PackageLine, PackageState, QuarterDefinition, WorkPackage, quarter,
    },
};
use serde_json::json;

/// Adds a work package. The label of a quarter is ambiguous without its definition.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) where the definition is missing,
/// [`Kind::BadInput`](crate::error::Kind::BadInput) where the label is no quarter.
pub fn add(
    ctx: &Context,
    id: &str,
    title: &str,
    label: &str,
    definition: Option<QuarterDefinition>,
) -> Result<Answer> {
    let Some(definition) = definition else {
        return Err(AppError::refused(format!(
            "{label:?} needs a definition: Q2 is April to June of a calendar year, and July to September of a year that begins in April; give --definition calendar or april-year"
        )));
    };
    let Some(p) = quarter(label, definition) else {
        return Err(AppError::input(format!("{label:?} is not a quarter such as Q2 2020")));
    };
    let package = WorkPackage {
        id: id.to_owned(),
        title: title.to_owned(),
        quarter: label.to_owned(),
        definition,
        from: p.first(),
        to: p.after().plus(-1),
        lines: Vec::new(),
        state: PackageState::Draft,
        steps: Vec::new(),
    };
    Ok(view::receipt(&registers::add(ctx, &package)?)
        .say(format!("{label} of a {definition} year: {} to {}.", package.from, package.to)))
}

/// Adds an activity.
///
/// # Errors
/// Where the registers refuse it.
pub fn add_line(ctx: &Context, id: &str, line: PackageLine) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).update::<WorkPackage>(id, &with_reason(ctx, "activity added"), |w| {
        w.lines.push(line);
        Ok(())
    })?)
}

/// Records that a body recommends or approves a work package.
///
/// # Errors
/// Where the body may not, or the step cannot follow.
pub fn take_step(ctx: &Context, id: &str, step: &ApprovalStep) -> Result<Receipt> {
    let store = ctx.store()?;
    let write = with_reason(ctx, &format!("{} by {}", step.state, step.by));
    Ok(ctx.gate(&store).package_step(id, step, &write)?)
}

/// One work package with its activities, sums and steps.
///
/// # Errors
/// Where there is no such work package.
pub fn show(ctx: &Context, id: &str) -> Result<Answer> {
    let k = registers::show::<WorkPackage>(ctx, id)?;
    let w = &k.record;
    let mut t = Table::new(
        "Activities",
        &["activity", ">budget (£)", ">spent (£)", "source of the amount"],
    );
    for l in &w.lines {
        t.row([
            l.activity.clone(),
            amount(l.budget_pence),
            amount(l.actual_pence),
            l.source.clone(),
        ]);
    }
    let mut s = Table::new("Steps", &["state", "by", "on", "source"]);
    for x in &w.steps {
        s.row([x.state.to_string(), x.by.clone(), x.on.to_string(), x.source.clone()]);
    }
    let sum_json = |sum: Option<(i64, usize)>| {
        json!(
            sum.map(|(pence, lines)| json!({"pence": pence, "lines": lines, "of": w.lines.len()}))
        )
    };
    let budget = w.sum(|l| l.budget_pence);
    let budget_words = budget.map_or_else(
        || "no amount was given".to_owned(),
        |(p, n)| format!("{} over {n} of {} activities", pounds(Some(p)), w.lines.len()),
    );
    let mut j = json!(k);
    j["budget"] = sum_json(budget);
    j["actual"] = sum_json(w.sum(|l| l.actual_pence));
    Ok(Answer::new(j)
        .say(format!(
            "{}: {}, {} ({}: {} to {}), {}; {budget_words}.",
            w.id, w.title, w.quarter, w.definition, w.from, w.to, w.state
        ))
        .table(t)
        .table(s))
}

/// An amount in pounds, such as `1200` or `1200.50`, as pence.
///
/// # Errors
/// [`Kind::BadInput`](crate::error::Kind::BadInput) where it is no such amount.
pub fn pence(text: &str) -> Result<i64> {
    let bad =
        || AppError::input(format!("{text:?} is not an amount in pounds such as 1200 or 1200.50"));
    let (whole, part) = text.split_once('.').unwrap_or((text, "00"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return Err(bad());
    }
    let part: i64 = format!("{part:0<2}").parse().map_err(|_| bad())?;
    whole
        .parse::<i64>()
        .ok()
        .and_then(|w| w.checked_mul(100))
        .and_then(|w| w.checked_add(part))
        .ok_or_else(bad)
}

/// Pence as a number of pounds; nothing for an amount that was not given.
fn amount(pence: Option<i64>) -> String {
    pence.map_or_else(String::new, |_| pounds(pence).replace('£', ""))
}

/// Pence as pounds; an amount that was not given is no zero.
fn pounds(pence: Option<i64>) -> String {
    pence.map_or_else(|| "not given".to_owned(), |p| format!("£{}.{:02}", p / 100, (p % 100).abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_nothing_given_is_no_zero() {
        for (t, p) in [("1200", 120_000), ("1200.5", 120_050), ("0.01", 1)] {
            assert_eq!(pence(t).unwrap(), p);
        }
        for t in ["", ".5", "1.", "1.005", "-3", "1,000", "£5"] {
            assert!(pence(t).is_err(), "{t}");
        }
        assert_eq!((pounds(Some(120_050)), pounds(None)), ("£1200.50".into(), "not given".into()));
    }
}
