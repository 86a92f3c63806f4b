//! Rows of one table in memory, column by column. Words are codes into a small dictionary, so that a row
//! needs no allocation.

use crate::{
    tables::row_hash::RowHash,
    tables::schema::{Col, NONE, Part, Table},
};
use arrow_array::{
    ArrayRef, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, types::Int32Type,
};
use hashbrown::HashMap;
use std::sync::Arc;

/// A column of words.
#[derive(Debug, Default, Clone)]
pub(crate) struct Words {
    pub(crate) codes: Vec<i32>,
    pub(crate) dict: Vec<Box<str>>,
    index: HashMap<Box<str>, i32>,
    last: i32,
    /// Memory of the dictionary, in bytes.
    bytes: usize,
}

/// Memory of a dictionary's entry beside its text, which it holds twice.
const WORD_BYTES: usize = 64;
/// Memory of a buffer without a row.
const BUFFER_BYTES: usize = 8 * 1024;

impl Words {
    #[inline]
    fn push(&mut self, word: &str) {
        if let Some(w) = self.dict.get(self.last as usize)
            && &**w == word
        {
            self.codes.push(self.last);
            return;
        }
        let code = match self.index.get(word) {
            Some(&c) => c,
            None => {
                let c = self.dict.len() as i32;
                self.dict.push(word.into());
                self.bytes += 2 * word.len() + WORD_BYTES;
                self.index.insert(word.into(), c);
                c
            }
        };
        self.last = code;
        self.codes.push(code);
    }
}

#[derive(Debug, Clone)]
enum Column {
    Word(Words),
    Text(Vec<String>),
    Int(Vec<i64>),
}

/// Rows of one table.
#[derive(Debug, Clone)]
pub(crate) struct Buffer {
    pub(crate) table: Table,
    columns: Vec<Column>,
    rows: usize,
    /// Bytes of texts that are not words.
    texts: usize,
}

impl Buffer {
    pub(crate) fn new(table: Table) -> Buffer {
        let columns = table
            .columns()
            .iter()
            .map(|(_, c)| match c {
                Col::Word => Column::Word(Words::default()),
                Col::Text => Column::Text(Vec::new()),
                Col::Int | Col::Time => Column::Int(Vec::new()),
            })
            .collect();
        Buffer { table, columns, rows: 0, texts: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows
    }
    /// Memory of its texts, in bytes; numbers and codes are bounded by the number of rows.
    pub(crate) fn weight(&self) -> usize {
        let words = self.columns.iter().map(|c| if let Column::Word(w) = c { w.bytes } else { 0 });
        BUFFER_BYTES + self.texts + words.sum::<usize>()
    }
    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Begins a row; the caller then fills every column in order through the returned cursor.
    #[inline]
    pub(crate) fn row(&mut self) -> RowCursor<'_> {
        self.rows += 1;
        RowCursor { columns: self.columns.iter_mut(), texts: &mut self.texts }
    }

    pub(crate) fn ints(&self, name: &str) -> &[i64] {
        match self.table.position(name).map(|i| &self.columns[i]) {
            Some(Column::Int(v)) => v,
            _ => &[],
        }
    }

    pub(crate) fn words(&self, name: &str) -> Option<&Words> {
        match self.table.position(name).map(|i| &self.columns[i]) {
            Some(Column::Word(w)) => Some(w),
            _ => None,
        }
    }

    /// One cell as text; empty for null.
    pub(crate) fn cell(&self, name: &str, row: usize) -> String {
        match self.table.position(name).map(|i| &self.columns[i]) {
            Some(Column::Word(w)) => w
                .codes
                .get(row)
                .and_then(|&c| w.dict.get(c as usize))
                .map_or_else(String::new, ToString::to_string),
            Some(Column::Text(t)) => t.get(row).cloned().unwrap_or_default(),
            Some(Column::Int(v)) => {
                v.get(row).filter(|&&x| x != NONE).map_or_else(String::new, ToString::to_string)
            }
            None => String::new(),
        }
    }

