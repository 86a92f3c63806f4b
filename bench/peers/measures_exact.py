"""Query 1b: as query 1, with exact percentiles. An attempt without an answer sorts after every answer."""
from engine import datafusion, df_rows, duckdb, main
from measures import HEADER, INPUTS, PERCENTILES, TABLES, UNANSWERED, datafusion_sql, duckdb_sql, polars_judged

LAST = 9_000_000_000_000_000_000
COUNTS = "\nSELECT region, srv, test_kind, state, timeliness, count(*) AS n FROM judged GROUP BY region, srv, test_kind, state, timeliness"
VARIANTS = [f"{tests}+{label}" for tests in ("with-tests", "no-tests") for label in ("answered", "attempts")]
VALUES = f"""SELECT region, srv, test_kind, CASE WHEN timeliness = 'unanswered' THEN {LAST} ELSE latency END AS v
  FROM judged WHERE timeliness = 'unanswered' OR latency >= 0"""


def ranks(n):
    return [-(-p * n // 100) for p in PERCENTILES]


def lines(region, srv, variant, values):
    return [(f"p{p}", region, srv, variant, "", "", UNANSWERED if v == LAST else v) for p, v in zip(PERCENTILES, values) if v is not None]


def by_duckdb(args):
    """One sorted list for each kind of traffic; both variants of attempts are ranks in it."""
    rank = "list_extract(l, CAST(({p} * ({n}) + 99) // 100 AS BIGINT))"
    picks = ", ".join(rank.format(p=p, n=n) for n in ("len(l) - open", "len(l)") for p in PERCENTILES)
    body = f"""
, cells AS MATERIALIZED (SELECT region, srv, test_kind, state, timeliness, count(*) AS n, list(v) FILTER (v IS NOT NULL) AS l
    FROM (SELECT *, CASE WHEN timeliness = 'unanswered' THEN {LAST} WHEN latency >= 0 THEN latency END AS v FROM judged) GROUP BY ALL),
sorted AS (SELECT region, srv, tests, list_sort(flatten(list(l))) AS l, sum(n) FILTER (timeliness = 'unanswered') AS u
    FROM (SELECT *, unnest(CASE WHEN test_kind = 'none' THEN ['with-tests', 'no-tests'] ELSE ['with-tests'] END) AS tests FROM cells WHERE l IS NOT NULL) GROUP BY ALL),
picked AS (SELECT region, srv, tests, [{picks}] AS v FROM (SELECT *, coalesce(u, 0) AS open FROM sorted))
SELECT 'count', region, srv, test_kind, state, timeliness, n, NULL FROM cells
UNION ALL SELECT 'p', region, srv, tests, '', '', 0, v FROM picked"""
    rows = []
    for line, region, srv, detail, state, timeliness, n, v in duckdb(args, TABLES, INPUTS).execute(duckdb_sql(body)).fetchall():
        if line == "count":
            rows.append((line, region, srv, detail, state, timeliness, n))
        else:
            rows += lines(region, srv, f"{detail}+answered", v[:3]) + lines(region, srv, f"{detail}+attempts", v[3:])
    return rows


def by_datafusion(args):
    ctx = datafusion(args, TABLES, INPUTS)
    rows = [("count", *r) for r in df_rows(ctx, datafusion_sql(COUNTS))]
    lists = []
    for tests, where in (("with-tests", "true"), ("no-tests", "test_kind = 'none'")):
        lists.append(f"SELECT region, srv, '{tests}' AS tests, array_sort(array_agg(v)) AS l, sum(CASE WHEN v = {LAST} THEN 1 ELSE 0 END) AS u "
                     f"FROM (SELECT * FROM vals WHERE {where}) x GROUP BY region, srv")
    picks = ", ".join(f"array_element(l, ({p} * ({n}) + 99) / 100) AS r{i}{p}" for i, n in enumerate(("cast(array_length(l) AS BIGINT) - u", "cast(array_length(l) AS BIGINT)")) for p in PERCENTILES)
    body = f", vals AS ({VALUES}), lists AS ({' UNION ALL '.join(lists)}) SELECT region, srv, tests, {picks} FROM lists"
    for region, srv, tests, *v in df_rows(ctx, datafusion_sql(body)):
        rows += lines(region, srv, f"{tests}+answered", v[:3]) + lines(region, srv, f"{tests}+attempts", v[3:])
    return rows


def by_polars(args):
    import polars as pl
    judged = polars_judged(args)
    counts = judged.group_by("region", "srv", "test_kind", "state", "timeliness").agg(pl.len().alias("n"))
    latency = pl.col("latency")
    v = pl.when(pl.col("timeliness") == "unanswered").then(LAST).when(latency >= 0).then(latency)
    keys = judged.select("region", "srv", "test_kind", v.alias("v")).filter(pl.col("v").is_not_null())
    picks = []
    for tests, values in (("with-tests", pl.col("v")), ("no-tests", pl.col("v").filter(pl.col("test_kind") == "none"))):
        ordered, answers = values.sort(), (values < LAST).sum()
        for label, n in (("answered", answers), ("attempts", values.len())):
            for p in PERCENTILES:
                at = (p * n.cast(pl.Int64) + 99) // 100 - 1
                picks.append(pl.when(n > 0).then(ordered.get(pl.max_horizontal(at, 0), null_on_oob=True)).alias(f"{tests}+{label}+{p}"))
    counts, picked = pl.collect_all([counts, keys.group_by("region", "srv").agg(picks)], engine="streaming")
    rows = [("count", *r) for r in counts.rows()]
    for r in picked.iter_rows(named=True):
        for variant in VARIANTS:
            rows += lines(r["region"], r["srv"], variant, [r[f"{variant}+{p}"] for p in PERCENTILES])
    return rows


if __name__ == "__main__":
    main({"duckdb": by_duckdb, "datafusion": by_datafusion, "polars": by_polars}, HEADER)
