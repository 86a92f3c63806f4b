//! A stated figure as a Figure. Ambiguous numbers keep their readings and none is chosen (X10);
//! a later version supersedes an earlier one of the same document and the earlier stays visible;
//! sources that contradict each other are both kept and the figure is disputed.

use crate::inputs::StatedFigure;
use northbound_types::{
    Figure, FigureState, Null, NullReason, Period, Quantity, Ratio, Reading, Stated, Utc,
    figure::{parse_percent, readings_of_bare},
    percent::percent_of,
};
use num_bigint::BigInt;
use num_rational::BigRational;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A stated figure beside the row that it speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedView {
    /// As a figure.
    pub figure: Figure,
    /// Who states it.
    pub source: String,
    /// Document.
    pub document: String,
    /// Version.
    pub version: String,
    /// Place on the page.
    pub place: String,
    /// When its source first stated it.
    pub known: Utc,
    /// A later version of the same document stands in its place.
    pub superseded: bool,
    /// Rank of its file: of contradicting statements of one document the lowest counts.
    #[serde(default)]
    pub rank: i64,
    /// `Some(true)` where it contradicts the figure of the row; `None` where they cannot be compared.
    pub conflicts: Option<bool>,
}

/// The meaning of a number with one reading.
pub const AS_WRITTEN: &str = "as written";

/// Makes a figure of what was stated.
///
/// Two integers win over the text beside them where both agree at the text's decimals; where they
/// do not agree both are kept as readings, unresolved.
#[must_use]
pub fn figure(s: &StatedFigure) -> Figure {
    if let Some(word) = &s.null {
        let reason = word.parse().unwrap_or(NullReason::NotReported);
        let mut n = Null::because(reason, format!("stated as {word:?} by {}", s.source));
        n.source = Some(s.source.clone());
        return Figure::Null(n);
    }
    let text = s.text.as_deref().map(str::trim).filter(|t| !t.is_empty());
    if s.readings.len() > 1 {
        return unresolved(text.unwrap_or(&s.readings[0].1), &s.readings);
    }
    let bare = text.and_then(readings_of_bare);
    if let (Some(both), None, Some(t)) = (&bare, s.numerator, text) {
        let both = both.clone().map(|r| (r.meaning, r.text));
        return unresolved(t, &both);
    }
    let agrees_with = |v: &BigRational, t: &str| {
        agrees(v, t) || bare.as_ref().is_some_and(|[_, share]| agrees(v, &share.text))
    };
    match (s.numerator, s.denominator, text) {
        (Some(num), Some(den), None) => Figure::ratio(num, den),
        (Some(num), Some(den), Some(t)) => match (Figure::ratio(num, den), parse_percent(t)) {
            (f, Some(_)) if f.share().is_some_and(|v| agrees_with(&v, t)) => f,
            (f, Some(_)) if f.share().is_some() => unresolved(
                t,
                &[
                    ("the percentage as written".to_owned(), t.to_owned()),
                    (
                        "the counts beside it".to_owned(),
                        f.share()
                            .and_then(|v| percent_of(&v, decimals(t), &[]))
                            .unwrap_or_default(),
                    ),
                ],
            ),
            (f, _) => f,
        },
        (_, _, Some(t)) => {
            let meaning = s.readings.first().map_or_else(|| AS_WRITTEN.to_owned(), |r| r.0.clone());
            Figure::value(Quantity::Stated(Stated {
                text: t.to_owned(),
                readings: vec![Reading { meaning, text: t.to_owned() }],
            }))
        }
        (_, _, None) => match (s.count, s.readings.first()) {
            (Some(count), _) => Figure::value(Quantity::Count { count }),
            (None, Some((meaning, t))) => Figure::value(Quantity::Stated(Stated {
                text: t.clone(),
                readings: vec![Reading { meaning: meaning.clone(), text: t.clone() }],
            })),
            (None, None) => Figure::Null(Null::because(
                NullReason::NotReported,
                format!("{} states no number", s.source),
            )),
        },
    }
}

fn unresolved(text: &str, readings: &[(String, String)]) -> Figure {
    let list: Vec<&str> = readings.iter().map(|(m, _)| m.as_str()).collect();
    Figure::value(Quantity::Stated(Stated {
        text: text.to_owned(),
        readings: readings
            .iter()
            .map(|(meaning, text)| Reading { meaning: meaning.clone(), text: text.clone() })
            .collect(),
    }))
    .weaken(
        FigureState::Disputed,
        format!("unresolved: it may be {}; no reading is chosen", list.join(" or ")),
    )
}

/// Decimals of a stated percentage text.
fn decimals(text: &str) -> u32 {
    text.trim().trim_end_matches('%').trim().split_once('.').map_or(0, |(_, d)| d.len() as u32)
}

