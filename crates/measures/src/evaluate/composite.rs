//! Code Performance Measures from their rows, by a named strategy (`docs/measures.md`, Composites):
//! `mean` of the rows' Service Levels, `pooled` counts, or `product` along the path. A row without
//! events leaves the aggregate and is named; a row without a value makes it not determinable, with
//! bounds.

use crate::{
    evaluate::contribution::ratio,
    notes,
    result::{Component, MeasureResult},
    statistics::exact::{clamp, quantity},
};
use northbound_rules::measure::Aggregate;
use northbound_types::{Figure, FigureState, Null, NullReason, Quantity, Ratio, Value};
use num_rational::BigRational;
use num_traits::{One, Zero};

/// A row as a component of a composite.
#[must_use]
pub fn component(r: &MeasureResult) -> Component {
    let left_out = match &r.figure {
        Figure::Null(n) if matches!(n.reason, NullReason::NoEvents | NullReason::NotApplicable) => {
            Some(n.reason.words().to_owned())
        }
        Figure::Null(_) | Figure::Value(_) => None,
    };
    Component {
        measure: r.measure.clone(),
        provider: r.provider.clone(),
        region: r.region,
        figure: r.figure.clone(),
        band: r.band,
        counted: left_out.is_none(),
        left_out,
    }
}

/// Combines the rows.
#[must_use]
pub fn combine(strategy: Aggregate, rows: &[Component]) -> Figure {
    let counted: Vec<&Component> = rows.iter().filter(|c| c.counted).collect();
    if counted.is_empty() {
        return Figure::Null(Null::because(NullReason::NoEvents, "no component had events"));
    }
    let unknown: Vec<&Component> =
        counted.iter().copied().filter(|c| c.figure.share().is_none()).collect();
    if !unknown.is_empty() {
        return undetermined(strategy, &counted, &unknown);
    }
    let quantity = match strategy {
        Aggregate::Mean => {
            quantity(&mean(counted.iter().filter_map(|c| c.figure.share()), counted.len()))
        }
        Aggregate::Product => quantity(
            &counted.iter().filter_map(|c| c.figure.share()).fold(BigRational::one(), |a, b| a * b),
        ),
        Aggregate::Pooled => match pooled(&counted) {
            Some(r) => Quantity::Ratio(r),
            None => {
                return Figure::Null(Null::because(
                    NullReason::NotDeterminable,
                    "pooling needs the counts of every component, and one is known only as a percentage",
                ));
            }
        },
    };
    weakest(quantity, &counted)
}

/// Is there a component without a value, and was each such one reported by nobody?
#[must_use]
pub fn unreported(rows: &[Component]) -> bool {
    let mut unknown = rows.iter().filter(|c| c.counted && c.figure.share().is_none()).peekable();
    unknown.peek().is_some() && unknown.all(is_unreported)
}

fn is_unreported(c: &Component) -> bool {
    matches!(&c.figure, Figure::Null(n) if n.reason == NullReason::NotReported)
}

fn mean(shares: impl Iterator<Item = BigRational>, n: usize) -> BigRational {
    shares.fold(BigRational::zero(), |a, b| a + b) / BigRational::from_integer(n.max(1).into())
}

fn pooled(rows: &[&Component]) -> Option<Ratio> {
    rows.iter()
        .try_fold(Ratio { num: 0, den: 0 }, |sum, c| {
            let r = ratio(c)?;
            Some(Ratio { num: sum.num.checked_add(r.num)?, den: sum.den.checked_add(r.den)? })
        })
        .filter(|r| r.den > 0)
}

/// The sum takes the weakest state of its parts and says whose it is.
fn weakest(quantity: Quantity, counted: &[&Component]) -> Figure {
    let mut value = Value { quantity, state: FigureState::Ok, notes: Vec::new() };
    for c in counted {
        let Some(v) = c.figure.as_value() else { continue };
        value.state = value.state.max(v.state);
        if v.state > FigureState::Ok {
            let note = notes::weak_component(&c.measure, &c.provider, c.region, v.state);
            value.notes.push(note);
        }
    }
    Figure::Value(value)
}

