//! One transaction: one revision, one recorded time, all or nothing.

use crate::{
    chain::{self, EVENTS, ORIGINS, VERSIONS, int, maybe, with_digest},
    error::RegisterError,
    gate::{Gate, Receipt, Write},
    noun::{Noun, Verb},
    record::{Identity, Index, MAX_BODY_BYTES, MAX_ID_BYTES, Record, invalid},
    rights, sql,
};
use northbound_types::{Actor, Utc};
use rusqlite::{OptionalExtension, Transaction, params, params_from_iter, types::ValueRef};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// `known` of a version that a file brought: its origins say since when it is known.
pub(crate) const KNOWN_BY_ORIGIN: i64 = i64::MIN;

/// The newest version of a record, as a writer sees it.
pub(crate) struct Head {
    pub(crate) version: i64,
    pub(crate) live: bool,
    pub(crate) by_hand: bool,
    pub(crate) body: String,
    pub(crate) recorded: Utc,
    pub(crate) actor: String,
}

pub(crate) struct Tx<'a> {
    tx: Transaction<'a>,
    actor: Actor,
    pub(crate) revision: i64,
    pub(crate) recorded: Utc,
    seq: i64,
    write: Write,
    /// Digests of the rows written, for the chain.
    written: chain::Written,
}

/// A version to be written.
pub(crate) struct Next<'r> {
    pub(crate) noun: Noun,
    pub(crate) id: &'r str,
    pub(crate) version: i64,
    pub(crate) verb: Verb,
    pub(crate) known: i64,
    pub(crate) live: bool,
    pub(crate) by_hand: bool,
    pub(crate) index: &'r Index,
    pub(crate) body: &'r str,
}

