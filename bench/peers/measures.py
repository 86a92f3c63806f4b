"""Query 1: a month's measures by region, SRV and kind of test: counts by state and timeliness, and
p50, p95, p99 of the answer's time by region and SRV from mergeable histograms, in four variants:
tests in or out, attempts without an answer in (as longer than any answer) or out.

Lines: `count,region,srv,test,state,timeliness,n` and `p50|p95|p99,region,srv,variant,,,µs`. A
percentile is that of the nearest rank, ceil(p·n/100), and -2 where it falls among the attempts
without an answer. A bucketed percentile is its bucket's lower boundary in µs.
"""
import math

from engine import ANSWERED, ATTEMPTS, STEP, counted, datafusion, df_rows, duckdb, main, polars_scan, sql_list, without_aside

HEADER = ["line", "region", "srv", "detail", "state", "timeliness", "value"]
PERCENTILES = (50, 95, 99)
UNANSWERED, CLOCK_ERROR = -2, -1
# Where an attempt without an answer sorts: after every bucket.
LAST = 1_000_000
LOG = math.log(STEP)

# `judged`: one row an exchange that counts, with its timeliness and its latency in µs.
JUDGED = f"""
judged AS (
  SELECT e.region, e.srv, e.test_kind, e.state,
    CASE WHEN e.state IN ({sql_list(ANSWERED)}) THEN
        CASE WHEN e.ended < e.started THEN 'clock-error'
             WHEN e.ended IS NULL OR coalesce(e.due_by, e.started + t.seconds * 1000000) IS NULL THEN 'no-target'
             WHEN e.ended <= coalesce(e.due_by, e.started + t.seconds * 1000000) THEN 'in-time'
             ELSE 'late' END
         WHEN e.state IN ({sql_list(ATTEMPTS)}) THEN 'unanswered'
         ELSE 'not-applicable' END AS timeliness,
    CASE WHEN e.state IN ({sql_list(ANSWERED)}) THEN e.ended - e.started END AS latency
  FROM targets t RIGHT JOIN (SELECT region, srv, test_kind, generation, state,
               MICROS(received) AS started, MICROS(answer_sent) AS ended, MICROS(target_at) AS due_by
        FROM COUNTED(exchanges) q) e
  ON t.srv = e.srv AND t.generation = e.generation AND t.test_kind = e.test_kind
)"""
CELLS = """
SELECT region, srv, test_kind, state, timeliness, bucket, count(*) AS n
FROM (SELECT *, CASE WHEN timeliness = 'unanswered' THEN -2 WHEN latency < 0 THEN -1
                     WHEN latency >= 1 THEN CAST(floor(ln(latency) / LOGSTEP) AS INTEGER)
                     WHEN latency = 0 THEN 0 END AS bucket FROM judged) x
GROUP BY region, srv, test_kind, state, timeliness, bucket"""


# Percentiles from the cells, which are some hundred thousand whatever the rows.
VARIANTS = [("answered", "answers"), ("attempts", "total")]
PICKS = ", ".join(f"min(CASE WHEN {n} > 0 AND seen >= ({p} * {n} + 99) // 100 THEN place END) AS {label}{p}" for label, n in VARIANTS for p in PERCENTILES)
COUNTS = "SELECT region, srv, test_kind, state, timeliness, CAST(sum(n) AS BIGINT) AS n FROM cells GROUP BY region, srv, test_kind, state, timeliness"
PICKED = f"""
WITH hist AS (
  SELECT region, srv, tests, CASE WHEN bucket = {UNANSWERED} THEN {LAST} ELSE bucket END AS place, CAST(sum(n) AS BIGINT) AS n
  FROM (SELECT region, srv, 'with-tests' AS tests, bucket, n FROM cells
        UNION ALL SELECT region, srv, 'no-tests' AS tests, bucket, n FROM cells WHERE test_kind = 'none') c
  WHERE bucket IS NOT NULL AND bucket <> {CLOCK_ERROR} GROUP BY 1, 2, 3, 4),
running AS (
  SELECT region, srv, tests, place, CAST(sum(n) OVER (PARTITION BY region, srv, tests ORDER BY place) AS BIGINT) AS seen,
         CAST(sum(CASE WHEN place < {LAST} THEN n ELSE 0 END) OVER (PARTITION BY region, srv, tests) AS BIGINT) AS answers,
         CAST(sum(n) OVER (PARTITION BY region, srv, tests) AS BIGINT) AS total
  FROM hist)
SELECT region, srv, tests, {PICKS} FROM running GROUP BY region, srv, tests"""


