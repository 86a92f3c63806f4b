//! Words of closed sets, and spellings of unknown.

use super::{FoundColumns, Sure, sample::Sample, synonyms::folded};
use crate::layout::Layout;
use northbound_types::{
    AlertState, ForecastKind, Generation, Kind, Leg, Mode, Region, RequestState, TestKind,
};

/// Spellings that hardly mean anything but unknown. `none` is not one: it is a word of its own.
const NULLS: &[&str] = &[
    "NULL", "null", "Null", "(null)", "N/A", "n/a", "NaN", "\\N", "-", "--", "?", "unknown",
    "Unknown",
];

/// Distinct words of a column that are looked at.
const MAX_WORDS: usize = 60;

/// Usual words, folded, for canonical ones.
const MEANINGS: &[(&str, &str, &str)] = &[
    ("state", "ok", "answered-success"),
    ("state", "success", "answered-success"),
    ("state", "successful", "answered-success"),
    ("state", "completed", "answered-success"),
    ("state", "complete", "answered-success"),
    ("state", "answered", "answered-success"),
    ("state", "device error", "answered-device-error"),
    ("state", "error", "answered-device-error"),
    ("state", "failed", "answered-device-error"),
    ("state", "failure", "answered-device-error"),
    ("state", "timeout", "timed-out"),
    ("state", "time out", "timed-out"),
    ("state", "timed out", "timed-out"),
    ("state", "no response", "timed-out"),
    ("state", "no reply", "timed-out"),
    ("state", "no answer", "timed-out"),
    ("state", "expired", "timed-out"),
    ("state", "rejected", "refused"),
    ("state", "pending", "in-flight"),
    ("state", "in progress", "in-flight"),
    ("state", "open", "in-flight"),
    ("state", "quarantined", "held"),
    ("region", "n", "north"),
    ("region", "c", "central"),
    ("region", "s", "south"),
    ("region", "cspn", "north"),
    ("region", "cspc", "central"),
    ("region", "csps", "south"),
    ("region", "csp north", "north"),
    ("region", "csp central", "central"),
    ("region", "csp south", "south"),
    ("mode", "on demand", "on-demand"),
    ("mode", "od", "on-demand"),
    ("mode", "fd", "future-dated"),
    ("mode", "dsp scheduled", "scheduled"),
    ("generation", "1", "smets1"),
    ("generation", "2", "smets2"),
    ("generation", "s1", "smets1"),
    ("generation", "s2", "smets2"),
    ("generation", "smets 1", "smets1"),
    ("generation", "smets 2", "smets2"),
    ("kind", "unplanned", "down"),
    ("kind", "outage", "down"),
    ("kind", "maintenance", "planned"),
    ("kind", "planned maintenance", "planned"),
    ("in_coverage", "yes", "true"),
    ("in_coverage", "y", "true"),
    ("in_coverage", "no", "false"),
    ("in_coverage", "n", "false"),
    ("predicted", "yes", "true"),
    ("predicted", "no", "false"),
    ("excluded", "yes", "true"),
    ("excluded", "no", "false"),
];

/// Words with two meanings; a proposal with one has to be checked. One letter may be a region or not.
const DOUBTFUL: &[&str] = &[
    "failed",
    "failure",
    "error",
    "complete",
    "completed",
    "expired",
    "answered",
    "unknown",
    "n",
    "c",
    "s",
];

/// Months, by the three letters with which they begin.
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A month as people write it: `Apr-26`, `April 2026`, `04/2026`. The first is April 2026 and no day of
/// an April, for a period is wanted.
pub(super) fn month(text: &str) -> Option<String> {
    let parts: Vec<&str> =
        text.split([' ', '-', '/', '.', '\'']).filter(|p| !p.is_empty()).collect();
    let [month, year] = parts.as_slice() else { return None };
    let number = match month.to_lowercase() {
        m if m.len() <= 2 => m.parse().ok().filter(|n| (1..=12).contains(n))?,
        m => MONTHS.iter().position(|name| m.starts_with(name))? + 1,
    };
    if !year.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match year.len() {
        2 if month.len() > 2 => Some(format!("20{year}-{number:02}")),
        4 => Some(format!("{year}-{number:02}")),
        _ => None,
    }
}

/// The category that a priority such as `1 - Critical` begins with.
fn category(text: &str) -> Option<String> {
    let digit =
        text.trim_start_matches(['P', 'p']).chars().next().filter(|c| ('1'..='5').contains(c))?;
    let rest = text.trim_start_matches(['P', 'p']).get(1..)?;
    (!rest.starts_with(|c: char| c.is_ascii_digit()) && text.len() > 1).then(|| digit.to_string())
}

