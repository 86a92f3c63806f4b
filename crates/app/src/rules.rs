//! The rules by which figures are judged: check them, look at them, confirm them.

mod standing;
mod targets;

pub use standing::Standing;
pub use targets::targets;

use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    registers,
};
use northbound_rules::{RuleInfo, RuleSet};
use serde_json::{Value, json};

/// Looks for duplicates, gaps and contradictions in the embedded rules with the installation's own on
/// top. The answer says `found` where there are errors.
///
/// # Errors
/// Where a rule file cannot be read.
pub fn check(ctx: &Context) -> Result<Answer> {
    let set = RuleSet::read(Some(&ctx.rules_folder()))?;
    let findings = set.check();
    let errors = findings.iter().filter(|f| f.is_error).count();
    let mut table =
        Table::new("Findings", &["weight", "file", ">line", ">column", "rule", "problem"]);
    for f in &findings {
        let weight = if f.is_error { "error" } else { "warning" };
        table.row([
            weight.to_owned(),
            f.place.file.clone(),
            f.place.line.to_string(),
            f.place.column.to_string(),
            f.rule.clone(),
            f.problem.clone(),
        ]);
    }
    let list: Vec<Value> = findings.iter().map(|f| json!({"error": f.is_error, "file": f.place.file, "line": f.place.line, "column": f.place.column, "rule": f.rule, "problem": f.problem})).collect();
    let overlaid: Vec<&str> =
        set.files().iter().filter(|f| f.overlaid).map(|f| f.name.as_str()).collect();
    let mut answer = Answer::new(json!({"rules": set.id(), "files": set.files().len(), "overlaid": overlaid, "errors": errors, "warnings": findings.len() - errors, "findings": list}))
        .say(format!("{} files, {} of them from {}: {errors} errors, {} warnings.", set.files().len(), overlaid.len(), ctx.rules_folder().display(), findings.len() - errors))
        .table(table);
    // The rules may be checked without a data folder; then there is no register of confirmations to count by.
    if let Ok(store) = ctx.store() {
        let open = set.unconfirmed(&ctx.confirmed(&store)?).len();
        answer.json["unconfirmed"] = json!(open);
        answer = answer.say(unconfirmed(open));
    }
    answer.found = errors > 0;
    Ok(answer)
}

/// How many rules by which figures are judged have no confirmation; a pack counts the same.
fn unconfirmed(open: usize) -> String {
    let rules = if open == 1 { "rule is" } else { "rules are" };
    format!("{open} {rules} not confirmed; figures based on them are provisional.")
}

/// The rule set: its files, and how many of its rules are not confirmed.
///
/// # Errors
/// Where rules or registers cannot be read.
pub fn overview(ctx: &Context) -> Result<Answer> {
    let set = ctx.rules()?;
    let store = ctx.store()?;
    let confirmed = ctx.confirmed(&store)?;
    let unconfirmed = set.unconfirmed(&confirmed).len();
    let mut table = Table::new("", &["file", "from", "sha256"]);
    for f in set.files() {
        table.row([f.name.as_str(), if f.overlaid { "overlay" } else { "embedded" }, &f.sha256]);
    }
    let files: Vec<Value> = set
        .files()
        .iter()
        .map(|f| json!({"name": f.name, "sha256": f.sha256, "overlaid": f.overlaid}))
        .collect();
    Ok(Answer::new(json!({"rules": set.id(), "files": files, "unconfirmed": unconfirmed}))
        .say(format!("Rule set {}", set.id()))
        .say(self::unconfirmed(unconfirmed))
        .table(table)
        .then("See them: northbound rules list --unconfirmed"))
}

/// The rule `id`, or else those whose ids begin with it.
///
/// # Errors
/// Where there is none, or rules or registers cannot be read.
pub fn show(ctx: &Context, id: &str) -> Result<Standing> {
    let store = ctx.store()?;
    let confirmed = ctx.confirmed(&store)?;
    let all = ctx.rules()?.rules();
    let exact: Vec<RuleInfo> = all.iter().filter(|r| r.id == id).cloned().collect();
    if !exact.is_empty() {
        return Ok(Standing { rules: exact, confirmed });
    }
    let below = format!("{}/", id.trim_end_matches('/'));
    let rules: Vec<RuleInfo> = all.into_iter().filter(|r| r.id.starts_with(&below)).collect();
    if rules.is_empty() { Err(unknown(id)) } else { Ok(Standing { rules, confirmed }) }
}

fn unknown(id: &str) -> AppError {
    AppError::not_found(format!("there is no rule {id:?}; `northbound rules list` shows them all"))
}

/// Every rule that judges a figure and whose id begins with `prefix`; with `only_unconfirmed` those that
/// need a confirmation and have none.
///
/// # Errors
/// Where rules or registers cannot be read.
pub fn list(ctx: &Context, only_unconfirmed: bool, prefix: &str) -> Result<Standing> {
    let set = ctx.rules()?;
    let store = ctx.store()?;
    let confirmed = ctx.confirmed(&store)?;
    let mut rules = if only_unconfirmed { set.unconfirmed(&confirmed) } else { set.rules() };
    rules.retain(|r| r.id.starts_with(prefix));
    Ok(Standing { rules, confirmed })
}

/// Confirms a rule with its present value; `source` names the document that settles it.
///
/// # Errors
/// Where there is no such rule, no reason is given, or the Actor lacks the right.
pub fn confirm(ctx: &Context, id: &str, source: &str) -> Result<Answer> {
    let set = ctx.rules()?;
    let rules: Vec<RuleInfo> =
        set.rules().into_iter().filter(|r| r.id == id || r.confirmation_key == id).collect();
    let Some(last) = rules.last() else {
        return Err(unknown(id));
    };
    if ctx.reason.is_empty() {
        return Err(AppError::refused(
            "a confirmation needs a reason: give it with --reason 'why'",
        ));
    }
    let store = ctx.store()?;
    let record = registers::confirmation(ctx, last, source);
    let receipt = ctx.gate(&store).add(&record, &ctx.write())?;
    Ok(registers::view::receipt(&receipt)
        .then("Figures based on it are no longer provisional on its account.")
        .then("Recompute the daily rollups: northbound ledger rollup"))
}
