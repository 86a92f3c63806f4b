//! Groups as mixed radix numbers of dictionary codes, one digit for each axis.

use super::{
    Interner,
    columns::{Columns, USER_COLUMN},
    dictionaries::Dictionaries,
};
use arrow_array::{
    RecordBatch,
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use northbound_types::Dim;

/// Most Users in one row group: the radix of their digit.
pub(super) const USERS_IN_GROUP: u64 = 1 << 14;
/// Up to this many groups a table by group number is a plain array, else a hash table.
pub(super) const DENSE_GROUPS: u64 = 1 << 18;

/// One digit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    /// `None` for a column that is no dimension.
    pub(super) dim: Option<Dim>,
    pub(super) column: &'static str,
    pub(super) size: u64,
}

/// The axes of one way of grouping, and the group of each row of the current batch.
pub(super) struct Grouping {
    pub(super) axes: Vec<Axis>,
    pub(super) ids: Vec<u64>,
}

impl Grouping {
    pub(super) fn by_dims(dims: &[Dim], dictionaries: &Dictionaries) -> Grouping {
        let axis = |d: &Dim| match d {
            // The day is the file's; timeliness is appended by the tally.
            Dim::Day | Dim::Timeliness => None,
            Dim::User => {
                Some(Axis { dim: Some(Dim::User), column: USER_COLUMN, size: USERS_IN_GROUP })
            }
            d => Some(Axis {
                dim: Some(*d),
                column: d.as_str(),
                size: dictionaries.size(d.as_str()),
            }),
        };
        Grouping { axes: dims.iter().filter_map(axis).collect(), ids: Vec::new() }
    }

    pub(super) fn by_columns(columns: &[&'static str], dictionaries: &Dictionaries) -> Grouping {
        let axis = |c: &&'static str| Axis { dim: None, column: c, size: dictionaries.size(c) };
        Grouping { axes: columns.iter().map(axis).collect(), ids: Vec::new() }
    }

    /// Groups there can be; `u64::MAX` where they are more than a number holds.
    pub(super) fn size(&self) -> u64 {
        self.axes.iter().fold(1, |product, a| product.saturating_mul(a.size))
    }

    /// Entries of a plain array by group; 0 where there are too many groups for one.
    pub(super) fn dense_size(&self) -> usize {
        dense_size(self.size())
    }

    /// Numbers the group of each row, column by column.
    pub(super) fn number(
        &mut self,
        columns: &Columns,
        b: &RecordBatch,
        dictionaries: &mut Dictionaries,
        interner: &mut Interner,
    ) {
        self.ids.clear();
        self.ids.resize(b.num_rows(), 0);
        for a in &self.axes {
            if a.dim == Some(Dim::User) {
                let Some(i) = columns.position(USER_COLUMN) else { continue };
                let values = b.column(i).as_primitive::<Int64Type>().values();
                number_users(&mut self.ids, a.size, values, dictionaries, interner);
                continue;
            }
            let Some(i) = columns.position(a.column) else { continue };
            if a.size == 1 {
                continue;
            }
            let codes = b.column(i).as_dictionary::<Int32Type>().keys().values();
            for (id, &code) in self.ids.iter_mut().zip(codes) {
                *id = *id * a.size + code as u64;
            }
        }
    }
}

pub(super) fn dense_size(groups: u64) -> usize {
    if groups <= DENSE_GROUPS { groups as usize } else { 0 }
}

/// Appends the digit of Users. Neighbouring rows often have the same User, so the last code is kept.
fn number_users(
    ids: &mut [u64],
    size: u64,
    values: &[i64],
    dictionaries: &mut Dictionaries,
    interner: &mut Interner,
) {
    let mut last: Option<(i64, u32)> = None;
    for (id, &bits) in ids.iter_mut().zip(values) {
        let code = match last {
            Some((b, code)) if b == bits => code,
            _ => dictionaries.user_code(bits, interner),
        };
        last = Some((bits, code));
        *id = *id * size + u64::from(code).min(size - 1);
    }
}
