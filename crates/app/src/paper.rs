//! Papers to the Panel, made from figures and registers.

use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    evidence, word,
};
use northbound_measures::MeasureResult;
use northbound_packs::{data, evidence::Evidence, paper};
use northbound_registers::{Gate, Store};
use northbound_types::Period;
use serde_json::json;
use std::path::PathBuf;

/// Which paper to build.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its period.
    pub period: Period,
    /// How to count; the published way, or that of the issue, where it is absent.
    pub methodology: Option<String>,
    /// Rest on what is known now, although the period was issued.
    pub current: bool,
    /// Handling marking, as printed; may be empty.
    pub marking: String,
    /// Word document whose styles the paper takes; ours where it is absent.
    pub template: Option<PathBuf>,
    /// Folder to write into.
    pub out: PathBuf,
}

/// Builds the paper of a period: each number leads to its source, and each chapter is there even when it
/// is empty. It is based on the newest issue of the period's pack, so that both say the same, and warns where later
/// knowledge differs. On a dry run nothing is written.
///
/// # Errors
/// Where the evidence cannot be read, the paper would name a person, or the folder cannot be written.
pub fn build(ctx: &Context, request: &Request) -> Result<Answer> {
    let Request { period, methodology, current, marking, template, out } = request;
    let template = word::template(template.as_deref())?;
    let store = ctx.store()?;
    let how = methodology.as_deref();
    let (e, issue) =
        evidence::of_newest_issue(ctx, &store, *period, how, *current, &mut ctx.progress())?;
    let later = match &issue {
        Some(_) => differing(ctx, &store, &e)?,
        None => Vec::new(),
    };
    let data = data::make(&e)?;
    let paper = paper::write(&e, &data, marking)?;
    refuse_names(&ctx.gate(&store), &paper)?;
    let files = if ctx.dry_run {
        Vec::new()
    } else {
        paper::put(&paper, &e, &data, &ctx.data, &template, out)?
    };
    let mut t = Table::new("Files", &["file", "sha-256"]);
    for (name, hash) in &files {
        t.row([name.clone(), hash.clone()]);
    }
    let (chapters, empty) = (
        paper.chapters.len(),
        paper
            .chapters
            .iter()
            .filter(|c| c.paragraphs.len() == 1 && c.paragraphs[0].runs.len() == 1)
            .count(),
    );
    let rests = issue.as_ref().map_or_else(
        || format!("It is based on what was known at {}.", paper.as_at),
        |n| format!("It is based on the issue {n}, as known at {}.", paper.as_at),
    );
    let mut answer = Answer::new(json!({
        "issue": issue, "later_differs": later,
        "period": period, "as_at": paper.as_at, "manifest": paper.manifest, "rules": paper.rules, "revision": paper.revision, "folder": out.display().to_string(),
        "files": files.iter().map(|(n, h)| json!({"name": n, "sha256": h})).collect::<Vec<_>>(), "chapters": chapters, "empty_chapters": empty, "sources": paper.sources.len(), "names": paper.names,
    })).say(format!("{}: {chapters} chapters, {empty} of them empty, {} sources, in {}.", paper.title, paper.sources.len(), out.display())).say(rests).table(t).built(out);
    if !later.is_empty() {
        answer = answer.then(format!(
            "Warning: what is known now differs from the issue in {}. Issue the pack again, or build the paper with --current.",
            later.join("; ")
        ));
    }
    Ok(answer)
}

/// The rows whose figures are other now than in the evidence of an issue.
fn differing(ctx: &Context, store: &Store, issued: &Evidence) -> Result<Vec<String>> {
    let how = Some(issued.known.methodology.id.as_str());
    let now = evidence::gather(ctx, store, issued.period, how, &mut ctx.progress())?.evaluate()?;
    let then = issued.evaluate()?;
    let differs = |r: &&MeasureResult| {
        !then.iter().any(|o| o.key() == r.key() && o.figure == r.figure && o.band == r.band)
    };
    Ok(now
        .iter()
        .filter(differs)
        .map(|r| format!("{} {} {}", r.measure, r.provider, r.region))
        .collect())
}

/// A paper names roles and bodies, not people. All names count, also those that the Actor may not see.
fn refuse_names(gate: &Gate<'_>, paper: &paper::Paper) -> Result<()> {
    let text: Vec<&str> = paper
        .chapters
        .iter()
        .flat_map(|c| &c.paragraphs)
        .flat_map(|p| &p.runs)
        .map(|r| match r {
            paper::Run::Words { text }
            | paper::Run::Name { text }
            | paper::Run::Sourced { text, .. } => text.as_str(),
        })
        .collect();
    let found = gate.named_people(&text.join(" "))?;
    if found.is_empty() {
        return Ok(());
    }
    let hidden = found.iter().filter(|n| n.person.is_none()).count();
    let mut named: Vec<String> = found.into_iter().filter_map(|n| n.person).collect();
    if hidden > 0 {
        named.push(format!("{hidden} whose names you may not see; ask staff"));
    }
    Err(AppError::refused(format!(
        "the paper would name a person ({}): replace the name by the role in the cited records",
        named.join(", ")
    )))
}
