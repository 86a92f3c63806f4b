//! What a live commit costs: 100,000 settled rows and 20,000 open ones, again and again, and one commit
//! of a quiet minute.
//!
//! `cargo run --release -p northbound-ledger --example live_speed -- DIR [COMMITS]`

use northbound_ledger::{
    Ledger, LiveBatch, LiveWriter, check,
    judge::{Judge, Target, TargetQuery},
    live::Wait,
    rows::{ExchangeRow, Movement},
};
use northbound_types::{Eui64, Generation, Kind, Leg, Mode, Region, RequestState, TestKind, Utc};
use std::{error::Error, time::Instant};

const SETTLED: u64 = 100_000;
const OPEN: u64 = 20_000;
const QUIET: u64 = 1_000;
const START: i64 = 1_775_001_600_000_000; // 2026-04-01T00:00:00Z

struct NoRules;
impl Judge for NoRules {
    fn id(&self) -> &str {
        "none"
    }
    fn target(&self, _: &TargetQuery<'_>) -> Option<Target> {
        None
    }
    fn bucket(&self, micros: i64) -> i32 {
        if micros < 0 { -1 } else { 63 - (micros + 1).leading_zeros() as i32 }
    }
    fn buckets(&self) -> usize {
        64
    }
}

/// Bits that look random: SplitMix64 of `n`. Without them the files would be far smaller than real ones.
fn noise(n: u64, which: u64) -> u64 {
    let mut z = n.wrapping_add(which << 40).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// An invented message; `n` decides everything.
fn row(n: u64, state: RequestState) -> ExchangeRow<'static> {
    let some = |which: u64, below: u64| (noise(n, which) % below) as i64;
    let received = START + n as i64 * 400 + some(1, 400);
    let answer = state.is_answered().then(|| received + 900_000 + some(2, 9_000_000));
    ExchangeRow {
        namespace: "duis",
        originator: Eui64(0x90B3_D51F_3001_0000 + noise(n, 3) % 120),
        target: Eui64(0x00DB_1234_0000_0000 + noise(n, 4) % 5_000_000),
        counter: received as u64 / 1000,
        leg: Leg::Send,
        instance: 0,
        kind: Kind::ServiceRequest,
        mode: Mode::OnDemand,
        srv: ["4.1.1", "4.6.1", "1.1.1", "6.15.1", "8.1.1"][noise(n, 5) as usize % 5],
        cv: 1,
        role: "IS",
        party_category: "",
        class: "on-demand",
        generation: Generation::Smets2,
        device_type: "ESME",
        test_kind: TestKind::None,
        region: Region::ALL[noise(n, 6) as usize % 3],
        provider: "DSP",
        feed: "live",
        state,
        code: if answer.is_some() { "I0" } else { "" },
        user_sent: None,
        received,
        acknowledged: Some(received + 3_000 + some(7, 9_000)),
        due: None,
        released: None,
        queued: Some(received + 3_100),
        sent_to_wan: Some(received + 5_000 + some(8, 90_000)),
        delivered_to_device: None,
        answered_at_wan: answer,
        answer_sent: answer.map(|a| a + 2_000 + some(9, 3_000)),
        delivered: answer.map(|a| a + 9_000 + some(10, 50_000)),
        target_at: None,
        timeout_at: Some(received + 60_000_000),
        known: answer.unwrap_or(received),
        row: 0,
    }
}

/// Messages `from..settled` settle, those up to `open` are open; each step of each is posted.
fn batch(
    position: u64,
    from: u64,
    settled: u64,
    open: u64,
    entered: u64,
) -> Result<LiveBatch, Box<dyn Error>> {
    use RequestState::{AnsweredSuccess, InFlight, Queued};
    let mut b = LiveBatch::after(position);
    for n in from..settled {
        b.exchange(&row(n, AnsweredSuccess))?;
    }
    for n in settled..open {
        b.open_exchange(&row(n, InFlight));
    }
    for n in from..open {
        let r = row(n, InFlight);
        let step = |from, to| Movement {
            day: Utc(r.received).day(),
            region: r.region,
            kind: r.kind,
            from,
            to,
        };
        if n >= entered {
            b.moved(step(None, Queued), 1);
            b.moved(step(Some(Queued), InFlight), 1);
        }
        if n < settled {
            b.moved(step(Some(InFlight), AnsweredSuccess), 1);
        }
    }
    Ok(b)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let dir = args.next().ok_or("which folder? It must not hold a ledger")?;
    let commits: u64 = args.next().map_or(Ok(10), |s| s.parse())?;
    let ledger = Ledger::at(&dir);
    if ledger.newest()?.is_some() {
        return Err("there is a ledger already".into());
    }
    let mut w = LiveWriter::open(&ledger, Utc(START), Wait::default())?;
    let (mut from, mut entered) = (0, 0);
    for (i, size) in
        (0..commits).map(|i| (i, SETTLED)).chain((commits..2 * commits).map(|i| (i, QUIET)))
    {
        let (settled, open) = (from + size, from + size + OPEN);
        let t = Instant::now();
        let mut b = batch(i, from, settled, open, entered)?;
        let filled = t.elapsed();
        let t = Instant::now();
        let done = w.commit(Utc(START + i as i64), i + 1, &mut b)?;
        let took = t.elapsed();
        let new = format!("/{:08}-", done.root.as_ref().map_or(0, |r| r.manifest.version));
        let bytes: u64 = done
            .root
            .iter()
            .flat_map(|r| r.manifest.tables.values().flatten())
            .filter(|f| f.path.contains(&new))
            .map(|f| f.bytes)
            .sum();
        println!(
            "{:>7} settled + {} open: {:>4} ms to commit, {:>4} ms to fill the batch, {bytes} bytes written",
            done.settled,
            done.open,
            took.as_millis(),
            filled.as_millis()
        );
        (from, entered) = (settled, open);
    }
    let report = check::check(&ledger, &NoRules, true, &mut |_, _| {})?;
    println!("{} messages, {} findings", report.counted, report.findings.len());
    let t = Instant::now();
    w.compact_closed_days(Utc(START + 40 * 86_400_000_000), &NoRules, 0)?;
    println!("closed days rolled up in {} ms", t.elapsed().as_millis());
    Ok(())
}
