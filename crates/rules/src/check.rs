//! What can only be seen with all rules together: doubles, gaps, contradictions, circles.

use crate::{
    confirm::Confirmable,
    definitions::Placed,
    error::Place,
    lists::Entry,
    measure::{Basis, MeasureDef},
    ruleset::RuleSet,
    settings,
};
use northbound_types::{Day, Dim, Generation, Mode};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Something that `rules check` reports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// `true` where figures would be wrong or ambiguous: such rules are not loaded.
    pub is_error: bool,
    /// Where.
    pub place: Place,
    /// Which rule.
    pub rule: String,
    /// What is wrong and what to do.
    pub problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}: {}: {}",
            if self.is_error { "error" } else { "warning" },
            self.place,
            self.rule,
            self.problem
        )
    }
}

/// Collects findings.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn error(&mut self, place: &Place, rule: &str, problem: impl Into<String>) {
        self.push(true, place, rule, problem.into());
    }
    fn warning(&mut self, place: &Place, rule: &str, problem: impl Into<String>) {
        self.push(false, place, rule, problem.into());
    }
    fn push(&mut self, is_error: bool, place: &Place, rule: &str, problem: String) {
        self.0.push(Finding { is_error, place: place.clone(), rule: rule.to_owned(), problem });
    }
}

impl RuleSet {
    /// Everything found wrong, errors first.
    #[must_use]
    pub fn check(&self) -> Vec<Finding> {
        let mut found = Findings::default();
        self.check_doubles(&mut found);
        self.check_targets(&mut found);
        self.check_measures(&mut found);
        self.check_processes(&mut found);
        self.check_settings(&mut found);
        self.check_shorthand(&mut found);
        self.check_registration(&mut found);
        found.0.sort_by(|a, b| b.is_error.cmp(&a.is_error).then_with(|| a.cmp(b)));
        found.0
    }

    /// Two rules of one id that start on one day: neither can win.
    fn check_doubles(&self, found: &mut Findings) {
        fn once<'r, R: Confirmable + 'r>(
            rules: impl Iterator<Item = &'r R>,
            dated: bool,
            found: &mut Findings,
        ) {
            let mut seen: BTreeMap<(String, Option<Day>), Place> = BTreeMap::new();
            for r in rules {
                let key = (r.rule_id().to_owned(), if dated { Confirmable::from(r) } else { None });
                if let Some(first) = seen.get(&key) {
                    let day = key.1.map(|d| format!(" from {d}")).unwrap_or_default();
                    found.error(
                        &r.place(),
                        r.rule_id(),
                        format!("is there twice{day}, first at {first}; remove one"),
                    );
                } else {
                    seen.insert(key, r.place());
                }
            }
        }
        once(self.targets.iter(), true, found);
        once(self.settings.iter(), true, found);
        once(self.measures.iter(), false, found);
        once(self.methodologies.iter(), false, found);
        once(self.lists.iter(), false, found);
        once(self.categories.iter(), true, found);
        once(self.layouts.iter(), false, found);
        once(self.expected_files.iter(), true, found);
    }

    fn check_targets(&self, found: &mut Findings) {
        for r in &self.targets {
            if let Some(srv) = &r.srv
                && self.catalogue.get(srv).is_none()
            {
                found.error(&r.place, &r.id, format!("{srv} is not in the catalogue; correct it, or add the service to codes/srv_catalogue.csv"));
            }
        }
        let last = self.targets.iter().map(|r| r.from).max();
        for (s, generation, seconds) in self.catalogue.services().iter().flat_map(|s| {
            [(Generation::Smets2, s.table_targets.0), (Generation::Smets1, s.table_targets.1)]
                .into_iter()
                .filter_map(move |(g, t)| Some((s, g, t?)))
        }) {
            let key = crate::targets::TargetKey {
                srv: &s.srv,
                generation: generation.as_str(),
                role: "",
                mode: Mode::OnDemand.as_str(),
                test_kind: "none",
                leg: "send",
            };
            let rule = last.and_then(|day| self.target(&key, day)).filter(|r| r.srv.is_some());
            if rule.is_none_or(|r| u64::try_from(r.micros / 1_000_000) != Ok(seconds)) {
                let place =
                    Place { file: "codes/srv_catalogue.csv".into(), line: s.line, column: 1 };
                found.warning(
                    &place,
                    &format!("catalogue/{}", s.srv),
                    format!(
                        "the table gives {seconds} s for {generation}, targets.toml judges by {}",
                        rule.map_or("no rule of its own", |r| r.id.as_str())
                    ),
                );
            }
        }
    }

