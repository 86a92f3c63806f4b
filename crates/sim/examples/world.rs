//! Writes a world into a folder and says how long it took: `cargo run --release --example world -- OUT [METERS] [DAYS] [SEED]`.

use northbound_sim::{SimConfig, World, write_world};
use std::{path::PathBuf, time::Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let out = PathBuf::from(args.next().ok_or("name a folder")?);
    let mut config = SimConfig::default();
    if let Some(m) = args.next() {
        config.meters = m.parse()?;
    }
    if let Some(d) = args.next() {
        config.days = Some(d.parse()?);
    }
    if let Some(s) = args.next() {
        config.seed = s.parse()?;
    }
    let start = Instant::now();
    let manifest = write_world(&World::new(config)?, &out, &mut |_| {})?;
    for f in &manifest.files {
        println!("{:>9} {:<12} {}", f.rows, f.kind, f.path);
    }
    println!("{:?}", start.elapsed());
    Ok(())
}
