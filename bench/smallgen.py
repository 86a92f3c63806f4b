#!/usr/bin/env python3
"""A small invented ledger with the production schema, to try the peers without the Rust generator.

All data are invented: EUIs lie in the test ranges 90-B3-D5-1F-30 (Users) and 00-DB-12-34 (devices).
Same seed, same rows.
"""
import argparse
import datetime as dt
import pathlib
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

USERS, SRVS = 120, 64
DAY_US = 86_400_000_000
TIMES = ["user_sent", "received", "acknowledged", "due", "released", "queued", "sent_to_wan", "delivered_to_device",
         "answered_at_wan", "answer_sent", "delivered", "target_at", "timeout_at"]
TS = pa.timestamp("us", tz="UTC")
USER0 = 0x90B3D51F30010000 - (1 << 64)  # as the signed 64 bits that stand in Parquet
DEVICE0 = 0x00DB123400000000
STATES = ["answered-success", "answered-device-error", "timed-out", "refused", "in-flight", "cancelled", "shed", "failed-no-route"]
SHARES = [0.90, 0.03, 0.04, 0.02, 0.005, 0.004, 0.0009, 0.0001]
TESTS = ["none", "rtt2", "rtt3", "rtt4", "user-test"]
REGIONS = ["north", "central", "south", "none"]
PROVIDERS = {"north": "CSPN", "central": "CSPC", "south": "CSPS", "none": "DSP"}
ALERTS = ["8F20", "8F84", "81A0", "8F1D", "8F3F", "AD1", "8F66"]


def srv_names():
    return [f"{4 + i // 16}.{1 + i % 16}.{1 + i % 3}" for i in range(SRVS)]


def words(rng, values, shares, n):
    return np.array(values, dtype=object)[rng.choice(len(values), n, p=shares)]


def exchanges(rng, day0, n, place0):
    srvs = srv_names()
    weights = 1.0 / np.arange(1, SRVS + 1)
    at = rng.choice(SRVS, n, p=weights / weights.sum())
    users = 1.0 / np.arange(1, USERS + 1)
    received = day0 + np.sort(rng.integers(0, DAY_US, n))
    state = words(rng, STATES, SHARES, n)
    # A long tail, and one answer in ten thousand dated before its request.
    latency = (rng.lognormal(15.2, 1.4, n)).astype(np.int64) + 1_000
    latency = np.where(rng.random(n) < 1e-4, -latency, latency)
    answered = np.char.startswith(state.astype(str), "answered")
    region = words(rng, REGIONS, [0.3, 0.3, 0.3, 0.1], n)
    test = words(rng, TESTS, [0.94, 0.02, 0.02, 0.01, 0.01], n)
    lookup = np.vectorize(PROVIDERS.get, otypes=[object])
    columns = {
        "namespace": np.full(n, "duis", object),
        "originator": USER0 + rng.choice(USERS, n, p=users / users.sum()),
        "target": DEVICE0 + rng.integers(0, 5_000_000, n),
        "counter": 1_700_000_000_000 + place0 + np.arange(n),
        "leg": np.full(n, "send", object), "instance": np.zeros(n, np.int64),
        "kind": words(rng, ["service-request", "schedule-instance"], [0.6, 0.4], n),
        "mode": words(rng, ["on-demand", "scheduled", "future-dated"], [0.5, 0.4, 0.1], n),
        "srv": np.array(srvs, object)[at], "cv": np.ones(n, np.int64),
        "role": words(rng, ["IS", "GS", "ENO"], [0.6, 0.3, 0.1], n), "party_category": words(rng, ["LS", "SS", "EN"], [0.7, 0.2, 0.1], n),
        "class": np.full(n, "", object), "generation": words(rng, ["smets1", "smets2"], [0.2, 0.8], n),
        "device_type": words(rng, ["ESME", "GSME", "CHF"], [0.6, 0.3, 0.1], n), "test_kind": test,
        "region": region, "provider": lookup(region), "feed": np.full(n, "messages", object),
        "state": state, "code": np.where(state == "refused", "E5", np.where(answered, "I0", "")),
    }
    received_mask = np.zeros(n, bool)
    times = {name: pa.nulls(n, TS) for name in TIMES}
    times["received"] = pa.array(received, pa.int64()).cast(TS)
    times["answer_sent"] = pa.array(received + latency, pa.int64(), mask=~answered).cast(TS)
    times["acknowledged"] = pa.array(received + 150_000, pa.int64(), mask=received_mask).cast(TS)
    # One in twenty states its own target.
    times["target_at"] = pa.array(received + 20_000_000, pa.int64(), mask=rng.random(n) > 0.05).cast(TS)
    known = pa.array(received + 3_600_000_000, pa.int64()).cast(TS)
    arrays = {k: pa.array(v, pa.string() if v.dtype == object or v.dtype.kind == "U" else pa.int64()) for k, v in columns.items()}
    arrays |= times | {"known": known, "recorded": known, "source": pa.array(np.ones(n, np.int64)), "place": pa.array(place0 + np.arange(n))}
    return pa.table(arrays), received


