//! Rows of any table as texts: EUIs in pairs, times in RFC 3339.

use super::batches::Batch;
use crate::tables::schema::{Col, NONE, Table};
use northbound_types::{Eui64, Utc};
use std::collections::BTreeMap;

/// Rows of a batch: column and value, without words that are empty and times that are unknown.
pub(crate) fn texts(
    table: Table,
    b: &Batch<'_>,
    rows: &[usize],
) -> Vec<BTreeMap<&'static str, String>> {
    let mut out = vec![BTreeMap::new(); rows.len()];
    if rows.is_empty() {
        return out;
    }
    for &(name, col) in table.columns() {
        match col {
            Col::Word | Col::Text => {
                let (codes, words) = b.words(name);
                for (record, i) in out.iter_mut().zip(rows) {
                    let text = &words[codes[*i] as usize];
                    if !text.is_empty() {
                        record.insert(name, text.clone());
                    }
                }
            }
            Col::Int | Col::Time => {
                let values = b.ints(name);
                for (record, i) in out.iter_mut().zip(rows) {
                    if let Some(text) = number_text(table, name, col, values[*i]) {
                        record.insert(name, text);
                    }
                }
            }
        }
    }
    out
}

fn number_text(table: Table, name: &str, col: Col, value: i64) -> Option<String> {
    match (col, name) {
        (Col::Time, _) => (value != NONE).then(|| Utc(value).to_string()),
        (_, "originator" | "target" | "device" | "recipient") => {
            Some(Eui64::from_i64(value).to_string())
        }
        (_, "counter") => Some((value as u64).to_string()),
        _ if table == Table::Stated && value == NONE => None,
        _ => Some(value.to_string()),
    }
}
