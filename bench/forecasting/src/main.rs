//! Would a library's model forecast better than what we have (F1, F4)? On invented monthly histories,
//! from a seed: the same month a year before, what `forecast prefill` proposes, the library's models
//! alone, and ours with the library's taken where it was nearer on months held out.
//!
//! `cargo run --release --manifest-path bench/forecasting/Cargo.toml`

use augurs_core::prelude::*;
use augurs_ets::AutoETS;
use augurs_mstl::MSTLModel;
use northbound_measures::forecast::{Counts, Line, own::{self, History}};
use northbound_types::Period;

const FIRST: Period = Period::month(2023, 1);
const SEED: u64 = 7;
/// Histories of each sort.
const EACH: usize = 200;
/// The usual setting `forecast-held-out-months`.
const HELD_OUT: usize = 6;
const YEAR: usize = 12;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    fn unit(&mut self) -> f64 { (self.next() >> 11) as f64 / (1_u64 << 53) as f64 }
    /// Nearly normal: mean 0, deviation 1.
    fn normal(&mut self) -> f64 { (0..12).map(|_| self.unit()).sum::<f64>() - 6.0 }
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Sort { Steady, SeasonAndGrowth, Wandering, Step }

fn history(d: &mut Dice, n: usize, sort: Sort) -> Vec<i64> {
    let growth = match sort { Sort::SeasonAndGrowth => 0.5 * d.unit(), Sort::Wandering => 0.8 * d.unit() - 0.2, Sort::Steady | Sort::Step => 0.0 } / 12.0;
    let season = if matches!(sort, Sort::SeasonAndGrowth | Sort::Wandering) { 0.3 * d.unit() } else { 0.05 };
    let (mut level, phase, noise) = (10_f64.powf(2.0 + 3.0 * d.unit()), 12.0 * d.unit(), 0.03 + 0.12 * d.unit());
    let step = if sort == Sort::Step { (n as f64 * (0.3 + 0.5 * d.unit())) as usize } else { usize::MAX };
    (0..n).map(|t| {
        level *= 1.0 + growth + if sort == Sort::Wandering { 0.04 * d.normal() } else { 0.0 };
        if t == step { level *= 0.4 + 1.6 * d.unit(); }
        let wave = 1.0 + season * ((t as f64 + phase) * std::f64::consts::TAU / YEAR as f64).sin();
        (level * wave * (1.0 + noise * d.normal())).max(0.0).round() as i64
    }).collect()
}

fn line() -> Line { Line::new("4.1.1", "on-demand") }
fn at(i: usize) -> Period { FIRST.plus(i as i32) }

fn ours(h: &[i64], ahead: usize) -> Option<i64> {
    let held: History = h.iter().enumerate().map(|(i, n)| (at(i), Counts::from([(line(), *n)]))).collect();
    own::one(&held, &line(), at(h.len() - 1 + ahead), at(h.len() - 1), HELD_OUT).map(|p| p.count)
}

/// Its decomposition by season with exponential smoothing of the trend from two years on, its
/// exponential smoothing without a season before that.
fn library(h: &[i64], ahead: usize) -> Option<i64> {
    let y: Vec<f64> = h.iter().map(|v| *v as f64).collect();
    let points = if h.len() > 2 * YEAR {
        MSTLModel::new(vec![YEAR], AutoETS::non_seasonal().into_trend_model()).fit(&y).ok()?.predict(ahead, None).ok()?.point
    } else if h.len() >= YEAR {
        AutoETS::new(1, "ZZN").ok()?.fit(&y).ok()?.predict(ahead, None).ok()?.point
    } else { return None };
    points.last().map(|f| f.max(0.0).round() as i64)
}

/// The library's where it was nearer than ours on the months held out.
fn either(h: &[i64], ahead: usize) -> Option<i64> {
    let (mut o, mut l, mut months) = (0, 0, 0);
    for target in (ahead..h.len()).rev() {
        if months == HELD_OUT { break; }
        let seen = &h[..=target - ahead];
        let (Some(a), Some(b)) = (ours(seen, ahead), library(seen, ahead)) else { break };
        o += (a - h[target]).abs();
        l += (b - h[target]).abs();
        months += 1;
    }
    if months >= own::LEAST_HELD_OUT && l < o { library(h, ahead) } else { ours(h, ahead) }
}

fn main() {
    println!("Mean of |error| ÷ mean of the history, per cent; {EACH} histories a row, seed {SEED}.");
    println!("{:16} {:>6} {:>7} {:>12} {:>6} {:>8} {:>16}", "sort", "months", "ahead", "year before", "ours", "library", "ours or library");
    let (mut sums, mut rows) = ([0.0; 4], 0.0);
    for sort in [Sort::Steady, Sort::SeasonAndGrowth, Sort::Wandering, Sort::Step] {
        for ahead in [2, 5, 8] {
            for n in [24, 36] {
                let mut d = Dice(SEED + 1_000 * sort as u64 + ahead as u64);
                let mut errors = [0.0; 4];
                for _ in 0..EACH {
                    let h = history(&mut d, n + ahead, sort);
                    let (seen, actual) = (&h[..n], h[n + ahead - 1]);
                    let mean = (h.iter().sum::<i64>() as f64 / h.len() as f64).max(1.0);
                    let all = [Some(h[n + ahead - 1 - YEAR]), ours(seen, ahead), library(seen, ahead), either(seen, ahead)];
                    for (e, f) in errors.iter_mut().zip(all) { *e += f.map_or(f64::NAN, |f| (f - actual).abs() as f64 / mean); }
                }
                let e = errors.map(|e| 100.0 * e / EACH as f64);
                println!("{:16} {n:>6} {ahead:>7} {:>12.1} {:>6.1} {:>8.1} {:>16.1}", format!("{sort:?}"), e[0], e[1], e[2], e[3]);
                for (s, e) in sums.iter_mut().zip(e) { *s += e; }
                rows += 1.0;
            }
        }
    }
    let m = sums.map(|s| s / rows);
    println!("{:31} {:>12.1} {:>6.1} {:>8.1} {:>16.1}", "mean of the rows", m[0], m[1], m[2], m[3]);
}
