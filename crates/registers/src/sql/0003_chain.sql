-- A chain over the history: a digest of each row, and for each revision a hash over its rows and the
-- hash of the revision before. Hashes are SHA-256 in hex. `chained_later` is 1 where the revision
-- was written before there was a chain.
ALTER TABLE versions ADD COLUMN digest TEXT;
ALTER TABLE events ADD COLUMN digest TEXT;
ALTER TABLE origins ADD COLUMN digest TEXT;
CREATE TABLE chain (
    revision      BIGINT NOT NULL PRIMARY KEY REFERENCES revisions (revision),
    versions      BIGINT NOT NULL,
    events        BIGINT NOT NULL,
    origins       BIGINT NOT NULL,
    chained_later BIGINT NOT NULL,
    hash          TEXT   NOT NULL
);