def alerts(rng, day0, n, place0):
    received = np.sort(day0 + rng.integers(0, DAY_US, n))
    device = DEVICE0 + rng.integers(0, max(n, 1_000), n)
    # A few devices storm within an hour or two.
    storm = rng.random(n) < 0.05
    which = rng.integers(0, 40, n)
    device = np.where(storm, DEVICE0 + which * 1_000, device)
    received = np.where(storm, day0 + which * 1_800_000_000 + rng.integers(0, 5_400_000_000, n), received)
    order = np.argsort(received, kind="stable")
    received, device = received[order], device[order]
    region = words(rng, REGIONS[:3], [0.4, 0.3, 0.3], n)
    stamp = pa.array(received, pa.int64()).cast(TS)
    text = lambda v: pa.array(v, pa.string())
    return pa.table({
        "namespace": text(np.full(n, "duis", object)), "device": pa.array(device), "recipient": pa.array(USER0 + rng.integers(0, USERS, n)),
        "counter": pa.array(place0 + np.arange(n)), "code": text(words(rng, ALERTS, [1 / len(ALERTS)] * len(ALERTS), n)),
        "alert_kind": text(words(rng, ["device", "dcc"], [0.9, 0.1], n)),
        "state": text(words(rng, ["delivered", "consolidated", "duplicate", "pending"], [0.9, 0.05, 0.03, 0.02], n)),
        "excluded": text(words(rng, ["false", "true"], [0.98, 0.02], n)), "carried": pa.array(np.zeros(n, np.int64)),
        "raised": stamp, "received": stamp, "delivered": stamp, "region": text(region),
        "provider": text(np.vectorize(PROVIDERS.get, otypes=[object])(region)), "feed": text(np.full(n, "alerts", object)),
        "known": stamp, "recorded": stamp, "source": pa.array(np.full(n, 2)), "place": pa.array(place0 + np.arange(n)),
    })


def corrections(rng, day, n, source, place0):
    """One record in a hundred lost against another and is not counted; a third of them in a collision."""
    places = place0 + np.flatnonzero(rng.random(n) < 0.01)
    k = len(places)
    stamp = pa.array(np.full(k, 1_780_000_000_000_000), pa.int64()).cast(TS)
    reason = words(rng, ["duplicate", "collision", "superseded"], [0.4, 0.3, 0.3], k)
    return pa.table({
        "day": pa.array([day] * k, pa.string()), "source": pa.array(np.full(k, source)), "place": pa.array(places),
        "reason": pa.array(reason, pa.string()), "by_source": pa.array(np.full(k, source)), "by_place": pa.array(np.maximum(places - 1, 0)),
        "known": stamp, "recorded": stamp,
    })


