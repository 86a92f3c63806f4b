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
        (Some(t), None) => !agrees(&y, &t),
        (None, Some(t)) => !agrees(&x, &t),
        _ => x != y,
    })
}

/// The stated figures of one row, in order of when they were stated, superseded ones marked.
#[must_use]
pub fn for_row<'a>(
    stated: &'a [StatedFigure],
    measure: &str,
    provider: &str,
    region: &str,
    period: Period,
) -> Vec<(&'a StatedFigure, StatedView)> {
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
        .filter(|s| s.measure == measure && s.period == period)
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
            (
                *s,
                StatedView {
                    figure: figure(s),
                    source: s.source.clone(),
                    document: s.document.clone(),
                    version: s.version.clone(),
                    place: s.place.clone(),
                    known: s.known,
                    superseded,
                    conflicts: None,
                },
            )
        })
        .collect()
}

/// The one figure that the stated ones amount to: the latest version of each document; disputed
/// where two documents contradict each other.
#[must_use]
pub fn combined(views: &[StatedView]) -> Option<Figure> {
    let live: Vec<&StatedView> = views.iter().filter(|v| !v.superseded).collect();
    let last = live.last()?;
    let against: Vec<String> = live
        .iter()
        .filter(|v| conflict(&v.figure, &last.figure) == Some(true))
        .map(|v| v.source.clone())
        .collect();
    let figure = last.figure.clone();
    Some(if against.is_empty() {
        figure
    } else {
        figure.weaken(
            FigureState::Disputed,
            format!("{} states otherwise in another document", against.join(", ")),
        )
    })
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
