//! The counts of a figure added up again from the rows of its messages, never from the rollups that
//! made it.

use super::Answer;
use crate::PackError;
use northbound_types::{Dim, Selector};
use serde::Serialize;
use std::collections::BTreeSet;

/// One count and what the messages give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Added {
    /// Which count.
    pub what: String,
    /// As the figure has it.
    pub counted: u64,
    /// By the messages.
    pub found: u64,
}

/// Every count of a figure that has messages behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Readd {
    /// The counts.
    pub counts: Vec<Added>,
    /// `true` where each was added up from messages and agrees; `false` where there are none to add.
    pub from_messages: bool,
    /// In words.
    pub words: String,
}

/// Adds up again.
///
/// # Errors
/// [`PackError::DoesNotAdd`] where a count differs: a defect that must not pass in silence.
pub(super) fn readd(a: &Answer) -> Result<Readd, PackError> {
    let lines = lines(a);
    if lines.is_empty() {
        return Ok(Readd {
            words: "there are no messages behind this figure: it is not counted from exchanges"
                .to_owned(),
            ..Readd::default()
        });
    }
    let dims: BTreeSet<Dim> = lines.iter().flat_map(|l| l.1.dims().collect::<Vec<_>>()).collect();
    let dims: Vec<Dim> = dims.into_iter().collect();
    let (rows, _) =
        a.evidence.known.snapshot.cells_by(a.behind.days, &dims, &a.evidence.known.judge, false)?;
    let mut counts = Vec::new();
    for (what, selector, counted) in lines {
        let found = rows.sum(&selector).count;
        if found != counted {
            return Err(PackError::DoesNotAdd {
                figure: a.explained.id.clone(),
                part: what,
                counted,
                found,
            });
        }
        counts.push(Added { what, counted, found });
    }
    whole(a, &counts)?;
    let words = format!("{} counts were recomputed from the messages, and all agree", counts.len());
    Ok(Readd { counts, from_messages: true, words })
}

fn lines(a: &Answer) -> Vec<(String, Selector, u64)> {
    let mut out = Vec::new();
    let Some(r) = &a.explained.result else {
        let sum = |s: &Selector| a.evidence.counts.messages.by_user.sum(s).count;
        out.extend(a.behind.numerator.iter().map(|s| ("in time".to_owned(), s.clone(), sum(s))));
        out.extend(a.behind.denominator.iter().map(|s| ("attempts".to_owned(), s.clone(), sum(s))));
        return out;
    };
    for p in &r.parts {
        if let Some(s) = &p.numerator {
            out.push((format!("{}: met", p.label), s.clone(), p.num));
        }
        if let Some(s) = &p.denominator {
            out.push((format!("{}: fell due", p.label), s.clone(), p.den));
        }
    }
    for (kind, lines) in [("counted, not met", &r.breakdown), ("left out", &r.excluded)] {
        for l in lines {
            if let Some(s) = &l.selector {
                out.push((format!("{kind}: {}", l.reason), s.clone(), l.count));
            }
        }
    }
    if let (Some(s), false) = (&r.selection, out.is_empty()) {
        let all = r.parts.iter().map(|p| p.den).sum::<u64>()
            + r.excluded.iter().filter(|l| l.selector.is_some()).map(|l| l.count).sum::<u64>();
        out.push(("all messages of the row".to_owned(), s.clone(), all));
    }
    out
}

/// Met and missed make up what fell due.
fn whole(a: &Answer, counts: &[Added]) -> Result<(), PackError> {
    let Some(r) = a.explained.result.as_ref().filter(|_| !counts.is_empty()) else { return Ok(()) };
    let (num, den) = r.parts.iter().fold((0, 0), |(n, d), p| (n + p.num, d + p.den));
    let missed: u64 = r.breakdown.iter().map(|l| l.count).sum();
    if num + missed == den {
        return Ok(());
    }
    Err(PackError::DoesNotAdd {
        figure: a.explained.id.clone(),
        part: "met and missed together".to_owned(),
        counted: den,
        found: num + missed,
    })
}