/// Does an exact share agree with a percentage text, rounded half-up or cut at its decimals?
#[must_use]
pub fn agrees(exact: &BigRational, text: &str) -> bool {
    let Some(said) = parse_percent(text) else { return false };
    let unit = BigRational::new(1.into(), BigInt::from(10u32).pow(decimals(text) + 2));
    let half = &unit / BigRational::from_integer(2.into());
    // Cut: said ≤ exact < said + unit. Half-up: said − half ≤ exact < said + half.
    *exact >= &said - half && *exact < said + unit
}

/// Do two figures contradict each other? `None` where they cannot be compared.
#[must_use]
pub fn conflict(a: &Figure, b: &Figure) -> Option<bool> {
    let text = |f: &Figure| match &f.as_value()?.quantity {
        Quantity::Stated(s) => Some(s.readings.first()?.text.clone()),
        _ => None,
    };
    let (x, y) = (a.share()?, b.share()?);
    Some(match (text(a), text(b)) {
        // One may be the other with fewer decimals.
        (Some(t), Some(u)) => !agrees(&y, &t) && !agrees(&x, &u),
        (Some(t), None) => !agrees(&y, &t),
        (None, Some(t)) => !agrees(&x, &t),
        _ => x != y,
    })
}

/// Does a stated figure speak of a period, as a whole or in part? A month speaks of no quarter: it is a row
/// of a pack of its own.
#[must_use]
pub fn speaks_of(stated: Period, period: Period) -> bool {
    let within = |p: Period, day| p.contains(day);
    match (stated, period) {
        _ if stated == period => true,
        (Period::Day(day), Period::Month(..) | Period::Quarter(..)) => within(period, day),
        (Period::Quarter(..), Period::Month(..)) => within(stated, period.first()),
        _ => false,
    }
}

/// The stated figures of one row, in order of when they were stated, superseded ones marked. `activity` is the
/// period in which the activity of the measure took place: of a quarterly measure a month's row is stated for
/// that quarter, too.
#[must_use]
pub fn for_row<'a>(
    stated: &'a [StatedFigure],
    measure: &str,
    provider: &str,
    region: &str,
    period: Period,
    activity: Period,
) -> Vec<(&'a StatedFigure, StatedView)> {
    let quarter = Some(activity).filter(|a| matches!(a, Period::Quarter(..)));
    let key = |s: &StatedFigure, k: &str, want: &str, national: bool| match s
        .keys
        .get(k)
        .map(String::as_str)
        .filter(|v| !v.is_empty())
    {
        Some(v) => v.eq_ignore_ascii_case(want),
        None => national,
    };
    let mut mine: Vec<&StatedFigure> = stated
        .iter()
        .filter(|s| s.measure == measure && (s.period == period || Some(s.period) == quarter))
        // Without a provider a figure speaks of the row of its region; without a region, of the
        // row of its provider where the row is national or the provider is named.
        .filter(|s| key(s, "provider", provider, true))
        .filter(|s| key(s, "region", region, region == "none" || s.keys.contains_key("provider")))
        .filter(|s| s.keys.keys().all(|k| k == "provider" || k == "region"))
        .collect();
    mine.sort_by(|a, b| {
        (a.known, &a.source, &a.document, &a.version, &a.place).cmp(&(
            b.known,
            &b.source,
            &b.document,
            &b.version,
            &b.place,
        ))
    });
    mine.iter()
        .enumerate()
        .map(|(i, s)| {
            let superseded = mine[i + 1..].iter().any(|later| {
                later.source == s.source
                    && later.document == s.document
                    && later.version != s.version
            });
            (*s, view(s, superseded))
        })
        .collect()
}

fn view(s: &StatedFigure, superseded: bool) -> StatedView {
    StatedView {
        figure: figure(s),
        source: s.source.clone(),
        document: s.document.clone(),
        version: s.version.clone(),
        place: s.place.clone(),
        known: s.known,
        superseded,
        rank: s.rank,
        conflicts: None,
    }
}

/// The one figure that the stated ones amount to: the latest version of each document; disputed
/// where two documents contradict each other, and without a number where one contradicts itself.
#[must_use]
pub fn combined(views: &[StatedView]) -> Option<Figure> {
    let live: Vec<&StatedView> = views.iter().filter(|v| !v.superseded).collect();
    let last = live.last()?;
    let same =
        |a: &StatedView, b: &StatedView| (&a.source, &a.document) == (&b.source, &b.document);
    let (of_last, others): (Vec<_>, Vec<_>) = live.iter().copied().partition(|v| same(v, last));
    let figure = of_document(&of_last);
    let against: Vec<&str> = others
        .iter()
        .filter(|v| conflict(&v.figure, &figure) == Some(true))
        .map(|v| v.source.as_str())
        .collect();
    Some(if against.is_empty() {
        figure
    } else {
        figure.weaken(
            FigureState::Disputed,
            format!("{} states otherwise in another document", against.join(", ")),
        )
    })
}

/// Statements of one row that are compared with each other; of more, those that differ as texts contradict.
const MOST_COMPARED: usize = 16;

