//! Monthly packs: build, issue, list, show, compare.

mod view;

pub use northbound_packs::store::Made;
pub use view::{headline, made};

use crate::{
    answer::{Answer, Table},
    context::Context,
    error::{AppError, Result},
    evidence::with_sources,
    receipt::{self, Receipt},
    word,
};
use northbound_packs::{
    Formats,
    evidence::Scope,
    store::{self, PackSettings},
};
use northbound_types::Period;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Which pack to build.
#[derive(Debug, Clone)]
pub struct Request {
    /// A month or a calendar quarter.
    pub period: Period,
    /// How to count; the published way where it is absent.
    pub methodology: Option<String>,
    /// Name of the service on the front page.
    pub network: Option<String>,
    /// Handling marking, as printed; may be empty.
    pub marking: String,
    /// Word document whose styles the brief takes; ours where it is absent.
    pub template: Option<PathBuf>,
    /// Counts of messages, source files, rules and every figure in the PDF, too.
    pub evidence: bool,
}

impl Request {
    fn scope(&self, ctx: &Context) -> Scope {
        Scope {
            period: self.period,
            as_at: ctx.as_at,
            methodology: self.methodology.clone(),
            now: ctx.now,
            frozen: None,
        }
    }

    fn settings(&self) -> Result<PackSettings> {
        let settings = PackSettings {
            marking: self.marking.clone(),
            template: Some(word::template(self.template.as_deref())?),
            formats: Formats { evidence: self.evidence, ..Formats::all() },
            ..PackSettings::default()
        };
        Ok(match &self.network {
            Some(n) => PackSettings { network: n.clone(), ..settings },
            None => settings,
        })
    }
}

/// Builds a pack into the folder `out`, as known at [`Context::as_at`]. An earlier pack in it is replaced.
///
/// # Errors
/// Where the evidence cannot be read or the folder cannot be written.
pub fn build(ctx: &Context, request: &Request, out: &Path) -> Result<Made> {
    let settings = request.settings()?;
    let mut progress = ctx.progress();
    with_sources(ctx, |p| {
        Ok(store::build(p, &request.scope(ctx), &settings, out, &mut |s| progress.tell(s, 0, 1))?)
    })
}

/// Builds a pack and freezes it under the next number of its period, with a receipt of ledger and
/// registers as they are before it.
///
/// # Errors
/// As [`build`]; where a row below its minimum has no reason in the report, or the Actor lacks the right.
pub fn issue(ctx: &Context, request: &Request) -> Result<Made> {
    let mut progress = ctx.progress();
    let receipt = Receipt::of(ctx)?.to_text()?;
    let receipt = Some((receipt::FILE.to_owned(), receipt));
    let settings = PackSettings { receipt, ..request.settings()? };
    with_sources(ctx, |p| {
        Ok(store::issue(p, &request.scope(ctx), &settings, &ctx.write(), &mut |s| {
            progress.tell(s, 0, 1)
        })?)
    })
}

/// Records that a body accepts an issued pack.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) while a figure of it is not confirmed, naming each; where there is
/// no such issue, it is accepted already, or the Actor lacks the right.
pub fn accept(ctx: &Context, named: &str, by: &str) -> Result<Answer> {
    let (pack, unconfirmed) = with_sources(ctx, |p| Ok(store::acceptable(p, named)?))?;
    if !unconfirmed.is_empty() {
        return Err(AppError::refused(format!(
            "{named} cannot be accepted while figures in it are not confirmed: {}; confirm each with `northbound assurance add`",
            unconfirmed.join("; ")
        )));
    }
    let store = ctx.store()?;
    Ok(crate::registers::view::receipt(&ctx.gate(&store).accept_pack(
        &pack.id,
        by,
        &ctx.write(),
    )?))
}

