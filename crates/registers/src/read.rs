//! Reads. There is one SELECT; party, revision and known time are always part of it.

use crate::{
    error::RegisterError,
    gate::Gate,
    noun::{Noun, Verb},
    record::{Record, Stored},
    sql::{self, filters},
    tx::{KNOWN_BY_ORIGIN, parse},
};
use northbound_types::{Period, Region, Utc};
use rusqlite::{params_from_iter, types::Value};
use serde::{Deserialize, Serialize};

/// The state that is asked for. Two clocks: when it was recorded, and since when it was known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AsAt {
    /// As recorded at this time.
    pub recorded: Option<Utc>,
    /// As recorded with this revision: exact, where two changes may fall together.
    pub revision: Option<i64>,
    /// Only what its source had stated by this time, whenever it was recorded.
    pub known: Option<Utc>,
}

impl AsAt {
    /// Everything recorded by now.
    pub const NOW: AsAt = AsAt { recorded: None, revision: None, known: None };
    /// As recorded at a time.
    #[must_use]
    pub const fn recorded(at: Utc) -> AsAt {
        AsAt { recorded: Some(at), ..AsAt::NOW }
    }
    /// As recorded with a revision.
    #[must_use]
    pub const fn revision(revision: i64) -> AsAt {
        AsAt { revision: Some(revision), ..AsAt::NOW }
    }
    /// As known at a time, by what has been recorded since.
    #[must_use]
    pub const fn known(at: Utc) -> AsAt {
        AsAt { known: Some(at), ..AsAt::NOW }
    }
}
impl From<Option<Utc>> for AsAt {
    fn from(at: Option<Utc>) -> AsAt {
        AsAt { recorded: at, ..AsAt::NOW }
    }
}

/// Which records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// As at when.
    pub as_at: AsAt,
    /// One id.
    pub id: Option<String>,
    /// Of a party.
    pub party: Option<String>,
    /// On a measure.
    pub measure: Option<String>,
    /// On a provider.
    pub provider: Option<String>,
    /// On a region.
    pub region: Option<Region>,
    /// On a period.
    pub period: Option<Period>,
    /// By the text that the register names as its lookup (a figure's id, a difference's key).
    pub lookup: Option<String>,
    /// Rows of an ingested file.
    pub source: Option<String>,
    /// Holding at some time of this half-open stretch.
    pub during: Option<(Utc, Utc)>,
    /// Withdrawn ones too.
    pub withdrawn: bool,
}

impl Query {
    /// Everything, as at.
    #[must_use]
    pub fn as_at(as_at: impl Into<AsAt>) -> Query {
        Query { as_at: as_at.into(), ..Query::default() }
    }
}

/// One state in the life of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Version.
    pub version: i64,
    /// Revision of the registers.
    pub revision: i64,
    /// When it was recorded.
    pub recorded: Utc,
    /// Since when it was known; the recorded time where a file brought it.
    pub known: Utc,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// What happened.
    pub verb: Verb,
    /// `false` once withdrawn.
    pub live: bool,
    /// Key by key.
    pub changes: Vec<crate::diff::FieldChange>,
    /// The record then.
    pub record: serde_json::Value,
}

fn text(v: &str) -> Value {
    Value::Text(v.to_owned())
}