    /// A row as `column=value`, without empty values and without some columns.
    pub(crate) fn text(&self, row: usize, without: &[&str]) -> String {
        let cells = self
            .table
            .columns()
            .iter()
            .filter(|(n, _)| !without.contains(n))
            .map(|(n, _)| (n, self.cell(n, row)))
            .filter(|(_, c)| !c.is_empty());
        cells.map(|(n, c)| format!("{n}={c}")).collect::<Vec<_>>().join(" ")
    }

    /// Hashes of identity and content of every row. Content excludes provenance, so that the same message
    /// from two files has the same hash.
    pub(crate) fn hashes(&self) -> Vec<(RowHash, RowHash)> {
        let mut out = vec![(RowHash::new(), RowHash::new()); self.rows];
        for m in &mut out {
            m.0.text(self.table.name());
        }
        for (c, (name, _)) in self.columns.iter().zip(self.table.columns()) {
            let part = self.table.part(name);
            if part == Part::Neither {
                continue;
            }
            let mut add = |i: usize, w: u64| {
                if part == Part::Identity {
                    out[i].0.word(w);
                } else {
                    out[i].1.word(w);
                }
            };
            match c {
                Column::Word(w) => {
                    let hashes: Vec<u64> = w.dict.iter().map(|t| text_hash(t)).collect();
                    for (i, &code) in w.codes.iter().enumerate() {
                        add(i, hashes[code as usize]);
                    }
                }
                Column::Text(t) => {
                    for (i, text) in t.iter().enumerate() {
                        add(i, text_hash(text));
                    }
                }
                Column::Int(v) => {
                    for (i, &x) in v.iter().enumerate() {
                        add(i, x as u64);
                    }
                }
            }
        }
        out
    }

    /// A hash of some columns of every row.
    pub(crate) fn keys(&self, columns: &[&str]) -> Vec<(u64, u32)> {
        let mut out = vec![RowHash::new(); self.rows];
        for m in &mut out {
            m.text(self.table.name());
        }
        for name in columns {
            match self.table.position(name).map(|i| &self.columns[i]) {
                Some(Column::Word(w)) => {
                    let hashes: Vec<u64> = w.dict.iter().map(|t| text_hash(t)).collect();
                    for (m, &code) in out.iter_mut().zip(&w.codes) {
                        m.word(hashes[code as usize]);
                    }
                }
                Some(Column::Text(t)) => {
                    for (m, text) in out.iter_mut().zip(t) {
                        m.word(text_hash(text));
                    }
                }
                Some(Column::Int(v)) => {
                    for (m, &x) in out.iter_mut().zip(v) {
                        m.word(x as u64);
                    }
                }
                None => debug_assert!(false, "{} has no column {name}", self.table.name()),
            }
        }
        out.into_iter().map(RowHash::id).collect()
    }

    /// Replaces the values of a column of numbers.
    pub(crate) fn set(&mut self, name: &str, values: impl Iterator<Item = i64>) {
        if let Some(Column::Int(v)) = self.table.position(name).map(|i| &mut self.columns[i]) {
            for (old, new) in v.iter_mut().zip(values) {
                *old = new;
            }
        }
    }

    /// Appends the rows of a batch read from a file of the same table.
    pub(crate) fn append(&mut self, b: &RecordBatch) {
        use arrow_array::{
            Array,
            cast::AsArray,
            types::{Int64Type, TimestampMicrosecondType},
        };
        let n = b.num_rows();
        for (i, (c, (_, kind))) in self.columns.iter_mut().zip(self.table.columns()).enumerate() {
            let a = b.column(i);
            match c {
                Column::Word(w) => {
                    let d = a.as_dictionary::<Int32Type>();
                    let values = d.values().as_string::<i32>();
                    for &k in d.keys().values() {
                        w.push(values.value(k as usize));
                    }
                }
                Column::Text(t) => {
                    let texts = a.as_string::<i32>();
                    self.texts += texts.values().len();
                    t.extend(texts.iter().map(|s| s.unwrap_or("").to_owned()))
                }
                Column::Int(v) if *kind == Col::Time => {
                    let p = a.as_primitive::<TimestampMicrosecondType>();
                    v.extend((0..n).map(|r| if p.is_valid(r) { p.value(r) } else { NONE }));
                }
                Column::Int(v) => {
                    let p = a.as_primitive::<Int64Type>();
                    v.extend((0..n).map(|r| if p.is_valid(r) { p.value(r) } else { NONE }));
                }
            }
        }
        self.rows += n;
    }

