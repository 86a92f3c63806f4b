//! Workbooks to fill in, with the lists of this data folder; each names the command that brings it back.

mod kind;

pub use kind::TemplateOf;

use crate::{
    answer::Answer,
    context::Context,
    error::{AppError, Result},
    names, whole_file, word,
};
use northbound_documents::template::{Check, Column, Template, workbook};
use northbound_rules::RuleSet;
use northbound_types::{ForecastKind, IncidentEventKind, Mode, Period, Region};
use serde_json::json;
use std::path::Path;

/// Months that a list offers, before and after the present one.
const MONTHS_BACK: i32 = 36;
const MONTHS_AHEAD: i32 = 24;

/// Writes the workbook, or the Word document, into a new or an existing file.
///
/// # Errors
/// Where rules or registers cannot be read, or the file cannot be written.
pub fn write(ctx: &Context, of: TemplateOf, out: &Path) -> Result<Answer> {
    let Some(template) = template(ctx, of)? else { return look(ctx, out) };
    put(ctx, out, &workbook(&template)?)?;
    let columns: Vec<&str> = template.columns.iter().map(|c| c.name.as_str()).collect();
    let file = out.display();
    Ok(Answer::new(json!({"file": file.to_string(), "template": of, "columns": columns, "command": template.command}))
        .say(format!("{} {file}. Fill in the sheet {:?} and bring it back with: {}", did(ctx), template.title, template.command.replace("FILE.xlsx", &file.to_string()))))
}

/// The Word document whose styles, page and footer a brief or a paper takes.
fn look(ctx: &Context, out: &Path) -> Result<Answer> {
    put(ctx, out, &word::template(None)?.to_bytes()?)?;
    let file = out.display();
    let command = format!("northbound pack build --period MONTH --out FOLDER --template {file}");
    Ok(Answer::new(json!({"file": file.to_string(), "template": TemplateOf::Document, "command": command}))
        .say(format!("{} {file}. Change its styles, page and footer in Word and use it with: {command} (also `pack issue` and `paper build`)", did(ctx))))
}

const fn did(ctx: &Context) -> &'static str {
    if ctx.dry_run { "Would write" } else { "Wrote" }
}

fn put(ctx: &Context, out: &Path, bytes: &[u8]) -> Result<()> {
    if ctx.dry_run {
        return Ok(());
    }
    whole_file::write(out, |to| to.write_all(bytes).map_err(|e| AppError::io("write", out, e)))
}

/// The workbook; `None` for the template of Word documents.
///
/// # Errors
/// Where rules or registers cannot be read.
pub fn template(ctx: &Context, of: TemplateOf) -> Result<Option<Template>> {
    let rules = ctx.rules()?;
    let (title, command, notes, columns) = match of {
        TemplateOf::Forecast => (
            "Forecast",
            "northbound forecast import FILE.xlsx",
            FORECAST_NOTES,
            forecast(ctx, &rules)?,
        ),
        TemplateOf::Figures => {
            ("Figures", "northbound ingest figures FILE.xlsx", FIGURES_NOTES, figures(ctx, &rules))
        }
        TemplateOf::Incidents => (
            "Incidents",
            "northbound incident import FILE.xlsx",
            INCIDENTS_NOTES,
            incidents(&rules),
        ),
        TemplateOf::Contacts => (
            "Contacts",
            "northbound contact import FILE.xlsx",
            CONTACTS_NOTES,
            contacts(ctx, &rules)?,
        ),
        TemplateOf::Document => return Ok(None),
    };
    Ok(Some(Template {
        title: title.to_owned(),
        command: command.to_owned(),
        notes: notes.iter().map(|n| (*n).to_owned()).collect(),
        columns,
    }))
}

const FORECAST_NOTES: &[&str] = &[
    "One row for each service, mode and month. Zero counts as a forecast; a service that is left out has none.",
    "All rows of one User are one submission, made at the time of the import.",
];
const FIGURES_NOTES: &[&str] = &[
    "One row for each figure of a period. Give numerator and denominator, or a text such as 99.38%, or why there is no value.",
    "Write the percent sign: 0.994 can be read in two ways.",
];
const INCIDENTS_NOTES: &[&str] = &[
    "One row for each event of an incident; the first is usually `opened`. A question mark means unknown.",
    "Times are UTC, such as 2026-04-06T09:12Z.",
];
const CONTACTS_NOTES: &[&str] = &[
    "One row for each contact. A new one takes effect once another person has confirmed it (`northbound contact confirm`).",
    "A contact that the register has already is left as it is.",
];

fn column(name: &str, needed: bool, about: &str, check: Check, example: &str) -> Column {
    Column {
        name: name.to_owned(),
        needed,
        about: about.to_owned(),
        check,
        example: example.to_owned(),
    }
}

fn words<'w>(all: impl IntoIterator<Item = &'w str>) -> Check {
    Check::List(all.into_iter().map(str::to_owned).collect())
}