/// Every issued pack, or those of one period.
///
/// # Errors
/// Where the registers cannot be read.
pub fn list(ctx: &Context, period: Option<Period>) -> Result<Answer> {
    let packs = with_sources(ctx, |p| Ok(store::list(p, ctx.as_at())?))?;
    let packs: Vec<_> = packs
        .into_iter()
        .filter(|k| k.record.number.is_some() && period.is_none_or(|p| p == k.record.period))
        .collect();
    let mut t = Table::new(
        "",
        &[
            "pack",
            "period",
            ">number",
            "as at",
            "methodology",
            "issued",
            "reason for the reissue",
            "accepted",
        ],
    );
    for k in &packs {
        let r = &k.record;
        t.row([
            k.id.clone(),
            r.period.to_string(),
            r.number.unwrap_or_default().to_string(),
            r.as_at.to_string(),
            r.methodology.clone(),
            k.recorded.to_string(),
            r.reissue_reason.clone().unwrap_or_default(),
            r.accepted.as_ref().map_or_else(|| "no".to_owned(), |a| format!("{}, {}", a.by, a.at)),
        ]);
    }
    Ok(Answer::new(json!({"packs": packs})).table(t))
}

/// One issued pack. The answer says `found` where its files are not as they were issued.
///
/// # Errors
/// Where there is no such pack, or its files cannot be read.
pub fn show(ctx: &Context, named: &str) -> Result<Answer> {
    let (stored, found) = with_sources(ctx, |p| Ok(store::show(p, named, ctx.as_at())?))?;
    let r = &stored.record;
    let folder = store::issue_folder(&ctx.data, r);
    let mut t = Table::new("Files", &["file", ">bytes", "sha-256", "standing"]);
    for f in &r.files {
        let standing = if found.changed.contains(&f.path) { "NOT as issued" } else { "as issued" };
        t.row([
            f.path.clone(),
            crate::answer::count(u64::try_from(f.bytes).unwrap_or(0)),
            f.sha256.clone(),
            standing.to_owned(),
        ]);
    }
    let mut a = Answer::new(
        json!({"pack": stored, "folder": folder.display().to_string(), "changed_files": found.changed, "extra_files": found.extra}),
    )
    .table(t)
    .say(format!(
        "{}: {}, issue {}, as known at {}, {}",
        stored.id,
        r.period,
        r.number.unwrap_or_default(),
        r.as_at,
        folder.display()
    ));
    if let Some(why) = &r.reissue_reason {
        a = a.say(format!("Issued again: {why}"));
    }
    if let Some(by) = &r.accepted {
        a = a.say(format!("Accepted by {} at {}.", by.by, by.at));
    }
    if !found.extra.is_empty() {
        a = a.then(format!("Not part of the issue: {}.", found.extra.join(", ")));
    }
    a.found = !found.changed.is_empty() || !found.extra.is_empty();
    Ok(a)
}

/// The figures that changed between two packs, and the earlier statements that no longer hold. A pack is
/// named as 2026-04/1, by id, or by the folder into which it was built.
///
/// # Errors
/// Where there is no such pack.
pub fn diff(ctx: &Context, a: &str, b: &str) -> Result<Answer> {
    let (old, new, d) = with_sources(ctx, |p| Ok(store::diff(p, a, b)?))?;
    let mut changes = Table::new(
        "Changed cells",
        &["measure", "provider", "region", "period", "what", "before", "after", "why"],
    );
    for c in &d.changes {
        changes.row([
            c.measure.clone(),
            c.provider.clone(),
            c.region.to_string(),
            c.period.to_string(),
            c.field.clone(),
            c.before.clone(),
            c.after.clone(),
            c.reason.clone(),
        ]);
    }
    let mut fallen =
        Table::new("Statements that no longer hold", &["earlier statement", "statement now"]);
    for (s, now) in &d.fallen {
        fallen.row([s.text.clone(), now.clone().unwrap_or_else(|| "no statement now".to_owned())]);
    }
    let side = |x: &northbound_packs::data::PackData| json!({"period": x.period, "as_at": x.as_at, "methodology": x.methodology, "manifest": x.manifest, "rules": x.rules});
    Ok(Answer::new(
        json!({"a": side(&old), "b": side(&new), "changes": d.changes, "fallen": d.fallen}),
    )
    .table(changes)
    .table(fallen))
}
