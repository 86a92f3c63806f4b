-- The definition of the ledger's two rollups, `daily` and `daily_latency`, in portable SQL. The scan
-- kernel is held equal to it, row for row, by tests/rollup_equals_sql.py. Where a ledger outgrows one
-- machine, an engine that reads Parquet can run it and write the same rows.
--
-- Sections begin with `-- name:`. A section is one statement.
--
-- What it reads:
--   exchanges    the table of that name, all rows of the version's files
--   corrections  the table of that name: records set aside, and for a collision the record that won
--   retracted    (source)                 sources taken back by then
--   as_at        (known)                  one row: rows known later do not count
--   targets      (srv, generation, role, mode, test_kind, leg, first_day, after_day, micros, assumed)
--                the rules resolved: at most one row for a combination on a day; days as 2026-04-01, half-open
--   buckets      (bucket, from_us, to_us) rules/buckets.csv: half-open, the last without upper end
--
-- `messages` is the only section in one engine's dialect (DuckDB). Another engine needs these three
-- expressions written its own way, and nothing else:
--   a timestamp as µs since 1970   Spark: unix_micros(t)   DataFusion: CAST(t AS BIGINT)
--   its day in UTC as text         Spark: date_format(t, 'yyyy-MM-dd')   DataFusion: to_char(t, '%Y-%m-%d')
--   64 bits as 16 hex digits       Spark: lpad(hex(originator), 16, '0')   DataFusion: lpad(upper(to_hex(originator)), 16, '0')

-- name: messages
CREATE OR REPLACE VIEW messages AS
SELECT strftime(make_timestamp(epoch_us(received)), '%Y-%m-%d') AS day,
       printf('%016X', originator) AS hex,
       greatest(epoch_us(received), coalesce(epoch_us(due), epoch_us(received))) AS started, epoch_us(answer_sent) AS ended, epoch_us(target_at) AS stated_target, epoch_us(known) AS known_us,
       kind, region, provider, feed, role, party_category, srv, mode, class, generation, device_type, test_kind, leg, state, code, source, place
FROM exchanges;

-- name: set_aside
-- Records that are not counted: duplicates, losers of collisions, superseded records.
CREATE OR REPLACE VIEW set_aside AS
SELECT DISTINCT c.source, c.place
FROM corrections c CROSS JOIN as_at
WHERE epoch_us(c.known) <= as_at.known AND c.by_source NOT IN (SELECT source FROM retracted);

-- name: disputes
-- Records that are counted although a rival with the same identity exists. A retracted loser is no rival.
CREATE OR REPLACE VIEW disputes AS
SELECT DISTINCT c.by_source AS source, c.by_place AS place
FROM corrections c CROSS JOIN as_at
WHERE c.reason = 'collision' AND epoch_us(c.known) <= as_at.known
  AND c.by_source NOT IN (SELECT source FROM retracted) AND c.source NOT IN (SELECT source FROM retracted);

-- name: judged
-- One row a message that counts, with its timeliness. A refusal, a cancellation or a message held back
-- is no attempt. A late answer after time-out stays unanswered: the state decides before the times.
CREATE OR REPLACE VIEW judged AS
SELECT v.*,
       CASE WHEN answered = 1 THEN
              CASE WHEN ended < started THEN 'clock-error'
                   WHEN ended IS NULL OR target IS NULL THEN 'no-target'
                   WHEN ended <= target THEN 'in-time'
                   ELSE 'late' END
            WHEN attempt = 1 THEN 'unanswered'
            ELSE 'not-applicable' END AS timeliness,
       CASE WHEN answered = 1 AND stated_target IS NULL AND rule_assumed = 1 THEN 1 ELSE 0 END AS is_assumed
FROM (
  SELECT m.*, coalesce(m.stated_target, m.started + t.micros) AS target, t.assumed AS rule_assumed,
         CASE WHEN m.state IN ('answered-success', 'answered-device-error') THEN 1 ELSE 0 END AS answered,
         CASE WHEN m.state IN ('queued', 'in-flight', 'shed', 'failed-no-route', 'timed-out') THEN 1 ELSE 0 END AS attempt,
         CASE WHEN d.source IS NULL THEN 0 ELSE 1 END AS is_disputed
  FROM messages m CROSS JOIN as_at
  LEFT JOIN targets t ON t.srv = m.srv AND t.generation = m.generation AND t.role = m.role AND t.mode = m.mode
       AND t.test_kind = m.test_kind AND t.leg = m.leg AND t.first_day <= m.day AND m.day < t.after_day
  LEFT JOIN disputes d ON d.source = m.source AND d.place = m.place
  WHERE m.known_us <= as_at.known
    AND m.source NOT IN (SELECT source FROM retracted)
    AND NOT EXISTS (SELECT 1 FROM set_aside s WHERE s.source = m.source AND s.place = m.place)
) v;

-- name: daily
SELECT day, kind, region, provider, feed,
       substr(hex, 1, 2) || '-' || substr(hex, 3, 2) || '-' || substr(hex, 5, 2) || '-' || substr(hex, 7, 2) || '-' ||
       substr(hex, 9, 2) || '-' || substr(hex, 11, 2) || '-' || substr(hex, 13, 2) || '-' || substr(hex, 15, 2) AS "user",
       role, party_category, srv, mode, class, generation, device_type, test_kind, state, timeliness, code,
       CAST(count(*) AS BIGINT) AS "count", CAST(sum(is_disputed) AS BIGINT) AS disputed, CAST(sum(is_assumed) AS BIGINT) AS assumed
FROM judged
GROUP BY day, kind, region, provider, feed, hex, role, party_category, srv, mode, class, generation, device_type, test_kind, state, timeliness, code;

-- name: daily_latency
-- Bucket -1: the answer is dated before the request. Bucket -2: an attempt without an answer, longer
-- than any limit known. An answer that nobody dated has no latency; what is no attempt has none either.
SELECT day, region, srv, mode, test_kind, bucket, CAST(count(*) AS BIGINT) AS "count"
FROM (
  SELECT j.day, j.region, j.srv, j.mode, j.test_kind,
         CAST(CASE WHEN j.attempt = 1 THEN -2 WHEN j.ended < j.started THEN -1 ELSE b.bucket END AS BIGINT) AS bucket
  FROM judged j
  LEFT JOIN buckets b ON j.answered = 1 AND j.ended - j.started >= b.from_us AND j.ended - j.started < coalesce(b.to_us, 9223372036854775807)
  WHERE j.attempt = 1 OR (j.answered = 1 AND j.ended IS NOT NULL)
) x
GROUP BY day, region, srv, mode, test_kind, bucket;