    fn check_measures(&self, found: &mut Findings) {
        let ids: BTreeMap<&str, &MeasureDef> =
            self.measures.iter().map(|m| (m.rule.id.as_str(), &m.rule)).collect();
        for m in &self.measures {
            self.check_levels(&m.rule, &m.place, found);
            self.check_rows(m, found);
            self.check_basis(m, &ids, found);
        }
        if self.measures.is_empty() {
            found.warning(&whole("measures/"), "measure", "there is no measure");
        }
        if self.methodologies.is_empty() {
            found.error(
                &whole("methodologies/"),
                "methodology",
                "there is no methodology; keep at least one",
            );
        }
    }

    /// Each row once, of a known provider and its region.
    fn check_rows(&self, m: &Placed<MeasureDef>, found: &mut Findings) {
        let mut rows = BTreeSet::new();
        for row in &m.rule.rows {
            if !rows.insert((&row.provider, row.region)) {
                found.error(
                    &m.place,
                    &m.id,
                    format!("row {} {} is there twice; remove one", row.provider, row.region),
                );
            }
            match self.provider_region(&row.provider) {
                None => found.error(
                    &m.place,
                    &m.id,
                    format!(
                        "provider {} is not in providers.toml; correct it, or add the provider",
                        row.provider
                    ),
                ),
                Some(region) if region != row.region => found.warning(
                    &m.place,
                    &m.id,
                    format!("{} serves {region}, but the row says {}", row.provider, row.region),
                ),
                Some(_) => {}
            }
        }
    }

    /// Components and services that exist, and no measure among its own components.
    fn check_basis(
        &self,
        m: &Placed<MeasureDef>,
        ids: &BTreeMap<&str, &MeasureDef>,
        found: &mut Findings,
    ) {
        match &m.rule.basis {
            Basis::Composite { of, aggregate } => {
                if aggregate.is_none() && !m.rule.by_methodology() {
                    let problem = "no aggregate is chosen; write aggregate = \"mean\", \"pooled\" or \"product\" in its basis";
                    found.warning(&m.place, &m.id, problem);
                }
                let mut parts = BTreeSet::new();
                for part in of {
                    if !parts.insert(part) {
                        found.error(
                            &m.place,
                            &m.id,
                            format!("component {part} is there twice; remove one"),
                        );
                    }
                    if !ids.contains_key(part.as_str()) {
                        found.error(
                            &m.place,
                            &m.id,
                            format!("component {part} is no measure; correct it, or define it"),
                        );
                    }
                }
                if returns(ids, &m.rule.id) {
                    found.error(
                        &m.place,
                        &m.id,
                        "it is a component of itself; take it out of the circle",
                    );
                }
            }
            Basis::Exchanges { select } => {
                for srv in select
                    .any_of
                    .iter()
                    .filter(|(d, _)| *d == Dim::Srv)
                    .flat_map(|(_, words)| words)
                {
                    if self.catalogue.get(srv).is_none() {
                        found.error(
                            &m.place,
                            &m.id,
                            format!("{srv} is not in the catalogue; correct it"),
                        );
                    }
                }
            }
            _ => {}
        }
    }

    fn check_levels(&self, m: &MeasureDef, place: &Place, found: &mut Findings) {
        let id = format!("levels/{}", m.id);
        for pair in m.levels.windows(2) {
            if pair[0].from == pair[1].from {
                found.error(
                    place,
                    &id,
                    format!("two versions start on {}; keep one", pair[0].from),
                );
            }
        }
        for l in &m.levels {
            if let (Some(target), Some(minimum)) = (l.target, l.minimum)
                && minimum != target
                && minimum.at_least(target) == Some(true)
            {
                found.error(
                    place,
                    &id,
                    format!(
                        "from {} the minimum is above the target; swap or correct them",
                        l.from
                    ),
                );
            }
        }
    }

