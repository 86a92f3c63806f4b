//! For random sequences of changes, reading as at any earlier time gives the state recorded then.

use crate::shared;
use northbound_registers::{
    AsAt, Begun, Counts, Query, Write,
    records::{data::feeds::Feed, service::population::PopulationDay},
};
use proptest::prelude::*;
use shared::{analyst, feed, file, people, store, t};
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
enum Step {
    /// Feed, rank.
    Put(u8, i64),
    Withdraw(u8),
    /// File, counts.
    Import(u8, Vec<i64>),
    Retract(u8),
    /// By hand.
    Count(i64),
    Dry(u8, i64),
}

fn step() -> impl Strategy<Value = (Step, i64)> {
    let s = prop_oneof![
        4 => (0u8..4, 0i64..5).prop_map(|(f, r)| Step::Put(f, r)),
        2 => (0u8..4).prop_map(Step::Withdraw),
        3 => (0u8..4, prop::collection::vec(0i64..6, 0..4)).prop_map(|(f, c)| Step::Import(f, c)),
        2 => (0u8..4).prop_map(Step::Retract),
        1 => (0i64..6).prop_map(Step::Count),
        1 => (0u8..4, 5i64..9).prop_map(|(f, r)| Step::Dry(f, r)),
    ];
    // The clock may stand still or run backwards.
    (s, -2i64..5)
}

/// What a reader should see: ranks of feeds, and counts with the files and hands that state them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Model {
    feeds: BTreeMap<String, i64>,
    /// Count → files that state it.
    counts: BTreeMap<i64, std::collections::BTreeSet<u8>>,
    by_hand: std::collections::BTreeSet<i64>,
    files: BTreeMap<u8, String>,
}

impl Model {
    fn visible(&self) -> Vec<i64> {
        let mut v: Vec<i64> = self
            .counts
            .iter()
            .filter(|(_, f)| f.iter().any(|f| self.files.contains_key(f)))
            .map(|(c, _)| *c)
            .collect();
        v.extend(&self.by_hand);
        v.sort_unstable();
        v.dedup();
        v
    }
}

fn apply(gate: &northbound_registers::Gate<'_>, m: &mut Model, s: &Step, w: &Write) {
    match s {
        Step::Put(f, rank) => {
            let id = format!("f{f}");
            gate.put(&Feed { rank: *rank, ..feed(&id) }, w).unwrap();
            m.feeds.insert(id, *rank);
        }
        Step::Withdraw(f) => {
            let id = format!("f{f}");
            assert_eq!(gate.withdraw::<Feed>(&id, w).is_ok(), m.feeds.remove(&id).is_some());
        }
        Step::Import(f, counts) => match gate.begin_import(&file(&format!("f{f}.csv")), w).unwrap()
        {
            Begun::Already(_) => assert!(m.files.contains_key(f)),
            Begun::Import(mut i) => {
                // What an earlier, retracted reading of the file stated is not stated again.
                for c in m.counts.values_mut() {
                    c.remove(f);
                }
                for c in counts {
                    i.add(&people("2026-04-01", *c), 1, None).unwrap();
                    m.counts.entry(*c).or_default().insert(*f);
                }
                m.files.insert(*f, i.finish(Counts::default()).unwrap().id);
            }
        },
        Step::Retract(f) => {
            if let Some(id) = m.files.remove(f) {
                gate.retract_source(&id, w).unwrap();
            }
        }
        Step::Count(c) => {
            let new = m.by_hand.insert(*c);
            assert_eq!(gate.add(&people("2026-04-01", *c), w).is_ok(), new);
        }
        Step::Dry(f, rank) => {
            gate.put(&Feed { rank: *rank, ..feed(&format!("f{f}")) }, &w.clone().dry()).unwrap();
        }
    }
}

fn assert_reads(gate: &northbound_registers::Gate<'_>, m: &Model, as_at: AsAt) {
    let feeds: BTreeMap<String, i64> = gate
        .list::<Feed>(&Query::as_at(as_at))
        .unwrap()
        .into_iter()
        .map(|k| (k.id, k.record.rank))
        .collect();
    assert_eq!(feeds, m.feeds, "{as_at:?}");
    let mut counts: Vec<i64> = gate
        .list::<PopulationDay>(&Query::as_at(as_at))
        .unwrap()
        .into_iter()
        .map(|k| k.record.count)
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, m.visible(), "{as_at:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn as_at_gives_the_state_recorded_then(steps in prop::collection::vec(step(), 1..24)) {
        let (_dir, store) = store();
        let gate = store.as_actor(&analyst());
        let (mut model, mut clock, mut seen) = (Model::default(), 0, Vec::new());
        for (s, tick) in &steps {
            clock += tick;
            apply(&gate, &mut model, s, &Write::at(t(clock)).with_reason("random"));
            let revision = store.revision().unwrap();
            let recorded = gate.events(&northbound_registers::EventFilter::default()).unwrap().last().map_or(t(-1_000), |e| e.recorded);
            seen.push((revision, recorded, model.clone()));
        }
        // Every earlier state, asked for after everything else has happened.
        for (revision, recorded, model) in &seen {
            assert_reads(&gate, model, AsAt::revision(*revision));
            assert_reads(&gate, model, AsAt::recorded(*recorded));
            prop_assert_eq!(store.revision_at(Some(*recorded)).unwrap(), *revision);
        }
        store.check().unwrap();
    }
}
