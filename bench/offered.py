#!/usr/bin/env python3
"""Prints as JSON what a ledger offers (rows and bytes by table, its rarest outcome). A process of its
own, because a child's peak memory is never reported below that of the process that started it."""
import json
import pathlib
import sys

import duckdb
import pyarrow.parquet as pq


def main(data):
    tables = {}
    for table in sorted((data / "ledger").iterdir()):
        files = sorted(table.rglob("*.parquet"))
        if files:
            tables[table.name] = {"files": len(files), "rows": sum(pq.read_metadata(f).num_rows for f in files),
                                  "bytes": sum(f.stat().st_size for f in files)}
    sql = f"SELECT state FROM read_parquet('{data}/ledger/exchanges/**/*.parquet', hive_partitioning=false) GROUP BY state ORDER BY count(*), state LIMIT 1"
    print(json.dumps({"tables": tables, "rarest_state": duckdb.sql(sql).fetchall()[0][0]}))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
