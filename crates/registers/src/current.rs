//! What holds, where several rows speak of the same thing. The order in which files came in never
//! decides: a person's word goes first, then the lower declared rank of the file, then the later
//! statement, then the id.

use crate::{
    error::RegisterError,
    gate::Gate,
    noun::Noun,
    read::Query,
    record::{Imported, Stored},
    records::data::sources::SourceFile,
    rights::Visibility,
    sql,
};
use northbound_types::Utc;
use rusqlite::params;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{cmp::Reverse, collections::BTreeMap};

/// Where a row came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Id of the file's record.
    pub source: String,
    /// Row or line in it.
    pub place: i64,
    /// Since when its source stated it.
    pub known: Utc,
}

/// Rows that say different things of one and the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
pub struct Dispute<T> {
    /// What they speak of.
    pub about: String,
    /// The row that counts.
    pub taken: Stored<T>,
    /// The rows that do not.
    pub left: Vec<Stored<T>>,
}

/// What holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
pub struct Current<T> {
    /// One row for each thing spoken of, by what they speak of.
    pub rows: Vec<Stored<T>>,
    /// Sources that contradict each other: figures that rest on these rows are `disputed`.
    pub disputes: Vec<Dispute<T>>,
    /// Rows that the same feed, or a person, stated anew later.
    pub restated: u64,
}

/// How strong a row's claim is; the least wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    by_file: bool,
    rank: i64,
    known: Reverse<i64>,
    id: String,
    feed: String,
}

impl Gate<'_> {
    /// The files of a row, by id.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn origins(
        &self,
        noun: Noun,
        id: &str,
        as_at: impl Into<crate::read::AsAt>,
    ) -> Result<Vec<Origin>, RegisterError> {
        self.origins_within(noun, id, self.bounds(as_at.into())?)
    }

    fn origins_within(
        &self,
        noun: Noun,
        id: &str,
        (revision, known): (i64, i64),
    ) -> Result<Vec<Origin>, RegisterError> {
        let mut s = self.store.db.prepare_cached(sql::ORIGINS_OF)?;
        let rows = s.query_map(params![noun.as_str(), revision, known, id], |r| {
            Ok(Origin { source: r.get(1)?, place: r.get(2)?, known: Utc(r.get(3)?) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What holds of a register that files bring in.
    ///
    /// # Errors
    /// [`RegisterError::Sql`], [`RegisterError::Body`].
    pub fn current<T: Imported>(&self, query: &Query) -> Result<Current<T>, RegisterError> {
        let (files, bounds) = (self.files(query)?, self.bounds(query.as_at)?);
        let mut groups: BTreeMap<String, Vec<(Claim, Stored<T>)>> = BTreeMap::new();
        for row in self.list::<T>(query)? {
            let origins = if row.by_hand {
                Vec::new()
            } else {
                self.origins_within(T::NOUN, &row.id, bounds)?
            };
            let claim = claim(&row, &origins, &files);
            groups.entry(row.record.about()).or_default().push((claim, row));
        }
        let mut out = Current { rows: Vec::new(), disputes: Vec::new(), restated: 0 };
        for (about, mut group) in groups {
            group.sort_by(|a, b| a.0.cmp(&b.0));
            let mut group = group.into_iter();
            let Some((first, taken)) = group.next() else { continue };
            let (restated, left): (Vec<_>, Vec<_>) = group.partition(|(c, _)| restates(&first, c));
            out.restated += restated.len() as u64;
            if !left.is_empty() {
                out.disputes.push(Dispute {
                    about,
                    taken: taken.clone(),
                    left: left.into_iter().map(|(_, k)| k).collect(),
                });
            }
            out.rows.push(taken);
        }
        Ok(out)
    }

    /// Files that are not retracted. Their rank counts even where the actor may not see them.
    fn files(&self, query: &Query) -> Result<BTreeMap<String, SourceFile>, RegisterError> {
        let everything = Gate {
            store: self.store,
            actor: self.actor.clone(),
            visibility: Visibility { all: true, party: None },
        };
        Ok(everything
            .list::<SourceFile>(&Query::as_at(query.as_at))?
            .into_iter()
            .map(|k| (k.id, k.record))
            .collect())
    }
}

fn claim<T>(row: &Stored<T>, origins: &[Origin], files: &BTreeMap<String, SourceFile>) -> Claim {
    let by_hand = Claim {
        by_file: false,
        rank: 0,
        known: Reverse(row.known.0),
        id: row.id.clone(),
        feed: String::new(),
    };
    if row.by_hand {
        return by_hand;
    }
    origins
        .iter()
        .filter_map(|o| {
            files.get(&o.source).map(|f| Claim {
                by_file: true,
                rank: f.rank,
                known: Reverse(o.known.0),
                id: row.id.clone(),
                feed: f.feed.clone(),
            })
        })
        .min()
        .unwrap_or(by_hand)
}

/// Is the winner a restatement of the other, rather than another source's contradiction?
fn restates(winner: &Claim, other: &Claim) -> bool {
    !winner.by_file
        || (winner.feed == other.feed
            && winner.rank == other.rank
            && winner.known.0 > other.known.0)
}