    fn check_processes(&self, found: &mut Findings) {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for rule in &self.lists {
            let Entry::Process { srvs } = &rule.entry else { continue };
            for srv in srvs {
                if self.catalogue.get(srv).is_none() {
                    found.error(
                        &rule.place,
                        &rule.rule_id,
                        format!("{srv} is not in the catalogue; correct it"),
                    );
                }
                if let Some(other) = seen.insert(srv, &rule.name) {
                    found.error(
                        &rule.place,
                        &rule.rule_id,
                        format!("{srv} is also in {other}; leave it in one process"),
                    );
                }
            }
        }
        for s in self.catalogue.services().iter().filter(|s| !seen.contains_key(s.srv.as_str())) {
            found.warning(
                &whole("processes.toml"),
                "process",
                format!("{} ({}) is in no process and counts as other", s.srv, s.name),
            );
        }
    }

    fn check_settings(&self, found: &mut Findings) {
        for key in settings::keys() {
            if !self.settings.iter().any(|s| s.key == key) {
                found.error(
                    &whole("settings.toml"),
                    &format!("setting/{key}"),
                    "has no value; copy it from the embedded file",
                );
            }
        }
        for key in settings::traffic_keys() {
            if !self.traffic.iter().any(|s| s.key == key) {
                found.error(
                    &whole("traffic.toml"),
                    &format!("setting/{key}"),
                    "has no value; copy it from the embedded file",
                );
            }
        }
        for s in self.settings.iter().filter(|s| s.key == "holiday-calendar") {
            if s.text(s.from).is_ok_and(|id| self.calendar(id).is_none()) {
                found.error(
                    &s.place,
                    &s.id,
                    format!("there is no calendar {}; add calendars/NAME.toml", s.written),
                );
            }
        }
    }

    /// An expected file needs its layout, and each category its target times.
    fn check_registration(&self, found: &mut Findings) {
        for e in
            self.expected_files.iter().filter(|e| !self.layouts.iter().any(|l| l.id == e.layout))
        {
            found.error(
                &e.place,
                &Confirmable::info(e).id,
                format!(
                    "there is no layout {}; correct it, or add registration/{}.toml",
                    e.layout, e.layout
                ),
            );
        }
        for s in self.settings.iter().filter(|s| s.key == "registration-raises") {
            for word in s
                .list(s.from)
                .unwrap_or_default()
                .iter()
                .filter(|w| !crate::registration::RAISING.contains(&w.as_str()))
            {
                found.error(
                    &s.place,
                    &s.id,
                    format!(
                        "{word:?} is no finding; use {}",
                        crate::registration::RAISING.join(", ")
                    ),
                );
            }
        }
        for n in crate::incidents::FIRST_CATEGORY..=crate::incidents::LAST_CATEGORY {
            if !self.categories.iter().any(|c| c.category == n) {
                found.error(
                    &whole("incidents.toml"),
                    &format!("incident-category/{n}"),
                    "has no target times; copy them from the embedded file",
                );
            }
        }
        for c in self.categories.iter().filter(|c| c.response.micros > c.resolution.micros) {
            found.error(
                &c.place,
                &c.id,
                "its initial response may take longer than its resolution; swap or correct them",
            );
        }
    }

    /// Every null must be explained in words wherever its mark stands.
    fn check_shorthand(&self, found: &mut Findings) {
        for reason in northbound_types::NullReason::ALL {
            if !self.shorthand().any(|(mark, _)| mark == reason.mark()) {
                found.error(
                    &whole("shorthand.toml"),
                    &format!("shorthand/{}", reason.mark()),
                    format!("has no words, though tables use it for {reason:?}; add it"),
                );
            }
        }
    }
}

fn whole(file: &str) -> Place {
    Place { file: file.to_owned(), line: 1, column: 1 }
}

/// Can one come back to the measure by going through components?
fn returns(ids: &BTreeMap<&str, &MeasureDef>, start: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(at) = open.pop() {
        let Some(MeasureDef { basis: Basis::Composite { of, .. }, .. }) = ids.get(at) else {
            continue;
        };
        for part in of {
            if part == start {
                return true;
            }
            if seen.insert(part.as_str()) {
                open.push(part);
            }
        }
    }
    false
}
