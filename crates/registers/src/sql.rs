//! Every statement of the registers, in one place.
//!
//! Dialect: written for SQLite and PostgreSQL alike. To move, three things change and nothing else:
//! `?n` becomes `$n`; the pragmas of [`PRAGMAS`] go; `BEGIN IMMEDIATE` becomes `BEGIN` (the first
//! statement of a write moves the counter `revision`, whose row lock then puts writers in order).
//! No JSON functions, no rowids, no `INSERT OR …`, no dates in SQL.

/// A step from one layout of the database to the next.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The version that it leads to, from 1 without gaps.
    pub version: i64,
    /// What it brings, in words.
    pub note: &'static str,
    /// Its statements.
    pub sql: &'static str,
}

/// All migrations, ascending.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        note: "registers with versions, references and events",
        sql: include_str!("sql/0001_registers.sql"),
    },
    Migration {
        version: 2,
        note: "origins of rows in ingested files",
        sql: include_str!("sql/0002_origins.sql"),
    },
    Migration {
        version: 3,
        note: "chain of hashes over the history",
        sql: include_str!("sql/0003_chain.sql"),
    },
];

/// Settings of a connection; SQLite only. The cache is 64 MiB: with the 2 MiB that it has otherwise,
/// a hundred thousand rows by hashed id do not stay in it.
pub(crate) const PRAGMAS: &str =
    "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;";

pub(crate) const HAS_SCHEMA: &str =
    "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_versions'";
pub(crate) const CREATE_SCHEMA: &str = "CREATE TABLE IF NOT EXISTS schema_versions (\
    version BIGINT NOT NULL PRIMARY KEY, note TEXT NOT NULL, program TEXT NOT NULL, applied BIGINT NOT NULL)";
pub(crate) const SCHEMA_VERSION: &str = "SELECT COALESCE(MAX(version), 0) FROM schema_versions";
pub(crate) const SCHEMA_ADD: &str =
    "INSERT INTO schema_versions (version, note, program, applied) VALUES (?1, ?2, ?3, ?4)";

pub(crate) const COUNTER_NEW: &str =
    "INSERT INTO counters (name, value) VALUES (?1, 0) ON CONFLICT (name) DO NOTHING";
pub(crate) const COUNTER_NEXT: &str = "UPDATE counters SET value = value + 1 WHERE name = ?1";
pub(crate) const COUNTER_READ: &str = "SELECT value FROM counters WHERE name = ?1";

pub(crate) const REVISION_ADD: &str =
    "INSERT INTO revisions (revision, recorded, clock, actor, reason) VALUES (?1, ?2, ?3, ?4, ?5)";
pub(crate) const REVISION_LAST: &str = "SELECT COALESCE(MAX(revision), 0) FROM revisions";
pub(crate) const RECORDED_LAST: &str = "SELECT MAX(recorded) FROM revisions";
pub(crate) const RECORDED_OF: &str = "SELECT recorded FROM revisions WHERE revision = ?1";
pub(crate) const REVISION_AT: &str =
    "SELECT COALESCE(MAX(revision), 0) FROM revisions WHERE recorded <= ?1";

pub(crate) const SUBJECT_ADD: &str = "INSERT INTO subjects (noun, id, revision) VALUES (?1, ?2, ?3) ON CONFLICT (noun, id) DO NOTHING";
pub(crate) const SUBJECT_HAS: &str = "SELECT COUNT(*) FROM subjects WHERE noun = ?1 AND id = ?2";
pub(crate) const VERSION_ADD: &str = "INSERT INTO versions (noun, id, version, revision, verb, known, live, by_hand, \
    party, measure, provider, region, period, lookup, effective_from, effective_to, body, digest) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
pub(crate) const REF_ADD: &str = "INSERT INTO version_refs (noun, id, version, to_noun, to_id) VALUES (?1, ?2, ?3, ?4, ?5) \
    ON CONFLICT (noun, id, version, to_noun, to_id) DO NOTHING";
pub(crate) const EVENT_ADD: &str = "INSERT INTO events (revision, seq, noun, id, verb, party, before_body, after_body, digest) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
pub(crate) const ORIGIN_ADD: &str = "INSERT INTO origins (noun, id, source_noun, source_id, place, known, revision, digest) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (noun, id, source_noun, source_id) DO NOTHING";

/// The newest version of one thing, live or not, whoever asks: for writing.
pub(crate) const HEAD: &str = "SELECT v.version, v.live, v.by_hand, v.body, r.recorded, r.actor FROM versions v \
    JOIN revisions r ON r.revision = v.revision WHERE v.noun = ?1 AND v.id = ?2 \
    AND v.version = (SELECT MAX(m.version) FROM versions m WHERE m.noun = ?1 AND m.id = ?2)";
pub(crate) const BODY_OF: &str =
    "SELECT body FROM versions WHERE noun = ?1 AND id = ?2 AND version = ?3";