/// What one document states of a row, in whatever order. Where its statements contradict each other none is
/// chosen, unless the ranks of their files decide.
fn of_document(views: &[&StatedView]) -> Figure {
    let lowest = views.iter().map(|v| v.rank).min().unwrap_or(0);
    let mut different: BTreeMap<(usize, String), &StatedView> = BTreeMap::new();
    let (counted, outranked): (Vec<&StatedView>, Vec<_>) =
        views.iter().partition(|v| v.rank == lowest);
    for v in counted {
        let before = different.entry(preference(&v.figure)).or_insert(v);
        if v.place < before.place {
            *before = v;
        }
    }
    let list: Vec<&StatedView> = different.into_values().collect();
    let Some(first) = list.first() else {
        return Figure::Null(Null::because(NullReason::NotReported, "nothing is stated"));
    };
    let contradict = |a: &StatedView, b: &StatedView| contradicts(&a.figure, &b.figure);
    let apart = list.len() > MOST_COMPARED
        || list.iter().enumerate().any(|(i, a)| list[i + 1..].iter().any(|b| contradict(a, b)));
    if apart {
        return contradictory(&list);
    }
    if outranked.iter().any(|o| contradict(first, o)) {
        let why = format!("{} states otherwise in a file of higher rank number", first.source);
        return first.figure.clone().weaken(FigureState::Disputed, why);
    }
    first.figure.clone()
}

/// Order by which of figures that agree the most exact is taken, and by which all are listed: a ratio, then the
/// text with the most decimals.
fn preference(figure: &Figure) -> (usize, String) {
    let text = said(figure);
    match figure.as_value().map(|v| &v.quantity) {
        Some(Quantity::Ratio(_)) => (0, text),
        Some(Quantity::Stated(s)) => (1000 - (decimals(&s.text) as usize).min(900), text),
        Some(_) => (1001, text),
        None => (1002, text),
    }
}

/// Do two statements of one document differ in more than their decimals?
fn contradicts(a: &Figure, b: &Figure) -> bool {
    match (a, b) {
        (Figure::Null(a), Figure::Null(b)) => a.reason != b.reason,
        (Figure::Value(x), Figure::Value(y)) if x.quantity == y.quantity => false,
        // A count beside a percentage is another statement about the same row.
        (Figure::Value(x), Figure::Value(y)) => match (&x.quantity, &y.quantity) {
            (Quantity::Count { .. }, Quantity::Count { .. }) => true,
            (Quantity::Count { .. }, _) | (_, Quantity::Count { .. }) => false,
            _ => conflict(a, b).unwrap_or(true),
        },
        _ => true,
    }
}

/// A stated figure in words, as a reading.
fn said(figure: &Figure) -> String {
    match figure {
        Figure::Null(n) => n.reason.to_string(),
        Figure::Value(v) => match &v.quantity {
            Quantity::Ratio(r) => format!("{} of {}", r.num, r.den),
            Quantity::Count { count } => count.to_string(),
            Quantity::Stated(s) => s.text.clone(),
            Quantity::Rational { num, den } => format!("{num}/{den}"),
            Quantity::Duration { micros, .. } | Quantity::LongerThan { micros } => {
                format!("{micros} µs")
            }
        },
    }
}

/// Values that the text of a contradictory figure names.
const NAMED: usize = 3;

/// A figure of which one document states different values: all are its readings.
fn contradictory(list: &[&StatedView]) -> Figure {
    let mut list = list.to_vec();
    list.sort_by_key(|v| (said(&v.figure), &v.place));
    let readings: Vec<Reading> = list
        .iter()
        .map(|v| Reading { meaning: format!("as in {}", v.place), text: said(&v.figure) })
        .collect();
    let mut texts: Vec<&str> = readings.iter().take(NAMED).map(|r| r.text.as_str()).collect();
    if readings.len() > NAMED {
        texts.push("other values");
    }
    let (text, document) = (texts.join(" or "), &list[0].document);
    let note = format!("{document} states {text} for the same row; no value is chosen");
    Figure::value(Quantity::Stated(Stated { text, readings })).weaken(FigureState::Disputed, note)
}

/// The levels stated with the figures, the latest first.
#[must_use]
pub fn stated_levels(rows: &[&StatedFigure]) -> (Option<Ratio>, Option<Ratio>, Option<String>) {
    // A level that may be a percentage or a share is none that a figure can be held against.
    let level = |t: &Option<String>| {
        let text = t.as_deref().filter(|t| readings_of_bare(t).is_none());
        text.and_then(parse_percent).and_then(|v| to_ratio(&v))
    };
    let target = rows.iter().rev().find_map(|s| level(&s.target));
    let minimum = rows.iter().rev().find_map(|s| level(&s.minimum));
    let by = rows
        .iter()
        .rev()
        .find(|s| level(&s.target).is_some() || level(&s.minimum).is_some())
        .map(|s| s.source.clone());
    (target, minimum, by)
}

fn to_ratio(v: &BigRational) -> Option<Ratio> {
    Some(Ratio { num: v.numer().try_into().ok()?, den: v.denom().try_into().ok()? })
}
