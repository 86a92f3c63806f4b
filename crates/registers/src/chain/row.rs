//! How a row is hashed: the same from the values to be written and from those that were read.

use super::refs_of;
use crate::sql::chain as sql;
use rusqlite::{
    Connection, Row,
    types::{ToSqlOutput, ValueRef},
};
use sha2::{Digest as _, Sha256};

pub(crate) type Digest = [u8; 32];

/// A table whose rows are in the chain. Its key comes first among its columns.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static str,
    /// The key's columns, and how many they are.
    pub(crate) key: &'static str,
    pub(crate) keys: usize,
    /// How many columns there are.
    pub(crate) count: usize,
    /// Which of them is the revision, from 0.
    revision: usize,
    what: &'static str,
}

pub(crate) const VERSIONS: Table = Table {
    name: "versions",
    columns: sql::VERSION_COLUMNS,
    key: "noun, id, version",
    keys: 3,
    count: 17,
    revision: 3,
    what: "version",
};
pub(crate) const EVENTS: Table = Table {
    name: "events",
    columns: sql::EVENT_COLUMNS,
    key: "revision, seq",
    keys: 2,
    count: 8,
    revision: 0,
    what: "event",
};
pub(crate) const ORIGINS: Table = Table {
    name: "origins",
    columns: sql::ORIGIN_COLUMNS,
    key: "noun, id, source_noun, source_id",
    keys: 4,
    count: 7,
    revision: 6,
    what: "origin",
};

/// The digest of a row, of the values in the order of the table's columns; a version's references
/// follow, ascending.
pub(crate) fn digest<'v>(table: &str, values: impl IntoIterator<Item = ValueRef<'v>>) -> Digest {
    let mut h = Sha256::new();
    let mut field = |kind: u8, bytes: &[u8]| {
        h.update([kind]);
        h.update((bytes.len() as u64).to_be_bytes());
        h.update(bytes);
    };
    field(b'n', table.as_bytes());
    for value in values {
        match value {
            ValueRef::Null => field(b'0', &[]),
            ValueRef::Integer(i) => field(b'i', &i.to_be_bytes()),
            // No column holds these; a changed row may.
            ValueRef::Real(r) => field(b'r', &r.to_bits().to_be_bytes()),
            ValueRef::Text(t) => field(b't', t),
            ValueRef::Blob(b) => field(b'b', b),
        }
    }
    h.finalize().into()
}

/// The digest of a row of `revisions`, of all its columns.
pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Digest> {
    let values: Vec<ValueRef<'_>> =
        (0..sql::ENTRY_COLUMNS).map(|i| row.get_ref(i)).collect::<Result<_, _>>()?;
    Ok(digest("revisions", values))
}

/// A row as it is in the database; the statement selects the table's columns and then the digest.
pub(super) struct Read<'r> {
    pub(super) values: Vec<ValueRef<'r>>,
    pub(super) digest: Digest,
    /// The digest that was written with it.
    pub(super) written: Option<Digest>,
    pub(super) revision: i64,
}

impl<'r> Read<'r> {
    pub(super) fn of(db: &Connection, table: &Table, row: &'r Row<'_>) -> rusqlite::Result<Self> {
        let values: Vec<ValueRef<'r>> =
            (0..table.count).map(|i| row.get_ref(i)).collect::<Result<_, _>>()?;
        let refs = if table.name == VERSIONS.name {
            refs_of(db, &values[..VERSIONS.keys])?
        } else {
            Vec::new()
        };
        let digest = digest(
            table.name,
            values.iter().copied().chain(refs.iter().map(|r| r.as_str().into())),
        );
        let written = row.get_ref(table.count)?.as_str().ok().and_then(unhex);
        let revision = values[table.revision].as_i64().unwrap_or(i64::MAX);
        Ok(Read { values, digest, written, revision })
    }

    /// The row's name for people.
    pub(super) fn name(&self, table: &Table) -> String {
        let v = |i: usize| match self.values[i] {
            ValueRef::Integer(n) => n.to_string(),
            ValueRef::Text(t) => String::from_utf8_lossy(t).into_owned(),
            other => format!("{other:?}"),
        };
        match table.name {
            "versions" => format!("{} {} of {} {:?}", table.what, v(2), v(0), v(1)),
            "events" => {
                format!("{} {} of revision {} ({} {:?})", table.what, v(1), v(0), v(2), v(3))
            }
            _ => format!("{} of {} {:?} in {}", table.what, v(0), v(1), v(3)),
        }
    }
}

/// A whole number as a value.
pub(crate) const fn int(n: i64) -> ValueRef<'static> {
    ValueRef::Integer(n)
}

/// A text, or null, as a value.
pub(crate) fn maybe(text: Option<&str>) -> ValueRef<'_> {
    text.map_or(ValueRef::Null, ValueRef::from)
}

/// A value as a parameter of a statement.
pub(crate) fn param(value: ValueRef<'_>) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(value)
}

/// The parameters of a statement that writes a row: its values, and its digest last.
pub(crate) fn with_digest<'v>(
    values: &'v [ValueRef<'v>],
    digest: &Digest,
) -> impl Iterator<Item = ToSqlOutput<'v>> {
    values.iter().map(|v| param(*v)).chain(std::iter::once(hex(digest).into()))
}

/// 64 hex digits.
pub(super) fn hex(digest: &Digest) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(64);
    for b in digest {
        out.push(char::from(DIGITS[usize::from(b >> 4)]));
        out.push(char::from(DIGITS[usize::from(b & 15)]));
    }
    out
}

/// A digest from 64 lower-case hex digits.
pub(super) fn unhex(text: &str) -> Option<Digest> {
    let mut out = [0; 32];
    let digits = text.as_bytes();
    if digits.len() != 64 || !digits.iter().all(|d| matches!(d, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_read_alike_have_different_digests() {
        let of = |values: &[ValueRef<'static>]| digest("versions", values.iter().copied());
        let all = [
            of(&[]),
            of(&[ValueRef::Null]),
            of(&["".into()]),
            of(&[int(1)]),
            of(&["1".into()]),
            of(&["ab".into(), "c".into()]),
            of(&["a".into(), "bc".into()]),
            digest("events", [int(1)]),
        ];
        for (i, a) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|b| a != b), "{i}");
        }
    }

    #[test]
    fn only_sixty_four_lower_case_digits_are_a_digest() {
        let d = digest("x", []);
        assert_eq!(unhex(&hex(&d)), Some(d));
        assert_eq!(unhex(&hex(&d).to_uppercase()), None);
        assert_eq!(unhex(&hex(&d)[1..]), None);
        assert_eq!(unhex(&"é".repeat(32)), None);
    }
}
