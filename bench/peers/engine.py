"""What every peer shares: arguments, engines set to two threads, and the output file.

A peer is a process: `python peers/QUERY.py --engine duckdb --data DIR --out FILE.csv`. Engines are
imported late, so that a process pays only for its own. The result is a CSV of text lines, sorted,
with a header; the driver compares them across engines.
"""
import argparse
import csv
import os
import pathlib

THREADS = 2
# Polars and DataFusion read these when they start.
os.environ.setdefault("POLARS_MAX_THREADS", str(THREADS))
os.environ.setdefault("TOKIO_WORKER_THREADS", str(THREADS))

# States that carry an answer, and states of an attempt that ended (or stands) without one.
ANSWERED = ("answered-success", "answered-device-error")
ATTEMPTS = ("queued", "in-flight", "shed", "failed-no-route", "timed-out")
# Histogram of logarithmic buckets, 1% wide: mergeable, like a DDSketch.
STEP = 1.01


def sql_list(words):
    return ", ".join(f"'{w}'" for w in words)


class Args:
    def __init__(self, data, state):
        self.data = pathlib.Path(data)
        self.state = state

    def table(self, name):
        return str(self.data / "ledger" / name)

    def files(self, name):
        return str(self.data / "ledger" / name / "**" / "*.parquet")

    def input(self, name):
        return str(self.data / "inputs" / name)


def duckdb(args, tables=(), inputs=()):
    """A connection with views over tables of the ledger and over input files."""
    import duckdb as engine
    con = engine.connect()
    con.execute(f"SET threads={THREADS}")
    for t in tables:
        con.execute(f"CREATE VIEW {t} AS SELECT * FROM read_parquet('{args.files(t)}', hive_partitioning=false)")
    for i in inputs:
        path = args.input(i)
        reader = "read_csv" if i.endswith(".csv") else "read_parquet"
        con.execute(f"CREATE VIEW {i.split('.')[0]} AS SELECT * FROM {reader}('{path}')")
    return con


def datafusion(args, tables=(), inputs=()):
    import datafusion as engine
    config = (engine.SessionConfig().with_target_partitions(THREADS).with_information_schema(False)
              .set("datafusion.execution.listing_table_ignore_subdirectory", "false")
              .set("datafusion.execution.parquet.pushdown_filters", "true"))
    ctx = engine.SessionContext(config)
    for t in tables: ctx.register_parquet(t, args.table(t) + "/")
    for i in inputs:
        name = i.split(".")[0]
        # In memory, so that the planner knows that it is small and builds its hash table on it.
        if i.endswith(".csv"): ctx.register_view(name, ctx.read_csv(args.input(i)).cache())
        else: ctx.register_parquet(name, args.input(i))
    return ctx


def without_aside(sql, engine):
    """Puts a table without the records that corrections set aside in place of COUNTED(table). Written so
    that each engine builds its hash table on the small side: plain NOT EXISTS made both build on the large."""
    join = {"duckdb": "{} x ANTI JOIN corrections c", "datafusion": "corrections c RIGHT ANTI JOIN {} x"}[engine]
    while "COUNTED(" in sql:
        head, tail = sql.split("COUNTED(", 1)
        table, tail = tail.split(")", 1)
        sql = f"{head}(SELECT x.* FROM {join.format(table)} ON c.source = x.source AND c.place = x.place){tail}"
    return sql


def df_rows(ctx, sql):
    """Rows of a DataFusion query as tuples."""
    return [tuple(row.values()) for batch in ctx.sql(sql).collect() for row in batch.to_pylist()]


def polars_scan(args, table):
    import polars as engine
    return engine.scan_parquet(args.files(table), hive_partitioning=False)


def counted(frame, args):
    """Without the records that corrections set aside."""
    aside = polars_scan(args, "corrections").select("source", "place")
    return frame.join(aside, on=["source", "place"], how="anti")


def main(engines, header):
    p = argparse.ArgumentParser()
    p.add_argument("--engine", choices=sorted(engines), required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--state", default="failed-no-route", help="outcome for the drill-down")
    a = p.parse_args()
    rows = engines[a.engine](Args(a.data, a.state))
    lines = sorted([("" if v is None else str(v)) for v in row] for row in rows)
    with open(a.out, "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(header)
        out.writerows(lines)
