//! Claims about months ("below target 10 months in a row", "16 of the last 17") checked against the
//! table and against each other (X1).
//!
//! With S(i) the number of missed months before month i, every claim is a difference of two S, and
//! 0 ≤ S(i+1) − S(i) ≤ 1. Such a system has a solution in whole numbers exactly when its graph has
//! no negative cycle, so "contradictory" and "must have met" are decided, not guessed.

use crate::notes::things;
use crate::{
    error::MeasureError,
    evaluate::streaks::{Months, Span},
};
use northbound_types::{Period, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Below which level the claim says.
    pub enum Level("level") {
        /// Below target.
        Target = "target",
        /// Below minimum.
        Minimum = "minimum",
    }
}

/// What somebody claims. All months end with `until`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "claim", rename_all = "kebab-case")]
pub enum Claim {
    /// Missed in exactly `months` months in a row, the last of them `until`.
    Run {
        /// Level.
        below: Level,
        /// How many months.
        months: u32,
        /// The last month.
        until: Period,
    },
    /// Missed in `count` of the last `of` months, the last of them `until`.
    Window {
        /// Level.
        below: Level,
        /// How many missed.
        count: u32,
        /// Of how many.
        of: u32,
        /// The last month.
        until: Period,
    },
}

/// The longest window that a claim may name, in months.
pub const MAX_WINDOW: u32 = 240;

impl Claim {
    /// The level that the claim speaks of.
    #[must_use]
    pub const fn below(&self) -> Level {
        match self {
            Claim::Run { below, .. } | Claim::Window { below, .. } => *below,
        }
    }

    /// Reads `below target 10 months in a row`, `below minimum in 16 of the last 17 months`.
    ///
    /// # Errors
    /// [`MeasureError::Claim`] where the text is neither, or its numbers make no sense.
    pub fn parse(text: &str, until: Period) -> Result<Claim, MeasureError> {
        let bad = || MeasureError::Claim(text.to_owned());
        let low = text.to_lowercase();
        let below = match (low.contains("target"), low.contains("minimum")) {
            (true, false) => Level::Target,
            (false, true) => Level::Minimum,
            _ => return Err(bad()),
        };
        let numbers: Vec<u32> = low
            .split(|c: char| !c.is_ascii_digit())
            .filter(|t| !t.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| bad())?;
        match numbers.as_slice() {
            [months]
                if (low.contains("in a row")
                    || low.contains("running")
                    || low.contains("consecutive"))
                    && (1..=MAX_WINDOW).contains(months) =>
            {
                Ok(Claim::Run { below, months: *months, until })
            }
            [count, of]
                if low.contains(" of the last ")
                    && count <= of
                    && (1..=MAX_WINDOW).contains(of) =>
            {
                Ok(Claim::Window { below, count: *count, of: *of, until })
            }
            _ => Err(bad()),
        }
    }

    /// The first month that the claim says something about: a run also says that the month before
    /// it did not miss.
    fn first(&self) -> Period {
        match *self {
            Claim::Run { months, until, .. } => until.plus(-(months as i32)),
            Claim::Window { of, until, .. } => until.plus(1 - of as i32),
        }
    }
    fn until(&self) -> Period {
        match *self {
            Claim::Run { until, .. } | Claim::Window { until, .. } => until,
        }
    }

    /// The claim in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Claim::Run { below, months, until } => {
                let months = things(u64::from(*months), "month", "months");
                format!("below {below} {months} in a row to {until}")
            }
            Claim::Window { below, count, of, until } => {
                let of = things(u64::from(*of), "month", "months");
                format!("below {below} in {count} of the last {of} to {until}")
            }
        }
    }
}

text_enum! {
    /// What the table says to a claim.
    pub enum Standing("standing of a claim") {
        /// The table says the same.
        Agrees = "agrees",
        /// Unknown months leave it open.
        Possible = "possible",
        /// The table says otherwise.
        Contradicted = "contradicted",
    }
}

/// One claim against the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The claim.
    pub claim: Claim,
    /// What the table gives.
    pub found: Span,
    /// How they stand to each other.
    pub standing: Standing,
}

/// A month where table and claims cannot both be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// Month.
    pub month: Period,
    /// The table: missed?
    pub table_missed: bool,
    /// What the claims together require.
    pub claims_missed: bool,
}

