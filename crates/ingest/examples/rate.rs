//! Reads a file of message records into a sink that only counts: the rate and memory of reading alone.
//! `cargo run --release -p northbound-ingest --example rate -- FILE`

use northbound_ingest::{DropRejects, Options, fuzz::CountRows, messages};
use northbound_types::Utc;
use std::{path::PathBuf, time::Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let start = Instant::now();
    let summary = messages(
        &paths,
        &Options::new(Utc(1_800_000_000_000_000)),
        &mut CountRows::default(),
        &mut DropRejects,
        &mut |_| {},
    )?;
    let nanos = start.elapsed().as_nanos();
    println!(
        "{} rows, {} rejected, {} ns a row",
        summary.read(),
        summary.rejected(),
        nanos / u128::from(summary.read().max(1))
    );
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or(""));
    Ok(())
}
