//! Alert-storm protection: above a threshold, one copy per period passes and carries the count of
//! those it stands for. The numbers are assumptions; none is published.

use northbound_network::latency::MINUTE;

/// Above so many in the window the storm begins.
pub const THRESHOLD: usize = 10;
/// The window, µs.
pub const WINDOW: i64 = 15 * MINUTE;
/// One copy passes per period, µs.
pub const PERIOD: i64 = 15 * MINUTE;
/// After so long without a repeat the storm is over, µs.
pub const QUIET: i64 = 30 * MINUTE;

/// What becomes of one alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Passes as usual.
    Pass,
    /// Is counted.
    Consolidate,
    /// Passes and carries so many.
    Carry(i64),
}

/// Judges the alerts of one device and code on one day, by time of receipt. `residue` is what is
/// counted and carried by no copy because the storm is still open at `open_at`; a storm that is
/// over (or that the day's end closes) gives its rest to its last alert.
pub(crate) fn judge(times: &[i64], open_at: Option<i64>) -> (Vec<Verdict>, i64) {
    let mut verdicts = vec![Verdict::Pass; times.len()];
    let (mut storm, mut counted, mut passed) = (false, 0i64, 0i64);
    for (i, &at) in times.iter().enumerate() {
        if storm && at - times[i - 1] > QUIET { close(&mut verdicts, i, &mut counted); storm = false; }
        if !storm {
            let recent = times[..i].iter().rev().take_while(|&&t| at - t < WINDOW).count();
            if recent < THRESHOLD { continue; }
            storm = true;
            passed = at;
        }
        if at - passed >= PERIOD {
            verdicts[i] = Verdict::Carry(counted);
            (counted, passed) = (0, at);
        } else {
            verdicts[i] = Verdict::Consolidate;
            counted += 1;
        }
    }
    let still_open = storm && open_at.is_some_and(|end| times.last().is_some_and(|&t| end - t <= QUIET));
    if storm && !still_open { close(&mut verdicts, times.len(), &mut counted); }
    (verdicts, if still_open { counted } else { 0 })
}

/// The last counted alert before `end` passes after all and carries the others.
fn close(verdicts: &mut [Verdict], end: usize, counted: &mut i64) {
    if *counted > 0 { verdicts[end - 1] = Verdict::Carry(*counted - 1); }
    *counted = 0;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balance(times: &[i64], open_at: Option<i64>) -> (usize, i64) {
        let (v, residue) = judge(times, open_at);
        let counted = v.iter().filter(|v| **v == Verdict::Consolidate).count() as i64;
        let carried: i64 = v.iter().map(|v| if let Verdict::Carry(n) = v { *n } else { 0 }).sum();
        assert_eq!(carried + residue, counted);
        (counted as usize, residue)
    }

    #[test]
    fn the_eleventh_in_the_window_is_counted_and_the_tenth_is_not() {
        assert_eq!(balance(&(0..10).collect::<Vec<_>>(), None).0, 0);
        // The only counted one is also the last: closing the storm lets it pass.
        assert_eq!(judge(&(0..11).collect::<Vec<_>>(), None).0[10], Verdict::Carry(0));
        assert_eq!(judge(&(0..11).collect::<Vec<_>>(), Some(11)).0[10], Verdict::Consolidate);
    }

    #[test]
    fn nothing_is_lost_whether_the_storm_is_over_or_open() {
        let times: Vec<i64> = (0..1_000).map(|i| i * 6_000_000).collect();
        assert!(balance(&times, None).0 > 900);
        assert_eq!(balance(&times, None).1, 0);
        assert!(balance(&times, Some(1_000 * 6_000_000)).1 > 0);
        let two: Vec<i64> = times.iter().copied().chain(times.iter().map(|t| t + 10_000_000_000)).collect();
        balance(&two, Some(20_000_000_000));
    }
}
