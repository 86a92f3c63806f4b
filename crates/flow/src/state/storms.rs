//! Alert-storm protection: once one device has sent the same alert more often than the threshold
//! allows within a window, further copies are counted, but for one each period that is forwarded
//! and carries the count of the others. The last copy of a storm is forwarded when it is over, so
//! that none is lost.

use super::AlertCopy;
use crate::{effect::AlertRecord, policy::StormRule};
use hashbrown::HashMap;
use northbound_types::{AlertCode, AlertState, Eui64};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Device, alert code and recipient: storms are counted for each of these.
pub(crate) type StormKey = (Eui64, AlertCode, Eui64);

/// What is known of one device, code and recipient.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Watch {
    /// Times of the last alerts, at most threshold of them.
    recent: VecDeque<i64>,
    last: i64,
    storm: Option<Storm>,
    /// A timer is set.
    watched: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Storm {
    number: u32,
    /// When the last copy was forwarded.
    forwarded: i64,
    /// Alerts counted since, without the one that is held back.
    counted: u32,
    /// The latest, held back: it is forwarded when the storm is over.
    latest: Option<Box<AlertCopy>>,
}

/// Every device, code and recipient that is watched.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Storms {
    watches: HashMap<StormKey, Watch>,
    numbers: u32,
}

/// What becomes of an alert.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// It is forwarded: with the storm's number and how many others it represents, in a storm.
    pub(crate) forward: Option<Option<(u32, u32)>>,
    /// The copy that was held back before, now counted for good.
    pub(crate) consolidated: Option<Box<AlertCopy>>,
    /// When to look whether the storm is over, µs, where no timer is set yet.
    pub(crate) look_at: Option<i64>,
}

/// What follows when the watch of a storm looks whether it is over.
#[derive(Debug)]
pub(crate) enum Look {
    /// Look again at this time, µs.
    Again(i64),
    /// It is over; the last copy and the storm's number and count go out.
    Over(Option<(Box<AlertCopy>, (u32, u32))>),
}

impl Storms {
    /// Rows of the copies that are held back: consolidated, and carried by no other copy yet.
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
    /// Storms at present.
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

    /// Judges an alert that nothing excludes.
    pub(crate) fn judge(
        &mut self,
        rule: &StormRule,
        key: StormKey,
        copy: &AlertCopy,
        now: i64,
    ) -> Verdict {
        let mut verdict = Verdict::default();
        let watch = self.watches.entry(key).or_default();
        watch.last = now;
        if !watch.watched {
            watch.watched = true;
            verdict.look_at = Some(now + rule.quiet.max(rule.window));
        }
        if watch.storm.is_none() {
            if watch.is_calm(rule, now) {
                verdict.forward = Some(None);
                return verdict;
            }
            self.numbers = self.numbers.wrapping_add(1);
            watch.recent = VecDeque::new();
            watch.storm =
                Some(Storm { number: self.numbers, forwarded: now, counted: 0, latest: None });
        }
        if let Some(storm) = &mut watch.storm {
            verdict.consolidated = storm.latest.take();
            storm.counted += u32::from(verdict.consolidated.is_some());
            if now - storm.forwarded >= rule.period {
                let carried = std::mem::take(&mut storm.counted);
                storm.forwarded = now;
                verdict.forward = Some(Some((storm.number, carried)));
            } else {
                storm.latest = Some(Box::new(copy.clone()));
            }
        }
        verdict
    }

    /// Looks whether a storm is over: no alert came for the quiet time.
    pub(crate) fn look(&mut self, rule: &StormRule, key: &StormKey, due: i64) -> Look {
        let wait = rule.quiet.max(rule.window);
        let Some(watch) = self.watches.get_mut(key) else { return Look::Over(None) };
        if due - watch.last < wait {
            return Look::Again(watch.last + wait);
        }
        let storm = watch.storm.take();
        self.watches.remove(key);
        Look::Over(storm.and_then(|s| Some((s.latest?, (s.number, s.counted)))))
    }
}

impl Watch {
    /// Notes an alert outside a storm; `false` where it is one too many for the window.
    fn is_calm(&mut self, rule: &StormRule, now: i64) -> bool {
        while self.recent.front().is_some_and(|t| now - t >= rule.window) {
            self.recent.pop_front();
        }
        let calm = self.recent.len() < rule.threshold as usize;
        if calm {
            self.recent.push_back(now);
        }
        calm
    }
}
