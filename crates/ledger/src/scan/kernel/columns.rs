//! Which columns of a file are read: only those that decide.

use super::Spec;
use crate::{
    manifest::FileEntry,
    read::visible::{Aside, Visible},
    tables::schema::Table,
};
use northbound_types::Dim;

/// The column of the dimension [`Dim::User`].
pub(super) const USER_COLUMN: &str = "originator";
/// The columns that decide a target. The leg is no dimension of the counts.
pub(super) const TARGET_COLUMNS: [&str; 6] =
    ["srv", "generation", "role", "mode", "test_kind", "leg"];
/// The columns from which timeliness and latency follow.
const JUDGED_COLUMNS: [&str; 5] = ["state", "received", "due", "answer_sent", "target_at"];

/// The columns read from one file, in their order.
pub(super) struct Columns {
    pub(super) names: Vec<&'static str>,
    /// Rows of the file may be set aside or disputed, so they are looked at one by one.
    pub(super) row_marks: bool,
    /// Rows are told apart by their source.
    pub(super) by_source: bool,
}

impl Columns {
    pub(super) fn of(
        spec: &Spec,
        judged: bool,
        entry: &FileEntry,
        visible: &Visible,
        aside: &Aside,
    ) -> Columns {
        let mut wanted: Vec<&str> = Vec::new();
        for d in spec.dims.iter().chain(spec.latency.iter().flatten()) {
            match d {
                Dim::Day | Dim::Timeliness => {}
                Dim::User => wanted.push(USER_COLUMN),
                d => wanted.push(d.as_str()),
            }
        }
        if judged {
            wanted.extend(JUDGED_COLUMNS);
            wanted.extend(TARGET_COLUMNS);
        }
        if visible.needs_known(entry) {
            wanted.push("known");
        }
        let row_marks = entry
            .sources
            .iter()
            .any(|s| aside.hidden.contains_key(s) || aside.disputed.contains_key(s));
        if row_marks {
            wanted.push("place");
        }
        let by_source = visible.needs_source(entry) || (row_marks && entry.sources.len() > 1);
        if by_source {
            wanted.push("source");
        }
        // A scan without any column cannot tell how many rows there are.
        if wanted.is_empty() {
            wanted.push("kind");
        }
        let all = Table::Exchanges.columns().iter().map(|(name, _)| *name);
        Columns { names: all.filter(|n| wanted.contains(n)).collect(), row_marks, by_source }
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| *n == name)
    }
}
