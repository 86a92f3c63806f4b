"""Finds one request by its id, and the requests to one device in a month, in a large ledger: wall time from process start,
warm and cold, beside DuckDB, which reads the same columns in full. The counts are compared.

    target/release/examples/northbound-bench generate --data DIR --rows 10000000 --seed 7
    python bench/find.py --data DIR --ours target/release/examples/northbound-bench --command target/release/northbound

--ours searches the ledger and nothing else; --command is the whole command, which also reads rules and registers.

Cold: the ledger's files are dropped from the page cache before the run (Linux). Ends with 1 if an answer differs, or if ours is
not at least --faster times as fast as the full scan; with --limit also if the median of the warm runs is above so many ms.
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

EUI = "{:016X}"


def eui(number):
    digits = EUI.format(number % 2**64)
    return "-".join(digits[i : i + 2] for i in range(0, 16, 2))


def subjects(ledger, many, seed):
    """Requests of the ledger: (originator, target, counter)."""
    import duckdb

    files = sorted(ledger.glob("exchanges/*/*.parquet"))
    dice, out = random.Random(seed), []
    for path in dice.sample(files, min(many, len(files))):
        rows = duckdb.execute(f'SELECT originator, target, "counter" FROM read_parquet(\'{path}\') LIMIT 5000').fetchall()
        out.append(dice.choice(rows))
    return out


SCAN = """import duckdb, sys
ledger, target = sys.argv[1], int(sys.argv[2])
duckdb.execute("SET threads = 2")
print(duckdb.execute(f'''SELECT count(*) FROM read_parquet('{ledger}/exchanges/*/*.parquet') e
ANTI JOIN (SELECT DISTINCT source, place FROM read_parquet('{ledger}/corrections/*/*.parquet')) c USING (source, place)
WHERE e.target = {target}''').fetchone()[0])"""


def timed(command):
    begun = time.perf_counter()
    ran = subprocess.run(command, capture_output=True, text=True)
    took = (time.perf_counter() - begun) * 1000
    if ran.returncode: raise SystemExit(f"{' '.join(command)}: {ran.stderr}")
    return took, ran.stdout


def forget(folder):
    """Drops the files from the page cache; what was not written yet is written first."""
    for path in folder.rglob("*"):
        if not path.is_file(): continue
        with path.open("rb") as f:
            os.fsync(f.fileno())
            os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def differs(what, ours, peer):
    return [] if ours == peer else [f"{what}: ours {ours}, DuckDB {peer}"]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--data", type=pathlib.Path, required=True)
    p.add_argument("--ours", required=True)
    p.add_argument("--command")
    p.add_argument("--many", type=int, default=5)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--faster", type=float, default=1)
    p.add_argument("--limit", type=float)
    a = p.parse_args()
    if not differs("a planted difference", 1, 2): raise SystemExit("the comparison finds no planted difference")
    ledger, faults, times = a.data / "ledger", [], {}
    ours = lambda by: [a.ours, "find", "--data", str(a.data), "--state", by]
    command = [a.command, "--data", str(a.data), "--as", "bench+analyst", "--format", "json", "request"]
    month = ["--from", "2026-04-01", "--to", "2026-04-30", "--limit", "100"]
    for user, device, counter in subjects(ledger, a.many, 7):
        runs = {"search by id": ours(f"{user}:{device}:{counter}"), "search by device": ours(str(device))}
        if a.command:
            runs["request show"] = [*command, "show", f"{eui(user)}:{eui(device)}:{counter % 2**64}"]
            runs["request list --device"] = [*command, "list", "--device", eui(device), *month]
        for name, words in runs.items():
            forget(ledger)
            times.setdefault(f"{name}, cold", []).append(timed(words)[0])
            times.setdefault(f"{name}, warm", []).extend(timed(words)[0] for _ in range(a.rounds))
        timed([sys.executable, "-c", SCAN, str(ledger), str(device)])
        took, count = timed([sys.executable, "-c", SCAN, str(ledger), str(device)])
        times.setdefault("DuckDB, full scan, warm", []).append(took)
        found = len(timed(runs["search by device"])[1].splitlines()) - 1
        faults += differs(f"requests to {eui(device)}", found, int(count))
        if a.command:
            faults += differs(f"request list of {eui(device)}", json.loads(timed(runs["request list --device"])[1])["all"], int(count))
    for name, all_ in times.items():
        print(f"{name:<26} median {statistics.median(all_):8.1f} ms, least {min(all_):8.1f}, most {max(all_):8.1f} ({len(all_)} runs)")
    scan = statistics.median(times["DuckDB, full scan, warm"])
    for name in [n for n in times if n.endswith(", warm") and not n.startswith("DuckDB")]:
        median = statistics.median(times[name])
        if median * a.faster > scan: faults.append(f"{name}: {median:.1f} ms is not {a.faster} times as fast as {scan:.1f} ms")
        if a.limit and median > a.limit: faults.append(f"{name}: {median:.1f} ms, at most {a.limit}")
    for f in faults: print(f)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
