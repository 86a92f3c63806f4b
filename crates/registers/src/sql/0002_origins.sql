-- Which ingested file a row came from. A row that two files hold has two origins, and stays until
-- both files are retracted.
CREATE TABLE origins (
    noun        TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    source_noun TEXT   NOT NULL,
    source_id   TEXT   NOT NULL,
    place       BIGINT NOT NULL,
    known       BIGINT NOT NULL,
    revision    BIGINT NOT NULL REFERENCES revisions (revision),
    PRIMARY KEY (noun, id, source_noun, source_id),
    FOREIGN KEY (noun, id) REFERENCES subjects (noun, id),
    FOREIGN KEY (source_noun, source_id) REFERENCES subjects (noun, id)
);
CREATE INDEX origins_by_source ON origins (source_noun, source_id);