/// All claims of one row and level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimReport {
    /// Each claim against the table.
    pub verdicts: Vec<Verdict>,
    /// No months could make all claims true at once.
    pub contradict_each_other: bool,
    /// Each claim may be possible, but the table's known months rule them out together.
    pub contradict_table: bool,
    /// Months that must have met their level if the claims are true.
    pub must_have_met: Vec<Period>,
    /// Months where the table says otherwise than the claims require.
    pub disagreements: Vec<Disagreement>,
}

/// Checks claims of one level against the months of one row and against each other. Claims of the
/// other level are left out: check them with the other table.
#[must_use]
pub fn check_claims(table: &Months, level: Level, claims: &[Claim]) -> ClaimReport {
    let claims: Vec<&Claim> = claims.iter().filter(|c| c.below() == level).collect();
    let verdicts: Vec<Verdict> = claims.iter().map(|c| verdict(table, c)).collect();
    let system = System::of(&claims);
    let contradict_each_other = !system.feasible(&[]);
    let known: Vec<(Period, bool)> =
        table.months.iter().filter_map(|(p, v)| v.map(|v| (*p, v))).collect();
    let mut report = ClaimReport {
        contradict_table: contradict_each_other
            || !system.feasible(&known)
            || verdicts.iter().any(|v| v.standing == Standing::Contradicted),
        verdicts,
        contradict_each_other,
        must_have_met: Vec::new(),
        disagreements: Vec::new(),
    };
    if contradict_each_other {
        return report;
    }
    for month in system.months() {
        let (may_miss, may_meet) =
            (system.feasible(&[(month, true)]), system.feasible(&[(month, false)]));
        if !may_miss {
            report.must_have_met.push(month);
        }
        let Some(&(_, table_missed)) = known.iter().find(|(p, _)| *p == month) else { continue };
        if (table_missed && !may_miss) || (!table_missed && !may_meet) {
            report.disagreements.push(Disagreement {
                month,
                table_missed,
                claims_missed: !table_missed,
            });
        }
    }
    report
}

fn verdict(table: &Months, claim: &Claim) -> Verdict {
    let cut = table.until(claim.until());
    let (found, said) = match *claim {
        Claim::Run { months, .. } => (cut.current(), months),
        Claim::Window { count, of, .. } => (cut.of_last(of), count),
    };
    let standing = if said < found.least || said > found.greatest {
        Standing::Contradicted
    } else if found.is_known() {
        Standing::Agrees
    } else {
        Standing::Possible
    };
    Verdict { claim: claim.clone(), found, standing }
}

/// Difference constraints: `S[to] − S[from] ≤ most`.
struct System {
    first: Period,
    count: usize,
    edges: Vec<(usize, usize, i64)>,
}

