//! Two hundred trials of the live core from their seeds, some of more than forty virtual days; and
//! each planted bug is caught.

use northbound_sim::trial::{Bug, Trial, Trouble, Verdict};
use northbound_types::RequestState;

const SEEDS: u64 = 200;

#[test]
fn two_hundred_seeds_hold() {
    let mut all = Verdict::default();
    for seed in 0..SEEDS {
        let trial = Trial::of_seed(seed);
        let verdict = trial.run();
        assert!(
            verdict.problems.is_empty(),
            "seed {seed} ({} days, {} meters): {:#?}",
            trial.days,
            trial.meters,
            verdict.problems
        );
        all.add(&verdict);
    }
    println!("{SEEDS} seeds, {} inputs", all.inputs);
    println!("states entered: {:?}", all.entered);
    println!("states ended in: {:?}", all.ended);
    println!("troubles: {:?}", all.troubles);
    let missed: Vec<RequestState> =
        RequestState::ALL.iter().copied().filter(|s| !all.entered.contains_key(s)).collect();
    assert!(missed.is_empty(), "never entered: {missed:?}");
    let missed: Vec<Trouble> =
        Trouble::ALL.iter().copied().filter(|t| !all.troubles.contains_key(t)).collect();
    assert!(missed.is_empty(), "never happened: {missed:?}");
}

#[test]
fn a_seed_repeats_itself() {
    let trial = Trial { seed: 77, days: 3, meters: 30, bug: None };
    assert_eq!(trial.run(), trial.run());
    assert_ne!(trial.run(), Trial { seed: 78, ..trial }.run());
}

#[test]
fn every_planted_bug_is_caught() {
    for &bug in Bug::ALL {
        let caught = (0..60).find_map(|seed| {
            let found = Trial { seed, days: 3, meters: 30, bug: Some(bug) }.run().problems;
            (!found.is_empty()).then_some((seed, found))
        });
        let (seed, found) = caught.unwrap_or_else(|| panic!("{bug} went unseen in 60 seeds"));
        println!("{bug}: seed {seed}: {}", found[0]);
    }
}
