#!/usr/bin/env python3
"""Holds the ledger's rollups equal, row for row, to `crates/ledger/rollup.sql` run in DuckDB.

    python tests/rollup_equals_sql.py --ledger DATA/ledger --targets targets.csv
    python tests/rollup_equals_sql.py --self-test

Targets are the rules resolved (`northbound rules targets --format csv`), one row a combination: srv,
generation, role, mode, test_kind, leg, micros, assumed (true or false), and first_day and after_day
where they hold for part of the time only. The files are those of the newest root manifest.
`--self-test` holds the SQL itself against a plain loop over an invented ledger, and checks that one
message more is noticed.
"""
import argparse
import bisect
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import duckdb

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOREVER = 9_223_372_036_854_775_807
COLUMNS = {
    "daily": ["day", "kind", "region", "provider", "feed", "user", "role", "party_category", "srv", "mode", "class", "generation",
              "device_type", "test_kind", "state", "timeliness", "code", "count", "disputed", "assumed"],
    "daily_latency": ["day", "region", "srv", "mode", "test_kind", "bucket", "count"],
}
ANSWERED = {"answered-success", "answered-device-error"}
ATTEMPTS = {"queued", "in-flight", "shed", "failed-no-route", "timed-out"}
TARGET_KEYS = ["srv", "generation", "role", "mode", "test_kind", "leg"]


def sections(path):
    """The statements of the file by their names."""
    found = {}
    for part in path.read_text().split("-- name: ")[1:]:
        name, body = part.split("\n", 1)
        found[name.strip()] = body.strip().rstrip(";")
    return found


def manifest_files(ledger):
    """Files by table and retracted sources of the newest version; every file where there is none."""
    roots = sorted((ledger / "root").glob("[0-9]*.json"))
    if not roots:
        return {t.name: [str(f) for f in sorted(t.rglob("*.parquet"))] for t in ledger.iterdir() if t.is_dir()}, []
    root = json.loads(roots[-1].read_text())
    return {name: [str(ledger / f["path"]) for f in files] for name, files in root["tables"].items()}, root["retracted"]


