//! Evidence on one region from several sides (M13): what the contract measures, what Users' own
//! requests and tests got, what parties say, what was complained of. Each side keeps its name, and
//! where they do not agree that is said.

use crate::{
    MeasureResult,
    oversight::sentiment::Moods,
    statistics::{
        interval::wilson,
        two_samples::{Difference, Finding, compare},
    },
};
use northbound_types::{Cells, Dim, Ratio, Region, RequestState, Selector, TestKind, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where a piece of evidence comes from.
    pub enum Side("source of evidence") {
        /// A measure of the network's test commands, as the contract counts it.
        ContractMeasure = "contract measure",
        /// The same measure over Users' own requests.
        OwnRequests = "own requests",
        /// Tests that Users ran.
        UserTests = "user-run tests",
        /// What parties say.
        Sentiment = "sentiment",
        /// Complaints.
        Complaints = "complaints",
    }
}

text_enum! {
    /// What a piece of evidence says of the service.
    pub enum Says("what evidence says") {
        /// It is well.
        Well = "well",
        /// It is not well.
        NotWell = "not well",
        /// It does not tell.
        Unclear = "unclear",
    }
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// Where it comes from.
    pub side: Side,
    /// Which measure row, register or count, in words.
    pub what: String,
    /// The result row that it is, where it is one: measure, provider, methodology.
    pub row: Option<(String, String, String)>,
    /// The count, where it is one.
    pub ratio: Option<Ratio>,
    /// What it says.
    pub says: Says,
    /// Why it is read so.
    pub why: String,
}

/// Everything on one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionEvidence {
    /// Region.
    pub region: Region,
    /// In order of [`Side`].
    pub witnesses: Vec<Witness>,
    /// Two sides say opposite things.
    pub conflict: bool,
    /// Sides that say `well`.
    pub well: Vec<Side>,
    /// Sides that say `not well`.
    pub not_well: Vec<Side>,
}

/// Puts the pieces on one region together.
#[must_use]
pub fn weigh(region: Region, mut witnesses: Vec<Witness>) -> RegionEvidence {
    witnesses.sort_by_key(|w| w.side);
    let sides = |s: Says| {
        let mut v: Vec<Side> = witnesses.iter().filter(|w| w.says == s).map(|w| w.side).collect();
        v.dedup();
        v
    };
    let (well, not_well) = (sides(Says::Well), sides(Says::NotWell));
    RegionEvidence {
        region,
        conflict: !well.is_empty() && !not_well.is_empty(),
        well,
        not_well,
        witnesses,
    }
}

/// A measure row as evidence: by its band, and unclear where the band does not tell.
#[must_use]
pub fn measured(side: Side, r: &MeasureResult) -> Witness {
    let says = match r.band.below_target() {
        Some(false) => Says::Well,
        Some(true) => Says::NotWell,
        None => Says::Unclear,
    };
    let (num, den) = r.parts.iter().fold((0, 0), |(n, d), p| (n + p.num, d + p.den));
    Witness {
        side,
        what: format!("{} {}", r.measure, r.provider),
        row: Some((r.measure.clone(), r.provider.clone(), r.methodology.clone())),
        ratio: (den > 0).then_some(Ratio { num, den }),
        says,
        why: r.band_words().to_owned(),
    }
}

/// Tests that Users ran in a region: answered with success, of all attempts.
#[must_use]
pub fn user_tests(cells: &Cells, srvs: &[String], region: Region) -> Ratio {
    let states = |f: &dyn Fn(RequestState) -> bool| {
        RequestState::ALL
            .iter()
            .copied()
            .filter(|s| f(*s))
            .map(|s| s.to_string())
            .collect::<Vec<_>>()
    };
    let all = Selector::all()
        .and(Dim::TestKind, [TestKind::User.as_str()])
        .and(Dim::Region, [region.as_str()])
        .and(Dim::Srv, srvs.to_vec());
    let of =
        |f: &dyn Fn(RequestState) -> bool| cells.sum(&all.clone().and(Dim::State, states(f))).count;
    Ratio { num: of(&|s| s == RequestState::AnsweredSuccess), den: of(&RequestState::is_attempt) }
}

/// A region's tests beside those of the other regions together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestComparison {
    /// Region.
    pub region: Region,
    /// Its tests.
    pub own: Ratio,
    /// The tests of the other regions.
    pub others: Ratio,
    /// The difference; else why there is none.
    pub difference: Result<Difference, String>,
}

/// Compares a region's tests with those of the others. `least` attempts are asked of both.
#[must_use]
pub fn compare_tests(
    region: Region,
    tests: &[(Region, Ratio)],
    z: Ratio,
    least: u64,
) -> TestComparison {
    let of = |own: bool| {
        tests.iter().filter(|(r, _)| (*r == region) == own).fold(
            Ratio { num: 0, den: 0 },
            |a, (_, r)| Ratio { num: a.num + r.num, den: a.den + r.den },
        )
    };
    let (own, others) = (of(true), of(false));
    let difference = compare((region.as_str(), own), ("the other regions", others), z, least)
        .map_err(|e| e.to_string());
    TestComparison { region, own, others, difference }
}