/// Bounds that hold whatever the unknown rows would have been.
fn undetermined(strategy: Aggregate, counted: &[&Component], unknown: &[&Component]) -> Figure {
    let names: Vec<String> =
        unknown.iter().map(|c| format!("{} {} {}", c.measure, c.provider, c.region)).collect();
    if unknown.len() == counted.len() && unknown.iter().all(|c| is_unreported(c)) {
        let detail = format!("no component is reported: {}", names.join(", "));
        return Figure::Null(Null::because(NullReason::NotReported, detail));
    }
    let ends: Vec<(BigRational, BigRational)> = counted.iter().map(|c| ends(c)).collect();
    let low = ends.iter().map(|e| e.0.clone());
    let high = ends.iter().map(|e| e.1.clone());
    let bounds = match strategy {
        Aggregate::Mean => (mean(low, counted.len()), mean(high, counted.len())),
        Aggregate::Product => (
            low.fold(BigRational::one(), |a, b| a * b),
            high.fold(BigRational::one(), |a, b| a * b),
        ),
        // The weight of an unknown row is unknown too: it could outweigh all others.
        Aggregate::Pooled => (BigRational::zero(), BigRational::one()),
    };
    let mut null =
        Null::because(NullReason::NotDeterminable, format!("no value for {}", names.join(", ")));
    let first = unknown.iter().find_map(|c| match &c.figure {
        Figure::Null(n) => Some(n),
        Figure::Value(_) => None,
    });
    if let Some(n) = first {
        (null.source, null.since, null.owner) = (n.source.clone(), n.since, n.owner.clone());
    }
    null.bounds = Some((quantity(&bounds.0), quantity(&bounds.1)));
    Figure::Null(null)
}

/// Least and greatest share of a row: its value, its own bounds, or anything from 0 to 1.
fn ends(c: &Component) -> (BigRational, BigRational) {
    if let Some(v) = c.figure.share() {
        return (v.clone(), v);
    }
    let own = match &c.figure {
        Figure::Null(Null { bounds: Some((l, h)), .. }) => l.share().zip(h.share()),
        _ => None,
    };
    own.map_or_else(|| (BigRational::zero(), BigRational::one()), |(l, h)| (clamp(l), clamp(h)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        error::MeasureError,
        evaluate::{bands::Band, contribution::contributions},
        result::Contributions,
    };
    use northbound_types::{Region, percent::percent_of};

    fn row(provider: &str, figure: Figure) -> Component {
        let left_out = matches!(&figure, Figure::Null(n) if n.reason == NullReason::NoEvents)
            .then(|| "no events".to_owned());
        Component {
            measure: "M".into(),
            provider: provider.into(),
            region: Region::None,
            figure,
            band: Band::Null,
            counted: left_out.is_none(),
            left_out,
        }
    }
    fn three() -> Vec<Component> {
        vec![
            row("A", Figure::ratio(999_000, 1_000_000)),
            row("B", Figure::ratio(450, 500)),
            row("C", Figure::ratio(98, 100)),
        ]
    }
    fn print(f: &Figure) -> String {
        percent_of(&f.share().unwrap(), 3, &[]).unwrap()
    }

    #[test]
    fn the_strategies_differ() {
        assert_eq!(print(&combine(Aggregate::Mean, &three())), "95.967");
        assert_eq!(print(&combine(Aggregate::Pooled, &three())), "99.895");
        assert_eq!(print(&combine(Aggregate::Product, &three())), "88.112");
    }

    #[test]
    fn no_events_leaves_and_a_null_makes_it_undetermined() {
        let mut rows = three();
        rows.push(row("D", Figure::ratio(0, 0)));
        assert_eq!(print(&combine(Aggregate::Mean, &rows)), "95.967");
        rows.push(row("E", Figure::Null(Null::because(NullReason::Unreliable, "tool"))));
        let Figure::Null(n) = combine(Aggregate::Mean, &rows) else {
            panic!("a value with a null part")
        };
        assert_eq!(n.reason, NullReason::NotDeterminable);
        let (low, high) = n.bounds.unwrap();
        assert_eq!(percent_of(&low.share().unwrap(), 3, &[]).unwrap(), "71.975");
        assert_eq!(percent_of(&high.share().unwrap(), 3, &[]).unwrap(), "96.975");
        let all_empty = [row("D", Figure::ratio(0, 0))];
        assert!(matches!(
            combine(Aggregate::Mean, &all_empty),
            Figure::Null(Null { reason: NullReason::NoEvents, .. })
        ));
    }

    #[test]
    fn m4_contributions_sum_to_the_gap_exactly() {
        let target = Ratio { num: 99, den: 100 };
        for strategy in [Aggregate::Mean, Aggregate::Pooled] {
            let Contributions::Table { gap, parts } =
                contributions(strategy, Some(target), &three()).unwrap()
            else {
                panic!()
            };
            let sum = parts
                .iter()
                .map(|p| p.part.share().unwrap())
                .fold(BigRational::zero(), |a, b| a + b);
            let figure = combine(strategy, &three()).share().unwrap();
            assert_eq!(sum, gap.share().unwrap());
            assert_eq!(sum, target.rational().unwrap() - figure);
            assert_eq!(parts[0].provider, "B", "{strategy}");
        }
        assert!(matches!(
            contributions(Aggregate::Product, Some(target), &three()),
            Err(MeasureError::Contributions { .. })
        ));
        assert!(contributions(Aggregate::Mean, None, &three()).is_err());
    }
}
