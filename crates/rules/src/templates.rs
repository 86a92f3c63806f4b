//! Templates that people fill in: the steps of each type of change, the Live Services Criteria, the
//! parts of a mitigation specification. `docs/rules.md` lists the keys.

use crate::{
    error::Place,
    error::RuleError,
    files::RuleFile,
    lists::{Entry, ListRule},
    measure::Provenance,
    scalar::{self, RuleMark},
};
use northbound_types::text_enum;
use serde::Deserialize;
use std::collections::BTreeSet;
use toml::Spanned;

text_enum! {
    /// What a template is for.
    pub enum TemplateKind("kind of template") {
        /// The steps of a type of change.
        Change = "change-type",
        /// A checklist of live-service criteria.
        Criteria = "criteria",
        /// The required parts of a mitigation specification.
        Mitigation = "mitigation",
    }
}

/// One step, item or part.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateItem {
    /// Key, unique within the template.
    pub key: String,
    /// In words.
    pub title: String,
    /// Whose it is; empty where none is named.
    #[serde(default)]
    pub who: String,
}

/// A template as it is read.
#[derive(Debug, Clone, Copy)]
pub struct Template<'r> {
    /// Id, such as `emergency`.
    pub id: &'r str,
    /// In words.
    pub title: &'r str,
    /// Its items, in order.
    pub items: &'r [TemplateItem],
    /// Where it comes from.
    pub provenance: &'r Provenance,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeFile {
    #[serde(default)]
    change: Vec<Spanned<RawSteps>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSteps {
    id: String,
    title: String,
    steps: Vec<TemplateItem>,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Smets1File {
    #[serde(default)]
    criteria: Vec<Spanned<RawItems>>,
    #[serde(default)]
    mitigation: Vec<Spanned<RawItems>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItems {
    id: String,
    title: String,
    items: Vec<TemplateItem>,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

/// Reads `changes.toml`.
///
/// # Errors
/// With file, line, column and key; a template without items, or with a key twice, is refused.
pub fn changes(file: &RuleFile) -> Result<Vec<ListRule>, RuleError> {
    let raw: ChangeFile = scalar::read_toml(file)?;
    raw.change
        .into_iter()
        .map(|s| {
            let at = s.span().start;
            let r = s.into_inner();
            rule(
                file,
                at,
                TemplateKind::Change,
                RawItems {
                    id: r.id,
                    title: r.title,
                    items: r.steps,
                    mark: r.mark,
                    source: r.source,
                    note: r.note,
                },
            )
        })
        .collect()
}

/// Reads `smets1.toml`.
///
/// # Errors
/// As [`changes`].
pub fn smets1(file: &RuleFile) -> Result<Vec<ListRule>, RuleError> {
    let raw: Smets1File = scalar::read_toml(file)?;
    let of = |kind, list: Vec<Spanned<RawItems>>| {
        list.into_iter().map(move |s| (kind, s.span().start, s.into_inner()))
    };
    of(TemplateKind::Criteria, raw.criteria)
        .chain(of(TemplateKind::Mitigation, raw.mitigation))
        .map(|(kind, at, r)| rule(file, at, kind, r))
        .collect()
}

fn rule(
    file: &RuleFile,
    at: usize,
    kind: TemplateKind,
    r: RawItems,
) -> Result<ListRule, RuleError> {
    let place = Place::of(&file.name, file.text()?, at);
    let refuse = |problem: String, hint: &str| RuleError::Value {
        place: place.clone(),
        key: r.id.clone(),
        problem,
        hint: hint.to_owned(),
    };
    if r.items.is_empty() {
        return Err(refuse(
            "has no items".to_owned(),
            "give at least one, as { key = \"…\", title = \"…\" }",
        ));
    }
    let mut keys = BTreeSet::new();
    if let Some(twice) =
        r.items.iter().find(|i| i.key.trim().is_empty() || !keys.insert(i.key.as_str()))
    {
        return Err(refuse(
            format!("the key {:?} is empty or there twice", twice.key),
            "give each item a key of its own",
        ));
    }
    Ok(ListRule {
        rule_id: format!("{kind}/{}", r.id),
        name: r.id,
        title: r.title,
        entry: Entry::Template { kind, items: r.items },
        provenance: Provenance { mark: r.mark.0, source: r.source, note: r.note },
        place,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<ListRule>, RuleError> {
        smets1(&RuleFile::new("smets1.toml", text.as_bytes().to_vec(), true))
    }

    #[test]
    fn a_template_needs_items_with_keys_of_their_own() {
        let of = |items: &str| {
            read(&format!(
                "[[mitigation]]\nid = \"m\"\ntitle = \"t\"\nitems = [{items}]\nmark = \"assumed\"\n"
            ))
        };
        let item = |k: &str| format!("{{ key = \"{k}\", title = \"t\" }}");
        assert_eq!(of(&item("a")).unwrap()[0].rule_id, "mitigation/m");
        for (items, says) in [
            (String::new(), "no items"),
            (format!("{}, {}", item("a"), item("a")), "there twice"),
            (item(" "), "is empty"),
        ] {
            assert!(of(&items).unwrap_err().to_string().contains(says), "{items}");
        }
    }
}
