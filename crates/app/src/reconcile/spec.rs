//! How a source of counts is named.

use super::Request;
use crate::error::{AppError, Result};
use northbound_types::Dim;
use std::path::PathBuf;

/// A source as a request names it.
#[derive(Debug, Clone)]
pub(super) struct Spec {
    /// Its name in the report.
    pub(super) name: String,
    pub(super) kind: SourceKind,
}

#[derive(Debug, Clone)]
pub(super) enum SourceKind {
    /// The ledger, narrowed by `dimension=value`.
    Ledger(Vec<(Dim, String)>),
    /// Stated figures of a source, perhaps of one measure.
    Stated(String, Option<String>),
    /// A file of counts or messages.
    File(PathBuf),
}

impl Spec {
    pub(super) fn is_ledger(&self) -> bool {
        matches!(self.kind, SourceKind::Ledger(_))
    }
}

/// Reads `[NAME=]ledger[:dim=value,…] | stated:SOURCE[/MEASURE] | FILE`.
pub(super) fn parse(text: &str) -> Result<Spec> {
    let (name, what) = match text.split_once('=') {
        Some((n, rest))
            if !n.is_empty()
                && !rest.is_empty()
                && n.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') =>
        {
            (Some(n.to_owned()), rest)
        }
        _ => (None, text),
    };
    let parsed = if what == "ledger" {
        SourceKind::Ledger(Vec::new())
    } else if let Some(narrowed) = what.strip_prefix("ledger:") {
        SourceKind::Ledger(narrowed.split(',').map(|p| pair(text, p)).collect::<Result<_>>()?)
    } else if let Some(stated) = what.strip_prefix("stated:") {
        let (source, measure) =
            stated.split_once('/').map_or((stated, None), |(s, m)| (s, Some(m.to_owned())));
        SourceKind::Stated(source.to_owned(), measure)
    } else {
        SourceKind::File(PathBuf::from(what))
    };
    let default = match &parsed {
        SourceKind::File(p) => {
            p.file_name().map_or_else(|| what.to_owned(), |n| n.to_string_lossy().into_owned())
        }
        _ => what.to_owned(),
    };
    Ok(Spec { name: name.unwrap_or(default), kind: parsed })
}

fn pair(whole: &str, text: &str) -> Result<(Dim, String)> {
    let (d, v) = text.split_once('=').ok_or_else(|| AppError::usage(format!("{whole:?}: {text:?} is not dimension=value; write ledger:feed=ID, or ledger:feed=ID,region=north")))?;
    Ok((d.parse().map_err(|e| AppError::usage(format!("{whole:?}: {e}")))?, v.to_owned()))
}

/// Options that name a source must name one that is there.
pub(super) fn check_names(specs: &[Spec], request: &Request) -> Result<()> {
    for option in [
        &request.rounded,
        &request.zone,
        &request.cut_off,
        &request.definition,
        &request.series_break,
    ] {
        for text in option {
            let (name, _) = text
                .split_once('=')
                .ok_or_else(|| AppError::usage(format!("{text:?} is not NAME=VALUE")))?;
            if !specs.iter().any(|s| s.name == name) {
                let names: Vec<&str> = specs.iter().map(|s| s.name.as_str()).collect();
                return Err(AppError::usage(format!(
                    "{text:?} is not a source of this run; they are {}",
                    names.join(", ")
                )));
            }
        }
    }
    Ok(())
}

/// The value of `NAME=VALUE` for a source.
pub(super) fn option<'t>(list: &'t [String], name: &str) -> Option<&'t str> {
    list.iter().filter_map(|t| t.split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v)
}
