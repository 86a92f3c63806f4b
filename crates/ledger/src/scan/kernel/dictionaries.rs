//! The dictionaries of one row group: the text of each code.

use super::{
    Interner,
    axes::Axis,
    columns::{Columns, USER_COLUMN},
    interner::user_text,
};
use arrow_array::{Array, RecordBatch, cast::AsArray};
use hashbrown::HashMap;
use northbound_types::RequestState;
use std::sync::Arc;

/// What a message's state says about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum StateClass {
    /// No attempt that could be answered.
    Other,
    /// Sent to a device, without an answer.
    Attempt,
    /// Answered.
    Answered,
}

/// Texts by column and code.
pub(super) struct Dictionaries {
    pub(super) texts: HashMap<&'static str, Vec<Arc<str>>>,
    /// Codes of Users, which are numbered as they come.
    pub(super) users: HashMap<i64, u32>,
    /// Class of each code of the state column.
    pub(super) state_class: Vec<StateClass>,
    /// Column, address of its texts and number of texts: enough to notice that a batch has others.
    identities: Vec<(usize, *const u8, usize)>,
}

impl Dictionaries {
    pub(super) fn of(columns: &Columns, b: &RecordBatch, interner: &mut Interner) -> Dictionaries {
        let mut found = Dictionaries {
            texts: HashMap::new(),
            users: HashMap::new(),
            state_class: Vec::new(),
            identities: Vec::new(),
        };
        for (i, name) in columns.names.iter().enumerate() {
            let Some(d) = b.column(i).as_any_dictionary_opt() else { continue };
            let values = d.values().as_string::<i32>();
            found.identities.push((i, values.value_data().as_ptr(), values.len()));
            if *name == "state" {
                found.state_class = values.iter().map(|v| class_of(v.unwrap_or(""))).collect();
            }
            let texts = values.iter().map(|v| interner.get(v.unwrap_or(""))).collect();
            found.texts.insert(*name, texts);
        }
        found
    }

    /// Does the batch have the same dictionaries?
    pub(super) fn same_as(&self, b: &RecordBatch) -> bool {
        self.identities.iter().all(|&(i, data, len)| {
            b.column(i).as_any_dictionary_opt().is_some_and(|d| {
                let v = d.values().as_string::<i32>();
                v.len() == len && v.value_data().as_ptr() == data
            })
        })
    }

    /// Codes of a column; 1 where it has no dictionary.
    pub(super) fn size(&self, column: &str) -> u64 {
        self.texts.get(column).map_or(1, |t| t.len().max(1) as u64)
    }

    /// The code of a User, given where it is met for the first time.
    #[inline]
    pub(super) fn user_code(&mut self, bits: i64, interner: &mut Interner) -> u32 {
        if let Some(&code) = self.users.get(&bits) {
            return code;
        }
        let texts = self.texts.entry(USER_COLUMN).or_default();
        texts.push(interner.get(&user_text(bits)));
        let code = (texts.len() - 1) as u32;
        self.users.insert(bits, code);
        code
    }

    /// The texts of a group's number, by column.
    pub(super) fn decode(&self, axes: &[Axis], number: u64) -> Vec<(&'static str, Arc<str>)> {
        let mut rest = number;
        let mut out: Vec<(&'static str, Arc<str>)> = axes
            .iter()
            .rev()
            .map(|a| {
                let code = rest % a.size;
                rest /= a.size;
                (a.column, self.text(a.column, code))
            })
            .collect();
        out.reverse();
        out
    }

    fn text(&self, column: &'static str, code: u64) -> Arc<str> {
        self.texts
            .get(column)
            .and_then(|t| t.get(code as usize))
            .cloned()
            .unwrap_or_else(|| Arc::from(""))
    }
}

fn class_of(state: &str) -> StateClass {
    match state.parse::<RequestState>() {
        Ok(s) if s.is_answered() => StateClass::Answered,
        Ok(s) if s.is_attempt() => StateClass::Attempt,
        _ => StateClass::Other,
    }
}
