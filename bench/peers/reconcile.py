"""Query 4: two tables of counts by period, User, SRV and region compared: sums by outcome, which
foot, and each line that does not match."""
from engine import datafusion, df_rows, duckdb, main

HEADER = ["outcome", "period", "user", "srv", "region", "a", "b"]
KEYS = ["period", "user", "srv", "region"]
INPUTS = ("counts_a.parquet", "counts_b.parquet")
KEY = '"period", "user", "srv", "region"'
SQL = f"""
WITH a AS (SELECT {KEY}, sum("count") AS a FROM counts_a GROUP BY {KEY}),
b AS (SELECT {KEY}, sum("count") AS b FROM counts_b GROUP BY {KEY})
SELECT CASE WHEN a IS NULL THEN 'only-b' WHEN b IS NULL THEN 'only-a' WHEN a = b THEN 'match' ELSE 'differ' END AS outcome,
       {", ".join(f'coalesce(a."{k}", b."{k}") AS "{k}"' for k in KEYS)}, a, b
FROM a FULL OUTER JOIN b ON {" AND ".join(f'a."{k}" = b."{k}"' for k in KEYS)}"""
TAIL = """
SELECT 'sum ' || outcome AS outcome, CAST(count(*) AS VARCHAR) AS p, CAST(NULL AS BIGINT) AS u, '' AS s, '' AS r,
       CAST(coalesce(sum(a), 0) AS BIGINT) AS a, CAST(coalesce(sum(b), 0) AS BIGINT) AS b FROM l GROUP BY outcome
UNION ALL SELECT outcome, "period", "user", srv, region, CAST(a AS BIGINT), CAST(b AS BIGINT) FROM l WHERE outcome <> 'match'"""


def by_duckdb(args):
    return duckdb(args, (), INPUTS).execute(f"WITH l AS MATERIALIZED ({SQL}) {TAIL}").fetchall()


def by_datafusion(args):
    ctx = datafusion(args, (), INPUTS)
    frame = ctx.sql(SQL).cache()
    ctx.register_view("l", frame)
    return df_rows(ctx, TAIL)


def by_polars(args):
    import polars as pl
    side = lambda name, to: pl.scan_parquet(args.input(f"counts_{name}.parquet")).group_by(KEYS).agg(pl.col("count").sum().alias(to))
    a, b = pl.col("a"), pl.col("b")
    outcome = pl.when(a.is_null()).then(pl.lit("only-b")).when(b.is_null()).then(pl.lit("only-a")).when(a == b).then(pl.lit("match")).otherwise(pl.lit("differ"))
    l = side("a", "a").join(side("b", "b"), on=KEYS, how="full", coalesce=True).select(outcome.alias("outcome"), *KEYS, "a", "b").collect(engine="streaming")
    sums = l.group_by("outcome").agg(pl.len(), a.sum(), b.sum())
    rows = [(f"sum {o}", n, None, "", "", x, y) for o, n, x, y in sums.rows()]
    return rows + l.filter(pl.col("outcome") != "match").rows()


if __name__ == "__main__":
    main({"duckdb": by_duckdb, "datafusion": by_datafusion, "polars": by_polars}, HEADER)
