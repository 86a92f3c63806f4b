"""Query 5: the first 100 messages with a given outcome (the rarest one), in the order received."""
from engine import counted, datafusion, df_rows, duckdb, main, polars_scan, without_aside

HEADER = ["received_us", "originator", "target", "counter", "source", "place"]
LIMIT = 100
SQL = """
SELECT MICROS AS received_us, originator, target, "counter", source, place FROM COUNTED(exchanges) e
WHERE state = 'STATE'
ORDER BY received, source, place LIMIT 100"""
TABLES = ("exchanges", "corrections")


def by_duckdb(args):
    return duckdb(args, TABLES).execute(without_aside(SQL, "duckdb").replace("MICROS", "epoch_us(received)").replace("STATE", args.state)).fetchall()


def by_datafusion(args):
    return df_rows(datafusion(args, TABLES), without_aside(SQL, "datafusion").replace("MICROS", "CAST(received AS BIGINT)").replace("STATE", args.state))


def by_polars(args):
    import polars as pl
    e = polars_scan(args, "exchanges").filter(pl.col("state") == args.state).select("received", *HEADER[1:])
    return (counted(e, args).sort("received", "source", "place").head(LIMIT)
            .with_columns(pl.col("received").cast(pl.Int64)).collect(engine="streaming").rows())


if __name__ == "__main__":
    main({"duckdb": by_duckdb, "datafusion": by_datafusion, "polars": by_polars}, HEADER)