impl System {
    fn of(claims: &[&Claim]) -> System {
        let Some(first) = claims.iter().map(|c| c.first()).min() else {
            return System { first: Period::month(1, 1), count: 0, edges: Vec::new() };
        };
        let last = claims.iter().map(|c| c.until()).max().unwrap_or(first);
        let mut months = Vec::new();
        let mut at = first;
        while at <= last {
            months.push(at);
            at = at.next();
        }
        let mut s = System { first, count: months.len(), edges: Vec::new() };
        for i in 0..s.count {
            s.edges.push((i, i + 1, 1));
            s.edges.push((i + 1, i, 0));
        }
        for c in claims {
            let (from, to) = (s.index(c.first()), s.index(c.until()) + 1);
            match **c {
                // The month before the run did not miss, every month of it did.
                Claim::Run { months, .. } => {
                    s.exactly(from, from + 1, 0);
                    s.exactly(from + 1, to, i64::from(months));
                }
                Claim::Window { count, .. } => s.exactly(from, to, i64::from(count)),
            }
        }
        s
    }
    fn exactly(&mut self, from: usize, to: usize, n: i64) {
        self.edges.push((from, to, n));
        self.edges.push((to, from, -n));
    }
    fn index(&self, month: Period) -> usize {
        let mut at = self.first;
        let mut i = 0;
        while at < month {
            at = at.next();
            i += 1;
        }
        i
    }
    fn months(&self) -> impl Iterator<Item = Period> + '_ {
        (0..self.count).map(|i| self.first.plus(i as i32))
    }

    /// Is there a solution with these months fixed? Bellman–Ford from a node that reaches all.
    fn feasible(&self, fixed: &[(Period, bool)]) -> bool {
        let mut edges = self.edges.clone();
        for (month, missed) in fixed.iter().filter(|(m, _)| *m >= self.first) {
            let i = self.index(*month);
            if i >= self.count {
                continue;
            }
            let n = i64::from(*missed);
            edges.push((i, i + 1, n));
            edges.push((i + 1, i, -n));
        }
        let mut distance = vec![0i64; self.count + 1];
        for _ in 0..=self.count + 1 {
            let mut moved = false;
            for &(from, to, most) in &edges {
                if distance[from] + most < distance[to] {
                    distance[to] = distance[from] + most;
                    moved = true;
                }
            }
            if !moved {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APRIL: Period = Period::month(2020, 4);
    fn x1() -> [Claim; 2] {
        [
            Claim::parse("below target 10 months in a row", APRIL).unwrap(),
            Claim::parse("Below target in 16 of the last 17 months", APRIL).unwrap(),
        ]
    }
    fn table(first: Period, pattern: &str) -> Months {
        Months::new(pattern.chars().enumerate().map(|(i, c)| {
            (
                first.plus(i as i32),
                match c {
                    'x' => Some(true),
                    '.' => Some(false),
                    _ => None,
                },
            )
        }))
    }

    #[test]
    fn x1_the_month_that_met_must_be_june_2019() {
        let r = check_claims(&Months::default(), Level::Target, &x1());
        assert!(!r.contradict_each_other);
        assert_eq!(r.must_have_met, [Period::month(2019, 6)]);
        let good = check_claims(
            &table(Period::month(2018, 12), "xxxxxx.xxxxxxxxxx"),
            Level::Target,
            &x1(),
        );
        assert!(
            !good.contradict_table && good.verdicts.iter().all(|v| v.standing == Standing::Agrees)
        );
    }

    #[test]
    fn x1_another_month_at_target_is_a_contradiction() {
        let r = check_claims(
            &table(Period::month(2018, 12), "xxxxx.xxxxxxxxxxx"),
            Level::Target,
            &x1(),
        );
        assert!(r.contradict_table);
        assert_eq!(r.verdicts[0].standing, Standing::Contradicted);
        assert_eq!(r.verdicts[0].found.least, 11);
        let months: Vec<_> = r.disagreements.iter().map(|d| (d.month, d.table_missed)).collect();
        assert_eq!(months, [(Period::month(2019, 5), false), (Period::month(2019, 6), true)]);
    }

    #[test]
    fn claims_that_no_months_could_meet() {
        let run = |months| Claim::Run { below: Level::Target, months, until: APRIL };
        let window = |count, of| Claim::Window { below: Level::Target, count, of, until: APRIL };
        assert!(
            check_claims(&Months::default(), Level::Target, &[run(10), run(12)])
                .contradict_each_other
        );
        assert!(
            check_claims(&Months::default(), Level::Target, &[run(10), window(9, 10)])
                .contradict_each_other
        );
        assert!(
            check_claims(&Months::default(), Level::Target, &[run(10), window(17, 17)])
                .contradict_each_other
        );
        assert!(
            !check_claims(&Months::default(), Level::Target, &[run(10), window(10, 17)])
                .contradict_each_other
        );
        // Possible one by one, impossible together with the table: the only unknown months are two.
        let t = table(Period::month(2018, 12), "?xxxxx?xxxxxxxxxx");
        let r = check_claims(&t, Level::Target, &[run(10), window(17, 17)]);
        assert!(r.contradict_table);
    }

    #[test]
    fn unknown_months_leave_claims_possible() {
        let r = check_claims(
            &table(Period::month(2018, 12), "xxxxxx?xxxxxxxxxx"),
            Level::Target,
            &x1(),
        );
        assert!(!r.contradict_table);
        assert!(r.verdicts.iter().all(|v| v.standing == Standing::Possible));
        assert_eq!(r.must_have_met, [Period::month(2019, 6)]);
    }

    #[test]
    fn nonsense_is_refused() {
        for t in [
            "",
            "10 months in a row",
            "below target",
            "below target 17 of the last 16",
            "below target 0 months in a row",
            "below target and minimum 3 in a row",
        ] {
            assert!(Claim::parse(t, APRIL).is_err(), "{t}");
        }
    }
}
