//! Dated settings: a closed list of keys, each with its kind and limits.

use crate::{
    confirm::Confirmable,
    error::{Place, RuleError},
    files::RuleFile,
    measure::Provenance,
    scalar::{self, RuleMark},
    setting_words::{
        ClockStops, DuringMonth, ForecastRule, IncidentDays, Inclusion, RelevantIncidents,
        Reopening, Switch,
    },
};
use northbound_types::{Day, Ratio};
use serde::Deserialize;
use std::str::FromStr;
use toml::Spanned;

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// A whole number.
    Integer(i64),
    /// An exact fraction or share.
    Fraction(Ratio),
    /// A word.
    Text(String),
    /// Words.
    List(Vec<String>),
}

/// One dated version of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Key, such as `outage-window-minutes`.
    pub key: String,
    /// Id in the list of rules: `setting/` and the key.
    pub id: String,
    /// Title in words.
    pub title: String,
    /// First day on which it holds.
    pub from: Day,
    /// Value.
    pub value: SettingValue,
    /// The value as it is written in the file.
    pub written: String,
    /// Where it comes from.
    pub provenance: Provenance,
    /// File, line and column.
    pub place: Place,
}

impl Confirmable for Setting {
    fn rule_id(&self) -> &str {
        &self.id
    }
    fn title(&self) -> String {
        self.title.clone()
    }
    fn value(&self) -> String {
        self.written.clone()
    }
    fn from(&self) -> Option<Day> {
        Some(self.from)
    }
    fn provenance(&self) -> &Provenance {
        &self.provenance
    }
    fn place(&self) -> Place {
        self.place.clone()
    }
}

/// What a key takes.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// A whole number in a closed range.
    Integer(i64, i64),
    /// A whole number that divides the minutes of a day.
    DividesDay,
    /// A decimal or a fraction, in quotes.
    Fraction,
    /// A percentage between 0 % and 100 %, in quotes.
    Share,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Any word.
    Name,
    /// At least one word.
    List,
    /// Any number of words, none included.
    Texts,
    /// A response or alert code.
    Code,
    /// Months of the year, 1 to 12, ascending.
    Months,
}

const MINUTES_PER_DAY: i64 = 1440;
const CENTURY_DAYS: i64 = 36_525;

/// Every key, with what it takes. All of them need a value.
const KEYS: &[(&str, Kind)] = &[
    ("outage-window-minutes", Kind::DividesDay),
    ("outage-window-clock", Kind::Word(&["UTC"])),
    ("tests-per-hub", Kind::Fraction),
    ("test-quiet-from-hour", Kind::Integer(0, 23)),
    ("test-quiet-to-hour", Kind::Integer(0, 23)),
    ("hub-device-types", Kind::List),
    ("commissioned-statuses", Kind::List),
    ("connect-days", Kind::Integer(1, 366)),
    ("small-sample-threshold", Kind::Integer(0, 1_000_000_000)),
    ("wilson-z", Kind::Fraction),
    ("wide-interval", Kind::Share),
    ("streak-null-rule", Kind::Word(&["unknown-from-here", "breaks"])),
    ("rounding-rule", Kind::Word(&["half-up-never-across-a-level"])),
    ("zero-event-rule", Kind::Word(&["leaves-the-aggregate"])),
    ("reconcile-rounding-tolerance", Kind::Share),
    ("report-due-working-days", Kind::Integer(1, 366)),
    ("user-report-due-working-days", Kind::Integer(1, 366)),
    ("holiday-calendar", Kind::Name),
    ("sr-forecast-rule", Kind::Word(ForecastRule::WORDS)),
    ("csr-forecast-rule", Kind::Word(ForecastRule::WORDS)),
    ("forecast-due-months", Kind::Months),
    ("forecast-due-working-day", Kind::Integer(1, 28)),
    ("forecast-months-ahead", Kind::Integer(1, 36)),
    ("forecast-during-month", Kind::Word(DuringMonth::WORDS)),
    ("forecast-kinds", Kind::List),
    ("forecast-test-traffic", Kind::Word(Inclusion::WORDS)),
    ("forecast-smets1", Kind::Word(Inclusion::WORDS)),
    ("forecast-held-out-months", Kind::Integer(0, 36)),
    ("forecast-reason-codes", Kind::List),
    ("sr-forecast-roles", Kind::List),
    ("csr-forecast-roles", Kind::List),
    ("variance-low", Kind::Fraction),
    ("variance-high", Kind::Fraction),
    ("notice-above", Kind::Fraction),
    ("notice-average-months", Kind::Integer(1, 36)),
    ("small-cell-below", Kind::Integer(2, 1_000)),
    ("incident-days", Kind::Word(IncidentDays::WORDS)),
    ("incident-clock-stops", Kind::Word(ClockStops::WORDS)),
    ("incident-response-events", Kind::List),
    ("incident-reopened", Kind::Word(Reopening::WORDS)),
    ("incident-relevant", Kind::Word(RelevantIncidents::WORDS)),
    ("incident-responsible", Kind::List),
    ("registration-look-back-days", Kind::Integer(1, 366)),
    ("registration-raises", Kind::List),
    ("registration-roles", Kind::List),
    ("contact-topics", Kind::List),
    ("contact-confirm-months", Kind::Integer(1, 36)),
    ("two-sample-minimum", Kind::Integer(1, 1_000_000_000)),
    ("user-test-srvs", Kind::List),
    ("sentiment-least-parties", Kind::Integer(1, 1_000)),
    ("retention-headers-days", Kind::Integer(1, CENTURY_DAYS)),
    ("retention-bodies-days", Kind::Integer(0, CENTURY_DAYS)),
    ("retention-journal-days", Kind::Integer(1, CENTURY_DAYS)),
    ("retention-ledger-versions-days", Kind::Integer(0, CENTURY_DAYS)),
];

