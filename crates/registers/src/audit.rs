//! The audit trail: what happened, by whom, why.

use crate::{
    error::RegisterError,
    gate::Gate,
    noun::{Noun, Verb},
    read::{AsAt, word},
    sql::{self, filters},
};
use northbound_types::Utc;
use rusqlite::{params_from_iter, types::Value};
use serde::{Deserialize, Serialize};

/// Most events in one answer.
pub const MAX_EVENTS: i64 = 100_000;

/// Which events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// As at when.
    pub as_at: AsAt,
    /// Of a register.
    pub noun: Option<Noun>,
    /// Of a record.
    pub id: Option<String>,
    /// Of a kind.
    pub verb: Option<Verb>,
    /// By an actor, as written in the event.
    pub actor: Option<String>,
    /// Recorded at or after.
    pub since: Option<Utc>,
    /// Of later revisions than this: the next page.
    pub after_revision: Option<i64>,
    /// At most so many; [`MAX_EVENTS`] where `None`.
    pub limit: Option<i64>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Revision of the registers.
    pub revision: i64,
    /// Order within the revision, from 0.
    pub seq: i64,
    /// When it was recorded.
    pub recorded: Utc,
    /// What the writer's clock showed.
    pub clock: Utc,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Register.
    pub noun: Noun,
    /// Record.
    pub id: String,
    /// What happened.
    pub verb: Verb,
    /// The record before; null where there was none.
    pub before: Option<serde_json::Value>,
    /// The record after; null where it was withdrawn.
    pub after: Option<serde_json::Value>,
}

impl Gate<'_> {
    /// The events that match, oldest first, as far as this actor may see them.
    ///
    /// # Errors
    /// [`RegisterError::Sql`], [`RegisterError::Body`].
    pub fn events(&self, filter: &EventFilter) -> Result<Vec<Event>, RegisterError> {
        let (revision, _) = self.bounds(filter.as_at)?;
        let text = |v: &str| Value::Text(v.to_owned());
        let mut params = vec![
            Value::from(revision),
            i64::from(self.visibility.all).into(),
            self.visibility.party.as_deref().map_or(Value::Null, text),
        ];
        let mut sql = sql::EVENTS.to_owned();
        let mut with = |condition: &str, value: Value| {
            params.push(value);
            sql.push_str(&condition.replace('#', &format!("?{}", params.len())));
        };
        if let Some(n) = filter.noun {
            with(filters::EVENT_NOUN, text(n.as_str()));
        }
        if let Some(i) = &filter.id {
            with(filters::EVENT_ID, text(i));
        }
        if let Some(v) = filter.verb {
            with(filters::EVENT_VERB, text(v.as_str()));
        }
        if let Some(a) = &filter.actor {
            with(filters::EVENT_ACTOR, text(a));
        }
        if let Some(t) = filter.since {
            with(filters::EVENT_SINCE, t.0.into());
        }
        if let Some(r) = filter.after_revision {
            with(filters::EVENT_AFTER, r.into());
        }
        with(sql::EVENTS_ORDER, filter.limit.unwrap_or(MAX_EVENTS).clamp(0, MAX_EVENTS).into());
        let mut statement = self.store.db.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(params))?;
        let mut out = Vec::new();
        while let Some(r) = rows.next()? {
            let (noun, id): (Noun, String) = (word(r, 6)?, r.get(7)?);
            let json = |column: usize| -> Result<Option<serde_json::Value>, RegisterError> {
                let body: Option<String> = r.get(column)?;
                body.map(|b| serde_json::from_str(&b))
                    .transpose()
                    .map_err(|source| RegisterError::Body { noun, id: id.clone(), source })
            };
            out.push(Event {
                revision: r.get(0)?,
                seq: r.get(1)?,
                recorded: Utc(r.get(2)?),
                clock: Utc(r.get(3)?),
                actor: r.get(4)?,
                reason: r.get(5)?,
                noun,
                verb: word(r, 8)?,
                before: json(9)?,
                after: json(10)?,
                id,
            });
        }
        Ok(out)
    }
}
