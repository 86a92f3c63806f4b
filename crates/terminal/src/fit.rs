//! How wide each column of a table is, so that the table fits the screen.

use crate::text::{narrowest, width};

/// Columns between two columns.
pub(crate) const GAP: usize = 2;
/// A column of long texts is never narrower than this.
const LONG: usize = 24;
/// Nor is a column of shorter ones narrower than this, unless all that is in it is shorter still.
const SHORT: usize = 14;
/// A text from this width on is a long one.
const IS_LONG: usize = 41;
/// Below this width a table is not squeezed: what does not fit as it is becomes cards.
pub(crate) const SQUEEZED: usize = 80;

/// The widths of the columns with these cells, headers first, at a screen of this width. `None` where the
/// table does not fit.
pub(crate) fn widths(columns: &[Vec<&str>], screen: Option<usize>) -> Option<Vec<usize>> {
    let longest =
        |cells: &[&str], of: fn(&str) -> usize| cells.iter().map(|t| of(t)).max().unwrap_or(0);
    let natural: Vec<usize> = columns.iter().map(|c| longest(c, width)).collect();
    let Some(screen) = screen else { return Some(natural) };
    let room = screen.saturating_sub(GAP * columns.len().saturating_sub(1));
    if natural.iter().sum::<usize>() <= room {
        return Some(natural);
    }
    // A table of keys and values is its own card.
    if screen < SQUEEZED && columns.len() > 2 {
        return None;
    }
    let least: Vec<usize> = columns
        .iter()
        .map(|c| {
            // A header may be divided between its words.
            let cells = longest(c.get(1..).unwrap_or_default(), width);
            let text = if cells < IS_LONG { SHORT } else { LONG };
            longest(c, narrowest).max(text.min(cells))
        })
        .collect();
    if least.iter().sum::<usize>() > room {
        return None;
    }
    // The widest columns give way first, all down to the same width.
    let at = |most: usize| -> Vec<usize> {
        natural.iter().zip(&least).map(|(n, l)| (*n).min(most).max(*l)).collect()
    };
    let mut most = natural.iter().max().copied().unwrap_or(0);
    while at(most).iter().sum::<usize>() > room {
        most -= 1;
    }
    Some(at(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_column_gives_way_and_what_cannot_fit_is_refused() {
        let texts = "word ".repeat(30);
        let columns = vec![vec!["id", "0123456789"], vec!["text", texts.trim()]];
        assert_eq!(widths(&columns, None), Some(vec![10, 149]));
        assert_eq!(widths(&columns, Some(161)), Some(vec![10, 149]));
        assert_eq!(widths(&columns, Some(160)), Some(vec![10, 148]));
        assert_eq!(widths(&columns, Some(80)), Some(vec![10, 68]));
        assert_eq!(widths(&columns, Some(36)), Some(vec![10, 24]));
        assert_eq!(widths(&columns, Some(35)), None);
    }

    #[test]
    fn three_columns_are_squeezed_from_eighty_columns_on() {
        let texts = "word ".repeat(30);
        let columns = vec![vec!["id"], vec!["n"], vec![texts.trim()]];
        assert!(widths(&columns, Some(SQUEEZED)).is_some());
        assert!(widths(&columns, Some(SQUEEZED - 1)).is_none());
        assert!(widths(&[vec!["id"], vec!["n"], vec!["short"]], Some(30)).is_some());
    }
}