/// Keys of `traffic.toml`: what the live service decides by. They judge no figure.
const TRAFFIC_KEYS: &[(&str, Kind)] = &[
    ("service-eui", Kind::Name),
    ("registered-roles", Kind::List),
    ("timeout-on-demand-seconds", Kind::Integer(1, 31_622_400)),
    ("timeout-asleep-seconds", Kind::Integer(1, 31_622_400)),
    ("timeout-patient-seconds", Kind::Integer(1, 31_622_400)),
    ("command-further-tries", Kind::Integer(0, 20)),
    ("command-retry-after-seconds", Kind::Integer(1, 86_400)),
    ("region-in-flight", Kind::Integer(1, 10_000_000)),
    ("region-queue", Kind::Integer(1, 100_000_000)),
    ("queue-longest-seconds", Kind::Integer(1, 31_622_400)),
    ("queue-weights", Kind::List),
    ("class-prepayment", Kind::List),
    ("class-install-commission", Kind::List),
    ("class-change-of-supplier", Kind::List),
    ("class-bulk", Kind::List),
    ("pre-command-expires-seconds", Kind::Integer(1, 31_622_400)),
    ("late-answer-seconds", Kind::Integer(0, 31_622_400)),
    ("quarantine-expires-seconds", Kind::Integer(1, 31_622_400)),
    ("outcome-kept-seconds", Kind::Integer(1, 31_622_400)),
    ("storm-protection", Kind::Word(Switch::WORDS)),
    ("storm-threshold", Kind::Integer(1, 1_000_000)),
    ("storm-window-seconds", Kind::Integer(1, 86_400)),
    ("storm-period-seconds", Kind::Integer(1, 86_400)),
    ("storm-quiet-seconds", Kind::Integer(1, 86_400)),
    ("storm-excluded", Kind::List),
    ("power-outage-codes", Kind::List),
    ("thresholds", Kind::Texts),
    ("code-unknown-user", Kind::Code),
    ("code-role", Kind::Code),
    ("code-user-status", Kind::Code),
    ("code-unknown-device", Kind::Code),
    ("code-role-for-device", Kind::Code),
    ("code-device-type", Kind::Code),
    ("code-device-status", Kind::Code),
    ("code-local-delivery", Kind::Code),
    ("code-wrong-service", Kind::Code),
    ("code-variant", Kind::Code),
    ("code-no-route", Kind::Code),
    ("code-timed-out", Kind::Code),
    ("code-timed-out-future", Kind::Code),
    ("code-device-error", Kind::Code),
    ("code-replay", Kind::Code),
    ("code-pre-command", Kind::Code),
    ("code-sequence", Kind::Code),
    ("code-full", Kind::Code),
    ("code-shed", Kind::Code),
    ("code-deleted", Kind::Code),
    ("code-cancelled", Kind::Code),
    ("code-fallback", Kind::Code),
    ("code-unreadable", Kind::Code),
    ("code-signature", Kind::Code),
    ("code-quarantined-alert", Kind::Code),
    ("unverified-window-seconds", Kind::Integer(1, 86_400)),
    ("unverified-each", Kind::Integer(0, 100_000)),
    ("unverified-all", Kind::Integer(0, 100_000)),
    ("problems-logged-each", Kind::Integer(0, 100_000)),
    ("problems-logged-all", Kind::Integer(0, 100_000)),
];