    /// Sorts the rows by an integer column, where they are not sorted already. Stable, so that the
    /// same rows in the same order give the same bytes.
    pub(crate) fn sort_by(&mut self, name: &str) {
        let keys = self.ints(name);
        if keys.is_sorted() {
            return;
        }
        let mut order: Vec<u32> = (0..self.rows as u32).collect();
        order.sort_by_key(|&i| keys[i as usize]);
        for c in &mut self.columns {
            match c {
                Column::Int(v) => *v = order.iter().map(|&i| v[i as usize]).collect(),
                Column::Word(w) => w.codes = order.iter().map(|&i| w.codes[i as usize]).collect(),
                Column::Text(t) => {
                    *t = order.iter().map(|&i| std::mem::take(&mut t[i as usize])).collect()
                }
            }
        }
    }

    /// A batch of rows `from..to` with words as dictionaries.
    pub(crate) fn batch(
        &self,
        from: usize,
        to: usize,
    ) -> Result<RecordBatch, arrow_schema::ArrowError> {
        let schema = self.table.coded_schema();
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.columns.len());
        for (c, (_, kind)) in self.columns.iter().zip(self.table.columns()) {
            arrays.push(match c {
                Column::Word(w) => {
                    let values = StringArray::from_iter_values(w.dict.iter().map(|s| &**s));
                    Arc::new(DictionaryArray::<Int32Type>::try_new(
                        Int32Array::from(w.codes[from..to].to_vec()),
                        Arc::new(values),
                    )?)
                }
                Column::Text(t) => Arc::new(StringArray::from_iter_values(&t[from..to])),
                Column::Int(v) if *kind == Col::Time => {
                    let v = &v[from..to];
                    let a = if v.contains(&NONE) {
                        v.iter()
                            .map(|&x| (x != NONE).then_some(x))
                            .collect::<TimestampMicrosecondArray>()
                    } else {
                        v.to_vec().into()
                    };
                    Arc::new(a.with_timezone("UTC"))
                }
                Column::Int(v) if self.table.nullable_ints() => Arc::new(
                    v[from..to].iter().map(|&x| (x != NONE).then_some(x)).collect::<Int64Array>(),
                ),
                Column::Int(v) => Arc::new(Int64Array::from(v[from..to].to_vec())),
            });
        }
        RecordBatch::try_new(schema, arrays)
    }
}

/// Fills one row, column by column, in the order of the schema.
pub(crate) struct RowCursor<'a> {
    columns: std::slice::IterMut<'a, Column>,
    texts: &'a mut usize,
}

impl RowCursor<'_> {
    #[inline]
    pub(crate) fn word(&mut self, word: &str) -> &mut Self {
        match self.columns.next() {
            Some(Column::Word(w)) => w.push(word),
            Some(Column::Text(t)) => {
                *self.texts += word.len();
                t.push(word.to_owned());
            }
            other => debug_assert!(false, "a word does not go into {other:?}"),
        }
        self
    }
    #[inline]
    pub(crate) fn int(&mut self, value: i64) -> &mut Self {
        match self.columns.next() {
            Some(Column::Int(v)) => v.push(value),
            other => debug_assert!(false, "a number does not go into {other:?}"),
        }
        self
    }
    #[inline]
    pub(crate) fn time(&mut self, value: Option<i64>) -> &mut Self {
        self.int(value.unwrap_or(NONE))
    }
}

fn text_hash(text: &str) -> u64 {
    let mut m = RowHash::new();
    m.text(text);
    m.content()
}
