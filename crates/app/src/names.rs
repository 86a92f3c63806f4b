//! Measures, providers, parties, Users and rows that a command names: known ones, or a refusal with the nearest.

use crate::{AppError, Context, Result, error::Kind};
use northbound_registers::{
    AsAt, FILE_NAME, Noun, Query, Store,
    record::Index,
    records::participants::parties::{Party, User},
};
use northbound_rules::RuleSet;
use northbound_types::Region;
use std::{collections::BTreeSet, ffi::OsString};

/// How many known names a refusal lists.
const NEAREST: usize = 3;

/// What a name is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A measure of the rules in force.
    Measure,
    /// A provider of the rules in force.
    Provider,
    /// A registered party that the Actor may see.
    Party,
    /// A registered User, of any party: whether the Actor may see it is decided later.
    User,
    /// A methodology of the rules in force.
    Methodology,
    /// A rule in force, by its id.
    Rule,
}

/// The name as it is spelt where it is known; case does not matter.
///
/// # Errors
/// [`Kind::NotFound`] with the nearest known names.
pub fn known(ctx: &Context, kind: Named, given: &str) -> Result<String> {
    let (what, all) = match kind {
        Named::Measure => ("measure", measures(&ctx.rules()?)),
        Named::Provider => ("provider", providers(&ctx.rules()?)),
        Named::Party => ("party", parties(ctx)?),
        Named::User => {
            let visible = users(ctx)?;
            if !visible.contains(given) && is_registered(ctx, given)? {
                return Ok(given.to_owned());
            }
            ("User", visible)
        }
        Named::Methodology => {
            ("methodology", ctx.rules()?.methodologies().iter().map(|m| m.id.clone()).collect())
        }
        Named::Rule => ("rule", ctx.rules()?.rules().into_iter().map(|r| r.id).collect()),
    };
    if all.contains(given) {
        return Ok(given.to_owned());
    }
    all.iter().find(|n| n.eq_ignore_ascii_case(given)).cloned().ok_or_else(|| {
        AppError::not_found(format!("there is no {what} {given:?}; {}", nearest_words(given, &all)))
    })
}

/// The name as it is known where it is spelt otherwise; none where it is known as it is, or not at all.
///
/// # Errors
/// Where rules or registers cannot be read.
pub fn spelt(ctx: &Context, kind: Named, given: &str) -> Result<Option<String>> {
    match known(ctx, kind, given) {
        Ok(name) => Ok(Some(name).filter(|n| n != given)),
        Err(e) if e.kind() == Kind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Registers whose commands are called otherwise.
const REGISTERS: [(&str, Noun); 4] = [
    ("contact issue", Noun::ContactIssue),
    ("forecast reasons", Noun::ForecastReason),
    ("forecast notice", Noun::ForecastNotice),
    ("incident stated", Noun::IncidentReport),
];

/// The register whose records a command of these words is about.
#[must_use]
pub fn register(words: &[&str]) -> Option<Noun> {
    let two = words.get(..2).map(|w| w.join(" "));
    let called = REGISTERS.iter().find(|(w, _)| two.as_deref() == Some(w));
    called.map(|c| c.1).or_else(|| words.first()?.parse().ok())
}

/// The arguments with the values of `--region` in lower case, where they are then words for a region.
pub fn with_plain_regions(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let lower = |list: &str| {
        let word = |w: &str| {
            let plain = w.to_lowercase();
            if Region::WORDS.contains(&plain.as_str()) { plain } else { w.to_owned() }
        };
        list.split(',').map(word).collect::<Vec<_>>().join(",")
    };
    let mut value = false;
    args.map(|a| match a.to_str() {
        Some(text) if std::mem::replace(&mut value, text == "--region") => {
            value = false;
            lower(text).into()
        }
        Some(text) => match text.strip_prefix("--region=") {
            Some(list) => format!("--region={}", lower(list)).into(),
            None => a,
        },
        None => {
            value = false;
            a
        }
    })
    .collect()
}

/// The id of a record that the Actor may see where it is spelt in another case; none where it is spelt so, or
/// where several differ in case alone.
///
/// # Errors
/// Where the registers cannot be read.
pub fn recorded(ctx: &Context, noun: Noun, given: &str) -> Result<Option<String>> {
    let path = ctx.data.join(FILE_NAME);
    if !path.exists() {
        return Ok(None);
    }
    let store = Store::read(&path, ctx.now)?;
    let mut ids = ctx.gate(&store).ids_in_any_case(noun, given)?;
    let other = if ids.len() == 1 { ids.pop() } else { None };
    Ok(other.filter(|id| id != given))
}

pub(crate) fn measures(rules: &RuleSet) -> BTreeSet<String> {
    rules.measures().iter().map(|m| m.id.clone()).collect()
}

pub(crate) fn providers(rules: &RuleSet) -> BTreeSet<String> {
    let of_rows = rules.measures().iter().flat_map(|m| &m.rows).map(|r| r.provider.clone());
    rules.providers().map(str::to_owned).chain(of_rows).collect()
}

/// A folder without registers has no party, and none is made to find that out.
pub(crate) fn parties(ctx: &Context) -> Result<BTreeSet<String>> {
    let path = ctx.data.join(FILE_NAME);
    if !path.exists() {
        return Ok(BTreeSet::new());
    }
    let store = Store::read(&path, ctx.now)?;
    let found = ctx.gate(&store).list::<Party>(&Query::as_at(AsAt::NOW))?;
    Ok(found.into_iter().map(|k| k.id).collect())
}

/// The registered Users that the Actor may see, those that were withdrawn too.
pub(crate) fn users(ctx: &Context) -> Result<BTreeSet<String>> {
    let path = ctx.data.join(FILE_NAME);
    if !path.exists() {
        return Ok(BTreeSet::new());
    }
    let store = Store::read(&path, ctx.now)?;
    let all = Query { withdrawn: true, ..Query::as_at(AsAt::NOW) };
    let found = ctx.gate(&store).list::<User>(&all)?;
    Ok(found.into_iter().map(|k| k.record.eui.to_string()).collect())
}

/// Is this the EUI of a registered User? What is no EUI is none.
fn is_registered(ctx: &Context, given: &str) -> Result<bool> {
    let (path, Ok(eui)) = (ctx.data.join(FILE_NAME), given.parse()) else { return Ok(false) };
    if !path.exists() {
        return Ok(false);
    }
    let store = Store::read(&path, ctx.now)?;
    Ok(ctx.gate(&store).party_of(eui, AsAt::NOW)?.is_some())
}

/// The known names that differ least from the given one, nearest first.
#[must_use]
pub fn nearest<'a>(given: &str, all: &'a BTreeSet<String>) -> Vec<&'a str> {
    let wanted = given.to_lowercase();
    let mut found: Vec<(usize, &str)> =
        all.iter().map(|n| (distance(&wanted, &n.to_lowercase()), n.as_str())).collect();
    found.sort();
    found.into_iter().take(NEAREST).map(|(_, n)| n).collect()
}

