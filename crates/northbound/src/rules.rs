//! `rules` and `methodology`: what judges, where it comes from, and who confirmed it.

mod targets;

use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Table},
};
use clap::Subcommand;
use northbound_rules::{RuleInfo, RuleSet};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Most characters of a value in a list for people.
const SHORT: usize = 60;

/// The rules that judge
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RulesCommand {
    /// Look for doubles, gaps and contradictions. Kind code 7 where there are errors
    Check,
    /// One rule with its text, source and confirmation; the whole set where none is named
    Show {
        /// Its id, such as target/4.1.1/smets2/on-demand, or the start of several
        id: Option<String>,
    },
    /// Every rule that judges a figure
    List {
        /// Only those that nobody has confirmed
        #[arg(long)]
        unconfirmed: bool,
        /// Only ids that begin so, such as target/
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
    },
    /// Target Response Times resolved for what the ledger holds: the table that rollup.sql reads
    Targets,
    /// Confirm a rule as it stands now; a changed value is unconfirmed again
    Confirm {
        /// Its id
        id: String,
        /// The document that settles it, and the place in it
        #[arg(long)]
        source: String,
    },
}

pub(crate) fn run(c: &RulesCommand, ctx: &Ctx) -> Result<Answer> {
    match c {
        RulesCommand::Check => check(ctx),
        RulesCommand::Show { id: None } => overview(ctx),
        RulesCommand::Show { id: Some(id) } => show(ctx, id),
        RulesCommand::List { unconfirmed, prefix } => {
            list(ctx, *unconfirmed, prefix.as_deref().unwrap_or(""))
        }
        RulesCommand::Targets => targets::run(ctx),
        RulesCommand::Confirm { id, source } => confirm(ctx, id, source),
    }
}

fn check(ctx: &Ctx) -> Result<Answer> {
    let set = RuleSet::read(Some(&ctx.rules_folder()))?;
    let findings = set.check();
    let errors = findings.iter().filter(|f| f.is_error).count();
    let mut table =
        Table::new("Findings", &["weight", "file", ">line", ">column", "rule", "what is wrong"]);
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
    answer.found = errors > 0;
    Ok(answer)
}

fn overview(ctx: &Ctx) -> Result<Answer> {
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
        .say(format!("{unconfirmed} rules that judge figures have not been confirmed by anybody; what rests on them is provisional."))
        .table(table).then("See them: northbound rules list --unconfirmed"))
}

/// Rules of an id, or those whose ids begin with it.
fn found(set: &RuleSet, id: &str) -> Result<Vec<RuleInfo>> {
    let all = set.rules();
    let exact: Vec<RuleInfo> = all.iter().filter(|r| r.id == id).cloned().collect();
    if !exact.is_empty() {
        return Ok(exact);
    }
    let below: Vec<RuleInfo> = all
        .into_iter()
        .filter(|r| r.id.starts_with(&format!("{}/", id.trim_end_matches('/'))))
        .collect();
    if below.is_empty() {
        return Err(CliError::not_found(format!(
            "there is no rule {id:?}; `northbound rules list` shows them all"
        )));
    }
    Ok(below)
}

fn rule_json(r: &RuleInfo, confirmed: &BTreeSet<String>) -> Value {
    json!({
        "id": r.id, "title": r.title, "value": r.value, "from": r.from, "mark": r.provenance.mark, "source": r.provenance.source, "note": r.provenance.note,
        "key": r.confirmation_key, "confirmed": confirmed.contains(&r.confirmation_key), "needs_confirmation": r.provenance.needs_confirmation() && !confirmed.contains(&r.confirmation_key),
        "file": r.place.file, "line": r.place.line,
    })
}

fn standing(r: &RuleInfo, confirmed: &BTreeSet<String>) -> &'static str {
    if confirmed.contains(&r.confirmation_key) {
        "confirmed"
    } else if r.provenance.needs_confirmation() {
        "unconfirmed"
    } else {
        "published"
    }
}

fn show(ctx: &Ctx, id: &str) -> Result<Answer> {
    let set = ctx.rules()?;
    let store = ctx.store()?;
    let confirmed = ctx.confirmed(&store)?;
    let rules = found(&set, id)?;
    let mut answer = Answer::new(
        json!({"rules": rules.iter().map(|r| rule_json(r, &confirmed)).collect::<Vec<_>>()}),
    );
    let mut csv = Table::new(
        "",
        &["id", "from", "value", "mark", "standing", "source", "note", "file", ">line"],
    );
    for r in &rules {
        csv.row([
            r.id.clone(),
            r.from.map(|d| d.to_string()).unwrap_or_default(),
            r.value.clone(),
            r.provenance.mark.clone(),
            standing(r, &confirmed).to_owned(),
            r.provenance.source.clone(),
            r.provenance.note.clone(),
            r.place.file.clone(),
            r.place.line.to_string(),
        ]);
    }
    if ctx.format == crate::output::Format::Csv {
        return Ok(answer.table(csv));
    }
    for r in &rules {
        let mut t = Table::new("", &["rule", r.id.as_str()]);
        for (k, v) in [
            ("title", r.title.clone()),
            ("value", r.value.clone()),
            ("holds from", r.from.map_or_else(|| "always".to_owned(), |d| d.to_string())),
            ("mark", r.provenance.mark.clone()),
            ("standing", standing(r, &confirmed).to_owned()),
            ("source", r.provenance.source.clone()),
            ("note", r.provenance.note.clone()),
            ("key", r.confirmation_key.clone()),
            ("stands in", r.place.to_string()),
        ] {
            if !v.is_empty() {
                t.row([k.to_owned(), v]);
            }
        }
        answer = answer.table(t);
    }
    Ok(answer)
}