/// Translations of a column that is no closed set of words: periods and categories of incidents.
pub(super) fn translate_open(
    sample: &Sample,
    at: usize,
    layout: Layout,
    column: &str,
) -> Vec<(String, String)> {
    let read: fn(&str) -> Option<String> = match (layout, column) {
        (Layout::Figures | Layout::Forecasts | Layout::Volumes, "period") => month,
        (Layout::Incidents, "category") => category,
        _ => return Vec::new(),
    };
    let mut found: Vec<(String, String)> = Vec::new();
    for value in sample.values(at) {
        if found.len() < MAX_WORDS
            && !found.iter().any(|(from, _)| from == value)
            && let Some(to) = read(value)
        {
            found.push((value.to_owned(), to));
        }
    }
    found
}

/// The words that a column may hold; `None` where it is not a closed set.
fn allowed(layout: Layout, column: &str) -> Option<Vec<&'static str>> {
    macro_rules! all {
        ($t:ty) => {
            Some(<$t>::ALL.iter().map(|w| w.as_str()).collect())
        };
    }
    match (layout, column) {
        (_, "region") => all!(Region),
        (Layout::Alerts, "state") => all!(AlertState),
        (Layout::Payloads, "state") => Some(vec!["completed", "failed", "pending"]),
        (Layout::Messages, "state") => all!(RequestState),
        (Layout::Messages, "kind") => all!(Kind),
        (Layout::Services, "kind") => Some(vec!["down", "planned"]),
        (Layout::Messages, "leg") => all!(Leg),
        (Layout::Messages | Layout::Forecasts | Layout::Volumes, "mode") => all!(Mode),
        (Layout::Forecasts | Layout::Volumes, "kind") => all!(ForecastKind),
        (Layout::Volumes, "correction") => Some(vec!["true", "false"]),
        (_, "generation") => all!(Generation),
        (_, "test_kind") => all!(TestKind),
        (_, "alert_kind") => Some(vec!["device", "dcc"]),
        (_, "in_coverage" | "predicted" | "excluded") => Some(vec!["true", "false"]),
        _ => None,
    }
}

/// Translations that are needed and known, and words without a known meaning.
pub(super) fn translate(
    sample: &Sample,
    at: usize,
    layout: Layout,
    column: &str,
) -> (Vec<(String, &'static str, Sure)>, Vec<String>) {
    let Some(allowed) = allowed(layout, column) else { return (Vec::new(), Vec::new()) };
    let mut seen: Vec<&str> = Vec::new();
    for value in sample.values(at) {
        if !seen.contains(&value) && seen.len() < MAX_WORDS {
            seen.push(value);
        }
    }
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for word in seen {
        if allowed.contains(&word) || NULLS.contains(&word) {
            continue;
        }
        let name = folded(word);
        if let Some(same) = allowed.iter().find(|a| a.replace('-', " ") == name) {
            known.push((word.to_owned(), *same, Sure::Certain));
            continue;
        }
        match MEANINGS.iter().find(|(c, w, to)| *c == column && *w == name && allowed.contains(to))
        {
            Some((_, _, to)) => known.push((
                word.to_owned(),
                *to,
                if DOUBTFUL.contains(&name.as_str()) { Sure::Unsure } else { Sure::Likely },
            )),
            None => unknown.push(word.to_owned()),
        }
    }
    (known, unknown)
}

/// Spellings of unknown in the columns found. Figures give spellings a reason of their own.
pub(super) fn nulls(sample: &Sample, found: &FoundColumns, layout: Layout) -> Vec<String> {
    if layout == Layout::Figures {
        return Vec::new();
    }
    let mut seen = Vec::new();
    for (name, (at, ..)) in found {
        for value in sample.raw_values(*at) {
            // `unknown` is a region, and stays one.
            if *name == "region" && value == "unknown" {
                continue;
            }
            if NULLS.contains(&value) && !seen.iter().any(|s| s == value) {
                seen.push(value.to_owned());
            }
        }
    }
    // A spelling holds for all columns: it must not take a word from a closed set.
    let region_word =
        found.get("region").is_some_and(|(at, ..)| sample.raw_values(*at).any(|v| v == "unknown"));
    if region_word {
        seen.retain(|s| s != "unknown");
    }
    seen
}

/// Is the text a spelling of unknown?
pub(super) fn is_null(text: &str) -> bool {
    text.is_empty() || NULLS.contains(&text)
}
