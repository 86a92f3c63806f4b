//! `northbound-bench`: makes the bench's data and runs our side of each query. Each run is one
//! process, timed from outside by `bench/run.py`.

mod dice;
mod generate;
mod ingest;
mod queries;

use std::path::PathBuf;

/// Any error, from either thread.
type Any = Box<dyn std::error::Error + Send + Sync>;

/// The exit code for a query that we do not have.
const NOT_OFFERED: i32 = 64;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let value =
        |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    let data = PathBuf::from(value("--data").unwrap_or_else(|| "bench/data".into()));
    let result = match args.first().map(String::as_str) {
        Some("generate") => queries::make(&data, value("--rows").and_then(|r| r.parse().ok()).unwrap_or(1_000_000), value("--seed").and_then(|r| r.parse().ok()).unwrap_or(7)),
        Some(query) => {
            let out = PathBuf::from(value("--out").unwrap_or_else(|| "/dev/stdout".into()));
            match queries::run(query, &data, &out, &value("--state").unwrap_or_else(|| "failed-no-route".into())) {
                Ok(true) => Ok(()),
                Ok(false) => std::process::exit(NOT_OFFERED),
                Err(e) => Err(e),
            }
        }
        None => Err("usage: northbound-bench generate --data DIR --rows N --seed S | QUERY --data DIR --out FILE [--state STATE]".into()),
    };
    if let Err(e) = result {
        eprintln!("northbound-bench: {e}");
        std::process::exit(1);
    }
}