/// Since when the files that are not retracted state the row; null where there is none. Parameters
/// as in [`select`].
const STATED_SINCE: &str = "SELECT MIN(o.known) FROM origins o WHERE o.noun = v.noun AND o.id = v.id AND o.revision <= ?2 AND o.known <= ?3 \
    AND o.source_id IN (SELECT s.id FROM versions s WHERE s.noun = 'source' AND s.live = 1 \
    AND s.version = (SELECT MAX(t.version) FROM versions t WHERE t.noun = s.noun AND t.id = s.id AND t.revision <= ?2 AND t.known <= ?3))";

/// The one read: ?1 noun, ?2 greatest revision, ?3 greatest known time, ?4 sees everything, ?5 own
/// party. The filter by party stands here, so that no query can forget it. Further conditions
/// are appended from [`filters`]. A row that neither a person nor an active file states (`by_hand`
/// 0 and no time since when it is stated) is left out by the reader, which saves asking for it twice.
pub(crate) fn select() -> String {
    format!(
        "SELECT v.id, v.version, v.revision, r.recorded, r.actor, r.reason, v.verb, v.live, v.known, ({STATED_SINCE}), v.body, v.by_hand \
        FROM versions v JOIN revisions r ON r.revision = v.revision JOIN subjects j ON j.noun = v.noun AND j.id = v.id \
        WHERE v.noun = ?1 AND (?4 = 1 OR v.party IS NULL OR v.party = ?5) \
        AND v.version = (SELECT MAX(m.version) FROM versions m WHERE m.noun = v.noun AND m.id = v.id AND m.revision <= ?2 AND m.known <= ?3)"
    )
}
pub(crate) const SELECT_ORDER: &str = " ORDER BY j.revision, v.id";

/// Conditions that a query may add; `#` is replaced by the number of its parameter.
pub(crate) mod filters {
    pub(crate) const ID: &str = " AND v.id = #";
    pub(crate) const ID_IN_ANY_CASE: &str = " AND lower(v.id) = lower(?6)";
    pub(crate) const PARTY: &str = " AND v.party = #";
    pub(crate) const MEASURE: &str = " AND v.measure = #";
    pub(crate) const PROVIDER: &str = " AND v.provider = #";
    pub(crate) const REGION: &str = " AND v.region = #";
    pub(crate) const PERIOD: &str = " AND v.period = #";
    pub(crate) const LOOKUP: &str = " AND v.lookup = #";
    pub(crate) const BEFORE: &str = " AND v.effective_from < #";
    pub(crate) const AFTER: &str = " AND (v.effective_to IS NULL OR v.effective_to > #)";
    pub(crate) const LIVE: &str = " AND v.live = 1";
    pub(crate) const SOURCE: &str = " AND EXISTS (SELECT 1 FROM origins f WHERE f.noun = v.noun AND f.id = v.id AND f.source_id = # AND f.revision <= ?2)";
    pub(crate) const EVENT_NOUN: &str = " AND e.noun = #";
    pub(crate) const EVENT_ID: &str = " AND e.id = #";
    pub(crate) const EVENT_VERB: &str = " AND e.verb = #";
    pub(crate) const EVENT_ACTOR: &str = " AND r.actor = #";
    pub(crate) const EVENT_SINCE: &str = " AND r.recorded >= #";
    pub(crate) const EVENT_AFTER: &str = " AND e.revision > #";
}

/// Files of one row: ?1 noun, ?2 greatest revision, ?3 greatest known time, ?4 id.
pub(crate) const ORIGINS_OF: &str = "SELECT id, source_id, place, known FROM origins WHERE noun = ?1 AND id = ?4 AND source_noun = 'source' AND revision <= ?2 AND known <= ?3 ORDER BY source_id";

/// Events: ?1 greatest revision, ?2 sees everything, ?3 own party.
pub(crate) const EVENTS: &str = "SELECT e.revision, e.seq, r.recorded, r.clock, r.actor, r.reason, e.noun, e.id, e.verb, e.before_body, e.after_body \
    FROM events e JOIN revisions r ON r.revision = e.revision WHERE e.revision <= ?1 AND (?2 = 1 OR e.party IS NULL OR e.party = ?3)";
pub(crate) const EVENTS_ORDER: &str = " ORDER BY e.revision, e.seq LIMIT #";

/// Versions of one thing: ?1 noun, ?2 id, ?3 greatest revision, ?4 sees everything, ?5 own party.
pub(crate) const HISTORY: &str = "SELECT v.version, v.revision, r.recorded, r.actor, r.reason, v.verb, v.live, v.known, v.body \
    FROM versions v JOIN revisions r ON r.revision = v.revision WHERE v.noun = ?1 AND v.id = ?2 AND v.revision <= ?3 \
    AND (?4 = 1 OR v.party IS NULL OR v.party = ?5) ORDER BY v.version";

/// The chain over the history.
pub(crate) mod chain {
    use crate::chain::Table;