def in_dialect(sql, micros):
    while "MICROS(" in sql:
        head, tail = sql.split("MICROS(", 1)
        column, tail = tail.split(")", 1)
        sql = head + micros.format(column) + tail
    return sql.replace("LOGSTEP", repr(LOG))


TABLES, INPUTS = ("exchanges", "corrections"), ("targets.csv",)


def duckdb_sql(body):
    return in_dialect(without_aside("WITH " + JUDGED + body, "duckdb"), "epoch_us({})")


def datafusion_sql(body):
    return in_dialect(without_aside("WITH " + JUDGED + body, "datafusion"), "CAST({} AS BIGINT)")


def lines(counts, picked):
    rows = [("count", *r) for r in counts]
    for region, srv, tests, *places in picked:
        for i, place in enumerate(places):
            if place is None: continue
            label, p = VARIANTS[i // len(PERCENTILES)][0], PERCENTILES[i % len(PERCENTILES)]
            rows.append((f"p{p}", region, srv, f"{tests}+{label}", "", "", UNANSWERED if place == LAST else math.floor(math.exp(place * LOG))))
    return rows


def by_duckdb(args):
    con = duckdb(args, TABLES, INPUTS)
    con.execute("CREATE TEMP TABLE cells AS " + duckdb_sql(CELLS))
    return lines(con.execute(COUNTS).fetchall(), con.execute(PICKED).fetchall())


def by_datafusion(args):
    ctx = datafusion(args, TABLES, INPUTS)
    ctx.register_view("cells", ctx.sql(datafusion_sql(CELLS)).cache())
    return lines(df_rows(ctx, COUNTS), df_rows(ctx, PICKED.replace("//", "/")))


def polars_judged(args):
    import polars as pl
    targets = pl.scan_csv(args.input("targets.csv"))
    e = counted(polars_scan(args, "exchanges").select("region", "srv", "test_kind", "generation", "state", "source", "place",
                "received", "answer_sent", "target_at"), args).join(targets, on=["srv", "generation", "test_kind"], how="left")
    started, ended = pl.col("received").cast(pl.Int64), pl.col("answer_sent").cast(pl.Int64)
    due_by = pl.coalesce(pl.col("target_at").cast(pl.Int64), started + pl.col("seconds") * 1_000_000)
    answered = pl.col("state").is_in(list(ANSWERED))
    timeliness = (pl.when(answered & (ended < started)).then(pl.lit("clock-error"))
                  .when(answered & (ended.is_null() | due_by.is_null())).then(pl.lit("no-target"))
                  .when(answered & (ended <= due_by)).then(pl.lit("in-time"))
                  .when(answered).then(pl.lit("late"))
                  .when(pl.col("state").is_in(list(ATTEMPTS))).then(pl.lit("unanswered"))
                  .otherwise(pl.lit("not-applicable")))
    latency = pl.when(answered).then(ended - started)
    return e.select("region", "srv", "test_kind", "state", timeliness.alias("timeliness"), latency.alias("latency"))


def by_polars(args):
    import polars as pl
    latency, n = pl.col("latency"), pl.col("n")
    bucket = (pl.when(pl.col("timeliness") == "unanswered").then(LAST).when(latency < 0).then(CLOCK_ERROR)
              .when(latency >= 1).then((latency.cast(pl.Float64).log() / LOG).floor().cast(pl.Int32)).when(latency == 0).then(0))
    keys = ["region", "srv", "test_kind", "state", "timeliness"]
    cells = polars_judged(args).with_columns(bucket.alias("place")).group_by(*keys, "place").agg(pl.len().cast(pl.Int64).alias("n")).collect(engine="streaming")
    counts = cells.group_by(keys).agg(n.sum())
    timed, group = cells.filter(pl.col("place") >= 0), ["region", "srv", "tests"]
    both = pl.concat([timed.with_columns(tests=pl.lit("with-tests")), timed.filter(pl.col("test_kind") == "none").with_columns(tests=pl.lit("no-tests"))])
    running = both.group_by(*group, "place").agg(n.sum()).sort(*group, "place").with_columns(
        seen=n.cum_sum().over(group), answers=n.filter(pl.col("place") < LAST).sum().over(group), total=n.sum().over(group))
    picks = [pl.col("place").filter((pl.col(size) > 0) & (pl.col("seen") >= (p * pl.col(size) + 99) // 100)).min().alias(f"{label}{p}")
             for label, size in VARIANTS for p in PERCENTILES]
    return lines(counts.rows(), running.group_by(group).agg(picks).rows())


if __name__ == "__main__":
    main({"duckdb": by_duckdb, "datafusion": by_datafusion, "polars": by_polars}, HEADER)