pub(crate) fn nearest_words(given: &str, all: &BTreeSet<String>) -> String {
    match nearest(given, all).as_slice() {
        [] => "none is known yet".to_owned(),
        names => format!("the nearest known: {}", names.join(", ")),
    }
}

/// Is the second word near enough to be meant by the first? At most one letter in three differs.
#[must_use]
pub fn is_near(given: &str, other: &str) -> bool {
    let bare = |w: &str| w.trim_start_matches('-').to_lowercase();
    let (given, other) = (bare(given), bare(other));
    distance(&given, &other) * 3 <= given.chars().count().max(other.chars().count())
}

/// Insertions, deletions and replacements of letters that make one word of the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = replaced.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// Refuses a record about a row that no measure has, for the registers whose records are each about one row.
///
/// # Errors
/// [`Kind::NotFound`] with the rows that the measure has.
pub fn row_exists(ctx: &Context, noun: Noun, about: &Index) -> Result<()> {
    let of_rows = matches!(
        noun,
        Noun::Explanation | Noun::Assurance | Noun::Override | Noun::Exception | Noun::Claim
    );
    let (Some(measure), Some(provider), Some(region)) =
        (&about.measure, &about.provider, about.region)
    else {
        return Ok(());
    };
    if !of_rows {
        return Ok(());
    }
    let rules = ctx.rules()?;
    let Some(def) = rules.measure(measure) else {
        let nearest = nearest_words(measure, &measures(&rules));
        return Err(AppError::not_found(format!("there is no measure {measure:?}; {nearest}")));
    };
    if def.rows.iter().any(|r| r.provider == *provider && r.region == region) {
        return Ok(());
    }
    let words = |r: Region| if r == Region::None { "national".to_owned() } else { r.to_string() };
    let rows: Vec<String> =
        def.rows.iter().map(|r| format!("{} {}", r.provider, words(r.region))).collect();
    let hint = if region == Region::None && def.rows.iter().all(|r| r.region != Region::None) {
        "; name its region with --region"
    } else {
        ""
    };
    Err(AppError::not_found(format!(
        "{measure} has no row {provider} {}; its rows are {}{hint}",
        words(region),
        rows.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first() {
        let all = ["PM4.3", "PM4.2", "CPM1", "DSP1.1"].map(str::to_owned).into();
        assert_eq!(nearest("pm43", &all)[0], "PM4.3");
        assert_eq!(nearest("CPM9", &all)[0], "CPM1");
        assert_eq!((distance("", "abc"), distance("kitten", "sitting")), (3, 3));
        assert!(is_near("--providr", "--provider") && is_near("PM43", "pm4.3"));
        assert!(!is_near("--overdue", "--provider") && !is_near("minutes", "ingest"));
        assert_eq!(nearest_words("x", &BTreeSet::new()), "none is known yet");
    }

    #[test]
    fn registers_are_found_by_the_words_of_the_command() {
        assert_eq!(register(&["party", "show"]), Some(Noun::Party));
        assert_eq!(register(&["contact", "issue", "show"]), Some(Noun::ContactIssue));
        assert_eq!(register(&["forecast", "reasons", "show"]), Some(Noun::ForecastReason));
        assert_eq!(register(&["ledger", "check"]), None);
    }

    #[test]
    fn regions_are_read_whatever_their_case() {
        let plain = |words: &str| {
            let out = with_plain_regions(words.split(' ').map(OsString::from));
            out.iter().map(|a| a.to_str().unwrap()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            plain("x --region North,SOUTH --text North"),
            "x --region north,south --text North"
        );
        assert_eq!(plain("x --region=North --region East"), "x --region=north --region East");
    }
}
