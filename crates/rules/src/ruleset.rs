//! A rule set: all rules of an installation, read once, identified by a hash of their files.

use crate::{
    catalogue::Catalogue,
    codes::Codes,
    confirm::{Confirmable, RuleInfo},
    definitions::{self, LevelsRule, Placed},
    error::RuleError,
    files::{self, RuleFile},
    incidents::{self, CategoryRule},
    lists::{self, Entry, ListRule, OTHER_PROCESS},
    measure::{Mark, MeasureDef, Methodology, Provenance},
    registration::{self, ExpectedFile, RegistrationLayout},
    settings::{self, Setting},
    targets::{self, TargetKey, TargetResolver, TargetRule},
    templates::{self, Template, TemplateKind},
};
use northbound_types::{Day, Ratio, Region, workdays::Calendar};
use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    str::FromStr,
};

/// All rules.
#[derive(Debug, Clone)]
pub struct RuleSet {
    id: String,
    files: Vec<RuleFile>,
    pub(crate) catalogue: Catalogue,
    codes: Codes,
    pub(crate) targets: Vec<TargetRule>,
    pub(crate) measures: Vec<Placed<MeasureDef>>,
    measure_defs: Vec<MeasureDef>,
    pub(crate) methodologies: Vec<Placed<Methodology>>,
    methodology_defs: Vec<Methodology>,
    pub(crate) settings: Vec<Setting>,
    pub(crate) traffic: Vec<Setting>,
    pub(crate) lists: Vec<ListRule>,
    pub(crate) categories: Vec<CategoryRule>,
    pub(crate) layouts: Vec<RegistrationLayout>,
    pub(crate) expected_files: Vec<ExpectedFile>,
    process_by_srv: HashMap<String, String>,
}

impl RuleSet {
    /// The rules embedded in the binary.
    ///
    /// # Errors
    /// None with the files of this repository; a test holds that.
    pub fn embedded() -> Result<RuleSet, RuleError> {
        RuleSet::load(None)
    }

    /// The embedded rules, overlaid file by file by the files of a folder (`DATA/rules`). A folder
    /// that does not exist overlays nothing.
    ///
    /// # Errors
    /// Where a file cannot be read, and where the rules contradict each other.
    pub fn load(overlay: Option<&Path>) -> Result<RuleSet, RuleError> {
        let set = RuleSet::read(overlay)?;
        let errors: Vec<String> =
            set.check().into_iter().filter(|f| f.is_error).map(|f| f.to_string()).collect();
        match errors.first() {
            Some(first) => {
                Err(RuleError::Contradiction { count: errors.len(), first: first.clone() })
            }
            None => Ok(set),
        }
    }