def prepare(con, ledger, targets, buckets, as_at, columns="*"):
    files, retracted = manifest_files(ledger)
    if not files.get("exchanges"): sys.exit(f"{ledger}: no exchanges")
    read = lambda names: f"read_parquet({names!r}, hive_partitioning=false)"
    con.execute(f"CREATE VIEW exchanges AS SELECT {columns} FROM {read(files['exchanges'])}")
    if files.get("corrections"): con.execute(f"CREATE VIEW corrections AS SELECT * FROM {read(files['corrections'])}")
    else: con.execute("CREATE TABLE corrections (day TEXT, source BIGINT, place BIGINT, reason TEXT, by_source BIGINT, by_place BIGINT, known TIMESTAMPTZ)")
    con.execute("CREATE TABLE retracted (source BIGINT)")
    con.execute("CREATE TABLE as_at AS SELECT CAST(? AS BIGINT) AS known", [as_at])
    for r in retracted:
        # Times in a manifest are RFC 3339.
        if con.execute("SELECT epoch_us(CAST(? AS TIMESTAMPTZ)) <= ?", [r["at"], as_at]).fetchall()[0][0]:
            con.execute("INSERT INTO retracted VALUES (?)", [r["source"]])
    con.execute("CREATE TABLE targets (srv TEXT, generation TEXT, role TEXT, mode TEXT, test_kind TEXT, leg TEXT, first_day TEXT, after_day TEXT, micros BIGINT, assumed BIGINT)")
    with open(targets, newline="") as f:
        rows = [[*(r[k] for k in TARGET_KEYS), r.get("first_day") or "0000-01-01", r.get("after_day") or "9999-12-31", int(r["micros"]), int(r["assumed"] in ("true", "1"))]
                for r in csv.DictReader(f)]
    if rows: con.executemany("INSERT INTO targets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    con.execute(f"CREATE TABLE buckets AS SELECT * FROM read_csv('{buckets}')")
    sql = sections(ROOT / "crates/ledger/rollup.sql")
    for name in ("messages", "set_aside", "disputes", "judged"): con.execute(sql[name])
    for name in COLUMNS: con.execute(f"CREATE TABLE sql_{name} AS {sql[name]}")
    return files


def compare(con, name, theirs):
    """Rows on one side only, as texts; empty where the tables are equal."""
    columns = ", ".join(f'"{c}"' for c in COLUMNS[name])
    ours, theirs = f"SELECT {columns} FROM sql_{name}", f"SELECT {columns} FROM {theirs}"
    odd = []
    for label, one, other in (("only in SQL", ours, theirs), ("only in the rollup", theirs, ours)):
        rows = con.execute(f"({one}) EXCEPT ALL ({other}) ORDER BY ALL LIMIT 5").fetchall()
        odd += [f"{name}: {label}: {dict(zip(COLUMNS[name], r))}" for r in rows]
    return odd


def rolled_days(ledger, con, files):
    roots = sorted((ledger / "root").glob("[0-9]*.json"))
    if roots: return sorted({f["day"] for f in json.loads(roots[-1].read_text())["tables"].get("daily", []) if f["day"]})
    if not files.get("daily"): return []
    return [r[0] for r in con.execute(f"SELECT DISTINCT day FROM read_parquet({files['daily']!r}, hive_partitioning=false)").fetchall()]


def check(ledger, targets, buckets, as_at):
    con = duckdb.connect()
    files = prepare(con, ledger, targets, buckets, as_at)
    odd, rolled = [], rolled_days(ledger, con, files)
    print(f"{len(rolled)} days rolled up")
    for name in COLUMNS:
        rows = con.execute(f"SELECT count(*) FROM sql_{name}").fetchall()[0][0]
        if not files.get(name):
            odd.append(f"{name}: the ledger has no rollup, SQL has {rows} rows")
            continue
        con.execute(f"CREATE VIEW rollup_{name} AS SELECT * FROM read_parquet({files[name]!r}, hive_partitioning=false)")
        # Only days that are rolled up: an open day is scanned. Which days are is the manifest's word.
        con.execute(f"DELETE FROM sql_{name} WHERE NOT list_contains(?, day)", [rolled])
        odd += compare(con, name, f"rollup_{name}")
        print(f"{name}: {rows} rows")
    return odd


def plain_loop(con, bounds):
    """The rollups by a loop over rows, written from the rules and not from the SQL."""
    import datetime as dt
    targets = {tuple(r[:6]): r[6:] for r in con.execute("SELECT srv, generation, role, mode, test_kind, leg, micros, assumed FROM targets").fetchall()}
    aside, winners = set(), set()
    for source, place, reason, by_source, by_place in con.execute("SELECT source, place, reason, by_source, by_place FROM corrections").fetchall():
        aside.add((source, place))
        if reason == "collision": winners.add((by_source, by_place))
    names = ["kind", "region", "provider", "feed", "role", "party_category", "srv", "mode", "class", "generation", "device_type", "test_kind", "leg", "state", "code"]
    daily, latency = {}, {}
    rows = con.execute(f"SELECT originator, epoch_us(received), epoch_us(due), epoch_us(answer_sent), epoch_us(target_at), source, place, {', '.join(names)} FROM exchanges").fetchall()
    for originator, received, due, ended, target, source, place, *words in rows:
        if (source, place) in aside: continue
        w = dict(zip(names, words))
        day = (dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=received)).strftime("%Y-%m-%d")
        # What is to run later is timed from then.
        started = received if due is None else max(received, due)
        user = "-".join(f"{b:02X}" for b in (originator % (1 << 64)).to_bytes(8, "big"))
        assumed, bucket = 0, None
        if w["state"] in ANSWERED:
            rule = targets.get(tuple(w[k] for k in TARGET_KEYS))
            if target is None and rule: target, assumed = started + rule[0], rule[1]
            if ended is None: timeliness = "no-target"
            elif ended < started: timeliness, bucket = "clock-error", -1
            else:
                timeliness = "no-target" if target is None else "in-time" if ended <= target else "late"
                bucket = bisect.bisect_right(bounds, ended - started) - 1
        elif w["state"] in ATTEMPTS: timeliness, bucket = "unanswered", -2
        else: timeliness = "not-applicable"
        key = (day, w["kind"], w["region"], w["provider"], w["feed"], user, w["role"], w["party_category"], w["srv"], w["mode"], w["class"],
               w["generation"], w["device_type"], w["test_kind"], w["state"], timeliness, w["code"])
        sums = daily.setdefault(key, [0, 0, 0])
        sums[0] += 1
        sums[1] += (source, place) in winners
        sums[2] += assumed
        if bucket is not None:
            at = (day, w["region"], w["srv"], w["mode"], w["test_kind"], bucket)
            latency[at] = latency.get(at, 0) + 1
    return [(*k, *v) for k, v in daily.items()], [(*k, v) for k, v in latency.items()]


