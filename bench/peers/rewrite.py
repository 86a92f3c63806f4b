"""Query 6: a plain sorted rewrite of a month of unsorted Parquet, the peer of ingest. No identity, no
duplicates, no hashes, no rejects: less than what ingest does. The result states rows and order only."""
from engine import duckdb, main

HEADER = ["rows", "first_us", "last_us"]


def target(args):
    folder = args.data / "scratch"
    folder.mkdir(exist_ok=True)
    return str(folder / "rewrite.parquet")


def by_duckdb(args):
    con, to = duckdb(args), target(args)
    # Only for what has no ORDER BY; off, it is faster and the order asked for still holds.
    con.execute("SET preserve_insertion_order = false")
    con.execute(f"""COPY (SELECT * FROM read_parquet('{args.input('unsorted')}/*.parquet') ORDER BY received)
                    TO '{to}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)""")
    return con.execute(f"SELECT count(*), epoch_us(min(received)), epoch_us(max(received)) FROM '{to}'").fetchall()


def by_polars(args):
    import polars as pl
    to = target(args)
    pl.scan_parquet(f"{args.input('unsorted')}/*.parquet").sort("received").sink_parquet(to, compression="zstd", compression_level=1)
    t = pl.col("received").cast(pl.Int64)
    return pl.scan_parquet(to).select(pl.len(), t.min().alias("a"), t.max().alias("b")).collect().rows()


if __name__ == "__main__":
    main({"duckdb": by_duckdb, "polars": by_polars}, HEADER)
