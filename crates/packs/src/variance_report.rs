//! The variance of a month as a document of its own, for the group or for the secretariat.

use crate::{
    PackError,
    assemble::{
        Edition,
        cells::{self, label, text},
        forecasts::{self, compared, compared_columns, kind_words},
    },
    data::{self, forecasts::ForecastView},
    evidence::forecasts::{Forecasts, SETTINGS},
};
use northbound_documents::{
    model::{Block, Cell, Document, Front, Named, Origin, Para, RuleUsed, Section, Shorthand},
    render::{Formats, WrittenFile, render_all},
};
use northbound_measures::forecast::{
    grouped, matrix,
    pseudonym::Pseudonyms,
    variance::{UserVariance, Variance},
};
use northbound_rules::RuleSet;
use northbound_types::{ForecastKind, NullReason, Period, Utc};
use std::{collections::BTreeMap, path::Path};

/// What the document is made of.
#[derive(Debug)]
pub struct Report<'a> {
    /// Month; the last of those read.
    pub period: Period,
    /// As at.
    pub as_at: Utc,
    /// What was read, by kind.
    pub kinds: &'a [(ForecastKind, Forecasts)],
    /// Pseudonyms for the group; none where the reader may see names.
    pub names: Option<&'a Pseudonyms>,
    /// Rules in force.
    pub rules: &'a RuleSet,
    /// Confirmed rules: key, and by whom and when in words.
    pub confirmed: &'a BTreeMap<String, String>,
    /// Hash of the ledger's root manifest; empty for an empty ledger.
    pub manifest: &'a str,
}

/// Makes the document.
#[must_use]
pub fn document(r: &Report<'_>) -> Document {
    let edition = Edition::draft();
    let views: Vec<ForecastView> =
        r.kinds.iter().filter_map(|(k, f)| data::forecasts::view(*k, f)).collect();
    let mut sections: Vec<Section> = forecasts::section(&views, None).into_iter().collect();
    for (kind, f) in r.kinds {
        sections.extend(users(r, *kind, f));
    }
    let who = if r.names.is_some() {
        "Users are shown under pseudonyms that are valid in this document only."
    } else {
        "Users are named: for the secretariat, not for the group."
    };
    let statements = std::iter::once(who.to_owned())
        .chain(r.kinds.iter().flat_map(|(k, f)| statement(*k, f)))
        .map(Para::plain)
        .collect();
    Document {
        title: "Forecasts and variance".to_owned(),
        network: edition.network,
        period: r.period,
        version: 1,
        status: edition.status,
        marking: String::new(),
        as_at: r.as_at,
        cut_off: r.period.after().start().min(r.as_at),
        methodology: Named {
            id: "forecast-variance".to_owned(),
            title: "The forecast in force at the start of the month compared with the actuals"
                .to_owned(),
        },
        origin: Origin {
            manifest: if r.manifest.is_empty() {
                "(empty ledger)".to_owned()
            } else {
                r.manifest.to_owned()
            },
            rules: r.rules.id().to_owned(),
        },
        previous: String::new(),
        front: Front { warnings: Vec::new(), statements, ..Front::default() },
        sections,
        evidence: Vec::new(),
        shorthand: marks(r.rules),
        rules: rules_used(r),
        sources: Vec::new(),
    }
}

/// Prints it.
///
/// # Errors
/// As [`render_all`].
pub fn write(r: &Report<'_>, out: &Path) -> Result<Vec<WrittenFile>, PackError> {
    Ok(render_all(&document(r), out, Formats::all())?)
}

fn statement(kind: ForecastKind, f: &Forecasts) -> Vec<String> {
    let Some(v) = f.variances().pop() else { return Vec::new() };
    let mut out =
        vec![format!("{} forecasts for {}: {} Users.", kind_words(kind), v.period, v.users.len())];
    out.extend(v.ground.sentence(v.period));
    if !v.annotations.is_empty() {
        out.push(format!("Remark on {}: {}.", v.period, v.annotations.join("; ")));
    }
    out
}

/// The Users of the month, and who gave forecasts over the months.
fn users(r: &Report<'_>, kind: ForecastKind, f: &Forecasts) -> Option<Section> {
    let variances = f.variances();
    let last = variances.last()?;
    let small = f.months.last().map_or(0, |(m, _)| m.small_below);
    let hidden: Vec<bool> = variances
        .iter()
        .map(|v| r.names.is_some() && grouped::by_class(v, small).list_withheld)
        .collect();
    let mut blocks = Vec::new();
    if hidden.last() == Some(&false) && !last.users.is_empty() {
        blocks.push(Block::Table(user_table(kind, last, r.names, small)));
    }
    if hidden.contains(&false) && !last.users.is_empty() {
        blocks.push(Block::Table(matrix_table(kind, &variances, &hidden, r.names)));
    }
    if r.names.is_none() {
        blocks.push(Block::Table(line_table(kind, last)));
    }
    let intro = if hidden.contains(&true) {
        vec![Para::plain(
            "No list of Users is given for months in which, together with the counts by class, it would identify a User.",
        )]
    } else {
        Vec::new()
    };
    Some(Section {
        id: format!("forecast-{kind}-users-section"),
        heading: format!("{}s by User", kind_words(kind)),
        message: "The forecast in force at the start of the month compared with the actuals."
            .to_owned(),
        intro,
        blocks,
    })
}