def self_test(rows=6_000):
    with tempfile.TemporaryDirectory() as tmp:
        data = pathlib.Path(tmp) / "data"
        subprocess.run([sys.executable, str(ROOT / "bench/smallgen.py"), "--out", str(data), "--rows", str(rows), "--days", "3"], check=True)
        targets, buckets = pathlib.Path(tmp) / "targets.csv", pathlib.Path(tmp) / "buckets.csv"
        with open(data / "inputs/targets.csv", newline="") as f, open(targets, "w", newline="") as out:
            to = csv.writer(out)
            to.writerow([*TARGET_KEYS, "micros", "assumed"])
            for i, r in enumerate(csv.DictReader(f)):
                for role in ("IS", "ENO"):
                    for mode in ("on-demand", "scheduled"):
                        for leg, times in (("send", 1_000_000), ("transform", 2_000_000)):
                            to.writerow([r["srv"], r["generation"], role, mode, r["test_kind"], leg, int(r["seconds"]) * times, "true" if i % 2 else "false"])
        bounds = [0]
        while bounds[-1] < 100 * 86_400_000_000: bounds.append(bounds[-1] + max(1, bounds[-1] // 100))
        with open(buckets, "w") as f:
            f.write("bucket,from_us,to_us\n")
            for i, low in enumerate(bounds): f.write(f"{i},{low},{bounds[i + 1] if i + 1 < len(bounds) else ''}\n")
        con = duckdb.connect()
        # The generator sends at once; a transform has a target of its own, and some are to run a second later.
        prepare(con, data / "ledger", targets, buckets, FOREVER, "* REPLACE (CASE WHEN place % 7 = 0 THEN 'transform' ELSE leg END AS leg, CASE WHEN place % 5 = 0 THEN received + INTERVAL 1 SECOND WHEN place % 5 = 1 THEN received - INTERVAL 1 SECOND END AS due)")
        daily, latency = plain_loop(con, bounds)
        for name, rows in (("daily", daily), ("daily_latency", latency)):
            types = ["BIGINT" if c in ("count", "disputed", "assumed", "bucket") else "TEXT" for c in COLUMNS[name]]
            con.execute(f"CREATE TABLE loop_{name} ({', '.join(f'{chr(34)}{c}{chr(34)} {t}' for c, t in zip(COLUMNS[name], types))})")
            import pyarrow as pa
            con.register("given", pa.table(dict(zip(COLUMNS[name], map(list, zip(*rows))))))
            con.execute(f"INSERT INTO loop_{name} SELECT * FROM given")
            con.unregister("given")
        odd = [o for name in COLUMNS for o in compare(con, name, f"loop_{name}")]
        seen = con.execute("SELECT count(DISTINCT timeliness), sum(disputed), sum(assumed) FROM sql_daily").fetchall()[0]
        if seen[0] < 6 or not seen[1] or not seen[2]: odd.append(f"the invented ledger does not reach every case: {seen}")
        for name in COLUMNS:
            con.execute(f'UPDATE loop_{name} SET "count" = "count" + 1 WHERE rowid = 0')
            if not compare(con, name, f"loop_{name}"): odd.append(f"{name}: a changed count was not noticed")
        print(f"self-test: {len(daily)} and {len(latency)} rows compared; timeliness, disputed, assumed: {seen}")
        return odd


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--ledger", type=pathlib.Path)
    p.add_argument("--targets", type=pathlib.Path)
    p.add_argument("--buckets", type=pathlib.Path, default=ROOT / "rules/buckets.csv")
    p.add_argument("--as-at", type=int, default=FOREVER, help="µs since 1970; rows known later do not count")
    p.add_argument("--self-test", action="store_true")
    a = p.parse_args()
    if not a.self_test and not (a.ledger and a.targets): p.error("give --ledger and --targets, or --self-test")
    odd = self_test() if a.self_test else check(a.ledger, a.targets, a.buckets, a.as_at)
    for o in odd: print("DIFFERS", o)
    print("rollups equal SQL, row for row" if not odd else "rollups and SQL differ")
    sys.exit(1 if odd else 0)


if __name__ == "__main__":
    main()
