//! Explains a figure: its value or reason, rules, counts by part, what was left out, files, messages.

mod view;

use crate::{
    answer::{Answer, count},
    context::Context,
    error::Result,
    evidence::with_sources,
    names::{Named, spelt},
    requests::{self, RequestPath},
    whole_file,
};
use northbound_packs::explain::{Question, explain as open, export};
use northbound_types::RequestId;
use serde_json::json;
use std::path::PathBuf;

/// Which figure to explain, and how many of its messages to list.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// A figure id of a pack, or measure/provider/region/period[/methodology].
    pub figure: String,
    /// Number of messages to skip.
    pub skip: u64,
    /// Most messages to list.
    pub limit: u64,
    /// CSV file to write all its messages into; not written on a dry run.
    pub export: Option<PathBuf>,
}

/// The figure with measure, provider, region and methodology as they are known, and a figure id in lower case.
fn spelt_as_known(ctx: &Context, figure: &str) -> Result<String> {
    let parts: Vec<&str> = figure.split('/').collect();
    let known = |kind, part: &str| -> Result<String> {
        Ok(spelt(ctx, kind, part)?.unwrap_or_else(|| part.to_owned()))
    };
    Ok(match parts.as_slice() {
        [id] if id.bytes().all(|b| b.is_ascii_hexdigit()) => id.to_lowercase(),
        [measure, provider, region, rest @ ..] if !rest.is_empty() && !provider.contains('=') => {
            let mut all = vec![
                known(Named::Measure, measure)?,
                known(Named::Provider, provider)?,
                region.to_lowercase(),
                rest[0].to_owned(),
            ];
            for methodology in &rest[1..] {
                all.push(known(Named::Methodology, methodology)?);
            }
            all.join("/")
        }
        _ => figure.to_owned(),
    })
}

/// Explains a figure; shows the path of a request whose id is given instead.
///
/// # Errors
/// Where there is no such figure, the evidence cannot be read, or the file cannot be written.
pub fn explain(ctx: &Context, request: &Request) -> Result<Answer> {
    if let Ok(id) = request.figure.parse::<RequestId>() {
        let limit = request.limit.clamp(1, requests::MOST);
        return requests::show(ctx, &RequestPath { id, instance: None, limit });
    }
    let figure = spelt_as_known(ctx, &request.figure)?;
    let mut progress = ctx.progress();
    let q = Question {
        named: &figure,
        as_at: ctx.as_at,
        now: ctx.now,
        skip: request.skip,
        limit: request.limit,
    };
    let found = with_sources(ctx, |p| Ok(open(p, &q, &mut |s| progress.tell(s, 0, 1))?))?;
    let mut exported = None;
    if let Some(path) = request.export.as_ref().filter(|_| !ctx.dry_run) {
        exported = Some(whole_file::write(path, |to| {
            Ok(export::csv(&found, to, &mut |s| progress.tell(s, 0, 1))?)
        })?);
    }
    drop(progress);
    let x = &found.explained;
    let mut a = view::explained(x);
    a.json = json!({"figure": x, "exported": exported});
    if let (Some(n), Some(path)) = (exported, &request.export) {
        let what = if x.incidents.is_empty() { "messages" } else { "incidents" };
        a = a.then(format!("{} {what} written to {}.", count(n), path.display()));
    }
    if let Some(n) = x.next {
        a = a.then(format!("More messages: --skip {n}"));
    }
    Ok(a)
}
