//! Alert-storm protection: once one device has sent the same alert more often than the threshold
//! allows within a window, further copies are counted, but for one that passes each period and
//! carries the count of the others. Nothing is lost: a storm's last copy passes when it is over.

use crate::{
    alerts::Copy,
    core::Core,
    effect::{AlertRecord, Effect},
    timers::Timer,
};
use hashbrown::HashMap;
use northbound_types::{AlertCode, AlertState, Eui64};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Who says what to whom.
pub(crate) type Key = (Eui64, AlertCode, Eui64);

/// What is known of one device, code and recipient.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Watch {
    /// Times of the last alerts, at most threshold of them.
    recent: VecDeque<i64>,
    last: i64,
    storm: Option<Storm>,
    /// A timer is set.
    watched: bool,
}

/// A storm.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Storm {
    number: u32,
    /// When the last copy passed.
    passed: i64,
    /// Counted since, without the one that is kept back.
    counted: u32,
    /// The latest, kept back: it passes when the storm is over.
    latest: Option<Box<Copy>>,
}

/// All that is watched.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Storms {
    watches: HashMap<Key, Watch>,
    numbers: u32,
}

/// What becomes of an alert.
pub(crate) enum Verdict {
    /// Passes; storm number and count where it stands for others.
    Pass(Option<(u32, u32)>),
    /// Is kept back; the one that was kept back before is counted for good.
    Keep,
}

impl Storms {
    /// Alerts that are kept back, as their rows stand now: consolidated, and carried by nobody yet.
    pub(crate) fn open(&self) -> Vec<AlertRecord> {
        let mut all: Vec<AlertRecord> = self
            .watches
            .values()
            .filter_map(|w| w.storm.as_ref()?.latest.as_ref())
            .map(|c| c.record(AlertState::Consolidated, 0))
            .collect();
        all.sort_by_key(|r| (r.received, r.device, r.recipient, r.counter));
        all
    }
    /// Storms that are on now.
    pub(crate) fn count(&self) -> usize {
        self.watches.values().filter(|w| w.storm.is_some()).count()
    }
    /// Consolidated alerts that no copy carries yet.
    pub(crate) fn residue(&self) -> u64 {
        self.watches
            .values()
            .filter_map(|w| w.storm.as_ref())
            .map(|s| u64::from(s.counted) + u64::from(s.latest.is_some()))
            .sum()
    }
}

impl Core {
    /// Judges an alert that nothing excludes.
    pub(crate) fn judge(&mut self, key: Key, copy: &Copy, out: &mut Vec<Effect>) -> Verdict {
        let rule = &self.policy.storm;
        if !rule.on {
            return Verdict::Pass(None);
        }
        let now = self.now;
        let (threshold, window, period, quiet) =
            (rule.threshold as usize, rule.window, rule.period, rule.quiet);
        let watch = self.storms.watches.entry(key).or_default();
        watch.last = now;
        if !watch.watched {
            watch.watched = true;
            self.timers.set(now + quiet.max(window), Timer::Storm(key.0, key.1, key.2));
        }
        if watch.storm.is_none() {
            while watch.recent.front().is_some_and(|t| now - t >= window) {
                watch.recent.pop_front();
            }
            if watch.recent.len() < threshold {
                watch.recent.push_back(now);
                return Verdict::Pass(None);
            }
            self.storms.numbers = self.storms.numbers.wrapping_add(1);
            watch.recent = VecDeque::new();
            watch.storm =
                Some(Storm { number: self.storms.numbers, passed: now, counted: 0, latest: None });
        }
        let Some(storm) = &mut watch.storm else { return Verdict::Pass(None) };
        let before = storm.latest.take();
        storm.counted += u32::from(before.is_some());
        let verdict = if now - storm.passed >= period {
            let carried = std::mem::take(&mut storm.counted);
            storm.passed = now;
            Verdict::Pass(Some((storm.number, carried)))
        } else {
            storm.latest = Some(Box::new(copy.clone()));
            Verdict::Keep
        };
        if let Some(before) = before {
            self.consolidate(&before, out);
        }
        verdict
    }

    /// Nobody said anything for a while: is the storm over? Then its last copy passes after all and
    /// carries the rest.
    pub(crate) fn storm_quiet(&mut self, key: Key, due: i64, out: &mut Vec<Effect>) {
        let wait = self.policy.storm.quiet.max(self.policy.storm.window);
        let Some(watch) = self.storms.watches.get_mut(&key) else { return };
        if due - watch.last < wait {
            let next = watch.last + wait;
            self.timers.set(next, Timer::Storm(key.0, key.1, key.2));
            return;
        }
        let storm = watch.storm.take();
        self.storms.watches.remove(&key);
        let Some(storm) = storm else { return };
        if let Some(latest) = storm.latest {
            self.forward(&latest, Some((storm.number, storm.counted)), out);
        }
    }
}
