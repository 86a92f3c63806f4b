//! What parties say, by class of party and region, never by name (M15). A class in which too few
//! spoke is hidden, and enough else with it that no sum gives it back.

use northbound_types::{Region, text_enum};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

text_enum! {
    /// How a party finds the service.
    pub enum Mood("sentiment") {
        /// Poor.
        Poor = "poor",
        /// Neither.
        Fair = "fair",
        /// Good.
        Good = "good",
    }
}

/// What one party said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// The party: counted once a region, and never printed.
    pub party: String,
    /// Its class.
    pub class: String,
    /// Region; `none`: the service as a whole.
    pub region: Region,
    /// What it said.
    pub mood: Mood,
}

/// Counts that may be shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moods {
    /// Parties.
    pub parties: u64,
    /// Poor.
    pub poor: u64,
    /// Fair.
    pub fair: u64,
    /// Good.
    pub good: u64,
}

impl Moods {
    fn add(&mut self, m: Mood) {
        self.parties += 1;
        match m {
            Mood::Poor => self.poor += 1,
            Mood::Fair => self.fair += 1,
            Mood::Good => self.good += 1,
        }
    }
}

/// One class in one region; `class` is empty in the row of all classes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassLine {
    /// Region.
    pub region: Region,
    /// Class; empty: all.
    pub class: String,
    /// The counts; null where they are hidden.
    pub counts: Option<Moods>,
    /// Why they are hidden; empty where they are not.
    pub hidden: String,
}

/// Counts by region and class, with the row of all classes last in each region. Of several voices of
/// one party on one region the last counts.
///
/// Hidden are classes in which fewer than `least` parties spoke. The hidden classes of a region
/// together hold at least `least` parties, or the smallest shown ones are hidden as well, so that
/// the row of all less the shown rows never tells of fewer; where that cannot be, the row of all goes.
#[must_use]
pub fn by_class(voices: &[Voice], least: u64) -> Vec<ClassLine> {
    let last: BTreeMap<(Region, &str), &Voice> =
        voices.iter().map(|v| ((v.region, v.party.as_str()), v)).collect();
    let mut regions: BTreeMap<Region, BTreeMap<&str, Moods>> = BTreeMap::new();
    for v in last.values() {
        regions.entry(v.region).or_default().entry(&v.class).or_default().add(v.mood);
    }
    regions
        .into_iter()
        .flat_map(|(region, classes)| region_lines(region, &classes, least))
        .collect()
}

fn region_lines(region: Region, classes: &BTreeMap<&str, Moods>, least: u64) -> Vec<ClassLine> {
    let all = classes.values().fold(Moods::default(), |mut a, m| {
        a.parties += m.parties;
        a.poor += m.poor;
        a.fair += m.fair;
        a.good += m.good;
        a
    });
    let few = |m: &Moods| m.parties < least;
    let mut hidden: BTreeSet<&str> =
        classes.iter().filter(|(_, m)| few(m)).map(|(c, _)| *c).collect();
    let held = |hidden: &BTreeSet<&str>| hidden.iter().map(|c| classes[c].parties).sum::<u64>();
    // One hidden class alone is the difference of two printed numbers, however large it is.
    while !hidden.is_empty() && (held(&hidden) < least || hidden.len() == 1) {
        let Some(next) = classes
            .iter()
            .filter(|(c, _)| !hidden.contains(*c))
            .min_by_key(|(c, m)| (m.parties, **c))
            .map(|(c, _)| *c)
        else {
            break;
        };
        hidden.insert(next);
    }
    let safe =
        all.parties >= least && (hidden.is_empty() || (hidden.len() > 1 && held(&hidden) >= least));
    let mut out: Vec<ClassLine> = classes
        .iter()
        .map(|(class, m)| {
            let why = if few(m) {
                format!("fewer than {least} parties")
            } else if hidden.contains(class) {
                "hidden so that no smaller class can be worked out".to_owned()
            } else {
                String::new()
            };
            ClassLine {
                region,
                class: (*class).to_owned(),
                counts: why.is_empty().then_some(*m),
                hidden: why,
            }
        })
        .collect();
    let why = if safe {
        String::new()
    } else if all.parties < least {
        format!("fewer than {least} parties")
    } else {
        "hidden so that no class can be worked out".to_owned()
    };
    out.push(ClassLine { region, class: String::new(), counts: safe.then_some(all), hidden: why });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn voice(party: &str, class: &str, mood: Mood) -> Voice {
        Voice { party: party.into(), class: class.into(), region: Region::North, mood }
    }

    #[test]
    fn m15_small_classes_are_hidden_at_the_edge() {
        let mut v: Vec<Voice> =
            (0..5).map(|i| voice(&format!("L{i}"), "large-supplier", Mood::Poor)).collect();
        assert_eq!(by_class(&v, 5)[0].counts.unwrap().poor, 5);
        assert!(by_class(&v[..4], 5).iter().all(|l| l.counts.is_none()));
        // One small class beside: it hides the large one too, since the row of all would give it away.
        v.push(voice("S1", "small-supplier", Mood::Good));
        let lines = by_class(&v, 5);
        assert_eq!(
            lines.iter().map(|l| l.counts.is_some()).collect::<Vec<_>>(),
            [false, false, true]
        );
    }

    #[test]
    fn each_party_counts_once_a_region_with_its_last_word() {
        let v =
            [voice("A", "x", Mood::Good), voice("A", "x", Mood::Poor), voice("B", "x", Mood::Poor)];
        assert_eq!(
            by_class(&v, 2)[0].counts.unwrap(),
            Moods { parties: 2, poor: 2, fair: 0, good: 0 }
        );
    }

    proptest! {
        /// All less shown is nothing, or at least the limit, spread over two classes or more.
        #[test]
        fn m15_no_sum_gives_a_hidden_class_back(sizes in proptest::collection::vec(0u64..9, 1..6), least in 2u64..7) {
            let v: Vec<Voice> = sizes.iter().enumerate().flat_map(|(c, n)| (0..*n).map(move |i| voice(&format!("{c}-{i}"), &format!("c{c}"), Mood::Fair))).collect();
            let lines = by_class(&v, least);
            let Some(all) = lines.iter().find(|l| l.class.is_empty()).and_then(|l| l.counts) else { return Ok(()) };
            let shown: u64 = lines.iter().filter(|l| !l.class.is_empty()).filter_map(|l| l.counts).map(|m| m.parties).sum();
            let hidden = lines.iter().filter(|l| !l.class.is_empty() && l.counts.is_none()).count();
            prop_assert!(all.parties == shown || (all.parties - shown >= least && hidden >= 2));
        }
    }
}