    /// As [`RuleSet::load`], but contradictions are left for [`RuleSet::check`] to list.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn read(overlay: Option<&Path>) -> Result<RuleSet, RuleError> {
        RuleSet::from_files(files::collect(overlay)?)
    }

    /// From files already in memory, sorted by name.
    ///
    /// # Errors
    /// Where one of them cannot be read.
    pub fn from_files(files: Vec<RuleFile>) -> Result<RuleSet, RuleError> {
        let mut set = RuleSet {
            id: files::identity(&files),
            files: Vec::new(),
            catalogue: Catalogue::default(),
            codes: Codes::default(),
            targets: Vec::new(),
            measures: Vec::new(),
            measure_defs: Vec::new(),
            methodologies: Vec::new(),
            methodology_defs: Vec::new(),
            settings: Vec::new(),
            traffic: Vec::new(),
            lists: Vec::new(),
            process_by_srv: HashMap::new(),
            categories: Vec::new(),
            layouts: Vec::new(),
            expected_files: Vec::new(),
        };
        for file in &files {
            set.take(file)?;
        }
        for rule in &set.lists {
            let Entry::Process { srvs } = &rule.entry else { continue };
            for srv in srvs {
                set.process_by_srv.entry(srv.clone()).or_insert_with(|| rule.name.clone());
            }
        }
        set.categories.sort_by_key(|c| (c.category, c.from));
        for m in &mut set.measures {
            m.rule.levels.sort_by_key(|l| l.from);
        }
        set.measure_defs = set.measures.iter().map(|m| m.rule.clone()).collect();
        set.methodologies.sort_by(|a, b| a.rule.id.cmp(&b.rule.id));
        set.methodology_defs = set.methodologies.iter().map(|m| m.rule.clone()).collect();
        set.files = files;
        Ok(set)
    }

    fn take(&mut self, file: &RuleFile) -> Result<(), RuleError> {
        match file.name.as_str() {
            "codes/srv_catalogue.csv" => self.catalogue = Catalogue::read(file)?,
            "targets.toml" => self.targets = targets::read(file)?,
            "settings.toml" => self.settings = settings::read(file)?,
            "traffic.toml" => self.traffic = settings::read_traffic(file)?,
            "incidents.toml" => self.categories = incidents::read(file)?,
            "registration/expected.toml" => self.expected_files = registration::expected(file)?,
            "processes.toml" => self.lists.extend(lists::processes(file)?),
            "providers.toml" => self.lists.extend(lists::providers(file)?),
            "changes.toml" => self.lists.extend(templates::changes(file)?),
            "smets1.toml" => self.lists.extend(templates::smets1(file)?),
            "shorthand.toml" => self.lists.extend(lists::shorthand(file)?),
            name if name.starts_with("codes/") => self.codes.read(file)?,
            name if name.starts_with("measures/") => {
                self.measures.extend(definitions::measures(file)?)
            }
            name if name.starts_with("methodologies/") => {
                self.methodologies.push(definitions::methodology(file)?)
            }
            name if name.starts_with("registration/") => {
                self.layouts.push(registration::layout(file)?)
            }
            name if name.starts_with("calendars/") => self.lists.push(lists::calendar(file)?),
            // The bucket table is fixed and compiled in; the file is there for SQL.
            _ => {}
        }
        Ok(())
    }

    /// SHA-256 over the sorted files, hex: what a pack cites.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
    /// The files, by name.
    #[must_use]
    pub fn files(&self) -> &[RuleFile] {
        &self.files
    }
    /// The catalogue of services.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }
    /// The code tables.
    #[must_use]
    pub fn codes(&self) -> &Codes {
        &self.codes
    }

    /// The rule that gives a message received on a day its target; `None`: no target.
    #[must_use]
    pub fn target(&self, key: &TargetKey<'_>, on: Day) -> Option<&TargetRule> {
        targets::find(&self.targets, key, on)
    }
    /// All target rules, most specific first.
    #[must_use]
    pub fn targets(&self) -> &[TargetRule] {
        &self.targets
    }
    /// The targets with confirmations (`id#hash`) applied, for the scan kernel.
    #[must_use]
    pub fn resolver(&self, confirmed: &BTreeSet<String>) -> TargetResolver {
        TargetResolver::new(&self.targets, confirmed)
    }

    /// All measures.
    #[must_use]
    pub fn measures(&self) -> &[MeasureDef] {
        &self.measure_defs
    }
    /// A measure by its full id.
    #[must_use]
    pub fn measure(&self, id: &str) -> Option<&MeasureDef> {
        self.measure_defs.iter().find(|m| m.id == id)
    }
    /// All methodologies, by id.
    #[must_use]
    pub fn methodologies(&self) -> &[Methodology] {
        &self.methodology_defs
    }
    /// A methodology by its id.
    #[must_use]
    pub fn methodology(&self, id: &str) -> Option<&Methodology> {
        self.methodology_defs.iter().find(|m| m.id == id)
    }

    /// The business process that an SRV serves; `other` where the map names none.
    #[must_use]
    pub fn process_of(&self, srv: &str) -> &str {
        self.process_by_srv.get(srv).map_or(OTHER_PROCESS, String::as_str)
    }
    /// The business processes: id and title, in the order of the file.
    pub fn processes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lists
            .iter()
            .filter(|l| matches!(l.entry, Entry::Process { .. }))
            .map(|l| (l.name.as_str(), l.title.as_str()))
    }
    /// The ids of the providers, in the order of the file.
    pub fn providers(&self) -> impl Iterator<Item = &str> {
        self.lists
            .iter()
            .filter(|l| matches!(l.entry, Entry::Provider { .. }))
            .map(|l| l.name.as_str())
    }
    /// The region that a provider serves (`none`: national); `None` where the provider is not known.
    #[must_use]
    pub fn provider_region(&self, name: &str) -> Option<Region> {
        self.lists.iter().find_map(|l| match l.entry {
            Entry::Provider { region } if l.name == name => Some(region),
            _ => None,
        })
    }
    /// The provider that serves a region; `None` for `none` and `unknown`.
    #[must_use]
    pub fn provider_of(&self, region: Region) -> Option<&str> {
        if matches!(region, Region::None | Region::Unknown) {
            return None;
        }
        self.lists.iter().find_map(|l| match l.entry {
            Entry::Provider { region: r } if r == region => Some(l.name.as_str()),
            _ => None,
        })
    }
    /// The shorthand of tables: mark and words.
    pub fn shorthand(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lists.iter().filter_map(|l| match &l.entry {
            Entry::Shorthand { words } => Some((l.name.as_str(), words.as_str())),
            _ => None,
        })
    }

    /// The templates of a kind, in the order of their file.
    pub fn templates(&self, kind: TemplateKind) -> impl Iterator<Item = Template<'_>> {
        self.lists.iter().filter_map(move |l| match &l.entry {
            Entry::Template { kind: k, items } if *k == kind => {
                Some(Template { id: &l.name, title: &l.title, items, provenance: &l.provenance })
            }
            _ => None,
        })
    }
    /// One template by its id.
    #[must_use]
    pub fn template(&self, kind: TemplateKind, id: &str) -> Option<Template<'_>> {
        self.templates(kind).find(|t| t.id == id)
    }
    /// Target times of incidents, by category and date.
    #[must_use]
    pub fn categories(&self) -> &[CategoryRule] {
        &self.categories
    }
    /// How registration files are laid out.
    #[must_use]
    pub fn layouts(&self) -> &[RegistrationLayout] {
        &self.layouts
    }
    /// Who sends which registration file by when.
    #[must_use]
    pub fn expected_files(&self) -> &[ExpectedFile] {
        &self.expected_files
    }

    /// A holiday calendar.
    #[must_use]
    pub fn calendar(&self, id: &str) -> Option<&Calendar> {
        self.covered(id).map(|(c, _, _)| c)
    }

    pub(crate) fn covered(&self, id: &str) -> Option<(&Calendar, Day, Day)> {
        self.lists.iter().find_map(|l| match &l.entry {
            Entry::Holidays { calendar, first, last } if l.name == id => {
                Some((calendar, *first, *last))
            }
            _ => None,
        })
    }

    /// The calendar that decides whether a day is a Working Day: by the setting `holiday-calendar`
    /// in force on that day.
    ///
    /// # Errors
    /// Where the setting has no value then, or its calendar does not cover the day: a Working Day
    /// is never guessed.
    pub fn calendar_on(&self, day: Day) -> Result<&Calendar, RuleError> {
        let id = self.setting("holiday-calendar", day)?.text(day)?;
        let refuse = |problem: String| RuleError::Calendar { id: id.to_owned(), problem };
        match self.covered(id) {
            None => Err(refuse("there is no such calendar".into())),
            Some((_, first, last)) if day < first || day > last => {
                Err(refuse(format!("it covers {first} to {last}, not {day}")))
            }
            Some((calendar, _, _)) => Ok(calendar),
        }
    }

    /// The `n`-th Working Day after a day, such as the day on which a report is due.
    ///
    /// # Errors
    /// As [`RuleSet::calendar_on`], for each day up to the one found.
    pub fn working_day_after(&self, day: Day, n: u32) -> Result<Day, RuleError> {
        let (mut at, mut left) = (day, n);
        while left > 0 {
            at = at.plus(1);
            if self.calendar_on(at)?.is_working(at) {
                left -= 1;
            }
        }
        Ok(at)
    }

    /// The version of a setting in force on a day.
    ///
    /// # Errors
    /// Where there is none.
    pub fn setting(&self, key: &str, on: Day) -> Result<&Setting, RuleError> {
        settings::find(&self.settings, key, on)
    }
    /// The version of a setting of the live service (`traffic.toml`) in force on a day.
    ///
    /// # Errors
    /// Where there is none.
    pub fn traffic(&self, key: &str, on: Day) -> Result<&Setting, RuleError> {
        settings::find(&self.traffic, key, on)
    }
    /// A setting as a whole number.
    ///
    /// # Errors
    /// Where there is none on that day, or it is of another kind.
    pub fn integer(&self, key: &str, on: Day) -> Result<i64, RuleError> {
        self.setting(key, on)?.integer(on)
    }
    /// A setting as an exact fraction.
    ///
    /// # Errors
    /// As [`RuleSet::integer`].
    pub fn fraction(&self, key: &str, on: Day) -> Result<Ratio, RuleError> {
        self.setting(key, on)?.fraction(on)
    }
    /// A setting as a word.
    ///
    /// # Errors
    /// As [`RuleSet::integer`].
    pub fn text(&self, key: &str, on: Day) -> Result<&str, RuleError> {
        self.setting(key, on)?.text(on)
    }
    /// A setting as a word of a closed set, such as those of [`crate::setting_words`].
    ///
    /// # Errors
    /// As [`RuleSet::integer`]; also where the word is of another set.
    pub fn word<T: FromStr>(&self, key: &str, on: Day) -> Result<T, RuleError> {
        self.setting(key, on)?.word(on)
    }
    /// A setting as a list of words.
    ///
    /// # Errors
    /// As [`RuleSet::integer`].
    pub fn list(&self, key: &str, on: Day) -> Result<&[String], RuleError> {
        self.setting(key, on)?.list(on)
    }

    fn judging(&self) -> Vec<RuleInfo> {
        let levels: Vec<LevelsRule> = self.measures.iter().flat_map(LevelsRule::of).collect();
        let mut infos: Vec<RuleInfo> = self
            .targets
            .iter()
            .map(Confirmable::info)
            .chain(self.measures.iter().map(Confirmable::info))
            .chain(levels.iter().map(Confirmable::info))
            .chain(self.methodologies.iter().map(Confirmable::info))
            .chain(self.settings.iter().map(Confirmable::info))
            // A template is filled in by people; it judges no figure.
            .chain(
                self.lists
                    .iter()
                    .filter(|l| !matches!(l.entry, Entry::Template { .. }))
                    .map(Confirmable::info),
            )
            .chain(self.categories.iter().map(Confirmable::info))
            .chain(self.layouts.iter().map(Confirmable::info))
            .chain(self.expected_files.iter().map(Confirmable::info))
            .collect();
        infos.sort_by(|a, b| a.id.cmp(&b.id).then_with(|| a.from.cmp(&b.from)));
        infos
    }

    /// Every rule that can be cited, sorted by id and date: those that judge a figure, and the rows
    /// of the catalogue and the code tables, and templates.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleInfo> {
        let mut infos = self.judging();
        infos.extend(self.traffic.iter().map(Confirmable::info));
        infos.extend(
            self.lists
                .iter()
                .filter(|l| matches!(l.entry, Entry::Template { .. }))
                .map(Confirmable::info),
        );
        infos.extend(self.reference_rows());
        infos.sort_by(|a, b| a.id.cmp(&b.id).then_with(|| a.from.cmp(&b.from)));
        infos
    }

    /// The rules whose mark needs confirming and whose key is not among `confirmed` (`id#hash`).
    /// Rows of the catalogue and the code tables judge no figure and are left out.
    #[must_use]
    pub fn unconfirmed(&self, confirmed: &BTreeSet<String>) -> Vec<RuleInfo> {
        self.judging()
            .into_iter()
            .filter(|r| {
                r.provenance.needs_confirmation() && !confirmed.contains(&r.confirmation_key)
            })
            .collect()
    }

    /// The same as the evaluation of measures takes them: `measure:ID`, `levels:ID`,
    /// `methodology:ID`, `setting:KEY`, `target:…`, without the hash.
    #[must_use]
    pub fn unconfirmed_keys(&self, confirmed: &BTreeSet<String>) -> BTreeSet<String> {
        self.unconfirmed(confirmed).iter().map(|r| r.id.replacen('/', ":", 1)).collect()
    }

    fn reference_rows(&self) -> Vec<RuleInfo> {
        let mut infos = Vec::new();
        for s in self.catalogue.services() {
            let value = format!(
                "{}; service {}; {}; roles {}; Command Variants {:?}; body {}",
                s.name,
                s.reference,
                if s.critical { "critical" } else { "not critical" },
                s.roles.join(" "),
                s.command_variants.iter().map(|v| v.number()).collect::<Vec<_>>(),
                s.body_element
            );
            infos.push(reference(
                format!("catalogue/{}", s.srv),
                "Service",
                value,
                s.mark,
                "",
                &s.notes,
                "codes/srv_catalogue.csv",
                s.line,
            ));
        }
        let tables = [
            ("response", "Response code", &self.codes.responses, "codes/response_codes.csv"),
            (
                "device-alert",
                "Device alert code",
                &self.codes.device_alerts,
                "codes/device_alert_codes.csv",
            ),
            ("dcc-alert", "DCC alert code", &self.codes.dcc_alerts, "codes/dcc_alert_codes.csv"),
            ("message", "GBCS message code", &self.codes.messages, "codes/gbcs_message_codes.csv"),
        ];
        for (kind, title, table, file) in tables {
            for c in table.values() {
                let value = format!(
                    "{}; {}",
                    if c.meaning.is_empty() { "meaning unknown" } else { &c.meaning },
                    c.class
                );
                infos.push(reference(
                    format!("code/{kind}/{}", c.code),
                    title,
                    value,
                    c.mark,
                    &c.source,
                    &c.notes,
                    file,
                    c.line,
                ));
            }
        }
        infos
    }
}

#[allow(clippy::too_many_arguments, reason = "one call site each for two kinds of row")]
fn reference(
    id: String,
    title: &str,
    value: String,
    mark: Mark,
    source: &str,
    note: &str,
    file: &str,
    line: usize,
) -> RuleInfo {
    RuleInfo {
        confirmation_key: format!("{id}#{}", crate::confirm::digest(&format!("{id}\n{value}\n"))),
        id,
        title: title.to_owned(),
        value,
        from: None,
        provenance: Provenance { mark, source: source.to_owned(), note: note.to_owned() },
        place: crate::error::Place { file: file.to_owned(), line, column: 1 },
    }
}