/// A value as a list shows it to people: a calendar of ten years would push all else off the screen.
/// `rules show`, JSON and CSV give it whole.
fn short(value: &str) -> String {
    if value.chars().count() <= SHORT {
        return value.to_owned();
    }
    format!("{}…", value.chars().take(SHORT - 1).collect::<String>())
}

fn list(ctx: &Ctx, only_unconfirmed: bool, prefix: &str) -> Result<Answer> {
    let set = ctx.rules()?;
    let store = ctx.store()?;
    let confirmed = ctx.confirmed(&store)?;
    let rules: Vec<RuleInfo> =
        if only_unconfirmed { set.unconfirmed(&confirmed) } else { set.rules() }
            .into_iter()
            .filter(|r| r.id.starts_with(prefix))
            .collect();
    let mut table = Table::new("", &["id", "holds from", "value", "mark", "standing"]);
    for r in &rules {
        let value = if ctx.format == crate::output::Format::Table {
            short(&r.value)
        } else {
            r.value.clone()
        };
        table.row([
            r.id.clone(),
            r.from.map(|d| d.to_string()).unwrap_or_default(),
            value,
            r.provenance.mark.clone(),
            standing(r, &confirmed).to_owned(),
        ]);
    }
    Ok(Answer::new(
        json!({"rules": rules.iter().map(|r| rule_json(r, &confirmed)).collect::<Vec<_>>()}),
    )
    .table(table)
    .then("Confirm one: northbound rules confirm ID --source 'document, place' --reason 'why'"))
}

fn confirm(ctx: &Ctx, id: &str, source: &str) -> Result<Answer> {
    let set = ctx.rules()?;
    let rules: Vec<RuleInfo> =
        set.rules().into_iter().filter(|r| r.id == id || r.confirmation_key == id).collect();
    let Some(last) = rules.last() else {
        return Err(CliError::not_found(format!(
            "there is no rule {id:?}; `northbound rules list` shows them all"
        )));
    };
    if ctx.reason.is_empty() {
        return Err(CliError::refused(
            "a confirmation needs a reason: give it with --reason 'why'",
        ));
    }
    let store = ctx.store()?;
    let record = crate::registers::confirmation(last, source, ctx);
    let receipt = ctx.gate(&store).add(&record, &ctx.write())?;
    Ok(crate::registers::receipt_answer(&receipt)
        .then("Figures that rested on it are no longer provisional for its sake.")
        .then("Make the daily sums anew: northbound ledger rollup"))
}

/// Ways to count
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MethodologyCommand {
    /// Every methodology
    List,
    /// One methodology in words
    Show {
        /// Its id, such as pmm-2018
        id: String,
    },
    /// Two methodologies on one period: figures side by side, and the messages that one counts and the other leaves out
    Compare(crate::compare::CompareArgs),
}

pub(crate) fn methodology(c: &MethodologyCommand, ctx: &Ctx) -> Result<Answer> {
    let set = ctx.rules()?;
    let ids: Vec<&str> = match c {
        MethodologyCommand::List => set.methodologies().iter().map(|m| m.id.as_str()).collect(),
        MethodologyCommand::Show { id } => vec![id],
        MethodologyCommand::Compare(args) => return crate::compare::run(args, ctx),
    };
    let mut answer = Answer::default();
    let mut list = Table::new(
        "",
        &[
            "id",
            "title",
            "counts",
            "subject",
            "aggregates by",
            ">coverage floor (%)",
            ">low volume below (events)",
            "holds from",
        ],
    );
    let mut found = Vec::new();
    for id in ids {
        let m = set.methodology(id).ok_or_else(|| {
            CliError::not_found(format!(
                "there is no methodology {id:?}; `northbound methodology list` shows them"
            ))
        })?;
        let floor =
            northbound_types::percent::percent(m.coverage_floor, 1, &[]).unwrap_or_default();
        list.row([
            m.id.clone(),
            m.title.clone(),
            m.count.clone(),
            m.subject.clone(),
            m.aggregate.clone(),
            floor,
            m.low_volume.to_string(),
            m.from.to_string(),
        ]);
        found.push(m);
    }
    answer.json = match c {
        MethodologyCommand::List => json!({"methodologies": found}),
        _ => json!({"methodology": found.first()}),
    };
    answer = answer.table(list);
    if let (MethodologyCommand::Show { .. }, Some(m)) = (c, found.first()) {
        let mut t = Table::new("Where it comes from", &["mark", "source", "note"]);
        t.row([&m.provenance.mark, &m.provenance.source, &m.provenance.note]);
        answer = answer.table(t);
    }
    Ok(answer)
}