def inputs(rng, out, days):
    """Targets, forecasts and two tables of counts."""
    out.mkdir(parents=True, exist_ok=True)
    with open(out / "targets.csv", "w") as f:
        f.write("srv,generation,test_kind,seconds\n")
        for i, srv in enumerate(srv_names()):
            for generation in ["smets1", "smets2"]:
                for test in TESTS:
                    # One SRV in four has no target: its answers are never in time.
                    if i % 4: f.write(f"{srv},{generation},{test},{[30, 86400, 10][i % 3]}\n")
    month = days[0].strftime("%Y-%m")
    pairs = [(u, s) for u in range(USERS) for s in srv_names()]
    given = [p for p in pairs if rng.random() < 0.9]
    pq.write_table(pa.table({
        "user": pa.array([USER0 + u for u, _ in given], pa.int64()), "srv": pa.array([s for _, s in given]),
        "month": pa.array([month] * len(given)), "forecast": pa.array(rng.integers(0, 5_000, len(given))),
    }), out / "forecasts.parquet")
    keys = [(f"2025-{m:02d}", USER0 + u, s, r) for m in range(1, 13) for u in range(USERS) for s in srv_names() for r in REGIONS[:3]]
    counts = rng.integers(0, 100_000, len(keys))
    for name, lost, changed in [("counts_a", 0.002, 0.0), ("counts_b", 0.003, 0.01)]:
        keep = np.flatnonzero(rng.random(len(keys)) >= lost)
        rng.shuffle(keep)
        delta = np.where(rng.random(len(keys)) < changed, rng.integers(-50, 50, len(keys)), 0)
        cols = list(zip(*[keys[i] for i in keep]))
        pq.write_table(pa.table({"period": pa.array(cols[0]), "user": pa.array(cols[1], pa.int64()), "srv": pa.array(cols[2]),
                                 "region": pa.array(cols[3]), "count": pa.array((counts + delta)[keep])}), out / f"{name}.parquet")


def write(table, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", compression_level=1, row_group_size=256 * 1024, use_dictionary=True)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--out", type=pathlib.Path, required=True, help="folder to make: ledger/ and inputs/")
    p.add_argument("--rows", type=int, default=1_000_000)
    p.add_argument("--days", type=int, default=30)
    p.add_argument("--seed", type=int, default=7)
    a = p.parse_args()
    # Only what this script made is replaced: never somebody's ledger.
    mark = a.out / "smallgen.txt"
    if a.out.exists() and any(a.out.iterdir()) and not mark.exists(): p.error(f"{a.out} is not empty and not of this script's making")
    if a.out.exists(): shutil.rmtree(a.out)
    a.out.mkdir(parents=True)
    mark.write_text(f"invented data: {a.rows} rows, {a.days} days, seed {a.seed}\n")
    rng = np.random.default_rng(a.seed)
    days = [dt.date(2026, 4, 1) + dt.timedelta(d) for d in range(a.days)]
    per_day, place, alert_place = a.rows // a.days, 0, 0
    for day in days:
        day0 = int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.timezone.utc).timestamp()) * 1_000_000
        table, _ = exchanges(rng, day0, per_day, place)
        write(table, a.out / f"ledger/exchanges/day={day}/0.parquet")
        # The same rows out of order: what the ingest peer has to sort.
        write(table.take(pa.array(rng.permutation(per_day))), a.out / f"inputs/unsorted/{day}.parquet")
        write(alerts(rng, day0, max(per_day // 5, 1), alert_place), a.out / f"ledger/alerts/day={day}/0.parquet")
        write(pa.concat_tables([corrections(rng, str(day), per_day, 1, place), corrections(rng, str(day), per_day // 5, 2, alert_place)]),
              a.out / f"ledger/corrections/day={day}.parquet")
        place, alert_place = place + per_day, alert_place + max(per_day // 5, 1)
    inputs(rng, a.out / "inputs", days)


if __name__ == "__main__":
    main()
