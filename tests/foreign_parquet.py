#!/usr/bin/env python3
"""The same invented messages as Parquet files of other people's writers: all are read, and all say the same.

    python3 tests/foreign_parquet.py --binary target/release/northbound

pyarrow, Polars and DuckDB each write with several codecs, and pyarrow with several types for one
column (large strings, dictionaries, times in ms, µs, ns or as text, EUIs in one column or in three). All files go in
together: each must bring every row, and since they hold the same messages, all rows of every file
but one are duplicates. Beside one of them, a file with one changed time must bring one collision.
"""
import argparse
import datetime as dt
import json
import pathlib
import subprocess
import sys
import tempfile

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 400
DAY = dt.datetime(2026, 4, 3, tzinfo=dt.timezone.utc)


def messages():
    rows = []
    for i in range(ROWS):
        received = DAY + dt.timedelta(minutes=i, milliseconds=i)
        answered = None if i % 9 == 0 else received + dt.timedelta(seconds=2 + i % 60, milliseconds=i % 7)
        rows.append({
            "originator": f"90-B3-D5-1F-30-01-00-{i % 5:02X}", "target": f"00-DB-12-34-56-78-{i // 256:02X}-{i % 256:02X}", "counter": 1000 + i,
            "srv": ["4.1.1", "4.8.1", "6.20.1"][i % 3], "cv": 1, "mode": "on-demand", "region": ["north", "central", "south"][i % 3],
            "provider": ["CSPN", "CSPC", "CSPS"][i % 3], "generation": "smets2", "code": "" if answered else "E21",
            "received": received, "answer_sent": answered,
        })
    return pa.Table.from_pylist(rows, schema=pa.schema(
        [(n, pa.int64() if n in ("counter", "cv") else pa.timestamp("us", tz="UTC") if n in ("received", "answer_sent") else pa.string()) for n in rows[0]]))


def recast(table, to):
    """The same table with other types: `to` maps a type to its replacement."""
    return table.cast(pa.schema([(f.name, to.get(f.type, f.type)) for f in table.schema]))


def texts(table):
    """Times as RFC 3339 text."""
    for name in ("received", "answer_sent"):
        words = [None if v is None else v.isoformat(timespec="milliseconds").replace("+00:00", "Z") for v in table[name].to_pylist()]
        table = table.set_column(table.column_names.index(name), name, pa.array(words))
    return table


def one_id(table):
    """`request_id` in place of originator, target and counter."""
    ids = [f"{o}:{t}:{c}" for o, t, c in zip(*(table[n].to_pylist() for n in ("originator", "target", "counter")))]
    return table.drop_columns(["originator", "target", "counter"]).append_column("request_id", pa.array(ids))


def write_all(folder):
    table, us = messages(), pa.timestamp("us", tz="UTC")
    files = []

    def keep(name, write):
        path = folder / f"{name}.parquet"
        write(path)
        files.append(path)

    for codec in ("none", "snappy", "gzip", "lz4", "zstd"): keep(f"pyarrow-{codec}", lambda p: pq.write_table(table, p, compression=codec))
    for codec in ("snappy", "gzip", "zstd"): keep(f"polars-{codec}", lambda p: pl.from_arrow(table).write_parquet(p, compression=codec))
    con = duckdb.connect()
    con.register("messages", table)
    for codec in ("snappy", "gzip", "zstd"): keep(f"duckdb-{codec}", lambda p: con.execute(f"COPY messages TO '{p}' (FORMAT parquet, CODEC '{codec}')"))
    keep("large-strings", lambda p: pq.write_table(recast(table, {pa.string(): pa.large_string()}), p))
    keep("dictionaries", lambda p: pq.write_table(recast(table, {pa.string(): pa.dictionary(pa.int32(), pa.string())}), p))
    keep("milliseconds", lambda p: pq.write_table(recast(table, {us: pa.timestamp("ms", tz="UTC")}), p))
    keep("nanoseconds", lambda p: pq.write_table(recast(table, {us: pa.timestamp("ns", tz="UTC")}), p))
    keep("int32-counter", lambda p: pq.write_table(recast(table, {pa.int64(): pa.int32()}), p))
    keep("texts", lambda p: pq.write_table(texts(table), p))
    keep("request-id", lambda p: pq.write_table(one_id(table), p))
    keep("small-groups-v1", lambda p: pq.write_table(table, p, row_group_size=37, version="1.0", data_page_version="1.0", use_dictionary=False))
    keep("pages-v2", lambda p: pq.write_table(table, p, data_page_version="2.0", row_group_size=100))
    other = table.slice(0, 1).set_column(table.column_names.index("answer_sent"), "answer_sent", pa.array([DAY + dt.timedelta(seconds=59)], us))
    changed = folder / "zz-changed.parquet"
    pq.write_table(pa.concat_tables([other, table.slice(1)]), changed)
    return files, changed


def ingest(binary, data, paths):
    done = subprocess.run([binary, "ingest", "messages", *map(str, paths), "--data", str(data), "--known", "2026-05-02", "--format", "json", "--as", "tests+analyst"], capture_output=True, text=True)
    if done.returncode: sys.exit(f"ingest ended with {done.returncode}: {done.stderr[-600:]}{done.stdout[-600:]}")
    return {f["file"]: f for f in json.loads(done.stdout)["files"]}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--binary", required=True)
    a = p.parse_args()
    odd = []
    with tempfile.TemporaryDirectory() as tmp:
        files, changed = write_all(pathlib.Path(tmp))
        taken = ingest(a.binary, pathlib.Path(tmp) / "data", files)
        for path in files:
            got = taken[path.name]
            if (got["accepted"], got["rejected"]) != (ROWS, 0): odd.append(f"{path.name}: {got['accepted']} of {ROWS} rows accepted, {got['rejected']} rejected {got.get('by_reason')}")
        doubles = sum(f["duplicates"] for f in taken.values())
        if doubles != ROWS * (len(files) - 1): odd.append(f"{doubles} duplicates, {ROWS * (len(files) - 1)} were written; by file: { {n: f['duplicates'] for n, f in taken.items()} }")
        if any(f["collisions"] for f in taken.values()): odd.append(f"collisions: { {n: f['collisions'] for n, f in taken.items() if f['collisions']} }")
        # Which of the two loses is not decided by the order, so both files are asked.
        pair = ingest(a.binary, pathlib.Path(tmp) / "pair", [files[0], changed]).values()
        found = tuple(sum(f[k] for f in pair) for k in ("duplicates", "collisions"))
        if found != (ROWS - 1, 1): odd.append(f"one changed time gives {found[0]} duplicates and {found[1]} collisions")
    for o in odd: print("DIFFERS", o)
    print(f"{len(files)} files of {ROWS} rows by three writers: {'all say the same' if not odd else 'not all are read alike'}")
    sys.exit(1 if odd else 0)


if __name__ == "__main__":
    main()
