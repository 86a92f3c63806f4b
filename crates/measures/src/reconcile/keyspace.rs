//! Key values as small numbers for the length of a run: a key is then one integer, which sorts and
//! compares in the order of its texts.

use super::{ReconcileError, Source};
use std::{collections::HashMap, sync::Arc};

/// Bits that the numbers of all keys together may take.
pub const MAX_KEY_BITS: u32 = 128;

/// The values of each chosen key over all sources.
#[derive(Debug)]
pub(crate) struct KeySpace<'s> {
    columns: Vec<Column<'s>>,
}

#[derive(Debug)]
struct Column<'s> {
    /// Ascending.
    values: Vec<&'s str>,
    shift: u32,
    mask: u128,
}

/// The numbers of one column before its values are sorted, by source and row.
struct Numbered<'s> {
    values: Vec<&'s str>,
    rows: Vec<Vec<u32>>,
}

impl<'s> KeySpace<'s> {
    /// Numbers the values of the chosen keys, and gives each row's key by source.
    pub fn build(
        sources: &[&'s Source],
        keys: &[String],
    ) -> Result<(KeySpace<'s>, Vec<Vec<u128>>), ReconcileError> {
        let numbered = keys.iter().map(|k| number(sources, k)).collect::<Result<Vec<_>, _>>()?;
        let widths: Vec<u32> = numbered
            .iter()
            .map(|n| usize::BITS - n.values.len().saturating_sub(1).leading_zeros())
            .collect();
        let total: u32 = widths.iter().sum();
        if total > MAX_KEY_BITS {
            return Err(ReconcileError::KeyBits(total));
        }
        let mut codes: Vec<Vec<u128>> = sources.iter().map(|s| vec![0; s.rows.len()]).collect();
        let mut columns = Vec::with_capacity(keys.len());
        let mut shift = total;
        for (n, width) in numbered.into_iter().zip(widths) {
            shift -= width;
            let mut order: Vec<u32> = (0..n.values.len() as u32).collect();
            order.sort_unstable_by_key(|&i| n.values[i as usize]);
            let mut rank = vec![0u128; order.len()];
            for (r, &i) in order.iter().enumerate() {
                rank[i as usize] = r as u128;
            }
            for (codes, rows) in codes.iter_mut().zip(&n.rows) {
                // A column of one value takes no bits; its shift may be the full width.
                if width > 0 {
                    for (code, &i) in codes.iter_mut().zip(rows) {
                        *code |= rank[i as usize] << shift;
                    }
                }
            }
            let mask = if width == 0 { 0 } else { (u128::MAX >> (MAX_KEY_BITS - width)) << shift };
            columns.push(Column {
                values: order.iter().map(|&i| n.values[i as usize]).collect(),
                shift,
                mask,
            });
        }
        Ok((KeySpace { columns }, codes))
    }

    /// The values of one key, ascending.
    pub fn values(&self, key: usize) -> &[&'s str] {
        &self.columns[key].values
    }

    /// The text of one key.
    pub fn text(&self, code: u128, key: usize) -> &'s str {
        let c = &self.columns[key];
        if c.mask == 0 {
            return c.values.first().copied().unwrap_or("");
        }
        c.values.get(((code & c.mask) >> c.shift) as usize).copied().unwrap_or("")
    }

    /// The number of a key; `None` where a value occurs in no source.
    pub fn code(&self, key: &[Arc<str>]) -> Option<u128> {
        if key.len() != self.columns.len() {
            return None;
        }
        self.columns.iter().zip(key).try_fold(0u128, |code, (c, text)| {
            let rank = c.values.binary_search(&&**text).ok()?;
            Some(if c.mask == 0 { code } else { code | (rank as u128) << c.shift })
        })
    }
}

fn number<'s>(sources: &[&'s Source], key: &str) -> Result<Numbered<'s>, ReconcileError> {
    let mut known: HashMap<&'s str, u32> = HashMap::new();
    let mut values: Vec<&'s str> = Vec::new();
    let mut rows = Vec::with_capacity(sources.len());
    for source in sources {
        let at = source.position(key)?;
        let mut last: Option<(&str, u32)> = None;
        let mut of_source = Vec::with_capacity(source.rows.len());
        for (i, row) in source.rows.iter().enumerate() {
            if row.keys.len() != source.keys.len() {
                return Err(source.row_error(i + 1, format!("{} values", row.keys.len())));
            }
            let text: &'s str = &row.keys[at];
            // Neighbouring rows mostly share their values.
            let n = match last {
                Some((t, n)) if t == text => n,
                _ => *known.entry(text).or_insert_with(|| {
                    values.push(text);
                    (values.len() - 1) as u32
                }),
            };
            last = Some((text, n));
            of_source.push(n);
        }
        rows.push(of_source);
    }
    Ok(Numbered { values, rows })
}
