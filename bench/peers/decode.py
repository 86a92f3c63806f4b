"""Query 0: decoding alone: the columns that query 1 needs are read and not used. The floor for every
engine; the result is the number of rows."""
from engine import THREADS, duckdb, main

HEADER = ["rows"]
COLUMNS = ["region", "srv", "test_kind", "generation", "state", "received", "answer_sent", "target_at", "source", "place"]


def by_pyarrow(args):
    """Words as dictionaries, as a kernel would have them; two threads."""
    import concurrent.futures
    import glob

    import pyarrow as pa
    import pyarrow.parquet as pq
    pa.set_cpu_count(1)
    words = COLUMNS[:5]

    def decode(path):
        # One file a thread; the two threads together are the two that every engine has.
        return sum(b.num_rows for b in pq.ParquetFile(path, read_dictionary=words).iter_batches(64 * 1024, columns=COLUMNS, use_threads=False))
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        return [(sum(pool.map(decode, sorted(glob.glob(args.files("exchanges"), recursive=True)))),)]


def by_duckdb(args):
    """Counting the values of a column makes it decode; it is the least that can be asked of it."""
    counts = ", ".join(f"count({c})" for c in COLUMNS)
    return [duckdb(args, ("exchanges",)).execute(f"SELECT {counts} FROM exchanges").fetchone()[:1]]


if __name__ == "__main__":
    main({"duckdb": by_duckdb, "pyarrow": by_pyarrow}, HEADER)
