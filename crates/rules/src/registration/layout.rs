//! Reads how a registration file is laid out.

use super::{Counts, DateForm, Field, Form, MAX_COLUMNS, RecordKind, RegistrationLayout};
use crate::{
    error::{Place, RuleError},
    files::RuleFile,
    measure::Provenance,
    scalar::{self, RuleMark},
};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLayout {
    id: Spanned<String>,
    title: String,
    name: Spanned<String>,
    form: RawForm,
    #[serde(default)]
    delimiter: Option<char>,
    date: DateForm,
    counts: Counts,
    #[serde(default)]
    last_sequence: Option<i64>,
    header: Spanned<RawKind>,
    detail: Spanned<RawKind>,
    trailer: Spanned<RawKind>,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum RawForm {
    Delimited,
    Fixed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKind {
    record: String,
    #[serde(default)]
    fields: BTreeMap<String, toml::Value>,
    #[serde(default)]
    constants: BTreeMap<String, String>,
    #[serde(default)]
    versions: Vec<String>,
}

/// What each kind of line must and may have.
const PARTS: [(&str, &[&str], &[&str]); 3] = [
    ("header", &["provider", "date"], &["sequence", "version"]),
    ("detail", &["at", "role", "user", "from"], &["to"]),
    ("trailer", &["count"], &["sequence", "date", "provider"]),
];

fn field(form: Form, value: &toml::Value) -> Result<Field, &'static str> {
    let whole = |v: &toml::Value| {
        v.as_integer()
            .and_then(|n| usize::try_from(n).ok())
            .filter(|n| (1..=MAX_COLUMNS).contains(n))
    };
    match form {
        Form::Delimited(_) => whole(value)
            .filter(|n| *n > 1)
            .map(Field::Nth)
            .ok_or("write the number of the field, from 2: the first holds the record's id"),
        Form::Fixed => match value.as_array().map(Vec::as_slice) {
            Some([from, len]) => whole(from)
                .zip(whole(len))
                .map(|(f, l)| Field::Columns(f, l))
                .ok_or("write [column, length] with whole numbers from 1"),
            _ => Err("write [column, length], both counted from 1"),
        },
    }
}

fn kind(form: Form, raw: RawKind, part: usize) -> Result<RecordKind, (String, String)> {
    let (name, must, may) = PARTS[part];
    let refuse = |key: &str, problem: &str| (format!("{name}.{key}"), problem.to_owned());
    if raw.record.is_empty() {
        return Err(refuse("record", "is empty; write with what the line begins"));
    }
    let mut fields = BTreeMap::new();
    for (key, value) in &raw.fields {
        if !must.contains(&key.as_str()) && !may.contains(&key.as_str()) {
            return Err((
                format!("{name}.fields.{key}"),
                format!(
                    "is no field of it; it has {} and may have {}",
                    must.join(", "),
                    may.join(", ")
                ),
            ));
        }
        fields.insert(
            key.clone(),
            field(form, value).map_err(|e| (format!("{name}.fields.{key}"), e.to_owned()))?,
        );
    }
    for key in must {
        if !fields.contains_key(*key) && !raw.constants.contains_key(*key) {
            return Err((format!("{name}.fields.{key}"), "is missing".to_owned()));
        }
    }
    if let Some(key) =
        raw.constants.keys().find(|k| !must.contains(&k.as_str()) || fields.contains_key(*k))
    {
        return Err((
            format!("{name}.constants.{key}"),
            "is no part of it that could be constant, or is a field too".to_owned(),
        ));
    }
    if !raw.versions.is_empty() && !fields.contains_key("version") {
        return Err(refuse("versions", "needs the field version"));
    }
    Ok(RecordKind { record: raw.record, fields, constants: raw.constants, versions: raw.versions })
}

/// Reads one file of `registration/`.
///
/// # Errors
/// With file, line, column and key.
pub fn layout(file: &RuleFile) -> Result<RegistrationLayout, RuleError> {
    let raw: RawLayout = scalar::read_toml(file)?;
    let text = file.text()?;
    let refuse = |at: usize, key: String, problem: String| RuleError::Value {
        place: Place::of(&file.name, text, at),
        key,
        problem,
        hint: "docs/registration.md shows how a layout is written".into(),
    };
    let id = raw.id.get_ref().clone();
    if !is_id(&id) {
        return Err(refuse(
            raw.id.span().start,
            "id".into(),
            "is not of lower-case letters, digits and hyphens".into(),
        ));
    }
    let form = form(raw.form, raw.delimiter)
        .map_err(|problem| refuse(0, "delimiter".into(), problem.to_owned()))?;
    if let Some(problem) = name_problem(raw.name.get_ref()) {
        return Err(refuse(raw.name.span().start, "name".into(), problem));
    }
    if raw.last_sequence.is_some_and(|n| n < 1) {
        return Err(refuse(0, "last_sequence".into(), "is below 1".into()));
    }
    let part = |raw: Spanned<RawKind>, n: usize| {
        let at = raw.span().start;
        kind(form, raw.into_inner(), n).map_err(|(key, problem)| refuse(at, key, problem))
    };
    let (header, detail, trailer) =
        (part(raw.header, 0)?, part(raw.detail, 1)?, part(raw.trailer, 2)?);
    if alike([&header, &detail, &trailer]) {
        return Err(refuse(
            0,
            "record".into(),
            "header, detail and trailer begin alike, so lines could not be distinguished".into(),
        ));
    }
    Ok(RegistrationLayout {
        rule_id: format!("registration-layout/{id}"),
        id,
        title: raw.title,
        name: raw.name.into_inner(),
        form,
        date: raw.date,
        counts: raw.counts,
        last_sequence: raw.last_sequence,
        header,
        detail,
        trailer,
        provenance: Provenance { mark: raw.mark.0, source: raw.source, note: raw.note },
        place: Place { file: file.name.clone(), line: 1, column: 1 },
        // A layout is its whole file: whoever confirms it confirms all of it.
        written: text
            .lines()
            .filter(|l| !l.starts_with('#') && !l.trim().is_empty())
            .collect::<Vec<_>>()
            .join("; "),
    })
}

/// Do two kinds of line begin in the same way?
fn alike([header, detail, trailer]: [&RecordKind; 3]) -> bool {
    header.record == trailer.record
        || header.record == detail.record
        || detail.record == trailer.record
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// The form, with the delimiter that goes with it and no other.
fn form(form: RawForm, delimiter: Option<char>) -> Result<Form, &'static str> {
    match (form, delimiter) {
        (RawForm::Delimited, Some(c)) => Ok(Form::Delimited(c)),
        (RawForm::Fixed, None) => Ok(Form::Fixed),
        (RawForm::Delimited, None) => Err("is missing"),
        (RawForm::Fixed, Some(_)) => Err("does not go with fixed columns"),
    }
}

/// What is wrong with a pattern of names.
fn name_problem(name: &str) -> Option<String> {
    let mut rest = name;
    while let Some((_, tail)) = rest.split_once('{') {
        let Some((word, after)) = tail.split_once('}') else {
            return Some("has a { without its }".to_owned());
        };
        if !["provider", "date", "sequence", "any"].contains(&word) {
            return Some(format!(
                "{{{word}}} is none of {{provider}}, {{date}}, {{sequence}}, {{any}}"
            ));
        }
        if after.starts_with('{') {
            return Some("has two parts with nothing between them".to_owned());
        }
        rest = after;
    }
    (name.is_empty() || name.contains('/')).then(|| "is empty or has a /".to_owned())
}
