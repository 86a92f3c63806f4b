//! What differs from one series of meetings to the next, handed in as data.

use serde::{Deserialize, Serialize};

/// Series, markers and words. Read from `rules/minutes.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Grammar {
    /// Series of meetings.
    pub series: Vec<Series>,
}

/// A series of meetings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Series {
    /// Id, such as `opsg-reporting`.
    pub id: String,
    /// The body that meets, such as `OPSG`.
    pub body: String,
    /// Suffix of the number in a reference: `xx`, `x`; empty for the main series.
    pub suffix: String,
    /// Title in words.
    pub title: String,
}
