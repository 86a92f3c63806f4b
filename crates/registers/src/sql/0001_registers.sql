-- What people keep. Rows are only ever inserted; the one exception is `counters`.
-- Times are microseconds since 1970 in UTC, flags are 0 or 1, bodies are JSON text that no query
-- looks into. Only types and clauses that SQLite and PostgreSQL share.

-- One row per committed change, in the order of commit.
CREATE TABLE revisions (
    revision BIGINT NOT NULL PRIMARY KEY,
    recorded BIGINT NOT NULL UNIQUE,
    clock    BIGINT NOT NULL,
    actor    TEXT   NOT NULL,
    reason   TEXT   NOT NULL
);

-- Numbers given out under the write lock: the revision, ids, issue numbers of packs.
CREATE TABLE counters (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('revision', 0);

-- Each thing that is or was kept, once.
CREATE TABLE subjects (
    noun     TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    revision BIGINT NOT NULL REFERENCES revisions (revision),
    PRIMARY KEY (noun, id)
);

-- Each state that a thing has been in.
CREATE TABLE versions (
    noun           TEXT   NOT NULL,
    id             TEXT   NOT NULL,
    version        BIGINT NOT NULL,
    revision       BIGINT NOT NULL REFERENCES revisions (revision),
    verb           TEXT   NOT NULL,
    known          BIGINT NOT NULL,
    live           BIGINT NOT NULL,
    by_hand        BIGINT NOT NULL,
    party          TEXT,
    measure        TEXT,
    provider       TEXT,
    region         TEXT,
    period         TEXT,
    lookup         TEXT,
    effective_from BIGINT,
    effective_to   BIGINT,
    body           TEXT   NOT NULL,
    PRIMARY KEY (noun, id, version),
    FOREIGN KEY (noun, id) REFERENCES subjects (noun, id)
);
CREATE INDEX versions_by_lookup ON versions (noun, lookup);
CREATE INDEX versions_by_period ON versions (noun, period, measure);
CREATE INDEX versions_by_time ON versions (noun, effective_from);
CREATE INDEX versions_by_revision ON versions (revision);

-- What a version points to.
CREATE TABLE version_refs (
    noun    TEXT   NOT NULL,
    id      TEXT   NOT NULL,
    version BIGINT NOT NULL,
    to_noun TEXT   NOT NULL,
    to_id   TEXT   NOT NULL,
    PRIMARY KEY (noun, id, version, to_noun, to_id),
    FOREIGN KEY (noun, id, version) REFERENCES versions (noun, id, version),
    FOREIGN KEY (to_noun, to_id) REFERENCES subjects (noun, id)
);

-- The audit trail. A file of rows is one event; everything else is an event for each thing changed.
CREATE TABLE events (
    revision    BIGINT NOT NULL REFERENCES revisions (revision),
    seq         BIGINT NOT NULL,
    noun        TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    verb        TEXT   NOT NULL,
    party       TEXT,
    before_body TEXT,
    after_body  TEXT,
    PRIMARY KEY (revision, seq),
    FOREIGN KEY (noun, id) REFERENCES subjects (noun, id)
);
CREATE INDEX events_by_subject ON events (noun, id);