    pub(crate) const VERSION_COLUMNS: &str = "noun, id, version, revision, verb, known, live, by_hand, party, measure, \
        provider, region, period, lookup, effective_from, effective_to, body";
    pub(crate) const EVENT_COLUMNS: &str =
        "revision, seq, noun, id, verb, party, before_body, after_body";
    pub(crate) const ORIGIN_COLUMNS: &str =
        "noun, id, source_noun, source_id, place, known, revision";

    pub(crate) const ADD: &str = "INSERT INTO chain (revision, versions, events, origins, chained_later, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    pub(crate) const NEWEST: &str =
        "SELECT revision, hash FROM chain WHERE revision = (SELECT MAX(revision) FROM chain)";
    pub(crate) const HASH_AT: &str = "SELECT hash FROM chain WHERE revision = ?1";
    pub(crate) const COUNT: &str = "SELECT COUNT(*) FROM chain";
    pub(crate) const ENTRY: &str =
        "SELECT revision, recorded, clock, actor, reason FROM revisions WHERE revision = ?1";
    /// Columns of [`ENTRY`]; those of the chain follow in [`REVISIONS`].
    pub(crate) const ENTRY_COLUMNS: usize = 5;
    pub(crate) const REVISIONS: &str = "SELECT r.revision, r.recorded, r.clock, r.actor, r.reason, \
        c.versions, c.events, c.origins, c.chained_later, c.hash \
        FROM revisions r LEFT JOIN chain c ON c.revision = r.revision ORDER BY r.revision";
    pub(crate) const REVISIONS_COUNTED: &str = "SELECT value FROM counters WHERE name = 'revision'";
    pub(crate) const REFS_OF: &str = "SELECT to_noun, to_id FROM version_refs WHERE noun = ?1 AND id = ?2 AND version = ?3 ORDER BY to_noun, to_id";
    /// A thing that has no first version, or one of another revision.
    pub(crate) const SUBJECT_LOST: &str = "SELECT s.noun, s.id FROM subjects s LEFT JOIN versions v \
        ON v.noun = s.noun AND v.id = s.id AND v.version = 1 \
        WHERE v.revision IS NULL OR v.revision <> s.revision ORDER BY s.noun, s.id LIMIT 1";

    /// All rows of a table in the order of revisions.
    pub(crate) fn scan(t: &Table) -> String {
        format!("SELECT {}, digest FROM {} ORDER BY revision, {}", t.columns, t.name, t.key)
    }

    /// The next rows after a key, for the upgrade.
    pub(crate) fn batch(t: &Table) -> String {
        let (places, key) = (places(t), t.key);
        let (columns, table) = (t.columns, t.name);
        format!(
            "SELECT {columns}, digest FROM {table} WHERE ({key}) > ({places}) ORDER BY {key} LIMIT 1000"
        )
    }

    /// Writes the digest of a row that has none, for the upgrade.
    pub(crate) fn fill(t: &Table) -> String {
        format!(
            "UPDATE {} SET digest = ?{} WHERE ({}) = ({}) AND digest IS NULL",
            t.name,
            t.keys + 1,
            t.key,
            places(t)
        )
    }

    fn places(t: &Table) -> String {
        (1..=t.keys).map(|i| format!("?{i}")).collect::<Vec<_>>().join(", ")
    }
}

pub(crate) const BACKUP: &str = "VACUUM INTO ?1";
pub(crate) const INTEGRITY: &str = "PRAGMA integrity_check";
pub(crate) const FOREIGN_KEYS: &str = "PRAGMA foreign_key_check";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_count_up_without_gaps() {
        for (i, m) in MIGRATIONS.iter().enumerate() {
            assert_eq!(m.version, i as i64 + 1);
        }
    }

    #[test]
    fn nothing_but_the_counters_and_missing_digests_is_ever_updated_or_deleted() {
        let all = include_str!("sql.rs");
        let (statements, _) = all.split_once("#[cfg(test)]").unwrap();
        let updates: Vec<_> =
            statements.match_indices("UPDATE ").map(|(i, _)| &statements[i..i + 15]).collect();
        assert_eq!(updates, ["UPDATE counters", "UPDATE {} SET d"]);
        assert!(chain::fill(&crate::chain::VERSIONS).ends_with("AND digest IS NULL"));
        assert!(!statements.contains("DELETE ") && !statements.contains("DROP "));
    }

    #[test]
    fn no_trick_that_only_one_engine_knows() {
        let text: String = MIGRATIONS
            .iter()
            .flat_map(|m| m.sql.lines())
            .filter(|l| !l.starts_with("--"))
            .collect::<Vec<_>>()
            .join("\n")
            .to_uppercase();
        for trick in [
            "AUTOINCREMENT",
            "WITHOUT ROWID",
            "STRICT",
            "JSON_",
            "PRAGMA",
            "STRFTIME",
            "OR IGNORE",
            "OR REPLACE",
            "DATETIME(",
        ] {
            assert!(!text.contains(trick), "{trick}");
        }
    }
}
