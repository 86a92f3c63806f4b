#!/usr/bin/env python3
"""Runs the peers and our own kernel over the same files, in turn, and compares results and times.

Each run is a process of its own; time counts from its start, peak memory is what the system reports
for it. The engines take turns within each round, so that a slow minute of the machine hits all.
"""
import argparse
import csv
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
# Query: script (and name for our binary), and the peers that offer it.
QUERIES = {
    "decode": ("duckdb", "pyarrow"),
    "measures": ("duckdb", "datafusion", "polars"),
    "measures_exact": ("duckdb", "datafusion", "polars"),
    "volumes": ("duckdb", "datafusion", "polars"),
    "storms": ("duckdb", "datafusion", "polars"),
    "reconcile": ("duckdb", "datafusion", "polars"),
    "drill_down": ("duckdb", "datafusion", "polars"),
    "rewrite": ("duckdb", "polars"),
}
OURS = "northbound"
NOT_OFFERED = 64  # exit code of our binary for a query that it does not have
# A bucketed percentile may be off by one bucket of 1% on either side.
BUCKET_TOLERANCE = 0.021
THREADS = "2"


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=pathlib.Path, required=True, help="folder with ledger/ and inputs/")
    p.add_argument("--rows", type=int, help="make an invented ledger of that size there first (smallgen.py), for a smoke run")
    p.add_argument("--ours", help="our binary (northbound-bench); without it the peers run alone")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--warm", type=int, default=1, help="rounds before, not counted")
    p.add_argument("--queries", default=",".join(QUERIES))
    p.add_argument("--engines", default="", help="only these peers")
    p.add_argument("--timeout", type=int, default=900, help="seconds for one run")
    p.add_argument("--results", type=pathlib.Path, default=HERE / "results.json")
    p.add_argument("--table", type=pathlib.Path, default=HERE / "results.md")
    a = p.parse_args()
    a.queries = [q for q in a.queries.split(",") if q]
    unknown = [q for q in a.queries if q not in QUERIES]
    if unknown: p.error(f"no such query: {', '.join(unknown)}; use {', '.join(QUERIES)}")
    return a


def offered(data):
    """What lies there: rows and bytes by table, and the rarest outcome."""
    found = json.loads(subprocess.run([sys.executable, str(HERE / "offered.py"), str(data)], check=True, capture_output=True).stdout)
    return found["tables"], found["rarest_state"]


def command(engine, query, a, state, out):
    if engine == OURS: head = [a.ours, query]
    else: head = [sys.executable, str(HERE / "peers" / f"{query}.py"), "--engine", engine]
    return head + ["--data", str(a.data), "--out", str(out), "--state", state]


def run(cmd, timeout):
    """Wall seconds from process start, peak resident MB, exit code, last words."""
    env = dict(os.environ, POLARS_MAX_THREADS=THREADS, TOKIO_WORKER_THREADS=THREADS, RAYON_NUM_THREADS=THREADS)
    log = pathlib.Path(str(cmd[cmd.index("--out") + 1]) + ".log")
    with open(log, "wb") as err:
        start = time.perf_counter()
        child = subprocess.Popen(cmd, stdout=subprocess.DEVNULL, stderr=err, env=env)
        deadline = start + timeout
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid: break
            if time.perf_counter() > deadline:
                child.kill()
                _, status, usage = os.wait4(child.pid, 0)
                break
            time.sleep(0.0005)
        wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    return {"seconds": wall, "mb": usage.ru_maxrss / 1024, "cpu": usage.ru_utime + usage.ru_stime, "code": child.returncode,
            "error": log.read_text(errors="replace")[-400:] if child.returncode else ""}


def lines(path):
    with open(path, newline="") as f: return sorted(tuple(r) for r in list(csv.reader(f))[1:])


def near(x, y):
    if x == y: return True
    try: x, y = int(x), int(y)
    except ValueError: return False
    return x >= 0 and y >= 0 and abs(x - y) <= BUCKET_TOLERANCE * max(x, y) + 1


def difference(query, first, other):
    """The first difference of two results, or nothing. Only bucketed percentiles have a tolerance."""
    a, b = lines(first), lines(other)
    if query == "measures":
        split = lambda rows: ([r for r in rows if r[0] == "count"], {r[:-1]: r[-1] for r in rows if r[0] != "count"})
        (a, pa), (b, pb) = split(a), split(b)
        if pa.keys() != pb.keys(): return f"percentiles for other groups: {sorted(pa.keys() ^ pb.keys())[:3]}"
        far = [(k, pa[k], pb[k]) for k in pa if not near(pa[k], pb[k])]
        if far: return f"{len(far)} percentiles differ by more than a bucket, first {far[0]}"
    if a == b: return None
    odd = sorted(set(a) ^ set(b))
    return f"{len(a)} and {len(b)} lines, {len(odd)} not in both, first {odd[:2]}"