impl Gate<'_> {
    /// The records of a register, in the order in which they were first kept.
    ///
    /// # Errors
    /// [`RegisterError::Sql`], [`RegisterError::Body`].
    pub fn list<T: Record>(&self, query: &Query) -> Result<Vec<Stored<T>>, RegisterError> {
        let (revision, known) = self.bounds(query.as_at)?;
        let party = self.visibility.party.clone().map_or(Value::Null, Value::Text);
        let mut params = vec![
            text(T::NOUN.as_str()),
            revision.into(),
            known.into(),
            i64::from(self.visibility.all).into(),
            party,
        ];
        let mut sql = sql::select();
        let mut with = |condition: &str, value: Value| {
            params.push(value);
            sql.push_str(&condition.replace('#', &format!("?{}", params.len())));
        };
        let texts = [
            (filters::ID, &query.id),
            (filters::PARTY, &query.party),
            (filters::MEASURE, &query.measure),
            (filters::PROVIDER, &query.provider),
            (filters::LOOKUP, &query.lookup),
            (filters::SOURCE, &query.source),
        ];
        for (condition, value) in texts {
            if let Some(v) = value {
                with(condition, text(v));
            }
        }
        if let Some(r) = query.region {
            with(filters::REGION, text(r.as_str()));
        }
        if let Some(p) = query.period {
            with(filters::PERIOD, text(&p.to_string()));
        }
        if let Some((from, to)) = query.during {
            with(filters::BEFORE, to.0.into());
            with(filters::AFTER, from.0.into());
        }
        if !query.withdrawn {
            sql.push_str(filters::LIVE);
        }
        sql.push_str(sql::SELECT_ORDER);
        let mut statement = self.store.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(params))?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(11)? == 1 || row.get::<_, Option<i64>>(9)?.is_some() {
                out.push(stored(row)?);
            }
        }
        Ok(out)
    }

    /// The ids of records, withdrawn ones too, that are this id but for the case of its letters.
    ///
    /// # Errors
    /// [`RegisterError::Sql`].
    pub fn ids_in_any_case(&self, noun: Noun, id: &str) -> Result<Vec<String>, RegisterError> {
        let (revision, known) = self.bounds(AsAt::NOW)?;
        let party = self.visibility.party.clone().map_or(Value::Null, Value::Text);
        let sql = sql::select() + filters::ID_IN_ANY_CASE + sql::SELECT_ORDER;
        let mut statement = self.store.db.prepare_cached(&sql)?;
        let all = i64::from(self.visibility.all);
        let mut rows =
            statement.query(rusqlite::params![noun.as_str(), revision, known, all, party, id])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push(row.get(0)?);
        }
        Ok(out)
    }

    /// One record.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`] where there was none as at then, or it is not for this actor.
    pub fn show<T: Record>(
        &self,
        id: &str,
        as_at: impl Into<AsAt>,
    ) -> Result<Stored<T>, RegisterError> {
        let as_at = as_at.into();
        self.find(id, as_at)?.ok_or_else(|| RegisterError::NotFound {
            noun: T::NOUN,
            id: id.to_owned(),
            as_at: as_at.recorded,
        })
    }

    /// One record, if it is there.
    ///
    /// # Errors
    /// [`RegisterError::Sql`], [`RegisterError::Body`].
    pub fn find<T: Record>(
        &self,
        id: &str,
        as_at: impl Into<AsAt>,
    ) -> Result<Option<Stored<T>>, RegisterError> {
        Ok(self.list(&Query { id: Some(id.to_owned()), ..Query::as_at(as_at) })?.pop())
    }

    /// The life of a record, oldest state first.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`], [`RegisterError::Sql`].
    pub fn history(
        &self,
        noun: Noun,
        id: &str,
        as_at: impl Into<AsAt>,
    ) -> Result<Vec<Change>, RegisterError> {
        let as_at = as_at.into();
        let (revision, _) = self.bounds(as_at)?;
        let mut statement = self.store.db.prepare_cached(sql::HISTORY)?;
        let mut rows = statement.query(rusqlite::params![
            noun.as_str(),
            id,
            revision,
            i64::from(self.visibility.all),
            self.visibility.party
        ])?;
        let mut out: Vec<Change> = Vec::new();
        while let Some(r) = rows.next()? {
            let body: String = r.get(8)?;
            let record = serde_json::from_str(&body).map_err(|source| RegisterError::Body {
                noun,
                id: id.to_owned(),
                source,
            })?;
            let (recorded, known): (i64, i64) = (r.get(2)?, r.get(7)?);
            out.push(Change {
                version: r.get(0)?,
                revision: r.get(1)?,
                recorded: Utc(recorded),
                known: Utc(if known == KNOWN_BY_ORIGIN { recorded } else { known }),
                actor: r.get(3)?,
                reason: r.get(4)?,
                verb: word(r, 5)?,
                live: r.get::<_, i64>(6)? == 1,
                changes: crate::diff::between(out.last().map(|c| &c.record), Some(&record)),
                record,
            });
        }
        if out.is_empty() {
            return Err(RegisterError::NotFound { noun, id: id.to_owned(), as_at: as_at.recorded });
        }
        Ok(out)
    }

    /// The greatest revision and known time that a state holds.
    pub(crate) fn bounds(&self, as_at: AsAt) -> Result<(i64, i64), RegisterError> {
        let mut revision = self.store.revision_at(as_at.recorded)?;
        if let Some(r) = as_at.revision {
            revision = revision.min(r);
        }
        Ok((revision, as_at.known.map_or(i64::MAX, |t| t.0)))
    }
}

/// A word of a closed set in a column.
pub(crate) fn word<W: std::str::FromStr>(
    row: &rusqlite::Row<'_>,
    column: usize,
) -> Result<W, RegisterError>
where
    W::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(column)?;
    text.parse().map_err(|e: W::Err| {
        RegisterError::Sql(rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            Box::new(e),
        ))
    })
}

fn stored<T: Record>(row: &rusqlite::Row<'_>) -> Result<Stored<T>, RegisterError> {
    let (id, body): (String, String) = (row.get(0)?, row.get(10)?);
    let (known, by_origin): (i64, Option<i64>) = (row.get(8)?, row.get(9)?);
    let recorded = Utc(row.get(3)?);
    let known = if known == KNOWN_BY_ORIGIN { by_origin.map_or(recorded, Utc) } else { Utc(known) };
    let record = parse(&id, &body)?;
    Ok(Stored {
        id,
        version: row.get(1)?,
        revision: row.get(2)?,
        recorded,
        known,
        actor: row.get(4)?,
        reason: row.get(5)?,
        verb: word(row, 6)?,
        live: row.get::<_, i64>(7)? == 1,
        by_hand: row.get::<_, i64>(11)? == 1,
        record,
    })
}
