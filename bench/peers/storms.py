"""Query 3: the 20 devices with most alerts in any one-hour window [t, t + 1 h), exact repeats and
excluded alerts left out.

Each engine first rules out devices that cannot be among them: the twentieth best clock hour is a
floor, and two neighbouring clock hours together are a ceiling for any window of a device. Without
that, one engine needed more than a minute for a hundred million messages.
"""
from engine import counted, datafusion, df_rows, duckdb, main, polars_scan, without_aside

HEADER = ["device", "alerts"]
TOP, HOUR_US = 20, 3_600_000_000
SQL = f"""
WITH a AS (
  SELECT device, MICROS AS t FROM COUNTED(alerts) q
  WHERE state <> 'duplicate' AND CAST(excluded AS VARCHAR) = 'false'),
hours AS (SELECT device, HOUR AS h, count(*) AS n FROM a GROUP BY 1, 2),
best AS (SELECT device, max(n) AS n FROM hours GROUP BY device),
least AS (SELECT min(n) AS n FROM (SELECT n FROM best ORDER BY n DESC LIMIT {TOP}) b),
pairs AS (SELECT device, n + CASE WHEN lead(h) OVER w = h + 1 THEN lead(n) OVER w ELSE 0 END AS most FROM hours WINDOW w AS (PARTITION BY device ORDER BY h)),
candidates AS (SELECT DISTINCT device FROM pairs WHERE most >= (SELECT n FROM least)),
windows AS (SELECT device, count(*) OVER (PARTITION BY device ORDER BY t RANGE BETWEEN CURRENT ROW AND {HOUR_US - 1} FOLLOWING) AS n
            FROM a WHERE device IN (SELECT device FROM candidates))
SELECT device, max(n) AS n FROM windows GROUP BY device ORDER BY n DESC, device LIMIT {TOP}"""
TABLES = ("alerts", "corrections")


def by_duckdb(args):
    return duckdb(args, TABLES).execute(without_aside(SQL, "duckdb").replace("MICROS", "epoch_us(received)").replace("HOUR AS", f"t // {HOUR_US} AS")).fetchall()


def by_datafusion(args):
    return df_rows(datafusion(args, TABLES), without_aside(SQL, "datafusion").replace("MICROS", "CAST(received AS BIGINT)").replace("HOUR AS", f"t / {HOUR_US} AS"))


def by_polars(args):
    import polars as pl
    a = polars_scan(args, "alerts").filter((pl.col("state") != "duplicate") & (pl.col("excluded").cast(pl.String) == "false"))
    a = counted(a.select("device", pl.col("received").cast(pl.Int64).alias("t"), "source", "place"), args).select("device", "t")
    hours = a.group_by("device", (pl.col("t") // HOUR_US).alias("h")).agg(pl.len().alias("n")).collect(engine="streaming")
    floor = hours.group_by("device").agg(pl.col("n").max()).select(pl.col("n").top_k(TOP).min()).item()
    both = hours.join(hours.select("device", (pl.col("h") - 1).alias("h"), pl.col("n").alias("next")), on=["device", "h"], how="left")
    most = both.filter(pl.col("n") + pl.col("next").fill_null(0) >= floor).select("device").unique()
    rows = a.join(most.lazy(), on="device", how="semi").sort("device", "t").collect(engine="streaming")
    windows = rows.rolling("t", period=f"{HOUR_US}i", offset="0i", closed="left", group_by="device").agg(pl.len().alias("n"))
    return windows.group_by("device").agg(pl.col("n").max()).sort(["n", "device"], descending=[True, False]).head(TOP).rows()


if __name__ == "__main__":
    main({"duckdb": by_duckdb, "datafusion": by_datafusion, "polars": by_polars}, HEADER)
