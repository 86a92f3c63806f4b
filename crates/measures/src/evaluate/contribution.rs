//! Which component pulled a composite under (M4): contributions that sum exactly to the gap.

use crate::{
    error::MeasureError,
    result::{Component, Contribution, Contributions},
    statistics::exact::{quantity, share},
};
use northbound_rules::measure::Aggregate;
use northbound_types::{Quantity, Ratio};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

/// The contribution of each counted row to the gap `target − figure`.
///
/// # Errors
/// [`MeasureError::Contributions`] for `product` (the parts of a product do not add), without a
/// target, and where a counted row has no value (or, pooled, no counts).
pub fn contributions(
    strategy: Aggregate,
    target: Option<Ratio>,
    rows: &[Component],
) -> Result<Contributions, MeasureError> {
    let refuse = |why: &str| Err(MeasureError::Contributions { strategy, why: why.to_owned() });
    let Some(target) = target.and_then(share) else {
        return refuse("no target is known, so there is no gap");
    };
    let counted: Vec<&Component> = rows.iter().filter(|c| c.counted).collect();
    if counted.is_empty() {
        return refuse("no component has events");
    }
    let parts: Option<Vec<BigRational>> = match strategy {
        Aggregate::Mean => {
            let n = BigRational::from_integer(counted.len().into());
            counted.iter().map(|c| Some((&target - c.figure.share()?) / &n)).collect()
        }
        Aggregate::Pooled => pooled_parts(&target, &counted),
        Aggregate::Product => {
            return refuse("the parts of a product do not add up to the gap; use mean or pooled");
        }
    };
    let Some(parts) = parts else { return refuse("a component has no value (pooled: no counts)") };
    let gap: BigRational = parts.iter().sum();
    let mut table: Vec<(BigRational, Contribution)> = counted
        .iter()
        .zip(parts)
        .map(|(c, p)| {
            let row = Contribution {
                measure: c.measure.clone(),
                provider: c.provider.clone(),
                region: c.region,
                part: quantity(&p),
            };
            (p, row)
        })
        .collect();
    table.sort_by(|a, b| b.0.cmp(&a.0));
    Ok(Contributions::Table {
        gap: quantity(&gap),
        parts: table.into_iter().map(|(_, c)| c).collect(),
    })
}

fn pooled_parts(target: &BigRational, counted: &[&Component]) -> Option<Vec<BigRational>> {
    let whole = |n: u64| BigRational::from_integer(BigInt::from(n));
    let counts: Vec<Ratio> = counted.iter().map(|c| ratio(c)).collect::<Option<_>>()?;
    let all: BigRational = counts.iter().map(|r| whole(r.den)).sum();
    if all.is_zero() {
        return None;
    }
    Some(counts.iter().map(|r| (target * whole(r.den) - whole(r.num)) / &all).collect())
}

/// The two integers of a component, where it has them.
#[must_use]
pub fn ratio(c: &Component) -> Option<Ratio> {
    match c.figure.as_value()?.quantity {
        Quantity::Ratio(r) => Some(r),
        _ => None,
    }
}
