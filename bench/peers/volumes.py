"""Query 2: Users' own Service Requests by User, SRV and month beside the forecasts. A forecast that was
not given is empty, which is not zero; a forecast for which nothing came has an actual of 0."""
from engine import counted, datafusion, df_rows, duckdb, main, polars_scan, without_aside

HEADER = ["user", "srv", "month", "actual", "forecast"]
SQL = """
WITH actuals AS (
  SELECT originator AS user_id, srv, MONTH AS month_text, count(*) AS actual
  FROM COUNTED(exchanges) e
  WHERE kind = 'service-request' AND test_kind = 'none'
  GROUP BY 1, 2, 3)
SELECT coalesce(a.user_id, f."user"), coalesce(a.srv, f.srv) AS srv, coalesce(a.month_text, f.month) AS month_text,
       coalesce(a.actual, 0) AS actual, f.forecast
FROM actuals a FULL OUTER JOIN forecasts f ON f."user" = a.user_id AND f.srv = a.srv AND f.month = a.month_text"""
TABLES, INPUTS = ("exchanges", "corrections"), ("forecasts.parquet",)


def by_duckdb(args):
    con = duckdb(args, TABLES, INPUTS)
    # A month as a number first, from a timestamp without zone: cheaper than a text or a calendar for each row.
    sql = SQL.replace("MONTH AS", "year(make_timestamp(epoch_us(received))) * 100 + month(make_timestamp(epoch_us(received))) AS").replace("f.month = a", "replace(f.month, '-', '')::BIGINT = a") \
             .replace("coalesce(a.month_text, f.month)", "coalesce(substr(a.month_text::VARCHAR, 1, 4) || '-' || substr(a.month_text::VARCHAR, 5), f.month)")
    return con.execute(without_aside(sql, "duckdb")).fetchall()


def by_datafusion(args):
    sql = SQL.replace("MONTH AS", "CAST(date_part('year', received) AS BIGINT) * 100 + CAST(date_part('month', received) AS BIGINT) AS") \
             .replace("f.month = a", "CAST(replace(f.month, '-', '') AS BIGINT) = a") \
             .replace("coalesce(a.month_text, f.month)", "coalesce(substr(CAST(a.month_text AS VARCHAR), 1, 4) || '-' || substr(CAST(a.month_text AS VARCHAR), 5), f.month)")
    return df_rows(datafusion(args, TABLES, INPUTS), without_aside(sql, "datafusion"))


def by_polars(args):
    import polars as pl
    e = polars_scan(args, "exchanges").filter((pl.col("kind") == "service-request") & (pl.col("test_kind") == "none"))
    e = counted(e.select("originator", "srv", "received", "source", "place"), args)
    month = pl.col("received").dt.truncate("1mo")
    actuals = e.group_by(pl.col("originator").alias("user"), "srv", month.alias("m")).agg(pl.len().alias("actual"))
    actuals = actuals.with_columns(pl.col("m").dt.strftime("%Y-%m").alias("month")).drop("m")
    both = actuals.join(pl.scan_parquet(args.input("forecasts.parquet")), on=["user", "srv", "month"], how="full", coalesce=True)
    return both.select("user", "srv", "month", pl.col("actual").fill_null(0), "forecast").collect(engine="streaming").rows()


if __name__ == "__main__":
    main({"duckdb": by_duckdb, "datafusion": by_datafusion, "polars": by_polars}, HEADER)
