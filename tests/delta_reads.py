#!/usr/bin/env python3
"""Reads the published ledger back through its Delta logs, with the readers that others use.

    northbound ledger publish --data DATA
    python3 tests/delta_reads.py DATA/ledger

For each table of the newest root manifest: the log lists exactly the manifest's files, whose SHA-256
are right; `deltalake` and Polars give as many rows as the manifest says, the same columns, and the
same content as the Parquet files read directly. A file taken out of a copy of a log must be noticed.
DuckDB reads Delta through an extension that is fetched at run time, so it is not tried here.
"""
import argparse
import hashlib
import json
import pathlib
import shutil
import sys
import tempfile
import urllib.parse

import polars as pl
from deltalake import DeltaTable


def newest(ledger):
    roots = sorted((ledger / "root").glob("[0-9]*.json"))
    if not roots: sys.exit(f"{ledger}: no root manifest")
    return json.loads(roots[-1].read_text())["tables"]


def content(frame):
    """Rows, columns and one number over all values, whatever the order of the rows."""
    columns = [(n, str(t)) for n, t in zip(frame.columns, frame.dtypes)]
    return frame.height, columns, frame.select(pl.struct(pl.all()).hash(seed=1).sum()).item() if frame.height else 0


def local(uri):
    return pathlib.Path(urllib.parse.unquote(urllib.parse.urlparse(uri).path if uri.startswith("file:") else uri)).resolve()


def table_differs(name, ledger, files):
    """What is wrong with the log of one table, as texts."""
    folder = ledger / name
    if not (folder / "_delta_log").is_dir(): return [f"{name}: no Delta log"]
    delta = DeltaTable(str(folder))
    wanted = {(ledger / f["path"]).resolve(): f for f in files}
    listed = {local(u) for u in delta.file_uris()}
    if listed != wanted.keys(): return [f"{name}: the log lists {len(listed)} files, the manifest {len(wanted)}; not in both: {sorted(map(str, listed ^ wanted.keys()))[:3]}"]
    odd = []
    for path, f in wanted.items():
        if hashlib.sha256(path.read_bytes()).hexdigest() != f["sha256"]: odd.append(f"{name}: {path.name}: hash is not the manifest's")
    stated = sum(f["rows"] for f in files)
    direct = content(pl.concat([pl.read_parquet(p, hive_partitioning=False) for p in sorted(wanted)]))
    by_deltalake = content(pl.from_arrow(delta.to_pyarrow_table()))
    by_polars = content(pl.read_delta(str(folder)))
    if direct[0] != stated: odd.append(f"{name}: {direct[0]} rows in the files, {stated} in the manifest")
    for reader, got in (("deltalake", by_deltalake), ("polars", by_polars)):
        if got != direct: odd.append(f"{name}: {reader} reads {got[0]} rows with columns {got[1]}, the files hold {direct[0]} with {direct[1]}" if got[:2] != direct[:2] else f"{name}: {reader} reads other values than the files hold")
    return odd


def planted(name, ledger, files):
    """A log that lacks one file must be noticed."""
    with tempfile.TemporaryDirectory() as tmp:
        copy = pathlib.Path(tmp) / "ledger"
        shutil.copytree(ledger / name, copy / name)
        log = sorted((copy / name / "_delta_log").glob("*.json"))[-1]
        lines = log.read_text().splitlines(keepends=True)
        at = next(i for i, line in enumerate(lines) if '"add"' in line)
        log.write_text("".join(lines[:at] + lines[at + 1:]))
        return [] if table_differs(name, copy, files) else [f"self-test: a file missing from the log of {name} was not noticed"]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("ledger", type=pathlib.Path)
    ledger = p.parse_args().ledger.resolve()
    tables = {n: f for n, f in newest(ledger).items() if f}
    if not tables: sys.exit(f"{ledger}: the newest version has no files")
    odd = []
    for name, files in sorted(tables.items()):
        odd += table_differs(name, ledger, files)
        print(f"{name}: {len(files)} files, {sum(f['rows'] for f in files)} rows")
    smallest = min(tables, key=lambda n: sum(f["bytes"] for f in tables[n]))
    odd += planted(smallest, ledger, tables[smallest])
    for o in odd: print("DIFFERS", o)
    print("Delta logs read back" if not odd else "Delta logs and ledger differ")
    sys.exit(1 if odd else 0)


if __name__ == "__main__":
    main()