/// Every key of the live service that must have a value.
pub fn traffic_keys() -> impl Iterator<Item = &'static str> {
    TRAFFIC_KEYS.iter().map(|(k, _)| *k)
}

/// Every key that must have a value.
pub fn keys() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|(k, _)| *k)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    setting: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    key: Spanned<String>,
    title: String,
    from: Day,
    value: Spanned<toml::Value>,
    mark: RuleMark,
    #[serde(default)]
    source: String,
    #[serde(default)]
    note: String,
}

fn value(kind: Kind, raw: &toml::Value) -> Result<SettingValue, String> {
    let whole = |least: i64, most: i64| match raw.as_integer() {
        Some(n) if n >= least && n <= most => Ok(SettingValue::Integer(n)),
        _ => Err(format!("write a whole number from {least} to {most}, without quotes")),
    };
    let text = || raw.as_str().ok_or_else(|| "write a text in quotes".to_owned());
    match kind {
        Kind::Integer(least, most) => whole(least, most),
        Kind::DividesDay => match whole(1, MINUTES_PER_DAY)? {
            SettingValue::Integer(n) if MINUTES_PER_DAY % n != 0 => Err(format!(
                "write a number that divides {MINUTES_PER_DAY}: a day is cut into equal windows"
            )),
            v => Ok(v),
        },
        Kind::Fraction => scalar::fraction(text()?).map(SettingValue::Fraction).ok_or_else(|| {
            "write a decimal such as \"1.96\" or a fraction such as \"1/2\"".to_owned()
        }),
        Kind::Share => scalar::share(text()?)
            .map(SettingValue::Fraction)
            .ok_or_else(|| "write a percentage such as \"5%\"".to_owned()),
        Kind::Word(words) => {
            let t = text()?;
            if words.contains(&t) {
                Ok(SettingValue::Text(t.to_owned()))
            } else {
                Err(format!("use one of: {}", words.join(", ")))
            }
        }
        Kind::Code => match text()? {
            t if t.is_empty() || t.len() > 8 || !t.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                Err("write a code such as \"E4\": at most 8 letters and digits".to_owned())
            }
            t => Ok(SettingValue::Text(t.to_owned())),
        },
        Kind::Name => match text()? {
            "" => Err("write a name".to_owned()),
            t => Ok(SettingValue::Text(t.to_owned())),
        },
        Kind::Months => months(raw).map(SettingValue::List).ok_or_else(|| {
            "write months from 1 to 12, ascending, such as [1, 4, 7, 10]".to_owned()
        }),
        Kind::List | Kind::Texts => texts(raw)
            .filter(|w| !w.is_empty() || matches!(kind, Kind::Texts))
            .map(SettingValue::List)
            .ok_or_else(|| "write a list of texts such as [\"CHF\"]".to_owned()),
    }
}

/// Months of the year as two digits, where they ascend.
fn months(raw: &toml::Value) -> Option<Vec<String>> {
    let month = |v: &toml::Value| {
        v.as_integer().filter(|m| (1..=12).contains(m)).map(|m| format!("{m:02}"))
    };
    let all: Vec<String> = raw.as_array()?.iter().map(month).collect::<Option<_>>()?;
    (!all.is_empty() && all.windows(2).all(|p| p[0] < p[1])).then_some(all)
}

fn texts(raw: &toml::Value) -> Option<Vec<String>> {
    raw.as_array()?.iter().map(|v| v.as_str().map(str::to_owned)).collect()
}

/// Reads `settings.toml`.
///
/// # Errors
/// With file, line, column and key.
pub fn read(file: &RuleFile) -> Result<Vec<Setting>, RuleError> {
    read_keys(file, KEYS)
}