fn months(ctx: &Context, back: i32, ahead: i32) -> Check {
    let now: Period = ctx.now.day().month();
    Check::List((-back..=ahead).map(|n| now.plus(n).to_string()).collect())
}

fn forecast(ctx: &Context, rules: &RuleSet) -> Result<Vec<Column>> {
    let users = Check::List(names::users(ctx)?.into_iter().collect());
    let catalogue = rules.catalogue().services();
    let services = words(catalogue.iter().map(|s| s.srv.as_str()).chain(["single", "batched"]));
    Ok(vec![
        column("user", true, "The User, by EUI-64", users, "90-B3-D5-1F-30-01-00-01"),
        column(
            "kind",
            false,
            "sr (Service Requests) or csr (certificate requests); empty means sr",
            words(ForecastKind::ALL.iter().map(|k| k.as_str())),
            "sr",
        ),
        column(
            "srv",
            true,
            "Service Reference Variant; of certificate requests single or batched",
            services,
            "4.1.1",
        ),
        column(
            "mode",
            false,
            "How the requests are sent; needed for Service Requests, empty for certificate requests",
            words(Mode::ALL.iter().map(|m| m.as_str())),
            "on-demand",
        ),
        column("period", true, "The month", months(ctx, 0, MONTHS_AHEAD), "2026-06"),
        column("count", true, "Number of requests", Check::Whole, "1200"),
    ])
}

fn figures(ctx: &Context, rules: &RuleSet) -> Vec<Column> {
    let measures = Check::List(names::measures(rules).into_iter().collect());
    let providers = Check::List(names::providers(rules).into_iter().collect());
    let regions = words(Region::ALL.iter().map(|r| r.as_str()).filter(|r| *r != "none"));
    let nulls = words([
        "no-events",
        "not-applicable",
        "not-reported",
        "unreliable",
        "not-determinable",
        "suppressed",
    ]);
    vec![
        column("measure", true, "The measure", measures, "PM4.3"),
        column("period", true, "The month", months(ctx, MONTHS_BACK, 0), "2026-04"),
        column("region", false, "The region; empty for a national figure", regions, "north"),
        column("provider", false, "The provider", providers, "CSPN"),
        column("numerator", false, "How many were in time", Check::Whole, "350"),
        column("denominator", false, "Out of how many", Check::Whole, "380"),
        column("text", false, "The figure as it is written in the report", Check::Text, "92.11%"),
        column("null", false, "Why there is no value", nulls, ""),
        column("target", false, "Target as stated", Check::Text, "99%"),
        column("minimum", false, "Minimum as stated", Check::Text, "96%"),
        column("document", false, "The document; empty: the file's name", Check::Text, "report 4"),
        column("place", false, "Page or table", Check::Text, "page 3"),
    ]
}

fn incidents(rules: &RuleSet) -> Vec<Column> {
    let providers: Vec<String> = names::providers(rules).into_iter().collect();
    let categories = words(["1", "2", "3", "4", "5"]);
    vec![
        column("incident", true, "INC and twelve digits", Check::Text, "INC000000000001"),
        column(
            "event",
            true,
            "What happened",
            words(IncidentEventKind::ALL.iter().map(|k| k.as_str())),
            "opened",
        ),
        column("at", false, "When: a day or a time", Check::Text, "2026-04-06T09:12Z"),
        column(
            "known",
            false,
            "Since when it is known; empty: the time of the import",
            Check::Text,
            "",
        ),
        column("category", false, "1 (worst) to 5, of `opened` and `category`", categories, "2"),
        column("responsible", false, "Who resolves it", Check::Text, "DCC"),
        column("area", false, "What it is about", Check::Text, "network"),
        column(
            "provider",
            false,
            "The provider concerned; others than those of the list may be written in the CSV form",
            Check::List(providers),
            "CSPN",
        ),
        column("to", false, "To whom it was escalated", Check::Text, ""),
        column("into", false, "The incident that continues it", Check::Text, ""),
        column("text", false, "Title or comment", Check::Text, "No connection"),
        column(
            "by",
            false,
            "Who says so; empty: the source of the file",
            Check::Text,
            "service desk",
        ),
    ]
}

fn contacts(ctx: &Context, rules: &RuleSet) -> Result<Vec<Column>> {
    let parties = Check::List(names::parties(ctx)?.into_iter().collect());
    let topics = Check::List(rules.list("contact-topics", ctx.now.day())?.to_vec());
    Ok(vec![
        column("party", true, "The party", parties, "INV01"),
        column("topic", true, "What it is written to about", topics, "incidents"),
        column("address", true, "Mail address", Check::Text, "desk@inv01.example"),
        column(
            "role",
            true,
            "Role of whoever reads it, in words; not a person's name",
            Check::Text,
            "incident desk",
        ),
        column("from", false, "First day; empty: the day of the import", Check::Day, "2026-06-01"),
        column("to", false, "Last day", Check::Day, ""),
    ])
}
