//! Durable appends a second: the journal beside a bare file with `fdatasync`, in turn, in the same run.
//!
//! `cargo run --release -p northbound-ledger --example journal_speed -- DIR [SECONDS]`
//!
//! Messages of 500 bytes; a round appends a batch and waits until it is on the disk. The bare file has
//! no position, time, checksum or hash: what the journal adds is the difference.

use northbound_ledger::journal::{Disk, Journal, Limits, RECORD_HEAD};
use northbound_types::Utc;
use std::{
    error::Error,
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

const MESSAGE: usize = 500;
const ROUNDS: u32 = 6;

/// Appends, and the time of each sync.
struct Run {
    appends: u64,
    took: Duration,
    syncs: Vec<Duration>,
}

fn repeat(
    seconds: f64,
    batch: u64,
    round: &mut dyn FnMut(u64) -> Result<(), Box<dyn Error>>,
) -> Result<Run, Box<dyn Error>> {
    let begun = Instant::now();
    let mut run = Run { appends: 0, took: Duration::ZERO, syncs: Vec::new() };
    while begun.elapsed().as_secs_f64() < seconds {
        let t = Instant::now();
        round(batch)?;
        run.syncs.push(t.elapsed());
        run.appends += batch;
    }
    run.took = begun.elapsed();
    Ok(run)
}

fn journal(dir: &Path, seconds: f64, batch: u64, message: &[u8]) -> Result<Run, Box<dyn Error>> {
    let (mut j, _) = Journal::open(Disk::at(dir), Limits::default(), Utc(0))?;
    repeat(seconds, batch, &mut |n| {
        for i in 0..n {
            j.append(Utc(i as i64), message)?;
        }
        j.sync()?;
        Ok(())
    })
}

fn plain(path: &Path, seconds: f64, batch: u64, message: &[u8]) -> Result<Run, Box<dyn Error>> {
    let mut file: File = OpenOptions::new().create(true).append(true).open(path)?;
    let mut buffer = Vec::new();
    repeat(seconds, batch, &mut |n| {
        buffer.clear();
        for _ in 0..n {
            buffer.extend_from_slice(message);
        }
        file.write_all(&buffer)?;
        file.sync_data()?;
        Ok(())
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let dir =
        std::path::PathBuf::from(args.next().ok_or("which folder? It is filled and emptied")?);
    let seconds: f64 = args.next().map_or(Ok(6.0), |s| s.parse())?;
    std::fs::create_dir_all(&dir)?;
    let message: Vec<u8> = (0..MESSAGE).map(|i| (i * 37 % 251) as u8).collect();
    println!(
        "{MESSAGE}-byte messages, {RECORD_HEAD} bytes of head each in the journal; {ROUNDS} rounds in turn, {seconds} s each store and batch"
    );
    println!(
        "{:>6}  {:<14} {:>12} {:>12} {:>12}",
        "batch", "store", "appends/s", "sync p50 µs", "sync p99 µs"
    );
    for batch in [1u64, 16, 100, 1000] {
        let mut all: Vec<(&str, Run)> = Vec::new();
        for _ in 0..ROUNDS {
            let each = seconds / f64::from(ROUNDS);
            for store in ["journal", "file+fdatasync"] {
                let run = if store == "journal" {
                    journal(&dir.join("journal"), each, batch, &message)?
                } else {
                    plain(&dir.join("plain"), each, batch, &message)?
                };
                match all.iter_mut().find(|(s, _)| *s == store) {
                    Some((_, r)) => {
                        r.appends += run.appends;
                        r.took += run.took;
                        r.syncs.extend(run.syncs);
                    }
                    None => all.push((store, run)),
                }
                let _ = std::fs::remove_dir_all(dir.join("journal"));
                let _ = std::fs::remove_file(dir.join("plain"));
            }
        }
        for (store, mut r) in all {
            r.syncs.sort_unstable();
            let at =
                |p: usize| r.syncs[(r.syncs.len() * p / 100).min(r.syncs.len() - 1)].as_micros();
            println!(
                "{batch:>6}  {store:<14} {:>12.0} {:>12} {:>12}",
                r.appends as f64 / r.took.as_secs_f64(),
                at(50),
                at(99)
            );
        }
    }
    Ok(())
}