/// Reads `traffic.toml`.
///
/// # Errors
/// As [`read`].
pub fn read_traffic(file: &RuleFile) -> Result<Vec<Setting>, RuleError> {
    read_keys(file, TRAFFIC_KEYS)
}

fn read_keys(file: &RuleFile, known: &[(&str, Kind)]) -> Result<Vec<Setting>, RuleError> {
    let raw: File = scalar::read_toml(file)?;
    let text = file.text()?;
    raw.setting
        .into_iter()
        .map(|raw| {
            let key_place = Place::of(&file.name, text, raw.key.span().start);
            let place = Place::of(&file.name, text, raw.value.span().start);
            let key = raw.key.into_inner();
            let Some((_, kind)) = known.iter().find(|(k, _)| *k == key) else {
                return Err(RuleError::Value {
                    place: key_place,
                    key,
                    problem: "is no setting".into(),
                    hint: format!(
                        "the settings are {}",
                        known.iter().map(|(k, _)| *k).collect::<Vec<_>>().join(", ")
                    ),
                });
            };
            let written = raw.value.get_ref();
            let value = value(*kind, written).map_err(|hint| RuleError::Value {
                place: place.clone(),
                key: key.clone(),
                problem: format!("{written} does not fit"),
                hint,
            })?;
            Ok(Setting {
                id: format!("setting/{key}"),
                key,
                title: raw.title,
                from: raw.from,
                value,
                written: written.to_string(),
                provenance: Provenance { mark: raw.mark.0, source: raw.source, note: raw.note },
                place: key_place,
            })
        })
        .collect()
}

/// The version of a setting that is in force on a day.
///
/// # Errors
/// Where no version starts on or before the day.
pub fn find<'s>(settings: &'s [Setting], key: &str, on: Day) -> Result<&'s Setting, RuleError> {
    settings.iter().filter(|s| s.key == key && s.from <= on).max_by_key(|s| s.from).ok_or_else(
        || {
            let hint = if traffic_keys().any(|k| k == key) {
                "add a version that starts on or before that day to DATA/rules/traffic.toml"
            } else if keys().any(|k| k == key) {
                "add a version that starts on or before that day to DATA/rules/settings.toml"
            } else {
                "there is no setting of this name: see docs/rules.md"
            };
            RuleError::Setting {
                key: key.to_owned(),
                day: on,
                problem: "no version is in force".into(),
                hint: hint.into(),
            }
        },
    )
}

impl Setting {
    fn wrong<T>(&self, on: Day, wanted: &str) -> Result<T, RuleError> {
        Err(RuleError::Setting {
            key: self.key.clone(),
            day: on,
            problem: format!("{} is no {wanted}", self.written),
            hint: "ask for it by its own kind (docs/rules.md)".into(),
        })
    }
    /// As a whole number.
    ///
    /// # Errors
    /// Where the key takes another kind; `on` is named in the error.
    pub fn integer(&self, on: Day) -> Result<i64, RuleError> {
        match self.value {
            SettingValue::Integer(n) => Ok(n),
            _ => self.wrong(on, "whole number"),
        }
    }
    /// As an exact fraction.
    ///
    /// # Errors
    /// As [`Setting::integer`].
    pub fn fraction(&self, on: Day) -> Result<Ratio, RuleError> {
        match self.value {
            SettingValue::Fraction(r) => Ok(r),
            _ => self.wrong(on, "fraction"),
        }
    }
    /// As a word.
    ///
    /// # Errors
    /// As [`Setting::integer`].
    pub fn text(&self, on: Day) -> Result<&str, RuleError> {
        match &self.value {
            SettingValue::Text(t) => Ok(t),
            _ => self.wrong(on, "text"),
        }
    }
    /// As a word of a closed set, such as those of [`crate::setting_words`].
    ///
    /// # Errors
    /// As [`Setting::integer`]; also where the word is of another set.
    pub fn word<T: FromStr>(&self, on: Day) -> Result<T, RuleError> {
        match self.text(on)?.parse() {
            Ok(word) => Ok(word),
            Err(_) => self.wrong(on, "word of that set"),
        }
    }
    /// As a list of words.
    ///
    /// # Errors
    /// As [`Setting::integer`].
    pub fn list(&self, on: Day) -> Result<&[String], RuleError> {
        match &self.value {
            SettingValue::List(l) => Ok(l),
            _ => self.wrong(on, "list"),
        }
    }
}