def main():
    a = arguments()
    if a.rows:
        subprocess.run([sys.executable, str(HERE / "smallgen.py"), "--out", str(a.data), "--rows", str(a.rows)], check=True)
    tables, state = offered(a.data)
    for name, t in tables.items(): print(f"offered {name}: {t['rows']:,} rows, {t['bytes'] / 1e6:,.1f} MB in {t['files']} files")
    print(f"rarest outcome: {state}; {a.rounds} rounds after {a.warm} to warm up; {THREADS} threads each")
    work = a.data / "scratch"
    work.mkdir(exist_ok=True)
    results, failures = {}, []
    for query in a.queries:
        engines = [e for e in QUERIES[query] if not a.engines or e in a.engines.split(",")] + ([OURS] if a.ours else [])
        runs = {e: [] for e in engines}
        for round_ in range(-a.warm, a.rounds):
            for engine in engines[round_ % len(engines):] + engines[:round_ % len(engines)]:
                if runs[engine] is None: continue
                r = run(command(engine, query, a, state, work / f"{query}.{engine}.csv"), a.timeout)
                if r["code"] == NOT_OFFERED and engine == OURS: runs[engine] = None
                elif r["code"]:
                    failures.append(f"{query}: {engine} failed with {r['code']}: {r['error']}")
                    runs[engine] = None
                elif round_ >= 0: runs[engine].append(r)
        done = [e for e in engines if runs[e]]
        results[query] = {e: summary(runs[e]) for e in done}
        for e in done[1:]:
            odd = difference(query, work / f"{query}.{done[0]}.csv", work / f"{query}.{e}.csv")
            if odd: failures.append(f"{query}: {done[0]} and {e} disagree: {odd}")
        for e in done: print(f"{query:15} {e:11} median {results[query][e]['median_s']:8.3f} s  min {results[query][e]['min_s']:8.3f}  max {results[query][e]['max_s']:8.3f}  peak {results[query][e]['peak_mb']:7.0f} MB")
    report = {"machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version(), "versions": versions()},
              "rounds": a.rounds, "threads": int(THREADS), "offered": tables, "rarest_state": state, "queries": results, "failures": failures}
    a.results.write_text(json.dumps(report, indent=1) + "\n")
    a.table.write_text(markdown(report))
    for f in failures: print("FAILED", f)
    sys.exit(1 if failures else 0)


def summary(runs):
    s = [r["seconds"] for r in runs]
    return {"median_s": round(statistics.median(s), 4), "min_s": round(min(s), 4), "max_s": round(max(s), 4), "all_s": [round(x, 4) for x in s],
            "peak_mb": round(max(r["mb"] for r in runs), 1), "cpu_s": round(statistics.median(r["cpu"] for r in runs), 4)}


def versions():
    from importlib.metadata import version
    return {p: version(p) for p in ("duckdb", "datafusion", "polars", "pyarrow")}


def markdown(report):
    engines = [OURS, "duckdb", "datafusion", "polars", "pyarrow"]
    rows = report["offered"].get("exchanges", {"rows": 0, "bytes": 0})
    text = [f"Offered: {rows['rows']:,} exchanges, {rows['bytes'] / 1e6:,.1f} MB. Median of {report['rounds']} rounds in seconds (min–max), peak MB in brackets; {report['threads']} threads.",
            "", "| query | " + " | ".join(engines) + " | fastest peer ÷ ours |", "| --- |" + " --- |" * (len(engines) + 1)]
    for query, found in report["queries"].items():
        cell = lambda e: f"{found[e]['median_s']:.3f} ({found[e]['min_s']:.3f}–{found[e]['max_s']:.3f}) [{found[e]['peak_mb']:.0f}]" if e in found else "–"
        peers = [found[e]["median_s"] for e in found if e != OURS]
        ratio = f"{min(peers) / found[OURS]['median_s']:.2f}" if OURS in found and peers else "–"
        text.append(f"| {query} | " + " | ".join(cell(e) for e in engines) + f" | {ratio} |")
    return "\n".join(text) + "\n"


if __name__ == "__main__":
    main()