/// User-run tests as evidence: not well where the region does worse than the others, or where the
/// whole interval lies below the target; well where neither holds and there were enough.
#[must_use]
pub fn tested(c: &TestComparison, target: Option<Ratio>, z: Ratio, least: u64) -> Option<Witness> {
    if c.own.den == 0 {
        return None;
    }
    let below = target
        .and_then(Ratio::rational)
        .zip(wilson(c.own, z).and_then(|i| i.high.share()))
        .is_some_and(|(t, high)| high < t);
    let (says, why) = match &c.difference {
        _ if c.own.den < least => (
            Says::Unclear,
            format!(
                "{}; fewer than {least} are not conclusive",
                crate::notes::things(c.own.den, "attempt", "attempts")
            ),
        ),
        Ok(d) if d.found == Finding::Lower => (
            Says::NotWell,
            format!("{} points against the other regions, {} to {}", d.points, d.low, d.high),
        ),
        _ if below => (Says::NotWell, "the whole interval lies below the target".to_owned()),
        Ok(d) => (
            Says::Well,
            format!("{} points against the other regions, {} to {}", d.points, d.low, d.high),
        ),
        Err(why) => (Says::Unclear, why.clone()),
    };
    Some(Witness {
        side: Side::UserTests,
        what: "SRV tests run by Users".to_owned(),
        row: None,
        ratio: Some(c.own),
        says,
        why,
    })
}

/// What parties say as evidence: by which mood is said more often.
#[must_use]
pub fn felt(counts: Option<Moods>, hidden: &str) -> Witness {
    let (says, why) = match counts {
        None => (Says::Unclear, hidden.to_owned()),
        Some(m) if m.poor > m.good => {
            (Says::NotWell, format!("{} poor, {} fair, {} good", m.poor, m.fair, m.good))
        }
        Some(m) if m.good > m.poor => {
            (Says::Well, format!("{} poor, {} fair, {} good", m.poor, m.fair, m.good))
        }
        Some(m) => (Says::Unclear, format!("{} poor, {} fair, {} good", m.poor, m.fair, m.good)),
    };
    Witness {
        side: Side::Sentiment,
        what: "parties that responded".to_owned(),
        row: None,
        ratio: counts.map(|m| Ratio { num: m.good, den: m.parties }),
        says,
        why,
    }
}

/// Complaints as evidence, by who heard them: none heard says well, which is exactly how silence is
/// taken where nobody asks.
#[must_use]
pub fn complaints_received(by: &str, complaints: u64) -> Witness {
    let (says, why) = if complaints == 0 {
        (Says::Well, format!("none received by {by}"))
    } else {
        (Says::NotWell, format!("{complaints} received by {by}"))
    };
    Witness {
        side: Side::Complaints,
        what: format!("complaints received by {by}"),
        row: None,
        ratio: None,
        says,
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const Z: Ratio = Ratio { num: 196, den: 100 };
    fn r(num: u64, den: u64) -> Ratio {
        Ratio { num, den }
    }

    #[test]
    fn m13_a_conflict_names_both_sides() {
        let tests = [
            (Region::North, r(120, 200)),
            (Region::Central, r(190, 200)),
            (Region::South, r(188, 200)),
        ];
        let north = tested(&compare_tests(Region::North, &tests, Z, 30), None, Z, 30).unwrap();
        assert_eq!(north.says, Says::NotWell);
        let e = weigh(Region::North, vec![north, complaints_received("dcc", 0)]);
        assert_eq!(
            (e.conflict, e.well.as_slice(), e.not_well.as_slice()),
            (true, &[Side::Complaints][..], &[Side::UserTests][..])
        );
        let south = tested(&compare_tests(Region::South, &tests, Z, 30), None, Z, 30).unwrap();
        assert!(!weigh(Region::South, vec![south, complaints_received("dcc", 0)]).conflict);
    }

    #[test]
    fn m14_too_few_tests_tell_nothing() {
        let tests = [(Region::North, r(10, 29)), (Region::South, r(188, 200))];
        let c = compare_tests(Region::North, &tests, Z, 30);
        assert!(c.difference.as_ref().is_err_and(|e| e.contains("29 attempts")));
        assert_eq!(tested(&c, None, Z, 30).unwrap().says, Says::Unclear);
        let enough = compare_tests(
            Region::North,
            &[(Region::North, r(10, 30)), (Region::South, r(188, 200))],
            Z,
            30,
        );
        assert_eq!(tested(&enough, None, Z, 30).unwrap().says, Says::NotWell);
        // Alone in its region there is nothing to compare with; against a target there is.
        let alone = compare_tests(Region::North, &[(Region::North, r(10, 30))], Z, 30);
        assert_eq!(tested(&alone, None, Z, 30).unwrap().says, Says::Unclear);
        assert_eq!(tested(&alone, Some(r(9, 10)), Z, 30).unwrap().says, Says::NotWell);
        assert!(tested(&compare_tests(Region::North, &[], Z, 30), None, Z, 30).is_none());
    }

    #[test]
    fn what_parties_say_is_read_by_the_larger_part() {
        let m = |poor, fair, good| Moods { parties: poor + fair + good, poor, fair, good };
        for (c, s) in
            [(m(3, 0, 2), Says::NotWell), (m(2, 5, 3), Says::Well), (m(2, 1, 2), Says::Unclear)]
        {
            assert_eq!(felt(Some(c), "").says, s);
        }
        assert_eq!(felt(None, "fewer than 5 parties").says, Says::Unclear);
    }
}