impl<'a> Tx<'a> {
    /// Takes the write lock and the next revision.
    pub(crate) fn begin(gate: &Gate<'a>, write: &Write) -> Result<Tx<'a>, RegisterError> {
        write.not_ahead(write.known)?;
        let tx = gate.store.begin()?;
        tx.execute(sql::COUNTER_NEXT, ["revision"])?;
        let revision: i64 = tx.query_row(sql::COUNTER_READ, ["revision"], |r| r.get(0))?;
        let last: Option<i64> = tx.query_row(sql::RECORDED_LAST, [], |r| r.get(0))?;
        let recorded = Utc(last.map_or(write.now.0, |l| write.now.0.max(l.saturating_add(1))));
        tx.execute(
            sql::REVISION_ADD,
            params![revision, recorded.0, write.now.0, gate.actor.to_string(), write.reason],
        )?;
        Ok(Tx {
            tx,
            actor: gate.actor.clone(),
            revision,
            recorded,
            seq: 0,
            write: write.clone(),
            written: chain::Written::default(),
        })
    }

    pub(crate) fn actor(&self) -> &Actor {
        &self.actor
    }

    pub(crate) fn write(&self) -> &Write {
        &self.write
    }

    /// Keeps what was done; on a dry run drops it.
    pub(crate) fn finish(self) -> Result<(), RegisterError> {
        if self.write.dry_run {
            self.tx.rollback()?;
        } else {
            chain::append(&self.tx, self.revision, self.written, false)?;
            self.tx.commit()?;
        }
        Ok(())
    }

    /// Drops what was done.
    pub(crate) fn abandon(self) -> Result<(), RegisterError> {
        Ok(self.tx.rollback()?)
    }

    /// The next number of a counter, from 1. Two processes never get the same one.
    pub(crate) fn next_number(&self, counter: &str) -> Result<i64, RegisterError> {
        self.tx.execute(sql::COUNTER_NEW, [counter])?;
        self.tx.execute(sql::COUNTER_NEXT, [counter])?;
        Ok(self.tx.query_row(sql::COUNTER_READ, [counter], |r| r.get(0))?)
    }

    pub(crate) fn allow(
        &self,
        noun: Noun,
        verb: Verb,
        party: Option<&str>,
    ) -> Result<(), RegisterError> {
        rights::check(&self.actor, noun, verb, party)?;
        if rights::needs_reason(verb) && self.write.reason.trim().is_empty() {
            return Err(RegisterError::Reason { verb, noun });
        }
        Ok(())
    }

    pub(crate) fn head(&self, noun: Noun, id: &str) -> Result<Option<Head>, RegisterError> {
        let mut s = self.tx.prepare_cached(sql::HEAD)?;
        Ok(s.query_row(params![noun.as_str(), id], |r| {
            Ok(Head {
                version: r.get(0)?,
                live: r.get::<_, i64>(1)? == 1,
                by_hand: r.get::<_, i64>(2)? == 1,
                body: r.get(3)?,
                recorded: Utc(r.get(4)?),
                actor: r.get(5)?,
            })
        })
        .optional()?)
    }

    pub(crate) fn body_of(
        &self,
        noun: Noun,
        id: &str,
        version: i64,
    ) -> Result<Option<String>, RegisterError> {
        Ok(self
            .tx
            .query_row(sql::BODY_OF, params![noun.as_str(), id, version], |r| r.get(0))
            .optional()?)
    }

    /// Makes sure that the subject exists; `true` where it is new.
    pub(crate) fn subject(&self, noun: Noun, id: &str) -> Result<bool, RegisterError> {
        if id.is_empty() || id.len() > MAX_ID_BYTES {
            return Err(invalid(
                noun,
                "id",
                format!("has {} bytes; it needs 1 to {MAX_ID_BYTES}", id.len()),
            ));
        }
        let mut s = self.tx.prepare_cached(sql::SUBJECT_ADD)?;
        Ok(s.execute(params![noun.as_str(), id, self.revision])? == 1)
    }

    pub(crate) fn has(&self, noun: Noun, id: &str) -> Result<bool, RegisterError> {
        let mut s = self.tx.prepare_cached(sql::SUBJECT_HAS)?;
        Ok(s.query_row(params![noun.as_str(), id], |r| r.get::<_, i64>(0))? > 0)
    }

    pub(crate) fn refs_exist(
        &self,
        noun: Noun,
        refs: &[(Noun, String)],
    ) -> Result<(), RegisterError> {
        for (to_noun, to_id) in refs {
            if !self.has(*to_noun, to_id)? {
                return Err(RegisterError::Reference {
                    noun,
                    to_noun: *to_noun,
                    to_id: to_id.clone(),
                });
            }
        }
        Ok(())
    }

    pub(crate) fn version(
        &mut self,
        n: &Next<'_>,
        refs: &[(Noun, String)],
    ) -> Result<(), RegisterError> {
        let i = n.index;
        self.refs_exist(n.noun, refs)?;
        let mut refs: Vec<(&str, &str)> =
            refs.iter().map(|(noun, id)| (noun.as_str(), id.as_str())).collect();
        refs.sort_unstable();
        refs.dedup();
        let values: [ValueRef<'_>; 17] = [
            n.noun.as_str().into(),
            n.id.into(),
            int(n.version),
            int(self.revision),
            n.verb.as_str().into(),
            int(n.known),
            int(n.live.into()),
            int(n.by_hand.into()),
            maybe(i.party.as_deref()),
            maybe(i.measure.as_deref()),
            maybe(i.provider.as_deref()),
            maybe(i.region.as_ref().map(|r| r.as_str())),
            maybe(i.period.as_deref()),
            maybe(i.lookup.as_deref()),
            i.from.map_or(ValueRef::Null, |t| int(t.0)),
            i.to.map_or(ValueRef::Null, |t| int(t.0)),
            n.body.into(),
        ];
        let to = refs.iter().flat_map(|(noun, id)| [ValueRef::from(*noun), ValueRef::from(*id)]);
        let digest = chain::digest(VERSIONS.name, values.iter().copied().chain(to));
        self.tx
            .prepare_cached(sql::VERSION_ADD)?
            .execute(params_from_iter(with_digest(&values, &digest)))?;
        self.written.push(&VERSIONS, digest);
        let mut s = self.tx.prepare_cached(sql::REF_ADD)?;
        for (to_noun, to_id) in refs {
            s.execute(params![n.noun.as_str(), n.id, n.version, to_noun, to_id])?;
        }
        Ok(())
    }

    pub(crate) fn event(
        &mut self,
        noun: Noun,
        id: &str,
        verb: Verb,
        party: Option<&str>,
        before: Option<&str>,
        after: Option<&str>,
    ) -> Result<(), RegisterError> {
        let values: [ValueRef<'_>; 8] = [
            int(self.revision),
            int(self.seq),
            noun.as_str().into(),
            id.into(),
            verb.as_str().into(),
            maybe(party),
            maybe(before),
            maybe(after),
        ];
        let digest = chain::digest(EVENTS.name, values);
        self.tx
            .prepare_cached(sql::EVENT_ADD)?
            .execute(params_from_iter(with_digest(&values, &digest)))?;
        self.written.push(&EVENTS, digest);
        self.seq += 1;
        Ok(())
    }

    pub(crate) fn origin(
        &mut self,
        noun: Noun,
        id: &str,
        source: &str,
        place: i64,
        known: Utc,
    ) -> Result<bool, RegisterError> {
        let values: [ValueRef<'_>; 7] = [
            noun.as_str().into(),
            id.into(),
            Noun::Source.as_str().into(),
            source.into(),
            int(place),
            int(known.0),
            int(self.revision),
        ];
        let digest = chain::digest(ORIGINS.name, values);
        let new = self
            .tx
            .prepare_cached(sql::ORIGIN_ADD)?
            .execute(params_from_iter(with_digest(&values, &digest)))?
            == 1;
        if new {
            self.written.push(&ORIGINS, digest);
        }
        Ok(new)
    }

    pub(crate) fn known(&self) -> i64 {
        self.write.known.unwrap_or(self.recorded).0
    }

    pub(crate) fn new_id<T: Record>(
        &self,
        record: &T,
        body: &str,
    ) -> Result<String, RegisterError> {
        Ok(match record.identity() {
            Identity::Given(id) => id,
            Identity::Numbered => format!("{}-{}", T::NOUN, self.next_number(T::NOUN.as_str())?),
            Identity::Content => content_id(T::NOUN, body),
        })
    }

    pub(crate) fn receipt(
        &self,
        noun: Noun,
        id: &str,
        verb: Verb,
        version: i64,
        before: Option<&str>,
        after: Option<&str>,
    ) -> Result<Receipt, RegisterError> {
        let value = |text: Option<&str>| -> Result<Option<Value>, RegisterError> {
            text.map(serde_json::from_str).transpose().map_err(|source| RegisterError::Body {
                noun,
                id: id.to_owned(),
                source,
            })
        };
        let (before, after) = (value(before)?, value(after)?);
        Ok(Receipt {
            noun,
            id: id.to_owned(),
            verb,
            version,
            revision: self.revision,
            recorded: self.recorded,
            dry_run: self.write.dry_run,
            changed: true,
            changes: crate::diff::between(before.as_ref(), after.as_ref()),
            before,
            after,
        })
    }
}

/// Id of a record by its content: 128 bits of SHA-256, so that a collision is out of reach.
pub(crate) fn content_id(noun: Noun, body: &str) -> String {
    hash(&format!("{noun}\n{body}"), 16)
}

/// The first `bytes` of a text's SHA-256, in hex.
pub(crate) fn hash(text: &str, bytes: usize) -> String {
    Sha256::digest(text.as_bytes()).iter().take(bytes).map(|b| format!("{b:02x}")).collect()
}

/// A record as its canonical JSON text.
pub(crate) fn body_text<T: Record>(record: &T) -> Result<String, RegisterError> {
    let text = serde_json::to_string(record).map_err(|source| RegisterError::Body {
        noun: T::NOUN,
        id: "(new)".to_owned(),
        source,
    })?;
    if text.len() > MAX_BODY_BYTES {
        return Err(invalid(
            T::NOUN,
            "record",
            format!(
                "has {} bytes as JSON; at most {MAX_BODY_BYTES} are stored. Store the document elsewhere and cite it",
                text.len()
            ),
        ));
    }
    if let Some(number) = too_large(&text) {
        return Err(invalid(
            T::NOUN,
            "record",
            format!("holds the number {number}; a number has at most {MAX_DIGITS} digits"),
        ));
    }
    Ok(text)
}

/// Digits that a whole number in a record may have. Nine thousand of the largest still add up in 64
/// bits.
const MAX_DIGITS: usize = 15;

/// The first number of a JSON text that has too many digits before the point.
fn too_large(json: &str) -> Option<&str> {
    let bytes = json.as_bytes();
    let (mut quoted, mut at) = (false, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            c if !quoted && (c.is_ascii_digit() || c == b'-') => {
                let rest = &json[at..];
                let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
                let whole = digits(rest.trim_start_matches('-'));
                let end = rest.find([',', '}', ']']).unwrap_or(rest.len());
                let large = rest[..end].contains(['e', 'E']) && !rest[..end].contains("e-");
                if whole > MAX_DIGITS || large {
                    return Some(&rest[..end]);
                }
                at += end - 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// A record from its JSON text.
pub(crate) fn parse<T: Record>(id: &str, body: &str) -> Result<T, RegisterError> {
    serde_json::from_str(body).map_err(|source| RegisterError::Body {
        noun: T::NOUN,
        id: id.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::too_large;

    #[test]
    fn numbers_with_more_than_fifteen_digits_are_found_and_texts_are_not() {
        for fine in [
            r#"{"a":999999999999999,"b":-999999999999999}"#,
            r#"{"a":"9999999999999999","b":"x\"9999999999999999"}"#,
            r#"[0.12345678901234567890,1e-7]"#,
            "{}",
        ] {
            assert_eq!(too_large(fine), None, "{fine}");
        }
        assert_eq!(too_large(r#"{"a":1000000000000000}"#), Some("1000000000000000"));
        assert_eq!(too_large(r#"[1,-9223372036854775808]"#), Some("-9223372036854775808"));
        assert_eq!(too_large(r#"{"a":1e300}"#), Some("1e300"));
    }
}
