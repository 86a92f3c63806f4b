//! Registration files that were due against those that came (`docs/needs.md` R6): in time, late,
//! missing, not due yet. Duplicates, files out of order and refused ones are distinguished when they
//! are imported.

use northbound_rules::registration::DueFile;
use northbound_types::{Day, Utc, text_enum};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A registration file that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// File name.
    pub name: String,
    /// Who sent it.
    pub provider: String,
    /// Its layout.
    pub layout: String,
    /// The day that it is for; `None` where its header could not be read.
    pub day: Option<Day>,
    /// When it came.
    pub arrived: Utc,
    /// `accepted`, `duplicate`, `out-of-order`, `rejected`.
    pub outcome: String,
    /// Did it come after its cut-off?
    pub late: bool,
}

text_enum! {
    /// The state of a file that was due.
    pub enum DueState("state of an expected file") {
        /// It came by its cut-off.
        InTime = "in-time",
        /// It came after its cut-off.
        Late = "late",
        /// Its cut-off has passed and nothing that could be accepted came.
        Missing = "missing",
        /// Its cut-off has not passed.
        NotYet = "not-yet",
    }
}

/// A file that was due, and what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What was due.
    pub due: DueFile,
    /// Its state.
    pub state: DueState,
    /// When it came.
    pub arrived: Option<Utc>,
    /// Its name.
    pub name: Option<String>,
}

/// The state of each file that was due at a time.
#[must_use]
pub fn standings(due: &[DueFile], arrivals: &[Arrival], at: Utc) -> Vec<Standing> {
    due.iter()
        .map(|d| {
            let came = arrivals
                .iter()
                .filter(|a| {
                    a.outcome == "accepted"
                        && a.day == Some(d.day)
                        && a.provider == d.rule.provider
                        && a.layout == d.rule.layout
                        && a.arrived <= at
                })
                .min_by_key(|a| a.arrived);
            let state = match came {
                Some(a) if a.arrived <= d.cut_off => DueState::InTime,
                Some(_) => DueState::Late,
                None if at > d.cut_off => DueState::Missing,
                None => DueState::NotYet,
            };
            Standing {
                due: d.clone(),
                state,
                arrived: came.map(|a| a.arrived),
                name: came.map(|a| a.name.clone()),
            }
        })
        .collect()
}

/// Counts of one provider's files of one layout.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrivalLine {
    /// Provider.
    pub provider: String,
    /// Layout.
    pub layout: String,
    /// Days on which one was due, and that are past their cut-off.
    pub due: u64,
    /// Came in time.
    pub in_time: u64,
    /// Came late.
    pub late: u64,
    /// Never came.
    pub missing: u64,
    /// Copies of what was accepted.
    pub duplicates: u64,
    /// Wait for a file before them.
    pub out_of_order: u64,
    /// Refused.
    pub rejected: u64,
    /// The days whose file is missing.
    pub missing_days: Vec<Day>,
}

/// The same by provider and layout. `arrivals` are those of the days looked at.
#[must_use]
pub fn lines(standings: &[Standing], arrivals: &[Arrival]) -> Vec<ArrivalLine> {
    let mut by: BTreeMap<(String, String), ArrivalLine> = BTreeMap::new();
    let mut line = |provider: &str, layout: &str, add: &dyn Fn(&mut ArrivalLine)| {
        let l = by.entry((provider.to_owned(), layout.to_owned())).or_insert_with(|| ArrivalLine {
            provider: provider.to_owned(),
            layout: layout.to_owned(),
            ..ArrivalLine::default()
        });
        add(l);
    };
    for s in standings.iter().filter(|s| s.state != DueState::NotYet) {
        line(&s.due.rule.provider, &s.due.rule.layout, &|l| {
            l.due += 1;
            match s.state {
                DueState::InTime => l.in_time += 1,
                DueState::Late => l.late += 1,
                DueState::Missing => {
                    l.missing += 1;
                    l.missing_days.push(s.due.day);
                }
                DueState::NotYet => {}
            }
        });
    }
    for a in arrivals {
        line(&a.provider, &a.layout, &|l| match a.outcome.as_str() {
            "duplicate" => l.duplicates += 1,
            "out-of-order" => l.out_of_order += 1,
            "rejected" => l.rejected += 1,
            _ => {}
        });
    }
    by.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use northbound_rules::{files::RuleFile, registration::expected};

    fn due() -> DueFile {
        let text = "[[expected]]\nprovider = \"RDP1\"\nlayout = \"electricity-update\"\nfrom = \"2026-05-01\"\ndays = \"daily\"\ncut_off = \"18:00\"\nmark = \"assumed\"\n";
        let rule =
            expected(&RuleFile::new("registration/expected.toml", text.as_bytes().to_vec(), true))
                .unwrap()
                .remove(0);
        let day: Day = "2026-05-06".parse().unwrap();
        DueFile {
            day,
            cut_off: Utc(day.start().0 + rule.cut_off),
            raises: Utc(day.start().0 + rule.cut_off),
            rule,
        }
    }
    fn arrival(at: &str, outcome: &str) -> Arrival {
        Arrival {
            name: "f".into(),
            provider: "RDP1".into(),
            layout: "electricity-update".into(),
            day: Some("2026-05-06".parse().unwrap()),
            arrived: at.parse().unwrap(),
            outcome: outcome.into(),
            late: false,
        }
    }

    #[test]
    fn in_time_late_missing_and_not_yet_at_the_cut_off() {
        let state =
            |a: &[Arrival], now: &str| standings(&[due()], a, now.parse().unwrap())[0].state;
        let end = "2026-05-07T00:00:00Z";
        assert_eq!(state(&[arrival("2026-05-06T18:00:00Z", "accepted")], end), DueState::InTime);
        assert_eq!(
            state(&[arrival("2026-05-06T18:00:00.000001Z", "accepted")], end),
            DueState::Late
        );
        assert_eq!(
            (state(&[], "2026-05-06T18:00:00Z"), state(&[], "2026-05-06T18:00:00.000001Z")),
            (DueState::NotYet, DueState::Missing)
        );
        for other in ["duplicate", "rejected", "out-of-order"] {
            assert_eq!(
                state(&[arrival("2026-05-06T12:00:00Z", other)], end),
                DueState::Missing,
                "{other}"
            );
        }
    }

    #[test]
    fn findings_are_counted_apart() {
        let a = [
            arrival("2026-05-06T12:00:00Z", "accepted"),
            arrival("2026-05-06T13:00:00Z", "duplicate"),
            arrival("2026-05-06T14:00:00Z", "rejected"),
        ];
        let l = lines(&standings(&[due()], &a, "2026-05-07".parse().unwrap()), &a).remove(0);
        assert_eq!(
            (l.due, l.in_time, l.late, l.missing, l.duplicates, l.out_of_order, l.rejected),
            (1, 1, 0, 0, 1, 0, 1)
        );
    }
}
