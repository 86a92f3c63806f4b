//! A month of meters through the live core in virtual time, nothing written: how long it takes.
//!
//! `cargo run --release -p northbound-sim --example month -- [METERS] [SEED]`

use northbound_flow::{Effect, books::RunBooks};
use northbound_sim::{DayTraffic, SimConfig, SimError, Watch, World};
use std::time::Instant;

#[derive(Default)]
struct Count {
    messages: usize,
    alerts: usize,
    effects: u64,
    books: RunBooks,
}

impl Watch for Count {
    fn day(&mut self, day: DayTraffic) -> Result<(), SimError> {
        self.messages += day.requests.len();
        self.alerts += day.alerts.len();
        Ok(())
    }
    fn effect(&mut self, _at: i64, effect: &Effect) {
        self.effects += 1;
        self.books.post(effect);
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let mut config = SimConfig { meters: 10_000, ..SimConfig::default() };
    if let Some(m) = args.next() {
        config.meters = m.parse()?;
    }
    if let Some(s) = args.next() {
        config.seed = s.parse()?;
    }
    let (meters, started) = (config.meters, Instant::now());
    let mut count = Count::default();
    World::new(config)?.play(&mut count)?;
    println!(
        "{meters} meters, 30 days: {} messages, {} alerts, {} effects in {:.1} s",
        count.messages,
        count.alerts,
        count.effects,
        started.elapsed().as_secs_f64()
    );
    println!("states: {:?}", count.books.reached());
    Ok(())
}
