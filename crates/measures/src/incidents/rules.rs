//! How incidents are judged. Which incidents a period counts, whose, when the clock stops and what
//! reopening is, are settings: no published source states them.

use crate::incidents::IncidentEvent;
use northbound_rules::{incidents::CategoryRule, setting_words::RelevantIncidents};
use northbound_types::{IncidentEventKind, Utc, workdays::Calendar};

/// How incidents are judged, from the rules.
#[derive(Debug, Clone)]
pub struct IncidentRules {
    /// Target times by category and date.
    pub targets: Vec<CategoryRule>,
    /// The calendar, where days are Working Days; `None`: calendar days.
    pub working: Option<Calendar>,
    /// Does the clock stand still while the incident is suspended?
    pub stops: bool,
    /// Is each opening an occasion of its own?
    pub each_opening: bool,
    /// Events that are an initial response.
    pub responses: Vec<IncidentEventKind>,
    /// Which incidents a period counts.
    pub relevant: RelevantIncidents,
    /// Whose incidents count.
    pub responsible: Vec<String>,
    /// Keys of unconfirmed settings and categories.
    pub unconfirmed: Vec<String>,
}

impl IncidentRules {
    /// The target times of a category for what was opened at a time.
    pub(crate) fn target(
        &self,
        category: Option<u8>,
        opened: Utc,
    ) -> Result<&CategoryRule, &'static str> {
        let c = category.ok_or("its category is not known")?;
        self.targets
            .iter()
            .filter(|t| t.category == c && t.from <= opened.day())
            .max_by_key(|t| t.from)
            .ok_or("no target time was in force when it was opened")
    }
}

/// What an evaluation reads of incidents.
#[derive(Debug, Clone, Copy)]
pub struct IncidentInputs<'a> {
    /// Events, of whatever time.
    pub events: &'a [IncidentEvent],
    /// How they are judged; `None` where the rules have nothing on incidents.
    pub rules: Option<&'a IncidentRules>,
}

impl IncidentInputs<'static> {
    /// No register of incidents.
    pub const NONE: IncidentInputs<'static> = IncidentInputs { events: &[], rules: None };
}

/// Invented rules for tests.
#[cfg(test)]
pub(crate) fn sample() -> IncidentRules {
    use IncidentEventKind as E;
    use northbound_rules::{
        error::Place,
        incidents::TargetTime,
        measure::{Mark, Provenance},
    };
    use northbound_types::time::DAY_US;
    const HOUR: i64 = 3_600_000_000;
    let time = |micros, in_days| TargetTime { micros, in_days };
    let rule = |category, resolution| CategoryRule {
        id: format!("incident-category/{category}"),
        category,
        title: String::new(),
        from: "2010-01-01".parse().unwrap(),
        response: time(HOUR, false),
        resolution,
        provenance: Provenance { mark: Mark::Memory, source: String::new(), note: String::new() },
        place: Place { file: "x".into(), line: 1, column: 1 },
    };
    IncidentRules {
        targets: vec![
            rule(1, time(4 * HOUR, false)),
            rule(2, time(24 * HOUR, false)),
            rule(4, time(5 * DAY_US, true)),
        ],
        working: None,
        stops: true,
        each_opening: false,
        responses: vec![E::Responded],
        relevant: RelevantIncidents::Due,
        responsible: vec!["DCC".into()],
        unconfirmed: Vec::new(),
    }
}
