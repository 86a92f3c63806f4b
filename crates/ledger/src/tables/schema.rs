//! The tables: plain strings, signed 64-bit integers, timestamps in µs UTC. Every engine reads them.

use super::columns;
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use std::sync::Arc;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Col {
    /// A word from a small set: plain string on disk, dictionary in memory.
    Word,
    /// A free text.
    Text,
    /// A signed 64-bit integer; an EUI-64 or a counter is stored by its bits.
    Int,
    /// A timestamp in µs UTC, null where unknown.
    Time,
}

/// A table of the ledger.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// One row for each exchange.
    Exchanges,
    /// Postings between states: read independently of the exchanges.
    Movements,
    /// One row for each alert.
    Alerts,
    /// One row for each attempt to deliver an answer or an alert to a User's endpoint.
    Deliveries,
    /// One row for each firmware payload and device.
    Payloads,
    /// Figures as sources state them.
    Stated,
    /// Records that are not counted, and why.
    Corrections,
    /// Counts by day and dimension.
    Daily,
    /// Latency histograms by day.
    DailyLatency,
    /// Messages to the live service whose sender was not verified.
    Unverified,
}

impl Table {
    /// Every table.
    pub const ALL: [Table; 10] = [
        Table::Exchanges,
        Table::Movements,
        Table::Alerts,
        Table::Deliveries,
        Table::Payloads,
        Table::Stated,
        Table::Corrections,
        Table::Daily,
        Table::DailyLatency,
        Table::Unverified,
    ];

    /// Folder and name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Table::Exchanges => "exchanges",
            Table::Movements => "movements",
            Table::Alerts => "alerts",
            Table::Deliveries => "deliveries",
            Table::Payloads => "payloads",
            Table::Stated => "stated",
            Table::Corrections => "corrections",
            Table::Daily => "daily",
            Table::DailyLatency => "daily_latency",
            Table::Unverified => "unverified",
        }
    }

    /// Its columns, in order.
    #[must_use]
    pub const fn columns(self) -> &'static [(&'static str, Col)] {
        match self {
            Table::Exchanges => columns::EXCHANGES,
            Table::Movements => columns::MOVEMENTS,
            Table::Alerts => columns::ALERTS,
            Table::Deliveries => columns::DELIVERIES,
            Table::Payloads => columns::PAYLOADS,
            Table::Stated => columns::STATED,
            Table::Corrections => columns::CORRECTIONS,
            Table::Daily => columns::DAILY,
            Table::DailyLatency => columns::DAILY_LATENCY,
            Table::Unverified => columns::UNVERIFIED,
        }
    }

    /// The number of a column.
    #[must_use]
    pub fn position(self, name: &str) -> Option<usize> {
        self.columns().iter().position(|(n, _)| *n == name)
    }

    /// What a column contributes to comparing records.
    #[must_use]
    pub(crate) fn part(self, column: &str) -> Part {
        let identity: &[&str] = match self {
            Table::Exchanges => {
                &["namespace", "originator", "target", "counter", "leg", "instance"]
            }
            // An exact repeat of an alert is an event of its own, so the time and what became of it
            // belong to the identity.
            Table::Alerts => {
                &["namespace", "device", "recipient", "counter", "code", "received", "state"]
            }
            Table::Payloads => &["originator", "device", "counter", "firmware"],
            Table::Stated => &["measure", "period", "keys", "stated_by", "document", "version"],
            Table::Movements
            | Table::Deliveries
            | Table::Corrections
            | Table::Daily
            | Table::DailyLatency
            | Table::Unverified => &[],
        };
        if identity.contains(&column) {
            Part::Identity
        } else if ["feed", "known", "recorded", "source", "place", "on_page"].contains(&column) {
            Part::Neither
        } else {
            Part::Content
        }
    }

    /// May an integer column be null? Only in stated figures, where absence is meaningful.
    #[must_use]
    pub const fn nullable_ints(self) -> bool {
        matches!(self, Table::Stated)
    }

    /// The schema on disk: plain strings.
    #[must_use]
    pub fn schema(self) -> Arc<Schema> {
        self.schema_as(DataType::Utf8)
    }

    /// The schema in memory: words as dictionaries, so that a scan compares small integers.
    #[must_use]
    pub fn coded_schema(self) -> Arc<Schema> {
        self.schema_as(DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)))
    }

    fn schema_as(self, word: DataType) -> Arc<Schema> {
        let fields: Vec<Field> = self
            .columns()
            .iter()
            .map(|(name, col)| match col {
                Col::Word => Field::new(*name, word.clone(), false),
                Col::Text => Field::new(*name, DataType::Utf8, false),
                Col::Int => Field::new(*name, DataType::Int64, self.nullable_ints()),
                Col::Time => Field::new(
                    *name,
                    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
                    !["received", "attempted", "known", "recorded"].contains(name),
                ),
            })
            .collect();
        Arc::new(Schema::new(fields))
    }
}

/// The null of a time or nullable integer in a buffer; far outside any real value.
pub const NONE: i64 = i64::MIN;

/// What a column contributes to comparing records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Identifies the message.
    Identity,
    /// Is part of what the record states about it.
    Content,
    /// Provenance: not compared.
    Neither,
}