fn user_table(
    kind: ForecastKind,
    v: &Variance,
    names: Option<&Pseudonyms>,
    small: u64,
) -> northbound_documents::model::Table {
    let users: Vec<UserVariance> =
        names.map_or_else(|| v.users.clone(), |n| grouped::make(v, small, n).users);
    let rows = users
        .iter()
        .map(|u| {
            let mut row = vec![Cell::words(u.user.clone())];
            if names.is_none() {
                row.extend([Cell::words(u.party.clone()), Cell::words(u.class.clone())]);
            }
            row.push(Cell::words(u.standing.words()));
            row.extend(compared(Some(&u.total), &v.ground));
            row.push(Cell::words(remark(u)));
            row
        })
        .collect();
    let mut columns = vec![label("user", "User")];
    if names.is_none() {
        columns.extend([text("party", "Party"), text("class", "Class")]);
    }
    columns.push(text("standing", "Forecast"));
    // `forecast` is the key of the count.
    columns.extend(compared_columns());
    columns.push(text("remark", "Remark"));
    cells::table(
        &format!("forecast-{kind}-users"),
        format!("{}s in {} by User", kind_words(kind), v.period),
        columns,
        rows,
    )
}

/// What to know of the forecast used.
#[must_use]
pub fn remark(u: &UserVariance) -> String {
    let mut out = Vec::new();
    if u.older {
        out.push("the forecast in force is from an earlier quarter".to_owned());
    }
    if u.unused.is_some() {
        out.push("a forecast that came during the month is not used".to_owned());
    }
    if let Some(n) = u.unnamed {
        out.push(format!("{n} of services that the forecast does not name, compared with nothing"));
    }
    if !u.omitted.is_empty() {
        let lines: Vec<String> =
            u.omitted.iter().map(|l| format!("{} {}", l.srv, l.mode)).collect();
        out.push(format!(
            "an earlier forecast named {}, the one in force does not",
            lines.join(", ")
        ));
    }
    out.join("; ")
}

fn matrix_table(
    kind: ForecastKind,
    months: &[Variance],
    hidden: &[bool],
    names: Option<&Pseudonyms>,
) -> northbound_documents::model::Table {
    let m = matrix::make(months, hidden);
    let mut rows: Vec<Vec<Cell>> =
        m.rows
            .iter()
            .filter_map(|r| {
                let who = match names {
                    Some(n) => n.of(&r.user)?.to_owned(),
                    None => r.user.clone(),
                };
                Some(
                    std::iter::once(Cell::words(who))
                        .chain(r.standing.iter().map(|s| {
                            s.map_or_else(|| Cell::words("[c]"), |s| Cell::words(s.words()))
                        }))
                        .chain([cells::count(r.unforecast)])
                        .collect(),
                )
            })
            .collect();
    rows.sort_by(|a: &Vec<Cell>, b| a.first().map(|c| &c.text).cmp(&b.first().map(|c| &c.text)));
    let mut columns = vec![label("user", "User")];
    columns.extend(
        m.months
            .iter()
            .map(|p| text(&format!("m{}", p.to_string().replace('-', "_")), &p.to_string())),
    );
    columns.push(cells::counts("unforecast", "Months with traffic and no forecast", "months"));
    cells::table(
        &format!("forecast-{kind}-matrix"),
        format!("{} forecasts by User and month", kind_words(kind)),
        columns,
        rows,
    )
}

fn line_table(kind: ForecastKind, v: &Variance) -> northbound_documents::model::Table {
    let rows = v
        .users
        .iter()
        .flat_map(|u| {
            u.lines.iter().map(move |l| {
                let mut row = vec![
                    Cell::words(u.user.clone()),
                    Cell::words(l.line.srv.clone()),
                    Cell::words(l.line.mode.clone()),
                    Cell::words(l.standing.words()),
                ];
                row.extend(compared(Some(&l.compared), &v.ground));
                row
            })
        })
        .collect();
    let mut columns = vec![
        label("user", "User"),
        text("srv", "Service"),
        text("mode", "Mode"),
        text("standing", "Forecast"),
    ];
    columns.extend(compared_columns());
    cells::table(
        &format!("forecast-{kind}-by-service"),
        format!("{}s in {} by User and service", kind_words(kind), v.period),
        columns,
        rows,
    )
}

fn marks(rules: &RuleSet) -> Vec<Shorthand> {
    let mut out: Vec<Shorthand> = rules
        .shorthand()
        .map(|(m, w)| Shorthand { mark: m.to_owned(), words: w.to_owned() })
        .collect();
    for r in NullReason::ALL {
        if !out.iter().any(|s| s.mark == r.mark()) {
            out.push(Shorthand { mark: r.mark().to_owned(), words: r.words().to_owned() });
        }
    }
    out.sort_by(|a, b| a.mark.cmp(&b.mark));
    out
}

fn rules_used(r: &Report<'_>) -> Vec<RuleUsed> {
    let own = [
        "setting/sr-forecast-rule",
        "setting/csr-forecast-rule",
        "setting/sr-forecast-roles",
        "setting/csr-forecast-roles",
    ];
    r.rules
        .rules()
        .into_iter()
        .filter(|i| {
            own.contains(&i.id.as_str())
                || i.id.strip_prefix("setting/").is_some_and(|k| SETTINGS.contains(&k))
        })
        .map(|i| RuleUsed {
            title: format!("{}: {}", i.title, i.value),
            mark: i.provenance.mark.to_string(),
            source: i.provenance.source.clone(),
            note: i.provenance.note.clone(),
            needs_confirmation: i.provenance.needs_confirmation(),
            confirmed_by: r.confirmed.get(&i.confirmation_key).cloned(),
            id: i.id,
        })
        .collect()
}
